"""`rrd compare`: whether two recordings are equal chunk by chunk, by the rules of the reference.

The rules were found out by experiment; `comparison.chunk_facts` and `comparison.static_chunks` say
what they are. Chunks that are the same bytes in both files are never decoded. Some things are
different here on purpose:

- NaN equals NaN, since a recording is equal to itself.
- What stands beneath a null does not count, as nobody can see it.
- Recordings that hold the same chunks are equal. For the reference the order of messages decides
  which static chunks are overwritten.
- Chunks keep their ids. Those whose rows are not in the order of their row ids get new ones when
  the reference loads them: sent twice they are two chunks, and they come last in its order.

And a damaged file is no recording: it is refused, unless the caller takes what can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt

from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdtool.operations.comparison.chunk_facts import ChunkFacts, FactCollector
from rrdtool.operations.comparison.chunk_index import Progress, without
from rrdtool.operations.comparison.chunk_matching import ChunkDifference, ChunkMatcher
from rrdtool.operations.comparison.chunk_reading import ChunkReader, OnSideDamage, chunk_reader
from rrdtool.operations.comparison.static_chunks import overwritten
from rrdtool.operations.edit_inputs import made_seekable

__all__ = ["CannotCompareError", "CompareReport", "compare"]

_Ints = npt.NDArray[np.int64]


class CannotCompareError(Exception):
    """Two inputs that are not one recording each.

    Attributes:
        name: The input that is not.
        what: What it is instead.
    """

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name}: {what}")
        self.name = name
        self.what = what


@dataclass(slots=True)
class CompareReport:
    """What comparing found.

    Attributes:
        a: The first input.
        b: The second.
        same: Whether they count as equal.
        unordered: Whether the order of chunks did not count.
        application_ids: Of the first and the second.
        chunks: How many chunks each has, those that were sent twice counted once.
        identical: How many of them are the same bytes in both.
        differing: How many chunks of each have no equal; 0 if already the applications differ.
        differences: The first of them, with reasons.
        unknown_timelines: Ignored timelines that none of the chunks has that had to be decoded;
            empty if none had to be.
    """

    a: str
    b: str
    same: bool
    unordered: bool
    application_ids: tuple[str, str]
    chunks: tuple[int, int] = (0, 0)
    identical: int = 0
    differing: tuple[int, int] = (0, 0)
    differences: list[ChunkDifference] = field(default_factory=list)
    unknown_timelines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two recordings.

    Attributes:
        reader: Reads its chunks, of which those of blueprints are none of ours.
        store: The recording's id.
        places: The recording's chunks, each once.
    """

    reader: ChunkReader
    store: StoreId
    places: _Ints


def compare(
    a: Recording,
    b: Recording,
    *,
    unordered: bool = False,
    ignore_timelines: Iterable[str] = (),
    max_differences: int = 20,
    on_damage: OnSideDamage | None = None,
    progress: Progress | None = None,
) -> CompareReport:
    """Compares two recordings chunk by chunk, as `rerun rrd compare` does.

    Args:
        a: The first; a pipe is spooled to a temporary file.
        b: The second.
        unordered: Whether any chunk of `b` can be the equal of a chunk of `a`, not only the one
            at the same place in the order of chunk ids.
        ignore_timelines: Names of timelines that do not count.
        max_differences: How many differences to describe.
        on_damage: Told of what cannot be read. Without it that is raised.
        progress: Told how far reading has come.

    Raises:
        CannotCompareError: If one of the inputs does not hold exactly one recording.
        InputError: If one of them cannot be read at all, or is damaged, without `on_damage`.
    """
    with ExitStack() as stack:
        sides: list[_Side] = []
        for recording in (a, b):
            seekable = stack.enter_context(made_seekable(recording))
            sides.append(_side(seekable, on_damage, progress))
        first, second = sides
        report = CompareReport(
            a.source.name,
            b.source.name,
            same=False,
            unordered=unordered,
            application_ids=(str(first.store.application_id), str(second.store.application_id)),
            chunks=(len(first.places), len(second.places)),
        )
        if first.store.application_id == second.store.application_id:
            ignored = frozenset(ignore_timelines)
            _compare_chunks(report, first, second, ignored, max_differences)
        return report


def _side(recording: Recording, on_damage: OnSideDamage | None, progress: Progress | None) -> _Side:
    reader = chunk_reader(recording, on_damage, progress)
    index = reader.index
    stores = [i for i, store in enumerate(index.stores) if store.kind is StoreKind.RECORDING]
    if len(stores) != 1:
        held = f"{len(stores)} recordings" if stores else "no recording"
        raise CannotCompareError(
            recording.source.name, f"it holds {held}; compare takes exactly one"
        )
    places = index.first_of_each(np.flatnonzero(index.store == stores[0]))
    return _Side(reader, index.stores[stores[0]], places)


def _compare_chunks(
    report: CompareReport, a: _Side, b: _Side, ignored: frozenset[str], most: int
) -> None:
    digests_a, digests_b = a.reader.index.digests, b.reader.index.digests
    rest_a = without(a.places, digests_a, digests_b[b.places])
    rest_b = without(b.places, digests_b, digests_a[a.places])
    report.identical = len(a.places) - len(rest_a)
    if not len(rest_a) and not len(rest_b):
        report.same = True
        return
    collector = FactCollector(ignored)
    facts = [
        _facts(side, rest, collector, everything=not report.unordered)
        for side, rest in ((a, rest_a), (b, rest_b))
    ]
    if collector.timelines:
        report.unknown_timelines = sorted(ignored - collector.timelines)
    readers = a.reader, b.reader
    matcher = ChunkMatcher(facts[0], facts[1], readers, list(collector.structures), ignored)
    if report.unordered:
        lonely, free = matcher.unordered()
        pairs = matcher.neighbours(lonely, free)
        report.differing = len(lonely), len(free)
    else:
        found = list(_differing_in_order(matcher, *facts))
        pairs = iter(found)
        counts = [sum(pair[side] is not None for pair in found) for side in (0, 1)]
        report.differing = counts[0], counts[1]
    report.same = report.differing == (0, 0)
    report.differences = [matcher.difference(i, j) for i, j in islice(pairs, most)]


def _facts(side: _Side, rest: _Ints, collector: FactCollector, *, everything: bool) -> ChunkFacts:
    """Facts of the chunks that must be looked at.

    A chunk that is the same in both is needed only where it matters for others: for their order, or
    because it is static and may overwrite them.
    """
    chosen = side.places
    if not everything:
        chosen = np.union1d(rest, chosen[side.reader.index.static[chosen] != 0])
    facts, statics = collector.collect(side.reader.groups(chosen))
    return facts.pick(~np.isin(facts.place, list(overwritten(statics))))


def _differing_in_order(
    matcher: ChunkMatcher, a: ChunkFacts, b: ChunkFacts
) -> Iterator[tuple[int | None, int | None]]:
    """The chunks that differ when both sides are sorted by chunk id."""
    order_a, order_b = (sorted(range(len(x)), key=x.ids.tolist().__getitem__) for x in (a, b))
    for place in range(max(len(order_a), len(order_b))):
        i = order_a[place] if place < len(order_a) else None
        j = order_b[place] if place < len(order_b) else None
        if i is None or j is None or not matcher.close(i, j):
            yield i, j
