"""`rrd split`: the parts together hold exactly what the recording holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rrdformats.messages import StoreKind
from rrdformats.reader import Recording
from rrdformats.testing.sketches import (
    SCALARS,
    TEXTS,
    Rows,
    SketchedStore,
    cells,
    chunk_ids,
    sketch,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

RUN = SketchedStore(
    [
        Rows("/a/x", {SCALARS: [float(i) for i in range(10)]}, {"frame": list(range(10))}),
        Rows("/a/x", {SCALARS: [10.0, 11.0]}, {"frame": [10, 11]}, serial=1),
        Rows("/a/y", {SCALARS: [9.0, 0.0, 5.0]}, {"frame": [9, 0, 5]}, serial=2),
        Rows("/b", {TEXTS: ["s", "t"]}, {"frame": [2, 2]}, serial=3),
        Rows("/elsewhere", {TEXTS: ["no frame"]}, {"log_tick": [4]}, serial=4),
        Rows("/fixed", {TEXTS: ["there"]}, serial=5),
        Rows("/__properties", {TEXTS: ["name"]}, serial=6),
    ]
)
PLAN = SketchedStore(
    [Rows("/viewport", {TEXTS: ["layout"]}, {"blueprint": [0]}, serial=9)],
    "plan",
    kind=StoreKind.BLUEPRINT,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return sketch(tmp_path / "in.rrd", RUN, PLAN)


def parts_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


DIVISIONS = [
    (["-n", "3"], ["in.0.rrd", "in.1.rrd", "in.2.rrd"]),
    (["-t", "4", "-t", "8"], ["in.0.rrd", "in.1.rrd", "in.2.rrd"]),
    (["-t", "+3", "-t", "-1"], ["in.0.rrd", "in.1.rrd", "in.2.rrd"]),
    (["-t", "100"], ["in.0.rrd", "in.1.rrd"]),
    (["--every", "5"], ["in.0.rrd", "in.1.rrd", "in.2.rrd"]),
    (["--every", "5", "--statics-once"], ["in.0.rrd", "in.1.rrd", "in.2.rrd"]),
    (["--max-size", "18kB"], None),
    (["--max-size", "18kB", "--statics-once"], None),
    (["--max-size", "1GB"], ["in.0.rrd"]),
    (
        ["--by", "entity"],
        ["in.a_x.rrd", "in.a_y.rrd", "in.b.rrd", "in.elsewhere.rrd", "in.fixed.rrd"],
    ),
    (
        ["--by", "entity", "--depth", "1", "--statics-once"],
        ["in.a.rrd", "in.b.rrd", "in.elsewhere.rrd", "in.fixed.rrd"],
    ),
    (["--by", "store"], ["in.plan.rbl", "in.run.rrd"]),
]


@pytest.mark.parametrize(("words", "names"), DIVISIONS, ids=[" ".join(w) for w, _ in DIVISIONS])
def test_the_parts_are_the_recording(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], names: list[str] | None
) -> None:
    folder, again = tmp_path / "new" / "parts", tmp_path / "again.rrd"
    run = rrd_here("split", path, "-d", folder, *words)
    assert run.code == 0, run.err
    parts = parts_of(folder)
    if names is not None:
        assert [part.name for part in parts] == names
    assert rrd_here("merge", *parts, "-o", again).code == 0
    assert cells(again) == cells(path)
    for part in parts:
        assert rrd_here("verify", part).code == 0
        with Recording.open(part) as recording:
            assert recording.contents.scan_reason is None
    without = [cell for part in parts for cell in cells(part) if "frame" in dict(cell[2])]
    assert sorted(without, key=repr) == [c for c in cells(path) if "frame" in dict(c[2])]


def test_parts_begin_with_their_times(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    assert rrd_here("split", path, "-o", folder, "-t", "4", "-t", "8").code == 0
    times = [
        {dict(cell[2])["frame"] for cell in cells(part) if "frame" in dict(cell[2])}
        for part in parts_of(folder)
    ]
    assert times == [{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}]


def test_what_holds_at_all_times_is_in_each_part(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    each, once = tmp_path / "each", tmp_path / "once"
    assert rrd_here("split", path, "-d", each, "-n", "2").code == 0
    assert rrd_here("split", path, "-d", once, "-n", "2", "--statics-once").code == 0
    for folder, expected in ((each, [True, True]), (once, [True, False])):
        for entity in ("/fixed", "/__properties", "/viewport"):
            found = [entity in {cell[1] for cell in cells(part)} for part in parts_of(folder)]
            assert found == expected
    with Recording.open(parts_of(each)[1]) as recording:
        assert len(recording.contents.activations) == 1


def test_chunks_within_a_part_are_copied(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    assert rrd_here("split", path, "-d", folder, "-t", "5").code == 0
    ids, (first, second) = chunk_ids(path), map(chunk_ids, parts_of(folder))
    assert set(first) & set(ids) == {ids[3], ids[4], ids[5], ids[6], ids[7]}
    assert set(second) & set(ids) == {ids[1], ids[5], ids[6], ids[7]}
    assert len(set(first) | set(second)) == len(first) + len(second) - 3


def test_rows_without_a_time_on_the_timeline_are_in_the_first_part(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    run = rrd_here("split", path, "-d", folder, "-n", "2")
    assert "they have no time on frame: 1 chunk (1 row)" in run.err
    found = ["/elsewhere" in {cell[1] for cell in cells(part)} for part in parts_of(folder)]
    assert found == [True, False]


def test_seeded_parts_know_what_was_before(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    run = rrd_here("split", path, "-d", folder, "-t", "4", "-t", "8", "--seed")
    assert run.code == 0
    seeds = [
        {(c[1], c[4]) for c in cells(part) if dict(c[2]).get("frame") == start}
        for part, start in zip(parts_of(folder)[1:], (4, 8), strict=True)
    ]
    assert seeds == [
        {("/a/x", (4.0,)), ("/a/y", (0.0,)), ("/b", ("t",))},
        {("/a/x", (8.0,)), ("/a/y", (5.0,)), ("/b", ("t",))},
    ]


def test_parts_can_have_ids_of_their_own(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    words = ("--recording-id", "run-", "--drop-unused-timelines")
    run = rrd_here("split", path, "-d", folder, "-n", "2", *words)
    assert run.code == 0
    stores = [{cell[0] for cell in cells(part)} for part in parts_of(folder)]
    assert stores == [
        {"recording app/run-0", "blueprint app/plan"},
        {"recording app/run-1", "blueprint app/plan"},
    ]
    assert "static now: 1 chunk (1 row)" in run.err


def test_no_part_is_larger_than_asked_for(rrd_here: RunHere, tmp_path: Path) -> None:
    rows = [
        Rows("/a", {SCALARS: [float(i)] * 40}, {"frame": [i] * 40}, serial=i) for i in range(60)
    ]
    path, folder = sketch(tmp_path / "in.rrd", SketchedStore(rows)), tmp_path / "parts"
    assert rrd_here("split", path, "-d", folder, "--max-size", "30kB").code == 0
    sizes = [part.stat().st_size for part in parts_of(folder)]
    assert max(sizes) <= 30_000
    assert len(sizes) < 2 * path.stat().st_size / 30_000 + 1


def test_the_same_division_gives_the_same_bytes(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        assert rrd_here("split", path, "-d", tmp_path / name, "-n", "3", "--seed").code == 0
    pairs = zip(parts_of(tmp_path / "one"), parts_of(tmp_path / "two"), strict=True)
    assert all(a.read_bytes() == b.read_bytes() for a, b in pairs)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "it is not clear how to divide"),
        (["-n", "2", "--every", "5"], "there are two ways to divide"),
        (["-t", "5", "-t", "3"], "the times must ascend"),
        (["-t", "soon"], "soon"),
        (["-n", "40"], "there are only 12 times on frame"),
        (["-n", "2", "--timeline", "fram"], "there is no timeline fram; did you mean frame?"),
        (["--every", "0"], "it is zero"),
        (["--max-size", "1kB"], "what is in each part takes"),
        (["--max-size", "much"], "--max-size"),
    ],
)
def test_what_cannot_be_divided_leaves_no_folder(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    run = rrd_here("split", path, "-d", tmp_path / "parts", *words)
    assert run.code == 2
    assert sentence in run.err
    assert not (tmp_path / "parts").exists()


def test_existing_parts_need_force(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "in.1.rrd").write_bytes(b"old")
    refused = rrd_here("split", path, "-d", folder, "-n", "2")
    assert refused.code == 2
    assert [part.name for part in parts_of(folder)] == ["in.1.rrd"]
    assert rrd_here("split", path, "-d", folder, "-n", "2", "--force").code == 0
    assert len(parts_of(folder)) == 2


def test_a_dry_run_tells_and_writes_nothing(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    run = rrd_here("split", path, "-d", tmp_path / "parts", "-t", "4", "--dry-run", "--json")
    assert run.code == 0
    report = json.loads(run.out)
    assert (report["schema"], report["dry_run"]) == ("rrd.split/1", True)
    assert [(part["start"], part["end"]) for part in report["parts"]] == [(None, "3"), ("4", None)]
    assert not (tmp_path / "parts").exists()


def test_a_truncated_input_is_refused_unless_loss_is_accepted(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    cut, folder = tmp_path / "cut.rrd", tmp_path / "parts"
    cut.write_bytes(path.read_bytes()[:5000])
    refused = rrd_here("split", cut, "-d", folder, "-n", "2")
    assert refused.code == 1
    assert not folder.exists()
    accepted = rrd_here("split", cut, "-d", folder, "-n", "2", "--lossy")
    assert accepted.code == 3
    assert len(parts_of(folder)) == 2


def test_static_data_that_the_reference_loses_is_kept(
    rrd_here: RunHere, corpus: Path, tmp_path: Path
) -> None:
    """It leaves static Pinhole and Transform3D out of all parts."""
    path, folder = corpus / "0.41.0" / "static_mix.rrd", tmp_path / "parts"
    with Recording.open(path) as recording:
        names = [line.name for line in recording.contents.manifests[0].manifest.timelines]
    assert rrd_here("split", path, "-d", folder, "-n", "2", "--timeline", names[0]).code == 0
    static = {repr(cell) for cell in cells(path) if not cell[2]}
    for part in parts_of(folder):
        assert static <= set(map(repr, cells(part)))
