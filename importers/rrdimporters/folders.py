"""Folders: each file in them as if it had been given alone, all into one recording.

Links are followed only to files inside the folder, so that nothing outside of it is read and no
loop can arise. What is neither file nor folder (pipes, devices) is never opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from rrdformats.errors import RrdError
from rrdimporters.protocol import (
    DamagedInputError,
    ImporterError,
    ImportSettings,
    NotMineError,
    Piece,
    Progress,
)
from rrdimporters.report import ImportReport, StrictError

__all__ = ["FolderImporter"]

Take: TypeAlias = Callable[[Path, ImportSettings, Progress, ImportReport], Iterator[Piece]]


class FolderImporter:
    """Walks a folder by name, hidden files included, and lets the host find importers."""

    name = "folder"
    summary = "Folders: every file in them that can be imported."
    suffixes: tuple[str, ...] = ()
    options: Mapping[str, str] = {}

    def __init__(self, take: Take, left_out: frozenset[tuple[int, int]]) -> None:
        """An importer that hands files on.

        Args:
            take: Finds the importer of a file and lets it, as `Host.pieces`.
            left_out: Device and inode of files that are not to be read.
        """
        self._take = take
        self._left_out = left_out

    def claims(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - folders have no bytes
        """Every folder."""
        return path.is_dir()

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields what is in all files; one that cannot be imported is reported and left out.

        Raises:
            NotMineError: If no file in it is taken.
        """
        files = list(_files(path, self._left_out, report))
        total = sum(size for _, size in files)
        done = taken = 0
        for file, size in files:

            def report_share(part: int, _: int | None, before: int = done) -> None:
                progress(before + part, total)

            own = ImportReport(os.fspath(file), report.strict)
            try:
                yield from self._take(file, settings, report_share, own)
                taken += 1
            except StrictError:
                raise
            except DamagedInputError as error:
                own.lost(str(error))
                taken += 1
            except (ImporterError, RrdError, OSError) as error:
                own.skipped(own.source, _reason(error))
            finally:
                report.absorb(own)
            done += size
        report.importer = self.name
        if not taken:
            raise NotMineError("no file in it can be imported")


def _reason(error: Exception) -> str:
    match error:
        case ImporterError():
            return error.reason
        case OSError():
            return error.strerror or str(error)
        case _:
            return str(error)


def _files(
    folder: Path, left_out: frozenset[tuple[int, int]], report: ImportReport
) -> Iterator[tuple[Path, int]]:
    """Files with their sizes, by name; the others are reported."""
    root = folder.resolve()

    def unreadable(error: OSError) -> None:
        report.skipped(str(error.filename), error.strerror or str(error))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted(
            [*names, *(name for name in folders if Path(parent, name).is_symlink())]
        ):
            path = Path(parent, name)
            found = _look(path, root)
            if isinstance(found, str):
                report.skipped(str(path), found)
            elif (found.st_dev, found.st_ino) not in left_out:
                yield path, found.st_size


def _look(path: Path, root: Path) -> os.stat_result | str:
    """What is there, or why it is not taken."""
    try:
        if path.is_symlink():
            if not path.resolve(strict=True).is_relative_to(root):
                return "a link that leads out of the folder"
            if path.is_dir():
                return "a link to a folder; these are not followed"
        found = path.stat()
    except OSError as error:
        return error.strerror or str(error)
    except RuntimeError:  # how Python up to 3.12 says that a link leads to itself
        return "a link that leads to itself"
    return found if stat.S_ISREG(found.st_mode) else "is neither a file nor a folder"
