"""Views and catalogs as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rrdtool.blueprint.datatypes import dataframes, tables
from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes import numbers, texts
from rrdtool.model.batches import BaseBatch
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber
from rrdtool.model.values import ListValue, plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ApplyLatestAt",
    "ApplyLatestAtBatch",
    "AutoScroll",
    "AutoScrollBatch",
    "ColumnDisplayMode",
    "ColumnDisplayModeArrayLike",
    "ColumnDisplayModeBatch",
    "ColumnDisplayModeLike",
    "ColumnName",
    "ColumnNameBatch",
    "ColumnOrder",
    "ColumnOrderArrayLike",
    "ColumnOrderBatch",
    "ColumnOrderLike",
    "ColumnType",
    "ColumnTypeBatch",
    "ComponentColumnSelector",
    "ComponentColumnSelectorBatch",
    "Editable",
    "EditableBatch",
    "FilterByRange",
    "FilterByRangeBatch",
    "FilterIsNotNull",
    "FilterIsNotNullBatch",
    "SelectedColumns",
    "SelectedColumnsBatch",
    "SortBy",
    "SortByBatch",
    "SqlFilterExpression",
    "SqlFilterExpressionBatch",
    "TableLayoutKind",
    "TableLayoutKindArrayLike",
    "TableLayoutKindBatch",
    "TableLayoutKindLike",
]


class ApplyLatestAt(numbers.Bool, ComponentMixin):
    """Whether empty cells repeat the last value."""


class ApplyLatestAtBatch(
    numbers.BoolBatch, ComponentBatchMixin, of=ApplyLatestAt, namespace=NAMESPACE
):
    """A batch of `ApplyLatestAt`."""


class AutoScroll(numbers.Bool, ComponentMixin):
    """Whether a table follows the time cursor."""


class AutoScrollBatch(numbers.BoolBatch, ComponentBatchMixin, of=AutoScroll, namespace=NAMESPACE):
    """A batch of `AutoScroll`."""


class ColumnOrder(ListValue, ComponentMixin):
    """The order of entities in a table."""

    _FIELDS = ("entity_paths",)
    entity_paths: list[texts.EntityPath]

    def __init__(self, entity_paths: ColumnOrderLike) -> None:
        if isinstance(entity_paths, ColumnOrder):
            entity_paths = entity_paths.entity_paths
        self.entity_paths = [texts.EntityPath(path) for path in entity_paths]


ColumnOrderLike: TypeAlias = "ColumnOrder | Sequence[texts.EntityPathLike]"
ColumnOrderArrayLike: TypeAlias = "ColumnOrderLike | Sequence[ColumnOrderLike]"

_Path = str | texts.EntityPath


class ColumnOrderBatch(
    BaseBatch[ColumnOrderArrayLike], ComponentBatchMixin, of=ColumnOrder, namespace=NAMESPACE
):
    """A batch of `ColumnOrder`; a list of paths, even an empty one, is one value."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        if isinstance(data, ColumnOrder) or all(isinstance(item, _Path) for item in data):
            data = [data]
        orders = [ColumnOrder(item) for item in data]
        return pa.array([plain(order) for order in orders], cls.arrow_type())


class ComponentColumnSelector(dataframes.ComponentColumnSelector, ComponentMixin):
    """A component column."""


class ComponentColumnSelectorBatch(
    dataframes.ComponentColumnSelectorBatch,
    ComponentBatchMixin,
    of=ComponentColumnSelector,
    namespace=NAMESPACE,
):
    """A batch of `ComponentColumnSelector`."""


class FilterByRange(dataframes.FilterByRange, ComponentMixin):
    """Keeps rows of these times."""


class FilterByRangeBatch(
    dataframes.FilterByRangeBatch, ComponentBatchMixin, of=FilterByRange, namespace=NAMESPACE
):
    """A batch of `FilterByRange`."""


class FilterIsNotNull(dataframes.FilterIsNotNull, ComponentMixin):
    """Keeps rows in which a column has a value."""


class FilterIsNotNullBatch(
    dataframes.FilterIsNotNullBatch, ComponentBatchMixin, of=FilterIsNotNull, namespace=NAMESPACE
):
    """A batch of `FilterIsNotNull`."""


class SelectedColumns(dataframes.SelectedColumns, ComponentMixin):
    """The columns shown."""


class SelectedColumnsBatch(
    dataframes.SelectedColumnsBatch, ComponentBatchMixin, of=SelectedColumns, namespace=NAMESPACE
):
    """A batch of `SelectedColumns`."""


class TableLayoutKind(NamedNumber):
    """Whether records are shown as rows or as cards."""

    Table = 1
    Cards = 2


TableLayoutKindLike: TypeAlias = "TableLayoutKind | str | int"
TableLayoutKindArrayLike: TypeAlias = "TableLayoutKindLike | Sequence[TableLayoutKindLike]"


class TableLayoutKindBatch(
    EnumBatch[TableLayoutKind], ComponentBatchMixin, of=TableLayoutKind, namespace=NAMESPACE
):
    """A batch of `TableLayoutKind`."""


class ColumnDisplayMode(NamedNumber):
    """How much of a column's name is shown."""

    Compact = 1
    Component = 2
    Full = 3


ColumnDisplayModeLike: TypeAlias = "ColumnDisplayMode | str | int"
ColumnDisplayModeArrayLike: TypeAlias = "ColumnDisplayModeLike | Sequence[ColumnDisplayModeLike]"


class ColumnDisplayModeBatch(
    EnumBatch[ColumnDisplayMode], ComponentBatchMixin, of=ColumnDisplayMode, namespace=NAMESPACE
):
    """A batch of `ColumnDisplayMode`."""


class ColumnName(texts.Utf8, ComponentMixin):
    """The name of a column of the source."""


class ColumnNameBatch(texts.Utf8Batch, ComponentBatchMixin, of=ColumnName, namespace=NAMESPACE):
    """A batch of `ColumnName`."""


class ColumnType(tables.ColumnType, ComponentMixin):
    """What a column is shown as."""


class ColumnTypeBatch(
    tables.ColumnTypeBatch, ComponentBatchMixin, of=ColumnType, namespace=NAMESPACE
):
    """A batch of `ColumnType`."""


class Editable(numbers.Bool, ComponentMixin):
    """Whether people may change the values."""


class EditableBatch(numbers.BoolBatch, ComponentBatchMixin, of=Editable, namespace=NAMESPACE):
    """A batch of `Editable`."""


class SortBy(tables.SortBy, ComponentMixin):
    """The column that sorts a table."""


class SortByBatch(tables.SortByBatch, ComponentBatchMixin, of=SortBy, namespace=NAMESPACE):
    """A batch of `SortBy`."""


class SqlFilterExpression(texts.Utf8, ComponentMixin):
    """A condition in SQL that rows must meet."""


class SqlFilterExpressionBatch(
    texts.Utf8Batch, ComponentBatchMixin, of=SqlFilterExpression, namespace=NAMESPACE
):
    """A batch of `SqlFilterExpression`."""
