"""Chunks: rows of one entity, as Arrow columns (fact sheet section 5).

A `ChunkSchema` says what the columns are and is shared by all chunks that look alike; a `Chunk` is
such a schema with rows and an id. Both are immutable: every operation gives a new chunk, whose
columns share memory with the old one's wherever Arrow can slice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import binary16_values, int64_values, nulls, rows_taken, schema_of
from rrdformats.chunk_schema import (
    CHUNK_ID_KEY,
    ENTITY_PATH_KEY,
    VERSION_KEY,
    ComponentRole,
    IndexRole,
    column_role,
    component_field,
    index_field,
    row_id_field,
)
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.ipc_write import encode_stream
from rrdformats.migrations import SORBET_VERSION, migrate, needs_migration
from rrdformats.timeline import Timeline
from rrdformats.tuid import CHUNK_PREFIX, Tuid
from rrdformats.value_sizes import bytes_of

__all__ = ["Chunk", "ChunkSchema", "concat_chunks", "index_values", "row_ids_as_integers"]


@dataclass(frozen=True)
class ChunkSchema:
    """What the columns of a chunk are; canonical, whatever version the chunk was written by.

    Attributes:
        entity_path: The entity that the rows belong to.
        timelines: One per index column, by name; empty for static chunks.
        descriptors: One per data column, in column order.
        arrow: Arrow schema of the columns: row id, timelines, components. Its schema-level
            metadata names the entity path and the format version, not the chunk id.
    """

    entity_path: EntityPath
    timelines: tuple[Timeline, ...]
    descriptors: tuple[ComponentDescriptor, ...]
    arrow: pa.Schema

    @classmethod
    def from_arrow(cls, schema: pa.Schema) -> ChunkSchema:
        """From a canonical Arrow schema (what `migrations.migrate` gives).

        Raises:
            CorruptError: If the schema names no entity path.
        """
        metadata = schema.metadata or {}
        path = metadata.get(ENTITY_PATH_KEY.encode())
        if path is None:
            raise CorruptError("a chunk names no entity path")
        try:
            entity_path = EntityPath.parse(path.decode())
        except UnicodeDecodeError as error:
            raise CorruptError("a chunk's entity path is not UTF-8") from error
        roles = [
            column_role(field.name, field.type, _decoded(field.metadata or {})) for field in schema
        ]
        return cls(
            entity_path,
            tuple(role.timeline for role in roles if isinstance(role, IndexRole)),
            tuple(role.descriptor for role in roles if isinstance(role, ComponentRole)),
            schema.with_metadata(_schema_metadata(entity_path)),
        )

    @property
    def is_static(self) -> bool:
        """Whether the rows hold at all times: there is no index column (section 5.5)."""
        return not self.timelines

    @property
    def row_ids_claimed_sorted(self) -> bool:
        """Whether the row id column says that it is sorted."""
        return self._claims_sorted(0)

    def claimed_sorted(self, timeline: int) -> bool:
        """Whether index column `timeline` says that it is sorted."""
        return self._claims_sorted(1 + timeline)

    def _claims_sorted(self, column: int) -> bool:
        field = self.arrow.field(column)
        role = column_role(field.name, field.type, _decoded(field.metadata or {}))
        return not isinstance(role, ComponentRole) and role.is_sorted

    @property
    def first_component(self) -> int:
        """Column number of the first data column."""
        return 1 + len(self.timelines)


@dataclass(frozen=True)
class Chunk:
    """Rows of one entity.

    Attributes:
        schema: What the columns are.
        batch: The columns, in the order of `schema.arrow`.
        id: The chunk's id.
    """

    schema: ChunkSchema
    batch: pa.RecordBatch
    id: Tuid

    @classmethod
    def from_record_batch(cls, batch: pa.RecordBatch) -> Chunk:
        """From a record batch with the metadata of a chunk of any version (section 5).

        Raises:
            CorruptError: If the batch is no chunk.
        """
        metadata = batch.schema.metadata or {}
        text = metadata.get(CHUNK_ID_KEY.encode()) or metadata.get(b"rerun.id")  # 0.23 spelling
        if text is None:
            raise CorruptError("a chunk has no id")
        try:
            chunk_id = Tuid.parse(text.decode())
        except ValueError as error:
            raise CorruptError(f"a chunk's id is wrong: {error}") from error
        if needs_migration(batch.schema):
            batch = migrate(batch)
        return cls(ChunkSchema.from_arrow(batch.schema), batch, chunk_id)

    @classmethod
    def build(
        cls,
        entity_path: EntityPath | str,
        *,
        row_ids: pa.Array[Any],
        timelines: Iterable[tuple[Timeline, pa.Array[Any]]] = (),
        components: Iterable[tuple[ComponentDescriptor, pa.Array[Any]]] = (),
        chunk_id: Tuid | None = None,
    ) -> Chunk:
        """A chunk from its columns; they are put in canonical order and checked for sortedness.

        Args:
            entity_path: The entity; text is parsed.
            row_ids: `(n,) fixed_size_binary(16)`, no nulls.
            timelines: Int64, duration[ns] or timestamp[ns] arrays of length n, no nulls.
            components: List arrays of length n: one list per row, null where nothing was logged.
            chunk_id: A fresh id unless given.
        """
        path = EntityPath.parse(entity_path) if isinstance(entity_path, str) else entity_path
        by_name = sorted(timelines, key=lambda item: item[0].name.encode())
        by_descriptor = sorted(components, key=lambda item: item[0].sort_key)
        fields = [row_id_field(is_sorted=_row_ids_ascend(row_ids))]
        fields += [
            index_field(line, is_sorted=_ascends(index_values(times))) for line, times in by_name
        ]
        fields += [
            component_field(descriptor, pa.list_(lists.type.value_type))
            for descriptor, lists in by_descriptor
        ]
        schema = ChunkSchema(
            path,
            tuple(timeline for timeline, _ in by_name),
            tuple(descriptor for descriptor, _ in by_descriptor),
            schema_of(fields, _schema_metadata(path)),
        )
        columns = [
            row_ids,
            *(times for _, times in by_name),
            *(lists for _, lists in by_descriptor),
        ]
        arrays = [
            column if column.type == field.type else column.cast(field.type)
            for column, field in zip(columns, fields, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)
        return cls(schema, batch, chunk_id or Tuid.new())

    @property
    def entity_path(self) -> EntityPath:
        """The entity that the rows belong to."""
        return self.schema.entity_path

    @property
    def is_static(self) -> bool:
        """Whether the rows hold at all times."""
        return self.schema.is_static

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    @property
    def row_ids(self) -> pa.Array[Any]:
        """`(n,) fixed_size_binary(16)`: big-endian TUIDs, so byte order is time order."""
        return self.batch.column(0)

    @cached_property
    def timelines(self) -> dict[Timeline, npt.NDArray[np.int64]]:
        """Times per timeline, `(n,) int64`: steps, or nanoseconds; borrowed from the columns."""
        return {
            timeline: index_values(self.batch.column(1 + i))
            for i, timeline in enumerate(self.schema.timelines)
        }

    @cached_property
    def components(self) -> dict[ComponentDescriptor, pa.Array[Any]]:
        """List arrays per component: one list per row, null where nothing was logged."""
        first = self.schema.first_component
        return {
            descriptor: self.batch.column(first + i)
            for i, descriptor in enumerate(self.schema.descriptors)
        }

    def times(self, timeline: str) -> npt.NDArray[np.int64]:
        """Times on the timeline of that name.

        Raises:
            KeyError: If the chunk does not have it.
        """
        for found, values in self.timelines.items():
            if found.name == timeline:
                return values
        raise KeyError(timeline)

    def to_record_batch(self) -> pa.RecordBatch:
        """The columns with the full metadata of a chunk, its id included."""
        metadata = {
            **(self.schema.arrow.metadata or {}),
            CHUNK_ID_KEY.encode(): f"{CHUNK_PREFIX}{self.id}".encode(),
        }
        return self.batch.replace_schema_metadata(metadata)

    def encode(self) -> bytes:
        """The chunk as an uncompressed Arrow stream, byte for byte as the reference writes it.

        Types that the reference has no layout for (dictionaries) are left to pyarrow's writer.
        """
        batch = self.to_record_batch()
        try:
            return encode_stream(batch)
        except UnsupportedError:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            return sink.getvalue().to_pybytes()

    @property
    def heap_size(self) -> int:
        """Bytes of the columns' values; of memory that slices share, their part."""
        return sum(map(bytes_of, self.batch.columns))

    def with_id(self, chunk_id: Tuid | None = None) -> Chunk:
        """The same rows under another id, a fresh one unless given."""
        return replace(self, id=chunk_id or Tuid.new())

    def slice(self, offset: int, length: int | None = None) -> Chunk:
        """Rows from `offset` on, at most `length`; a new id, the columns borrowed."""
        return Chunk(self.schema, self.batch.slice(offset, length), Tuid.new())

    def slice_time(self, timeline: str, start: int, end: int) -> Chunk:
        """Rows with a time at or after `start` and at or before `end`.

        Raises:
            KeyError: If the chunk does not have the timeline.
        """
        times = self.times(timeline)
        return self.take(np.flatnonzero((times >= start) & (times <= end)))

    def take(self, rows: npt.NDArray[np.int64]) -> Chunk:
        """The given rows in the given order; sorted flags are set anew."""
        if np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows)) if len(rows) else rows):
            first = int(rows[0]) if len(rows) else 0
            return self._flagged(self.batch.slice(first, len(rows)))
        return self._flagged(rows_taken(self.batch, rows))

    def sort(self, timeline: str | None = None) -> Chunk:
        """Rows by row id, or by time on `timeline` and then row id; stable."""
        parts = row_ids_as_integers(self.row_ids)
        keys: list[npt.NDArray[Any]] = [parts[:, 1], parts[:, 0]]
        if timeline is not None:
            keys.append(self.times(timeline))
        return self.take(np.lexsort(keys))  # by the last key first

    def select(self, keep: Sequence[int]) -> Chunk:
        """The chunk with only the components at the given places of `schema.descriptors`."""
        first = self.schema.first_component
        chosen = [*range(first), *(first + i for i in keep)]
        arrow = schema_of(
            [self.schema.arrow.field(i) for i in chosen], _schema_metadata(self.entity_path)
        )
        descriptors = tuple(self.schema.descriptors[i] for i in keep)
        schema = ChunkSchema(self.entity_path, self.schema.timelines, descriptors, arrow)
        columns = [self.batch.column(i) for i in chosen]
        return Chunk(schema, pa.RecordBatch.from_arrays(columns, schema=arrow), Tuid.new())

    def split_columns(self) -> list[Chunk]:
        """One chunk per component, all with the same rows."""
        return [self.select([i]) for i in range(len(self.schema.descriptors))]

    def _flagged(self, batch: pa.RecordBatch) -> Chunk:
        """`batch` as a chunk of this schema, sorted flags as they are true."""
        fields = [row_id_field(is_sorted=_row_ids_ascend(batch.column(0)))]
        fields += [
            index_field(timeline, is_sorted=_ascends(index_values(batch.column(1 + i))))
            for i, timeline in enumerate(self.schema.timelines)
        ]
        fields += [self.schema.arrow.field(i) for i in range(len(fields), len(batch.columns))]
        arrow = schema_of(fields, _schema_metadata(self.entity_path))
        schema = replace(self.schema, arrow=arrow)
        return Chunk(schema, pa.RecordBatch.from_arrays(batch.columns, schema=arrow), Tuid.new())


def concat_chunks(chunks: Sequence[Chunk]) -> Chunk:
    """The rows of all chunks behind each other; entity and timelines must be equal.

    Components that a chunk lacks are null in its rows.

    Raises:
        ValueError: If entity, timelines, or the type of a component differ.
    """
    first = chunks[0].schema
    types: dict[ComponentDescriptor, pa.DataType] = {}
    for chunk in chunks:
        if (chunk.entity_path, chunk.schema.timelines) != (first.entity_path, first.timelines):
            raise ValueError("only chunks of one entity and one set of timelines can be joined")
        for descriptor, lists in chunk.components.items():
            if types.setdefault(descriptor, lists.type) != lists.type:
                raise ValueError(f"{descriptor} has two types: {types[descriptor]}, {lists.type}")
    return Chunk.build(
        first.entity_path,
        row_ids=pa.concat_arrays([chunk.row_ids for chunk in chunks]),
        timelines=[
            (timeline, pa.concat_arrays([chunk.batch.column(1 + i) for chunk in chunks]))
            for i, timeline in enumerate(first.timelines)
        ],
        components=[
            (
                descriptor,
                pa.concat_arrays(
                    [chunk.components.get(descriptor, nulls(len(chunk), kind)) for chunk in chunks]
                ),
            )
            for descriptor, kind in types.items()
        ],
    )


def _decoded(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in metadata.items()}


def _schema_metadata(entity_path: EntityPath) -> dict[bytes, bytes]:
    return {
        ENTITY_PATH_KEY.encode(): str(entity_path).encode(),
        VERSION_KEY.encode(): SORBET_VERSION.encode(),
    }


def index_values(times: pa.Array[Any]) -> npt.NDArray[np.int64]:
    """Index values as integers; nulls, which no index may have, are 0."""
    if times.null_count:
        times = times.view(pa.int64()).fill_null(0)
    return int64_values(times)


def _ascends(values: npt.NDArray[np.int64]) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def row_ids_as_integers(row_ids: pa.Array[Any]) -> npt.NDArray[np.uint64]:
    """Row ids as `(n, 2) uint64`: time and counter; a copy."""
    return binary16_values(row_ids)


def _row_ids_ascend(row_ids: pa.Array[Any]) -> bool:
    parts = row_ids_as_integers(row_ids)
    later, same = parts[1:, 0] > parts[:-1, 0], parts[1:, 0] == parts[:-1, 0]
    return bool((later | (same & (parts[1:, 1] >= parts[:-1, 1]))).all())
