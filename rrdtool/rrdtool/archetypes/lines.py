"""Arrows and polylines, in the plane and in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.archetypes.shared_fields import InstanceFields
    from rrdtool.model.described import ComponentColumnList

    class _Arrows2DOptions(InstanceFields, total=False):
        origins: datatypes.Vec2DArrayLike | None
        radii: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _Arrows2DFields(_Arrows2DOptions, total=False):
        vectors: datatypes.Vec2DArrayLike | None

    class _Arrows3DOptions(InstanceFields, total=False):
        origins: datatypes.Vec3DArrayLike | None
        radii: datatypes.Float32ArrayLike | None

    class _Arrows3DFields(_Arrows3DOptions, total=False):
        vectors: datatypes.Vec3DArrayLike | None

    class _LineStrips2DOptions(InstanceFields, total=False):
        radii: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _LineStrips2DFields(_LineStrips2DOptions, total=False):
        strips: components.LineStrip2DArrayLike | None

    class _LineStrips3DOptions(InstanceFields, total=False):
        radii: datatypes.Float32ArrayLike | None

    class _LineStrips3DFields(_LineStrips3DOptions, total=False):
        strips: components.LineStrip3DArrayLike | None


__all__ = ["Arrows2D", "Arrows3D", "LineStrips2D", "LineStrips3D"]


class Arrows2D(VisualizableArchetype):
    """Arrows in the plane."""

    vectors: Row[components.Vector2DBatch]
    origins: Row[components.Position2DBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    draw_order: Row[components.DrawOrderBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self, *, vectors: datatypes.Vec2DArrayLike, **options: Unpack[_Arrows2DOptions]
    ) -> None:
        self._store(vectors=vectors, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Arrows2DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Arrows2DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Arrows3D(VisualizableArchetype):
    """Arrows in space."""

    vectors: Row[components.Vector3DBatch]
    origins: Row[components.Position3DBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self, *, vectors: datatypes.Vec3DArrayLike, **options: Unpack[_Arrows3DOptions]
    ) -> None:
        self._store(vectors=vectors, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Arrows3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Arrows3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class LineStrips2D(VisualizableArchetype, visualizer="Lines2D"):
    """Polylines in the plane."""

    strips: Row[components.LineStrip2DBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    draw_order: Row[components.DrawOrderBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self, strips: components.LineStrip2DArrayLike, **options: Unpack[_LineStrips2DOptions]
    ) -> None:
        self._store(strips=strips, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_LineStrips2DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_LineStrips2DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class LineStrips3D(VisualizableArchetype, visualizer="Lines3D"):
    """Polylines in space."""

    strips: Row[components.LineStrip3DBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self, strips: components.LineStrip3DArrayLike, **options: Unpack[_LineStrips3DOptions]
    ) -> None:
        self._store(strips=strips, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_LineStrips3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_LineStrips3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
