"""Containers, views, and how views draw entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.blueprint.datatypes import mappings
from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes import numbers, texts, vectors
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "ActiveTab",
    "ActiveTabBatch",
    "AutoLayout",
    "AutoLayoutBatch",
    "AutoViews",
    "AutoViewsBatch",
    "ColumnShare",
    "ColumnShareBatch",
    "ContainerKind",
    "ContainerKindArrayLike",
    "ContainerKindBatch",
    "ContainerKindLike",
    "Enabled",
    "EnabledBatch",
    "GridColumns",
    "GridColumnsBatch",
    "IncludedContent",
    "IncludedContentBatch",
    "PanelState",
    "PanelStateArrayLike",
    "PanelStateBatch",
    "PanelStateLike",
    "QueryExpression",
    "QueryExpressionBatch",
    "RootContainer",
    "RootContainerBatch",
    "RowShare",
    "RowShareBatch",
    "ViewClass",
    "ViewClassBatch",
    "ViewMaximized",
    "ViewMaximizedBatch",
    "ViewOrigin",
    "ViewOriginBatch",
    "ViewerRecommendationHash",
    "ViewerRecommendationHashBatch",
    "VisualizerComponentMapping",
    "VisualizerComponentMappingBatch",
    "VisualizerInstructionId",
    "VisualizerInstructionIdBatch",
    "VisualizerType",
    "VisualizerTypeBatch",
]


class RootContainer(vectors.Uuid, ComponentMixin):
    """Id of the outermost container."""


class RootContainerBatch(
    vectors.UuidBatch, ComponentBatchMixin, of=RootContainer, namespace=NAMESPACE
):
    """A batch of `RootContainer`."""


class ViewMaximized(vectors.Uuid, ComponentMixin):
    """Id of the view that fills the viewport."""


class ViewMaximizedBatch(
    vectors.UuidBatch, ComponentBatchMixin, of=ViewMaximized, namespace=NAMESPACE
):
    """A batch of `ViewMaximized`."""


class AutoLayout(numbers.Bool, ComponentMixin):
    """Whether the viewer arranges the containers."""


class AutoLayoutBatch(numbers.BoolBatch, ComponentBatchMixin, of=AutoLayout, namespace=NAMESPACE):
    """A batch of `AutoLayout`."""


class AutoViews(numbers.Bool, ComponentMixin):
    """Whether the viewer adds views by itself."""


class AutoViewsBatch(numbers.BoolBatch, ComponentBatchMixin, of=AutoViews, namespace=NAMESPACE):
    """A batch of `AutoViews`."""


class ViewerRecommendationHash(numbers.UInt64, ComponentMixin):
    """Hash of a view that the viewer once added by itself."""


class ViewerRecommendationHashBatch(
    numbers.UInt64Batch, ComponentBatchMixin, of=ViewerRecommendationHash, namespace=NAMESPACE
):
    """A batch of `ViewerRecommendationHash`."""


class PanelState(NamedNumber):
    """How much of a panel is seen."""

    Hidden = 1
    Collapsed = 2
    Expanded = 3


PanelStateLike: TypeAlias = "PanelState | str | int"
PanelStateArrayLike: TypeAlias = "PanelStateLike | Sequence[PanelStateLike]"


class PanelStateBatch(
    EnumBatch[PanelState], ComponentBatchMixin, of=PanelState, namespace=NAMESPACE
):
    """A batch of `PanelState`."""


class ContainerKind(NamedNumber):
    """How a container arranges its children."""

    Tabs = 1
    Horizontal = 2
    Vertical = 3
    Grid = 4


ContainerKindLike: TypeAlias = "ContainerKind | str | int"
ContainerKindArrayLike: TypeAlias = "ContainerKindLike | Sequence[ContainerKindLike]"


class ContainerKindBatch(
    EnumBatch[ContainerKind], ComponentBatchMixin, of=ContainerKind, namespace=NAMESPACE
):
    """A batch of `ContainerKind`."""


class IncludedContent(texts.EntityPath, ComponentMixin):
    """Path of a child: a container or view."""


class IncludedContentBatch(
    texts.EntityPathBatch, ComponentBatchMixin, of=IncludedContent, namespace=NAMESPACE
):
    """A batch of `IncludedContent`."""


class ActiveTab(texts.EntityPath, ComponentMixin):
    """Path of the child whose tab is open."""


class ActiveTabBatch(texts.EntityPathBatch, ComponentBatchMixin, of=ActiveTab, namespace=NAMESPACE):
    """A batch of `ActiveTab`."""


class ColumnShare(numbers.Float32, ComponentMixin):
    """Width of a column, relative to the others."""


class ColumnShareBatch(
    numbers.Float32Batch, ComponentBatchMixin, of=ColumnShare, namespace=NAMESPACE
):
    """A batch of `ColumnShare`."""


class RowShare(numbers.Float32, ComponentMixin):
    """Height of a row, relative to the others."""


class RowShareBatch(numbers.Float32Batch, ComponentBatchMixin, of=RowShare, namespace=NAMESPACE):
    """A batch of `RowShare`."""


class GridColumns(numbers.UInt32, ComponentMixin):
    """Number of columns of a grid."""


class GridColumnsBatch(
    numbers.UInt32Batch, ComponentBatchMixin, of=GridColumns, namespace=NAMESPACE
):
    """A batch of `GridColumns`."""


class ViewClass(texts.Utf8, ComponentMixin):
    """Which kind of view it is, such as `3D`."""


class ViewClassBatch(texts.Utf8Batch, ComponentBatchMixin, of=ViewClass, namespace=NAMESPACE):
    """A batch of `ViewClass`."""


class ViewOrigin(texts.EntityPath, ComponentMixin):
    """Entity in whose space a view is drawn."""


class ViewOriginBatch(
    texts.EntityPathBatch, ComponentBatchMixin, of=ViewOrigin, namespace=NAMESPACE
):
    """A batch of `ViewOrigin`."""


class QueryExpression(texts.Utf8, ComponentMixin):
    """A rule that takes entities into a view, or out if after `-`."""


class QueryExpressionBatch(
    texts.Utf8Batch, ComponentBatchMixin, of=QueryExpression, namespace=NAMESPACE
):
    """A batch of `QueryExpression`."""


class Enabled(numbers.Bool, ComponentMixin):
    """Whether something is switched on."""


class EnabledBatch(numbers.BoolBatch, ComponentBatchMixin, of=Enabled, namespace=NAMESPACE):
    """A batch of `Enabled`."""


class VisualizerInstructionId(vectors.Uuid, ComponentMixin):
    """Id of a visualizer instruction."""


class VisualizerInstructionIdBatch(
    vectors.UuidBatch, ComponentBatchMixin, of=VisualizerInstructionId, namespace=NAMESPACE
):
    """A batch of `VisualizerInstructionId`."""


class VisualizerType(texts.Utf8, ComponentMixin):
    """Which visualizer it is, such as `Points3D`."""


class VisualizerTypeBatch(
    texts.Utf8Batch, ComponentBatchMixin, of=VisualizerType, namespace=NAMESPACE
):
    """A batch of `VisualizerType`."""


class VisualizerComponentMapping(mappings.VisualizerComponentMapping, ComponentMixin):
    """Where one component of a visualizer comes from."""


class VisualizerComponentMappingBatch(
    mappings.VisualizerComponentMappingBatch,
    ComponentBatchMixin,
    of=VisualizerComponentMapping,
    namespace=NAMESPACE,
):
    """A batch of `VisualizerComponentMapping`."""
