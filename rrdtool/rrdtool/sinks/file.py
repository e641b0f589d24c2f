"""Recordings in files.

Whole messages go to the file as they come, unbuffered: whatever kills the process, the file is
readable up to the last message. Footer and end are written when the sink is closed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from rrdtool.recording.batcher_config import FILE_TICK_SEC
from rrdtool.sinks.base import write_message

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rrdtool.sinks.base import Message, Sink

__all__ = ["FileSink", "StreamSink"]

_PIECES_AT_ONCE = 512


class FileSink:
    """A file to record to, for `set_sinks`.

    Args:
        path: The file; it is created or emptied when the sink is set.
        write_footer: False leaves out the footer, which readers then have to make up for.
    """

    def __init__(self, path: str | os.PathLike[str], *, write_footer: bool = True) -> None:
        self._path = Path(os.fspath(path))
        self._write_footer = write_footer

    def identity(self) -> Hashable:
        """Equal for all spellings of one path."""
        return "file", self._path.resolve()

    def open_sink(self) -> Sink:
        """Creates the file and writes the header.

        Raises:
            RuntimeError: If that fails; names the file.
        """
        name = f"file {self._path}"
        try:
            file = self._path.open("wb", buffering=0)
        except OSError as error:
            raise RuntimeError(f"cannot create the {name}: {error.strerror}") from error
        return StreamSink(cast("BinaryIO", file), name, write_footer=self._write_footer)


class StreamSink:
    """Writes to a binary file, and closes it in the end.

    Raises:
        RuntimeError: If the header cannot be written; names the file.
    """

    ends_with_block = True
    tick_sec = FILE_TICK_SEC

    def __init__(self, file: BinaryIO, name: str, *, write_footer: bool) -> None:
        from rrdtool.sinks.noting import NotingWriter

        self.name = name
        self._file = file
        self._whole = _WholeMessages(file)
        try:
            self._writer = NotingWriter(cast("BinaryIO", self._whole), write_footer=write_footer)
            self._whole.release()
        except OSError as error:
            file.close()
            raise RuntimeError(f"cannot write to the {name}: {error.strerror}") from error

    def send(self, message: Message) -> None:
        """Writes the message."""
        write_message(self._writer, message)
        self._whole.release()

    def flush(self, timeout: float | None) -> None:
        """Does nothing: what was sent has been written."""

    def close(self) -> None:
        """Writes the footer and closes the file; without footer, if a message was cut off."""
        try:
            if not self._whole.is_cut_off:
                self._writer.close()
                self._whole.release()
        finally:
            self._file.close()


class _WholeMessages:
    """Gathers what is written, and passes it on in one call.

    Each call lets other threads run, and then has to wait for them: one for a message is much
    faster than one for each of its parts.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._pieces: list[bytes | memoryview] = []
        self.is_cut_off = False

    def write(self, piece: bytes | memoryview) -> int:
        self._pieces.append(piece)
        return len(piece)

    def release(self) -> None:
        """Writes everything that was gathered.

        Raises:
            OSError: If that fails; nothing more should be written then.
        """
        pieces, self._pieces = self._pieces, []
        self.is_cut_off = True  # until all is written
        while pieces:
            written = _write(self._descriptor, pieces[:_PIECES_AT_ONCE])
            while pieces and written >= len(pieces[0]):
                written -= len(pieces.pop(0))
            if pieces and written:
                pieces[0] = memoryview(pieces[0])[written:]
        self.is_cut_off = False


def _write(descriptor: int, pieces: list[bytes | memoryview]) -> int:
    """Writes as much of the pieces as one call takes; returns how many bytes that was."""
    if hasattr(os, "writev"):
        return os.writev(descriptor, pieces)
    return os.write(descriptor, b"".join(pieces))
