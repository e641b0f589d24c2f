"""Rows as they wait for the worker thread: plain tuples, so that logging one costs little.

The thread that logs makes a row and appends it to a queue; nothing is encoded there. Sizes are
estimates of what a row takes in memory once it is Arrow, made like the reference's, so that rows
are cut into the same chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rrdtool.model.batches import BaseBatch, Lists

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from rrdformats.descriptors import ComponentDescriptor
    from rrdformats.timeline import Timeline

__all__ = ["LOG_TICK", "LOG_TIME", "Cell", "Row", "TimePoint", "row_size"]

Cell: TypeAlias = "BaseBatch[Any] | pa.Array[Any]"
"""The values of one component of one row, in memory that nobody changes any more."""

_Descriptors: TypeAlias = "tuple[ComponentDescriptor, ...]"

TimePoint: TypeAlias = "tuple[tuple[Timeline, ...], tuple[int, ...]]"
"""Where a row stands: timelines by name, and a time on each."""

Row: TypeAlias = "tuple[str, TimePoint | None, int, int, int, _Descriptors, tuple[Cell, ...], int]"
"""Entity path · time point, None if static · wall clock (ns since the epoch) · tick · which of the
two are timelines (`LOG_TIME | LOG_TICK`) · descriptors · cells · size (bytes)."""

LOG_TIME = 1
"""The wall clock is the row's time on the timeline `log_time`."""

LOG_TICK = 2
"""The tick is the row's time on the timeline `log_tick`."""

_ROW = 524
_CELL = 112
_COMPONENTS_IN_FIRST_TABLE = 3
_COMPONENTS_IN_SECOND_TABLE = 7
_LARGER_TABLE = 451
_TIMELINES = 456
_TIMELINES_PER_NODE = 11
_VECTORS = 8
_NESTING = {1: _VECTORS, 3: 20}
"""What a type adds by the number of its buffers: vectors and structs have one, texts three."""


def row_size(timelines: int, cells: Sequence[Cell]) -> int:
    """Estimated size of a row with that many timelines (bytes)."""
    size = _ROW
    for cell in cells:
        size += _CELL + _cell_size(cell)
    if len(cells) > _COMPONENTS_IN_FIRST_TABLE:
        size += _LARGER_TABLE
        if len(cells) > _COMPONENTS_IN_SECOND_TABLE:
            size += 2 * _LARGER_TABLE
    if timelines:
        size += _TIMELINES * -(-timelines // _TIMELINES_PER_NODE)
    return size


def _cell_size(cell: Cell) -> int:
    if isinstance(cell, BaseBatch):
        data = cell.content  # asking for Arrow would make the array on this thread
        if isinstance(data, np.ndarray):
            return data.nbytes + (_VECTORS if cell.width() > 1 else 0)
        if isinstance(data, Lists):
            return data.flat.nbytes + data.offsets.nbytes
        cell = cell.pa_array
    return int(cell.get_total_buffer_size()) + _NESTING.get(cell.type.num_buffers, 0)
