"""Stores, chunks, rows and cells of every recording are those that the reference's reader finds."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pytest

from rrdformats.blocks import Stream, read_blocks
from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdformats.source import open_source

Key: TypeAlias = tuple[str, str | None, str, str]
"""Kind, application and recording of a store, and the id of a chunk."""

NOT_READ_WHOLE = {
    "concatenated.rrd": "it takes the last footer for that of the whole file",
    "several_concatenated.rrd": "it takes the last footer for that of the whole file",
    "cat_of_two.rrd": "it takes the last footer for that of the whole file",
    "empty_end_then_stream.rrd": "it takes the last footer for that of the whole file",
    "truncated.rrd": "it wants whole messages",
    "damaged_truncated.rrd": "it wants whole messages",
}
"""Why the reference's reader refuses a file; its streams, without their torn ends, it reads."""

SORTED = b"rerun:is_sorted"


def pieces(path: Path, folder: Path) -> list[Path]:
    """The streams of a file, each a file of its own that ends with a whole message."""
    damage: list[RrdError] = []
    streams: dict[int, Stream] = {}
    source = open_source(path)
    for block in read_blocks(source, on_damage=damage.append):
        streams.setdefault(block.stream.index, block.stream)
    source.close()
    data = path.read_bytes()
    ends = [error.offset for error in damage] or [len(data)]
    places = [stream.offset for stream in streams.values()] + ends[:1]
    made = []
    for number, start in enumerate(places[:-1]):
        made.append(folder / f"piece {number}.rrd")
        made[-1].write_bytes(data[start : places[number + 1]])
    return made


def theirs(path: Path) -> dict[Key, pa.RecordBatch]:
    """What the reference's reader finds."""
    api = pytest.importorskip("rerun.chunk", reason="rerun-sdk is not installed")
    found: dict[Key, pa.RecordBatch] = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="RRD file has no footer")
        reader = api.RrdReader(path)
        for store in [*reader.recordings(), *reader.blueprints()]:
            for chunk in reader.stream(store=store).to_chunks():
                key = store.kind, store.application_id, store.recording_id, chunk.id
                found[key] = chunk.to_record_batch()
    return found


def ours(path: Path) -> dict[Key, pa.RecordBatch]:
    """What we find."""
    found: dict[Key, pa.RecordBatch] = {}
    with Recording.open(path) as recording:
        for item in recording.chunks(on_damage=lambda _: None):
            store = item.store_id
            key = (
                store.kind.label,
                store.application_id,
                store.recording_id,
                f"chunk_{item.chunk.id}",
            )
            found[key] = item.chunk.to_record_batch()
    return found


def described(batch: pa.RecordBatch) -> list[Any]:
    """The schema, but for claims of sortedness, which the reference makes anew when it reads."""
    fields = [
        (field.name, str(field.type), field.nullable, dict(field.metadata or {}))
        for field in batch.schema
    ]
    for _, _, _, metadata in fields:
        metadata.pop(SORTED, None)
    return [dict(batch.schema.metadata), fields]


def cells(array: Any) -> list[Any]:
    """Times as integers, which Python can hold."""
    timed = pa.types.is_timestamp(array.type) or pa.types.is_duration(array.type)
    found: list[Any] = (array.view(pa.int64()) if timed else array).to_pylist()
    return found


def same(one: pa.RecordBatch, other: pa.RecordBatch) -> None:
    assert described(one) == described(other)
    for field, ours, theirs in zip(one.schema, one.columns, other.columns, strict=True):
        if not ours.equals(theirs):  # a NaN differs from itself, its name does not
            assert repr(cells(ours)) == repr(cells(theirs)), field.name


def test_chunks_rows_and_cells(recording: Path, tmp_path: Path) -> None:
    parts = pieces(recording, tmp_path) if recording.name in NOT_READ_WHOLE else [recording]
    expected = {key: batch for part in parts for key, batch in theirs(part).items()}
    found = ours(recording)
    assert found.keys() == expected.keys()
    for key, batch in found.items():
        same(batch, expected[key])


def test_what_the_reference_does_not_read_whole_it_still_refuses(recording: Path) -> None:
    if recording.name not in NOT_READ_WHOLE:
        assert len(theirs(recording)) == len(ours(recording))
        return
    with pytest.raises(RuntimeError):
        theirs(recording)


def test_claims_of_sortedness_are_true_where_the_reference_makes_them(recording: Path) -> None:
    if recording.name in NOT_READ_WHOLE:
        pytest.skip(NOT_READ_WHOLE[recording.name])
    expected = theirs(recording)
    for key, batch in ours(recording).items():
        for field, other in zip(batch.schema, expected[key].schema, strict=True):
            assert SORTED not in (field.metadata or {}) or SORTED in (other.metadata or {})
