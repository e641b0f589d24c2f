"""Images, kept encoded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.images import ImageImporter, image_media_type
from rrdimporters.protocol import TimePoint

if TYPE_CHECKING:
    from tests.importers.conftest import Differences, Import, ReferenceImport

PNG = b"\x89PNG\r\n\x1a\n" + bytes(25)
SAMPLES = Path("image"), Path("depth")

MEDIA_TYPES = {
    "png": "image/png",
    "PNG": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "webp": "image/webp",
    "avif": "image/avif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "ico": "image/x-icon",
    "tga": "image/x-targa",
    "hdr": "image/vnd.radiance",
    "exr": "image/x-exr",
    "dds": "image/vnd-ms.dds",
    "pbm": "image/x-portable-anymap",
    "pgm": "image/x-portable-anymap",
    "ppm": "image/x-portable-anymap",
    "pam": "image/x-portable-anymap",
    "ff": "application/octet-stream",
    "farbfeld": "application/octet-stream",
}
MAGICS = {
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\0\0\0\0WEBP",
    "farbfeld": b"farbfeld\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0",
}


@pytest.mark.parametrize("suffix", MEDIA_TYPES)
def test_every_suffix_as_the_reference_has_it(
    suffix: str,
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    path = tmp_path / f"some image.{suffix}"
    path.write_bytes(MAGICS.get(suffix.lower(), b"content does not matter"))
    ours = imported(path)
    assert ours.column("EncodedImage:media_type") == [[MEDIA_TYPES[suffix]]]
    assert not differences(ours.path, reference_import(path))


def test_all_suffixes_are_in_the_table() -> None:
    assert {f".{suffix.lower()}" for suffix in MEDIA_TYPES} == set(ImageImporter.suffixes)


def test_samples_as_the_reference_has_them(
    samples: Path, imported: Import, reference_import: ReferenceImport, differences: Differences
) -> None:
    paths = [
        path
        for folder in SAMPLES
        for path in sorted((samples / folder).iterdir())
        if path.suffix.lower() in ImageImporter.suffixes
    ]
    assert paths
    different = [p for p in paths if differences(imported(p).path, reference_import(p))]
    assert different == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zero.png", b""),
        ("text.png", b"hello"),
        ("text.jpg", b"hello"),
        ("text.gif", b"hello"),
        ("text.webp", b"RIFF\0\0\0\0WAVE"),
    ],
)
def test_what_is_no_image_is_refused(
    name: str, content: bytes, tmp_path: Path, imported: Import
) -> None:
    # The reference logs the bytes as an image, whatever they are.
    (tmp_path / name).write_bytes(content)
    result = imported(tmp_path / name)
    assert result.report.is_refused
    assert result.report.error == (
        "the file is empty"
        if not content
        else f"is no {MEDIA_TYPES[name[-4:].lstrip('.')]} image: it begins {content[:8].hex(' ')}"
    )


def test_content_wins_over_the_suffix(tmp_path: Path, imported: Import) -> None:
    # The reference tells viewers that the bytes are a JPEG image.
    path = tmp_path / "really.jpg"
    path.write_bytes(PNG)
    result = imported(path)
    assert result.column("EncodedImage:media_type") == [["image/png"]]
    assert result.report.notes == [f"{path}: is image/png, whatever its suffix says"]


def test_an_image_without_suffix_is_recognised(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "picture"
    path.write_bytes(PNG)
    assert imported(path).column("EncodedImage:blob") == [[list(PNG)]]


def test_times_of_the_caller(tmp_path: Path, imported: Import) -> None:
    # The reference makes images static, whatever times its caller gives.
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    frame = Timeline("frame", TimeKind.SEQUENCE)
    times = (TimePoint(frame, 7),)
    (chunk,) = imported(path, times=times).chunks
    assert {line: list(values) for line, values in chunk.timelines.items()} == {frame: [7]}
    (chunk,) = imported(path, times=times, static=True).chunks
    assert chunk.is_static


def test_other_bytes_prove_nothing() -> None:
    assert image_media_type(b"") is None
    assert image_media_type(b"\x89PNG") is None
    assert image_media_type(b"RIFF\0\0\0\0WAVE") is None
