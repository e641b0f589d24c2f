"""Single numbers, and yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from rrdtool.model.batches import BaseBatch, Flat
from rrdtool.model.values import FloatValue, IntValue, Value

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Bool",
    "BoolArrayLike",
    "BoolBatch",
    "BoolLike",
    "ClassId",
    "ClassIdArrayLike",
    "ClassIdBatch",
    "ClassIdLike",
    "Float32",
    "Float32ArrayLike",
    "Float32Batch",
    "Float32Like",
    "Float64",
    "Float64ArrayLike",
    "Float64Batch",
    "Float64Like",
    "KeypointId",
    "KeypointIdArrayLike",
    "KeypointIdBatch",
    "KeypointIdLike",
    "UInt16",
    "UInt16ArrayLike",
    "UInt16Batch",
    "UInt16Like",
    "UInt32",
    "UInt32ArrayLike",
    "UInt32Batch",
    "UInt32Like",
    "UInt64",
    "UInt64ArrayLike",
    "UInt64Batch",
    "UInt64Like",
]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


class NumberBatch(BaseBatch[_Input_contra]):
    """A batch of single numbers: one, or any array of them, whose shape does not matter."""

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        if type(data) is float:
            return np.array((data,), cls._DTYPE)
        return np.asarray(data, cls._DTYPE).reshape(-1)


class Float32(FloatValue):
    """A 32-bit floating-point number."""

    _FIELDS = ("value",)
    value: float

    def __init__(self, value: Float32Like) -> None:
        self.value = float(value)


Float32Like: TypeAlias = "Float32 | float"
Float32ArrayLike: TypeAlias = "Float32 | Sequence[Float32Like] | float | npt.ArrayLike"


class Float32Batch(NumberBatch[Float32ArrayLike], of=Float32):
    """A batch of `Float32`."""

    _DTYPE = np.dtype(np.float32)


class Float64(FloatValue):
    """A 64-bit floating-point number."""

    _FIELDS = ("value",)
    value: float

    def __init__(self, value: Float64Like) -> None:
        self.value = float(value)


Float64Like: TypeAlias = "Float64 | float"
Float64ArrayLike: TypeAlias = "Float64 | Sequence[Float64Like] | float | npt.ArrayLike"


class Float64Batch(NumberBatch[Float64ArrayLike], of=Float64):
    """A batch of `Float64`."""

    _DTYPE = np.dtype(np.float64)


class UInt16(IntValue):
    """A 16-bit unsigned integer."""

    _FIELDS = ("value",)
    value: int

    def __init__(self, value: UInt16Like) -> None:
        self.value = int(value)


UInt16Like: TypeAlias = "UInt16 | int"
UInt16ArrayLike: TypeAlias = "UInt16 | Sequence[UInt16Like] | int | npt.ArrayLike"


class UInt16Batch(NumberBatch[UInt16ArrayLike], of=UInt16):
    """A batch of `UInt16`."""

    _DTYPE = np.dtype(np.uint16)


class UInt32(IntValue):
    """A 32-bit unsigned integer."""

    _FIELDS = ("value",)
    value: int

    def __init__(self, value: UInt32Like) -> None:
        self.value = int(value)


UInt32Like: TypeAlias = "UInt32 | int"
UInt32ArrayLike: TypeAlias = "UInt32 | Sequence[UInt32Like] | int | npt.ArrayLike"


class UInt32Batch(NumberBatch[UInt32ArrayLike], of=UInt32):
    """A batch of `UInt32`."""

    _DTYPE = np.dtype(np.uint32)


class UInt64(IntValue):
    """A 64-bit unsigned integer."""

    _FIELDS = ("value",)
    value: int

    def __init__(self, value: UInt64Like) -> None:
        self.value = int(value)


UInt64Like: TypeAlias = "UInt64 | int"
UInt64ArrayLike: TypeAlias = "UInt64 | Sequence[UInt64Like] | int | npt.ArrayLike"


class UInt64Batch(NumberBatch[UInt64ArrayLike], of=UInt64):
    """A batch of `UInt64`."""

    _DTYPE = np.dtype(np.uint64)


class ClassId(IntValue):
    """The number of a class in an annotation context."""

    _FIELDS = ("id",)
    id: int

    def __init__(self, id: ClassIdLike) -> None:  # noqa: A002 - the name of the field
        self.id = int(id)


ClassIdLike: TypeAlias = "ClassId | int"
ClassIdArrayLike: TypeAlias = "ClassId | Sequence[ClassIdLike] | int | npt.ArrayLike"


class ClassIdBatch(NumberBatch[ClassIdArrayLike], of=ClassId):
    """A batch of `ClassId`."""

    _DTYPE = np.dtype(np.uint16)


class KeypointId(IntValue):
    """The number of a keypoint within its class."""

    _FIELDS = ("id",)
    id: int

    def __init__(self, id: KeypointIdLike) -> None:  # noqa: A002 - the name of the field
        self.id = int(id)


KeypointIdLike: TypeAlias = "KeypointId | int"
KeypointIdArrayLike: TypeAlias = "KeypointId | Sequence[KeypointIdLike] | int | npt.ArrayLike"


class KeypointIdBatch(NumberBatch[KeypointIdArrayLike], of=KeypointId):
    """A batch of `KeypointId`."""

    _DTYPE = np.dtype(np.uint16)


class Bool(Value):
    """True or false."""

    _FIELDS = ("value",)
    value: bool

    def __init__(self, value: BoolLike) -> None:
        self.value = bool(value)

    def __bool__(self) -> bool:
        return self.value


BoolLike: TypeAlias = "Bool | bool"
BoolArrayLike: TypeAlias = "Bool | bool | Sequence[BoolLike] | npt.ArrayLike"


class BoolBatch(NumberBatch[BoolArrayLike], of=Bool):
    """A batch of `Bool`."""

    _DTYPE = np.dtype(np.bool_)
