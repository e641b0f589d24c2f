"""Sums of the facts of each component: equal sums, equal facts, however they were cut into chunks.

A sum of well-mixed 64-bit hashes does not depend on order, and two different sets of facts have the
same one by chance once in 2^64. So one pass over both recordings, with a few numbers for each
component, finds the components that need a closer look.

A sum does not see order either, where order counts: rows at the same times. So it is also noted
whether a component's times can be told to be all different; if not, sums are not enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.timeline import Timeline
from rrdtool.operations.comparison.per_run import CLOCK
from rrdtool.operations.comparison.row_facts import Key, RowColumn, RowFacts
from rrdtool.operations.comparison.value_hashes import Hashes

__all__ = ["ComponentSums", "Side", "SideSums", "StaticFact"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"

Side = int
"""0 for the first recording, 1 for the second."""

_SKETCH = 256
"""Row ids that are kept to find out whether two recordings share any: those of smallest hash."""


@dataclass(frozen=True, slots=True)
class StaticFact:
    """The latest static value of a component.

    Attributes:
        row_id: Its row id.
        value: Hash of the value.
        place: Place of its chunk in the index.
        row: Its row there.
    """

    row_id: tuple[int, int]
    value: int
    place: int
    row: int


@dataclass(slots=True)
class ComponentSums:
    """What one recording holds of a component.

    Attributes:
        count: How many temporal facts.
        by_row_id: Their sum by row id, modulo 2^64.
        by_time: Their sum by time.
        static: The latest static value.
        kinds: Type, archetype and component type, as its chunks have them.
    """

    count: int = 0
    by_row_id: int = 0
    by_time: int = 0
    static: StaticFact | None = None
    kinds: set[tuple[str, str | None, str | None]] = field(default_factory=set)
    _spans: dict[frozenset[Timeline], dict[Timeline, list[tuple[int, int]] | None]] = field(
        default_factory=dict
    )

    def add(self, facts: RowFacts, column: RowColumn) -> None:
        """Takes the values of a column."""
        descriptor = column.descriptor
        self.kinds.add((column.kind, descriptor.archetype, descriptor.component_type))
        hashes = column.hashes()
        if facts.is_static:
            self._add_static(facts, column, hashes)
            return
        self.count += len(hashes)
        self.by_row_id = _added(self.by_row_id, facts.by_row_id(column, hashes))
        self.by_time = _added(self.by_time, facts.by_time(column, hashes))

    def _add_static(self, facts: RowFacts, column: RowColumn, hashes: Hashes) -> None:
        ids = column.held(facts.row_ids)
        last = int(np.lexsort((ids[:, 1], ids[:, 0]))[-1])
        row_id = int(ids[last, 0]), int(ids[last, 1])
        if self.static is None or row_id > self.static.row_id:
            place, row = column.held(facts.places)[last], column.held(facts.rows)[last]
            self.static = StaticFact(row_id, int(hashes[last]), int(place), int(row))

    def note_spans(self, spans: dict[Timeline, tuple[int, int] | None]) -> None:
        """Notes the range of times of some more rows on each timeline; None if times recur."""
        known = self._spans.setdefault(frozenset(spans), {timeline: [] for timeline in spans})
        for timeline, span in spans.items():
            found = known[timeline]
            if span is None:
                known[timeline] = None
            elif found is not None:
                found.append(span)

    def may_recur(self) -> bool:
        """Whether two rows may have the same times; False only if they certainly have not."""
        return any(
            all(found is None or _overlap(found) for found in timelines.values())
            for timelines in self._spans.values()
        )


def _added(total: int, facts: Hashes) -> int:
    return (total + int(facts.sum(dtype=np.uint64))) % 2**64


def _overlap(spans: list[tuple[int, int]]) -> bool:
    spans.sort()
    return any(after[0] <= before[1] for before, after in pairwise(spans))


@dataclass(slots=True)
class SideSums:
    """What one recording holds, component by component.

    Attributes:
        components: Sums by entity and component.
        timelines: All timelines that count.
    """

    components: dict[Key, ComponentSums] = field(default_factory=dict)
    timelines: set[Timeline] = field(default_factory=set)
    _sketch: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))

    def add(self, facts: RowFacts) -> None:
        """Takes the rows of some chunks."""
        spans: dict[Timeline, tuple[int, int] | None] | None = None
        for column in facts.columns():
            sums = self.components.setdefault(column.key, ComponentSums())
            sums.add(facts, column)
            if facts.is_static:
                continue
            if spans is None:
                spans = _spans(facts)
                self.timelines.update(facts.timelines)
                self._add_row_ids(facts.row_id_hashes)
            sums.note_spans(spans)

    def _add_row_ids(self, hashes: Hashes) -> None:
        if len(self._sketch) == _SKETCH:
            hashes = hashes[hashes < self._sketch[-1]]
        if len(hashes) > _SKETCH:
            hashes = np.partition(hashes, _SKETCH)[:_SKETCH]
        self._sketch = np.unique(np.concatenate((self._sketch, hashes)))[:_SKETCH]

    def shares_row_ids(self, other: SideSums) -> bool:
        """Whether some rows of both have the same id, as far as a sample tells."""
        return bool(np.isin(self._sketch, other._sketch).any())


def _spans(facts: RowFacts) -> dict[Timeline, tuple[int, int] | None]:
    """The range of the times on each timeline; None where a time recurs."""
    spans: dict[Timeline, tuple[int, int] | None] = {}
    for timeline, times in facts.timelines.items():
        if timeline.name == CLOCK:
            continue
        if (times[1:] > times[:-1]).all():
            spans[timeline] = int(times[0]), int(times[-1])
            continue
        different = np.unique(times)
        whole = len(different) == len(times)
        spans[timeline] = (int(different[0]), int(different[-1])) if whole else None
    return spans
