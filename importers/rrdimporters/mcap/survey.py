"""What an MCAP file holds and where, without its messages.

Normally the summary at the end tells. Where it is missing or wrong, the heads of all records are
read from the front; what stands between listed records is looked through either way, because
messages may stand there that no index lists.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from rrdformats.errors import CorruptError, NotRrdError, RrdError, TruncatedError, UnsupportedError
from rrdformats.limits import check_limit
from rrdformats.source import Source, read_exactly
from rrdimporters.mcap.records import (
    FOOTER_SIZE,
    HEAD,
    MAGIC,
    Attachment,
    AttachmentIndex,
    Channel,
    ChunkHead,
    ChunkIndex,
    Footer,
    Header,
    Metadata,
    MetadataIndex,
    Opcode,
    Schema,
    Statistics,
)

__all__ = ["Survey", "read_record", "survey"]

_MAX_RECORD = 4 << 30
_STEP = 1 << 18
_CHUNK_HEAD_SIZE = 256
_MESSAGE_INDEX = struct.Struct("<HI")
_INDEX_ENTRY = 16


@dataclass
class Survey:
    """What is where in a file.

    Attributes:
        size: Size of the file (bytes).
        header: What the file says of itself.
        schemas: Schemas by number; more may be inside chunks.
        channels: Channels by number; more may be inside chunks.
        statistics: The file's own; None without.
        chunks: Where chunks are, in the order in which they are listed.
        attachments: Where attachments are.
        metadata: Where metadata records are.
        loose: Parts of the file with messages outside of chunks: first byte, and behind the last.
        unusable: Why the summary could not be used; None if it was.
        losses: What is damaged.
        notes: What else a person would want to know.
    """

    size: int
    header: Header
    schemas: dict[int, Schema] = field(default_factory=dict[int, Schema])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    statistics: Statistics | None = None
    chunks: list[ChunkIndex] = field(default_factory=list[ChunkIndex])
    attachments: list[AttachmentIndex] = field(default_factory=list[AttachmentIndex])
    metadata: list[MetadataIndex] = field(default_factory=list[MetadataIndex])
    loose: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    unusable: str | None = None
    losses: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    loose_counts: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    """Log times of messages outside of chunks, by channel: count, first, last."""


def survey(source: Source, *, gaps: bool = True, use_summary: bool = True) -> Survey:
    """Finds out what is in a file.

    Args:
        source: The file; it must be seekable.
        gaps: Whether to look between listed records for what no index lists.
        use_summary: False reads from front to back whatever the end says.

    Raises:
        NotRrdError: If it is no MCAP file.
        RrdError: If not even its header can be read.
    """
    size = source.size or 0
    start = bytes(read_exactly(source, 0, min(len(MAGIC), size), "magic"))
    if start != MAGIC:
        raise NotRrdError("the MCAP magic at the start is missing", offset=0)
    try:
        opcode, length, content = read_record(source, len(MAGIC))
        if opcode != Opcode.HEADER:
            raise CorruptError("the first record is no Header", offset=len(MAGIC))
        header = Header.parse(content)
    except RrdError as error:
        raise error.at(len(MAGIC), "Header") from error
    data_start = len(MAGIC) + HEAD.size + length
    try:
        if not use_summary:
            raise UnsupportedError("the summary is not wanted")
        found, data_end = _from_summary(source, size, header)
    except RrdError as error:
        found = Survey(size, header, unusable=str(error))
        _scan(source, found, data_start, size)
        return found
    if gaps:
        for gap_start, gap_end in _gaps(found, data_start, data_end):
            _scan(source, found, gap_start, gap_end, into_gap=True)
    return found


def read_record(source: Source, offset: int) -> tuple[int, int, bytearray]:
    """Opcode, length and content of the record at `offset`.

    Raises:
        RrdError: If it is not all there.
    """
    opcode, length = HEAD.unpack(read_exactly(source, offset, HEAD.size, "record"))
    check_limit(length, _MAX_RECORD, "the length of a record")
    return opcode, length, read_exactly(source, offset + HEAD.size, length, "record")


def _from_summary(source: Source, size: int, header: Header) -> tuple[Survey, int]:
    """What the summary says, and where the data before it end."""
    end = size - len(MAGIC) - FOOTER_SIZE
    if end < len(MAGIC):
        raise TruncatedError("the file ends before its footer")
    tail = read_exactly(source, end, FOOTER_SIZE + len(MAGIC), "Footer")
    if bytes(tail[FOOTER_SIZE:]) != MAGIC or tail[0] != Opcode.FOOTER:
        raise TruncatedError("the file does not end with a footer")
    footer = Footer.parse(memoryview(tail)[HEAD.size : FOOTER_SIZE])
    if not footer.summary_start:
        raise CorruptError("the file has no summary")
    if not len(MAGIC) <= footer.summary_start <= end:
        raise CorruptError("the footer points outside of the file")
    summary = read_exactly(source, footer.summary_start, end - footer.summary_start, "summary")
    covered = zlib.crc32(tail[: HEAD.size + 16], zlib.crc32(summary))
    if footer.summary_crc not in {0, covered}:
        raise CorruptError("the checksum of the summary is wrong")
    found = Survey(size, header)
    at = 0
    while at < len(summary):
        opcode, content = _record_in(summary, at)
        _note_summary_record(found, opcode, content)
        at += HEAD.size + len(content)
    return found, footer.summary_start


def _record_in(block: bytearray, at: int) -> tuple[int, memoryview]:
    if at + HEAD.size > len(block):
        raise CorruptError("the summary ends inside a record")
    opcode, length = HEAD.unpack_from(block, at)
    if at + HEAD.size + length > len(block):
        raise CorruptError("the summary ends inside a record")
    return opcode, memoryview(block)[at + HEAD.size : at + HEAD.size + length]


def _note_summary_record(found: Survey, opcode: int, content: memoryview) -> None:
    match opcode:
        case Opcode.SCHEMA:
            schema = Schema.parse(content)
            found.schemas[schema.id] = schema
        case Opcode.CHANNEL:
            channel = Channel.parse(content)
            found.channels[channel.id] = channel
        case Opcode.STATISTICS:
            found.statistics = Statistics.parse(content)
        case Opcode.CHUNK_INDEX:
            found.chunks.append(ChunkIndex.parse(content))
        case Opcode.ATTACHMENT_INDEX:
            found.attachments.append(AttachmentIndex.parse(content))
        case Opcode.METADATA_INDEX:
            found.metadata.append(MetadataIndex.parse(content))
        case _:
            pass  # what is not known here is not needed


def _gaps(found: Survey, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What no listed record covers, between the header and the summary."""
    covered = [(c.offset, c.offset + c.length + c.message_index_length) for c in found.chunks]
    covered += [(a.offset, a.offset + a.length) for a in found.attachments]
    covered += [(m.offset, m.offset + m.length) for m in found.metadata]
    for first, behind in sorted(covered):
        if first > start:
            yield start, first
        start = max(start, behind)
    if end > start:
        yield start, end


def _scan(source: Source, found: Survey, start: int, end: int, *, into_gap: bool = False) -> None:
    """Reads the heads of the records from `start` to `end` and notes what they are.

    Args:
        source: The file.
        found: Where to note it.
        start: Where a record starts (bytes).
        end: Where to stop.
        into_gap: Whether a summary has told the rest, so that damage is none of its business.
    """
    scanner = _Scanner(source, found, end, into_gap)
    try:
        scanner.run(start)
    except RrdError as error:
        if into_gap:
            return  # padding, or another tool's bytes: the summary does not miss them
        found.losses.append(f"{error}; the rest of the file cannot be read")
    finally:
        scanner.finish()


class _Scanner:
    """Goes from record to record, reading as little of each as will do."""

    def __init__(self, source: Source, found: Survey, end: int, into_gap: bool) -> None:
        self._source = source
        self._found = found
        self._end = end
        self._into_gap = into_gap
        self._window = bytearray()
        self._window_at = 0
        self._loose_start: int | None = None
        self._loose_end = 0
        self._has_chunk = False

    def run(self, at: int) -> None:
        while at < self._end:
            opcode, length = HEAD.unpack(self._peek(at, HEAD.size))
            behind = at + HEAD.size + length
            if behind > self._end:
                name = Opcode(opcode).name if opcode in _OPCODES else f"unknown ({opcode})"
                raise TruncatedError("the file ends inside a record", offset=at, record=name)
            if opcode in {Opcode.DATA_END, Opcode.FOOTER}:
                return
            self._note(opcode, at, length)
            at = behind
        if not self._into_gap:
            raise TruncatedError("the file ends before its footer", offset=at)

    def finish(self) -> None:
        """Notes the messages outside of chunks that the last records were."""
        if self._loose_start is not None:
            self._found.loose.append((self._loose_start, self._loose_end))
            self._loose_start = None

    def _peek(self, at: int, size: int) -> memoryview:
        inside = at - self._window_at
        if inside < 0 or inside + size > len(self._window):
            available = (self._source.size or 0) - at
            step = min(max(size, _STEP), available)
            if step < size:
                raise TruncatedError("the file ends inside a record", offset=at)
            self._window = read_exactly(self._source, at, step, "record")
            self._window_at, inside = at, 0
        return memoryview(self._window)[inside : inside + size]

    def _note(self, opcode: int, at: int, length: int) -> None:
        if opcode == Opcode.MESSAGE:
            self._note_message(at, length)
            return
        if opcode not in {Opcode.SCHEMA, Opcode.CHANNEL}:
            self.finish()
        if opcode == Opcode.SCHEMA:
            schema = Schema.parse(self._peek(at + HEAD.size, length))
            self._found.schemas.setdefault(schema.id, schema)
        elif opcode == Opcode.CHANNEL:
            channel = Channel.parse(self._peek(at + HEAD.size, length))
            self._found.channels.setdefault(channel.id, channel)
        else:
            self._note_place(opcode, at, length)

    def _note_message(self, at: int, length: int) -> None:
        if self._loose_start is None:
            self._loose_start = at
        self._loose_end = at + HEAD.size + length
        if length < _MESSAGE.size:
            raise CorruptError("a message is shorter than its head", offset=at, record="Message")
        channel, _, log_time, _ = _MESSAGE.unpack(self._peek(at + HEAD.size, _MESSAGE.size))
        counted = self._found.loose_counts.setdefault(channel, [0, log_time, log_time])
        counted[0] += 1
        counted[1] = min(counted[1], log_time)
        counted[2] = max(counted[2], log_time)

    def _note_place(self, opcode: int, at: int, length: int) -> None:
        found, content_at = self._found, at + HEAD.size
        match opcode:
            case Opcode.CHUNK:
                head = ChunkHead.parse(self._peek(content_at, min(length, _CHUNK_HEAD_SIZE)))
                if head.records_at + head.size > length:
                    raise CorruptError("a chunk is longer than its record", offset=at)
                self._has_chunk = True
                found.chunks.append(
                    ChunkIndex(
                        head.start_time,
                        head.end_time,
                        at,
                        HEAD.size + length,
                        {},
                        0,
                        head.compression,
                        head.size,
                        head.uncompressed_size,
                    )
                )
            case Opcode.MESSAGE_INDEX if self._has_chunk:
                self._note_message_index(at, length)
            case Opcode.ATTACHMENT:
                parsed = Attachment.parse(self._peek(content_at, length))
                found.attachments.append(
                    AttachmentIndex(
                        at,
                        HEAD.size + length,
                        parsed.log_time,
                        parsed.create_time,
                        len(parsed.data),
                        parsed.name,
                        parsed.media_type,
                    )
                )
            case Opcode.METADATA:
                name = Metadata.parse(self._peek(content_at, length)).name
                found.metadata.append(MetadataIndex(at, HEAD.size + length, name))
            case _:
                pass

    def _note_message_index(self, at: int, length: int) -> None:
        channel, _ = _MESSAGE_INDEX.unpack(self._peek(at + HEAD.size, _MESSAGE_INDEX.size))
        last = self._found.chunks[-1]
        self._found.chunks[-1] = ChunkIndex(
            last.start_time,
            last.end_time,
            last.offset,
            last.length,
            {**last.message_indexes, channel: at},
            at + HEAD.size + length - last.offset - last.length,
            last.compression,
            last.compressed_size,
            last.uncompressed_size,
        )


_MESSAGE = struct.Struct("<HIQQ")
_OPCODES = frozenset(Opcode)
