"""`rrd optimize` on folders: every recording a file of its own, whatever becomes of the others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rrdformats.reader import Recording
from rrdformats.testing.sketches import SCALARS, Rows, SketchedStore, cells, sketch
from rrdtool.operations.editing import EditSettings
from rrdtool.operations.optimizing import mirror
from rrdtool.operations.optimizing.mirror import FileTask, optimize_each
from rrdtool.operations.optimizing.settings import PROFILES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

LARGE = PROFILES["object-store"]


def recorded(path: Path, first: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    rows = [Rows("/a", {SCALARS: [float(i)]}, {"frame": [i]}) for i in (first, first + 1)]
    return sketch(path, SketchedStore([replace(r, serial=i) for i, r in enumerate(rows)]))


def chunks(path: Path) -> int:
    with Recording.open(path) as recording:
        return sum(len(item.manifest) for item in recording.contents.manifests)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "in"
    recorded(found / "a.rrd", 1)
    recorded(found / "deep" / "b.rrd", 5)
    (found / "deep" / "notes.txt").write_text("no recording")
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


@pytest.mark.parametrize("option", ["-o", "-d"])
def test_the_output_mirrors_the_folder(option: str, rrd_here: RunHere, folder: Path) -> None:
    target = folder.with_name("out")
    done = rrd_here("optimize", folder, option, target)
    assert done.code == 0
    assert names(target) == ["a.rrd", "deep/b.rrd"]
    for name in names(target):
        assert cells(target / name) == cells(folder / name)
        assert (chunks(folder / name), chunks(target / name)) == (2, 1)
    assert "a.rrd: 2 chunks to 1, " in done.err
    assert "2 of 2 files done" in done.err


def test_a_file_that_fails_does_not_stop_the_others(rrd_here: RunHere, folder: Path) -> None:
    whole = (folder / "a.rrd").read_bytes()
    (folder / "a.rrd").write_bytes(whole[:-3000])
    target = folder.with_name("out")
    done = rrd_here("optimize", folder, "-o", target)
    assert done.code == 1
    assert names(target) == ["deep/b.rrd"]
    assert "--lossy" in done.err
    done = rrd_here("optimize", folder, "-o", target, "--lossy", "--force")
    assert done.code == 3
    assert names(target) == ["a.rrd", "deep/b.rrd"]


def test_existing_outputs_stay(rrd_here: RunHere, folder: Path) -> None:
    target = folder.with_name("out")
    target.mkdir()
    (target / "a.rrd").write_text("precious")
    done = rrd_here("optimize", folder, "-o", target)
    assert done.code == 2
    assert (target / "a.rrd").read_text() == "precious"
    assert (target / "deep" / "b.rrd").exists()


def test_inputs_stay(rrd_here: RunHere, folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    assert rrd_here("optimize", folder, "-o", folder, "--force").code == 2
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before


def test_a_folder_in_place(rrd_here: RunHere, folder: Path) -> None:
    done = rrd_here("optimize", folder, "--in-place", "--backup")
    assert done.code == 0
    assert [chunks(folder / name) for name in ("a.rrd", "deep/b.rrd")] == [1, 1]
    assert [chunks(folder / f"{name}.bak") for name in ("a.rrd", "deep/b.rrd")] == [2, 2]


def test_several_files_in_place(rrd_here: RunHere, folder: Path) -> None:
    files = folder / "a.rrd", folder / "deep" / "b.rrd"
    assert rrd_here("optimize", "--in-place", *files).code == 0
    assert list(map(chunks, files)) == [1, 1]


def test_a_dry_run_writes_nothing(rrd_here: RunHere, folder: Path) -> None:
    before = names(folder.parent)
    done = rrd_here("optimize", folder, "-o", folder.with_name("out"), "--dry-run")
    assert done.code == 0
    assert done.out.count("recording app/run") == 2
    assert names(folder.parent) == before


def test_a_report_per_file_as_json(rrd_here: RunHere, folder: Path) -> None:
    done = rrd_here("optimize", folder, "-o", folder.with_name("out"), "--json")
    reports = [json.loads(line) for line in done.out.splitlines()]
    assert [report["optimized"][0]["chunks"] for report in reports] == [1, 1]
    assert {report["schema"] for report in reports} == {"rrd.optimize/1"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--backup"], "--in-place"),
        (["--in-place", "-o", "out"], "--in-place"),
        (["-"], "standard input"),
    ],
)
def test_wrong_usage(rrd_here: RunHere, folder: Path, words: list[str], said: str) -> None:
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    output: list[str | Path] = (
        [] if "-o" in words or "--in-place" in words else ["-o", folder.with_name("out")]
    )
    done = rrd_here("optimize", folder, *output, *words)
    assert done.code == 2
    assert said in done.err
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before


def test_two_files_of_one_name(rrd_here: RunHere, folder: Path) -> None:
    recorded(folder / "deep" / "a.rrd", 3)
    done = rrd_here("optimize", folder / "a.rrd", folder / "deep", "-d", folder.with_name("out"))
    assert done.code == 2
    assert "two inputs would become a.rrd" in done.err


def test_an_empty_folder(rrd_here: RunHere, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert rrd_here("optimize", tmp_path / "none", "-o", tmp_path / "out").code == 1


def test_processes_do_what_one_would(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_WORTH_IT", 1)
    sources = [folder / "a.rrd", folder / "missing.rrd", folder / "deep" / "b.rrd"]
    results = []
    for jobs in (1, 2):
        tasks = [FileTask(str(s), str(tmp_path / f"{jobs}{s.name}")) for s in sources]
        found = list(optimize_each(tasks, LARGE, EditSettings(), jobs))
        assert [result.file for result in found] == list(map(str, sources))
        results.append(found)
    assert results[0] == results[1]
    assert [result.report is None for result in results[0]] == [False, True, False]
    for source in sources[::2]:
        outputs = [(tmp_path / f"{jobs}{source.name}").read_bytes() for jobs in (1, 2)]
        assert outputs[0] == outputs[1]
