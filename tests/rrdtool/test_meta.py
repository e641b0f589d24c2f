"""`rrd meta`: a recording's own properties."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rrdformats.messages import StoreKind
from rrdformats.testing.sketches import SCALARS, TEXTS, Rows, SketchedStore, cells, sketch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

DATA = Rows("/a", {SCALARS: [1.0]}, {"frame": [0]})
PLAN = SketchedStore(
    [Rows("/viewport", {TEXTS: ["layout"]}, serial=9)], "plan", kind=StoreKind.BLUEPRINT
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return sketch(tmp_path / "in.rrd", SketchedStore([DATA]))


def properties(rrd_here: RunHere, path: Path, *words: str) -> dict[str, Any]:
    run = rrd_here("meta", "get", path, *words, "--json")
    assert run.code == 0, run.err
    (found,) = json.loads(run.out)["recordings"]
    values: dict[str, Any] = found["properties"]
    return values


VALUES = [
    ("name=Lab 7", "name", "Lab 7"),
    ("name=7", "name", "7"),
    ("start_time=2024-05-01T12:00:00Z", "start_time", "2024-05-01T12:00:00Z"),
    ("episode.success=true", "episode.success", True),
    ("episode.count=5", "episode.count", 5),
    ("episode.rate=2.5", "episode.rate", 2.5),
    ("episode.tags=[\"a\", \"b\"]", "episode.tags", ["a", "b"]),
    ("speed=9", "speed", 9),
    ("episode.note={}", "episode.note", "{}"),
    ("episode.note=[1, \"a\"]", "episode.note", '[1, "a"]'),
    ("episode.note=null", "episode.note", "null"),
    ("episode.note=plain = text", "episode.note", "plain = text"),
    ("camera/left.fov=[1, 2]", "camera/left.fov", [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("pair", "name", "value"), VALUES, ids=[pair for pair, *_ in VALUES])
def test_what_is_set_is_there(
    rrd_here: RunHere, path: Path, tmp_path: Path, pair: str, name: str, value: object
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("meta", "set", path, pair, "-o", out)
    assert (run.code, run.err) == (0, "")
    assert properties(rrd_here, out) == {name: value}
    assert set(cells(path)) <= set(cells(out))
    assert rrd_here("verify", out).code == 0


def test_a_value_takes_the_place_of_the_old_one(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.rrd", tmp_path / "two.rrd"
    words = ["episode.count=5", "episode.rate=1.5", "name=a"]
    assert rrd_here("meta", "set", path, *words, "-o", one).code == 0
    assert rrd_here("meta", "set", one, "episode.rate=2", "name=b", "-o", two).code == 0
    assert properties(rrd_here, two) == {
        "episode.count": 5, "episode.rate": 2.0, "name": "b"
    }  # fmt: skip
    assert rrd_here("meta", "get", two, "name").out == "b\n"
    assert set(properties(rrd_here, two, "episode.*")) == {"episode.count", "episode.rate"}


def test_what_is_unset_is_gone(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.rrd", tmp_path / "two.rrd"
    assert rrd_here("meta", "set", path, "a.x=1", "a.y=2", "name=n", "-o", one).code == 0
    assert rrd_here("meta", "unset", one, "a.x", "n*", "-o", two).code == 0
    assert properties(rrd_here, two) == {"a.y": 2}
    assert rrd_here("meta", "unset", two, "a.*", "--in-place").code == 0
    assert properties(rrd_here, two) == {}
    assert cells(two) == cells(path)


def test_the_same_values_give_the_same_bytes(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / name for name in ("one.rrd", "two.rrd")]
    for out in outputs:
        assert rrd_here("meta", "set", path, "name=n", "a.x=1", "-o", out).code == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["set", "name"], "sets nothing: write NAME=VALUE"),
        (["set", "start_time=soon"], "start_time"),
        (["set", ".x=1"], "is no name of a property"),
        (["unset", "nothing"], "no property matches nothing"),
        (["get", "nam"], "no property matches nam; did you mean name?"),
    ],
)
def test_what_cannot_be_is_wrong_usage(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    named, out = tmp_path / "named.rrd", tmp_path / "out.rrd"
    assert rrd_here("meta", "set", path, "name=n", "-o", named).code == 0
    verb, word = words
    output = () if verb == "get" else ("-o", out)
    run = rrd_here("meta", verb, named, word, *output)
    assert run.code == 2
    assert sentence in run.err
    assert not out.exists()


def test_one_of_several_recordings_must_be_named(rrd_here: RunHere, tmp_path: Path) -> None:
    path = sketch(tmp_path / "in.rrd", SketchedStore([DATA]), SketchedStore([DATA], "other"), PLAN)
    out = tmp_path / "out.rrd"
    refused = rrd_here("meta", "set", path, "name=n", "-o", out)
    assert refused.code == 2
    assert "there are recordings run, other; add --store ID" in refused.err
    assert rrd_here("meta", "set", path, "name=n", "--store", "other", "-o", out).code == 0
    found = json.loads(rrd_here("meta", "get", out, "--json").out)["recordings"]
    assert [item["properties"] for item in found] == [{}, {"name": "n"}]


def test_properties_of_the_reference_are_read_and_changed(
    rrd_here: RunHere, corpus: Path, tmp_path: Path
) -> None:
    path, out = corpus / "0.41.0" / "properties.rrd", tmp_path / "out.rrd"
    before = properties(rrd_here, path)
    assert before
    assert rrd_here("meta", "set", path, "name=changed", "-o", out).code == 0
    assert properties(rrd_here, out) == {**before, "name": "changed"}
    assert rrd_here("verify", out).code == 0
