"""Views: one class for each class of views that viewers know; loaded when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
    from rrdtool.blueprint.views.charts import (
        AudioView,
        BarChartView,
        StateTimelineView,
        TensorView,
        TimeSeriesView,
    )
    from rrdtool.blueprint.views.spatial import GraphView, MapView, Spatial2DView, Spatial3DView
    from rrdtool.blueprint.views.texts import DataframeView, TextDocumentView, TextLogView

__all__ = [
    "AudioView",
    "BarChartView",
    "DataframeView",
    "GraphView",
    "MapView",
    "Spatial2DView",
    "Spatial3DView",
    "StateTimelineView",
    "TensorView",
    "TextDocumentView",
    "TextLogView",
    "TimeSeriesView",
]

_FAMILIES = {
    "charts": "AudioView BarChartView StateTimelineView TensorView TimeSeriesView",
    "spatial": "GraphView MapView Spatial2DView Spatial3DView",
    "texts": "DataframeView TextDocumentView TextLogView",
}

if not TYPE_CHECKING:
    __getattr__ = load_on_use(__name__, _FAMILIES)[0]  # what else it makes lists batches too


def __dir__() -> list[str]:
    return __all__
