"""Plain cells without pyarrow are the cells that pyarrow gives."""

from __future__ import annotations

import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError, LimitError, RrdError, UnsupportedError
from rrdformats.ipc_read import ColumnLayout, TypeId, column_layouts, read_stream
from rrdformats.ipc_values import cells, integers, present, texts
from rrdformats.ipc_write import encode_stream
from rrdformats.testing import assembly
from rrdformats.testing.strategies import arrays, arrow_types

arrow: Any = pa  # its stubs refuse some of the calls that build arrays here
Column = tuple[ColumnLayout, memoryview]


def column_of(array: Any, *, old: bytes = b"", new: bytes = b"") -> Column:
    """The array as the only column of a stream, `old` bytes of the body replaced once."""
    data = assembly.ipc(pa.RecordBatch.from_arrays([array], names=["c"]))
    schema, batch = read_stream(data)
    body = data[batch.body : batch.end]
    if old:
        assert body.count(old) == 1
        body = body.replace(old, new)
    (column,) = column_layouts(schema, batch)
    return column, memoryview(body)


def supported(kind: Any) -> bool:
    if pa.types.is_union(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return False
    return all(supported(kind.field(i).type) for i in range(kind.num_fields))


@given(st.data(), arrow_types(), st.integers(0, 9), st.booleans())
def test_cells_are_what_pyarrow_gives(
    data: st.DataObject, kind: pa.DataType, length: int, reference: bool
) -> None:
    batch = pa.RecordBatch.from_arrays([data.draw(arrays(kind, length))], names=["c"])
    stream = encode_stream(batch) if reference else assembly.ipc(batch)
    schema, found = read_stream(stream)
    (column,) = column_layouts(schema, found)
    body = memoryview(stream)[found.body : found.end]
    if not supported(kind):
        with pytest.raises(UnsupportedError, match="is of a type that needs pyarrow"):
            cells(column, body)
        return
    assert repr(cells(column, body)) == repr(batch.column(0).to_pylist())


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1, None, -3], pa.int8()), [1, None, -3]),
        (pa.array([2**64 - 1], pa.uint64()), [2**64 - 1]),
        (pa.array([5, None], pa.timestamp("ns", "UTC")), [5, None]),
        (pa.array([5, None], pa.duration("ms")), [5, None]),
        (pa.array([1.5, None], pa.float32()), [1.5, None]),
        (pa.array([True, None, False]), [True, None, False]),
        (pa.array(["é", "", None]), ["é", "", None]),
        (pa.array([["a"], [], None]), [["a"], [], None]),
        (pa.array([[1, 2], None], pa.list_(pa.int8(), 2)), [[1, 2], None]),
        (pa.array([{"x": 1}, None]), [{"x": 1}, None]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_every_supported_type_has_cells(array: Any, expected: list[Any]) -> None:
    assert cells(*column_of(array)) == expected


@pytest.mark.parametrize(
    "array",
    [
        pa.array([1.5], pa.float16()),
        pa.array([b"x"]),
        pa.array([b"x"], pa.binary(1)),
        pa.array([[1]], pa.large_list(pa.int8())),
        pa.array(["x"], pa.large_utf8()),
        pa.array([1], pa.date32()),
        pa.array(["a"]).dictionary_encode(),
        arrow.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
    ],
    ids=lambda array: str(array.type)[:20],
)
def test_other_types_need_pyarrow(array: Any) -> None:
    with pytest.raises(UnsupportedError, match="column 'c'"):
        cells(*column_of(array))


def test_presence_is_told_only_where_something_is_missing() -> None:
    assert present(*column_of(pa.array([1, 2]))) is None
    assert present(*column_of(pa.array([1, None] * 5))) == bytes([1, 0] * 5)
    assert present(*column_of(pa.nulls(3))) is None


def test_numbers_are_views() -> None:
    column, body = column_of(pa.array([1, -2, 3], pa.int16()))
    assert integers(column, body).tolist() == [1, -2, 3]
    assert integers(column, body).obj is body.obj


def test_texts_of_nulls_are_empty() -> None:
    assert texts(*column_of(pa.array(["a", None, "b", "a"]))) == ["a", "", "b", "a"]


@pytest.mark.parametrize("read", [integers, texts])
def test_columns_of_another_type_are_refused(read: Any) -> None:
    with pytest.raises(UnsupportedError, match="column 'c' does not hold"):
        read(*column_of(pa.array([True])))


OFFSETS = struct.pack("<3i", 0, 2, 3)
WORDS, LISTS = pa.array(["ab", "c"]), pa.array([[7, 8], [9]], pa.list_(pa.int64()))


@pytest.mark.parametrize("array", [WORDS, LISTS], ids=["texts", "lists"])
@pytest.mark.parametrize(
    "offsets", [(0, 2, 30), (-1, 2, 3), (0, 3, 2), (5, 2, 3), (2**31 - 1,) * 3]
)
def test_impossible_offsets_are_errors(array: Any, offsets: tuple[int, ...]) -> None:
    column, body = column_of(array, old=OFFSETS, new=struct.pack("<3i", *offsets))
    with pytest.raises(CorruptError, match="impossible offsets"):
        cells(column, body)


def test_text_that_is_not_utf_8_is_an_error() -> None:
    with pytest.raises(CorruptError, match="holds text that is not UTF-8"):
        cells(*column_of(WORDS, old=b"abc", new=b"a\xffc"))


def resized(column: ColumnLayout, length: int, nulls: int = 0) -> ColumnLayout:
    return ColumnLayout(column.field, length, nulls, column.buffers, column.children)


@pytest.mark.parametrize(
    "array",
    [pa.array([1]), pa.array([True]), WORDS, LISTS, pa.array([[1, 2]], pa.list_(pa.int8(), 2))],
)
def test_buffers_that_are_too_short_are_errors(array: Any) -> None:
    column, body = column_of(array)
    with pytest.raises(CorruptError, match=r"too short|too few values"):
        cells(resized(column, 500), body)
    with pytest.raises(CorruptError, match="too short"):
        cells(resized(column_of(pa.array([1]))[0], 1, nulls=1), body)


def test_children_of_a_struct_must_be_as_long_as_it_is() -> None:
    column, body = column_of(pa.array([{"x": 1}, {"x": 2}]))
    with pytest.raises(CorruptError, match="children of another length"):
        cells(resized(column, 1), body)


def test_a_list_of_negative_size_is_an_error() -> None:
    column, body = column_of(pa.array([[1, 2]], pa.list_(pa.int8(), 2)))
    assert column.field.type_id == TypeId.FIXED_SIZE_LIST
    field = type(column.field)("c", TypeId.FIXED_SIZE_LIST, (-1,), True, column.field.children, {})
    with pytest.raises(CorruptError, match="too few values"):
        cells(ColumnLayout(field, 1, 0, column.buffers, column.children), body)


@pytest.mark.parametrize(
    "array", [pa.nulls(1), pa.array([{}], pa.struct([])), pa.nulls(1, pa.list_(pa.null()))]
)
def test_values_that_take_no_bytes_have_a_limit(array: Any) -> None:
    column, body = column_of(array)
    with pytest.raises(LimitError, match="number of values in a column"):
        cells(resized(column, 2**40), body)


@given(st.sampled_from([WORDS, LISTS, pa.array([{"x": 1, "y": [True]}] * 9)]), st.data())
def test_any_body_has_cells_or_an_rrd_error(array: Any, data: st.DataObject) -> None:
    column, body = column_of(array)
    damaged = bytearray(body)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert len(cells(column, memoryview(damaged))) == len(array)
    except RrdError:
        return
