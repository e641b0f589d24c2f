"""ROS 2 messages that become archetypes, one chunk each (fact sheet 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rrdformats.arrow_bridge import array_of
from rrdformats.vocabulary import enum
from rrdimporters.emit import batches
from rrdimporters.mcap.columns import Structs
from rrdimporters.mcap.images import RawImages, image_columns, is_depth
from rrdimporters.mcap.ragged import offsets_of
from rrdimporters.mcap.ros_maps import occupancy_grid, voxel_grid
from rrdimporters.mcap.tables import (
    Notes,
    Table,
    blob_column,
    constants,
    frame_column,
    one_number,
    text_column,
    vector_array,
    vectors,
)

__all__ = ["IMAGE_PLANE", "LENSES", "TRANSFORM_TYPE"]

IMAGE_PLANE = "_image_plane"
"""What the frame of an image is called, after the frame of its camera."""

TRANSFORM_TYPE = "tf2_msgs/msg/TFMessage"

_LOG_LEVELS = {10: "DEBUG", 20: "INFO", 30: "WARN", 40: "ERROR", 50: "CRITICAL"}
_LOG_COLORS = {20: 0x0080FFFF, 30: 0xFFA500FF, 40: 0xFF0000FF, 50: 0x8B0000FF}
_OTHER_LOG_COLOR = 0x808080FF


def _framed(label: str, message: Structs, suffix: str = "") -> Table:
    """A table that says in which frame its rows are."""
    table = Table(label, [])
    frames = frame_column(message.texts("header", "frame_id"), suffix)
    table.add("CoordinateFrame", frame=frames)
    return table


def _measured(value: str, unit: str | None) -> Callable[[Structs, Notes], list[Table]]:
    """Decoder of messages with one measured value and its variance."""

    def decode(message: Structs, _notes: Notes) -> list[Table]:
        table = _framed("Measurements", message)
        table.add(
            "Measurements",
            values=one_number(message.numbers(value), "f8"),
            variances=one_number(message.numbers("variance"), "f8"),
        )
        if unit is not None:
            table.add("Measurements", units=constants(unit, len(message), "Measurements", "units"))
        return [table]

    return decode


def _camera_info(message: Structs, _notes: Notes) -> list[Table]:
    table = Table("Pinhole", [])
    frames = message.texts("header", "frame_id")
    matrices = message.runs("k").values.reshape(-1, 3, 3).transpose(0, 2, 1).reshape(-1, 9)
    size = np.stack([message.numbers(name) for name in ("width", "height")], axis=1)
    table.add(
        "Pinhole",
        image_from_camera=vectors(matrices, "PinholeProjection"),
        resolution=vectors(size, "Resolution"),
        parent_frame=frame_column(frames),
        child_frame=frame_column(frames, IMAGE_PLANE),
    )
    return [table]


def _magnetic_field(message: Structs, _notes: Notes) -> list[Table]:
    table = _framed("Arrows3D", message)
    table.add("Arrows3D", vectors=vectors(message.matrix("magnetic_field"), "Vector3D"))
    return [table]


def _pose_stamped(message: Structs, _notes: Notes) -> list[Table]:
    table = _framed("InstancePoses3D", message)
    table.add(
        "InstancePoses3D",
        translations=vectors(message.matrix("pose", "position"), "Translation3D"),
        quaternions=vectors(message.matrix("pose", "orientation", names="xyzw"), "RotationQuat"),
    )
    return [table]


def _nav_sat_fix(message: Structs, _notes: Notes) -> list[Table]:
    table = _framed("GeoPoints", message)
    positions = [message.numbers(name) for name in ("latitude", "longitude")]
    table.add("GeoPoints", positions=vectors(np.stack(positions, axis=1), "LatLon"))
    altitudes = array_of(np.ascontiguousarray(message.numbers("altitude"), np.float64))
    table.add_own("sensor_msgs.msg.NavSatFix", "altitude", altitudes)
    return [table]


def _image(message: Structs, notes: Notes) -> list[Table]:
    encodings = message.texts("encoding").texts
    depth = is_depth(encodings)
    columns = None
    if depth is not None:
        columns = image_columns(
            RawImages(
                encodings,
                message.numbers("width"),
                message.numbers("height"),
                message.numbers("step"),
                message.runs("data"),
            )
        )
    if columns is None:
        names = ", ".join(sorted(set(encodings)))
        notes.say(f"images of the encodings {names} cannot be shown, or not together")
        return [_framed("CoordinateFrame", message, IMAGE_PLANE)]
    archetype = "DepthImage" if depth else "Image"
    table = _framed(archetype, message, IMAGE_PLANE)
    table.add(archetype, **columns)
    return [table]


def _compressed_image(message: Structs, notes: Notes) -> list[Table]:
    kinds = {_compression(name) for name in message.texts("format").texts}
    if len(kinds) != 1:
        notes.say("images and video in one chunk cannot be shown together")
        return [_framed("CoordinateFrame", message, IMAGE_PLANE)]
    data = message.runs("data")
    rows = len(message)
    match kinds.pop():
        case "h264":
            table = _framed("VideoStream", message, IMAGE_PLANE)
            codec = enum("VideoCodec")
            number = codec.variants["H264"] if codec else 0
            table.add(
                "VideoStream",
                codec=constants(number, rows, "VideoStream", "codec"),
                sample=blob_column(data, "VideoSample"),
            )
        case "rvl":
            table = _framed("EncodedDepthImage", message, IMAGE_PLANE)
            media = constants("application/rvl", rows, "EncodedDepthImage", "media_type")
            table.add("EncodedDepthImage", blob=blob_column(data), media_type=media)
        case _:
            table = _framed("EncodedImage", message, IMAGE_PLANE)
            table.add("EncodedImage", blob=blob_column(data))
    return [table]


def _compression(text: str) -> str:
    """`h264`, `rvl`, or nothing for an image in a format that tells itself."""
    lower = text.lower()
    encoding, semicolon, transport = lower.partition(";")
    if lower.strip() == "h264":
        return "h264"
    if semicolon and encoding.strip() and "compresseddepth" in transport and "rvl" in transport:
        return "rvl"
    return ""


def _transforms(message: Structs, _notes: Notes) -> list[Table]:
    lists = message.lists("transforms")
    items = lists.items
    if not isinstance(items, Structs):
        raise KeyError("transforms")
    rows = np.repeat(np.arange(len(message)), np.maximum(lists.counts, 1))
    filled = np.repeat(lists.counts > 0, np.maximum(lists.counts, 1))
    offsets = offsets_of(filled.astype(np.int64))
    translations = vector_array(items.matrix("transform", "translation"), "Translation3D")
    rotations = items.matrix("transform", "rotation", names="xyzw")
    table = Table("Transform3D", [], rows=rows)
    table.add(
        "Transform3D",
        translation=batches(translations, offsets),
        quaternion=batches(vector_array(rotations, "RotationQuat"), offsets),
        parent_frame=batches(items.texts("header", "frame_id").array, offsets),
        child_frame=batches(items.texts("child_frame_id").array, offsets),
    )
    return [table]


def _text(message: Structs, _notes: Notes) -> list[Table]:
    table = Table("TextDocument", [])
    table.add("TextDocument", text=text_column(message.texts("data")))
    return [table]


def _log(message: Structs, _notes: Notes) -> list[Table]:
    own = "rcl_interfaces.msg.Log"
    levels = message.numbers("level").tolist()
    names, texts = message.texts("name").texts, message.texts("msg").texts
    colors = np.array([_LOG_COLORS.get(level, _OTHER_LOG_COLOR) for level in levels], np.uint32)
    table = Table("TextLog", [])
    table.add(
        "TextLog",
        text=text_column([f"[{name}] {text}" for name, text in zip(names, texts, strict=True)]),
        level=text_column([_LOG_LEVELS.get(level, "UNKNOWN") for level in levels]),
        color=one_number(colors, "u4"),
    )
    for name in ("file", "function"):
        table.add_own(own, name, message.texts(name).array)
    lines = array_of(np.ascontiguousarray(message.numbers("line"), np.uint32))
    table.add_own(own, "line", lines)
    return [table]


LENSES: Mapping[str, Callable[[Structs, Notes], list[Table]]] = {
    "sensor_msgs/msg/Temperature": _measured("temperature", "°C"),
    "sensor_msgs/msg/FluidPressure": _measured("fluid_pressure", "Pa"),
    "sensor_msgs/msg/Illuminance": _measured("illuminance", "lux"),
    "sensor_msgs/msg/RelativeHumidity": _measured("relative_humidity", None),
    "sensor_msgs/msg/CameraInfo": _camera_info,
    "sensor_msgs/msg/MagneticField": _magnetic_field,
    "geometry_msgs/msg/PoseStamped": _pose_stamped,
    "sensor_msgs/msg/NavSatFix": _nav_sat_fix,
    "sensor_msgs/msg/Image": _image,
    "sensor_msgs/msg/CompressedImage": _compressed_image,
    TRANSFORM_TYPE: _transforms,
    "nav_msgs/msg/OccupancyGrid": occupancy_grid,
    "nav2_msgs/msg/VoxelGrid": voxel_grid,
    "std_msgs/msg/String": _text,
    "rcl_interfaces/msg/Log": _log,
}
"""Decoders by name of schema."""
