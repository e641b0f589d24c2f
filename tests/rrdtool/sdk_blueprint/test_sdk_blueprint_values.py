"""Archetypes, components and value types of blueprints store what the reference's store."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rrdformats import vocabulary

if TYPE_CHECKING:
    from tests.rrdtool.sdk_blueprint.conftest import Library, Pair

PREFIX = "rerun.blueprint."
ARCHETYPES = {a.short_name: a for a in vocabulary.archetypes() if a.name.startswith(PREFIX)}
COMPONENTS = [row for row in vocabulary.components() if row.name.startswith(PREFIX)]
UUID = bytes(range(16))


def time_range(lib: Library) -> Any:
    boundary = lib.rrb.TimeRangeBoundary
    return lib.rrb.TimeRange(boundary.infinite(), boundary.cursor_relative(seq=3))


def selector(lib: Library) -> Any:
    return lib.rrb.components.ComponentColumnSelector(entity_path="/a", component="b")


# One value of each component that blueprints have; functions make it of a library.
SAMPLES: dict[str, Any] = {
    "AbsoluteTimeRange": lambda lib: lib.rr.encodings.AbsoluteTimeRange(1, 2),
    "ColumnOrder": ["/b", "/a"],
    "ColumnType": lambda lib: lib.rrb.encodings.ColumnType(component="a:b"),
    "ComponentColumnSelector": ["/a:b"],
    "FilterByRange": lambda lib: lib.rrb.encodings.FilterByRange(-1, 2),
    "FilterIsNotNull": "/a:b",
    "RootContainer": UUID,
    "SelectedColumns": ["t", "/a:b"],
    "SortBy": lambda lib: lib.rrb.encodings.SortBy("a", direction="descending"),
    "TensorDimensionIndexSlider": [2, 3],
    "TextLogColumn": ["Body"],
    "TimeRange": time_range,
    "TimelineColumn": ["t"],
    "ViewMaximized": list(UUID),
    "VisibleTimeRange": lambda lib: lib.rrb.VisibleTimeRange("t", time_range(lib)),
    "VisualBounds2D": lambda lib: lib.rrb.components.VisualBounds2D(x_range=(1, 2), y_range=[3, 4]),
    "VisualizerComponentMapping": lambda lib: [
        lib.rrb.encodings.VisualizerComponentMapping("a", "default", selector=".b")
    ],
    "VisualizerInstructionId": [UUID, UUID[::-1]],
    # of the core
    "Bool": True,
    "Color": 0x11223344,
    "Colormap": "Viridis",
    "EntityPath": "/a",
    "GammaCorrection": 2.2,
    "Interactive": False,
    "LinearSpeed": 3.5,
    "MagnificationFilter": "Linear",
    "Name": "name",
    "Plane3D": lambda lib: lib.rr.components.Plane3D.YZ,
    "Position2D": (1, 2),
    "Position3D": (1, 2, 3),
    "Range1D": [1, 2],
    "StrokeWidth": 2,
    "TensorDimensionIndexSelection": lambda lib: lib.rr.TensorDimensionIndexSelection(1, 2),
    "TensorHeightDimension": 1,
    "TensorWidthDimension": lambda lib: lib.rr.TensorDimensionSelection(dimension=1),
    "TextLogLevel": ["INFO", "WARN"],
    "TransformFrameId": "frame",
    "Vector3D": np.array([0.0, 0, 1]),
    "ViewCoordinates": lambda lib: lib.rr.ViewCoordinates.RUB,
    "Visible": True,
}
BY_ARROW = {
    "bool": True,
    "double": 1.5,
    "float": 0.25,
    "string": "text",
    "uint64": 2**40,
    "uint32": 7,
    "int64": -3,
}


def sample(component_type: str, lib: Library) -> Any:
    name = component_type.rpartition(".")[2]
    declared = vocabulary.component(component_type)
    assert declared is not None
    if declared.enum is not None and name not in SAMPLES:
        return list(declared.enum.variants)[-1].lower()
    value = SAMPLES[name] if name in SAMPLES else BY_ARROW[declared.arrow.kind]
    return value(lib) if callable(value) else value


def stored(bundle: Any) -> list[tuple[Any, ...]]:
    found = []
    for batch in bundle.as_component_batches():
        descriptor, array = batch.component_descriptor(), batch.as_arrow_array()
        array.validate(full=True)
        name = (descriptor.component, descriptor.archetype, descriptor.component_type)
        found.append((*name, str(array.type), repr(array.to_pylist())))
    return found


@pytest.mark.parametrize("name", ARCHETYPES)
def test_every_field_is_stored(pair: Pair, name: str) -> None:
    found = []
    for lib in (pair.theirs, pair.ours):
        fields = {f.name: sample(f.component_type, lib) for f in ARCHETYPES[name].fields}
        cls = getattr(lib.rrb.archetypes, name)
        found.append(
            [
                stored(cls.from_fields(**fields)),
                stored(cls.from_fields(clear_unset=True)),
                stored(cls.cleared()),
                stored(cls.from_fields()),
            ]
        )
    assert len(found[0][0]) == len(ARCHETYPES[name].fields)
    assert found[0] == found[1]


@pytest.mark.parametrize("declared", COMPONENTS, ids=lambda declared: declared.short_name)
def test_every_component_is_stored(pair: Pair, declared: Any) -> None:
    found = []
    for lib in (pair.theirs, pair.ours):
        batch = getattr(lib.rrb.components, f"{declared.short_name}Batch")
        array = batch(sample(declared.name, lib)).as_arrow_array()
        found.append((str(array.type), array.to_pylist(), batch([]).component_type()))
    assert len(found[0][1]) > 0
    assert found[0] == found[1]


CALLS: dict[str, Any] = {
    "background": lambda a, _lib: a.Background(0x112233FF),
    "background of a kind": lambda a, lib: a.Background(lib.rrb.BackgroundKind.GradientDark),
    "background of both": lambda a, _lib: a.Background(color=[1, 2, 3], kind=2),
    "background of nothing": lambda a, _lib: a.Background(),
    "bounds": lambda a, _lib: a.VisualBounds2D(x_range=[1, 2], y_range=np.array([3, 4])),
    "no bounds": lambda a, _lib: a.VisualBounds2D(),
    "legend": lambda a, _lib: a.PlotLegend(visible=True),
    "fit": lambda a, _lib: a.TensorViewFit("Original"),
    "no fit": lambda a, _lib: a.TensorViewFit(),
    "clip plane": lambda a, _lib: a.NearClipPlane(0.1),
    "whole filter": lambda a, lib: a.DataframeQuery.from_fields(
        filter_is_not_null=[lib.rrb.encodings.FilterIsNotNull(active=False, column=selector(lib))]
    ),
    "wrong filters": lambda a, _lib: a.DataframeQuery.from_fields(filter_is_not_null=[3]),
    "line grid": lambda a, _lib: a.LineGrid3D(False, spacing=2),
    "ranges": lambda a, lib: a.VisibleTimeRanges(
        [lib.rrb.VisibleTimeRange(name, time_range(lib)) for name in "ab"]
    ),
    "ids": lambda a, _lib: a.ActiveVisualizers([UUID, UUID]),
    "no ids": lambda a, _lib: a.ActiveVisualizers([]),
    "query": lambda a, lib: a.DataframeQuery(
        filter_by_range=lib.rrb.encodings.FilterByRange(1, 2),
        filter_is_not_null=lib.rrb.components.ComponentColumnSelector("/a:b"),
        select=[lib.rr.encodings.Utf8("a:b"), "c", "d:e:f"],
    ),
    "an empty order": lambda a, _lib: a.DataframeQuery(entity_order=[]),
    "no columns": lambda a, _lib: a.DataframeQuery(select=[]),
    "cards": lambda a, _lib: a.CardLayout([], title="a"),
    "no filters": lambda a, _lib: a.TableBlueprint(filters=[]),
    "wrong enum": lambda a, _lib: a.PanelBlueprint(state="open"),
    "wrong number": lambda a, _lib: a.MapZoom("far"),
    "wrong range": lambda a, _lib: a.TimeAxis(view_range=3),
    "wrong columns": lambda a, _lib: a.TextLogColumns(text_log_columns=["no such"]),
    "wrong filter": lambda a, _lib: a.DataframeQuery.from_fields(filter_is_not_null=3),
}


@pytest.mark.parametrize("name", CALLS)
def test_constructors_store_the_same(pair: Pair, name: str) -> None:
    found = []
    for lib in (pair.theirs, pair.ours):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found.append((stored(CALLS[name](lib.rrb.archetypes, lib)), bool(caught)))
    assert found[0] == found[1]


def test_values_are_equal_by_content() -> None:
    import rrdtool.blueprint as rrb

    selector = rrb.encodings.ComponentColumnSelector("/a:b")
    assert selector == rrb.encodings.ComponentColumnSelector(entity_path="/a", component="b")
    assert len({selector, rrb.encodings.ComponentColumnSelector("/a:b")}) == 1
    assert repr(rrb.encodings.SortBy("a", direction=1)) == (
        "SortBy(column=Utf8(value='a'), direction=<SortDirection.Ascending: 1>)"
    )


def test_one_value_or_many() -> None:
    from rrdtool.blueprint import components as c

    assert len(c.ColumnOrderBatch(c.ColumnOrder(["/a", "/b"]))) == 1
    assert len(c.ColumnOrderBatch([["/a"], ["/b", "/c"]])) == 2
    assert len(c.SelectedColumnsBatch([c.SelectedColumns(["t"]), c.SelectedColumns([])])) == 2
    assert len(c.SelectedColumnsBatch([["t"], ["/a:b"]])) == 2
    assert len(c.TextLogColumnBatch("Body")) == 1
    assert len(c.TimelineColumnBatch("frame")) == 1
    assert len(c.TensorDimensionIndexSliderBatch(c.TensorDimensionIndexSlider(3))) == 1
