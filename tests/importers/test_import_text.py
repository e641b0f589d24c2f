"""Text and Markdown, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importers.conftest import Differences, Import, ReferenceImport

TEXTS = {
    "plain.txt": b"one line",
    "UPPER.TXT": b"one line",
    "empty.txt": b"",
    "notes.md": "# Überschrift\n\n* a\n".encode(),
    "marked.txt": b"\xef\xbb\xbfwith a byte order mark\r\nand CRLF\0",
    ".hidden.md": b"hidden files are ordinary",
}


@pytest.mark.parametrize("name", TEXTS)
def test_as_the_reference_has_it(
    name: str,
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    path = tmp_path / name
    path.write_bytes(TEXTS[name])
    ours = imported(path)
    assert ours.column("TextDocument:text") == [[TEXTS[name].decode()]]
    assert not differences(ours.path, reference_import(path))


def test_other_encodings_are_refused(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes(b"caf\xe9")
    report = imported(path).report
    assert report.is_refused
    assert report.error == "is not UTF-8 text (at byte 3)"


def test_any_text_with_the_importer_named(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("a: 1")
    assert imported(path).report.is_foreign
    assert imported(path, chosen="text").column("TextDocument:media_type") == [["text/plain"]]
