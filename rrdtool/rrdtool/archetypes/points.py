"""Points in the plane and in space, and Gaussian splats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.archetypes.shared_fields import InstanceFields
    from rrdtool.model.described import ComponentColumnList

    class _Points2DOptions(InstanceFields, total=False):
        radii: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None
        keypoint_ids: datatypes.KeypointIdArrayLike | None

    class _Points2DFields(_Points2DOptions, total=False):
        positions: datatypes.Vec2DArrayLike | None

    class _Points3DOptions(InstanceFields, total=False):
        radii: datatypes.Float32ArrayLike | None
        point_shading: components.PointShadingArrayLike | None
        keypoint_ids: datatypes.KeypointIdArrayLike | None

    class _Points3DFields(_Points3DOptions, total=False):
        positions: datatypes.Vec3DArrayLike | None

    class _GaussianSplats3DOptions(TypedDict, total=False):
        scales: datatypes.Vec3DArrayLike | None
        quaternions: datatypes.QuaternionArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None
        sh_coefficients: datatypes.SphericalHarmonics3RgbArrayLike | None
        spherical_harmonics_degree: datatypes.UInt32ArrayLike | None

    class _GaussianSplats3DFields(_GaussianSplats3DOptions, total=False):
        centers: datatypes.Vec3DArrayLike | None


__all__ = ["GaussianSplats3D", "Points2D", "Points3D"]


class Points2D(VisualizableArchetype):
    """Points in the plane."""

    positions: Row[components.Position2DBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    draw_order: Row[components.DrawOrderBatch]
    class_ids: Row[components.ClassIdBatch]
    keypoint_ids: Row[components.KeypointIdBatch]

    def __init__(
        self, positions: datatypes.Vec2DArrayLike, **options: Unpack[_Points2DOptions]
    ) -> None:
        """Takes the positions; keypoints without a class belong to class 0."""
        if options.get("keypoint_ids") is not None and options.get("class_ids") is None:
            options["class_ids"] = 0
        self._store(positions=positions, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Points2DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Points2DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Points3D(VisualizableArchetype):
    """A cloud of points in space."""

    positions: Row[components.Position3DBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    point_shading: Row[components.PointShadingBatch]
    class_ids: Row[components.ClassIdBatch]
    keypoint_ids: Row[components.KeypointIdBatch]

    def __init__(
        self, positions: datatypes.Vec3DArrayLike, **options: Unpack[_Points3DOptions]
    ) -> None:
        """Takes the positions; keypoints without a class belong to class 0."""
        if options.get("keypoint_ids") is not None and options.get("class_ids") is None:
            options["class_ids"] = 0
        self._store(positions=positions, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Points3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Points3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class GaussianSplats3D(VisualizableArchetype):
    """Gaussian bells in space, each with its own spread, rotation and color."""

    centers: Row[components.Position3DBatch]
    scales: Row[components.Scale3DBatch]
    quaternions: Row[components.RotationQuatBatch]
    colors: Row[components.ColorBatch]
    sh_coefficients: Row[components.SphericalHarmonics3RgbBatch]
    spherical_harmonics_degree: Row[components.SphericalHarmonicsDegreeBatch]

    def __init__(
        self, centers: datatypes.Vec3DArrayLike, **options: Unpack[_GaussianSplats3DOptions]
    ) -> None:
        self._store(centers=centers, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_GaussianSplats3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_GaussianSplats3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
