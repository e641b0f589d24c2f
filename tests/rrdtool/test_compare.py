"""`rrd compare`: the command around the rules, which `test_compare_reference` holds."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdformats.testing import assembly
from rrdformats.testing.assembly import chunk_batch
from rrdformats.testing.simple_recordings import recording_of, store_of
from rrdtool.operations.compare import CannotCompareError, CompareReport, compare
from rrdtool.operations.edit_inputs import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere, RunProgram

F64 = pa.list_(pa.float64())


def chunk(
    *values: float | None, serial: int = 1, entity: str = "/e", component: str = "values"
) -> pa.RecordBatch:
    cells = pa.array([None if value is None else [value] for value in values], F64)
    return chunk_batch(entity, rows=len(values), serial=serial, components={component: cells})


PLAIN = chunk(1.0, 2.0)
OTHER = chunk(5.0, serial=2, entity="/other")
SHORT = pa.array([[1.0], [2.0]], pa.list_(pa.float32()))


def look(a: bytes, b: bytes, *, unordered: bool = True, most: int = 20) -> CompareReport:
    with Recording.open(io.BytesIO(a), "a") as first, Recording.open(io.BytesIO(b), "b") as second:
        return compare(first, second, unordered=unordered, max_differences=most)


@pytest.mark.parametrize(
    ("other", "entity", "reason"),
    [
        ([chunk(1.0, 3.0), OTHER], "/e", "values differs in row 1 at [0]: 2 and 3"),
        ([chunk(1.0, None), OTHER], "/e", "values differs in row 1: 2 and null"),
        ([chunk(1.0), OTHER], "/e", "they have 2 and 1 rows"),
        ([chunk(1.0, 2.0, component="x"), OTHER], "/e", "only A has the component values"),
        ([chunk(1.0, 2.0, component="A:values"), OTHER], "/e", "only B has the component A:values"),
        ([PLAIN], "/other", "only A has such a chunk"),
        ([PLAIN, OTHER, chunk(7.0, serial=3, entity="/x")], "/x", "only B has such a chunk"),
        (
            [chunk_batch(times={"t": pa.array([0, 1], pa.int64())}), OTHER],
            "/e",
            "they have the timelines [frame:sequence] and [t:sequence]",
        ),
        (
            [chunk_batch(times={"frame": pa.array([0, 7], pa.int64())}), OTHER],
            "/e",
            "timeline frame differs in row 1: 1 and 7",
        ),
        (
            [chunk_batch(components={"values": SHORT}), OTHER],
            "/e",
            "values is of the types list<double> and list<float>",
        ),
    ],
)
def test_reasons(other: list[pa.RecordBatch], entity: str, reason: str) -> None:
    report = look(recording_of(PLAIN, OTHER), recording_of(*other))
    assert not report.same
    (found,) = report.differences
    assert (found.entity, found.reason) == (entity, reason)
    assert found.chunk_a is None or found.chunk_a.startswith("chunk_")


def test_chunks_that_are_the_same_bytes_are_counted() -> None:
    report = look(recording_of(PLAIN, OTHER), recording_of(OTHER, chunk(1.0, 2.0, serial=9)))
    assert report.same
    assert (report.chunks, report.identical, report.differing) == ((2, 2), 1, (0, 0))


@pytest.mark.parametrize("unordered", [False, True])
def test_all_differences_are_counted(unordered: bool) -> None:
    a = recording_of(*(chunk(float(i), serial=i) for i in range(1, 10)))
    b = recording_of(*(chunk(-float(i), serial=i) for i in range(1, 8)))
    report = look(a, b, unordered=unordered, most=3)
    assert (report.differing, len(report.differences)) == ((9, 7), 3)


def test_two_recordings_in_one_are_not_compared() -> None:
    two = assembly.stream(*store_of(PLAIN), *store_of(OTHER, store=assembly.store_id("two")))
    with pytest.raises(CannotCompareError, match="b: it holds 2 recordings"):
        look(recording_of(PLAIN), two)


def test_damage_is_raised_or_told() -> None:
    whole = recording_of(PLAIN, OTHER)
    cut = whole[:-100]
    with pytest.raises(InputError, match=r"^b: "):
        look(whole, cut)
    told: list[tuple[str, RrdError]] = []
    with Recording.open(io.BytesIO(whole), "a") as a, Recording.open(io.BytesIO(cut), "b") as b:
        report = compare(a, b, on_damage=lambda name, error: told.append((name, error)))
    assert [name for name, _ in told] == ["b"]
    assert report.differing == (1, 0)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    late = chunk(1.0, 2.0, serial=3)
    made = {
        "a": recording_of(PLAIN, OTHER),
        "b": recording_of(late, OTHER),
        "c": recording_of(PLAIN, chunk(5.5, serial=2, entity="/other")),
        "cut": recording_of(PLAIN, OTHER, chunk(0.0, serial=5, entity="/last"))[:-100],
        "app": recording_of(PLAIN, store=assembly.store_id(application="another")),
        "two": assembly.stream(*store_of(PLAIN), *store_of(OTHER, store=assembly.store_id("x"))),
        "text": b"no recording",
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in [*made, "missing"]}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("a", "a"), 0, "equal: 2 chunks, 2 of them byte for byte"),
        (("a", "b"), 1, ""),
        (("--unordered", "a", "b"), 0, "equal: 2 chunks, 1 of them byte for byte"),
        (("--unordered", "a", "c"), 1, ""),
        (("a", "app"), 1, ""),
        (("a", "a", "--ignore-timeline", "frame"), 0, "equal"),
        (("--unordered", "a", "b", "--ignore-timeline", "frme"), 0, "no timeline is called frme"),
        (("a", "a", "--ignore-chunks-without-components"), 0, "equal"),
        (("a", "cut"), 2, "--lossy compares what can be read"),
        (("a", "cut", "--lossy"), 3, "what can be read is compared"),
        (("a", "two"), 2, "it holds 2 recordings"),
        (("a", "text"), 2, "not an RRD recording"),
        (("a", "missing"), 2, "does not exist"),
        (("a",), 2, "missing argument"),
    ],
)
def test_exit_codes(
    words: tuple[str, ...], code: int, told: str, files: dict[str, Path], rrd_here: RunHere
) -> None:
    run = rrd_here("compare", *(files.get(word, word) for word in words))
    assert run.code == code, run.err
    assert told in run.err
    assert bool(run.out) is (code == 1)


def test_differences_are_shown(files: dict[str, Path], rrd_here: RunHere) -> None:
    run = rrd_here("compare", "--unordered", files["a"], files["c"])
    lines = run.out.splitlines()
    assert lines[:2] == [f"A  {files['a']}", f"B  {files['c']}"]
    assert lines[2].startswith("/other  chunk_")
    assert lines[3] == "    values differs in row 0 at [0]: 5 and 5.5"
    assert lines[4] == "1 of 2 chunks of A and 1 of 2 of B have no equal"


def test_other_applications_are_told_of(files: dict[str, Path], rrd_here: RunHere) -> None:
    run = rrd_here("compare", files["a"], files["app"])
    assert run.out.splitlines()[-1] == "they are of the applications app and another"


def test_full_dump_shows_all_rows_of_both(files: dict[str, Path], rrd_here: RunHere) -> None:
    run = rrd_here("compare", "--full-dump", files["a"], files["a"])
    assert run.code == 0
    assert run.out.count("row_") == 2 * 3


def test_json(files: dict[str, Path], rrd_here: RunHere) -> None:
    found = json.loads(rrd_here("compare", "--json", files["a"], files["c"]).out)
    assert found["schema"] == "rrd.compare/1"
    assert (found["same"], found["differing"]) == (False, [1, 1])
    assert found["differences"][0]["entity"] == "/other"


def test_a_pipe_can_be_one_of_them(files: dict[str, Path], rrd: RunProgram) -> None:
    run = rrd("compare", files["a"], "-", stdin=files["a"].read_bytes())
    assert (run.code, run.out) == (0, "")
