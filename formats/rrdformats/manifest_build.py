"""Builds a store's manifest from its chunks, equal to the reference's (fact sheet section 7).

Chunks arrive in groups of equal layout, and everything a manifest says of them is computed for the
whole group at once: bounds per chunk are row-wise minima and maxima of a matrix of times.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdformats.chunk import ChunkSchema, index_values
from rrdformats.chunk_schema import (
    ARCHETYPE_KEY,
    COMPONENT_KEY,
    COMPONENT_TYPE_KEY,
    ENTITY_PATH_KEY,
    component_field,
    index_field,
    row_id_field,
)
from rrdformats.descriptors import ComponentDescriptor, short_archetype
from rrdformats.ipc_write import END_OF_STREAM, encode_schema_message, encode_stream
from rrdformats.manifest import CHUNK_COLUMNS, STATIC_INDEX
from rrdformats.messages import Compression, EncodedManifest, StoreId
from rrdformats.payloads import compress_payload
from rrdformats.timeline import Timeline

__all__ = ["ChunkPlaces", "ManifestBuilder", "bounds_per_chunk", "column_name"]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_NOT_IN_NAMES = re.compile(r"[, \-.\\]")
_TOMBSTONE = ComponentDescriptor(
    "Clear:is_recursive", "rerun.archetypes.Clear", "rerun.components.ClearIsRecursive"
)
_PROPERTIES = "/__properties"
_I64 = np.iinfo(np.int64)


def column_name(
    suffix: str, *, timeline: str = "", descriptor: ComponentDescriptor | None = None
) -> str:
    r"""Name of a manifest column (section 7.2).

    >>> column_name("start", timeline=r"my timeline-1.2, x\y")
    'my_timeline_1_2__x_y:start'
    """
    parts = [timeline]
    if descriptor is not None:
        parts += [short_archetype(descriptor.archetype or ""), descriptor.field]
    parts.append(suffix)
    return _NOT_IN_NAMES.sub("_", ":".join(part for part in parts if part)).lstrip("_")


@dataclass(frozen=True, slots=True)
class ChunkPlaces:
    """Where chunks stand in their stream; arrays of equal length.

    Attributes:
        offset: First byte of each chunk's message, counted from the stream header.
        size: Length of the message (bytes).
        uncompressed: Length of the uncompressed Arrow stream (bytes).
    """

    offset: _Ints
    size: _Ints
    uncompressed: _Ints


@dataclass(slots=True)
class _Bounds:
    """Per chunk of one group: bounds of its times, where it has any, and rows that count."""

    start: _Ints
    end: _Ints
    rows: _Ints

    @property
    def exists(self) -> _Mask:
        return self.rows > 0


@dataclass(slots=True)
class _Group:
    """What the manifest says of one group of chunks."""

    entity_path: str
    is_static: bool
    rows: int
    ids: npt.NDArray[np.uint8]
    places: ChunkPlaces
    timelines: dict[Timeline, _Bounds]
    components: dict[tuple[Timeline, ComponentDescriptor], _Bounds]
    descriptors: tuple[ComponentDescriptor, ...]


@dataclass(slots=True)
class _EntityColumn:
    """A field of the store's schema, as known so far."""

    first_offset: int
    list_type: pa.DataType
    is_static: bool = False
    is_empty: bool = True


@dataclass(slots=True)
class ManifestBuilder:
    """Collects the chunks of one store within one stream."""

    store_id: StoreId
    _groups: list[_Group] = field(default_factory=list)
    _entity_columns: dict[tuple[str, ComponentDescriptor], _EntityColumn] = field(
        default_factory=dict
    )
    _timelines: dict[str, Timeline] = field(default_factory=dict)
    _conflicts: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return sum(len(group.ids) for group in self._groups)

    @property
    def conflicting_timelines(self) -> list[str]:
        """Timelines that occur with two kinds; the reference writes no footer for such stores."""
        return sorted(self._conflicts)

    def add(
        self,
        schema: ChunkSchema,
        batch: pa.RecordBatch,
        ids: npt.NDArray[np.uint8],
        places: ChunkPlaces,
    ) -> None:
        """Adds chunks of equal schema and equal row count.

        Args:
            schema: Their schema.
            batch: Their rows behind each other, the same number for each.
            ids: Their ids, `(n, 16) uint8`, big-endian.
            places: Where they stand.
        """
        count = len(ids)
        group = _Group(
            str(schema.entity_path), schema.is_static, batch.num_rows // count, ids, places, {}, {},
            schema.descriptors,
        )  # fmt: skip
        masks = [_valid(lists) for lists in batch.columns[schema.first_component :]]
        for number, timeline in enumerate(schema.timelines):
            if self._timelines.setdefault(timeline.name, timeline) != timeline:
                self._conflicts.add(timeline.name)
            times = index_values(batch.column(1 + number))
            group.timelines[timeline] = bounds_per_chunk(times, None, count)
            for descriptor, mask in zip(schema.descriptors, masks, strict=True):
                bounds = bounds_per_chunk(times, mask, count)
                group.components[timeline, descriptor] = bounds
        self._add_entity_columns(schema, batch, int(places.offset.min()))
        self._groups.append(group)

    def _add_entity_columns(self, schema: ChunkSchema, batch: pa.RecordBatch, offset: int) -> None:
        path = str(schema.entity_path)
        for number, descriptor in enumerate(schema.descriptors, schema.first_component):
            lists = batch.column(number)
            list_type = lists.type
            known = self._entity_columns.get((path, descriptor))
            if known is None:
                known = self._entity_columns[path, descriptor] = _EntityColumn(offset, list_type)
            elif offset < known.first_offset:
                known.first_offset, known.list_type = offset, list_type
            known.is_static |= schema.is_static
            known.is_empty = known.is_empty and len(cast("Any", lists).flatten()) == 0

    def build(self, *, compress: bool = True) -> EncodedManifest:
        """The manifest as it goes into a footer."""
        stream = encode_stream(self.table())
        fields = self._schema_fields()
        message = encode_schema_message(pa.schema(fields))
        return EncodedManifest(
            store_id=self.store_id,
            schema=message + END_OF_STREAM,
            schema_sha256=hashlib.sha256(message).digest(),
            data=compress_payload(stream) if compress else stream,
            compression=Compression.LZ4 if compress else Compression.NONE,
            uncompressed_size=len(stream),
        )

    def _schema_fields(self) -> list[pa.Field[Any]]:
        """Fields of the store's schema, sorted by name as the digest wants them (7.4, 7.5)."""
        fields = [row_id_field(is_sorted=False)]
        fields += [index_field(line, is_sorted=False) for line in self._timelines.values()]
        for (path, descriptor), column in self._entity_columns.items():
            plain = component_field(descriptor, column.list_type)
            flags = {
                b"rerun:is_static": column.is_static,
                b"rerun:is_semantically_empty": column.is_empty,
                b"rerun:is_tombstone": descriptor == _TOMBSTONE,
            }
            metadata = dict(plain.metadata or {})
            metadata[ENTITY_PATH_KEY.encode()] = path.encode()
            metadata.update((key, b"true") for key, true in flags.items() if true)
            named = plain.with_name(_entity_column_name(path, descriptor))
            fields.append(named.with_metadata(cast("Any", metadata)))
        return sorted(fields, key=lambda item: item.name.encode())

    def table(self) -> pa.RecordBatch:
        """The manifest table: one row per chunk, in file order (section 7.2)."""
        return _Table(self._groups).build()


def _entity_column_name(path: str, descriptor: ComponentDescriptor) -> str:
    if path == _PROPERTIES:
        return f"property:{descriptor.component}"
    if path.startswith(_PROPERTIES + "/"):
        return f"property:{path.removeprefix(_PROPERTIES + '/')}:{descriptor.component}"
    return f"{path}:{descriptor.component}"


def _valid(lists: pa.Array[Any]) -> _Mask | None:
    """Which rows are not null; None where none is."""
    if not lists.null_count:
        return None
    valid: _Mask = lists.is_valid().to_numpy(zero_copy_only=False)
    return valid


def bounds_per_chunk(times: _Ints, mask: _Mask | None, count: int) -> _Bounds:
    """First and last time, and number of rows, of each of `count` equally long chunks.

    Args:
        times: Times of all rows of all chunks, behind each other.
        mask: Which rows count; None for all.
        count: Number of chunks.
    """
    matrix = times.reshape(count, -1)
    width = matrix.shape[1]
    if width == 0:
        zeros = np.zeros(count, np.int64)
        return _Bounds(zeros, zeros, zeros)
    if mask is None:
        rows = np.full(count, width, np.int64)
        return _Bounds(matrix.min(axis=1), matrix.max(axis=1), rows)
    chosen = mask.reshape(count, -1)
    return _Bounds(
        np.where(chosen, matrix, _I64.max).min(axis=1),
        np.where(chosen, matrix, _I64.min).max(axis=1),
        chosen.sum(axis=1, dtype=np.int64),
    )


class _Table:
    """Spreads what the groups know over columns with one row per chunk, in file order."""

    def __init__(self, groups: list[_Group]) -> None:
        self.groups = groups
        offsets = np.concatenate([group.places.offset for group in groups])
        order = np.argsort(offsets, kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        ends = np.cumsum([len(group.ids) for group in groups])
        self.rows = np.split(rank, ends[:-1])  # rows of the table that each group fills
        self.length = len(order)
        self.fields: list[pa.Field[Any]] = []
        self.columns: list[pa.Array[Any]] = []

    def build(self) -> pa.RecordBatch:
        self.chunk_columns()
        descriptors = sorted(
            {descriptor for group in self.groups for descriptor in group.descriptors},
            key=_descriptor_order,
        )
        for descriptor in descriptors:
            self.static_column(descriptor)
        timelines = {line.name: line for group in self.groups for line in group.timelines}
        ordered = sorted(timelines.values(), key=lambda line: line.name.encode())
        for timeline in ordered:
            bounds = [group.timelines.get(timeline) for group in self.groups]
            self.bound_columns(bounds, timeline, None)
        for timeline in ordered:
            for descriptor in descriptors:
                found = [group.components.get((timeline, descriptor)) for group in self.groups]
                if any(found):
                    self.bound_columns(found, timeline, descriptor)
        return pa.RecordBatch.from_arrays(self.columns, schema=pa.schema(self.fields))

    def append(
        self,
        name: str,
        array: pa.Array[Any],
        *,
        nullable: bool,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.fields.append(pa.field(name, array.type, nullable=nullable, metadata=metadata))
        self.columns.append(array)

    def chunk_columns(self) -> None:
        paths = np.empty(self.length, np.int64)
        distinct: dict[str, int] = {}
        ids = np.empty((self.length, 16), np.uint8)
        numbers = np.empty((4, self.length), np.uint64)
        static = np.empty(self.length, np.bool_)
        for group, rows in zip(self.groups, self.rows, strict=True):
            paths[rows] = distinct.setdefault(group.entity_path, len(distinct))
            ids[rows] = group.ids
            static[rows] = group.is_static
            numbers[0, rows] = group.rows
            numbers[1, rows] = group.places.offset
            numbers[2, rows] = group.places.size
            numbers[3, rows] = group.places.uncompressed
        arrays = [
            _repeated(list(distinct), paths),
            pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(16), self.length, [None, buffer_of(ids)]
            ),
            array_of(static),
            *map(array_of, numbers),
        ]
        for name, array in zip(CHUNK_COLUMNS, arrays, strict=True):
            self.append(name, array, nullable=False)

    def static_column(self, descriptor: ComponentDescriptor) -> None:
        static = np.zeros(self.length, np.bool_)
        for group, rows in zip(self.groups, self.rows, strict=True):
            static[rows] = group.is_static and descriptor in group.descriptors
        name = column_name("has_static_data", descriptor=descriptor)
        metadata = _index_metadata(STATIC_INDEX, descriptor)
        self.append(name, array_of(static), nullable=False, metadata=metadata)

    def bound_columns(
        self,
        bounds: list[_Bounds | None],
        timeline: Timeline,
        descriptor: ComponentDescriptor | None,
    ) -> None:
        values = np.zeros((3, self.length), np.int64)
        exists = np.zeros(self.length, np.bool_)
        for found, rows in zip(bounds, self.rows, strict=True):
            if found is not None:
                values[:, rows] = found.start, found.end, found.rows
                exists[rows] = found.exists
        kind, metadata = (
            index_field(timeline, is_sorted=False).type,
            _index_metadata(timeline.name, descriptor),
        )
        for suffix, times in (("start", values[0]), ("end", values[1])):
            array = array_of(times, kind, null=~exists)
            name = column_name(suffix, timeline=timeline.name, descriptor=descriptor)
            self.append(name, array, nullable=True, metadata=metadata)
        if descriptor is not None:
            name = column_name("num_rows", timeline=timeline.name, descriptor=descriptor)
            counts = array_of(values[2].astype(np.uint64))
            self.append(name, counts, nullable=True, metadata=metadata)


def _repeated(texts: list[str], places: _Ints) -> pa.Array[Any]:
    """The text at each of `places`."""
    return cast("pa.Array[Any]", cast("Any", pa.array(texts, pa.utf8())).take(pa.array(places)))


def _descriptor_order(descriptor: ComponentDescriptor) -> tuple[bool, tuple[bytes, bytes, bytes]]:
    return descriptor.archetype is not None, descriptor.sort_key


def _index_metadata(index: str, descriptor: ComponentDescriptor | None) -> dict[str, str]:
    metadata = {"rerun:index": index}
    if descriptor is not None:
        metadata[COMPONENT_KEY] = descriptor.component
        if descriptor.archetype is not None:
            metadata[ARCHETYPE_KEY] = descriptor.archetype
        if descriptor.component_type is not None:
            metadata[COMPONENT_TYPE_KEY] = descriptor.component_type
    return metadata
