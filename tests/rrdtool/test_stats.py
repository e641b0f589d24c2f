"""`rrd stats`: every number of the reference's report, and the command around them."""

from __future__ import annotations

import io
import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdformats.blocks import read_blocks
from rrdformats.chunk import Chunk
from rrdformats.decode import ChunkDecoder
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError, RrdError, TruncatedError
from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.chunk_layouts import LayoutReader
from rrdtool.operations.stats import ChunkCounts, ChunkIndex, Spread, StatsReport, stats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RunOnTerminal, RunProgram

FRAME = Timeline("frame", TimeKind.SEQUENCE)
STORE = StoreId(StoreKind.RECORDING, "rec", "app")


@dataclass(frozen=True)
class Reference:
    """Runs the reference's `rrd stats` and cuts its report into sections."""

    program: Path

    def sections(self, data: bytes, *options: str) -> dict[str, str]:
        done = subprocess.run(
            [self.program, "rrd", "stats", *options], input=data, capture_output=True, check=True
        )
        pattern = r"^(\S[^\n]*)\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)"
        found = re.findall(pattern, done.stdout.decode(), re.DOTALL | re.MULTILINE)
        return dict(found)


@pytest.fixture(scope="module")
def theirs(reference: Path) -> Reference:
    return Reference(reference)


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


def number(text: str) -> int:
    return int(re.sub(r"\s", "", text))


def size_text(size: float) -> str:
    """A size as the reference prints it: decimals up to a tenth of the next unit."""
    if size < 1024:
        return f"{size:.0f} B"
    power = 1 if size < 1024**2 else 2 if size < 1024**3 else 3
    value, unit = size / 1024**power, "KMG"[power - 1]
    return f"{value:.1f} {unit}iB" if value < 102.4 else f"{value:.0f} {unit}iB"


def assert_equal_reports(ours: StatsReport, sections: dict[str, str]) -> None:
    overview = dict(re.findall(r"(\w+) = (.*)", sections["Overview"]))
    assert ours.chunks == number(overview["num_chunks"])
    if ours.counts is not None:
        assert_equal_counts(ours.counts, overview, sections)
    for title, spread in (
        ("schema + data, compressed", ours.sizes.compressed),
        ("schema + data, uncompressed", ours.sizes.uncompressed),
        ("schema only, uncompressed", ours.sizes.schema),
        ("data only, uncompressed", ours.sizes.data),
    ):
        if ours.chunks:
            assert_equal_spread(spread, sections[f"Size ({title})"])
    assert_equal_indexes(ours.indexes, sections)


def assert_equal_counts(
    ours: ChunkCounts, overview: dict[str, str], sections: dict[str, str]
) -> None:
    assert len(ours.entities) == number(overview["num_entity_paths"])
    assert ours.static_chunks == number(overview["num_static"])
    without = overview["num_chunks_without_components"].partition("(")[0]
    assert ours.chunks_without_components == number(without)
    assert ours.rows.total == number(overview["num_rows"])
    for name, found in (
        ("rows", ours.rows),
        ("indexes", ours.timelines_per_chunk),
        ("components", ours.components_per_chunk),
    ):
        bounds = [number(overview[f"num_{name}_{which}"]) for which in ("min", "max")]
        assert [found.min, found.max] == bounds
        if overview["num_chunks"] != "0":
            assert f"{found.average:.3f}" == overview[f"num_{name}_avg"]
    for name, counts in (
        ("entity", ours.entities),
        ("index", ours.timelines),
        ("component", ours.components),
    ):
        listed = re.findall(r"^(.*): ([\d\s]+?)$", sections[f"Num chunks per {name}"], re.MULTILINE)
        assert counts == {key: number(count) for key, count in listed}
    assert ours.unsorted == unsorted(sections["Unsorted timelines"])


def unsorted(section: str) -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for line in section.splitlines()[1:]:
        if line.startswith("    "):
            name, _, state = line.strip().rpartition(": ")
            next(reversed(found.values()))[name] = state == "sorted"
        elif line.strip():
            found[line.strip()] = {}
    return found


def assert_equal_spread(ours: Spread, section: str) -> None:
    theirs: list[tuple[str, str]] = re.findall(r"ipc_size_bytes_(\w+) = (.*)", section)
    assert len(theirs) == 9
    assert [size_text(getattr(ours, name.replace("avg", "average"))) for name, _ in theirs] == [
        text for _, text in theirs
    ]


def assert_equal_indexes(ours: list[ChunkIndex], sections: dict[str, str]) -> None:
    head = r'StoreId\((\w+), "(.*)", "(.*)"\)\n'
    facts = re.findall(rf"Chunk index for {head}((?:  .*\n)+)", sections["Chunk index"])
    assert sorted(identity(index) for index in ours) == sorted(tuple(fact[:3]) for fact in facts)
    checks = re.split(rf"^Store {head}", sections["Chunk index analysis"], flags=re.MULTILINE)[1:]
    checked = {tuple(checks[i : i + 3]): checks[i + 3] for i in range(0, len(checks), 4)}
    for *key, text in facts:
        (index,) = [index for index in ours if identity(index) == tuple(key)]
        told = dict(re.findall(r"  ([^=]*?) = (.*)", text))
        assert index.chunks == number(told["num_chunks_indexed"])
        assert index.static_chunks == number(told["num_static_chunks"])
        assert index.entities == number(told["num_entity_paths"])
        assert index.columns == number(told["num_columns"])
        assert index.schema_fields == number(told["sorbet_schema_num_fields"])
        assert index.schema_sha256 == told["sorbet_schema_sha256"]
        assert size_text(index.bytes) == told["chunk_byte_size_total (native)"]
        assert size_text(index.bytes_uncompressed) == told["chunk_byte_size_uncompressed_total"]
        assert (index.optimization is None) == (tuple(key) not in checked)
        if index.optimization is not None:
            check = checked[*key]
            counts = re.findall(r"(?:bound|effective|excess):\s+([\d\s]+?) chunks", check)
            found = index.optimization
            expected = [found.lower_bound, found.chunks, found.excess] if found.chunks else []
            assert expected == [number(count) for count in counts]
            assert found.advised == ("⚠" in check)


def identity(index: ChunkIndex) -> tuple[str, str | None, str]:
    return index.kind.capitalize(), index.application_id, index.recording_id


def measured(data: bytes, **options: Any) -> StatsReport:
    return stats(Recording.open(io.BytesIO(data)), **options)


# --- the same numbers as the reference -----------------------------------------------------------


@pytest.mark.parametrize("decode", [True, False], ids=["decoded", "headers"])
def test_the_corpus_is_measured_as_by_the_reference(
    theirs: Reference, corpus: Path, decode: bool
) -> None:
    paths = sorted([*corpus.glob("*/*.rrd"), *corpus.glob("*/*.rbl")])
    assert len(paths) >= 37
    for path in paths:
        data = path.read_bytes()
        sections = theirs.sections(data, *([] if decode else ["--no-decode"]))
        damage: list[RrdError] = []
        ours = measured(data, decode=decode, on_damage=damage.append)
        assert_equal_reports(ours, sections)
        assert all(isinstance(error, TruncatedError) for error in damage), path


def test_a_fresh_recording_is_measured_as_by_the_reference(
    theirs: Reference, tmp_path: Path
) -> None:
    rr = pytest.importorskip("rerun")
    path = tmp_path / "fresh.rrd"
    with rr.RecordingStream("fresh", recording_id="fresh") as recording:
        recording.save(path)
        for step in range(40):
            recording.set_time("step", sequence=(step * 7) % 40)
            recording.set_time("t", duration=step / 10)
            recording.log(f"/world/{step % 3}", rr.Points3D([[step, 0, 0]] * (step % 5)))
            recording.log("/log", rr.TextLog(f"line {step}"))
        image = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
        recording.log("/camera", rr.Image(image), static=True)
        recording.log("/world", rr.Clear(recursive=True))
    data = path.read_bytes()
    for options in ({}, {"decode": False}):
        sections = theirs.sections(data, *(["--no-decode"] if options else []))
        assert_equal_reports(measured(data, **options), sections)
    assert measured(data).counts.unsorted  # type: ignore[union-attr]  # the steps are shuffled


def chunk(
    entity: str = "/e",
    *,
    times: list[int] | None = None,
    components: tuple[str, ...] = ("a",),
    cells: list[Any] | None = None,
) -> Chunk:
    times = [0] if times is None else times
    values = pa.array([[b"x"]] * len(times) if cells is None else cells, pa.list_(pa.binary()))
    ids = pa.array([Tuid.new().to_bytes() for _ in times], pa.binary(16))
    return Chunk.build(
        entity,
        row_ids=ids,
        timelines=[(FRAME, pa.array(times, pa.int64()))],
        components=[(ComponentDescriptor(name), values) for name in components],
    )


def written(chunks: list[Chunk], *, compress: bool = True) -> bytes:
    file = io.BytesIO()
    with RrdWriter(file, compress=compress) as writer:
        for item in chunks:
            writer.write_chunk(STORE, item)
    return file.getvalue()


def bytes_of(length: int, seed: int = 0) -> list[bytes]:
    return [np.random.default_rng(seed).bytes(length)]


FILES: dict[str, Callable[[], bytes]] = {
    "no chunks": lambda: written([]),
    "no rows": lambda: written([chunk(times=[]), chunk(times=[], entity="/f")]),
    "no components": lambda: written([chunk(components=()), chunk()]),
    "plain": lambda: written([chunk(entity=f"/{i}") for i in range(9)], compress=False),
    "unsorted": lambda: written([chunk(times=[3, 1, 2]), chunk(), chunk("/f", times=[1, 1])]),
    "nulls": lambda: written([chunk(cells=[None]), chunk(times=[1, 2], cells=[None, []]), chunk()]),
    "sizes apart": lambda: written(
        [chunk(times=[i], cells=[bytes_of(1900 * i, i)]) for i in range(37)]
    ),
    "large": lambda: written(
        [chunk(times=[i], cells=[bytes_of(200_000 + 50_000 * i, i)]) for i in range(4)]
        + [chunk(times=[2, 1], cells=[bytes_of(150_000), bytes_of(90_000)])]
        + [chunk(times=[i], cells=[[bytes(400_000)]]) for i in range(3)]
    ),
    "large and plain": lambda: written([chunk(cells=[bytes_of(300_000)])] * 2, compress=False),
    "tiny": lambda: written(
        [chunk(f"/joint{i % 4}", times=[i] * (1 + i % 3)) for i in range(1500)]
    ),
    "streams": lambda: written([chunk()]) + written([]),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("decode", [True, False], ids=["decoded", "headers"])
def test_our_files_are_measured_as_by_the_reference(
    theirs: Reference, name: str, decode: bool, tmp_path: Path
) -> None:
    data = FILES[name]()
    sections = theirs.sections(data, *([] if decode else ["--no-decode"]))
    ours = measured(data, decode=decode)
    assert_equal_reports(ours, sections)
    path = tmp_path / "file.rrd"  # large payloads of files that can seek are skipped
    path.write_bytes(data)
    with Recording.open(path) as recording:
        again = stats(recording, decode=decode)
    assert (again.counts, again.sizes, again.indexes) == (ours.counts, ours.sizes, ours.indexes)


@pytest.mark.parametrize(
    ("times", "flagged", "in_order"),
    [
        ([1, 2, 2], True, True),
        ([1, 2, 2], False, True),  # what the writer does not say is looked up
        ([3, 1, 2], False, False),
        ([3, 1, 2], True, True),  # what it says is believed
        ([1], False, True),
        ([], False, True),
    ],
)
def test_order_is_as_claimed_or_found(
    theirs: Reference, times: list[int], flagged: bool, in_order: bool
) -> None:
    columns = {"frame": pa.array(times, pa.int64())}
    batch = assembly.chunk_batch(rows=len(times), times=columns, is_sorted=flagged)
    message = assembly.arrow_msg(assembly.ipc(batch), compress=True)
    data = assembly.stream(assembly.frame(2, message), footer=None)
    counts = measured(data).counts
    assert counts is not None
    assert counts.unsorted == ({} if in_order else {"/e": {"frame": False}})
    assert counts.unsorted == unsorted(theirs.sections(data)["Unsorted timelines"])


def test_large_chunks_of_unknown_order_are_read(tmp_path: Path) -> None:
    cells = pa.array([bytes_of(150_000, 1), bytes_of(150_000, 2)], pa.list_(pa.binary()))
    batch = assembly.chunk_batch(
        times={"frame": pa.array([2, 1])}, components={"blob": cells}, is_sorted=False
    )
    path = tmp_path / "large.rrd"
    message = assembly.arrow_msg(assembly.ipc(batch))
    path.write_bytes(assembly.stream(assembly.frame(2, message), footer=None))
    with Recording.open(path) as recording:
        counts = stats(recording).counts
    assert counts is not None
    assert counts.unsorted == {"/e": {"frame": False}}


def test_large_chunks_are_not_decompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    decode = ChunkDecoder.decode

    def count(self: Any, block: Any, *headers: Any) -> Any:
        decoded.append(len(block))
        return decode(self, block, *headers)

    monkeypatch.setattr(ChunkDecoder, "decode", count)
    data = written([chunk("/joint", times=list(range(rows))) for rows in (20_000, 1, 30_000, 2)])
    source = open_source(io.BytesIO(data))
    reader = LayoutReader(source)
    groups = [group for block in read_blocks(source) for group in reader.read(block)[0]]
    assert sorted(group.rows for group in groups for _ in range(len(group))) == [
        1,
        2,
        20_000,
        30_000,
    ]
    assert sum(decoded) == 2


def test_percentiles_are_taken_by_rank() -> None:
    report = measured(FILES["sizes apart"]())
    sizes = report.sizes.compressed
    assert sizes.min < sizes.p50 < sizes.p90 < sizes.p95 < sizes.p99 == sizes.p999 == sizes.max
    assert sizes.total == pytest.approx(sizes.average * report.chunks)


def test_progress_ends_at_the_size(basic: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with Recording.open(basic) as recording:
        stats(recording, progress=lambda done, total: told.append((done, total)))
    done, total = told[-1]
    assert total == basic.stat().st_size
    assert 0 < done <= basic.stat().st_size
    assert [done for done, _ in told] == sorted(done for done, _ in told)


# --- damage --------------------------------------------------------------------------------------


def damaged_head(data: bytes) -> bytes:
    """The start of the first chunk's payload overwritten, which makes its schema unreadable."""
    place = data.index(b"\xff\xff\xff\xff")
    return data[:place] + bytes(40) + data[place + 40 :]


def test_damage_is_raised_or_told() -> None:
    data = damaged_head(written([chunk(entity=f"/{i}") for i in range(5)]))
    for decode in (True, False):
        with pytest.raises(CorruptError):
            measured(data, decode=decode)
        damage: list[RrdError] = []
        report = measured(data, decode=decode, on_damage=damage.append)
        assert report.chunks == 4
        assert len(damage) == 1
        assert damage[0].offset is not None


def test_data_that_do_not_decode_are_counted_all_the_same() -> None:
    message = assembly.arrow_msg(assembly.ipc(assembly.chunk_batch(rows=50)), compress=True)
    end = message.index(assembly.tuid(1, 1))
    broken = message[: end - 12] + b"\xff" * 6 + message[end - 6 :]
    data = assembly.stream(assembly.frame(2, broken), footer=None)
    report = measured(data)
    assert report.counts is not None
    assert (report.chunks, report.counts.rows.total) == (1, 50)


def test_a_known_chunk_with_a_size_too_small_for_it_is_damage() -> None:
    def message(serial: int, shortened: int = 0) -> bytes:
        stream = assembly.ipc(assembly.chunk_batch(rows=50, serial=serial))
        size = len(stream) - shortened
        return assembly.arrow_msg(stream, compress=True, size=size, chunk=(1, serial))

    frames = [assembly.frame(2, message(serial)) for serial in range(1, 41)]
    frames.append(assembly.frame(2, message(41, shortened=200)))
    path = io.BytesIO(assembly.stream(*frames, footer=None))
    reader = LayoutReader(open_source(path))
    for _ in range(2):  # the second time every layout is known
        read = [reader.read(block) for block in read_blocks(open_source(path))]
        assert sum(len(group) for groups, _ in read for group in groups) == 40
        assert all(len(group) for groups, _ in read for group in groups)
        assert [type(error) for _, errors in read for error in errors] == [CorruptError]


def test_a_footer_that_cannot_be_read_is_damage() -> None:
    data = assembly.stream(footer=assembly.blob(1, b"\x0a\x7f"))
    damage: list[RrdError] = []
    assert measured(data, on_damage=damage.append).indexes == []
    assert len(damage) == 1


# --- the command ---------------------------------------------------------------------------------


def reports(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_json_has_what_the_operation_returns(rrd: RunProgram, basic: Path) -> None:
    run = rrd("stats", "--json", basic)
    (told,) = reports(run.out)
    with Recording.open(basic) as recording:
        expected = stats(recording)
    assert (run.code, run.err, told["schema"]) == (0, "", "rrd.stats/1")
    assert expected.counts is not None
    assert told["file"] == str(basic)
    assert told["chunks"] == expected.chunks
    assert told["counts"]["entities"] == expected.counts.entities
    assert told["counts"]["rows"]["total"] == expected.counts.rows.total
    assert told["sizes"]["compressed"]["p99"] == expected.sizes.compressed.p99
    assert told["indexes"][0]["schema_sha256"] == expected.indexes[0].schema_sha256
    assert told["indexes"][0]["optimization"]["lower_bound"] >= 1


def test_headers_tell_sizes_only(rrd: RunProgram, basic: Path) -> None:
    (decoded,), (headers,) = (
        reports(rrd("stats", "--json", *more, basic).out) for more in ([], ["--no-decode"])
    )
    assert headers == {**decoded, "counts": None}


def test_headers_are_read_without_pyarrow(python: RunProgram, basic: Path) -> None:
    program = (
        "import sys; from rrdtool.cli.app import main; "
        "code = main(['stats', '--no-decode', sys.argv[1]]); "
        "assert not {'pyarrow', 'rich'} & set(sys.modules); sys.exit(code)"
    )
    run = python("-c", program, basic)
    assert run.code == 0, run.err


def test_text_has_every_section(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("stats", corpus / "0.41.0" / "out_of_order.rrd")
    assert run.code == 0
    assert "\x1b" not in run.out
    lines = run.out.splitlines()
    assert lines[0].endswith("out_of_order.rrd: 6 chunks, 1 static")
    for start in (
        "per chunk",
        "entity ",
        "timeline ",
        "component ",
        "size ",
        "footer of recording",
    ):
        assert any(line.startswith(start) for line in lines), start
    assert "/plot/a  elapsed, frame, wall  log_time" in lines
    assert "  optimized   yes: 5 temporal chunks, and no fewer would do" in lines


def test_verbose_sizes_are_exact(rrd: RunProgram, basic: Path) -> None:
    (report,) = reports(rrd("stats", "--json", basic).out)
    total = f"{report['sizes']['compressed']['total']:,} B"
    assert total in rrd("stats", "-v", basic).out
    assert total not in rrd("stats", basic).out


def test_a_pipe_is_measured_like_a_file(rrd: RunProgram, basic: Path) -> None:
    piped = rrd("stats", "--json", stdin=basic.read_bytes())
    (from_pipe,), (from_file,) = reports(piped.out), reports(rrd("stats", "--json", basic).out)
    assert from_pipe == {**from_file, "file": "standard input"}
    assert (piped.code, piped.err) == (0, "")


def test_several_files_and_what_is_wrong_with_one(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_text("not a recording")
    run = rrd("stats", "--json", basic, foreign, tmp_path / "missing.rrd", basic)
    assert run.code == 1
    assert len(reports(run.out)) == 2
    assert "not an RRD recording" in run.err
    assert "missing.rrd: does not exist" in run.err
    assert rrd("stats", tmp_path).code == 2


def test_a_file_that_breaks_off_is_reported_up_to_there(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.rrd"
    cut.write_bytes(basic.read_bytes()[:15_000])
    run = rrd("stats", cut)
    assert run.code == 3
    assert "the report covers what could be read" in run.err
    assert run.out.splitlines()[-1].startswith("no footer lists the chunks")


def test_damage_needs_leave_to_go_on(rrd: RunProgram, tmp_path: Path) -> None:
    path = tmp_path / "bad.rrd"
    path.write_bytes(damaged_head(written([chunk(entity=f"/{i}") for i in range(5)])))
    refused = rrd("stats", "--json", path)
    assert (refused.code, refused.out) == (1, "")
    assert "bad.rrd: " in refused.err
    assert "--continue-on-error" in refused.err
    lenient = rrd("stats", "--json", "--continue-on-error", path)
    assert lenient.code == 3
    assert reports(lenient.out)[0]["chunks"] == 4
    assert "the report covers what could be read" in lenient.err


def test_old_files_have_no_chunk_index(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("stats", corpus / "0.24.1" / "columns.rrd")
    assert run.code == 0
    assert run.out.splitlines()[-1].startswith("no footer lists the chunks")


def test_a_recording_that_is_far_from_optimized_says_so(rrd: RunProgram, tmp_path: Path) -> None:
    path = tmp_path / "tiny.rrd"
    path.write_bytes(FILES["tiny"]())
    out = rrd("stats", path).out
    assert "no: 1,500 temporal chunks where 4 would do (375.0×); `rrd optimize` merges them" in out


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_every_line_fits_the_terminal(terminal: RunOnTerminal, basic: Path, columns: int) -> None:
    run = terminal("stats", basic, columns=columns)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", run.out)
    tables = [line for line in plain.splitlines() if not line.startswith(("  ", str(basic)))]
    assert run.code == 0
    assert "\x1b[" in run.out
    assert max(map(len, tables)) <= columns
