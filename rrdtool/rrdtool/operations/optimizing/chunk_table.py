"""What the manifests say of the chunks of one store, as columns of numbers.

The chunks may stand in several streams of several files. Everything that is planned is planned from
this table, so planning costs by the number of chunks and not by their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.manifest import Manifest, TimeBounds
from rrdformats.messages import StoreId
from rrdformats.migrations import migrate_descriptor
from rrdformats.timeline import Timeline
from rrdtool.operations.edit_plan import PlannedStore, Share

__all__ = ["ChunkTable", "build_table", "set_codes"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]

_WORD = 31  # bits that are looked at together when sets are told apart


@dataclass(slots=True)
class ChunkTable:
    """The chunks of one store, by share and then by place in the file; equally long columns.

    Attributes:
        store_id: The store.
        shares: Where the chunks come from.
        share: Index into `shares` of each chunk.
        row: Its row in the share's manifest.
        start: First byte of its message in the source.
        size: Length of the message (bytes).
        uncompressed: Length of the uncompressed Arrow stream (bytes).
        rows: Rows.
        is_static: Whether it is static.
        ids: Chunk ids, `(n, 16) uint8`.
        entities: The entity paths that occur.
        entity: Index into `entities`.
        timelines: The timelines of the store.
        first: First time of each chunk on each timeline, `(timelines, n)`; 0 where it has none.
        last: Last time.
        has: Whether the chunk has times there.
        components: For each layout, the components that its chunks have values of.
        layout: Index into `components`.
    """

    store_id: StoreId
    shares: list[Share]
    share: _Ints
    row: _Ints
    start: _Ints
    size: _Ints
    uncompressed: _Ints
    rows: _Ints
    is_static: _Mask
    ids: npt.NDArray[np.uint8]
    entities: list[str]
    entity: _Ints
    timelines: list[Timeline]
    first: _Ints
    last: _Ints
    has: _Mask
    components: list[frozenset[ComponentDescriptor]]
    layout: _Ints

    def __len__(self) -> int:
        return len(self.row)


def build_table(store: PlannedStore) -> ChunkTable:
    """The table of all chunks that go into a store as they are.

    Raises:
        CorruptError: If a manifest is not what it must be.
    """
    shares = [share for share in store.shares if len(share.rows)]
    columns = [_ShareColumns(share) for share in shares]
    number = np.repeat(np.arange(len(shares)), [len(column) for column in columns])

    def joined(name: str) -> _Ints:
        return np.concatenate([np.zeros(0, np.int64), *(getattr(c, name) for c in columns)])

    names = {line.name: line for column in columns for line in column.manifest.timelines}
    timelines = [names[name] for name in sorted(names)]
    bounds = [np.zeros((3, len(timelines), 0), np.int64), *(c.bounds(timelines) for c in columns)]
    first, last, has = np.concatenate(bounds, axis=2)
    entities: dict[str, int] = {}
    entity = [column.entity(entities) for column in columns]
    masks = _Components(columns)
    layout = set_codes(masks, len(number))
    return ChunkTable(
        store_id=store.store_id,
        shares=shares,
        share=number,
        row=joined("row"),
        start=joined("start"),
        size=joined("size"),
        uncompressed=joined("uncompressed"),
        rows=joined("rows"),
        is_static=joined("is_static").astype(np.bool_),
        ids=np.concatenate([np.zeros((0, 16), np.uint8), *(column.ids for column in columns)]),
        entities=list(entities),
        entity=np.concatenate([np.zeros(0, np.int64), *entity]),
        timelines=timelines,
        first=first,
        last=last,
        has=has.astype(np.bool_),
        components=masks.sets(layout),
        layout=layout,
    )


class _ShareColumns:
    """One share's chunks, in the order of the file."""

    def __init__(self, share: Share) -> None:
        self.manifest: Manifest = share.item.manifest
        start = np.asarray(self.manifest.byte_offset, np.int64)
        self.row = share.rows[np.argsort(start[share.rows], kind="stable")]
        self.start = start[self.row] + share.item.stream.offset
        self.size = self._integers(self.manifest.byte_size)
        self.uncompressed = self._integers(self.manifest.byte_size_uncompressed)
        self.rows = self._integers(self.manifest.num_rows)
        self.is_static = np.asarray(self.manifest.is_static, np.int64)[self.row]
        self.ids = np.frombuffer(self.manifest.chunk_id, np.uint8).reshape(-1, 16)[self.row]

    def __len__(self) -> int:
        return len(self.row)

    def entity(self, known: dict[str, int]) -> _Ints:
        """Codes of the entities; `known` learns of new ones."""
        names, codes = self.manifest.entity_codes
        code_of = np.array([known.setdefault(name, len(known)) for name in names], np.int64)
        return code_of[np.frombuffer(codes, np.int32)[self.row]]

    def _integers(self, column: memoryview) -> _Ints:
        return np.asarray(column, np.int64)[self.row]

    def bounds(self, timelines: list[Timeline]) -> _Ints:
        """First time, last time, and whether there is any: `(3, timelines, n)`."""
        found = np.zeros((3, len(timelines), len(self.row)), np.int64)
        for number, timeline in enumerate(timelines):
            bounds = self.manifest.timelines.get(timeline)
            if bounds is None:
                continue
            has = _existing(bounds, len(self.row))[self.row]
            found[0, number] = np.where(has, np.asarray(bounds.start, np.int64)[self.row], 0)
            found[1, number] = np.where(has, np.asarray(bounds.end, np.int64)[self.row], 0)
            found[2, number] = has
        return found

    def holders(self) -> Iterator[tuple[ComponentDescriptor, _Mask]]:
        """For each component which chunks have a value of it; a component may come repeatedly."""
        for (_, old), bounds in self.manifest.component_bounds.items():
            descriptor = migrate_descriptor(old)
            if descriptor is not None:
                yield descriptor, _holding(bounds, len(self.row))[self.row]
        for old, static in self.manifest.static_components.items():
            descriptor = migrate_descriptor(old)
            if descriptor is not None:
                yield descriptor, np.asarray(static, np.bool_)[self.row]


def _existing(bounds: TimeBounds, length: int) -> _Mask:
    if bounds.exists is None:
        return np.ones(length, np.bool_)
    return np.frombuffer(bounds.exists, np.bool_)


def _holding(bounds: TimeBounds, length: int) -> _Mask:
    if bounds.num_rows is None:
        return _existing(bounds, length)
    return np.asarray(bounds.num_rows, np.int64) > 0


@dataclass
class _Components:
    """Which chunks hold which component, one mask after the other."""

    columns: list[_ShareColumns]
    _by_descriptor: dict[ComponentDescriptor, _Mask] = field(default_factory=dict)

    def __iter__(self) -> Iterator[_Mask]:
        start, length = 0, sum(map(len, self.columns))
        for column in self.columns:
            for descriptor, held in column.holders():
                whole = self._by_descriptor.get(descriptor)
                if whole is None:
                    whole = self._by_descriptor[descriptor] = np.zeros(length, np.bool_)
                whole[start : start + len(column)] |= held
            start += len(column)
        yield from self._by_descriptor.values()

    def sets(self, codes: _Ints) -> list[frozenset[ComponentDescriptor]]:
        """The components of each code."""
        samples = np.unique(codes, return_index=True)[1]
        held = [(descriptor, mask[samples]) for descriptor, mask in self._by_descriptor.items()]
        return [
            frozenset(descriptor for descriptor, mask in held if mask[code])
            for code in range(len(samples))
        ]


def set_codes(masks: Iterable[_Mask], length: int) -> _Ints:
    """Numbers the distinct sets that `masks` describe: equal number, equal set.

    Args:
        masks: For each possible member of the sets, which of them have it.
        length: Number of sets.
    """
    codes = np.zeros(length, np.int64)
    word, bits = np.zeros(length, np.int64), 0
    for mask in masks:
        word = word << 1 | mask
        bits += 1
        if bits == _WORD:
            codes = np.unique(codes << _WORD | word, return_inverse=True)[1]
            word, bits = np.zeros(length, np.int64), 0
    found: _Ints = np.unique(codes << _WORD | word, return_inverse=True)[1].astype(np.int64)
    return found
