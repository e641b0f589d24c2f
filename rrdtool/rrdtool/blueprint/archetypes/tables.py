"""Dataframe views, and the tables of catalogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.datatypes.dataframes import FilterByRange, FilterIsNotNull
from rrdtool.blueprint.names import ARCHETYPES

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.blueprint import components as blueprint_components
    from rrdtool.blueprint import datatypes as blueprint_datatypes

    class _DataframeQueryFields(TypedDict, total=False):
        timeline: datatypes.Utf8Like | None
        filter_by_range: blueprint_datatypes.FilterByRangeLike | None
        filter_is_not_null: blueprint_datatypes.FilterIsNotNullLike | None
        apply_latest_at: datatypes.BoolLike | None
        select: blueprint_datatypes.SelectedColumnsLike | None
        entity_order: blueprint_components.ColumnOrderLike | None
        auto_scroll: datatypes.BoolLike | None

    class _TableBlueprintFields(TypedDict, total=False):
        layout: blueprint_components.TableLayoutKindLike | None
        column_display_mode: blueprint_components.ColumnDisplayModeLike | None
        filters: datatypes.Utf8ArrayLike | None
        sort_by: blueprint_datatypes.SortByLike | None

    class _TableLayoutFields(TypedDict, total=False):
        column_order: datatypes.Utf8ArrayLike | None

    class _CardLayoutOptions(TypedDict, total=False):
        title: datatypes.Utf8Like | None
        link: datatypes.Utf8Like | None

    class _CardLayoutFields(_CardLayoutOptions, total=False):
        field_order: datatypes.Utf8ArrayLike | None

    class _TableColumnFields(TypedDict, total=False):
        name: datatypes.Utf8Like | None
        editable: datatypes.BoolLike | None
        visible: datatypes.BoolLike | None
        column_type: blueprint_datatypes.ColumnTypeLike | None

    class _TableColumnPreviewFields(TypedDict, total=False):
        views: datatypes.EntityPathArrayLike | None

    class _PreviewsConfigFields(TypedDict, total=False):
        timeline: datatypes.Utf8Like | None
        play_state: blueprint_components.PlayStateLike | None
        playback_speed: datatypes.Float64Like | None
        start_point: datatypes.Float64Like | None


__all__ = [
    "CardLayout",
    "DataframeQuery",
    "PreviewsConfig",
    "TableBlueprint",
    "TableColumn",
    "TableColumnPreview",
    "TableLayout",
]


class DataframeQuery(Archetype, prefix=ARCHETYPES):
    """What a dataframe view shows."""

    timeline: Row[blueprint_components.TimelineNameBatch]
    filter_by_range: Row[blueprint_components.FilterByRangeBatch]
    filter_is_not_null: Row[blueprint_components.FilterIsNotNullBatch]
    apply_latest_at: Row[blueprint_components.ApplyLatestAtBatch]
    select: Row[blueprint_components.SelectedColumnsBatch]
    entity_order: Row[blueprint_components.ColumnOrderBatch]
    auto_scroll: Row[blueprint_components.AutoScrollBatch]

    def __init__(
        self,
        *,
        timeline: datatypes.Utf8Like | None = None,
        filter_by_range: tuple[datatypes.TimeIntLike, datatypes.TimeIntLike]
        | blueprint_datatypes.FilterByRangeLike
        | None = None,
        filter_is_not_null: blueprint_datatypes.ComponentColumnSelectorLike | None = None,
        apply_latest_at: bool = False,
        select: blueprint_datatypes.SelectedColumnsLike | None = None,
        entity_order: blueprint_components.ColumnOrderLike | None = None,
        auto_scroll: bool = False,
    ) -> None:
        """A query.

        Args:
            timeline: The timeline whose times the rows are.
            filter_by_range: The first and the last of these times.
            filter_is_not_null: Only rows in which this column has a value.
            apply_latest_at: Whether empty cells repeat the last value.
            select: The columns; all of them unless given.
            entity_order: Entities in the order in which their columns stand.
            auto_scroll: Whether the table follows the time cursor.

        Raises:
            ValueError: If a column is none.
        """
        if isinstance(filter_by_range, tuple):
            filter_by_range = FilterByRange(*filter_by_range)
        not_null = None if filter_is_not_null is None else FilterIsNotNull(True, filter_is_not_null)
        self._store(
            timeline=timeline,
            filter_by_range=filter_by_range,
            filter_is_not_null=not_null,
            apply_latest_at=apply_latest_at,
            select=select,
            entity_order=entity_order,
            auto_scroll=auto_scroll,
        )

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_DataframeQueryFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TableBlueprint(Archetype, prefix=ARCHETYPES):
    """A table of a catalog."""

    layout: Row[blueprint_components.TableLayoutKindBatch]
    column_display_mode: Row[blueprint_components.ColumnDisplayModeBatch]
    filters: Row[blueprint_components.SqlFilterExpressionBatch]
    sort_by: Row[blueprint_components.SortByBatch]

    def __init__(self, **fields: Unpack[_TableBlueprintFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TableBlueprintFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TableLayout(Archetype, prefix=ARCHETYPES):
    """The records of a table as rows."""

    column_order: Row[blueprint_components.ColumnNameBatch]

    def __init__(self, **fields: Unpack[_TableLayoutFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TableLayoutFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class CardLayout(Archetype, prefix=ARCHETYPES):
    """The records of a table as cards."""

    field_order: Row[blueprint_components.ColumnNameBatch]
    title: Row[blueprint_components.ColumnNameBatch]
    link: Row[blueprint_components.ColumnNameBatch]

    def __init__(
        self, field_order: datatypes.Utf8ArrayLike, **options: Unpack[_CardLayoutOptions]
    ) -> None:
        self._store(field_order=field_order, **options)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_CardLayoutFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TableColumn(Archetype, prefix=ARCHETYPES):
    """A column of a table, or a field of its cards."""

    name: Row[components.NameBatch]
    editable: Row[blueprint_components.EditableBatch]
    visible: Row[components.VisibleBatch]
    column_type: Row[blueprint_components.ColumnTypeBatch]

    def __init__(self, **fields: Unpack[_TableColumnFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TableColumnFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TableColumnPreview(Archetype, prefix=ARCHETYPES):
    """Small views of the recordings that a column refers to."""

    views: Row[blueprint_components.IncludedContentBatch]

    def __init__(self, views: datatypes.EntityPathArrayLike) -> None:
        self._store(views=views)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TableColumnPreviewFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class PreviewsConfig(Archetype, prefix=ARCHETYPES):
    """The playback of all previews in a table."""

    timeline: Row[blueprint_components.TimelineNameBatch]
    play_state: Row[blueprint_components.PlayStateBatch]
    playback_speed: Row[blueprint_components.PlaybackSpeedBatch]
    start_point: Row[blueprint_components.TimelineFractionBatch]

    def __init__(self, **fields: Unpack[_PreviewsConfigFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_PreviewsConfigFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
