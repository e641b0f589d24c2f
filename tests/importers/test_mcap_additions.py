"""What we make of MCAP files and bags beyond the reference: JSON, ROS 1, odometry, scans, paths."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rrdformats.chunk import Chunk
from rrdformats.stores import StoreId, StoreKind
from rrdimporters.mcap import McapImporter, McapSettings
from rrdimporters.mcap.bags import BagImporter
from rrdimporters.mcap.ros_types import parse_ros1, parse_ros2
from rrdimporters.mcap.testing import McapFile, Sent, serialized
from rrdimporters.protocol import DamagedInputError, Importer, ImportSettings
from rrdimporters.report import ImportReport

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
TYPES = """
===
MSG: std_msgs/Header
time stamp
string frame_id
===
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
===
MSG: geometry_msgs/Point
float64 x
float64 y
float64 z
===
MSG: geometry_msgs/Quaternion
float64 x
float64 y
float64 z
float64 w
===
MSG: geometry_msgs/Pose
Point position
Quaternion orientation
===
MSG: geometry_msgs/PoseStamped
std_msgs/Header header
Pose pose
===
MSG: geometry_msgs/PoseWithCovariance
Pose pose
float64[36] covariance
"""
ROS2_TYPES = TYPES.replace("\ntime stamp", "\nbuiltin_interfaces/Time stamp")

Columns = dict[str, list[Any]]


def imported(
    path: Path, importer: Importer, **options: str
) -> tuple[Columns, list[Chunk], ImportReport]:
    report = ImportReport(str(path))
    settings = ImportSettings(STORE, options=options)
    chunks = list(importer.chunks(path, settings, lambda _d, _t: None, report))
    columns: Columns = {}
    for chunk in chunks:
        assert isinstance(chunk, Chunk)
        chunk.batch.validate(full=True)
        for descriptor, column in chunk.components.items():
            columns.setdefault(descriptor.component, []).extend(column.to_pylist())
    return columns, [chunk for chunk in chunks if isinstance(chunk, Chunk)], report


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def run(
        schema: tuple[str, str, bytes] | None, encoding: str, *messages: bytes, topic: str = "/t"
    ) -> Path:
        file = McapFile()
        channel = file.add(topic, schema, encoding)
        file.chunks = [[Sent(channel, i, data) for i, data in enumerate(messages)]]
        path = tmp_path / "in.mcap"
        path.write_bytes(file.to_bytes())
        return path

    return run


def test_json_has_the_type_of_its_schema(write: Write) -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "number"},
            "b": {"type": "array", "items": {"type": "integer"}},
            "c": {"type": "object", "properties": {"d": {"type": "string"}}},
        },
    }
    path = write(
        ("Sample", "jsonschema", json.dumps(schema).encode()),
        "json",
        b'{"a": 1, "b": [1, 2], "c": {"d": "x"}}',
        b'{"a": 1.5}',
    )
    columns, _, _ = imported(path, McapImporter())
    assert columns["Sample:message"] == [
        [{"a": 1.0, "b": [1, 2], "c": {"d": "x"}}],
        [{"a": 1.5, "b": None, "c": None}],
    ]


def test_json_without_a_schema_has_the_type_of_its_first_messages(write: Write) -> None:
    path = write(None, "json", b'{"a": 1, "b": [{"c": true}]}', b'{"a": 2.5, "d": null}')
    columns, _, _ = imported(path, McapImporter())
    rows = columns["json:message"]
    assert rows[0] == [{"a": 1.0, "b": [{"c": True}], "d": None}]
    assert rows[1] == [{"a": 2.5, "b": None, "d": None}]


def test_json_that_does_not_fit_stays_bytes(write: Write) -> None:
    schema = b'{"type": "object", "properties": {"a": {"type": "integer"}}}'
    odd = [b'{"a": "x"}', b'{"a": 1, "b": 2}', b"no json", b"[1]", b'{"a": 1e400}', b"\xff"]
    path = write(("S", "jsonschema", schema), "json", b'{"a": 1}', *odd)
    columns, _, report = imported(path, McapImporter())
    assert columns["S:message"] == [[{"a": 1}]]
    assert [bytes(row[0]) for row in columns["McapMessage:data"]] == odd
    assert not report.losses


def test_strict_reference_leaves_json_alone(write: Write) -> None:
    path = write(None, "json", b'{"a": 1}')
    columns, _, _ = imported(path, McapImporter(McapSettings(strict_reference=True)))
    assert "json:message" not in columns
    assert columns["McapMessage:data"] == [[list(b'{"a": 1}')]]


POSE = {"position": {"x": 1.0, "y": 2.0, "z": 3.0}, "orientation": {"w": 1.0}}
ODOMETRY = "std_msgs/Header header\nstring child_frame_id\ngeometry_msgs/PoseWithCovariance pose"
SCAN = (
    "std_msgs/Header header\nfloat32 angle_min\nfloat32 angle_max\nfloat32 angle_increment\n"
    "float32 range_min\nfloat32 range_max\nfloat32[] ranges"
)
PATH = "std_msgs/Header header\ngeometry_msgs/PoseStamped[] poses"


def ros2(write: Write, name: str, text: str, *values: dict[str, Any]) -> Path:
    kind = parse_ros2(name, text + ROS2_TYPES)
    data = [serialized(kind, value) for value in values]
    return write((name, "ros2msg", (text + ROS2_TYPES).encode()), "cdr", *data)


def test_odometry_is_a_transform_beside_its_message(write: Write) -> None:
    value = {"header": {"frame_id": "odom"}, "child_frame_id": "base", "pose": {"pose": POSE}}
    path = ros2(write, "nav_msgs/msg/Odometry", ODOMETRY, value, value)
    columns, _, _ = imported(path, McapImporter())
    assert columns["Transform3D:translation"] == [[[1.0, 2.0, 3.0]]] * 2
    assert columns["Transform3D:quaternion"] == [[[0.0, 0.0, 0.0, 1.0]]] * 2
    assert columns["Transform3D:parent_frame"] == [["odom"]] * 2
    assert columns["Transform3D:child_frame"] == [["base"]] * 2
    assert columns["nav_msgs.msg.Odometry:message"][0][0]["pose"]["covariance"] == [0.0] * 36


def test_a_scan_is_points_where_something_was_hit(write: Write) -> None:
    value = {
        "angle_increment": math.pi / 2,
        "range_min": 0.5,
        "range_max": 10,
        "ranges": [1, 2, math.nan, 11, 0.1, math.inf],
    }
    path = ros2(write, "sensor_msgs/msg/LaserScan", SCAN, value, {"ranges": []})
    columns, _, _ = imported(path, McapImporter())
    (first, second), none = columns["Points3D:positions"]
    assert first == pytest.approx([1, 0, 0])
    assert second == pytest.approx([0, 2, 0], abs=1e-6)
    assert none == []


def test_a_path_is_a_strip(write: Write) -> None:
    path = ros2(write, "nav_msgs/msg/Path", PATH, {"poses": [{"pose": POSE}] * 2}, {})
    columns, _, _ = imported(path, McapImporter())
    assert columns["LineStrips3D:strips"] == [[[[1.0, 2.0, 3.0]] * 2], [[]]]


IMAGE = (
    "std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\nuint8 is_bigendian\n"
    "uint32 step\nuint8[] data"
)
CAMERA = (
    "std_msgs/Header header\nuint32 height\nuint32 width\nstring distortion_model\nfloat64[] D\n"
    "float64[9] K"
)
ROS1_CASES: list[tuple[str, str, dict[str, Any], str, Any]] = [
    ("std_msgs/String", "string data", {"data": "x"}, "TextDocument:text", ["x"]),
    (
        "sensor_msgs/Image",
        IMAGE,
        {"width": 1, "height": 1, "encoding": "rgb8", "step": 3, "data": b"abc"},
        "Image:buffer",
        [list(b"abc")],
    ),
    (
        "sensor_msgs/CameraInfo",
        CAMERA,
        {"width": 4, "height": 3, "K": range(9)},
        "Pinhole:image_from_camera",
        [[0, 3, 6, 1, 4, 7, 2, 5, 8]],
    ),
    (
        "nav_msgs/Odometry",
        ODOMETRY,
        {"child_frame_id": "base", "pose": {"pose": POSE}},
        "Transform3D:child_frame",
        ["base"],
    ),
    (
        "my/Own",
        "int8 a\nduration d",
        {"a": 3},
        "my.Own:message",
        [{"a": 3, "d": {"sec": 0, "nsec": 0}}],
    ),
]


@pytest.mark.parametrize(("name", "text", "value", "component", "expected"), ROS1_CASES)
def test_ros1_messages(
    name: str, text: str, value: dict[str, Any], component: str, expected: Any, write: Write
) -> None:
    kind = parse_ros1(name, text + TYPES)
    data = serialized(kind, value, is_ros1=True)
    path = write((name, "ros1msg", (text + TYPES).encode()), "ros1", data)
    columns, _, report = imported(path, McapImporter())
    assert columns[component] == [expected]
    assert not report.losses


def test_ros1_headers_give_times(write: Write) -> None:
    text = "std_msgs/Header header\nint8 a"
    kind = parse_ros1("my/Own", text + TYPES)
    stamp = {"header": {"stamp": {"sec": 5, "nsec": 7}}}
    data = serialized(kind, stamp, is_ros1=True)
    path = write(("my/Own", "ros1msg", (text + TYPES).encode()), "ros1", data)
    _, chunks, _ = imported(path, McapImporter())
    assert chunks[-1].times("ros1_timestamp").tolist() == [5_000_000_007]


@pytest.fixture(params=["bag", "db3"])
def bag(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A bag of five strings and an odd message, as `rosbags` writes it."""
    rosbag1 = pytest.importorskip("rosbags.rosbag1")
    rosbag2 = pytest.importorskip("rosbags.rosbag2")
    typesys = pytest.importorskip("rosbags.typesys")
    is_ros1 = request.param == "bag"
    stores = typesys.Stores
    store = typesys.get_typestore(stores.ROS1_NOETIC if is_ros1 else stores.ROS2_HUMBLE)
    folder = tmp_path / "bag"
    target = tmp_path / "x.bag" if is_ros1 else folder
    writer = rosbag1.Writer(target) if is_ros1 else rosbag2.Writer(folder, version=8)
    text_type = store.types["std_msgs/msg/String"]
    with writer:
        connection = writer.add_connection("/s", text_type.__msgtype__, typestore=store)
        for i in range(5):
            value = text_type(data=f"text {i}")
            serialize = store.serialize_ros1 if is_ros1 else store.serialize_cdr
            writer.write(connection, 100 + i, serialize(value, text_type.__msgtype__))
        writer.write(connection, 200, b"\0")
    return target if is_ros1 else next(folder.glob("*.db3"))


def test_bags(bag: Path) -> None:
    importer = BagImporter()
    assert importer.claims(bag, bag.read_bytes()[:100])
    columns, chunks, report = imported(bag, importer)
    assert columns["TextDocument:text"] == [[f"text {i}"] for i in range(5)]
    assert chunks[0].times("message_log_time").tolist() == [100, 101, 102, 103, 104]
    assert report.losses == ["/s: 1 messages cannot be decoded"]
    columns, _, _ = imported(bag, importer, **{"start-time": "102", "end-time": "104"})
    assert columns["TextDocument:text"] == [["text 2"], ["text 3"]]
    assert imported(bag, importer, **{"exclude-topic": "s"})[1] == []


def test_a_bag_that_is_damaged(bag: Path) -> None:
    bag.write_bytes(bag.read_bytes()[:60] + b"\xff" * 500)
    with pytest.raises(DamagedInputError):
        imported(bag, BagImporter())
