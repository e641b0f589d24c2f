"""Every archetype stores what the reference stores, whichever of its fields are given."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rrdformats import vocabulary

if TYPE_CHECKING:
    from tests.rrdtool.sdk_archetypes.conftest import Library, Pair

ARCHETYPES = {
    archetype.short_name: archetype
    for archetype in vocabulary.archetypes()
    if archetype.name.startswith("rerun.archetypes.")
}

MATRIX = np.arange(9).reshape(3, 3)
QUATERNION = [0.5, 0.5, -0.5, 0.5]
WEIGHTS = np.linspace(-1, 1, 45).reshape(15, 3)


def rotation(lib: Library) -> Any:
    return lib.d.RotationAxisAngle([0, 0, 1], degrees=90)


def image_format(lib: Library) -> Any:
    return lib.c.ImageFormat(4, 3, color_model="RGB", channel_datatype="U8")


# One value of each component that archetypes have; functions make it of a library.
SAMPLES: dict[str, Any] = {
    "AggregationPolicy": "Max",
    "AlbedoFactor": [1, 2, 3],
    "AnnotationContext": [(1, "one", (255, 0, 0)), (2, "two")],
    "AxisLength": 2.5,
    "Blob": b"\x00\x01\xff",
    "CellSize": 0.25,
    "ChannelId": 7,
    "ClassId": 12,
    "ClearIsRecursive": True,
    "Color": 0xFF0080FF,
    "Colormap": "Viridis",
    "Count": 2**40,
    "DepthMeter": 1000,
    "DrawOrder": -3.5,
    "EntityPath": "/a/b",
    "FillMode": "Solid",
    "FillRatio": 0.5,
    "GammaCorrection": 2.2,
    "GeoLineString": [[1.5, 2.5], [3.5, 4.5]],
    "GraphEdge": ("a", "b"),
    "GraphNode": "node",
    "GraphType": "Directed",
    "HalfSize2D": [1, 2],
    "HalfSize3D": [1, 2, 3],
    "ImageBuffer": bytes(36),
    "ImageFormat": image_format,
    "ImagePlaneDistance": 3,
    "InterpolationMode": "StepAfter",
    "IsKeyframe": True,
    "KeyValuePairs": {"k": "v", "n": 1},
    "KeypointId": 3,
    "LatLon": [51.5, -0.1],
    "Length": 4,
    "LineStrip2D": [[0, 1], [2, 3], [4, 5]],
    "LineStrip3D": [[0, 1, 2], [2, 3, 4]],
    "MagnificationFilter": "Linear",
    "MarkerShape": "Cross",
    "MarkerSize": 6,
    "MediaType": "image/png",
    "MeshFaceRendering": "Front",
    "Name": "name",
    "Opacity": 0.75,
    "OpticalDensity": 1.25,
    "PinholeProjection": MATRIX,
    "PointShading": "Flat",
    "Position2D": [1, 2],
    "Position3D": [1, 2, 3],
    "Radius": 0.5,
    "Resolution": [640, 480],
    "RotationAxisAngle": rotation,
    "RotationQuat": lambda lib: lib.d.Quaternion(xyzw=QUATERNION),
    "Scalar": 1.5,
    "Scale3D": [1, 2, 3],
    "SchemaId": 9,
    "ShowLabels": False,
    "SphericalHarmonics3Rgb": WEIGHTS,
    "SphericalHarmonicsDegree": 2,
    "StrokeWidth": 2,
    "TensorData": np.arange(3, dtype=np.int16),
    "Texcoord2D": [0.5, 0.25],
    "Text": "text",
    "TextLogLevel": "WARN",
    "Timestamp": 1_700_000_000_000_000_000,
    "TransformFrameId": "frame",
    "TransformMat3x3": MATRIX,
    "TransformRelation": "ChildFromParent",
    "Translation3D": [3, 2, 1],
    "TriangleIndices": [0, 1, 2],
    "Unit": "m/s",
    "ValueRange": [0, 10],
    "Variance": 0.01,
    "Vector2D": [1, 0],
    "Vector3D": [1, 0, 0],
    "VideoCodec": "H264",
    "VideoSample": b"\x00\x00\x01",
    "VideoTimestamp": 40_000_000,
    "ViewCoordinates": [3, 2, 5],
    "Visible": False,
    "VoxelIndex": [-1, 0, 1],
    "VoxelSize": [0.1, 0.1, 0.2],
    "VoxelValue": 0.5,
}

# The reference has no conversion for these: `NotImplementedError` for every value.
IMPOSSIBLE = {"ChannelMessageCounts"}

# The reference counts the numbers of these wrong, and cannot make columns of them.
UNDIVIDED = {"SphericalHarmonics3Rgb"}

# Single values that the reference reads as several; it takes them in a list.
PAIRS = {"GraphEdge", "SphericalHarmonics3Rgb"}

# Tensors and contexts come one per call, and a list of them is read as one.
SINGLE = {"TensorData", "AnnotationContext"}


def single(lib: Library, component: str) -> Any:
    value = SAMPLES[component]
    return value(lib) if callable(value) else value


def sample(lib: Library, component: str) -> Any:
    value = single(lib, component)
    return [value] if component in PAIRS else value


def fields_of(lib: Library, archetype: str) -> dict[str, Any]:
    """A value for every field."""
    declared = {f.name: f.component_type.rpartition(".")[2] for f in ARCHETYPES[archetype].fields}
    return {name: sample(lib, c) for name, c in declared.items() if c not in IMPOSSIBLE}


def rows_of(lib: Library, archetype: str) -> dict[str, Any]:
    """Two rows for every field, one if the component allows no more."""
    declared = {f.name: f.component_type.rpartition(".")[2] for f in ARCHETYPES[archetype].fields}
    return {
        name: sample(lib, c) if c in SINGLE else [single(lib, c)] * 2
        for name, c in declared.items()
        if c not in IMPOSSIBLE and c not in UNDIVIDED
    }


def from_fields(archetype: str, lib: Library, **more: Any) -> Any:
    return getattr(lib.a, archetype).from_fields(**fields_of(lib, archetype), **more)


def columns(archetype: str, lib: Library) -> Any:
    return getattr(lib.a, archetype).columns(**rows_of(lib, archetype))


def every_field_alone(archetype: str, lib: Library) -> list[Any]:
    cls = getattr(lib.a, archetype)
    return [
        batch
        for name, value in fields_of(lib, archetype).items()
        for batch in cls.from_fields(clear_unset=True, **{name: value}).as_component_batches()
    ]


def cleared(archetype: str, lib: Library) -> Any:
    return getattr(lib.a, archetype).cleared()


def nothing(archetype: str, lib: Library) -> Any:
    return getattr(lib.a, archetype).from_fields()


EVERY = sorted(ARCHETYPES)
# Clearing these runs into an error of the reference.
CLEARABLE = [name for name in EVERY if name != "McapStatistics"]


class TestEveryArchetype:
    @pytest.mark.parametrize("archetype", EVERY)
    def test_all_fields(self, strict_pair: Pair, archetype: str) -> None:
        strict_pair.assert_stored(functools.partial(from_fields, archetype))

    @pytest.mark.parametrize("archetype", EVERY)
    def test_columns(self, strict_pair: Pair, archetype: str) -> None:
        strict_pair.assert_stored(functools.partial(columns, archetype))

    @pytest.mark.parametrize("archetype", CLEARABLE)
    def test_each_field_alone_with_all_others_cleared(
        self, strict_pair: Pair, archetype: str
    ) -> None:
        strict_pair.assert_stored(functools.partial(every_field_alone, archetype))

    @pytest.mark.parametrize("archetype", CLEARABLE)
    def test_cleared(self, strict_pair: Pair, archetype: str) -> None:
        strict_pair.assert_stored(functools.partial(cleared, archetype))

    @pytest.mark.parametrize("archetype", [name for name in EVERY if name != "BarChart"])
    def test_no_fields(self, strict_pair: Pair, archetype: str) -> None:
        strict_pair.assert_stored(functools.partial(nothing, archetype))
