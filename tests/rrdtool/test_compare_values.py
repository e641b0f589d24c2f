"""Hashes of values and tolerances, held against Python values."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.testing.strategies import arrays, arrow_types
from rrdtool.operations.comparison.closeness import (
    Tolerance,
    first_mismatch,
    mismatches,
    reference_close,
)
from rrdtool.operations.comparison.type_names import exact_type, holds_floats, value_type
from rrdtool.operations.comparison.value_hashes import value_hashes

_Array: TypeAlias = "pa.Array[Any]"

NAN, INF = math.nan, math.inf


def canonical(scalar: pa.Scalar[Any]) -> Any:
    """An Arrow scalar as something that is equal to another where both mean the same."""
    if not scalar.is_valid:
        return None
    value: Any = scalar  # the stubs know neither scalars' places nor that they are valid
    if isinstance(scalar, pa.UnionScalar):
        return ("arm", value.type_code, canonical(value.value))
    if isinstance(scalar, pa.ListScalar | pa.LargeListScalar | pa.FixedSizeListScalar):
        return ("list", *map(canonical, value.values))
    if isinstance(scalar, pa.StructScalar):
        return ("struct", *(canonical(value[i]) for i in range(len(value.type))))
    plain = value.as_py()
    if isinstance(plain, float):
        return "nan" if math.isnan(plain) else ("float", plain + 0.0)
    return ("list", *plain) if isinstance(plain, bytes) else plain


def raw_cells(array: _Array) -> list[Any]:
    return [canonical(value) for value in array]


@st.composite
def two_arrays(draw: st.DrawFn) -> tuple[_Array, _Array]:
    """Two arrays of one type that have some values in common."""
    kind = draw(arrow_types())
    a = draw(arrays(kind, 5))
    places = draw(st.lists(st.integers(0, 4), min_size=5, max_size=5))
    b = a.take(pa.array(places)) if draw(st.booleans()) else draw(arrays(kind, 5))
    return a, b


@given(two_arrays())
def test_values_are_told_apart_as_python_does(pair: tuple[_Array, _Array]) -> None:
    a, b = pair
    cells_a, cells_b = raw_cells(a), raw_cells(b)
    hashes_a, hashes_b = value_hashes(a).tolist(), value_hashes(b).tolist()
    for cell_a, hash_a in zip(cells_a, hashes_a, strict=True):
        for cell_b, hash_b in zip(cells_b, hashes_b, strict=True):
            assert (cell_a == cell_b) == (hash_a == hash_b), (cell_a, cell_b)
    wrong = mismatches(a, b, Tolerance()).tolist()
    assert wrong == [x != y for x, y in zip(cells_a, cells_b, strict=True)]
    for row in np.flatnonzero(wrong).tolist():
        place = first_mismatch(a.slice(row, 1), b.slice(row, 1), Tolerance())
        assert len(place.a) == len(place.b) == 1
        assert raw_cells(place.a) != raw_cells(place.b)


@given(st.data())
def test_hashes_do_not_depend_on_slices(data: st.DataObject) -> None:
    kind = data.draw(arrow_types())
    array = data.draw(arrays(pa.list_(kind), 6))
    start = data.draw(st.integers(0, 6))
    assert value_hashes(array)[start:].tolist() == value_hashes(array.slice(start)).tolist()
    alone = [value_hashes(array.slice(i, 1))[0] for i in range(6)]
    assert value_hashes(array).tolist() == alone


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 127, 128, 129, 5000])
def test_lengths_of_all_kinds_are_told_apart(size: int) -> None:
    values = [b"x" * size, b"x" * size, b"x" * (size + 1), b"\0" + b"x" * size, None]
    hashes = value_hashes(pa.array(values, pa.binary())).tolist()
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4
    alone = [value_hashes(pa.array([value], pa.binary()))[0] for value in values]
    assert hashes == alone


def test_trailing_zeros_count() -> None:
    hashes = value_hashes(pa.array([b"", b"\0", b"\0\0", b"\0" * 8, b"\0" * 9], pa.binary()))
    assert len(set(hashes.tolist())) == 5


@pytest.mark.parametrize("wide", [pa.large_binary(), pa.binary_view(), pa.list_(pa.uint8())])
def test_how_bytes_are_stored_does_not_matter(wide: pa.DataType) -> None:
    values = [b"ab", b"", None, b"c" * 200]
    plain = pa.array(values, pa.binary())
    listed = [None if value is None else list(value) for value in values]
    other = pa.array(listed if pa.types.is_list(wide) else values, wide)
    assert value_hashes(plain).tolist() == value_hashes(other).tolist()
    assert value_type(plain.type) == value_type(wide)


@pytest.mark.parametrize(
    "other",
    [
        pa.array(["a", "b", None], pa.large_utf8()),
        pa.array(["a", "b", None], pa.string_view()),
        pa.array(["a", "b", None]).dictionary_encode(),
    ],
)
def test_encodings_of_texts_do_not_matter(other: _Array) -> None:
    plain = pa.array(["a", "b", None])
    assert value_hashes(plain).tolist() == value_hashes(other).tolist()
    assert value_type(plain.type) == value_type(other.type)


def test_what_stands_beneath_a_null_does_not_count() -> None:
    def beneath(value: float) -> _Array:
        numbers = pa.py_buffer(np.array([1.0, value]).tobytes())
        items = pa.Array.from_buffers(pa.float64(), 2, [pa.py_buffer(b"\x01"), numbers])
        return pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), items)

    assert value_hashes(beneath(5.0)).tolist() == value_hashes(beneath(7.0)).tolist()
    assert not mismatches(beneath(5.0), beneath(7.0), Tolerance()).any()


# --- tolerance -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("atol", "rtol", "a", "b", "close"),
    [
        (0, 0, 1.0, 1.0, True),
        (0, 0, NAN, NAN, True),
        (0, 0, 0.0, -0.0, True),
        (0, 0, INF, INF, True),
        (0, 0, 1.0, 1.0 + 1e-15, False),
        (0.1, 0, 1.0, 1.1 - 1e-9, True),
        (0.1, 0, 1.0, 1.2, False),
        (0, 0.1, 100.0, 109.0, True),
        (0, 0.1, 109.0, 100.0, True),
        (0, 0.1, 100.0, 112.0, False),
        (1, 0.1, 100.0, 112.0, True),
        (9, 9, INF, -INF, False),
        (9, 9, INF, 1.0, False),
        (9, 9, NAN, 1.0, False),
    ],
)
def test_tolerance(atol: float, rtol: float, a: float, b: float, close: bool) -> None:
    cells = [pa.array([[x], None, [2.0]], pa.list_(pa.float64())) for x in (a, b)]
    assert mismatches(cells[0], cells[1], Tolerance(atol, rtol)).tolist() == [
        not close, False, False,
    ]  # fmt: skip


def test_tolerance_reaches_into_every_type() -> None:
    kind = pa.struct(
        [
            pa.field("x", pa.list_(pa.float32(), 2)),
            pa.field("name", pa.utf8()),
            pa.field("u", pa.dense_union([pa.field("f", pa.float64()), pa.field("i", pa.int64())])),
        ]
    )

    def cell(x: float, name: str, union: float) -> _Array:
        codes = pa.array([0], pa.int8())
        arms: list[_Array] = [pa.array([union]), pa.array([], pa.int64())]
        places = pa.array([0], pa.int32())
        dense = pa.UnionArray.from_dense(codes, places, arms, ["f", "i"])
        pair = pa.array([[x, 2.0]], pa.list_(pa.float32(), 2))
        return pa.StructArray.from_arrays([pair, pa.array([name]), dense], fields=list(kind))

    tolerance = Tolerance(atol=0.01)
    base = cell(1.0, "n", 5.0)
    assert not mismatches(base, cell(1.001, "n", 5.001), tolerance).any()
    assert mismatches(base, cell(1.1, "n", 5.0), tolerance).all()
    assert mismatches(base, cell(1.0, "m", 5.0), tolerance).all()
    assert mismatches(base, cell(1.0, "n", 5.1), tolerance).all()
    assert first_mismatch(base, cell(1.5, "n", 5.0), tolerance).path == ".x[0]"


@pytest.mark.parametrize(
    ("width", "a", "b", "close"),
    [
        (8, 1.0, 1.0 + 1e-9, True),
        (8, 1.0, 1.0 + 1e-7, False),
        (8, 0.0, 1e-9, True),
        (8, 0.0, 1.1e-8, False),
        (8, 1e-8, 3e-8, False),
        (4, 1.0, 1.0009, True),
        (4, 1000.0, 1001.0, True),
        (4, 1.0, 1.002, False),
        (4, 0.0, 1e-4, True),
        (4, 0.001, -0.0009, False),
        (2, 1.0, 1.001, True),
        (8, INF, INF, True),
        (8, INF, -INF, False),
        (8, INF, 1e300, False),
        (8, NAN, NAN, True),
        (8, NAN, 1.0, False),
    ],
)
def test_the_tolerance_of_the_reference(width: int, a: float, b: float, close: bool) -> None:
    kind = np.dtype(f"f{width}")
    found = reference_close(np.array([a], kind), np.array([b], kind))
    assert found.tolist() == [close]


# --- types ---------------------------------------------------------------------------------------


def test_values_of_other_types_differ() -> None:
    single = pa.array([[1.0]], pa.list_(pa.float32()))
    double = pa.array([[1.0]], pa.list_(pa.float64()))
    assert mismatches(single, double, Tolerance(1, 1)).all()


@pytest.mark.parametrize(
    ("a", "b", "exact", "value"),
    [
        (pa.list_(pa.field("item", pa.int8())), pa.list_(pa.field("x", pa.int8())), True, True),
        (
            pa.list_(pa.list_(pa.field("item", pa.int8()))),
            pa.list_(pa.list_(pa.field("x", pa.int8()))),
            False,
            True,
        ),
        (pa.list_(pa.binary()), pa.list_(pa.large_binary()), True, True),
        (pa.list_(pa.binary()), pa.list_(pa.list_(pa.uint8())), False, True),
        (pa.list_(pa.utf8()), pa.list_(pa.binary()), False, False),
        (
            pa.struct([pa.field("x", pa.int8())]),
            pa.struct([pa.field("x", pa.int8(), nullable=False)]),
            False,
            True,
        ),
        (
            pa.struct([pa.field("x", pa.int8())]),
            pa.struct([pa.field("y", pa.int8())]),
            False,
            False,
        ),
        (pa.list_(pa.int8(), 2), pa.list_(pa.int8(), 3), False, False),
    ],
)
def test_names_of_types(a: pa.DataType, b: pa.DataType, exact: bool, value: bool) -> None:
    assert (exact_type(a) == exact_type(b)) is exact
    assert (value_type(a) == value_type(b)) is value


@given(arrow_types())
def test_a_type_that_shows_floats_holds_some(kind: pa.DataType) -> None:
    shown = any(word in str(kind) for word in ("float", "double"))
    assert holds_floats(kind) is shown
