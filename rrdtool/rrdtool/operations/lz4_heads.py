"""The first bytes of LZ4 blocks, without decompressing the rest.

A block is a row of sequences: some bytes that stand for themselves, then a copy of bytes that came
before. So it can be decompressed from its start as far as one likes. And two blocks that start with
the same compressed bytes start with the same decompressed bytes: chunks that look alike can be
recognised without decompressing them at all, if the digits of their ids are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rrdformats.errors import CorruptError
from rrdformats.messages import Compression

__all__ = ["DIGITS", "HeadShape", "decompress_head", "head_shape"]

DIGITS = 32
"""Hex digits of a chunk id."""

_LONG = 15  # a count of 15 goes on in the bytes behind it
_SHORTEST_COPY = 4


_Sequence = tuple[int, int, int, int, int]
"""One sequence: where its literals start in the block, and how many they are; how far back the
copied bytes start, and how many they are (0 in the last one); where the next sequence starts."""


class HeadShape(NamedTuple):
    """Where in a compressed payload the bytes stand that decide what the chunk looks like.

    Attributes:
        digits: Where the digits of the chunk id stand, which decide nothing else.
        end: Behind the last byte that matters.
    """

    digits: int
    end: int


def decompress_head(payload: bytes | memoryview, compression: int, length: int) -> bytes:
    """The first bytes of a payload, decompressed.

    Args:
        payload: The payload or as much of it as there is.
        compression: A `Compression` value.
        length: How many bytes are wanted.

    Returns:
        At most `length` bytes; fewer where the payload ends before, or was cut off.

    Raises:
        CorruptError: If the payload is no LZ4 block.
    """
    if compression != Compression.LZ4:
        return bytes(payload[:length])
    out = bytearray()
    for start, literals, distance, copied, _ in _sequences(payload):
        out += payload[start : start + literals]
        if len(out) >= length:
            break
        _copy(out, distance, min(copied, length))
    return bytes(out[:length])


def head_shape(payload: bytes | memoryview, length: int, digits: int) -> HeadShape | None:
    """Which bytes of an LZ4 payload decide its first `length` bytes, the id's digits left out.

    Args:
        payload: The payload.
        length: How many decompressed bytes are meant.
        digits: Where the id's digits stand among them.

    Returns:
        None if the digits are not literals among those bytes, or decide others, too.
    """
    if digits + DIGITS > length:
        return None
    pos = 0
    place = None
    for start, literals, distance, copied, end in _sequences(payload):
        if pos <= digits and digits + DIGITS <= pos + literals:
            place = start + digits - pos
        if pos + literals >= length:
            return None if place is None else HeadShape(place, start + length - pos)
        pos += literals
        if pos - distance < digits + DIGITS and pos - distance + copied > digits:
            return None  # digits are copied
        pos += copied
        if pos >= length:
            return None if place is None else HeadShape(place, end)
    return None


def _sequences(payload: bytes | memoryview) -> Iterator[_Sequence]:
    """The sequences of a block; of one that is cut off, the literals that are there."""
    pos, size = 0, len(payload)
    while pos < size:
        token = payload[pos]
        literals, start = 0, size
        try:
            literals, start = _count(payload, pos + 1, token >> 4)
            pos = start + literals
            distance = payload[pos] | payload[pos + 1] << 8
            copied, pos = _count(payload, pos + 2, token & 0x0F)
        except IndexError:  # cut off, or the end of the block, which copies nothing
            yield start, max(min(literals, size - start), 0), 0, 0, size
            return
        yield start, literals, distance, copied + _SHORTEST_COPY, pos


def _count(payload: bytes | memoryview, pos: int, count: int) -> tuple[int, int]:
    """The count that starts as `count`, and the position behind it."""
    if count == _LONG:
        while True:
            more = payload[pos]
            pos += 1
            count += more
            if more != 0xFF:
                break
    return count, pos


def _copy(out: bytearray, distance: int, count: int) -> None:
    """Repeats `count` bytes from `distance` bytes back; they may overlap what they become."""
    start = len(out) - distance
    if count and (distance == 0 or start < 0):
        raise CorruptError("a chunk's payload does not decompress")
    if distance >= count:
        out += out[start : start + count]
    else:
        out += (out[start:] * (count // distance + 1))[:count]
