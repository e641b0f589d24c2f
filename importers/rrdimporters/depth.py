"""Depth images: RVL files, and 16-bit images where the caller says that they are depths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rrdimporters.images import image_media_type
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

__all__ = ["DepthImporter"]

_RVL = "application/rvl"
_PNG = "image/png"
_TIFF = "image/tiff"
_GRAY = 0


class DepthImporter:
    """One row of EncodedDepthImage per file.

    A PNG or TIFF file is taken for a depth image only with `--importer depth`: nothing in it tells
    depths from shades of grey.
    """

    name = "depth"
    summary = "Depth images (.rvl); with --importer depth also grey .png and .tif."
    suffixes = (".rvl",)
    options: Mapping[str, str] = {"meter": "how many units make a meter, such as 1000"}

    def claims(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - RVL has no magic bytes
        """By suffix alone."""
        return path.suffix.lower() in self.suffixes

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row.

        Raises:
            DamagedInputError: If the file is empty.
            UnsupportedInputError: If it is an image with colors, or in another format.
        """
        data = read_whole(path, progress)
        media_type = _RVL if path.suffix.lower() in self.suffixes else image_media_type(data[:64])
        if media_type not in (_RVL, _PNG, _TIFF):
            raise UnsupportedInputError(f"depths are kept in PNG, TIFF or RVL, not {media_type}")
        if media_type == _PNG:
            _check_grey(data)
        from rrdimporters.emit import Emitter, Values, blobs

        values: dict[str, Values] = {"blob": blobs([data]), "media_type": [media_type]}
        meter = _meter(settings)
        if meter is not None:
            values["meter"] = [meter]
        entity = settings.entity_of(path)
        emitter = Emitter.for_file(path, settings)
        chunk = emitter.row(entity, "EncodedDepthImage", times=None, **values)
        report.mapped(report.source_of(path, settings), entity, "EncodedDepthImage", rows=1)
        yield chunk


def _check_grey(data: bytes) -> None:
    """Refuses a PNG file with colors (PNG specification, chunk IHDR)."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise DamagedInputError("the PNG header is incomplete", offset=8)
    depth, color = data[24], data[25]
    if color != _GRAY:
        raise UnsupportedInputError(f"is a PNG of color type {color} with {depth} bits, not grey")


def _meter(settings: ImportSettings) -> float | None:
    text = settings.options.get("meter")
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise UnsupportedInputError(f"option meter is a number above 0, not {text}")
    return value
