"""Blueprints: which views a viewer shows, of what, and in which arrangement.

```python
import rrdtool.blueprint as rrb

blueprint = rrb.Horizontal(
    rrb.Spatial3DView(origin="/world"),
    rrb.TimeSeriesView(origin="/plots", plot_legend="RightTop"),
)
rr.send_blueprint(blueprint)
```

| module | what it holds |
|---|---|
| `blueprints` | Blueprint: the whole |
| `containers`, `views`, `panels` | what it is made of |
| `visualizers` | how single entities are drawn |
| `table`, `table_filters`, `experimental` | blueprints of tables in catalogs |
| `archetypes`, `components`, `datatypes` | what all these store; `encodings` is `datatypes` |
| `delivery` | files, and blueprints that are sent without a recording |
| `names` | where the types live |

Everything is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rrdtool.blueprint import (
        archetypes,
        components,
        containers,
        datatypes,
        encodings,
        experimental,
        table,
        views,
        visualizers,
    )
    from rrdtool.blueprint.archetypes import (
        ActiveVisualizers,
        AudioPlayback,
        Background,
        EntityBehavior,
        EyeControls3D,
        LineGrid3D,
        PlotInteraction,
        PlotLegend,
        ScalarAxis,
        SpatialInformation,
        TensorScalarMapping,
        TensorSliceSelection,
        TextLogColumns,
        TextLogFormat,
        TextLogRows,
        TimeAxis,
        VisibleTimeRanges,
        VisualBounds2D,
    )
    from rrdtool.blueprint.blueprints import (
        Blueprint,
        BlueprintLike,
        BlueprintPart,
        ContainerLike,
    )
    from rrdtool.blueprint.components import (
        BackgroundKind,
        Corner2D,
        Eye3DKind,
        LockRangeDuringZoom,
        MapProvider,
        PanelState,
        PanelStateLike,
    )
    from rrdtool.blueprint.containers import Container, Grid, Horizontal, Tabs, Vertical
    from rrdtool.blueprint.panels import BlueprintPanel, SelectionPanel, TimePanel, TopPanel
    from rrdtool.blueprint.table import TableBlueprint
    from rrdtool.blueprint.views import (
        AudioView,
        BarChartView,
        DataframeView,
        GraphView,
        MapView,
        Spatial2DView,
        Spatial3DView,
        StateTimelineView,
        TensorView,
        TextDocumentView,
        TextLogView,
        TimeSeriesView,
    )
    from rrdtool.blueprint.views.base import View
    from rrdtool.blueprint.visualizers import VisualizableArchetype, Visualizer
    from rrdtool.datatypes import TimeRange, TimeRangeBoundary, VisibleTimeRange

_MODULES = (
    "archetypes",
    "components",
    "containers",
    "datatypes",
    "encodings",
    "experimental",
    "table",
    "views",
    "visualizers",
)

_NAMES = {
    "rrdtool.blueprint.archetypes": (
        "ActiveVisualizers AudioPlayback Background EntityBehavior EyeControls3D LineGrid3D "
        "PlotInteraction PlotLegend ScalarAxis SpatialInformation TensorScalarMapping "
        "TensorSliceSelection TextLogColumns TextLogFormat TextLogRows TimeAxis "
        "VisibleTimeRanges VisualBounds2D"
    ),
    "rrdtool.blueprint.blueprints": "Blueprint BlueprintLike BlueprintPart ContainerLike",
    "rrdtool.blueprint.components": (
        "BackgroundKind Corner2D Eye3DKind LockRangeDuringZoom MapProvider PanelState "
        "PanelStateLike"
    ),
    "rrdtool.blueprint.containers": "Container Grid Horizontal Tabs Vertical",
    "rrdtool.blueprint.panels": "BlueprintPanel SelectionPanel TimePanel TopPanel",
    "rrdtool.blueprint.table": "TableBlueprint",
    "rrdtool.blueprint.views": (
        "AudioView BarChartView DataframeView GraphView MapView Spatial2DView Spatial3DView "
        "StateTimelineView TensorView TextDocumentView TextLogView TimeSeriesView"
    ),
    "rrdtool.blueprint.views.base": "View",
    "rrdtool.blueprint.visualizers": "VisualizableArchetype Visualizer",
    "rrdtool.datatypes": "TimeRange TimeRangeBoundary VisibleTimeRange",
}
"""Public names by the module that they are loaded from."""

_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "ActiveVisualizers",
    "AudioPlayback",
    "AudioView",
    "Background",
    "BackgroundKind",
    "BarChartView",
    "Blueprint",
    "BlueprintLike",
    "BlueprintPanel",
    "BlueprintPart",
    "Container",
    "ContainerLike",
    "Corner2D",
    "DataframeView",
    "EntityBehavior",
    "Eye3DKind",
    "EyeControls3D",
    "GraphView",
    "Grid",
    "Horizontal",
    "LineGrid3D",
    "LockRangeDuringZoom",
    "MapProvider",
    "MapView",
    "PanelState",
    "PanelStateLike",
    "PlotInteraction",
    "PlotLegend",
    "ScalarAxis",
    "SelectionPanel",
    "Spatial2DView",
    "Spatial3DView",
    "SpatialInformation",
    "StateTimelineView",
    "TableBlueprint",
    "Tabs",
    "TensorScalarMapping",
    "TensorSliceSelection",
    "TensorView",
    "TextDocumentView",
    "TextLogColumns",
    "TextLogFormat",
    "TextLogRows",
    "TextLogView",
    "TimeAxis",
    "TimePanel",
    "TimeRange",
    "TimeRangeBoundary",
    "TimeSeriesView",
    "TopPanel",
    "Vertical",
    "View",
    "VisibleTimeRange",
    "VisibleTimeRanges",
    "VisualBounds2D",
    "VisualizableArchetype",
    "Visualizer",
    "archetypes",
    "components",
    "containers",
    "datatypes",
    "encodings",
    "experimental",
    "table",
    "views",
    "visualizers",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        if name in _MODULES:
            return importlib.import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value  # the next time it is found without asking here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
