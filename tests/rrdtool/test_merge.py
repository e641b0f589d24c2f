"""`rrd merge`: stores joined, chunks as they were, and nothing lost in silence."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rrdformats.blocks import read_blocks
from rrdformats.framing import MessageKind
from rrdformats.messages import StoreKind
from rrdformats.reader import Recording
from rrdformats.source import open_source
from rrdformats.testing.sketches import (
    SCALARS,
    TEXTS,
    Rows,
    SketchedStore,
    cells,
    chunk_ids,
    sketch,
)
from rrdformats.timeline import TimeKind
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_inputs import EditRefusedError
from rrdtool.operations.merge import Prefix, merge
from rrdtool.operations.routing import Routing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere, RunProgram

    from rrdtool.operations.edit_writing import EditReport

LEFT = Rows("/left", {SCALARS: [1.0, 2.0]}, {"frame": [0, 1]})
RIGHT = Rows("/right", {SCALARS: [3.0, None], TEXTS: ["a", "b"]}, {"frame": [5, 6]}, serial=1)
FIXED = Rows("/fixed", {TEXTS: ["there"]}, serial=2)
NAME = Rows("/__properties", {TEXTS: ["x"]}, serial=3)
BLUEPRINT = SketchedStore(
    [Rows("/viewport", {TEXTS: ["layout"]}, {"blueprint": [0]}, serial=9)],
    "plan",
    kind=StoreKind.BLUEPRINT,
)


def merged(out: Path, *inputs: Path, **options: object) -> EditReport:
    recordings = [Recording.open(path) for path in inputs]
    try:
        with out.open("wb") as file:
            return merge(recordings, file, **options)  # type: ignore[arg-type] # named in each test
    finally:
        for recording in recordings:
            recording.close()


def messages(path: Path) -> list[tuple[int, bytes]]:
    source = open_source(path)
    found = [
        (kind, bytes(block.data[start:end]))
        for block in read_blocks(source)
        for kind, start, end in zip(block.kinds, block.starts, block.ends, strict=True)
    ]
    source.close()
    return found


def chunk_messages(path: Path) -> list[bytes]:
    return [data for kind, data in messages(path) if kind == MessageKind.ARROW_MSG]


@pytest.fixture
def left(tmp_path: Path) -> Path:
    return sketch(tmp_path / "left.rrd", SketchedStore([LEFT, FIXED, NAME]))


@pytest.fixture
def right(tmp_path: Path) -> Path:
    return sketch(tmp_path / "right.rrd", SketchedStore([RIGHT]))


def test_one_store_of_two_files_is_one_store_of_the_output(
    left: Path, right: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    report = merged(out, left, right)
    assert cells(out) == sorted(cells(left) + cells(right), key=repr)
    kinds = [kind for kind, _ in messages(out)]
    assert kinds.count(MessageKind.SET_STORE_INFO) == 1
    assert kinds[0] == MessageKind.SET_STORE_INFO
    assert [(store.chunks, store.rows) for store in report.stores] == [(4, 6)]


def test_chunks_are_copied_byte_for_byte(left: Path, right: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    merged(out, left, right)
    assert chunk_messages(out) == chunk_messages(left) + chunk_messages(right)


@pytest.mark.parametrize("footer", [True, False])
def test_the_manifest_is_what_a_scan_finds(tmp_path: Path, footer: bool) -> None:
    inputs = [
        sketch(tmp_path / f"{number}.rrd", SketchedStore(rows), BLUEPRINT, footer=footer)
        for number, rows in enumerate(([LEFT, FIXED], [RIGHT, NAME]))
    ]
    out, cut = tmp_path / "out.rrd", tmp_path / "cut.rrd"
    merged(out, *inputs)
    data = out.read_bytes()
    cut.write_bytes(data[: int.from_bytes(data[-32:-24], "little") - 16])
    with Recording.open(out) as told, Recording.open(cut) as scanned:
        assert (told.contents.scan_reason, scanned.contents.scan_reason is None) == (None, False)
        pairs = zip(told.contents.manifests, scanned.contents.manifests, strict=True)
        for mine, found in pairs:
            assert mine.manifest.schema_sha256 == found.manifest.schema_sha256
            assert mine.manifest.timelines.keys() == found.manifest.timelines.keys()
            assert list(mine.manifest.byte_offset) == list(found.manifest.byte_offset)


def test_the_same_inputs_give_the_same_bytes(left: Path, right: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.rrd", tmp_path / "second.rrd"
    for out in (first, second):
        prefixes = [Prefix.parse("left=/a")]
        merged(out, left, right, routing=Routing(recording_id="both"), prefixes=prefixes)
    assert first.read_bytes() == second.read_bytes()


def test_chunks_that_occur_twice_are_kept_once(left: Path, right: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    report = merged(out, left, right, left)
    assert (report.duplicate_chunks, report.differing_duplicates) == (3, 0)
    assert cells(out) == sorted(cells(left) + cells(right), key=repr)


def test_a_copy_under_another_name_has_the_same_chunks(left: Path, tmp_path: Path) -> None:
    copy, out = tmp_path / "copy.rrd", tmp_path / "out.rrd"
    copy.write_bytes(left.read_bytes())
    report = merged(out, left, copy)
    assert (report.duplicate_chunks, report.differing_duplicates) == (3, 0)


def test_chunks_of_one_id_and_other_data_are_counted(
    rrd_here: RunHere, left: Path, tmp_path: Path
) -> None:
    changed = replace(LEFT, values={SCALARS: [1.0, 7.0]})
    other = sketch(tmp_path / "other.rrd", SketchedStore([changed, FIXED]))
    run = rrd_here("merge", left, other, "-o", tmp_path / "out.rrd", "--json")
    report = json.loads(run.out)
    assert (report["duplicate_chunks"], report["differing_duplicates"]) == (2, 1)
    assert "1 chunk of these with other data" in run.err
    assert run.code == 3, "that data is lost"
    assert cells(tmp_path / "out.rrd") == cells(left)


def test_chunks_that_say_the_same_in_other_bytes_are_the_same(left: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.rrd"
    with (
        Recording.open(left) as recording,
        plain.open("wb") as file,
        RrdWriter(file, compress=False) as writer,
    ):
        for found in recording.chunks():
            writer.write_chunk(found.store_id, found.chunk)
    report = merged(tmp_path / "out.rrd", left, plain)
    assert (report.duplicate_chunks, report.differing_duplicates) == (3, 0)


def test_a_store_keeps_chunks_of_another_store_with_the_same_id(tmp_path: Path) -> None:
    path = sketch(tmp_path / "in.rrd", SketchedStore([LEFT]), SketchedStore([LEFT], "other"))
    twice = tmp_path / "twice.rrd"
    twice.write_bytes(path.read_bytes() * 2)
    report = merged(tmp_path / "out.rrd", twice)
    assert report.duplicate_chunks == 2
    assert [store.chunks for store in report.stores] == [1, 1]


def test_different_recordings_are_joined_by_id(
    rrd_here: RunHere, left: Path, tmp_path: Path
) -> None:
    other = sketch(
        tmp_path / "other.rrd", SketchedStore([replace(LEFT, serial=5), RIGHT], "else", "tool")
    )
    out = tmp_path / "out.rrd"
    run = rrd_here("merge", left, other, "--recording-id", "joined", "-o", out)
    assert run.code == 0
    assert "1 entity is in several of the joined recordings: /left" in run.err
    assert "recordings of several applications (app, tool) become one of app" in run.err
    assert {store for store, *_ in cells(out)} == {"recording app/joined"}
    assert len(cells(out)) == len(cells(left)) + len(cells(other))


def test_prefixes_keep_recordings_apart(rrd_here: RunHere, left: Path, tmp_path: Path) -> None:
    other = sketch(tmp_path / "other.rrd", SketchedStore([LEFT], "else"))
    out = tmp_path / "out.rrd"
    words = ("--recording-id", "joined", "--prefix", "left=/a", "other.rrd=/b/c", "-o", out)
    run = rrd_here("merge", left, other, *words)
    assert run.code == 0, run.err
    assert "joined recordings" not in run.err
    entities = {entity for _, entity, *_ in cells(out)}
    assert entities == {"/a/left", "/a/fixed", "/b/c/left", "/__properties"}
    assert len(set(chunk_ids(out))) == 4, "renamed chunks need ids of their own"


@pytest.mark.parametrize(
    ("prefixes", "sentence"),
    [
        (["nobody=/a"], "no input is called nobody"),
        (["left=/a", "left.rrd=/b"], "there are two prefixes for it"),
    ],
)
def test_prefixes_must_fit_the_inputs(
    left: Path, tmp_path: Path, prefixes: list[str], sentence: str
) -> None:
    with pytest.raises(EditRefusedError, match=sentence):
        merged(tmp_path / "out.rrd", left, prefixes=[Prefix.parse(text) for text in prefixes])


def test_a_timeline_of_two_kinds_is_refused_up_front(rrd_here: RunHere, tmp_path: Path) -> None:
    one = sketch(tmp_path / "one.rrd", SketchedStore([LEFT]))
    duration = Rows("/other", {SCALARS: [1.0]}, {"frame": [5]}, TimeKind.DURATION, serial=1)
    two = sketch(tmp_path / "two.rrd", SketchedStore([duration]))
    out = tmp_path / "out.rrd"
    run = rrd_here("merge", one, two, "-o", out)
    assert run.code == 2
    assert "timeline frame would be a sequence in" in run.err
    assert "and a duration in" in run.err
    assert not out.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"one.rrd", "two.rrd"}


def test_a_file_whose_timeline_has_two_kinds_is_refused_too(
    rrd_here: RunHere, tmp_path: Path
) -> None:
    duration = Rows("/other", {SCALARS: [1.0]}, {"frame": [5]}, TimeKind.DURATION, serial=1)
    broken = sketch(tmp_path / "broken.rrd", SketchedStore([LEFT, duration]))
    run = rrd_here("merge", broken, "-o", tmp_path / "out.rrd")
    assert run.code == 2
    assert "timeline frame has two kinds; rename it" in run.err
    dropped = rrd_here("filter", "--drop-timeline", "frame", broken, "-o", tmp_path / "out.rrd")
    assert dropped.code == 0, dropped.err
    assert {times for *_, times, _, _ in cells(tmp_path / "out.rrd")} == {()}


def test_activations_come_behind_their_blueprint(tmp_path: Path) -> None:
    one = sketch(tmp_path / "one.rrd", BLUEPRINT, SketchedStore([LEFT]))
    more = Rows("/more", {TEXTS: ["b"]}, {"blueprint": [0]}, serial=12)
    two = sketch(tmp_path / "two.rrd", replace(BLUEPRINT, rows=[more]))
    out = tmp_path / "out.rrd"
    merged(out, one, two)
    kinds = [kind for kind, _ in messages(out)]
    assert kinds.count(MessageKind.BLUEPRINT_ACTIVATION) == 1
    blueprint = [store.startswith("blueprint") for store, *_ in cells(out)]
    assert blueprint.count(True) == 2
    place = kinds.index(MessageKind.BLUEPRINT_ACTIVATION)
    assert kinds[:place].count(MessageKind.ARROW_MSG) == 2


def test_an_output_that_is_an_input_is_left_alone(rrd_here: RunHere, left: Path) -> None:
    before = left.read_bytes()
    linked = left.with_name("linked.rrd")
    os.link(left, linked)
    for out in (left, linked):
        run = rrd_here("merge", left, "-o", out, "--force")
        assert run.code == 2
        assert "is also an input" in run.err
    assert left.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["missing.rrd"], 1, "missing.rrd: does not exist"),
        (["."], 2, "is a folder; add -r"),
        (["left.rrd", "-", "-"], 2, "standard input can be read only once"),
    ],
)
def test_an_input_that_is_not_there_leaves_no_output(
    rrd_here: RunHere,
    left: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(left.parent)
    run = rrd_here("merge", "left.rrd", *words, "-o", "out.rrd")
    assert run.code == code
    assert sentence in run.err
    assert not left.with_name("out.rrd").exists()


def test_a_folder_is_merged_on_request(
    rrd_here: RunHere, left: Path, right: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    assert rrd_here("merge", "-r", tmp_path, "-o", out).code == 0
    assert cells(out) == sorted(cells(left) + cells(right), key=repr)


def test_a_truncated_input_is_refused_unless_loss_is_accepted(
    rrd_here: RunHere, left: Path, right: Path, tmp_path: Path
) -> None:
    cut, out = tmp_path / "cut.rrd", tmp_path / "out.rrd"
    cut.write_bytes(left.read_bytes()[:4500])
    refused = rrd_here("merge", cut, right, "-o", out)
    assert refused.code == 1
    assert "the stream ends after" in refused.err
    assert "add --lossy" in refused.err
    assert not out.exists()
    accepted = rrd_here("merge", "--lossy", cut, right, "-o", out)
    assert accepted.code == 3
    assert "what could be read was kept" in accepted.err
    assert set(cells(right)) <= set(cells(out))
    assert rrd_here("verify", out).code == 0


def test_what_is_no_recording_is_named(rrd_here: RunHere, left: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_text("nothing of the kind")
    run = rrd_here("merge", left, foreign, "-o", tmp_path / "out.rrd")
    assert run.code == 1
    assert "notes.txt: " in run.err
    assert not (tmp_path / "out.rrd").exists()


def test_a_pipe_is_an_input_like_any_other(rrd: RunProgram, left: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    run = rrd("merge", "-", "-o", out, stdin=left.read_bytes())
    assert (run.code, run.err) == (0, "")
    assert cells(out) == cells(left)


def test_a_dry_run_tells_and_writes_nothing(
    rrd_here: RunHere, left: Path, right: Path, tmp_path: Path
) -> None:
    names = {path.name for path in tmp_path.iterdir()}
    run = rrd_here("merge", left, right, left, "-o", tmp_path / "out.rrd", "--dry-run")
    assert run.code == 0
    assert "recording app/run" in run.out
    assert "would copy" in run.out
    assert "3 chunks with an id that occurred before" in run.err
    assert {path.name for path in tmp_path.iterdir()} == names
    report = json.loads(rrd_here("merge", left, "--dry-run", "--json").out)
    assert (report["schema"], report["dry_run"]) == ("rrd.merge/1", True)


def test_history_is_added_step_by_step(rrd_here: RunHere, left: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.rrd", tmp_path / "second.rrd"
    assert rrd_here("merge", left, "-o", first, "--history").code == 0
    assert rrd_here("merge", first, "-o", second, "--history").code == 0
    run = rrd_here("meta", "get", second, "history/*", "--json")
    (told,) = json.loads(run.out)["recordings"]
    properties = told["properties"]
    assert properties["history/1.command"].startswith(f"rrd merge {left} -o")
    assert properties["history/2.command"].startswith(f"rrd merge {first} -o")
    assert properties["history/1.inputs"].startswith("sha256:")
    assert properties["history/1.version"].startswith("rrd ")
    plain = rrd_here("merge", left, "-o", tmp_path / "plain.rrd")
    assert plain.code == 0
    assert cells(tmp_path / "plain.rrd") == cells(left)


def test_json_needs_room(rrd_here: RunHere, left: Path) -> None:
    run = rrd_here("merge", left, "--json")
    assert run.code == 2
    assert "--json has no room" in run.err
