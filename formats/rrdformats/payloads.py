"""Compression of Arrow payloads: raw LZ4 blocks (fact sheet section 3).

The block carries neither its size nor a checksum; the size stands in the protobuf around it.
"""

from __future__ import annotations

from collections.abc import Sequence

import lz4.block

from rrdformats.errors import CorruptError
from rrdformats.messages import Compression

__all__ = ["compress_payload", "decompress_payload", "decompress_payloads", "literal_payload"]

_LENGTH_IN_TOKEN, _LENGTH_GOES_ON = 15, 255


def decompress_payload(
    payload: bytes | memoryview, compression: int, size: int
) -> bytes | memoryview:
    """The Arrow stream in a chunk's or a manifest's payload.

    Args:
        payload: The bytes as they stand in the message.
        compression: A `Compression` value.
        size: The uncompressed size that the message claims (bytes), already checked against limits.

    Returns:
        The decompressed bytes, at most `size` of them; `payload` itself if it is not compressed.

    Raises:
        CorruptError: If the payload is not an LZ4 block, or longer than `size` once decompressed.
    """
    if compression != Compression.LZ4:
        return payload
    try:
        stream: bytes = lz4.block.decompress(payload, uncompressed_size=size)
    except lz4.block.LZ4BlockError as error:
        raise CorruptError(
            f"a compressed payload of {len(payload)} bytes does not decompress to {size} bytes"
        ) from error
    return stream


def decompress_payloads(
    payloads: Sequence[bytes | memoryview], compressions: Sequence[int], sizes: Sequence[int]
) -> list[bytes | memoryview]:
    """`decompress_payload` for many payloads, which are tiny where there are many.

    Raises:
        CorruptError: If one of them is wrong.
    """
    if compressions.count(Compression.LZ4) < len(compressions):
        return list(map(decompress_payload, payloads, compressions, sizes))
    try:
        return list(map(lz4.block.decompress, payloads, sizes))
    except lz4.block.LZ4BlockError as error:
        raise CorruptError("a compressed payload does not decompress") from error


def compress_payload(stream: bytes | memoryview) -> bytes:
    """`stream` as one LZ4 block; pass on the size of `stream` beside it."""
    compressed: bytes = lz4.block.compress(stream, store_size=False)
    return compressed


def literal_payload(pieces: Sequence[bytes | memoryview]) -> bytes:
    """A stream in pieces as one LZ4 block of literals: for what does not get smaller anyway."""
    size = sum(map(len, pieces))
    if size < _LENGTH_IN_TOKEN:
        return b"".join([bytes([size << 4]), *pieces])
    more, last = divmod(size - _LENGTH_IN_TOKEN, _LENGTH_GOES_ON)
    return b"".join([b"\xf0", b"\xff" * more, bytes([last]), *pieces])
