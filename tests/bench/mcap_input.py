"""Makes the MCAP files that imports are measured with.

    python tests/bench/mcap_input.py robot robot.mcap --size 300
    python tests/bench/mcap_input.py imu imu.mcap --messages 1000000

`robot` is a drive: Imu 400 Hz, PointCloud2 10 Hz, CompressedImage 30 Hz, TFMessage 50 Hz, Odometry
50 Hz, JointState 100 Hz, String 10 Hz, in zstd chunks; `imu` is nothing but small messages.
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from mcap.writer import CompressionType, Writer

_SECOND = 1_000_000_000
_START = 1_700_000_000 * _SECOND
_MIB = 1 << 20
_SEED = 7

_HEADER = "builtin_interfaces/Time stamp\nstring frame_id\n"
_STAMP = "int32 sec\nuint32 nanosec\n"
_XYZ = "float64 x\nfloat64 y\nfloat64 z\n"
_XYZW = _XYZ + "float64 w\n"
_TYPES = {
    "std_msgs/Header": _HEADER,
    "builtin_interfaces/Time": _STAMP,
    "geometry_msgs/Quaternion": _XYZW,
    "geometry_msgs/Vector3": _XYZ,
    "geometry_msgs/Point": _XYZ,
    "geometry_msgs/Pose": "geometry_msgs/Point position\ngeometry_msgs/Quaternion orientation\n",
    "geometry_msgs/PoseWithCovariance": "geometry_msgs/Pose pose\nfloat64[36] covariance\n",
    "geometry_msgs/Twist": "geometry_msgs/Vector3 linear\ngeometry_msgs/Vector3 angular\n",
    "geometry_msgs/TwistWithCovariance": "geometry_msgs/Twist twist\nfloat64[36] covariance\n",
    "geometry_msgs/Transform": (
        "geometry_msgs/Vector3 translation\ngeometry_msgs/Quaternion rotation\n"
    ),
    "geometry_msgs/TransformStamped": (
        "std_msgs/Header header\nstring child_frame_id\ngeometry_msgs/Transform transform\n"
    ),
    "sensor_msgs/PointField": (
        "uint8 FLOAT32=7\nstring name\nuint32 offset\nuint8 datatype\nuint32 count\n"
    ),
}
_SCHEMAS = {
    "sensor_msgs/msg/Imu": (
        "std_msgs/Header header\ngeometry_msgs/Quaternion orientation\n"
        "float64[9] orientation_covariance\ngeometry_msgs/Vector3 angular_velocity\n"
        "float64[9] angular_velocity_covariance\ngeometry_msgs/Vector3 linear_acceleration\n"
        "float64[9] linear_acceleration_covariance\n"
    ),
    "sensor_msgs/msg/PointCloud2": (
        "std_msgs/Header header\nuint32 height\nuint32 width\nsensor_msgs/PointField[] fields\n"
        "bool is_bigendian\nuint32 point_step\nuint32 row_step\nuint8[] data\nbool is_dense\n"
    ),
    "sensor_msgs/msg/CompressedImage": "std_msgs/Header header\nstring format\nuint8[] data\n",
    "tf2_msgs/msg/TFMessage": "geometry_msgs/TransformStamped[] transforms\n",
    "nav_msgs/msg/Odometry": (
        "std_msgs/Header header\nstring child_frame_id\n"
        "geometry_msgs/PoseWithCovariance pose\ngeometry_msgs/TwistWithCovariance twist\n"
    ),
    "std_msgs/msg/String": "string data\n",
    "sensor_msgs/msg/JointState": (
        "std_msgs/Header header\nstring[] name\nfloat64[] position\nfloat64[] velocity\n"
        "float64[] effort\n"
    ),
}


def _schema_text(name: str) -> bytes:
    """The definition of a message with those of all types that any of them uses."""
    sections = [_SCHEMAS[name]]
    sections += [f"{'=' * 80}\nMSG: {used}\n{text}" for used, text in _TYPES.items()]
    return "".join(sections).encode()


class Cdr:
    """Serializes values, little-endian, each at a multiple of its size."""

    def __init__(self) -> None:
        self._out = bytearray(b"\0\1\0\0")

    def number(self, code: str, *values: float) -> Cdr:
        """Numbers of one type, as `struct` spells it."""
        size = struct.calcsize(code)
        self._out += bytes(-(len(self._out) - 4) % size)
        self._out += struct.pack(f"<{len(values)}{code}", *values)
        return self

    def text(self, text: str) -> Cdr:
        """A string."""
        data = text.encode() + b"\0"
        self.number("I", len(data))
        self._out += data
        return self

    def blob(self, data: bytes) -> Cdr:
        """A list of bytes."""
        self.number("I", len(data))
        self._out += data
        return self

    def header(self, time: int, frame: str) -> Cdr:
        """A std_msgs/Header."""
        return self.number("i", time // _SECOND).number("I", time % _SECOND).text(frame)

    def to_bytes(self) -> bytes:
        """The message."""
        return bytes(self._out)


def imu(time: int, rng: np.random.Generator) -> bytes:
    """A sensor_msgs/msg/Imu."""
    return Cdr().header(time, "imu").number("d", *rng.random(37)).to_bytes()


def _cloud(time: int, rng: np.random.Generator) -> bytes:
    points = np.zeros(30_000, [("xyz", "<f4", 3), ("intensity", "<f4"), ("ring", "<u2")])
    points["xyz"] = rng.normal(0, 20, (len(points), 3))
    points["intensity"] = rng.integers(0, 255, len(points))
    points["ring"] = np.arange(len(points)) % 64
    message = Cdr().header(time, "lidar").number("I", 1, len(points), 5)
    for name, offset, kind in (("x", 0, 7), ("y", 4, 7), ("z", 8, 7), ("intensity", 12, 7)):
        message.text(name).number("I", offset).number("B", kind).number("I", 1)
    message.text("ring").number("I", 16).number("B", 4).number("I", 1)
    step = points.itemsize
    message.number("B", 0).number("I", step, step * len(points))
    return message.blob(points.tobytes()).number("B", 1).to_bytes()


def _image(time: int, rng: np.random.Generator) -> bytes:
    data = b"\xff\xd8\xff\xe0" + rng.bytes(int(rng.integers(50_000, 70_000)))
    return Cdr().header(time, "camera").text("jpeg").blob(data).to_bytes()


def _transforms(time: int, rng: np.random.Generator) -> bytes:
    message = Cdr().number("I", 4)
    for i in range(4):
        message.header(time, "base").text(f"wheel_{i}").number("d", *rng.random(7))
    return message.to_bytes()


def _odometry(time: int, rng: np.random.Generator) -> bytes:
    return Cdr().header(time, "odom").text("base").number("d", *rng.random(85)).to_bytes()


def _string(time: int, _rng: np.random.Generator) -> bytes:
    return Cdr().text(f"state {time}").to_bytes()


def _joints(time: int, rng: np.random.Generator) -> bytes:
    message = Cdr().header(time, "").number("I", 6)
    for i in range(6):
        message.text(f"joint_{i}")
    for _ in range(3):
        message.number("I", 6).number("d", *rng.random(6))
    return message.to_bytes()


_Maker = Callable[[int, np.random.Generator], bytes]
_DRIVE: tuple[tuple[str, str, int, _Maker], ...] = (
    ("/imu", "sensor_msgs/msg/Imu", 400, imu),
    ("/lidar/points", "sensor_msgs/msg/PointCloud2", 10, _cloud),
    ("/camera/compressed", "sensor_msgs/msg/CompressedImage", 30, _image),
    ("/tf", "tf2_msgs/msg/TFMessage", 50, _transforms),
    ("/odom", "nav_msgs/msg/Odometry", 50, _odometry),
    ("/joint_states", "sensor_msgs/msg/JointState", 100, _joints),
    ("/state", "std_msgs/msg/String", 10, _string),
)


def _ticks(seconds: float) -> Iterator[tuple[int, int]]:
    """Times and channels of all messages, in order of time."""
    found = [
        (_START + i * _SECOND // rate, number)
        for number, (_, _, rate, _) in enumerate(_DRIVE)
        for i in range(int(seconds * rate))
    ]
    yield from sorted(found)


def _open(path: Path) -> Writer:
    writer = Writer(str(path), compression=CompressionType.ZSTD)
    writer.start("ros2", "bench")
    return writer


def _finish(writer: Writer) -> None:
    finish: Callable[[], None] = writer.finish  # shipped without types
    finish()


def _register(writer: Writer, topic: str, name: str) -> int:
    schema = writer.register_schema(name, "ros2msg", _schema_text(name))
    return writer.register_channel(topic, "cdr", schema)


def write_robot(path: Path, size: int) -> None:
    """Writes a drive of about `size` MiB of messages."""
    rng = np.random.default_rng(_SEED)
    writer = _open(path)
    channels = [_register(writer, topic, name) for topic, name, _, _ in _DRIVE]
    seconds = size * _MIB / 7_900_000  # bytes of messages in a second
    for time, number in _ticks(seconds):
        writer.add_message(channels[number], time, _DRIVE[number][3](time, rng), time)
    _finish(writer)


def write_imu(path: Path, messages: int) -> None:
    """Writes `messages` small messages."""
    rng = np.random.default_rng(_SEED)
    writer = _open(path)
    channel = _register(writer, "/imu", "sensor_msgs/msg/Imu")
    for i in range(messages):
        time = _START + i * _SECOND // 400
        writer.add_message(channel, time, imu(time, rng), time)
    _finish(writer)


def main() -> None:
    """Writes the file that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kind", choices=("robot", "imu"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--size", type=int, default=300, help="MiB of messages")
    parser.add_argument("--messages", type=int, default=1_000_000)
    chosen = parser.parse_args()
    if chosen.kind == "robot":
        write_robot(chosen.path, chosen.size)
    else:
        write_imu(chosen.path, chosen.messages)


if __name__ == "__main__":
    main()
