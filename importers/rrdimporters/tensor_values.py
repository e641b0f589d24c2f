"""Numpy arrays as values of the component TensorData."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of, nulls
from rrdimporters.emit import component_arrow

__all__ = ["tensors"]

_ARMS = {"u": "U", "i": "I", "f": "F"}


def tensors(stacked: npt.NDArray[Any]) -> pa.Array[Any]:
    """The arrays `stacked[0]`, `stacked[1]`, … as one tensor each.

    Args:
        stacked: `(n, …)` unsigned, signed or floating-point numbers of up to 64 bits; borrowed if
            it is contiguous and in this machine's byte order.
    """
    count, shape = stacked.shape[0], stacked.shape[1:]
    kind = cast("Any", component_arrow("TensorData"))
    shapes = _lists(kind.field("shape").type, np.tile(np.array(shape, np.uint64), count), count)
    names = nulls(count, kind.field("names").type)
    buffer = _union(kind.field("buffer").type, stacked)
    return pa.Array.from_buffers(kind, count, [None], children=[shapes, names, buffer])


def _union(kind: pa.DataType, stacked: npt.NDArray[Any]) -> pa.Array[Any]:
    """The numbers as a dense union with as many lists in one arm as there are tensors."""
    count, dtype = len(stacked), stacked.dtype.newbyteorder("=")
    name = f"{_ARMS[dtype.kind]}{8 * dtype.itemsize}"
    arms = [kind.field(number) for number in range(kind.num_fields)]
    code = next(number for number, arm in enumerate(arms) if arm.name == name)
    flat = np.ascontiguousarray(stacked, dtype).reshape(-1)
    children = [pa.array([], arm.type) for arm in arms]
    children[code] = _lists(arms[code].type, flat, count)
    codes = buffer_of(np.full(count, code, np.int8))
    offsets = buffer_of(np.arange(count, dtype=np.int32))
    return pa.Array.from_buffers(kind, count, [None, codes, offsets], children=children)


def _lists(kind: pa.DataType, flat: npt.NDArray[Any], count: int) -> pa.Array[Any]:
    """`flat` cut into `count` lists of equal length."""
    length = len(flat) // count if count else 0
    offsets = buffer_of(np.arange(count + 1, dtype=np.int32) * np.int32(length))
    return pa.Array.from_buffers(kind, count, [None, offsets], children=[array_of(flat)])
