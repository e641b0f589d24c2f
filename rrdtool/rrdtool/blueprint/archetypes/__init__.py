"""Archetypes of blueprints: what containers, views and panels store about themselves.

Views and containers make most of them; what describes a part of a view is given to the view.
A family is loaded when one of its names is first used.

| module | what it describes |
|---|---|
| `layout` | the viewport, containers, views, panels, visualizers |
| `times` | the time panel, and the times that views show |
| `scenes` | spatial views and maps |
| `graphs` | graphs and their forces |
| `charts` | plots, tensors, sound |
| `text_views` | text documents and text logs |
| `tables` | dataframe views, and tables of catalogs |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
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
    from rrdtool.blueprint.archetypes.graphs import (
        ForceCenter,
        ForceCollisionRadius,
        ForceLink,
        ForceManyBody,
        ForcePosition,
        GraphBackground,
    )
    from rrdtool.blueprint.archetypes.layout import (
        ActiveVisualizers,
        ContainerBlueprint,
        EntityBehavior,
        PanelBlueprint,
        ViewBlueprint,
        ViewContents,
        ViewportBlueprint,
        VisualizerInstruction,
    )
    from rrdtool.blueprint.archetypes.scenes import (
        Background,
        EyeControls3D,
        LineGrid3D,
        MapBackground,
        MapZoom,
        NearClipPlane,
        SpatialInformation,
        VisualBounds2D,
    )
    from rrdtool.blueprint.archetypes.tables import (
        CardLayout,
        DataframeQuery,
        PreviewsConfig,
        TableBlueprint,
        TableColumn,
        TableColumnPreview,
        TableLayout,
    )
    from rrdtool.blueprint.archetypes.text_views import (
        TextDocumentFormat,
        TextLogColumns,
        TextLogFormat,
        TextLogRows,
    )
    from rrdtool.blueprint.archetypes.times import TimePanelBlueprint, VisibleTimeRanges

__all__ = [
    "ActiveVisualizers",
    "AudioPlayback",
    "Background",
    "CardLayout",
    "ContainerBlueprint",
    "DataframeQuery",
    "EntityBehavior",
    "EyeControls3D",
    "ForceCenter",
    "ForceCollisionRadius",
    "ForceLink",
    "ForceManyBody",
    "ForcePosition",
    "GraphBackground",
    "LineGrid3D",
    "MapBackground",
    "MapZoom",
    "NearClipPlane",
    "PanelBlueprint",
    "PlotBackground",
    "PlotInteraction",
    "PlotLegend",
    "PreviewsConfig",
    "ScalarAxis",
    "SpatialInformation",
    "TableBlueprint",
    "TableColumn",
    "TableColumnPreview",
    "TableLayout",
    "TensorScalarMapping",
    "TensorSliceSelection",
    "TensorViewFit",
    "TextDocumentFormat",
    "TextLogColumns",
    "TextLogFormat",
    "TextLogRows",
    "TimeAxis",
    "TimePanelBlueprint",
    "ViewBlueprint",
    "ViewContents",
    "ViewportBlueprint",
    "VisibleTimeRanges",
    "VisualBounds2D",
    "VisualizerInstruction",
]

_FAMILIES = {
    "charts": (
        "AudioPlayback PlotBackground PlotInteraction PlotLegend ScalarAxis TensorScalarMapping "
        "TensorSliceSelection TensorViewFit TimeAxis"
    ),
    "graphs": (
        "ForceCenter ForceCollisionRadius ForceLink ForceManyBody ForcePosition GraphBackground"
    ),
    "layout": (
        "ActiveVisualizers ContainerBlueprint EntityBehavior PanelBlueprint ViewBlueprint "
        "ViewContents ViewportBlueprint VisualizerInstruction"
    ),
    "scenes": (
        "Background EyeControls3D LineGrid3D MapBackground MapZoom NearClipPlane "
        "SpatialInformation VisualBounds2D"
    ),
    "tables": (
        "CardLayout DataframeQuery PreviewsConfig TableBlueprint TableColumn TableColumnPreview "
        "TableLayout"
    ),
    "text_views": "TextDocumentFormat TextLogColumns TextLogFormat TextLogRows",
    "times": "TimePanelBlueprint VisibleTimeRanges",
}

if not TYPE_CHECKING:
    __getattr__ = load_on_use(__name__, _FAMILIES)[0]  # what else it makes lists batches too


def __dir__() -> list[str]:
    return __all__
