"""Every recording of every release: chunks, rows and cells as the reference reads them.

The reference's Python reader is asked chunk by chunk. A copy that our writer made must pass its
`rrd verify` and be equal by its `rrd compare --unordered`.
"""

from __future__ import annotations

import subprocess
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdformats.reader import Recording
from rrdformats.writer import RrdWriter

if TYPE_CHECKING:
    from pathlib import Path

    from rrdformats.chunk import Chunk
    from rrdformats.errors import RrdError

CORPUS = [
    f"{release}/{name}"
    for release in ("0.24.1", "0.29.2", "0.32.2", "0.36.3", "0.41.0")
    for name in ("archetypes.rrd", "columns.rrd", "out_of_order.rrd", "properties.rrd")
] + [
    f"0.32.2/{name}"
    for name in (
        "batched.rrd",
        "blueprint.rbl",
        "blueprint.rrd",
        "compacted.rrd",
        "custom.rrd",
        "damaged_truncated.rrd",
        "empty.rrd",
        "no_footer.rrd",
        "no_properties.rrd",
        "several_concatenated.rrd",
        "several_merged.rrd",
        "static_mix.rrd",
        "video.rrd",
    )
]

READER_REFUSES = {
    "0.32.2/damaged_truncated.rrd": "its reader wants whole files; its programs read the rest",
    "0.32.2/several_concatenated.rrd": "it takes the last footer for that of the whole file",
}

COMPARE_REFUSES = {
    **{
        f"{release}/archetypes.rrd": "holds a NaN, which makes it differ from itself"
        for release in ("0.24.1", "0.29.2", "0.32.2", "0.36.3", "0.41.0")
    },
    "0.32.2/blueprint.rbl": "compares data recordings only",
    "0.32.2/several_concatenated.rrd": "compares files of one recording only",
    "0.32.2/several_merged.rrd": "compares files of one recording only",
}


def shown(batch: pa.RecordBatch) -> list[tuple[str, str, str]]:
    """Names, types and values of all columns; times as integers, which Python can hold."""
    columns: list[tuple[str, str, str]] = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_timestamp(field.type) or pa.types.is_duration(field.type):
            column = column.view(pa.int64())  # noqa: PLW2901 - the same values
        columns.append((field.name, str(field.type), repr(column.to_pylist())))
    return columns


def test_chunks_rows_and_cells_are_the_references(corpus: Path) -> None:
    chunk_api = pytest.importorskip("rerun.chunk")
    for name in CORPUS:
        if name in READER_REFUSES:
            continue
        with Recording.open(corpus / name) as recording:
            ours = {str(found.chunk.id).lower(): found.chunk for found in recording.chunks()}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="RRD file has no footer")
            reader = chunk_api.RrdReader(corpus / name)
            stores = [*reader.recordings(), *reader.blueprints()]
        theirs = {str(chunk.id): chunk for store in stores for chunk in reader.stream(store=store)}
        assert_same(name, ours, theirs)


def assert_same(name: str, ours: dict[str, Chunk], theirs: dict[str, Any]) -> None:
    ids = {text.lower().removeprefix("chunk_"): chunk for text, chunk in theirs.items()}
    assert ours.keys() == ids.keys(), name
    for key, chunk in ours.items():
        other = ids[key]
        assert str(chunk.entity_path) == str(other.entity_path), name
        assert chunk.is_static == other.is_static, name
        assert shown(chunk.batch) == shown(other.to_record_batch()), f"{name} {chunk.entity_path}"


def test_a_fresh_recording_is_read_and_written_back(reference: Path, tmp_path: Path) -> None:
    rr = pytest.importorskip("rerun")
    chunk_api = pytest.importorskip("rerun.chunk")
    fresh, copy = tmp_path / "fresh.rrd", tmp_path / "copy.rrd"
    log_something(rr, fresh)
    with Recording.open(fresh) as recording:
        assert recording.contents.scan_reason is None
        ours = {str(found.chunk.id).lower(): found.chunk for found in recording.chunks()}
    reader = chunk_api.RrdReader(fresh)
    assert_same("fresh", ours, {str(chunk.id): chunk for chunk in reader.stream()})
    rewrite(fresh, copy)
    assert run(reference, "verify", copy).returncode == 0
    compared = run(reference, "compare", "--unordered", fresh, copy)
    assert compared.returncode == 0, compared.stderr[:2000]


def log_something(rr: Any, path: Path) -> None:
    """A recording with most shapes that columns can have."""
    recording = rr.RecordingStream("rrd_interop", recording_id="fresh")
    recording.save(path)
    recording.send_property("run", rr.AnyValues(trial=7, tags=["a", "b"]))
    recording.log("/static", rr.Boxes3D(half_sizes=[[1, 2, 3]], labels=["one"]), static=True)
    for step in range(20):
        recording.set_time("step", sequence=19 - step)
        recording.set_time("elapsed", duration=0.1 * step)
        points = [[step, i, 0.5] for i in range(step % 4)]
        recording.log("/points", rr.Points3D(points, colors=np.full(len(points), 0xFF0000FF, np.uint32)))
        recording.log("/any", rr.AnyValues(text=f"row {step} é", flags=[True, False, True]))
        recording.log("/image", rr.Image(np.full((4, 3, 3), step, np.uint8)))
        if step % 5 == 0:
            recording.log("/points", rr.Clear(recursive=True))
            recording.log("/log", rr.TextLog("x" * step, level="INFO"))
    times = rr.TimeColumn("step", sequence=np.arange(100)[::-1])
    values = rr.Scalars.columns(scalars=np.linspace(0, 1, 100))
    recording.send_columns("/column", indexes=[times], columns=values)
    recording.disconnect()


def rewrite(source: Path, target: Path) -> None:
    """Writes every message of `source` anew, chunks decoded and encoded again."""
    damage: list[RrdError] = []
    with Recording.open(source) as recording, target.open("wb") as file, RrdWriter(file) as writer:
        contents = recording.contents
        for info in contents.stores.values():
            assert info is not None
            writer.write_store_info(info)
        for found in recording.chunks(on_damage=damage.append):
            writer.write_chunk(found.store_id, found.chunk)
        for activation in contents.activations:
            writer.write_activation(activation)
    assert len(damage) == ("damaged" in source.name)


@pytest.mark.parametrize("name", CORPUS)
def test_our_copy_verifies_and_compares_equal(
    corpus: Path, reference: Path, tmp_path: Path, name: str
) -> None:
    copy = tmp_path / "copy.rrd"
    rewrite(corpus / name, copy)
    verified = run(reference, "verify", copy)
    assert verified.returncode == 0, verified.stderr
    if name not in COMPARE_REFUSES:
        compared = run(reference, "compare", "--unordered", corpus / name, copy)
        assert compared.returncode == 0, compared.stderr[:2000]
    else:
        with Recording.open(corpus / name) as before, Recording.open(copy) as after:
            old = {found.chunk.id: found for found in before.chunks()}
            new = {found.chunk.id: found for found in after.chunks()}
        assert old.keys() == new.keys()
        for key, found in old.items():
            assert new[key].store_id == found.store_id
            assert shown(new[key].chunk.batch) == shown(found.chunk.batch)


def run(reference: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([reference, "rrd", *words], capture_output=True, text=True, check=False)
