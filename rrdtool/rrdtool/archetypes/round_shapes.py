"""Capsules, cylinders, ellipses and ellipsoids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, Unpack

import numpy as np

from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.archetypes.shared_fields import InstanceFields, PoseFields
    from rrdtool.model.described import ComponentColumnList

    class _Capsules3DFields(InstanceFields, PoseFields, total=False):
        lengths: datatypes.Float32ArrayLike | None
        radii: datatypes.Float32ArrayLike | None
        translations: datatypes.Vec3DArrayLike | None
        line_radii: datatypes.Float32ArrayLike | None
        fill_mode: components.FillModeArrayLike | None

    class _Cylinders3DFields(InstanceFields, PoseFields, total=False):
        lengths: datatypes.Float32ArrayLike | None
        radii: datatypes.Float32ArrayLike | None
        centers: datatypes.Vec3DArrayLike | None
        line_radii: datatypes.Float32ArrayLike | None
        fill_mode: components.FillModeArrayLike | None

    class _Ellipses2DFields(InstanceFields, total=False):
        half_sizes: datatypes.Vec2DArrayLike | None
        centers: datatypes.Vec2DArrayLike | None
        line_radii: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _Ellipsoids3DLooks(InstanceFields, PoseFields, total=False):
        centers: datatypes.Vec3DArrayLike | None
        line_radii: datatypes.Float32ArrayLike | None
        fill_mode: components.FillModeArrayLike | None

    class _Ellipsoids3DFields(_Ellipsoids3DLooks, total=False):
        half_sizes: datatypes.Vec3DArrayLike | None


__all__ = ["Capsules3D", "Cylinders3D", "Ellipses2D", "Ellipsoids3D"]


class Capsules3D(VisualizableArchetype):
    """Cylinders with a hemisphere on either end, along z unless rotated."""

    lengths: Row[components.LengthBatch]
    radii: Row[components.RadiusBatch]
    translations: Row[components.Translation3DBatch]
    rotation_axis_angles: Row[components.RotationAxisAngleBatch]
    quaternions: Row[components.RotationQuatBatch]
    colors: Row[components.ColorBatch]
    line_radii: Row[components.RadiusBatch]
    fill_mode: Row[components.FillModeBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(self, **options: Unpack[_Capsules3DFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_Capsules3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Capsules3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Cylinders3D(VisualizableArchetype):
    """Cylinders with flat ends, along z unless rotated."""

    lengths: Row[components.LengthBatch]
    radii: Row[components.RadiusBatch]
    centers: Row[components.Translation3DBatch]
    rotation_axis_angles: Row[components.RotationAxisAngleBatch]
    quaternions: Row[components.RotationQuatBatch]
    colors: Row[components.ColorBatch]
    line_radii: Row[components.RadiusBatch]
    fill_mode: Row[components.FillModeBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(self, **options: Unpack[_Cylinders3DFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_Cylinders3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_Cylinders3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Ellipses2D(VisualizableArchetype):
    """Axis-aligned ellipses and circles."""

    half_sizes: Row[components.HalfSize2DBatch]
    centers: Row[components.Position2DBatch]
    colors: Row[components.ColorBatch]
    line_radii: Row[components.RadiusBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    draw_order: Row[components.DrawOrderBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(self, **options: Unpack[_Ellipses2DFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_Ellipses2DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Ellipses2DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Ellipsoids3D(VisualizableArchetype):
    """Ellipsoids and spheres."""

    half_sizes: Row[components.HalfSize3DBatch]
    centers: Row[components.Translation3DBatch]
    rotation_axis_angles: Row[components.RotationAxisAngleBatch]
    quaternions: Row[components.RotationQuatBatch]
    colors: Row[components.ColorBatch]
    line_radii: Row[components.RadiusBatch]
    fill_mode: Row[components.FillModeBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self,
        *,
        half_sizes: datatypes.Vec3DArrayLike | None = None,
        radii: datatypes.Float32ArrayLike | None = None,
        **options: Unpack[_Ellipsoids3DLooks],
    ) -> None:
        """Takes three radii per ellipsoid, or one per sphere.

        Args:
            half_sizes: The three radii of each ellipsoid.
            radii: The radius of each sphere, in place of `half_sizes`.
            options: The other fields.
        """

        def extents() -> dict[str, object]:
            if radii is None:
                return {"half_sizes": half_sizes}
            if half_sizes is not None:
                report_misuse("`radii` and `half_sizes` exclude each other; `radii` are taken")
            spheres = np.asarray(radii, np.float32).reshape(-1, 1)
            return {"half_sizes": np.repeat(spheres, 3, axis=1)}

        self._store_computed(extents, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Ellipsoids3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_Ellipsoids3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
