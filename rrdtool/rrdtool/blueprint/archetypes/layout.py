"""Containers, views and panels, and how views draw entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.names import ARCHETYPES

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.blueprint import components as blueprint_components
    from rrdtool.blueprint import datatypes as blueprint_datatypes

    class _ActiveVisualizersFields(TypedDict, total=False):
        instruction_ids: datatypes.UuidArrayLike | None

    class _ContainerBlueprintOptions(TypedDict, total=False):
        display_name: datatypes.Utf8Like | None
        contents: datatypes.EntityPathArrayLike | None
        col_shares: datatypes.Float32ArrayLike | None
        row_shares: datatypes.Float32ArrayLike | None
        active_tab: datatypes.EntityPathLike | None
        visible: datatypes.BoolLike | None
        grid_columns: datatypes.UInt32Like | None

    class _ContainerBlueprintFields(_ContainerBlueprintOptions, total=False):
        container_kind: blueprint_components.ContainerKindLike | None

    class _EntityBehaviorFields(TypedDict, total=False):
        interactive: datatypes.BoolLike | None
        visible: datatypes.BoolLike | None

    class _PanelBlueprintFields(TypedDict, total=False):
        state: blueprint_components.PanelStateLike | None

    class _ViewBlueprintOptions(TypedDict, total=False):
        display_name: datatypes.Utf8Like | None
        space_origin: datatypes.EntityPathLike | None
        visible: datatypes.BoolLike | None
        titlebar: datatypes.BoolLike | None

    class _ViewBlueprintFields(_ViewBlueprintOptions, total=False):
        class_identifier: datatypes.Utf8Like | None

    class _ViewContentsFields(TypedDict, total=False):
        query: datatypes.Utf8ArrayLike | None

    class _ViewportBlueprintFields(TypedDict, total=False):
        root_container: datatypes.UuidLike | None
        maximized: datatypes.UuidLike | None
        auto_layout: datatypes.BoolLike | None
        auto_views: datatypes.BoolLike | None
        past_viewer_recommendations: datatypes.UInt64ArrayLike | None

    class _VisualizerInstructionOptions(TypedDict, total=False):
        component_map: blueprint_datatypes.VisualizerComponentMappingArrayLike | None

    class _VisualizerInstructionFields(_VisualizerInstructionOptions, total=False):
        visualizer_type: datatypes.Utf8Like | None


__all__ = [
    "ActiveVisualizers",
    "ContainerBlueprint",
    "EntityBehavior",
    "PanelBlueprint",
    "ViewBlueprint",
    "ViewContents",
    "ViewportBlueprint",
    "VisualizerInstruction",
]


class ActiveVisualizers(Archetype, prefix=ARCHETYPES):
    """Which visualizers draw an entity, instead of those that the viewer would choose."""

    instruction_ids: Row[blueprint_components.VisualizerInstructionIdBatch]

    def __init__(self, instruction_ids: datatypes.UuidArrayLike) -> None:
        self._store(instruction_ids=instruction_ids)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ActiveVisualizersFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ContainerBlueprint(Archetype, prefix=ARCHETYPES):
    """A container of views and of other containers."""

    container_kind: Row[blueprint_components.ContainerKindBatch]
    display_name: Row[components.NameBatch]
    contents: Row[blueprint_components.IncludedContentBatch]
    col_shares: Row[blueprint_components.ColumnShareBatch]
    row_shares: Row[blueprint_components.RowShareBatch]
    active_tab: Row[blueprint_components.ActiveTabBatch]
    visible: Row[components.VisibleBatch]
    grid_columns: Row[blueprint_components.GridColumnsBatch]

    def __init__(
        self,
        container_kind: blueprint_components.ContainerKindLike,
        **options: Unpack[_ContainerBlueprintOptions],
    ) -> None:
        self._store(container_kind=container_kind, **options)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ContainerBlueprintFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class EntityBehavior(Archetype, prefix=ARCHETYPES):
    """How an entity and all below it behave in a view."""

    interactive: Row[components.InteractiveBatch]
    visible: Row[components.VisibleBatch]

    def __init__(self, **fields: Unpack[_EntityBehaviorFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_EntityBehaviorFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class PanelBlueprint(Archetype, prefix=ARCHETYPES):
    """A panel at the edge of the viewer."""

    state: Row[blueprint_components.PanelStateBatch]

    def __init__(self, **fields: Unpack[_PanelBlueprintFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_PanelBlueprintFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ViewBlueprint(Archetype, prefix=ARCHETYPES):
    """A view."""

    class_identifier: Row[blueprint_components.ViewClassBatch]
    display_name: Row[components.NameBatch]
    space_origin: Row[blueprint_components.ViewOriginBatch]
    visible: Row[components.VisibleBatch]
    titlebar: Row[blueprint_components.EnabledBatch]

    def __init__(
        self, class_identifier: datatypes.Utf8Like, **options: Unpack[_ViewBlueprintOptions]
    ) -> None:
        self._store(class_identifier=class_identifier, **options)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ViewBlueprintFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ViewContents(Archetype, prefix=ARCHETYPES):
    """The entities that a view draws."""

    query: Row[blueprint_components.QueryExpressionBatch]

    def __init__(self, query: datatypes.Utf8ArrayLike) -> None:
        self._store(query=query)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ViewContentsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ViewportBlueprint(Archetype, prefix=ARCHETYPES):
    """The whole area of views."""

    root_container: Row[blueprint_components.RootContainerBatch]
    maximized: Row[blueprint_components.ViewMaximizedBatch]
    auto_layout: Row[blueprint_components.AutoLayoutBatch]
    auto_views: Row[blueprint_components.AutoViewsBatch]
    past_viewer_recommendations: Row[blueprint_components.ViewerRecommendationHashBatch]

    def __init__(self, **fields: Unpack[_ViewportBlueprintFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ViewportBlueprintFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class VisualizerInstruction(Archetype, prefix=ARCHETYPES):
    """An order to draw an entity with a certain visualizer."""

    visualizer_type: Row[blueprint_components.VisualizerTypeBatch]
    component_map: Row[blueprint_components.VisualizerComponentMappingBatch]

    def __init__(
        self, visualizer_type: datatypes.Utf8Like, **options: Unpack[_VisualizerInstructionOptions]
    ) -> None:
        self._store(visualizer_type=visualizer_type, **options)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_VisualizerInstructionFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
