"""Plain values out of Arrow buffers, without pyarrow.

For the few columns that a command must show before it can afford pyarrow's import: a manifest's
columns and the cells of `/__properties`. Bodies of record batches come from `ipc_read`.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from operator import gt
from typing import Any, Literal, cast

from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.ipc_read import ColumnLayout, TypeId
from rrdformats.limits import check_limit

__all__ = ["cells", "integers", "present", "texts"]

_INTEGER_FORMATS = {
    (8, 1): "b", (8, 0): "B", (16, 1): "h", (16, 0): "H",
    (32, 1): "i", (32, 0): "I", (64, 1): "q", (64, 0): "Q",
}  # fmt: skip
_WITHOUT_VALIDITY = frozenset({TypeId.NULL, TypeId.UNION})
_FREE_VALUES = 1 << 16
_FLOAT_FORMATS = {1: "f", 2: "d"}  # by precision; no memoryview holds half floats
_BITS_OF_BYTE = tuple(bytes(byte >> bit & 1 for bit in range(8)) for byte in range(256))


def _buffer(column: ColumnLayout, index: int, size: int, body: memoryview) -> memoryview:
    start, end = column.buffers[index]
    if end - start < size:
        raise CorruptError(f"a buffer of column {column.field.name!r} is too short")
    return body[start : start + size]


def _bits(packed: memoryview, length: int) -> bytes:
    """One byte, 0 or 1, for each of the first `length` bits (least significant first)."""
    return b"".join([_BITS_OF_BYTE[byte] for byte in packed])[:length]


def present(column: ColumnLayout, body: memoryview) -> bytes | None:
    """One byte per value, 1 where it is not null; None where no bitmap tells of nulls."""
    if column.nulls == 0 or column.field.type_id in _WITHOUT_VALIDITY:
        return None
    return _bits(_buffer(column, 0, (column.length + 7) // 8, body), column.length)


def _format_of(column: ColumnLayout) -> str:
    field = column.field
    if field.type_id == TypeId.INT and field.params in _INTEGER_FORMATS:
        return _INTEGER_FORMATS[field.params[0], field.params[1]]
    if field.type_id in (TypeId.TIMESTAMP, TypeId.DURATION):
        return "q"
    if field.type_id == TypeId.FLOAT and field.params[0] in _FLOAT_FORMATS:
        return _FLOAT_FORMATS[field.params[0]]
    raise UnsupportedError(f"column {field.name!r} does not hold numbers")


def integers(column: ColumnLayout, body: memoryview) -> memoryview:
    """The numbers of a fixed-width column, a view; what stands at nulls is unspecified.

    Raises:
        UnsupportedError: If the column is not numeric.
        CorruptError: If its buffer is too short.
    """
    kind = _format_of(column)
    size = struct.calcsize(kind) * column.length
    numbers: memoryview = _buffer(column, 1, size, body).cast(cast("Literal['q']", kind))
    return numbers


def _offsets(column: ColumnLayout, body: memoryview, end: int) -> memoryview:
    """The offsets of a variable-length column, checked against what they point into."""
    if column.length == 0:
        return memoryview(bytes(4)).cast("i")
    offsets = _buffer(column, 1, 4 * (column.length + 1), body).cast("i")
    if offsets[0] < 0 or offsets[-1] > end or any(map(gt, offsets, offsets[1:])):
        raise CorruptError(f"column {column.field.name!r} has impossible offsets")
    return offsets


def texts(column: ColumnLayout, body: memoryview) -> list[str]:
    """The strings of a utf8 column; nulls become empty strings.

    Raises:
        UnsupportedError: If the column does not hold strings.
        CorruptError: If its buffers are impossible or a string is not UTF-8.
    """
    if column.field.type_id != TypeId.UTF8:
        raise UnsupportedError(f"column {column.field.name!r} does not hold strings")
    start, end = column.buffers[2]
    offsets = _offsets(column, body, end - start).tolist()
    data = bytes(body[start:end])
    # A manifest repeats few texts many times: no step of this loop is Python's, and each text is
    # decoded once.
    raws = list(map(data.__getitem__, map(slice, offsets, offsets[1:])))
    decoded = {raw: _decode(raw, column) for raw in dict.fromkeys(raws)}
    return list(map(decoded.__getitem__, raws))


def _decode(raw: bytes, column: ColumnLayout) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise CorruptError(f"column {column.field.name!r} holds text that is not UTF-8") from error


def cells(column: ColumnLayout, body: memoryview) -> list[Any]:
    """The values of a small column as Python objects: numbers, strings, bools, lists, dicts.

    Raises:
        UnsupportedError: For types that need pyarrow (unions, dictionaries, decimals, …).
        CorruptError: If buffers are impossible.
        LimitError: If the column claims far more values than its bytes could hold.
    """
    # Nulls, structs and lists of size 0 take no bytes, so buffers do not bound their number.
    check_limit(_count(column), 16 * len(body) + _FREE_VALUES, "number of values in a column")
    return _cells(column, body)


def _count(column: ColumnLayout) -> int:
    """Number of values at all levels."""
    return column.length + sum(map(_count, column.children))


def _cells(column: ColumnLayout, body: memoryview) -> list[Any]:
    values = _all_cells(column, body)
    exists = present(column, body)
    if exists is None:
        return values
    return [value if there else None for value, there in zip(values, exists, strict=True)]


def _all_cells(column: ColumnLayout, body: memoryview) -> list[Any]:
    field = column.field
    if field.dictionary:
        raise UnsupportedError(f"column {field.name!r} is dictionary-encoded")
    match field.type_id:
        case TypeId.NULL:
            return [None] * column.length
        case TypeId.INT | TypeId.FLOAT | TypeId.TIMESTAMP | TypeId.DURATION:
            return integers(column, body).tolist()
        case TypeId.BOOL:
            packed = _buffer(column, 1, (column.length + 7) // 8, body)
            return [bit == 1 for bit in _bits(packed, column.length)]
        case TypeId.UTF8:
            return list(texts(column, body))
        case TypeId.LIST:
            values = _cells(column.children[0], body)
            offsets = _offsets(column, body, len(values))
            return [values[first:last] for first, last in pairwise(offsets)]
        case TypeId.FIXED_SIZE_LIST:
            values = _cells(column.children[0], body)
            size = field.params[0]
            if size < 0 or len(values) < size * column.length:
                raise CorruptError(f"column {field.name!r} has too few values for its lists")
            return [values[size * i : size * (i + 1)] for i in range(column.length)]
        case TypeId.STRUCT:
            parts = [_cells(child, body) for child in column.children]
            if any(len(part) != column.length for part in parts):
                raise CorruptError(f"column {field.name!r} has children of another length")
            names = [child.field.name for child in column.children]
            rows = zip(*parts, strict=True) if parts else [()] * column.length
            return [dict(zip(names, row, strict=True)) for row in rows]
        case _:
            raise UnsupportedError(f"column {field.name!r} is of a type that needs pyarrow")
