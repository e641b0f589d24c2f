"""What a dataframe view shows: its columns and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rrdtool.blueprint.datatypes.shorthand import ShorthandBatch
from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes.numbers import Bool
from rrdtool.datatypes.texts import EntityPath, Utf8
from rrdtool.datatypes.times import TimeInt
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    from rrdtool.datatypes.numbers import BoolLike
    from rrdtool.datatypes.texts import EntityPathLike, Utf8Like
    from rrdtool.datatypes.times import TimeIntLike

__all__ = [
    "ComponentColumnSelector",
    "ComponentColumnSelectorArrayLike",
    "ComponentColumnSelectorBatch",
    "ComponentColumnSelectorLike",
    "FilterByRange",
    "FilterByRangeArrayLike",
    "FilterByRangeBatch",
    "FilterByRangeLike",
    "FilterIsNotNull",
    "FilterIsNotNullArrayLike",
    "FilterIsNotNullBatch",
    "FilterIsNotNullLike",
    "SelectedColumns",
    "SelectedColumnsArrayLike",
    "SelectedColumnsBatch",
    "SelectedColumnsLike",
]


class ComponentColumnSelector(Value):
    """A component column of a dataframe view.

    Args:
        spec: Both parts in one text, `/entity/path:Component`.
        entity_path: The entity; together with `component`, instead of `spec`.
        component: The component.

    Raises:
        ValueError: If it is not clear from these which column is meant.
    """

    _FIELDS = ("entity_path", "component")
    entity_path: EntityPath
    component: Utf8

    def __init__(
        self,
        spec: str | None = None,
        *,
        entity_path: EntityPathLike | None = None,
        component: Utf8Like | None = None,
    ) -> None:
        if spec is not None:
            if entity_path is not None or component is not None:
                raise ValueError("a column takes `spec`, or `entity_path` and `component`")
            entity_path, component = _parts_of(spec)
        elif entity_path is None or component is None:
            raise ValueError("a column needs `spec`, or both of `entity_path` and `component`")
        self.entity_path = EntityPath(entity_path)
        self.component = Utf8(component)


def _parts_of(spec: object) -> tuple[str, str]:
    parts = spec.split(":") if isinstance(spec, str) else ()
    if len(parts) != 2:
        raise ValueError(f"expected '/entity/path:Component', not {spec!r}")
    return parts[0], parts[1]


ComponentColumnSelectorLike: TypeAlias = "ComponentColumnSelector | str"
ComponentColumnSelectorArrayLike: TypeAlias = (
    "ComponentColumnSelector | Sequence[ComponentColumnSelectorLike]"
)


class ComponentColumnSelectorBatch(
    ShorthandBatch[ComponentColumnSelectorArrayLike],
    of=ComponentColumnSelector,
    namespace=NAMESPACE,
):
    """A batch of `ComponentColumnSelector`."""


class FilterByRange(Value):
    """Keeps rows whose time lies in the range, both ends included."""

    _FIELDS = ("start", "end")
    start: TimeInt
    end: TimeInt

    def __init__(self, start: TimeIntLike, end: TimeIntLike) -> None:
        self.start = TimeInt.of(start)
        self.end = TimeInt.of(end)


FilterByRangeLike: TypeAlias = "FilterByRange"
FilterByRangeArrayLike: TypeAlias = "FilterByRange | Sequence[FilterByRangeLike]"


class FilterByRangeBatch(
    StructBatch[FilterByRangeArrayLike], of=FilterByRange, namespace=NAMESPACE
):
    """A batch of `FilterByRange`."""


class FilterIsNotNull(Value):
    """Keeps rows in which a column has a value, while the filter is active."""

    _FIELDS = ("active", "column")
    active: Bool
    column: ComponentColumnSelector

    def __init__(self, active: BoolLike, column: ComponentColumnSelectorLike) -> None:
        self.active = Bool(active)
        self.column = ComponentColumnSelector(column) if isinstance(column, str) else column


FilterIsNotNullLike: TypeAlias = "FilterIsNotNull | ComponentColumnSelectorLike"
FilterIsNotNullArrayLike: TypeAlias = "FilterIsNotNull | Sequence[FilterIsNotNullLike]"


class FilterIsNotNullBatch(
    ShorthandBatch[FilterIsNotNullArrayLike], of=FilterIsNotNull, namespace=NAMESPACE
):
    """A batch of `FilterIsNotNull`; a column alone stands for an active filter."""

    @classmethod
    def _made_of(cls, part: object) -> Value:
        if isinstance(part, ComponentColumnSelector | str):
            return FilterIsNotNull(active=True, column=part)
        raise ValueError(f"{part!r} is neither a filter nor a column")


class SelectedColumns(Value):
    """The columns that a dataframe view shows.

    Args:
        columns: Timelines by name, and component columns as `/entity/path:Component` or as
            selectors.

    Raises:
        ValueError: If one is something else.
    """

    _FIELDS = ("time_columns", "component_columns")
    time_columns: list[Utf8]
    component_columns: list[ComponentColumnSelector]

    def __init__(self, columns: Sequence[ComponentColumnSelectorLike | Utf8Like]) -> None:
        self.time_columns = []
        self.component_columns = []
        for column in columns:
            self._add(column)

    def _add(self, column: object) -> None:
        if isinstance(column, ComponentColumnSelector):
            self.component_columns.append(column)
        elif isinstance(column, str) and column.count(":") == 1:
            self.component_columns.append(ComponentColumnSelector(column))
        elif isinstance(column, str | Utf8):
            self.time_columns.append(Utf8(column))
        else:
            raise ValueError(f"{column!r} is neither a timeline nor a component column")


SelectedColumnsLike: TypeAlias = (
    "SelectedColumns | Sequence[ComponentColumnSelectorLike | Utf8Like]"
)
SelectedColumnsArrayLike: TypeAlias = "SelectedColumnsLike | Sequence[SelectedColumnsLike]"

_Column = str | Utf8 | ComponentColumnSelector


class SelectedColumnsBatch(
    StructBatch[SelectedColumnsArrayLike], of=SelectedColumns, namespace=NAMESPACE
):
    """A batch of `SelectedColumns`; a list of columns, even an empty one, is one value."""

    @classmethod
    def _convert(cls, data: Any) -> Any:
        if isinstance(data, SelectedColumns) or all(isinstance(item, _Column) for item in data):
            data = [data]
        return super()._convert(data)

    @classmethod
    def _value(cls, item: Any) -> Value:
        return super()._value(item if isinstance(item, SelectedColumns) else SelectedColumns(item))
