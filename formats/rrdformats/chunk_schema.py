"""The columns of a chunk's Arrow schema: what they are, how they are written (section 5).

A chunk is one record batch: rows of one entity. Its columns are the row ids, then one per timeline,
then one per component. What a column is stands in its field's metadata: `column_role` reads it as
forgivingly as the reference does, and `row_id_field`, `index_field` and `component_field` write it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError
from rrdformats.timeline import TimeKind, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ARCHETYPE_KEY",
    "CHUNK_ID_KEY",
    "COMPONENT_KEY",
    "COMPONENT_TYPE_KEY",
    "ENTITY_PATH_KEY",
    "INDEX_NAME_KEY",
    "IS_SORTED_KEY",
    "KIND_KEY",
    "ROW_ID_NAME",
    "ROW_ID_TYPE",
    "VERSION_KEY",
    "ColumnRole",
    "ComponentRole",
    "IndexRole",
    "RowIdRole",
    "column_role",
    "component_field",
    "index_field",
    "row_id_field",
]

ENTITY_PATH_KEY = "rerun:entity_path"
CHUNK_ID_KEY = "rerun:id"
VERSION_KEY = "sorbet:version"

KIND_KEY = "rerun:kind"
IS_SORTED_KEY = "rerun:is_sorted"
INDEX_NAME_KEY = "rerun:index_name"
COMPONENT_KEY = "rerun:component"
ARCHETYPE_KEY = "rerun:archetype"
COMPONENT_TYPE_KEY = "rerun:component_type"

ROW_ID_NAME = "rerun.controls.RowId"
ROW_ID_TYPE = pa.binary(16)

_EXTENSION = {
    "ARROW:extension:name": "rerun.datatypes.TUID",
    "ARROW:extension:metadata": '{"namespace":"row"}',
}
_TIME_TYPES: Mapping[TimeKind, pa.DataType] = {
    TimeKind.SEQUENCE: pa.int64(),
    TimeKind.DURATION: pa.duration("ns"),
    TimeKind.TIMESTAMP: pa.timestamp("ns"),
}
_FALSE_WORDS = frozenset({"false", "no"})


def row_id_field(*, is_sorted: bool) -> pa.Field[Any]:
    """The row id column's field (section 5.2)."""
    metadata = {**_EXTENSION, KIND_KEY: "control", **_sorted_flag(is_sorted)}
    return pa.field(ROW_ID_NAME, ROW_ID_TYPE, nullable=False, metadata=metadata)


def index_field(timeline: Timeline, *, is_sorted: bool) -> pa.Field[Any]:
    """An index column's field (sections 5.2 and 5.3)."""
    metadata = {INDEX_NAME_KEY: timeline.name, KIND_KEY: "index", **_sorted_flag(is_sorted)}
    return pa.field(timeline.name, _TIME_TYPES[timeline.kind], metadata=metadata)


def component_field(descriptor: ComponentDescriptor, list_type: pa.DataType) -> pa.Field[Any]:
    """A data column's field; `list_type` is the type of the whole column, one list per row."""
    named = {
        ARCHETYPE_KEY: descriptor.archetype,
        COMPONENT_KEY: descriptor.component,
        COMPONENT_TYPE_KEY: descriptor.component_type,
        KIND_KEY: "data",
    }
    metadata = {key: name for key, name in named.items() if name is not None}
    return pa.field(descriptor.component, list_type, metadata=metadata)


def _sorted_flag(is_sorted: bool) -> dict[str, str]:
    return {IS_SORTED_KEY: "true"} if is_sorted else {}


@dataclass(frozen=True, slots=True)
class RowIdRole:
    """The column of row ids.

    Attributes:
        is_sorted: Whether the writer says that the ids ascend.
    """

    is_sorted: bool

    @property
    def sort_key(self) -> tuple[int]:
        """Place among the columns of a chunk."""
        return (0,)

    @property
    def field(self) -> pa.Field[Any]:
        """The field that writers use for this column."""
        return row_id_field(is_sorted=self.is_sorted)


@dataclass(frozen=True, slots=True)
class IndexRole:
    """A column of times.

    Attributes:
        timeline: Whose times they are.
        is_sorted: Whether the writer says that the times never descend.
    """

    timeline: Timeline
    is_sorted: bool

    @property
    def sort_key(self) -> tuple[int, bytes]:
        """Place among the columns of a chunk."""
        return (1, self.timeline.name.encode())

    @property
    def field(self) -> pa.Field[Any]:
        """The field that writers use for this column."""
        return index_field(self.timeline, is_sorted=self.is_sorted)


@dataclass(frozen=True, slots=True)
class ComponentRole:
    """A column of component data.

    Attributes:
        descriptor: What the data are.
        list_type: Type that the column has once each cell is a list.
    """

    descriptor: ComponentDescriptor
    list_type: pa.DataType

    @property
    def sort_key(self) -> tuple[int, bytes, bytes, bytes]:
        """Place among the columns of a chunk."""
        return (2, *self.descriptor.sort_key)

    @property
    def field(self) -> pa.Field[Any]:
        """The field that writers use for this column."""
        return component_field(self.descriptor, self.list_type)


ColumnRole: TypeAlias = RowIdRole | IndexRole | ComponentRole


def column_role(name: str, datatype: pa.DataType, metadata: Mapping[str, str]) -> ColumnRole:
    """What a column is, from its field's name, type and metadata (sections 5.2, 5.3).

    Raises:
        CorruptError: If the kind is unknown, a name is empty, or the type does not fit the kind.
    """
    kind = metadata.get(KIND_KEY, "data")
    read = _READERS.get(kind)
    if read is None:
        raise CorruptError(f"column {name!r} is of the unknown kind {kind!r}")
    return read(name, datatype, metadata)


def _row_id_role(name: str, datatype: pa.DataType, metadata: Mapping[str, str]) -> RowIdRole:
    if datatype != ROW_ID_TYPE:
        raise CorruptError(f"row id column {name!r} is of type {datatype}, not {ROW_ID_TYPE}")
    return RowIdRole(_flag(metadata, IS_SORTED_KEY))


def _index_role(name: str, datatype: pa.DataType, metadata: Mapping[str, str]) -> IndexRole:
    timeline = metadata.get(INDEX_NAME_KEY, name)
    if not timeline:
        raise CorruptError(f"index column {name!r} has an empty timeline name")
    is_instant = pa.types.is_timestamp(datatype) and datatype.unit == "ns"
    for kind, expected in _TIME_TYPES.items():
        if datatype == expected or (is_instant and kind is TimeKind.TIMESTAMP):
            return IndexRole(Timeline(timeline, kind), _flag(metadata, IS_SORTED_KEY))
    raise CorruptError(
        f"index column {name!r} is of type {datatype}, not one of "
        + ", ".join(map(str, _TIME_TYPES.values()))
    )


def _component_role(name: str, datatype: pa.DataType, metadata: Mapping[str, str]) -> ComponentRole:
    component = metadata.get(COMPONENT_KEY) or name
    if not component:
        raise CorruptError(f"data column {name!r} has an empty component name")
    descriptor = ComponentDescriptor(
        component,
        archetype=metadata.get(ARCHETYPE_KEY) or None,
        component_type=metadata.get(COMPONENT_TYPE_KEY) or None,
    )
    element = datatype.value_type if isinstance(datatype, pa.ListType) else datatype
    return ComponentRole(descriptor, pa.list_(pa.field("item", element)))


_READERS: Mapping[str, Callable[[str, pa.DataType, Mapping[str, str]], ColumnRole]] = {
    "control": _row_id_role,
    "row_id": _row_id_role,
    "index": _index_role,
    "time": _index_role,
    "data": _component_role,
    "component": _component_role,
}


def _flag(metadata: Mapping[str, str], key: str) -> bool:
    """Booleans are true when present, unless they say otherwise."""
    value = metadata.get(key)
    return value is not None and value.lower() not in _FALSE_WORDS
