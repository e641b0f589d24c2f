"""Views of space: 2D, 3D, maps and graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from rrdtool.blueprint.archetypes.graphs import (
    ForceCenter,
    ForceCollisionRadius,
    ForceLink,
    ForceManyBody,
    ForcePosition,
    GraphBackground,
)
from rrdtool.blueprint.archetypes.scenes import (
    Background,
    EyeControls3D,
    LineGrid3D,
    MapBackground,
    MapZoom,
    SpatialInformation,
    VisualBounds2D,
)
from rrdtool.blueprint.archetypes.times import VisibleTimeRanges
from rrdtool.blueprint.views.base import KnownView, ViewOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rrdtool import datatypes
    from rrdtool.blueprint import components

__all__ = ["GraphView", "MapView", "Spatial2DView", "Spatial3DView"]


class Spatial2DView(KnownView, class_identifier="2D"):
    """A view of images and shapes in the plane.

    Args:
        background: A background, its color, or how it is filled.
        visual_bounds: The smallest area that is seen.
        spatial_information: The frame in which it is drawn, and what it shows of frames.
        time_ranges: The times that it shows at once.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        background: Background | datatypes.Rgba32Like | components.BackgroundKindLike | None = None,
        visual_bounds: VisualBounds2D | None = None,
        spatial_information: SpatialInformation | None = None,
        time_ranges: VisibleTimeRanges
        | datatypes.VisibleTimeRangeLike
        | Sequence[datatypes.VisibleTimeRangeLike]
        | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(
            options,
            (Background, background),
            (VisualBounds2D, visual_bounds),
            (SpatialInformation, spatial_information),
            (VisibleTimeRanges, time_ranges),
        )


class Spatial3DView(KnownView, class_identifier="3D"):
    """A view of shapes in space.

    Args:
        background: A background, its color, or how it is filled.
        line_grid: A grid, or whether there is one.
        spatial_information: The frame in which it is drawn, and what it shows of frames.
        eye_controls: The eye through which it is seen.
        time_ranges: The times that it shows at once.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        background: Background | datatypes.Rgba32Like | components.BackgroundKindLike | None = None,
        line_grid: LineGrid3D | datatypes.BoolLike | None = None,
        spatial_information: SpatialInformation | None = None,
        eye_controls: EyeControls3D | None = None,
        time_ranges: VisibleTimeRanges
        | datatypes.VisibleTimeRangeLike
        | Sequence[datatypes.VisibleTimeRangeLike]
        | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(
            options,
            (Background, background),
            (LineGrid3D, line_grid),
            (SpatialInformation, spatial_information),
            (EyeControls3D, eye_controls),
            (VisibleTimeRanges, time_ranges),
        )


class MapView(KnownView, class_identifier="Map"):
    """A view of places on a map.

    Args:
        zoom: The level of zoom.
        background: The map.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        zoom: MapZoom | datatypes.Float64Like | None = None,
        background: MapBackground | components.MapProviderLike | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(options, (MapZoom, zoom), (MapBackground, background))


class GraphView(KnownView, class_identifier="Graph"):
    """A view of nodes and edges.

    Args:
        background: The background.
        visual_bounds: The smallest area that is seen.
        force_link: What draws the ends of an edge together.
        force_many_body: What drives all nodes apart, or together.
        force_position: What draws all nodes to one place.
        force_collision_radius: What keeps nodes from lying on each other.
        force_center: What moves the middle of all nodes to the center.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        background: GraphBackground | None = None,
        visual_bounds: VisualBounds2D | None = None,
        force_link: ForceLink | None = None,
        force_many_body: ForceManyBody | None = None,
        force_position: ForcePosition | None = None,
        force_collision_radius: ForceCollisionRadius | None = None,
        force_center: ForceCenter | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(
            options,
            (GraphBackground, background),
            (VisualBounds2D, visual_bounds),
            (ForceLink, force_link),
            (ForceManyBody, force_many_body),
            (ForcePosition, force_position),
            (ForceCollisionRadius, force_collision_radius),
            (ForceCenter, force_center),
        )
