"""Imports files of any kind into a recording."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from rrdformats.entity_path import EntityPath
from rrdformats.errors import RrdError
from rrdformats.messages import StoreId
from rrdimporters.arrival import downloaded, is_url, spooled, url_name
from rrdimporters.host import Host, NobodyTakesItError
from rrdimporters.identity import store_of
from rrdimporters.protocol import ImporterError, ImportSettings, Piece, TimePoint
from rrdimporters.report import ImportReport, StrictError
from rrdimporters.sink import RecordingSink
from rrdtool.operations.output import AtomicFile

__all__ = ["STDIN", "STDIN_NAME", "ImportRequest", "NothingImportedError", "import_inputs"]

Progress = Callable[[int, int | None], None]

STDIN = "-"
"""The input that stands for standard input."""

STDIN_NAME = "stdin"
"""What standard input is called in a recording."""


class NothingImportedError(Exception):
    """Not one of the inputs could be imported.

    Attributes:
        reports: What became of each.
    """

    def __init__(self, reports: Sequence[ImportReport]) -> None:
        super().__init__("nothing was imported")
        self.reports: list[ImportReport] = list(reports)


@dataclass(slots=True)
class ImportRequest:
    """What to make of the inputs.

    Attributes:
        host: Who finds the importers.
        application_id: Application of the recording; the first input's name unless given.
        recording_id: Id of the recording; follows from the inputs unless given.
        each: Whether each input becomes a recording of its own.
        entity_path_prefix: What is put before entity paths.
        static: Whether data without times of their own are static.
        times: Times for data without times of their own.
        strict: Whether what is not understood is an error.
        options: Options of importers.
        progress: Told how many bytes of an input are done, and how many there are.
    """

    host: Host = field(default_factory=Host)
    application_id: str | None = None
    recording_id: str | None = None
    each: bool = False
    entity_path_prefix: EntityPath = field(default_factory=EntityPath)
    static: bool = False
    times: tuple[TimePoint, ...] = ()
    strict: bool = False
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    progress: Progress = lambda _done, _total: None

    def store_of(self, names: Sequence[str]) -> StoreId:
        """The recording that inputs of these names go to."""
        how = (str(self.entity_path_prefix), self.static, self.times, sorted(self.options.items()))
        return store_of(
            names,
            application_id=self.application_id,
            recording_id=self.recording_id,
            how=repr(how),
        )


def import_inputs(
    names: Sequence[str], file: BinaryIO, request: ImportRequest
) -> list[ImportReport]:
    """Imports all inputs into one file.

    Args:
        names: Files, folders, URLs (`http://…`, `https://…`), or `-` for standard input. What is
            named twice is imported once.
        file: Where the recording is written.
        request: What to make of them.

    Returns:
        What became of each input; those that could not be imported have an `error`.

    Raises:
        NothingImportedError: If no input could be imported; what was written is no recording.
        StrictError: If something was not understood and that is to be an error.
        OSError: If the output cannot be written.
    """
    reports: list[ImportReport] = []
    request = replace(request, host=replace(request.host, left_out=_places(file)))
    together = None if request.each else request.store_of(names)
    with RecordingSink(file) as sink:
        for name in dict.fromkeys(names):
            report = ImportReport(name, request.strict)
            reports.append(report)
            store_id = together or request.store_of([name])
            _import_one(name, sink, store_id, request, report)
        if all(report.is_refused for report in reports):
            raise NothingImportedError(reports)
    return reports


def _places(file: BinaryIO) -> frozenset[tuple[int, int]]:
    """Device and inode of the output and of what it is going to replace, if they have any."""
    found: list[os.stat_result] = []
    with contextlib.suppress(OSError):
        found.append(os.fstat(file.fileno()))
    if isinstance(file, AtomicFile):
        with contextlib.suppress(OSError):
            found.append(file.target.stat())
    return frozenset((place.st_dev, place.st_ino) for place in found)


def _import_one(
    name: str, sink: RecordingSink, store_id: StoreId, request: ImportRequest, report: ImportReport
) -> None:
    with contextlib.ExitStack() as stack:
        pieces: Iterator[Piece] = iter(())
        with _noting(report):
            path, called = stack.enter_context(_arrived(name, request.progress))
            settings = ImportSettings(
                store_id,
                entity_path_prefix=request.entity_path_prefix,
                static=request.static,
                times=request.times,
                strict=request.strict,
                options=request.options,
                called=called,
            )
            pieces = request.host.pieces(path, settings, request.progress, report)
        while (piece := _next(pieces, report)) is not None:
            sink.take(piece, store_id, report)
    if report.error is None and not report.stores:
        sink.introduce(store_id)


def _next(pieces: Iterator[Piece], report: ImportReport) -> Piece | None:
    """The next piece; None at the end, and at an error, which is noted."""
    piece = None
    with _noting(report):
        piece = next(pieces, None)
    return piece  # noqa: RET504 - not reached from inside the block if that raised


@contextlib.contextmanager
def _noting(report: ImportReport) -> Generator[None]:
    """Notes what is wrong with an input; the other inputs are not concerned."""
    try:
        yield
    except StrictError:
        raise
    except ImporterError as error:
        report.error, report.advice = str(error), error.advice
        report.is_foreign = isinstance(error, NobodyTakesItError)
    except RrdError as error:
        report.error = str(error)
    except OSError as error:
        report.error = error.strerror or str(error)


@contextlib.contextmanager
def _arrived(name: str, progress: Progress) -> Generator[tuple[Path, str | None]]:
    """An input as a seekable file or a folder, and what it is called if not by its path."""
    if is_url(name):
        with downloaded(name, progress) as path:
            yield path, url_name(name)
    elif name == STDIN:
        with spooled(sys.stdin.buffer) as path:
            yield path, STDIN_NAME
    elif stat.S_ISREG(mode := Path(name).stat().st_mode) or stat.S_ISDIR(mode):
        yield Path(name), None
    else:  # a named pipe, or what a shell makes of <(…)
        with Path(name).open("rb") as stream, spooled(stream, Path(name).name) as path:
            yield path, name
