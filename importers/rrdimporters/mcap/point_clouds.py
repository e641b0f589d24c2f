"""sensor_msgs/msg/PointCloud2 (fact sheet 5.1).

Each message becomes a chunk of positions, so that a cloud can be shown without loading the others;
everything else of all messages stays together, under the names that the fields have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of
from rrdformats.descriptors import ComponentDescriptor
from rrdimporters.emit import batches
from rrdimporters.mcap.columns import Lists, Structs, to_arrow
from rrdimporters.mcap.ragged import Bytes, offsets_of
from rrdimporters.mcap.tables import (
    Notes,
    Table,
    blob_column,
    column_of,
    frame_column,
    vector_array,
)

__all__ = ["point_cloud"]

_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 8: "f8"}
_OWN = "sensor_msgs.msg.PointCloud2"
_BLOB = "rerun.components.Blob"
_FIELD_TYPE = pa.list_(
    pa.struct(
        [
            pa.field("name", pa.string(), nullable=False),
            pa.field("offset", pa.uint32(), nullable=False),
            pa.field("datatype", pa.uint8(), nullable=False),
            pa.field("count", pa.uint32(), nullable=False),
        ]
    )
)


@dataclass(frozen=True, slots=True)
class _Field:
    """One value of every point.

    Attributes:
        name: What it is.
        offset: Where it is within a point (bytes).
        code: numpy's code of its type, with byte order; None if the type is unknown.
        count: How many values there are.
    """

    name: str
    offset: int
    code: str | None
    count: int


@dataclass(frozen=True)
class _Cloud:
    """The points of one message.

    Attributes:
        data: Their bytes.
        step: Bytes of one point.
        fields: What a point consists of.
    """

    data: Bytes
    step: int
    fields: tuple[_Field, ...]

    def __len__(self) -> int:
        return len(self.data) // self.step if self.step else 0

    def values(self, field: _Field) -> npt.NDArray[Any] | None:
        """The first value of a field for every point; None if a point is too short for it."""
        if field.code is None:
            return None
        dtype = np.dtype(field.code)
        if field.offset + dtype.itemsize > self.step:
            return None
        if not len(self):
            return np.empty(0, dtype)
        return np.ndarray((len(self),), dtype, self.data, field.offset, (self.step,))

    def positions(self) -> npt.NDArray[np.float32] | None:
        """`(n, 3)`; None if the cloud has no usable x, y and z."""
        by_name = {field.name: field for field in self.fields}  # of repeated names the last counts
        if not self.step or not {"x", "y", "z"} <= by_name.keys():
            return None
        out = np.empty((len(self), 3), np.float32)
        for axis, name in enumerate("xyz"):
            values = self.values(by_name[name])
            if values is None:
                return None
            with np.errstate(over="ignore"):
                out[:, axis] = values
        return out


def point_cloud(message: Structs, notes: Notes) -> list[Table]:
    """Tables of several PointCloud2 messages."""
    frames = frame_column(message.texts("header", "frame_id"))
    tables = [Table("CoordinateFrame", column_of("CoordinateFrame", frame=frames))]
    clouds = list(_clouds(message))
    with_positions = []
    for row, cloud in enumerate(clouds):
        found = cloud.positions()
        if found is None:
            notes.say("a point cloud has no usable x, y and z")
            continue
        with_positions.append(row)
        points = batches(vector_array(found, "Position3D"), [0, len(found)])
        tables.append(Table("Points3D", column_of("Points3D", positions=points), np.array([row])))
    tables += _described(message, clouds, with_positions, notes)
    return tables


def _clouds(message: Structs) -> Iterator[_Cloud]:
    fields = message.lists("fields")
    known: dict[tuple[Any, ...], tuple[_Field, ...]] = {}
    bounds = offsets_of(fields.counts).tolist()
    described = _field_rows(fields)
    steps = message.numbers("point_step").tolist()
    orders = message.numbers("is_bigendian").tolist()
    for row, data in enumerate(message.runs("data").runs.pieces()):
        key = (*described[bounds[row] : bounds[row + 1]], orders[row])
        if key not in known:
            known[key] = tuple(
                _Field(name, offset, _code(datatype, orders[row]), count)
                for name, offset, datatype, count in key[:-1]
            )
        yield _Cloud(data, steps[row], known[key])


def _field_rows(fields: Lists) -> list[tuple[str, int, int, int]]:
    items = fields.items
    if not isinstance(items, Structs):
        raise KeyError("fields")
    return list(
        zip(
            items.texts("name").texts,
            items.numbers("offset").tolist(),
            items.numbers("datatype").tolist(),
            items.numbers("count").tolist(),
            strict=True,
        )
    )


def _code(datatype: int, is_big_endian: bool) -> str | None:
    code = _TYPES.get(datatype)
    return code and (">" if is_big_endian else "<") + code


def _described(
    message: Structs, clouds: list[_Cloud], rows: list[int], notes: Notes
) -> Iterator[Table]:
    """What is not a position; a chunk for each layout that the clouds have."""
    table = Table(_OWN, [])
    for name, kind in (("height", "u4"), ("width", "u4"), ("point_step", "u4"), ("row_step", "u4")):
        table.add_own(_OWN, f"{_OWN}:{name}", array_of(message.numbers(name).astype(kind)))
    for name in ("is_bigendian", "is_dense"):
        table.add_own(_OWN, f"{_OWN}:{name}", array_of(message.numbers(name)))
    table.add_own(_OWN, f"{_OWN}:fields", to_arrow(message.lists("fields"), _FIELD_TYPE))
    data = blob_column(message.runs("data"))
    table.columns.append((ComponentDescriptor(f"{_OWN}:data", _OWN, _BLOB), data))
    layouts: dict[tuple[tuple[str, str | None], ...], list[int]] = {}
    for row in rows:
        layout = tuple((f.name, f.code) for f in _extras(clouds[row], notes))
        layouts.setdefault(layout, []).append(row)
    if len(layouts) <= 1 and len(rows) == len(clouds):
        for layout in layouts:
            table.columns += _extra_columns(clouds, layout, notes)
        yield table
        return
    yield table
    for layout, members in layouts.items():  # the reference fails on more than one
        if layout:
            columns = _extra_columns([clouds[row] for row in members], layout, notes)
            yield Table("Points3D", list(columns), np.array(members))


def _extras(cloud: _Cloud, notes: Notes) -> list[_Field]:
    kept: dict[str, _Field] = {}
    for field in cloud.fields:
        if field.name in {"x", "y", "z"}:
            continue
        if not field.name:
            notes.say("a field of a point cloud has no name")
        elif field.code is None or cloud.values(field) is None:
            notes.say(f"field {field.name} of a point cloud has an unknown type or place")
        else:
            if field.count > 1:
                notes.say(f"of field {field.name} only the first of {field.count} values is kept")
            kept[field.name] = field
    return list(kept.values())


def _extra_columns(
    clouds: list[_Cloud], layout: tuple[tuple[str, str | None], ...], notes: Notes
) -> Iterator[tuple[ComponentDescriptor, pa.Array[Any]]]:
    offsets = offsets_of(np.array([len(cloud) for cloud in clouds], np.int64))
    fields = [{field.name: field for field in _extras(cloud, notes)} for cloud in clouds]
    for name, code in layout:
        out = np.empty(int(offsets[-1]), np.dtype(code).newbyteorder("="))
        for row, cloud in enumerate(clouds):
            out[offsets[row] : offsets[row + 1]] = cloud.values(fields[row][name])
        descriptor = ComponentDescriptor(f"Points3D:{name}", "rerun.archetypes.Points3D")
        yield descriptor, batches(array_of(out), offsets)
