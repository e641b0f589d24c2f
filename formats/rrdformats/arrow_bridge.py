"""Between numpy and Arrow: the few conversions that Arrow's type stubs do not describe.

What these functions return is exactly what their names say; the casts that a type checker needs
for it live here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = [
    "array_of",
    "binary16_values",
    "booleans",
    "buffer_of",
    "int64_values",
    "joined_pieces",
    "list_offsets",
    "null_mask",
    "nulls",
    "rows_taken",
    "schema_of",
    "texts_of",
]


def buffer_of(values: npt.NDArray[Any]) -> pa.Buffer:
    """The memory of a contiguous numpy array as an Arrow buffer; borrowed, not copied."""
    return pa.py_buffer(cast("Any", values))


def array_of(
    values: npt.NDArray[Any],
    kind: pa.DataType | None = None,
    *,
    null: npt.NDArray[np.bool_] | None = None,
) -> pa.Array[Any]:
    """Numbers as an Arrow array, borrowed if contiguous; null where `null` is true.

    Built from buffers, because `pyarrow.array` imports pandas where that is installed: 0.2 s.

    Args:
        values: `(n,)` numbers or booleans.
        kind: An Arrow type of the same width, if not that of the numbers.
        null: `(n,) bool`.
    """
    plain = np.ascontiguousarray(values)
    data = _bits(plain) if plain.dtype == np.bool_ else buffer_of(plain)
    validity = None if null is None or not null.any() else _bits(~null)
    buffers: list[Any] = [validity, data]
    return pa.Array.from_buffers(kind or pa.from_numpy_dtype(plain.dtype), len(plain), buffers)


def _bits(values: npt.NDArray[np.bool_]) -> pa.Buffer:
    return buffer_of(np.packbits(values, bitorder="little"))


def texts_of(values: Sequence[str]) -> pa.Array[Any]:
    """Texts as an Arrow array of strings, less than 2 GiB of them together."""
    offsets, joined = joined_pieces([value.encode() for value in values])
    buffers: list[Any] = [None, buffer_of(offsets.astype(np.int32)), pa.py_buffer(joined)]
    return pa.Array.from_buffers(pa.utf8(), len(values), buffers)


def joined_pieces(
    pieces: Sequence[bytes | memoryview],
) -> tuple[npt.NDArray[np.int64], bytes | memoryview]:
    """Where each piece begins and the last one ends, and all of them behind each other."""
    offsets = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([len(piece) for piece in pieces], out=offsets[1:])
    return offsets, pieces[0] if len(pieces) == 1 else b"".join(pieces)


def nulls(length: int, kind: pa.DataType) -> pa.Array[Any]:
    """An array of nulls."""
    return cast("pa.Array[Any]", cast("Any", pa.nulls)(length, kind))


def schema_of(fields: list[pa.Field[Any]], metadata: dict[bytes, bytes] | None) -> pa.Schema:
    """An Arrow schema with schema-level metadata."""
    return pa.schema(fields, cast("Any", metadata))


def rows_taken(batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """The rows of `batch` at the given places, in that order."""
    return batch.take(cast("Any", array_of(rows)))


def int64_values(array: pa.Array[Any]) -> npt.NDArray[np.int64]:
    """An array of 64-bit values without nulls as integers; borrowed, read only.

    As with `array_of`, pyarrow's own conversion would import pandas.
    """
    buffer = cast("Any", array.buffers()[1])
    if buffer is None:
        return np.empty(0, np.int64)
    return np.frombuffer(buffer, np.int64, len(array), 8 * array.offset)


def booleans(array: pa.Array[Any]) -> npt.NDArray[np.bool_]:
    """A boolean array; what is null may be either."""
    return _unpacked(array.buffers()[1], array)


def null_mask(array: pa.Array[Any]) -> npt.NDArray[np.bool_]:
    """Which values of an array (not of a union) are null."""
    validity = array.buffers()[0]
    return np.zeros(len(array), np.bool_) if validity is None else ~_unpacked(validity, array)


def _unpacked(bits: pa.Buffer | None, array: pa.Array[Any]) -> npt.NDArray[np.bool_]:
    raw = np.frombuffer(cast("Any", bits or b""), np.uint8)
    flags = np.unpackbits(raw, count=array.offset + len(array), bitorder="little")
    return flags[array.offset :].astype(np.bool_)


def list_offsets(array: pa.Array[Any]) -> npt.NDArray[np.int32]:
    """Where each list (or text) starts, and the last one ends, `(n + 1,)`; borrowed."""
    buffer = cast("Any", array.buffers()[1])
    if buffer is None or not buffer.size:  # allowed where there are no lists
        return np.zeros(1, np.int32)
    return np.frombuffer(buffer, np.int32, len(array) + 1, 4 * array.offset)


def binary16_values(array: pa.Array[Any]) -> npt.NDArray[np.uint64]:
    """A fixed_size_binary(16) array without nulls as `(n, 2) uint64`, upper half first; a copy."""
    buffer = cast("Any", array.buffers()[1])
    if buffer is None:
        return np.empty((0, 2), np.uint64)
    raw = np.frombuffer(buffer, np.dtype(">u8"), 2 * len(array), 16 * array.offset)
    return raw.reshape(-1, 2).astype(np.uint64)
