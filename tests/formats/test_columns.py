"""Columns cut out of the bodies of many chunks are the columns of each chunk, behind each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats import columns
from rrdformats.columns import CannotCut, cut_columns
from rrdformats.errors import CorruptError
from rrdformats.ipc_read import column_layouts, read_stream
from rrdformats.ipc_write import encode_stream
from rrdformats.testing.strategies import arrays, arrow_types, cut_types

arrow: Any = pa  # its stubs refuse some of the calls that build arrays here


def cut(arrays: list[Any], *, old: bytes = b"", new: bytes = b"") -> Any:
    """Cuts one column over chunks that hold the arrays; None where their layouts differ.

    `old` bytes of the last chunk's body are replaced.
    """
    streams = [encode_stream(pa.RecordBatch.from_arrays([array], names=["c"])) for array in arrays]
    schema, batch = read_stream(streams[0])
    if any(stream[: batch.body] != streams[0][: batch.body] for stream in streams):
        return None
    bodies = [stream[batch.body : batch.end] for stream in streams]
    if old:
        assert bodies[-1].count(old) == 1
        bodies[-1] = bodies[-1].replace(old, new)
    matrix = np.frombuffer(b"".join(bodies), np.uint8).reshape(len(bodies), -1)
    arrow_schema = pa.schema([pa.field("c", arrays[0].type)])
    result = cut_columns(column_layouts(schema, batch), arrow_schema, matrix)
    return result.column(0)


def expect(arrays: list[Any]) -> None:
    found = cut(arrays)
    found.validate(full=True)
    assert found.type == arrays[0].type
    assert repr(found.to_pylist()) == repr(
        [value for array in arrays for value in array.to_pylist()]
    )


ROWS: dict[str, list[Any]] = {
    "ints": [pa.array([1, 2, 3]), pa.array([4, 5, 6])],
    "ints with nulls": [pa.array([1, None, 3]), pa.array([None, 5, 6])],
    "nine bools": [pa.array([True] * 9), pa.array([False] * 9), pa.array([True, False, True] * 3)],
    "bools with nulls": [pa.array([True, None]), pa.array([None, False])],
    "nulls": [pa.nulls(3), pa.nulls(3)],
    "fixed size binary": [pa.array([b"ab"], pa.binary(2)), pa.array([b"cd"], pa.binary(2))],
    "timestamps": [pa.array([7000], pa.timestamp("ns")), pa.array([8000], pa.timestamp("ns"))],
    "durations": [pa.array([7000], pa.duration("ns")), pa.array([8000], pa.duration("ns"))],
    "texts of equal length": [pa.array(["ab", "c"]), pa.array(["d", "ef"])],
    "no text": [pa.array(["", ""]), pa.array(["", ""])],
    "no rows of text": [pa.array([], pa.utf8()), pa.array([], pa.utf8())],
    "no rows of lists": [pa.array([], pa.list_(pa.int8()))] * 2,
    "no rows of numbers": [pa.array([], pa.int8()), pa.array([], pa.int8())],
    "no rows of bools": [pa.array([], pa.bool_()), pa.array([], pa.bool_())],
    "binary": [pa.array([b"\xff\0", None]), pa.array([None, b"12"])],
    "lists": [pa.array([[1, 2], [3]]), pa.array([[4], [5, 6]])],
    "lists with nulls": [pa.array([[1, 2], None]), pa.array([None, [5, 6]])],
    "lists of lists": [pa.array([[[1], [2, 3]]]), pa.array([[[4, 5], [6]]])],
    "fixed size lists": [pa.array([[1, 2]], pa.list_(pa.int8(), 2))] * 2,
    "structs": [pa.array([{"x": 1, "y": "a"}]), pa.array([{"x": 2, "y": "b"}])],
    "structs with nulls": [pa.array([{"x": 1}, None]), pa.array([None, {"x": 1}])],
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_every_type_is_cut(name: str) -> None:
    expect(ROWS[name])


@given(st.data(), cut_types(), st.integers(0, 9), st.integers(1, 4))
def test_types_of_fixed_size_are_always_cut(
    data: st.DataObject, kind: pa.DataType, length: int, count: int
) -> None:
    expect([data.draw(arrays(kind, length, nulls=False)) for _ in range(count)])


@given(st.data(), arrow_types(), st.integers(0, 3))
def test_whatever_is_cut_is_right(data: st.DataObject, kind: pa.DataType, length: int) -> None:
    made = [data.draw(arrays(kind, length)) for _ in range(2)]
    for chosen in (made, [made[0], made[0]]):
        try:
            found = cut(chosen)
        except CannotCut:
            assert "union" in str(kind)
            continue
        if found is not None:
            expect(chosen)


@pytest.mark.parametrize(
    "array",
    [
        arrow.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
        pa.array([[1]], pa.large_list(pa.int8())),
        pa.array(["x"], pa.large_utf8()),
        pa.array([1], pa.date32()),
    ],
    ids=lambda array: str(array.type)[:12],
)
def test_other_types_are_left_to_arrow(array: Any) -> None:
    with pytest.raises(CannotCut):
        cut([array, array])


def test_dictionaries_are_left_to_arrow() -> None:
    from rrdformats.testing.assembly import ipc

    batch = pa.RecordBatch.from_arrays([pa.array(["a"]).dictionary_encode()], names=["c"])
    schema, found = read_stream(ipc(batch))
    layouts = column_layouts(schema, found)
    with pytest.raises(CannotCut):
        cut_columns(layouts, batch.schema, np.zeros((2, found.body_length), np.uint8))


LISTS, TEXTS = pa.array([[1, 2], [3]], pa.list_(pa.int16())), pa.array(["ab", "c"])
OFFSETS = np.array([0, 2, 3], np.int32).tobytes()


@pytest.mark.parametrize("array", [LISTS, TEXTS], ids=["lists", "texts"])
@pytest.mark.parametrize("offsets", [(1, 2, 3), (0, 3, 2), (-1, 0, 3)])
def test_offsets_that_arrow_must_judge_are_left_to_it(array: Any, offsets: Any) -> None:
    with pytest.raises(CannotCut):
        cut([array, array], old=OFFSETS, new=np.array(offsets, np.int32).tobytes())


@pytest.mark.parametrize("last", [1, 4, 2**31 - 1])
def test_lists_that_do_not_use_their_values_exactly_are_left_to_arrow(last: int) -> None:
    with pytest.raises(CannotCut):
        cut([LISTS, LISTS], old=OFFSETS, new=np.array([0, 1, last], np.int32).tobytes())


def test_ragged_texts_are_cut() -> None:
    found = cut([TEXTS, TEXTS], old=OFFSETS, new=np.array([0, 1, 1], np.int32).tobytes())
    assert found.to_pylist() == ["ab", "c", "a", ""]


def test_texts_that_pass_their_buffer_are_errors() -> None:
    with pytest.raises(CorruptError, match="passes the end of its buffer"):
        cut([TEXTS, TEXTS], old=OFFSETS, new=np.array([0, 1, 4], np.int32).tobytes())


def test_more_text_than_one_array_can_hold_is_left_to_arrow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(columns, "_INT32_MAX", 5)
    with pytest.raises(CannotCut):
        cut([TEXTS, TEXTS])


def test_nulls_are_counted_in_each_chunk() -> None:
    some = pa.array([1, None, 3, None, 5], pa.int8())
    with pytest.raises(CorruptError, match="does not have the nulls that it claims"):
        cut([some, some], old=b"\x15" + bytes(63), new=b"\x1d" + bytes(63))


@pytest.mark.parametrize("array", [pa.array([1]), pa.array([True, None]), TEXTS, LISTS])
def test_buffers_that_are_too_short_are_errors(array: Any) -> None:
    batch = pa.RecordBatch.from_arrays([array], names=["c"])
    schema, found = read_stream(encode_stream(batch))
    (layout,) = column_layouts(schema, found)
    short = type(layout)(
        layout.field,
        layout.length,
        layout.nulls,
        tuple((start, start) for start, _ in layout.buffers),
        layout.children,
    )
    with pytest.raises(CorruptError, match=r"buffer of column 'c' is too short"):
        cut_columns((short,), batch.schema, np.zeros((2, found.body_length), np.uint8))
