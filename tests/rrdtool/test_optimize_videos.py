"""Video streams: keyframes are found in the frames, chunks begin there, and flags say so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

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
from rrdtool.operations.optimize import OptimizeReport, optimize
from rrdtool.operations.optimizing.bitstreams import KEYFRAME_TESTS
from rrdtool.operations.optimizing.settings import PROFILES, Settings
from rrdtool.operations.optimizing.videos import keyframes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

H264, H265, AV1 = 0x61766331, 0x68657631, 0x61763031
VP8, VP9 = 0x76703038, 0x76703039


def annex_b(*units: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def obus(*units: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([kind << 3 | 2, len(body)]) + body for kind, body in units)


SPS, PPS, IDR, SLICE = b"\x67\x64\0\xaa", b"\x68\xee", b"\x65\x88\x84", b"\x41\x9a\x02"
VPS5, SPS5, CRA5, IDR5, SLICE5 = (bytes([kind << 1, 1, 7]) for kind in (32, 33, 21, 19, 1))
HEADER, KEY, INTER, SHOWN, STILL = b"\0\1", b"\x10\1", b"\x30\1", b"\x80\1", b"\x18\1"


@pytest.mark.parametrize(
    ("codec", "frame", "expected"),
    [
        (H264, annex_b(SPS, PPS, IDR), True),
        (H264, annex_b(b"\x09\xf0", SPS, IDR), True),
        (H264, b"\0\0\1" + SPS + b"\0\0\1" + IDR, True),
        (H264, b"\0" + annex_b(SPS, IDR), True),
        (H264, annex_b(IDR), False),
        (H264, annex_b(IDR, SPS), False),
        (H264, annex_b(SPS, PPS, SLICE), False),
        (H264, annex_b(SLICE), False),
        (H264, annex_b(SPS), False),
        (H264, b"\0\0\0\1", False),
        (H264, b"", False),
        (H265, annex_b(VPS5, SPS5, IDR5), True),
        (H265, annex_b(SPS5, CRA5), True),
        (H265, annex_b(IDR5, SPS5), True),
        (H265, annex_b(IDR5), False),
        (H265, annex_b(SPS5, SLICE5), False),
        (H265, annex_b(SLICE5), False),
        (AV1, obus((2, b""), (1, HEADER), (6, KEY)), True),
        (AV1, obus((6, KEY), (1, HEADER)), True),
        (AV1, obus((1, HEADER), (3, KEY), (4, b"\0")), True),
        (AV1, obus((1, HEADER)) + bytes([6 << 3]) + KEY, True),
        (AV1, bytes([1 << 3 | 6, 0, 2]) + HEADER + obus((6, KEY)), True),
        (AV1, obus((1, STILL), (6, SHOWN)), True),
        (AV1, obus((6, KEY)), False),
        (AV1, obus((1, HEADER), (6, INTER)), False),
        (AV1, obus((1, HEADER), (6, SHOWN)), False),
        (AV1, obus((1, HEADER)), False),
        (AV1, bytes([1 << 3 | 2, 0xFF]), False),
        (AV1, b"", False),
        (VP9, b"\x82\x49\x83\x42\0", True),
        (VP9, b"\xb0\x24\xc1\xa1\x00", True),
        (VP9, b"\x86\0\x40\x92", False),
        (VP9, b"\x8a\x49\x83\x42", False),
        (VP9, b"\x02\x49\x83\x42", False),
        (VP9, b"\x82\x49\x83", False),
        (VP8, b"\x10\2\0\x9d\1\x2a\0", True),
        (VP8, b"\x11\2\0\x9d\1\x2a\0", False),
        (VP8, b"\x10\2\0", False),
    ],
)
def test_keyframes_of_codecs(codec: int, frame: bytes, expected: bool) -> None:
    assert KEYFRAME_TESTS[codec](frame) is expected


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.uint8()), pa.binary()], ids=["lists of bytes", "binary"]
)
def test_keyframes_of_a_column(kind: pa.DataType) -> None:
    key, other = annex_b(SPS, IDR), annex_b(SLICE)
    rows = [[other], None, [key], [], [key], [other]]
    lists = pa.array(
        [r if r is None else [list(b) if pa.types.is_list(kind) else b for b in r] for r in rows],
        pa.list_(kind),
    )
    assert keyframes(lists, H264).tolist() == [False, False, True, False, True, False]
    assert keyframes(lists.slice(3), H264).tolist() == [False, True, False]
    assert keyframes(lists.slice(0, 0), H264).tolist() == []


def test_what_is_no_frame_is_no_keyframe() -> None:
    assert not keyframes(pa.array([[1.0], [2.0]]), H264).any()


# Whole recordings

CODEC, SAMPLE, FLAG = (
    ComponentDescriptor(
        f"VideoStream:{name}", "rerun.archetypes.VideoStream", f"rerun.components.{t}"
    )
    for name, t in (
        ("codec", "VideoCodec"),
        ("sample", "VideoSample"),
        ("is_keyframe", "IsKeyframe"),
    )
)
FRAME = Timeline("frame", TimeKind.SEQUENCE)
STORE = StoreId(StoreKind.RECORDING, "run", "app")
SIZE = 1000


def frame(is_key: bool) -> bytes:
    return (annex_b(SPS, PPS, IDR) if is_key else annex_b(SLICE)).ljust(SIZE, b"\x55")


@dataclass
class Stream:
    """A video with keyframes at these times.

    Attributes:
        count: Frames.
        keys: Times of keyframes.
        flags: What flags say, by time.
        in_chunks: Frames per chunk.
        codec: Its codec; None for none.
        order: Times in the order in which they are logged.
        is_flag_beside: Whether the flag of a frame is in its row.
    """

    count: int = 12
    keys: Sequence[int] = (0, 4, 8)
    flags: dict[int, bool] = field(default_factory=dict)
    in_chunks: int = 1
    codec: int | None = H264
    order: Sequence[int] | None = None
    is_flag_beside: bool = False

    def write(self, path: Path) -> Path:
        serial = 0
        with path.open("wb") as file, RrdWriter(file) as writer:
            writer.write_store_info(StoreInfo(STORE, StoreSource.python((3, 11, 7))), Tuid(1, 1))

            def add(times: Sequence[int] | None, **values: list[Any]) -> None:
                nonlocal serial
                serial += 1
                count = len(next(iter(values.values())))
                ids = [Tuid(serial, row).to_bytes() for row in range(count)]
                chunk = Chunk.build(
                    "/video",
                    row_ids=pa.array(ids, pa.binary(16)),
                    timelines=[] if times is None else [(FRAME, pa.array(times, pa.int64()))],
                    components=[(DESCRIPTORS[n], pa.array(v, TYPES[n])) for n, v in values.items()],
                    chunk_id=Tuid(serial, 77),
                )
                writer.write_chunk(STORE, chunk)

            if self.codec is not None:
                add(None, codec=[[self.codec]])
            times = list(self.order or range(self.count))
            for start in range(0, len(times), self.in_chunks):
                part = times[start : start + self.in_chunks]
                columns: dict[str, list[Any]] = {"sample": [[frame(t in self.keys)] for t in part]}
                if self.is_flag_beside:
                    told = [self.flags.get(t) for t in part]
                    columns["flag"] = [None if flag is None else [flag] for flag in told]
                add(part, **columns)
            if self.flags and not self.is_flag_beside:
                add(list(self.flags), flag=[[flag] for flag in self.flags.values()])
        return path


DESCRIPTORS = {"codec": CODEC, "sample": SAMPLE, "flag": FLAG}
TYPES = {
    "codec": pa.list_(pa.uint32()),
    "sample": pa.list_(pa.list_(pa.uint8())),
    "flag": pa.list_(pa.bool_()),
}
TRUE: dict[int, bool] = dict.fromkeys((0, 4, 8), True)


def run(source: Path, **changes: Any) -> tuple[Path, OptimizeReport]:
    """Optimizes with room for about one group of pictures per chunk."""
    target = source.with_suffix(".optimized.rrd")
    limits: Settings = replace(PROFILES["object-store"], max_bytes=int(4.5 * SIZE), **changes)
    with Recording.open(source) as recording, target.open("wb") as file:
        return target, optimize([recording], file, limits=limits, settings=EditSettings())


def content(path: Path) -> tuple[list[list[int]], dict[int, bool]]:
    """Times of the frames of each chunk, and the flags."""
    chunks: list[list[int]] = []
    flags: dict[int, bool] = {}
    with Recording.open(path) as recording:
        for item in recording.chunks():
            chunk = item.chunk
            if FLAG in chunk.components:
                assert SAMPLE not in chunk.components
                told = chunk.components[FLAG].to_pylist()
                at = chunk.times("frame").tolist()
                flags |= {t: flag[0] for t, flag in zip(at, told, strict=True) if flag}
            elif SAMPLE in chunk.components:
                chunks.append(chunk.times("frame").tolist())
    return sorted(chunks), flags


GROUPS = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


@pytest.mark.parametrize(
    ("stream", "chunks", "flags", "notes"),
    [
        pytest.param(Stream(), GROUPS, TRUE, ["/video: keyframe flags added: 3"], id="no flags"),
        pytest.param(Stream(flags=TRUE), GROUPS, TRUE, [], id="flags that are right"),
        pytest.param(
            Stream(flags={t: t in TRUE for t in range(12)}, is_flag_beside=True),
            GROUPS,
            {t: t in TRUE for t in range(12)},
            [],
            id="flags beside the frames",
        ),
        pytest.param(
            Stream(flags={0: True, 5: True, 8: False}),
            GROUPS,
            {0: True, 5: True, 8: False},
            ["/video: keyframe flags are wrong at 3 times (4, 5, 8); --fix-keyframe replaces them"],
            id="flags that are wrong",
        ),
        pytest.param(
            Stream(in_chunks=3),
            GROUPS,
            TRUE,
            ["/video: keyframe flags added: 3"],
            id="chunks across groups of pictures",
        ),
        pytest.param(
            Stream(keys=(0,)),
            [list(range(12))],
            {0: True},
            ["/video: keyframe flags added: 1"],
            id="a group of pictures is never cut",
        ),
        pytest.param(
            Stream(keys=(4, 8)),
            GROUPS,
            {4: True, 8: True},
            ["/video: keyframe flags added: 2"],
            id="it begins in the middle",
        ),
        pytest.param(
            Stream(order=range(11, -1, -1)),
            GROUPS,
            TRUE,
            ["/video: keyframe flags added: 3"],
            id="logged backwards",
        ),
        pytest.param(
            Stream(codec=None),
            GROUPS,
            {},
            ["/video: left without looking for keyframes, because its codec is not known"],
            id="no codec",
        ),
        pytest.param(
            Stream(codec=7, keys=()),
            GROUPS,
            {},
            ["/video: left without looking for keyframes, because no codec is called 7"],
            id="another codec",
        ),
        pytest.param(Stream(keys=()), [list(range(12))], {}, [], id="no keyframe at all"),
    ],
)
def test_groups_of_pictures(
    stream: Stream,
    chunks: list[list[int]],
    flags: dict[int, bool],
    notes: list[str],
    tmp_path: Path,
) -> None:
    target, report = run(stream.write(tmp_path / "run.rrd"))
    assert content(target) == (chunks, flags)
    assert report.notes == notes
    again, _ = run(target)
    assert again.read_bytes() == target.read_bytes()


@pytest.mark.parametrize("is_flag_beside", [False, True])
def test_wrong_flags_are_replaced(is_flag_beside: bool, tmp_path: Path) -> None:
    wrong = Stream(flags={0: True, 5: True}, is_flag_beside=is_flag_beside)
    target, report = run(wrong.write(tmp_path / "run.rrd"), fix_keyframe=True)
    assert content(target) == (GROUPS, TRUE)
    assert report.notes == ["/video: keyframe flags replaced by 3"]
    again, report = run(target, fix_keyframe=True)
    assert again.read_bytes() == target.read_bytes()
    assert report.notes == []


def test_videos_may_be_left_alone(tmp_path: Path) -> None:
    target, report = run(Stream(in_chunks=3).write(tmp_path / "run.rrd"), rebatch_videos=False)
    chunks, flags = content(target)
    assert (len(chunks), flags, report.notes) == (4, {}, [])


def test_a_dry_run_says_it_too(tmp_path: Path) -> None:
    source = Stream().write(tmp_path / "run.rrd")
    with Recording.open(source) as recording:
        report = optimize([recording], None)
    assert report.notes == ["/video: keyframe flags added: 3"]
    (store,) = report.optimized
    assert (store.chunks_before, store.chunks) == (13, 3)
