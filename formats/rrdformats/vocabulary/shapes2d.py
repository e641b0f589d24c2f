"""Shapes in the plane: points, lines, arrows, boxes, ellipses."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, optional, recommended, required
from rrdformats.vocabulary.shared_rows import (
    CLASS_IDS,
    COLORS,
    DRAW_ORDER,
    KEYPOINT_IDS,
    LABELS,
    LINE_RADII,
    SHOW_LABELS,
)

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("Position2D", "Vec2D", "A point in the plane."),
    core.component("Vector2D", "Vec2D", "A direction with a length in the plane."),
    core.component("HalfSize2D", "Vec2D", "From the center to an edge, on each axis."),
    core.component("LineStrip2D", "list<item: Vec2D not null>", "Points joined by lines."),
)

ARCHETYPES = (
    core.archetype(
        "Arrows2D",
        "Arrows in the plane.",
        required.batch("vectors", "Vector2D", "From the tail of each arrow to its tip."),
        recommended.batch("origins", "Position2D", "Where each arrow starts."),
        optional.batch("radii", "Radius", "Half the thickness of each shaft."),
        optional.batch("colors", "Color", "Color of each arrow."),
        LABELS,
        SHOW_LABELS,
        DRAW_ORDER,
        CLASS_IDS,
    ),
    core.archetype(
        "Boxes2D",
        "Axis-aligned rectangles.",
        required.batch("half_sizes", "HalfSize2D", "Half the width and height of each box."),
        recommended.batch("centers", "Position2D", "Center of each box."),
        COLORS,
        optional.batch("radii", "Radius", "Half the thickness of the outlines."),
        LABELS,
        SHOW_LABELS,
        DRAW_ORDER,
        CLASS_IDS,
    ),
    core.archetype(
        "Ellipses2D",
        "Axis-aligned ellipses and circles.",
        required.batch("half_sizes", "HalfSize2D", "The two radii of each ellipse."),
        recommended.batch("centers", "Position2D", "Center of each ellipse."),
        COLORS,
        LINE_RADII,
        LABELS,
        SHOW_LABELS,
        DRAW_ORDER,
        CLASS_IDS,
    ),
    core.archetype(
        "LineStrips2D",
        "Polylines in the plane.",
        required.batch("strips", "LineStrip2D", "The points of each polyline."),
        recommended.batch("radii", "Radius", "Half the thickness of each polyline."),
        COLORS,
        LABELS,
        SHOW_LABELS,
        DRAW_ORDER,
        CLASS_IDS,
    ),
    core.archetype(
        "Points2D",
        "Points in the plane.",
        required.batch("positions", "Position2D", "Where each point lies."),
        recommended.batch("radii", "Radius", "Radius of each point."),
        COLORS,
        LABELS,
        SHOW_LABELS,
        DRAW_ORDER,
        CLASS_IDS,
        KEYPOINT_IDS,
    ),
)
