"""Angles, rotations and planes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

import numpy as np

from rrdtool.datatypes.numbers import NumberBatch
from rrdtool.datatypes.vectors import Vec3D, Vec3DLike, VectorBatch, flat_vectors
from rrdtool.model.values import ArrayValue, FloatValue, StructBatch, Value

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Angle",
    "AngleArrayLike",
    "AngleBatch",
    "AngleLike",
    "Plane3D",
    "Plane3DArrayLike",
    "Plane3DBatch",
    "Plane3DLike",
    "Quaternion",
    "QuaternionArrayLike",
    "QuaternionBatch",
    "QuaternionLike",
    "RotationAxisAngle",
    "RotationAxisAngleArrayLike",
    "RotationAxisAngleBatch",
    "RotationAxisAngleLike",
]


class Angle(FloatValue):
    """An angle (radians).

    Args:
        rad: The angle in radians.
        deg: The angle in degrees; ignored if `rad` is given.

    Raises:
        ValueError: If neither is given.
    """

    _FIELDS = ("radians",)
    radians: float

    def __init__(self, rad: float | None = None, deg: float | None = None) -> None:
        if rad is not None:
            self.radians = float(rad)
        elif deg is not None:
            self.radians = math.radians(float(deg))
        else:
            raise ValueError("an angle needs `rad` or `deg`")


AngleLike: TypeAlias = "Angle | float"
AngleArrayLike: TypeAlias = "Angle | float | Sequence[AngleLike] | npt.ArrayLike"


class AngleBatch(NumberBatch[AngleArrayLike], of=Angle):
    """A batch of `Angle`; plain numbers are radians."""

    _DTYPE = np.dtype(np.float32)


class Quaternion(ArrayValue):
    """A rotation as x, y, z, w.

    Args:
        xyzw: Four numbers; they are not normalized.
    """

    _FIELDS = ("xyzw",)
    xyzw: npt.NDArray[np.float32]

    def __init__(self, *, xyzw: npt.ArrayLike | Quaternion) -> None:
        self.xyzw = np.asarray(xyzw, np.float32)

    @staticmethod
    def identity() -> Quaternion:
        """The rotation that turns nothing."""
        return Quaternion(xyzw=[0, 0, 0, 1])

    @staticmethod
    def invalid() -> Quaternion:
        """All zeros: no rotation at all."""
        return Quaternion(xyzw=[0, 0, 0, 0])


QuaternionLike: TypeAlias = "Quaternion | npt.ArrayLike"
QuaternionArrayLike: TypeAlias = "Quaternion | Sequence[QuaternionLike] | npt.ArrayLike"


class QuaternionBatch(VectorBatch[QuaternionArrayLike], of=Quaternion):
    """A batch of `Quaternion`."""

    _DTYPE = np.dtype(np.float32)
    _WIDTH = 4


class RotationAxisAngle(Value):
    """A rotation by an angle (radians) around an axis.

    Args:
        axis: The direction of the axis; it is not normalized.
        angle: The angle, a number being radians.
        radians: The angle in radians.
        degrees: The angle in degrees.

    Raises:
        ValueError: If not exactly one of `angle`, `radians` and `degrees` is given.
    """

    _FIELDS = ("axis", "angle")
    axis: Vec3D
    angle: Angle

    def __init__(
        self,
        axis: Vec3DLike,
        angle: AngleLike | None = None,
        *,
        radians: float | None = None,
        degrees: float | None = None,
    ) -> None:
        if sum(given is not None for given in (angle, radians, degrees)) != 1:
            raise ValueError("a rotation needs exactly one of `angle`, `radians` and `degrees`")
        self.axis = Vec3D(axis)
        if degrees is not None:
            self.angle = Angle(deg=degrees)
        elif radians is not None:
            self.angle = Angle(rad=radians)
        else:
            self.angle = angle if isinstance(angle, Angle) else Angle(rad=angle)


RotationAxisAngleLike: TypeAlias = "RotationAxisAngle"
RotationAxisAngleArrayLike: TypeAlias = "RotationAxisAngle | Sequence[RotationAxisAngleLike]"


class RotationAxisAngleBatch(StructBatch[RotationAxisAngleArrayLike], of=RotationAxisAngle):
    """A batch of `RotationAxisAngle`."""


class Plane3D(ArrayValue):
    """A plane as its normal x, y, z and its distance from the origin along it.

    Args:
        normal: The direction that is perpendicular to the plane; it is not normalized.
        distance: The distance from the origin, 0 if not given.
    """

    XY: ClassVar[Plane3D]
    """The plane through the origin that the axes x and y span."""

    YZ: ClassVar[Plane3D]
    """The plane through the origin that the axes y and z span."""

    ZX: ClassVar[Plane3D]
    """The plane through the origin that the axes z and x span."""

    _FIELDS = ("xyzd",)
    xyzd: npt.NDArray[np.float32]

    def __init__(self, normal: Vec3DLike, distance: float | int | None = None) -> None:
        xyz = flat_vectors(normal, np.dtype(np.float32), 3)
        self.xyzd = np.append(xyz, np.float32(0 if distance is None else distance))

    def normal(self) -> Vec3D:
        """The direction that is perpendicular to the plane."""
        return Vec3D(self.xyzd[:3])

    def distance(self) -> float:
        """The distance from the origin along the normal."""
        return float(self.xyzd[3])

    def with_distance(self, distance: float) -> Self:
        """A parallel plane."""
        return type(self)(self.xyzd[:3], distance)


Plane3D.XY = Plane3D([0, 0, 1])
Plane3D.YZ = Plane3D([1, 0, 0])
Plane3D.ZX = Plane3D([0, 1, 0])

Plane3DLike: TypeAlias = "Plane3D | npt.ArrayLike"
Plane3DArrayLike: TypeAlias = "Plane3D | Sequence[Plane3DLike] | npt.ArrayLike"


class Plane3DBatch(VectorBatch[Plane3DArrayLike], of=Plane3D):
    """A batch of `Plane3D`."""

    _DTYPE = np.dtype(np.float32)
    _WIDTH = 4
