"""Row ids that occur in more than one chunk, found in bounded memory.

Ids arrive chunk by chunk and are kept as runs: ids of one chunk with equal times and counters that
count up by one are a single run, which is what `send_columns` writes. As long as runs ascend there
can be no duplicate. Otherwise they are sorted, in batches that go to a temporary file when they
grow too many, and merged at the end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt

__all__ = ["RowIdLedger", "SharedRowId"]

_U64s = npt.NDArray[np.uint64]
_Runs = npt.NDArray[np.void]

_RUN = np.dtype([("time", "<u8"), ("first", "<u8"), ("last", "<u8"), ("chunk", "<i8")])
_RUNS_IN_MEMORY = 1 << 21
_RUNS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class SharedRowId:
    """A row id that two chunks have.

    Attributes:
        time: Upper half of the id.
        counter: Lower half.
        chunks: Numbers of the two chunks, ascending.
    """

    time: int
    counter: int
    chunks: tuple[int, int]


@dataclass(slots=True)
class RowIdLedger:
    """The row ids of one store.

    Attributes:
        runs_in_memory: How many runs are kept before they go to a temporary file.
    """

    runs_in_memory: int = _RUNS_IN_MEMORY
    _pending: list[_Runs] = field(default_factory=list)
    _count: int = 0
    _ascending: bool = True
    _end: tuple[int, int] = (-1, -1)
    _file: IO[bytes] | None = None
    _spilled: list[tuple[int, int]] = field(default_factory=list)

    def add(self, times: _U64s, counters: _U64s, chunks: npt.NDArray[np.int64]) -> None:
        """Adds ids; those of one chunk stand together and ascend.

        Args:
            times: Upper halves.
            counters: Lower halves.
            chunks: Number of the chunk of each id.
        """
        if not len(times):
            return
        runs = _runs(times, counters, chunks)
        if self._ascending:
            self._ascending = _ascends(runs) and self._end < _key(runs[0], "first")
            self._end = _key(runs[-1], "last")
        self._pending.append(runs)
        self._count += len(runs)
        if self._count >= self.runs_in_memory:
            self._spill()

    def shared(self) -> Iterator[SharedRowId]:
        """The ids that two chunks have, one for each two runs that overlap."""
        if self._ascending:
            return
        if self._spilled:
            self._spill()
            pieces = self._merged()
        else:
            pieces = iter([_sorted(np.concatenate(self._pending))])
        for piece in pieces:  # runs of one time, and only those can overlap, are in one piece
            yield from _overlaps(piece)

    def close(self) -> None:
        """Removes what is in the temporary file."""
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        if not self._pending:
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        runs = _sorted(np.concatenate(self._pending))
        self._spilled.append((self._file.seek(0, 2), len(runs)))
        self._file.write(runs.tobytes())
        self._pending.clear()
        self._count = 0

    def _merged(self) -> Iterator[_Runs]:
        """All spilled runs in order, piece by piece; equal times stand in one piece."""
        heads = [_Head(self._file, start, count) for start, count in self._spilled if self._file]
        while True:
            for head in heads:
                head.fill()
            limits = [head.runs["time"][-1] for head in heads if head.left]
            if not limits:
                break
            limit = min(limits)
            parts = [head.take_before(limit) for head in heads]
            if any(len(part) for part in parts):
                yield _sorted(np.concatenate(parts))
            else:  # one time fills a whole buffer
                for head in heads:
                    head.fill(more=True)
        rest = [head.runs for head in heads]
        if rest:
            yield _sorted(np.concatenate(rest))


class _Head:
    """The next runs of one spilled batch."""

    def __init__(self, file: IO[bytes], start: int, count: int) -> None:
        self.file = file
        self.position = start
        self.left = count  # in the file, behind `runs`
        self.runs: _Runs = np.empty(0, _RUN)

    def fill(self, *, more: bool = False) -> None:
        """Reads on when nothing is left in memory, or anyway with `more`."""
        if not self.left or (len(self.runs) and not more):
            return
        count = min(self.left, _RUNS_AT_ONCE)
        self.file.seek(self.position)
        data = self.file.read(count * _RUN.itemsize)
        self.position += len(data)
        self.left -= count
        self.runs = np.concatenate([self.runs, np.frombuffer(data, _RUN)])

    def take_before(self, limit: int) -> _Runs:
        """Takes the runs whose time is below `limit`."""
        cut = int(np.searchsorted(self.runs["time"], limit, side="left"))
        taken, self.runs = self.runs[:cut], self.runs[cut:]
        return taken


def _runs(times: _U64s, counters: _U64s, chunks: npt.NDArray[np.int64]) -> _Runs:
    starts = np.ones(len(times), np.bool_)
    starts[1:] = (
        (chunks[1:] != chunks[:-1])
        | (times[1:] != times[:-1])
        | (counters[1:] != counters[:-1] + 1)
    )
    first = np.flatnonzero(starts)
    runs = np.empty(len(first), _RUN)
    runs["time"] = times[first]
    runs["first"] = counters[first]
    runs["last"] = counters[np.append(first[1:], len(times)) - 1]
    runs["chunk"] = chunks[first]
    return runs


def _key(run: np.void, end: str) -> tuple[int, int]:
    return int(run["time"]), int(run[end])


def _ascends(runs: _Runs) -> bool:
    times = runs["time"]
    later = times[1:] > times[:-1]
    if later.all():
        return True
    same_time_later = (times[1:] == times[:-1]) & (runs["first"][1:] > runs["last"][:-1])
    return bool((later | same_time_later).all())


def _sorted(runs: _Runs) -> _Runs:
    ordered: _Runs = runs[np.lexsort((runs["first"], runs["time"]))]
    return ordered


def _overlaps(runs: _Runs) -> Iterator[SharedRowId]:
    """Two runs each that share ids; `runs` are sorted.

    Where several overlap, each is held against the one before it that reaches furthest.
    """
    same_time = runs["time"][1:] == runs["time"][:-1]
    # If any two runs overlap, the first of them overlaps its neighbour.
    touching = np.flatnonzero(same_time & (runs["first"][1:] <= runs["last"][:-1]))
    times = np.unique(runs["time"][touching])
    starts = np.searchsorted(runs["time"], times, side="left")
    ends = np.searchsorted(runs["time"], times, side="right")
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield from _overlaps_at_one_time(runs[start:end])


def _overlaps_at_one_time(runs: _Runs) -> Iterator[SharedRowId]:
    furthest, reach = -1, -1
    time = int(runs["time"][0])
    columns = (runs["first"].tolist(), runs["last"].tolist(), runs["chunk"].tolist())
    for first, last, chunk in zip(*columns, strict=True):
        if first <= reach and chunk != furthest:
            yield SharedRowId(time, first, (min(chunk, furthest), max(chunk, furthest)))
        if last > reach:
            furthest, reach = chunk, last
