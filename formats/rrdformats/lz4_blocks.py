"""What LZ4 blocks are made of, and their first bytes without decompressing the rest.

A block is a row of sequences: some bytes that stand for themselves, then a copy of bytes that came
before. So it can be decompressed from its start as far as one likes.
"""

from __future__ import annotations

from collections.abc import Iterator

from rrdformats.errors import CorruptError
from rrdformats.messages import Compression

__all__ = ["decompress_head", "sequences"]

_LONG = 15  # a count of 15 goes on in the bytes behind it
_SHORTEST_COPY = 4


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
    for start, literals, distance, copied in sequences(payload):
        out += payload[start : start + literals]
        if len(out) >= length:
            break
        _copy(out, distance, min(copied, length))
    return bytes(out[:length])


def sequences(payload: bytes | memoryview) -> Iterator[tuple[int, int, int, int]]:
    """The sequences of a block; of one that is cut off, the literals that are there.

    Yields:
        Where the literals start in the block, and how many they are; how far back in the text the
        copied bytes start, and how many they are (0 in the last sequence).
    """
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
            yield start, max(min(literals, size - start), 0), 0, 0
            return
        yield start, literals, distance, copied + _SHORTEST_COPY


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
