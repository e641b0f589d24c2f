"""Elements of Foxglove messages: numbers packed into bytes, as fields describe (fact sheet 6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from rrdimporters.mcap.protobuf_columns import ProtoRows
from rrdimporters.mcap.ragged import Bytes, offsets_of

__all__ = ["PackedField", "colors_of", "element_fields", "elements", "positions_of"]

_TYPES = {1: "u1", 2: "i1", 3: "<u2", 4: "<i2", 5: "<u4", 6: "<i4", 7: "<f4", 8: "<f8"}
_POSITION, _COLOR = ("x", "y", "z"), ("red", "green", "blue")
_ALPHA = "alpha"
_OPAQUE = 255


@dataclass(frozen=True, slots=True)
class PackedField:
    """A number of every element.

    Attributes:
        name: What it is.
        offset: Where it is within an element (bytes).
        type: Number of its type.
    """

    name: str
    offset: int
    type: int


def element_fields(rows: ProtoRows) -> list[tuple[PackedField, ...]]:
    """The fields that each row's elements have."""
    owners, fields = rows.messages("fields")
    found = list(
        map(
            PackedField,
            fields.runs("name").to_texts(),
            fields.numbers("offset").tolist(),
            fields.numbers("type").tolist(),
        )
    )
    bounds = offsets_of(np.bincount(owners, minlength=rows.rows)).tolist()
    return [tuple(found[a:b]) for a, b in pairwise(bounds)]


def positions_of(
    data: Bytes, stride: int, fields: tuple[PackedField, ...]
) -> npt.NDArray[np.float32] | None:
    """`(n, 3)` positions; None if there are none.

    Raises:
        KeyError: If a field is of an unknown type.
    """
    columns = _named(data, stride, fields, _POSITION)
    if columns is None:
        return None
    out = np.empty((len(columns[0]), len(columns)), np.float32)
    for axis, column in enumerate(columns):
        out[:, axis] = column
    return out


def colors_of(
    data: Bytes, stride: int, fields: tuple[PackedField, ...]
) -> npt.NDArray[np.uint32] | None:
    """`(n,)` colours as 0xRRGGBBAA; None if there are none.

    Raises:
        KeyError: If a field is of an unknown type.
    """
    columns = _named(data, stride, fields, _COLOR)
    if columns is None:
        return None
    alpha = _named(data, stride, fields, (_ALPHA,))
    parts = [_byte(column) for column in columns]
    packed = np.full(len(columns[0]), _OPAQUE, np.uint32) if alpha is None else _byte(alpha[0])
    for shift, part in zip((24, 16, 8), parts, strict=True):
        packed = packed | (part << np.uint32(shift))
    return packed.astype(np.uint32)


def _named(
    data: Bytes, stride: int, fields: tuple[PackedField, ...], names: tuple[str, ...]
) -> list[npt.NDArray[Any]] | None:
    """The values of several fields; None if one is missing, or elements have no size."""
    first: dict[str, PackedField] = {}
    for one in fields:
        first.setdefault(one.name, one)
    if not stride or not all(name in first for name in names):
        return None
    return [elements(data, stride, first[name]) for name in names]


def elements(data: Bytes, stride: int, field: PackedField) -> npt.NDArray[Any]:
    """A field of every element; beyond its element it reads on, beyond the data zeros.

    Raises:
        KeyError: If the field is of an unknown type.
    """
    dtype = np.dtype(_TYPES[field.type])
    count = len(data) // stride
    if not count:
        return np.empty(0, dtype)
    needed = (count - 1) * stride + field.offset + dtype.itemsize
    if needed <= len(data):
        return np.ndarray((count,), dtype, data, field.offset, (stride,))
    out = np.zeros(count, dtype)
    fitting = max(0, (len(data) - field.offset - dtype.itemsize) // stride + 1)
    fitting = fitting if len(data) >= field.offset + dtype.itemsize else 0
    if fitting:
        out[:fitting] = np.ndarray((fitting,), dtype, data, field.offset, (stride,))
    for index in range(fitting, count):  # the last ones, which are partly there
        place = index * stride + field.offset
        rest = data[place : place + dtype.itemsize].tobytes()
        if not rest:
            break
        out[index] = np.frombuffer(rest.ljust(dtype.itemsize, b"\0"), dtype)[0]
    return out


def _byte(values: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """A colour channel as 0 to 255: integers are clamped, floats go from 0 to 1."""
    if values.dtype.kind == "f":
        scaled = np.nan_to_num(values.astype(np.float64) * 255.0, nan=0.0)
        return np.clip(scaled, 0, 255).astype(np.uint32)
    return np.clip(values.astype(np.int64), 0, 255).astype(np.uint32)
