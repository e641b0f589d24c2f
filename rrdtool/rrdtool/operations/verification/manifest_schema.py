"""The schema that a manifest carries, against the columns that the store's chunks have."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rrdformats.chunk_schema import ENTITY_PATH_KEY, INDEX_NAME_KEY, KIND_KEY
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import RrdError
from rrdformats.ipc_write import encode_schema_message
from rrdformats.manifest import descriptor_of
from rrdformats.migrations import migrate_descriptor
from rrdtool.operations.verification.manifest_columns import Problem

__all__ = ["flag_problems", "schema_is_digested", "schema_problems"]

_Key = tuple[str, ComponentDescriptor] | str
"""Entity path and component of a data column, or the name of a timeline or of the row ids."""

_FLAGS = ("rerun:is_static", "rerun:is_semantically_empty", "rerun:is_tombstone")
_FALSE = ("false", "no")


class _Column:
    """One field of a manifest's schema."""

    def __init__(self, field: pa.Field[Any]) -> None:
        self.name = field.name
        self.type = field.type
        self.metadata = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}

    @property
    def flags(self) -> set[str]:
        """The flags that are set."""
        present = (flag for flag in _FLAGS if flag in self.metadata)
        return {flag for flag in present if self.metadata[flag].lower() not in _FALSE}

    @property
    def descriptor(self) -> ComponentDescriptor | None:
        """The component as it is spelled."""
        return descriptor_of(self.metadata)


def _columns(schema: pa.Schema) -> dict[_Key, _Column]:
    """The columns by what they mean, names of old versions migrated; the first of equals."""
    found: dict[_Key, _Column] = {}
    for field in schema:
        column = _Column(field)
        key = _key(column)
        if key is not None:
            found.setdefault(key, column)
    return found


def _key(column: _Column) -> _Key | None:
    kind = column.metadata.get(KIND_KEY, "data")
    if kind in ("index", "time"):
        return column.metadata.get(INDEX_NAME_KEY, column.name)
    if kind != "data" or column.descriptor is None:
        return column.name
    current = migrate_descriptor(column.descriptor)
    if current is None:  # indicators, which are no more
        return None
    return column.metadata.get(ENTITY_PATH_KEY, ""), current


def schema_problems(
    stored: pa.Schema, actual: pa.Schema, *, is_complete: bool
) -> Iterator[Problem]:
    """Columns that a manifest's schema lacks, has without reason, or has with another type.

    Args:
        stored: The schema of the manifest.
        actual: The schema that the chunks of the store make.
        is_complete: Whether every chunk of the stream could be read.
    """
    told, true = _columns(stored), _columns(actual)
    for key, column in true.items():
        found = told.get(key)
        if found is None:
            yield Problem("the chunks have a column that the schema lacks", column.name)
        elif found.type != column.type and found.descriptor == column.descriptor:
            message = f"the schema says {found.type}, the chunks hold {column.type}"
            yield Problem(message, column.name)
    if is_complete:
        for key, column in told.items():
            if key not in true:
                yield Problem("the schema has a column that no chunk has", column.name)


def flag_problems(stored: pa.Schema, actual: pa.Schema) -> Iterator[Problem]:
    """Flags of columns that the chunks do not bear out, if all chunks could be read."""
    told, true = _columns(stored), _columns(actual)
    for key, column in true.items():
        found = told.get(key)
        if found is None:
            continue
        for flag in sorted(found.flags ^ column.flags):
            state = "set" if flag in found.flags else "not set"
            yield Problem(f"{flag} is {state}, which the chunks contradict", column.name)


def schema_is_digested(schema: pa.Schema, digest: bytes) -> bool:
    """Whether `digest` is that of `schema`: its fields sorted by name (section 7.5)."""
    fields = sorted(schema, key=lambda field: field.name.encode())
    try:
        message = encode_schema_message(pa.schema(fields))
    except RrdError:  # types for which no layout is established: no digest to compare with
        return True
    return hashlib.sha256(message).digest() == digest
