"""PLY files: their header, and the numbers of one element as numpy columns.

A PLY file is a text header that declares elements (vertex, face, …) and their properties, then the
elements in that order, as text or as packed numbers. A property is a number or a list of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rrdimporters.protocol import DamagedInputError, UnsupportedInputError

__all__ = ["Columns", "Element", "Header", "Property", "read_element", "read_header"]

Columns: TypeAlias = dict[str, "npt.NDArray[Any] | list[npt.NDArray[Any]]"]
"""A property's numbers, `(n,)`; of a list property, one array for each element."""

_LONGEST_HEADER = 1 << 20
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an element.

    Attributes:
        name: Its name.
        kind: Numpy type of its numbers, without byte order.
        count: Type of a list's length; None for a single number.
    """

    name: str
    kind: str
    count: str | None = None


@dataclass(slots=True)
class Element:
    """An element and how often it comes."""

    name: str
    count: int
    properties: list[Property] = field(default_factory=list[Property])

    @property
    def is_flat(self) -> bool:
        """Whether it has no list properties, so that every one takes the same bytes."""
        return all(item.count is None for item in self.properties)


@dataclass(frozen=True, slots=True)
class Header:
    """What a PLY file declares.

    Attributes:
        order: Byte order as numpy writes it; empty for text.
        elements: In file order.
        length: Length of the header (bytes).
    """

    order: str
    elements: tuple[Element, ...]
    length: int

    def element(self, name: str) -> Element | None:
        """The element of that name."""
        return next((item for item in self.elements if item.name == name), None)


def read_header(data: bytes) -> Header:
    """The header of a PLY file.

    Raises:
        DamagedInputError: If it is none.
        UnsupportedInputError: If it declares a format or a type that does not exist.
    """
    lines, length = _header_lines(data)
    order = None
    elements: list[Element] = []
    for line in lines:
        match line.split():
            case ["format", name, _]:
                order = _ORDERS.get(name)
                if order is None:
                    raise UnsupportedInputError(f"has the unknown PLY format {name!r}")
            case ["element", name, count] if count.isdigit():
                elements.append(Element(name, int(count)))
            case ["property", "list", count, kind, name] if elements:
                elements[-1].properties.append(Property(name, _kind(kind), _kind(count)))
            case ["property", kind, name] if elements:
                elements[-1].properties.append(Property(name, _kind(kind)))
            case [] | ["comment" | "obj_info", *_]:
                pass
            case _:
                raise DamagedInputError(f"has the PLY header line {line!r}, which means nothing")
    if order is None:
        raise DamagedInputError("has a PLY header without a format")
    return Header(order, tuple(elements), length)


def _header_lines(data: bytes) -> tuple[list[str], int]:
    """The lines between `ply` and `end_header`, and where the elements begin."""
    if not data.startswith((b"ply\n", b"ply\r")):
        raise DamagedInputError(f"is no PLY file: it begins {data[:4].hex(' ')}")
    stop = data.find(b"end_header", 0, _LONGEST_HEADER)
    behind = data.find(b"\n", stop)
    if stop < 0 or behind < 0:
        raise DamagedInputError("has a PLY header that does not end")
    text = data[3:stop].decode("utf-8", "replace")
    return text.replace("\r", "\n").split("\n"), behind + 1


def _kind(name: str) -> str:
    kind = _TYPES.get(name)
    if kind is None:
        raise UnsupportedInputError(f"has a property of the unknown PLY type {name!r}")
    return kind


def read_element(data: bytes, header: Header, wanted: Element) -> Columns:
    """The numbers of one element.

    Raises:
        DamagedInputError: If the file ends before, or what should be a number is none.
    """
    if not header.order:
        return _from_text(data, header, wanted)
    position = header.length
    for element in header.elements:
        if element is wanted:
            break
        position = _end_of(data, header.order, element, position)
    if wanted.is_flat:
        return _packed(data, header.order, wanted, position)
    return _walked(data, header.order, wanted, position)[0]


def _packed(data: bytes, order: str, element: Element, position: int) -> Columns:
    kind = _row_type(order, element)
    _check_end(data, position + element.count * kind.itemsize, element)
    rows = np.frombuffer(data, kind, element.count, position)
    return {item.name: rows[f"f{i}"] for i, item in enumerate(element.properties)}


def _row_type(order: str, element: Element) -> np.dtype[Any]:
    return np.dtype([(f"f{i}", order + item.kind) for i, item in enumerate(element.properties)])


def _check_end(data: bytes, end: int, element: Element) -> None:
    if end > len(data):
        raise DamagedInputError(
            f"ends inside of its {element.count} elements {element.name!r}", offset=len(data)
        )


def _end_of(data: bytes, order: str, element: Element, position: int) -> int:
    """Where an element ends."""
    if element.is_flat:
        end = position + element.count * _row_type(order, element).itemsize
        _check_end(data, end, element)
        return end
    return _walked(data, order, element, position)[1]


def _walked(data: bytes, order: str, element: Element, position: int) -> tuple[Columns, int]:
    """Elements with lists, one after the other: nothing but reading them tells where they end."""
    cells: list[list[npt.NDArray[Any]]] = [[] for _ in element.properties]
    kinds = [np.dtype(order + item.kind) for item in element.properties]
    counts = [item.count and np.dtype(order + item.count) for item in element.properties]
    for _ in range(element.count):
        for cell, kind, count in zip(cells, kinds, counts, strict=True):
            length = 1
            if count:
                _check_end(data, position + count.itemsize, element)
                length = int(np.frombuffer(data, count, 1, position)[0])
                position += count.itemsize
            if length < 0:
                raise DamagedInputError("has a list of negative length", offset=position)
            _check_end(data, position + length * kind.itemsize, element)
            cell.append(np.frombuffer(data, kind, length, position))
            position += length * kind.itemsize
    return _as_columns(element, cells, kinds), position


def _as_columns(
    element: Element, cells: list[list[npt.NDArray[Any]]], kinds: list[np.dtype[Any]]
) -> Columns:
    return {
        item.name: cell
        if item.count is not None
        else np.concatenate([np.empty(0, kind), *cell]).astype(kind)
        for item, cell, kind in zip(element.properties, cells, kinds, strict=True)
    }


def _from_text(data: bytes, header: Header, wanted: Element) -> Columns:
    lines = data[header.length :].decode("ascii", "replace").splitlines()
    lines = [line for line in lines if line.strip()]
    start = 0
    for element in header.elements:
        if element is wanted:
            break
        start += element.count
    rows = lines[start : start + wanted.count]
    if len(rows) < wanted.count:
        raise DamagedInputError(f"ends after {len(rows)} of {wanted.count} {wanted.name!r}")
    try:
        return _text_table(rows, wanted) if wanted.is_flat else _text_lists(rows, wanted)
    except ValueError as error:
        raise DamagedInputError(f"has an element {wanted.name!r} that is not numbers") from error


def _text_table(rows: list[str], element: Element) -> Columns:
    width = len(element.properties)
    numbers = np.array(" ".join(rows).split(), np.float64)
    if len(numbers) != len(rows) * width:
        raise DamagedInputError(f"has elements {element.name!r} that are not {width} numbers")
    table = numbers.reshape(len(rows), width)
    return {item.name: _typed(table[:, i], item.kind) for i, item in enumerate(element.properties)}


def _text_lists(rows: list[str], element: Element) -> Columns:
    cells: list[list[npt.NDArray[Any]]] = [[] for _ in element.properties]
    for row in rows:
        words = row.split()
        for cell, item in zip(cells, element.properties, strict=True):
            length = int(words.pop(0)) if item.count and words else 1
            if not 0 <= length <= len(words):
                raise DamagedInputError(f"has an element {element.name!r} that is too short")
            cell.append(_typed(np.array(words[:length], np.float64), item.kind))
            del words[:length]
    return _as_columns(element, cells, [np.dtype(item.kind) for item in element.properties])


def _typed(numbers: npt.NDArray[np.float64], kind: str) -> npt.NDArray[Any]:
    """Numbers from text as their declared type; integers wrap around as C casts them."""
    if kind[0] == "f":
        return numbers.astype(kind)
    if not np.isfinite(numbers).all():
        raise ValueError("an integer that is none")
    return numbers.astype(np.int64).astype(kind)
