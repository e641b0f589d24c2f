"""Blueprints of tables in catalogs: columns, cards, filters and previews.

They are saved to files that a catalog's tables are told about, and may change with any release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Literal

from rrdtool.blueprint.archetypes import tables as archetypes
from rrdtool.blueprint.archetypes.tables import PreviewsConfig
from rrdtool.blueprint.datatypes.tables import ColumnType, SortBy
from rrdtool.blueprint.delivery import save_blueprint
from rrdtool.blueprint.table_filters import (
    Filter,
    FilterColumn,
    ListFilters,
    StringFilters,
    col,
)
from rrdtool.blueprint.views.base import View
from rrdtool.model.described import ComponentDescriptor, ComponentMixin
from rrdtool.recording.arguments import checked
from rrdtool.recording.bundles import escape_entity_path_part

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from rrdtool.blueprint.components import ColumnDisplayModeLike
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "CardLayout",
    "Column",
    "Filter",
    "FilterColumn",
    "ListFilters",
    "PreviewCell",
    "PreviewsConfig",
    "SortBy",
    "StringFilters",
    "TableBlueprint",
    "TableLayout",
    "col",
]


@dataclass(frozen=True, init=False)
class PreviewCell:
    """Shows the recordings that a column names, in one or more views.

    Attributes:
        views: The views.

    Raises:
        ValueError: If there is no view.
        TypeError: If something is no view.
    """

    views: tuple[View, ...]

    def __init__(self, *views: View) -> None:
        if not views:
            raise ValueError("a preview needs a view")
        for view in views:
            checked(view, View, "a view of a preview")
        object.__setattr__(self, "views", views)


@dataclass(frozen=True)
class Column:
    """A column of a table in one of its layouts.

    Attributes:
        source: Its name in the table.
        name: Its title.
        editable: Whether its values can be changed.
        column_type: What its values are shown as: a component, the name of one, the field of an
            archetype, or a preview.
        visible: Whether it is shown.

    Raises:
        TypeError: If one of these is of no such kind.
        ValueError: If a name is empty.
    """

    source: str
    _: KW_ONLY
    name: str | None = None
    editable: bool | None = None
    column_type: type[ComponentMixin] | str | ComponentDescriptor | PreviewCell | None = None
    visible: bool | None = None

    def __post_init__(self) -> None:
        checked(self.source, str, "Column.source")
        _check_not_empty("Column.source", self.source)
        _check_optional(self.name, str, "Column.name")
        _check_optional(self.editable, bool, "Column.editable")
        _check_optional(self.visible, bool, "Column.visible")
        self._stored_type()

    def _stored_type(self) -> ColumnType | None:
        kind = self.column_type
        if kind is None or isinstance(kind, PreviewCell):
            return None
        if isinstance(kind, str):
            _check_not_empty("Column.column_type", kind)
            return ColumnType(component_type_name=kind)
        if isinstance(kind, ComponentDescriptor):
            return ColumnType(component=kind.component, component_type_name=kind.component_type)
        return ColumnType(component_type_name=_component_class(kind).component_type())

    def log_to_stream(self, stream: RecordingStream, folder: str) -> None:
        """Logs the column below an entity; nothing, if there is nothing to say about it."""
        path = f"{folder}/{escape_entity_path_part(self.source)}"
        column = archetypes.TableColumn(
            name=self.name,
            editable=self.editable,
            visible=self.visible,
            column_type=self._stored_type(),
        )
        if column.as_component_batches():
            stream.log(path, column)
        if isinstance(self.column_type, PreviewCell):
            views = [view.blueprint_path() for view in self.column_type.views]
            stream.log(path, archetypes.TableColumnPreview(views))


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """A table as rows and columns.

    Attributes:
        columns: The first columns; others follow.

    Raises:
        TypeError: If one is no column.
        ValueError: If one occurs twice.
    """

    columns: Sequence[Column] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", _distinct("TableLayout.columns", self.columns))


@dataclass(frozen=True, kw_only=True)
class CardLayout:
    """A table as cards, one per row.

    Attributes:
        title: The column with the titles.
        link: The column that says what a card opens.
        fields: The columns that cards show.

    Raises:
        TypeError: If a field is no column, or a name no text.
        ValueError: If a field occurs twice, or a name is empty.
    """

    title: str | None = None
    link: str | None = None
    fields: Sequence[Column] = ()

    def __post_init__(self) -> None:
        for name, value in (("title", self.title), ("link", self.link)):
            _check_optional(value, str, f"CardLayout.{name}")
            _check_not_empty(f"CardLayout.{name}", value)
        object.__setattr__(self, "fields", _distinct("CardLayout.fields", self.fields))


@dataclass(frozen=True, kw_only=True)
class TableBlueprint:
    """How a table of a catalog is shown; no part of a `Blueprint`.

    Attributes:
        table_layout: It as rows and columns.
        card_layout: It as cards; not to be had without.
        default_layout: Which of them comes first; cards, if there are any.
        column_display_mode: How titles are made of the names of columns.
        previews_config: How all previews play.
        filters: The rows that are shown: those that all of these select.
        sort_by: The column that sorts the rows.

    Raises:
        TypeError: If one of these is of no such kind.
        ValueError: If cards come first but there are none, or a name is empty.
    """

    table_layout: TableLayout | None = None
    card_layout: CardLayout | None = None
    default_layout: Literal["table", "cards"] | None = None
    column_display_mode: ColumnDisplayModeLike | None = None
    previews_config: PreviewsConfig | None = None
    filters: Sequence[Filter | str] = ()
    sort_by: str | SortBy | None = None

    def __post_init__(self) -> None:
        if isinstance(self.filters, str | Filter):
            raise TypeError("TableBlueprint.filters is a sequence of filters")
        filters = tuple(item if isinstance(item, Filter) else Filter(item) for item in self.filters)
        object.__setattr__(self, "filters", filters)
        _check_optional(self.table_layout, TableLayout, "TableBlueprint.table_layout")
        _check_optional(self.card_layout, CardLayout, "TableBlueprint.card_layout")
        _check_optional(self.default_layout, str, "TableBlueprint.default_layout")
        _check_optional(self.previews_config, PreviewsConfig, "TableBlueprint.previews_config")
        if self.default_layout not in (None, "table", "cards"):
            raise ValueError(f"there is no layout {self.default_layout!r}, only table and cards")
        if self.default_layout == "cards" and self.card_layout is None:
            raise ValueError("cards cannot come first without `card_layout`")
        if isinstance(self.sort_by, str):
            _check_not_empty("TableBlueprint.sort_by", self.sort_by)
            object.__setattr__(self, "sort_by", SortBy(self.sort_by))
        _check_optional(self.sort_by, SortBy, "TableBlueprint.sort_by")

    def save(self, application_id: str, path: str | os.PathLike[str] | None = None) -> None:
        """Writes the blueprint to a file.

        Args:
            application_id: What is stored as the name of the application.
            path: The file; `<application_id>.rbl` unless given.

        Raises:
            RuntimeError: If the file cannot be written; names it.
        """
        save_blueprint(self, application_id, path)

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the blueprint, its layouts, and the views of their previews."""
        for view in self._preview_views():
            view.log_to_stream(stream)
        table = archetypes.TableBlueprint(
            layout=self.default_layout,
            column_display_mode=self.column_display_mode,
            filters=[str(item) for item in self.filters] or None,
            sort_by=SortBy(self.sort_by) if isinstance(self.sort_by, str) else self.sort_by,
        )
        for archetype in (table, self.previews_config):
            if archetype is not None and archetype.as_component_batches():
                stream.log("table", archetype)
        columns = self.table_layout.columns if self.table_layout is not None else ()
        order = [column.source for column in columns]
        stream.log("table/layouts/table", archetypes.TableLayout(column_order=order))
        for column in columns:
            column.log_to_stream(stream, "table/layouts/table/columns")
        cards = self.card_layout
        if cards is not None:
            order = [field.source for field in cards.fields]
            card = archetypes.CardLayout(order, title=cards.title, link=cards.link)
            stream.log("table/layouts/cards", card)
            for field in cards.fields:
                field.log_to_stream(stream, "table/layouts/cards/fields")

    def _preview_views(self) -> Iterable[View]:
        """The views of all previews, each once."""
        columns = [
            *(self.table_layout.columns if self.table_layout is not None else ()),
            *(self.card_layout.fields if self.card_layout is not None else ()),
        ]
        previews = (column.column_type for column in columns)
        cells = [preview for preview in previews if isinstance(preview, PreviewCell)]
        return {view.id: view for cell in cells for view in cell.views}.values()


def _component_class(kind: object) -> type[ComponentMixin]:
    if isinstance(kind, type) and issubclass(kind, ComponentMixin):
        return kind
    raise TypeError(f"{kind!r} is no component, no field of an archetype, and no preview")


def _check_optional(value: object, kind: type[object], what: str) -> None:
    if value is not None:
        checked(value, kind, what)


def _check_not_empty(what: str, text: str | None) -> None:
    if text is not None and not text:
        raise ValueError(f"{what} must not be empty")


def _distinct(what: str, columns: Iterable[Column]) -> tuple[Column, ...]:
    distinct = tuple(columns)
    for column in distinct:
        checked(column, Column, what)
    if len({column.source for column in distinct}) < len(distinct):
        raise ValueError(f"{what}: a column occurs twice")
    return distinct
