"""Foxglove messages, whole and with parts missing, as the reference converts them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rrdformats.source import open_source
from rrdformats.stores import StoreId, StoreKind
from rrdimporters.mcap import McapSettings
from rrdimporters.mcap.survey import survey
from rrdimporters.mcap.testing import McapFile, Sent
from rrdtool.operations.mcap_convert import mcap_convert

descriptor_pb2 = pytest.importorskip("google.protobuf.descriptor_pb2")
descriptor_pool = pytest.importorskip("google.protobuf.descriptor_pool")
message_factory = pytest.importorskip("google.protobuf.message_factory")

PATIENCE = 60.0  # seconds
STORE = StoreId(StoreKind.RECORDING, "rec", "app")
FLOAT32, UINT8 = 7, 1
XYZ = [{"name": name, "offset": 4 * i, "type": FLOAT32} for i, name in enumerate("xyz")]
RGB = [
    {"name": name, "offset": 12 + i, "type": UINT8}
    for i, name in enumerate(("red", "green", "blue"))
]
RGBA = [
    {"name": name, "offset": 4 * i, "type": FLOAT32}
    for i, name in enumerate(("red", "green", "blue", "alpha"))
]
MIXED = [
    {"name": name, "offset": i, "type": kind}
    for i, (name, kind) in enumerate((("x", 2), ("y", 3), ("z", 8)))
]
POSE = {"position": {"x": 1.5, "y": 2}, "orientation": {"w": 1}}
DATA = bytes(range(64))
FLOATS = b"\0\0\0\x3f\0\0\x80\x3f\0\0\0\x40\0\0\x80\xbf"


def image(encoding: str, width: int, height: int, step: int, size: int) -> dict[str, Any]:
    numbers = {"width": width, "height": height, "step": step, "data": DATA[:size]}
    return {"frame_id": "c", "encoding": encoding, **numbers}


CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "fix": (
        "LocationFix",
        [{"latitude": 1, "longitude": 2}, {"color": {"r": 1, "g": 0.5, "a": 0.3}}],
    ),
    "fixes": ("LocationFixes", [{"fixes": [{"latitude": 1}, {"longitude": 2}]}, {"fixes": [{}]}]),
    "transform": (
        "FrameTransform",
        [
            {"parent_frame_id": "a"},
            {"child_frame_id": "b", "translation": {"x": 1}, "rotation": {"w": 1}},
            {"timestamp": {"seconds": -4}, "rotation": {}},
        ],
    ),
    "transforms": (
        "FrameTransforms",
        [{"transforms": [{}, {"timestamp": {"seconds": 9}, "translation": {"x": 1}}]}],
    ),
    "pose": ("PoseInFrame", [{}, {"pose": POSE}, {"pose": {}}]),
    "poses": ("PosesInFrame", [{}, {"poses": [POSE, {"position": {"x": 2}}]}, {"poses": [{}]}]),
    "cloud": (
        "PointCloud",
        [
            {"point_stride": 16, "data": DATA[:48], "fields": [*XYZ, *RGB]},
            {"point_stride": 12, "data": DATA[:40], "fields": XYZ, "pose": POSE},
            {},
            {"point_stride": 8, "data": DATA[:36], "fields": XYZ},
        ],
    ),
    "cloud_colors": ("PointCloud", [{"point_stride": 16, "data": FLOATS, "fields": RGBA}]),
    "cloud_types": ("PointCloud", [{"point_stride": 16, "data": DATA, "fields": MIXED}]),
    "cloud_unknown": (
        "PointCloud",
        [{"point_stride": 4, "data": DATA, "fields": [{**XYZ[0], "type": 0}, *XYZ[1:]]}],
    ),
    "voxels": (
        "VoxelGrid",
        [
            {
                "row_count": 2,
                "column_count": 3,
                "slice_stride": 6,
                "row_stride": 3,
                "cell_stride": 1,
                "data": DATA[:12],
                "cell_size": {"x": 1},
                "fields": [{**one, "offset": 0} for one in RGB],
                "pose": POSE,
            },
            {},
        ],
    ),
    "calibration": (
        "CameraCalibration",
        [{"width": 3, "height": 4, "K": range(9), "frame_id": "c"}],
    ),
    "calibration_odd": ("CameraCalibration", [{"width": 3, "K": range(9)}, {}]),
    "log": ("Log", [{"level": level, "message": str(level)} for level in range(6)]),
    "padded": ("RawImage", [image("rgb8", 2, 2, 8, 16)]),
    "stepless": ("RawImage", [image("rgb8", 2, 2, 0, 14)]),
    "depth": ("RawImage", [image("mono16", 2, 2, 4, 8), image("rgb8", 1, 1, 3, 3)]),
    "nv12": ("RawImage", [image("nv12", 4, 2, 4, 12)]),
    "yuyv": ("RawImage", [image("yuyv", 4, 2, 10, 20)]),
    "short_step": ("RawImage", [image("rgb8", 2, 2, 4, 8)]),
    "unknown": ("RawImage", [image("uyvy", 4, 2, 8, 16)]),
    "jpeg": ("CompressedImage", [{"frame_id": "c", "format": "jpeg", "data": b"abc"}, {}]),
    "video": ("CompressedVideo", [{"format": "h265", "data": b"1"}, {"format": "h264"}]),
    "video_unknown": ("CompressedVideo", [{"format": "x", "data": b"1"}]),
}


@pytest.fixture(scope="module")
def schemas(samples: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in (samples / "mcap").glob("s_foxglove_*.mcap"):
        with closing(open_source(path)) as source:
            found |= {schema.name: schema.data for schema in survey(source).schemas.values()}
    return found


Write = Callable[[str, list[dict[str, Any]]], Path]


@pytest.fixture
def write(schemas: dict[str, bytes], tmp_path: Path) -> Write:
    def run(name: str, values: list[dict[str, Any]]) -> Path:
        full = f"foxglove.{name}"
        pool = descriptor_pool.DescriptorPool()
        waiting = list(descriptor_pb2.FileDescriptorSet.FromString(schemas[full]).file)
        while waiting:  # files come in any order
            ready = [f for f in waiting if not set(f.dependency) & {w.name for w in waiting}]
            for one in ready:
                pool.Add(one)
                waiting.remove(one)
        kind: Any = message_factory.GetMessageClass(pool.FindMessageTypeByName(full))
        file = McapFile()
        channel = file.add("/f", (full, "protobuf", schemas[full]), "protobuf")
        data = [kind(**value).SerializeToString() for value in values]
        file.chunks = [[Sent(channel, i, piece) for i, piece in enumerate(data)]]
        path = tmp_path / "in.mcap"
        path.write_bytes(file.to_bytes())
        return path

    return run


def convert(path: Path, out: Path, settings: McapSettings) -> None:
    with out.open("wb") as file:
        report = mcap_convert(path, file, STORE, settings, lambda _d, _t: None)
    assert not report.losses
    assert report.error is None


def succeeds(*words: str | Path) -> None:
    done = subprocess.run(words, capture_output=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]


@pytest.mark.parametrize("case", CASES)
def test_message(case: str, write: Write, reference: Path, tmp_path: Path) -> None:
    path = write(*CASES[case])
    theirs, mine = tmp_path / "theirs.rrd", tmp_path / "ours.rrd"
    succeeds(reference, "mcap", "convert", path, "-o", theirs, "--application-id", "app")
    convert(path, mine, McapSettings(strict_reference=True))
    succeeds(reference, "rrd", "compare", "--unordered", theirs, mine)


BEYOND: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "colors_of_some": ("LocationFixes", [{"fixes": [{}, {"color": {"r": 1}}]}]),
    "cut_image": ("RawImage", [image("rgb8", 2, 3, 7, 17)]),
    "no_transforms": ("FrameTransforms", [{}, {"transforms": [{}]}, {}]),
    "padded_nv12": ("RawImage", [image("nv12", 4, 2, 6, 18)]),
}
"""What the reference fails on, or gets wrong."""


@pytest.mark.parametrize("case", [*CASES, *BEYOND])
def test_the_reference_accepts_what_we_write(
    case: str, write: Write, reference: Path, tmp_path: Path
) -> None:
    path = write(*(CASES | BEYOND)[case])
    convert(path, tmp_path / "ours.rrd", McapSettings())  # where it writes what it refuses itself
    succeeds(reference, "rrd", "verify", tmp_path / "ours.rrd")
