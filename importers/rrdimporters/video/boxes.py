"""The boxes of ISO base media files (ISO/IEC 14496-12): a size, a kind, and what it holds."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from rrdimporters.protocol import DamagedInputError

__all__ = ["Box", "boxes", "child", "top_boxes"]

_SMALL = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_IS_LARGE, _TO_THE_END = 1, 0
_LARGEST_TABLE = 1 << 29
"""The longest box that is read into memory (bytes): tables of samples, never the samples."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        kind: Its four characters.
        data: What it holds.
        start: Where the box, its header included, starts in the file.
    """

    kind: bytes
    data: memoryview
    start: int


def boxes(data: memoryview, start: int = 0) -> Iterator[Box]:
    """The boxes that stand in `data` one behind the other.

    Args:
        data: What a box holds.
        start: Where that stands in the file, for messages.

    Raises:
        DamagedInputError: If one does not end where it should.
    """
    position = 0
    while position + _SMALL.size <= len(data):
        kind, head, size = _header(data[position:], len(data) - position)
        if size < head or position + size > len(data):
            raise _misfit(kind, start + position)
        yield Box(kind, data[position + head : position + size], start + position)
        position += size


def child(data: memoryview, *kinds: bytes) -> memoryview | None:
    """What the first box of a kind holds, found level by level.

    Raises:
        DamagedInputError: If boxes on the way do not end where they should.
    """
    found: memoryview | None = data
    for kind in kinds:
        if found is None:
            return None
        found = next((box.data for box in boxes(found) if box.kind == kind), None)
    return found


def top_boxes(file: BinaryIO, wanted: frozenset[bytes]) -> Iterator[Box]:
    """The outermost boxes of some kinds; the others are skipped unread.

    Raises:
        DamagedInputError: If a box is cut off, or too long to be read.
    """
    end = file.seek(0, io.SEEK_END)
    position = 0
    while position + _SMALL.size <= end:
        file.seek(position)
        kind, head, size = _header(file.read(_SMALL.size + _LARGE.size), end - position)
        if size < head:
            raise _misfit(kind, position)
        if kind in wanted:
            if position + size > end or size > _LARGEST_TABLE:
                raise _misfit(kind, position)
            file.seek(position + head)
            yield Box(kind, memoryview(file.read(size - head)), position)
        position += size


def _header(data: bytes | memoryview, left: int) -> tuple[bytes, int, int]:
    """Kind, length of the header, and size of the box at the start of `data`, `left` at most."""
    size, kind = _SMALL.unpack_from(data)
    head = _SMALL.size
    if size == _IS_LARGE and len(data) >= head + _LARGE.size:
        (size,) = _LARGE.unpack_from(data, head)
        head += _LARGE.size
    elif size == _TO_THE_END:
        size = left
    return kind, head, size


def _misfit(kind: bytes, offset: int) -> DamagedInputError:
    name = kind.decode("latin-1")
    return DamagedInputError(f"has a box {name!r} that does not end inside of it", offset=offset)
