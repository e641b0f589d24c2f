"""Plots over time and charts: scalars, measurements, the style of series, states."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("Scalar", "Float64", "A number to plot."),
    core.component("Variance", "Float64", "The variance of a measured number."),
    core.component("Unit", "Utf8", "The unit of a measured number, such as `m/s`."),
    core.component("StrokeWidth", "Float32", "The width of a line (UI points)."),
    core.component("MarkerSize", "Float32", "The radius of a marker (UI points)."),
    core.component(
        "MarkerShape",
        one_of(
            Circle=1,
            Diamond=2,
            Square=3,
            Cross=4,
            Plus=5,
            Up=6,
            Down=7,
            Left=8,
            Right=9,
            Asterisk=10,
            default="Circle",
        ),
        "The shape of a marker in a plot.",
    ),
    core.component(
        "AggregationPolicy",
        one_of(Off=1, Average=2, Max=3, Min=4, MinMax=5, MinMaxAverage=6, default="MinMax"),
        "What is drawn where many values share a pixel.",
    ),
    core.component(
        "InterpolationMode",
        one_of(Linear=1, StepAfter=2, StepBefore=3, StepMid=4, default="Linear"),
        "How a line runs from one value to the next.",
    ),
)

_NAMES = optional.batch("names", "Name", "Name of each series in the legend.")
_VISIBLE_SERIES = optional.batch("visible_series", "Visible", "Which series are drawn.")
_LINE_STYLE = (
    optional.batch("colors", "Color", "Color of each series."),
    optional.batch("widths", "StrokeWidth", "Line width of each series."),
    _NAMES,
    _VISIBLE_SERIES,
    optional.mono("aggregation_policy", "AggregationPolicy", "How crowded values are thinned."),
    optional.mono("interpolation_mode", "InterpolationMode", "How values are joined."),
)

ARCHETYPES = (
    core.archetype(
        "BarChart",
        "A chart of bars.",
        required.mono("values", "TensorData", "Height of each bar, a one-dimensional tensor."),
        optional.mono("color", "Color", "Color of all bars."),
        optional.mono("abscissa", "TensorData", "Place of each bar on the x axis."),
        optional.batch("widths", "Length", "Width of each bar on the x axis; 1 unless given."),
    ),
    core.archetype(
        "Measurements",
        "Measured numbers with their uncertainty and unit, plotted over time.",
        required.batch("values", "Scalar", "The measured numbers, one per series."),
        optional.batch("variances", "Variance", "Variance of each number."),
        optional.batch("units", "Unit", "Unit of each number."),
        *_LINE_STYLE,
    ),
    core.archetype(
        "Scalars",
        "Numbers that are plotted over time, one per series.",
        required.batch("scalars", "Scalar", "The numbers of this time."),
        visualizer=False,
    ),
    core.archetype("SeriesLines", "How scalars look when drawn as lines.", *_LINE_STYLE),
    core.archetype(
        "SeriesPoints",
        "How scalars look when drawn as points.",
        optional.batch("colors", "Color", "Color of each series."),
        required.batch("markers", "MarkerShape", "Marker of each series."),
        _NAMES,
        _VISIBLE_SERIES,
        optional.batch("marker_sizes", "MarkerSize", "Marker size of each series."),
    ),
    core.archetype(
        "StateChange",
        "The states that begin at this time, one per lane; empty text ends a state.",
        required.batch("state", "Text", "Name of the new state in each lane."),
    ),
    core.archetype(
        "StateConfiguration",
        "How states look; the rows of its four columns belong together.",
        optional.batch("values", "Text", "Name of each state as it is logged."),
        optional.batch("labels", "Text", "Name of each state as it is shown."),
        optional.batch("colors", "Color", "Color of each state."),
        optional.batch("visible", "Visible", "Whether each state is shown."),
    ),
)
