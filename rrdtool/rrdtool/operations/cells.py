"""The cells of a chunk's columns as plain values and as short texts for people.

A cell of a component is the list of instances that one row holds of it. `column_values` gives
Python values of what JSON has, complete, with byte strings for runs of bytes. `column_texts` gives
one line per cell: long lists are cut to their shape and first values, byte strings to their size,
and numbers that stand for something (colors, times, members of an enum) are written as what they
are. Row ids and times have functions of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.errors import CorruptError
from rrdformats.quantities import format_size
from rrdformats.timeline import TimeKind
from rrdformats.times import format_duration, format_time
from rrdformats.tuid import ROW_PREFIX
from rrdformats.vocabulary import component, datatype, enum

__all__ = [
    "LONGEST_TEXT",
    "column_texts",
    "column_values",
    "row_id_texts",
    "time_texts",
    "time_values",
    "tuid_texts",
]

LONGEST_TEXT = 100
"""Characters of a cell's text, unless all of it is asked for."""

_FEW = 3
"""Items that are shown of a list that is cut."""

_SHORT = 6
"""Items of a list up to which it is shown whole."""

_SMALL_FIXED = 16
"""Size of a fixed-size list (a matrix, a vector) up to which it is shown whole."""

_Array: TypeAlias = "pa.Array[Any]"

_Name = Callable[[int], str]
"""Writes a whole number that stands for something."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """The first items of a longer list."""

    items: list[Any]
    shape: tuple[int, ...]


def column_values(column: _Array) -> list[Any]:
    """The cells of a column: lists, dicts, numbers, texts, byte strings, None where null.

    32-bit floats become the shortest numbers that read back as the same 32-bit float.
    """
    return _cells(column, None)


def column_texts(
    column: _Array, component_type: str | None = None, *, full: bool = False
) -> list[str]:
    """One line for each cell of a column; a null is an empty text.

    Args:
        column: One list of instances per row, or plain values.
        component_type: Full name of the component type, which tells what numbers stand for.
        full: Whether to show everything: nothing is cut, byte strings are hexadecimal.
    """
    style = _Style(None if component_type is None else _name_of(component_type), full)
    return [style.cell(value) for value in _cells(column, None if full else _SHORT)]


def row_id_texts(column: _Array) -> list[str]:
    """Row ids as text with prefix; anything else than ids of 16 bytes as cells are."""
    if column.type != pa.binary(16) or column.null_count:
        return column_texts(column)
    ids: list[Any] = column.to_pylist()
    return tuid_texts(b"".join(ids), ROW_PREFIX)


def tuid_texts(ids: bytes, prefix: str) -> list[str]:
    """Ids of 16 bytes each as text: the time in upper case, the counter in lower case."""
    digits = ids.hex()
    upper = digits.upper()
    return [
        f"{prefix}{upper[i : i + 16]}{digits[i + 16 : i + 32]}" for i in range(0, len(digits), 32)
    ]


def time_texts(column: _Array, kind: TimeKind) -> list[str]:
    """The times of an index column as people write them; empty where null."""
    times = column.view(pa.int64()).to_pylist()
    return ["" if time is None else format_time(time, kind) for time in times]


def time_values(column: _Array, kind: TimeKind) -> list[Any]:
    """The times of an index column as JSON has them: steps, or nanoseconds as text."""
    times: list[Any] = column.view(pa.int64()).to_pylist()
    if kind is TimeKind.SEQUENCE:
        return times
    return [None if time is None else str(time) for time in times]


# --- values -------------------------------------------------------------------------------------


def _cells(column: _Array, most: int | None) -> list[Any]:
    """The cells of a column, whose outermost lists hold instances even where these are bytes."""
    if isinstance(column, pa.ListArray):
        return _lists(column, column.values, column.offsets.to_numpy(), most, of_bytes=False)
    return _plain(column, most)


def _plain(array: _Array, most: int | None) -> list[Any]:
    """The values of `array`; lists of more than `most` items become `_Cut`."""
    if isinstance(array, pa.ExtensionArray):
        return _plain(array.storage, most)
    if isinstance(array, pa.ListArray | pa.LargeListArray):
        return _lists(array, array.values, array.offsets.to_numpy(), most)
    if isinstance(array, pa.FixedSizeListArray):
        size = array.type.list_size
        starts = (np.arange(len(array) + 1) + array.offset) * size
        cut = most is not None and size > max(most, _SMALL_FIXED)
        small = size < _SMALL_FIXED  # a few numbers rather than data, whatever their type
        return _lists(
            array, array.values, starts, most if cut else None, inside=most, of_bytes=not small
        )
    if isinstance(array, pa.StructArray):
        return _structs(array, most)
    if isinstance(array, pa.UnionArray):
        return _unions(array, most)
    if pa.types.is_floating(array.type):
        return _floats(array)
    if pa.types.is_temporal(array.type) and not pa.types.is_interval(array.type):
        return _times(array)
    return list(array.to_pylist())


def _lists(
    array: _Array,
    values: _Array,
    offsets: npt.NDArray[np.integer[Any]],
    most: int | None,
    *,
    inside: int | None = None,
    of_bytes: bool = True,
) -> list[Any]:
    """Lists between consecutive offsets.

    Args:
        array: The lists.
        values: What the offsets count.
        offsets: One more than there are lists.
        most: Longer lists are cut.
        inside: Bound for the lists inside, if `most` is none.
        of_bytes: Whether lists of bytes become byte strings.
    """
    if not len(array):
        return []
    valid = array.is_valid().to_pylist()
    spans = list(zip(offsets[:-1].tolist(), offsets[1:].tolist(), valid, strict=True))
    if of_bytes and _is_data(values):
        data = values.to_numpy()
        return [data[a:b].tobytes() if there else None for a, b, there in spans]
    if most is not None and any(b - a > most for a, b, there in spans if there):
        return [_first(values.slice(a, b - a), most) if there else None for a, b, there in spans]
    first, last = int(offsets[0]), int(offsets[-1])
    items = _plain(values.slice(first, last - first), inside if most is None else most)
    return [items[a - first : b - first] if there else None for a, b, there in spans]


def _is_data(values: _Array) -> bool:
    return bool(pa.types.is_uint8(values.type)) and not values.null_count


def _first(values: _Array, most: int) -> list[Any] | _Cut:
    """The items of one list, cut if they are more than `most`."""
    if len(values) <= most:
        return _plain(values, most)
    return _Cut(_plain(values.slice(0, _FEW), most), (len(values), *_fixed_shape(values.type)))


def _fixed_shape(kind: pa.DataType) -> tuple[int, ...]:
    if not isinstance(kind, pa.FixedSizeListType):
        return ()
    return (kind.list_size, *_fixed_shape(kind.value_type))


def _member_names(kind: pa.StructType | pa.UnionType) -> list[str]:
    try:
        return [kind.field(i).name for i in range(kind.num_fields)]
    except UnicodeDecodeError as error:
        raise CorruptError("the name of a member of a struct or union is not UTF-8") from error


def _structs(array: pa.StructArray, most: int | None) -> list[Any]:
    names = _member_names(array.type)
    columns = [_plain(array.field(i), most) for i in range(len(names))]
    rows = zip(*columns, strict=True) if names else iter([()] * len(array))
    valid = array.is_valid().to_pylist()
    return [
        dict(zip(names, row, strict=True)) if there else None
        for row, there in zip(rows, valid, strict=True)
    ]


def _unions(array: pa.UnionArray, most: int | None) -> list[Any]:
    """Each value by the name of its arm, as only the name tells arms of one type apart."""
    if array.offset:  # which type codes and offsets of a slice ignore
        array = array.take(np.arange(len(array)))
    codes, names = array.type.type_codes, _member_names(array.type)
    arms: list[_Array] = [array.field(i) for i in range(len(codes))]
    places = np.arange(len(array))
    if array.type.mode == "dense":
        places = array.offsets.to_numpy()
    result: list[Any] = []
    for code, offset in zip(array.type_codes.to_numpy().tolist(), places.tolist(), strict=True):
        arm = codes.index(code)
        value = _plain(arms[arm].slice(offset, 1), most)[0]
        result.append(None if value is None else {names[arm]: value})
    return result


def _floats(array: _Array) -> list[Any]:
    if array.type == pa.float64():
        return list(array.to_pylist())
    numbers = array.to_numpy(zero_copy_only=False)
    if array.type == pa.float32():
        # Through text: the shortest decimal that means the same 32-bit float.
        numbers = numbers.astype("U").astype(np.float64)
    values: list[Any] = numbers.astype(np.float64).tolist()
    if array.null_count:
        there = array.is_valid().to_pylist()
        return [value if ok else None for value, ok in zip(values, there, strict=True)]
    return values


def _times(array: _Array) -> list[Any]:
    """Times as the whole numbers that are stored: nanoseconds do not fit Python's own types."""
    width = array.type.bit_width
    return list(array.view(pa.int64() if width == 64 else pa.int32()).to_pylist())


# --- texts --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Style:
    """How values are written.

    Attributes:
        name: Writes whole numbers; None where they are only numbers.
        full: Whether nothing is cut.
    """

    name: _Name | None
    full: bool

    def cell(self, value: Any) -> str:
        """The text of one cell; a single instance stands without brackets."""
        if value is None:
            return ""
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        text = self.text(value, top=True) or '""'  # a null is an empty cell
        if self.full or len(text) <= LONGEST_TEXT:
            return text
        return text[: LONGEST_TEXT - 1] + "…"

    def text(self, value: Any, *, top: bool = False) -> str:
        match value:
            case None:
                return "null"
            case bool():
                return "true" if value else "false"
            case str():
                return value if top else f'"{value}"'
            case int():
                return str(value) if self.name is None else self.name(value)
            case float():
                return self.number(value, top=top)
            case bytes():
                shown = self.full or len(value) <= _SMALL_FIXED
                return f"0x{value.hex()}" if shown else f"<{format_size(len(value))}>"
            case list():
                return f"[{self.joined(value)}]"
            case _Cut():
                shape = "×".join(map(str, value.shape))
                return f"{shape} [{self.joined(value.items)}, …]"
            case dict():
                # What is not set is left out, unless everything is asked for.
                told = [(k, v) for k, v in value.items() if self.full or v is not None]
                return "{" + ", ".join(self.member(*member) for member in told) + "}"
            case _:
                return str(value)

    def joined(self, values: Iterable[Any]) -> str:
        return ", ".join(map(self.text, values))

    def member(self, name: str, value: Any) -> str:
        return f"{name}: {_Style(_name_of(_camel(name)), self.full).text(value)}"

    def number(self, value: float, *, top: bool) -> str:
        """All digits of a number that stands alone; six of those that stand together."""
        text = repr(value) if top or self.full else f"{value:.6g}"
        return text.removesuffix(".0")


@lru_cache(maxsize=256)
def _name_of(type_name: str) -> _Name | None:
    """How to write whole numbers of a component or datatype; None if they are only numbers."""
    found = component(type_name)
    stored = datatype(type_name) if found is None else found.datatype
    short = "" if stored is None else stored.short_name
    members = enum("ViewDir" if short == "ViewCoordinates" else type_name)
    if members is not None:
        return lambda number: members.variant_of(number) or str(number)
    if short == "Rgba32":
        return lambda number: f"#{number:08x}"
    if short == "VideoTimestamp":
        return format_duration
    if found is not None and found.short_name == "Timestamp":
        return lambda number: format_time(number, TimeKind.TIMESTAMP)
    return None


def _camel(name: str) -> str:
    """`ColorModel` for `color_model`: members of structs are called like their types."""
    return re.sub(r"(?:^|_)([a-z])", lambda match: match[1].upper(), name)
