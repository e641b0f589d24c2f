"""Flatbuffers written back to front, with the byte layout of the reference's builder.

Arrow IPC metadata is a flatbuffer, and a flatbuffer has many valid encodings of one value. The
hash of a recording's schema covers the bytes, so the choices are part of the format here: which
order things are pushed in, how they are aligned, and that equal vtables are shared (fact sheet
section 4.1).

Positions count from the *end* of the buffer, because that is the end that never moves.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["FlatbufferBuilder", "Slot", "offset_slot", "scalar_slot"]

Slot = tuple[int, int, int]
"""`(slot number, scalar size in bytes, value)`; size 0 marks the position of a child object."""

_OFFSET_SIZE = 4
_VTABLE_HEAD = 4
_ZEROS = tuple(bytes(n) for n in range(8))


def scalar_slot(slot: int, size: int, value: int) -> Slot:
    """A little-endian integer of `size` bytes (1, 2, 4 or 8); bools are integers of one byte."""
    return slot, size, value


def offset_slot(slot: int, position: int) -> Slot:
    """A reference to an object already in the buffer."""
    return slot, 0, position


class FlatbufferBuilder:
    """One flatbuffer under construction.

    Every method that adds an object returns its position: its distance, in bytes, from the end of
    the buffer to the object's first byte.

    Attributes:
        size: Bytes pushed so far, which is also the position of the latest object.
        places: Positions of the slots of the latest table, for callers that patch them later.
    """

    __slots__ = ("_alignment", "_pieces", "_vtables", "places", "size")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._vtables: dict[bytes, int] = {}
        self._alignment = 1
        self.size = 0
        self.places: dict[int, int] = {}

    def fork(self) -> FlatbufferBuilder:
        """A builder that continues from here and leaves this one as it is."""
        other = FlatbufferBuilder()
        self._pieces = [b"".join(reversed(self._pieces))]
        other._pieces = self._pieces.copy()
        other._vtables = self._vtables.copy()
        other._alignment = self._alignment
        other.size = self.size
        return other

    def _align(self, alignment: int, upcoming: int = 0) -> None:
        """Pads so that the buffer is aligned once `upcoming` more bytes are pushed."""
        self._alignment = max(self._alignment, alignment)
        padding = -(self.size + upcoming) % alignment
        if padding:
            self._pieces.append(_ZEROS[padding])
            self.size += padding

    def _push(self, piece: bytes) -> int:
        self._pieces.append(piece)
        self.size += len(piece)
        return self.size

    def string(self, text: bytes) -> int:
        """A string: length, bytes, NUL."""
        length = len(text)
        self._align(_OFFSET_SIZE, length + 1)
        return self._push(length.to_bytes(4, "little") + text + b"\0")

    def offset_vector(self, positions: Sequence[int]) -> int:
        """A vector of references; an empty one is allowed."""
        count = len(positions)
        self._align(_OFFSET_SIZE)
        # The i-th element lies (count - i) elements before the current front.
        first = self.size + _OFFSET_SIZE * count
        offsets = (first - _OFFSET_SIZE * i - target for i, target in enumerate(positions))
        return self._push(struct.pack(f"<{count + 1}I", count, *offsets))

    def int32_vector(self, values: Sequence[int]) -> int:
        """A vector of i32."""
        self._align(_OFFSET_SIZE)
        return self._push(struct.pack(f"<I{len(values)}i", len(values), *values))

    def int64_pair_vector(self, count: int) -> int:
        """A vector of `count` structs of two i64 each, all zero, to be filled in by the caller."""
        self._align(8, 16 * count)
        return self._push(count.to_bytes(4, "little") + bytes(16 * count))

    def table(self, *slots: Slot) -> int:
        """A table; `slots` are pushed in the order given, so the first gets the last place.

        The caller leaves out slots that hold their default.
        """
        tail = self.size
        places: dict[int, int] = {}
        for slot, size, value in slots:
            if size:
                self._align(size)
                places[slot] = self._push(value.to_bytes(size, "little", signed=value < 0))
            else:
                self._align(_OFFSET_SIZE)
                offset = self.size + _OFFSET_SIZE - value
                places[slot] = self._push(offset.to_bytes(4, "little"))
        self._align(_OFFSET_SIZE)
        position = self.size + _OFFSET_SIZE
        self.places = places
        entries = [0] * (max(places, default=-1) + 1)
        for slot, place in places.items():
            entries[slot] = position - place
        length = _VTABLE_HEAD + 2 * len(entries)
        vtable = struct.pack(f"<{length // 2}H", length, position - tail, *entries)
        known = self._vtables.get(vtable)
        if known is None:
            known = self._vtables[vtable] = position + length
            self._push(vtable + struct.pack("<i", length))
        else:
            self._push(struct.pack("<i", known - position))
        return position

    def finish(self, root: int) -> bytes:
        """The whole buffer, with `root` as its root table."""
        self._align(max(self._alignment, _OFFSET_SIZE), _OFFSET_SIZE)
        offset = self.size + _OFFSET_SIZE - root
        self._push(offset.to_bytes(4, "little"))
        return b"".join(reversed(self._pieces))
