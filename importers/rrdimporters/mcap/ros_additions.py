"""ROS messages that the reference leaves as they are: odometry, laser scans, paths; ROS 1.

Odometry, scans and paths keep their message as well, beside what it shows as.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rrdimporters.emit import batches, component_arrow, one_per_row
from rrdimporters.mcap.columns import Column, Structs, list_array
from rrdimporters.mcap.ragged import offsets_of, spread
from rrdimporters.mcap.ros_channels import Mapping, reflected
from rrdimporters.mcap.ros_direct import DIRECT
from rrdimporters.mcap.ros_lenses import LENSES, TRANSFORM_TYPE
from rrdimporters.mcap.ros_types import Message
from rrdimporters.mcap.tables import Notes, Table, frame_column, vector_array, vectors

__all__ = ["added_mapping", "ros1_mapping"]

_ROS1_NAMES = {"tf/msg/tfMessage": TRANSFORM_TYPE}
_OTHER_IN_ROS1 = frozenset({"rcl_interfaces/msg/Log"})


def added_mapping(name: str, message: Message) -> Mapping | None:
    """What to make of messages of that type; None for nothing but their fields."""
    decode = _SHOWN.get(name)
    if decode is None:
        return None

    def decode_beside(rows: Structs, _notes: Notes) -> list[Table]:
        table = reflected(message, rows)
        decode(rows, table)
        return [table]

    return decode_beside


def ros1_mapping(name: str, message: Message) -> Mapping | None:
    """What to make of ROS 1 messages: the same as of ROS 2 ones that have the same members."""
    package, _, kind = name.partition("/")
    ros2_name = f"{package}/msg/{kind}"
    ros2_name = _ROS1_NAMES.get(ros2_name, ros2_name)
    mapping = DIRECT.get(ros2_name) or LENSES.get(ros2_name)
    if mapping is None or ros2_name in _OTHER_IN_ROS1:
        return added_mapping(ros2_name, message)

    def decode(rows: Structs, notes: Notes) -> list[Table]:
        # Only ROS 1 spells single letters large (the K of a CameraInfo).
        fields: dict[str, Column] = {
            name.lower() if len(name) == 1 else name: column for name, column in rows.fields.items()
        }
        return mapping(Structs(rows.rows, fields), notes)

    return decode


def _odometry(rows: Structs, table: Table) -> None:
    table.label = "Transform3D"
    table.add(
        "Transform3D",
        translation=vectors(rows.matrix("pose", "pose", "position"), "Translation3D"),
        quaternion=vectors(
            rows.matrix("pose", "pose", "orientation", names="xyzw"), "RotationQuat"
        ),
        parent_frame=frame_column(rows.texts("header", "frame_id")),
        child_frame=frame_column(rows.texts("child_frame_id")),
    )


def _laser_scan(rows: Structs, table: Table) -> None:
    table.label = "Points3D"
    ranges = rows.runs("ranges")
    owners, numbers = spread(ranges.counts)
    distance = ranges.values.astype(np.float64)
    first, step = (rows.numbers(name)[owners] for name in ("angle_min", "angle_increment"))
    angles = first.astype(np.float64) + numbers * step.astype(np.float64)
    nearest, farthest = (rows.numbers(name)[owners] for name in ("range_min", "range_max"))
    hit = np.isfinite(distance) & (distance >= nearest) & (distance <= farthest)
    points = np.zeros((int(hit.sum()), 3), np.float32)
    points[:, 0] = distance[hit] * np.cos(angles[hit])
    points[:, 1] = distance[hit] * np.sin(angles[hit])
    counts = np.bincount(owners[hit], minlength=len(rows))
    positions = batches(vector_array(points, "Position3D"), offsets_of(counts))
    table.add("Points3D", positions=positions)
    table.add("CoordinateFrame", frame=frame_column(rows.texts("header", "frame_id")))


def _path(rows: Structs, table: Table) -> None:
    table.label = "LineStrips3D"
    poses = rows.lists("poses")
    items = poses.items
    if not isinstance(items, Structs):
        raise KeyError("poses")
    points = vector_array(items.matrix("pose", "position"), "Position3D")
    strips = list_array(points, poses.counts, component_arrow("LineStrip3D"))
    table.add("LineStrips3D", strips=one_per_row(strips))
    table.add("CoordinateFrame", frame=frame_column(rows.texts("header", "frame_id")))


_SHOWN: dict[str, Callable[[Structs, Table], None]] = {
    "nav_msgs/msg/Odometry": _odometry,
    "sensor_msgs/msg/LaserScan": _laser_scan,
    "nav_msgs/msg/Path": _path,
}
