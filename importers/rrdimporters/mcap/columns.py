"""Decoded messages as columns, and those columns as Arrow arrays.

A column has one value per row, whatever the rows are: messages, or the items of all lists of a
column, flat. Nothing of a list's items is copied before somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdimporters.mcap.ragged import Places, Ragged, offsets_of
from rrdimporters.protocol import UnsupportedInputError

__all__ = ["Column", "Lists", "Numbers", "Runs", "Structs", "Texts", "list_array", "to_arrow"]

_LARGEST_OFFSET = 2**31 - 1
_Kind = TypeVar("_Kind", "Numbers", "Texts", "Runs", "Lists", "Structs")


@dataclass(frozen=True)
class Numbers:
    """One number or truth value per row.

    Attributes:
        values: `(rows,)`.
    """

    values: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Texts:
    """One string per row.

    Attributes:
        runs: The bytes of each.
    """

    runs: Ragged

    def __len__(self) -> int:
        return len(self.runs)

    @cached_property
    def array(self) -> pa.Array[Any]:
        """As Arrow strings."""
        return self.runs.to_strings()

    @cached_property
    def texts(self) -> list[str]:
        """As Python strings."""
        return self.runs.to_texts()


@dataclass(frozen=True)
class Runs:
    """A list of numbers per row.

    Attributes:
        runs: Where they lie.
        is_bool: Whether the bytes are truth values.
    """

    runs: Ragged
    is_bool: bool = False

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def counts(self) -> Places:
        """How many each row has."""
        return self.runs.counts

    @cached_property
    def values(self) -> npt.NDArray[Any]:
        """All numbers behind each other."""
        values = self.runs.values()
        return values != 0 if self.is_bool else values


@dataclass(frozen=True)
class Lists:
    """A list of anything per row.

    Attributes:
        counts: How many items each row has.
        items: The items of all rows, flat.
    """

    counts: Places
    items: Column

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True)
class Structs:
    """Named values per row.

    Attributes:
        rows: How many rows.
        fields: Columns by name.
    """

    rows: int
    fields: Mapping[str, Column]

    def __len__(self) -> int:
        return self.rows

    def numbers(self, *path: str) -> npt.NDArray[Any]:
        """The numbers of a member, reached through the given names.

        Raises:
            KeyError: If there is no such member, or it is not of numbers.
        """
        return self._member(Numbers, path).values

    def texts(self, *path: str) -> Texts:
        """The strings of a member.

        Raises:
            KeyError: If there is no such member, or it is not of strings.
        """
        return self._member(Texts, path)

    def runs(self, *path: str) -> Runs:
        """The lists of numbers of a member.

        Raises:
            KeyError: If there is no such member, or it is not of lists of numbers.
        """
        return self._member(Runs, path)

    def lists(self, *path: str) -> Lists:
        """The lists of structs of a member.

        Raises:
            KeyError: If there is no such member, or it is not of lists of structs.
        """
        return self._member(Lists, path)

    def structs(self, *path: str) -> Structs:
        """A nested struct.

        Raises:
            KeyError: If there is no such member, or it is no struct.
        """
        return self._member(Structs, path)

    def matrix(self, *path: str, names: str = "xyz", kind: str = "f4") -> npt.NDArray[Any]:
        """Members with names of one letter as `(rows, len(names))`.

        Raises:
            KeyError: If one of them is missing, or is not of numbers.
        """
        parts = self.structs(*path) if path else self
        columns = [parts.numbers(name) for name in names]
        out = np.empty((self.rows, len(columns)), kind)
        with np.errstate(over="ignore"):  # too large for a float32 is infinite
            for i, column in enumerate(columns):
                out[:, i] = column
        return out

    def _member(self, kind: type[_Kind], path: tuple[str, ...]) -> _Kind:
        found: Column = self
        for name in path:
            if not isinstance(found, Structs):
                raise KeyError(".".join(path))
            found = found.fields[name]
        if not isinstance(found, kind):
            raise KeyError(".".join(path))
        return found


Column: TypeAlias = Numbers | Texts | Runs | Lists | Structs


def list_array(items: pa.Array[Any], counts: Places, kind: pa.DataType) -> pa.Array[Any]:
    """Lists of `items`, `counts` per row, as the given list type.

    Raises:
        UnsupportedInputError: If there are more items than a column can hold.
    """
    offsets = offsets_of(counts)
    if offsets[-1] > _LARGEST_OFFSET:
        raise UnsupportedInputError(f"{offsets[-1]} values in one chunk are more than 2^31")
    buffers = [None, buffer_of(offsets.astype(np.int32))]
    return pa.Array.from_buffers(kind, len(counts), buffers, children=[items])


def to_arrow(column: Column, kind: Any) -> pa.Array[Any]:
    """A column as an Arrow array of the given type, which must fit it."""
    match column:
        case Numbers():
            return array_of(_native(column.values))
        case Texts():
            return column.array
        case Runs():
            return list_array(array_of(_native(column.values)), column.counts, kind)
        case Lists():
            items = to_arrow(column.items, kind.value_type)
            return list_array(items, column.counts, kind)
        case Structs():
            fields = list(kind)
            children = [
                to_arrow(part, field.type)
                for part, field in zip(column.fields.values(), fields, strict=True)
            ]
            return pa.Array.from_buffers(kind, len(column), [None], children=children)


def _native(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Contiguous values in the byte order of this machine."""
    return np.ascontiguousarray(values, values.dtype.newbyteorder("="))
