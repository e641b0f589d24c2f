"""Chunks of an index, decoded: many of them group by group, or one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import rows_taken
from rrdformats.blocks import OnDamage
from rrdformats.chunk import ChunkSchema, row_ids_as_integers
from rrdformats.decode import ChunkDecoder, ChunkGroup
from rrdformats.errors import CorruptError, RrdError
from rrdformats.reader import Recording
from rrdformats.scan import whole_groups
from rrdformats.spans import read_window, windows
from rrdtool.operations.comparison.chunk_index import ChunkIndex, Progress, index_chunks
from rrdtool.operations.edit_inputs import InputError, blaming

__all__ = ["ChunkReader", "OnSideDamage", "PlacedGroup", "by_row_id", "chunk_reader"]

OnSideDamage = Callable[[str, RrdError], None]
"""Told the name of a recording, and what of it cannot be read; it may raise."""

_Ints: TypeAlias = "npt.NDArray[np.int64]"

_NO_ID = bytes(16)


@dataclass(frozen=True, slots=True)
class PlacedGroup:
    """Chunks of one layout and one store, with their places in the index.

    Attributes:
        group: The chunks; their batch has been found to decode.
        store: Index of their store.
        places: Index of each chunk, `(n,) int64`.
    """

    group: ChunkGroup
    store: int
    places: _Ints


class ChunkReader:
    """Reads chunks that an index lists.

    Args:
        index: The index.
        on_damage: Told of each chunk that cannot be read; if it returns, the chunk is left out.

    Attributes:
        index: The index.
    """

    def __init__(self, index: ChunkIndex, on_damage: OnDamage) -> None:
        self.index = index
        self._on_damage = on_damage
        self._decoder = ChunkDecoder(index.recording.limits)
        self._broken: set[int] = set()

    def groups(self, places: _Ints) -> Iterator[PlacedGroup]:
        """The chunks at `places`, which ascend; of those with one id in a store only the first.

        Damage is told of once, however often a chunk is read.
        """
        seen: set[tuple[int, bytes]] = set()
        for some in self._runs(places):
            for placed in self._decoded(some):
                kept = self._new(placed, seen)
                if kept is not None:
                    yield kept

    def one(self, place: int) -> tuple[ChunkSchema, pa.RecordBatch]:
        """The rows of one chunk, by row id.

        Raises:
            CorruptError: If it cannot be read; that has not been told.
        """
        for placed in self._decoded(np.array([place])):
            batch = placed.group.batch
            return placed.group.schema, by_row_id(batch, batch.num_rows)
        raise CorruptError("a chunk cannot be read", offset=int(self.index.start[place]))

    def _runs(self, places: _Ints) -> Iterator[_Ints]:
        """Chunks of one stream that are read together."""
        streams = self.index.stream[places]
        for stream in np.unique(streams).tolist():
            mine = places[streams == stream]
            for run in windows(self.index.start[mine], self.index.end[mine]):
                yield mine[run]

    def _decoded(self, places: _Ints) -> Iterator[PlacedGroup]:
        index = self.index
        stream = index.streams[int(index.stream[places[0]])]
        source = index.recording.source
        block = read_window(source, stream, index.start[places], index.end[places])
        decoded = self._decoder.decode(block)
        for group in decoded.groups:
            for part in whole_groups(decoded, group):
                mine = places[part.messages]
                stores = index.store[mine]
                for store in np.unique(stores).tolist():
                    chosen = np.flatnonzero(stores == store)
                    picked = part if len(chosen) == len(part) else part.pick(chosen)
                    yield PlacedGroup(picked, store, mine[chosen])
        for message, error in decoded.errors:
            place = int(places[message])
            if place not in self._broken:
                self._broken.add(place)
                self._on_damage(error)

    def _new(self, placed: PlacedGroup, seen: set[tuple[int, bytes]]) -> PlacedGroup | None:
        """The chunks of a group that were not there before; only old ones are not known yet."""
        unknown = [i for i in self.index.ids[placed.places].tolist() if i == _NO_ID]
        if not unknown:
            return placed
        fresh: list[int] = []
        for i, chunk_id in enumerate(placed.group.ids):
            key = (placed.store, chunk_id.tobytes())
            if key not in seen:
                seen.add(key)
                fresh.append(i)
        if not fresh:
            return None
        chosen = np.array(fresh)
        return PlacedGroup(placed.group.pick(chosen), placed.store, placed.places[chosen])


def chunk_reader(
    recording: Recording, on_damage: OnSideDamage | None, progress: Progress | None
) -> ChunkReader:
    """Indexes one of the recordings that are compared.

    Args:
        recording: A recording that can seek.
        on_damage: Told of what cannot be read, now and later. Without it that is raised.
        progress: Told how far reading has come.

    Raises:
        InputError: If it cannot be read at all, or is damaged, without `on_damage`.
    """
    name = recording.source.name

    def damaged(error: RrdError) -> None:
        if on_damage is None:
            raise InputError(name, error) from error
        on_damage(name, error)

    with blaming(name):
        return ChunkReader(index_chunks(recording, damaged, progress), damaged)


def by_row_id(batch: pa.RecordBatch, rows: int) -> pa.RecordBatch:
    """The rows of chunks of `rows` rows each, those of each chunk by row id."""
    ids = row_ids_as_integers(batch.column(0))
    high, low = ids[:, 0], ids[:, 1]
    falls = (high[1:] < high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] < low[:-1]))
    falls[rows - 1 :: rows] = False  # from one chunk to the next
    if not falls.any():
        return batch
    return rows_taken(batch, np.lexsort((low, high, np.arange(len(ids)) // rows)))
