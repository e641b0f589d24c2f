"""foxglove.PointCloud and foxglove.VoxelGrid (fact sheet 6.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdimporters.mcap.foxglove_parts import framed, items_column, pose_columns, struct_numbers
from rrdimporters.mcap.packed_elements import PackedField, colors_of, element_fields, positions_of
from rrdimporters.mcap.protobuf_columns import ProtoRows
from rrdimporters.mcap.ragged import Bytes, offsets_of
from rrdimporters.mcap.tables import Notes, Table, vector_array

__all__ = ["point_cloud", "voxel_grid"]

_Reader = Callable[[Bytes, int, tuple[PackedField, ...]], npt.NDArray[Any] | None]


def point_cloud(rows: ProtoRows, notes: Notes) -> list[Table]:
    """Tables of several point clouds."""
    table = framed("Points3D", rows, notes)
    strides = rows.numbers("point_stride").tolist()
    positions = _read(rows, strides, positions_of, notes)
    colors = _read(rows, strides, colors_of, notes)
    if positions is not None:
        table.add("Points3D", positions=_vector_lists(positions, 3, "Position3D"))
    if colors is not None:
        table.add("Points3D", colors=_number_lists(colors))
    table.add("InstancePoses3D", **pose_columns(rows, is_null=True))
    return [table]


def voxel_grid(rows: ProtoRows, notes: Notes) -> list[Table]:
    """Tables of several voxel grids; every cell is listed, as it says nothing of occupancy."""
    table = framed("VoxelGridMap", rows, notes)
    colors = _read(rows, rows.numbers("cell_stride").tolist(), colors_of, notes)
    table.add(
        "VoxelGridMap",
        voxel_indices=_vector_lists(_cells(rows), 3, "VoxelIndex"),
        voxel_size=items_column(
            *struct_numbers(rows, "cell_size", "xyz"), "VoxelSize", is_null=False
        ),
    )
    if colors is not None:
        table.add("VoxelGridMap", colors=_number_lists(colors))
    poses = pose_columns(rows, is_null=True)
    table.add("VoxelGridMap", translation=poses["translations"], quaternion=poses["quaternions"])
    return [table]


def _read(
    rows: ProtoRows, strides: list[int], read: _Reader, notes: Notes
) -> list[npt.NDArray[Any] | None] | None:
    """What each row's elements hold; None if that cannot be told for one of them."""
    found = []
    data = rows.runs("data").pieces()
    for piece, stride, fields in zip(data, strides, element_fields(rows), strict=True):
        try:
            found.append(read(piece, stride, fields))
        except KeyError:
            notes.say("elements have a field of an unknown type")
            return None
    return found


def _cells(rows: ProtoRows) -> list[npt.NDArray[Any] | None]:
    """The indices of all cells of each row: z outermost, x innermost."""
    names = ("row_count", "column_count", "slice_stride", "row_stride", "cell_stride")
    numbers = zip(*(rows.numbers(name).tolist() for name in names), strict=True)
    found: list[npt.NDArray[Any] | None] = []
    for (height, width, stride, *others), size in zip(
        numbers, rows.runs("data").counts.tolist(), strict=True
    ):
        if not (height and width and stride and all(others)):
            found.append(None)
            continue
        depth = size // stride
        if depth * height * width > size:  # no cell is smaller than a byte
            found.append(None)
            continue
        z, y, x = np.indices((depth, height, width), np.int32)
        found.append(np.stack([x.reshape(-1), y.reshape(-1), z.reshape(-1)], axis=1))
    return found


def _vector_lists(
    parts: list[npt.NDArray[Any] | None], width: int, component: str
) -> pa.Array[Any]:
    filled = [part for part in parts if part is not None]
    joined = np.concatenate(filled) if filled else np.empty((0, width), np.float32)
    return _lists(vector_array(joined, component), parts)


def _number_lists(parts: list[npt.NDArray[Any] | None]) -> pa.Array[Any]:
    filled = [part for part in parts if part is not None]
    joined = np.concatenate(filled) if filled else np.empty(0, np.uint32)
    return _lists(array_of(joined), parts)


def _lists(values: pa.Array[Any], parts: list[npt.NDArray[Any] | None]) -> pa.Array[Any]:
    """One list per row, null where there is no part."""
    counts = np.array([0 if part is None else len(part) for part in parts], np.int64)
    present = np.array([part is not None for part in parts], np.bool_)
    validity = None if present.all() else buffer_of(np.packbits(present, bitorder="little"))
    offsets = buffer_of(offsets_of(counts).astype(np.int32))
    kind = pa.list_(values.type)
    return pa.Array.from_buffers(kind, len(parts), [validity, offsets], children=[values])
