"""Transforms, cameras, tensors and times, in all the forms in which a program may give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.rrdtool.sdk_archetypes.conftest import Case, Library, Pair

MATRIX = np.arange(9).reshape(3, 3)


def called(archetype: str, *arguments: Any, **named: Any) -> Case:
    """A call to a constructor; arguments that can be called make their value of a library."""

    def made(lib: Library, value: Any) -> Any:
        return value(lib) if callable(value) else value

    def case(lib: Library) -> Any:
        values = {name: made(lib, value) for name, value in named.items()}
        return getattr(lib.a, archetype)(*(made(lib, value) for value in arguments), **values)

    return case


def rotation(lib: Library) -> Any:
    return lib.d.RotationAxisAngle([0, 0, 1], degrees=90)


def quaternion(lib: Library) -> Any:
    return lib.d.Quaternion(xyzw=[0.5, 0.5, -0.5, 0.5])


TRANSFORMS: dict[str, dict[str, Any]] = {
    "identity": {},
    "quaternion": {"rotation": quaternion},
    "axis and angle": {"rotation": rotation},
    "component": {"rotation": lambda lib: lib.c.RotationQuat(xyzw=[0, 0, 0, 1])},
    "axes and angles": {"rotation": lambda lib: [rotation(lib)]},
    "plain": {"rotation": [0, 0, 0, 1]},
    "array": {"rotation": np.array([0, 0, 0, 1])},
    "twice": {"rotation": quaternion, "quaternion": quaternion},
    "in two forms": {"rotation": quaternion, "rotation_axis_angle": rotation},
    "both fields": {"quaternion": quaternion, "rotation_axis_angle": rotation},
    "all": {"mat3x3": MATRIX, "scale": 2, "rotation": rotation, "translation": [1, 2, 3]},
    "scale": {"scale": [1, 2, 3]},
    "scale numpy": {"scale": np.float32(2)},
    "scale component": {"scale": lambda lib: lib.c.Scale3D(2)},
    "scale value": {"scale": lambda lib: lib.d.Float32(2)},
    "scale of one": {"scale": [2]},
    "scale of none": {"scale": []},
    "scale text": {"scale": "a"},
    "scale bool": {"scale": True},
    "from parent": {"from_parent": True, "translation": [1, 2, 3]},
    "not from parent": {"from_parent": False},
    "from parent, relation": {"from_parent": True, "relation": "ChildFromParent"},
    "relation": {"relation": "parentfromchild"},
    "frames": {"child_frame": "a", "parent_frame": "b"},
    "several": {"translation": [[1, 2, 3], [4, 5, 6]]},
    "bad translation": {"translation": [1, 2], "scale": 1},
}

FOCAL = {"focal_length": 3}
WIDTH_HEIGHT = {"width": 4, "height": 6}
CENTER = {"principal_point": [1, 2]}
VIEW = {"fov_y": 1.0, "aspect_ratio": 1.5}
GIVEN = {"image_from_camera": MATRIX}
SIZE = {"resolution": [5, 7]}

CAMERAS: dict[str, dict[str, Any]] = {
    "size": {**FOCAL, **WIDTH_HEIGHT},
    "fx fy": {"focal_length": (3, 5), **WIDTH_HEIGHT},
    "fx fy array": {"focal_length": np.array([3, 5]), **WIDTH_HEIGHT},
    "resolution": {**FOCAL, **SIZE},
    "resolution object": {**FOCAL, "resolution": lambda lib: lib.d.Vec2D([3, 4])},
    "resolution of three": {**FOCAL, "resolution": [3, 4, 5]},
    "one in a list": {"focal_length": [3], **SIZE},
    "three in a list": {"focal_length": [3, 4, 5], **SIZE},
    "center": {**FOCAL, **CENTER},
    "center, size": {**FOCAL, **CENTER, **WIDTH_HEIGHT},
    "center, no focal length": {**CENTER, **WIDTH_HEIGHT},
    "width alone": {**FOCAL, "width": 4},
    "height alone": {**FOCAL, "height": 4},
    "focal length alone": FOCAL,
    "view": VIEW,
    "view, center": {**VIEW, "principal_point": [0.1, 0.2]},
    "view, size": {**VIEW, **WIDTH_HEIGHT, **FOCAL},
    "view, resolution": {**VIEW, **SIZE},
    "half a view": {"fov_y": 1.0, **WIDTH_HEIGHT},
    "half a view, focal length": {"fov_y": 1.0, **WIDTH_HEIGHT, **FOCAL},
    "aspect ratio alone": {"aspect_ratio": 1.0},
    "matrix": GIVEN,
    "matrix, resolution": {**GIVEN, **SIZE},
    "matrix, size": {**GIVEN, **WIDTH_HEIGHT},
    "matrix, width": {**GIVEN, "width": 4},
    "matrix, both sizes": {**GIVEN, **SIZE, **WIDTH_HEIGHT},
    "matrix, all": {**GIVEN, **FOCAL, **CENTER, **VIEW},
    "both sizes": {**FOCAL, **SIZE, **WIDTH_HEIGHT},
    "one and a half sizes": {**FOCAL, **SIZE, "width": 4},
    "resolution alone": SIZE,
    "color alone": {"color": [1, 2, 3]},
    "text": {"focal_length": "a", **WIDTH_HEIGHT},
    "size zero": {**FOCAL, "width": 0, "height": 0},
    "axes": {**FOCAL, **SIZE, "camera_xyz": lambda lib: lib.a.ViewCoordinates.RDF},
    "bad axes": {**FOCAL, **SIZE, "camera_xyz": "RDF"},
    "looks": {**FOCAL, **SIZE, "color": [1, 2, 3], "line_width": 0.1, "child_frame": "a"},
}

AXES: dict[str, Case] = {
    "poses": called("InstancePoses3D", translations=[[1, 2, 3]], scales=[[1, 1, 2]]),
    "poses, one scale": called("InstancePoses3D", scales=2),
    "drawn axes": called("TransformAxes3D", 2, show_frame=True),
    "constant": lambda lib: lib.a.ViewCoordinates.RDF,
    "handed constant": lambda lib: lib.a.ViewCoordinates.LEFT_HAND_Y_DOWN,
    "of a constant": called("ViewCoordinates", lambda lib: lib.a.ViewCoordinates.FLU),
    "of numbers": called("ViewCoordinates", [1, 4, 6]),
    "of text": called("ViewCoordinates", "RDF"),
    "columns": lambda lib: lib.a.ViewCoordinates.columns(
        xyz=[lib.a.ViewCoordinates.RDF, lib.a.ViewCoordinates.FLU]
    ),
    "column": lambda lib: lib.a.ViewCoordinates.columns(xyz=lib.a.ViewCoordinates.RDF),
}


class Torch:
    """Holds an array as machine learning libraries do."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)

    def numpy(self, force: bool = False) -> Any:
        assert force
        return self.array


def tensor(lib: Library) -> Any:
    return lib.d.TensorData(array=[1, 2])


TENSORS: dict[str, Case] = {
    "halves": called("Tensor", np.zeros((2, 3), np.float16), value_range=[0, 1]),
    "names": called("Tensor", [[1, 2], [3, 4]], dim_names=["a", "b"]),
    "too few names": called("Tensor", [[1, 2]], dim_names=["a"]),
    "no names": called("Tensor", [1], dim_names=()),
    "no tensor": called("Tensor"),
    "range alone": called("Tensor", value_range=[0, 1]),
    "tensor object": called("Tensor", tensor),
    "tensor object, names": called("Tensor", tensor, dim_names=["x"]),
    "torch": called("Tensor", Torch([[1, 2]]), dim_names="ab"),
    "Fortran": called("Tensor", np.asfortranarray(MATRIX)),
    "tensor columns": lambda lib: lib.a.Tensor.columns(data=[[1, 2], [3, 4]]),
    "bars": called("BarChart", [1, 2, 3], abscissa=[3, 4, 5], widths=[1], color=7),
    "bars in a row": called("BarChart", [[1, 2, 3]]),
    "bars in a column": called("BarChart", np.zeros((3, 1))),
    "bars of two dimensions": called("BarChart", [[1, 2], [3, 4]]),
    "bars of no dimension": called("BarChart", 3),
    "one bar": called("BarChart", [5]),
    "one bar in a row": called("BarChart", [[5]]),
    "no bars": called("BarChart", []),
    "bars object": called("BarChart", tensor),
    "bars field": lambda lib: lib.a.BarChart.from_fields(values=[[1, 2], [3, 4]]),
    "bars columns": lambda lib: lib.a.BarChart.columns(values=[[1, 2], [3, 4]]),
}


def classes(lib: Library) -> Any:
    info = lib.d.AnnotationInfo(1, "a", [1, 2, 3])
    described = lib.d.ClassDescription(
        info=info, keypoint_annotations=[(0, "k"), 1], keypoint_connections=[(0, 1)]
    )
    return [described, 2, (3, "c")]


OTHERS: dict[str, Case] = {
    "document": called("TextDocument", "# x", media_type=lambda lib: lib.c.MediaType.MARKDOWN),
    "log": called("TextLog", "x", level=lambda lib: lib.c.TextLogLevel.ERROR, color=[1, 2, 3]),
    "annotations": called("AnnotationContext", classes),
    "clear flat": lambda lib: lib.a.Clear.flat(),
    "clear recursive": lambda lib: lib.a.Clear.recursive(),
    "clear number": called("Clear", recursive=1),
    "clear none": called("Clear", recursive=None),
    "frame": called("VideoFrameReference", 5, video_reference="/a", opacity=1, draw_order=2),
    "frame time": called("VideoFrameReference", lambda lib: lib.c.VideoTimestamp(seconds=1.5)),
    "frame seconds": called("VideoFrameReference", seconds=1.5),
    "frame second zero": called("VideoFrameReference", seconds=0.0),
    "frame before zero": called("VideoFrameReference", seconds=-1.5000000006),
    "frame nanoseconds": called("VideoFrameReference", nanoseconds=7),
    "frame without time": called("VideoFrameReference"),
    "frame with two times": called("VideoFrameReference", 3, seconds=1),
    "frame with both units": called("VideoFrameReference", seconds=1, nanoseconds=2),
    "frame float": called("VideoFrameReference", 7.9),
    "frame text": called("VideoFrameReference", "abc"),
    "frame columns": lambda lib: lib.a.VideoFrameReference.columns_secs([0.1, 1, 2.5]),
    "frame columns ms": lambda lib: lib.a.VideoFrameReference.columns_millis([[1, 2]]),
    "frame columns ns": lambda lib: lib.a.VideoFrameReference.columns_nanos(3),
    "stream": called("VideoStream", lambda lib: lib.c.VideoCodec.AV1, sample=b"ab"),
    "info": called("RecordingInfo", start_time=5, name="x"),
}

FAMILIES = {
    "transform": {name: called("Transform3D", **given) for name, given in TRANSFORMS.items()},
    "camera": {name: called("Pinhole", **given) for name, given in CAMERAS.items()},
    "axes": AXES,
    "tensor": TENSORS,
    "other": OTHERS,
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{family}-{name}")
        for family, cases in FAMILIES.items()
        for name, case in cases.items()
    ],
)
def test_the_same_is_stored(pair: Pair, case: Case) -> None:
    pair.assert_same(case)
