"""`rrd split`: a recording in several files, which together hold exactly what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import BinaryIO

import numpy as np

from rrdformats.chunk_edits import ChunkEdit, edited_chunk
from rrdformats.messages import StoreKind
from rrdformats.reader import Recording
from rrdformats.timeline import MAX_TIME, MIN_TIME, Timeline
from rrdformats.times import format_time
from rrdtool.operations.edit_duplicates import Duplicates, drop_duplicates
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal
from rrdtool.operations.edit_plan import EditPlan, PlannedStore
from rrdtool.operations.edit_writing import (
    EditReport,
    InputReport,
    OutputStore,
    carry_out,
    describe,
)
from rrdtool.operations.editing import Edit, EditSettings, opened
from rrdtool.operations.history import add_history
from rrdtool.operations.openings import opening_chunks
from rrdtool.operations.partition import Part, by_entity, by_size, by_store, by_times
from rrdtool.operations.time_window import parse_at, parse_length, pick_timeline

__all__ = ["Division", "PartReport", "SplitReport", "split"]

OpenPart = Callable[[str], AbstractContextManager[BinaryIO]]

_MOST_PARTS = 10_000
_UNSAFE = re.compile(r"[^\w.+-]+")
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class Division:
    """How a recording is divided; of the first five one is given.

    Attributes:
        times: At these times.
        parts: Into that many parts of equal duration.
        every: Into parts of this duration, from the first time on.
        max_size: Into parts of at most this size (bytes).
        by: By `entity` or by `store`.
        timeline: The timeline of the times; None for the only one that is not automatic.
        depth: Entities that share that many parts of their paths stay together; None for none.
        once: Whether what holds at all times goes into the first part only.
        seed: Whether each part begins with what was known before it.
        recording_id: What the recording ids of the parts begin with, their number comes behind it;
            None leaves all parts the id.
        drop_unused_timelines: Whether other timelines than the one of the times are left out.
    """

    times: tuple[str, ...] = ()
    parts: int | None = None
    every: str | None = None
    max_size: int | None = None
    by: str | None = None
    timeline: str | None = None
    depth: int | None = None
    once: bool = False
    seed: bool = False
    recording_id: str | None = None
    drop_unused_timelines: bool = False

    @property
    def is_by_time(self) -> bool:
        """Whether times divide it."""
        return bool(self.times) or self.parts is not None or self.every is not None


@dataclass(frozen=True, slots=True)
class PartReport:
    """One part.

    Attributes:
        file: Its name.
        start: Its first time as people write it; None for no bound.
        end: Its last time.
        entity: The entity that it holds, if it is divided by entity.
        stores: What is in it; in a dry run counted before chunks are cut.
        bytes: Its size; in a dry run, of the messages that would be copied.
    """

    file: str
    start: str | None
    end: str | None
    entity: str | None
    stores: list[OutputStore]
    bytes: int


@dataclass(slots=True)
class SplitReport:
    """What a division did, or in a dry run would do.

    Attributes:
        dry_run: Whether nothing was written.
        inputs: What was read.
        timeline: The timeline of the times that divide it.
        parts: The parts.
        untimed_chunks: Chunks without a time on it, which are in the first part.
        untimed_rows: Their rows.
        duplicate_chunks: Chunks that occurred twice and were kept once.
        differing_duplicates: How many of them held other data than the one that was kept.
        edited_chunks: Chunks that were made because others were cut; in a dry run, at most.
        static_chunks: Chunks that lost all their timelines, and so are static now.
        static_rows: Their rows.
        unreadable_chunks: Chunks that were left out because they could not be read.
        notes: What else a person should know.
    """

    dry_run: bool
    inputs: list[InputReport]
    timeline: str | None = None
    parts: list[PartReport] = field(default_factory=list)
    untimed_chunks: int = 0
    untimed_rows: int = 0
    duplicate_chunks: int = 0
    differing_duplicates: int = 0
    edited_chunks: int = 0
    static_chunks: int = 0
    static_rows: int = 0
    unreadable_chunks: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def lost_something(self) -> bool:
        """Whether data is missing that nobody asked to leave out."""
        lost = self.unreadable_chunks + self.differing_duplicates
        return lost > 0 or any(found.damage for found in self.inputs)


def split(
    recording: Recording,
    open_part: OpenPart | None,
    division: Division,
    *,
    settings: EditSettings | None = None,
) -> SplitReport:
    """Writes a recording into several files, which together hold exactly what it holds.

    Chunks that lie within a part are copied as they are; those that reach over a border are cut.
    With what holds at all times in each part, and the ids as they are, merging the parts gives the
    recording back.

    Args:
        recording: What to read.
        open_part: Opens a part by its name; None only tells what would be written.
        division: How it is divided.
        settings: How it is done.

    Raises:
        EditRefusedError: If it cannot be divided so; nothing has been written.
        InputError: If it cannot be read.
        OSError: If something cannot be read or written.
    """
    with opened([recording], settings or EditSettings()) as edit:
        duplicates = drop_duplicates(edit.plan)
        edit.plan.check_timelines()
        timeline, parts = _divide(edit, division)
        report = _report(edit, division, timeline, parts, duplicates, dry_run=open_part is None)
        names = _names(recording.source.name, parts)
        for number, (name, part) in enumerate(zip(names, parts, strict=True)):
            done = _write(edit, part, name, open_part, division, number, timeline)
            report.parts.append(_told(name, part, timeline, done))
            report.edited_chunks += done.edited_chunks
            report.static_chunks += done.static_chunks
            report.static_rows += done.static_rows
            report.unreadable_chunks += done.unreadable_chunks
        report.notes += edit.notes
        _check_sizes(report, division)
        return report


def _divide(edit: Edit, division: Division) -> tuple[Timeline | None, list[Part]]:
    """The parts, and the timeline that divides them."""
    if division.is_by_time:
        timeline, cuts = _cuts(edit.plan, division)
        return timeline, by_times(edit.plan, timeline.name, cuts, once=division.once)
    if division.max_size is not None:
        return None, _limited(by_size(edit.plan, division.max_size, once=division.once))
    if division.by == "entity":
        return None, _limited(by_entity(edit.plan, division.depth, once=division.once))
    return None, by_store(edit.plan)


def _limited(parts: list[Part]) -> list[Part]:
    _refuse_many(len(parts))
    return parts


def _refuse_many(count: int) -> None:
    if count > _MOST_PARTS:
        raise EditRefusedError(
            Refusal(f"that makes {count} parts", advice=f"make at most {_MOST_PARTS}")
        )


def _cuts(plan: EditPlan, division: Division) -> tuple[Timeline, list[int]]:
    """Where the parts but the first begin.

    Raises:
        EditRefusedError: If a time is none, or they are not in order.
    """
    stores = [store for store in plan.stores.values() if store.is_recording]
    manifests = [share.item.manifest for store in stores for share in store.shares]
    timeline, (first, last) = pick_timeline(manifests, division.timeline)
    if division.times:
        cuts = [parse_at("--time", text, timeline, (first, last)) for text in division.times]
        if cuts != sorted(set(cuts)):
            raise EditRefusedError(Refusal("the times must ascend", "--time"))
    elif division.every is not None:
        step = parse_length("--every", division.every, timeline)
        if not step:
            raise EditRefusedError(Refusal("it is zero", "--every"))
        _refuse_many((last - first) // step + 1)
        cuts = list(range(first + step, last + 1, step))
    else:
        count = division.parts or 1
        _refuse_many(count)
        whole = last - first + 1
        cuts = sorted({first + whole * number // count for number in range(1, count)})
        if len(cuts) != count - 1 or (cuts and cuts[0] <= first):
            raise EditRefusedError(
                Refusal(f"there are only {whole} times on {timeline.name}", "--num-parts")
            )
    _refuse_many(len(cuts) + 1)
    return timeline, cuts


def _report(
    edit: Edit,
    division: Division,
    timeline: Timeline | None,
    parts: list[Part],
    duplicates: Duplicates,
    *,
    dry_run: bool,
) -> SplitReport:
    report = SplitReport(
        dry_run=dry_run,
        inputs=describe(EditPlan(), edit.inputs, Duplicates()).inputs,
        timeline=None if timeline is None else timeline.name,
        duplicate_chunks=duplicates.chunks,
        differing_duplicates=duplicates.differing,
    )
    if timeline is not None:
        _count_untimed(edit.plan, timeline.name, report)
    if len(parts) == 1:
        report.notes.append("there is only one part")
    if division.seed and timeline is None:
        report.notes.append("only parts that times divide begin with what was known before")
    return report


def _count_untimed(plan: EditPlan, timeline: str, report: SplitReport) -> None:
    for store in plan.stores.values():
        for share in store.shares if store.is_recording else ():
            _, _, exists = share.bounds(timeline)
            static = np.asarray(share.item.manifest.is_static, np.bool_)[share.rows]
            untimed = share.rows[~exists & ~static]
            report.untimed_chunks += len(untimed)
            report.untimed_rows += share.total(share.item.manifest.num_rows, untimed)


def _names(source: str, parts: list[Part]) -> list[str]:
    """A file name for each part: the source's, and a label or number."""
    path = PurePath(source)
    stem = path.stem if path.suffix in (".rrd", ".rbl") else "recording"
    width = len(str(len(parts) - 1))
    names: list[str] = []
    for number, part in enumerate(parts):
        label = _UNSAFE.sub("-", part.label or "")[:_LONGEST_LABEL].strip("-.")
        kinds = {store_id.kind for store_id in part.plan.stores}
        suffix = ".rbl" if kinds == {StoreKind.BLUEPRINT} else ".rrd"
        name = f"{stem}.{label}{suffix}" if label else f"{stem}.{number:0{width}}{suffix}"
        if name in names:
            name = f"{stem}.{label}.{number:0{width}}{suffix}"
        names.append(name)
    return names


def _write(
    edit: Edit,
    part: Part,
    name: str,
    open_part: OpenPart | None,
    division: Division,
    number: int,
    timeline: Timeline | None,
) -> EditReport:
    """Writes one part."""
    settings, plan = edit.settings, part.plan
    damage: list[Exception] = []
    if division.seed and part.times is not None and part.times.start > MIN_TIME and open_part:
        for store in edit.plan.stores.values():
            if store.is_recording:
                on_damage = damage.append if settings.lossy else None
                part.store(store).chunks += opening_chunks(
                    store.shares, part.times.timeline, part.times.start, edit.notes, on_damage
                )
    if division.drop_unused_timelines and timeline is not None:
        _drop_other_timelines(edit.plan, plan, timeline.name)
    if settings.history is not None:
        add_history(plan, settings.history, edit.inputs)
    if division.recording_id is not None:
        _rename(plan, f"{division.recording_id}{number}")
    report = describe(plan, (), Duplicates())
    if open_part is not None:
        with open_part(name) as file:
            carry_out(plan, file, report, lossy=settings.lossy, progress=settings.progress)
    edit.inputs[0].damage.extend(map(str, damage))
    return report


def _drop_other_timelines(source: EditPlan, plan: EditPlan, kept: str) -> None:
    """Leaves out of a part all timelines of the source but one."""
    lines = {line.name for share in source.shares() for line in share.item.manifest.timelines}
    edit = ChunkEdit(timelines=dict.fromkeys(sorted(lines - {kept})))
    for store in plan.stores.values():
        if store.is_recording:
            for share in store.shares:
                share.edit = edit
            edited = [edited_chunk(chunk, edit) for chunk in store.chunks]
            store.chunks = [chunk for chunk in edited if chunk is not None]


def _rename(plan: EditPlan, recording_id: str) -> None:
    """Gives the recordings of a part an id of its own; blueprints keep theirs."""
    stores: dict[object, PlannedStore] = {}
    for store_id, store in plan.stores.items():
        if store.is_recording:
            store.store_id = replace(store_id, recording_id=recording_id)
            store.info = store.info and replace(store.info, store_id=store.store_id)
        stores[store.store_id] = store
    plan.stores = {store.store_id: store for store in stores.values()}


def _told(name: str, part: Part, timeline: Timeline | None, done: EditReport) -> PartReport:
    start = end = None
    if part.times is not None and timeline is not None:
        if part.times.start > MIN_TIME:
            start = format_time(part.times.start, timeline.kind)
        if part.times.end < MAX_TIME:
            end = format_time(part.times.end, timeline.kind)
    return PartReport(name, start, end, part.entity, done.stores, done.bytes)


def _check_sizes(report: SplitReport, division: Division) -> None:
    for part in report.parts if division.max_size is not None and not report.dry_run else ():
        if part.bytes > (division.max_size or 0):
            chunks = sum(store.chunks for store in part.stores)
            report.notes.append(
                f"{part.file} is larger than asked for: {part.bytes} bytes in {chunks} chunks"
            )
