"""TUIDs: 128-bit ids of chunks and rows, ordered by time (fact sheet section 6).

The upper 64 bits are nanoseconds since the Unix epoch, the lower 64 a counter. Arrow stores them
as 16 big-endian bytes, so byte order is time order; protobuf stores two little-endian integers.
"""

from __future__ import annotations

import os
import string
import threading
import time
from typing import NamedTuple

__all__ = ["CHUNK_PREFIX", "ROW_PREFIX", "Tuid"]

CHUNK_PREFIX = "chunk_"
ROW_PREFIX = "row_"
_HEX_DIGITS = 32


class _Counter(threading.local):
    """Per-thread state: the reference starts each thread at a random 63-bit counter."""

    def __init__(self) -> None:
        self.inc = int.from_bytes(os.urandom(8), "little") >> 1
        self.time_ns = 0


_counter = _Counter()


class Tuid(NamedTuple):
    """One id: `time_ns` (nanoseconds since the Unix epoch, 64 bit) and `inc` (counter, 64 bit)."""

    time_ns: int
    inc: int

    @classmethod
    def new(cls) -> Tuid:
        """A fresh id, greater than every id that this thread made before."""
        _counter.time_ns = max(_counter.time_ns, time.time_ns())
        _counter.inc = (_counter.inc + 1) & 0xFFFF_FFFF_FFFF_FFFF
        return cls(_counter.time_ns, _counter.inc)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> Tuid:
        """The id in its 16 big-endian bytes, as Arrow columns hold it."""
        if len(data) != 16:
            raise ValueError(f"a TUID has 16 bytes, not {len(data)}")
        return cls(int.from_bytes(data[:8], "big"), int.from_bytes(data[8:], "big"))

    @classmethod
    def parse(cls, text: str, prefix: str = CHUNK_PREFIX) -> Tuid:
        """The id written as text: exactly 32 hex digits in any case, with or without `prefix`.

        Raises:
            ValueError: If `text` is anything else, another prefix included.
        """
        digits = text.removeprefix(prefix)
        if len(digits) != _HEX_DIGITS or not set(digits) <= set(string.hexdigits):
            raise ValueError(f"{text!r} is not {prefix or 'a TUID of '}32 hex digits")
        return cls(int(digits[:16], 16), int(digits[16:], 16))

    def to_bytes(self) -> bytes:
        """16 big-endian bytes, time first."""
        return self.time_ns.to_bytes(8, "big") + self.inc.to_bytes(8, "big")

    def __str__(self) -> str:
        return f"{self.time_ns:016X}{self.inc:016x}"
