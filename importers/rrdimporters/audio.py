"""Audio files: the file itself as an audio asset, at the start of its own timeline (section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.protocol import ImportSettings, Piece, Progress
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

__all__ = ["AudioImporter"]

_MEDIA_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
}
_TIMELINE = Timeline("audio", TimeKind.DURATION)


class AudioImporter:
    """One row of AssetAudio per file; nothing is decoded."""

    name = "audio"
    summary = "Audio, kept encoded (.aac .flac .m4a .mp3 .ogg .wav)."
    suffixes = tuple(_MEDIA_TYPES)
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - containers are shared
        """By suffix: an .m4a and a video have the same magic bytes."""
        return path.suffix.lower() in _MEDIA_TYPES

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row, at 0 on the timeline `audio`.

        Raises:
            DamagedInputError: If the file is empty.
        """
        import numpy as np

        from rrdimporters.emit import Emitter, blobs

        data = read_whole(path, progress)
        entity = settings.entity_of(path)
        yield Emitter.for_file(path, settings).row(
            entity,
            "AssetAudio",
            times={_TIMELINE: np.zeros(1, np.int64)},
            blob=blobs([data]),
            media_type=[_MEDIA_TYPES[path.suffix.lower()]],
        )
        report.mapped(report.source_of(path, settings), entity, "AssetAudio", rows=1)
