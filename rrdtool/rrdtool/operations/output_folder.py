"""Several outputs in one folder, each of them or all of them whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from rrdtool.operations.descriptors import sync_folder
from rrdtool.operations.output import AtomicFile, OutputRefusedError, Place

__all__ = ["OutputFolder"]


class OutputFolder:
    """A folder for several outputs, made if it is missing.

    Used as a context manager. Leaving it by an exception takes back the names of files that belong
    together, unless they replaced others, and removes the folders that it made and that are empty.
    """

    def __init__(
        self,
        path: Place,
        *,
        force: bool = False,
        inputs: Iterable[Place | int] = (),
        together: bool = False,
    ) -> None:
        """Takes note of the folder; nothing is made yet.

        Args:
            path: Name of the folder.
            force: Whether existing files may be replaced.
            inputs: Files that are read; no output may be one of them.
            together: Whether the files appear when all of them are complete and the folder's block
                ends, rather than each on its own.

        Raises:
            OutputRefusedError: If there is something else under that name.
        """
        self.path: Path = Path(path)
        self._force = force
        self._inputs = tuple(inputs)
        self._together = together
        self._finished: list[AtomicFile] = []
        self._names: set[Path] = set()
        self._made: list[Path] = []
        if self.path.exists() and not self.path.is_dir():
            raise OutputRefusedError(errno.ENOTDIR, "is not a folder", str(self.path))

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with ExitStack() as undo:
            undo.callback(self._remove_made)
            for file in self._finished:
                undo.callback(file.close)
            if kind is not None:
                return
            self._make(self.path)
            for file in self._finished:
                undo.callback(file.withdraw)
                file.publish()
            undo.pop_all()
        for folder in {file.target.parent for file in self._finished}:
            sync_folder(folder)

    @contextmanager
    def open(self, name: Place) -> Generator[AtomicFile]:
        """A file in the folder, as a context manager; several may be open at a time.

        Args:
            name: Its name, with folders beneath this one if wanted; those are made.

        Raises:
            ValueError: If `name` leads out of the folder, or has been opened before.
            OSError: As `AtomicFile`.
        """
        relative = Path(name)
        if relative.is_absolute() or ".." in relative.parts or not relative.name:
            raise ValueError(f"{name} is no name inside a folder")
        if relative in self._names:
            raise ValueError(f"{name} is written twice")
        self._names.add(relative)
        path = self.path / relative
        self._make(path.parent)
        file = AtomicFile(path, force=self._force, inputs=self._inputs)
        if not self._together:
            with file:
                yield file
            return
        try:
            yield file
            file.finish()
            self._finished.append(file)
        except BaseException:
            file.close()
            raise

    def make(self, name: Place) -> Path:
        """Makes the folder in which a file of that name is to stand; returns the file's path."""
        path = self.path / name
        self._make(path.parent)
        return path

    def _make(self, folder: Path) -> None:
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            self._made.append(path)
            path.mkdir(exist_ok=True)  # exist_ok: another worker may make it as well

    def _remove_made(self) -> None:
        for path in reversed(self._made):
            with suppress(OSError):
                path.rmdir()
