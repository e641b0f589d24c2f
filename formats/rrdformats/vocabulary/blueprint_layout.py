"""Blueprints: the viewport, its containers and views, and what each view contains."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import blueprint, one_of, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    # viewport and panels
    blueprint.component("RootContainer", "Uuid", "Id of the outermost container."),
    blueprint.component("ViewMaximized", "Uuid", "Id of the view that fills the viewport."),
    blueprint.component("AutoLayout", "Bool", "Whether the viewer arranges the containers."),
    blueprint.component("AutoViews", "Bool", "Whether the viewer adds views by itself."),
    blueprint.component(
        "ViewerRecommendationHash", "UInt64", "Hash of a view that the viewer once added by itself."
    ),
    blueprint.component(
        "PanelState",
        one_of(Hidden=1, Collapsed=2, Expanded=3, default="Expanded"),
        "How much of a panel is seen.",
    ),
    # containers
    blueprint.component(
        "ContainerKind",
        one_of(Tabs=1, Horizontal=2, Vertical=3, Grid=4, default="Grid"),
        "How a container arranges its children.",
    ),
    blueprint.component("IncludedContent", "EntityPath", "Path of a child: a container or view."),
    blueprint.component("ActiveTab", "EntityPath", "Path of the child whose tab is open."),
    blueprint.component("ColumnShare", "Float32", "Width of a column, relative to the others."),
    blueprint.component("RowShare", "Float32", "Height of a row, relative to the others."),
    blueprint.component("GridColumns", "UInt32", "Number of columns of a grid."),
    # views
    blueprint.component("ViewClass", "Utf8", "Which kind of view it is, such as `3D`."),
    blueprint.component("ViewOrigin", "EntityPath", "Entity in whose space a view is drawn."),
    blueprint.component(
        "QueryExpression", "Utf8", "A rule that takes entities into a view, or out if after `-`."
    ),
    blueprint.component("Enabled", "Bool", "Whether something is switched on."),
    # visualizers
    blueprint.component("VisualizerInstructionId", "Uuid", "Id of a visualizer instruction."),
    blueprint.component("VisualizerType", "Utf8", "Which visualizer it is, such as `Points3D`."),
    blueprint.component(
        "VisualizerComponentMapping",
        "blueprint.VisualizerComponentMapping",
        "Where one component of a visualizer comes from.",
    ),
)

ARCHETYPES = (
    blueprint.archetype(
        "ActiveVisualizers",
        "Which visualizers draw an entity, instead of those that the viewer would choose.",
        required.batch(
            "instruction_ids", "blueprint.VisualizerInstructionId", "Ids of their instructions."
        ),
    ),
    blueprint.archetype(
        "ContainerBlueprint",
        "A container of views and of other containers.",
        required.mono("container_kind", "blueprint.ContainerKind", "How it arranges them."),
        optional.mono("display_name", "Name", "Its title."),
        optional.batch("contents", "blueprint.IncludedContent", "Its children, in order."),
        optional.batch("col_shares", "blueprint.ColumnShare", "Relative width of each column."),
        optional.batch("row_shares", "blueprint.RowShare", "Relative height of each row."),
        optional.mono("active_tab", "blueprint.ActiveTab", "The open tab, if it has tabs."),
        optional.mono("visible", "Visible", "Whether it is shown."),
        optional.mono("grid_columns", "blueprint.GridColumns", "Number of columns, if a grid."),
    ),
    blueprint.archetype(
        "EntityBehavior",
        "How an entity and all below it behave in a view.",
        optional.mono("interactive", "Interactive", "Whether it can be hovered and selected."),
        optional.mono("visible", "Visible", "Whether it is shown."),
    ),
    blueprint.archetype(
        "PanelBlueprint",
        "A panel at the edge of the viewer.",
        optional.mono("state", "blueprint.PanelState", "How much of it is seen."),
    ),
    blueprint.archetype(
        "ViewBlueprint",
        "A view.",
        required.mono("class_identifier", "blueprint.ViewClass", "Which kind of view it is."),
        optional.mono("display_name", "Name", "Its title."),
        optional.mono("space_origin", "blueprint.ViewOrigin", "Entity in whose space it is drawn."),
        optional.mono("visible", "Visible", "Whether it is shown."),
        optional.mono("titlebar", "blueprint.Enabled", "Whether the title is shown."),
    ),
    blueprint.archetype(
        "ViewContents",
        "The entities that a view draws.",
        optional.batch("query", "blueprint.QueryExpression", "Rules that choose them."),
    ),
    blueprint.archetype(
        "ViewportBlueprint",
        "The whole area of views.",
        optional.mono("root_container", "blueprint.RootContainer", "Outermost container."),
        optional.mono("maximized", "blueprint.ViewMaximized", "View that fills the area."),
        optional.mono("auto_layout", "blueprint.AutoLayout", "Whether the viewer arranges it."),
        optional.mono("auto_views", "blueprint.AutoViews", "Whether the viewer adds views."),
        optional.batch(
            "past_viewer_recommendations",
            "blueprint.ViewerRecommendationHash",
            "Views that the viewer has added before and will not add again.",
        ),
    ),
    blueprint.archetype(
        "VisualizerInstruction",
        "An order to draw an entity with a certain visualizer.",
        required.mono("visualizer_type", "blueprint.VisualizerType", "The visualizer."),
        optional.batch(
            "component_map", "blueprint.VisualizerComponentMapping", "Where its inputs come from."
        ),
    ),
)
