"""What Foxglove messages have in common: times, frames, poses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdimporters.emit import component_arrow
from rrdimporters.mcap.columns import Texts
from rrdimporters.mcap.protobuf_columns import ProtoRows
from rrdimporters.mcap.ragged import offsets_of
from rrdimporters.mcap.tables import Notes, Table, frame_column

__all__ = [
    "frame",
    "framed",
    "items_column",
    "pose_columns",
    "poses_columns",
    "stamp",
    "struct_numbers",
]

_TIMELINE = "timestamp"
_SECOND = 1_000_000_000
_MAX_SECONDS = (2**63 - 1) // _SECOND


def frame(rows: ProtoRows, name: str, suffix: str = "") -> pa.Array[Any]:
    """A frame id per row; the suffix goes behind those that are not empty."""
    return frame_column(Texts(rows.runs(name)), suffix)


def framed(label: str, rows: ProtoRows, notes: Notes, suffix: str = "") -> Table:
    """A table with the times of its messages that says in which frame they are."""
    table = stamp(Table(label, []), rows, notes)
    table.add("CoordinateFrame", frame=frame(rows, "frame_id", suffix))
    return table


def stamp(table: Table, rows: ProtoRows, notes: Notes) -> Table:
    """Gives each row the time that its message says; 0 where it says none."""
    owners, stamps = rows.messages("timestamp")
    seconds, nanos = np.zeros(rows.rows, np.int64), np.zeros(rows.rows, np.int64)
    seconds[owners], nanos[owners] = stamps.numbers("seconds"), stamps.numbers("nanos")
    if (np.abs(seconds) >= _MAX_SECONDS).any():
        notes.say("times that are too large are left out, with all of their chunk")
    else:
        table.times[_TIMELINE] = seconds * _SECOND + nanos
    return table


def struct_numbers(
    rows: ProtoRows, name: str, names: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Numbers with names of one letter of a message inside, and which rows have it.

    Raises:
        KeyError: If there is no such message, or it lacks one of them.
    """
    owners, inner = rows.messages(name)
    values = np.zeros((rows.rows, len(names)), np.float64)
    for i, letter in enumerate(names):
        values[owners, i] = inner.numbers(letter)
    return values, rows.present(name)


def items_column(
    values: npt.NDArray[np.float64],
    present: npt.NDArray[np.bool_],
    component: str,
    *,
    is_null: bool = True,
) -> pa.Array[Any]:
    """One vector per row; rows without span an item that is null and zero.

    Args:
        values: The vectors.
        present: Which rows have one.
        component: What they are.
        is_null: Whether the rows without are null themselves.
    """
    items = _vectors(values, present, component)
    validity = _bits(present) if is_null else None
    offsets = buffer_of(np.arange(len(values) + 1, dtype=np.int32))
    kind = pa.list_(items.type)
    return pa.Array.from_buffers(kind, len(values), [validity, offsets], children=[items])


def _vectors(
    values: npt.NDArray[np.float64], present: npt.NDArray[np.bool_], component: str
) -> pa.Array[Any]:
    kind: Any = component_arrow(component)
    numbers = np.ascontiguousarray(values, kind.value_type.to_pandas_dtype()).reshape(-1)
    null = None if present.all() else np.repeat(~present, values.shape[1])
    children = [array_of(numbers, null=null)]
    return pa.Array.from_buffers(kind, len(values), [_bits(present)], children=children)


def _bits(present: npt.NDArray[np.bool_]) -> pa.Buffer | None:
    return None if present.all() else buffer_of(np.packbits(present, bitorder="little"))


_POSE = (
    ("translations", "position", "xyz", "Translation3D"),
    ("quaternions", "orientation", "xyzw", "RotationQuat"),
)


def pose_columns(rows: ProtoRows, *, is_null: bool) -> dict[str, pa.Array[Any]]:
    """Translations and quaternions of the pose of each message.

    Args:
        rows: Messages with a field `pose`.
        is_null: Whether rows without are null, or only their item is.
    """
    owners, poses = rows.messages("pose")
    columns = {}
    for column, member, names, component in _POSE:
        values, known = struct_numbers(poses, member, names)
        all_values = np.zeros((rows.rows, len(names)), np.float64)
        all_values[owners] = values
        all_known = np.zeros(rows.rows, np.bool_)
        all_known[owners] = known
        columns[column] = items_column(all_values, all_known, component, is_null=is_null)
    return columns


def poses_columns(rows: ProtoRows) -> dict[str, pa.Array[Any]]:
    """Translations and quaternions of the poses of each message; null for those without."""
    owners, poses = rows.messages("poses")
    counts = np.bincount(owners, minlength=rows.rows)
    offsets = buffer_of(offsets_of(counts).astype(np.int32))
    columns = {}
    for column, member, names, component in _POSE:
        items = _vectors(*struct_numbers(poses, member, names), component)
        columns[column] = pa.Array.from_buffers(
            pa.list_(items.type), rows.rows, [_bits(counts > 0), offsets], children=[items]
        )
    return columns
