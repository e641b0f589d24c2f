"""The first rows of entities: `rrd head`.

With a manifest only the chunks are read that can hold one of these rows: it tells the rows and the
times of every chunk. Of a pipe everything is read, and of each entity no more rows are kept than
are wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import ChunkSchema, index_values, row_ids_as_integers
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.errors import RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.manifest import Manifest
from rrdformats.messages import SetStoreInfo, StoreId
from rrdformats.query import ChunkSpan
from rrdformats.reader import Recording, blocks_of_spans
from rrdformats.scan import StoreNames, whole_groups
from rrdformats.selectors import Selection
from rrdformats.timeline import Timeline
from rrdtool.operations.cells import (
    column_texts,
    column_values,
    row_id_texts,
    time_texts,
    time_values,
)

__all__ = ["EntityHead", "HeadReport", "head"]

_Ints = npt.NDArray[np.int64]
_Keys = tuple[npt.NDArray[Any], ...]
_Convert: TypeAlias = "Callable[[pa.Array[Any]], list[Any]]"
_Owner = tuple[StoreId, str]

_COMPACT_AT = 4
"""How many times the wanted rows may be kept before the surplus is dropped."""


class _Piece(NamedTuple):
    """Rows of one schema, with the keys that order them among those of other pieces."""

    schema: ChunkSchema
    batch: pa.RecordBatch
    keys: _Keys


@dataclass(frozen=True, slots=True)
class EntityHead:
    """The first rows of one entity of one store, static ones first.

    Attributes:
        store_id: The store.
        entity_path: The entity.
        total_rows: How many rows there are.
        timelines: The timelines of these rows, by name.
        descriptors: Their components, in column order.
        pieces: Where the rows are: schemas and batches.
        order: Each row as its piece and its place therein.
    """

    store_id: StoreId
    entity_path: EntityPath
    total_rows: int
    timelines: tuple[Timeline, ...]
    descriptors: tuple[ComponentDescriptor, ...]
    pieces: tuple[tuple[ChunkSchema, pa.RecordBatch], ...] = field(repr=False)
    order: tuple[tuple[int, int], ...] = field(repr=False)

    @property
    def is_static(self) -> list[bool]:
        """Whether each row holds at all times."""
        return [self.pieces[piece][0].is_static for piece, _ in self.order]

    def row_ids(self) -> list[str]:
        """The id of each row."""
        return self._gather(lambda _: 0, row_id_texts)

    def times(self, timeline: Timeline, *, as_text: bool) -> list[Any]:
        """The time of each row: as people write it, or as JSON has it; None without one."""
        convert = time_texts if as_text else time_values

        def column(schema: ChunkSchema) -> int | None:
            return 1 + schema.timelines.index(timeline) if timeline in schema.timelines else None

        return self._gather(column, lambda cells: convert(cells, timeline.kind))

    def texts(self, descriptor: ComponentDescriptor, *, full: bool) -> list[Any]:
        """The cells of a component for people; None where a row's chunk does not have it."""
        kind = descriptor.component_type
        return self._cells(descriptor, lambda cells: column_texts(cells, kind, full=full))

    def values(self, descriptor: ComponentDescriptor) -> list[Any]:
        """The cells of a component as JSON has them, byte strings aside; None where missing."""
        return self._cells(descriptor, column_values)

    def _cells(self, descriptor: ComponentDescriptor, convert: _Convert) -> list[Any]:
        def column(schema: ChunkSchema) -> int | None:
            if descriptor not in schema.descriptors:
                return None
            return schema.first_component + schema.descriptors.index(descriptor)

        return self._gather(column, convert)

    def _gather(self, column: Callable[[ChunkSchema], int | None], convert: _Convert) -> list[Any]:
        """One column of all pieces, in the order of the rows."""
        parts: list[list[Any] | None] = []
        for schema, batch in self.pieces:
            index = column(schema)
            parts.append(None if index is None else convert(batch.column(index)))
        return [None if (part := parts[piece]) is None else part[row] for piece, row in self.order]


@dataclass(frozen=True, slots=True)
class HeadReport:
    """The first rows of the selected entities of a recording.

    Attributes:
        heads: By store, then by entity; entities without rows are left out.
        entities: All entities, selected or not.
        timelines: All timelines of the selected entities, by name.
        scan_reason: Why everything was read; None if the footers told what to read.
    """

    heads: list[EntityHead]
    entities: set[str]
    timelines: set[str]
    scan_reason: str | None


def head(
    recording: Recording,
    selection: Selection | None = None,
    *,
    rows: int = 5,
    timeline: str | None = None,
    on_damage: Callable[[RrdError], None] | None = None,
) -> HeadReport:
    """The first rows of every selected entity.

    Args:
        recording: What to read.
        selection: The entities; None for all.
        rows: How many of each entity.
        timeline: Orders rows by time on this timeline, and leaves out temporal rows that have no
            time on it. Without it, rows come in the order of the file.
        on_damage: Told of what cannot be read, after which reading goes on; without it, raised.

    Raises:
        RrdError: If it is no recording that can be read, or for damage without `on_damage`.
        OSError: If reading fails.
    """
    collector = _Collector(selection or Selection.entities(), rows, timeline)

    def damaged(error: RrdError) -> None:
        if on_damage is None:
            raise error
        on_damage(error)

    if recording.source.size is None:
        scan_reason = None
        for decoded in recording.decoded(damaged):
            collector.learn_stores(decoded)
            collector.take(decoded, damaged)
        totals = collector.totals
    else:
        contents = recording.contents
        scan_reason = contents.scan_reason
        for error in contents.damage:
            damaged(error)
        planner = _Planner(collector.selection, rows, timeline)
        for item in contents.manifests:
            planner.add(item.manifest, item.stream)
        collector.entities, totals = planner.entities, planner.totals
        collector.timelines = planner.timelines
        for store_id in contents.stores:
            collector.names.learn(store_id)
        decoder = ChunkDecoder(recording.limits)
        for block in blocks_of_spans(recording.source, planner.spans()):
            collector.take(decoder.decode(block), damaged)
    heads = collector.heads(totals)
    return HeadReport(heads, collector.entities, collector.timelines, scan_reason)


class _Planner:
    """Finds the chunks that can hold the first rows, from manifests alone."""

    def __init__(self, selection: Selection, rows: int, timeline: str | None) -> None:
        self.selection = selection
        self.rows = rows
        self.timeline = timeline
        self.entities: set[str] = set()
        self.timelines: set[str] = set()
        self.totals: Counter[_Owner] = Counter()
        self._static: dict[_Owner, list[tuple[int, int, ChunkSpan]]] = {}
        self._temporal: dict[_Owner, list[tuple[int, int, int, ChunkSpan]]] = {}

    def add(self, manifest: Manifest, stream: Any) -> None:
        """Takes the chunks of the selected entities."""
        paths = manifest.entity_path
        met = set(paths)
        chosen = {path for path in met if self.selection.matches(path)}
        self.entities |= met
        self.timelines |= {line.name for line in manifest.timelines}
        bounds = next((b for t, b in manifest.timelines.items() if t.name == self.timeline), None)
        exists = None if bounds is None else bounds.exists
        static, counts = manifest.is_static, manifest.num_rows
        offsets, sizes = manifest.byte_offset, manifest.byte_size
        for row, path in enumerate(paths):
            if path not in chosen:
                continue
            owner, count = (manifest.store_id, path), counts[row]
            start = stream.offset + offsets[row]
            span = ChunkSpan(stream, manifest.store_id, start, start + sizes[row])
            if static[row]:
                self._static.setdefault(owner, []).append((start, count, span))
            elif self.timeline is None:
                self._temporal.setdefault(owner, []).append((start, start, count, span))
            elif bounds is not None and (exists is None or exists[row]):
                times = bounds.start[row], bounds.end[row]
                self._temporal.setdefault(owner, []).append((*times, count, span))
            else:
                continue
            self.totals[owner] += count

    def spans(self) -> list[ChunkSpan]:
        """The chunks to read, by place."""
        found: list[ChunkSpan] = []
        for owner in self.totals:
            left = self.rows
            for _, count, span in sorted(self._static.get(owner, []), key=lambda item: item[0]):
                if left > 0:
                    found.append(span)
                left -= count
            found += _first_spans(self._temporal.get(owner, []), left)
        return sorted(found, key=lambda span: span.start)


def _first_spans(chunks: list[tuple[int, int, int, ChunkSpan]], wanted: int) -> Iterator[ChunkSpan]:
    """Chunks (first key, last key, rows, span) that can hold one of the first `wanted` rows.

    A chunk cannot as soon as that many rows stand in chunks that end before it starts.
    """
    by_end = sorted(chunks, key=lambda item: item[1])
    before = passed = 0
    for start, _, _, span in sorted(chunks, key=lambda item: item[0]):
        while by_end[passed][1] < start:
            before += by_end[passed][2]
            passed += 1
        if before >= wanted:
            return
        yield span


class _Collector:
    """Keeps the first rows of every selected entity."""

    def __init__(self, selection: Selection, rows: int, timeline: str | None) -> None:
        self.selection = selection
        self.rows = rows
        self.timeline = timeline
        self.names = StoreNames()
        self.entities: set[str] = set()
        self.timelines: set[str] = set()
        self.totals: Counter[_Owner] = Counter()
        self._static: dict[_Owner, list[_Piece]] = {}
        self._temporal: dict[_Owner, list[_Piece]] = {}

    def learn_stores(self, decoded: DecodedBlock) -> None:
        """Learns the names of the stores that a block introduces."""
        block = decoded.block
        for index, kind in enumerate(block.kinds):
            if kind == MessageKind.SET_STORE_INFO:
                try:
                    message = SetStoreInfo.parse(block.data, block.starts[index], block.ends[index])
                except RrdError as error:
                    place = error.at(block.source_offset(index), KIND_NAMES[kind])
                    decoded.errors.append((index, place))
                else:
                    self.names.learn(message.info.store_id)

    def take(self, decoded: DecodedBlock, on_damage: Callable[[RrdError], None]) -> None:
        """Takes the rows of a block that may be among the first; blocks come in file order."""
        for group in decoded.groups:
            schema = group.schema
            path = str(schema.entity_path)
            self.entities.add(path)
            if schema.descriptors and self.selection.matches(path):
                self.timelines.update(line.name for line in schema.timelines)
                self.take_group(decoded, group)
        for _, error in sorted(decoded.errors, key=lambda found: found[0]):
            on_damage(error)

    def take_group(self, decoded: DecodedBlock, group: ChunkGroup) -> None:
        schema = group.schema
        names = [timeline.name for timeline in schema.timelines]
        if not schema.is_static and self.timeline is not None and self.timeline not in names:
            return
        kept = self._static if schema.is_static else self._temporal
        stores = decoded.headers.store[group.headers]
        for store in np.unique(stores).tolist():
            mine = np.flatnonzero(stores == store)
            part = group if len(mine) == len(group) else group.pick(mine)
            try:
                store_id = self.names.complete(decoded.headers.stores[store])
            except RrdError as error:
                message = int(part.messages[0])
                place = error.at(decoded.block.source_offset(message), KIND_NAMES[2])
                decoded.errors.append((message, place))
                continue
            owner = store_id, str(schema.entity_path)
            self.totals[owner] += len(part) * part.rows
            pieces = kept.setdefault(owner, [])
            for whole in whole_groups(decoded, part):
                pieces.append(self.piece(whole))
            if sum(piece.batch.num_rows for piece in pieces) > _COMPACT_AT * self.rows:
                kept[owner] = _compacted(pieces, self.rows)

    def piece(self, group: ChunkGroup) -> _Piece:
        """The first rows of a group, copied so that the block can go."""
        batch, schema = group.batch, group.schema
        keys: _Keys
        if self.timeline is None or schema.is_static:
            offsets = np.asarray(group.block.starts, np.int64)[group.messages] + group.block.offset
            keys = (np.repeat(offsets, group.rows),)
        else:
            names = [timeline.name for timeline in schema.timelines]
            ids = row_ids_as_integers(batch.column(0))
            times = index_values(batch.column(1 + names.index(self.timeline)))
            keys = (times, ids[:, 0], ids[:, 1])
        return _picked(_Piece(schema, batch, keys), np.lexsort(keys[::-1])[: self.rows])

    def heads(self, totals: Counter[_Owner]) -> list[EntityHead]:
        """What was found, stores in order of appearance, entities by name."""
        owners = dict.fromkeys(chain(totals, self._static, self._temporal))
        stores = list(dict.fromkeys(store for store, _ in owners))
        found = []
        for store_id, path in owners:
            owner = store_id, path
            pieces = _compacted(self._static.get(owner, []), self.rows)
            order = _order(pieces, self.rows)
            temporal = _compacted(self._temporal.get(owner, []), self.rows)
            first = len(pieces)
            order += [
                (first + piece, row) for piece, row in _order(temporal, self.rows - len(order))
            ]
            total = totals[owner]
            if total:
                found.append(_entity_head(owner, total, [*pieces, *temporal], order))
        return sorted(
            found, key=lambda h: (stores.index(h.store_id), h.entity_path.natural_sort_key)
        )


def _entity_head(
    owner: _Owner, total: int, pieces: list[_Piece], order: list[tuple[int, int]]
) -> EntityHead:
    timelines = {timeline for piece in pieces for timeline in piece.schema.timelines}
    descriptors = {descriptor for piece in pieces for descriptor in piece.schema.descriptors}
    return EntityHead(
        owner[0],
        EntityPath.parse(owner[1]),
        total,
        tuple(sorted(timelines, key=lambda timeline: (timeline.name, timeline.kind.value))),
        tuple(sorted(descriptors, key=lambda descriptor: descriptor.sort_key)),
        tuple((piece.schema, piece.batch) for piece in pieces),
        tuple(order),
    )


def _picked(piece: _Piece, rows: _Ints) -> _Piece:
    return _Piece(
        piece.schema,
        piece.batch.take(rows),
        tuple(key[rows] for key in piece.keys),
    )


def _order(pieces: list[_Piece], rows: int) -> list[tuple[int, int]]:
    """The first rows over all pieces, as piece and place therein."""
    if not pieces or rows <= 0:
        return []
    counts = [piece.batch.num_rows for piece in pieces]
    owners = np.repeat(np.arange(len(pieces)), counts)
    places = np.concatenate([np.arange(count) for count in counts])
    columns = zip(*(piece.keys for piece in pieces), strict=True)
    keys = [np.concatenate(parts) for parts in columns]
    chosen = np.lexsort(keys[::-1])[:rows]
    return list(zip(owners[chosen].tolist(), places[chosen].tolist(), strict=True))


def _compacted(pieces: list[_Piece], rows: int) -> list[_Piece]:
    """The pieces without the rows that are not among the first; each in order."""
    wanted: dict[int, list[int]] = {}
    for piece, row in _order(pieces, rows):
        wanted.setdefault(piece, []).append(row)
    return [_picked(pieces[piece], np.array(chosen)) for piece, chosen in sorted(wanted.items())]
