"""Components that only blueprints use; the others are in `rrdtool.components`.

Each component `X` comes with `XBatch`, which holds any number of them, and enums also with the type
aliases `XLike` and `XArrayLike`: what can be given for one value, and for many.
Modules are named like those of the archetypes that the components occur in.
"""

# ruff: noqa: F403 - the names are those that each module lists

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
    # what type checkers see; at run time a family is loaded when one of its names is used
    from rrdtool.blueprint.components.charts import *
    from rrdtool.blueprint.components.layout import *
    from rrdtool.blueprint.components.scenes import *
    from rrdtool.blueprint.components.tables import *
    from rrdtool.blueprint.components.times import *

_FAMILIES = {
    "charts": (
        "Corner2D LinkAxis LockRangeDuringZoom PointsDisplay TensorDimensionIndexSlider "
        "TextLogColumn TimelineColumn TooltipMode ViewFit Volume"
    ),
    "layout": (
        "ActiveTab AutoLayout AutoViews ColumnShare ContainerKind Enabled GridColumns "
        "IncludedContent PanelState QueryExpression RootContainer RowShare ViewClass "
        "ViewMaximized ViewOrigin ViewerRecommendationHash VisualizerComponentMapping "
        "VisualizerInstructionId VisualizerType"
    ),
    "scenes": (
        "AngularSpeed BackgroundKind Eye3DKind ForceDistance ForceIterations ForceStrength "
        "GridSpacing MapProvider NearClipPlane VisualBounds2D ZoomLevel"
    ),
    "tables": (
        "ApplyLatestAt AutoScroll ColumnDisplayMode ColumnName ColumnOrder ColumnType "
        "ComponentColumnSelector Editable FilterByRange FilterIsNotNull SelectedColumns SortBy "
        "SqlFilterExpression TableLayoutKind"
    ),
    "times": (
        "AbsoluteTimeRange Fps LoopMode PlayState PlaybackSpeed TimeInt TimeRange "
        "TimelineFraction TimelineName VisibleTimeRange"
    ),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = load_on_use(__name__, _FAMILIES)
