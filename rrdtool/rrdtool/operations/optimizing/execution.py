"""Carries out a plan: reads what is merged, copies what is good, and writes both in file order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.copying import copy_chunks
from rrdformats.writer import EncodedChunk, RrdWriter
from rrdtool.operations.edit_inputs import blaming
from rrdtool.operations.optimizing.groups import ALONE
from rrdtool.operations.optimizing.merging import Copied, Made, Merging, Output
from rrdtool.operations.optimizing.plan import Plan, Run, split_into_passes
from rrdtool.operations.optimizing.reading import Arrival, OnLoss, Reader
from rrdtool.operations.optimizing.rows import Rows, made_chunk
from rrdtool.operations.optimizing.settings import Settings
from rrdtool.operations.optimizing.videos import SAMPLE, keyframes

__all__ = ["Done", "execute"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Progress: TypeAlias = Callable[[int], None]

_AHEAD = 3
"""Chunks that are being encoded, or wait to be written."""


@dataclass(slots=True)
class Done:
    """What was done for a store.

    Attributes:
        copied: Chunks that were copied.
        made: Chunks that are new.
        merged: Chunks whose rows the new ones hold.
        lost: Chunks that could not be read.
    """

    copied: int = 0
    made: int = 0
    merged: int = 0
    lost: int = 0


def execute(
    plan: Plan,
    writer: RrdWriter,
    settings: Settings,
    on_loss: OnLoss | None = None,
    progress: _Progress | None = None,
) -> Done:
    """Writes the chunks of one store.

    Args:
        plan: What to do.
        writer: Where the chunks go.
        settings: Bounds for what is merged.
        on_loss: Told of chunks that cannot be read; without it their errors are raised.
        progress: Called with the number of chunks that were dealt with since the last call.
    """
    with ThreadPoolExecutor(1) as encoder:
        output = _Output(plan, writer, encoder, progress or _ignore)
        done = output.done
        for runs in split_into_passes(plan, settings):
            _merge(plan, runs, settings, Reader(plan.table, on_loss), output)
        output.finish()
    done.merged = len(plan.merged) + len(plan.copied) - done.copied - done.lost
    return done


def _ignore(_count: int) -> None:
    """Does nothing."""


def _merge(
    plan: Plan, runs: list[Run], settings: Settings, reader: Reader, output: _Output
) -> None:
    """Reads the chunks of some runs once and writes what becomes of them."""
    mergers = [Merging(run, settings) for run in runs]
    routes = _Routes(len(plan.table), runs)
    for arrivals, lost in reader.windows(routes.chunks):
        output.done.lost += len(lost)
        touched: set[int] = set()
        for arrival in arrivals:
            for number, places, members in routes.of(arrival.chunks):
                mergers[number].add(_rows(plan, runs[number], arrival, places, members), members)
                touched.add(number)
        for number, _, members in routes.of(lost):
            mergers[number].skip(members)
            touched.add(number)
        found = [item for number in sorted(touched) for item in mergers[number].outputs()]
        output.write(found)


class _Routes:
    """Which runs the chunks belong to; a chunk whose columns go different ways has several."""

    def __init__(self, count: int, runs: list[Run]) -> None:
        chunk = np.concatenate([run.chunks for run in runs])
        run = np.repeat(np.arange(len(runs)), [len(run.chunks) for run in runs])
        member = np.concatenate([np.arange(len(run.chunks)) for run in runs])
        order = np.argsort(chunk, kind="stable")
        self._chunk, self._run, self._member = chunk[order], run[order], member[order]
        self._begin = np.concatenate(([0], np.cumsum(np.bincount(chunk, minlength=count))))
        self.chunks = np.flatnonzero(np.diff(self._begin))

    def of(self, chunks: _Ints) -> list[tuple[int, _Ints, _Ints]]:
        """For each run that some of `chunks` belong to: which of them, and as which members."""
        begin, ways = self._begin[chunks], self._begin[chunks + 1] - self._begin[chunks]
        places = np.repeat(np.arange(len(chunks)), ways)
        within = np.arange(len(places)) - np.repeat(np.cumsum(ways) - ways, ways)
        index = begin[places] + within
        run, member = self._run[index], self._member[index]
        if len(run) and (run == run[0]).all():
            return [(int(run[0]), places, member)]
        return [(int(n), places[run == n], member[run == n]) for n in np.unique(run)]


def _rows(plan: Plan, run: Run, arrival: Arrival, places: _Ints, members: _Ints) -> Rows:
    """The rows of some of the chunks that arrived, as members of a run."""
    arrival = arrival.pick(places)
    is_whole = run.whole[members[0]]  # then there may be columns of which no manifest tells: nulls
    columns = {
        descriptor: lists
        for descriptor, lists in arrival.columns().items()
        if descriptor in run.group.components or (is_whole and descriptor.component != ALONE)
    }
    starts = None
    if run.codec is not None:
        starts = np.zeros(arrival.group.batch.num_rows, np.bool_)
        for samples in arrival.named(SAMPLE):
            starts |= keyframes(samples, run.codec)
    return Rows(
        np.repeat(members, arrival.group.rows),
        arrival.group.batch.column(0),
        arrival.times(plan.table.timelines[line] for line in run.group.timelines),
        columns,
        dict.fromkeys(members.tolist(), frozenset(columns)),
        starts,
    )


class _Output:
    """Writes copied and new chunks in the order of the places of their (last) sources.

    Copies are held back as long as they may, so that chunks of which none was merged stay in the
    order in which they were.
    """

    def __init__(
        self, plan: Plan, writer: RrdWriter, encoder: ThreadPoolExecutor, progress: _Progress
    ) -> None:
        self.done = Done()
        self._plan = plan
        self._writer = writer
        self._encoder = encoder
        self._progress = progress
        self._copies: list[int] = plan.copied.tolist()
        heapify(self._copies)
        self._encoding: deque[Future[EncodedChunk]] = deque()

    def write(self, outputs: list[Output]) -> None:
        """Takes chunks that are complete."""
        for output in outputs:
            if isinstance(output, Copied):
                heappush(self._copies, output.chunk)
        made = [output for output in outputs if isinstance(output, Made)]
        for output in sorted(made, key=lambda item: int(item.chunks.max())):
            self._copy_before(int(output.chunks.max()))
            if len(self._encoding) >= _AHEAD:
                self._write_encoded()
            self._encoding.append(self._encoder.submit(self._encode, output))
            self.done.made += 1
            self._progress(len(output.chunks))

    def finish(self) -> None:
        """Writes what is left."""
        self._copy_before(len(self._plan.table))
        while self._encoding:
            self._write_encoded()

    def _encode(self, made: Made) -> EncodedChunk:
        table, group = self._plan.table, made.run.group
        timelines = [table.timelines[line] for line in group.timelines]
        chunk = made_chunk(group.entity, timelines, made.rows, table.ids[made.chunks])
        return self._writer.encode(chunk)

    def _write_encoded(self) -> None:
        self._writer.write_encoded(self._plan.table.store_id, self._encoding.popleft().result())

    def _copy_before(self, number: int) -> None:
        """Copies the chunks that stand before the one of the given number."""
        chosen = []
        while self._copies and self._copies[0] < number:
            chosen.append(heappop(self._copies))
        if not chosen:
            return
        while self._encoding:
            self._write_encoded()
        table, chunks = self._plan.table, np.array(chosen)
        for number in np.unique(table.share[chunks]).tolist():
            share = table.shares[number]
            rows = table.row[chunks[table.share[chunks] == number]]
            with blaming(share.origin.name):
                copy_chunks(share.origin.source, share.item, rows, self._writer, table.store_id)
        self.done.copied += len(chosen)
        self._progress(len(chosen))
