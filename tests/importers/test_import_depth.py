"""Depth images: RVL by suffix, grey images by request."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importers.conftest import Differences, Import, ReferenceImport


def png(color_type: int, depth: int = 16) -> bytes:
    """The start of a PNG file."""
    header = struct.pack(">II5B", 2, 2, depth, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header + bytes(4)


def test_rvl_as_the_reference_has_it(
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    path = tmp_path / "depth.rvl"
    path.write_bytes(bytes(range(40)))
    ours = imported(path)
    assert ours.column("EncodedDepthImage:media_type") == [["application/rvl"]]
    assert not differences(ours.path, reference_import(path))


def test_grey_images_by_request(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "depth.png"
    path.write_bytes(png(0))
    assert imported(path).report.importer == "image"  # as the reference has it
    asked = imported(path, chosen="depth", options={"meter": "1000"})
    assert asked.column("EncodedDepthImage:media_type") == [["image/png"]]
    assert asked.column("EncodedDepthImage:meter") == [[1000.0]]


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (png(2), {}, "is a PNG of color type 2 with 16 bits, not grey"),
        (png(0)[:20], {}, "the PNG header is incomplete (at byte 8)"),
        (b"\xff\xd8\xff", {}, "depths are kept in PNG, TIFF or RVL, not image/jpeg"),
        (b"", {}, "the file is empty"),
        (png(0), {"meter": "-1"}, "option meter is a number above 0, not -1"),
        (png(0), {"meter": "far"}, "option meter is a number above 0, not far"),
    ],
)
def test_what_cannot_be_depths(
    content: bytes, options: dict[str, str], reason: str, tmp_path: Path, imported: Import
) -> None:
    path = tmp_path / "depth.png"
    path.write_bytes(content)
    report = imported(path, chosen="depth", options=options).report
    assert report.is_refused
    assert report.error == reason
