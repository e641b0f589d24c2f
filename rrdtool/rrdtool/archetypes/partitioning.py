"""How `columns` cuts the values of a field into rows.

| component | rows |
|---|---|
| a number, a bool, an enum | one per item of the outermost dimension; values are dealt evenly |
| a vector, a matrix | the same, where each item is one value or a list of them, by its shape |
| everything else | one per value |
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    import numpy.typing as npt

    from rrdtool.model.batches import BaseBatch

__all__ = ["row_offsets"]


def row_offsets(batch: BaseBatch[Any], data: object) -> npt.NDArray[np.int32]:
    """Where each row begins among the values of a batch, and where the last one ends.

    Args:
        batch: The values.
        data: What the batch was made of.

    Raises:
        ValueError: If `data` is a list of lists of different lengths.
    """
    arrow_type = batch.arrow_type()
    if pa.types.is_primitive(arrow_type):
        shape = _shape_of(data)
        rows = shape[0] if shape else 1
        per_row = len(batch) // rows if rows else 0
    elif pa.types.is_fixed_size_list(arrow_type):
        shape = _shape_of(data)
        rows = shape[0] if shape else 1
        per_row = _vectors_per_row(arrow_type, shape)
    else:
        rows, per_row = len(batch), 1
    return np.arange(rows + 1, dtype=np.int32) * np.int32(per_row)


def _vectors_per_row(arrow_type: pa.FixedSizeListType[Any, Any], shape: tuple[int, ...]) -> int:
    numbers = 1
    value_type: Any = arrow_type
    while pa.types.is_fixed_size_list(value_type):
        numbers *= value_type.list_size
        value_type = value_type.value_type
    return 1 if len(shape) < 2 or prod(shape[1:]) == numbers else shape[1]


def _shape_of(data: object) -> tuple[int, ...]:
    """The shape as numpy sees it; long lists of plain numbers are not converted for it."""
    if isinstance(data, list) and data and isinstance(data[0], (int, float)):
        return (len(data),)
    return np.shape(cast("npt.ArrayLike", data))
