"""Between numpy and Arrow: the few conversions that Arrow's type stubs do not describe.

What these functions return is exactly what their names say; the casts that a type checker needs
for it live here and nowhere else.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["array_of", "binary16_values", "buffer_of", "nulls", "rows_taken", "schema_of"]


def buffer_of(values: npt.NDArray[Any]) -> pa.Buffer:
    """The memory of a contiguous numpy array as an Arrow buffer; borrowed, not copied."""
    return pa.py_buffer(cast("Any", values))


def array_of(
    values: npt.NDArray[Any],
    kind: pa.DataType | None = None,
    *,
    null: npt.NDArray[np.bool_] | None = None,
) -> pa.Array[Any]:
    """A numpy array as an Arrow array, null where `null` is true; viewed as `kind` if given."""
    array = cast("pa.Array[Any]", cast("Any", pa.array)(values, mask=null))
    return array if kind is None else array.view(kind)


def nulls(length: int, kind: pa.DataType) -> pa.Array[Any]:
    """An array of nulls."""
    return cast("pa.Array[Any]", cast("Any", pa.nulls)(length, kind))


def schema_of(fields: list[pa.Field[Any]], metadata: dict[bytes, bytes] | None) -> pa.Schema:
    """An Arrow schema with schema-level metadata."""
    return pa.schema(fields, cast("Any", metadata))


def rows_taken(batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """The rows of `batch` at the given places, in that order."""
    return batch.take(cast("Any", pa.array(rows)))


def binary16_values(array: pa.Array[Any]) -> npt.NDArray[np.uint64]:
    """A fixed_size_binary(16) array without nulls as `(n, 2) uint64`, upper half first; a copy."""
    buffer = cast("Any", array.buffers()[1])
    if buffer is None:
        return np.empty((0, 2), np.uint64)
    raw = np.frombuffer(buffer, np.dtype(">u8"), 2 * len(array), 16 * array.offset)
    return raw.reshape(-1, 2).astype(np.uint64)
