"""`rrd schema`: components with the types that the reference and the vocabulary give them."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from rrdformats.ipc_read import read_schema
from rrdformats.vocabulary import components, datatypes
from rrdtool.operations.schema import short_type, value_type

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunOnTerminal, RunProgram

    from rrdformats.vocabulary import ComponentType

RELEASES = ("0.24.1", "0.29.2", "0.32.2", "0.36.3", "0.41.0")


def reports(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


def of_entities(report: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    (store,) = report["stores"]
    return {(row["entity_path"], row["component"]): row for row in store["components"]}


# --- types --------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", components(), ids=lambda known: known.short_name)
def test_types_read_from_bytes_are_those_of_the_vocabulary(known: ComponentType) -> None:
    pa = pytest.importorskip("pyarrow")
    message = pa.schema([pa.field("x", known.column_arrow.to_arrow())]).serialize()
    (field,) = read_schema(memoryview(message)).fields
    assert value_type(field) == known.arrow


@pytest.mark.parametrize(
    "name",
    [
        *("null", "bool", "int8", "uint64", "float16", "float32", "float64", "utf8", "binary"),
        *("large_utf8", "large_binary", "timestamp[ns]", "timestamp[s]", "duration[ms]"),
    ],
)
def test_names_of_types_are_those_of_pyarrow(name: str) -> None:
    pa = pytest.importorskip("pyarrow")
    kind = pa.type_for_alias(name)
    message = pa.schema([pa.field("x", pa.list_(kind))]).serialize()
    (field,) = read_schema(memoryview(message)).fields
    assert str(value_type(field)) == str(kind)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Vec3D", "float32[3]"),
        ("Blob", "uint8[]"),
        ("Utf8Pair", "{first: utf8, second: utf8}"),
        ("SphericalHarmonics3Rgb", "float16[3][15]"),
        # An arm that holds no value has no type to tell.
        ("TimeRangeBoundary", "<CursorRelative: int64, Absolute: int64>"),
    ],
)
def test_short_types(name: str, short: str) -> None:
    (arrow,) = [row.arrow for row in datatypes() if row.short_name == name]
    assert short_type(arrow) == short


# --- the report ---------------------------------------------------------------------------------


@pytest.mark.parametrize("release", RELEASES)
def test_components_are_those_of_the_reference(rrd: RunProgram, corpus: Path, release: str) -> None:
    expected = json.loads((corpus / "expected.json").read_text())["files"]
    unreadable = {"0.32.2/damaged_truncated.rrd", "0.32.2/several_concatenated.rrd"}
    names = sorted(name for name in expected if name.startswith(release) and name not in unreadable)
    run = rrd("schema", "--json", *[corpus / name for name in names])
    assert run.code == 0, run.err
    for name, report in zip(names, reports(run.out), strict=True):
        assert report["schema"] == "rrd.schema/1"
        assert report["damage"] == []
        ours = [described(store) for store in report["stores"] if store["components"]]
        theirs = [
            (
                store["kind"],
                store["application_id"],
                set(store["components"]),
                set(store["timelines"]),
            )
            for store in expected[name]["stores"]
        ]
        assert sorted(ours, key=by_content) == sorted(theirs, key=by_content), name


def described(store: dict[str, Any]) -> tuple[str, str, set[str], set[str]]:
    """Kind, application, components and timelines, without what expected.json leaves out."""
    for row in store["components"]:
        assert row["note"] is None, row
        assert row["is_static"] or row["is_temporal"], row
        assert bool(row["timelines"]) == row["is_temporal"], row
    held = {f"{row['component']} | {row['component_type'] or ''}" for row in store["components"]}
    held.discard("RecordingInfo:start_time | rerun.components.Timestamp")
    timelines = {line["name"] for line in store["timelines"]} - {"blueprint"}
    return store["kind"], store["application_id"], held, timelines


def by_content(store: tuple[str, str, set[str], set[str]]) -> tuple[str, list[str], list[str]]:
    return store[0] + store[1], sorted(store[2]), sorted(store[3])


@pytest.mark.parametrize("name", ["archetypes", "out_of_order", "static_mix", "columns"])
def test_types_and_times_are_those_of_every_chunk(rrd: RunProgram, corpus: Path, name: str) -> None:
    chunk_module = pytest.importorskip("rerun.chunk", reason="rerun-sdk is not installed")
    path = corpus / "0.41.0" / f"{name}.rrd"
    rows = of_entities(reports(rrd("schema", "--json", path).out)[0])
    static: set[tuple[str, str]] = set()
    temporal: set[tuple[str, str]] = set()
    timelines: dict[str, set[str]] = {}
    for chunk in chunk_module.RrdReader(path).stream().to_chunks():
        timelines.setdefault(chunk.entity_path, set()).update(chunk.timeline_names)
        batch = chunk.to_record_batch()
        for field in batch.schema:
            if field.metadata[b"rerun:kind"] != b"data":
                continue
            key = chunk.entity_path, field.metadata[b"rerun:component"].decode()
            (static if chunk.is_static else temporal).add(key)
            assert rows[key]["arrow_type"] == str(field.type.value_type)
    assert rows.keys() == static | temporal
    for key, row in rows.items():
        assert row["is_static"] == (key in static), key
        assert row["is_temporal"] == (key in temporal), key
        assert row["timelines"] == (sorted(timelines[key[0]]) if key in temporal else [])


@pytest.mark.parametrize("named", [True, False])
def test_a_scan_finds_what_the_footer_says(
    rrd: RunProgram, basic: Path, tmp_path: Path, named: bool
) -> None:
    data = basic.read_bytes()
    start = int.from_bytes(data[-32:-24], "little")
    cut = tmp_path / "no_footer.rrd"
    cut.write_bytes(data[: start - 16])
    words = [cut] if named else []
    run = rrd("schema", "--json", *words, stdin=b"" if named else cut.read_bytes())
    (scanned,), (told,) = reports(run.out), reports(rrd("schema", "--json", basic).out)
    assert run.code == 0
    assert scanned["stores"] == told["stores"]
    assert told["scanned"] is None
    assert scanned["scanned"] is not None
    assert bool(run.err) == named


def test_neither_numpy_nor_pyarrow_is_loaded(python: RunProgram, basic: Path) -> None:
    program = (
        "import sys; from rrdtool.cli.app import main; code = main(['schema', sys.argv[1]]); "
        "assert not {'numpy', 'pyarrow', 'rich'} & set(sys.modules); sys.exit(code)"
    )
    run = python("-c", program, basic)
    assert run.code == 0, run.err


def test_unusual_types_are_marked(rrd: RunProgram, tmp_path: Path) -> None:
    rr = pytest.importorskip("rerun", reason="rerun-sdk is not installed")
    pa = pytest.importorskip("pyarrow")
    path = tmp_path / "odd.rrd"
    described = {
        rr.ComponentDescriptor("known", component_type="rerun.components.Color"): pa.array([[1]]),
        rr.ComponentDescriptor("new", component_type="rerun.components.Colour"): pa.array([[1]]),
        rr.ComponentDescriptor("mine", component_type="me.Colour"): pa.array([[1]]),
        rr.ComponentDescriptor("plain"): pa.array([[1]]),
    }
    with rr.RecordingStream("odd") as stream:
        stream.save(path)
        columns = [
            rr.ComponentColumn(descriptor, rr_batch(rr, descriptor, cells))
            for descriptor, cells in described.items()
        ]
        stream.send_columns("x", [rr.TimeColumn("t", sequence=[0])], columns)
    rows = of_entities(reports(rrd("schema", "--json", "-e", "/x", path).out)[0])
    assert {component: row["note"] for (_, component), row in rows.items()} == {
        "known": "Color is uint32",
        "new": "unknown component type",
        "mine": None,
        "plain": None,
    }
    text = rrd("schema", "-e", "/x", path).out
    assert re.search("^entity +component +type +when +note +Arrow type$", text, re.MULTILINE)
    assert re.search("^/x +known +Color +t +Color is uint32 +int64$", text, re.MULTILINE)


def rr_batch(rr: Any, descriptor: Any, cells: Any) -> Any:
    """A component batch of the reference that holds values of any type."""

    class Batch(rr.ComponentBatchLike):  # type: ignore[misc]  # the reference may be absent
        def component_descriptor(self) -> Any:
            return descriptor

        def as_arrow_array(self) -> Any:
            return cells.flatten()

    return Batch()


# --- how it is shown ----------------------------------------------------------------------------


def test_a_pipe_gets_a_line_per_component(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("schema", corpus / "0.41.0" / "static_mix.rrd")
    assert run.code == 0
    heads, *lines = run.out.partition("\n\n")[0].splitlines()
    assert heads.split() == ["entity", "component", "type", "when", "Arrow", "type"]
    assert lines[0].split() == [
        *("/config", "TextDocument:text", "Text"),
        *("static", "log_time", "step", "utf8"),
    ]
    assert len(lines) == 5
    assert re.search("^step +sequence +2$", run.out, re.MULTILINE)


def test_verbose_shows_full_names(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("schema", "-v", "-e", "/moving", corpus / "0.41.0" / "static_mix.rrd")
    line = run.out.splitlines()[1]
    assert "rerun.components.Translation3D  rerun.archetypes.Transform3D" in line
    assert line.endswith("fixed_size_list<item: float not null>[3]")


def test_archetypes_group_entities(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("schema", "--archetypes", corpus / "0.32.2" / "custom.rrd")
    heads, *lines = run.out.partition("\n\n")[0].splitlines()
    assert heads.split()[:4] == ["archetype", "component", "type", "entities"]
    rows = [line.split() for line in lines]
    assert ["Points3D", "Points3D:positions", "Position3D", "3", "float32[3]"] in rows
    assert rows[-1][0] not in {"Points3D", "MyArchetype"}, "those without archetype come last"


def test_a_terminal_shows_entities_with_their_components_beneath(
    terminal: RunOnTerminal, corpus: Path
) -> None:
    path = corpus / "0.32.2" / "custom.rrd"
    run = terminal("schema", path, columns=72, NO_COLOR="1")
    assert run.code == 0
    lines = run.out.splitlines()
    assert max(map(len, lines)) <= 72
    place = lines.index("/cleared  log_tick log_time n")
    assert lines[place + 1].split() == ["Points3D:class_ids", "ClassId", "uint16"]
    assert "\x1b[1;36m/cleared\x1b[0m" in terminal("schema", path).out


def test_stores_and_files_are_named_where_there_are_several(
    rrd: RunProgram, corpus: Path, basic: Path
) -> None:
    merged = corpus / "0.32.2" / "several_merged.rrd"
    run = rrd("schema", merged, basic)
    assert len(re.findall("^recording rerun_example_corpus_several/", run.out, re.MULTILINE)) == 3
    assert f"file {basic}\n" in run.out
    assert "recording" not in rrd("schema", corpus / "0.41.0" / "static_mix.rrd").out


def test_json_is_one_report_per_input(rrd: RunProgram, basic: Path) -> None:
    found = reports(rrd("schema", "--json", basic, basic).out)
    assert [report["file"] for report in found] == [str(basic)] * 2


# --- what can go wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["-e", "/plit/a"], 2, "no entity matches /plit/a; did you mean /plot/a?"),
        (["-e", "/plit/a", "--allow-empty"], 0, ""),
        (["-e", ""], 2, "an empty pattern selects nothing"),
    ],
)
def test_selections_that_select_nothing(
    rrd: RunProgram, corpus: Path, words: list[str], code: int, told: str
) -> None:
    run = rrd("schema", *words, corpus / "0.41.0" / "out_of_order.rrd")
    assert run.code == code
    assert told in run.err
    assert bool(run.err) == bool(told)


def test_a_cut_file_shows_what_it_has(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.rrd"
    cut.write_bytes(basic.read_bytes()[:15_000])
    run = rrd("schema", "--json", cut)
    assert run.code == 3
    (report,) = reports(run.out)
    assert report["stores"][0]["components"]
    assert "the stream ends after" in report["damage"][0]
    assert "what could be read is listed" in run.err


def test_each_input_has_its_schema_and_the_worst_counts(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "bag.mcap"
    foreign.write_bytes(b"\x89MCAP0\r\n" + bytes(100))
    run = rrd("schema", "--json", foreign, tmp_path / "missing.rrd", basic)
    assert run.code == 1
    assert len(reports(run.out)) == 1
    assert "not an RRD recording but an MCAP file" in run.err
    assert "missing.rrd: does not exist" in run.err


def test_folders_need_to_be_asked_for(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    shutil.copy(basic, tmp_path / "a.rrd")
    refused = rrd("schema", tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert "is a folder; add -r" in refused.err
    assert rrd("schema", "-r", tmp_path).out.startswith(f"file {tmp_path / 'a.rrd'}\n")


def test_a_reader_that_goes_away_is_no_error(python: RunProgram, basic: Path) -> None:
    program = (
        "import subprocess, sys\n"
        "words = [sys.executable, '-m', 'rrdtool', 'schema', '--json', *[sys.argv[1]] * 50]\n"
        "run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "run.stdout.readline(); run.stdout.close()\n"
        "err = run.stderr.read(); sys.exit(run.wait() or len(err))"
    )
    assert python("-c", program, basic).code == 0
