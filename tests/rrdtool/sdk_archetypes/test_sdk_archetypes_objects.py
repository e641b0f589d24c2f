"""Archetypes as Python objects: attributes, equality, text, warnings."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Self

import numpy as np
import pytest

from rrdtool import components
from rrdtool.archetypes import (
    Boxes3D,
    LineStrips3D,
    Pinhole,
    Points3D,
    Scalars,
    Transform3D,
    VideoFrameReference,
    ViewCoordinates,
    VisualizableArchetype,
)
from rrdtool.archetypes.base import Archetype, Row
from rrdtool.model.errors import RerunWarning
from rrdtool.model.protocols import AsComponents

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rrdtool.sdk_archetypes.conftest import Case, Pair

    from rrdtool.model.described import ComponentColumnList


def test_fields_read_as_batches_or_none() -> None:
    points = Points3D([1, 2, 3], radii=0.5)
    assert isinstance(points.positions, components.Position3DBatch)
    assert points.radii == components.RadiusBatch(0.5)
    assert points.colors is None


def test_assigned_values_are_converted_and_none_removes() -> None:
    points = Points3D([1, 2, 3])
    points.radii = [1, 2]
    assert points == Points3D([1, 2, 3], radii=[1, 2])
    points.radii = None
    assert points == Points3D([1, 2, 3])
    points.radii = None
    assert points.radii is None


def test_archetypes_are_bundles_of_components() -> None:
    assert isinstance(Points3D([1, 2, 3]), AsComponents)
    assert isinstance(ViewCoordinates.RDF, AsComponents)


def test_fields_come_in_the_order_of_their_declaration() -> None:
    points = Points3D.from_fields(class_ids=1, radii=1)
    points.positions = [1, 2, 3]
    names = [batch.component_descriptor().component for batch in points.as_component_batches()]
    assert names == ["Points3D:positions", "Points3D:radii", "Points3D:class_ids"]


def test_equal_by_what_is_stored() -> None:
    assert Points3D([1, 2, 3]) == Points3D([[1.0, 2.0, 3.0]])
    assert Points3D([1, 2, 3]) != Points3D([1, 2, 4])
    assert Points3D([1, 2, 3]) != Points3D([1, 2, 3], radii=[])
    assert Points3D([]) != Scalars([])
    assert Points3D([]) != 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(Scalars(1))


def pickled(points: Points3D) -> Points3D:
    found: Points3D = pickle.loads(pickle.dumps(points))  # noqa: S301 - written a moment ago
    return found


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_copies_are_equal_and_apart(again: Callable[[Points3D], Points3D]) -> None:
    points = Points3D([1, 2, 3], colors=[255, 0, 0])
    other = again(points)
    assert other == points
    other.colors = None
    assert other != points


TEXTS: dict[str, Case] = {
    "nothing": lambda lib: lib.a.Points3D.from_fields(),
    "fields": lambda lib: lib.a.Points3D([[1, 2, 3]], colors=[255, 0, 0], labels="x"),
    "cleared": lambda lib: lib.a.Points3D.cleared(),
    "long": lambda lib: lib.a.Scalars(range(100)),
    "structs": lambda lib: lib.a.Image.from_fields(
        format=lib.c.ImageFormat(4, 3, color_model="RGB", channel_datatype="U8")
    ),
    "tensor": lambda lib: lib.a.Tensor(np.zeros((2, 2))),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in TEXTS.items()])
def test_texts_are_the_references(strict_pair: Pair, case: Case) -> None:
    assert repr(case(strict_pair.ours)) == repr(case(strict_pair.theirs))


def test_a_visualizer_has_the_fields_as_overrides() -> None:
    points = Points3D.from_fields(radii=3)
    first, second = points.visualizer(), points.visualizer()
    assert first.id != second.id
    assert first.overrides is not None
    assert [override.component_descriptor() for override in first.overrides] == [
        Points3D.descriptor_radii()
    ]
    assert first.mappings is None
    assert LineStrips3D([]).visualizer().visualizer_type == "Lines3D"


def test_subclasses_store_the_same_components() -> None:
    class Cloud(Points3D):
        """Points with radii."""

        def __init__(self) -> None:
            super().__init__([1, 2, 3], radii=1)

    assert Cloud.archetype() == "rerun.archetypes.Points3D"
    names = [batch.component_descriptor().component for batch in Cloud().as_component_batches()]
    assert names == ["Points3D:positions", "Points3D:radii"]
    assert isinstance(Cloud.from_fields(radii=1), Cloud)
    assert Cloud().visualizer().visualizer_type == "Points3D"


class EntityBehavior(Archetype, prefix="rerun.blueprint.archetypes."):
    """An archetype of blueprints; in a namespace of its own, everything else is the same."""

    interactive: Row[components.InteractiveBatch]
    visible: Row[components.VisibleBatch]

    def __init__(self, **options: object) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: object) -> ComponentColumnList:
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, **fields: object) -> Self:
        return cls._from_fields(fields)


def test_blueprints_have_archetypes_too() -> None:
    (batch,) = EntityBehavior(visible=False).as_component_batches()
    descriptor = batch.component_descriptor()
    assert descriptor.archetype == "rerun.blueprint.archetypes.EntityBehavior"
    assert descriptor.component == "EntityBehavior:visible"
    assert descriptor.component_type == "rerun.components.Visible"
    assert len(EntityBehavior.columns(visible=[True, False])) == 1
    assert EntityBehavior.from_fields(visible=False) == EntityBehavior(visible=False)
    assert not isinstance(EntityBehavior(), VisualizableArchetype)


LAX: dict[str, Callable[[], object]] = {
    "RadiusBatch": lambda: Points3D([1, 2, 3], radii="x"),
    "sizes": lambda: Boxes3D(sizes=[1, 2, 3], half_sizes=[1, 2, 3]),
    "Pinhole": lambda: Pinhole(color=1),
    "VideoFrameReference": VideoFrameReference,
}


@pytest.mark.parametrize(("words", "call"), LAX.items())
def test_warnings_point_at_the_line_of_the_caller(
    words: str, call: Callable[[], object], libraries: Pair
) -> None:
    libraries.set_strict(False)
    with pytest.warns(RerunWarning, match=words) as caught:
        call()
    assert [warning.filename for warning in caught] == [__file__]


def test_from_parent_is_deprecated_where_it_is_used() -> None:
    with pytest.warns(DeprecationWarning, match="relation") as caught:
        Transform3D(from_parent=True)
    assert [warning.filename for warning in caught] == [__file__]


def test_view_constants_are_named_by_their_letters() -> None:
    assert ViewCoordinates([3, 2, 5]) == ViewCoordinates.RDF
    assert ViewCoordinates.RIGHT_HAND_Z_UP == ViewCoordinates.RFU
    assert np.asarray(ViewCoordinates.FLU).tolist() == [5, 4, 1]
    assert np.asarray(ViewCoordinates.from_fields()).tolist() == []
