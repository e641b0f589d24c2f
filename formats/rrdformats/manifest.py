"""The manifest: which chunks a store has, where, how big, when, with what (fact sheet section 7).

A footer holds one table per store, one row per chunk. This module reads such a table without numpy
or pyarrow, as columns: `chunk_byte_offset[i]` and its like are views of the decompressed bytes, so
opening a manifest of 200,000 chunks costs little more than decompressing it. `manifest_build`
makes the same table from chunks.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError
from rrdformats.ipc_read import (
    NANOSECONDS,
    ColumnLayout,
    IpcField,
    IpcSchema,
    TypeId,
    column_layouts,
    read_schema,
    read_stream,
)
from rrdformats.ipc_values import cells, integers, present, texts
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.messages import EncodedManifest, StoreId
from rrdformats.payloads import decompress_payload
from rrdformats.timeline import TimeKind, Timeline

__all__ = ["CHUNK_COLUMNS", "STATIC_INDEX", "Manifest", "TimeBounds"]

CHUNK_COLUMNS = (
    "chunk_entity_path",
    "chunk_id",
    "chunk_is_static",
    "chunk_num_rows",
    "chunk_byte_offset",
    "chunk_byte_size",
    "chunk_byte_size_uncompressed",
)
"""The columns that every manifest has, in order (section 7.2)."""

STATIC_INDEX = "rerun:static"
"""What `rerun:index` says of `has_static_data` columns."""

_U64 = (TypeId.INT, (64, 0))
_COLUMN_TYPES = dict(
    zip(
        CHUNK_COLUMNS,
        (
            (TypeId.UTF8, ()),
            (TypeId.FIXED_SIZE_BINARY, (16,)),
            (TypeId.BOOL, ()),
            _U64,
            _U64,
            _U64,
            _U64,
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """First and last time of each chunk on one timeline, for all rows or for one component.

    Attributes:
        start: First time of each chunk, `n` int64; meaningless where the chunk has none.
        end: Last time, inclusive.
        exists: One byte per chunk, 1 where it has a time; None where all have.
        num_rows: Rows that hold the component, `n` uint64; None for whole timelines.
    """

    start: Sequence[int]
    end: Sequence[int]
    exists: bytes | None
    num_rows: Sequence[int] | None = None

    def overall(self) -> tuple[int, int] | None:
        """First and last time over all chunks; None if no chunk has a time."""
        if self.exists is None:
            return (min(self.start), max(self.end)) if len(self.start) else None
        starts = [time for time, there in zip(self.start, self.exists, strict=True) if there]
        ends = [time for time, there in zip(self.end, self.exists, strict=True) if there]
        return (min(starts), max(ends)) if starts else None


def timeline_of(name: str, field: IpcField) -> Timeline | None:
    """The timeline that an index column stands for; None if its type is none of an index."""
    match field.type_id, field.params:
        case TypeId.INT, (64, 1):
            return Timeline(name, TimeKind.SEQUENCE)
        case TypeId.DURATION, (unit,) if unit == NANOSECONDS:
            return Timeline(name, TimeKind.DURATION)
        case TypeId.TIMESTAMP, (unit, _) if unit == NANOSECONDS:
            return Timeline(name, TimeKind.TIMESTAMP)
        case _:
            return None


def descriptor_of(metadata: dict[str, str]) -> ComponentDescriptor | None:
    """The descriptor that a column's metadata names, if it names a component."""
    component = metadata.get("rerun:component")
    if not component:
        return None
    return ComponentDescriptor(
        component, metadata.get("rerun:archetype"), metadata.get("rerun:component_type")
    )


class Manifest:
    """One store's chunks, as columns of equal length.

    Attributes:
        store_id: The store.
        schema_bytes: Arrow schema of the store's columns as it stands in the footer.
        schema: The same, read: one field per entity and component (section 7.4).
        schema_sha256: Digest of that schema as the footer states it.
    """

    def __init__(self, encoded: EncodedManifest, limits: Limits = DEFAULT_LIMITS) -> None:
        """Decodes a footer's manifest.

        Raises:
            CorruptError: If it is no manifest: a column is missing, of another type, or impossible.
        """
        self.store_id: StoreId = encoded.store_id
        self.schema_sha256 = encoded.schema_sha256
        self.schema_bytes = encoded.schema
        self.schema: IpcSchema = read_schema(encoded.schema, 0, limits)
        data = memoryview(
            decompress_payload(encoded.data, encoded.compression, encoded.uncompressed_size)
        )
        table, batch = read_stream(data, limits)
        if not batch.plain:
            raise CorruptError("a manifest's buffers are compressed on their own")
        self._length = batch.rows
        self._body = data[batch.body : batch.end]
        self._columns = column_layouts(table, batch)
        self._by_name = {column.field.name: column for column in self._columns}
        for name in CHUNK_COLUMNS:
            self._check(name)

    def _check(self, name: str) -> None:
        column = self._by_name.get(name)
        if column is None:
            raise CorruptError(f"a manifest has no column {name}")
        if (column.field.type_id, column.field.params) != _COLUMN_TYPES[name]:
            raise CorruptError(f"column {name} of a manifest has another type than it must")
        if column.nulls:
            raise CorruptError(f"column {name} of a manifest has nulls")

    def __len__(self) -> int:
        return self._length

    @property
    def column_count(self) -> int:
        """Number of columns of the table."""
        return len(self._columns)

    @cached_property
    def entity_path(self) -> list[str]:
        """Entity path of each chunk, canonical text."""
        return texts(self._by_name["chunk_entity_path"], self._body)

    @cached_property
    def entity_codes(self) -> tuple[list[str], array[int]]:
        """The distinct entity paths, and the index of each chunk's among them, int32."""
        names = list(dict.fromkeys(self.entity_path))
        code_of = dict(zip(names, range(len(names)), strict=True))
        return names, array("i", map(code_of.__getitem__, self.entity_path))

    @cached_property
    def chunk_id(self) -> memoryview:
        """Ids of all chunks, 16 big-endian bytes each, behind each other."""
        start, end = self._by_name["chunk_id"].buffers[1]
        if end - start < 16 * self._length:
            raise CorruptError("column chunk_id of a manifest is too short")
        return self._body[start : start + 16 * self._length]

    @cached_property
    def is_static(self) -> list[bool]:
        """Whether each chunk is static."""
        return cells(self._by_name["chunk_is_static"], self._body)

    @cached_property
    def num_rows(self) -> memoryview:
        """Rows of each chunk, uint64."""
        return integers(self._by_name["chunk_num_rows"], self._body)

    @cached_property
    def byte_offset(self) -> memoryview:
        """First byte of each chunk's message, counted from its stream's header, uint64."""
        return integers(self._by_name["chunk_byte_offset"], self._body)

    @cached_property
    def byte_size(self) -> memoryview:
        """Length of each chunk's message (bytes), uint64."""
        return integers(self._by_name["chunk_byte_size"], self._body)

    @cached_property
    def byte_size_uncompressed(self) -> memoryview:
        """Length of each chunk's uncompressed Arrow stream (bytes), uint64."""
        return integers(self._by_name["chunk_byte_size_uncompressed"], self._body)

    @cached_property
    def _bound_columns(
        self,
    ) -> dict[tuple[str, ComponentDescriptor | None], dict[str, ColumnLayout]]:
        """`start`, `end`, `num_rows` columns by index name and component (None: all rows)."""
        found: dict[tuple[str, ComponentDescriptor | None], dict[str, ColumnLayout]] = {}
        for column in self._columns:
            index = column.field.metadata.get("rerun:index")
            suffix = column.field.name.rpartition(":")[2]
            if index is not None and suffix in ("start", "end", "num_rows", "has_static_data"):
                key = (index, descriptor_of(column.field.metadata))
                found.setdefault(key, {})[suffix] = column
        return found

    def _bounds(self, columns: dict[str, ColumnLayout]) -> TimeBounds:
        start, end, rows = columns["start"], columns["end"], columns.get("num_rows")
        return TimeBounds(
            integers(start, self._body),
            integers(end, self._body),
            present(start, self._body),
            None if rows is None else integers(rows, self._body),
        )

    @cached_property
    def timelines(self) -> dict[Timeline, TimeBounds]:
        """Bounds of each chunk on each timeline of the store.

        Raises:
            CorruptError: If a timeline has a start and no end, or is of no time type.
        """
        found = {}
        for (index, descriptor), columns in self._bound_columns.items():
            if descriptor is not None or index == STATIC_INDEX:
                continue
            if "start" not in columns or "end" not in columns:
                raise CorruptError(f"a manifest has only half the bounds of timeline {index!r}")
            timeline = timeline_of(index, columns["start"].field)
            if timeline is None:
                raise CorruptError(f"a manifest's bounds of timeline {index!r} are no times")
            found[timeline] = self._bounds(columns)
        return found

    @cached_property
    def ambiguous_timelines(self) -> frozenset[str]:
        """Timelines that occur with several kinds; `timelines` tells of one of them only."""
        kinds: dict[str, set[TimeKind]] = {}
        for column in self._columns:
            metadata = column.field.metadata
            index = metadata.get("rerun:index", STATIC_INDEX)
            if index != STATIC_INDEX and descriptor_of(metadata) is None:
                timeline = timeline_of(index, column.field)
                if timeline is not None:
                    kinds.setdefault(index, set()).add(timeline.kind)
        return frozenset(name for name, found in kinds.items() if len(found) > 1)

    @cached_property
    def component_bounds(self) -> dict[tuple[str, ComponentDescriptor], TimeBounds]:
        """Bounds and row counts of each chunk by timeline name and component."""
        return {
            (index, descriptor): self._bounds(columns)
            for (index, descriptor), columns in self._bound_columns.items()
            if descriptor is not None and "start" in columns and "end" in columns
        }

    @cached_property
    def static_components(self) -> dict[ComponentDescriptor, list[bool]]:
        """For each component, which chunks hold it as static data."""
        return {
            descriptor: cells(columns["has_static_data"], self._body)
            for (index, descriptor), columns in self._bound_columns.items()
            if descriptor is not None and "has_static_data" in columns and index == STATIC_INDEX
        }

    def entity_columns(self) -> list[tuple[str, ComponentDescriptor, IpcField]]:
        """Entity path, component and field of each data column of the store's schema."""
        return [
            (field.metadata["rerun:entity_path"], descriptor, field)
            for field in self.schema.fields
            if field.metadata.get("rerun:kind", "data") == "data"
            and "rerun:entity_path" in field.metadata
            and (descriptor := descriptor_of(field.metadata)) is not None
        ]
