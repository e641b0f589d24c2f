"""Importer programs on PATH, run side by side (fact sheet section 9).

`rrd-importer-NAME`, `rerun-importer-NAME` and the older `rerun-loader-NAME` get the file and the
sheet's arguments, write a recording to standard output, and exit with 66 if the file is not theirs.
Both of their pipes are drained all the time, the output into a temporary file, so that none of them
can block itself, fill the memory, or pass on what is no recording. The first that sends data takes
the file; the others are ended. One that stays silent for too long is ended, too.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdformats.timeline import TimeKind
from rrdimporters.child import Child, ChildState, watch
from rrdimporters.protocol import (
    Importer,
    ImporterError,
    ImportSettings,
    NotMineError,
    Piece,
    Progress,
    TimePoint,
    WholeRecording,
)
from rrdimporters.report import ImportReport

__all__ = [
    "PATIENCE",
    "PREFIXES",
    "ExternalFailureError",
    "ExternalPrograms",
    "ImporterProgram",
    "arguments",
]

PREFIXES = ("rrd-importer-", "rerun-importer-", "rerun-loader-")
"""How names of importer programs begin; what follows is the importer's name."""

PATIENCE = 60.0
"""How long a program may be silent on both pipes before it is ended (seconds)."""

_TIME_OPTIONS = {
    TimeKind.SEQUENCE: ("--time_sequence", "--sequence"),
    TimeKind.DURATION: ("--time_duration_nanos", "--time"),
    TimeKind.TIMESTAMP: ("--time_timestamp_nanos",),
}


class ExternalFailureError(ImporterError):
    """An importer program failed; nobody took the file."""


@dataclass(frozen=True, slots=True)
class ImporterProgram:
    """An executable on PATH.

    Attributes:
        name: What follows the prefix.
        path: Where it is.
    """

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class ExternalPrograms:
    """Programs that are asked together.

    Attributes:
        programs: The programs, in the order of PATH.
        patience: See `PATIENCE`; 0 waits for ever.
    """

    programs: tuple[ImporterProgram, ...] = ()
    patience: float = PATIENCE

    @classmethod
    def on_path(cls, path: str | None = None, patience: float = PATIENCE) -> ExternalPrograms:
        """All that are on PATH, except our own built-in importers as programs.

        Args:
            path: The folders, as in PATH; the environment's unless given.
            patience: See `PATIENCE`; 0 waits for ever.
        """
        text = os.environ.get("PATH", "") if path is None else path
        return cls(tuple(_discovered(text.split(os.pathsep))), patience)

    def together(self) -> Iterator[Importer]:
        """All of them as one importer, if there are any."""
        if self.programs:
            yield _ExternalImporter(self.programs, self.patience)

    def only(self, name: str) -> Iterator[Importer]:
        """The one of that name as an importer, if there is one."""
        found = tuple(program for program in self.programs if program.name == name)
        if found:
            yield _ExternalImporter(found[:1], self.patience)


def _discovered(folders: Sequence[str]) -> Iterator[ImporterProgram]:
    from rrdimporters.registry import BUILT_IN

    own = {f"{PREFIXES[0]}{name}" for name, _ in BUILT_IN}
    seen = set(own)
    for folder in filter(None, folders):
        try:
            names = sorted(entry.name for entry in os.scandir(folder))
        except OSError:
            continue
        for name in names:
            prefix = next((p for p in PREFIXES if name.startswith(p)), None)
            path = Path(folder, name)
            if prefix is not None and name not in seen and _is_program(path, own):
                seen.add(name)
                yield ImporterProgram(path.stem.removeprefix(prefix), path)


def _is_program(path: Path, own: set[str]) -> bool:
    """Whether a file is executable, and no link to one of our own programs."""
    try:
        if path.is_symlink() and path.resolve().name in own:
            return False
        return stat.S_ISREG(path.stat().st_mode) and os.access(path, os.X_OK)
    except OSError:
        return False


def arguments(path: Path, settings: ImportSettings) -> list[str]:
    """What a program is called with: the file, then the sheet's options."""
    store = settings.store_id
    name = os.fspath(path)
    words = ["./" + name if name.startswith("-") else name]
    words += ["--application-id", store.application_id or "", "--recording-id", store.recording_id]
    if settings.entity_path_prefix.parts:
        words += ["--entity-path-prefix", str(settings.entity_path_prefix)]
    if settings.static:
        words.append("--static")
    for point in sorted(settings.points, key=lambda point: point.timeline.name):
        words += _time_arguments(point)
    return words


def _time_arguments(point: TimePoint) -> Iterator[str]:
    for option in _TIME_OPTIONS[point.timeline.kind]:
        yield option
        yield f"{point.timeline.name}={point.value}"


class _ExternalImporter:
    """Programs side by side, as one importer."""

    summary = "Importer programs."
    suffixes: tuple[str, ...] = ()
    options: Mapping[str, str] = {}

    def __init__(self, programs: tuple[ImporterProgram, ...], patience: float) -> None:
        self.name = ", ".join(program.name for program in programs)
        self._programs = programs
        self._patience = patience

    def claims(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the programs decide
        """Always: they are asked by being run."""
        return True

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields what the first program sends that sends anything.

        Raises:
            NotMineError: If none takes the file.
            ExternalFailureError: If none takes it and some failed.
        """
        words = arguments(path, settings)
        left = list(self._programs)
        failures: list[str] = []
        with tempfile.TemporaryDirectory(prefix="rrd-import-") as folder:
            while left:
                race = _race(left, words, Path(folder), self._patience)
                failures += [_failure(child) for child in race.failed]
                # Those who were ended for one that took the file get another chance if that one
                # says in the end that it is not its own, or has sent what is no recording.
                left = [program for program in left if program.path not in race.settled]
                if race.winner is None:
                    break
                if race.winner.state is not ChildState.DONE:
                    continue
                progress(0, None)
                try:
                    yield from _passed_on(race.winner, path, settings, report)
                except RrdError as error:
                    failures.append(f"importer program {race.winner.name} sent {error}")
                    continue
                for failure in failures:
                    report.note(failure)
                return
        if failures:
            raise ExternalFailureError("; ".join(failures))
        raise NotMineError("not theirs")


@dataclass(slots=True)
class _Race:
    """How one round ended.

    Attributes:
        winner: Who sent data first, or came to an orderly end first if nobody sent any.
        failed: Who failed.
        settled: Programs that need not be asked again.
    """

    winner: Child | None = None
    failed: list[Child] = field(default_factory=list[Child])
    settled: set[Path] = field(default_factory=set[Path])


def _race(
    programs: Sequence[ImporterProgram], words: list[str], folder: Path, patience: float
) -> _Race:
    race = _Race()
    children = [Child(program.name, program.path, words, folder) for program in programs]
    first = watch(children, patience)
    for child in children:
        if child.state is not ChildState.OUTRUN:
            race.settled.add(child.program)
        if child.state is ChildState.FAILED:
            race.failed.append(child)
    orderly = [child for child in children if child.state is ChildState.DONE]
    race.winner = first if first is not None else next(iter(orderly), None)
    return race


def _failure(child: Child) -> str:
    said = child.complaint
    return f"importer program {child.name} {child.ending}" + (f": {said}" if said else "")


def _passed_on(
    child: Child, path: Path, settings: ImportSettings, report: ImportReport
) -> Iterator[Piece]:
    """Yields the recording that a program sent, whatever can be read of it.

    Raises:
        RrdError: Before anything is yielded, if it sent none.
    """
    if not child.output.stat().st_size:
        report.importer = child.name
        report.note(f"importer program {child.name} took the file and sent nothing")
        return
    with Recording.open(child.output) as recording:
        manifests = recording.contents.manifests
        report.importer = child.name
        if child.ending:
            report.lost(f"{_failure(child)}, after it had sent data")
        for item in manifests:
            source, rows = report.source_of(path, settings), sum(item.manifest.num_rows)
            report.mapped(source, str(item.manifest.store_id), None, rows=rows)
        yield WholeRecording(recording)
