"""Image files: the file itself as an encoded image (fact sheet section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
)
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

__all__ = ["ImageImporter", "image_media_type"]

_MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".ico": "image/x-icon",
    ".tga": "image/x-targa",
    ".hdr": "image/vnd.radiance",
    ".exr": "image/x-exr",
    ".dds": "image/vnd-ms.dds",
    ".pbm": "image/x-portable-anymap",
    ".pgm": "image/x-portable-anymap",
    ".ppm": "image/x-portable-anymap",
    ".pam": "image/x-portable-anymap",
    ".ff": "application/octet-stream",
    ".farbfeld": "application/octet-stream",
}
_MAGICS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"\x76\x2f\x31\x01", "image/x-exr"),
    (0, b"#?RADIANCE", "image/vnd.radiance"),
    (0, b"DDS ", "image/vnd-ms.dds"),
    (0, b"farbfeld", "application/octet-stream"),
)
_ALWAYS_MARKED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Kinds of which every file begins with its magic bytes; of others, not all that exist do."""


def image_media_type(head: bytes) -> str | None:
    """The media type that the first bytes of an image prove."""
    for place, magic, media_type in _MAGICS:
        if head[place : place + len(magic)] == magic:
            return media_type
    return None


class ImageImporter:
    """One row of EncodedImage per file; pixels are never decoded."""

    name = "image"
    summary = (
        "Images, kept encoded (.png .jpg .jpeg .gif .bmp .webp .avif .tif .tiff .ico .tga .hdr "
        ".exr .dds .pbm .pgm .ppm .pam .ff .farbfeld)."
    )
    suffixes = tuple(_MEDIA_TYPES)
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by magic bytes."""
        return path.suffix.lower() in _MEDIA_TYPES or image_media_type(head) is not None

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row.

        Raises:
            DamagedInputError: If the file is empty, or no image although its kind is marked.
        """
        data = read_whole(path, progress)
        named = _MEDIA_TYPES.get(path.suffix.lower())
        proven = image_media_type(data[:64])
        if proven is None and (named is None or named in _ALWAYS_MARKED):
            raise DamagedInputError(
                f"is no {named or 'known'} image: it begins {data[:8].hex(' ')}"
            )
        if named is not None and proven not in (None, named):
            report.note(f"{report.source}: is {proven}, whatever its suffix says")
        from rrdimporters.emit import Emitter, blobs

        entity = settings.entity_of(path)
        chunk = Emitter.for_file(path, settings).row(
            entity, "EncodedImage", blob=blobs([data]), media_type=[proven or named]
        )
        report.mapped(report.source_of(path, settings), entity, "EncodedImage", rows=1)
        yield chunk
