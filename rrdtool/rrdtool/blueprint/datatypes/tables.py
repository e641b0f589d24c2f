"""How tables are sorted, and what their columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes.texts import Utf8
from rrdtool.model.enums import EnumBatch, NamedNumber
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    from rrdtool.datatypes.texts import Utf8Like

__all__ = [
    "ColumnType",
    "ColumnTypeArrayLike",
    "ColumnTypeBatch",
    "ColumnTypeLike",
    "SortBy",
    "SortByArrayLike",
    "SortByBatch",
    "SortByLike",
    "SortDirection",
    "SortDirectionArrayLike",
    "SortDirectionBatch",
    "SortDirectionLike",
]


class ColumnType(Value):
    """The component as which the values of a table column are shown.

    Args:
        component: The component with its archetype, `TextDocument:text`.
        component_type_name: The full name of its type, `rerun.components.Text`.
    """

    _FIELDS = ("component", "component_type_name")
    component: str | None
    component_type_name: str | None

    def __init__(
        self, *, component: str | None = None, component_type_name: str | None = None
    ) -> None:
        self.component = component
        self.component_type_name = component_type_name


ColumnTypeLike: TypeAlias = "ColumnType"
ColumnTypeArrayLike: TypeAlias = "ColumnType | Sequence[ColumnTypeLike]"


class ColumnTypeBatch(StructBatch[ColumnTypeArrayLike], of=ColumnType, namespace=NAMESPACE):
    """A batch of `ColumnType`."""


class SortDirection(NamedNumber):
    """Whether rows rise or fall."""

    Ascending = 1
    Descending = 2


SortDirectionLike: TypeAlias = "SortDirection | str | int"
SortDirectionArrayLike: TypeAlias = "SortDirectionLike | Sequence[SortDirectionLike]"


class SortDirectionBatch(EnumBatch[SortDirection], of=SortDirection, namespace=NAMESPACE):
    """A batch of `SortDirection`."""


class SortBy(Value):
    """The column by which a table is sorted, and in which direction."""

    _FIELDS = ("column", "direction")
    column: Utf8
    direction: SortDirection | None

    def __init__(self, column: Utf8Like, *, direction: SortDirectionLike | None = None) -> None:
        self.column = Utf8(column)
        self.direction = None if direction is None else SortDirection.auto(direction)


SortByLike: TypeAlias = "SortBy"
SortByArrayLike: TypeAlias = "SortBy | Sequence[SortByLike]"


class SortByBatch(StructBatch[SortByArrayLike], of=SortBy, namespace=NAMESPACE):
    """A batch of `SortBy`."""
