"""Definitions of the ROS 2 messages that are understood whatever their schema (fact sheet 5.1)."""

from __future__ import annotations

from functools import cache

from rrdformats.errors import RrdError
from rrdimporters.mcap.records import Schema
from rrdimporters.mcap.ros_types import Message, parse_ros2

__all__ = ["definition_of"]

_HEADER = "std_msgs/Header header\n"
_USED = {
    "builtin_interfaces/Time": "int32 sec\nuint32 nanosec",
    "std_msgs/Header": "builtin_interfaces/Time stamp\nstring frame_id",
    "std_msgs/MultiArrayDimension": "string label\nuint32 size\nuint32 stride",
    "std_msgs/MultiArrayLayout": "MultiArrayDimension[] dim\nuint32 data_offset",
    "geometry_msgs/Vector3": "float64 x\nfloat64 y\nfloat64 z",
    "geometry_msgs/Quaternion": "float64 x\nfloat64 y\nfloat64 z\nfloat64 w",
    "sensor_msgs/PointField": "string name\nuint32 offset\nuint8 datatype\nuint32 count",
}
_KNOWN = {
    "std_msgs/msg/Float64MultiArray": "MultiArrayLayout layout\nfloat64[] data",
    "sensor_msgs/msg/BatteryState": _HEADER
    + "float32 voltage\nfloat32 temperature\nfloat32 current\nfloat32 charge\nfloat32 capacity\n"
    "float32 design_capacity\nfloat32 percentage\nuint8 power_supply_status\n"
    "uint8 power_supply_health\nuint8 power_supply_technology\nbool present\n"
    "float32[] cell_voltage\nfloat32[] cell_temperature\nstring location\nstring serial_number",
    "sensor_msgs/msg/Range": _HEADER
    + "uint8 radiation_type\nfloat32 field_of_view\nfloat32 min_range\nfloat32 max_range\n"
    "float32 range",
    "sensor_msgs/msg/Imu": _HEADER
    + "geometry_msgs/Quaternion orientation\nfloat64[9] orientation_covariance\n"
    "geometry_msgs/Vector3 angular_velocity\nfloat64[9] angular_velocity_covariance\n"
    "geometry_msgs/Vector3 linear_acceleration\nfloat64[9] linear_acceleration_covariance",
    "sensor_msgs/msg/JointState": _HEADER
    + "string[] name\nfloat64[] position\nfloat64[] velocity\nfloat64[] effort",
    "sensor_msgs/msg/Joy": _HEADER + "float32[] axes\nint32[] buttons",
    "sensor_msgs/msg/PointCloud2": _HEADER
    + "uint32 height\nuint32 width\nPointField[] fields\nbool is_bigendian\nuint32 point_step\n"
    "uint32 row_step\nuint8[] data\nbool is_dense",
}


def definition_of(schema: Schema) -> Message:
    """The message that a schema declares, or that its name stands for if the schema is unusable.

    Raises:
        RrdError: If the schema is unusable, and its name not known either.
    """
    known = _known(schema.name)
    try:
        message = parse_ros2(schema.name, schema.data.decode(errors="replace"))
    except RrdError:
        if known is None:
            raise
        return known
    if known is not None and not known.fields.keys() <= message.fields.keys():
        return known
    return message


@cache
def _known(name: str) -> Message | None:
    text = _KNOWN.get(name)
    if text is None:
        return None
    sections = [f"\n===\nMSG: {used}\n{body}" for used, body in _USED.items()]
    return parse_ros2(name, text + "".join(sections))
