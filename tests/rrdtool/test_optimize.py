"""`rrd optimize`: chunks merged, sorted, cut; every cell kept; good ones copied as they are."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings

from rrdformats.arrow_bridge import rows_taken
from rrdformats.blocks import read_blocks
from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.framing import MessageKind
from rrdformats.messages import StoreKind
from rrdformats.reader import Recording
from rrdformats.source import open_source
from rrdformats.testing.assembly import chunk_batch
from rrdformats.testing.simple_recordings import recording_of
from rrdformats.testing.sketches import SCALARS, TEXTS, Rows, SketchedStore, cells, sketch
from rrdformats.testing.strategies import Recorded, recordings
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_inputs import EditRefusedError, InputError
from rrdtool.operations.editing import EditSettings
from rrdtool.operations.optimize import OptimizeReport, optimize
from rrdtool.operations.optimizing import execution, merging
from rrdtool.operations.optimizing.plan import split_into_passes
from rrdtool.operations.optimizing.settings import PROFILES, Settings, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.conftest import RunHere

LARGE = PROFILES["object-store"]
BLOB = ComponentDescriptor("Blob:data", "rerun.archetypes.Blob", "rerun.components.Blob")
NOTE = ComponentDescriptor("note")
OTHER_NOTE = ComponentDescriptor("note", None, "user.Text")

Shape = tuple[str, Any, int]
"""Entity, first and last time on `frame` (None if static), rows."""


def scalars(*frames: int, entity: str = "/a", **lines: Sequence[int]) -> Rows:
    """A chunk with a scalar at each frame, which is its value, too."""
    return Rows(entity, {SCALARS: [float(f) for f in frames]}, {"frame": frames, **lines})


def recorded(path: Path, *rows: Rows) -> Path:
    """Chunks in one recording; each gets row ids of its own."""
    return sketch(path, SketchedStore([replace(r, serial=i) for i, r in enumerate(rows)]))


def optimized(source: Path, limits: Settings = LARGE, **options: Any) -> Path:
    """The source, optimized."""
    target = source.with_suffix(".optimized.rrd")
    report_of(source, target, limits, **options)
    return target


def report_of(
    source: Path, target: Path | None, limits: Settings = LARGE, **options: Any
) -> OptimizeReport:
    do = partial(optimize, limits=limits, settings=EditSettings(**options))
    with Recording.open(source) as recording:
        if target is None:
            return do([recording], None)
        with target.open("wb") as file:
            return do([recording], file)


def shapes(path: Path) -> list[Shape]:
    """What chunks there are, by entity and time."""
    with Recording.open(path) as recording:
        found: list[Shape] = []
        for item in recording.chunks():
            chunk = item.chunk
            times = None if chunk.is_static else chunk.times("frame")
            span = None if times is None else (int(times.min()), int(times.max()))
            found.append((str(chunk.entity_path), span, len(chunk)))
        return sorted(found, key=repr)


def identified(path: Path | io.BytesIO) -> Counter[tuple[Any, ...]]:
    """Every cell that is not null with its row id and times, whatever chunk it is in."""
    found: Counter[tuple[Any, ...]] = Counter()
    with Recording.open(path) as recording:
        for item in recording.chunks():
            chunk = item.chunk
            ids = chunk.row_ids.to_pylist()
            times = [(line.name, values.tolist()) for line, values in chunk.timelines.items()]
            for descriptor, lists in chunk.components.items():
                kind = str(lists.type)
                for row, value in enumerate(lists.to_pylist()):
                    if value is not None:
                        at = tuple((name, values[row]) for name, values in times)
                        place = item.store_id, chunk.entity_path, ids[row], at
                        found[(*place, descriptor, kind, repr(value))] += 1
    return found


def payloads(path: Path) -> set[bytes]:
    """The messages of all chunks, as they are in the file."""
    source = open_source(path)
    found = {
        bytes(block.data[start:end])
        for block in read_blocks(source)
        for kind, start, end in zip(block.kinds, block.starts, block.ends, strict=True)
        if kind == MessageKind.ARROW_MSG
    }
    source.close()
    return found


@dataclass(frozen=True)
class Case:
    """Chunks, and what becomes of them."""

    rows: Sequence[Rows]
    expected: Sequence[Shape]
    limits: Mapping[str, Any] = field(default_factory=dict)


CASES = {
    "small neighbours become one": Case([scalars(1), scalars(2), scalars(3)], [("/a", (1, 3), 3)]),
    "in the order of time": Case(
        [scalars(5, 6), scalars(1, 2), scalars(3, 4)], [("/a", (1, 6), 6)]
    ),
    "what overlaps is sorted apart": Case(
        [scalars(1, 4, 7), scalars(2, 5, 8), scalars(3, 6, 9)],
        [("/a", (1, 3), 3), ("/a", (4, 6), 3), ("/a", (7, 9), 3)],
        {"max_rows": 3},
    ),
    "rows out of order in one chunk are sorted": Case(
        [scalars(3, 1, 2), scalars(9, entity="/b")], [("/a", (1, 3), 3), ("/b", (9, 9), 1)]
    ),
    "entities stay apart": Case(
        [scalars(1), scalars(1, entity="/b"), scalars(2), scalars(2, entity="/b")],
        [("/a", (1, 2), 2), ("/b", (1, 2), 2)],
    ),
    "other timelines stay apart": Case(
        [scalars(1), scalars(2, step=[5]), scalars(3), scalars(4, step=[6])],
        [("/a", (1, 3), 2), ("/a", (2, 4), 2)],
    ),
    "static rows stay static": Case(
        [Rows("/a", {SCALARS: [1.0]}), scalars(1), Rows("/a", {SCALARS: [2.0]}), scalars(2)],
        [("/a", (1, 2), 2), ("/a", None, 2)],
    ),
    "nothing in common stays apart": Case(
        [scalars(1), Rows("/a", {TEXTS: ["x"]}, {"frame": [1]}), scalars(2)],
        [("/a", (1, 1), 1), ("/a", (1, 2), 2)],
    ),
    "something in common becomes one": Case(
        [
            scalars(1),
            Rows("/a", {TEXTS: ["x"]}, {"frame": [2]}),
            Rows("/a", {SCALARS: [3.0], TEXTS: ["y"]}, {"frame": [3]}),
        ],
        [("/a", (1, 3), 3)],
    ),
    "no more rows than allowed": Case(
        [scalars(i) for i in range(7)],
        [("/a", (0, 2), 3), ("/a", (3, 5), 3), ("/a", (6, 6), 1)],
        {"max_rows": 3},
    ),
    "fewer if another timeline is out of order": Case(
        [scalars(i, step=[-i]) for i in range(5)],
        [("/a", (0, 1), 2), ("/a", (2, 3), 2), ("/a", (4, 4), 1)],
        {"max_rows_if_unsorted": 2},
    ),
    "no more bytes than allowed": Case(
        [Rows("/a", {TEXTS: ["x" * 4000]}, {"frame": [i]}) for i in range(5)],
        [("/a", (0, 1), 2), ("/a", (2, 3), 2), ("/a", (4, 4), 1)],
        {"max_bytes": 10_000},
    ),
    "a large chunk is not cut": Case(
        [scalars(*range(10)), scalars(10, 11)],
        [("/a", (0, 9), 10), ("/a", (10, 11), 2)],
        {"max_rows": 4},
    ),
    "of different types stay apart": Case(
        [
            Rows("/a", {NOTE: [1]}, {"frame": [1]}),
            Rows("/a", {NOTE: ["x"]}, {"frame": [2]}),
            Rows("/a", {NOTE: [3]}, {"frame": [3]}),
        ],
        [("/a", (1, 3), 2), ("/a", (2, 2), 1)],
    ),
    "two columns of one name stay apart": Case(
        [
            Rows("/a", {NOTE: ["x"]}, {"frame": [1]}),
            Rows("/a", {OTHER_NOTE: ["y"]}, {"frame": [2]}),
        ],
        [("/a", (1, 1), 1), ("/a", (2, 2), 1)],
    ),
    "thick and thin part": Case(
        [Rows("/a", {SCALARS: [1.0], BLOB: [b"x" * 500]}, {"frame": [i]}) for i in range(3)],
        [("/a", (0, 2), 3), ("/a", (0, 2), 3)],
    ),
    "thick and thin stay together if asked": Case(
        [Rows("/a", {SCALARS: [1.0], BLOB: [b"x" * 500]}, {"frame": [i]}) for i in range(3)],
        [("/a", (0, 2), 3)],
        {"split_size_ratio": None},
    ),
    "similar sizes stay together": Case(
        [Rows("/a", {SCALARS: [1.0], TEXTS: ["abc"]}, {"frame": [i]}) for i in range(3)],
        [("/a", (0, 2), 3)],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_becomes_of_chunks(case: Case, tmp_path: Path) -> None:
    source = recorded(tmp_path / "run.rrd", *case.rows)
    limits = replace(LARGE, **case.limits)
    target = optimized(source, limits)
    assert shapes(target) == sorted(case.expected, key=repr)
    assert identified(target) == identified(source)
    assert optimized(target, limits).read_bytes() == target.read_bytes()


def test_rows_of_one_time_are_in_the_order_in_which_they_were_logged(tmp_path: Path) -> None:
    rows = [Rows("/a", {SCALARS: [float(i)]}, {"frame": [7]}) for i in (1, 2, 3)]
    source = recorded(tmp_path / "run.rrd", *rows)
    with Recording.open(optimized(source)) as recording:
        (found,) = [item.chunk for item in recording.chunks()]
    assert found.components[SCALARS].to_pylist() == [[1.0], [2.0], [3.0]]
    assert found.schema.row_ids_claimed_sorted


def test_what_is_good_already_is_copied_as_it_is(tmp_path: Path) -> None:
    good = [scalars(*range(8)), scalars(1, entity="/b"), Rows("/c", {TEXTS: ["x", "y"]})]
    source = recorded(tmp_path / "run.rrd", *good, scalars(1, entity="/d"), scalars(2, entity="/d"))
    target = tmp_path / "out.rrd"
    (store,) = report_of(source, target).optimized
    assert (store.chunks_before, store.chunks, store.copied, store.merged) == (5, 4, 3, 2)
    assert len(payloads(source) & payloads(target)) == 3


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    source = recorded(tmp_path / "run.rrd", *(scalars(i) for i in range(9)))
    first = optimized(source).read_bytes()
    assert optimized(source).read_bytes() == first


def test_several_inputs_become_one_recording(tmp_path: Path) -> None:
    one = recorded(tmp_path / "one.rrd", scalars(1), scalars(3))
    two = sketch(tmp_path / "two.rrd", SketchedStore([replace(scalars(2), serial=9)]))
    target = tmp_path / "both.rrd"
    with Recording.open(one) as a, Recording.open(two) as b, target.open("wb") as file:
        optimize([a, b], file)
    assert shapes(target) == [("/a", (1, 3), 3)]


def test_stores_stay_apart_and_activations_stay(tmp_path: Path) -> None:
    plan = SketchedStore([scalars(1), replace(scalars(2), serial=1)], "p", kind=StoreKind.BLUEPRINT)
    runs = [SketchedStore([replace(scalars(i), serial=10 + i)], f"run {i}") for i in range(2)]
    source = sketch(tmp_path / "run.rrd", plan, *runs)
    target = optimized(source)
    assert identified(target) == identified(source)
    with Recording.open(target) as recording:
        assert len(recording.contents.activations) == 1
        assert [len(item.manifest) for item in recording.contents.manifests] == [1, 1, 1]


def test_chunks_without_components_are_left_out_and_told_of(tmp_path: Path) -> None:
    bare = chunk_batch(rows=2, serial=2)
    bare = bare.select(bare.schema.names[:2])
    source = tmp_path / "run.rrd"
    source.write_bytes(recording_of(chunk_batch(rows=2), bare))
    target = tmp_path / "out.rrd"
    report = report_of(source, target)
    assert (report.emptied_chunks, report.emptied_rows) == (1, 2)
    assert report.notes == ["without any component, and left out: 1 chunk (2 rows)"]
    assert identified(target) == identified(source)
    assert not report.lost_something


def test_a_dry_run_tells_what_would_be(tmp_path: Path) -> None:
    source = recorded(
        tmp_path / "run.rrd", *(scalars(i) for i in range(9)), scalars(1, entity="/b")
    )
    report = report_of(source, None)
    (store,) = report.optimized
    assert report.dry_run
    assert (store.chunks_before, store.chunks, store.copied, store.merged) == (10, 2, 1, 9)


@pytest.mark.parametrize("entities", [1, 5])
def test_little_memory_only_means_more_readings(
    entities: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [scalars(10 - i, entity=f"/{i % entities}") for i in range(20)]
    source = recorded(tmp_path / "run.rrd", *rows)
    expected = optimized(source)
    kept = identified(expected)
    shape = shapes(expected)
    monkeypatch.setattr(execution, "split_into_passes", partial(split_into_passes, budget=1))
    target = optimized(source)
    assert (identified(target), shapes(target)) == (kept, shape)


def test_what_arrow_cannot_join_stays_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_pieces: Sequence[Any]) -> Any:
        raise pa.ArrowNotImplementedError("no such kernel")

    source = recorded(tmp_path / "run.rrd", *(scalars(i) for i in range(4)))
    monkeypatch.setattr(merging, "joined", refuse)
    target = optimized(source)
    assert payloads(target) == payloads(source)


def random_recording(path: Path, seed: int) -> Path:
    """Chunks in no order, which overlap, of few entities, layouts, and times."""
    chance = np.random.default_rng(seed)
    columns: list[Callable[[int], dict[ComponentDescriptor, list[Any]]]] = [
        lambda n: {SCALARS: chance.normal(size=n).tolist()},
        lambda n: {TEXTS: ["x" * int(k) for k in chance.integers(0, 9, n)]},
        lambda n: {SCALARS: [*[None] * (n - 1), 1.0], TEXTS: ["y"] * n},
        lambda n: {BLOB: [bytes(int(k)) for k in chance.integers(0, 300, n)]},
        lambda n: {BLOB: [b"z"] * n, SCALARS: [1.0] * n},
    ]
    rows = []
    for _ in range(30):
        count = int(chance.integers(1, 6))
        times = {"frame": chance.integers(0, 40, count).tolist()}
        if chance.random() < 0.5:
            times["step"] = chance.integers(0, 9, count).tolist()
        if chance.random() < 0.1:
            times = {}
        values = columns[int(chance.integers(len(columns)))](count)
        rows.append(Rows(f"/{chance.integers(2)}", values, times))
    return recorded(path, *rows)


@pytest.mark.parametrize("seed", range(12))
def test_any_recording_keeps_its_cells_and_its_second_optimum(seed: int, tmp_path: Path) -> None:
    source = random_recording(tmp_path / "run.rrd", seed)
    limits = replace(
        LARGE,
        max_bytes=(2 << 20, 700)[seed % 2],
        max_rows=(65_536, 5, 9)[seed % 3],
        split_size_ratio=(None, 3.0)[seed // 2 % 2],
    )
    target = optimized(source, limits)
    assert identified(target) == identified(source)
    assert not overlapping(target)
    assert optimized(target, limits).read_bytes() == target.read_bytes()


@given(recordings())
@settings(max_examples=25)
def test_values_of_any_type(found: Recorded) -> None:
    ids = [(store, chunk.id) for store, chunk in found.chunks]
    assume(len(set(ids)) == len(ids))
    source, target, again = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with RrdWriter(source) as writer:
        for store, chunk in found.chunks:
            # Values hidden under nulls have a size, but are gone once rows are moved.
            rows = rows_taken(chunk.batch, np.arange(len(chunk)))
            writer.write_chunk(store, Chunk(chunk.schema, rows, chunk.id))
    limits = replace(LARGE, max_rows=6)
    try:
        work(source, target, limits)
    except EditRefusedError:  # a timeline of two kinds
        return
    assert identified(target) == identified(source)
    work(target, again, limits)
    assert again.getvalue() == target.getvalue()


def work(source: io.BytesIO, target: io.BytesIO, limits: Settings) -> None:
    source.seek(0)
    with Recording.open(source) as recording:
        optimize([recording], target, limits=limits)
    target.seek(0)


def overlapping(path: Path) -> list[str]:
    """Entities with chunks of one layout whose times overlap, or are out of order."""
    spans: dict[Any, list[tuple[int, int]]] = {}
    wrong = []
    with Recording.open(path) as recording:
        for item in recording.chunks():
            chunk = item.chunk
            if chunk.is_static:
                continue
            times = chunk.times("frame")
            if (np.diff(times) < 0).any():
                wrong.append(str(chunk.entity_path))
            key = item.store_id, chunk.entity_path, chunk.schema.timelines, chunk.schema.descriptors
            spans.setdefault(key, []).append((int(times[0]), int(times[-1])))
    for (_, entity, _, _), found in spans.items():
        found.sort()
        if any(after[0] < before[1] for before, after in pairwise(found)):
            wrong.append(str(entity))
    return wrong


# Settings


@pytest.mark.parametrize(
    ("variables", "given", "expected"),
    [
        ({}, {}, (2 << 20, 65_536, 8_192, 10.0)),
        ({"RERUN_CHUNK_MAX_BYTES": "1000"}, {}, (1000, 65_536, 8_192, 10.0)),
        ({"RERUN_CHUNK_MAX_BYTES": "1MiB"}, {}, (1 << 20, 65_536, 8_192, 10.0)),
        ({"RERUN_CHUNK_MAX_ROWS": "7"}, {}, (2 << 20, 7, 8_192, 10.0)),
        ({"RERUN_CHUNK_MAX_ROWS": "7"}, {"max_rows": 9}, (2 << 20, 9, 8_192, 10.0)),
        ({"RERUN_CHUNK_MAX_ROWS_IF_UNSORTED": "3"}, {}, (2 << 20, 65_536, 3, 10.0)),
        ({"RERUN_CHUNK_MAX_ROWS": ""}, {}, (2 << 20, 65_536, 8_192, 10.0)),
        ({}, {"split_size_ratio": 0.0}, (2 << 20, 65_536, 8_192, None)),
        ({}, {"max_bytes": 1 << 40}, (512 << 20, 65_536, 8_192, 10.0)),
    ],
)
def test_settings(
    variables: dict[str, str], given: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    found = settings_for("object-store", variables, **given)
    numbers = found.max_bytes, found.max_rows, found.max_rows_if_unsorted, found.split_size_ratio
    assert numbers == expected


@pytest.mark.parametrize(
    ("variables", "given"),
    [
        ({"RERUN_CHUNK_MAX_BYTES": "many"}, {}),
        ({"RERUN_CHUNK_MAX_ROWS": "1.5"}, {}),
        ({}, {"split_size_ratio": 0.5}),
    ],
)
def test_settings_that_make_no_sense(variables: dict[str, str], given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"RERUN_CHUNK|ratio"):
        settings_for("live", variables, **given)


# Damage


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A recording without its end."""
    source = recorded(tmp_path / "run.rrd", *(scalars(i) for i in range(6)))
    path = tmp_path / "cut.rrd"
    path.write_bytes(source.read_bytes()[:-4000])
    return path


@pytest.fixture
def rotten(tmp_path: Path) -> Path:
    """A recording with a sound footer, and a chunk among those to be merged that is not."""
    source = recorded(tmp_path / "run.rrd", *(scalars(i) for i in range(6)))
    with Recording.open(source) as recording:
        manifest = recording.contents.manifests[0].manifest
        start, size = manifest.byte_offset[3], manifest.byte_size[3]
    data = bytearray(source.read_bytes())
    data[start + size - 300 : start + size - 100] = bytes(200)
    path = tmp_path / "rotten.rrd"
    path.write_bytes(data)
    return path


def test_a_cut_input_is_refused(cut: Path) -> None:
    with pytest.raises(EditRefusedError):
        report_of(cut, None)


def test_a_cut_input_is_read_as_far_as_it_goes_if_asked(cut: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.rrd"
    report = report_of(cut, target, lossy=True)
    assert report.lost_something
    assert 0 < sum(identified(target).values()) < 6


def test_a_rotten_chunk_is_an_error(rotten: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rotten\.rrd"):
        report_of(rotten, tmp_path / "out.rrd")


def test_a_rotten_chunk_is_left_out_if_asked(rotten: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.rrd"
    report = report_of(rotten, target, lossy=True)
    assert report.unreadable_chunks == 1
    assert report.lost_something
    assert [cell[4] for cell in cells(target)] == [(0.0,), (1.0,), (2.0,), (4.0,), (5.0,)]


# The command


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return recorded(tmp_path / "run.rrd", *(scalars(i) for i in range(6)))


def test_the_command_writes_a_file_and_says_so(rrd_here: RunHere, run: Path) -> None:
    target = run.with_name("out.rrd")
    done = rrd_here("optimize", run, "-o", target)
    assert (done.code, done.out) == (0, "")
    assert "6 chunks to 1, " in done.err
    assert identified(target) == identified(run)


def test_a_dry_run_writes_nothing(rrd_here: RunHere, run: Path) -> None:
    done = rrd_here("optimize", run, "--dry-run")
    assert done.code == 0
    assert [line.split()[-3:] for line in done.out.splitlines()][1] == ["6", "1", "0"]
    assert [path.name for path in run.parent.iterdir()] == ["run.rrd"]


def test_the_report_as_json(rrd_here: RunHere, run: Path) -> None:
    done = rrd_here("optimize", run, "-o", run.with_name("out.rrd"), "--json", "--max-rows", "4")
    report = json.loads(done.out)
    assert report["schema"] == "rrd.optimize/1"
    assert report["optimized"] == [
        {
            "kind": "recording",
            "application_id": "app",
            "recording_id": "run",
            "chunks_before": 6,
            "chunks": 2,
            "copied": 0,
            "merged": 6,
        }
    ]
    assert report["bytes"] == run.with_name("out.rrd").stat().st_size


def test_standard_input_to_standard_output(run: Path) -> None:
    target = run.with_name("out.rrd")
    with run.open("rb") as given, target.open("wb") as out:
        words = [sys.executable, "-m", "rrdtool", "optimize", "-", "--profile", "live"]
        subprocess.run(words, stdin=given, stdout=out, check=True, timeout=60)
    assert identified(target) == identified(run)
    assert len(shapes(target)) == 1


def test_in_place_with_a_backup(rrd_here: RunHere, run: Path) -> None:
    before = run.read_bytes()
    assert rrd_here("optimize", "--in-place", "--backup", run).code == 0
    assert len(shapes(run)) == 1
    assert run.with_name("run.rrd.bak").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--max-size", "soon"], "soon"),
        (["--split-size-ratio", "0.5"], "ratio"),
        (["--profile", "tiny"], "tiny"),
        (["-o", "run.rrd"], "is also an input"),
    ],
)
def test_wrong_usage(
    rrd_here: RunHere,
    run: Path,
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(run.parent)
    before = run.read_bytes()
    done = rrd_here("optimize", "run.rrd", *words)
    assert done.code == 2
    assert said in done.err
    assert run.read_bytes() == before


def test_a_failing_run_leaves_no_output(rrd_here: RunHere, rotten: Path) -> None:
    done = rrd_here("optimize", rotten, "-o", rotten.with_name("out.rrd"))
    assert done.code == 1
    assert not rotten.with_name("out.rrd").exists()
    done = rrd_here("optimize", rotten, "-o", rotten.with_name("out.rrd"), "--lossy")
    assert done.code == 3
