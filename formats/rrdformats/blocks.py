"""Linear reading: a source cut into blocks of whole message frames (fact sheet section 1.5).

A recording is read front to back in windows of a few MiB. Each window becomes a `Block`: bytes that
hold only whole frames, and where each message starts and ends. Nothing is parsed beyond the frame
headers, nothing is copied beyond the read itself.

Streams glued together with `cat` are normal input: after an End message, or where the next frame
would have an unknown kind, a new stream header starts the next stream. Old files end in an empty
End message without trailer (0.23 to 0.27) or in no End at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rrdformats.errors import (
    CorruptError,
    LimitError,
    NotRrdError,
    RrdError,
    TruncatedError,
)
from rrdformats.framing import (
    END,
    FOURCC,
    FRAME,
    FRAME_SIZE,
    HEADER_SIZE,
    KIND_NAMES,
    TRAILER_SIZE,
    StreamHeader,
    Trailer,
)
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.source import Source, read_exactly

__all__ = ["Block", "OnDamage", "Stream", "read_blocks"]

WINDOW = 8 << 20
"""Bytes read at once. Large enough to decode many tiny chunks together, small against memory."""

_HEAD_KEPT = 64 << 10
TAIL_KEPT = 64
"""What is kept of a message whose payload is skipped: its header fields, and those behind it."""

OnDamage = Callable[[RrdError], None]
"""Told about damage after which reading went on; the default is to raise."""


@dataclass(slots=True)
class Stream:
    """One stream of a source; several after `cat`.

    Attributes:
        index: Position among the streams of the source.
        offset: Where its header stands in the source; footer offsets count from here.
        header: The parsed header.
        footer: `(start, end)` of the End payload in the source, once it was met.
        trailer: The trailer behind the End message, once it was met.
    """

    index: int
    offset: int
    header: StreamHeader
    footer: tuple[int, int] | None = None
    trailer: Trailer | None = None


@dataclass(slots=True)
class Block:
    """Whole frames of one stream, read together.

    Attributes:
        stream: The stream they belong to.
        data: The bytes.
        offset: Where `data` starts in the source.
        kinds: Message kind of each frame.
        starts: Where each message starts in `data` (behind its frame header).
        ends: Where each message ends, as if nothing had been skipped.
        skipped: Bytes left out of the payload of the block's only message; they are missing
            right before the last `TAIL_KEPT` bytes of `data`.
    """

    stream: Stream
    data: memoryview
    offset: int
    kinds: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    skipped: int = 0

    def __len__(self) -> int:
        return len(self.kinds)

    def source_offset(self, index: int) -> int:
        """Where message `index` starts in the source (the protobuf, not its frame)."""
        return self.offset + self.starts[index]


class _Scanner:
    """The state machine: header, frames, End, trailer, and the next header."""

    def __init__(
        self, source: Source, limits: Limits, on_damage: OnDamage | None, *, payloads: bool
    ) -> None:
        self.source = source
        self.limits = limits
        self.on_damage = on_damage
        self.payloads = payloads or source.size is None
        self.buffer = bytearray()
        self.base = 0  # of the buffer in the source
        self.pos = 0  # in the source
        self.streams: list[Stream] = []

    def have(self, length: int) -> int:
        """Makes up to `length` bytes from `pos` available; returns how many there are."""
        found = len(self.buffer) - (self.pos - self.base)
        while found < length:
            # Memory grows with what arrives, not with what a message claims.
            wanted = max(min(length - found, max(found, WINDOW)), WINDOW)
            if self.source.size is not None:
                wanted = min(max(length - found, WINDOW), self.source.size - self.pos - found)
            if wanted <= 0 or not self.grow(found, wanted):
                break
            found = len(self.buffer)
        return found

    def grow(self, kept: int, wanted: int) -> int:
        """Moves the last `kept` bytes to a new buffer and reads up to `wanted` behind them.

        The old buffer is left to the blocks that still refer to it.
        """
        buffer = bytearray(kept + wanted)
        buffer[:kept] = memoryview(self.buffer)[len(self.buffer) - kept :]
        count = self.source.read_into(self.pos + kept, memoryview(buffer)[kept:])
        del buffer[kept + count :]
        self.buffer, self.base = buffer, self.pos
        return count

    def peek(self, length: int) -> memoryview:
        start = self.pos - self.base
        return memoryview(self.buffer)[start : start + length]

    def damaged(self, error: RrdError) -> None:
        if self.on_damage is None:
            raise error
        self.on_damage(error)

    def run(self) -> Iterator[Block]:
        while self.start_stream():
            yield from self.frames(self.streams[-1])
            if not self.finish_stream(self.streams[-1]):
                return

    def start_stream(self) -> bool:
        """Reads a stream header; False where the source ends or what follows is no stream."""
        found = self.have(HEADER_SIZE)
        if found == 0 and self.streams:
            return False
        if found < HEADER_SIZE:
            if not self.streams:
                raise self.no_header(found)  # not damage: nothing of this source can be read
            self.damaged(self.no_header(found))
            return False
        try:
            header = StreamHeader.parse(self.peek(HEADER_SIZE), offset=self.pos)
        except RrdError as error:
            if not self.streams:
                raise
            self.damaged(error)
            return False
        self.streams.append(Stream(len(self.streams), self.pos, header))
        self.pos += HEADER_SIZE
        return True

    def no_header(self, found: int) -> RrdError:
        if self.streams:
            return CorruptError(
                f"{found} bytes of garbage after the end of the stream", offset=self.pos
            )
        if found == 0:
            return NotRrdError("not an RRD recording: it is empty", offset=0)
        start = bytes(self.peek(found))
        if FOURCC.startswith(start[:4]) or start.startswith(FOURCC):
            return TruncatedError(
                f"only {found} bytes of the {HEADER_SIZE} of a stream header",
                offset=0,
                record="stream header",
            )
        return NotRrdError(
            f"not an RRD recording: {found} bytes, starting with {start[:4]!r}", offset=0
        )

    def frames(self, stream: Stream) -> Iterator[Block]:
        """Blocks up to and including the End message, or to where the stream breaks off."""
        while stream.footer is None:
            found = self.have(FRAME_SIZE)
            if found == 0:
                return
            block = self.whole_frames(stream, found)
            if block.kinds:
                yield block
                continue
            # Not one whole frame in the buffer: a large one, the end, or not a frame at all.
            large = self.large_frame(stream, found)
            if large is None:
                return
            yield large

    def whole_frames(self, stream: Stream, found: int) -> Block:
        """All frames that are complete in the buffer."""
        first = self.pos - self.base
        data = memoryview(self.buffer)
        block = Block(stream, data, self.base)
        kinds, starts, ends = block.kinds, block.starts, block.ends
        pos, stop, unpack = first, first + found, FRAME.unpack_from
        limit = self.limits.message_bytes
        while pos + FRAME_SIZE <= stop:
            kind, length = unpack(data, pos)
            start = pos + FRAME_SIZE
            end = start + length
            if kind > 3 or end > stop or length > limit:
                break
            kinds.append(kind)
            starts.append(start)
            ends.append(end)
            pos = end
            if kind == END:
                stream.footer = (self.base + start, self.base + end)
                break
        self.pos = self.base + pos
        return block

    def large_frame(self, stream: Stream, found: int) -> Block | None:
        """The one frame at `pos` that the buffer does not hold; None where there is none."""
        if found < FRAME_SIZE:
            if not self.is_new_stream(found):
                self.damaged(
                    TruncatedError(
                        f"the stream ends after {found} bytes of a frame header", offset=self.pos
                    )
                )
                self.pos += found
            return None
        kind, length = FRAME.unpack_from(self.peek(FRAME_SIZE))
        if kind not in KIND_NAMES:
            if not self.is_new_stream(found):
                self.damaged(
                    CorruptError(
                        f"{kind:#x} is no message kind: garbage in the stream", offset=self.pos
                    )
                )
                self.pos = self.source.size or self.pos
            return None
        record = KIND_NAMES[kind]
        if length > self.limits.message_bytes:
            self.damaged(
                LimitError(
                    f"a message claims {length} bytes; the limit is {self.limits.message_bytes}",
                    offset=self.pos,
                    record=record,
                )
            )
            self.pos = self.source.size or self.pos
            return None
        size = self.source.size
        if size is not None and self.pos + FRAME_SIZE + length > size:
            self.truncated(record, length, size - self.pos - FRAME_SIZE)
            return None
        if not self.payloads and length > 2 * _HEAD_KEPT and kind == 2:
            return self.skipping_payload(stream, length)
        found = self.have(FRAME_SIZE + length)
        if found < FRAME_SIZE + length:
            self.truncated(record, length, found - FRAME_SIZE)
            return None
        return self.whole_frames(stream, FRAME_SIZE + length)

    def truncated(self, record: str, length: int, found: int) -> None:
        self.damaged(
            TruncatedError(
                f"the stream ends after {found} of {length} bytes of a message",
                offset=self.pos,
                record=record,
            )
        )
        self.pos += FRAME_SIZE + found

    def skipping_payload(self, stream: Stream, length: int) -> Block:
        """A block with one message of which only head and tail were read."""
        end = self.pos + FRAME_SIZE + length
        self.have(_HEAD_KEPT)
        head = self.peek(_HEAD_KEPT).tobytes()
        tail = read_exactly(self.source, end - TAIL_KEPT, TAIL_KEPT, KIND_NAMES[2])
        block = Block(stream, memoryview(head + tail), self.pos)
        block.kinds.append(2)
        block.starts.append(FRAME_SIZE)
        block.ends.append(FRAME_SIZE + length)
        block.skipped = FRAME_SIZE + length - _HEAD_KEPT - TAIL_KEPT
        self.pos = end
        self.buffer, self.base = bytearray(), end
        return block

    def is_new_stream(self, found: int) -> bool:
        return found >= len(FOURCC) and self.peek(len(FOURCC)) == FOURCC

    def finish_stream(self, stream: Stream) -> bool:
        """Reads the trailer, if there is one; False where the source ends."""
        found = self.have(TRAILER_SIZE)
        if found == 0:
            return False
        if stream.footer is None:
            return self.is_new_stream(found)
        trailer = Trailer.parse(self.peek(TRAILER_SIZE)) if found >= TRAILER_SIZE else None
        if trailer is not None:
            stream.trailer = trailer
            self.pos += TRAILER_SIZE
            return True
        if self.is_new_stream(found):
            return True
        if found < TRAILER_SIZE and self.looks_like_trailer(stream, found):
            self.damaged(
                TruncatedError(
                    f"only {found} bytes of the {TRAILER_SIZE} of a trailer",
                    offset=self.pos,
                    record="trailer",
                )
            )
        else:
            self.damaged(CorruptError("garbage after the end of the stream", offset=self.pos))
        return False

    def looks_like_trailer(self, stream: Stream, found: int) -> bool:
        start, _ = stream.footer or (0, 0)
        expected = (start - stream.offset).to_bytes(8, "little")
        return bytes(self.peek(min(found, 8))) == expected[: min(found, 8)]


def read_blocks(
    source: Source,
    *,
    limits: Limits = DEFAULT_LIMITS,
    on_damage: OnDamage | None = None,
    payloads: bool = True,
) -> Iterator[Block]:
    """Reads `source` front to back.

    Args:
        source: Where to read from.
        limits: Bounds for message lengths.
        on_damage: Called with each piece of damage (truncated tail, garbage) after everything that
            stands before it was yielded. Without it the damage is raised.
        payloads: False skips the payloads of large chunks where the source can seek: enough to
            read message headers.

    Yields:
        Blocks in file order; each stays valid as long as it is referred to.

    Raises:
        NotRrdError: If the source is no RRD stream at all.
        UnsupportedError: If it is one of a version that cannot be read.
        RrdError: For damage, without `on_damage`.
    """
    return _Scanner(source, limits, on_damage, payloads=payloads).run()
