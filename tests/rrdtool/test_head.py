"""`rrd head`: the first rows, equal to those of the reference's reader, from few bytes."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.testing.files import Pipe, SizedFile, as_binary
from rrdtool.operations.head import EntityHead, head

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunOnTerminal, RunProgram

RELEASES = ("0.29.2", "0.32.2", "0.36.3", "0.41.0")
NAMES = ("archetypes", "columns", "out_of_order", "properties", "static_mix")


def lines_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


@pytest.fixture(scope="module")
def out_of_order(corpus: Path) -> Path:
    return corpus / "0.41.0" / "out_of_order.rrd"


# --- the rows themselves ------------------------------------------------------------------------


def reference_rows(path: Path, timeline: str | None) -> dict[str, list[dict[str, Any]]]:
    """All rows of each entity, in the order in which `rrd head` must show them."""
    reader = pytest.importorskip("rerun.chunk", reason="rerun-sdk is not installed").RrdReader
    static: dict[str, list[dict[str, Any]]] = {}
    temporal: dict[str, list[dict[str, Any]]] = {}
    for chunk in reader(path).stream().to_chunks():
        mine = static if chunk.is_static else temporal
        if chunk.is_static or timeline is None or timeline in chunk.timeline_names:
            mine.setdefault(chunk.entity_path, []).extend(rows_of(chunk.to_record_batch()))
    if timeline is not None:
        for rows in temporal.values():
            rows.sort(key=lambda row: (int(row["times"][timeline]), row["row_id"]))
    return {
        path: [*static.get(path, []), *temporal.get(path, [])] for path in {**static, **temporal}
    }


def rows_of(batch: Any) -> list[dict[str, Any]]:
    import pyarrow as pa

    times: dict[str, list[Any]] = {}
    cells: dict[str, list[Any]] = {}
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if field.metadata[b"rerun:kind"] == b"index":
            steps = column.view(pa.int64()).to_pylist()
            times[field.name] = [str(t) for t in steps] if field.type != pa.int64() else steps
        elif field.metadata[b"rerun:kind"] == b"data":
            cells[field.metadata[b"rerun:component"].decode()] = column.to_pylist()
    return [
        {
            "row_id": f"row_{row_id.hex()}",
            "times": {name: column[i] for name, column in times.items()},
            "components": {
                name: column[i] for name, column in cells.items() if column[i] is not None
            },
        }
        for i, row_id in enumerate(batch.column(0).to_pylist())
    ]


def same(ours: Any, theirs: Any) -> bool:
    """Whether a JSON value is the Python value; bytes are base64, arms of unions are named."""
    match ours, theirs:
        case dict(), dict():
            return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in ours)
        case dict(), _ if len(ours) == 1:
            return same(next(iter(ours.values())), theirs)
        case list(), list():
            return len(ours) == len(theirs) and all(map(same, ours, theirs))
        case str(), list() | bytes():
            return base64.b64decode(ours) == bytes(theirs)
        case str(), float():  # what JSON does not know
            return float(ours) == theirs or (ours == "NaN" and theirs != theirs)
        case float(), float():
            return ours == pytest.approx(theirs, rel=1e-6)
        case _:
            return bool(ours == theirs)


@pytest.mark.parametrize("timeline", [None, "frame"])
@pytest.mark.parametrize("release", RELEASES)
def test_rows_are_those_of_the_reference(
    rrd: RunProgram, corpus: Path, release: str, timeline: str | None
) -> None:
    files = [corpus / release / f"{name}.rrd" for name in NAMES]
    order = [] if timeline is None else ["--timeline", timeline]
    run = rrd("head", "--format", "ndjson", "-n", "7", *order, *files)
    assert run.code == 0, run.err
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in lines_of(run.out):
        assert row["schema"] == "rrd.head/1"
        found.setdefault((row["file"], row["entity_path"]), []).append(row)
    for path in files:
        expected = reference_rows(path, timeline)
        lacking = timeline is not None and not any(
            timeline in row["times"] for rows in expected.values() for row in rows
        )
        for entity, rows in expected.items():
            ours = found.pop((str(path), entity), [])
            assert len(ours) == (0 if lacking else min(len(rows), 7)), (path, entity)
            for row, theirs in zip(ours, rows, strict=False):
                assert row["row_id"].lower() == theirs["row_id"]
                assert row["is_static"] == (not theirs["times"])
                assert row["times"] == theirs["times"]
                assert same(row["components"], theirs["components"]), (path, entity, row)
    assert not found


def texts(found: EntityHead) -> list[list[Any]]:
    times = [found.times(timeline, as_text=False) for timeline in found.timelines]
    cells = [found.values(descriptor) for descriptor in found.descriptors]
    return [found.row_ids(), *times, *cells]


@pytest.mark.parametrize("rows", [0, 1, 4, 1000])
@pytest.mark.parametrize("timeline", [None, "frame", "elapsed"])
def test_a_pipe_gives_the_same_rows(out_of_order: Path, timeline: str | None, rows: int) -> None:
    data = out_of_order.read_bytes()
    planned = head(Recording.open(io.BytesIO(data)), rows=rows, timeline=timeline)
    piped = head(Recording.open(as_binary(Pipe(data))), rows=rows, timeline=timeline)
    assert planned.heads
    assert [texts(found) for found in piped.heads] == [texts(found) for found in planned.heads]
    assert [found.total_rows for found in piped.heads] == [
        found.total_rows for found in planned.heads
    ]
    assert piped.entities == planned.entities
    assert piped.scan_reason is None


@pytest.mark.parametrize("timeline", [None, "frame"])
def test_rows_out_of_many_chunks(tmp_path: Path, timeline: str | None) -> None:
    """Later chunks can hold the earliest times, and chunks can overlap."""
    rr = pytest.importorskip("rerun", reason="rerun-sdk is not installed")
    path = tmp_path / "many.rrd"
    starts = [40, 0, 30, 5, 20, 10]
    with rr.RecordingStream("many") as stream:
        stream.save(path)
        for start in starts:
            frames = rr.TimeColumn("frame", sequence=range(start, start + 12))
            stream.send_columns("x", [frames], rr.Scalars.columns(scalars=[float(start)] * 12))
    with Recording.open(path) as recording:
        found = head(recording, Selection.entities(["/x"]), rows=15, timeline=timeline)
    (rows,) = found.heads
    frames = rows.times(rows.timelines[0], as_text=False)
    everything = [frame for start in starts for frame in range(start, start + 12)]
    assert frames == (everything if timeline is None else sorted(everything))[:15]
    assert rows.total_rows == 72


class CountingFile(SizedFile):
    """Counts the bytes that are read.

    Attributes:
        taken: How many bytes were given out.
    """

    taken = 0

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override] # as in the base class
        count = super().readinto(buffer)
        self.taken += count
        return count


@pytest.mark.parametrize("timeline", [None, "frame"])
def test_only_chunks_with_these_rows_are_read(tmp_path: Path, timeline: str | None) -> None:
    rr = pytest.importorskip("rerun", reason="rerun-sdk is not installed")
    path = tmp_path / "blobs.rrd"
    noise = bytes(i * i % 251 for i in range(400_000))
    with rr.RecordingStream("blobs") as stream:
        stream.save(path)
        for frame in range(20):
            stream.set_time("frame", sequence=frame)
            stream.log("blob", rr.AnyValues(data=noise[frame:]))
            stream.flush()
    file = CountingFile(path.read_bytes())
    report = head(
        Recording.open(as_binary(file)), Selection.entities(["/blob"]), rows=2, timeline=timeline
    )
    assert [found.total_rows for found in report.heads] == [20]
    assert file.taken < path.stat().st_size / 5


# --- how they are shown -------------------------------------------------------------------------


def test_a_table_for_each_entity(rrd: RunProgram, out_of_order: Path) -> None:
    run = rrd("head", "-n", "2", "-e", "/plot/*", "--timeline", "elapsed", out_of_order)
    assert run.code == 0
    tables = run.out.split("\n\n")
    assert [table.splitlines()[0] for table in tables] == [
        "/plot/a  2 of 30 rows",
        "/plot/b  2 of 10 rows",
    ]
    _, heads, first, second = tables[1].splitlines()
    assert heads.split()[:2] == ["elapsed", "frame"]
    assert [first.split()[0], second.split()[0]] == ["-1s", "-250ms"]
    assert first.endswith("p0               [0, 0]")


def test_the_chosen_timeline_stands_first(rrd: RunProgram, out_of_order: Path) -> None:
    run = rrd("head", "-e", "/plot/b", "--timeline", "wall", out_of_order)
    assert run.out.splitlines()[1].split()[0] == "wall"


def test_values_are_shown_as_what_they_are(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("head", corpus / "0.41.0" / "archetypes.rrd")
    for shown in (
        "11×3 [[1.45667, 0.925913, -0.00752738], ",
        "[#ff0000ff, #00ff00ff]",
        "<144 B>",
        "{width: 8, height: 6, color_model: BGR, channel_datatype: U8}",
        "MajorWireframe",
        "[Right, Forward, Up]",
        "2026-11-22T14:08:38.029150487Z",
        r"# Title\n\n*text*",
        "buffer: {F64: 24 [0.118573, ",
    ):
        assert shown in run.out


def test_full_values_are_complete(rrd: RunProgram, corpus: Path) -> None:
    path = corpus / "0.41.0" / "archetypes.rrd"
    run = rrd("head", "--full", "-e", "/points3d", "-e", "/image_rgb", path)
    assert "…" not in run.out
    assert re.search("0x[0-9a-f]{288}  ", run.out)
    assert '"label 10 é"' in run.out


def test_static_rows_say_so(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("head", "-e", "/moving", corpus / "0.41.0" / "static_mix.rrd")
    rows = run.out.splitlines()[2:]
    assert [row.split()[0] == "static" for row in rows] == [True] + [False] * 4


def test_row_ids_on_demand(rrd: RunProgram, out_of_order: Path) -> None:
    assert "row_" not in rrd("head", out_of_order).out
    assert re.search(r"^row_\w{32}  ", rrd("head", "-v", out_of_order).out, re.MULTILINE)


def test_csv_has_one_heading(rrd: RunProgram, corpus: Path) -> None:
    folder = corpus / "0.41.0"
    files = [folder / "static_mix.rrd", folder / "out_of_order.rrd"]
    run = rrd("head", "--format", "csv", "-n", "3", *files)
    rows = list(csv.DictReader(io.StringIO(run.out)))
    same_rows = lines_of(rrd("head", "--format", "ndjson", "-n", "3", *files).out)
    assert len(rows) == len(same_rows)
    for row, expected in zip(rows, same_rows, strict=True):
        assert row["entity_path"] == expected["entity_path"]
        assert row["is_static"] == str(expected["is_static"]).lower()
        given = {name: text for name, text in row.items() if text}
        for name, time in expected["times"].items():
            assert given.pop(name) == str(time)
        for name, cell in expected["components"].items():
            assert json.loads(given.pop(name)) == cell
        assert given.keys() == {"file", "store", "entity_path", "row_id", "is_static"}


def test_stores_and_files_are_named_where_there_are_several(rrd: RunProgram, corpus: Path) -> None:
    merged = corpus / "0.32.2" / "several_merged.rrd"
    single = rrd("head", "-e", "/part0/x", merged).out
    assert single.startswith("/part0/x  4 rows\n")
    titles = [line for line in rrd("head", merged).out.splitlines() if "row" in line]
    assert {title.split("  ")[0] for title in titles} == {
        f"recording rerun_example_corpus_several/corpus-7-several-{i}" for i in range(3)
    }
    twice = rrd("head", "-e", "/part0/x", merged, merged).out
    assert twice.count(f"{merged}  /part0/x  4 rows\n") == 2


def test_a_wide_row_becomes_a_block_on_a_narrow_terminal(
    terminal: RunOnTerminal, corpus: Path
) -> None:
    path = corpus / "0.41.0" / "archetypes.rrd"
    words = ("head", "-e", "/points3d", path)
    narrow = terminal(*words, columns=70, NO_COLOR="1").out
    assert max(map(len, narrow.splitlines())) <= 70
    assert re.search("^row 1$", narrow, re.MULTILINE)
    assert re.search(r"^  Points3D:positions +11×3 .*…$", narrow, re.MULTILINE)
    full = terminal(*words, "--full", columns=70, NO_COLOR="1").out
    assert max(map(len, full.splitlines())) <= 70
    assert "…" not in full
    assert '"label 10 é"' in re.sub(r"\n +", "", full)


def test_a_row_that_fits_is_a_table_on_a_terminal(terminal: RunOnTerminal, corpus: Path) -> None:
    path = corpus / "0.41.0" / "static_mix.rrd"
    colored = terminal("head", "-e", "/moving", path, columns=100)
    assert "\x1b[" in colored.out
    assert "row 1\n" not in colored.out
    assert "\x1b" not in terminal("head", "-e", "/moving", path, NO_COLOR="1").out


# --- what can go wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["-e", "/plit/a"], 2, "no entity matches /plit/a; did you mean /plot/a?"),
        (["-e", "/plot"], 2, "no entity matches /plot; did you mean /plot/**?"),
        (["-e", "/plit/a", "--allow-empty"], 0, ""),
        (["--timeline", "fraem"], 2, "there is no timeline fraem; did you mean frame?"),
        (["--timeline", "zzz"], 2, "there is no timeline zzz; there are elapsed, extreme, frame"),
        (["--timeline", "fraem", "--allow-empty"], 0, ""),
        (["-n", "-1"], 2, "-1 is below 0"),
        (["--format", "xml"], 2, "'xml' is not one of table, ndjson, csv"),
    ],
)
@pytest.mark.parametrize("piped", [False, True])
def test_selections_that_select_nothing(
    rrd: RunProgram, out_of_order: Path, words: list[str], code: int, told: str, piped: bool
) -> None:
    if piped:
        run = rrd("head", *words, stdin=out_of_order.read_bytes())
    else:
        run = rrd("head", *words, out_of_order)
    assert (run.code, run.out) == (code, "")
    assert told in run.err
    assert bool(run.err) == bool(told)


def test_one_input_that_has_it_is_enough(rrd: RunProgram, corpus: Path) -> None:
    folder = corpus / "0.41.0"
    files = [folder / "out_of_order.rrd", folder / "static_mix.rrd"]
    run = rrd("head", "-e", "/moving", "--timeline", "step", *files)
    assert run.code == 0
    assert run.err == f"rrd: {files[0]}: there is no timeline step\n"


def test_a_cut_file_shows_what_it_has(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.rrd"
    cut.write_bytes(basic.read_bytes()[:15_000])
    run = rrd("head", "--format", "ndjson", cut)
    assert run.code == 3
    assert "the stream ends after" in run.err
    assert "what could be read is shown" in run.err
    piped = rrd("head", "--format", "ndjson", stdin=cut.read_bytes())
    assert piped.code == 3

    def without_name(out: str) -> list[dict[str, Any]]:
        return [{**row, "file": None} for row in lines_of(out)]

    assert without_name(piped.out) == without_name(run.out) != []


def test_each_input_has_its_rows_and_the_worst_counts(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "bag.mcap"
    foreign.write_bytes(b"\x89MCAP0\r\n" + bytes(100))
    run = rrd("head", "--format", "ndjson", foreign, tmp_path / "missing.rrd", basic)
    assert run.code == 1
    assert {row["file"] for row in lines_of(run.out)} == {str(basic)}
    assert "not an RRD recording but an MCAP file" in run.err
    assert "missing.rrd: does not exist" in run.err


def test_folders_need_to_be_asked_for(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    shutil.copy(basic, tmp_path / "a.rrd")
    refused = rrd("head", tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert "is a folder; add -r" in refused.err
    assert rrd("head", "-r", tmp_path).out.startswith(f"{tmp_path / 'a.rrd'}  /")


def test_an_empty_recording_has_no_rows(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("head", "--exclude", "/__properties", corpus / "0.32.2" / "empty.rrd")
    assert (run.code, run.out, run.err) == (0, "", "")


def test_a_reader_that_goes_away_is_no_error(python: RunProgram, basic: Path) -> None:
    program = (
        "import subprocess, sys\n"
        "words = [sys.executable, '-m', 'rrdtool', 'head', '-n999', *[sys.argv[1]] * 30]\n"
        "run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "run.stdout.readline(); run.stdout.close()\n"
        "err = run.stderr.read(); sys.exit(run.wait() or len(err))"
    )
    assert python("-c", program, basic).code == 0
