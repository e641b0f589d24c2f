"""Archetypes: what can be logged, one class each.

An archetype is a set of components that belong together: `Points3D` has positions, radii, colors
and more. A family is loaded when one of its names is first used.

| module | archetypes |
|---|---|
| `annotations` | AnnotationContext |
| `assets` | Asset3D, AssetAudio, AssetVideo |
| `boxes` | Box2DFormat, Boxes2D, Boxes3D |
| `cameras` | Pinhole |
| `encoded_images` | EncodedDepthImage, EncodedImage |
| `graphs` | GraphEdges, GraphNodes |
| `grids` | GridMap, Volume3D, VoxelGridMap |
| `images` | DepthImage, Image, ImageLike, SegmentationImage |
| `lines` | Arrows2D, Arrows3D, LineStrips2D, LineStrips3D |
| `maps` | GeoLineStrings, GeoPoints |
| `mcap` | McapChannel, McapMessage, McapSchema, McapStatistics |
| `meshes` | Mesh3D |
| `plots` | Measurements, Scalars, SeriesLines, SeriesPoints, StateChange, StateConfiguration |
| `points` | GaussianSplats3D, Points2D, Points3D |
| `recording` | Clear, RecordingInfo |
| `round_shapes` | Capsules3D, Cylinders3D, Ellipses2D, Ellipsoids3D |
| `tensors` | BarChart, Tensor |
| `text` | TextDocument, TextLog |
| `transforms` | CoordinateFrame, InstancePoses3D, Transform3D, TransformAxes3D |
| `video` | VideoFrameReference, VideoStream |
| `view_coordinates` | ViewCoordinates |
| `base`, `partitioning`, `visualizers` | what all of them have in common |
| `files`, `image_arrays`, `rotations`, `video_times` | what their constructors are made of |
| `shared_fields` | parameters that recur, for type checkers |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
    from rrdtool.archetypes.annotations import AnnotationContext
    from rrdtool.archetypes.assets import Asset3D, AssetAudio, AssetVideo
    from rrdtool.archetypes.base import Archetype, VisualizableArchetype
    from rrdtool.archetypes.boxes import Box2DFormat, Boxes2D, Boxes3D
    from rrdtool.archetypes.cameras import Pinhole
    from rrdtool.archetypes.encoded_images import EncodedDepthImage, EncodedImage
    from rrdtool.archetypes.graphs import GraphEdges, GraphNodes
    from rrdtool.archetypes.grids import GridMap, Volume3D, VoxelGridMap
    from rrdtool.archetypes.images import DepthImage, Image, ImageLike, SegmentationImage
    from rrdtool.archetypes.lines import Arrows2D, Arrows3D, LineStrips2D, LineStrips3D
    from rrdtool.archetypes.maps import GeoLineStrings, GeoPoints
    from rrdtool.archetypes.mcap import McapChannel, McapMessage, McapSchema, McapStatistics
    from rrdtool.archetypes.meshes import Mesh3D
    from rrdtool.archetypes.plots import (
        Measurements,
        Scalars,
        SeriesLines,
        SeriesPoints,
        StateChange,
        StateConfiguration,
    )
    from rrdtool.archetypes.points import GaussianSplats3D, Points2D, Points3D
    from rrdtool.archetypes.recording import Clear, RecordingInfo
    from rrdtool.archetypes.round_shapes import Capsules3D, Cylinders3D, Ellipses2D, Ellipsoids3D
    from rrdtool.archetypes.tensors import BarChart, Tensor
    from rrdtool.archetypes.text import TextDocument, TextLog
    from rrdtool.archetypes.transforms import (
        CoordinateFrame,
        InstancePoses3D,
        Transform3D,
        TransformAxes3D,
    )
    from rrdtool.archetypes.video import VideoFrameReference, VideoStream
    from rrdtool.archetypes.view_coordinates import ViewCoordinates
    from rrdtool.archetypes.visualizers import Visualizer

__all__ = [
    "AnnotationContext",
    "Archetype",
    "Arrows2D",
    "Arrows3D",
    "Asset3D",
    "AssetAudio",
    "AssetVideo",
    "BarChart",
    "Box2DFormat",
    "Boxes2D",
    "Boxes3D",
    "Capsules3D",
    "Clear",
    "CoordinateFrame",
    "Cylinders3D",
    "DepthImage",
    "Ellipses2D",
    "Ellipsoids3D",
    "EncodedDepthImage",
    "EncodedImage",
    "GaussianSplats3D",
    "GeoLineStrings",
    "GeoPoints",
    "GraphEdges",
    "GraphNodes",
    "GridMap",
    "Image",
    "ImageLike",
    "InstancePoses3D",
    "LineStrips2D",
    "LineStrips3D",
    "McapChannel",
    "McapMessage",
    "McapSchema",
    "McapStatistics",
    "Measurements",
    "Mesh3D",
    "Pinhole",
    "Points2D",
    "Points3D",
    "RecordingInfo",
    "Scalars",
    "SegmentationImage",
    "SeriesLines",
    "SeriesPoints",
    "StateChange",
    "StateConfiguration",
    "Tensor",
    "TextDocument",
    "TextLog",
    "Transform3D",
    "TransformAxes3D",
    "VideoFrameReference",
    "VideoStream",
    "ViewCoordinates",
    "VisualizableArchetype",
    "Visualizer",
    "Volume3D",
    "VoxelGridMap",
]

_FAMILIES = {
    "annotations": "AnnotationContext",
    "assets": "Asset3D AssetAudio AssetVideo",
    "base": "Archetype VisualizableArchetype",
    "boxes": "Box2DFormat Boxes2D Boxes3D",
    "cameras": "Pinhole",
    "encoded_images": "EncodedDepthImage EncodedImage",
    "graphs": "GraphEdges GraphNodes",
    "grids": "GridMap Volume3D VoxelGridMap",
    "images": "DepthImage Image ImageLike SegmentationImage",
    "lines": "Arrows2D Arrows3D LineStrips2D LineStrips3D",
    "maps": "GeoLineStrings GeoPoints",
    "mcap": "McapChannel McapMessage McapSchema McapStatistics",
    "meshes": "Mesh3D",
    "plots": "Measurements Scalars SeriesLines SeriesPoints StateChange StateConfiguration",
    "points": "GaussianSplats3D Points2D Points3D",
    "recording": "Clear RecordingInfo",
    "round_shapes": "Capsules3D Cylinders3D Ellipses2D Ellipsoids3D",
    "tensors": "BarChart Tensor",
    "text": "TextDocument TextLog",
    "transforms": "CoordinateFrame InstancePoses3D Transform3D TransformAxes3D",
    "video": "VideoFrameReference VideoStream",
    "view_coordinates": "ViewCoordinates",
    "visualizers": "Visualizer",
}

if not TYPE_CHECKING:
    __getattr__ = load_on_use(__name__, _FAMILIES)[0]  # what else it makes lists batches too


def __dir__() -> list[str]:
    return __all__
