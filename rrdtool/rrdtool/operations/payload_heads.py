"""Lengths of Arrow messages, read off the first bytes of chunk payloads.

A compressed payload starts with bytes that stand for themselves, so the length of its schema can be
read for a whole block of chunks at once, without decompressing any.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block
from rrdformats.errors import CorruptError
from rrdformats.headers import ArrowHeaders
from rrdformats.lz4_blocks import decompress_head
from rrdformats.messages import Compression

__all__ = ["MESSAGE_PREFIX", "message_length", "schema_lengths"]

MESSAGE_PREFIX = 8
"""Bytes before an Arrow message's metadata: a marker, and the length of the metadata."""

_MARKER = b"\xff\xff\xff\xff"
_LONG = 15  # an LZ4 count of 15 goes on in the byte behind it

_Ints = npt.NDArray[np.int64]


def message_length(stream: bytes | bytearray, start: int = 0) -> int | None:
    """Length of the Arrow message at `start`, prefix included, body not; None if it is cut off.

    Raises:
        CorruptError: If there is no Arrow message.
    """
    prefix = stream[start : start + MESSAGE_PREFIX]
    if not _MARKER.startswith(prefix[: len(_MARKER)]):
        raise CorruptError("a chunk's payload is no Arrow stream")
    if len(prefix) < MESSAGE_PREFIX:
        return None
    return MESSAGE_PREFIX + int.from_bytes(prefix[len(_MARKER) :], "little")


def schema_lengths(block: Block, headers: ArrowHeaders) -> _Ints:
    """Length of each chunk's Arrow schema message (bytes), read off its payload's first bytes.

    Returns:
        `(n,) int64` along `headers`; -1 where the payload does not start as it must.
    """
    data = np.frombuffer(block.data, np.uint8)
    lengths: _Ints = np.full(len(headers), -1, np.int64)
    starts, skip = headers.payload_start, _before_literals(data, headers)
    quick = np.flatnonzero(skip >= 0)
    heads = data[(starts[quick] + skip[quick])[:, None] + np.arange(MESSAGE_PREFIX)]
    marked = (heads[:, : len(_MARKER)] == 0xFF).all(axis=1)
    stated = np.ascontiguousarray(heads[marked, len(_MARKER) :]).view("<u4")[:, 0]
    lengths[quick[marked]] = stated.astype(np.int64) + MESSAGE_PREFIX
    for index in np.flatnonzero(skip < 0).tolist():
        lengths[index] = _one_length(block, headers, index)
    return np.where(lengths > headers.uncompressed_size, -1, lengths)


def _before_literals(data: npt.NDArray[np.uint8], headers: ArrowHeaders) -> _Ints:
    """Bytes of each payload before the literals it starts with; -1 where these are too few."""
    start = headers.payload_start
    room = np.minimum(headers.payload_end, len(data)) - start >= MESSAGE_PREFIX + 2
    literals = data[np.where(room, start, 0)] >> 4
    more = data[np.where(room, start + 1, 0)]
    skip = np.where((literals >= MESSAGE_PREFIX) & (literals < _LONG), 1, -1)
    skip = np.where((literals == _LONG) & (more < 0xFF), 2, skip)
    skip = np.where(headers.compression == Compression.LZ4, skip, 0)
    return np.where(room, skip, -1)


def _one_length(block: Block, headers: ArrowHeaders, index: int) -> int:
    start, end = int(headers.payload_start[index]), int(headers.payload_end[index])
    compression = int(headers.compression[index])
    try:
        head = decompress_head(block.data[start:end], compression, MESSAGE_PREFIX)
        return message_length(head) or -1
    except CorruptError:
        return -1
