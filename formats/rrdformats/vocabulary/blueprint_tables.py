"""Blueprints: dataframe views, and the tables and cards of a catalog."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import blueprint, one_of, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    # dataframe views
    blueprint.component("ApplyLatestAt", "Bool", "Whether empty cells repeat the last value."),
    blueprint.component("AutoScroll", "Bool", "Whether a table follows the time cursor."),
    blueprint.component(
        "ColumnOrder", "list<item: EntityPath not null>", "The order of entities in a table."
    ),
    blueprint.component(
        "ComponentColumnSelector", "blueprint.ComponentColumnSelector", "A component column."
    ),
    blueprint.component("FilterByRange", "blueprint.FilterByRange", "Keeps rows of these times."),
    blueprint.component(
        "FilterIsNotNull", "blueprint.FilterIsNotNull", "Keeps rows in which a column has a value."
    ),
    blueprint.component("SelectedColumns", "blueprint.SelectedColumns", "The columns shown."),
    # tables and cards
    blueprint.component(
        "TableLayoutKind",
        one_of(Table=1, Cards=2),
        "Whether records are shown as rows or as cards.",
    ),
    blueprint.component(
        "ColumnDisplayMode",
        one_of(Compact=1, Component=2, Full=3),
        "How much of a column's name is shown.",
    ),
    blueprint.component("ColumnName", "Utf8", "The name of a column of the source."),
    blueprint.component("ColumnType", "blueprint.ColumnType", "What a column is shown as."),
    blueprint.component("Editable", "Bool", "Whether people may change the values."),
    blueprint.component("SortBy", "blueprint.SortBy", "The column that sorts a table."),
    blueprint.component("SqlFilterExpression", "Utf8", "A condition in SQL that rows must meet."),
)

ARCHETYPES = (
    blueprint.archetype(
        "DataframeQuery",
        "What a dataframe view shows.",
        optional.mono("timeline", "blueprint.TimelineName", "Timeline of its rows."),
        optional.mono("filter_by_range", "blueprint.FilterByRange", "Times of its rows."),
        optional.mono("filter_is_not_null", "blueprint.FilterIsNotNull", "Column never empty."),
        optional.mono("apply_latest_at", "blueprint.ApplyLatestAt", "Whether gaps are filled."),
        optional.mono("select", "blueprint.SelectedColumns", "Its columns."),
        optional.mono("entity_order", "blueprint.ColumnOrder", "Order of its entities."),
        optional.mono("auto_scroll", "blueprint.AutoScroll", "Whether it follows the cursor."),
    ),
    blueprint.archetype(
        "TableBlueprint",
        "A table of a catalog.",
        optional.mono("layout", "blueprint.TableLayoutKind", "Whether as rows or as cards."),
        optional.mono("column_display_mode", "blueprint.ColumnDisplayMode", "Length of names."),
        optional.batch("filters", "blueprint.SqlFilterExpression", "Conditions; all must hold."),
        optional.mono("sort_by", "blueprint.SortBy", "Order of the records."),
    ),
    blueprint.archetype(
        "TableLayout",
        "The records of a table as rows.",
        optional.batch("column_order", "blueprint.ColumnName", "Columns that come first."),
    ),
    blueprint.archetype(
        "CardLayout",
        "The records of a table as cards.",
        required.batch("field_order", "blueprint.ColumnName", "Columns on a card, in order."),
        optional.mono("title", "blueprint.ColumnName", "Column that gives the title."),
        optional.mono("link", "blueprint.ColumnName", "Column that tells what a click opens."),
    ),
    blueprint.archetype(
        "TableColumn",
        "A column of a table, or a field of its cards.",
        optional.mono("name", "Name", "Its heading."),
        optional.mono("editable", "blueprint.Editable", "Whether people may change it."),
        optional.mono("visible", "Visible", "Whether it is shown."),
        optional.mono("column_type", "blueprint.ColumnType", "What it is shown as."),
    ),
    blueprint.archetype(
        "TableColumnPreview",
        "Small views of the recordings that a column refers to.",
        required.batch("views", "blueprint.IncludedContent", "The views, in order."),
    ),
    blueprint.archetype(
        "PreviewsConfig",
        "The playback of all previews in a table.",
        optional.mono("timeline", "blueprint.TimelineName", "Their timeline."),
        optional.mono("play_state", "blueprint.PlayState", "Whether they run."),
        optional.mono("playback_speed", "blueprint.PlaybackSpeed", "How fast they run."),
        optional.mono("start_point", "blueprint.TimelineFraction", "Where they start."),
    ),
)
