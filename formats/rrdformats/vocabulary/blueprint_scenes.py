"""Blueprints: spatial views, maps and graphs."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import blueprint, one_of, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    # spatial views
    blueprint.component(
        "BackgroundKind",
        one_of(GradientDark=1, GradientBright=2, SolidColor=3, default="GradientDark"),
        "How a background is filled.",
    ),
    blueprint.component(
        "Eye3DKind",
        one_of(FirstPerson=1, Orbital=2, default="Orbital"),
        "Whether an eye moves freely or around a point.",
    ),
    blueprint.component("AngularSpeed", "Float64", "A speed of rotation (radians per second)."),
    blueprint.component("GridSpacing", "Float32", "Distance of grid lines (scene units)."),
    blueprint.component("NearClipPlane", "Float32", "Distance before which nothing is drawn."),
    blueprint.component("VisualBounds2D", "Range2D", "The rectangle that a 2D view must show."),
    # maps
    blueprint.component(
        "MapProvider",
        one_of(
            OpenStreetMap=1,
            MapboxStreets=2,
            MapboxDark=3,
            MapboxSatellite=4,
            MapboxLight=5,
            default="OpenStreetMap",
        ),
        "Who draws the map.",
    ),
    blueprint.component("ZoomLevel", "Float64", "Zoom of a map; each level doubles the scale."),
    # graphs
    blueprint.component("ForceStrength", "Float64", "The weight of a force."),
    blueprint.component("ForceDistance", "Float64", "The distance that a force aims at."),
    blueprint.component("ForceIterations", "UInt64", "How often a force acts in each step."),
)

_FORCE_ENABLED = optional.mono("enabled", "blueprint.Enabled", "Whether the force acts.")
_FORCE_STRENGTH = optional.mono("strength", "blueprint.ForceStrength", "Weight of the force.")
_FORCE_ITERATIONS = optional.mono(
    "iterations", "blueprint.ForceIterations", "How often the force acts in each step."
)

ARCHETYPES = (
    blueprint.archetype(
        "Background",
        "The background of a spatial view.",
        required.mono("kind", "blueprint.BackgroundKind", "How it is filled."),
        optional.mono("color", "Color", "Its color, if it is of one color."),
    ),
    blueprint.archetype(
        "EyeControls3D",
        "The eye through which a 3D view is seen.",
        optional.mono("kind", "blueprint.Eye3DKind", "How it moves."),
        optional.mono("position", "Position3D", "Where it is."),
        optional.mono("look_target", "Position3D", "What it looks at."),
        optional.mono("eye_up", "Vector3D", "Which way is up for it."),
        optional.mono("speed", "LinearSpeed", "How fast the keys move it."),
        optional.mono("tracking_entity", "EntityPath", "Entity that it follows."),
        optional.mono("spin_speed", "blueprint.AngularSpeed", "How fast it circles by itself."),
    ),
    blueprint.archetype(
        "LineGrid3D",
        "The grid on the ground of a 3D view.",
        optional.mono("visible", "Visible", "Whether it is drawn."),
        optional.mono("spacing", "blueprint.GridSpacing", "Distance of its lines."),
        optional.mono("plane", "Plane3D", "Plane in which it lies."),
        optional.mono("stroke_width", "StrokeWidth", "Thickness of its lines."),
        optional.mono("color", "Color", "Color of its lines."),
    ),
    blueprint.archetype(
        "NearClipPlane",
        "Where the visible part of a 2D view's scene begins.",
        optional.mono("near_clip_plane", "blueprint.NearClipPlane", "Distance from the eye."),
    ),
    blueprint.archetype(
        "SpatialInformation",
        "Frame, axes and bounds of a spatial view.",
        optional.mono("target_frame", "TransformFrameId", "Frame that all is transformed into."),
        optional.mono("show_bounding_box", "blueprint.Enabled", "Whether bounds are drawn."),
        optional.mono("show_axes", "blueprint.Enabled", "Whether axes are drawn at the origin."),
        optional.mono("axes", "ViewCoordinates", "Where the axes of a 3D view point to."),
    ),
    blueprint.archetype(
        "VisualBounds2D",
        "The part of a 2D view's scene that must be seen.",
        required.mono("range", "blueprint.VisualBounds2D", "That rectangle."),
    ),
    blueprint.archetype(
        "MapBackground",
        "The background of a map view.",
        optional.mono("provider", "blueprint.MapProvider", "Who draws the map."),
    ),
    blueprint.archetype(
        "MapZoom",
        "The zoom of a map view.",
        optional.mono("zoom", "blueprint.ZoomLevel", "Its level."),
    ),
    blueprint.archetype(
        "GraphBackground",
        "The background of a graph view.",
        optional.mono("color", "Color", "Its color."),
    ),
    blueprint.archetype(
        "ForceCenter",
        "A force that draws the whole graph to the origin.",
        _FORCE_ENABLED,
        _FORCE_STRENGTH,
    ),
    blueprint.archetype(
        "ForceCollisionRadius",
        "A force that parts nodes whose circles overlap.",
        _FORCE_ENABLED,
        _FORCE_STRENGTH,
        _FORCE_ITERATIONS,
    ),
    blueprint.archetype(
        "ForceLink",
        "A force that holds joined nodes at a distance.",
        _FORCE_ENABLED,
        optional.mono("distance", "blueprint.ForceDistance", "The distance aimed at."),
        _FORCE_ITERATIONS,
    ),
    blueprint.archetype(
        "ForceManyBody",
        "A force between all nodes: negative strength repels, positive attracts.",
        _FORCE_ENABLED,
        _FORCE_STRENGTH,
    ),
    blueprint.archetype(
        "ForcePosition",
        "A force that draws each node to a point.",
        _FORCE_ENABLED,
        _FORCE_STRENGTH,
        optional.mono("position", "Position2D", "That point."),
    ),
)
