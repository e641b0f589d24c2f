"""Plots, tensors, and views of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.blueprint.datatypes import tensors, text_logs
from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes import numbers
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "Corner2D",
    "Corner2DArrayLike",
    "Corner2DBatch",
    "Corner2DLike",
    "LinkAxis",
    "LinkAxisArrayLike",
    "LinkAxisBatch",
    "LinkAxisLike",
    "LockRangeDuringZoom",
    "LockRangeDuringZoomBatch",
    "PointsDisplay",
    "PointsDisplayArrayLike",
    "PointsDisplayBatch",
    "PointsDisplayLike",
    "TensorDimensionIndexSlider",
    "TensorDimensionIndexSliderBatch",
    "TextLogColumn",
    "TextLogColumnBatch",
    "TimelineColumn",
    "TimelineColumnBatch",
    "TooltipMode",
    "TooltipModeArrayLike",
    "TooltipModeBatch",
    "TooltipModeLike",
    "ViewFit",
    "ViewFitArrayLike",
    "ViewFitBatch",
    "ViewFitLike",
    "Volume",
    "VolumeBatch",
]


class Corner2D(NamedNumber):
    """A corner of a rectangle."""

    LeftTop = 1
    RightTop = 2
    LeftBottom = 3
    RightBottom = 4


Corner2DLike: TypeAlias = "Corner2D | str | int"
Corner2DArrayLike: TypeAlias = "Corner2DLike | Sequence[Corner2DLike]"


class Corner2DBatch(EnumBatch[Corner2D], ComponentBatchMixin, of=Corner2D, namespace=NAMESPACE):
    """A batch of `Corner2D`."""


class LinkAxis(NamedNumber):
    """Whether a time axis moves together with those of other views."""

    Independent = 1
    LinkToGlobal = 2


LinkAxisLike: TypeAlias = "LinkAxis | str | int"
LinkAxisArrayLike: TypeAlias = "LinkAxisLike | Sequence[LinkAxisLike]"


class LinkAxisBatch(EnumBatch[LinkAxis], ComponentBatchMixin, of=LinkAxis, namespace=NAMESPACE):
    """A batch of `LinkAxis`."""


class LockRangeDuringZoom(numbers.Bool, ComponentMixin):
    """Whether zooming leaves the range of an axis alone."""


class LockRangeDuringZoomBatch(
    numbers.BoolBatch, ComponentBatchMixin, of=LockRangeDuringZoom, namespace=NAMESPACE
):
    """A batch of `LockRangeDuringZoom`."""


class TooltipMode(NamedNumber):
    """Whether a tooltip tells of the nearest series or of all."""

    Nearest = 1
    All = 2


TooltipModeLike: TypeAlias = "TooltipMode | str | int"
TooltipModeArrayLike: TypeAlias = "TooltipModeLike | Sequence[TooltipModeLike]"


class TooltipModeBatch(
    EnumBatch[TooltipMode], ComponentBatchMixin, of=TooltipMode, namespace=NAMESPACE
):
    """A batch of `TooltipMode`."""


class PointsDisplay(NamedNumber):
    """When the points of a line are marked."""

    OnHover = 1
    Always = 2


PointsDisplayLike: TypeAlias = "PointsDisplay | str | int"
PointsDisplayArrayLike: TypeAlias = "PointsDisplayLike | Sequence[PointsDisplayLike]"


class PointsDisplayBatch(
    EnumBatch[PointsDisplay], ComponentBatchMixin, of=PointsDisplay, namespace=NAMESPACE
):
    """A batch of `PointsDisplay`."""


class ViewFit(NamedNumber):
    """How an image is fitted into its view."""

    Original = 1
    Fill = 2
    FillKeepAspectRatio = 3


ViewFitLike: TypeAlias = "ViewFit | str | int"
ViewFitArrayLike: TypeAlias = "ViewFitLike | Sequence[ViewFitLike]"


class ViewFitBatch(EnumBatch[ViewFit], ComponentBatchMixin, of=ViewFit, namespace=NAMESPACE):
    """A batch of `ViewFit`."""


class TensorDimensionIndexSlider(tensors.TensorDimensionIndexSlider, ComponentMixin):
    """A dimension whose index has a slider."""


class TensorDimensionIndexSliderBatch(
    tensors.TensorDimensionIndexSliderBatch,
    ComponentBatchMixin,
    of=TensorDimensionIndexSlider,
    namespace=NAMESPACE,
):
    """A batch of `TensorDimensionIndexSlider`."""


class TextLogColumn(text_logs.TextLogColumn, ComponentMixin):
    """A column of a text log, shown or hidden."""


class TextLogColumnBatch(
    text_logs.TextLogColumnBatch, ComponentBatchMixin, of=TextLogColumn, namespace=NAMESPACE
):
    """A batch of `TextLogColumn`."""


class TimelineColumn(text_logs.TimelineColumn, ComponentMixin):
    """A timeline of a text log, shown or hidden."""


class TimelineColumnBatch(
    text_logs.TimelineColumnBatch, ComponentBatchMixin, of=TimelineColumn, namespace=NAMESPACE
):
    """A batch of `TimelineColumn`."""


class Volume(numbers.Float32, ComponentMixin):
    """Loudness, from 0, silent, to 1, full."""


class VolumeBatch(numbers.Float32Batch, ComponentBatchMixin, of=Volume, namespace=NAMESPACE):
    """A batch of `Volume`."""
