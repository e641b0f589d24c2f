"""Where things are: transforms, coordinate frames, cameras, the meaning of axes."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, recommended, required
from rrdformats.vocabulary.shared_rows import QUATERNIONS, ROTATION_AXIS_ANGLES

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("Translation3D", "Vec3D", "A shift in space."),
    core.component("RotationAxisAngle", "RotationAxisAngle", "A rotation as axis and angle."),
    core.component("RotationQuat", "Quaternion", "A rotation as a quaternion."),
    core.component("Scale3D", "Vec3D", "A factor for each axis."),
    core.component("TransformMat3x3", "Mat3x3", "A linear map of space."),
    core.component("TransformFrameId", "Utf8", "The name of a coordinate frame."),
    core.component(
        "TransformRelation",
        one_of(ParentFromChild=1, ChildFromParent=2, default="ParentFromChild"),
        "Which way a transform leads.",
    ),
    core.component("AxisLength", "Float32", "Length of drawn coordinate axes (scene units)."),
    core.component("ViewCoordinates", "ViewCoordinates", "Where the axes of a space point to."),
    core.component("PinholeProjection", "Mat3x3", "The intrinsic matrix of a camera."),
    core.component("Resolution", "Vec2D", "Width and height (pixels)."),
    core.component(
        "ImagePlaneDistance", "Float32", "How far before a camera its image is drawn (scene units)."
    ),
)

ARCHETYPES = (
    core.archetype(
        "CoordinateFrame",
        "The coordinate frame that an entity's data is given in.",
        required.mono("frame", "TransformFrameId", "Name of the frame."),
        visualizer=False,
    ),
    core.archetype(
        "InstancePoses3D",
        "Transforms that draw an entity's own data once each; children are not affected.",
        optional.batch("translations", "Translation3D", "Shift of each instance."),
        ROTATION_AXIS_ANGLES,
        QUATERNIONS,
        optional.batch("scales", "Scale3D", "Scale of each instance."),
        optional.batch("mat3x3", "TransformMat3x3", "Linear map of each instance."),
        visualizer=False,
    ),
    core.archetype(
        "Pinhole",
        "A perspective camera: how points in space land on its image.",
        required.mono("image_from_camera", "PinholeProjection", "Camera space to pixels."),
        recommended.mono("resolution", "Resolution", "Size of the image."),
        optional.mono("camera_xyz", "ViewCoordinates", "Where the camera's axes point to."),
        optional.mono("child_frame", "TransformFrameId", "Frame of the image plane."),
        optional.mono("parent_frame", "TransformFrameId", "Frame that the camera stands in."),
        optional.mono(
            "image_plane_distance", "ImagePlaneDistance", "How far away the image is drawn."
        ),
        optional.mono("color", "Color", "Color of the drawn camera."),
        optional.mono("line_width", "Radius", "Thickness of the drawn camera's lines."),
    ),
    core.archetype(
        "Transform3D",
        "The transform between an entity and its parent, or between two named frames.",
        optional.mono("translation", "Translation3D", "Shift, applied last."),
        optional.mono("rotation_axis_angle", "RotationAxisAngle", "Rotation as axis and angle."),
        optional.mono("quaternion", "RotationQuat", "Rotation as a quaternion."),
        optional.mono("scale", "Scale3D", "Scale of each axis."),
        optional.mono("mat3x3", "TransformMat3x3", "Any linear map."),
        optional.mono("relation", "TransformRelation", "Which way the transform leads."),
        optional.mono("child_frame", "TransformFrameId", "Frame that it leads from."),
        optional.mono("parent_frame", "TransformFrameId", "Frame that it leads into."),
        visualizer=False,
    ),
    core.archetype(
        "TransformAxes3D",
        "Arrows that show the axes of an entity's transform.",
        required.mono("axis_length", "AxisLength", "Length of the arrows."),
        optional.mono("show_frame", "ShowLabels", "Whether the frame's name is written there."),
    ),
    core.archetype(
        "ViewCoordinates",
        "What x, y and z mean in a space: which way is up, which forward.",
        required.mono("xyz", "ViewCoordinates", "Where each axis points to."),
        visualizer=False,
    ),
)
