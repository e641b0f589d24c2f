"""Components: values with a meaning, as the fields of archetypes hold them.

Each component `X` comes with `XBatch`, which holds any number of them. Most are a value type of
`rrdtool.datatypes` under a name of their own, and take what that takes.
"""

# ruff: noqa: F403 - the names are those that each module lists

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
    # what type checkers see; at run time a family is loaded when one of its names is used
    from rrdtool.components.annotations import *
    from rrdtool.components.basics import *
    from rrdtool.components.images import *
    from rrdtool.components.mcap import *
    from rrdtool.components.places import *
    from rrdtool.components.plots import *
    from rrdtool.components.shapes import *
    from rrdtool.components.strips import *
    from rrdtool.components.tensors import *
    from rrdtool.components.texts import *
    from rrdtool.components.transforms import *

_FAMILIES = {
    "basics": (
        "Blob Bool ClassId ClearIsRecursive Color Count DrawOrder EntryKind Flag Interactive "
        "KeypointId Length LinearSpeed Opacity Radius Range1D ShowLabels Thumbnail Timestamp "
        "ValueRange Visible"
    ),
    "texts": (
        "EntityPath KeyValuePairs MediaType Name Text TextLogLevel TransformFrameId Unit Url"
    ),
    "shapes": (
        "AlbedoFactor FillMode HalfSize2D HalfSize3D MeshFaceRendering OpticalDensity Plane3D "
        "PointShading Position2D Position3D SphericalHarmonics3Rgb SphericalHarmonicsDegree "
        "Texcoord2D TriangleIndices Vector2D Vector3D"
    ),
    "strips": "GeoLineString LineStrip2D LineStrip3D",
    "transforms": (
        "AxisLength ImagePlaneDistance PinholeProjection Resolution RotationAxisAngle "
        "RotationQuat Scale3D TransformMat3x3 TransformRelation Translation3D ViewCoordinates"
    ),
    "images": (
        "Colormap DepthMeter FillRatio GammaCorrection ImageBuffer ImageFormat IsKeyframe "
        "MagnificationFilter VideoCodec VideoSample VideoTimestamp"
    ),
    "annotations": "AnnotationContext",
    "plots": (
        "AggregationPolicy InterpolationMode MarkerShape MarkerSize Scalar StrokeWidth Variance"
    ),
    "tensors": (
        "TensorData TensorDimensionIndexSelection TensorHeightDimension TensorWidthDimension"
    ),
    "places": ("CellSize GraphEdge GraphNode GraphType LatLon VoxelIndex VoxelSize VoxelValue"),
    "mcap": "ChannelId ChannelMessageCounts SchemaId",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = load_on_use(__name__, _FAMILIES)
