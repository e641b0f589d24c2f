"""Chunks of every version since 0.23, brought to the form of this one (fact sheet section 9).

Two things happen to a chunk that is not in canonical form. The steps between its version and ours
rename and convert (`rrdformats.migration_steps`); then, whatever its version, its columns are put
into the shape and order of section 5.2, as writers other than the SDK take liberties there.

All rows of a batch are handled at once, so a batch may hold many chunks of equal schema. Ids and
entity paths are taken as they are: reading them is the business of the caller.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, nulls
from rrdformats.chunk_schema import (
    ARCHETYPE_KEY,
    CHUNK_ID_KEY,
    COMPONENT_KEY,
    COMPONENT_TYPE_KEY,
    ENTITY_PATH_KEY,
    KIND_KEY,
    VERSION_KEY,
    ColumnRole,
    ComponentRole,
    IndexRole,
    RowIdRole,
    column_role,
)
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError
from rrdformats.migration_steps import (
    OLDEST_VERSION,
    STEPS,
    Column,
    Draft,
    Version,
    with_list_values,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SORBET_VERSION",
    "Version",
    "migrate",
    "migrate_descriptor",
    "needs_migration",
    "schema_version",
]

_CURRENT = STEPS[-1].target

SORBET_VERSION = str(_CURRENT)
"""Version of the chunk schema that this library writes: `0.1.4`."""

_NO_CODES = nulls(0, pa.list_(pa.uint8()))
_KEPT_KEYS = (ENTITY_PATH_KEY, CHUNK_ID_KEY)


def schema_version(schema: pa.Schema) -> Version | None:
    """The version of a chunk's schema, stated or guessed; None if what it states is not one.

    A version above `SORBET_VERSION` is not an error here: whether to warn is the caller's decision.

    Raises:
        CorruptError: If metadata is not UTF-8.
    """
    return _version(_texts(schema.metadata, "the schema"))


def needs_migration(schema: pa.Schema) -> bool:
    """Whether `migrate` would change or refuse batches of this schema; looks at no values.

    Chunks that a newer version wrote do not need migration if their columns are canonical.
    """
    try:
        metadata = _texts(schema.metadata, "the schema")
        if metadata != _canonical_metadata(metadata) or not _is_current(_version(metadata)):
            return True
        roles = [_role(field) for field in schema]
        _check_names(roles)
    except CorruptError:
        return True
    keys = [role.sort_key for role in roles]
    return (
        [type(role) for role in roles].count(RowIdRole) != 1
        or any(left > right for left, right in pairwise(keys))
        or not all(
            field.equals(role.field, check_metadata=True)
            for field, role in zip(schema, roles, strict=True)
        )
    )


def migrate(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows with names, types and metadata as this version has them.

    Columns come in canonical order: row ids, times by timeline, components by descriptor. Of the
    schema's metadata the id, the entity path and the version stay. Buffers are shared with `batch`
    wherever values do not change. Versions that are newer, unreadable or older than the first are
    taken for current; a newer one is still stated by the result.

    Raises:
        CorruptError: If the columns do not make a chunk; the message names the one at fault.
    """
    if not needs_migration(batch.schema):
        return batch
    draft = _draft(batch)
    version = _version(draft.metadata)
    if version is not None and version >= OLDEST_VERSION:
        for step in STEPS:
            if version < step.target:
                step.apply(draft)
    return _canonical(draft)


@lru_cache(maxsize=4096)
def migrate_descriptor(descriptor: ComponentDescriptor) -> ComponentDescriptor | None:
    """What `migrate` makes of a column of this descriptor; None if it drops the column.

    For descriptors in manifests. These state no version but are of 0.1.0 at least, so their
    components are identifiers already. A component of the type `TableCellKind` is taken to hold
    the codes that 0.1.4 converts.
    """
    names = {
        KIND_KEY: "data",
        COMPONENT_KEY: descriptor.component,
        ARCHETYPE_KEY: descriptor.archetype,
        COMPONENT_TYPE_KEY: descriptor.component_type,
    }
    metadata = {key: name for key, name in names.items() if name is not None}
    draft = Draft({}, [Column(descriptor.component, metadata, _NO_CODES)])
    for step in STEPS:
        step.apply(draft)
    for column in draft.columns:
        return ComponentDescriptor(
            column.metadata[COMPONENT_KEY],
            column.metadata.get(ARCHETYPE_KEY),
            column.metadata.get(COMPONENT_TYPE_KEY),
        )
    return None


# --- reading a batch as it is ------------------------------------------------------------------


def _texts(metadata: Mapping[bytes, bytes] | None, where: str) -> dict[str, str]:
    try:
        return {key.decode(): value.decode() for key, value in (metadata or {}).items()}
    except UnicodeDecodeError as error:
        raise CorruptError(f"metadata of {where} is not UTF-8") from error


def _described(field: pa.Field[Any]) -> tuple[str, dict[str, str]]:
    try:
        name = field.name
    except UnicodeDecodeError as error:
        raise CorruptError("the name of a column is not UTF-8") from error
    return name, _texts(field.metadata, f"column {name!r}")


def _role(field: pa.Field[Any]) -> ColumnRole:
    name, metadata = _described(field)
    return column_role(name, field.type, metadata)


def _draft(batch: pa.RecordBatch) -> Draft:
    # Fields come first: pyarrow cannot even give the columns of a batch whose names are not UTF-8.
    described = [_described(field) for field in batch.schema]
    columns = []
    for (name, metadata), values in zip(described, batch.columns, strict=True):
        # An extension type that pyarrow happens to know is metadata to the format, not a type.
        stored = values.storage if isinstance(values, pa.ExtensionArray) else values
        columns.append(Column(name, metadata, stored))
    return Draft(_texts(batch.schema.metadata, "the schema"), columns)


def _version(metadata: Mapping[str, str]) -> Version | None:
    stated = metadata.get(VERSION_KEY)
    if stated is not None:
        return Version.parse(stated)
    if any(key.startswith("rerun.") for key in metadata):
        return OLDEST_VERSION
    return Version(0, 0, 2) if "rerun:version" in metadata else OLDEST_VERSION


def _is_current(version: Version | None) -> bool:
    return version is not None and version >= _CURRENT


# --- canonical form ----------------------------------------------------------------------------


def _canonical_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    stated = metadata.get(VERSION_KEY, "")
    version = Version.parse(stated)
    is_newer = version is not None and version > _CURRENT
    kept = {key: metadata[key] for key in _KEPT_KEYS if key in metadata}
    return {**kept, VERSION_KEY: stated if is_newer else SORBET_VERSION}


def _canonical(draft: Draft) -> pa.RecordBatch:
    parts: list[tuple[ColumnRole, pa.Array[Any]]] = []
    for column in draft.columns:
        role = column_role(column.name, column.values.type, column.metadata)
        parts.append((role, _conform(column.name, column.values, role)))
    roles = [role for role, _ in parts]
    _check_order(draft, roles)
    _check_names(roles)
    parts.sort(key=lambda part: part[0].sort_key)
    schema = pa.schema([role.field for role, _ in parts])
    schema = schema.with_metadata(_canonical_metadata(draft.metadata))
    return pa.RecordBatch.from_arrays([values for _, values in parts], schema=schema)


def _check_order(draft: Draft, roles: list[ColumnRole]) -> None:
    """Kinds have a fixed order on disk; only the step to 0.0.2 mends it."""
    names = [column.name for column in draft.columns]
    row_ids = [name for name, role in zip(names, roles, strict=True) if isinstance(role, RowIdRole)]
    if not row_ids:
        raise CorruptError(f"there is no row id column among the columns {names}")
    if len(row_ids) > 1:
        raise CorruptError(f"there are several row id columns: {row_ids}")
    ranks = [role.sort_key[0] for role in roles]
    for (left, before), (right, after) in pairwise(zip(ranks, names, strict=True)):
        if left > right:
            kinds = "row ids, times, components"
            raise CorruptError(f"column {after!r} stands after {before!r}; the order is {kinds}")


def _check_names(roles: list[ColumnRole]) -> None:
    seen: set[str] = set()
    for role in roles:
        if isinstance(role, RowIdRole):
            continue
        if isinstance(role, IndexRole):
            name = f"timeline {role.timeline.name!r}"
        else:
            name = f"component {role.descriptor.component!r}"
        if name in seen:
            raise CorruptError(f"{name} has two columns")
        seen.add(name)


def _conform(name: str, values: pa.Array[Any], role: ColumnRole) -> pa.Array[Any]:
    if isinstance(role, RowIdRole) and values.null_count:
        raise CorruptError(f"row id column {name!r} has nulls")
    datatype = role.field.type
    if values.type.equals(datatype, check_metadata=True):
        return values
    return _as_lists(values, datatype) if isinstance(role, ComponentRole) else values.view(datatype)


def _as_lists(values: pa.Array[Any], cells: pa.DataType) -> pa.Array[Any]:
    """Lists whose child has another name, renamed; other values as lists of one, nulls as null."""
    if isinstance(values, pa.ListArray) and isinstance(values.type, pa.ListType):
        return with_list_values(values, values.values)
    offsets: Any = array_of(np.arange(len(values) + 1, dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, values, type=cells, mask=values.is_null())
