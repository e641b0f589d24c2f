"""What `rrd compare` asks of a chunk, as two hashes: exactly equal, and perhaps close enough.

The rules are the reference's. Chunk ids and row ids do not count; rows are compared in the order of
their row ids. The times of `log_time` and `sim_time` do not count, but that a chunk has them
does; ignored timelines do not count at all. `RecordingInfo:start_time` of `/__properties` is when a
recording was made, so its value does not count either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import ChunkSchema, index_values
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.properties import PROPERTIES_PATH
from rrdformats.timeline import TimeKind, Timeline
from rrdtool.operations.comparison.chunk_reading import PlacedGroup, by_row_id
from rrdtool.operations.comparison.per_run import UNTIMED, is_start_time
from rrdtool.operations.comparison.static_chunks import StaticChunk, static_chunks
from rrdtool.operations.comparison.type_names import exact_type, holds_floats
from rrdtool.operations.comparison.value_hashes import Hashes, mixed, text_hash, value_hashes

__all__ = ["ChunkFacts", "FactCollector", "Structure", "exactly", "untimed"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"
_STEP = np.uint64(0x9E37_79B9_7F4A_7C15)


def untimed(timeline: Timeline) -> bool:
    """Whether the times on a timeline are those of a run's clock, which do not count."""
    return timeline.name in UNTIMED


def exactly(schema: ChunkSchema) -> bool:
    """Whether numbers of the chunk must be equal, not only close."""
    return str(schema.entity_path) == PROPERTIES_PATH


@dataclass(frozen=True, slots=True)
class Structure:
    """What can be told of a chunk without its values.

    Attributes:
        entity: The entity.
        rows: How many rows.
        timelines: Name and kind of each that counts; the kind is None where times do not count.
        components: Descriptor and type of each; the type is empty where values do not count.
    """

    entity: str
    rows: int
    timelines: tuple[tuple[str, TimeKind | None], ...]
    components: tuple[tuple[ComponentDescriptor, str], ...]

    @classmethod
    def of(cls, schema: ChunkSchema, rows: int, ignored: frozenset[str]) -> Structure:
        """The structure of chunks with this schema and as many rows each."""
        timelines = [
            (timeline.name, None if untimed(timeline) else timeline.kind)
            for timeline in schema.timelines
            if timeline.name not in ignored
        ]
        components = [
            (descriptor, "" if _is_start_time(schema, descriptor) else exact_type(kind))
            for descriptor, kind in _component_types(schema)
        ]
        components.sort(key=lambda item: (item[0].sort_key, item[1]))
        timelines.sort(key=lambda item: item[0])
        return cls(str(schema.entity_path), rows, tuple(timelines), tuple(components))


def _component_types(schema: ChunkSchema) -> list[tuple[ComponentDescriptor, pa.DataType]]:
    first = schema.first_component
    return [
        (descriptor, schema.arrow.field(first + i).type)
        for i, descriptor in enumerate(schema.descriptors)
    ]


def _is_start_time(schema: ChunkSchema, descriptor: ComponentDescriptor) -> bool:
    return is_start_time(str(schema.entity_path), descriptor.component)


@dataclass(frozen=True, slots=True)
class ChunkFacts:
    """Chunks as columns of equal length, by place in the index.

    Attributes:
        place: Places in the index, ascending, `(n,) int64`.
        structure: Number of each chunk's structure, `(n,) int64`.
        exact: Equal where chunks are equal, `(n,) uint64`.
        loose: Equal where chunks can be close enough, `(n,) uint64`.
        ids: Chunk ids, `(n,) V16`.
    """

    place: _Ints
    structure: _Ints
    exact: Hashes
    loose: Hashes
    ids: npt.NDArray[np.void]

    def __len__(self) -> int:
        return len(self.place)

    def pick(self, chosen: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> ChunkFacts:
        """Some of the chunks."""
        return ChunkFacts(
            self.place[chosen],
            self.structure[chosen],
            self.exact[chosen],
            self.loose[chosen],
            self.ids[chosen],
        )


@dataclass(slots=True)
class FactCollector:
    """Turns decoded chunks into facts.

    Attributes:
        ignored: Names of timelines that do not count.
        structures: Every structure met, with its number.
        timelines: Names of all timelines met, those that do not count among them.
    """

    ignored: frozenset[str]
    structures: dict[Structure, int] = field(default_factory=dict)
    timelines: set[str] = field(default_factory=set)

    def collect(self, groups: Iterable[PlacedGroup]) -> tuple[ChunkFacts, list[StaticChunk]]:
        """The facts of all chunks that have rows and components, and what the static ones say."""
        columns: list[ChunkFacts] = []
        statics: list[StaticChunk] = []
        for placed in groups:
            schema = placed.group.schema
            if placed.group.rows and schema.descriptors:
                columns.append(self._facts(placed))
                if schema.is_static:
                    statics += static_chunks(placed)
        return _joined(columns), sorted(statics, key=lambda chunk: chunk.place)

    def _facts(self, placed: PlacedGroup) -> ChunkFacts:
        group, schema = placed.group, placed.group.schema
        structure = Structure.of(schema, group.rows, self.ignored)
        number = self.structures.setdefault(structure, len(self.structures))
        self.timelines.update(timeline.name for timeline in schema.timelines)
        batch = by_row_id(group.batch, group.rows)
        loose = np.full(len(group), text_hash(repr(structure)))
        for i, timeline in enumerate(schema.timelines):
            if timeline.name not in self.ignored and not untimed(timeline):
                times = mixed(index_values(batch.column(1 + i)).view(np.uint64))
                loose += _together(times, group.rows, timeline.name)
        exact = loose.copy()
        for i, (descriptor, kind) in enumerate(_component_types(schema), schema.first_component):
            if _is_start_time(schema, descriptor):
                continue
            values = value_hashes(batch.column(i))
            term = _together(values, group.rows, repr(descriptor))
            exact += term
            if exactly(schema) or not holds_floats(kind):
                loose += term
        ids = np.frombuffer(group.ids.tobytes(), "V16")
        return ChunkFacts(placed.places, np.full(len(group), number), exact, loose, ids)


def _together(values: Hashes, rows: int, name: str) -> Hashes:
    """One hash per chunk for the values of its rows, in order, of the column called `name`."""
    salted = values.reshape(-1, rows) + np.arange(1, rows + 1, dtype=np.uint64) * _STEP
    total: Hashes = mixed(salted).sum(axis=1, dtype=np.uint64)
    return mixed(total + text_hash(name))


def _joined(parts: list[ChunkFacts]) -> ChunkFacts:
    ints, hashes = np.zeros(0, np.int64), np.zeros(0, np.uint64)
    parts = [ChunkFacts(ints, ints, hashes, hashes, np.zeros(0, "V16")), *parts]
    place = np.concatenate([part.place for part in parts])
    whole = ChunkFacts(
        place,
        np.concatenate([part.structure for part in parts]),
        np.concatenate([part.exact for part in parts]),
        np.concatenate([part.loose for part in parts]),
        np.concatenate([part.ids for part in parts]),
    )
    return whole.pick(np.argsort(place))
