"""Fields that recur in many archetypes, as type checkers see them; not imported at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from rrdtool import components, datatypes

__all__ = ["DepthFields", "InstanceFields", "PictureFields", "PoseFields"]


class InstanceFields(TypedDict, total=False):
    """How each instance looks.

    Attributes:
        colors: Color of each instance.
        labels: Text beside each instance.
        show_labels: Whether the labels are drawn.
        class_ids: Class that gives default color and label.
    """

    colors: datatypes.Rgba32ArrayLike | None
    labels: datatypes.Utf8ArrayLike | None
    show_labels: datatypes.BoolArrayLike | None
    class_ids: datatypes.ClassIdArrayLike | None


class PoseFields(TypedDict, total=False):
    """How each instance is turned.

    Attributes:
        rotation_axis_angles: Rotation as axis and angle.
        quaternions: Rotation as a quaternion.
    """

    rotation_axis_angles: datatypes.RotationAxisAngleArrayLike | None
    quaternions: datatypes.QuaternionArrayLike | None


class PictureFields(TypedDict, total=False):
    """How a flat image is drawn.

    Attributes:
        opacity: Opacity of the whole, 0 to 1.
        draw_order: What lies above what; higher is above.
        magnification_filter: How pixels are enlarged when zoomed in.
    """

    opacity: datatypes.Float32ArrayLike | None
    draw_order: datatypes.Float32ArrayLike | None
    magnification_filter: components.MagnificationFilterArrayLike | None


class DepthFields(TypedDict, total=False):
    """How an image of distances is drawn.

    Attributes:
        meter: Units per meter: 1000 if the image is in millimeters.
        colormap: How distances become colors.
        depth_range: Distances that the color scale covers.
        point_fill_ratio: Size of the points when seen in space.
        draw_order: What lies above what; higher is above.
        magnification_filter: How pixels are enlarged when zoomed in.
    """

    meter: datatypes.Float32ArrayLike | None
    colormap: components.ColormapArrayLike | None
    depth_range: datatypes.Range1DArrayLike | None
    point_fill_ratio: datatypes.Float32ArrayLike | None
    draw_order: datatypes.Float32ArrayLike | None
    magnification_filter: components.MagnificationFilterArrayLike | None
