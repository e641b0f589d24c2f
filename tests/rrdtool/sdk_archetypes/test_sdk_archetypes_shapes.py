"""Points, boxes, rotations and columns, in all the forms in which a program may give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import rrdtool.archetypes

if TYPE_CHECKING:
    from tests.rrdtool.sdk_archetypes.conftest import Case, Library, Pair

SHAPES: dict[str, Case] = {
    "keypoints without a class": lambda lib: lib.a.Points3D([1, 2, 3], keypoint_ids=[1, 2]),
    "keypoints in the plane": lambda lib: lib.a.Points2D([1, 2], keypoint_ids=1),
    "keypoints with classes": lambda lib: lib.a.Points2D([1, 2], keypoint_ids=1, class_ids=[5]),
    "keypoints, classes cleared": lambda lib: lib.a.Points2D([1, 2], keypoint_ids=1, class_ids=[]),
    "points cleared": lambda lib: lib.a.Points3D([]),
    "points not set": lambda lib: lib.a.Points3D(None, radii=1),
    "points as text": lambda lib: lib.a.Points3D("a", colors=[1, 2, 3]),
    "pairs as points": lambda lib: lib.a.Points3D([[1, 2]], radii=[1, 2]),
    "several bad fields": lambda lib: lib.a.Points3D([[1, 2, 3]], colors="x", radii="y"),
    "points as array": lambda lib: lib.a.Points3D(np.arange(12.0).reshape(4, 3)),
    "points as objects": lambda lib: lib.a.Points3D([lib.d.Vec3D([1, 2, 3])] * 2),
    "radii as objects": lambda lib: lib.a.Points3D([1, 2, 3], radii=lib.c.Radius(2)),
    "radii in pixels": lambda lib: lib.a.Points3D([1, 2, 3], radii=lib.c.Radius.ui_points([1, 2])),
    "missing": lambda lib: lib.a.Points3D(),
    "unknown": lambda lib: lib.a.Points3D([1, 2, 3], color=1),
    "unknown and not given": lambda lib: lib.a.Points3D([1, 2, 3], color=None),
    "positional": lambda lib: lib.a.Points3D([1, 2, 3], 1),
    "unknown of many forms": lambda lib: lib.a.Boxes3D(half_size=[1, 2, 3]),
    "unknown field": lambda lib: lib.a.Points3D.from_fields(color=1),
    "unknown column": lambda lib: lib.a.Points3D.columns(color=1),
    "arrows": lambda lib: lib.a.Arrows3D(vectors=[[1, 0, 0]], origins=[0, 0, 0]),
    "arrows in the plane": lambda lib: lib.a.Arrows2D(vectors=[[1, 0], [0, 1]]),
    "one strip": lambda lib: lib.a.LineStrips3D([[0, 0, 0], [1, 1, 1]]),
    "ragged strips": lambda lib: lib.a.LineStrips2D([[[0, 0], [1, 1]], [[2, 2]]]),
    "strips as array": lambda lib: lib.a.LineStrips3D(np.zeros((2, 3, 3))),
    "no strips": lambda lib: lib.a.LineStrips3D([]),
    "capsules": lambda lib: lib.a.Capsules3D(lengths=[1, 2], radii=[0.5, 1]),
    "cylinders without radii": lambda lib: lib.a.Cylinders3D(lengths=[1]),
    "ellipses": lambda lib: lib.a.Ellipses2D(half_sizes=[1, 2], centers=[0, 0]),
    "spheres": lambda lib: lib.a.Ellipsoids3D(radii=[1, 2], centers=[[0, 0, 0]] * 2),
    "spheres as array": lambda lib: lib.a.Ellipsoids3D(radii=np.array([[1], [2]])),
    "no spheres": lambda lib: lib.a.Ellipsoids3D(radii=[]),
    "ellipsoids": lambda lib: lib.a.Ellipsoids3D(half_sizes=[[1, 2, 3]]),
    "ellipsoids with radii": lambda lib: lib.a.Ellipsoids3D(radii=[1], half_sizes=[1, 2, 3]),
    "ellipsoids without size": lambda lib: lib.a.Ellipsoids3D(centers=[1, 2, 3]),
    "spheres of text": lambda lib: lib.a.Ellipsoids3D(radii="s"),
    "points on the globe": lambda lib: lib.a.GeoPoints(lat_lon=[[51.5, -0.1]], radii=3),
    "points on the globe, by field": lambda lib: lib.a.GeoPoints(positions=[[51.5, -0.1]]),
    "strips on the globe": lambda lib: lib.a.GeoLineStrings(
        lat_lon=[[[51.5, -0.1], [48.8, 2.3]], [[1, 2]]], colors=[255, 0, 0]
    ),
    "graph": lambda lib: lib.a.GraphEdges([("a", "b"), ("b", "c")], graph_type="directed"),
    "nodes": lambda lib: lib.a.GraphNodes(["a", "b"], positions=[[0, 0], [1, 1]]),
    "splats": lambda lib: lib.a.GaussianSplats3D([[0, 0, 0]], scales=[[1, 1, 1]]),
    "voxels": lambda lib: lib.a.VoxelGridMap([[0, 0, 0]], [1, 1, 1]),
}

SIZES: dict[str, dict[str, Any]] = {
    "sizes": {"sizes": [[1, 2], [3, 4]]},
    "half sizes": {"half_sizes": [[1, 2]]},
    "mins alone": {"mins": [1, 2]},
    "mins, sizes": {"mins": [1, 2], "sizes": [[2, 4], [6, 8]]},
    "mins, half sizes": {"mins": [[1, 2]], "half_sizes": [2, 4]},
    "mins, centers": {"mins": [1, 2], "centers": [1, 2]},
    "mins, centers, sizes": {"mins": [1, 2], "sizes": [1, 1], "centers": [1, 2]},
    "mins, centers, half sizes": {"mins": [1, 2], "half_sizes": [1, 1], "centers": [3, 4]},
    "sizes, half sizes": {"sizes": [1, 2], "half_sizes": [3, 4]},
    "mins, sizes, half sizes": {"mins": [0, 1], "sizes": [1, 2], "half_sizes": [3, 4]},
    "centers": {"centers": [[1, 2]]},
    "nothing": {},
    "no sizes": {"sizes": []},
    "fractions": {"mins": [0.1, 0.2], "sizes": [0.3, 0.7]},
    "text": {"sizes": "abc", "colors": [1, 2, 3]},
    "looks": {"half_sizes": [[1, 2]], "labels": "x", "show_labels": True, "class_ids": 1},
}


def deepened(value: Any) -> Any:
    """Pairs with a third number."""
    if not isinstance(value, list) or not value:
        return value
    if isinstance(value[0], list):
        return [[*item, 5] for item in value]
    return [*value, 5] if len(value) == 2 else value


def boxes() -> dict[str, Case]:
    """Sizes and positions of boxes, in the plane and in space."""

    def flat(given: dict[str, Any]) -> Case:
        return lambda lib: lib.a.Boxes2D(**given)

    def deep(given: dict[str, Any]) -> Case:
        more = {key: deepened(value) for key, value in given.items()}
        return lambda lib: lib.a.Boxes3D(**more)

    cases = {f"2d {name}": flat(given) for name, given in SIZES.items()}
    return cases | {f"3d {name}": deep(given) for name, given in SIZES.items()}


def box_arrays() -> dict[str, Case]:
    """Boxes as four numbers each."""

    def boxed(array: Any, layout: str | None, **more: Any) -> Case:
        def case(lib: Library) -> Any:
            box_format = None if layout is None else lib.box_format[layout]
            return lib.a.Boxes2D(array=array, array_format=box_format, **more)

        return case

    cases = {
        "array of eight": boxed(range(8), "XYWH"),
        "no format": boxed([1, 2, 3, 4], None),
        "no array": boxed(None, "XYWH", half_sizes=[1, 2]),
        "array, half sizes": boxed([1, 2, 3, 4], "XYWH", half_sizes=[1, 2]),
        "format as text": lambda lib: lib.a.Boxes2D(array=[1, 2, 3, 4], array_format="XYWH"),
    }
    for box_format in rrdtool.archetypes.Box2DFormat:
        layout = box_format.name
        cases[f"{layout} flat"] = boxed([1, 2, 3, 7], layout)
        cases[f"{layout} one"] = boxed([[0.1, 0.2, 0.7, 0.3]], layout)
        if not layout.startswith("Y"):  # see `test_boxes_with_y_first_keep_their_order`
            cases[f"{layout} several"] = boxed(np.arange(8).reshape(2, 4), layout)
    return cases


def rotations() -> dict[str, Case]:
    """Rotations of boxes, of which the values tell the kind."""

    def turned(*names: str, **more: Any) -> Case:
        def case(lib: Library) -> Any:
            made = {
                "quaternion": lib.d.Quaternion(xyzw=[0.5, 0.5, -0.5, 0.5]),
                "axis": lib.d.RotationAxisAngle([0, 0, 1], degrees=90),
                "quaternion component": lib.c.RotationQuat(xyzw=[0, 0, 0, 1]),
                "axis component": lib.c.RotationAxisAngle([0, 0, 1], 2),
                "plain": [0, 0, 0, 1],
            }
            rotations = [made[name] for name in names]
            return lib.a.Boxes3D(half_sizes=[1, 2, 3], rotations=rotations, **more)

        return case

    def plain(rotations: Any) -> Case:
        return lambda lib: lib.a.Boxes3D(half_sizes=[1, 2, 3], rotations=rotations)

    return {
        "one quaternion": lambda lib: lib.a.Boxes3D(
            half_sizes=[1, 2, 3], rotations=lib.d.Quaternion(xyzw=[0, 0, 0, 1])
        ),
        "one axis": lambda lib: lib.a.Boxes3D(
            half_sizes=[1, 2, 3], rotations=lib.d.RotationAxisAngle([0, 0, 1], degrees=90)
        ),
        "quaternions": turned("quaternion", "quaternion"),
        "axes": turned("axis", "axis"),
        "quaternion components": turned("quaternion component"),
        "axis components": turned("axis component", "axis"),
        "mixed": turned("quaternion", "axis"),
        "object and plain": turned("quaternion", "plain"),
        "with quaternions": turned("axis", quaternions=[0, 0, 0, 1]),
        "none": turned(),
        "plain": plain([0, 0, 0, 1]),
        "plain rows": plain([[0, 0, 0, 1]] * 2),
        "array": plain(np.array([[0, 0, 0, 1]])),
        "number": plain(3),
        "pair": plain([1, 2]),
        "text": plain("abc"),
    }


COLUMNS: dict[str, list[Any]] = {
    "positions": [
        [1, 2, 3],
        [[1, 2, 3]] * 2,
        np.zeros((2, 2, 3)),
        [[1, 2]],
        [],
        np.zeros((0, 3)),
    ],
    "radii": [
        3,
        None,
        [1, 2],
        [[1, 2], [3, 4]],
        [[1, 2], [3]],
        [],
        "x",
        np.zeros((2, 3, 4)),
        range(3),
    ],
    "colors": [
        5,
        [1, 2, 3],
        [0xFF0000FF, 2, 3],
        np.array([1, 2, 3], np.uint32),
        np.zeros((2, 3), np.uint8),
        [[1.0, 0, 0], [0, 1.0, 0]],
        [[1, 0, 0], [0, 1, 0, 3]],
    ],
    "labels": ["a", ["a", "b"]],
    "show_labels": [True, [True, False]],
    "point_shading": ["Flat", ["Flat", "Gradient"]],
}


def columns() -> dict[str, Case]:
    """Fields of many shapes, cut into rows."""

    def cut(field: str, form: Any) -> Case:
        return lambda lib: lib.a.Points3D.columns(**{field: form})

    cases = {
        f"{field} {number}": cut(field, form)
        for field, forms in COLUMNS.items()
        for number, form in enumerate(forms)
    }
    cases["nothing"] = lambda lib: lib.a.Points3D.columns()
    cases["objects"] = lambda lib: lib.a.Points3D.columns(radii=[lib.c.Radius(1), 2])
    cases["rest dropped"] = lambda lib: lib.a.Scalars.columns(scalars=range(6)).partition([1, 2])
    return cases


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name)
        for family in (SHAPES, boxes(), box_arrays(), rotations(), columns())
        for name, case in family.items()
    ],
)
def test_the_same_is_stored(pair: Pair, case: Case) -> None:
    pair.assert_same(case)


def test_boxes_with_y_first_keep_their_order() -> None:
    """The reference mirrors the rows of the array too: labels go to other boxes."""
    box_format = rrdtool.archetypes.Box2DFormat
    both = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    swapped = both[:, [1, 0, 3, 2]]
    boxes2d = rrdtool.archetypes.Boxes2D
    for y_first, x_first in (("YXHW", "XYWH"), ("YXYX", "XYXY")):
        found = boxes2d(array=both, array_format=box_format[y_first])
        assert found == boxes2d(array=swapped, array_format=box_format[x_first])


def test_one_radius_makes_one_sphere() -> None:
    """The reference fails for a bare number."""
    sphere = rrdtool.archetypes.Ellipsoids3D(radii=2)
    assert sphere == rrdtool.archetypes.Ellipsoids3D(half_sizes=[2, 2, 2])


def test_columns_of_harmonics_have_a_row_per_splat() -> None:
    """The reference counts the numbers of nested vectors wrong."""
    weights = np.zeros((2, 15, 3))
    (column,) = rrdtool.archetypes.GaussianSplats3D.columns(sh_coefficients=weights)
    assert [len(row) for row in column.as_arrow_array()] == [1, 1]
