"""Value types: reusable values that components are made of.

Each type `X` comes with `XBatch`, which holds any number of them, and with the type aliases `XLike`
and `XArrayLike`: what can be given for one value, and for many.
"""

# ruff: noqa: F403 - the names are those that each module lists

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
    # what type checkers see; at run time a family is loaded when one of its names is used
    from rrdtool.datatypes.annotations import *
    from rrdtool.datatypes.blobs import *
    from rrdtool.datatypes.channels import *
    from rrdtool.datatypes.colors import *
    from rrdtool.datatypes.harmonics import *
    from rrdtool.datatypes.images import *
    from rrdtool.datatypes.matrices import *
    from rrdtool.datatypes.numbers import *
    from rrdtool.datatypes.rotations import *
    from rrdtool.datatypes.tensors import *
    from rrdtool.datatypes.texts import *
    from rrdtool.datatypes.times import *
    from rrdtool.datatypes.vectors import *
    from rrdtool.datatypes.views import *

_FAMILIES = {
    "numbers": "Bool ClassId Float32 Float64 KeypointId UInt16 UInt32 UInt64",
    "texts": "EntityPath Utf8 Utf8Pair",
    "vectors": ("DVec2D IVec3D Range1D Range2D UVec2D UVec3D UVec4D Uuid Vec2D Vec3D Vec4D"),
    "matrices": "Mat3x3 Mat4x4",
    "rotations": "Angle Plane3D Quaternion RotationAxisAngle",
    "colors": "Rgba32",
    "blobs": "Blob",
    "images": "ChannelDatatype ColorModel ImageFormat PixelFormat",
    "annotations": "AnnotationInfo ClassDescription ClassDescriptionMapElem KeypointPair",
    "tensors": ("TensorBuffer TensorData TensorDimensionIndexSelection TensorDimensionSelection"),
    "times": (
        "AbsoluteTimeRange TimeInt TimeRange TimeRangeBoundary VideoTimestamp VisibleTimeRange"
    ),
    "views": "ViewCoordinates ViewDir",
    "channels": "ChannelCountPair",
    "harmonics": "SphericalHarmonics3Rgb",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = load_on_use(__name__, _FAMILIES)
