"""Boxes in the plane and in space, from whichever numbers a program has at hand."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Self, TypeAlias, Unpack, cast

import numpy as np

from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.archetypes.rotations import split_rotations
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    import numpy.typing as npt

    from rrdtool import components, datatypes
    from rrdtool.archetypes.shared_fields import InstanceFields, PoseFields
    from rrdtool.model.described import ComponentColumnList

    _Extents: TypeAlias = dict[str, Any]

    class _Boxes2DLooks(InstanceFields, total=False):
        radii: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _Boxes2DFields(_Boxes2DLooks, total=False):
        half_sizes: datatypes.Vec2DArrayLike | None
        centers: datatypes.Vec2DArrayLike | None

    class _Boxes3DLooks(InstanceFields, PoseFields, total=False):
        radii: datatypes.Float32ArrayLike | None
        fill_mode: components.FillModeArrayLike | None

    class _Boxes3DFields(_Boxes3DLooks, total=False):
        half_sizes: datatypes.Vec3DArrayLike | None
        centers: datatypes.Vec3DArrayLike | None


__all__ = ["Box2DFormat", "Boxes2D", "Boxes3D"]


class Box2DFormat(Enum):
    """What the four numbers of a box in an array mean."""

    XYWH = "XYWH"
    """Least x and y, width, height."""

    YXHW = "YXHW"
    """Least y and x, height, width."""

    XYXY = "XYXY"
    """Least x and y, greatest x and y."""

    YXYX = "YXYX"
    """Least y and x, greatest y and x."""

    XCYCWH = "XCYCWH"
    """Center, width, height."""

    XCYCW2H2 = "XCYCW2H2"
    """Center, half the width, half the height."""


class Boxes2D(VisualizableArchetype):
    """Axis-aligned rectangles."""

    half_sizes: Row[components.HalfSize2DBatch]
    centers: Row[components.Position2DBatch]
    colors: Row[components.ColorBatch]
    radii: Row[components.RadiusBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    draw_order: Row[components.DrawOrderBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self,
        *,
        sizes: datatypes.Vec2DArrayLike | None = None,
        mins: datatypes.Vec2DArrayLike | None = None,
        half_sizes: datatypes.Vec2DArrayLike | None = None,
        centers: datatypes.Vec2DArrayLike | None = None,
        array: npt.ArrayLike | None = None,
        array_format: Box2DFormat | None = None,
        **options: Unpack[_Boxes2DLooks],
    ) -> None:
        """Takes sizes or half sizes with mins or centers, or all of it as an array.

        Args:
            sizes: Width and height of each box.
            mins: Least x and y of each box.
            half_sizes: Half the width and height of each box.
            centers: Center of each box.
            array: Four numbers per box, in place of all of the above.
            array_format: What the numbers in `array` mean.
            options: The other fields.
        """

        def extents() -> _Extents:
            given = {"half_sizes": half_sizes, "sizes": sizes, "mins": mins, "centers": centers}
            if array is not None:
                return _extents_of_array(array, array_format, given)
            _refuse_contradictions(given)
            return _extents(given)

        self._store_computed(extents, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Boxes2DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Boxes2DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Boxes3D(VisualizableArchetype):
    """Cuboids, rotated as you like."""

    half_sizes: Row[components.HalfSize3DBatch]
    centers: Row[components.Translation3DBatch]
    rotation_axis_angles: Row[components.RotationAxisAngleBatch]
    quaternions: Row[components.RotationQuatBatch]
    colors: Row[components.ColorBatch]
    radii: Row[components.RadiusBatch]
    fill_mode: Row[components.FillModeBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self,
        *,
        sizes: datatypes.Vec3DArrayLike | None = None,
        mins: datatypes.Vec3DArrayLike | None = None,
        half_sizes: datatypes.Vec3DArrayLike | None = None,
        centers: datatypes.Vec3DArrayLike | None = None,
        rotations: datatypes.RotationAxisAngleArrayLike
        | datatypes.QuaternionArrayLike
        | None = None,
        **options: Unpack[_Boxes3DLooks],
    ) -> None:
        """Takes sizes or half sizes with mins or centers.

        Args:
            sizes: Edge lengths of each box.
            mins: Least corner of each box.
            half_sizes: Half the edge lengths of each box.
            centers: Center of each box.
            rotations: Quaternions, or rotations as axis and angle, but all of one kind.
            options: The other fields.
        """
        fields = cast("dict[str, object]", options)
        if rotations is not None:
            if fields.get("quaternions") is None and fields.get("rotation_axis_angles") is None:
                fields.update(split_rotations(rotations))
            else:
                report_misuse(
                    "`rotations` excludes `quaternions` and `rotation_axis_angles`; it is ignored"
                )

        def extents() -> _Extents:
            given = {"half_sizes": half_sizes, "sizes": sizes, "mins": mins, "centers": centers}
            for contradiction in _contradictions(given):
                report_misuse(contradiction)
            if mins is not None and half_sizes is None and sizes is None:
                given["half_sizes"] = np.ones_like(mins)
            return _extents(given)

        self._store_computed(extents, **fields)

    @classmethod
    def columns(cls, **fields: Unpack[_Boxes3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Boxes3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


def _contradictions(given: _Extents) -> list[str]:
    """What does not fit together in the extents of boxes, in the order in which it is found."""
    has = {name for name, value in given.items() if value is not None}
    found = []
    if {"sizes", "half_sizes"} <= has:
        found.append("`sizes` and `half_sizes` exclude each other")
    if {"mins", "centers"} <= has:
        found.append("`mins` and `centers` exclude each other")
    if "mins" in has and not has & {"sizes", "half_sizes"}:
        found.append("`mins` takes `sizes` or `half_sizes` beside it")
    return found


def _refuse_contradictions(given: _Extents) -> None:
    for contradiction in _contradictions(given):
        raise ValueError(contradiction)


def _extents(given: _Extents) -> _Extents:
    """Half sizes and centers; sizes win over half sizes, and mins over centers."""
    half_sizes, centers = given["half_sizes"], given["centers"]
    if given["sizes"] is not None:
        half_sizes = np.asarray(given["sizes"], np.float32) / 2
    if given["mins"] is not None:
        centers = np.asarray(given["mins"], np.float32) + np.asarray(half_sizes, np.float32)
    return {"half_sizes": half_sizes, "centers": centers}


def _extents_of_array(
    array: npt.ArrayLike, array_format: Box2DFormat | None, given: _Extents
) -> _Extents:
    """Half sizes and centers of boxes given as four numbers each."""
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"`array` and `{name}` exclude each other")
    if array_format is None:
        raise ValueError("`array` takes `array_format` beside it")
    numbers: npt.NDArray[Any] = np.asarray(array)
    first, second = numbers[..., 0:2], numbers[..., 2:4]
    if array_format in (Box2DFormat.YXHW, Box2DFormat.YXYX):
        first, second = first[..., ::-1], second[..., ::-1]
    match array_format:
        case Box2DFormat.XYWH | Box2DFormat.YXHW:
            return {"half_sizes": second / 2, "centers": first + second / 2}
        case Box2DFormat.XYXY | Box2DFormat.YXYX:
            return {"half_sizes": (second - first) / 2, "centers": (first + second) / 2}
        case Box2DFormat.XCYCWH:
            return {"half_sizes": second / 2, "centers": first}
        case Box2DFormat.XCYCW2H2:
            return {"half_sizes": second, "centers": first}
        case _:
            raise ValueError(f"{array_format!r} is no format of boxes")
