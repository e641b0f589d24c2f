"""Text and Markdown files, byte for byte (fact sheet section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rrdimporters.protocol import DamagedInputError, ImportSettings, Piece, Progress
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

__all__ = ["TextImporter"]

_MEDIA_TYPES = {".txt": "text/plain", ".md": "text/markdown"}


class TextImporter:
    """One row of TextDocument per file; byte order marks and line ends stay."""

    name = "text"
    summary = "Text and Markdown (.txt, .md); any UTF-8 text with --importer text."
    suffixes = tuple(_MEDIA_TYPES)
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - text has no magic bytes
        """By suffix alone."""
        return path.suffix.lower() in _MEDIA_TYPES

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row.

        Raises:
            DamagedInputError: If the file is not UTF-8.
        """
        data = read_whole(path, progress, empty=True)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise DamagedInputError("is not UTF-8 text", offset=error.start) from error
        from rrdimporters.emit import Emitter

        entity = settings.entity_of(path)
        media_type = _MEDIA_TYPES.get(path.suffix.lower(), "text/plain")
        chunk = Emitter.for_file(path, settings).row(
            entity, "TextDocument", text=[text], media_type=[media_type]
        )
        report.mapped(report.source_of(path, settings), entity, "TextDocument", rows=1)
        yield chunk
