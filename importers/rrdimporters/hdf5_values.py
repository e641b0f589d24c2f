"""Values of HDF5 datasets and attributes as Arrow arrays (fact sheet section 8).

| shape | becomes |
|---|---|
| `[]` | one value |
| `[n]` | n values |
| `[n, k]` | n fixed-size lists of k values |
| `[n, …]` | n lists of the values in row-major order |
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of

__all__ = ["arrow_rows", "arrow_value", "why_not"]


def why_not(kind: np.dtype[Any]) -> str | None:
    """Why values of that type have no place in a recording; None if they have."""
    if kind.names is not None:
        return "compound values"
    if kind.subdtype is not None:
        return "array values"
    if kind.kind == "O" and (
        kind.metadata is None or kind.metadata.get("vlen") not in (str, bytes)
    ):
        return "references or lists of varying length"
    if kind.kind not in "buifSO" or (kind.kind in "uif" and kind.itemsize > 8):
        return f"values of type {kind}"
    return None


def arrow_rows(values: npt.NDArray[Any]) -> pa.Array[Any]:
    """`(n, …)` values as n values, by the table of this module."""
    count, shape = len(values), values.shape[1:]
    flat = _flat(values)
    if not shape:
        return flat
    length = int(np.prod(shape))
    if len(shape) == 1:
        fixed = pa.list_(pa.field("item", flat.type), length)
        return pa.Array.from_buffers(fixed, count, [None], children=[flat])
    offsets = buffer_of(np.arange(count + 1, dtype=np.int32) * np.int32(length))
    lists = pa.list_(pa.field("item", flat.type))
    return pa.Array.from_buffers(lists, count, [None, offsets], children=[flat])


def arrow_value(value: Any) -> pa.Array[Any]:
    """An attribute's value, or a dataset without axes, as an array of one."""
    array = np.asarray(value)
    if array.dtype.kind == "U":
        array = array.astype(object)
    return arrow_rows(array[np.newaxis])


def _flat(values: npt.NDArray[Any]) -> pa.Array[Any]:
    flat = np.ascontiguousarray(values).reshape(-1)
    if flat.dtype.kind in "SO":
        texts = [v.decode(errors="replace") if isinstance(v, bytes) else v for v in flat.tolist()]
        return cast("pa.Array[Any]", pa.array(texts, pa.string()))
    return array_of(flat.astype(flat.dtype.newbyteorder("="), copy=False))
