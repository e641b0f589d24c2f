"""Blueprints of tables, and the filters of their rows, are those of the reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from rrdtool.blueprint.table import Filter, PreviewCell, TableBlueprint, col

if TYPE_CHECKING:
    from tests.rrdtool.sdk_blueprint.conftest import Pair

NOON = datetime(2024, 5, 6, 12, 0, 0, 1000, UTC)
EAST = datetime(2024, 5, 6, 12, tzinfo=timezone(timedelta(hours=2)))
NAIVE = NOON.replace(tzinfo=None)

FILTERS: dict[str, Any] = {
    **{
        name: lambda value, name=name: getattr(value, name)(1.5)
        for name in ("eq", "ne", "lt", "le", "gt", "ge")
    },
    **{
        name: lambda value, name=name: getattr(value, name)()
        for name in (
            *("is_true", "is_false", "is_not_true", "is_not_false", "is_null", "is_not_null"),
            *("today", "yesterday", "last_24_hours", "this_week", "last_week"),
            *("not_today", "not_yesterday", "not_last_24_hours", "not_this_week"),
            "not_last_week",
        )
    },
    **{
        name: lambda value, name=name: getattr(value.str, name)("50%_it's\\")
        for name in ("contains", "does_not_contain", "starts_with", "ends_with")
    },
    "plain text": lambda value: value.str.contains("pick"),
    "==": lambda value: value == 3,
    "!=": lambda value: value != 3,
    "<": lambda value: value < -3,
    "<=": lambda value: value <= 1e300,
    ">": lambda value: value > float("inf"),
    ">=": lambda value: value >= 2**70,
    "no number": lambda value: value.ge(float("nan")),
    "before": lambda value: value.before(NOON),
    "after": lambda value: value.after(EAST),
    "between": lambda value: value.between(NAIVE, NOON),
    "not_between": lambda value: value.not_between(EAST, NOON),
    "bool": lambda value: value == True,  # noqa: E712 - the operator is what is tested
    "text": lambda value: value < "a",
    "no time": lambda value: value.before(3),
    "no text": lambda value: value.str.contains(3),
    "empty text": lambda value: value.str.contains(""),
    "repr": repr,
    "repr of texts": lambda value: repr(value.str),
    "hash": hash,
    "truth": lambda value: not value.is_true(),
}

COLUMNS: dict[str, Any] = {
    "column": lambda table: table.col("a"),
    "quoted column": lambda table: table.col('a "b"'),
    "list": lambda table: table.col("a").list,
}


def outcome(make: Any) -> object:
    try:
        return str(make())
    except (TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_the_references(pair: Pair, name: str, column: str) -> None:
    expected, ours = (
        outcome(lambda lib=lib: FILTERS[name](COLUMNS[column](lib.rrb.table)))
        for lib in (pair.theirs, pair.ours)
    )
    assert ours == expected


PROGRAMS: dict[str, Any] = {
    "nothing": lambda t, _lib: t.TableBlueprint(),
    "filters": lambda t, _lib: t.TableBlueprint(filters=[t.col("a") > 3, "b = 4"]),
    "sorted": lambda t, _lib: t.TableBlueprint(sort_by="a"),
    "sorted down": lambda t, _lib: t.TableBlueprint(sort_by=t.SortBy("a", direction="Descending")),
    "columns": lambda t, lib: t.TableBlueprint(
        table_layout=t.TableLayout(
            columns=[
                t.Column("plain"),
                t.Column("named one", name="Name", editable=True, visible=False),
                t.Column("flag", column_type="rerun.components.Flag"),
                t.Column("url", column_type=lib.rr.components.Url),
                t.Column("text", column_type=lib.rr.ComponentDescriptor("a:b", "A", "T")),
                t.Column("view", column_type=t.PreviewCell(lib.rrb.MapView(), lib.rrb.MapView())),
            ]
        ),
        default_layout="table",
        column_display_mode="Full",
    ),
    "cards": lambda t, lib: t.TableBlueprint(
        card_layout=t.CardLayout(
            title="a",
            link="b",
            fields=[t.Column("c", column_type=t.PreviewCell(lib.rrb.MapView()))],
        ),
        default_layout="cards",
        previews_config=t.PreviewsConfig(timeline="t", playback_speed=2),
    ),
    "empty previews": lambda t, _lib: t.TableBlueprint(previews_config=t.PreviewsConfig()),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_write_the_same(pair: Pair, name: str) -> None:
    pair.assert_same(lambda lib: PROGRAMS[name](lib.rrb.table, lib))


def test_a_view_of_two_previews_is_written_once(pair: Pair) -> None:
    def program(lib: Any) -> Any:
        t, preview = lib.rrb.table, lib.rrb.table.PreviewCell(lib.rrb.MapView())
        columns = [t.Column(name, column_type=preview) for name in "ab"]
        return t.TableBlueprint(table_layout=t.TableLayout(columns=columns))

    pair.assert_same(program)


REFUSED: dict[str, Any] = {
    "source": lambda t: t.Column(3),
    "empty source": lambda t: t.Column(""),
    "name": lambda t: t.Column("a", name=3),
    "editable": lambda t: t.Column("a", editable=1),
    "type": lambda t: t.Column("a", column_type=3),
    "class": lambda t: t.Column("a", column_type=int),
    "empty type": lambda t: t.Column("a", column_type=""),
    "no columns": lambda t: t.TableLayout(columns=["a"]),
    "same column": lambda t: t.TableLayout(columns=[t.Column("a"), t.Column("a")]),
    "same field": lambda t: t.CardLayout(fields=[t.Column("a"), t.Column("a")]),
    "empty title": lambda t: t.CardLayout(title=""),
    "link": lambda t: t.CardLayout(link=3),
    "no views": lambda t: t.PreviewCell(),
    "other views": lambda t: t.PreviewCell("a"),
    "one filter": lambda t: t.TableBlueprint(filters="a"),
    "wrong filter": lambda t: t.TableBlueprint(filters=[3]),
    "empty filter": lambda t: t.TableBlueprint(filters=[" "]),
    "layout": lambda t: t.TableBlueprint(table_layout=3),
    "cards": lambda t: t.TableBlueprint(card_layout=3),
    "previews": lambda t: t.TableBlueprint(previews_config=3),
    "default": lambda t: t.TableBlueprint(default_layout="rows"),
    "wrong default": lambda t: t.TableBlueprint(default_layout=3),
    "no cards": lambda t: t.TableBlueprint(default_layout="cards"),
    "sorted": lambda t: t.TableBlueprint(sort_by=3),
    "sorted by nothing": lambda t: t.TableBlueprint(sort_by=""),
    "column": lambda t: t.col(3),
    "empty column": lambda t: t.col(""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse(pair: Pair, name: str) -> None:
    expected, ours = (
        outcome(lambda lib=lib: REFUSED[name](lib.rrb.table)) for lib in (pair.theirs, pair.ours)
    )
    assert isinstance(expected, type)
    assert ours is expected


def test_filters_can_be_written_and_compared() -> None:
    assert Filter("a") == Filter("a")
    assert str(col("a").is_true().negated()) == '("a" = true) IS NOT TRUE'


def test_layouts_are_kept_as_tuples() -> None:
    assert TableBlueprint(filters=iter(["a"])).filters == (Filter("a"),)  # type: ignore[arg-type]  # any iterable will do


def test_previews_are_equal_by_their_views() -> None:
    import rrdtool.blueprint as rrb

    view = rrb.MapView()
    assert PreviewCell(view) == PreviewCell(view)
    assert PreviewCell(view) != PreviewCell(rrb.MapView())
