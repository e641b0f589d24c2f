"""`rrd optimize` against the reference: it accepts what we write, and we leave no more chunks."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pytest

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.messages import StoreId, StoreInfo, StoreKind, StoreSource
from rrdformats.reader import Recording
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.editing import EditSettings
from rrdtool.operations.optimize import optimize
from rrdtool.operations.optimizing.settings import PROFILES

Cell: TypeAlias = tuple[Any, ...]

NOT_READ_WHOLE = {
    "concatenated.rrd": "it takes the last footer for that of the whole file",
    "several_concatenated.rrd": "it takes the last footer for that of the whole file",
    "cat_of_two.rrd": "it takes the last footer for that of the whole file",
    "empty_end_then_stream.rrd": "it takes the last footer for that of the whole file",
    "truncated.rrd": "it wants whole messages",
    "damaged_truncated.rrd": "it wants whole messages",
}
"""Files that the reference's reader refuses, and why."""

FLAG = "VideoStream:is_keyframe"


def cells(path: Path) -> Counter[Cell]:
    """Every cell that the reference's reader finds, with row id and times, whatever its chunk."""
    api = pytest.importorskip("rerun.chunk", reason="rerun-sdk is not installed")
    found: Counter[Cell] = Counter()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="RRD file has no footer")
        reader = api.RrdReader(path)
        for store in [*reader.recordings(), *reader.blueprints()]:
            place = store.kind, store.application_id, store.recording_id
            for chunk in reader.stream(store=store).to_chunks():
                batch = chunk.to_record_batch()
                entity = (batch.schema.metadata or {})[b"rerun:entity_path"]
                found.update((*place, entity, *cell) for cell in _cells(batch))
    return found


def _cells(batch: pa.RecordBatch) -> list[Cell]:
    kinds = [(field.metadata or {}).get(b"rerun:kind") for field in batch.schema]
    plain = [_plain(column) for column in batch.columns]
    lines = [i for i, kind in enumerate(kinds) if kind == b"index"]
    data = [i for i, kind in enumerate(kinds) if kind not in (b"index", b"control")]
    return [
        (
            plain[0][row],
            tuple((batch.schema.names[line], plain[line][row]) for line in lines),
            (batch.schema.field(place).metadata or {}).get(b"rerun:component"),
            str(batch.schema.field(place).type),
            repr(plain[place][row]),
        )
        for row in range(batch.num_rows)
        for place in data
        if plain[place][row] is not None
    ]


def _plain(column: Any) -> list[Any]:
    timed = pa.types.is_timestamp(column.type) or pa.types.is_duration(column.type)
    values: list[Any] = (column.view(pa.int64()) if timed else column).to_pylist()
    return values


def ours(source: Path, target: Path, profile: str = "object-store") -> Path:
    with Recording.open(source) as recording, target.open("wb") as file:
        settings = EditSettings(lossy=True)
        optimize([recording], file, limits=PROFILES[profile], settings=settings)
    return target


def theirs(reference: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [reference, "rrd", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "NO_COLOR": "1"},
    )


def chunk_count(path: Path) -> int:
    with Recording.open(path) as recording:
        return sum(len(item.manifest) for item in recording.contents.manifests)


def test_the_reference_accepts_it_and_leaves_no_fewer_chunks(
    reference: Path, recording: Path, tmp_path: Path
) -> None:
    target = ours(recording, tmp_path / "ours.rrd")
    if chunk_count(target) == 0:
        pytest.skip("the reference verifies no recording without chunks")
    done = theirs(reference, "verify", target)
    assert done.returncode == 0, done.stderr
    if recording.name not in NOT_READ_WHOLE:
        other = tmp_path / "theirs.rrd"
        done = theirs(reference, "optimize", recording, "-o", other)
        assert done.returncode == 0, done.stderr
        assert chunk_count(target) <= chunk_count(other)
    assert ours(target, tmp_path / "second.rrd").read_bytes() == target.read_bytes()


def test_every_cell_is_there_as_the_reference_reads_it(recording: Path, tmp_path: Path) -> None:
    if recording.name in NOT_READ_WHOLE:
        pytest.skip(f"the reference: {NOT_READ_WHOLE[recording.name]}")
    target = ours(recording, tmp_path / "ours.rrd", "live")
    before, after = cells(recording), cells(target)
    assert not before - after
    assert {cell[6] for cell in after - before} <= {FLAG.encode()}


# Video streams: four frames of each codec, the first and the third of which are keyframes.

FRAMES = {
    0x61766331: (  # h264
        (
            "000000016764000aacb2084d08000003000800000301e0789132400000000168ebc0612c8b0000"
            "00016588841bffeff86b8387cdec3a5e2c4481"
        ),
        "00000001419a38f81f81211bff4f40",
        (
            "000000016764000aacb2084d08000003000800000301e0789132400000000168ebc0612c8b0000"
            "0001658882023ff0eeb3ded5cf02856f0bc3"
        ),
        "00000001419a38f81f813117ff5240",
    ),
    0x68657631: (  # h265
        (
            "0000000140010c01ffff01600000030090000003000003001e9280900000000142010101600000"
            "030090000003000003001ea0208105964a924cae6808000003000800000300f040000000014401"
            "c172b42240000000012801af0658fdd19fa1b346"
        ),
        "000000010201d0097e29260a9832c0fbce",
        (
            "0000000140010c01ffff01600000030090000003000003001e9280900000000142010101600000"
            "030090000003000003001ea0208105964a924cae6808000003000800000300f040000000014401"
            "c172b42240000000012a01ac08f5c192fdbe392daab6c0"
        ),
        "000000010201d0197e29260b983240fbce",
    ),
    0x61763031: (  # av1
        "12000a0a00000002afff8d5f3008320f1000d200a285141000004001c57a62",
        "1200321230020009256d3be00000020000080018b120",
        "12000a0a00000002afff8d5f3008320f1000d200a285141000004001c57ba8",
        "1200321230020009256d3be00000020000080018b120",
    ),
    0x76703039: (  # vp9
        "824983420003f003f60038241c194e000030600000673fffb482776600",
        "8600409270017800000c60000001339f60000000",
        "824983420003f003f60038241c194e000030600000673fef749dd980",
        "8600409270017800000c600000010ba00000",
    ),
}


def video(path: Path, codec: int) -> Path:
    store = StoreId(StoreKind.RECORDING, "run", "app")
    frame = Timeline("frame", TimeKind.SEQUENCE)

    def descriptor(name: str, kind: str) -> ComponentDescriptor:
        full = f"rerun.components.{kind}"
        return ComponentDescriptor(f"VideoStream:{name}", "rerun.archetypes.VideoStream", full)

    def chunk(number: int, **columns: Any) -> Chunk:
        row_ids = pa.array([Tuid(number, 1).to_bytes()], pa.binary(16))
        return Chunk.build("/v", row_ids=row_ids, chunk_id=Tuid(number, 2), **columns)

    values = pa.array([[codec]], pa.list_(pa.uint32()))
    chunks = [chunk(1, components=[(descriptor("codec", "VideoCodec"), values)])]
    for number, text in enumerate(FRAMES[codec]):
        samples = pa.array([[list(bytes.fromhex(text))]], pa.list_(pa.list_(pa.uint8())))
        times = [(frame, pa.array([number], pa.int64()))]
        components = [(descriptor("sample", "VideoSample"), samples)]
        chunks.append(chunk(2 + number, timelines=times, components=components))
    with path.open("wb") as file, RrdWriter(file) as writer:
        writer.write_store_info(StoreInfo(store, StoreSource.python((3, 11, 7))), Tuid(1, 1))
        for item in chunks:
            writer.write_chunk(store, item)
    return path


def shape(path: Path) -> list[tuple[Any, ...]]:
    """Components and times of every chunk, and the flags."""
    found: list[tuple[Any, ...]] = []
    with Recording.open(path) as recording:
        for item in recording.chunks():
            chunk = item.chunk
            times = [] if chunk.is_static else chunk.times("frame").tolist()
            for descriptor, lists in chunk.components.items():
                is_flag = descriptor.component == FLAG
                found.append((str(descriptor), times, lists.to_pylist() if is_flag else None))
    return sorted(found, key=repr)


@pytest.mark.parametrize("codec", FRAMES, ids=["h264", "h265", "av1", "vp9"])
def test_video_streams_become_what_the_reference_makes_of_them(
    reference: Path, codec: int, tmp_path: Path
) -> None:
    source = video(tmp_path / "video.rrd", codec)
    target, other = ours(source, tmp_path / "ours.rrd"), tmp_path / "theirs.rrd"
    done = theirs(reference, "optimize", source, "-o", other)
    assert done.returncode == 0, done.stderr
    assert shape(target) == shape(other)
    assert (FLAG, [0, 2], [[True], [True]]) in shape(target)
    done = theirs(reference, "compare", "--unordered", target, other)
    assert done.returncode == 0, done.stdout + done.stderr
    assert theirs(reference, "verify", target).returncode == 0
