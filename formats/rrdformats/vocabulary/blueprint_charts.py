"""Blueprints: views of plots, tensors, text and sound."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import blueprint, one_of, optional

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    # plots
    blueprint.component(
        "Corner2D",
        one_of(LeftTop=1, RightTop=2, LeftBottom=3, RightBottom=4, default="LeftBottom"),
        "A corner of a rectangle.",
    ),
    blueprint.component(
        "LinkAxis",
        one_of(Independent=1, LinkToGlobal=2, default="Independent"),
        "Whether a time axis moves together with those of other views.",
    ),
    blueprint.component(
        "LockRangeDuringZoom", "Bool", "Whether zooming leaves the range of an axis alone."
    ),
    blueprint.component(
        "TooltipMode",
        one_of(Nearest=1, All=2),
        "Whether a tooltip tells of the nearest series or of all.",
    ),
    blueprint.component(
        "PointsDisplay",
        one_of(OnHover=1, Always=2),
        "When the points of a line are marked.",
    ),
    # tensors
    blueprint.component(
        "ViewFit",
        one_of(Original=1, Fill=2, FillKeepAspectRatio=3, default="FillKeepAspectRatio"),
        "How an image is fitted into its view.",
    ),
    blueprint.component(
        "TensorDimensionIndexSlider",
        "blueprint.TensorDimensionIndexSlider",
        "A dimension whose index has a slider.",
    ),
    # text and sound
    blueprint.component(
        "TextLogColumn", "blueprint.TextLogColumn", "A column of a text log, shown or hidden."
    ),
    blueprint.component(
        "TimelineColumn", "blueprint.TimelineColumn", "A timeline of a text log, shown or hidden."
    ),
    blueprint.component("Volume", "Float32", "Loudness, from 0, silent, to 1, full."),
)

ARCHETYPES = (
    blueprint.archetype(
        "PlotBackground",
        "The background of a plot.",
        optional.mono("color", "Color", "Its color."),
        optional.mono("show_grid", "blueprint.Enabled", "Whether grid lines are drawn."),
    ),
    blueprint.archetype(
        "PlotInteraction",
        "How a plot answers the mouse.",
        optional.mono("tooltip_mode", "blueprint.TooltipMode", "What tooltips tell."),
        optional.mono("points_display", "blueprint.PointsDisplay", "When points are marked."),
    ),
    blueprint.archetype(
        "PlotLegend",
        "The legend of a plot.",
        optional.mono("corner", "blueprint.Corner2D", "Where it is placed."),
        optional.mono("visible", "Visible", "Whether it is shown."),
    ),
    blueprint.archetype(
        "ScalarAxis",
        "The value axis of a plot.",
        optional.mono("range", "Range1D", "What it covers."),
        optional.mono("zoom_lock", "blueprint.LockRangeDuringZoom", "Whether zooming keeps it."),
    ),
    blueprint.archetype(
        "TimeAxis",
        "The time axis of a plot.",
        optional.mono("link", "blueprint.LinkAxis", "Whether it moves with those of others."),
        optional.mono("view_range", "blueprint.TimeRange", "What it covers."),
        optional.mono("zoom_lock", "blueprint.LockRangeDuringZoom", "Whether zooming keeps it."),
    ),
    blueprint.archetype(
        "TensorScalarMapping",
        "How the numbers of a tensor become colors.",
        optional.mono("mag_filter", "MagnificationFilter", "How cells are enlarged."),
        optional.mono("colormap", "Colormap", "The scale of colors."),
        optional.mono("gamma", "GammaCorrection", "Exponent applied to normalized values."),
    ),
    blueprint.archetype(
        "TensorSliceSelection",
        "The two-dimensional slice of a tensor that a view shows.",
        optional.mono("width", "TensorWidthDimension", "Dimension from left to right."),
        optional.mono("height", "TensorHeightDimension", "Dimension from top to bottom."),
        optional.batch(
            "indices", "TensorDimensionIndexSelection", "Where the other dimensions are cut."
        ),
        optional.batch(
            "slider", "blueprint.TensorDimensionIndexSlider", "Dimensions that have a slider."
        ),
    ),
    blueprint.archetype(
        "TensorViewFit",
        "How a tensor is fitted into its view.",
        optional.mono("scaling", "blueprint.ViewFit", "Which way."),
    ),
    blueprint.archetype(
        "TextDocumentFormat",
        "How a text document is set.",
        optional.mono("monospace", "blueprint.Enabled", "Whether all letters have one width."),
        optional.mono("word_wrap", "blueprint.Enabled", "Whether long lines are broken."),
    ),
    blueprint.archetype(
        "TextLogColumns",
        "The columns of a text log.",
        optional.batch("timeline_columns", "blueprint.TimelineColumn", "Its timelines."),
        optional.batch("text_log_columns", "blueprint.TextLogColumn", "Its other columns."),
    ),
    blueprint.archetype(
        "TextLogFormat",
        "How the lines of a text log are set.",
        optional.mono("monospace_body", "blueprint.Enabled", "Whether letters have one width."),
    ),
    blueprint.archetype(
        "TextLogRows",
        "The lines of a text log.",
        optional.batch("filter_by_log_level", "TextLogLevel", "Levels whose lines are shown."),
    ),
    blueprint.archetype(
        "AudioPlayback",
        "The playback of a sound.",
        optional.mono("volume", "blueprint.Volume", "How loud it is."),
    ),
)
