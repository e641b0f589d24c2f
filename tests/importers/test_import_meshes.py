"""Meshes and audio: whole files in one cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.importers.conftest import Differences, Import, ReferenceImport

WHOLE = {
    "a.glb": b"glTF" + bytes(8),
    "a.GLTF": b"{}",
    "a.obj": b"v 0 0 0\n",
    "a.stl": b"solid\nendsolid\n",
    "a.dae": b"<COLLADA/>",
    "a.aac": b"\xff\xf1",
    "a.flac": b"fLaC",
    "a.m4a": b"\0\0\0\x18ftypM4A ",
    "a.mp3": b"ID3",
    "a.OGG": b"OggS",
    "a.wav": b"RIFF\0\0\0\0WAVE",
}


@pytest.mark.parametrize("name", WHOLE)
def test_every_suffix_as_the_reference_has_it(
    name: str,
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    path = tmp_path / name
    path.write_bytes(WHOLE[name])
    ours = imported(path)
    assert not ours.report.is_lossy
    assert not differences(ours.path, reference_import(path))


def test_sample_meshes_are_what_the_reference_makes_of_them(
    samples: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    found = [next((samples / "mesh").glob(f"*.{suffix}")) for suffix in ("glb", "gltf", "OBJ")]
    for path in found:
        assert not differences(imported(path).path, reference_import(path)), path


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.glb", b"", "the file is empty"),
        ("a.glb", b"PK\3\4", "is no binary glTF file: it begins 50 4b 03 04"),
        ("a.wav", b"", "the file is empty"),
    ],
)
def test_what_cannot_be_read_says_why(
    name: str, data: bytes, reason: str, tmp_path: Path, imported: Import
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    report = imported(path).report
    assert report.is_refused
    assert str(report.error) == reason
