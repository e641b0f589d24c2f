"""`rrd recover`: whatever can be read of a damaged or cut file, as a sound file.

1. The whole messages are found (`recovery.stretches`), and with them what lies between them.
2. All of their chunks are decoded; what does not decode is lost.
3. A file that is sound is copied as it is. Otherwise the chunks that can be read go into the output
   as the bytes they are, with a new footer.
4. The ledger tells what was kept and what was lost. A footer of the damaged file that can still be
   read lists every chunk that there was, so then nothing is unknown.

Bytes that were changed without breaking anything cannot be told from good ones: the format has no
checksums for chunks.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.contents import Contents, footer_contents
from rrdformats.errors import RrdError
from rrdformats.footers import FooterUnusableError
from rrdformats.framing import FRAME, FRAME_SIZE, KIND_NAMES, TRAILER_SIZE, MessageKind, Trailer
from rrdformats.limits import Limits
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreInfo, parse_footer
from rrdformats.reader import Recording
from rrdformats.scan import scan_contents
from rrdformats.source import Source, read_exactly
from rrdformats.tuid import CHUNK_PREFIX
from rrdtool.operations.edit_duplicates import drop_duplicates
from rrdtool.operations.edit_inputs import EditInput, blaming, made_seekable
from rrdtool.operations.edit_plan import EditPlan, gather
from rrdtool.operations.edit_writing import Progress, carry_out, describe
from rrdtool.operations.recovery.claims import (
    altered_chunks,
    distrust_headers,
    id_keys,
    wrong_headers,
)
from rrdtool.operations.recovery.ledger import Ledger, LedgerRow, Tally
from rrdtool.operations.recovery.mended_source import MendedSource
from rrdtool.operations.recovery.remains import Remains, remains_at
from rrdtool.operations.recovery.stretches import Gap, find_stretches

__all__ = ["Damage", "NothingRecoveredError", "RecoverReport", "recover"]

_STEP = 1 << 20
_TRAILER = "trailer"
_FOOTER_RECORDS = frozenset({KIND_NAMES[MessageKind.END], _TRAILER})


class NothingRecoveredError(Exception):
    """A file that is not sound and of which no chunk can be read; nothing has been written."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that could not be read.

    Attributes:
        offset: Where they start in the input.
        bytes: How many they are.
        reason: What is wrong with them.
        record: Kind of the message that starts there; None if that cannot be told.
        store: Store of the chunk that starts there.
        entity: Its entity.
        timelines: Its timelines.
        chunk_id: Its id.
        rows: How many rows it had.
        is_data: Whether chunks may have been there, rather than an index or nothing at all.
        in_stream: Whether they stand inside a stream, rather than behind its end.
    """

    offset: int
    bytes: int
    reason: str
    record: str | None = None
    store: str | None = None
    entity: str | None = None
    timelines: tuple[str, ...] = ()
    chunk_id: str | None = None
    rows: int | None = None
    is_data: bool = True
    in_stream: bool = True


@dataclass(slots=True)
class RecoverReport:
    """What a recovery came to.

    Attributes:
        input: What was read.
        size: Its size (bytes).
        dry_run: Whether nothing was written.
        sound: Whether it was sound, so that it was copied as it is.
        rebuilt: Why the footer is a new one; None if it is not.
        bytes: Size of the output; 0 in a dry run.
        kept: All chunks in the output.
        lost: All chunks that are known to be lost.
        unknown_bytes: Bytes in which there may have been chunks that nothing tells of.
        open_ended: Whether the file breaks off where more may have followed.
        wrong_headers: Messages that were wrong about their chunks, which themselves can be read.
        altered_chunks: Chunks that were kept, but say something else than an intact footer does.
        duplicate_chunks: Chunks that were there twice, and were kept once.
        ledger: What was kept and lost, per store, entity and timeline.
        damage: Where the file is damaged.
        notes: What else a person should know.
    """

    input: str
    size: int
    dry_run: bool
    sound: bool = False
    rebuilt: str | None = None
    bytes: int = 0
    kept: Tally = field(default_factory=Tally)
    lost: Tally = field(default_factory=Tally)
    unknown_bytes: int = 0
    open_ended: bool = False
    wrong_headers: int = 0
    altered_chunks: int = 0
    duplicate_chunks: int = 0
    ledger: list[LedgerRow] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lost_something(self) -> bool:
        """Whether anything is missing, or may be."""
        return bool(self.lost.chunks or self.unknown_bytes or self.altered_chunks)


def recover(
    recording: Recording, file: BinaryIO | None, *, progress: Progress | None = None
) -> RecoverReport:
    """Writes what can be read of a recording.

    Args:
        recording: The recording; a pipe is spooled to a temporary file.
        file: Where to write; None only tells what would be written.
        progress: Told how many chunks are done, and how many there are.

    Raises:
        NothingRecoveredError: If it is not sound, and no chunk of it can be read.
        InputError: If it is no recording at all.
        EditRefusedError: If what can be read does not make one recording that can be read.
        OSError: If something cannot be read or written.
    """
    with made_seekable(recording) as seekable, blaming(recording.source.name):
        salvage = _Salvage(seekable, recording.source.name)
        report = salvage.report(dry_run=file is None)
        if report.sound:
            if file is not None:
                report.bytes = _copy_whole(seekable.source, file)
            return report
        if not report.kept.chunks:
            raise NothingRecoveredError(recording.source.name)
        if file is not None:
            written = describe(salvage.plan, [salvage.input], salvage.duplicates)
            carry_out(salvage.plan, file, written, progress=progress)
            report.bytes = written.bytes
        return report


class _Salvage:
    """A recording taken apart, and the plan for what is written of it."""

    def __init__(self, recording: Recording, name: str) -> None:
        self._source, self._limits = recording.source, recording.limits
        self._rebuilt = _why_no_footer(self._source, self._limits)
        found = find_stretches(self._source, self._limits)
        self._gaps, self._streams = found.gaps, found.streams
        self._mended = MendedSource(self._source, found.pieces)
        readable: Source = self._mended if found.gaps else self._source
        self._contents = scan_contents(readable, self._limits)
        _release_memory()
        self._wrong_headers = wrong_headers(readable, self._contents, self._limits)
        if self._wrong_headers:
            distrust_headers(self._contents)
        self._notes = _introduce_all(self._contents)
        damage = [str(error) for error in self._contents.damage]
        self.input = EditInput(name, Recording(readable, self._limits), self._contents, damage)
        self.plan: EditPlan = gather([self.input])
        self.duplicates = drop_duplicates(self.plan)
        self.plan.check_timelines()

    def report(self, *, dry_run: bool) -> RecoverReport:
        report = RecoverReport(
            self.input.name, self._source.size or 0, dry_run, notes=list(self._notes)
        )
        report.duplicate_chunks = self.duplicates.chunks
        report.damage = list(self._damage())
        report.rebuilt = self._rebuilt
        report.wrong_headers = self._wrong_headers
        ledger = Ledger()
        self._note_losses(report, ledger)
        for store in self.plan.stores.values():
            for share in store.shares:
                ledger.keep(share.item.manifest, share.rows, store.store_id)
        if self.duplicates.differing:
            report.lost.add(Tally(self.duplicates.differing))
        report.open_ended = self._is_open_ended(report.damage)
        report.sound = not (
            report.damage
            or report.wrong_headers
            or report.rebuilt
            or report.altered_chunks
            or ledger.lost.chunks
        )
        report.kept = ledger.kept
        report.lost.add(ledger.lost)
        report.ledger = ledger.rows
        return report

    def _is_open_ended(self, damage: list[Damage]) -> bool:
        """Whether neither a footer nor what is left of one ends the source."""
        streams = self._contents.streams
        ends = bool(streams) and streams[-1].footer is not None
        return not ends and not (damage and damage[-1].record in _FOOTER_RECORDS)

    def _damage(self) -> Iterator[Damage]:
        """Gaps, and messages that are whole but hold nothing that can be read, in file order."""
        gaps = [self._described(gap) for gap in self._gaps]
        broken = [self._broken(error) for error in self._contents.damage]
        yield from sorted(gaps + broken, key=lambda damage: damage.offset)

    def _broken(self, error: RrdError) -> Damage:
        offset = None
        if error.offset is not None:
            offset = self._mended.original(error.offset - FRAME_SIZE)
        if offset is None:
            return Damage(0, 0, error.reason, error.record)
        _, length = FRAME.unpack(read_exactly(self._source, offset, FRAME_SIZE, "message frame"))
        return self._described(Gap(offset, offset + FRAME_SIZE + length, error))

    def _described(self, gap: Gap) -> Damage:
        remains = remains_at(self._source, gap.start, gap.end, self._limits)
        record = gap.error.record or remains.record
        if not gap.in_stream and gap.end - gap.start == TRAILER_SIZE:
            record = _TRAILER
        cut_footer = gap.error.record in _FOOTER_RECORDS or record == _TRAILER
        is_data = not cut_footer and not _is_padding(self._source, gap)
        return Damage(
            gap.start,
            gap.end - gap.start,
            gap.error.reason,
            record,
            None if remains.store is None else str(remains.store),
            remains.entity,
            tuple(timeline.name for timeline in remains.timelines),
            None if remains.chunk_id is None else f"{CHUNK_PREFIX}{remains.chunk_id}",
            remains.rows,
            is_data,
            gap.in_stream,
        )

    def _footers(self) -> Iterator[tuple[int, Manifest]]:
        """What the footers that can be read list, with the number of the stream."""
        for stream in self._contents.streams:
            if stream.footer is not None and stream.trailer is not None:
                with suppress(RrdError):
                    for manifest in self._manifests(*stream.footer, stream.trailer):
                        yield stream.index, manifest

    def _manifests(self, start: int, end: int, trailer: Trailer) -> list[Manifest]:
        """The manifests of a footer.

        Raises:
            RrdError: If it cannot be read.
        """
        payload = memoryview(read_exactly(self.input.source, start, end - start, "RrdFooter"))
        trailer.verify(payload, offset=start)
        encoded = parse_footer(payload, 0, len(payload), self._limits)
        manifests = [Manifest(each, self._limits) for each in encoded]
        for manifest in manifests:
            _ = manifest.chunk_id, manifest.timelines
        return manifests

    def _is_told(self, streams: set[int], manifests: list[Manifest]) -> bool:
        """Whether footers list all chunks that there were: every stream has one."""
        nothing = np.zeros(0, np.uint64)
        listed = [nothing, *(id_keys(manifest.chunk_id) for manifest in manifests)]
        found = [nothing, *(id_keys(item.manifest.chunk_id) for item in self._contents.manifests)]
        is_listed = bool(np.isin(np.concatenate(found), np.concatenate(listed)).all())
        return is_listed and len(streams) == self._streams

    def _lose_listed(self, ledger: Ledger, manifests: list[Manifest]) -> npt.NDArray[np.uint64]:
        """Notes the chunks that only footers list; returns keys of all chunks known so far."""
        found = [id_keys(item.manifest.chunk_id) for item in self._contents.manifests]
        known = np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))
        for manifest in manifests:
            keys = id_keys(manifest.chunk_id)
            gone = np.flatnonzero(~np.isin(keys, known))
            if len(gone):
                ledger.lose(manifest, gone)
                known = np.union1d(known, keys)
        return known

    def _note_losses(self, report: RecoverReport, ledger: Ledger) -> None:
        """Notes what footers list and is not there, and what damaged bytes tell otherwise."""
        footers = list(self._footers())
        for _, manifest in footers if report.rebuilt is None else ():
            for item in self._contents.of_store(manifest.store_id):
                report.altered_chunks += altered_chunks(manifest, item.manifest)
        is_told = self._is_told({stream for stream, _ in footers}, [item for _, item in footers])
        known = self._lose_listed(ledger, [manifest for _, manifest in footers])
        for damage in report.damage:
            if not damage.is_data or (is_told and damage.in_stream):
                continue
            end = damage.offset + damage.bytes
            remains = remains_at(self._source, damage.offset, end, self._limits)
            if remains.entity is None:
                report.unknown_bytes += damage.bytes
                continue
            chunk_id = remains.chunk_id
            if chunk_id is None or not np.isin(id_keys(chunk_id.to_bytes()), known).any():
                ledger.lose_remains(self._named(remains), damage.bytes)

    def _named(self, remains: Remains) -> Remains:
        """The same, with the store as the output calls it."""
        if remains.store is None or remains.store.application_id is not None:
            return remains
        key = remains.store.key
        found = next((known for known in self._contents.stores if known.key == key), None)
        return replace(remains, store=found or remains.store)


def _release_memory() -> None:
    """Gives memory back that is free but held; manifests and footers come on top of it.

    Decoding 200,000 chunks leaves 60 MB behind in pieces that glibc keeps until it is asked.
    """
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError, TypeError):  # another C library has no such function
        ctypes.CDLL(None).malloc_trim(0)


def _introduce_all(contents: Contents) -> list[str]:
    """Makes up infos for stores whose own ones are lost; says of which."""
    notes = []
    for store_id, info in contents.stores.items():
        if info is None:
            contents.stores[store_id] = StoreInfo(store_id)
            notes.append(f"{store_id} has no store info: a new one says only what it is called")
    return notes


def _why_no_footer(source: Source, limits: Limits) -> str | None:
    """Why the footers of a source do not tell what it holds; None if they do."""
    try:
        footer_contents(source, limits)
    except FooterUnusableError as error:
        return error.reason
    except RrdError as error:
        return error.reason
    return None


def _is_padding(source: Source, gap: Gap) -> bool:
    """Whether the source ends with these bytes, and they are all zero."""
    ends = gap.end == source.size
    return ends and not any(any(piece) for piece in _steps(source, gap.start, gap.end))


def _copy_whole(source: Source, file: BinaryIO) -> int:
    """Copies all bytes of a source, in the kernel where both ends allow it."""
    size = source.size or 0
    copy_range = getattr(file, "copy_range", None)
    if copy_range is not None and source.descriptor is not None:
        copy_range(source.descriptor, 0, size)
        return size
    file.writelines(_steps(source, 0, size))
    return size


def _steps(source: Source, start: int, end: int) -> Iterator[bytearray]:
    """The bytes from `start` to `end`, piece by piece."""
    for place in range(start, end, _STEP):
        yield read_exactly(source, place, min(_STEP, end - place), "recording")
