"""`rrd filter`: what is asked for stays, what is not goes, and everything else is as it was."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.messages import Compression, StoreKind
from rrdformats.payloads import decompress_payload, literal_payload
from rrdformats.reader import Recording
from rrdformats.testing.sketches import (
    SCALARS,
    TEXTS,
    Cell,
    Rows,
    SketchedStore,
    cells,
    chunk_ids,
    sketch,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RunHere

LEVEL = ComponentDescriptor(
    "TextLog:level", "rerun.archetypes.TextLog", "rerun.components.TextLogLevel"
)
RUN = SketchedStore(
    [
        Rows("/robot/arm", {SCALARS: [1.0, 2.0]}, {"frame": [0, 1], "tick": [7, 8]}),
        Rows("/robot/log", {TEXTS: ["a", "b"], LEVEL: [None, "W"]}, {"frame": [2, 3]}, serial=1),
        Rows("/robot", {SCALARS: [5.0], TEXTS: ["c"]}, {"tick": [9]}, serial=2),
        Rows("/fixed", {TEXTS: ["there"]}, serial=3),
        Rows("/__properties", {TEXTS: ["name"]}, serial=4),
    ]
)
OTHER = SketchedStore([Rows("/robot/arm", {SCALARS: [3.0]}, {"frame": [0]}, serial=5)], "other")
PLAN = SketchedStore(
    [Rows("/viewport", {TEXTS: ["layout"]}, {"blueprint": [0]}, serial=9)],
    "plan",
    kind=StoreKind.BLUEPRINT,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return sketch(tmp_path / "in.rrd", PLAN, RUN, OTHER)


def is_free(cell: Cell) -> bool:
    """Whether inclusions do not concern a cell."""
    return cell[0].startswith("blueprint") or cell[1].startswith("/__properties")


SELECTIONS: list[tuple[list[str], Callable[[Cell], bool]]] = [
    ([], lambda _: True),
    (["-e", "/robot"], lambda c: is_free(c) or c[1] == "/robot"),
    (["--include", "/robot/**"], lambda c: is_free(c) or c[1].startswith("/robot")),
    (["-e", "/robot/*", "--exclude", "/robot/l*"], lambda c: is_free(c) or c[1] == "/robot/arm"),
    (["--exclude", "/robot/**"], lambda c: not c[1].startswith("/robot")),
    (["--drop-entity", "/robot"], lambda c: c[1] != "/robot"),
    (["--drop-entity", "/**"], lambda _: False),
    (["--component", "Scalars:*"], lambda c: is_free(c) or c[3] == "Scalars:scalars"),
    (["--exclude-component", "TextLog:text"], lambda c: c[3] != "TextLog:text"),
    (["--archetype", "Scalars"], lambda c: is_free(c) or c[3] == "Scalars:scalars"),
    (
        ["--archetype", "rerun.archetypes.TextLog"],
        lambda c: is_free(c) or c[3].startswith("TextLog"),
    ),
    (["--exclude-archetype", "Text*"], lambda c: not c[3].startswith("TextLog")),
    (["--store", "run", "--store", "plan"], lambda c: not c[0].endswith("/other")),
    (["--exclude-store", "o*"], lambda c: not c[0].endswith("/other")),
    (["--drop-blueprints"], lambda c: not c[0].startswith("blueprint")),
]


@pytest.mark.parametrize(("words", "keep"), SELECTIONS, ids=[" ".join(w) for w, _ in SELECTIONS])
def test_a_selection_keeps_what_it_says(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], keep: Callable[[Cell], bool]
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("filter", *words, path, "-o", out)
    assert (run.code, run.err) == (0, "")
    assert cells(out) == [cell for cell in cells(path) if keep(cell)]
    if cells(out):
        assert rrd_here("verify", out).code == 0


LINES: list[tuple[list[str], set[str]]] = [
    (["--drop-timeline", "tick"], {"tick"}),
    (["--exclude-timeline", "t*"], {"tick"}),
    (["--timeline", "frame"], {"tick"}),
    (["--drop-timeline", "tick", "--drop-timeline", "frame"], {"tick", "frame"}),
]


@pytest.mark.parametrize(("words", "gone"), LINES, ids=[" ".join(w) for w, _ in LINES])
def test_timelines_go_and_values_stay(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], gone: set[str]
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("filter", *words, path, "-o", out)
    assert run.code == 0
    expected = [
        (store, entity, tuple(time for time in times if time[0] not in gone), component, value)
        for store, entity, times, component, value in cells(path)
    ]
    assert cells(out) == sorted(expected, key=repr)
    static = {"tick": 1, "frame": 2}
    count = sum(static[name] for name in gone) + ("frame" in gone and "tick" in gone)
    told = f"static now: {count} chunk{'s' if count > 1 else ''}"
    assert told in run.err
    assert rrd_here("verify", out).code == 0


def test_what_is_not_concerned_is_copied_and_the_rest_gets_new_ids(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    assert rrd_here("filter", "--drop-timeline", "tick", path, "-o", out).code == 0
    before, after = chunk_ids(path), chunk_ids(out)
    assert [a == b for a, b in zip(before, after, strict=True)] == [
        place not in (1, 3) for place in range(7)
    ]
    assert len(set(after)) == 7


def test_manifest_and_chunks_of_an_edited_copy_agree(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    out, cut = tmp_path / "out.rrd", tmp_path / "cut.rrd"
    words = ["--drop-timeline", "tick", "--exclude-component", "TextLog:level", "-e", "/robot/**"]
    assert rrd_here("filter", *words, path, "-o", out).code == 0
    data = out.read_bytes()
    cut.write_bytes(data[: int.from_bytes(data[-32:-24], "little") - 16])
    with Recording.open(out) as told, Recording.open(cut) as scanned:
        assert (told.contents.scan_reason, scanned.contents.scan_reason is None) == (None, False)
        pairs = zip(told.contents.manifests, scanned.contents.manifests, strict=True)
        for mine, found in pairs:
            assert mine.manifest.schema_sha256 == found.manifest.schema_sha256
            assert bytes(mine.manifest.chunk_id) == bytes(found.manifest.chunk_id)
            for line, bounds in found.manifest.timelines.items():
                assert list(mine.manifest.timelines[line].start) == list(bounds.start)


def test_the_same_options_give_the_same_bytes(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    outputs = [tmp_path / name for name in ("one.rrd", "two.rrd")]
    for out in outputs:
        assert rrd_here("filter", "--drop-timeline", "tick", path, "-o", out).code == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-e", "/robot/amr"], "no entity matches /robot/amr; did you mean /robot/arm?"),
        (["--drop-entity", "/robots/**"], "no entity matches /robots/**"),
        (["--exclude", "/x", "--exclude", "/fixed"], "no entity matches /x"),
        (["--component", "Scalers:*"], "no component matches Scalers:*"),
        (["--exclude-archetype", "TextLogs"], "no archetype matches TextLogs; did you mean"),
        (["--drop-timeline", "frames"], "no timeline matches frames; did you mean frame?"),
        (["--store", "runn"], "no recording or blueprint matches runn; did you mean run?"),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("filter", *words, path, "-o", out)
    assert run.code == 2
    assert sentence in run.err
    assert not out.exists()
    assert rrd_here("filter", "--allow-empty", *words, path, "-o", out).code == 0


@pytest.mark.parametrize("words", [["-e", "/a[b"], ["--drop-entity", ""], ["--component", ""]])
def test_a_malformed_pattern_is_wrong_usage(
    rrd_here: RunHere, path: Path, tmp_path: Path, words: list[str]
) -> None:
    assert rrd_here("filter", *words, path, "-o", tmp_path / "out.rrd").code == 2
    assert not (tmp_path / "out.rrd").exists()


def test_filtering_a_file_into_itself_is_refused(rrd_here: RunHere, path: Path) -> None:
    before = path.read_bytes()
    link = path.with_name("link.rrd")
    link.symlink_to(path)
    for out in (path, link):
        run = rrd_here("filter", "--drop-entity", "/fixed", path, "-o", out, "--force")
        assert run.code == 2
        assert "is also an input" in run.err
    assert path.read_bytes() == before


def test_in_place_keeps_a_backup_on_request(rrd_here: RunHere, path: Path) -> None:
    before, expected = path.read_bytes(), [c for c in cells(path) if c[1] != "/fixed"]
    run = rrd_here("filter", "--drop-entity", "/fixed", path, "--in-place", "--backup")
    assert run.code == 0
    assert "the old file is kept as in.rrd.bak" in run.err
    assert cells(path) == expected
    assert path.with_name("in.rrd.bak").read_bytes() == before


def test_an_existing_output_needs_force(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    out.write_bytes(b"old")
    run = rrd_here("filter", "--drop-blueprints", path, "-o", out)
    assert (run.code, out.read_bytes()) == (2, b"old")
    assert "--force" in run.err
    assert rrd_here("filter", "--drop-blueprints", path, "-o", out, "--force").code == 0
    assert len(cells(out)) == len(cells(path)) - 1


def test_a_truncated_input_is_refused_unless_loss_is_accepted(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    cut, out = tmp_path / "cut.rrd", tmp_path / "out.rrd"
    cut.write_bytes(path.read_bytes()[:6000])
    refused = rrd_here("filter", "--drop-timeline", "frame", cut, "-o", out)
    assert refused.code == 1
    assert "add --lossy" in refused.err
    assert not out.exists()
    accepted = rrd_here("filter", "--drop-timeline", "frame", "--lossy", cut, "-o", out)
    assert accepted.code == 3
    assert "what could be read was kept" in accepted.err
    assert rrd_here("verify", out).code == 0


def test_damage_inside_a_chunk_is_found_where_it_is_opened(
    rrd_here: RunHere, path: Path, tmp_path: Path
) -> None:
    broken, out = tmp_path / "broken.rrd", tmp_path / "out.rrd"
    with Recording.open(path) as recording:
        manifest = recording.contents.manifests[1].manifest
        place, size = int(manifest.byte_offset[0]), int(manifest.byte_size[0])
    data = bytearray(path.read_bytes())
    data[place + size // 2 : place + size // 2 + 200] = bytes(200)
    broken.write_bytes(data)
    refused = rrd_here("filter", "--drop-timeline", "tick", broken, "-o", out)
    assert refused.code == 1
    assert "broken.rrd" in refused.err
    assert not out.exists()
    accepted = rrd_here("filter", "--drop-timeline", "tick", "--lossy", broken, "-o", out)
    assert accepted.code == 3
    gone = ("recording app/run", "/robot/arm")
    assert {cell[:2] for cell in cells(path)} - {cell[:2] for cell in cells(out)} == {gone}


def test_a_dry_run_says_what_would_go(rrd_here: RunHere, path: Path, tmp_path: Path) -> None:
    names = {item.name for item in tmp_path.iterdir()}
    words = ("filter", "--drop-entity", "/robot/**", "--drop-blueprints", path, "--dry-run")
    run = rrd_here(*words)
    assert run.code == 0
    assert "leave out 5 chunks (7 rows)" in run.out
    assert "plan" in run.out
    report = json.loads(rrd_here(*words, "--json").out)
    assert (report["schema"], report["dry_run"]) == ("rrd.filter/1", True)
    assert report["left_out_chunks"] == 5
    assert {item.name for item in tmp_path.iterdir()} == names


def test_old_recordings_are_filtered_by_their_new_names(
    rrd_here: RunHere, corpus: Path, tmp_path: Path
) -> None:
    """Names of components changed between releases; patterns are held against today's."""
    old, out = corpus / "0.24.1" / "static_mix.rrd", tmp_path / "out.rrd"
    before = cells(old)
    component = before[0][3]
    run = rrd_here("filter", "--exclude-component", component, old, "-o", out)
    assert run.code == 0, run.err
    assert cells(out) == [cell for cell in before if cell[3] != component]
    assert rrd_here("verify", out).code == 0


@pytest.mark.parametrize(
    "value", [random.Random(1).randbytes(50_000), bytes(50_000)], ids=["dense", "compressible"]
)
def test_large_chunks_are_edited_one_by_one(
    rrd_here: RunHere, tmp_path: Path, value: bytes
) -> None:
    blob = ComponentDescriptor("Thing:blob")
    rows = [
        Rows("/big", {blob: [value, None, value]}, {"frame": [i] * 3, "tick": [9] * 3}, serial=i)
        for i in range(3)
    ]
    path, out = sketch(tmp_path / "in.rrd", SketchedStore(rows)), tmp_path / "out.rrd"
    assert rrd_here("filter", "--drop-timeline", "tick", path, "-o", out).code == 0
    expected = [(*cell[:2], cell[2][:1], *cell[3:]) for cell in cells(path)]
    assert cells(out) == sorted(expected, key=repr)
    assert rrd_here("verify", out).code == 0
    assert out.stat().st_size <= path.stat().st_size + 1_000


@pytest.mark.parametrize("size", [0, 1, 14, 15, 16, 269, 270, 271, 70_000])
def test_a_block_of_literals_decompresses_to_itself(size: int) -> None:
    data = random.Random(size).randbytes(size)
    payload = literal_payload([data[: size // 2], memoryview(data)[size // 2 :]])
    assert bytes(decompress_payload(payload, Compression.LZ4, size)) == data
