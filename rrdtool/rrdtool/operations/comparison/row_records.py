"""One record per fact of the components that need a closer look, in bounded memory.

If there are many, two things keep them few. Sums over 65,536 buckets of keys tell which of the keys
can differ at all. And what still does not fit is written to temporary files, and comes back part by
part: records of one key are always in one part.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.timeline import Timeline
from rrdtool.operations.comparison.row_facts import Key, RowColumn, RowFacts
from rrdtool.operations.comparison.row_sums import Side
from rrdtool.operations.comparison.value_hashes import Hashes, mixed, salt

__all__ = ["RECORD", "Closer", "Records", "records_of"]

Records: TypeAlias = "npt.NDArray[np.void]"
_Ints: TypeAlias = "npt.NDArray[np.int64]"

RECORD = np.dtype(
    [
        ("key", "u8"),  # by which facts are matched: hash of row id, or of times
        ("high", "u8"),  # row id
        ("low", "u8"),
        ("value", "u8"),  # hash
        ("times", "u8"),  # hash; 0 where times are what is matched by
        ("time", "i8"),  # on the first timeline
        ("component", "u4"),  # number among those looked at
        ("place", "u4"),  # of the chunk in the index
        ("row", "u4"),  # in the chunk
    ]
)
"""A fact: 60 bytes."""

_PART = 1 << 18
"""Records of one side that are held in memory at once, more or less."""

_BUCKETS = 1 << 16

Read = Callable[[Side], Iterable[RowFacts]]
"""Reads the rows of one recording from the start."""


@dataclass(frozen=True, slots=True)
class Closer:
    """What is to be looked at, and how.

    Attributes:
        numbers: The components, each with its number.
        ordered: Numbers of those of which every row is needed, because order may matter.
        by_row_id: Whether facts are matched by row id; by time otherwise.
        timelines: Names of timelines, the first of which a row has gives its time.
    """

    numbers: dict[Key, int]
    ordered: frozenset[int]
    by_row_id: bool
    timelines: Sequence[str]

    def columns(self, facts: RowFacts) -> Iterator[tuple[int, RowColumn]]:
        """The columns of some rows that are to be looked at."""
        if not facts.is_static:
            for column in facts.columns(self.numbers.__contains__):
                yield self.numbers[column.key], column

    def keys(self, facts: RowFacts) -> Hashes:
        """What the rows are matched by."""
        return facts.row_id_hashes if self.by_row_id else facts.time_hashes

    def buckets(self, number: int, keys: Hashes) -> _Ints:
        """The bucket of each key of a component."""
        return (mixed(keys + salt(number)) >> np.uint64(48)).astype(np.int64)

    def times(self, facts: RowFacts) -> _Ints:
        """The time of each row on the first of `timelines` that it has; zeros if it has none."""
        by_name: dict[str, Timeline] = {timeline.name: timeline for timeline in facts.timelines}
        for name in self.timelines:
            if name in by_name:
                return facts.timelines[by_name[name]]
        return np.zeros(len(facts.row_ids), np.int64)


def records_of(closer: Closer, read: Read, total: int) -> Iterator[tuple[Records, Records]]:
    """The records of both sides, part by part.

    Args:
        closer: What is to be looked at.
        read: Reads the rows.
        total: How many facts that are, both sides together.
    """
    chosen = None if total <= 2 * _PART else _Buckets(closer, read)
    expected = total if chosen is None else chosen.total
    parts = max(1, -(-expected // (2 * _PART)))
    with ExitStack() as stack:
        stores = [_PartStore(parts, stack) for _ in range(2)]
        for side, store in enumerate(stores):
            for facts in read(side):
                for number, column in closer.columns(facts):
                    records = _records(closer, facts, number, column)
                    buckets = closer.buckets(number, records["key"])
                    if chosen is not None and number not in closer.ordered:
                        wanted = chosen.differ[buckets]
                        records, buckets = records[wanted], buckets[wanted]
                    store.add(records, buckets * parts // _BUCKETS)
        for part in range(parts):
            yield stores[0].take(part), stores[1].take(part)


def _records(closer: Closer, facts: RowFacts, number: int, column: RowColumn) -> Records:
    keys = column.held(closer.keys(facts))
    records = np.zeros(len(keys), RECORD)
    ids = column.held(facts.row_ids)
    records["key"] = keys
    records["high"], records["low"] = ids[:, 0], ids[:, 1]
    records["value"] = column.hashes()
    if closer.by_row_id:
        records["times"] = column.held(facts.all_time_hashes)
    records["time"] = column.held(closer.times(facts))
    records["component"] = number
    records["place"] = column.held(facts.places)
    records["row"] = column.held(facts.rows)
    return records


class _Buckets:
    """Sums of facts by bucket of their keys.

    Attributes:
        differ: Which buckets do not have the same sum on both sides.
        total: About how many facts are to be looked at: those in such buckets, and all of
            components whose order may matter.
    """

    def __init__(self, closer: Closer, read: Read) -> None:
        sums = np.zeros((2, _BUCKETS), np.uint64)
        counts = np.zeros((2, _BUCKETS), np.int64)
        ordered = 0
        for side in range(2):
            for facts in read(side):
                for number, column in closer.columns(facts):
                    hashes = column.hashes()
                    if number in closer.ordered:
                        ordered += len(hashes)
                        continue
                    made = facts.by_row_id if closer.by_row_id else facts.by_time
                    buckets = closer.buckets(number, column.held(closer.keys(facts)))
                    # Facts of two components in one bucket must not make up for each other.
                    np.add.at(sums[side], buckets, mixed(made(column, hashes) + salt(number)))
                    counts[side] += np.bincount(buckets, minlength=_BUCKETS)
        self.differ: npt.NDArray[np.bool_] = (sums[0] != sums[1]) | (counts[0] != counts[1])
        self.total = ordered + int(counts[:, self.differ].sum())


class _PartStore:
    """Records of one side, cut into parts; in memory if it is one, else in a temporary file."""

    def __init__(self, parts: int, stack: ExitStack) -> None:
        self._whole: list[Records] = []
        self._file: IO[bytes] | None = None
        if parts > 1:
            self._file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - on a stack
        self._runs: list[list[tuple[int, int]]] = [[] for _ in range(parts)]

    def add(self, records: Records, parts: _Ints) -> None:
        """Takes records with the part of each."""
        if self._file is None:
            self._whole.append(records)
            return
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(len(self._runs) + 1)).tolist()
        data, size = records[order].tobytes(), RECORD.itemsize
        base = self._file.tell()
        self._file.write(data)
        for part, (start, end) in enumerate(pairwise(bounds)):
            if end > start:
                self._runs[part].append((base + start * size, base + end * size))

    def take(self, part: int) -> Records:
        """The records of a part, once all have been added."""
        if self._file is None:
            return np.concatenate([np.zeros(0, RECORD), *self._whole])
        pieces: list[bytes] = []
        for start, end in self._runs[part]:
            self._file.seek(start)
            pieces.append(self._file.read(end - start))
        return np.frombuffer(b"".join(pieces), RECORD)
