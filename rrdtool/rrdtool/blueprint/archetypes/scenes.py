"""Spatial views and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.components.scenes import BackgroundKind
from rrdtool.blueprint.names import ARCHETYPES
from rrdtool.datatypes.vectors import Range2D

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.blueprint import components as blueprint_components

    class _BackgroundFields(TypedDict, total=False):
        kind: blueprint_components.BackgroundKindLike | None
        color: datatypes.Rgba32Like | None

    class _EyeControls3DFields(TypedDict, total=False):
        kind: blueprint_components.Eye3DKindLike | None
        position: datatypes.Vec3DLike | None
        look_target: datatypes.Vec3DLike | None
        eye_up: datatypes.Vec3DLike | None
        speed: datatypes.Float64Like | None
        tracking_entity: datatypes.EntityPathLike | None
        spin_speed: datatypes.Float64Like | None

    class _LineGrid3DOptions(TypedDict, total=False):
        spacing: datatypes.Float32Like | None
        plane: datatypes.Plane3DLike | None
        stroke_width: datatypes.Float32Like | None
        color: datatypes.Rgba32Like | None

    class _LineGrid3DFields(_LineGrid3DOptions, total=False):
        visible: datatypes.BoolLike | None

    class _NearClipPlaneFields(TypedDict, total=False):
        near_clip_plane: datatypes.Float32Like | None

    class _SpatialInformationOptions(TypedDict, total=False):
        show_bounding_box: datatypes.BoolLike | None
        show_axes: datatypes.BoolLike | None
        axes: datatypes.ViewCoordinatesLike | None

    class _SpatialInformationFields(_SpatialInformationOptions, total=False):
        target_frame: datatypes.Utf8Like | None

    class _VisualBounds2DFields(TypedDict, total=False):
        range: datatypes.Range2DLike | None

    class _MapBackgroundFields(TypedDict, total=False):
        provider: blueprint_components.MapProviderLike | None

    class _MapZoomFields(TypedDict, total=False):
        zoom: datatypes.Float64Like | None


__all__ = [
    "Background",
    "EyeControls3D",
    "LineGrid3D",
    "MapBackground",
    "MapZoom",
    "NearClipPlane",
    "SpatialInformation",
    "VisualBounds2D",
]


class Background(Archetype, prefix=ARCHETYPES):
    """The background of a spatial view."""

    kind: Row[blueprint_components.BackgroundKindBatch]
    color: Row[components.ColorBatch]

    def __init__(
        self,
        color_or_kind: datatypes.Rgba32Like | blueprint_components.BackgroundKindLike | None = None,
        *,
        color: datatypes.Rgba32Like | None = None,
        kind: blueprint_components.BackgroundKindLike | None = None,
    ) -> None:
        """A background.

        Args:
            color_or_kind: One of the other two; a number is a color.
            color: The color; without a kind, the background is of this color all over.
            kind: How it is filled; dark, unless there is a color.

        Raises:
            ValueError: If `color_or_kind` is not given alone; in strict mode.
        """
        self._store_computed(lambda: _filling(color_or_kind, color, kind))

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_BackgroundFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


def _filling(color_or_kind: Any, color: Any, kind: Any) -> dict[str, object]:
    if color_or_kind is not None:
        if color is not None or kind is not None:
            raise ValueError("a background takes `color_or_kind`, or `color` and `kind`")
        if isinstance(color_or_kind, BackgroundKind | str):
            kind = color_or_kind
        else:
            color = color_or_kind
    if kind is None:
        kind = BackgroundKind.GradientDark if color is None else BackgroundKind.SolidColor
    return {"kind": kind, "color": color}


class EyeControls3D(Archetype, prefix=ARCHETYPES):
    """The eye through which a 3D view is seen."""

    kind: Row[blueprint_components.Eye3DKindBatch]
    position: Row[components.Position3DBatch]
    look_target: Row[components.Position3DBatch]
    eye_up: Row[components.Vector3DBatch]
    speed: Row[components.LinearSpeedBatch]
    tracking_entity: Row[components.EntityPathBatch]
    spin_speed: Row[blueprint_components.AngularSpeedBatch]

    def __init__(self, **fields: Unpack[_EyeControls3DFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_EyeControls3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class LineGrid3D(Archetype, prefix=ARCHETYPES):
    """The grid on the ground of a 3D view."""

    visible: Row[components.VisibleBatch]
    spacing: Row[blueprint_components.GridSpacingBatch]
    plane: Row[components.Plane3DBatch]
    stroke_width: Row[components.StrokeWidthBatch]
    color: Row[components.ColorBatch]

    def __init__(
        self,
        visible: datatypes.BoolLike | None = None,
        **options: Unpack[_LineGrid3DOptions],
    ) -> None:
        self._store(visible=visible, **options)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_LineGrid3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class NearClipPlane(Archetype, prefix=ARCHETYPES):
    """Where the visible part of a 2D view's scene begins."""

    near_clip_plane: Row[blueprint_components.NearClipPlaneBatch]

    def __init__(self, near_clip_plane: datatypes.Float32Like) -> None:
        self._store(near_clip_plane=near_clip_plane)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_NearClipPlaneFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class SpatialInformation(Archetype, prefix=ARCHETYPES):
    """Frame, axes and bounds of a spatial view."""

    target_frame: Row[components.TransformFrameIdBatch]
    show_bounding_box: Row[blueprint_components.EnabledBatch]
    show_axes: Row[blueprint_components.EnabledBatch]
    axes: Row[components.ViewCoordinatesBatch]

    def __init__(
        self, target_frame: datatypes.Utf8Like, **options: Unpack[_SpatialInformationOptions]
    ) -> None:
        self._store(target_frame=target_frame, **options)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_SpatialInformationFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class VisualBounds2D(Archetype, prefix=ARCHETYPES, computed=("range",)):
    """The part of a 2D view's scene that must be seen."""

    range: Row[blueprint_components.VisualBounds2DBatch]

    def __init__(
        self,
        *,
        x_range: datatypes.Range1DLike | None = None,
        y_range: datatypes.Range1DLike | None = None,
    ) -> None:
        """The smallest area that is seen.

        Args:
            x_range: Its left and right bounds.
            y_range: Its upper and lower bounds.

        Raises:
            ValueError: If only one of them is given.
        """
        if (x_range is None) != (y_range is None):
            raise ValueError("visual bounds need both of `x_range` and `y_range`")
        if x_range is not None and y_range is not None:
            self._store(range=Range2D(x_range, y_range))

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_VisualBounds2DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class MapBackground(Archetype, prefix=ARCHETYPES):
    """The background of a map view."""

    provider: Row[blueprint_components.MapProviderBatch]

    def __init__(self, provider: blueprint_components.MapProviderLike) -> None:
        self._store(provider=provider)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_MapBackgroundFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class MapZoom(Archetype, prefix=ARCHETYPES):
    """The zoom of a map view."""

    zoom: Row[blueprint_components.ZoomLevelBatch]

    def __init__(self, zoom: datatypes.Float64Like) -> None:
        self._store(zoom=zoom)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_MapZoomFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
