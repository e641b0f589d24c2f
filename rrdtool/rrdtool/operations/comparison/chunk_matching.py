"""Finds the chunk of the one recording for each chunk of the other, and says why there is none.

Chunks with equal hashes are pairs. Of the others, those that can only differ in floating-point
numbers are read again and held against each other, number by number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import ChunkSchema, index_values
from rrdformats.errors import RrdError
from rrdformats.times import format_time
from rrdformats.tuid import CHUNK_PREFIX
from rrdtool.operations.cells import column_texts, tuid_texts
from rrdtool.operations.comparison.chunk_facts import ChunkFacts, Structure, exactly, untimed
from rrdtool.operations.comparison.chunk_reading import ChunkReader
from rrdtool.operations.comparison.closeness import (
    Close,
    Tolerance,
    first_mismatch,
    mismatches,
    reference_close,
)
from rrdtool.operations.comparison.pairing import left_over, paired

__all__ = ["ChunkDifference", "ChunkMatcher"]

_CHUNKS_KEPT = 16


@dataclass(frozen=True, slots=True)
class ChunkDifference:
    """A chunk without a partner, or two that should be partners and differ.

    Attributes:
        entity: The entity.
        chunk_a: Id of the chunk of the first recording; None if there is none.
        chunk_b: Id of the chunk of the second.
        reason: How they differ.
    """

    entity: str
    chunk_a: str | None
    chunk_b: str | None
    reason: str


class ChunkMatcher:
    """Matches the chunks of two recordings.

    Args:
        a: Chunks of the first.
        b: Chunks of the second.
        readers: What reads the chunks of each.
        structures: The structures that the facts refer to.
        ignored: Names of timelines that do not count.
    """

    def __init__(
        self,
        a: ChunkFacts,
        b: ChunkFacts,
        readers: tuple[ChunkReader, ChunkReader],
        structures: list[Structure],
        ignored: frozenset[str],
    ) -> None:
        self._a, self._b = a, b
        self._structures = structures
        self._ignored = ignored
        # Within a handful of candidates the same chunks are asked for again and again.
        self._read_a = lru_cache(_CHUNKS_KEPT)(readers[0].one)
        self._read_b = lru_cache(_CHUNKS_KEPT)(readers[1].one)

    def unordered(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The chunks of both sides that are left when each has found at most one partner."""
        mine, theirs = paired([self._a.exact], [self._b.exact])
        rest_a, rest_b = left_over(len(self._a), mine), left_over(len(self._b), theirs)
        buckets: dict[int, list[int]] = {}
        for j in rest_b.tolist():
            buckets.setdefault(int(self._b.loose[j]), []).append(j)
        lonely = []
        for i in rest_a.tolist():
            candidates = buckets.get(int(self._a.loose[i]), [])
            found = next((j for j in candidates if self.close(i, j)), None)
            if found is None:
                lonely.append(i)
            else:
                candidates.remove(found)
        free = sorted(j for candidates in buckets.values() for j in candidates)
        return np.array(lonely, np.int64), np.array(free, np.int64)

    def close(self, i: int, j: int) -> bool:
        """Whether two chunks count as equal."""
        if self._a.exact[i] == self._b.exact[j]:
            return True
        if self._a.loose[i] != self._b.loose[j]:
            return False
        return next(self._value_differences(i, j), None) is None

    def difference(self, i: int | None, j: int | None) -> ChunkDifference:
        """What to say of two chunks that differ, or of one without a partner."""
        ids = [
            None if place is None else tuid_texts(facts.ids[place].tobytes(), CHUNK_PREFIX)[0]
            for facts, place in ((self._a, i), (self._b, j))
        ]
        some = self._a.structure[i] if i is not None else self._b.structure[j or 0]
        entity = self._structures[int(some)].entity
        if i is None or j is None:
            reason = f"only {'A' if j is None else 'B'} has such a chunk"
        else:
            reason = self.reason(i, j)
        return ChunkDifference(entity, ids[0], ids[1], reason)

    def neighbours(
        self, lonely: npt.NDArray[np.int64], free: npt.NDArray[np.int64]
    ) -> Iterator[tuple[int | None, int | None]]:
        """Puts chunks that have no partner beside those that they most likely should have had.

        They have the same entity at least, and more in common where there is a choice.
        """
        spare = {j: self._structures[int(self._b.structure[j])] for j in free.tolist()}
        by_entity: dict[str, list[int]] = {}
        for j, structure in spare.items():
            by_entity.setdefault(structure.entity, []).append(j)
        for i in lonely.tolist():
            mine = self._structures[int(self._a.structure[i])]
            candidates = by_entity.get(mine.entity)
            if not candidates:
                yield i, None
                continue
            best = next((j for j in candidates if spare[j] == mine), None)
            if best is None:
                best = max(candidates, key=lambda j: _likeness(mine, spare[j]))
            candidates.remove(best)
            yield i, best
        for candidates in by_entity.values():
            yield from ((None, j) for j in candidates)

    def reason(self, i: int, j: int) -> str:
        """How two chunks differ; what is seen first when going from the whole to the values."""
        a = self._structures[int(self._a.structure[i])]
        b = self._structures[int(self._b.structure[j])]
        return _structural(a, b) or next(self._value_differences(i, j), "their values differ")

    def _value_differences(self, i: int, j: int) -> Iterator[str]:
        try:
            schema, batch = self._read_a(int(self._a.place[i]))
            schema_b, batch_b = self._read_b(int(self._b.place[j]))
        except RrdError as error:
            yield str(error)
            return
        yield from self._time_differences((schema, batch), (schema_b, batch_b))
        close: Close = Tolerance() if exactly(schema) else reference_close
        others = {str(d.sort_key): n for n, d in enumerate(schema_b.descriptors)}
        skipped = {
            d for d, kind in self._structures[int(self._a.structure[i])].components if not kind
        }
        for n, descriptor in enumerate(schema.descriptors):
            if descriptor in skipped:
                continue
            mine = batch.column(schema.first_component + n)
            other = others[str(descriptor.sort_key)]
            theirs = batch_b.column(schema_b.first_component + other)
            wrong = mismatches(mine, theirs, close)
            if wrong.any():
                row = int(np.argmax(wrong))
                place = first_mismatch(mine.slice(row, 1), theirs.slice(row, 1), close)
                left, right = (column_texts(v)[0] or "null" for v in (place.a, place.b))
                where = f" at {place.path}" if place.path else ""
                yield f"{descriptor.component} differs in row {row}{where}: {left} and {right}"

    def _time_differences(
        self, a: tuple[ChunkSchema, pa.RecordBatch], b: tuple[ChunkSchema, pa.RecordBatch]
    ) -> Iterator[str]:
        others = {timeline: n for n, timeline in enumerate(b[0].timelines)}
        for n, timeline in enumerate(a[0].timelines):
            if timeline.name in self._ignored or untimed(timeline):
                continue
            mine = index_values(a[1].column(1 + n))
            theirs = index_values(b[1].column(1 + others[timeline]))
            wrong = np.flatnonzero(mine != theirs)
            if len(wrong):
                row = int(wrong[0])
                left, right = (format_time(int(t[row]), timeline.kind) for t in (mine, theirs))
                yield f"timeline {timeline.name} differs in row {row}: {left} and {right}"


def _likeness(a: Structure, b: Structure) -> int:
    shared = len(set(a.components) & set(b.components)) + len(set(a.timelines) & set(b.timelines))
    return 2 * shared + (a.rows == b.rows)


def _structural(a: Structure, b: Structure) -> str | None:
    """How two structures of one entity differ."""
    if a == b:
        return None
    if a.rows != b.rows:
        return f"they have {a.rows} and {b.rows} rows"
    if a.timelines != b.timelines:
        return f"they have the timelines {_timelines(a)} and {_timelines(b)}"
    types_a = {descriptor.component: (descriptor, kind) for descriptor, kind in a.components}
    types_b = {descriptor.component: (descriptor, kind) for descriptor, kind in b.components}
    for component in sorted(types_a.keys() ^ types_b.keys()):
        return f"only {'A' if component in types_a else 'B'} has the component {component}"
    for component, (descriptor, kind) in types_a.items():
        other, kind_b = types_b[component]
        if descriptor != other:
            return f"{component} is described as {_described(descriptor)} and {_described(other)}"
        if kind != kind_b:
            return f"{component} is of the types {kind} and {kind_b}"
    return "they have different components"


def _timelines(structure: Structure) -> str:
    named = [f"{name}:{kind.value}" if kind else name for name, kind in structure.timelines]
    return f"[{' '.join(named)}]"


def _described(descriptor: object) -> str:
    parts = (getattr(descriptor, "archetype", None), getattr(descriptor, "component_type", None))
    return " ".join(part or "-" for part in parts)
