"""`rrd rename`: other names for entities and timelines, the values untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rrdformats.messages import StoreKind
from rrdformats.testing.sketches import (
    SCALARS,
    TEXTS,
    Cell,
    Rows,
    SketchedStore,
    cells,
    chunk_ids,
    sketch,
)
from rrdformats.timeline import TimeKind
from rrdtool.operations.renaming import RenameRule

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

RUN = SketchedStore(
    [
        Rows("/a/one", {SCALARS: [1.0, 2.0]}, {"frame": [0, 1], "tick": [7, 8]}),
        Rows("/a/two", {SCALARS: [3.0]}, {"frame": [2]}, serial=1),
        Rows("/c", {TEXTS: ["x"]}, {"tick": [3]}, serial=2),
        Rows("/__properties", {TEXTS: ["name"]}, serial=3),
    ]
)
PLAN = SketchedStore(
    [Rows("/a/one", {TEXTS: ["layout"]}, {"frame": [0]}, serial=9)],
    "plan",
    kind=StoreKind.BLUEPRINT,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return sketch(tmp_path / "in.rrd", RUN)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("/a=/b", "/a", "/b"),
        ("/a=/b", "/a/c", None),
        ("a/**=b/**", "/a", "/b"),
        ("a/**=b/**", "/a/c/d", "/b/c/d"),
        ("/**=/robot/**", "/a/b", "/robot/a/b"),
        ("/**=/robot/**", "/", "/robot"),
        ("/a/**=/**", "/a/b", "/b"),
        ("/**/cam=/**/camera", "/x/y/cam", "/x/y/camera"),
        ("/*/b=/*/c", "/x/b", "/x/c"),
        ("/*/b=/*/c", "/x/y/b", None),
        ("/cam*=/camera*", "/cam7", "/camera7"),
        ("/robots/*/cam/**=/fleet/*/camera/**", "/robots/r1/cam/l/i", "/fleet/r1/camera/l/i"),
        (r"/a\ b=/c\ d", r"/a\ b", r"/c\ d"),
        (r"/a\=b=/c", r"/a\=b", "/c"),
        ("/x=/x", "/x", "/x"),
    ],
)
def test_a_rule_gives_the_new_name(rule: str, old: str, new: str | None) -> None:
    assert RenameRule.parse(rule).apply(old) == new


def test_a_star_stands_for_names_that_hold_slashes() -> None:
    assert RenameRule.parse("/a/*=/b/*").apply(r"/a/x\/y") == r"/b/x\/y"


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("/a", "is no rule"),
        ("=/a", "is no rule"),
        ("/a=", "is no rule"),
        ("/a/**=/b", "both sides must have the same"),
        ("/*/**=/**/*", "both sides must have the same"),
        ("/a**=/b**", "must stand alone"),
        ("/a?=/b", "for a plain"),
    ],
)
def test_what_is_no_rule_is_wrong_usage(
    rrd_here: RunHere, path: Path, tmp_path: Path, rule: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        RenameRule.parse(rule)
    if "=" in rule:
        run = rrd_here("rename", rule, path, "-o", tmp_path / "out.rrd")
        assert run.code == 2
        assert sentence in run.err


def renamed(cell: Cell, names: dict[str, str], lines: dict[str, str]) -> object:
    store, entity, times, component, value = cell
    moved = tuple(sorted((lines.get(name, name), time) for name, time in times))
    return store, names.get(entity, entity), moved, component, value


@pytest.mark.parametrize(
    ("words", "names", "lines"),
    [
        (["/a/**=/b/**"], {"/a/one": "/b/one", "/a/two": "/b/two"}, {}),
        (["/a/one=/x", "/a/**=/b/**"], {"/a/one": "/x", "/a/two": "/b/two"}, {}),
        (["/a/one=/a/two", "/a/two=/a/one"], {"/a/one": "/a/two", "/a/two": "/a/one"}, {}),
        (["/**=/r/**"], {"/a/one": "/r/a/one", "/a/two": "/r/a/two", "/c": "/r/c"}, {}),
        (["--timeline", "frame=nr"], {}, {"frame": "nr"}),
        (["--timeline", "frame=zz", "/c=/d"], {"/c": "/d"}, {"frame": "zz"}),
        (
            ["--timeline", "frame=tick", "--timeline", "tick=frame"],
            {},
            {"frame": "tick", "tick": "frame"},
        ),
    ],
)
def test_names_change_and_nothing_else(
    rrd_here: RunHere,
    path: Path,
    tmp_path: Path,
    words: list[str],
    names: dict[str, str],
    lines: dict[str, str],
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("rename", *words, path, "-o", out)
    assert (run.code, run.err) == (0, "")
    expected = [renamed(cell, names, lines) for cell in cells(path)]
    assert cells(out) == sorted(expected, key=repr)
    assert rrd_here("verify", out).code == 0
    assert len(set(chunk_ids(out))) == 4


def test_renaming_back_gives_the_names_back(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "there.rrd", tmp_path / "back.rrd"
    assert rrd_here("rename", "/a/**=/b/**", path, "-o", there).code == 0
    assert rrd_here("rename", "/b/**=/a/**", there, "-o", back).code == 0
    assert cells(back) == cells(path)


def test_entities_that_become_one_are_told(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("rename", "/a/one=/c", path, "-o", out)
    assert run.code == 0
    assert "/a/one, /c become one entity, /c" in run.err
    assert len(cells(out)) == len(cells(path))


def test_blueprints_stay_and_that_is_told(rrd_here: RunHere, tmp_path: Path) -> None:
    path = sketch(tmp_path / "both.rrd", RUN, PLAN)
    out = tmp_path / "out.rrd"
    run = rrd_here("rename", "/a/**=/b/**", path, "-o", out)
    assert run.code == 0
    assert "blueprints still refer to entities by the names that they had" in run.err
    assert ("blueprint app/plan", "/a/one") in {cell[:2] for cell in cells(out)}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["/a/oen=/b"], "no entity matches /a/oen; did you mean /a/one?"),
        (["/x/**=/y/**"], "no entity matches /x/**"),
        (["--timeline", "fram=f"], "no timeline matches fram; did you mean frame?"),
        (["--timeline", "frame"], "is no new name for a timeline"),
        (["--timeline", "frame=tick"], "there are rows with two times on tick"),
        ([], "no new name is given"),
    ],
)
def test_what_cannot_be_done_is_wrong_usage(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    run = rrd_here("rename", *words, path, "-o", tmp_path / "out.rrd")
    assert run.code == 2
    assert sentence in run.err
    assert not (tmp_path / "out.rrd").exists()


def test_a_timeline_can_take_the_name_of_one_of_its_kind_only(
    rrd_here: RunHere, tmp_path: Path
) -> None:
    rows = [
        Rows("/a", {SCALARS: [1.0]}, {"frame": [0]}),
        Rows("/b", {SCALARS: [1.0]}, {"nr": [0]}, serial=1),
        Rows("/c", {SCALARS: [1.0]}, {"clock": [0]}, TimeKind.DURATION, serial=2),
    ]
    path, out = sketch(tmp_path / "in.rrd", SketchedStore(rows)), tmp_path / "out.rrd"
    refused = rrd_here("rename", "--timeline", "clock=frame", path, "-o", out)
    assert refused.code == 2
    assert "timeline frame would be" in refused.err
    assert rrd_here("rename", "--timeline", "nr=frame", path, "-o", out).code == 0
    assert {times[0][0] for *_, times, _, _ in cells(out)} == {"frame", "clock"}


def test_properties_follow_only_rules_that_name_them(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    assert rrd_here("rename", "/**=/r/**", path, "-o", out).code == 0
    assert "/__properties" in {cell[1] for cell in cells(out)}
    run = rrd_here("rename", "/__properties=/__properties/old", path, "-o", out, "--force")
    assert run.code == 0
    assert "/__properties/old" in {cell[1] for cell in cells(out)}
