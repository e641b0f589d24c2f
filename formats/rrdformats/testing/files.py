"""File objects that behave as files may: they fail, stop early, deliver in drops, cannot seek.

All of them are binary, readable, and count what is asked of them. None accepts a read without a
size: a reader that slurps its input fails at once.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO, cast

__all__ = [
    "DeviceError",
    "FailingFile",
    "Pipe",
    "PlainPipe",
    "SizedFile",
    "StoppingFile",
    "UnsizedReadError",
    "as_binary",
]


class DeviceError(OSError):
    """What a `FailingFile` raises: an error of the device, none of the format's."""


class UnsizedReadError(AssertionError):
    """A reader asked for everything up to the end."""


class SizedFile(io.RawIOBase):
    """Seekable bytes that must be read in pieces of known size.

    Attributes:
        operations: Seeks and reads so far.
        largest: Largest number of bytes asked for at once.
    """

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)
        self.operations = 0
        self.largest = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Moves the position."""
        self.operate()
        return self._inner.seek(offset, whence)

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override] # the stubs' buffer type is private
        """Fills `buffer` as far as there are bytes."""
        self.operate()
        self.largest = max(self.largest, len(buffer))
        return self._inner.readinto(buffer)

    def readall(self) -> bytes:
        """Never."""
        raise UnsizedReadError("read() without a size")

    def operate(self) -> None:
        """Counts an operation, before it happens."""
        self.operations += 1


class FailingFile(SizedFile):
    """Fails at operation number `failing` (the first is 0) and at every one behind it."""

    def __init__(self, data: bytes, failing: int) -> None:
        super().__init__(data)
        self._failing = failing

    def operate(self) -> None:
        """Counts an operation, or fails."""
        if self.operations >= self._failing:
            raise DeviceError(5, "the device failed")
        super().operate()


class StoppingFile(SizedFile):
    """Claims the length of `data` and gives only the first `stop` bytes of it.

    A file that shrinks while it is read behaves like that.
    """

    def __init__(self, data: bytes, stop: int) -> None:
        super().__init__(data)
        self._stop = stop

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override] # the stubs' buffer type is private
        """Fills `buffer` as far as there are bytes before `stop`."""
        left = max(self._stop - self._inner.tell(), 0)
        return super().readinto(memoryview(buffer)[:left])


class Pipe(SizedFile):
    """Cannot seek, and gives at most `step` bytes at once."""

    def __init__(self, data: bytes, step: int = 1 << 16) -> None:
        super().__init__(data)
        self._step = step

    def seekable(self) -> bool:
        """False."""
        return False

    def seek(self, _offset: int, _whence: int = os.SEEK_SET, /) -> int:
        """Never."""
        raise io.UnsupportedOperation("seek")

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override] # the stubs' buffer type is private
        """Fills at most `step` bytes of `buffer`."""
        return super().readinto(memoryview(buffer)[: self._step])


class PlainPipe:
    """Has nothing but `seekable` and `read`, as many wrappers do."""

    def __init__(self, data: bytes, step: int = 1 << 16) -> None:
        self._pipe = Pipe(data, step)

    def seekable(self) -> bool:
        """False."""
        return False

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, which must be stated."""
        return self._pipe.read(size) or b""


def as_binary(file: SizedFile | PlainPipe) -> BinaryIO:
    """`file` for the eyes of a type checker: readers ask for less than all of `BinaryIO`."""
    return cast("BinaryIO", file)
