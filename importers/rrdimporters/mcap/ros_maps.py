"""nav_msgs/msg/OccupancyGrid and nav2_msgs/msg/VoxelGrid (fact sheet 5.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of
from rrdimporters.emit import batches, component_arrow, one_per_row
from rrdimporters.mcap.columns import Structs, list_array
from rrdimporters.mcap.ragged import offsets_of
from rrdimporters.mcap.tables import (
    Notes,
    Table,
    constants,
    frame_column,
    one_number,
    vector_array,
    vectors,
)

__all__ = ["occupancy_grid", "voxel_grid"]

_OCCUPANCY_COLORMAP = 10
_MOST_LAYERS = 16
_MARKED_COLOR, _FREE_COLOR = 0xFF0000FF, 0x00FF00FF
_OPACITY = 0.5
_GRAY, _U8 = 1, 6
_CELLS = pa.list_(pa.uint8())
"""The reference stores the cells with nullable items here, as nowhere else."""


def occupancy_grid(message: Structs, notes: Notes) -> list[Table]:
    """Tables of several occupancy grids."""
    table = Table("GridMap", [])
    rows = len(message)
    widths, heights = (message.numbers("info", name) for name in ("width", "height"))
    cells = message.runs("data")
    if (cells.counts == widths.astype(np.int64) * heights.astype(np.int64)).all():
        flipped = [
            grid.view(np.uint8).reshape(height, -1)[::-1].tobytes() if len(grid) else b""
            for grid, height in zip(cells.runs.rows(), heights.tolist(), strict=True)
        ]
        items = array_of(np.frombuffer(b"".join(flipped), np.uint8))
        table.add("GridMap", data=one_per_row(list_array(items, cells.counts, _CELLS)))
    else:
        notes.say("an occupancy grid has another number of cells than it says")
    table.add(
        "GridMap",
        format=_formats(widths, heights),
        cell_size=one_number(message.numbers("info", "resolution"), "f4"),
        translation=vectors(message.matrix("info", "origin", "position"), "Translation3D"),
        quaternion=vectors(
            message.matrix("info", "origin", "orientation", names="xyzw"), "RotationQuat"
        ),
        colormap=constants(_OCCUPANCY_COLORMAP, rows, "GridMap", "colormap"),
    )
    table.add("CoordinateFrame", frame=frame_column(message.texts("header", "frame_id")))
    return [table]


def _formats(widths: npt.NDArray[Any], heights: npt.NDArray[Any]) -> pa.Array[Any]:
    kind: Any = component_arrow("ImageFormat")
    rows = len(widths)
    children = [
        *(array_of(np.ascontiguousarray(n, np.uint32)) for n in (widths, heights)),
        *(pa.array([n] * rows, pa.uint8()) for n in (None, _GRAY, _U8)),
    ]
    return one_per_row(pa.StructArray.from_arrays(children, fields=list(kind)))


def voxel_grid(message: Structs, notes: Notes) -> list[Table]:
    """Tables of several voxel grids."""
    rows = len(message)
    parts = [_voxels(*sizes, data, notes) for sizes, data in _grids(message)]
    counts = np.array([len(indices) for indices, _ in parts], np.int64)
    offsets = offsets_of(counts)
    indices = np.concatenate([found for found, _ in parts]).astype(np.int32)
    marked = np.concatenate([found for _, found in parts])
    colors = np.where(marked, _MARKED_COLOR, _FREE_COLOR).astype(np.uint32)
    sizes = np.stack([message.numbers("resolutions", axis) for axis in "xyz"], axis=1)
    origins = message.matrix("origin")
    table = Table("VoxelGridMap", [])
    table.add(
        "VoxelGridMap",
        voxel_indices=batches(vector_array(indices, "VoxelIndex"), offsets),
        colors=batches(array_of(colors), offsets),
        values=batches(array_of(marked.astype(np.float32)), offsets),
        opacity=constants(_OPACITY, rows, "VoxelGridMap", "opacity"),
        voxel_size=vectors(sizes, "VoxelSize"),
        translation=vectors(origins, "Translation3D"),
    )
    table.add("CoordinateFrame", frame=frame_column(message.texts("header", "frame_id")))
    return [table]


def _grids(message: Structs) -> list[tuple[tuple[int, int, int], npt.NDArray[np.uint32]]]:
    columns = [message.numbers(name).tolist() for name in ("size_x", "size_y", "size_z")]
    sizes = zip(*columns, strict=True)
    return list(zip(sizes, message.runs("data").runs.rows(), strict=True))


def _voxels(
    size_x: int, size_y: int, size_z: int, data: npt.NDArray[np.uint32], notes: Notes
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Known voxels as `(n, 3)` indices, and which of them are occupied."""
    count = size_x * size_y
    if len(data) < count:
        notes.say("a voxel grid has fewer columns than it says")
        count = len(data)
    layers = np.arange(min(size_z, _MOST_LAYERS), dtype=np.uint32)
    bits = data[:count, np.newaxis] >> layers
    low, high = (bits & 1).astype(np.bool_), (bits >> np.uint32(16) & 1).astype(np.bool_)
    columns, z = np.nonzero(low == high)
    indices = np.stack([columns % max(size_x, 1), columns // max(size_x, 1), z], axis=1)
    return indices, low[columns, z]
