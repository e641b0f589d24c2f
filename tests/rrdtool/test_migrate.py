"""`rrd migrate`: old files replaced by new ones that hold the same, and honest about the rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from rrdformats.reader import Recording
from rrdformats.testing import assembly
from rrdformats.testing.assembly import chunk_batch
from rrdformats.testing.simple_recordings import store_of
from rrdtool.operations import migrate as module
from rrdtool.operations.diff import diff
from rrdtool.operations.migrate import inspect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

OLD = assembly.header(version=(0, 36, 3, 0))


def chunk(serial: int, version: str = "0.1.3", **columns: Any) -> pa.RecordBatch:
    return chunk_batch(f"/e{serial}", serial=serial, version=version, **columns)


def file_of(*batches: pa.RecordBatch, head: bytes = OLD) -> bytes:
    return assembly.stream(*store_of(*batches), head=head)


CURRENT = file_of(chunk(1, "0.1.4"), head=assembly.header())
MIXED = file_of(chunk(1), chunk(2, "0.1.4"), chunk(3), chunk(3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = {
        "old.rrd": file_of(chunk(1), chunk(2)),
        "mixed.rrd": MIXED,
        "header.rrd": file_of(chunk(1, "0.1.4")),
        "current.rrd": CURRENT,
        "cut.rrd": file_of(chunk(1), chunk(2))[:-100],
        "newer.rrd": file_of(chunk(1, "0.1.4"), head=assembly.header(version=(0, 99, 0, 0))),
        "ancient.rrd": file_of(chunk(1), head=assembly.header(version=(0, 20, 0, 0))),
        "text.rrd": b"no recording at all",
        "sub/old.rrd": file_of(chunk(5)),
    }
    (tmp_path / "sub").mkdir()
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "told", "replaced"),
    [
        (["old.rrd"], 0, "0.36.3 to 0.41.0, 2 of 2 chunks converted", ["old.rrd"]),
        (["mixed.rrd"], 0, "3 of 4 chunks converted, 1 that occurred twice", ["mixed.rrd"]),
        (["header.rrd"], 0, "0 of 1 chunks converted", ["header.rrd"]),
        (["current.rrd"], 0, "is of release 0.41.0 already", []),
        (["--check", "current.rrd"], 0, "already", []),
        (["--check", "old.rrd"], 1, "2 of 2 chunks to convert", []),
        (["--dry-run", "old.rrd"], 0, "2 of 2 chunks to convert", []),
        (["cut.rrd"], 3, "skipped: the stream ends after", []),
        (["--check", "cut.rrd"], 3, "skipped", []),
        (["newer.rrd"], 3, "skipped: release 0.99.0 wrote it", []),
        (["ancient.rrd"], 3, "skipped: an RRD file of version 0.20.0", []),
        (["text.rrd"], 3, "skipped: not an RRD recording", []),
        (["old.rrd", "text.rrd", "mixed.rrd"], 3, "skipped", ["old.rrd", "mixed.rrd"]),
        (["-r", "sub"], 0, "1 of 1 chunks converted", ["sub/old.rrd"]),
        (["missing.rrd", "old.rrd"], 1, "does not exist", ["old.rrd"]),
        (["-"], 2, "standard input cannot be replaced", []),
    ],
)
def test_outcomes(
    words: list[str], code: int, told: str, replaced: list[str], folder: Path, rrd_here: RunHere
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.rrd")}
    names = [word if word.startswith("-") else folder / word for word in words]
    run = rrd_here("migrate", *names)
    assert run.code == code, run.err
    assert told in run.out + run.err
    changed = {path for path, data in before.items() if path.read_bytes() != data}
    assert changed == {folder / name for name in replaced}
    backups = set(folder.rglob("*.bak"))
    assert backups == {path.with_name(f"{path.name}.bak") for path in changed}
    for backup in backups:
        assert backup.read_bytes() == before[backup.with_suffix("")]


def test_the_rows_stay_and_the_versions_are_new(folder: Path, rrd_here: RunHere) -> None:
    path = folder / "mixed.rrd"
    assert rrd_here("migrate", path).code == 0
    with Recording.open(path) as new, Recording.open(folder / "mixed.rrd.bak") as old:
        assert diff(old, new).same
        found = inspect(new)
        assert found.versions == ["0.41.0"]
        assert found.chunk_versions == {"0.1.4": 3}
        assert new.contents.scan_reason is None
        ids = [[str(item.chunk.id) for item in side.chunks()] for side in (old, new)]
    assert list(dict.fromkeys(ids[0])) == ids[1]
    assert rrd_here("migrate", path).out.endswith("already\n")


def test_the_same_input_gives_the_same_bytes(folder: Path, rrd_here: RunHere) -> None:
    copy = folder / "copy.rrd"
    copy.write_bytes((folder / "old.rrd").read_bytes())
    assert rrd_here("migrate", copy, folder / "old.rrd").code == 0
    assert copy.read_bytes() == (folder / "old.rrd").read_bytes()


def test_chunks_that_differ_under_one_id_are_not_migrated(folder: Path, rrd_here: RunHere) -> None:
    other = chunk(1, components={"values": pa.array([[7.0], [8.0]], pa.list_(pa.float64()))})
    path = folder / "twins.rrd"
    path.write_bytes(file_of(chunk(1), other))
    run = rrd_here("migrate", path)
    assert run.code == 3
    assert "chunks of one id hold different data" in run.err
    assert not list(folder.glob("*.bak"))


def test_a_wrong_copy_never_takes_the_place_of_the_old_file(
    folder: Path, rrd_here: RunHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "old.rrd").read_bytes()
    monkeypatch.setattr(module, "_copy", lambda *_, **__: iter([0]))
    run = rrd_here("migrate", folder / "old.rrd")
    assert run.code == 1
    assert "it has 0 chunks instead of 2; its rows differ" in run.err
    assert (folder / "old.rrd").read_bytes() == before
    assert sorted(path.name for path in folder.glob("*old*")) == ["old.rrd"]
    assert not list(folder.glob(".rrd-*"))


def test_json(folder: Path, rrd_here: RunHere) -> None:
    run = rrd_here("migrate", "--dry-run", "--json", folder / "mixed.rrd")
    found = json.loads(run.out)
    assert found["schema"] == "rrd.migrate/1"
    assert (found["is_old"], found["migrated"]) == (True, False)
    assert found["chunk_versions"] == {"0.1.3": 3, "0.1.4": 1}
    assert (found["chunks"], found["old_chunks"], found["rows"]) == (4, 3, 8)
