"""`rrd tree`: what each entity holds, equal to what its chunks hold."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdformats.selectors import Selection, Selector
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.amounts import Amount, best_timeline
from rrdtool.operations.tree import Node, StoreTree, TreeOptions, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunOnTerminal, RunProgram

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
FRAME = Timeline("frame", TimeKind.SEQUENCE)
CLOCK = Timeline("clock", TimeKind.TIMESTAMP)
ELAPSED = Timeline("elapsed", TimeKind.DURATION)
LOG_TIME = Timeline("log_time", TimeKind.TIMESTAMP)
ARROW_TYPES = {
    TimeKind.SEQUENCE: pa.int64(),
    TimeKind.DURATION: pa.duration("ns"),
    TimeKind.TIMESTAMP: pa.timestamp("ns"),
}


def chunk(
    entity: str,
    times: dict[Timeline, list[int]],
    components: dict[str, list[Any]] | None = None,
) -> Chunk:
    """Static without times; each component has one value per row, or none where null."""
    rows = len(next(iter(times.values()), [0]))
    components = {"a": [[1]] * rows} if components is None else components
    return Chunk.build(
        entity,
        row_ids=pa.array([Tuid.new().to_bytes() for _ in range(rows)], pa.binary(16)),
        timelines=[
            (line, pa.array(values, pa.int64()).view(ARROW_TYPES[line.kind]))
            for line, values in times.items()
        ],
        components=[
            (ComponentDescriptor(name), pa.array(cells, pa.list_(pa.int64())))
            for name, cells in components.items()
        ],
    )


def written(
    chunks: list[Chunk], *, store: StoreId = STORE, footer: bool = True, compress: bool = True
) -> bytes:
    file = io.BytesIO()
    with RrdWriter(file, write_footer=footer, compress=compress) as writer:
        for item in chunks:
            writer.write_chunk(store, item)
    return file.getvalue()


def one_tree(data: bytes, **options: Any) -> StoreTree:
    (told,) = tree(Recording.open(io.BytesIO(data)), TreeOptions(**options)).stores
    return told


def outline(nodes: list[Node]) -> list[str]:
    return [f"{'  ' * node.level}{node.label}{' **' * node.folded}" for node in nodes]


# --- amounts --------------------------------------------------------------------------------------


def found_by_reading(
    recording: Recording, store_id: StoreId, timeline: Timeline | None
) -> dict[str, dict[str, Any]]:
    """Rows, chunks, bounds and rows per component of each entity, from every chunk."""
    entities: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"rows": 0, "chunks": 0, "times": [], "components": defaultdict(int)}
    )
    for item in recording.chunks():
        if item.store_id != store_id:
            continue
        found = entities[str(item.chunk.entity_path)]
        found["rows"] += len(item.chunk)
        found["chunks"] += 1
        if timeline is not None and timeline in item.chunk.timelines:
            found["times"] += item.chunk.timelines[timeline].tolist()
        for descriptor, lists in item.chunk.components.items():
            found["components"][descriptor.component] += len(lists) - lists.null_count
    return entities


def test_the_corpus_is_told_as_its_chunks_are(corpus: Path) -> None:
    paths = sorted([*corpus.glob("*/*.rrd"), *corpus.glob("*/*.rbl")])
    assert len(paths) >= 37
    for path in paths:
        with Recording.open(path) as recording:
            every = TreeOptions(stores=Selector.names("*"))
            report = tree(recording, every)
            if report.damage:  # read as far as it goes
                continue
            assert report.left_out == []
            for told in report.stores:
                expected = found_by_reading(recording, told.store_id, told.timeline)
                assert_told(told, expected)


def assert_told(told: StoreTree, expected: dict[str, dict[str, Any]]) -> None:
    own = {node.path: node.own for node in told.nodes if node.own is not None}
    assert own.keys() == expected.keys()
    for path, entity in own.items():
        found, amount = expected[path], entity.all
        assert (amount.rows, amount.chunks) == (found["rows"], found["chunks"])
        assert amount.timed_rows == len(found["times"])
        if found["times"]:
            assert (amount.start, amount.end) == (min(found["times"]), max(found["times"]))
        components = {d.component: held.rows for d, held in entity.components.items()}
        assert components == {name: rows for name, rows in found["components"].items() if rows}
    for name in ("rows", "chunks", "timed_rows"):
        total = sum(getattr(entity.all, name) for entity in own.values())
        assert getattr(told.total, name) == total


def test_sizes_are_those_of_the_messages(root: Path) -> None:
    path = root / "fixtures" / "basic.rrd"
    with Recording.open(path) as recording:
        (told,) = tree(recording).stores
        (item,) = recording.contents.manifests
        assert told.total.bytes == sum(item.manifest.byte_size)
        assert told.total.bytes_uncompressed == sum(item.manifest.byte_size_uncompressed)


def test_a_component_has_bytes_of_its_own_only_where_it_is_alone() -> None:
    data = written(
        [
            chunk("/alone", {FRAME: [0, 1]}),
            chunk("/shared", {FRAME: [0, 1]}, {"a": [[1], None], "b": [[1], [2]]}),
            chunk("/mixed", {FRAME: [0]}),
            chunk("/mixed", {FRAME: [0]}, {"a": [[1]], "b": [[1]]}),
        ]
    )
    nodes = {node.path: node for node in one_tree(data).nodes}
    held = {
        (path, descriptor.component): amount
        for path, node in nodes.items()
        for descriptor, amount in node.components("name")
    }
    assert not held["/alone", "a"].shared
    assert held["/alone", "a"].bytes == nodes["/alone"].total.bytes
    assert [held[key].shared for key in held if key[0] != "/alone"] == [True] * 4
    assert (held["/shared", "a"].rows, held["/shared", "b"].rows) == (1, 2)


def test_rows_count_once_however_many_timelines_they_have() -> None:
    data = written(
        [
            chunk("/e", {FRAME: [0, 1, 2], CLOCK: [5, 6, 7]}),
            chunk("/e", {FRAME: [3]}),
            chunk("/e", {}, {"a": [[1]]}),
        ]
    )
    for name, timed, bounds in (("frame", 4, (0, 3)), ("clock", 3, (5, 7))):
        (node,) = one_tree(data, timeline=name).nodes
        ((_, held),) = node.components("name")
        assert (node.total.rows, held.rows) == (5, 5)
        assert (node.total.timed_rows, held.timed_rows) == (timed, timed)
        assert (node.total.start, node.total.end) == bounds == (held.start, held.end)


def test_streams_of_one_store_add_up() -> None:
    data = written([chunk("/e", {FRAME: [0, 1]})]) + written([chunk("/e", {FRAME: [5, 6, 7]})])
    (node,) = one_tree(data).nodes
    assert (node.total.rows, node.total.chunks) == (5, 2)
    assert (node.total.start, node.total.end) == (0, 7)


@pytest.mark.parametrize(
    ("rows", "start", "end", "kind", "rate"),
    [
        (11, 0, 10**9, TimeKind.TIMESTAMP, 10.0),
        (11, -(10**9), 0, TimeKind.DURATION, 10.0),
        (11, 0, 10, TimeKind.SEQUENCE, 1.0),
        (5, 0, 8, TimeKind.SEQUENCE, 0.5),
        (5, 3, 3, TimeKind.SEQUENCE, None),
        (1, 3, 3, TimeKind.TIMESTAMP, None),
        (0, None, None, TimeKind.TIMESTAMP, None),
        (2, -(2**63) + 1, 2**63 - 1, TimeKind.SEQUENCE, pytest.approx(2**-64)),
    ],
)
def test_rate(
    rows: int, start: int | None, end: int | None, kind: TimeKind, rate: float | None
) -> None:
    assert Amount(timed_rows=rows, start=start, end=end).rate(kind) == rate


@pytest.mark.parametrize(
    ("timelines", "best"),
    [
        ({}, None),
        ({FRAME: 10}, FRAME),
        ({FRAME: 10, LOG_TIME: 1}, LOG_TIME),
        ({CLOCK: 10, LOG_TIME: 10}, CLOCK),
        ({CLOCK: 9, LOG_TIME: 10}, LOG_TIME),
        ({ELAPSED: 10, CLOCK: 10}, CLOCK),
        ({ELAPSED: 11, CLOCK: 10}, ELAPSED),
        ({FRAME: 10, Timeline("log_tick", TimeKind.SEQUENCE): 10}, FRAME),
        ({Timeline("log_tick", TimeKind.SEQUENCE): 10}, Timeline("log_tick", TimeKind.SEQUENCE)),
    ],
)
def test_best_timeline(timelines: dict[Timeline, int], best: Timeline | None) -> None:
    assert best_timeline(timelines) == best


# --- the tree -------------------------------------------------------------------------------------

PATHS = ["/b/x10", "/b/x9", "/b/x9/deep/down/leaf", "/a", "/c/only/child", "/__properties"]


def forest() -> bytes:
    return written(
        [chunk(path, {FRAME: list(range(i + 1))}) for i, path in enumerate(PATHS)], compress=False
    )


def test_tree_is_drawn_with_chains_joined() -> None:
    assert outline(one_tree(forest()).nodes) == [
        "/a",
        "/b",
        "  x9",
        "    deep/down/leaf",
        "  x10",
        "/c/only/child",
        "/__properties",
    ]


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (0, ["/ **"]),
        (1, ["/a", "/b **", "/c **", "/__properties"]),
        (2, ["/a", "/b", "  x9 **", "  x10", "/c/only **", "/__properties"]),
        (99, ["/a", "/b", "  x9", "    deep/down/leaf", "  x10", "/c/only/child", "/__properties"]),
    ],
)
def test_depth_folds_what_is_beneath(depth: int, expected: list[str]) -> None:
    told = one_tree(forest(), depth=depth)
    assert outline(told.nodes) == expected
    assert sum(node.entities for node in told.nodes if node.level == 0) == len(PATHS)
    assert sum(node.total.rows for node in told.nodes if node.level == 0) == 21


def test_folded_components_add_up() -> None:
    nodes = {node.path: node for node in one_tree(forest(), depth=1).nodes}
    ((descriptor, held),) = nodes["/b"].components("name")
    assert (descriptor.component, held.rows, held.chunks) == ("a", 6, 3)


def test_numbers_of_a_node_include_all_beneath_it() -> None:
    nodes = {node.path: node for node in one_tree(forest()).nodes}
    assert nodes["/b"].own is None
    assert (nodes["/b"].entities, nodes["/b"].total.rows) == (3, 6)
    assert (nodes["/b/x9"].entities, nodes["/b/x9"].total.rows) == (2, 5)
    own = nodes["/b/x9"].own
    assert own is not None
    assert own.all.rows == 2


def test_the_largest_come_first() -> None:
    by_rows = [node.path for node in one_tree(forest(), order="rows").nodes if node.level == 0]
    assert by_rows == ["/b", "/__properties", "/c/only/child", "/a"]
    sizes = [node.total.bytes for node in one_tree(forest(), order="size").nodes if node.level == 0]
    assert sizes == sorted(sizes, reverse=True)
    uneven = written([chunk("/e", {FRAME: [0, 1]}, {"a": [[1], None], "b": [[1], [2]]})])
    (node,) = one_tree(uneven).nodes
    assert [d.component for d, _ in node.components("rows")] == ["b", "a"]
    assert [d.component for d, _ in node.components("name")] == ["a", "b"]


def test_the_root_can_hold_something() -> None:
    data = written([chunk("/", {FRAME: [0]}), chunk("/a", {FRAME: [0]})])
    assert outline(one_tree(data).nodes) == ["/", "  a"]


def test_selected_entities_only() -> None:
    told = one_tree(forest(), entities=Selection.entities(["/b/**"], ["/b/x10"]))
    assert outline(told.nodes) == ["/b/x9", "  deep/down/leaf"]
    assert told.total.rows == 5
    assert sorted(told.paths) == sorted(PATHS)


@pytest.mark.parametrize("depth", [None, 3])
def test_paths_may_be_as_deep_as_they_like(depth: int | None) -> None:
    deep = "/x" * 20_000
    entities = [deep, deep + "/y", *("/n" * count for count in range(1, 60))]
    data = written([chunk(entity, {FRAME: [0]}) for entity in entities])
    told = one_tree(data, depth=depth)
    assert told.total.rows == len(entities)
    assert len(told.nodes) <= 2 * len(entities)


def test_no_entities_make_no_tree() -> None:
    report = tree(Recording.open(io.BytesIO(written([]))))
    assert report.stores == []


def test_blueprints_are_shown_where_there_is_nothing_else(corpus: Path) -> None:
    folder = corpus / "0.32.2"
    with Recording.open(folder / "blueprint.rbl") as alone:
        blueprint = tree(alone)
    assert [told.store_id.kind for told in blueprint.stores] == [StoreKind.BLUEPRINT]
    with Recording.open(folder / "blueprint.rrd") as both:
        recording = tree(both)
    assert [told.store_id.kind for told in recording.stores] == [StoreKind.RECORDING]
    assert [store_id.kind for store_id in recording.left_out] == [StoreKind.BLUEPRINT] * 2


# --- the command ----------------------------------------------------------------------------------


def reports(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def forest_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tree") / "forest.rrd"
    path.write_bytes(forest())
    return path


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


def test_a_pipe_gets_complete_paths(rrd: RunProgram, forest_file: Path) -> None:
    run = rrd("tree", forest_file)
    assert (run.code, run.err) == (0, "")
    head, facts, times, blank, heading, *lines = run.out.splitlines()
    assert head == f"{forest_file}: recording rec"
    assert facts.startswith("6 entities, 21 rows, 6 chunks, ")
    assert times == "on frame: 0 to 5, 6 steps"
    assert blank == ""
    names = ["entity", "rows", "chunks", "size", "uncompressed", "share", "rate", "first", "last"]
    assert heading.split() == names
    assert [line.split()[0] for line in lines[:4]] == ["/a", "/a:a", "/b", "/b/x9"]
    assert "1.00/step" in lines[0]
    assert "\x1b" not in run.out
    assert "█" not in run.out


def test_components_can_be_left_out(rrd: RunProgram, forest_file: Path) -> None:
    run = rrd("tree", "--no-components", "--depth", "1", "--sort", "rows", forest_file)
    names = [line.split()[0] for line in run.out.splitlines()[5:]]
    assert names == ["/b/**", "/__properties", "/c/**", "/a"]


def test_json_lists_what_the_tree_shows(rrd: RunProgram, forest_file: Path) -> None:
    (report,) = reports(rrd("tree", "--json", forest_file).out)
    assert report["schema"] == "rrd.tree/1"
    (store,) = report["stores"]
    assert (store["recording_id"], store["application_id"]) == ("rec", "app")
    assert store["timeline"] == {"name": "frame", "kind": "sequence"}
    assert (store["rows"], store["start"], store["end"]) == (21, 0, 5)
    entities = {entity["path"]: entity for entity in store["entities"]}
    assert entities["/b"]["own"] is None
    assert entities["/b/x9"]["own"]["rows"] == 2
    assert entities["/b/x9"]["rows"] == 5
    assert entities["/a"]["rate"] == 1.0
    (component,) = entities["/a"]["components"]
    assert (component["component"], component["rows"]) == ("a", 4)
    assert component["bytes"] == entities["/a"]["bytes"]
    (bare,) = reports(rrd("tree", "--json", "--no-components", forest_file).out)
    assert all("components" not in entity for entity in bare["stores"][0]["entities"])


def test_times_are_nanoseconds_as_text(rrd: RunProgram, basic: Path) -> None:
    (report,) = reports(rrd("tree", "--json", basic).out)
    for store in report["stores"]:
        assert store["timeline"]["kind"] in ("timestamp", "duration")
        assert isinstance(store["start_ns"], str)
        assert int(store["start_ns"]) <= int(store["end_ns"])


def test_verbose_sizes_are_exact(rrd: RunProgram, forest_file: Path) -> None:
    (report,) = reports(rrd("tree", "--json", forest_file).out)
    total = f"{report['stores'][0]['bytes']:,} B"
    assert total in rrd("tree", "-v", forest_file).out
    assert total not in rrd("tree", forest_file).out


def test_a_pipe_is_read_like_a_file(rrd: RunProgram, forest_file: Path) -> None:
    piped = rrd("tree", "--json", "-", stdin=forest_file.read_bytes())
    (from_pipe,), (from_file,) = reports(piped.out), reports(rrd("tree", "--json", forest_file).out)
    assert from_pipe["stores"] == from_file["stores"]
    assert (piped.code, piped.err) == (0, "")


def test_without_a_footer_it_is_scanned_and_said(
    rrd: RunProgram, forest_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "no_footer.rrd"
    data = forest_file.read_bytes()
    path.write_bytes(data[: int.from_bytes(data[-32:-24], "little") - 16])
    run = rrd("tree", "--json", path)
    (report,), (expected,) = reports(run.out), reports(rrd("tree", "--json", forest_file).out)
    assert run.code == 0
    assert report["stores"] == expected["stores"]
    assert "read from front to back, because there is no footer" in run.err
    assert "read from front" not in rrd("tree", "--quiet", path).err


def test_a_cut_file_is_told_as_far_as_it_goes(
    rrd: RunProgram, forest_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.rrd"
    path.write_bytes(forest_file.read_bytes()[:5_000])
    run = rrd("tree", path)
    assert run.code == 3
    assert "the tree covers what could be read" in run.err
    assert "/b/x10" in run.out


def test_several_files_and_what_is_wrong_with_one(
    rrd: RunProgram, forest_file: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_text("not a recording")
    run = rrd("tree", "--json", forest_file, foreign, tmp_path / "missing.rrd", forest_file)
    assert run.code == 1
    assert len(reports(run.out)) == 2
    assert "not an RRD recording" in run.err
    assert "missing.rrd: does not exist" in run.err
    assert rrd("tree", tmp_path).code == 2


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-e", "/bb/**"], "no entity matches /bb/**; did you mean /b/**?"),
        (["--exclude", "/zzz"], "no entity matches /zzz"),
        (["--timeline", "frames"], "there is no timeline frames; did you mean frame?"),
        (["--store", "red"], "no store has an id that matches red; did you mean rec?"),
        (["--store", "[z-a]"], "rrd: "),
        (["--depth", "-1"], "-1"),
        (["--sort", "age"], "age"),
    ],
)
def test_wrong_words_are_told(
    rrd: RunProgram, forest_file: Path, words: list[str], complaint: str
) -> None:
    run = rrd("tree", *words, forest_file)
    assert run.code == 2
    assert complaint in run.err
    if words[0] in ("-e", "--timeline", "--store") and "[" not in words[1]:
        assert rrd("tree", "--allow-empty", *words, forest_file).code == 0


def test_stores_are_chosen_by_id(rrd: RunProgram, corpus: Path) -> None:
    path = corpus / "0.32.2" / "several_merged.rrd"
    (report,) = reports(rrd("tree", "--json", "--store", "*-1", path).out)
    assert [store["recording_id"] for store in report["stores"]] == ["corpus-7-several-1"]
    assert len(report["left_out"]) == 2
    text = rrd("tree", "--store", "*-1", path)
    assert "2 recordings left out; --store '*' shows all stores" in text.err
    every = rrd("tree", "--store", "*", path)
    assert every.err == ""
    assert every.out.count(": recording ") == 3


def test_neither_numpy_nor_pyarrow_is_loaded(python: RunProgram, basic: Path) -> None:
    program = (
        "import sys; from rrdtool.cli.app import main; code = main(['tree', sys.argv[1]]); "
        "assert not {'numpy', 'pyarrow', 'rich'} & set(sys.modules); sys.exit(code)"
    )
    run = python("-c", program, basic)
    assert run.code == 0, run.err


def test_a_terminal_gets_a_tree_with_bars(terminal: RunOnTerminal, forest_file: Path) -> None:
    run = terminal("tree", forest_file, columns=120)
    assert run.code == 0
    assert "\x1b[" in run.out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", run.out)
    lines = [line.rstrip() for line in plain.splitlines()[4:]]
    assert lines[0].split()[:6] == ["entity", "rows", "chunks", "size", "uncompressed", "share"]
    names = [re.split(r"  +\d", line)[0].rstrip() for line in lines[1:]]
    assert names == [
        "/a",
        "  a",
        "/b",
        "├─ x9",
        "│    a",
        "│  └─ deep/down/leaf",
        "│       a",
        "└─ x10",
        "     a",
        "/c/only/child",
        "  a",
        "/__properties",
        "  a",
    ]
    assert any("█" in line for line in lines)


@pytest.mark.parametrize("columns", [50, 80, 110, 160])
def test_every_line_fits_the_terminal(terminal: RunOnTerminal, basic: Path, columns: int) -> None:
    run = terminal("tree", basic, columns=columns)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", run.out)
    table = plain.partition("\n\n")[2]
    assert run.code == 0
    assert table
    assert max(map(len, table.splitlines())) <= columns


def test_colour_can_be_refused(terminal: RunOnTerminal, forest_file: Path) -> None:
    run = terminal("tree", forest_file, NO_COLOR="1")
    assert "├─ x9" in run.out
    assert "\x1b[3" not in run.out
