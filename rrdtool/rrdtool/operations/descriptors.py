"""File descriptors as raw files: what lies beneath `rrdtool.operations.output`.

They go through the system calls of `os` one by one, name the output in every error, wait where a
pipe would not, and know how to undo what they have done.
"""

from __future__ import annotations

import io
import os
import select
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Descriptor", "Sibling", "Stream", "naming", "sync_folder"]

_COPY_STEP = 1 << 24  # bytes per system call: between two of them Ctrl-C is heard
_WRITEBACK_STEP = 1 << 27


@contextmanager
def naming(name: str) -> Generator[None]:
    """Makes errors of the system name the output rather than a hidden file, or nothing."""
    try:
        yield
    except OSError as error:
        error.filename = name
        error.filename2 = None
        raise


def sync_folder(folder: Path) -> None:
    """Brings new names to the disk, where the file system can; the files are whole in any case."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Descriptor(io.RawIOBase):
    """A file descriptor that can be written, from front to back.

    Attributes:
        name: What errors call it.
    """

    _descriptor = -1

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def writable(self) -> bool:
        """True."""
        return True

    def fileno(self) -> int:
        """The descriptor, -1 once it is closed."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes some of `data` and returns how much; waits for a pipe that is full."""
        with naming(self.name):
            while True:
                try:
                    count = os.write(self._descriptor, data)
                except BlockingIOError:  # the other end's owner has made the pipe non-blocking
                    select.select([], [self._descriptor], [])
                else:
                    self._wrote(count)
                    return count

    def copy_from(self, source: int, offset: int, length: int) -> int:
        """Has the kernel copy a range of `source`; returns how many bytes it did, maybe 0.

        Errors are no errors here: reading and writing the rest either works (other file system,
        append mode, no such system call) or says better what is wrong with which file.
        """
        done = 0
        for copy in _KERNEL_COPIES:
            with suppress(OSError):
                while done < length:
                    step = min(length - done, _COPY_STEP)
                    count = copy(source, self._descriptor, offset + done, step)
                    if not count:
                        break
                    done += count
                    self._wrote(count)
        return done

    def _wrote(self, count: int) -> None:
        """Takes note of `count` more bytes."""

    def finish(self) -> None:
        """Completes the output, so that `close` does not undo it."""
        raise NotImplementedError

    def _close_descriptor(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _copy_file_range(source: int, sink: int, offset: int, length: int) -> int:
    if sys.platform != "linux":
        return 0
    return os.copy_file_range(source, sink, length, offset)


def _send_file(source: int, sink: int, offset: int, length: int) -> int:
    if sys.platform != "linux":  # elsewhere it writes to sockets only
        return 0
    return os.sendfile(sink, source, offset, length)


_KERNEL_COPIES: tuple[Callable[[int, int, int, int], int], ...] = (_copy_file_range, _send_file)


class Stream(Descriptor):
    """An open file that may be anything: a pipe, a device, a file that the shell opened."""

    def __init__(self, descriptor: int, name: str, *, owned: bool) -> None:
        super().__init__(name)
        self._descriptor = descriptor
        self._owned = owned
        self._written = 0
        self._finished = False
        self._start = 0
        found = os.fstat(descriptor)
        self._old_size = found.st_size if stat.S_ISREG(found.st_mode) else None
        if self._old_size is not None:
            self._start = os.lseek(descriptor, 0, os.SEEK_CUR)

    def _wrote(self, count: int) -> None:
        self._written += count

    def finish(self) -> None:
        """Nothing is left to do."""
        self._finished = True

    def close(self) -> None:
        """Closes the descriptor if it is owned; what did not come to an end is cut off a file."""
        if self.closed:
            return
        if not self._finished:
            with suppress(OSError):
                self._cut()
        try:
            if self._owned:
                self._close_descriptor()
        finally:
            super().close()

    def _cut(self) -> None:
        # Only where all that was added is ours: another process may write to the same file.
        size = os.fstat(self._descriptor).st_size
        if self._old_size is not None and size == self._old_size + self._written:
            os.ftruncate(self._descriptor, self._old_size)
            os.lseek(self._descriptor, self._start, os.SEEK_SET)


class Sibling(Descriptor):
    """A hidden file beside the one that it is to become; closing it removes it.

    Attributes:
        path: Where it is, until it is renamed.
    """

    def __init__(self, target: Path, name: str, replaced: os.stat_result | None) -> None:
        """Creates the file.

        Args:
            target: The file that it is to become.
            name: What errors call it.
            replaced: Whose permissions and owner it gets; None leaves them to the umask.

        Raises:
            OSError: If it cannot be created.
        """
        super().__init__(name)
        self.path: Path = target.with_name(f".rrd-{os.urandom(8).hex()}.part")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        try:
            with naming(name):
                # Nobody may read in the meantime what nobody could read before.
                self._descriptor = os.open(self.path, flags, 0o666 if replaced is None else 0o600)
                if replaced is not None:
                    self._resemble(replaced)
                self._found = os.fstat(self._descriptor)
        except BaseException:
            self.close()
            raise
        self._writeback = _Writeback(self._descriptor)

    def is_at(self, path: Path) -> bool:
        """Whether the file has become the one at `path`."""
        try:
            return os.path.samestat(path.lstat(), self._found)
        except OSError:
            return False

    def _resemble(self, replaced: os.stat_result) -> None:
        mode = stat.S_IMODE(replaced.st_mode) & 0o777
        with suppress(PermissionError):
            os.fchown(self._descriptor, -1, replaced.st_gid)
        with suppress(PermissionError):
            os.fchown(self._descriptor, replaced.st_uid, -1)
        if os.fstat(self._descriptor).st_gid != replaced.st_gid:
            mode &= ~0o070  # what one group was allowed is not for another
        os.fchmod(self._descriptor, mode)

    def _wrote(self, count: int) -> None:
        self._writeback.note(count)

    def finish(self) -> None:
        """Brings the content to the disk and closes the file, which stays until `close`."""
        with naming(self.name):
            self._writeback.wait()
            os.fsync(self._descriptor)
            self._close_descriptor()

    def close(self) -> None:
        """Removes the file if it still has its hidden name."""
        if self.closed:
            return
        with suppress(OSError):
            self._close_descriptor()
        with suppress(OSError):
            self.path.unlink()
        super().close()  # last: if this was interrupted, it is done again


class _Writeback:
    """Has the system write to disk what piles up, while more is being made.

    Without it all of a big file is left to the sync at the end, when nothing else is to be done.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = 0
        self._thread: Thread | None = None
        self._error: OSError | None = None

    def note(self, count: int) -> None:
        """Counts bytes that were written; begins to sync when there are enough."""
        self._waiting += count
        if self._waiting < _WRITEBACK_STEP or (self._thread and self._thread.is_alive()):
            return
        self._waiting = 0
        # The thread has a descriptor of its own, and nobody waits for it if the file is given up.
        duplicate = os.dup(self._descriptor)
        self._thread = Thread(target=self._sync, args=(duplicate,), daemon=True)
        self._thread.start()

    def _sync(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError as error:
            self._error = error
        finally:
            os.close(descriptor)

    def wait(self) -> None:
        """Waits for the sync that is under way.

        Raises:
            OSError: If any sync failed: the system reports a lost page only once.
        """
        if self._thread:
            self._thread.join()
        if self._error:
            raise self._error
