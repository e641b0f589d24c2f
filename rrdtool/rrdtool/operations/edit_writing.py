"""Carries out a plan: writes the stores and tells what was done.

Every store is introduced once, its chunks come in the order of the inputs, and a blueprint's
activations come behind its chunks. Nothing depends on the clock: the same inputs and plan give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
import xxhash

from rrdformats.chunk import Chunk
from rrdformats.chunk_edits import derived_ids, edited_chunk
from rrdformats.copying import copy_chunks
from rrdformats.edited_copy import EditTally, copy_edited
from rrdformats.errors import RrdError
from rrdformats.messages import StoreId
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_duplicates import Duplicates
from rrdtool.operations.edit_inputs import EditInput, blaming
from rrdtool.operations.edit_plan import EditPlan, PlannedStore, Share
from rrdtool.operations.edit_reading import OnDamage, read_chunks

__all__ = ["EditReport", "InputReport", "OutputStore", "carry_out", "describe", "introduce"]

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class InputReport:
    """One input of an edit.

    Attributes:
        file: What it is called.
        size: Its size (bytes).
        scanned: Why it had to be read from front to back; None if its footers told everything.
        damage: What of it cannot be read.
    """

    file: str
    size: int | None
    scanned: str | None
    damage: list[str]


@dataclass(frozen=True, slots=True)
class OutputStore:
    """One store of the output.

    Attributes:
        kind: `recording` or `blueprint`.
        application_id: Its application.
        recording_id: Its id.
        chunks: How many chunks it has.
        rows: How many rows.
    """

    kind: str
    application_id: str | None
    recording_id: str
    chunks: int
    rows: int


@dataclass(slots=True)
class EditReport:
    """What an edit did, or in a dry run would do.

    Attributes:
        dry_run: Whether nothing was written.
        inputs: What was read.
        stores: What is in the output; in a dry run counted before chunks are edited or cut.
        bytes: Size of the output; in a dry run, of the messages that would be copied.
        left_out_chunks: Chunks of the inputs that were not asked for.
        left_out_rows: Their rows.
        untimed_chunks: How many of them were in no range because they have no times to ask for.
        untimed_rows: Their rows.
        left_out_stores: Stores of the inputs that were not asked for.
        duplicate_chunks: Chunks that occurred twice and were kept once.
        differing_duplicates: How many of them held other data than the one that was kept.
        edited_chunks: Chunks that were changed; in a dry run, those that may have to be.
        emptied_chunks: Chunks of which nothing was left.
        emptied_rows: Their rows.
        static_chunks: Chunks that lost all their timelines, and so are static now.
        static_rows: Their rows.
        unreadable_chunks: Chunks that were left out because they could not be read.
        shared_entities: Entities that several of the joined recordings have.
        notes: What else a person should know.
    """

    dry_run: bool
    inputs: list[InputReport]
    stores: list[OutputStore]
    bytes: int
    left_out_chunks: int = 0
    left_out_rows: int = 0
    untimed_chunks: int = 0
    untimed_rows: int = 0
    left_out_stores: list[str] = field(default_factory=list)
    duplicate_chunks: int = 0
    differing_duplicates: int = 0
    edited_chunks: int = 0
    emptied_chunks: int = 0
    emptied_rows: int = 0
    static_chunks: int = 0
    static_rows: int = 0
    unreadable_chunks: int = 0
    shared_entities: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lost_something(self) -> bool:
        """Whether data is missing that nobody asked to leave out."""
        lost = self.unreadable_chunks + self.differing_duplicates
        return lost > 0 or any(found.damage for found in self.inputs)


def describe(plan: EditPlan, inputs: Iterable[EditInput], duplicates: Duplicates) -> EditReport:
    """What carrying out a plan will come to, as far as manifests tell."""
    inputs = list(inputs)
    report = EditReport(
        dry_run=True,
        inputs=[_input_report(found) for found in inputs],
        stores=[_store_report(store) for store in plan.stores.values()],
        bytes=sum(store.byte_count for store in plan.stores.values()),
        duplicate_chunks=duplicates.chunks,
        differing_duplicates=duplicates.differing,
        shared_entities=sorted(
            {path for found in plan.shared_entities().values() for path in found}
        ),
    )
    items = [item for found in inputs for item in found.contents.manifests]
    copied = list(plan.shares())
    chunks = sum(len(item.manifest) for item in items)
    rows = sum(sum(item.manifest.num_rows) for item in items)
    report.left_out_chunks = chunks - sum(len(s.rows) for s in copied) - duplicates.chunks
    report.left_out_rows = (
        rows - sum(s.total(s.item.manifest.num_rows) for s in copied) - duplicates.rows
    )
    kept = {origin for store in plan.stores.values() for origin in store.origins}
    stores = dict.fromkeys(store_id for found in inputs for store_id in found.contents.stores)
    report.left_out_stores = [str(store_id) for store_id in stores if store_id not in kept]
    for share in copied:
        report.untimed_chunks += len(share.untimed)
        report.untimed_rows += share.total(share.item.manifest.num_rows, share.untimed)
        if not share.edit.is_nothing:
            concerned = share.edit.concerned(share.item.manifest)[share.rows]
            report.edited_chunks += int(concerned.sum())
        if share.times is not None:
            report.edited_chunks += len(share.cut)
    return report


def carry_out(
    plan: EditPlan,
    file: BinaryIO,
    report: EditReport,
    *,
    lossy: bool = False,
    progress: Progress | None = None,
) -> None:
    """Writes all that is planned, and completes the report.

    Args:
        plan: What to write.
        file: Where to; nothing but `write` is needed.
        report: What `describe` says of the plan.
        lossy: Whether chunks that turn out to be damaged are left out.
        progress: Told how many chunks are done, and how many there are.

    Raises:
        InputError: If a chunk cannot be read, without `lossy`.
        OSError: If an input cannot be read or the output not be written.
    """
    report.dry_run = False
    report.edited_chunks = 0
    total = sum(store.chunk_count for store in plan.stores.values())
    done = 0
    with RrdWriter(file) as writer:
        for number, store in enumerate(plan.stores.values()):
            introduce(store, writer)
            chunks, rows = len(store.chunks), sum(map(len, store.chunks))
            for share in store.shares:
                with blaming(share.origin.name):
                    copied = _copy(share, store.store_id, writer, report, lossy=lossy)
                chunks, rows = chunks + copied[0], rows + copied[1]
                done += len(share.rows)
                if progress is not None:
                    progress(done, total)
            report.stores[number] = replace(report.stores[number], chunks=chunks, rows=rows)
            for chunk in store.chunks:
                writer.write_chunk(store.store_id, chunk)
            for activation in store.activations:
                writer.write_activation(activation)
        for activation in plan.orphans:
            writer.write_activation(activation)
    report.bytes = writer.position


def introduce(store: PlannedStore, writer: RrdWriter) -> None:
    """Writes the store's info, under a row id that only what it says decides on."""
    if store.info is not None:
        said = store.info.store_id.to_bytes() + store.info.source.to_bytes()
        row_id = Tuid(store.first_time(), xxhash.xxh3_64_intdigest(said) >> 1)
        writer.write_store_info(store.info, row_id)


def _copy(
    share: Share, store_id: StoreId, writer: RrdWriter, report: EditReport, *, lossy: bool
) -> tuple[int, int]:
    """Writes one share; returns how many chunks that are, and how many rows."""
    source, limits = share.origin.source, share.origin.recording.limits
    damage: list[RrdError] = []
    on_damage = damage.append if lossy else None
    whole = share.whole
    if share.edit.is_nothing:
        copy_chunks(source, share.item, whole, writer, store_id, limits)
        chunks, rows = len(whole), share.total(share.item.manifest.num_rows, whole)
    else:
        tally = copy_edited(
            source, share.item, whole, share.edit, writer, store_id,
            on_damage=on_damage, limits=limits,
        )  # fmt: skip
        _count(report, tally)
        chunks, rows = tally.chunks, tally.rows
    for chunk in _cut_chunks(share, on_damage):
        writer.write_chunk(store_id, chunk)
        report.edited_chunks += 1
        chunks, rows = chunks + 1, rows + len(chunk)
    report.unreadable_chunks += len(damage)
    share.origin.damage.extend(map(str, damage))
    return chunks, rows


def _count(report: EditReport, tally: EditTally) -> None:
    report.edited_chunks += tally.edited
    report.emptied_chunks += tally.gone
    report.emptied_rows += tally.gone_rows
    report.static_chunks += tally.lost_times
    report.static_rows += tally.lost_times_rows


def _cut_chunks(share: Share, on_damage: OnDamage | None) -> Iterator[Chunk]:
    """The chunks that lie partly in the time range of a share, cut to it and edited."""
    for chunk in read_chunks(share, share.cut, on_damage):
        rows = share.rows_in_times(chunk)
        edited = edited_chunk(chunk.take(rows).with_id(chunk.id), share.edit)
        if len(rows) and edited is not None:
            old_id = np.frombuffer(chunk.id.to_bytes(), np.uint8).reshape(1, 16)
            new_id = derived_ids(old_id, b"rows" + rows.tobytes())
            yield edited.with_id(Tuid.from_bytes(new_id.tobytes()))


def _input_report(found: EditInput) -> InputReport:
    contents = found.contents
    return InputReport(found.name, found.source.size, contents.scan_reason, found.damage)


def _store_report(store: PlannedStore) -> OutputStore:
    return OutputStore(
        store.store_id.kind.label,
        store.store_id.application_id,
        store.store_id.recording_id,
        store.chunk_count,
        store.row_count,
    )
