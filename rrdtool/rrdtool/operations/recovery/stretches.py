"""Finds the whole messages of a damaged source.

Reading goes from front to back. Where it breaks off, the bytes behind are searched for the next
message that is one: its frame fits, and what it holds can be parsed and, if it is a chunk, decoded.
A length that was damaged leads into the middle of a later message; so if the last message before a
break is not whole itself, the search starts inside it, and what it seemed to cover is found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rrdformats.blocks import Block, Stream, read_blocks
from rrdformats.decode import ChunkDecoder
from rrdformats.errors import CorruptError, NotRrdError, RrdError, TruncatedError
from rrdformats.framing import (
    FOURCC,
    FRAME,
    FRAME_SIZE,
    HEADER_SIZE,
    KIND_NAMES,
    TRAILER_SIZE,
    MessageKind,
    StreamHeader,
    Trailer,
)
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.messages import BlueprintActivation, SetStoreInfo, parse_footer
from rrdformats.scan import whole_groups
from rrdformats.source import Source, read_exactly
from rrdtool.operations.recovery.claims import UNTRUSTED
from rrdtool.operations.recovery.mended_source import MendedSource, Piece

__all__ = ["Gap", "Stretches", "find_stretches"]

_WINDOW = 4 << 20
_BEGINNING = re.compile(rb"(?=RRF2|[\x01-\x03]\x00{7}.{4}\x00{4}[\x0a\x12])", re.DOTALL)
"""How a stream starts, or a message: kind, length, and the key of its first field."""
_BEGINNING_SIZE = 17


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes in which no whole message was found.

    Attributes:
        start: The first of them.
        end: Behind the last one.
        error: What reading broke off with.
        in_stream: Whether they stand inside a stream, rather than behind its end.
    """

    start: int
    end: int
    error: RrdError
    in_stream: bool = True


@dataclass(slots=True)
class Stretches:
    """A source, taken apart.

    Attributes:
        pieces: What is whole, in order, with stream headers put where they are missing.
        gaps: What is not.
        streams: How many streams were begun, those of which no message is whole among them.
    """

    pieces: list[Piece] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    streams: int = 0


def find_stretches(source: Source, limits: Limits = DEFAULT_LIMITS) -> Stretches:
    """Takes a seekable source apart.

    Raises:
        NotRrdError: If it is no RRD recording, and nothing in it looks like a part of one.
        UnsupportedError: If it is one of a version that cannot be read.
    """
    return _Finder(source, limits).run()


class _Finder:
    def __init__(self, source: Source, limits: Limits) -> None:
        self.source = source
        self.size = source.size or 0
        self.limits = limits
        self.found = Stretches()
        self.header = UNTRUSTED.to_bytes()
        self.is_open = False
        """Whether what was read last is inside a stream, rather than behind its end."""

    def run(self) -> Stretches:
        start = self.first_start()
        while start is not None:
            stop, error = self.read_on(start)
            if stop > start:
                self.found.pieces.append((start, stop))
            start = None if error is None else self.next_start(stop, error)
        return self.found

    def first_start(self) -> int | None:
        """Where reading starts: at the first byte, unless that is where the damage is."""
        head = bytes(read_exactly(self.source, 0, min(HEADER_SIZE, self.size), "stream header"))
        try:
            if len(head) < HEADER_SIZE and FOURCC.startswith(head[:4]) and head:
                raise TruncatedError("the source ends inside its first stream header", offset=0)
            if len(head) < HEADER_SIZE:
                raise NotRrdError("not an RRD recording: it is too short", offset=0)
            StreamHeader.parse(head)
        except NotRrdError as error:
            start = self.next_start(0, error)
            if start is None:
                raise
            return start
        return 0

    def read_on(self, start: int) -> tuple[int, RrdError | None]:
        """Reads whole messages from `start`, where a message or a stream starts.

        Returns:
            Where reading ended, and why; None at the end of the source.
        """
        begins_stream = self.header_at(start) is not None
        before = b"" if begins_stream else self.header
        view = MendedSource(self.source, [before, (start, self.size)])
        shift = start - len(before)
        errors: list[RrdError] = []
        last: Block | None = None
        blocks = read_blocks(view, limits=self.limits, on_damage=errors.append, payloads=False)
        for block in blocks:
            last = block
        stop, error = self.size, errors[0] if errors else None
        if error is not None and error.offset is not None:
            stop = error.offset = error.offset + shift
        self.found.streams += (0 if last is None else last.stream.index + 1) - (not begins_stream)
        begun = self.header_at(stop - HEADER_SIZE)
        if last is None or begun is not None:  # the last stream has no whole message
            self.found.streams += 1
            self.header = begun or self.header
            self.is_open = True
            return stop, error
        self.header = last.stream.header.to_bytes()
        self.is_open = last.stream.footer is None
        return self.doubted(last, shift, stop, error)

    def doubted(
        self, last: Block, shift: int, stop: int, error: RrdError | None
    ) -> tuple[int, RrdError | None]:
        """Where the last block really ends, and why: what it ends with may not be what it seems."""
        false_end = self.false_end(last.stream, shift, is_last=error is None)
        if false_end is not None:
            stop, self.is_open = false_end, True
            error = CorruptError("what should be a footer is none", offset=stop)
        if error is not None and self.is_open:
            stop = self.end_of_whole(last, shift, stop)
        return stop, error

    def false_end(self, stream: Stream, shift: int, *, is_last: bool) -> int | None:
        """Where the frame of an End message starts that is none; None if there is no such thing.

        Zeros read like an empty one, which only old streams end with; and a chunk of which the kind
        was damaged reads like one as well.
        """
        if stream.footer is None or stream.trailer is not None:
            return None
        start, end = (place + shift for place in stream.footer)
        if start == end:
            return None if is_last else start - FRAME_SIZE
        data = memoryview(read_exactly(self.source, start, end - start, KIND_NAMES[0]))
        try:
            parse_footer(data, 0, len(data), self.limits)
        except RrdError:
            return start - FRAME_SIZE
        return None

    def end_of_whole(self, block: Block, shift: int, stop: int) -> int:
        """Where the last message of a block that is what it claims to be ends."""
        for index in reversed(range(len(block))):
            start, end = (
                place[index] + block.offset + shift for place in (block.starts, block.ends)
            )
            if start >= stop:
                continue
            if self.is_message(block.kinds[index], start, end):
                break
            stop = start - FRAME_SIZE
        return stop

    def next_start(self, stop: int, error: RrdError) -> int | None:
        """Where reading goes on behind damage at `stop`; notes the gap."""
        start = next(self.beginnings(stop + 1), None)
        if start is None:
            start = self.last_footer(stop)
        end = self.size if start is None else start
        self.found.gaps.append(Gap(stop, end, error, self.is_open))
        if start is not None and not self.is_open and self.header_at(start) is None:
            self.found.pieces.append(self.header)
            self.is_open = True
        return start

    def beginnings(self, pos: int) -> Iterator[int]:
        """Places from `pos` on at which a stream or a whole message starts."""
        while pos < self.size:
            window = bytearray(min(_WINDOW, self.size - pos))
            del window[self.source.read_into(pos, memoryview(window)) :]
            for match in _BEGINNING.finditer(window):
                if self.starts_something(pos + match.start()):
                    yield pos + match.start()
            if pos + len(window) >= self.size or len(window) < _BEGINNING_SIZE:
                return
            pos += len(window) - _BEGINNING_SIZE + 1

    def starts_something(self, place: int) -> bool:
        if self.header_at(place) is not None:
            behind = place + HEADER_SIZE
            return behind == self.size or self.frame_at(behind) is not None
        frame = self.frame_at(place)
        if frame is None or frame[0] == MessageKind.END:
            return False
        return self.is_message(frame[0], place + FRAME_SIZE, place + FRAME_SIZE + frame[1])

    def header_at(self, place: int) -> bytes | None:
        """The stream header at a place, if there is one."""
        if place < 0 or place + HEADER_SIZE > self.size:
            return None
        data = bytes(read_exactly(self.source, place, HEADER_SIZE, "stream header"))
        try:
            StreamHeader.parse(data)
        except RrdError:
            return None
        return data

    def frame_at(self, place: int) -> tuple[int, int] | None:
        """Kind and length of the frame at a place, if one that fits is there."""
        if place + FRAME_SIZE > self.size:
            return None
        kind, length = FRAME.unpack(read_exactly(self.source, place, FRAME_SIZE, "message frame"))
        fits = length <= self.limits.message_bytes and place + FRAME_SIZE + length <= self.size
        return (kind, length) if fits and kind in KIND_NAMES else None

    def is_message(self, kind: int, start: int, end: int) -> bool:
        """Whether a message is what its kind demands."""
        if kind == MessageKind.END:
            return True
        data = memoryview(read_exactly(self.source, start, end - start, KIND_NAMES[kind]))
        try:
            if kind == MessageKind.SET_STORE_INFO:
                SetStoreInfo.parse(data, 0, len(data), self.limits)
            elif kind == MessageKind.BLUEPRINT_ACTIVATION:
                BlueprintActivation.parse(data, 0, len(data), self.limits)
            else:
                self.check_chunk(data)
        except RrdError:
            return False
        return True

    def check_chunk(self, data: memoryview) -> None:
        stream = Stream(0, 0, UNTRUSTED)
        block = Block(stream, data, 0, [MessageKind.ARROW_MSG], [0], [len(data)])
        decoded = ChunkDecoder(self.limits).decode(block)
        if not any(whole_groups(decoded, group) for group in decoded.groups):
            raise CorruptError("a chunk that cannot be decoded")

    def last_footer(self, pos: int) -> int | None:
        """Where the frame of the source's last footer starts, if that is whole and behind `pos`."""
        if self.size - pos < FRAME_SIZE + TRAILER_SIZE:
            return None
        end = self.size - TRAILER_SIZE
        trailer = Trailer.parse(bytes(read_exactly(self.source, end, TRAILER_SIZE, "trailer")))
        if trailer is None or trailer.length > end - pos - FRAME_SIZE:
            return None
        start = end - trailer.length
        try:
            payload = memoryview(read_exactly(self.source, start, trailer.length, "RrdFooter"))
            trailer.verify(payload, offset=start)
        except RrdError:
            return None
        found = self.frame_at(start - FRAME_SIZE)
        is_end = found == (MessageKind.END, trailer.length)
        return start - FRAME_SIZE if is_end else None
