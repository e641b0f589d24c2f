"""Vectors: a few numbers each, of one type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from rrdtool.model.batches import BaseBatch, Flat
from rrdtool.model.values import ArrayValue, StructBatch, Value

if TYPE_CHECKING:
    import uuid

    import numpy.typing as npt

__all__ = [
    "DVec2D",
    "DVec2DArrayLike",
    "DVec2DBatch",
    "DVec2DLike",
    "IVec3D",
    "IVec3DArrayLike",
    "IVec3DBatch",
    "IVec3DLike",
    "Range1D",
    "Range1DArrayLike",
    "Range1DBatch",
    "Range1DLike",
    "Range2D",
    "Range2DArrayLike",
    "Range2DBatch",
    "Range2DLike",
    "UVec2D",
    "UVec2DArrayLike",
    "UVec2DBatch",
    "UVec2DLike",
    "UVec3D",
    "UVec3DArrayLike",
    "UVec3DBatch",
    "UVec3DLike",
    "UVec4D",
    "UVec4DArrayLike",
    "UVec4DBatch",
    "UVec4DLike",
    "Uuid",
    "UuidArrayLike",
    "UuidBatch",
    "UuidLike",
    "Vec2D",
    "Vec2DArrayLike",
    "Vec2DBatch",
    "Vec2DLike",
    "Vec3D",
    "Vec3DArrayLike",
    "Vec3DBatch",
    "Vec3DLike",
    "Vec4D",
    "Vec4DArrayLike",
    "Vec4DBatch",
    "Vec4DLike",
]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


def flat_vectors(data: Any, dtype: np.dtype[Any] | None, width: int) -> Flat:
    """The numbers of vectors, one after the other.

    One dimension is cut into vectors. Of more dimensions, the last one that is not 1 must be as
    wide as a vector; the first one counts vectors, whatever its length.

    Raises:
        ValueError: If `data` is no array of numbers, or of another shape.
    """
    values = np.asarray(data, dtype)
    if values.ndim == 1:
        is_fit = len(values) % width == 0
    else:
        is_fit = next((size for size in reversed(values.shape[1:]) if size != 1), 0) == width
    if not is_fit:
        raise ValueError(
            f"expected vectors of {width} numbers: an array of shape (n, {width}),"
            f" or a flat one of a multiple of {width}; got the shape {values.shape}"
        )
    return values.reshape(-1)


class VectorBatch(BaseBatch[_Input_contra]):
    """A batch of vectors: one, many, or their numbers in one flat array."""

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        return flat_vectors(data, cls._DTYPE, cls._WIDTH)


class Vec2D(ArrayValue):
    """Two 32-bit floats."""

    _FIELDS = ("xy",)
    xy: npt.NDArray[np.float32]

    def __init__(self, xy: Vec2DLike) -> None:
        self.xy = np.asarray(xy, np.float32)


Vec2DLike: TypeAlias = "Vec2D | npt.ArrayLike"
Vec2DArrayLike: TypeAlias = "Vec2D | Sequence[Vec2DLike] | npt.ArrayLike"


class Vec2DBatch(VectorBatch[Vec2DArrayLike], of=Vec2D):
    """A batch of `Vec2D`."""

    _DTYPE = np.dtype(np.float32)
    _WIDTH = 2


class Vec3D(ArrayValue):
    """Three 32-bit floats."""

    _FIELDS = ("xyz",)
    xyz: npt.NDArray[np.float32]

    def __init__(self, xyz: Vec3DLike) -> None:
        self.xyz = np.asarray(xyz, np.float32)


Vec3DLike: TypeAlias = "Vec3D | npt.ArrayLike"
Vec3DArrayLike: TypeAlias = "Vec3D | Sequence[Vec3DLike] | npt.ArrayLike"


class Vec3DBatch(VectorBatch[Vec3DArrayLike], of=Vec3D):
    """A batch of `Vec3D`."""

    _DTYPE = np.dtype(np.float32)
    _WIDTH = 3


class Vec4D(ArrayValue):
    """Four 32-bit floats."""

    _FIELDS = ("xyzw",)
    xyzw: npt.NDArray[np.float32]

    def __init__(self, xyzw: Vec4DLike) -> None:
        self.xyzw = np.asarray(xyzw, np.float32)


Vec4DLike: TypeAlias = "Vec4D | npt.ArrayLike"
Vec4DArrayLike: TypeAlias = "Vec4D | Sequence[Vec4DLike] | npt.ArrayLike"


class Vec4DBatch(VectorBatch[Vec4DArrayLike], of=Vec4D):
    """A batch of `Vec4D`."""

    _DTYPE = np.dtype(np.float32)
    _WIDTH = 4


class DVec2D(ArrayValue):
    """Two 64-bit floats."""

    _FIELDS = ("xy",)
    xy: npt.NDArray[np.float64]

    def __init__(self, xy: DVec2DLike) -> None:
        self.xy = np.asarray(xy, np.float64)


DVec2DLike: TypeAlias = "DVec2D | npt.ArrayLike"
DVec2DArrayLike: TypeAlias = "DVec2D | Sequence[DVec2DLike] | npt.ArrayLike"


class DVec2DBatch(VectorBatch[DVec2DArrayLike], of=DVec2D):
    """A batch of `DVec2D`."""

    _DTYPE = np.dtype(np.float64)
    _WIDTH = 2


class UVec2D(ArrayValue):
    """Two unsigned 32-bit integers."""

    _FIELDS = ("xy",)
    xy: npt.NDArray[np.uint32]

    def __init__(self, xy: UVec2DLike) -> None:
        self.xy = np.asarray(xy, np.uint32)


UVec2DLike: TypeAlias = "UVec2D | npt.ArrayLike"
UVec2DArrayLike: TypeAlias = "UVec2D | Sequence[UVec2DLike] | npt.ArrayLike"


class UVec2DBatch(VectorBatch[UVec2DArrayLike], of=UVec2D):
    """A batch of `UVec2D`."""

    _DTYPE = np.dtype(np.uint32)
    _WIDTH = 2


class UVec3D(ArrayValue):
    """Three unsigned 32-bit integers."""

    _FIELDS = ("xyz",)
    xyz: npt.NDArray[np.uint32]

    def __init__(self, xyz: UVec3DLike) -> None:
        self.xyz = np.asarray(xyz, np.uint32)


UVec3DLike: TypeAlias = "UVec3D | npt.ArrayLike"
UVec3DArrayLike: TypeAlias = "UVec3D | Sequence[UVec3DLike] | npt.ArrayLike"


class UVec3DBatch(VectorBatch[UVec3DArrayLike], of=UVec3D):
    """A batch of `UVec3D`."""

    _DTYPE = np.dtype(np.uint32)
    _WIDTH = 3


class UVec4D(ArrayValue):
    """Four unsigned 32-bit integers."""

    _FIELDS = ("xyzw",)
    xyzw: npt.NDArray[np.uint32]

    def __init__(self, xyzw: UVec4DLike) -> None:
        self.xyzw = np.asarray(xyzw, np.uint32)


UVec4DLike: TypeAlias = "UVec4D | npt.ArrayLike"
UVec4DArrayLike: TypeAlias = "UVec4D | Sequence[UVec4DLike] | npt.ArrayLike"


class UVec4DBatch(VectorBatch[UVec4DArrayLike], of=UVec4D):
    """A batch of `UVec4D`."""

    _DTYPE = np.dtype(np.uint32)
    _WIDTH = 4


class IVec3D(ArrayValue):
    """Three signed 32-bit integers."""

    _FIELDS = ("xyz",)
    xyz: npt.NDArray[np.int32]

    def __init__(self, xyz: IVec3DLike) -> None:
        self.xyz = np.asarray(xyz, np.int32)


IVec3DLike: TypeAlias = "IVec3D | npt.ArrayLike"
IVec3DArrayLike: TypeAlias = "IVec3D | Sequence[IVec3DLike] | npt.ArrayLike"


class IVec3DBatch(VectorBatch[IVec3DArrayLike], of=IVec3D):
    """A batch of `IVec3D`."""

    _DTYPE = np.dtype(np.int32)
    _WIDTH = 3


class Range1D(ArrayValue):
    """A lower and an upper bound."""

    _FIELDS = ("range",)
    range: npt.NDArray[np.float64]

    def __init__(self, range: Range1DLike) -> None:  # noqa: A002 - the name of the field
        self.range = np.asarray(range, np.float64)


Range1DLike: TypeAlias = "Range1D | npt.ArrayLike"
Range1DArrayLike: TypeAlias = "Range1D | Sequence[Range1DLike] | npt.ArrayLike"


class Range1DBatch(VectorBatch[Range1DArrayLike], of=Range1D):
    """A batch of `Range1D`."""

    _DTYPE = np.dtype(np.float64)
    _WIDTH = 2


class Range2D(Value):
    """Bounds of an axis-aligned rectangle."""

    _FIELDS = ("x_range", "y_range")
    x_range: Range1D
    y_range: Range1D

    def __init__(self, x_range: Range1DLike, y_range: Range1DLike) -> None:
        self.x_range = Range1D(x_range)
        self.y_range = Range1D(y_range)


Range2DLike: TypeAlias = "Range2D"
Range2DArrayLike: TypeAlias = "Range2D | Sequence[Range2DLike]"


class Range2DBatch(StructBatch[Range2DArrayLike], of=Range2D):
    """A batch of `Range2D`."""


class Uuid(ArrayValue):
    """The 16 bytes of a UUID."""

    _FIELDS = ("bytes",)
    bytes: npt.NDArray[np.uint8]

    def __init__(self, bytes: UuidLike) -> None:  # noqa: A002 - the name of the field
        self.bytes = np.asarray(_uuid_bytes(bytes), np.uint8)


UuidLike: TypeAlias = "Uuid | bytes | uuid.UUID | npt.ArrayLike"
UuidArrayLike: TypeAlias = "UuidLike | Sequence[UuidLike]"


class UuidBatch(BaseBatch[UuidArrayLike], of=Uuid):
    """A batch of `Uuid`."""

    _DTYPE = np.dtype(np.uint8)
    _WIDTH = 16

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        is_many = isinstance(data, list | tuple)
        numbers = [_uuid_bytes(item) for item in data] if is_many else _uuid_bytes(data)
        return flat_vectors(numbers, cls._DTYPE, cls._WIDTH)


def _uuid_bytes(item: Any) -> Any:
    """What numpy can read as numbers."""
    raw = getattr(item, "bytes", item)
    return np.frombuffer(raw, np.uint8) if isinstance(raw, bytes) else raw
