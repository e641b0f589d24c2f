"""Data that no archetype declares: how types are guessed and kept, and what is stored."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdtool import components
from rrdtool.model import errors
from rrdtool.model.custom import AnyBatchValue, AnyValues, DynamicArchetype
from rrdtool.model.described import ComponentColumnList, ComponentDescriptor

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers = itertools.count()

VALUES: dict[str, Any] = {
    "an int": 7,
    "a float": 2.5,
    "a whole float": 2.0,
    "a bool": True,
    "a text": "s",
    "a number as text": "5",
    "bytes": b"x",
    "ints": [1, 2],
    "floats": [1.5, 2.0],
    "texts": ["a", "b"],
    "an int or nothing": [None, 1],
    "lists": [[1, 2], [3]],
    "dicts": [{"a": 1}, {"a": 2.0}],
    "float32": np.float32(2),
    "uint8": np.uint8(3),
    "an array of uint8": np.array([1, 2], np.uint8),
    "an array of float64": np.array([1.0, 2.0]),
    "an array of bool": np.array([True, False]),
    "an array of text": np.array(["a", "b"]),
    "an array of float16": np.array([1, 2], np.float16),
    "a backward array": np.array([1, 2], np.int8)[::-1],
    "a masked array": np.ma.array([1, 2], mask=[False, True]),
    "a moment": dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    "a day": dt.date(2020, 1, 1),
    "a duration": dt.timedelta(days=1),
    "a datetime64": np.datetime64(5, "ns"),
    "an array of datetime64": np.array([5], "datetime64[ms]"),
    "two dimensions": np.zeros((2, 2)),
    "complex numbers": np.array([1j]),
    "other bytes first": np.array([1.0], ">f8"),
    "numbers and texts in an array": np.array([1, "a"], object),
    "a set": {1},
    "a range": range(3),
    "a tuple": (1, 2),
    "a mixed list": ["a", 1],
    "numbers of two types": [1, 2.5],
    "a larger int": 300,
    "too large an int": 2**63,
    "nothing": None,
    "an empty list": [],
    "an empty text": "",
    "an empty array": np.array([], np.uint8),
    "an Arrow array": pa.array([1, 2], pa.int32()),
    "numbers of numpy": [np.float32(1), np.float32(2)],
    "lists of texts": [["a"], ["b", "c"]],
    "arrays": [np.array([1, 2]), np.array([3.0])],
    "any object": object(),
    "dicts of other keys": [{"a": 1}, {"b": 2}],
    "a decimal": 1.5,
}

FIRSTS = [
    *("an int", "a float", "a bool", "a text", "bytes", "floats", "float32", "an array of uint8"),
    *("lists", "dicts", "a datetime64", "a duration", "an Arrow array", "nothing"),
]

DIFFERENT = {
    ("a text", "a mixed list"): "the list is one of texts; there is nothing to warn of",
    ("lists", "floats"): "numbers are cut to whole ones as in flat data",
    ("lists", "numbers of two types"): "numbers are cut to whole ones as in flat data",
    ("lists", "numbers of numpy"): "numbers are cut to whole ones as in flat data",
    ("lists", "a range"): "a range is a list as good as any",
}
"""Where we store what the reference refuses or warns of, and why."""


@pytest.fixture(autouse=True)
def _lax() -> Iterator[None]:
    before = errors.strict_mode()
    errors.set_strict_mode(False)
    yield
    errors.set_strict_mode(before)


@pytest.fixture
def name() -> str:
    """A component name that nothing in this process has used."""
    return f"custom_{next(_numbers)}"


def _converted(library: Any, name: str, value: Any) -> tuple[object, bool]:
    """What is stored of a value, and whether there was a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        array = library.AnyBatchValue(name, value).as_arrow_array()
    if array is None:
        return None, bool(caught)
    # Python has no nanoseconds.
    plain = array.view(pa.int64()) if pa.types.is_timestamp(array.type) else array
    return (array.type, repr(plain.to_pylist())), bool(caught)


class _Ours:
    AnyBatchValue = AnyBatchValue


@pytest.mark.parametrize("label", VALUES)
def test_types_are_guessed_as_the_reference_guesses_them(label: str, name: str) -> None:
    rr = pytest.importorskip("rerun")
    assert _converted(_Ours, name, VALUES[label]) == _converted(rr, name, VALUES[label])


@pytest.mark.parametrize("first", FIRSTS)
def test_types_are_kept_as_the_reference_keeps_them(first: str) -> None:
    rr = pytest.importorskip("rerun")
    for label, value in VALUES.items():
        name = f"custom_{next(_numbers)}"
        for library in (_Ours, rr):
            _converted(library, name, VALUES[first])
        ours, theirs = _converted(_Ours, name, value), _converted(rr, name, value)
        if (first, label) not in DIFFERENT:
            assert (label, ours) == (label, theirs)
        else:
            assert (label, ours) != (label, theirs)


@pytest.mark.parametrize("label", VALUES)
def test_the_same_value_again_is_stored_in_silence(label: str, name: str) -> None:
    first, has_warned = _converted(_Ours, name, VALUES[label])
    if not has_warned:
        assert _converted(_Ours, name, VALUES[label]) == (first, False)


# --- bundles


def _values(values: dict[str, Any], *, drop: Any = True) -> AnyValues:
    return AnyValues(drop, **values)


def _columns(values: dict[str, Any]) -> ComponentColumnList:
    return AnyValues.columns(**values)


def _stored(bundle: AnyValues | DynamicArchetype) -> list[tuple[str, str | None, str | None, Any]]:
    rows = [(batch.component_descriptor(), batch) for batch in bundle.as_component_batches()]
    return [
        (row.component, row.archetype, row.component_type, batch.as_arrow_array().to_pylist())
        for row, batch in rows
    ]


def test_any_values_have_names_and_nothing_else(name: str) -> None:
    bundle = _values({name: 1, f"{name}b": ["x", "y"], f"{name}c": None})
    assert _stored(bundle) == [
        (name, None, None, [1]),
        (f"{name}b", None, None, ["x", "y"]),
    ]


def test_components_are_added_to_any_values(name: str) -> None:
    bundle = _values({name: 1})
    bundle.with_component_from_data(f"{name}b", 2).with_component_from_data(f"{name}b", 3)
    bundle.with_component_override(f"{name}c", "my.Type", [4])
    assert [row[3] for row in _stored(bundle)] == [[1], [2], [3], [4]]
    assert _stored(bundle)[-1][2] == "my.Type"


def test_batches_and_components_are_stored_as_they_are(name: str) -> None:
    bundle = _values(
        {name: components.Position3DBatch([1, 2, 3]), f"{name}b": components.Radius(3)}
    )
    position, radius = bundle.as_component_batches()
    assert position.as_arrow_array().type == components.Position3D.arrow_type()
    assert radius.as_arrow_array() == pa.array([3], pa.float32())


@pytest.mark.parametrize("archetype", ["A", "user.A", "rerun.archetypes.Points3D"])
def test_a_dynamic_archetype_names_its_fields(archetype: str, name: str) -> None:
    short = "Points3D" if archetype.startswith("rerun.") else archetype
    bundle = DynamicArchetype(archetype, components={name: 1}).with_component_override(
        f"{name}b", "T", 2
    )
    assert _stored(bundle) == [
        (f"{short}:{name}", archetype, None, [1]),
        (f"{short}:{name}b", archetype, "T", [2]),
    ]


def test_fields_of_archetypes_have_types_of_their_own(name: str) -> None:
    assert _stored(_values({name: 1}))[0][3] == [1]
    assert _stored(DynamicArchetype("A", components={name: "a"}))[0][3] == ["a"]
    assert _stored(DynamicArchetype("B", components={name: 1.5}))[0][3] == [1.5]


def test_nothing_to_log_is_a_warning() -> None:
    with pytest.warns(errors.RerunWarning, match="AnyValues: ValueError"):
        assert AnyValues().as_component_batches() == []
    errors.set_strict_mode(True)
    with pytest.raises(ValueError, match="no component"):
        DynamicArchetype("A").as_component_batches()


def test_values_are_given_by_name(name: str) -> None:
    with pytest.warns(errors.RerunWarning, match="given by name"):
        bundle = _values({name: 1}, drop=5)
    assert bundle.component_batches == []


def test_none_needs_a_type_if_it_is_not_to_be_dropped(name: str) -> None:
    with pytest.warns(errors.RerunWarning, match="None has no type"):
        _values({name: None}, drop=False)
    _values({name: 1})
    assert _stored(_values({name: None}, drop=False)) == [(name, None, None, [])]


def test_names_are_text(name: str) -> None:
    with pytest.raises(TypeError, match="not text"):
        AnyValues().with_component_from_data(ComponentDescriptor(name), 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not text"):
        AnyValues().with_component_override(name, components.Radius, 1)  # type: ignore[arg-type]


def test_what_is_logged_does_not_change_with_the_array(name: str) -> None:
    numbers = np.arange(3)
    bundle = _values({name: numbers})
    numbers[:] = -1
    assert _stored(bundle)[0][3] == [0, 1, 2]


# --- columns


COLUMNS: dict[str, tuple[Any, list[Any]]] = {
    "ints": ([1, 2, 3], [[1], [2], [3]]),
    "lists": ([[1, 2], [3]], [[1, 2], [3]]),
    "empty lists": ([[], [1]], [[], [1]]),
    "arrays": ([np.array([1, 2]), np.array([3])], [[1, 2], [3]]),
    "tuples": ([(1, 2), (3,)], [[1, 2], [3]]),
    "texts": (["a", "b"], [["a"], ["b"]]),
    "an array": (np.arange(2.0), [[0.0], [1.0]]),
    "one number": (5, [[5]]),
    "an Arrow list": (pa.array([[1], None, [2, 3]]), [[1], [], [2, 3]]),
    "Arrow numbers": (pa.array([1, 2], pa.int8()), [[1], [2]]),
    "dicts": ([{"a": 1}, {"a": 2}], [[{"a": 1}], [{"a": 2}]]),
    "positions": (
        components.Position3DBatch([[1, 2, 3], [4, 5, 6]]),
        [[[1, 2, 3]], [[4, 5, 6]]],
    ),
    "blobs": (components.BlobBatch([b"ab", b"c"]), [[97, 98], [99]]),
}


@pytest.mark.parametrize(("value", "rows"), COLUMNS.values(), ids=COLUMNS)
def test_columns_have_a_row_per_element(value: Any, rows: list[Any], name: str) -> None:
    (column,) = _columns({name: value})
    assert column.component_descriptor() == ComponentDescriptor(name)
    assert column.as_arrow_array().to_pylist() == rows


@pytest.mark.parametrize(("value", "rows"), COLUMNS.values(), ids=COLUMNS)
def test_columns_are_those_of_the_reference(value: Any, rows: list[Any], name: str) -> None:
    rr = pytest.importorskip("rerun")
    (ours,) = _columns({name: value})
    (theirs,) = rr.AnyValues.columns(**{name: value})
    assert ours.as_arrow_array().type == theirs.as_arrow_array().type
    assert theirs.as_arrow_array().to_pylist() == rows


def test_columns_leave_out_what_cannot_be_stored(name: str) -> None:
    values = {name: np.zeros((2, 2, 2)), f"{name}b": [1], f"{name}c": None}
    with pytest.warns(errors.RerunWarning, match="Converting data"):
        columns = _columns(values)
    assert [column.component_descriptor().component for column in columns] == [f"{name}b"]


def test_columns_keep_the_type_of_their_name(name: str) -> None:
    _values({name: 1})
    (column,) = _columns({name: [[1, 2], [3]]})
    assert column.as_arrow_array().type == pa.list_(pa.int64())
    with pytest.warns(errors.RerunWarning, match="Converting data"):
        assert len(_columns({name: [["a"]]})) == 0


def test_columns_of_a_dynamic_archetype(name: str) -> None:
    columns = DynamicArchetype.columns("A", components={name: [1, 2]})
    assert isinstance(columns, ComponentColumnList)
    (column,) = columns.partition([2])
    assert column.component_descriptor() == ComponentDescriptor(f"A:{name}", "A")
    assert column.as_arrow_array().to_pylist() == [[1, 2]]


def test_a_value_that_is_nothing_is_no_column(name: str) -> None:
    assert AnyBatchValue.column(name, None) is None
    assert not AnyBatchValue(name, None).is_valid()
    assert AnyBatchValue(name, 1).is_valid()
