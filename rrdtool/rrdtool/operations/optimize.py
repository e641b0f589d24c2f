"""`rrd optimize`: fewer, larger chunks, in the order of time; nothing else changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import BinaryIO

import numpy as np

from rrdformats.errors import RrdError
from rrdformats.quantities import format_count
from rrdformats.reader import Recording
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_duplicates import drop_duplicates
from rrdtool.operations.edit_plan import PlannedStore, Share
from rrdtool.operations.edit_writing import EditReport, describe, introduce
from rrdtool.operations.editing import Edit, EditSettings, opened
from rrdtool.operations.history import add_history
from rrdtool.operations.optimizing.chunk_table import build_table
from rrdtool.operations.optimizing.claims import without_components
from rrdtool.operations.optimizing.execution import Done, execute
from rrdtool.operations.optimizing.groups import find_groups
from rrdtool.operations.optimizing.plan import Plan, in_order, make_plan
from rrdtool.operations.optimizing.reading import OnLoss, Reader
from rrdtool.operations.optimizing.settings import PROFILES, Settings
from rrdtool.operations.optimizing.thickness import part_thick_from_thin
from rrdtool.operations.optimizing.videos import look_at_videos

__all__ = ["OptimizeReport", "OptimizedStore", "optimize"]


@dataclass(frozen=True, slots=True)
class OptimizedStore:
    """What became of the chunks of one store.

    Attributes:
        kind: `recording` or `blueprint`.
        application_id: Its application.
        recording_id: Its id.
        chunks_before: Chunks that it had.
        chunks: Chunks that it has now; in a dry run about.
        copied: How many of those are the ones that they were.
        merged: Chunks whose rows are in new ones now.
    """

    kind: str
    application_id: str | None
    recording_id: str
    chunks_before: int
    chunks: int
    copied: int
    merged: int


@dataclass(slots=True)
class OptimizeReport(EditReport):
    """What optimizing did, or in a dry run would do.

    Attributes:
        optimized: What became of the chunks of each store.
        bytes_before: Size of all inputs.
    """

    optimized: list[OptimizedStore] = field(default_factory=list)
    bytes_before: int = 0


def optimize(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    *,
    limits: Settings = PROFILES["object-store"],
    settings: EditSettings | None = None,
) -> OptimizeReport:
    """Writes recordings with their chunks merged and sorted; what is good already is copied.

    Doing it twice changes nothing. Rows and cells stay what they are, static ones included.

    Args:
        recordings: What to read; the same store in several of them becomes one.
        file: Where to write; None only tells what would be written.
        limits: How large chunks may become.
        settings: How it is done.

    Raises:
        EditRefusedError: If that is not possible; nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    with opened(recordings, settings or EditSettings()) as edit:
        return _Optimizing(edit, limits).finish(file)


class _Optimizing:
    """An edit whose chunks are merged on their way."""

    def __init__(self, edit: Edit, limits: Settings) -> None:
        self._edit = edit
        self._limits = limits

    def finish(self, file: BinaryIO | None) -> OptimizeReport:
        edit, plan = self._edit, self._edit.plan
        duplicates = drop_duplicates(plan)
        plan.check_timelines()
        if edit.settings.history is not None:
            add_history(plan, edit.settings.history, edit.inputs)
        described = describe(plan, edit.inputs, duplicates)
        report = OptimizeReport(**{f.name: getattr(described, f.name) for f in fields(described)})
        report.bytes_before = sum(found.source.size or 0 for found in edit.inputs)
        report.notes += edit.notes
        if file is None:
            for store in plan.stores.values():
                planned = self._plan(store, None, report)
                made = planned.forecast(self._limits)
                _add(report, store, Done(len(planned.copied), made, len(planned.merged)))
        else:
            self._write(file, report)
        return report

    def _write(self, file: BinaryIO, report: OptimizeReport) -> None:
        """As `edit_writing.carry_out`, but for what becomes of the chunks."""
        plan, settings = self._edit.plan, self._edit.settings
        report.dry_run = False
        total = sum(store.chunk_count for store in plan.stores.values())
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            if settings.progress is not None:
                settings.progress(done, total)

        def lose(share: Share, error: RrdError) -> None:
            report.unreadable_chunks += 1
            share.origin.damage.append(str(error))

        on_loss = lose if settings.lossy else None
        with RrdWriter(file) as writer:
            for store in plan.stores.values():
                introduce(store, writer)
                planned = self._plan(store, on_loss, report)
                found = execute(planned, writer, self._limits, on_loss, progress)
                for chunk in store.chunks:
                    writer.write_chunk(store.store_id, chunk)
                for activation in store.activations:
                    writer.write_activation(activation)
                _add(report, store, found)
            for activation in plan.orphans:
                writer.write_activation(activation)
        report.bytes = writer.position

    def _plan(self, store: PlannedStore, on_loss: OnLoss | None, report: OptimizeReport) -> Plan:
        """Plans for one store, and notes what a person should know of that."""
        table, limits = build_table(store), self._limits
        # What cannot be measured or looked at is read later, and told of then.
        reader = Reader(table, None if on_loss is None else _keep_silent)
        atoms = in_order(table, find_groups(table), limits)
        atoms = in_order(table, part_thick_from_thin(table, atoms, reader, limits), limits)
        atoms, videos = look_at_videos(table, atoms, reader, limits)
        empty = without_components(table, reader)
        if len(empty):
            report.emptied_chunks += len(empty)
            report.emptied_rows += int(table.rows[empty].sum())
            report.notes.append(
                f"without any component, and left out: {_chunks(len(empty))} "
                f"({format_count(int(table.rows[empty].sum()))} rows)"
            )
        report.notes += videos.notes
        store.chunks += videos.flags
        dropped = np.union1d(videos.dropped, empty)
        return make_plan(table, atoms, limits, reader, videos, dropped)


def _keep_silent(_share: Share, _error: RrdError) -> None:
    """Tells nobody."""


def _chunks(count: int) -> str:
    return f"{format_count(count)} chunk{'' if count == 1 else 's'}"


def _add(report: OptimizeReport, store: PlannedStore, done: Done) -> None:
    report.optimized.append(
        OptimizedStore(
            store.store_id.kind.label,
            store.store_id.application_id,
            store.store_id.recording_id,
            chunks_before=sum(len(share.rows) for share in store.shares),
            chunks=done.copied + done.made + len(store.chunks),
            copied=done.copied,
            merged=done.merged,
        )
    )
