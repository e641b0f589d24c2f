"""The first bytes of chunk payloads, without decompressing the rest.

What a chunk looks like (its schema, its number of rows) stands at the start of its payload, before
the data. An LZ4 block can be decompressed from its start as far as one likes, and it always starts
with bytes that stand for themselves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block
from rrdformats.errors import CorruptError
from rrdformats.headers import ArrowHeaders
from rrdformats.messages import Compression

__all__ = ["decompress_head", "message_length", "schema_lengths"]

_PREFIX = 8  # before an Arrow message's metadata: a marker, and the length of the metadata
_MARKER = b"\xff\xff\xff\xff"
_LONG = 15  # an LZ4 count of 15 goes on in the bytes behind it
_SHORTEST_COPY = 4

_Ints = npt.NDArray[np.int64]


def message_length(stream: bytes | bytearray, start: int = 0) -> int | None:
    """Length of the Arrow message at `start`, prefix included, body not; None if it is cut off.

    Raises:
        CorruptError: If there is no Arrow message.
    """
    prefix = stream[start : start + _PREFIX]
    if not _MARKER.startswith(prefix[: len(_MARKER)]):
        raise CorruptError("a chunk's payload is no Arrow stream")
    if len(prefix) < _PREFIX:
        return None
    return _PREFIX + int.from_bytes(prefix[len(_MARKER) :], "little")


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
    pos = 0
    try:
        while len(out) < length and pos < len(payload):
            token = payload[pos]
            count, pos = _count(payload, pos + 1, token >> 4)
            out += payload[pos : pos + count]
            pos += count
            if pos >= len(payload):  # a block ends in literals
                break
            distance = payload[pos] | payload[pos + 1] << 8
            count, pos = _count(payload, pos + 2, token & 0x0F)
            _copy(out, distance, min(count + _SHORTEST_COPY, length))
    except IndexError:  # cut off inside a sequence
        pass
    return bytes(out[:length])


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
    if distance == 0 or start < 0:
        raise CorruptError("a chunk's payload does not decompress")
    if distance >= count:
        out += out[start : start + count]
    else:
        out += (out[start:] * (count // distance + 1))[:count]


def schema_lengths(block: Block, headers: ArrowHeaders) -> _Ints:
    """Length of each chunk's Arrow schema message (bytes), read off its payload's first bytes.

    Returns:
        `(n,) int64` along `headers`; -1 where the payload does not start as it must.
    """
    data = np.frombuffer(block.data, np.uint8)
    lengths: _Ints = np.full(len(headers), -1, np.int64)
    starts, skip = headers.payload_start, _before_literals(data, headers)
    quick = np.flatnonzero(skip >= 0)
    heads = data[(starts[quick] + skip[quick])[:, None] + np.arange(_PREFIX)]
    marked = (heads[:, : len(_MARKER)] == 0xFF).all(axis=1)
    stated = np.ascontiguousarray(heads[marked, len(_MARKER) :]).view("<u4")[:, 0]
    lengths[quick[marked]] = stated.astype(np.int64) + _PREFIX
    for index in np.flatnonzero(skip < 0).tolist():
        lengths[index] = _one_length(block, headers, index)
    return np.where(lengths > headers.uncompressed_size, -1, lengths)


def _before_literals(data: npt.NDArray[np.uint8], headers: ArrowHeaders) -> _Ints:
    """Bytes of each payload before the literals it starts with; -1 where these are too few."""
    start = headers.payload_start
    room = np.minimum(headers.payload_end, len(data)) - start >= _PREFIX + 2
    literals = data[np.where(room, start, 0)] >> 4
    more = data[np.where(room, start + 1, 0)]
    skip = np.where((literals >= _PREFIX) & (literals < _LONG), 1, -1)
    skip = np.where((literals == _LONG) & (more < 0xFF), 2, skip)
    skip = np.where(headers.compression == Compression.LZ4, skip, 0)
    return np.where(room, skip, -1)


def _one_length(block: Block, headers: ArrowHeaders, index: int) -> int:
    start, end = int(headers.payload_start[index]), int(headers.payload_end[index])
    compression = int(headers.compression[index])
    try:
        head = decompress_head(block.data[start:end], compression, _PREFIX)
        return message_length(head) or -1
    except CorruptError:
        return -1
