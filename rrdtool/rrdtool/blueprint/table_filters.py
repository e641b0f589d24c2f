"""Filters for the rows of tables: SQL in the forms that viewers show as editable filters.

```python
col("score") >= 3
col("task").str.contains("pick")
col("tags").list.str.starts_with("x")
```

What is negated also selects the rows without a value. For the column of a list, a row is selected
if one of its values is.
"""

from __future__ import annotations

import builtins
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from rrdtool.recording.arguments import checked

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Filter", "FilterColumn", "ListFilters", "StringFilters", "col"]

_TODAY = "date_trunc('day', now())"
_THIS_WEEK = "date_trunc('week', now())"
_ESCAPE = "\\"


@dataclass(frozen=True)
class Filter:
    """A condition on the rows of a table.

    Attributes:
        sql: The condition in SQL; column names stand in double quotes.

    Raises:
        TypeError: If it is no text, and whenever it is asked whether it is true.
        ValueError: If it is empty.
    """

    sql: str

    def __post_init__(self) -> None:
        checked(self.sql, str, "the SQL of a filter")
        if not self.sql.strip():
            raise ValueError("the SQL of a filter must not be empty")

    def __bool__(self) -> bool:
        raise TypeError(
            "a filter is neither true nor false: `not`, `and` and `or` do not work; "
            "use `ne` and its like, and a list of filters"
        )

    def __str__(self) -> str:
        return self.sql

    def negated(self) -> Filter:
        """A filter that selects all other rows."""
        return Filter(f"({self.sql}) IS NOT TRUE")


def col(name: str) -> FilterColumn:
    """A column of that name, to make filters of.

    Raises:
        TypeError: If the name is no text.
        ValueError: If it is empty.
    """
    return FilterColumn(name)


class _Values:
    """What can be asked of single values; `str` is a property here, hence `builtins.str`."""

    __hash__: ClassVar[None]  # type: ignore[assignment]  # `==` makes a filter

    def __init__(self, name: builtins.str) -> None:
        self._name = name

    def matching(self, condition: Callable[[builtins.str], builtins.str]) -> Filter:
        """The rows whose value fulfils a condition.

        Args:
            condition: Makes the SQL of the condition from that of the value.
        """
        return Filter(condition(self._column()))

    def _column(self) -> builtins.str:
        return '"' + self._name.replace('"', '""') + '"'

    def _compared(self, operator: builtins.str, value: builtins.str) -> Filter:
        return self.matching(lambda one: f"{one} {operator} {value}")

    def _within(self, start: builtins.str, end: builtins.str) -> Filter:
        return self.matching(lambda one: f"{one} >= {start} AND {one} < {end}")

    def eq(self, value: float) -> Filter:
        """Values equal to a number."""
        return self._compared("=", _number(value))

    def ne(self, value: float) -> Filter:
        """Values other than a number."""
        return self.eq(value).negated()

    def lt(self, value: float) -> Filter:
        """Values below a number."""
        return self._compared("<", _number(value))

    def le(self, value: float) -> Filter:
        """Values up to a number."""
        return self._compared("<=", _number(value))

    def gt(self, value: float) -> Filter:
        """Values above a number."""
        return self._compared(">", _number(value))

    def ge(self, value: float) -> Filter:
        """Values from a number on."""
        return self._compared(">=", _number(value))

    def __eq__(self, value: float) -> Filter:  # type: ignore[override]  # a filter, no truth  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.eq(value)

    def __ne__(self, value: float) -> Filter:  # type: ignore[override]  # a filter, no truth  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.ne(value)

    def __lt__(self, value: float) -> Filter:
        return self.lt(value)

    def __le__(self, value: float) -> Filter:
        return self.le(value)

    def __gt__(self, value: float) -> Filter:
        return self.gt(value)

    def __ge__(self, value: float) -> Filter:
        return self.ge(value)

    def is_true(self) -> Filter:
        """Values that are true."""
        return self._compared("=", "true")

    def is_false(self) -> Filter:
        """Values that are false."""
        return self._compared("=", "false")

    def is_not_true(self) -> Filter:
        """Values that are false or missing."""
        return self.is_true().negated()

    def is_not_false(self) -> Filter:
        """Values that are true or missing."""
        return self.is_false().negated()

    def is_null(self) -> Filter:
        """Values that are missing."""
        return self.matching(lambda one: f"{one} IS NULL")

    def is_not_null(self) -> Filter:
        """Values that are not missing."""
        return self.is_null().negated()

    def before(self, timestamp: datetime) -> Filter:
        """Times before this one, which is in UTC unless it has a zone."""
        return self._compared("<", _timestamp(timestamp))

    def after(self, timestamp: datetime) -> Filter:
        """Times at or after this one, which is in UTC unless it has a zone."""
        return self._compared(">=", _timestamp(timestamp))

    def between(self, start: datetime, end: datetime) -> Filter:
        """Times at or after `start` and before `end`, in UTC unless they have zones."""
        return self._within(_timestamp(start), _timestamp(end))

    def today(self) -> Filter:
        """Times of this day, in the time zone of the viewer."""
        return self._within(_TODAY, f"{_TODAY} + INTERVAL '1 day'")

    def yesterday(self) -> Filter:
        """Times of the day before, in the time zone of the viewer."""
        return self._within(f"{_TODAY} - INTERVAL '1 day'", _TODAY)

    def last_24_hours(self) -> Filter:
        """Times of the last 24 hours."""
        return self._within("now() - INTERVAL '24 hours'", "now()")

    def this_week(self) -> Filter:
        """Times of this week, in the time zone of the viewer."""
        return self._within(_THIS_WEEK, f"{_THIS_WEEK} + INTERVAL '7 days'")

    def last_week(self) -> Filter:
        """Times of the week before, in the time zone of the viewer."""
        return self._within(f"{_THIS_WEEK} - INTERVAL '7 days'", _THIS_WEEK)

    def not_between(self, start: datetime, end: datetime) -> Filter:
        """All times that `between` leaves out."""
        return self.between(start, end).negated()

    def not_today(self) -> Filter:
        """All times that `today` leaves out."""
        return self.today().negated()

    def not_yesterday(self) -> Filter:
        """All times that `yesterday` leaves out."""
        return self.yesterday().negated()

    def not_last_24_hours(self) -> Filter:
        """All times that `last_24_hours` leaves out."""
        return self.last_24_hours().negated()

    def not_this_week(self) -> Filter:
        """All times that `this_week` leaves out."""
        return self.this_week().negated()

    def not_last_week(self) -> Filter:
        """All times that `last_week` leaves out."""
        return self.last_week().negated()

    @property
    def str(self) -> StringFilters:
        """What can be asked of texts."""
        return StringFilters(self)


class FilterColumn(_Values):
    """A column, to make filters of; `col` makes it."""

    def __init__(self, name: str) -> None:
        checked(name, str, "the name of a column")
        if not name:
            raise ValueError("the name of a column must not be empty")
        super().__init__(name)

    def __repr__(self) -> str:
        return f"col({self._name!r})"

    @property
    def list(self) -> ListFilters:
        """What can be asked of the values of lists."""
        return ListFilters(self._name)


class ListFilters(_Values):
    """The column of a list: its filters select a row if one value of its list is selected."""

    def matching(self, condition: Callable[[builtins.str], builtins.str]) -> Filter:
        """The rows with a value that fulfils a condition.

        Args:
            condition: Makes the SQL of the condition from that of the value.
        """
        return Filter(f"any_match({self._column()}, x -> {condition('x')})")

    def is_null(self) -> Filter:
        """Rows without a list, with an empty one, or with one in which a value is missing."""
        is_empty = f"NOT {self.matching(lambda _one: 'true')}"
        return Filter(f"{self._column()} IS NULL OR {is_empty} OR {super().is_null()}")

    def __repr__(self) -> str:
        return f"col({self._name!r}).list"


class StringFilters:
    """What can be asked of texts; lower and upper case are the same."""

    __hash__: ClassVar[None]  # type: ignore[assignment]  # as the column's

    def __init__(self, column: _Values) -> None:
        self._column = column

    def __repr__(self) -> str:
        return f"{self._column!r}.str"

    def contains(self, text: str) -> Filter:
        """Values with this text in them."""
        return self._like("%", text, "%")

    def does_not_contain(self, text: str) -> Filter:
        """Values without this text in them."""
        return self.contains(text).negated()

    def starts_with(self, text: str) -> Filter:
        """Values that begin with this text."""
        return self._like("", text, "%")

    def ends_with(self, text: str) -> Filter:
        """Values that end with this text."""
        return self._like("%", text, "")

    def _like(self, before: str, text: str, behind: str) -> Filter:
        checked(text, str, "the text that is looked for")
        if not text:
            raise ValueError("the text that is looked for must not be empty")
        escaped = "".join(_ESCAPE + char if char in "%_\\" else char for char in text)
        pattern = _quoted(before + escaped + behind)
        clause = "" if escaped == text else f" ESCAPE {_quoted(_ESCAPE)}"
        return self._column.matching(lambda one: f"{one} ILIKE {pattern}{clause}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"columns are compared with numbers, not with {type(value).__name__!r}")
    if isinstance(value, int) or math.isfinite(value):
        return repr(value)
    return f"CAST({_quoted('NaN' if math.isnan(value) else repr(value))} AS DOUBLE)"


def _timestamp(value: object) -> str:
    time = checked(value, datetime, "the time that is compared with")
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    in_utc = aware.astimezone(UTC).replace(tzinfo=None)
    return f"TIMESTAMPTZ {_quoted(in_utc.isoformat() + 'Z')}"
