"""The host: finds the importer that takes an input, and lets it.

Who is asked, in this order:

1. importers to whose suffixes the file's belongs, built-in ones first;
2. importer programs on PATH (`rrdimporters.external`), all at once;
3. importers that recognise the file by its first bytes, whatever it is called;
4. for a folder that nobody wants as a whole: the importers of each file in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rrdformats.errors import RrdError
from rrdimporters.external import ExternalFailureError, ExternalPrograms
from rrdimporters.folders import FolderImporter
from rrdimporters.protocol import (
    HEAD_SIZE,
    DamagedInputError,
    Importer,
    ImporterError,
    ImportSettings,
    NotMineError,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.registry import importers
from rrdimporters.report import ImportReport

__all__ = ["Host", "ImporterFaultError", "NobodyTakesItError", "Tried", "read_head"]


@dataclass(frozen=True, slots=True)
class Tried:
    """An importer that was asked and did not take the input, and why."""

    importer: str
    reason: str


class NobodyTakesItError(ImporterError):
    """No importer takes the input.

    Attributes:
        tried: Who was asked.
    """

    def __init__(self, tried: Sequence[Tried], suffix: str) -> None:
        what = f"no importer takes {suffix} files" if suffix else "no importer recognises it"
        asked = "; ".join(f"{t.importer}: {t.reason}" for t in tried)
        super().__init__(
            what + (f" (asked {asked})" if asked else ""),
            advice="`rrd import --list-importers` shows what can be imported; --importer NAME "
            "makes one try",
        )
        self.tried = tuple(tried)


class ImporterFaultError(ImporterError):
    """An importer failed in a way that is its own defect, not the input's.

    Attributes:
        importer: Name of the importer.
    """

    def __init__(self, importer: str, error: Exception) -> None:
        super().__init__(f"importer {importer} failed: {type(error).__name__}: {error}")
        self.importer = importer


@dataclass(frozen=True, slots=True)
class Host:
    """Finds importers and runs them.

    Attributes:
        importers: Who is asked, in order.
        programs: The importer programs.
        chosen: Name of the only importer or program to ask, whatever the suffix.
        left_out: Device and inode of files that are not to be read: the output.
    """

    importers: Sequence[Importer] = field(default_factory=importers)
    programs: ExternalPrograms = field(default_factory=ExternalPrograms.on_path)
    chosen: str | None = None
    left_out: frozenset[tuple[int, int]] = frozenset()

    @property
    def names(self) -> list[str]:
        """Names of all importers and programs."""
        return [i.name for i in self.importers] + [p.name for p in self.programs.programs]

    @property
    def options(self) -> set[str]:
        """All options that any importer understands."""
        return {name for importer in self.importers for name in importer.options}

    def pieces(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields what the importer that takes the input makes of it.

        Args:
            path: A file or folder.
            settings: What the caller wants.
            progress: Told how far it got.
            report: Told what became of the input.

        Raises:
            NobodyTakesItError: Before anything is yielded.
            DamagedInputError: If the file is empty, and its kind is never.
            ImporterFaultError: If an importer has a defect, and no other takes the input.
            ExternalFailureError: If a program failed, and nobody else takes the input.
            ImporterError: What the importer raises.
            OSError: If the input cannot be read.
        """
        head = b"" if path.is_dir() else read_head(path)
        tried: list[Tried] = []
        failures: list[ImporterError] = []
        for importer in self._candidates(path, head, report):
            report.importer = importer.name
            is_begun = False
            try:
                for piece in _guarded(importer, path, settings, progress, report):
                    is_begun = True
                    yield piece
            except NotMineError as error:
                if is_begun:
                    what = f"importer {importer.name} gave it up half way: {error.reason}"
                    raise UnsupportedInputError(what) from error
                tried.append(Tried(importer.name, error.reason))
            except (ImporterFaultError, ExternalFailureError) as error:
                if is_begun:
                    raise
                failures.append(error)  # it must not stand in the way of the others
            else:
                for failure in failures:
                    report.note(failure.reason)
                return
        report.importer = None
        if failures:
            raise failures[0]
        suffix = path.suffix.lower()
        if not head and path.is_file() and any(suffix in i.suffixes for i in self.importers):
            raise DamagedInputError("the file is empty")
        raise NobodyTakesItError(tried, path.suffix)

    def _candidates(self, path: Path, head: bytes, report: ImportReport) -> Iterator[Importer]:
        if self.chosen is not None:
            yield from (i for i in self.importers if i.name == self.chosen)
            yield from self.programs.only(self.chosen)
            return
        suffix = path.suffix.lower()
        by_suffix = [i for i in self.importers if suffix in i.suffixes]
        others = [i for i in self.importers if i not in by_suffix]
        if path.is_dir():  # a folder that is called like a file is none
            yield from (i for i in others if _claims(i, path, head, report))
            yield from self.programs.together()
            yield FolderImporter(self.pieces, self.left_out)
            return
        yield from (i for i in by_suffix if _claims(i, path, head, report))
        yield from self.programs.together()
        yield from (i for i in others if head and _claims(i, path, head, report))


def _claims(importer: Importer, path: Path, head: bytes, report: ImportReport) -> bool:
    """Whether an importer claims the input; one that fails at that does not."""
    try:
        return bool(importer.claims(path, head))
    except Exception as error:  # noqa: BLE001 - a plugin's code, may raise anything
        report.note(ImporterFaultError(importer.name, error).reason)
        return False


def _guarded(
    importer: Importer,
    path: Path,
    settings: ImportSettings,
    progress: Progress,
    report: ImportReport,
) -> Iterator[Piece]:
    """The pieces of an importer, its defects told from what is wrong with the input."""
    try:
        yield from importer.chunks(path, settings, progress, report)
    except (ImporterError, RrdError, OSError, MemoryError):
        raise
    except Exception as error:
        raise ImporterFaultError(importer.name, error) from error


def read_head(path: Path) -> bytes:
    """The first bytes of a file, as `Importer.claims` is shown them.

    Raises:
        OSError: If it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(HEAD_SIZE)
