"""Recordings and blueprints (`.rrd`, `.rbl`): they pass through as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
    WholeRecording,
)
from rrdimporters.report import ImportReport

__all__ = ["RecordingImporter"]

_MAGIC = b"RRF2"


class RecordingImporter:
    """Copies the messages of a recording, which keeps its ids and entity paths."""

    name = "recording"
    summary = "Recordings and blueprints, copied as they are (.rrd, .rbl)."
    suffixes = (".rrd", ".rbl")
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by the first four bytes."""
        return path.suffix.lower() in self.suffixes or head.startswith(_MAGIC)

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields the recording whole."""
        if settings.entity_path_prefix.parts:
            report.note(f"{report.source}: a recording keeps its entity paths, without the prefix")
        try:
            with Recording.open(path) as recording:
                for item in recording.contents.manifests:
                    rows = sum(item.manifest.num_rows)
                    report.mapped(str(item.manifest.store_id), "/", None, rows=rows)
                yield WholeRecording(recording)
        except RrdError as error:
            raise DamagedInputError(error.reason, offset=error.offset) from error
        size = path.stat().st_size
        progress(size, size)
