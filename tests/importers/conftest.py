"""Imports in this process, and the reference's imports beside them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from rrdformats.reader import Recording
from rrdimporters.external import ExternalPrograms
from rrdimporters.host import Host
from rrdtool.operations.import_ import ImportRequest, NothingImportedError, import_inputs

if TYPE_CHECKING:
    from rrdformats.chunk import Chunk
    from rrdimporters.report import ImportReport

_REFERENCE_LASTS = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import left: the recording and what became of each input."""

    path: Path
    reports: list[ImportReport]

    @property
    def report(self) -> ImportReport:
        """The report on the only input."""
        (report,) = self.reports
        return report

    @property
    def chunks(self) -> list[Chunk]:
        """All chunks, in the order in which they were written."""
        with Recording.open(self.path) as recording:
            return [found.chunk for found in recording.chunks()]

    def column(self, component: str) -> list[Any]:
        """The rows of a component in all chunks, as Python values."""
        return [
            row
            for chunk in self.chunks
            for descriptor, rows in chunk.components.items()
            if descriptor.component == component
            for row in rows.to_pylist()
        ]


class Import(Protocol):
    """Imports inputs without any importer programs, unless `host` says otherwise.

    Inputs of which none can be imported leave no recording; `Imported.reports` tells why.
    """

    def __call__(self, *inputs: str | Path, **request: Any) -> Imported: ...


class ReferenceImport(Protocol):
    """The recording that the reference makes of a file or folder."""

    def __call__(self, path: Path) -> Path: ...


class Differences(Protocol):
    """What the reference says of two recordings; empty if they are equal."""

    def __call__(self, ours: Path, theirs: Path) -> str: ...


@pytest.fixture
def imported(tmp_path_factory: pytest.TempPathFactory) -> Import:
    """Imports in this process."""

    def run(*inputs: str | Path, **request: Any) -> Imported:
        path = tmp_path_factory.mktemp("imported") / "out.rrd"
        host = Host(programs=ExternalPrograms(), chosen=request.pop("chosen", None))
        wanted = replace(ImportRequest(host), **request)
        with path.open("wb") as file:
            try:
                reports = import_inputs([str(item) for item in inputs], file, wanted)
            except NothingImportedError as error:
                reports = error.reports
        return Imported(path, reports)

    return run


@pytest.fixture(scope="session")
def reference_import(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceImport:
    """Imports with the reference's program, on a port that nobody else uses."""

    def run(path: Path) -> Path:
        out = tmp_path_factory.mktemp("reference") / "out.rrd"
        subprocess.run(
            [reference, path, "--port", "0", "--save", out],
            capture_output=True,
            check=False,
            timeout=_REFERENCE_LASTS,
        )
        return out

    return run


@pytest.fixture(scope="session")
def differences(reference: Path) -> Differences:
    """Compares with the reference's program, which also has to accept ours."""

    def run(ours: Path, theirs: Path) -> str:
        verify: list[str | Path] = ["verify", ours]
        for words in (verify, ["compare", "--unordered", ours, theirs]):
            done = subprocess.run(
                [str(reference), "rrd", *map(str, words)],
                capture_output=True,
                text=True,
                check=False,
                timeout=_REFERENCE_LASTS,
            )
            if done.returncode:
                return done.stdout + done.stderr
        return ""

    return run
