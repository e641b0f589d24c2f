"""What is copied and what is merged, decided from the manifests.

Within a group chunks are put in order of their first time. Neighbours whose times overlap must be
merged and sorted; neighbours that fit into one chunk together can be merged. What is joined that
way, and the chunk behind it, is a run. A chunk of a video stream that does not begin with a
keyframe belongs to the run of the one before. A chunk that is alone in its run is good as it is,
and is copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdtool.operations.optimizing.chunk_table import ChunkTable
from rrdtool.operations.optimizing.claims import out_of_order
from rrdtool.operations.optimizing.groups import Atoms, Group
from rrdtool.operations.optimizing.packing import evenly, pack
from rrdtool.operations.optimizing.reading import Reader
from rrdtool.operations.optimizing.settings import Settings
from rrdtool.operations.optimizing.videos import Videos

__all__ = ["Plan", "Run", "in_order", "make_plan", "split_into_passes"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]

_BUDGET = 160 << 20
"""Bytes that the runs of one reading may hold at a time, as estimated from the manifests."""


@dataclass(frozen=True, slots=True)
class Run:
    """Chunks of a group that are read and merged, in order; arrays of equal length.

    Attributes:
        group: The group.
        chunks: Their numbers in the table.
        whole: Whether all of the chunk is meant, or only the columns of the group.
        overlaps: Whether the chunk begins before one of those before it has ended.
        shares: Whether it shares a group of pictures with the one before or behind it.
        first: Its first time on the group's first timeline; 0 without timelines.
        last: Its last time there.
        rows: Its rows.
        size: Bytes of its data, about.
        codec: The codec by which chunks begin at keyframes; None if they may begin anywhere.
    """

    group: Group
    chunks: _Ints
    whole: _Mask
    overlaps: _Mask
    shares: _Mask
    first: _Ints
    last: _Ints
    rows: _Ints
    size: _Ints
    codec: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the chunks of a store.

    Attributes:
        table: The chunks.
        copied: Numbers of those that are copied.
        merged: Numbers of those that are read and merged.
        runs: How.
    """

    table: ChunkTable
    copied: _Ints
    merged: _Ints
    runs: list[Run]

    def forecast(self, settings: Settings) -> int:
        """About how many chunks merging will leave, as far as manifests tell."""
        return sum(len(pack(evenly(run.rows, run.size), settings)) - 1 for run in self.runs)


def in_order(table: ChunkTable, atoms: Atoms, settings: Settings) -> Atoms:
    """The atoms group by group, by first time, then last time, then place.

    Of chunks of one time those that are too large to be merged come last, so that they do not part
    others from those before.
    """
    first, last = _bounds(table, atoms)
    keys = atoms.chunk, atoms.size > settings.max_bytes, last, first, atoms.group
    return atoms.take(np.lexsort(keys))


def make_plan(
    table: ChunkTable,
    atoms: Atoms,
    settings: Settings,
    reader: Reader,
    videos: Videos,
    dropped: _Ints,
) -> Plan:
    """Plans for all chunks of a store.

    Args:
        table: The chunks.
        atoms: What is merged, in order within each group.
        settings: Bounds for what is merged.
        reader: Reads from chunks that are alone whether they are in order.
        videos: What is known of video streams.
        dropped: Chunks that are neither merged nor copied.
    """
    first, last = _bounds(table, atoms)
    joins, overlaps, shares = _joins(table, atoms, first, last, settings, videos.leaning)
    starts = np.flatnonzero(~joins)
    ends = np.append(starts[1:], len(joins))
    alone = (ends - starts == 1) & atoms.whole[starts]
    alone[alone] = _are_in_order(table, atoms.take(starts[alone]), reader)
    in_runs = np.zeros(len(table), np.bool_)
    runs: list[Run] = []
    for start, end in zip(starts[~alone].tolist(), ends[~alone].tolist(), strict=True):
        chunks = atoms.chunk[start:end]
        in_runs[chunks] = True
        number, span = int(atoms.group[start]), slice(start, end)
        run = Run(
            atoms.groups[number],
            chunks,
            whole=atoms.whole[span],
            overlaps=overlaps[span],
            shares=shares[span],
            first=first[span],
            last=last[span],
            rows=table.rows[chunks],
            size=atoms.size[span],
            codec=videos.codecs.get(number),
        )
        runs.append(run)
    merged = np.flatnonzero(in_runs)
    in_runs[dropped] = True
    return Plan(table, np.flatnonzero(~in_runs), merged, runs)


def _bounds(table: ChunkTable, atoms: Atoms) -> tuple[_Ints, _Ints]:
    """First and last time of each atom on its group's first timeline; 0 for static ones."""
    line = _first_lines(atoms)
    if not table.timelines:
        return np.zeros(len(line), np.int64), np.zeros(len(line), np.int64)
    first = np.where(line >= 0, table.first[line, atoms.chunk], 0)
    return first, np.where(line >= 0, table.last[line, atoms.chunk], 0)


def _first_lines(atoms: Atoms) -> _Ints:
    """Number of the timeline that each atom is sorted by; -1 for static ones."""
    lines = [group.timelines[0] if group.timelines else -1 for group in atoms.groups]
    return np.array(lines, np.int64)[atoms.group]


def _are_in_order(table: ChunkTable, atoms: Atoms, reader: Reader) -> _Mask:
    """Which atoms, whole chunks, say that they are; one row always is, and static ones may be."""
    line = _first_lines(atoms)
    asked = np.flatnonzero((line >= 0) & (table.rows[atoms.chunk] > 1))
    found = out_of_order(table, atoms.chunk[asked], line[asked], reader)
    return ~np.isin(atoms.chunk, found)


def _joins(
    table: ChunkTable,
    atoms: Atoms,
    first: _Ints,
    last: _Ints,
    settings: Settings,
    leaning: _Mask,
) -> tuple[_Mask, _Mask, _Mask]:
    """How atoms relate to those before them.

    Returns:
        Which belong to the run of the one before, which overlap those before, and which share a
        group of pictures with a neighbour.
    """
    count = len(first)
    joins, overlaps, leans = (np.zeros(count, np.bool_) for _ in range(3))
    if count < 2:
        return joins, overlaps, leans
    rows, size = table.rows[atoms.chunk], atoms.size
    same = atoms.group[1:] == atoms.group[:-1]
    overlaps[1:] = same & (first[1:] < _latest(last, atoms.group)[:-1])
    bounds = _row_bounds(table, atoms, settings)
    fits = (size[1:] + size[:-1] <= settings.max_bytes) & (rows[1:] + rows[:-1] <= bounds)
    leans[1:] = same & leaning[atoms.chunk[1:]]
    tied = overlaps | leans
    joins[1:] = tied[1:] | (same & fits)
    # Where chunks are divided anew, what is left at the end may fit to the next one, though the
    # last of them did not; and what is cut off at the front may fit to the one before.
    small = size < settings.max_bytes
    joins[1:] |= tied[:-1] & same & small[1:]
    joins[1:-1] |= tied[2:] & same[:-1] & small[:-2]
    return joins, overlaps, leans | np.append(leans[1:], False)


def _latest(last: _Ints, group: _Ints) -> _Ints:
    """The latest time of each atom and those before it in its group."""
    if ((last[1:] >= last[:-1]) | (group[1:] != group[:-1])).all():
        return last
    times, rank = np.unique(last, return_inverse=True)
    latest = np.maximum.accumulate(rank + group * len(times))
    return times[latest - group * len(times)]


def _row_bounds(table: ChunkTable, atoms: Atoms, settings: Settings) -> _Ints:
    """For each atom and the next: rows that a chunk of both may have."""
    disorder = np.zeros(len(atoms.chunk) - 1, np.bool_)
    before, after = atoms.chunk[:-1], atoms.chunk[1:]
    for line in range(len(table.timelines)):
        timed = table.has[line, before] & table.has[line, after]
        disorder |= timed & (table.first[line, after] < table.last[line, before])
    unsorted = min(settings.max_rows, settings.max_rows_if_unsorted)
    return np.where(disorder, unsorted, settings.max_rows)


def split_into_passes(plan: Plan, settings: Settings, budget: int = _BUDGET) -> list[list[Run]]:
    """The runs, in the order in which they begin in the files, divided into readings.

    A reading takes every run that still fits when it begins; what does not goes to the next one.
    """
    left = sorted(plan.runs, key=lambda run: int(run.chunks.min()))
    passes: list[list[Run]] = []
    while left:
        taken: list[Run] = []
        later: list[Run] = []
        held, ends = 0, list[tuple[int, int]]()
        for run in left:
            begin, end = int(run.chunks.min()), int(run.chunks.max())
            while ends and ends[0][0] < begin:
                held -= heappop(ends)[1]
            need = _need(run, settings)
            if taken and held + need > budget:
                later.append(run)
                continue
            taken.append(run)
            held += need
            heappush(ends, (end, need))
        passes.append(taken)
        left = later
    return passes


def _need(run: Run, settings: Settings) -> int:
    """Bytes that a run holds at most while it is merged, about.

    That is what one chunk may have, twice; all of it if its chunks are not in order in the file.
    """
    total = int(run.size.sum())
    if (np.diff(run.chunks) < 0).any() or run.overlaps.any():
        return total
    return min(total, 2 * settings.max_bytes + int(run.size.max()))
