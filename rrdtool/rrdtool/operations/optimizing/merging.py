"""Merges the chunks of one run while they arrive.

Chunks arrive in the order of the file; rows leave in the order of time. What has arrived without a
gap is put in order, cut into chunks, and given out but for the last chunk, which may still grow.
So what is held is about as much as one chunk may be large, and what waits for a late one.

Only chunks that overlap are cut; what merely fits to its neighbours is taken as a whole, so that
what has been merged once stays as it is the next time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import index_values
from rrdformats.descriptors import ComponentDescriptor
from rrdtool.operations.optimizing.packing import pack
from rrdtool.operations.optimizing.plan import Run
from rrdtool.operations.optimizing.rows import Rows, joined, sorting
from rrdtool.operations.optimizing.settings import Settings

__all__ = ["Copied", "Made", "Merging", "Output"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Copied:
    """A chunk that turned out to be good as it is.

    Attributes:
        chunk: Its number in the table.
    """

    chunk: int


@dataclass(frozen=True, slots=True)
class Made:
    """A new chunk.

    Attributes:
        run: The run that it belongs to.
        rows: Its rows.
        chunks: The chunks that they come from.
    """

    run: Run
    rows: Rows
    chunks: _Ints


Output: TypeAlias = Copied | Made


class Merging:
    """Takes the chunks of a run in any order and gives out merged ones.

    A component may be of different types in different chunks. Then there are several mergers, each
    for chunks that agree.
    """

    def __init__(self, run: Run, settings: Settings) -> None:
        self._run = run
        self._settings = settings
        self._arrived: list[_Ints] = []
        self._mergers: list[_Merger] = [_Merger(run, settings)]

    def add(self, rows: Rows, members: _Ints) -> None:
        """Takes all rows of some members."""
        fitting = next((merger for merger in self._mergers if merger.fits(rows)), None)
        if fitting is None:
            fitting = _Merger(self._run, self._settings)
            for earlier in self._arrived:
                fitting.skip(earlier)
            self._mergers.append(fitting)
        fitting.add(rows)
        self.skip(members)

    def skip(self, members: _Ints) -> None:
        """Goes on without rows of the given members."""
        self._arrived.append(members)
        for merger in self._mergers:
            merger.skip(members)

    def outputs(self) -> list[Output]:
        """The chunks that are complete."""
        return [output for merger in self._mergers for output in merger.outputs()]


class _Merger:
    """Merges those chunks of a run whose columns are of the same types."""

    def __init__(self, run: Run, settings: Settings) -> None:
        self._run = run
        self._settings = settings
        self._arrived = np.zeros(len(run.chunks), np.bool_)
        self._front = 0  # so many members have arrived without a gap
        self._waiting: list[Rows] = []
        self._waiting_bytes = 0
        self._mixed = np.zeros(len(run.chunks), np.bool_)  # members that overlap others
        self._open: Rows | None = None
        self._types: dict[str, tuple[ComponentDescriptor, pa.DataType]] = {}

    def fits(self, rows: Rows) -> bool:
        """Whether all columns are of the types that they had before, where they were known."""
        return all(self._types.get(found[0].component, found) == found for found in _typed(rows))

    def add(self, rows: Rows) -> None:
        """Takes all rows of some members, which must fit."""
        self._types.update((found[0].component, found) for found in _typed(rows))
        self._waiting.append(rows)
        self._waiting_bytes += rows.nbytes

    def skip(self, members: _Ints) -> None:
        """Says that the given members have arrived, here or elsewhere."""
        self._arrived[members] = True
        missing = np.flatnonzero(~self._arrived[self._front :])
        self._front = self._front + int(missing[0]) if len(missing) else len(self._arrived)

    @property
    def is_complete(self) -> bool:
        """Whether all members have arrived."""
        return self._front == len(self._arrived)

    def outputs(self) -> list[Output]:
        """The chunks that are complete."""
        if self.is_complete or self._waiting_bytes >= self._settings.max_bytes:
            return self._advance()
        return []

    def _each_alone(self, rows: Rows) -> Iterator[Output]:
        """Chunks of a piece that just arrived, in which the rows of a member are neighbours."""
        for member in np.unique(rows.member).tolist():
            chunk = int(self._run.chunks[member])
            if self._run.whole[member]:
                yield Copied(chunk)
            else:
                places = np.flatnonzero(rows.member == member)
                part = rows.slice(int(places[0]), int(places[-1]) + 1)
                yield Made(self._run, part, np.array([chunk]))

    def _advance(self) -> list[Output]:
        pieces, begun = self._ready(), self._open
        together = pieces if begun is None else [begun, *pieces]
        if not together:
            return []
        try:
            return self._merged(joined(together))
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
            # A type that Arrow cannot join or reorder: what has arrived is given out as it is.
            self._open = None
            found: list[Output] = [] if begun is None else [self._output(begun, begun.member)]
            return found + [output for piece in pieces for output in self._each_alone(piece)]

    def _ready(self) -> list[Rows]:
        """What stands before the first gap, in order; the rest goes on waiting."""
        ready, waiting = [], []
        for rows in self._waiting:
            early = rows.member < self._front
            if early.all():
                ready.append(rows)
            elif not early.any():
                waiting.append(rows)
            else:
                ready.append(rows.take(np.flatnonzero(early)))
                waiting.append(rows.take(np.flatnonzero(~early)))
        ready.sort(key=lambda rows: int(rows.member[0]))
        self._waiting = waiting
        self._waiting_bytes = sum(rows.nbytes for rows in waiting)
        return ready

    def _merged(self, rows: Rows) -> list[Output]:
        cluster = self._clusters(np.unique(rows.member))
        large = self._settings.max_bytes if rows.times else None
        places = sorting([lambda: cluster[rows.member], *rows.keys(large)])
        moved = np.zeros(0, np.int64)
        if places is not None:
            rows = rows.take(places)
            backwards = (np.diff(places) < 0) & (np.diff(rows.member) == 0)
            moved = np.unique(rows.member[1:][backwards])
        final = rows.slice(0, self._final(rows, cluster))
        divided = self._mixed | self._run.shares
        free = divided[final.member[1:]] | (np.diff(final.member) != 0)
        if final.starts is not None:
            free &= final.starts[1:]
        ends = pack(final.packable(np.flatnonzero(free) + 1), self._settings)
        if self.is_complete:
            self._open = None
        else:  # the last chunk may grow
            ends = ends[:-1]
            self._open = rows.slice(ends[-1] if ends else 0, len(rows))
        return [self._output(rows.slice(*span), moved) for span in pairwise(ends)]

    def _clusters(self, members: _Ints) -> _Ints:
        """Numbers that are equal for members that overlap or touch, and ascend.

        Only members that came here count: those of other types are not merged with them.
        """
        run = self._run
        latest = np.maximum.accumulate(run.last[members])[:-1]
        cluster = np.zeros(len(run.chunks), np.int64)
        cluster[members[1:]] = np.cumsum(run.first[members[1:]] > latest)
        overlapping = np.flatnonzero(run.first[members[1:]] < latest)
        self._mixed[members[overlapping]] = True
        self._mixed[members[overlapping + 1]] = True
        return cluster

    def _final(self, rows: Rows, cluster: _Ints) -> int:
        """How many rows no chunk that is still to come can stand before."""
        run = self._run
        if self.is_complete or not run.overlaps[self._front]:
            return len(rows)
        clusters = cluster[rows.member]
        start = int(np.searchsorted(clusters, clusters[-1]))
        times = index_values(rows.times[0])[start:]
        return start + int(np.searchsorted(times, run.first[self._front]))

    def _output(self, rows: Rows, moved: _Ints) -> Output:
        run = self._run
        members = np.unique(rows.member)
        only = int(members[0])
        intact = run.whole[only] and run.rows[only] == len(rows) and only not in moved
        if len(members) == 1 and intact:
            return Copied(int(run.chunks[only]))
        return Made(run, rows, run.chunks[members])


def _typed(rows: Rows) -> Iterator[tuple[ComponentDescriptor, pa.DataType]]:
    return ((descriptor, lists.type) for descriptor, lists in rows.columns.items())
