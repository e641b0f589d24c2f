"""Arrays of any number of dimensions, and choices of what to show of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import numpy as np

from rrdtool.model.arrow import dense_union, struct_of
from rrdtool.model.batches import BaseBatch
from rrdtool.model.errors import report_misuse
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = [
    "TensorBuffer",
    "TensorBufferArrayLike",
    "TensorBufferBatch",
    "TensorBufferLike",
    "TensorData",
    "TensorDataArrayLike",
    "TensorDataBatch",
    "TensorDataLike",
    "TensorDimensionIndexSelection",
    "TensorDimensionIndexSelectionArrayLike",
    "TensorDimensionIndexSelectionBatch",
    "TensorDimensionIndexSelectionLike",
    "TensorDimensionSelection",
    "TensorDimensionSelectionArrayLike",
    "TensorDimensionSelectionBatch",
    "TensorDimensionSelectionLike",
]


class TorchLike(Protocol):
    """An array of another library that copies itself to numpy when asked."""

    def numpy(self, force: bool) -> npt.NDArray[Any]:
        """The same numbers as a numpy array."""
        ...


TensorLike: TypeAlias = "npt.ArrayLike | TorchLike"


def numpy_of(array: TensorLike | TensorData) -> npt.NDArray[Any]:
    """An array of any library as a numpy array; borrowed where it lends its memory."""
    convert = getattr(array, "numpy", None)
    values = convert(force=True) if callable(convert) else array
    return np.asarray(cast("npt.ArrayLike", values))


class TensorBuffer(Value):
    """The numbers of a tensor, of any one number type."""

    _FIELDS = ("inner",)
    inner: npt.NDArray[Any]

    def __init__(self, inner: TensorBufferLike) -> None:
        if isinstance(inner, TensorBuffer):
            self.inner = inner.inner
        else:
            self.inner = numpy_of(inner).reshape(-1)


TensorBufferLike: TypeAlias = "TensorBuffer | npt.ArrayLike"
TensorBufferArrayLike: TypeAlias = "TensorBuffer | Sequence[TensorBufferLike] | npt.ArrayLike"


class TensorBufferBatch(BaseBatch[TensorBufferArrayLike], of=TensorBuffer):
    """One `TensorBuffer`."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        return _buffer_array(TensorBuffer(data), cls.arrow_type())


class TensorData(Value):
    """An n-dimensional array in row-major order, its dimensions optionally named.

    Args:
        shape: The size of each dimension; needed with `buffer`.
        buffer: The numbers in row-major order.
        array: The array itself, instead of `buffer`.
        dim_names: A name for each dimension.

    Raises:
        ValueError: If not exactly one of `array` and `buffer` is given, or the buffer has not the
            size that the shape says.
    """

    _FIELDS = ("shape", "buffer", "names")
    shape: npt.NDArray[np.uint64]
    buffer: TensorBuffer
    names: list[str] | None

    def __init__(
        self,
        *,
        shape: Sequence[int] | None = None,
        buffer: TensorBufferLike | None = None,
        array: TensorLike | TensorData | None = None,
        dim_names: Sequence[str] | None = None,
    ) -> None:
        if (array is None) == (buffer is None):
            raise ValueError("a tensor takes an array, or a buffer and its shape")
        if array is not None:
            values = numpy_of(array)
            if shape is not None and tuple(shape) != values.shape:
                report_misuse(f"the array has the shape {values.shape}; {tuple(shape)} is ignored")
            sizes, self.buffer = values.shape, TensorBuffer(values)
        elif shape is None:
            raise ValueError("a buffer needs the shape of its tensor")
        else:
            sizes, self.buffer = tuple(shape), TensorBuffer(cast("TensorBufferLike", buffer))
            count = len(self.buffer.inner)
            if math.prod(sizes) != count:
                raise ValueError(f"a buffer of {count} numbers cannot have the shape {sizes}")
        self.shape = np.array(sizes, np.uint64)
        self.names = None if dim_names is None else list(dim_names)
        if self.names is not None and len(self.names) != len(sizes):
            report_misuse(f"{len(sizes)} dimensions, but {len(self.names)} names; they are ignored")
            self.names = None

    def numpy(self, force: bool) -> npt.NDArray[Any]:  # noqa: ARG002 - other libraries need it
        """The tensor as a numpy array, which is borrowed; `force` changes nothing."""
        return self.buffer.inner.reshape([int(size) for size in self.shape])


TensorDataLike: TypeAlias = "TensorData | TensorLike"
TensorDataArrayLike: TypeAlias = "TensorData | TensorLike"


class TensorDataBatch(BaseBatch[TensorDataArrayLike], of=TensorData):
    """One `TensorData`: there are no batches of several tensors."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        tensors = _tensors_in(data)
        if len(tensors) > 1:
            raise ValueError("several tensors cannot be logged as one component")
        tensor = tensors[0] if tensors else TensorData(array=data)
        if any(name is None for name in cast("list[str | None]", tensor.names or ())):
            raise ValueError("a tensor has names for all of its dimensions, or for none")
        kind: Any = cls.arrow_type()
        shape = pa.array([tensor.shape.tolist()], kind.field("shape").type)
        names: pa.Array[Any] = pa.array(cast("Any", [tensor.names]), kind.field("names").type)
        return struct_of(
            kind, [shape, names, _buffer_array(tensor.buffer, kind.field("buffer").type)]
        )


def _tensors_in(data: object) -> list[TensorData]:
    """The tensors of a list of tensors, or the one that it is."""
    items: Sequence[object] = data if isinstance(data, list | tuple) else [data]
    return [item for item in items if isinstance(item, TensorData)]


def _buffer_array(buffer: TensorBuffer, kind: pa.DataType) -> pa.Array[Any]:
    """One buffer as a union of lists; a copy, in this machine's byte order."""
    import pyarrow as pa

    values = buffer.inner.astype(buffer.inner.dtype.newbyteorder("="), copy=True)
    name = f"{values.dtype.kind.upper()}{values.dtype.itemsize * 8}"
    arms = {kind.field(i).name: kind.field(i).type for i in range(kind.num_fields)}
    if name not in arms:
        raise TypeError(f"a tensor cannot hold values of type {values.dtype}")
    items: Any = pa.array(values, arms[name].value_type)
    offsets: Any = pa.array([0, len(values)], pa.int32())
    numbers = pa.ListArray.from_arrays(offsets, items, type=cast("Any", arms[name]))
    return dense_union(kind, [name], {name: numbers})


class TensorDimensionSelection(Value):
    """A dimension of a tensor, to be shown forwards or backwards."""

    _FIELDS = ("dimension", "invert")
    dimension: int
    invert: bool

    def __init__(self, dimension: int, *, invert: bool = False) -> None:
        self.dimension = int(dimension)
        self.invert = bool(invert)


TensorDimensionSelectionLike: TypeAlias = "TensorDimensionSelection | int"
TensorDimensionSelectionArrayLike: TypeAlias = (
    "TensorDimensionSelectionLike | Sequence[TensorDimensionSelectionLike]"
)


class TensorDimensionSelectionBatch(
    StructBatch[TensorDimensionSelectionArrayLike], of=TensorDimensionSelection
):
    """A batch of `TensorDimensionSelection`; a number is a dimension, forwards."""

    @classmethod
    def _convert(cls, data: Any) -> Any:
        return super()._convert([data] if isinstance(data, int | np.integer) else data)

    @classmethod
    def _value(cls, item: object) -> Value:
        if isinstance(item, int | np.integer):
            return TensorDimensionSelection(int(item))
        return super()._value(item)


class TensorDimensionIndexSelection(Value):
    """The index at which a dimension of a tensor is held."""

    _FIELDS = ("dimension", "index")
    dimension: int
    index: int

    def __init__(self, dimension: int, index: int) -> None:
        self.dimension = int(dimension)
        self.index = int(index)


TensorDimensionIndexSelectionLike: TypeAlias = "TensorDimensionIndexSelection"
TensorDimensionIndexSelectionArrayLike: TypeAlias = (
    "TensorDimensionIndexSelection | Sequence[TensorDimensionIndexSelectionLike]"
)


class TensorDimensionIndexSelectionBatch(
    StructBatch[TensorDimensionIndexSelectionArrayLike], of=TensorDimensionIndexSelection
):
    """A batch of `TensorDimensionIndexSelection`."""
