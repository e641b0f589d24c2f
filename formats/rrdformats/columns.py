"""Cuts the columns of many chunks of equal layout out of their bodies.

`bodies` is a byte matrix: one row per chunk, each the body of its Arrow record batch. A buffer
stands at the same place in each row, so a column over all chunks is a slice of the matrix, made
contiguous. Offsets count from the start of their own chunk and are rebased to count through.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import buffer_of
from rrdformats.arrow_bridge import nulls as nulls_of
from rrdformats.errors import CorruptError
from rrdformats.ipc_read import ColumnLayout, TypeId

__all__ = ["CannotCut", "cut_columns"]

_Matrix = npt.NDArray[np.uint8]

_FIXED = frozenset(
    {TypeId.INT, TypeId.FLOAT, TypeId.TIMESTAMP, TypeId.DURATION, TypeId.FIXED_SIZE_BINARY}
)
_INT32_MAX = 2**31 - 1


class CannotCut(Exception):  # noqa: N818 - a signal between two modules, not an error
    """The layout has a column that slices cannot give; read the chunks another way."""


def cut_columns(
    columns: tuple[ColumnLayout, ...], schema: pa.Schema, bodies: _Matrix
) -> pa.RecordBatch:
    """The rows of all chunks behind each other, as one record batch of `schema`.

    Args:
        columns: Where the buffers are, the same in each chunk.
        schema: The Arrow schema of each chunk.
        bodies: `(chunks, body bytes) uint8`.

    Raises:
        CannotCut: For types and value lengths that need another way.
        CorruptError: If a buffer is too short for its column.
    """
    arrays = [
        _cut(column, field.type, bodies) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cut(column: ColumnLayout, kind: Any, bodies: _Matrix) -> pa.Array[Any]:
    if column.field.dictionary:
        raise CannotCut
    count = len(bodies)
    length, nulls = column.length * count, column.nulls * count
    type_id = column.field.type_id
    if type_id == TypeId.NULL:
        return nulls_of(length, kind)
    validity = _validity(column, bodies)
    if type_id in _FIXED:
        width = kind.bit_width // 8
        values = _buffer(column, 1, column.length * width, bodies)
        return pa.Array.from_buffers(kind, length, [validity, buffer_of(values)], nulls)
    if type_id == TypeId.BOOL:
        bits = buffer_of(np.packbits(_bits(column, 1, bodies), bitorder="little"))
        return pa.Array.from_buffers(kind, length, [validity, bits], nulls)
    if type_id == TypeId.STRUCT:
        children = [
            _cut(child, kind.field(i).type, bodies) for i, child in enumerate(column.children)
        ]
        return pa.Array.from_buffers(kind, length, [validity], nulls, children=children)
    if type_id == TypeId.FIXED_SIZE_LIST:
        child = _cut(column.children[0], kind.field(0).type, bodies)
        return pa.Array.from_buffers(kind, length, [validity], nulls, children=[child])
    if type_id == TypeId.LIST:
        (inner,) = column.children
        offsets = _offsets(column, bodies, inner.length)
        items = _cut(inner, kind.field(0).type, bodies)
        return pa.Array.from_buffers(
            kind, length, [validity, buffer_of(offsets)], nulls, children=[items]
        )
    if type_id in (TypeId.UTF8, TypeId.BINARY):
        start, end = column.buffers[2]
        offsets = _offsets(column, bodies, None)
        data = _ragged(bodies[:, start:end], offsets, column.length)
        buffers = [validity, buffer_of(offsets), buffer_of(data)]
        return pa.Array.from_buffers(kind, length, buffers, nulls)
    raise CannotCut


def _buffer(column: ColumnLayout, index: int, size: int, bodies: _Matrix) -> _Matrix:
    """The first `size` bytes of a buffer of each chunk, contiguous."""
    start, end = column.buffers[index]
    if end - start < size:
        raise CorruptError(f"a buffer of column {column.field.name!r} is too short")
    return np.ascontiguousarray(bodies[:, start : start + size])


def _bits(column: ColumnLayout, index: int, bodies: _Matrix) -> _Matrix:
    packed = _buffer(column, index, (column.length + 7) // 8, bodies)
    if packed.shape[1] == 0:
        return packed.reshape(-1)
    return np.unpackbits(packed, axis=1, count=column.length, bitorder="little").reshape(-1)


def _validity(column: ColumnLayout, bodies: _Matrix) -> pa.Buffer | None:
    if column.nulls == 0:
        return None
    bits = _bits(column, 0, bodies)
    # Counted per chunk: over all of them, one chunk's nulls could make up for another's.
    if (bits.reshape(len(bodies), -1).sum(axis=1) != column.length - column.nulls).any():
        raise CorruptError(f"column {column.field.name!r} does not have the nulls that it claims")
    return buffer_of(np.packbits(bits, bitorder="little"))


def _offsets(
    column: ColumnLayout, bodies: _Matrix, child_length: int | None
) -> npt.NDArray[np.int32]:
    """Offsets of all chunks, counting through.

    With `child_length`, each chunk must use its child values exactly, from the first to the last.
    """
    if column.length == 0:
        return np.zeros(1, np.int32)
    raw = _buffer(column, 1, 4 * (column.length + 1), bodies)
    offsets = (
        raw.reshape(-1).view(np.int32).reshape(len(bodies), column.length + 1).astype(np.int64)
    )
    if offsets[:, 0].any() or (np.diff(offsets, axis=1) < 0).any():
        raise CannotCut
    if child_length is not None and (offsets[:, -1] != child_length).any():
        raise CannotCut
    last = offsets[:, -1]
    base = np.cumsum(last) - last
    if base[-1] + last[-1] > _INT32_MAX:
        raise CannotCut
    through = np.empty(len(bodies) * column.length + 1, np.int32)
    through[:-1] = (offsets[:, :-1] + base[:, None]).reshape(-1)
    through[-1] = base[-1] + last[-1]
    return through


def _ragged(data: _Matrix, offsets: npt.NDArray[np.int32], per_chunk: int) -> _Matrix:
    """The used bytes of each chunk's data buffer, behind each other."""
    if per_chunk == 0:
        return np.empty(0, np.uint8)
    used = np.diff(offsets[::per_chunk])
    if (used > data.shape[1]).any():
        raise CorruptError("a text or binary column passes the end of its buffer")
    if (used == used[0]).all():
        return np.ascontiguousarray(data[:, : used[0]])
    return data[np.arange(data.shape[1]) < used[:, None]]
