"""Rows that recur in many archetypes with the same meaning."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import optional, recommended

__all__ = [
    "CLASS_IDS",
    "COLORMAP",
    "COLORS",
    "DRAW_ORDER",
    "FILL_MODE",
    "KEYPOINT_IDS",
    "LABELS",
    "LINE_RADII",
    "MAGNIFICATION_FILTER",
    "OPACITY",
    "QUATERNIONS",
    "ROTATION_AXIS_ANGLES",
    "SHOW_LABELS",
]

COLORS = recommended.batch("colors", "Color", "Color of each instance.")
LABELS = optional.batch("labels", "Text", "Text beside each instance.")
SHOW_LABELS = optional.mono("show_labels", "ShowLabels", "Whether the labels are drawn.")
CLASS_IDS = optional.batch("class_ids", "ClassId", "Class that gives default color and label.")
KEYPOINT_IDS = optional.batch("keypoint_ids", "KeypointId", "Keypoint of the class, by number.")
DRAW_ORDER = optional.mono("draw_order", "DrawOrder", "What lies above what; higher is above.")

LINE_RADII = optional.batch("line_radii", "Radius", "Radius of the lines of a wireframe.")
FILL_MODE = optional.mono("fill_mode", "FillMode", "Whether faces, edges or both are drawn.")
ROTATION_AXIS_ANGLES = optional.batch(
    "rotation_axis_angles", "RotationAxisAngle", "Rotation as axis and angle."
)
QUATERNIONS = optional.batch("quaternions", "RotationQuat", "Rotation as a quaternion.")

OPACITY = optional.mono("opacity", "Opacity", "Opacity of the whole, 0 to 1.")
COLORMAP = optional.mono("colormap", "Colormap", "How single values become colors.")
MAGNIFICATION_FILTER = optional.mono(
    "magnification_filter", "MagnificationFilter", "How pixels are enlarged when zoomed in."
)
