"""Output that appears whole or not at all.

An `AtomicFile` is written under a hidden name beside its target, synced, and given its name in one
step. Whatever ends the work before that (an exception, Ctrl-C, a full disk) removes it again and
leaves the inputs and the old output as they were. What has no name to give (standard output, a
pipe, a device) is written directly.

```
OutputFile                what commands write to: `write`, `copy_range`, `commit`
├── AtomicFile            a file in a folder
└── StreamFile            standard output, a pipe, a device
```
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from rrdformats.errors import TruncatedError
from rrdtool.operations.descriptors import Descriptor, Sibling, Stream, naming, sync_folder

__all__ = [
    "AtomicFile",
    "OutputExistsError",
    "OutputFile",
    "OutputIsInputError",
    "OutputRefusedError",
    "Place",
    "StreamFile",
    "check_output",
    "open_output",
]

Place: TypeAlias = str | os.PathLike[str]
"""A name in the file system."""

_BUFFER = 1 << 18
_KERNEL_COPY_PAYS = 1 << 16  # below, one read into the buffer costs less than two system calls
_READ_STEP = 1 << 20


class OutputRefusedError(OSError):
    """An output that would do harm, or is none; nothing has been touched."""


class OutputExistsError(OutputRefusedError):
    """There is something under the output's name, and nobody said that it may go."""

    def __init__(self, name: str, what: str = "exists already") -> None:
        super().__init__(errno.EEXIST, what, name)


class OutputIsInputError(OutputRefusedError):
    """The output is one of the files that are read, under whichever name."""

    def __init__(self, name: str) -> None:
        super().__init__(errno.EINVAL, "is also an input", name)


class OutputFile(io.BufferedWriter):
    """A binary file that is written from front to back, then committed or discarded.

    As a context manager it commits when the block ends normally, and discards when an exception
    ends it. `close` discards, too, and so does dropping the last reference.
    """

    def __init__(self, descriptor: Descriptor) -> None:
        super().__init__(descriptor, _BUFFER)
        self._descriptor = descriptor
        self._committed = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.close()

    def copy_range(self, source: int, offset: int, length: int) -> None:
        """Writes `length` bytes of another file, from `offset`, without looking at them.

        Args:
            source: Descriptor of a seekable file; its own position does not matter and stays.
            offset: Where the bytes begin.
            length: How many there are. Long ranges are copied by the kernel where it can.

        Raises:
            TruncatedError: If the source ends before.
            OSError: If reading or writing fails.
        """
        if length >= _KERNEL_COPY_PAYS:
            self.flush()
            copied = self._descriptor.copy_from(source, offset, length)
            offset += copied
            length -= copied
        while length:
            piece = os.pread(source, min(length, _READ_STEP), offset)
            if not piece:
                raise TruncatedError(
                    f"{length} bytes are missing where they were to be copied", offset=offset
                )
            self.write(piece)
            offset += len(piece)
            length -= len(piece)

    def commit(self) -> None:
        """Completes the output; if that fails it is discarded. Once is enough.

        Raises:
            OSError: If the output cannot be completed.
            ValueError: If it has been discarded.
        """
        if self._committed:
            return
        try:
            self.flush()
            self._complete()
            self._committed = True
        finally:
            self.close()

    def _complete(self) -> None:
        """Makes what was written final."""
        self._descriptor.finish()

    def close(self) -> None:
        """Discards the output unless it has been committed."""
        self._descriptor.close()


class StreamFile(OutputFile):
    """Standard output, a pipe or a device: what is written is out at once.

    If it is a regular file that the shell opened (`rrd cat run.rrd > out.rrd`), discarding cuts it
    back to what it held before.
    """

    def __init__(
        self,
        descriptor: int,
        name: str,
        *,
        owned: bool = False,
        inputs: Iterable[Place | int] = (),
    ) -> None:
        """Writes to an open file.

        Args:
            descriptor: Of the file.
            name: What errors call it.
            owned: Whether the descriptor is closed in the end.
            inputs: Files that are read, by name or descriptor; the output must be none of them.

        Raises:
            OutputIsInputError: If it is one of `inputs`.
        """
        _check_is_no_input(os.fstat(descriptor), name, inputs)
        super().__init__(Stream(descriptor, name, owned=owned))


class AtomicFile(OutputFile):
    """A regular file that appears under its name when it is committed, and not before.

    A new file has the permissions that the umask leaves; a replaced one keeps its own, and its
    owner where that is allowed. A symbolic link stays: the file that it points to is written.

    Attributes:
        target: The file that is written, links followed.
        backup: Where the replaced file went; None if it was not kept.
    """

    def __init__(
        self,
        path: Place,
        *,
        force: bool = False,
        in_place: bool = False,
        keep_backup: bool = False,
        inputs: Iterable[Place | int] = (),
    ) -> None:
        """Creates the hidden file.

        Args:
            path: Name of the output.
            force: Whether an existing file may be replaced.
            in_place: Whether the output is the input. It must exist, and it must not change
                from now until it is replaced: what somebody adds meanwhile would be lost.
            keep_backup: Whether a replaced file is kept under its name with `.bak`, or the first
                of `.bak1`, `.bak2`, … that is free.
            inputs: Files that are read, by name or descriptor; the output must be none of them,
                unless `in_place`.

        Raises:
            OutputExistsError: If the file exists and must not be replaced.
            OutputIsInputError: If it is one of `inputs`.
            OSError: If it cannot be created, or is something else than a file.
        """
        path = Path(path)
        self._found = path.stat() if in_place else check_output(path, force=force, inputs=inputs)
        if self._found is not None and not stat.S_ISREG(self._found.st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        self.target: Path = path.resolve()
        self.backup: Path | None = None
        self._replaces = force or in_place
        self._in_place = in_place
        self._keep_backup = keep_backup
        self._sibling = Sibling(self.target, str(path), self._found)
        super().__init__(self._sibling)

    def finish(self) -> None:
        """Brings all that was written to the disk; only the name is missing then.

        Raises:
            OSError: If it does not get there.
        """
        self.flush()
        self._sibling.finish()

    def publish(self) -> None:
        """Gives a finished file its name; `sync_folder` makes that last.

        Raises:
            OutputExistsError: If the name was taken meanwhile and must not be replaced.
            OSError: If the name cannot be given, or the file that is rewritten in place changed.
        """
        try:
            with naming(str(self._sibling.name)):
                if self._in_place:
                    self._check_unchanged()
                if self._replaces:
                    self._replace()
                else:
                    self._place_new()
            self._committed = True
        finally:
            self.close()

    def withdraw(self) -> None:
        """Takes back the name of a file that replaced none, if it has been given."""
        if self._found is None and self._sibling.is_at(self.target):
            self.target.unlink()

    def _complete(self) -> None:
        self._sibling.finish()
        self.publish()
        sync_folder(self.target.parent)

    def _check_unchanged(self) -> None:
        now = self.target.stat()
        if self._found is None or _identity(now) != _identity(self._found):
            raise OSError(errno.EBUSY, "changed while it was being rewritten")

    def _place_new(self) -> None:
        try:
            os.link(self._sibling.path, self.target)
        except FileExistsError:
            raise OutputExistsError(str(self._sibling.name)) from None
        except OSError:  # no hard links there: take the name, then put the file under it
            self._place_over_claim()

    def _place_over_claim(self) -> None:
        try:
            os.close(os.open(self.target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            self._sibling.path.replace(self.target)
        except FileExistsError:
            raise OutputExistsError(str(self._sibling.name)) from None
        except BaseException:
            with suppress(OSError):
                if not self.target.stat().st_size:
                    self.target.unlink()
            raise

    def _replace(self) -> None:
        try:
            if self._keep_backup and self._found is not None:
                self._set_aside()
            self._sibling.path.replace(self.target)
        except BaseException:
            self._put_back()
            raise

    def _set_aside(self) -> None:
        """Gives the old file a second name, or where that cannot be done, another one."""
        for number in count():
            suffix = f".bak{number or ''}"
            self.backup = self.target.with_name(self.target.name + suffix)
            try:
                os.link(self.target, self.backup)
            except FileExistsError:
                continue
            except OSError:
                if os.path.lexists(self.backup):
                    continue
                self.target.rename(self.backup)
            return

    def _put_back(self) -> None:
        """Undoes `_set_aside`, unless the new file has already taken the old one's place."""
        if self.backup is None:
            return
        with suppress(OSError):
            if not self.target.exists():
                self.backup.replace(self.target)
            elif self.backup.samefile(self.target):
                self.backup.unlink()
        self.backup = None


def open_output(
    path: Place, *, force: bool = False, inputs: Iterable[Place | int] = ()
) -> OutputFile:
    """An output by its name: an `AtomicFile`, or a `StreamFile` for a pipe or a device.

    Raises:
        OutputExistsError: If the file exists and `force` does not allow to replace it.
        OutputIsInputError: If it is one of `inputs`.
        OSError: If it cannot be opened.
    """
    path = Path(path)
    found = check_output(path, force=force, inputs=inputs)
    if found is None or (stat.S_ISREG(found.st_mode) and _has_name(path)):
        return AtomicFile(path, force=force)
    return StreamFile(os.open(path, os.O_WRONLY | os.O_TRUNC), str(path), owned=True)


def check_output(
    path: Place, *, force: bool = False, inputs: Iterable[Place | int] = ()
) -> os.stat_result | None:
    """What is under the name of an output now, or None; raises if it must not be written.

    Args:
        path: Name of the output.
        force: Whether an existing file may be replaced.
        inputs: Files that are read, by name or descriptor.

    Raises:
        OutputExistsError: If there is a file, or a whole disk, and `force` is not given.
        OutputIsInputError: If it is one of `inputs`, whatever it is called there.
        OutputRefusedError: If it is a folder.
    """
    path = Path(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise OutputRefusedError(errno.EISDIR, "is a folder", str(path))
    _check_is_no_input(found, str(path), inputs)
    if stat.S_ISREG(found.st_mode) and not force:
        raise OutputExistsError(str(path))
    if stat.S_ISBLK(found.st_mode) and not force:
        raise OutputExistsError(str(path), "is a disk")
    return found


def _check_is_no_input(found: os.stat_result, name: str, inputs: Iterable[Place | int]) -> None:
    # Terminals and /dev/null may well be both.
    if stat.S_ISREG(found.st_mode) and any(_is_same(found, item) for item in inputs):
        raise OutputIsInputError(name)


def _stat(item: Place | int) -> os.stat_result:
    return os.fstat(item) if isinstance(item, int) else Path(item).stat()


def _is_same(found: os.stat_result, item: Place | int) -> bool:
    try:
        return os.path.samestat(found, _stat(item))
    except OSError:  # whoever reads it says what is wrong with it
        return False


def _has_name(path: Path) -> bool:
    """Whether the file at `path` stands in a folder; one that is open but deleted does not."""
    try:
        return path.resolve().samefile(path)
    except OSError:
        return False


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
