"""Spatial views, maps and graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes import numbers, vectors
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "AngularSpeed",
    "AngularSpeedBatch",
    "BackgroundKind",
    "BackgroundKindArrayLike",
    "BackgroundKindBatch",
    "BackgroundKindLike",
    "Eye3DKind",
    "Eye3DKindArrayLike",
    "Eye3DKindBatch",
    "Eye3DKindLike",
    "ForceDistance",
    "ForceDistanceBatch",
    "ForceIterations",
    "ForceIterationsBatch",
    "ForceStrength",
    "ForceStrengthBatch",
    "GridSpacing",
    "GridSpacingBatch",
    "MapProvider",
    "MapProviderArrayLike",
    "MapProviderBatch",
    "MapProviderLike",
    "NearClipPlane",
    "NearClipPlaneBatch",
    "VisualBounds2D",
    "VisualBounds2DBatch",
    "ZoomLevel",
    "ZoomLevelBatch",
]


class BackgroundKind(NamedNumber):
    """How a background is filled."""

    GradientDark = 1
    GradientBright = 2
    SolidColor = 3


BackgroundKindLike: TypeAlias = "BackgroundKind | str | int"
BackgroundKindArrayLike: TypeAlias = "BackgroundKindLike | Sequence[BackgroundKindLike]"


class BackgroundKindBatch(
    EnumBatch[BackgroundKind], ComponentBatchMixin, of=BackgroundKind, namespace=NAMESPACE
):
    """A batch of `BackgroundKind`."""


class Eye3DKind(NamedNumber):
    """Whether an eye moves freely or around a point."""

    FirstPerson = 1
    Orbital = 2


Eye3DKindLike: TypeAlias = "Eye3DKind | str | int"
Eye3DKindArrayLike: TypeAlias = "Eye3DKindLike | Sequence[Eye3DKindLike]"


class Eye3DKindBatch(EnumBatch[Eye3DKind], ComponentBatchMixin, of=Eye3DKind, namespace=NAMESPACE):
    """A batch of `Eye3DKind`."""


class AngularSpeed(numbers.Float64, ComponentMixin):
    """A speed of rotation (radians per second)."""


class AngularSpeedBatch(
    numbers.Float64Batch, ComponentBatchMixin, of=AngularSpeed, namespace=NAMESPACE
):
    """A batch of `AngularSpeed`."""


class GridSpacing(numbers.Float32, ComponentMixin):
    """Distance of grid lines (scene units)."""


class GridSpacingBatch(
    numbers.Float32Batch, ComponentBatchMixin, of=GridSpacing, namespace=NAMESPACE
):
    """A batch of `GridSpacing`."""


class NearClipPlane(numbers.Float32, ComponentMixin):
    """Distance before which nothing is drawn."""


class NearClipPlaneBatch(
    numbers.Float32Batch, ComponentBatchMixin, of=NearClipPlane, namespace=NAMESPACE
):
    """A batch of `NearClipPlane`."""


class VisualBounds2D(vectors.Range2D, ComponentMixin):
    """The rectangle that a 2D view must show."""

    def __init__(self, *, x_range: vectors.Range1DLike, y_range: vectors.Range1DLike) -> None:
        super().__init__(x_range, y_range)


class VisualBounds2DBatch(
    vectors.Range2DBatch, ComponentBatchMixin, of=VisualBounds2D, namespace=NAMESPACE
):
    """A batch of `VisualBounds2D`."""


class MapProvider(NamedNumber):
    """Who draws the map."""

    OpenStreetMap = 1
    MapboxStreets = 2
    MapboxDark = 3
    MapboxSatellite = 4
    MapboxLight = 5


MapProviderLike: TypeAlias = "MapProvider | str | int"
MapProviderArrayLike: TypeAlias = "MapProviderLike | Sequence[MapProviderLike]"


class MapProviderBatch(
    EnumBatch[MapProvider], ComponentBatchMixin, of=MapProvider, namespace=NAMESPACE
):
    """A batch of `MapProvider`."""


class ZoomLevel(numbers.Float64, ComponentMixin):
    """Zoom of a map; each level doubles the scale."""


class ZoomLevelBatch(numbers.Float64Batch, ComponentBatchMixin, of=ZoomLevel, namespace=NAMESPACE):
    """A batch of `ZoomLevel`."""


class ForceStrength(numbers.Float64, ComponentMixin):
    """The weight of a force."""


class ForceStrengthBatch(
    numbers.Float64Batch, ComponentBatchMixin, of=ForceStrength, namespace=NAMESPACE
):
    """A batch of `ForceStrength`."""


class ForceDistance(numbers.Float64, ComponentMixin):
    """The distance that a force aims at."""


class ForceDistanceBatch(
    numbers.Float64Batch, ComponentBatchMixin, of=ForceDistance, namespace=NAMESPACE
):
    """A batch of `ForceDistance`."""


class ForceIterations(numbers.UInt64, ComponentMixin):
    """How often a force acts in each step."""


class ForceIterationsBatch(
    numbers.UInt64Batch, ComponentBatchMixin, of=ForceIterations, namespace=NAMESPACE
):
    """A batch of `ForceIterations`."""
