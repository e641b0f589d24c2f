"""`rrd diff`: the same by meaning, or what differs and where first."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.testing import assembly
from rrdformats.testing.assembly import chunk_batch
from rrdformats.testing.simple_recordings import recording_of, store_of, with_row_ids
from rrdtool.operations.comparison import row_records
from rrdtool.operations.comparison.closeness import Tolerance
from rrdtool.operations.comparison.row_facts import Ignored
from rrdtool.operations.diff import DiffReport, DiffSettings, EntityDiff, diff
from rrdtool.operations.edit_inputs import EditRefusedError, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere, RunProgram

Batch = pa.RecordBatch
Row = tuple[int, int, Any]
"""Counter of its id, frame, and value; None is a null."""

F64, F32 = pa.list_(pa.float64()), pa.list_(pa.float32())
NAN = math.nan


def chunk(
    *rows: Row,
    entity: str = "/e",
    serial: int = 1,
    component: str = "values",
    kind: Any = F64,
    timeline: str | None = "frame",
    log_time: int | None = None,
) -> Batch:
    ids, frames, values = zip(*rows, strict=True)
    times: dict[str, pa.Array[Any]] = {}
    if timeline is not None:
        times[timeline] = pa.array(frames, pa.int64())
    if log_time is not None:
        instants = range(log_time, log_time + len(rows))
        times["log_time"] = pa.array(list(instants), pa.timestamp("ns"))
    cells = [value if value is None or isinstance(value, list) else [value] for value in values]
    batch = chunk_batch(
        entity,
        rows=len(rows),
        serial=serial,
        times=times,
        components={component: pa.array(cells, kind)},
        is_sorted=False,
    )
    return with_row_ids(batch, ids)


def static(serial: int, *rows: tuple[int, Any]) -> Batch:
    return chunk(*((i, 0, value) for i, value in rows), serial=serial, timeline=None)


def look(a: bytes, b: bytes, **settings: Any) -> DiffReport:
    if "ignore" in settings:
        settings["ignored"] = Ignored.parse(settings.pop("ignore"))
    with Recording.open(io.BytesIO(a), "a") as first, Recording.open(io.BytesIO(b), "b") as second:
        return diff(first, second, DiffSettings(**settings))


def counts(report: DiffReport) -> tuple[int, int, int, int]:
    """Facts that are changed, moved, only in A, only in B, in all stores."""
    stores = report.stores
    return (
        sum(store.changed for store in stores),
        sum(store.moved for store in stores),
        sum(store.only_a for store in stores),
        sum(store.only_b for store in stores),
    )


@dataclass(frozen=True)
class Case:
    """Two recordings and how many facts differ: changed, moved, only in A, only in B."""

    a: Sequence[Batch]
    b: Sequence[Batch]
    differ: tuple[int, int, int, int] = (0, 0, 0, 0)
    settings: Mapping[str, Any] = field(default_factory=dict)


SAME = (0, 0, 0, 0)
ONE = [chunk((1, 0, 1.0), (2, 1, 2.0), (3, 2, 3.0), (4, 3, 4.0))]
TWO = [chunk((3, 2, 3.0), (4, 3, 4.0), serial=3), chunk((1, 0, 1.0), (2, 1, 2.0), serial=2)]
AGAIN = [chunk((11, 0, 1.0), (12, 1, 2.0), serial=7), chunk((13, 2, 3.0), (14, 3, 4.0), serial=8)]
OTHER = chunk((9, 0, 5.0), entity="/other", serial=9)

CASES = {
    "itself": Case(ONE, ONE),
    "cut into other chunks": Case(ONE, TWO),
    "chunks in another order": Case(TWO, TWO[::-1]),
    "rows in another order": Case(
        ONE, [chunk((4, 3, 4.0), (2, 1, 2.0), (1, 0, 1.0), (3, 2, 3.0), serial=5)]
    ),
    "a chunk twice": Case(ONE, ONE * 2),
    "an empty chunk more": Case(ONE, [*ONE, chunk_batch("/x", rows=0, serial=5)]),
    "another value": Case(ONE, [TWO[0], chunk((1, 0, 1.0), (2, 1, 9.0), serial=2)], (1, 0, 0, 0)),
    "another time": Case(ONE, [TWO[0], chunk((1, 0, 1.0), (2, 7, 2.0), serial=2)], (0, 1, 0, 0)),
    "a row less": Case(ONE, [TWO[0], chunk((1, 0, 1.0), serial=2)], (0, 0, 1, 0)),
    "a row more": Case(ONE, [*TWO, chunk((9, 8, 1.0), serial=5)], (0, 0, 0, 1)),
    "an entity less": Case([*ONE, OTHER], ONE, (0, 0, 1, 0)),
    "a row of nulls": Case(ONE, [*TWO, chunk((9, 8, None), serial=5)]),
    "a row of nothing": Case(ONE, [*TWO, chunk((9, 8, []), serial=5)], (0, 0, 0, 1)),
    "another component": Case(
        [chunk((1, 0, 1.0))], [chunk((1, 0, 1.0), component="x")], (0, 0, 1, 1)
    ),
    "another timeline": Case(
        [chunk((1, 0, 1.0))], [chunk((1, 0, 1.0), timeline="t")], (0, 1, 0, 0)
    ),
    # values
    "NaN": Case([chunk((1, 0, NAN))], [chunk((1, 0, NAN), serial=2)]),
    "negative zero": Case([chunk((1, 0, 0.0))], [chunk((1, 0, -0.0), serial=2)]),
    "32 and 64 bits": Case(
        [chunk((1, 0, 1.5))], [chunk((1, 0, 1.5), kind=F32)], (1, 0, 0, 0)
    ),
    "a little more": Case([chunk((1, 0, 1.0))], [chunk((1, 0, 1.0 + 1e-12))], (1, 0, 0, 0)),
    "atol": Case(
        [chunk((1, 0, 1.0), (2, 1, 5.0))],
        [chunk((1, 0, 1.05), (2, 1, 5.2))],
        (1, 0, 0, 0),
        {"tolerance": Tolerance(atol=0.1)},
    ),
    "rtol": Case(
        [chunk((1, 0, 100.0), (2, 1, 1.0))],
        [chunk((1, 0, 109.0), (2, 1, 1.2))],
        (1, 0, 0, 0),
        {"tolerance": Tolerance(rtol=0.1)},
    ),
    "close and moved": Case(
        [chunk((1, 0, 1.0))],
        [chunk((1, 4, 1.05))],
        (0, 1, 0, 0),
        {"tolerance": Tolerance(atol=0.1)},
    ),
    "static, close": Case(
        [static(1, (1, 1.0))], [static(2, (1, 1.05))], SAME, {"tolerance": Tolerance(atol=0.1)}
    ),
    # static data
    "static": Case([static(1, (1, 1.0))], [static(2, (1, 2.0))], (1, 0, 0, 0)),
    "static, overwritten": Case([static(1, (1, 1.0)), static(2, (2, 2.0))], [static(3, (2, 2.0))]),
    "static, overwritten in one chunk": Case(
        [static(1, (1, 1.0), (2, 2.0))], [static(3, (2, 2.0))]
    ),
    "static, overwritten by what stands before": Case(
        [static(2, (2, 2.0)), static(1, (1, 1.0))], [static(3, (2, 2.0))]
    ),
    "static, another one wins": Case(
        [static(1, (1, 1.0)), static(2, (2, 2.0))],
        [static(1, (1, 1.0))],
        (1, 0, 0, 0),
    ),
    "static, not there": Case([*ONE, static(6, (9, 1.0))], ONE, (0, 0, 1, 0)),
    "static and at a time": Case([static(1, (1, 1.0))], [chunk((1, 0, 1.0))], (0, 0, 1, 1)),
    # another run of the same program
    "another run": Case(ONE, AGAIN),
    "another run, by row id": Case(ONE, AGAIN, (0, 0, 4, 4), {"by": "row-id"}),
    "another run, another clock": Case(
        [chunk((1, 0, 1.0), log_time=5)], [chunk((2, 0, 1.0), log_time=9)]
    ),
    "another clock, by row id": Case(
        [chunk((1, 0, 1.0), log_time=5)], [chunk((1, 0, 1.0), log_time=9)], (0, 1, 0, 0)
    ),
    "another run, only a clock": Case(
        [chunk((1, 0, 1.0), (2, 0, 2.0), timeline=None, log_time=5)],
        [chunk((3, 0, 1.0), (4, 0, 2.0), timeline=None, log_time=9)],
    ),
    "another run, only a clock, another order": Case(
        [chunk((1, 0, 1.0), (2, 0, 2.0), timeline=None, log_time=5)],
        [chunk((3, 0, 2.0), (4, 0, 1.0), timeline=None, log_time=9)],
        (2, 0, 0, 0),
    ),
    "another run, another value": Case(
        ONE, [chunk((11, 0, 1.0), (12, 1, 7.0)), AGAIN[1]], (1, 0, 0, 0)
    ),
    "another run, a row less": Case(ONE, [AGAIN[1]], (0, 0, 2, 0)),
    "by time, one of two less": Case(
        [chunk((1, 0, 1.0), (2, 0, 2.0), (3, 0, 3.0))],
        [chunk((11, 0, 1.0), (13, 0, 3.0))],
        (0, 0, 1, 0),
        {"by": "time"},
    ),
    "by time, the same ids at other times": Case(
        [chunk((1, 0, 1.0))], [chunk((1, 4, 1.0), serial=2)], (0, 0, 1, 1), {"by": "time"}
    ),
    # what does not count
    "an entity ignored": Case([*ONE, OTHER], ONE, SAME, {"ignore": ("/oth*",)}),
    "all entities ignored": Case(ONE, [OTHER], SAME, {"ignore": ("**",)}),
    "a component ignored": Case(
        [chunk((1, 0, 1.0))], [chunk((1, 0, 2.0))], SAME, {"ignore": ("val*",)}
    ),
    "a timeline ignored": Case(
        [chunk((1, 0, 1.0))], [chunk((1, 5, 1.0), serial=2)], SAME, {"ignore": ("frame",)}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_counts(name: str) -> None:
    case = CASES[name]
    report = look(recording_of(*case.a), recording_of(*case.b), **case.settings)
    assert counts(report) == case.differ
    assert report.same is (case.differ == SAME)


@pytest.mark.parametrize("name", CASES)
def test_the_other_way_round(name: str) -> None:
    case = CASES[name]
    report = look(recording_of(*case.b), recording_of(*case.a), **case.settings)
    changed, moved, only_a, only_b = case.differ
    assert counts(report) == (changed, moved, only_b, only_a)


def test_values_of_another_type_are_told_of() -> None:
    other = recording_of(chunk((1, 0, 1.5), kind=F32))
    report = look(recording_of(chunk((1, 0, 1.5))), other)
    assert not report.same
    (component,) = report.stores[0].entities[0].components
    assert component.types_a == ("list<double> - -",)
    assert component.types_b == ("list<float> - -",)


# --- the first difference of an entity ------------------------------------------------------------


def entity_of(a: Sequence[Batch], b: Sequence[Batch], **settings: Any) -> EntityDiff:
    (store,) = look(recording_of(*a), recording_of(*b), **settings).stores
    (entity,) = store.entities
    return entity


def test_the_first_in_time_is_shown() -> None:
    a = [chunk((1, 5, 1.0), (2, 3, 2.0), (3, 9, 3.0))]
    b = [chunk((1, 5, 8.0), (2, 3, 7.0), (3, 9, 3.0))]
    found = entity_of(a, b)
    assert found.first is not None
    assert (found.first.kind, found.first.timeline, found.first.time) == ("changed", "frame", 3)
    assert (found.first.a, found.first.b, found.first.path) == ("2", "7", "[0]")
    assert [component.changed for component in found.components] == [2]


def test_static_ones_come_before_all_times() -> None:
    a = [chunk((1, 0, 1.0)), static(2, (5, 1.0))]
    b = [chunk((1, 0, 2.0)), static(2, (5, 2.0))]
    first = entity_of(a, b).first
    assert first is not None
    assert first.static
    assert first.timeline is None


def test_other_times_are_shown_side_by_side() -> None:
    first = entity_of([chunk((1, 0, 1.0))], [chunk((1, 6, 1.0))]).first
    assert first is not None
    assert (first.kind, first.time_text, first.time_b) == ("moved", "0", "6")


def test_a_row_that_only_one_has() -> None:
    first = entity_of([chunk((1, 0, 1.0), (2, 4, 2.5))], [chunk((1, 0, 1.0))]).first
    assert first is not None
    assert (first.kind, first.time, first.a, first.b) == ("only_a", 4, "2.5", None)
    assert first.row_id_a is not None
    assert first.row_id_b is None


def test_no_more_entities_than_asked_for_are_described() -> None:
    a = recording_of(*(chunk((i, 0, 1.0), entity=f"/e{i}", serial=i) for i in range(1, 6)))
    b = recording_of(*(chunk((i, 0, 2.0), entity=f"/e{i}", serial=i) for i in range(1, 6)))
    (store,) = look(a, b, max_entities=2).stores
    assert [entity.entity for entity in store.entities] == ["/e1", "/e2"]
    assert (store.differing, store.changed) == (5, 5)


# --- stores ---------------------------------------------------------------------------------------

RUN, RUN2 = assembly.store_id("run"), assembly.store_id("run2")
PLAN = assembly.store_id("plan", kind=2)


def stores(*frames: list[bytes]) -> bytes:
    return assembly.stream(*(frame for some in frames for frame in some))


@pytest.mark.parametrize(
    ("a", "b", "settings", "expected"),
    [
        (stores(store_of(*ONE, store=RUN)), stores(store_of(*TWO, store=RUN2)), {}, SAME),
        (
            stores(store_of(*ONE, store=RUN), store_of(OTHER, store=RUN2)),
            stores(store_of(OTHER, store=RUN2), store_of(*TWO, store=RUN)),
            {},
            SAME,
        ),
        (
            stores(store_of(*ONE, store=RUN), store_of(OTHER, store=RUN2)),
            stores(store_of(*TWO, store=RUN)),
            {},
            (0, 0, 1, 0),
        ),
        (
            stores(store_of(*ONE, store=RUN), store_of(OTHER, store=PLAN)),
            stores(store_of(*TWO, store=RUN)),
            {},
            (0, 0, 1, 0),
        ),
        (
            stores(store_of(*ONE, store=RUN), store_of(OTHER, store=PLAN)),
            stores(store_of(*TWO, store=RUN)),
            {"blueprints": False},
            SAME,
        ),
        (
            stores(store_of(*ONE, store=RUN), store_of(OTHER, store=RUN2)),
            stores(store_of(*TWO, store=RUN)),
            {"stores": Selection.names(["run"])},
            SAME,
        ),
        (recording_of(*ONE) + recording_of(OTHER), recording_of(OTHER, *ONE), {}, SAME),
        (assembly.stream(), assembly.stream(), {}, SAME),
    ],
    ids=[
        "another id", "two", "one less", "a blueprint less", "without blueprints", "only one",
        "streams glued together", "nothing",
    ],
)  # fmt: skip
def test_stores(
    a: bytes, b: bytes, settings: dict[str, Any], expected: tuple[int, int, int, int]
) -> None:
    report = look(a, b, **settings)
    assert counts(report) == expected
    assert report.same is (expected == SAME)


# --- names that nothing has -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ignore": ("/ee",)}, "no entity matches /ee"),
        ({"ignore": ("valus",)}, "no component or timeline matches valus"),
        ({"stores": Selection.names(["nobody"])}, "no recording matches nobody"),
        ({"timeline": "fram"}, "no timeline matches fram"),
    ],
)
def test_names_that_nothing_has_are_refused(settings: dict[str, Any], told: str) -> None:
    data = recording_of(*ONE)
    with pytest.raises(EditRefusedError, match=told):
        look(data, data, **settings)
    assert look(data, data, allow_empty=True, **settings).same


# --- damage ---------------------------------------------------------------------------------------


def test_damage_is_raised_or_told() -> None:
    whole = recording_of(*TWO)
    cut = whole[:-300]
    with pytest.raises(InputError, match=r"^b: "):
        look(whole, cut)
    told: list[tuple[str, RrdError]] = []
    with Recording.open(io.BytesIO(whole), "a") as a, Recording.open(io.BytesIO(cut), "b") as b:
        report = diff(a, b, on_damage=lambda name, error: told.append((name, error)))
    assert [name for name, _ in told] == ["b"]
    assert counts(report) == (0, 0, 2, 0)


# --- any recording, cut and mixed anyhow ----------------------------------------------------------

VALUES = st.none() | st.lists(st.sampled_from([0.0, 1.0, 2.0, NAN]), max_size=2)


@st.composite
def facts(draw: st.DrawFn) -> list[tuple[str, Row]]:
    frames = draw(st.lists(st.tuples(st.integers(0, 3), VALUES), min_size=1, max_size=8))
    names = st.sampled_from(["/a", "/b"])
    return [(draw(names), (i, frame, value)) for i, (frame, value) in enumerate(frames)]


def cut(data: st.DataObject, rows: Sequence[tuple[str, Row]]) -> bytes:
    """The rows in any order, in chunks of any size."""
    rest = data.draw(st.permutations(rows))
    chunks: list[Batch] = []
    while rest:
        entity = rest[0][0]
        size = data.draw(st.integers(1, 4))
        taken = [item for item in rest if item[0] == entity][:size]
        serial = data.draw(st.integers(1, 1000)) * 100 + len(chunks)
        chunks.append(chunk(*(row for _, row in taken), entity=entity, serial=serial))
        rest = [item for item in rest if item not in taken]
    return recording_of(*chunks)


def known(rows: Sequence[tuple[str, Row]]) -> dict[tuple[str, int], str]:
    return {(e, i): repr((frame, value)) for e, (i, frame, value) in rows if value is not None}


@given(st.data())
def test_rows_count_and_chunks_do_not(data: st.DataObject) -> None:
    rows = data.draw(facts())
    others = list(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    entity, (counter, frame, _) = rows[place]
    match data.draw(st.sampled_from(["", "drop", "value", "time"])):
        case "drop":
            del others[place]
        case "value":
            others[place] = entity, (counter, frame, data.draw(VALUES))
        case "time":
            others[place] = entity, (counter, frame + 1, rows[place][1][2])
        case _:
            pass
    report = look(cut(data, rows), cut(data, others), by="row-id")
    assert report.same is (known(rows) == known(others))
    if not report.same:
        a, b = known(rows), known(others)
        assert sum(counts(report)) == len({key for key in a | b if a.get(key) != b.get(key)})


def test_many_differences_are_matched_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_records, "_PART", 16)
    rows = [(i, i, float(i)) for i in range(1, 500)]
    others = [(i, t, v + (i % 5 == 0)) for i, t, v in rows if i % 7][::-1]
    for by, shift in (("row-id", 0), ("time", 1000)):
        moved = [(i + shift, t, v) for i, t, v in others]
        report = look(recording_of(chunk(*rows)), recording_of(chunk(*moved, serial=2)), by=by)
        changed = sum(i % 5 == 0 and i % 7 != 0 for i, _, _ in rows)
        assert counts(report) == (changed, 0, 499 - len(others), 0)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "a": recording_of(*ONE),
        "b": recording_of(*TWO),
        "c": recording_of(TWO[0], chunk((1, 0, 1.0), (2, 1, 9.0), serial=2)),
        "cut": recording_of(*ONE, OTHER)[:-100],
        "typed": recording_of(chunk((1, 0, 1.5), kind=F32)),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in [*made, "missing"]}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("a", "b"), 0),
        (("a", "c"), 1),
        (("a", "c", "--ignore", "values"), 0),
        (("a", "c", "--atol", "10"), 0),
        (("a", "missing"), 2),
        (("a", "cut"), 2),
        (("a", "cut", "--lossy"), 3),
        (("c", "cut", "--lossy"), 1),
        (("a",), 2),
        (("a", "b", "--ignore", "["), 2),
        (("a", "b", "--ignore", "nothing"), 2),
        (("a", "b", "--ignore", "nothing", "--allow-empty"), 0),
    ],
)
def test_exit_codes(
    words: tuple[str, ...], code: int, files: dict[str, Path], rrd_here: RunHere
) -> None:
    run = rrd_here("diff", *(files.get(word, word) for word in words))
    assert run.code == code, run.err
    assert (run.err == "") is (code == 1 and "--lossy" not in words)


def test_differences_are_shown(files: dict[str, Path], rrd_here: RunHere) -> None:
    run = rrd_here("diff", files["a"], files["c"])
    assert run.out.splitlines()[2:] == [
        "",
        "recording app/rec",
        "",
        "/e",
        "  frame 1  values at [0]",
        "    A  2",
        "    B  9",
        "",
        "entity  component  changed  other times  only in A  only in B",
        "/e      values           1",
        "1 entity differs: 1 changed; rows matched by row-id",
    ]


def test_other_types_are_shown(files: dict[str, Path], rrd_here: RunHere) -> None:
    run = rrd_here("diff", files["a"], files["typed"])
    assert (
        "  values is not the same thing\n    A  list<double> - -\n    B  list<float> - -" in run.out
    )


def test_json(files: dict[str, Path], rrd_here: RunHere) -> None:
    found = json.loads(rrd_here("diff", "--json", files["a"], files["c"]).out)
    assert found["schema"] == "rrd.diff/1"
    assert not found["same"]
    first = found["stores"][0]["entities"][0]["first"]
    assert (first["timeline"], first["time"], first["a"], first["b"]) == ("frame", 1, "2", "9")


def test_a_pipe_can_be_one_of_them(files: dict[str, Path], rrd: RunProgram) -> None:
    run = rrd("diff", "-", files["b"], stdin=files["a"].read_bytes())
    assert (run.code, run.out) == (0, "")
    assert run.err == "rrd: the same, rows matched by row-id\n"
