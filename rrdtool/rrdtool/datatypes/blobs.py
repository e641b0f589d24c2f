"""Bytes: the contents of files, pixels, encoded frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rrdtool.model.batches import BaseBatch, Lists
from rrdtool.model.values import ArrayValue

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Blob",
    "BlobArrayLike",
    "BlobBatch",
    "BlobLike",
]


class Blob(ArrayValue):
    """Any number of bytes."""

    _FIELDS = ("data",)
    data: npt.NDArray[np.uint8]

    def __init__(self, data: BlobLike) -> None:
        self.data = _bytes_of(data)


BlobLike: TypeAlias = "Blob | bytes | bytearray | memoryview | npt.ArrayLike"
BlobArrayLike: TypeAlias = "BlobLike | IO[bytes] | Sequence[BlobLike]"


class BlobBatch(BaseBatch[BlobArrayLike], of=Blob):
    """A batch of `Blob`.

    Bytes, an open binary file and a flat numpy array are one blob each. A list, or an array of
    more dimensions, holds a blob per element.
    """

    @classmethod
    def _convert(cls, data: Any) -> Lists:
        if isinstance(data, bytes | bytearray | memoryview | Blob):
            return _one(_bytes_of(data))
        if hasattr(data, "read"):
            return _one(_bytes_of(data.read()))
        if hasattr(data, "__array__"):
            return _of_array(np.asarray(data, np.uint8))
        if isinstance(data, str) or not isinstance(data, Sequence):
            raise ValueError(f"expected bytes or an array of them, not {type(data).__name__!r}")
        if not data:
            return Lists(np.empty(0, np.uint8), np.zeros(1, np.int32))
        blobs = [_bytes_of(blob).reshape(-1) for blob in data]
        return Lists(np.concatenate(blobs), _offsets([len(blob) for blob in blobs]))


def _bytes_of(data: Any) -> npt.NDArray[np.uint8]:
    """The bytes of one blob; borrowed where `data` lends them."""
    if isinstance(data, bytes | bytearray | memoryview):
        return np.frombuffer(data, np.uint8)
    return np.asarray(data, np.uint8)


def _one(blob: npt.NDArray[np.uint8]) -> Lists:
    return Lists(blob, _offsets([len(blob)]))


def _of_array(values: npt.NDArray[np.uint8]) -> Lists:
    """One dimension is one blob, unless it is empty; of more dimensions, the first counts blobs."""
    if values.ndim == 0:
        raise TypeError("a single number is no blob")
    if values.ndim == 1 and len(values):
        return _one(values)
    if values.ndim == 1 or not len(values):
        return Lists(np.empty(0, np.uint8), np.zeros(1, np.int32))
    return Lists(values.reshape(-1), _offsets([values[0].size] * len(values)))


def _offsets(lengths: list[int]) -> npt.NDArray[np.int32]:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
