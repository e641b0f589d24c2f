"""The messages of one MCAP chunk as columns.

Where messages start is taken from the index records behind the chunk, provided that they account
for every byte; what they leave out is looked through record by record.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rrdformats.errors import CorruptError, LimitError, RrdError, UnsupportedError
from rrdformats.limits import DEFAULT_LIMITS, check_limit
from rrdformats.source import Source, read_exactly
from rrdimporters.mcap.ragged import Bytes, Places, gather, view_of
from rrdimporters.mcap.records import HEAD, Channel, ChunkHead, ChunkIndex, Opcode, Schema

__all__ = ["MessageBatch", "Records", "read_chunk", "read_loose"]

_ENTRY = np.dtype([("time", "<u8"), ("offset", "<u8")])
_MESSAGE = np.dtype(
    [
        ("opcode", "u1"),
        ("length", "<u8"),
        ("channel", "<u2"),
        ("sequence", "<u4"),
        ("log_time", "<u8"),
        ("publish_time", "<u8"),
    ]
)
_LOOSE_WINDOW = 4 << 20
_RATIOS = {"zstd": 1 << 15, "lz4": 255}
"""How much smaller than its content a compressed block can be: runs of one byte, at best."""
_SLACK = 1 << 10
_AT_ONCE = 64 << 20


@dataclass(frozen=True)
class MessageBatch:
    """Messages of one channel, in file order.

    Attributes:
        data: The memory they lie in.
        starts: Where each starts (bytes).
        sizes: How long each is (bytes).
        log_times: When each was recorded (nanoseconds, unsigned).
        publish_times: When each was published (nanoseconds, unsigned).
    """

    data: Bytes
    starts: Places
    sizes: Places
    log_times: npt.NDArray[np.uint64]
    publish_times: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: npt.NDArray[Any]) -> MessageBatch:
        """Only the given messages."""
        return MessageBatch(
            self.data,
            self.starts[rows],
            self.sizes[rows],
            self.log_times[rows],
            self.publish_times[rows],
        )

    def pieces(self) -> Iterator[memoryview]:
        """The bytes of each message; borrowed."""
        view = view_of(self.data)
        ends = (self.starts + self.sizes).tolist()
        for start, end in zip(self.starts.tolist(), ends, strict=True):
            yield view[start:end]


@dataclass
class Records:
    """The records of a chunk, or of a stretch of file between chunks.

    Attributes:
        data: Their bytes.
        heads: What stands before each message, `(n,)`, in file order.
        starts: Where the content of each message starts, behind what `heads` holds (bytes).
        schemas: Schemas among them.
        channels: Channels among them.
        losses: What is damaged.
    """

    data: Bytes
    heads: npt.NDArray[Any]
    starts: Places
    schemas: list[Schema] = field(default_factory=list[Schema])
    channels: list[Channel] = field(default_factory=list[Channel])
    losses: list[str] = field(default_factory=list[str])

    def by_channel(self, start: int | None, end: int | None) -> dict[int, MessageBatch]:
        """The messages of each channel, by number.

        Args:
            start: Leaves out what was recorded before (nanoseconds).
            end: Leaves out what was recorded at this time or later.
        """
        numbers = np.ascontiguousarray(self.heads["channel"])
        kept = np.arange(len(numbers))
        if start is not None or end is not None:
            times = self.heads["log_time"]
            first = np.uint64(max(start or 0, 0))
            keep = times >= first
            if end is not None:
                keep &= times < np.uint64(max(end, 0))
            kept = np.flatnonzero(keep)
        if not len(kept):
            return {}
        order = kept[np.argsort(numbers[kept], kind="stable")]
        ordered = numbers[order]
        bounds = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        parts = np.split(order, bounds)
        return {int(numbers[rows[0]]): self._batch(rows) for rows in parts}

    def _batch(self, rows: Places) -> MessageBatch:
        heads = self.heads[rows]
        return MessageBatch(
            self.data,
            self.starts[rows],
            heads["length"].astype(np.int64) - (_MESSAGE.itemsize - HEAD.size),
            np.ascontiguousarray(heads["log_time"]),
            np.ascontiguousarray(heads["publish_time"]),
        )


def read_chunk(source: Source, place: ChunkIndex) -> Records:
    """Reads, decompresses and takes apart a chunk; safe in any thread if nobody else reads.

    Raises:
        RrdError: If nothing of it can be read. What is lost in part is in `losses`.
    """
    try:
        check_limit(place.length, DEFAULT_LIMITS.message_bytes, "the length of a chunk")
        stored = read_exactly(source, place.offset, place.length, "Chunk")
        opcode, length = HEAD.unpack_from(stored)
        if opcode != Opcode.CHUNK or HEAD.size + length != place.length:
            raise CorruptError("there is no chunk where the index says")
        head = ChunkHead.parse(memoryview(stored)[HEAD.size :])
        first = HEAD.size + head.records_at
        if first + head.size > len(stored):
            raise CorruptError("the chunk is longer than its record")
        content = _decompressed(head, memoryview(stored)[first : first + head.size])
    except RrdError as error:
        raise error.at(place.offset, "Chunk") from error
    losses = []
    if head.uncompressed_crc and zlib.crc32(content) != head.uncompressed_crc:
        losses.append(f"the chunk at byte {place.offset} fails its checksum")
    data = np.frombuffer(content, np.uint8)
    records = _taken_apart(data, _indexed(source, place, len(data)))
    if records.losses:
        losses += [f"{loss} in the chunk at byte {place.offset}" for loss in records.losses]
    records.losses = losses
    return records


def read_loose(source: Source, start: int, end: int) -> Iterator[Records]:
    """The messages outside of chunks from byte `start` to `end`, some megabytes at a time.

    Raises:
        RrdError: If a record is not all there.
    """
    window = _LOOSE_WINDOW
    while start < end:
        size = min(window, end - start)
        block = read_exactly(source, start, size, "record")
        whole = _whole_records(block)
        if not whole:
            if size == end - start:
                raise CorruptError("a record is longer than its place", offset=start)
            window = check_limit(window * 2, DEFAULT_LIMITS.message_bytes, "a record")
            continue
        window = _LOOSE_WINDOW
        data = np.frombuffer(block, np.uint8)[:whole]
        yield _taken_apart(data, np.empty(0, np.int64))
        start += whole


def _whole_records(block: bytearray) -> int:
    """Bytes of the records that are wholly in `block`."""
    at = 0
    while at + HEAD.size <= len(block):
        behind = at + HEAD.size + int(HEAD.unpack_from(block, at)[1])
        if behind > len(block):
            break
        at = behind
    return at


def _decompressed(head: ChunkHead, stored: memoryview) -> bytes | memoryview:
    """The records of a chunk.

    Raises:
        RrdError: If they cannot be decompressed, or are of another size than the chunk says.
    """
    claimed = head.uncompressed_size
    if not head.compression:
        if len(stored) != claimed:
            raise CorruptError(f"{len(stored)} bytes are stored where {claimed} are promised")
        return stored
    ratio = _RATIOS.get(head.compression)
    if ratio is None:
        raise UnsupportedError(f"the compression {head.compression!r} is unknown")
    check_limit(claimed, DEFAULT_LIMITS.uncompressed_bytes, "the size of a chunk")
    if claimed > ratio * len(stored) + _SLACK:
        raise LimitError(f"{len(stored)} bytes cannot hold the {claimed} that they promise")
    unpack = _unpacked_zstd if head.compression == "zstd" else _unpacked_lz4
    content = unpack(stored, claimed)
    if len(content) != claimed:
        raise CorruptError(f"{len(content)} bytes decompress where {claimed} are promised")
    return content


def _unpacked_zstd(stored: memoryview, claimed: int) -> bytes:
    import zstandard

    try:
        sized = zstandard.get_frame_parameters(stored).content_size
        if sized == claimed and claimed <= _AT_ONCE:
            return zstandard.ZstdDecompressor().decompress(stored, max_output_size=claimed)
        with zstandard.ZstdDecompressor().stream_reader(stored) as reader:
            return reader.read(claimed + 1)
    except zstandard.ZstdError as error:
        raise CorruptError(f"the chunk cannot be decompressed: {error}") from error


def _unpacked_lz4(stored: memoryview, claimed: int) -> bytes:
    import lz4.frame

    try:
        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(stored, max_length=claimed + 1))
    except (RuntimeError, EOFError) as error:
        raise CorruptError(f"the chunk cannot be decompressed: {error}") from error


def _indexed(source: Source, place: ChunkIndex, size: int) -> Places:
    """Where messages start according to the index records behind the chunk, ascending.

    Whatever is odd about them only means that they do not help.
    """
    length = place.message_index_length
    if not 0 < length <= 2 * size + _SLACK:
        return np.empty(0, np.int64)
    try:
        block = read_exactly(source, place.offset + place.length, length, "MessageIndex")
    except RrdError:
        return np.empty(0, np.int64)
    parts = []
    at = 0
    prefix = HEAD.size + 6  # channel and byte length stand before the entries
    while at + prefix <= length:
        opcode, content = HEAD.unpack_from(block, at)
        behind = at + HEAD.size + content
        entries = int.from_bytes(block[at + prefix - 4 : at + prefix], "little")
        if opcode != Opcode.MESSAGE_INDEX or at + prefix + entries > min(behind, length):
            break
        found = np.frombuffer(block, _ENTRY, entries // _ENTRY.itemsize, at + prefix)
        parts.append(found["offset"])
        at = behind
    if not parts:
        return np.empty(0, np.int64)
    offsets = np.concatenate(parts)
    return np.sort(offsets[offsets < size].astype(np.int64))


def _taken_apart(data: Bytes, indexed: Places) -> Records:
    """The records in a block, all of them whether indexed or not."""
    found = _Finder(data)
    at = 0
    if len(indexed):
        heads = gather(data, indexed, _MESSAGE)
        lengths = heads["length"].astype(np.int64, copy=False)
        behind = indexed + HEAD.size + lengths
        fits = (heads["opcode"] == Opcode.MESSAGE) & (behind <= len(data)) & (lengths >= 0)
        if fits.all() and (behind[:-1] <= indexed[1:]).all():
            gap_starts = np.concatenate(([0], behind[:-1]))
            for row in np.flatnonzero(gap_starts != indexed).tolist():
                found.walk(int(gap_starts[row]), int(indexed[row]))
            at = int(behind[-1])
        else:
            indexed = np.empty(0, np.int64)
    found.walk(at, len(data))
    places = np.array(found.messages, np.int64)
    if len(indexed):
        places = np.sort(np.concatenate((indexed, places))) if len(places) else indexed
    heads = gather(data, places, _MESSAGE)
    return Records(
        data,
        heads,
        places + _MESSAGE.itemsize,
        found.schemas,
        found.channels,
        found.losses,
    )


class _Finder:
    """Goes through records one by one."""

    def __init__(self, data: Bytes) -> None:
        self._view = view_of(data)
        self.messages: list[int] = []
        self.schemas: list[Schema] = []
        self.channels: list[Channel] = []
        self.losses: list[str] = []

    def walk(self, at: int, end: int) -> None:
        """Notes the records from `at` to `end`."""
        view, unpack, messages = self._view, HEAD.unpack_from, self.messages
        least = _MESSAGE.itemsize - HEAD.size
        while at < end:
            if at + HEAD.size > end:
                self.losses.append(f"{end - at} bytes are no record")
                return
            opcode, length = unpack(view, at)
            behind = at + HEAD.size + length
            if behind > end or (opcode == Opcode.MESSAGE and length < least):
                self.losses.append(f"a record is broken, and {end - at} bytes from there on")
                return
            if opcode == Opcode.MESSAGE:
                messages.append(at)
            elif opcode in {Opcode.SCHEMA, Opcode.CHANNEL}:
                self._note(opcode, view[at + HEAD.size : behind])
            at = behind

    def _note(self, opcode: int, content: memoryview) -> None:
        try:
            if opcode == Opcode.SCHEMA:
                self.schemas.append(Schema.parse(content))
            else:
                self.channels.append(Channel.parse(content))
        except RrdError as error:
            self.losses.append(str(error))
