"""Where bytes come from: a seekable file, a pipe, or memory, behind one small face.

Reads are plain reads into memory that we own, never a mapping: mapped pages would count as memory
of the process, and a file that shrinks under a mapping kills it.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from rrdformats.errors import TruncatedError

__all__ = ["FileSource", "PipeSource", "Source", "open_source", "read_exactly"]

_SKIP_STEP = 1 << 20


class Source(Protocol):
    """A readable sequence of bytes.

    Attributes:
        name: What to call it in messages.
        size: Number of bytes, or None for a pipe whose end is not known yet.
        descriptor: File descriptor that the kernel can copy from; None if there is none.
    """

    name: str
    size: int | None
    descriptor: int | None

    def read_into(self, offset: int, view: memoryview) -> int:
        """Fills `view` from `offset`; returns how many bytes it got, fewer only at the end.

        A pipe can only be read on from where the last read stopped, or skip forward.
        """
        ...

    def close(self) -> None:
        """Releases the file, if this object opened it."""
        ...


class FileSource:
    """A seekable file or any seekable binary stream."""

    def __init__(self, file: BinaryIO, name: str, *, owned: bool = True) -> None:
        self.name = name
        self._file = file
        self._owned = owned
        self.size: int | None = file.seek(0, os.SEEK_END)
        self.descriptor: int | None = _descriptor(file)

    def read_into(self, offset: int, view: memoryview) -> int:
        """Fills `view` from `offset`; returns how many bytes the file had."""
        self._file.seek(offset)
        return _fill(self._file, view)

    def close(self) -> None:
        """Closes the file if this object opened it."""
        if self._owned:
            self._file.close()


class PipeSource:
    """A stream that can only be read forward: standard input, a socket."""

    size: int | None = None
    descriptor: int | None = None

    def __init__(self, file: BinaryIO, name: str, *, owned: bool = False) -> None:
        self.name = name
        self._file = file
        self._owned = owned
        self._pos = 0

    def read_into(self, offset: int, view: memoryview) -> int:
        """Fills `view` from `offset`, which must not lie before the last read's end."""
        if offset < self._pos:
            raise io.UnsupportedOperation(f"{self.name} cannot be read backwards")
        while self._pos < offset:
            step = memoryview(bytearray(min(offset - self._pos, _SKIP_STEP)))
            if not self._read(step):
                return 0
        return self._read(view)

    def _read(self, view: memoryview) -> int:
        count = _fill(self._file, view)
        self._pos += count
        return count

    def close(self) -> None:
        """Closes the pipe if this object opened it, as it does a named one."""
        if self._owned:
            self._file.close()


def _descriptor(file: BinaryIO) -> int | None:
    try:
        return file.fileno()
    except (AttributeError, OSError):  # memory, or an object that only behaves like a file
        return None


def _fill(file: BinaryIO, view: memoryview) -> int:
    """Reads until `view` is full or the file ends; one call may return less than it could."""
    readinto: Callable[[memoryview], int | None] | None = getattr(file, "readinto", None)
    done = 0
    while done < len(view):
        if readinto is not None:
            count = readinto(view[done:]) or 0
        else:
            piece = file.read(len(view) - done)
            count = len(piece)
            view[done : done + count] = piece
        if not count:
            break
        done += count
    return done


def open_source(origin: str | os.PathLike[str] | BinaryIO, name: str | None = None) -> Source:
    """The source for a path, or for a binary file object (which stays the caller's to close).

    Raises:
        OSError: If the path cannot be opened.
    """
    if isinstance(origin, (str, os.PathLike)):
        file: BinaryIO = Path(origin).open("rb", buffering=0)  # noqa: SIM115 - the source owns it
        label = name or os.fspath(origin)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) and not file.seekable():
            return PipeSource(file, label, owned=True)
        return FileSource(file, label)
    label = name or str(getattr(origin, "name", "stream"))
    if origin.seekable():
        return FileSource(origin, label, owned=False)
    return PipeSource(origin, label)


def read_exactly(source: Source, offset: int, length: int, record: str) -> bytearray:
    """`length` bytes from `offset`.

    Raises:
        TruncatedError: If the source ends before.
    """
    if source.size is not None and offset + length > source.size:
        raise TruncatedError(
            f"{length} bytes are needed where {max(source.size - offset, 0)} are left",
            offset=offset,
            record=record,
        )
    data = bytearray(length)
    found = source.read_into(offset, memoryview(data))
    if found < length:
        raise TruncatedError(
            f"{length} bytes are needed where {found} are left", offset=offset, record=record
        )
    return data
