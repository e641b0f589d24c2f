"""Cells as values and as texts, and rows of them as tables and JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.timeline import TimeKind
from rrdformats.tuid import ROW_PREFIX, Tuid
from rrdtool.cli.plain_text import display_width
from rrdtool.cli.row_json import json_text
from rrdtool.cli.row_tables import cut
from rrdtool.operations.cells import (
    LONGEST_TEXT,
    column_texts,
    column_values,
    row_id_texts,
    time_texts,
    time_values,
)

_NUMBERS = st.none() | st.integers(-(2**40), 2**40)
_COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "scalars": (pa.list_(pa.int64()), st.none() | st.lists(_NUMBERS, max_size=12)),
    "texts": (pa.list_(pa.string()), st.none() | st.lists(st.none() | st.text(max_size=4))),
    "booleans": (pa.list_(pa.bool_()), st.lists(st.none() | st.booleans())),
    "bytes": (pa.list_(pa.uint8()), st.lists(st.integers(0, 255))),
    "nested": (
        pa.list_(pa.list_(pa.int32())),
        st.lists(st.none() | st.lists(st.integers(-9, 9), max_size=9), max_size=9),
    ),
    "vectors": (
        pa.list_(pa.list_(pa.float64(), 2)),
        st.lists(st.none() | st.tuples(st.floats(-9, 9), st.floats(-9, 9)).map(list)),
    ),
    "structs": (
        pa.list_(pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))])),
        st.lists(
            st.none()
            | st.fixed_dictionaries(
                {"a": st.none() | st.integers(-9, 9), "b": st.lists(st.text(max_size=2))}
            )
        ),
    ),
}


@pytest.mark.parametrize("kind", _COLUMNS)
@given(data=st.data())
def test_values_are_those_of_arrow_wherever_a_slice_begins(kind: str, data: st.DataObject) -> None:
    arrow, cells = _COLUMNS[kind]
    column: Any = pa.array(data.draw(st.lists(cells, max_size=6)), arrow)
    start = data.draw(st.integers(0, len(column)))
    part = column.slice(start, data.draw(st.integers(0, len(column) - start)))
    cells_of = part.to_pylist()
    assert column_values(part) == cells_of
    for full in (True, False):
        texts = column_texts(part, full=full)
        assert [text == "" for text in texts] == [value is None for value in cells_of]


@given(st.lists(st.floats(width=32), max_size=20))
def test_32_bit_floats_are_the_shortest_that_read_back(numbers: list[float]) -> None:
    (values,) = column_values(pa.array([numbers], pa.list_(pa.float32())))
    assert np.array_equal(np.array(values, np.float32), np.array(numbers, np.float32), True)
    for value in values:
        assert np.isnan(value) or repr(value) == repr(float(str(np.float32(value))))


def union(*, dense: bool) -> pa.Array[Any]:
    codes = pa.array([0, 1, 0, 1], pa.int8())
    if dense:
        children = [pa.array([1, None]), pa.array([[1, 2], [3]], pa.list_(pa.uint8()))]
        return pa.UnionArray.from_dense(
            codes, pa.array([0, 0, 1, 1], pa.int32()), children, ["n", "b"]
        )
    children = [pa.array([1, 7, None, 7]), pa.array([b"", b"\1\2", b"", b"\3"])]
    return pa.UnionArray.from_sparse(codes, children, ["n", "b"])


@pytest.mark.parametrize("start", range(5))
@pytest.mark.parametrize("dense", [True, False])
def test_values_of_unions_are_named_by_their_arms(dense: bool, start: int) -> None:
    expected = [{"n": 1}, {"b": b"\1\2"}, None, {"b": b"\3"}]
    assert column_values(union(dense=dense).slice(start)) == expected[start:]


def cell(value: Any, arrow: pa.DataType) -> pa.Array[Any]:
    return pa.array([value], pa.list_(arrow))


VEC2 = pa.list_(pa.float32(), 2)
AXES = pa.list_(pa.uint8(), 2)
COLORED = pa.struct([("color", pa.uint32()), ("id", pa.int8())])


@pytest.mark.parametrize(
    ("value", "arrow", "component", "text"),
    [
        (None, pa.int64(), None, ""),
        ([], pa.int64(), None, "[]"),
        ([7], pa.int64(), None, "7"),
        ([0.1], pa.float32(), None, "0.1"),
        ([0.1234567890123], pa.float64(), None, "0.1234567890123"),
        ([2.0], pa.float64(), None, "2"),
        ([0.1234567890123, 2.0], pa.float64(), None, "[0.123457, 2]"),
        ([float("nan"), float("-inf")], pa.float64(), None, "[nan, -inf]"),
        ([True], pa.bool_(), None, "true"),
        (["a b"], pa.string(), None, "a b"),
        (["a", None], pa.string(), None, '["a", null]'),
        ([[0.5, 1]], VEC2, None, "[0.5, 1]"),
        ([[0, 1]] * 9, VEC2, None, "9×2 [[0, 1], [0, 1], [0, 1], …]"),
        (list(range(7)), pa.int64(), None, "7 [0, 1, 2, …]"),
        (list(range(6)), pa.int64(), None, "[0, 1, 2, 3, 4, 5]"),
        ([b"\1\2"], pa.binary(), None, "0x0102"),
        ([bytes(3000)], pa.binary(), None, "<2.9 KiB>"),
        ([[0] * 3000], pa.list_(pa.uint8()), "rerun.components.Blob", "<2.9 KiB>"),
        ([0xFF8000C0], pa.uint32(), "rerun.components.Color", "#ff8000c0"),
        ([2, 99], pa.uint8(), "rerun.components.FillMode", "[DenseWireframe, 99]"),
        ([[3, 5]], AXES, "rerun.components.ViewCoordinates", "[Right, Forward]"),
        ([1_500_000_000], pa.int64(), "rerun.components.VideoTimestamp", "1.5s"),
        ([10**9], pa.int64(), "rerun.components.Timestamp", "1970-01-01T00:00:01Z"),
        ([10**9], pa.int64(), "me.Timestamp", "1000000000"),
        ([{"color": 255, "id": None}], COLORED, None, "{color: #000000ff}"),
        ([""], pa.string(), None, '""'),
    ],
)
def test_texts(value: Any, arrow: pa.DataType, component: str | None, text: str) -> None:
    assert column_texts(cell(value, arrow), component) == [text]


def test_long_texts_are_cut_unless_all_is_asked_for() -> None:
    column = cell(["x" * 500], pa.string())
    assert column_texts(column) == ["x" * (LONGEST_TEXT - 1) + "…"]
    assert column_texts(column, full=True) == ["x" * 500]


@pytest.mark.parametrize(
    ("value", "arrow", "text"),
    [
        (list(range(9)), pa.int64(), "[0, 1, 2, 3, 4, 5, 6, 7, 8]"),
        ([bytes(40)], pa.binary(), "0x" + "00" * 40),
        ([{"a": None}], pa.struct([("a", pa.int8())]), "{a: null}"),
        ([1 / 3, 1.0], pa.float64(), f"[{1 / 3!r}, 1]"),
    ],
)
def test_full_texts(value: Any, arrow: pa.DataType, text: str) -> None:
    assert column_texts(cell(value, arrow), full=True) == [text]


def test_row_ids_are_written_as_ids_are() -> None:
    ids = [Tuid(0x18EA633DFED0C10B, 0x4D201B826B9D7427), Tuid(1, 2)]
    column = pa.array([tuid.to_bytes() for tuid in ids], pa.binary(16))
    assert row_id_texts(column) == [f"{ROW_PREFIX}{tuid}" for tuid in ids]
    assert row_id_texts(column.slice(1)) == [f"{ROW_PREFIX}{ids[1]}"]
    odd = pa.array([b"abc"], pa.binary())
    assert row_id_texts(odd) == ["0x616263"]


@pytest.mark.parametrize(
    ("kind", "arrow", "texts", "values"),
    [
        (TimeKind.SEQUENCE, pa.int64(), ["7", ""], [7, None]),
        (TimeKind.DURATION, pa.duration("ns"), ["7ns", ""], ["7", None]),
        (
            TimeKind.TIMESTAMP,
            pa.timestamp("ns"),
            ["1970-01-01T00:00:00.000000007Z", ""],
            ["7", None],
        ),
    ],
)
def test_times(
    kind: TimeKind, arrow: pa.DataType, texts: list[str], values: list[int | str | None]
) -> None:
    column = pa.array([7, None], pa.int64()).cast(arrow)
    assert time_texts(column, kind) == texts
    assert time_values(column, kind) == values


def test_json_has_a_form_for_everything() -> None:
    value = {"a": [b"\xff\x00", float("nan"), float("inf"), -float("inf"), 1.5, "é", None, True]}
    encoded = base64.b64encode(b"\xff\x00").decode()
    expected = [encoded, "NaN", "Infinity", "-Infinity", 1.5, "é", None, True]
    assert json.loads(json_text(value)) == {"a": expected}
    assert "\n" not in json_text({"a": "x\ny"})


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_cut_text_fits(text: str, width: int) -> None:
    shown = cut(text, width)
    # One wide character stands in the way of fitting one cell.
    assert display_width(shown) <= max(width, 3)
    assert shown.endswith("…") or display_width(shown) <= width
