"""Wobble logs: lines of a time in seconds and a number, `0.5 3.25`, behind a line `WOBBLE 1`.

An example of an importer plugin: copy it, and change what is between the two ends of `chunks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.emit import Emitter, one_per_row
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport

_MAGIC = b"WOBBLE "
_LINES = 4096
_TIME = Timeline("time", TimeKind.DURATION)


class WobbleImporter:
    """One scalar for each line."""

    name = "wobble"
    summary = "Wobble logs (.wob)."
    suffixes = (".wob",)
    options: Mapping[str, str] = {"scale": "what the numbers are multiplied with"}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by the first line."""
        return path.suffix.lower() in self.suffixes or head.startswith(_MAGIC)

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk for each few thousand lines: memory does not grow with the file."""
        import pyarrow as pa

        scale = float(settings.options.get("scale", "1"))
        entity = settings.entity_of(path)
        emitter = Emitter.for_file(path, settings)
        size = path.stat().st_size
        with path.open("rb") as file:
            version = file.readline().strip()
            if version != _MAGIC + b"1":
                raise UnsupportedInputError(f"is no wobble log of version 1, but {version!r}")
            while lines := list(islice(iter(file.readline, b""), _LINES)):
                try:
                    rows = np.array([line.split() for line in lines], np.float64)
                except ValueError as error:
                    raise DamagedInputError(f"a line is no pair of numbers: {error}") from error
                times = {_TIME: (rows[:, 0] * 1e9).astype(np.int64)}
                scalars = one_per_row(pa.array(rows[:, 1] * scale))
                yield emitter.chunk(entity, "Scalars", {"scalars": scalars}, times=times)
                report.mapped(report.source, entity, "Scalars", rows=len(rows))
                progress(file.tell(), size)
