"""What plots show, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.datatypes import numbers
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "AggregationPolicy",
    "AggregationPolicyArrayLike",
    "AggregationPolicyBatch",
    "AggregationPolicyLike",
    "InterpolationMode",
    "InterpolationModeArrayLike",
    "InterpolationModeBatch",
    "InterpolationModeLike",
    "MarkerShape",
    "MarkerShapeArrayLike",
    "MarkerShapeBatch",
    "MarkerShapeLike",
    "MarkerSize",
    "MarkerSizeBatch",
    "Scalar",
    "ScalarBatch",
    "StrokeWidth",
    "StrokeWidthBatch",
    "Variance",
    "VarianceBatch",
]


class Scalar(numbers.Float64, ComponentMixin):
    """A number to plot."""


class ScalarBatch(numbers.Float64Batch, ComponentBatchMixin, of=Scalar):
    """A batch of `Scalar`."""


class Variance(numbers.Float64, ComponentMixin):
    """The variance of a measured number."""


class VarianceBatch(numbers.Float64Batch, ComponentBatchMixin, of=Variance):
    """A batch of `Variance`."""


class StrokeWidth(numbers.Float32, ComponentMixin):
    """The width of a line (UI points)."""


class StrokeWidthBatch(numbers.Float32Batch, ComponentBatchMixin, of=StrokeWidth):
    """A batch of `StrokeWidth`."""


class MarkerSize(numbers.Float32, ComponentMixin):
    """The radius of a marker (UI points)."""


class MarkerSizeBatch(numbers.Float32Batch, ComponentBatchMixin, of=MarkerSize):
    """A batch of `MarkerSize`."""


class MarkerShape(NamedNumber):
    """The shape of a marker in a plot."""

    Circle = 1
    Diamond = 2
    Square = 3
    Cross = 4
    Plus = 5
    Up = 6
    Down = 7
    Left = 8
    Right = 9
    Asterisk = 10


MarkerShapeLike: TypeAlias = "MarkerShape | str | int"
MarkerShapeArrayLike: TypeAlias = "MarkerShapeLike | Sequence[MarkerShapeLike]"


class MarkerShapeBatch(EnumBatch[MarkerShape], ComponentBatchMixin, of=MarkerShape):
    """A batch of `MarkerShape`."""


class AggregationPolicy(NamedNumber):
    """What is drawn where many values share a pixel."""

    Off = 1
    Average = 2
    Max = 3
    Min = 4
    MinMax = 5
    MinMaxAverage = 6


AggregationPolicyLike: TypeAlias = "AggregationPolicy | str | int"
AggregationPolicyArrayLike: TypeAlias = "AggregationPolicyLike | Sequence[AggregationPolicyLike]"


class AggregationPolicyBatch(
    EnumBatch[AggregationPolicy], ComponentBatchMixin, of=AggregationPolicy
):
    """A batch of `AggregationPolicy`."""


class InterpolationMode(NamedNumber):
    """How a line runs from one value to the next."""

    Linear = 1
    StepAfter = 2
    StepBefore = 3
    StepMid = 4


InterpolationModeLike: TypeAlias = "InterpolationMode | str | int"
InterpolationModeArrayLike: TypeAlias = "InterpolationModeLike | Sequence[InterpolationModeLike]"


class InterpolationModeBatch(
    EnumBatch[InterpolationMode], ComponentBatchMixin, of=InterpolationMode
):
    """A batch of `InterpolationMode`."""
