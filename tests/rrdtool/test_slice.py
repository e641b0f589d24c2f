"""`rrd slice`: a stretch of time that shows what the whole recording showed then."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.messages import StoreId, StoreInfo, StoreKind
from rrdformats.reader import Recording
from rrdformats.testing.sketches import SCALARS, TEXTS, Cell, Rows, SketchedStore, cells, sketch
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_inputs import EditRefusedError
from rrdtool.operations.slice import check_slice, slice_
from rrdtool.operations.time_window import TimeWindow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

CLEAR = ComponentDescriptor(
    "Clear:is_recursive", "rerun.archetypes.Clear", "rerun.components.ClearIsRecursive"
)
SAMPLE = ComponentDescriptor(
    "VideoStream:sample", "rerun.archetypes.VideoStream", "rerun.components.VideoSample"
)
CODEC = ComponentDescriptor(
    "VideoStream:codec", "rerun.archetypes.VideoStream", "rerun.components.VideoCodec"
)
H264 = 0x61766331
KEY = b"\0\0\0\1\x67abc\0\0\0\1\x65frame"
DELTA = b"\0\0\0\1\x41frame"

RUN = SketchedStore(
    [
        Rows("/a", {SCALARS: [float(i) for i in range(10)]}, {"frame": list(range(10))}),
        Rows(
            "/b",
            {SCALARS: [1.0, None, 3.0], TEXTS: ["p", "q", None]},
            {"frame": [0, 1, 8], "log_tick": [7, 8, 9]},
            serial=1,
        ),
        Rows("/late", {TEXTS: ["z"]}, {"frame": [9]}, serial=2),
        Rows("/at", {TEXTS: ["old", "new"]}, {"frame": [0, 4]}, serial=3),
        Rows("/same", {TEXTS: ["first", "second"]}, {"frame": [2, 2]}, serial=4),
        Rows("/elsewhere", {TEXTS: ["no frame"]}, {"log_tick": [4]}, serial=5),
        Rows("/fixed", {TEXTS: ["there"]}, serial=6),
        Rows("/gone", {TEXTS: ["x"]}, {"frame": [1]}, serial=7),
        Rows("/gone", {CLEAR: [True]}, {"frame": [2]}, serial=8),
        Rows("/gone", {CLEAR: [False]}, {"frame": [3]}, serial=9),
    ]
)
PLAN = SketchedStore(
    [Rows("/viewport", {TEXTS: ["layout"]}, {"blueprint": [0]}, serial=20)],
    "plan",
    kind=StoreKind.BLUEPRINT,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return sketch(tmp_path / "in.rrd", RUN, PLAN)


def frame(cell: Cell) -> int | None:
    return dict(cell[2]).get("frame")


def test_rows_in_the_range_stay_and_last_values_stand_at_its_start(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("slice", "--start", "4", "--end", "8", path, "-o", out, "--verify")
    assert run.code == 0, run.err
    assert "verified: " in run.err
    assert "no time on the timeline of the range: 1 chunk (1 row)" in run.err
    found = cells(out)
    kept = [cell for cell in cells(path) if frame(cell) is not None and 4 <= frame(cell) <= 8]  # type: ignore[operator] # checked before
    timeless = [cell for cell in cells(path) if not cell[2] or cell[0].startswith("blueprint")]
    seeds = [cell for cell in found if cell not in kept + timeless]
    assert [(cell[1], dict(cell[2]), cell[4]) for cell in seeds] == [
        ("/b", {"frame": 4, "log_tick": 7}, (1.0,)),
        ("/b", {"frame": 4, "log_tick": 8}, ("q",)),
        ("/gone", {"frame": 4}, (False,)),
        ("/gone", {"frame": 4}, (True,)),
        ("/gone", {"frame": 4}, ("x",)),
        ("/same", {"frame": 4}, ("second",)),
    ]
    assert len(found) == len(kept) + len(timeless) + len(seeds)
    assert rrd_here("verify", out).code == 0


def test_order_survives_at_the_start(path: Path) -> None:
    """A value before a clear stays before it, or it would be seen again."""
    out = io.BytesIO()
    with Recording.open(path) as recording:
        slice_([recording], out, TimeWindow("4", "8"))
    with Recording.open(io.BytesIO(out.getvalue())) as recording:
        rows = [
            (found.chunk.row_ids[0].as_py(), descriptor.component, values.to_pylist())
            for found in recording.chunks()
            if str(found.chunk.entity_path) == "/gone"
            for descriptor, values in found.chunk.components.items()
        ]
    assert [row[1:] for row in sorted(rows)] == [
        ("TextLog:text", [["x"]]),
        ("Clear:is_recursive", [[True]]),
        ("Clear:is_recursive", [[False]]),
    ]


def test_without_seeds_only_the_range_is_there(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("slice", "--start", "4", "--no-seed", path, "-o", out)
    assert run.code == 0
    expected = [
        cell
        for cell in cells(path)
        if not cell[2] or cell[0].startswith("blueprint") or (frame(cell) or -1) >= 4
    ]
    assert cells(out) == expected


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (["--start", "+2", "--duration", "3"], 2, 5),
        (["--end", "-1", "--duration", "2"], 6, 8),
        (["--duration", "4"], 0, 4),
        (["--end", "3"], 0, 3),
        (["--start", "4", "--duration", "0"], 4, 4),
        (["--timeline", "frame", "--start", "7"], 7, 9),
    ],
)
def test_ranges_can_be_said_in_many_ways(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], first: int, last: int
) -> None:
    out = tmp_path / "out.rrd"
    assert rrd_here("slice", *words, path, "-o", out).code == 0
    found = {frame(cell) for cell in cells(out) if cell[1] == "/a"}
    assert found == set(range(first, last + 1))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "no range is given"),
        (["--start", "1", "--end", "2", "--duration", "3"], "say it already"),
        (["--start", "1", "--duration", "=-3"], "--duration"),
        (["--start", "5", "--end", "1"], "it is before --start"),
        (["--start", "1", "--timeline", "fram"], "did you mean frame?"),
        (["--start", "1", "--verify", "--no-seed"], "does not go with --no-seed"),
    ],
)
def test_what_is_no_range_is_wrong_usage(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("slice", *words, path, "-o", out)
    assert run.code == 2
    assert sentence in run.err
    assert not out.exists()


def test_a_wrong_slice_is_found_out(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    window = TimeWindow("4", "8")
    with Recording.open(path) as source:
        with out.open("wb") as file:
            slice_([source], file, window, seed=False)
        with Recording.open(out) as made:
            check = check_slice(source, made, window)
    assert {found.entity for found in check.differences} == {"/b"}
    assert check.differing > 5


def video(path: Path, samples: list[bytes], *, codec: int = H264, chunk: int = 4) -> Path:
    """A stream of frames at times 0, 1, 2, …, in chunks of a few."""
    store = StoreId(StoreKind.RECORDING, "run", "app")
    line = Timeline("frame", TimeKind.SEQUENCE)
    with path.open("wb") as file, RrdWriter(file) as writer:
        writer.write_store_info(StoreInfo(store), Tuid(1, 1))
        named = [(CODEC, pa.array([[codec]], pa.list_(pa.uint32())))]
        ids = pa.array([Tuid(1, 2).to_bytes()], pa.binary(16))
        static = Chunk.build("/v", row_ids=ids, components=named, chunk_id=Tuid(1, 3))
        writer.write_chunk(store, static)
        for start in range(0, len(samples), chunk):
            some = samples[start : start + chunk]
            rows = range(start, start + len(some))
            frames = pa.array([[data] for data in some], pa.list_(pa.binary()))
            made = Chunk.build(
                "/v",
                row_ids=pa.array([Tuid(2, row).to_bytes() for row in rows], pa.binary(16)),
                timelines=[(line, pa.array(rows, pa.int64()))],
                components=[(SAMPLE, frames)],
                chunk_id=Tuid(3, start),
            )
            writer.write_chunk(store, made)
    return path


@pytest.mark.parametrize("chunk", [1, 4, 100])
@pytest.mark.parametrize(
    ("start", "first"), [(0, 0), (3, 0), (5, 5), (7, 5), (11, 10), (14, 10), (15, 15)]
)
def test_a_video_starts_at_its_keyframe(tmp_path: Path, start: int, first: int, chunk: int) -> None:
    samples = [(KEY if i % 5 == 0 else DELTA) + bytes([i]) for i in range(20)]
    path, out = video(tmp_path / "in.rrd", samples, chunk=chunk), tmp_path / "out.rrd"
    window = TimeWindow(str(start), str(start + 2))
    with Recording.open(path) as source, out.open("wb") as file:
        report = slice_([source], file, window)
    found = {frame(cell): cell[4] for cell in cells(out) if cell[3] == SAMPLE.component}
    assert found == {i: (samples[i],) for i in range(first, start + 3)}
    assert report.notes == []
    with Recording.open(path) as source, Recording.open(out) as made:
        assert check_slice(source, made, window).differing == 0


@pytest.mark.parametrize(("samples", "codec"), [([DELTA] * 6, H264), ([KEY] * 6, 7)])
def test_a_video_without_a_known_keyframe_is_told(
    tmp_path: Path, samples: list[bytes], codec: int
) -> None:
    path, out = video(tmp_path / "in.rrd", samples, codec=codec), io.BytesIO()
    with Recording.open(path) as source:
        report = slice_([source], out, TimeWindow("3"))
    assert ["/v: its keyframes cannot be told" in note for note in report.notes] == [True]


TIMES = st.lists(st.integers(0, 12), min_size=1, max_size=5)


@given(
    st.lists(st.tuples(st.sampled_from(["/a", "/a/b", "/c"]), TIMES, st.booleans()), max_size=6),
    st.integers(-2, 13),
    st.integers(0, 8),
)
def test_a_slice_answers_as_its_source_does(
    chunks: list[tuple[str, list[int], bool]], start: int, length: int
) -> None:
    assume(chunks)
    store, line = StoreId(StoreKind.RECORDING, "run", "app"), Timeline("frame", TimeKind.SEQUENCE)
    file, serial = io.BytesIO(), 0
    with RrdWriter(file) as writer:
        writer.write_store_info(StoreInfo(store), Tuid(1, 1))
        for entity, times, with_text in chunks:
            rows = range(serial, serial + len(times))
            serial += len(times)
            parts = [(SCALARS, pa.array([[float(row)] if row % 3 else None for row in rows]))]
            if with_text:
                parts.append((TEXTS, pa.array([[str(row)] if row % 4 else [] for row in rows])))
            made = Chunk.build(
                entity,
                row_ids=pa.array(
                    [Tuid(row * 7 % 5, row).to_bytes() for row in rows], pa.binary(16)
                ),
                timelines=[(line, pa.array(times, pa.int64()))],
                components=[
                    (descriptor, column.cast(pa.list_(kind)))
                    for (descriptor, column), kind in zip(
                        parts, (pa.float64(), pa.utf8()), strict=False
                    )
                ],
                chunk_id=Tuid(9, serial),
            )
            writer.write_chunk(store, made)
    window, out = TimeWindow(f"={start}", f"={start + length}"), io.BytesIO()
    with Recording.open(file) as source:
        try:
            slice_([source], out, window)
        except EditRefusedError:
            return
        with Recording.open(io.BytesIO(out.getvalue())) as made_slice:
            check = check_slice(source, made_slice, window)
            before = [found.chunk.times("frame").min() for found in made_slice.chunks()]
    assert check.differing == 0
    assert all(time >= start for time in before)
