"""The last known value of every component at a time, as rows at that time.

Manifests say per chunk and component when it was set first and last, so only the chunks are read
in which the last value before the time can stand. The rows get new row ids in the order of the
old ones, smaller than those of today: whatever is logged at the time itself counts more, and of two
values the later one still counts more, as it matters where an entity was cleared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from rrdformats.chunk import Chunk, ChunkSchema, index_values, row_ids_as_integers
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.migrations import migrate_descriptor
from rrdformats.timeline import MIN_TIME
from rrdformats.tuid import Tuid
from rrdtool.operations.edit_plan import Share
from rrdtool.operations.edit_reading import OnDamage, read_groups

__all__ = ["Candidates", "last_values"]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_CLEAR = "Clear:is_recursive"


@dataclass(frozen=True, slots=True)
class Candidates:
    """What manifests say of one component on a timeline, for the chunks of a share.

    Attributes:
        descriptor: The component.
        rows: Rows of the manifest with chunks that have it at or before the time.
        names: Entities.
        codes: Which of `names` each chunk belongs to.
        start: First time that it is set in each.
        end: Last time.
    """

    descriptor: ComponentDescriptor
    rows: _Ints
    names: list[str]
    codes: npt.NDArray[np.int32]
    start: _Ints
    end: _Ints

    @property
    def entities(self) -> list[str]:
        """The entity of each chunk."""
        return [self.names[code] for code in self.codes.tolist()]

    @classmethod
    def of(cls, share: Share, timeline: str, at: int) -> Iterator[Candidates]:
        """The candidates of a share, one item per component."""
        manifest = share.item.manifest
        names, codes = manifest.entity_codes
        entity = np.frombuffer(codes, np.int32)
        chosen = np.zeros(len(manifest), np.bool_)
        chosen[share.rows] = True
        for (index, old), bounds in manifest.component_bounds.items():
            descriptor = migrate_descriptor(old)
            if index != timeline or descriptor is None:
                continue
            start, end = np.asarray(bounds.start, np.int64), np.asarray(bounds.end, np.int64)
            has = chosen & (start <= at) & (start <= end)
            if bounds.exists is not None:
                has &= np.frombuffer(bounds.exists, np.bool_)
            if bounds.num_rows is not None:
                has &= np.asarray(bounds.num_rows, np.int64) > 0
            rows = np.flatnonzero(has)
            yield cls(descriptor, rows, names, entity[rows], start[rows], end[rows])


@dataclass(frozen=True, slots=True)
class _Known:
    """A value that may be the last one.

    Attributes:
        order: Time and row id: of two values the one with the larger order counts.
        schema: The schema of the chunk that it stands in.
        row: The row that holds it, as a batch of its own.
    """

    order: tuple[int, int, int]
    schema: ChunkSchema
    row: pa.RecordBatch


_Key = tuple[str, ComponentDescriptor, bool]
"""Entity, component, and whether it is a clear that is recursive."""


def last_values(
    shares: Iterable[Share],
    timeline: str,
    at: int,
    *,
    besides: frozenset[tuple[str, str]] = frozenset(),
    on_damage: OnDamage | None = None,
) -> list[Chunk]:
    """Rows at a time with everything that was known before it, one chunk each.

    Args:
        shares: The chunks of one recording.
        timeline: The timeline of the time.
        at: The time; what is set at that very time needs no row.
        besides: Entities and components to leave out.
        on_damage: Told of chunks that cannot be read; without it they are raised.

    Raises:
        InputError: If a chunk cannot be read, without `on_damage`.
    """
    shares = list(shares)
    known: dict[_Key, _Known] = {}
    for share, rows in zip(shares, _needed(shares, timeline, at, besides), strict=True):
        for group in read_groups(share, rows, on_damage):
            _look(group.schema, group.batch, timeline, at, known)
    held: dict[tuple[str, tuple[int, int, int]], list[tuple[_Known, ComponentDescriptor]]] = {}
    for (entity, descriptor, _), value in known.items():
        if value.order[0] < at and (entity, descriptor.component) not in besides:
            held.setdefault((entity, value.order), []).append((value, descriptor))
    ordered = sorted(held.items(), key=lambda item: (item[0][1], item[0][0]))
    return [
        _row_at(values[0][0], [descriptor for _, descriptor in values], timeline, at, rank)
        for rank, (_, values) in enumerate(ordered, 1)
    ]


def _needed(
    shares: list[Share], timeline: str, at: int, besides: frozenset[tuple[str, str]]
) -> list[_Ints]:
    """For each share the rows of chunks in which a last value can stand."""
    found = [list(Candidates.of(share, timeline, at)) for share in shares]
    floors: dict[tuple[str, ComponentDescriptor], int] = {}
    for item in chain.from_iterable(found):
        over = item.end <= at
        latest = np.full(len(item.names), MIN_TIME, np.int64)
        np.maximum.at(latest, item.codes[over], item.end[over])
        for code in np.unique(item.codes[over]).tolist():
            key = item.names[code], item.descriptor
            floors[key] = max(floors.get(key, MIN_TIME), int(latest[code]))
    needed = []
    for candidates in found:
        rows = [np.zeros(0, np.int64)]
        for item in candidates:
            floor = np.array([_floor(floors, name, item.descriptor) for name in item.names])
            wanted = np.array([(n, item.descriptor.component) not in besides for n in item.names])
            if len(item.rows):
                rows.append(item.rows[(item.end >= floor[item.codes]) & wanted[item.codes]])
        needed.append(np.unique(np.concatenate(rows)))
    return needed


def _floor(
    floors: dict[tuple[str, ComponentDescriptor], int], entity: str, descriptor: ComponentDescriptor
) -> int:
    """From which time on a value can be the last one; of clears both kinds are wanted."""
    if descriptor.component == _CLEAR:
        return MIN_TIME
    return floors.get((entity, descriptor), MIN_TIME)


def _look(
    schema: ChunkSchema, batch: pa.RecordBatch, timeline: str, at: int, known: dict[_Key, _Known]
) -> None:
    """Notes the last values in rows of one schema."""
    names = [line.name for line in schema.timelines]
    if timeline not in names or not batch.num_rows:
        return
    times = index_values(batch.column(1 + names.index(timeline)))
    ids = row_ids_as_integers(batch.column(0))
    rows: dict[int, _Known] = {}
    entity = str(schema.entity_path)
    for column, descriptor in enumerate(schema.descriptors, schema.first_component):
        values = batch.column(column)
        early = (times <= at) & values.is_valid().to_numpy(zero_copy_only=False)
        for flag, chosen in _kinds(descriptor, values, early):
            if not chosen.any():
                continue
            place = _last(times, ids, np.flatnonzero(chosen))
            order = int(times[place]), int(ids[place, 0]), int(ids[place, 1])
            key = entity, descriptor, flag
            if key in known and known[key].order >= order:
                continue
            if place not in rows:
                rows[place] = _Known(order, schema, batch.take(pa.array([place])))
            known[key] = rows[place]


def _kinds(
    descriptor: ComponentDescriptor, values: pa.Array[Any], early: _Mask
) -> Iterator[tuple[bool, _Mask]]:
    """The rows to find the last one of; clears of single entities and recursive ones are two."""
    if descriptor.component != _CLEAR:
        yield False, early
        return
    flags = np.array([bool(cell and any(cell)) for cell in values.to_pylist()], np.bool_)
    yield False, early & ~flags
    yield True, early & flags


def _last(times: _Ints, ids: npt.NDArray[np.uint64], rows: _Ints) -> int:
    """Which of some rows has the largest time, and of these the largest row id."""
    for keys in (times, ids[:, 0], ids[:, 1]):
        values = keys[rows]
        rows = rows[values == values.max()]
    return int(rows[0])


def _row_at(
    value: _Known, descriptors: list[ComponentDescriptor], timeline: str, at: int, rank: int
) -> Chunk:
    """A chunk of one row: what a row says, at another time."""
    schema, row = value.schema, value.row
    lines = []
    for column, line in enumerate(schema.timelines, 1):
        times = row.column(column)
        if line.name == timeline:
            times = pa.array([at], pa.int64()).view(times.type)
        lines.append((line, times))
    parts = [
        (descriptor, row.column(column))
        for column, descriptor in enumerate(schema.descriptors, schema.first_component)
        if descriptor in descriptors
    ]
    said = [schema.entity_path, *sorted(map(str, descriptors)), *value.order, timeline, at]
    state = xxhash.xxh3_128_digest(repr(list(map(str, said))).encode())
    row_id = Tuid(rank, int.from_bytes(state[:8], "little") >> 1)
    return Chunk.build(
        schema.entity_path,
        row_ids=pa.array([row_id.to_bytes()], pa.binary(16)),
        timelines=lines,
        components=parts,
        chunk_id=Tuid(value.order[1], int.from_bytes(state[8:], "little") >> 1),
    )
