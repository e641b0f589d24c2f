"""ROS 2 messages that become plots and point clouds (fact sheet 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of
from rrdformats.descriptors import ComponentDescriptor
from rrdimporters.emit import batches
from rrdimporters.mcap.columns import Runs, Structs, Texts
from rrdimporters.mcap.point_clouds import point_cloud
from rrdimporters.mcap.tables import (
    Notes,
    Table,
    column_of,
    frame_column,
    number_lists,
    text_lists,
)

__all__ = ["DIRECT"]

_BATTERY = ("percentage", "voltage", "current", "charge", "temperature")
_RANGE = ("range", "min_range", "max_range")
_IMU = tuple(f"{sensor}/{axis}" for sensor in ("gyroscope", "accelerometer") for axis in "xyz")


def _scalars(matrix: npt.NDArray[Any], names: tuple[str, ...]) -> list[Table]:
    """`(rows, k)` numbers as scalars, and the names of the `k` series, which hold always."""
    rows, count = matrix.shape
    flat = array_of(np.ascontiguousarray(matrix, np.float64).reshape(-1))
    scalars = batches(flat, np.arange(rows + 1) * count)
    labels = batches(pa.array(names), [0, count])
    return [
        Table("Scalars", column_of("Scalars", scalars=scalars)),
        Table("SeriesLines", column_of("SeriesLines", names=labels), is_static=True),
    ]


def _named(message: Structs, names: tuple[str, ...]) -> npt.NDArray[Any]:
    return np.stack([message.numbers(name).astype(np.float64) for name in names], axis=1)


def _multi_array(message: Structs, _notes: Notes) -> list[Table]:
    return [Table("Scalars", column_of("Scalars", scalars=number_lists(message.runs("data"))))]


def _battery(message: Structs, _notes: Notes) -> list[Table]:
    return _scalars(_named(message, _BATTERY), _BATTERY)


def _range(message: Structs, _notes: Notes) -> list[Table]:
    return _scalars(_named(message, _RANGE), _RANGE)


def _imu(message: Structs, _notes: Notes) -> list[Table]:
    parts = [
        message.matrix(part, kind="f8") for part in ("angular_velocity", "linear_acceleration")
    ]
    tables = _scalars(np.concatenate(parts, axis=1), _IMU)
    orientation = message.matrix("orientation", names="xyzw", kind="f8")
    quaternions = batches(array_of(orientation.reshape(-1)), np.arange(len(message) + 1) * 4)
    own = "sensor_msgs.msg.Imu"
    tables[0].columns.append((ComponentDescriptor(f"{own}:orientation", own), quaternions))
    tables[0].add("CoordinateFrame", frame=frame_column(message.texts("header", "frame_id")))
    return tables


def _joint_state(message: Structs, _notes: Notes) -> list[Table]:
    tables = []
    joints = message.lists("name")
    if not isinstance(joints.items, Texts):
        raise KeyError("name")
    names = text_lists(joints.counts, joints.items)
    for name in ("position", "velocity", "effort"):
        table = _run_scalars(message.runs(name), name)
        table.add("SeriesLines", names=names)
        tables.append(table)
    return [*tables, _frame(message)]


def _joy(message: Structs, _notes: Notes) -> list[Table]:
    tables = [_run_scalars(message.runs(name), name) for name in ("axes", "buttons")]
    return [*tables, _frame(message)]


def _run_scalars(runs: Runs, name: str) -> Table:
    return Table("Scalars", column_of("Scalars", scalars=number_lists(runs)), beneath=(name,))


def _frame(message: Structs) -> Table:
    frames = frame_column(message.texts("header", "frame_id"))
    return Table("CoordinateFrame", column_of("CoordinateFrame", frame=frames))


DIRECT: Mapping[str, Callable[[Structs, Notes], list[Table]]] = {
    "std_msgs/msg/Float64Array": _multi_array,
    "std_msgs/msg/Float64MultiArray": _multi_array,
    "sensor_msgs/msg/BatteryState": _battery,
    "sensor_msgs/msg/Range": _range,
    "sensor_msgs/msg/Imu": _imu,
    "sensor_msgs/msg/JointState": _joint_state,
    "sensor_msgs/msg/Joy": _joy,
    "sensor_msgs/msg/PointCloud2": point_cloud,
}
"""Decoders by name of schema."""
