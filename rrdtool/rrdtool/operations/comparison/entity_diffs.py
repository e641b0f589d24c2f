"""Counts the facts that differ, and keeps the first difference of each entity."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdtool.operations.comparison.chunk_reading import ChunkReader
from rrdtool.operations.comparison.closeness import Tolerance
from rrdtool.operations.comparison.divergence import Difference, Kind, RowPlace
from rrdtool.operations.comparison.row_cells import still_differ
from rrdtool.operations.comparison.row_facts import Key
from rrdtool.operations.comparison.row_matching import MatchedRecords
from rrdtool.operations.comparison.row_records import RECORD, Records
from rrdtool.operations.comparison.row_sums import StaticFact

__all__ = ["DifferenceLog"]

_Kinds: TypeAlias = "Set[tuple[str, str | None, str | None]]"

_KINDS: tuple[Kind, ...] = ("changed", "moved", "only_a", "only_b")


class DifferenceLog:
    """What differs between two stores.

    Args:
        tolerance: How far numbers may differ.
        readers: What reads the chunks of each.

    Attributes:
        counts: For each component that differs, how many facts are changed, moved, only in the
            first, and only in the second.
        types: For each component that is something else in the two, what it is in each.
        first: The first difference of each entity.
    """

    def __init__(self, tolerance: Tolerance, readers: tuple[ChunkReader, ChunkReader]) -> None:
        self._tolerance = tolerance
        self._readers = readers
        self.counts: dict[Key, tuple[int, int, int, int]] = {}
        self.types: dict[Key, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.first: dict[str, Difference] = {}

    def compare_types(self, key: Key, a: _Kinds, b: _Kinds) -> None:
        """Compares what a component is, where both have it."""
        if a and b and a != b:
            self.types[key] = _texts(a), _texts(b)

    def compare_static(self, key: Key, a: StaticFact | None, b: StaticFact | None) -> None:
        """Compares the static values of a component."""
        if a is None and b is None:
            return
        kind: Kind = "only_b" if a is None else "only_a" if b is None else "changed"
        if a is not None and b is not None:
            if a.value == b.value:
                return
            pair = _static_record(a), _static_record(b)
            if not self._tolerance.is_exact and not self._still(key, *pair).any():
                return
        self._count(key, kind, 1)
        row_id = (a or b or _NOTHING).row_id
        self._offer(Difference(kind, key, (0, 0, *row_id), _place(a), _place(b)))

    def take(self, keys: Sequence[Key], found: MatchedRecords) -> None:
        """Takes temporal facts that differ; `keys` are the components by their numbers."""
        a, b = found.changed_a, found.changed_b
        if len(a):
            other = a["value"] != b["value"]
            moved = a["times"] != b["times"]
            if not self._tolerance.is_exact and other.any():
                for number in np.unique(a["component"][other]).tolist():
                    mine = np.flatnonzero(other & (a["component"] == number))
                    other[mine] = self._still(keys[number], a[mine], b[mine])
            moved &= ~other
            self._add("changed", keys, a[other], b[other])
            self._add("moved", keys, a[moved], b[moved])
        self._add("only_a", keys, found.only_a, None)
        self._add("only_b", keys, None, found.only_b)

    def _still(self, key: Key, a: Records, b: Records) -> npt.NDArray[np.bool_]:
        return still_differ(key, self._readers, (a, b), self._tolerance)

    def _add(self, kind: Kind, keys: Sequence[Key], a: Records | None, b: Records | None) -> None:
        records = a if a is not None else b
        if records is None or not len(records):
            return
        # By component, then time, then row id: the first of each component comes first.
        order = np.lexsort((records["low"], records["high"], records["time"], records["component"]))
        numbers, starts, counts = np.unique(
            records["component"][order], return_index=True, return_counts=True
        )
        for number, start, count in zip(
            numbers.tolist(), starts.tolist(), counts.tolist(), strict=True
        ):
            self._count(keys[number], kind, count)
            place = int(order[start])
            record = records[place]
            when = 1, int(record["time"]), int(record["high"]), int(record["low"])
            where = [None if side is None else _row(side, place) for side in (a, b)]
            self._offer(Difference(kind, keys[number], when, where[0], where[1]))

    def _count(self, key: Key, kind: Kind, count: int) -> None:
        counts = list(self.counts.get(key, (0, 0, 0, 0)))
        counts[_KINDS.index(kind)] += count
        self.counts[key] = counts[0], counts[1], counts[2], counts[3]

    def _offer(self, found: Difference) -> None:
        known = self.first.get(found.key[0])
        if known is None or (found.order, found.key) < (known.order, known.key):
            self.first[found.key[0]] = found


_NOTHING = StaticFact((0, 0), 0, 0, 0)


def _texts(kinds: _Kinds) -> tuple[str, ...]:
    return tuple(sorted(" ".join(part or "-" for part in kind) for kind in kinds))


def _static_record(fact: StaticFact) -> Records:
    record = np.zeros(1, RECORD)
    record["place"], record["row"] = fact.place, fact.row
    return record


def _place(fact: StaticFact | None) -> RowPlace | None:
    return None if fact is None else RowPlace(fact.place, fact.row)


def _row(records: Records, place: int) -> RowPlace:
    return RowPlace(int(records["place"][place]), int(records["row"][place]))
