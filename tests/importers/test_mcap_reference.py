"""Every MCAP sample, and an input for every row of the mapping, as the reference converts them."""

from __future__ import annotations

import math
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rrdformats.reader import Recording
from rrdformats.stores import StoreId, StoreKind
from rrdimporters.mcap import McapSettings
from rrdimporters.mcap.records import Schema
from rrdimporters.mcap.ros_types import parse_ros2
from rrdimporters.mcap.testing import McapFile, Sent, serialized
from rrdimporters.report import ImportReport
from rrdtool.operations.mcap_convert import mcap_convert

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("RRD_TEST_SAMPLES") or ROOT / "../shared/samples") / "mcap"
PATIENCE = 60.0  # seconds
STORE = StoreId(StoreKind.RECORDING, "rec", "app")

Same = Callable[..., None]


def ours(path: Path, out: Path, settings: McapSettings) -> ImportReport:
    with out.open("wb") as file:
        return mcap_convert(path, file, STORE, settings, lambda _done, _total: None)


@pytest.fixture
def same(reference: Path, tmp_path: Path) -> Same:
    """Asserts that the reference finds our recording equal to its own."""

    def check(path: Path, *words: str, **settings: Any) -> None:
        theirs, mine = tmp_path / "theirs.rrd", tmp_path / "ours.rrd"
        command: list[str | Path] = [
            reference,
            "mcap",
            "convert",
            path,
            "-o",
            theirs,
            "--application-id",
            "app",
        ]
        done = subprocess.run(
            [*command, *words], capture_output=True, check=False, timeout=PATIENCE, text=True
        )
        assert done.returncode == 0, done.stderr
        ours(path, mine, McapSettings(strict_reference=True, **settings))
        compared = subprocess.run(
            [reference, "rrd", "compare", "--unordered", theirs, mine],
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            text=True,
        )
        if compared.returncode and holds_nan(theirs) and holds_nan(mine):
            assert contents(theirs) == contents(mine)  # the reference's compare finds NaN unequal
            return
        assert compared.returncode == 0, compared.stderr[-2_000:]

    return check


def contents(path: Path) -> list[str]:
    with Recording.open(path) as recording:
        return sorted(
            f"{found.chunk.entity_path} {found.chunk.timelines}"
            f"{[(d, c.type, c.to_pylist()) for d, c in found.chunk.components.items()]}"
            for found in recording.chunks()
            if len(found.chunk) and found.chunk.components
        )


def holds_nan(path: Path) -> bool:
    return any(re.search(r"\bnan\b", text) for text in contents(path))


DIFFERENT = {
    "rosbag2_topics_and_services": "one schema that does not parse empties the reference's file",
    "s_damaged_not_mcap": "no MCAP file: we write nothing",
    "s_damaged_truncated": "the reference reads no file without a summary unless told to",
    "s_json_no_summary": "the reference reads no file without a summary unless told to",
}
NAMES = sorted(path.stem for path in SAMPLES.glob("*.mcap")) if SAMPLES.is_dir() else []


@pytest.mark.parametrize("name", [name for name in NAMES if name not in DIFFERENT])
def test_sample(name: str, same: Same) -> None:
    same(SAMPLES / f"{name}.mcap")


CONFORMANCE = [
    "OneMessage/OneMessage-ch-chx-mx-rch-rsh-st-sum",
    "OneMessage/OneMessage-ch-chx-mx-pad-st",
    "OneMessage/OneMessage-ch-mx-rch-rsh-st-sum",
    "OneMessage/OneMessage-rch-rsh-st-sum",
    "OneAttachment/OneAttachment-ax-pad-st-sum",
    "OneAttachment/OneAttachment-ax-st",
]


@pytest.mark.parametrize("name", CONFORMANCE)
def test_conformance(name: str, same: Same, samples: Path) -> None:
    same(samples / "mcap" / "conformance" / f"{name}.mcap")


@pytest.mark.parametrize("name", ["s_json_zstd", "s_damaged_truncated", "rosbag2_talker"])
def test_recovered_sample(name: str, same: Same, samples: Path) -> None:
    same(samples / "mcap" / f"{name}.mcap", "--recover", recover=True)


HEADER = "std_msgs/Header header\n"
STAMP = {"sec": 1_700_000_000, "nanosec": 250}
HEAD = {"stamp": STAMP, "frame_id": "frame"}
XYZ = {"x": 1.5, "y": -2.0, "z": 0.25}
XYZW = {**XYZ, "w": 0.5}
TYPES = {
    "builtin_interfaces/Time": "int32 sec\nuint32 nanosec",
    "std_msgs/Header": "builtin_interfaces/Time stamp\nstring frame_id",
    "geometry_msgs/Vector3": "float64 x\nfloat64 y\nfloat64 z",
    "geometry_msgs/Point": "float64 x\nfloat64 y\nfloat64 z",
    "geometry_msgs/Quaternion": "float64 x\nfloat64 y\nfloat64 z\nfloat64 w",
    "geometry_msgs/Pose": "geometry_msgs/Point position\ngeometry_msgs/Quaternion orientation",
    "geometry_msgs/PoseStamped": HEADER + "geometry_msgs/Pose pose",
    "geometry_msgs/Transform": "Vector3 translation\nQuaternion rotation",
    "geometry_msgs/TransformStamped": HEADER + "string child_frame_id\nTransform transform",
    "sensor_msgs/RegionOfInterest": "uint32 x_offset\nbool do_rectify",
    "sensor_msgs/PointField": "string name\nuint32 offset\nuint8 datatype\nuint32 count",
    "nav_msgs/MapMetaData": "float32 resolution\nuint32 width\nuint32 height\n"
    "geometry_msgs/Pose origin",
    "std_msgs/MultiArrayDimension": "string label\nuint32 size\nuint32 stride",
    "std_msgs/MultiArrayLayout": "MultiArrayDimension[] dim\nuint32 data_offset",
}
MEASURED = HEADER + "float64 {}\nfloat64 variance"
POINTS = (
    HEADER + "uint32 height\nuint32 width\nPointField[] fields\nbool is_bigendian\n"
    "uint32 point_step\nuint32 row_step\nuint8[] data\nbool is_dense"
)
IMAGE = HEADER + (
    "uint32 height\nuint32 width\nstring encoding\nuint8 is_bigendian\nuint32 step\nuint8[] data"
)
BATTERY = HEADER + (
    "float32 voltage\nfloat32 temperature\nfloat32 current\nfloat32 charge\nfloat32 capacity\n"
    "float32 design_capacity\nfloat32 percentage\nuint8 power_supply_status\n"
    "uint8 power_supply_health\nuint8 power_supply_technology\nbool present\n"
    "float32[] cell_voltage\nfloat32[] cell_temperature\nstring location\nstring serial_number"
)
IMU = HEADER + (
    "geometry_msgs/Quaternion orientation\nfloat64[9] orientation_covariance\n"
    "geometry_msgs/Vector3 angular_velocity\nfloat64[9] angular_velocity_covariance\n"
    "geometry_msgs/Vector3 linear_acceleration\nfloat64[9] linear_acceleration_covariance"
)
CAMERA = HEADER + (
    "uint32 height\nuint32 width\nstring distortion_model\nfloat64[] d\nfloat64[9] k\n"
    "float64[9] r\nfloat64[12] p\nuint32 binning_x\nuint32 binning_y\nRegionOfInterest roi"
)
LOG = (
    "builtin_interfaces/Time stamp\nuint8 level\nstring name\nstring msg\nstring file\n"
    "string function\nuint32 line"
)
VOXELS = HEADER + (
    "uint32[] data\ngeometry_msgs/Point32 origin\ngeometry_msgs/Vector3 resolutions\n"
    "uint32 size_x\nuint32 size_y\nuint32 size_z"
)
TYPES["geometry_msgs/Point32"] = "float32 x\nfloat32 y\nfloat32 z"


def image(encoding: str, width: int, height: int, step: int, size: int) -> dict[str, Any]:
    numbers = {"width": width, "height": height, "step": step, "data": bytes(range(size))}
    return {"header": HEAD, "encoding": encoding, **numbers}


def field(name: str, offset: int, datatype: int, count: int = 1) -> dict[str, Any]:
    return {"name": name, "offset": offset, "datatype": datatype, "count": count}


def cloud(fields: list[dict[str, Any]], step: int, data: bytes, **more: Any) -> dict[str, Any]:
    rows = {"height": 1, "width": len(data) // max(step, 1), "row_step": len(data)}
    return {"header": HEAD, "fields": fields, "point_step": step, "data": data, **rows, **more}


FLOATS = [field("x", 0, 7), field("y", 4, 7), field("z", 8, 7)]
NUMBERS = bytes(range(60))
POSE = {"position": XYZ, "orientation": XYZW}
MAP = {"resolution": 0.5, "width": 3, "height": 2, "origin": POSE}
TRANSFORM = {
    "header": HEAD,
    "child_frame_id": "child",
    "transform": {"translation": XYZ, "rotation": XYZW},
}
COMPRESSED = HEADER + "string format\nuint8[] data"
CASES: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "float64_array": ("std_msgs/msg/Float64Array", "float64[] data", [{"data": [1.0, 2.0]}, {}]),
    "multi_array": (
        "std_msgs/msg/Float64MultiArray",
        "MultiArrayLayout layout\nfloat64[] data",
        [{"data": [0.5]}, {"data": [1, 2, 3]}],
    ),
    "battery": (
        "sensor_msgs/msg/BatteryState",
        BATTERY,
        [{"header": HEAD, "voltage": 12, "percentage": 0.5}, {"header": HEAD, "current": -1}],
    ),
    "range": (
        "sensor_msgs/msg/Range",
        HEADER
        + "uint8 radiation_type\nfloat32 field_of_view\n"
        + "float32 min_range\nfloat32 max_range\nfloat32 range",
        [{"header": HEAD, "range": 3, "max_range": 9}],
    ),
    "imu": (
        "sensor_msgs/msg/Imu",
        IMU,
        [
            {"header": HEAD, "orientation": XYZW, "angular_velocity": XYZ},
            {"header": HEAD, "linear_acceleration": XYZ},
        ],
    ),
    "joint_state": (
        "sensor_msgs/msg/JointState",
        HEADER + "string[] name\nfloat64[] position\nfloat64[] velocity\nfloat64[] effort",
        [
            {"header": HEAD, "name": ["a", "bb"], "position": [1, 2], "velocity": [3]},
            {"header": HEAD, "name": [], "effort": [4, 5]},
        ],
    ),
    "joy": (
        "sensor_msgs/msg/Joy",
        HEADER + "float32[] axes\nint32[] buttons",
        [{"header": HEAD, "axes": [0.5, 1], "buttons": [1]}, {"header": HEAD}],
    ),
    "points": (
        "sensor_msgs/msg/PointCloud2",
        POINTS,
        [
            cloud([*FLOATS, field("i", 12, 4), field("d", 14, 1)], 15, NUMBERS),
            cloud([*FLOATS, field("i", 12, 4), field("d", 14, 1)], 15, NUMBERS[:30]),
        ],
    ),
    "points_big": (
        "sensor_msgs/msg/PointCloud2",
        POINTS,
        [cloud([*FLOATS, field("n", 12, 5, 2)], 20, NUMBERS, is_bigendian=True, is_dense=True)],
    ),
    "points_types": (
        "sensor_msgs/msg/PointCloud2",
        POINTS,
        [cloud([field("x", 0, 8), field("y", 8, 3), field("z", 10, 2)], 20, NUMBERS)],
    ),
    "points_no_z": ("sensor_msgs/msg/PointCloud2", POINTS, [cloud(FLOATS[:2], 8, NUMBERS[:56])]),
    "points_empty": ("sensor_msgs/msg/PointCloud2", POINTS, [cloud(FLOATS, 12, b"")]),
    "temperature": (
        "sensor_msgs/msg/Temperature",
        MEASURED.format("temperature"),
        [{"header": HEAD, "temperature": 20.5, "variance": 0.1}],
    ),
    "pressure": (
        "sensor_msgs/msg/FluidPressure",
        MEASURED.format("fluid_pressure"),
        [{"header": HEAD, "fluid_pressure": 1e5}],
    ),
    "light": (
        "sensor_msgs/msg/Illuminance",
        MEASURED.format("illuminance"),
        [{"header": HEAD, "illuminance": 5}],
    ),
    "humidity": (
        "sensor_msgs/msg/RelativeHumidity",
        MEASURED.format("relative_humidity"),
        [{"header": HEAD, "relative_humidity": 0.5}],
    ),
    "camera": (
        "sensor_msgs/msg/CameraInfo",
        CAMERA,
        [
            {"header": HEAD, "width": 4, "height": 3, "k": range(9), "d": [1, 2]},
            {"header": {"frame_id": ""}, "k": range(1, 10)},
        ],
    ),
    "magnetic": (
        "sensor_msgs/msg/MagneticField",
        HEADER + "geometry_msgs/Vector3 magnetic_field\nfloat64[9] magnetic_field_covariance",
        [{"header": HEAD, "magnetic_field": XYZ}],
    ),
    "pose": (
        "geometry_msgs/msg/PoseStamped",
        HEADER + "geometry_msgs/Pose pose",
        [{"header": HEAD, "pose": POSE}],
    ),
    "gps": (
        "sensor_msgs/msg/NavSatFix",
        HEADER + "int8 status\nfloat64 latitude\nfloat64 longitude\nfloat64 altitude",
        [{"header": HEAD, "latitude": 59.5, "longitude": 18.25, "altitude": 7}],
    ),
    "image_padded": ("sensor_msgs/msg/Image", IMAGE, [image("rgb8", 2, 2, 8, 16)]),
    "image_surplus": ("sensor_msgs/msg/Image", IMAGE, [image("bgr8", 2, 2, 6, 20)]),
    "image_no_step": ("sensor_msgs/msg/Image", IMAGE, [image("mono8", 3, 2, 0, 8)]),
    "image_short": ("sensor_msgs/msg/Image", IMAGE, [image("rgba8", 2, 2, 8, 12)]),
    "image_depth": ("sensor_msgs/msg/Image", IMAGE, [image("16UC1", 2, 2, 4, 8)] * 2),
    "image_yuyv": ("sensor_msgs/msg/Image", IMAGE, [image("yuv422_yuy2", 2, 2, 6, 12)]),
    "image_nv12": ("sensor_msgs/msg/Image", IMAGE, [image("nv12", 2, 2, 2, 6)]),
    "image_bayer": ("sensor_msgs/msg/Image", IMAGE, [image("bayer_grbg8", 2, 2, 2, 4)]),
    "image_unknown": ("sensor_msgs/msg/Image", IMAGE, [image("uyvy", 2, 2, 4, 8)]),
    "image_mixed": (
        "sensor_msgs/msg/Image",
        IMAGE,
        [image("rgb8", 1, 1, 3, 3), image("16UC1", 1, 1, 2, 2)],
    ),
    "jpeg": (
        "sensor_msgs/msg/CompressedImage",
        COMPRESSED,
        [{"header": HEAD, "format": "jpeg", "data": b"abc"}, {"format": "bgr8; png", "data": b""}],
    ),
    "h264": (
        "sensor_msgs/msg/CompressedImage",
        COMPRESSED,
        [{"header": HEAD, "format": "H264", "data": b"abc"}],
    ),
    "rvl": (
        "sensor_msgs/msg/CompressedImage",
        COMPRESSED,
        [{"header": HEAD, "format": "16UC1; compressedDepth RVL", "data": b"abc"}],
    ),
    "images_and_video": (
        "sensor_msgs/msg/CompressedImage",
        COMPRESSED,
        [{"header": HEAD, "format": "h264"}, {"header": HEAD, "format": "png"}],
    ),
    "tf": (
        "tf2_msgs/msg/TFMessage",
        "geometry_msgs/TransformStamped[] transforms",
        [{"transforms": [TRANSFORM, TRANSFORM]}, {"transforms": []}, {"transforms": [TRANSFORM]}],
    ),
    "grid": (
        "nav_msgs/msg/OccupancyGrid",
        HEADER + "MapMetaData info\nint8[] data",
        [{"header": HEAD, "info": MAP, "data": [-1, 0, 100, 1, 2, 3]}],
    ),
    "voxels": (
        "nav2_msgs/msg/VoxelGrid",
        VOXELS,
        [
            {
                "header": HEAD,
                "data": [0x00030001, 0xFFFF0000, 2, 0],
                "origin": XYZ,
                "resolutions": XYZ,
                "size_x": 2,
                "size_y": 2,
                "size_z": 3,
            }
        ],
    ),
    "string": ("std_msgs/msg/String", "string data", [{"data": "hé"}, {"data": ""}]),
    "log": (
        "rcl_interfaces/msg/Log",
        LOG,
        [
            {"stamp": STAMP, "level": level, "name": "n", "msg": "m", "file": "f", "line": 3}
            for level in (0, 10, 20, 30, 40, 50)
        ],
    ),
    "reflected": (
        "my/msg/All",
        (
            "bool a\nbyte b\nchar c\nint8 d\nuint16 e\nint64 f\nfloat32 g\nstring<=9 h\nbool[2] i\n"
            "string[] j\nfloat64[<=3] k\nmy/In l\nmy/In[] m\nmy/In[2] n\nmy/Empty o\nmy/Kind p\n"
            "my/Wide q\nint32 K=4\n"
        ),
        [
            {"a": True, "g": 0.5, "h": "x", "i": [True, False], "j": ["", "yy"], "k": [1]},
            {"l": {"s": "z"}, "m": [{"s": "1", "v": [1, 2]}, {}], "p": 7},
        ],
    ),
    "stamp": ("my/msg/Stamped", "builtin_interfaces/Time stamp\nint8 a", [{"stamp": STAMP}]),
    "before_1970": (
        "my/msg/Headed",
        HEADER + "int8 a",
        [{"header": {"stamp": {"sec": -5}}}, {"header": HEAD}],
    ),
    "header_without_stamp": ("my/msg/Odd", "my/In header\nbuiltin_interfaces/Time stamp", [{}]),
}
TYPES["my/In"] = "string s\nuint8[] v"
TYPES["my/Empty"] = ""
TYPES["my/Kind"] = "uint8 A=1\nuint8 B=2"
TYPES["my/Wide"] = "uint16 A=1"


def definition(text: str) -> str:
    return text + "".join(f"\n====\nMSG: {name}\n{body}" for name, body in TYPES.items())


def ros2_file(cases: dict[str, tuple[str, str, list[dict[str, Any]]]], **how: Any) -> McapFile:
    """A channel for each case; the second chunk has the messages of the first once more."""
    file = McapFile(**how)
    messages = []
    for topic, (name, text, values) in cases.items():
        kind = parse_ros2(name, definition(text))
        schema = (name, "ros2msg", definition(text).encode())
        channel = file.add(topic, schema, "cdr")
        messages += [(channel, serialized(kind, value)) for value in values]
    file.chunks = [
        [Sent(n, start + i, data, start + 2 * i) for i, (n, data) in enumerate(messages)]
        for start in (1_000_000, 2_000_000)
    ]
    return file


@pytest.mark.parametrize("case", CASES)
def test_ros2_message(case: str, same: Same, tmp_path: Path) -> None:
    path = tmp_path / "in.mcap"
    path.write_bytes(ros2_file({case: CASES[case]}).to_bytes())
    same(path)


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    cases = {f"/{case}/x": CASES[case] for case in ("imu", "tf", "string", "gps", "reflected")}
    file = ros2_file(cases)
    file.attachments = [("a.txt", "text/plain", b"abc"), ("b", "", b"")]
    file.metadata = [("one", {"z": "1", "a": "2"}), ("two", {}), ("one", {"a": "3"})]
    path = tmp_path / "drive.mcap"
    path.write_bytes(file.to_bytes())
    return path


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ([], {}),
        (["-d", "ros2msg"], {"decoders": frozenset({"ros2msg"})}),
        (["-d", "ros2_reflection"], {"decoders": frozenset({"ros2_reflection"})}),
        (["-d", "ros2msg", "-d", "raw"], {"decoders": frozenset({"ros2msg", "raw"})}),
        (["-d", "raw"], {"decoders": frozenset({"raw"})}),
        (["-d", "stats", "-d", "schema"], {"decoders": frozenset({"stats", "schema"})}),
        (["-d", "attachments"], {"decoders": frozenset({"attachments"})}),
        (["-d", "metadata"], {"decoders": frozenset({"metadata"})}),
        (["-y", "imu", "-y", "tf"], {"include_topics": (re.compile("imu"), re.compile("tf"))}),
        (["-n", "^/[ig]"], {"exclude_topics": (re.compile("^/[ig]"),)}),
        (["--timestamp-offset-ns=-500000"], {"timestamp_offset_ns": -500_000}),
        (["--timeline-type", "duration"], {"timeline_type": "duration"}),
        (["--start-time", "1000003"], {"start_time": 1_000_003}),
        (["--end-time", "2000004"], {"end_time": 2_000_004}),
    ],
)  # fmt: skip
def test_options(words: list[str], settings: dict[str, Any], same: Same, drive: Path) -> None:
    same(drive, *words, **settings)


@pytest.mark.parametrize("how", [
    {"compression": "lz4"},
    {"compression": ""},
    {"has_indexes": False},
    {"has_statistics": False},
    {"has_statistics": False, "has_chunk_indexes": False},
    {"has_checksums": False},
    {"has_chunk_indexes": False},
    {"repeats_channels": False},
])  # fmt: skip
def test_ways_to_write(how: dict[str, Any], same: Same, tmp_path: Path) -> None:
    path = tmp_path / "in.mcap"
    path.write_bytes(ros2_file({"/imu": CASES["imu"]}, **how).to_bytes())
    same(path)


def test_rows_out_of_order_are_sorted(same: Same, tmp_path: Path) -> None:
    file = ros2_file({"/imu": CASES["imu"], "/tf": CASES["tf"]})
    file.chunks[0] = [Sent(m.channel, m.log_time // 3, m.data, 9) for m in file.chunks[0][::-1]]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    same(path)


@pytest.mark.parametrize("topic", ["", "/", "a b/c", "/a.b[0]", "x:y", "a\\b", "ä/é"])
def test_topics(topic: str, same: Same, tmp_path: Path) -> None:
    path = tmp_path / "in.mcap"
    path.write_bytes(ros2_file({topic: CASES["string"]}).to_bytes())
    same(path)


def test_messages_that_cannot_be_decoded_are_left_out(same: Same, tmp_path: Path) -> None:
    file = ros2_file({"/imu": CASES["imu"]})
    good = file.chunks[0][0]
    broken = [good.data[:-1], b"\0\7\0\0" + good.data[4:], b"\0", b""]
    file.chunks[0] += [Sent(1, 5 + i, data) for i, data in enumerate(broken)]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    same(path)
    report = ours(path, tmp_path / "again.rrd", McapSettings())
    assert report.losses == ["/imu: 4 messages cannot be decoded"]


def test_big_endian_messages(same: Same, tmp_path: Path) -> None:
    name, text, values = CASES["imu"]
    file = ros2_file({"/imu": CASES["imu"]})
    kind = parse_ros2(name, definition(text))
    data = [serialized(kind, value, big_endian=True) for value in values]
    file.chunks = [[Sent(1, 7 + i, piece) for i, piece in enumerate(data)]]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    same(path)


@pytest.mark.parametrize(
    ("schema", "encoding"),
    [
        (None, "cdr"),
        (("a/msg/B", "", b""), "cdr"),
        (("a/msg/B", "ros2msg", b"int8 a"), "json"),
        (("a/msg/B", "ros2idl", b"x"), "cdr"),
        (("a/B", "ros1msg", b"int8 a"), "ros1"),
        (("a", "flatbuffer", b"x"), "flatbuffer"),
        (("a/msg/B", "ros2msg", b"wstring a"), "cdr"),
        (("a/msg/B", "ros2msg", b"Unknown a"), "cdr"),
    ],
)
def test_channels_that_stay_bytes(
    schema: tuple[str, str, bytes] | None, encoding: str, same: Same, tmp_path: Path
) -> None:
    file = McapFile()
    channel = file.add("/raw", schema, encoding)
    file.chunks = [[Sent(channel, 1, b"abc"), Sent(channel, 2, b"")]]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    same(path)


ROBOT = """<robot name="arm"><link name="base"><visual><origin xyz="1 2 3"/><geometry>
<box size="1 2 3"/></geometry></visual></link><link name="hand"><visual><geometry>
<sphere radius="0.5"/></geometry></visual></link><joint name="j" type="revolute">
<parent link="base"/><child link="hand"/><origin xyz="0 0 1"/></joint></robot>"""


@pytest.mark.parametrize("texts", [[ROBOT], ["<robot/>", ROBOT], [ROBOT, "<robot"]])
def test_robot_descriptions(texts: list[str], same: Same, tmp_path: Path) -> None:
    name, text, _ = CASES["string"]
    values = [{"data": one} for one in texts]
    path = tmp_path / "in.mcap"
    path.write_bytes(ros2_file({"/a/robot_description": (name, text, values)}).to_bytes())
    same(path)


@pytest.mark.parametrize(
    "case", ["multi_array", "battery", "range", "imu", "joint_state", "joy", "points"]
)
def test_messages_known_without_a_schema(case: str, same: Same, tmp_path: Path) -> None:
    file = ros2_file({case: CASES[case]})
    file.schemas = [Schema(1, CASES[case][0], "ros2msg", b"")]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    same(path)


def test_times_beyond_signed_64_bits(same: Same, tmp_path: Path) -> None:
    file = ros2_file({"/s": CASES["string"]})
    file.chunks = [[Sent(1, 2**64 - 5, file.chunks[0][0].data, 2**63)]]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    same(path)


def test_nan_is_kept(same: Same, tmp_path: Path) -> None:
    name, text, _ = CASES["battery"]
    path = tmp_path / "in.mcap"
    path.write_bytes(ros2_file({"/b": (name, text, [{"charge": math.nan}])}).to_bytes())
    same(path)
