"""`rrd cat`: recordings, or a part of them, as one stream."""

from __future__ import annotations

import subprocess
import sys
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
from rrdtool.operations.cat import cat
from rrdtool.operations.edit_inputs import EditRefusedError
from rrdtool.operations.time_window import TimeWindow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

    from rrdtool.operations.edit_writing import EditReport

RUN = SketchedStore(
    [
        Rows("/a", {SCALARS: [0.0, 1.0, 2.0]}, {"frame": [0, 1, 2], "log_tick": [0, 1, 2]}),
        Rows("/a", {SCALARS: [3.0, 4.0, 5.0]}, {"frame": [3, 4, 5]}, serial=1),
        Rows("/b", {SCALARS: [9.0, 8.0, 7.0]}, {"frame": [9, 0, 4]}, serial=2),
        Rows("/c", {TEXTS: ["elsewhere"]}, {"log_tick": [5]}, serial=3),
        Rows("/fixed", {TEXTS: ["there"]}, serial=4),
        Rows("/__properties", {TEXTS: ["name"]}, serial=5),
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


def written(path: Path, out: Path, window: TimeWindow) -> EditReport:
    with Recording.open(path) as recording, out.open("wb") as file:
        return cat([recording], file, window=window)


def test_a_pipe_gets_a_whole_recording(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    script = '"$0" -m rrdtool cat "$1" | "$0" -m rrdtool cat -e /a - > "$2"'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable, path, out], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    kept = ("/a", "/viewport", "/__properties")
    assert cells(out) == [cell for cell in cells(path) if cell[1] in kept]
    with Recording.open(out) as recording:
        assert recording.contents.scan_reason is None


WINDOWS = [
    ("1", "4", 1, 4),
    (None, "2", None, 2),
    ("3", None, 3, None),
    ("+1", "-5", 1, 4),
    ("4", "4", 4, 4),
    ("=-3", "0", None, 0),
    ("100", None, 100, None),
]


@pytest.mark.parametrize(("start", "end", "first", "last"), WINDOWS)
def test_a_range_takes_its_rows_and_static_ones(
    path: Path,
    tmp_path: Path,
    start: str | None,
    end: str | None,
    first: int | None,
    last: int | None,
) -> None:
    out = tmp_path / "out.rrd"
    report = written(path, out, TimeWindow(start, end))

    def inside(times: dict[str, int]) -> bool:
        if not times or "blueprint" in times:
            return True
        time = times.get("frame")
        if time is None:
            return False
        return (first is None or time >= first) and (last is None or time <= last)

    assert cells(out) == [cell for cell in cells(path) if inside(dict(cell[2]))]
    assert (report.untimed_chunks, report.untimed_rows) == (1, 1)


def test_chunks_inside_a_range_are_copied_and_cut_ones_get_new_ids(
    path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    report = written(path, out, TimeWindow("1", "5"))
    before, after = chunk_ids(path), chunk_ids(out)
    assert after[0] == before[1], "whole ones come first"
    assert len(set(after) - set(before)) == 2
    assert report.edited_chunks == 2


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (TimeWindow("5", "1"), "it is before --start"),
        (TimeWindow("1", timeline="fram"), "there is no timeline fram"),
        (TimeWindow("soon"), "soon"),
        (TimeWindow("1", timeline="blueprint"), "there is no timeline blueprint"),
    ],
)
def test_a_range_that_is_none_is_refused(
    path: Path, tmp_path: Path, window: TimeWindow, sentence: str
) -> None:
    with pytest.raises(EditRefusedError, match=sentence):
        written(path, tmp_path / "out.rrd", window)


def test_of_several_timelines_one_must_be_named(tmp_path: Path) -> None:
    rows = [Rows("/a", {SCALARS: [0.0]}, {"frame": [0], "step": [5]})]
    path = sketch(tmp_path / "in.rrd", SketchedStore(rows))
    out = tmp_path / "out.rrd"
    with pytest.raises(EditRefusedError, match="there are several timelines"):
        written(path, out, TimeWindow("0"))
    written(path, out, TimeWindow("5", "5", "step"))
    assert cells(out) == cells(path)


def test_the_command_line_asks_for_all_of_it(path: Path, tmp_path: Path) -> None:
    """A shell's redirection, because a recording on standard output is no text."""
    out = tmp_path / "out.rrd"
    words = "-e /a -e /c --start +1 --end 4 --timeline frame --store run"
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m rrdtool cat {words} "$1" > "$2"', sys.executable, path, out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "no time on the timeline of the range: 1 chunk (1 row)" in done.stderr
    assert {cell[4] for cell in cells(out)} == {(1.0,), (2.0,), (3.0,), (4.0,), ("name",)}


def test_typos_and_missing_inputs_write_nothing(rrd_here: RunHere, path: Path) -> None:
    for words in (["-e", "/ab", path], [path, path.with_name("missing.rrd")]):
        run = rrd_here("cat", *words)
        assert run.code in (1, 2)
        assert run.out == ""
        assert "did you mean" in run.err or "does not exist" in run.err
