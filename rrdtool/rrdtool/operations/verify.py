"""Looks for everything that can be wrong with a recording: `rrd verify`.

One pass from front to back, so a pipe will do. Chunks are decoded and looked at in groups; what the
footers say is compared at the end of each stream with what was met. Memory holds a few dozen bytes
per chunk beside one block of chunks.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block
from rrdformats.decode import ChunkGroup, DecodedBlock
from rrdformats.errors import LimitError, RrdError, TruncatedError, UnsupportedError
from rrdformats.framing import HEADER_SIZE, KIND_NAMES, MessageKind
from rrdformats.messages import BlueprintActivation, SetStoreInfo, StoreId
from rrdformats.reader import Recording
from rrdformats.scan import StoreNames, whole_groups
from rrdformats.selectors import Selection
from rrdformats.timeline import TimeKind
from rrdtool.operations.verification.chunk_log import ChunkLog
from rrdtool.operations.verification.chunks import check_columns, check_headers, rows_of
from rrdtool.operations.verification.diagnosis import broken_rule
from rrdtool.operations.verification.findings import Finding, Findings, Place
from rrdtool.operations.verification.layouts import Layout, Layouts
from rrdtool.operations.verification.parts import Part, cohorts
from rrdtool.operations.verification.rules import RULES, Level, Rule
from rrdtool.operations.verification.streams import StreamCheck

__all__ = ["RULES", "Finding", "Level", "Rule", "VerifyReport", "verify"]

_Ints = npt.NDArray[np.int64]

Progress = Callable[[int, int | None], None]
"""Told how many bytes are done, and how many there are (None for a pipe)."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What is wrong with a recording.

    Attributes:
        file: What the source is called.
        ok: Whether there are no errors.
        errors: Number of errors, kept or not.
        warnings: Number of warnings.
        infos: Number of remarks.
        streams: Number of streams; several after `cat`.
        stores: Number of stores.
        chunks: Number of chunks that can be read.
        rows: Number of their rows.
        bytes: How far the source was read.
        rules: Number of findings by rule.
        findings: The findings, the first ones if there are too many.
        findings_left_out: How many more there are.
    """

    file: str
    ok: bool
    errors: int
    warnings: int
    infos: int
    streams: int
    stores: int
    chunks: int
    rows: int
    bytes: int
    rules: dict[str, int]
    findings: list[Finding]
    findings_left_out: int


def verify(
    recording: Recording,
    *,
    check_footers: bool = True,
    rules: Selection | None = None,
    max_findings: int | None = None,
    progress: Progress | None = None,
) -> VerifyReport:
    """Reads all of `recording` and reports everything that is wrong with it.

    Args:
        recording: What to look at; of a pipe this uses up the data.
        check_footers: Whether footers must be there and fit the chunks.
        rules: Which rules count, by id; None for all.
        max_findings: How many findings the report keeps; None for all. All are counted.
        progress: Told how far the reading is.

    Raises:
        RrdError: If it is no RRD recording that can be read at all.
    """
    findings = Findings(rules or Selection.names(), max_findings)
    work = _Verification(recording, findings, check_footers)
    with contextlib.closing(work.log):
        for decoded in recording.decoded(work.damage):
            work.block(decoded)
            if progress is not None:
                progress(work.position, recording.source.size)
        work.finish()
    return VerifyReport(
        file=recording.source.name,
        ok=not findings.count(Level.ERROR),
        errors=findings.count(Level.ERROR),
        warnings=findings.count(Level.WARNING),
        infos=findings.count(Level.INFO),
        streams=work.streams,
        stores=len(work.introduced | work.mentioned.keys()),
        chunks=len(work.log),
        rows=work.rows,
        bytes=recording.source.size or work.position,
        rules=dict(sorted(findings.counts.items())),
        findings=findings.kept,
        findings_left_out=findings.counts.total() - len(findings.kept),
    )


@dataclass(slots=True)
class _Verification:
    """The state of one pass over a recording."""

    recording: Recording
    findings: Findings
    check_footers: bool
    log: ChunkLog = field(default_factory=ChunkLog)
    introduced: set[StoreId] = field(default_factory=set)
    mentioned: dict[StoreId, int] = field(default_factory=dict)  # where first
    rows: int = 0
    position: int = 0
    streams: int = 0
    _stream: StreamCheck | None = None
    _names: StoreNames = field(default_factory=StoreNames)
    _layouts: Layouts = field(default_factory=Layouts)
    _kinds: dict[tuple[StoreId, str], TimeKind] = field(default_factory=dict)
    _types: dict[tuple[StoreId, str, object], object] = field(default_factory=dict)

    def damage(self, error: RrdError) -> None:
        """Takes damage of the framing, after everything before it was taken."""
        if not error.offset:
            raise error  # there is no recording at all
        match error:
            case TruncatedError():
                rule = "stream-truncated"
            case LimitError():
                rule = "limit-exceeded"
            case UnsupportedError():
                rule = "stream-unsupported"
            case _:
                rule = "stream-garbage"
        self.findings.add(rule, error.reason, Place(error.offset))
        if self._stream is not None:
            self._stream.damaged = True
        self.streams = max(self.streams, 1)

    def block(self, decoded: DecodedBlock) -> None:
        """Takes the next block."""
        block = decoded.block
        stream = self._stream_of(block)
        self.position = block.offset + len(block.data) + block.skipped
        if len(decoded.headers) + len(decoded.headers.errors) < len(block):
            self._other_messages(block, stream)
        starts = np.asarray(block.starts, np.int64) + block.offset
        sizes = np.asarray(block.ends, np.int64) - np.asarray(block.starts, np.int64)
        parts = self._parts(decoded, starts, sizes, stream)
        self._refused(decoded, stream)
        check_headers(parts, self.findings)
        found = cohorts(parts)
        stream.doubtful.append(check_columns(found, self.findings))
        for store, rows in rows_of(parts, self.findings).items():
            self.log.add_rows(store, rows)
        for part in parts:
            self.rows += len(part) * part.group.rows
            self.log.add_chunks(part)
        for cohort in found:
            stream.add(cohort)

    def _stream_of(self, block: Block) -> StreamCheck:
        if self._stream is None or self._stream.stream is not block.stream:
            self._end_stream()
            self.streams = block.stream.index + 1
            self._stream = StreamCheck(
                block.stream, self.findings, self.recording.limits, self.check_footers
            )
            self._stream.begin()
        return self._stream

    def _end_stream(self) -> None:
        if self._stream is not None:
            footer = self._stream.stream.footer
            for store in self._stream.finish():
                self.mentioned.setdefault(store, footer[0] if footer else 0)
            self._stream = None

    def finish(self) -> None:
        """Looks at everything that only the end of the source can tell."""
        if self._stream is None and not self.streams and self.check_footers:
            self.streams = 1
            self.findings.add("footer-missing", "the stream is empty", Place(HEADER_SIZE))
        self._end_stream()
        self.log.check(self.findings)
        for store, offset in self.mentioned.items():
            if store not in self.introduced:
                told = "messages belong to a store that no store info introduces"
                self.findings.add("store-info-missing", told, Place(offset, str(store)))

    # --- messages ------------------------------------------------------------------------------

    def _other_messages(self, block: Block, stream: StreamCheck) -> None:
        for index, kind in enumerate(block.kinds):
            start, end = block.starts[index], block.ends[index]
            if kind == MessageKind.END:
                stream.footer = bytes(block.data[start:end])
            elif kind != MessageKind.ARROW_MSG:
                try:
                    self._other_message(kind, block, index)
                except RrdError as error:
                    rule, told = broken_rule(block, index, error, self.recording.limits)
                    place = Place(block.source_offset(index))
                    self.findings.add(rule, f"{KIND_NAMES[kind]}: {told}", place)

    def _other_message(self, kind: int, block: Block, index: int) -> None:
        start, end = block.starts[index], block.ends[index]
        limits = self.recording.limits
        if kind == MessageKind.SET_STORE_INFO:
            info = SetStoreInfo.parse(block.data, start, end, limits).info
            self._names.learn(info.store_id)
            self.introduced.add(info.store_id)
        elif kind == MessageKind.BLUEPRINT_ACTIVATION:
            activation = BlueprintActivation.parse(block.data, start, end, limits)
            store = self._names.complete(activation.blueprint_id)
            self.mentioned.setdefault(store, block.source_offset(index))

    def _refused(self, decoded: DecodedBlock, stream: StreamCheck) -> None:
        for index, error in sorted(decoded.errors, key=lambda item: item[0]):
            rule, told = broken_rule(decoded.block, index, error, self.recording.limits)
            offset = decoded.block.source_offset(index)
            self.findings.add(rule, told, Place(offset))
            stream.broken.append(offset)

    # --- chunks --------------------------------------------------------------------------------

    def _parts(
        self, decoded: DecodedBlock, starts: _Ints, sizes: _Ints, stream: StreamCheck
    ) -> list[Part]:
        """What decodes, by layout and store."""
        parts: list[Part] = []
        first = len(self.log)
        for group in decoded.groups:
            for whole in whole_groups(decoded, group):
                for store, piece in self._by_store(decoded, whole, stream):
                    layout, at = self._layouts.of(piece), piece.messages
                    part = Part(decoded, piece, store, layout, starts[at], sizes[at], first)
                    first += len(piece)
                    self._introduce(part)
                    parts.append(part)
        return parts

    def _by_store(
        self, decoded: DecodedBlock, group: ChunkGroup, stream: StreamCheck
    ) -> list[tuple[StoreId, ChunkGroup]]:
        """The chunks of `group` by store; what names no store is left out."""
        stores = decoded.headers.store[group.headers]
        found: list[tuple[StoreId, ChunkGroup]] = []
        for number in range(len(decoded.headers.stores)):
            mine = stores == number
            if not mine.any():
                continue
            piece = group if mine.all() else group.pick(np.flatnonzero(mine))
            offset = decoded.block.source_offset(int(piece.messages[0]))
            try:
                store = self._names.complete(decoded.headers.stores[number])
            except RrdError as error:
                self.findings.add("store-unnamed", error.reason, Place(offset))
                messages = piece.messages.tolist()
                stream.broken += [decoded.block.source_offset(index) for index in messages]
                continue
            self.mentioned.setdefault(store, offset)
            found.append((store, piece))
        return found

    def _introduce(self, part: Part) -> None:
        """Holds timelines and types against those that the store had before."""
        layout: Layout = part.layout
        for timeline in layout.schema.timelines:
            known = self._kinds.setdefault((part.store, timeline.name), timeline.kind)
            if known is not timeline.kind:
                told = f"the timeline counts {timeline.kind.value}s here, {known.value}s elsewhere"
                self.findings.add_once(
                    "timeline-kinds", told, Place(part.place(0).offset, str(part.store)),
                    column=timeline.name,
                )  # fmt: skip
        for descriptor, column_type in layout.free_types:
            key = (part.store, layout.shape.entity, descriptor)
            known_type = self._types.setdefault(key, column_type)
            if known_type != column_type:
                told = f"the column holds {column_type} here, {known_type} elsewhere"
                self.findings.add_once(
                    "component-type-varies", told, part.place(0), column=descriptor.component
                )
