"""Sizes of rows: bytes of data, counted so that what is true of the parts is true of their sum.

What a chunk takes besides (its schema, padding, validity bits) does not grow when it is merged, so
it is not counted. Nothing here looks at values: only at offsets, and only where rows begin.

pyarrow's own `nbytes` ends the interpreter on some arrays that were read from a file.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import list_offsets

__all__ = ["bytes_between", "bytes_of"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Array: TypeAlias = Any  # pyarrow's array classes share no typed interface for their buffers

_OFFSET = 4


def bytes_between(array: pa.Array[Any], bounds: _Ints) -> _Ints:
    """Bytes of the values between neighbouring bounds.

    Args:
        array: The values.
        bounds: Ascending indices into `array`, `(n + 1,)`.

    Returns:
        `(n,) int64`. The size of a range is the sum of the sizes of its parts.
    """
    return _sizes(array, bounds)


def bytes_of(array: pa.Array[Any]) -> int:
    """Bytes of all values."""
    return int(bytes_between(array, np.array([0, len(array)]))[0])


def _sizes(array: _Array, bounds: _Ints) -> _Ints:
    kind, counts = array.type, np.diff(bounds)
    if not len(array):  # then there may be no buffers
        return 0 * counts
    if pa.types.is_list(kind) or pa.types.is_map(kind):
        return _OFFSET * counts + _sizes(array.values, _offsets_at(array, bounds))
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _OFFSET * counts + np.diff(_offsets_at(array, bounds))
    if pa.types.is_fixed_size_list(kind):
        start = array.offset * kind.list_size
        return _sizes(array.values, start + bounds * kind.list_size)
    if pa.types.is_struct(kind):
        fields = [_sizes(array.field(i), bounds) for i in range(kind.num_fields)]
        return sum(fields, 0 * counts)
    if pa.types.is_union(kind) and kind.mode == "dense":
        return _union_sizes(array, bounds)
    if pa.types.is_null(kind):
        return 0 * counts
    if pa.types.is_boolean(kind):
        return counts
    if pa.types.is_primitive(kind) or pa.types.is_fixed_size_binary(kind):
        return int(kind.bit_width) // 8 * counts
    return _shares(array, counts)


def _offsets_at(array: _Array, bounds: _Ints) -> _Ints:
    return list_offsets(array)[bounds].astype(np.int64)


def _union_sizes(array: _Array, bounds: _Ints) -> _Ints:
    """Of each child the values that the rows of its type point at."""
    codes = np.frombuffer(array.buffers()[1], np.int8, len(array), array.offset)
    offsets = np.frombuffer(array.buffers()[2], np.int32, len(array), _OFFSET * array.offset)
    total = (1 + _OFFSET) * np.diff(bounds)
    for number, code in enumerate(array.type.type_codes):
        rows, child = np.flatnonzero(codes == code), array.field(number)
        each = _sizes(child, np.arange(len(child) + 1))[offsets[rows]]
        before = np.concatenate(([0], np.cumsum(each)))[np.searchsorted(rows, bounds)]
        total += np.diff(before)
    return total


def _shares(array: _Array, counts: _Ints) -> _Ints:
    """Each value as large as all are on average, rounded up.

    Where `array` is a slice, that includes what it leaves out.
    """
    held: int = sum(buffer.size for buffer in array.buffers() if buffer is not None)
    return counts * -(-held // max(len(array), 1))
