"""Views of numbers: plots, bar charts, tensors, states and sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from rrdtool.blueprint.archetypes.charts import (
    AudioPlayback,
    PlotBackground,
    PlotInteraction,
    PlotLegend,
    ScalarAxis,
    TensorScalarMapping,
    TensorSliceSelection,
    TensorViewFit,
    TimeAxis,
)
from rrdtool.blueprint.archetypes.times import VisibleTimeRanges
from rrdtool.blueprint.views.base import KnownView, ViewOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rrdtool import datatypes
    from rrdtool.blueprint import components

__all__ = ["AudioView", "BarChartView", "StateTimelineView", "TensorView", "TimeSeriesView"]


class AudioView(KnownView, class_identifier="Audio"):
    """A view of sound.

    Args:
        playback: How it is played.
        options: See `ViewOptions`.
    """

    def __init__(
        self, *, playback: AudioPlayback | None = None, **options: Unpack[ViewOptions]
    ) -> None:
        self._set_up(options, (AudioPlayback, playback))


class BarChartView(KnownView, class_identifier="BarChart"):
    """A view of bar charts.

    Args:
        plot_legend: The legend, or the corner where it stands.
        background: The background.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        plot_legend: PlotLegend | components.Corner2DLike | None = None,
        background: PlotBackground | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(options, (PlotLegend, plot_legend), (PlotBackground, background))


class TimeSeriesView(KnownView, class_identifier="TimeSeries"):
    """A view of scalars over time.

    Args:
        axis_x: The time axis.
        axis_y: The value axis.
        plot_legend: The legend, or the corner where it stands.
        background: The background.
        interaction: What the mouse pointer brings up.
        time_ranges: The times that it shows.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        axis_x: TimeAxis | None = None,
        axis_y: ScalarAxis | None = None,
        plot_legend: PlotLegend | components.Corner2DLike | None = None,
        background: PlotBackground | None = None,
        interaction: PlotInteraction | None = None,
        time_ranges: VisibleTimeRanges
        | datatypes.VisibleTimeRangeLike
        | Sequence[datatypes.VisibleTimeRangeLike]
        | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(
            options,
            (TimeAxis, axis_x),
            (ScalarAxis, axis_y),
            (PlotLegend, plot_legend),
            (PlotBackground, background),
            (PlotInteraction, interaction),
            (VisibleTimeRanges, time_ranges),
        )


class StateTimelineView(KnownView, class_identifier="StateTimeline"):
    """A view of states over time, a lane each.

    Args:
        time_view: The time axis.
        time_ranges: The times that it shows.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        time_view: TimeAxis | None = None,
        time_ranges: VisibleTimeRanges
        | datatypes.VisibleTimeRangeLike
        | Sequence[datatypes.VisibleTimeRangeLike]
        | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(options, (TimeAxis, time_view), (VisibleTimeRanges, time_ranges))


class TensorView(KnownView, class_identifier="Tensor"):
    """A view of a slice of a tensor.

    Args:
        slice_selection: Which slice.
        scalar_mapping: How its numbers become colors.
        view_fit: How it fills the view.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        slice_selection: TensorSliceSelection | None = None,
        scalar_mapping: TensorScalarMapping | None = None,
        view_fit: TensorViewFit | components.ViewFitLike | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(
            options,
            (TensorSliceSelection, slice_selection),
            (TensorScalarMapping, scalar_mapping),
            (TensorViewFit, view_fit),
        )
