"""Folders: all that can be imported, and nothing outside of them."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importers.conftest import Differences, Import, Imported, ReferenceImport


def reasons(result: Imported, folder: Path) -> dict[str, str]:
    """Why files were left out, by their path in the folder."""
    return {row.source.removeprefix(f"{folder}/"): row.reason for row in result.report.skipped_rows}


def entities(result: Imported, folder: Path) -> list[str]:
    return [str(chunk.entity_path).removeprefix(f"{folder}/") for chunk in result.chunks]


def test_as_the_reference_has_it(
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    folder = tmp_path / "my.folder"
    (folder / "deep" / "er").mkdir(parents=True)
    for name in ("b.txt", "a.md", ".hidden.txt", "deep/c.txt", "deep/er/d d.txt"):
        (folder / name).write_text(name)
    ours = imported(folder)
    assert entities(ours, folder) == [
        ".hidden.txt", "a.md", "b.txt", "deep/c.txt", r"deep/er/d\ d.txt",
    ]  # fmt: skip
    assert not differences(ours.path, reference_import(folder))


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path, imported: Import) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(name)
    assert imported(tmp_path).path.read_bytes() == imported(tmp_path).path.read_bytes()


def test_what_cannot_be_imported_is_reported(tmp_path: Path, imported: Import) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "code.py").write_text("pass")
    (tmp_path / "noise").write_bytes(b"\x01\x02")
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    result = imported(tmp_path)
    assert entities(result, tmp_path) == ["a.txt"]
    assert reasons(result, tmp_path) == {
        "code.py": "no importer takes .py files",
        "noise": "no importer recognises it",
    }
    assert result.report.losses == [f"{tmp_path}/latin.txt: is not UTF-8 text (at byte 0)"]
    assert result.report.is_lossy


def test_links_lead_nowhere_outside(tmp_path: Path, imported: Import) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "real.txt").write_text("inside")
    (tmp_path / "secret.txt").write_text("outside")
    (folder / "alias.txt").symlink_to("real.txt")
    (folder / "secret.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up.txt").symlink_to("../secret.txt")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "gone.txt").symlink_to("nothing.txt")
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)
    result = imported(folder)
    assert entities(result, folder) == ["alias.txt", "real.txt"]
    assert result.column("TextDocument:text") == [["inside"], ["inside"]]
    told = reasons(result, folder)
    assert told.pop("self.txt") in {os.strerror(errno.ELOOP), "a link that leads to itself"}
    assert told == {
        "gone.txt": "No such file or directory",
        "secret.txt": "a link that leads out of the folder",
        "sub/loop": "a link to a folder; these are not followed",
        "up.txt": "a link that leads out of the folder",
    }


def test_what_is_no_file_is_never_opened(tmp_path: Path, imported: Import) -> None:
    (tmp_path / "a.txt").write_text("a")
    os.mkfifo(tmp_path / "pipe.txt")  # opening it would wait for ever
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "socket.txt"))
        result = imported(tmp_path)
    assert entities(result, tmp_path) == ["a.txt"]
    assert reasons(result, tmp_path) == {
        "pipe.txt": "is neither a file nor a folder",
        "socket.txt": "is neither a file nor a folder",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_and_folders_are_reported(tmp_path: Path, imported: Import) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "locked.txt").write_text("b")
    (tmp_path / "closed").mkdir()
    (tmp_path / "locked.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        result = imported(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert reasons(result, tmp_path) == {
        "closed": "Permission denied",
        "locked.txt": "Permission denied",
    }


@pytest.mark.parametrize("names", [[], ["code.py"]])
def test_a_folder_without_anything(names: list[str], tmp_path: Path, imported: Import) -> None:
    for name in names:
        (tmp_path / name).touch()
    report = imported(tmp_path).report
    assert report.is_refused
    assert report.is_foreign
    assert "no file in it can be imported" in str(report.error)


def test_a_folder_that_is_called_like_a_file(tmp_path: Path, imported: Import) -> None:
    folder = tmp_path / "not an image.png"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    result = imported(folder)
    assert not result.report.is_lossy
    assert result.column("TextDocument:text") == [["a"]]


def test_the_output_is_no_input(tmp_path: Path) -> None:
    from rrdimporters.external import ExternalPrograms
    from rrdimporters.host import Host
    from rrdtool.operations.import_ import ImportRequest, import_inputs
    from rrdtool.operations.output import AtomicFile

    (tmp_path / "a.txt").write_text("a")
    out = tmp_path / "out.rrd"
    out.write_bytes(b"an older one")
    request = ImportRequest(Host(programs=ExternalPrograms()))
    with AtomicFile(out, force=True) as file:
        (report,) = import_inputs([str(tmp_path)], file, request)
    assert report.rows == 1
    assert not report.is_lossy
