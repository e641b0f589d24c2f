"""Square matrices, stored column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np

from rrdtool.model.batches import BaseBatch, Flat
from rrdtool.model.errors import report_misuse
from rrdtool.model.values import ArrayValue

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Mat3x3",
    "Mat3x3ArrayLike",
    "Mat3x3Batch",
    "Mat3x3Like",
    "Mat4x4",
    "Mat4x4ArrayLike",
    "Mat4x4Batch",
    "Mat4x4Like",
]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


class _Matrix(ArrayValue):
    """A square matrix as its columns, one after the other."""

    _FIELDS = ("flat_columns",)
    flat_columns: npt.NDArray[np.float32]


class Mat3x3(_Matrix):
    """A 3×3 matrix, column by column.

    Args:
        rows: The matrix row by row, nested or as nine numbers.
        columns: The matrix column by column, nested or as nine numbers.
    """

    flat_columns: npt.NDArray[np.float32]

    def __init__(
        self, rows: Mat3x3Like | None = None, *, columns: Mat3x3Like | None = None
    ) -> None:
        self.flat_columns = _flat_columns(rows, columns, 3)


Mat3x3Like: TypeAlias = "Mat3x3 | npt.ArrayLike"
Mat3x3ArrayLike: TypeAlias = "Mat3x3 | Sequence[Mat3x3Like] | npt.ArrayLike"


class Mat4x4(_Matrix):
    """A 4×4 matrix, column by column.

    Args:
        rows: The matrix row by row, nested or as sixteen numbers.
        columns: The matrix column by column, nested or as sixteen numbers.
    """

    flat_columns: npt.NDArray[np.float32]

    def __init__(
        self, rows: Mat4x4Like | None = None, *, columns: Mat4x4Like | None = None
    ) -> None:
        self.flat_columns = _flat_columns(rows, columns, 4)


Mat4x4Like: TypeAlias = "Mat4x4 | npt.ArrayLike"
Mat4x4ArrayLike: TypeAlias = "Mat4x4 | Sequence[Mat4x4Like] | npt.ArrayLike"


class MatrixBatch(BaseBatch[_Input_contra]):
    """A batch of matrices: one, a list of them, or an array whose first dimension counts them."""

    _DTYPE = np.dtype(np.float32)

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        if isinstance(data, _Matrix):
            return data.flat_columns
        width = cls._WIDTH
        side = 3 if width == 9 else 4
        if isinstance(data, list | tuple) and any(isinstance(item, _Matrix) for item in data):
            return np.concatenate([_columns_of(item, side) for item in data])
        values = np.asarray(data, cls._DTYPE)
        count = 1 if values.size == width else len(values)
        if values.size != count * width:
            raise ValueError(
                f"expected matrices of {side}×{side} numbers, got the shape {values.shape}"
            )
        return values.reshape(count, side, side).transpose(0, 2, 1).reshape(-1)


class Mat3x3Batch(MatrixBatch[Mat3x3ArrayLike], of=Mat3x3):
    """A batch of `Mat3x3`."""

    _WIDTH = 9


class Mat4x4Batch(MatrixBatch[Mat4x4ArrayLike], of=Mat4x4):
    """A batch of `Mat4x4`."""

    _WIDTH = 16


def _columns_of(rows: object, side: int) -> npt.NDArray[np.float32]:
    """A matrix given by its rows, as its columns."""
    if isinstance(rows, _Matrix):
        return rows.flat_columns
    values = np.asarray(cast("npt.ArrayLike", rows), np.float32)
    return values.reshape(side, side).T.reshape(-1)


def _flat_columns(rows: object, columns: object, side: int) -> npt.NDArray[np.float32]:
    if rows is not None and columns is not None:
        report_misuse("a matrix takes its rows or its columns, not both")
    if rows is not None:
        return _columns_of(rows, side)
    if columns is None:
        report_misuse("a matrix needs its rows or its columns")
        return np.identity(side, np.float32).reshape(-1)
    if isinstance(columns, _Matrix):
        return columns.flat_columns
    values = np.asarray(cast("npt.ArrayLike", columns), np.float32)
    return values.reshape(side, side).reshape(-1)
