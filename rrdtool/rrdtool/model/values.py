"""The base of all single values: equal, hashed and printed by the fields they declare."""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from rrdtool.model.batches import BaseBatch

__all__ = ["ArrayValue", "FloatValue", "IntValue", "ListValue", "StructBatch", "Value", "plain"]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


class Value:
    """One value; a subclass names its fields in `_FIELDS`, in the order of declaration.

    Field names are the names of the Arrow type's children, if the value is a struct.
    """

    _FIELDS: ClassVar[tuple[str, ...]]

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """The names of the fields, in the order of declaration."""
        return cls._FIELDS

    def field_values(self) -> tuple[Any, ...]:
        """The fields, in the order of declaration."""
        return tuple(getattr(self, name) for name in self._FIELDS)

    def _key(self) -> tuple[object, ...]:
        """What makes two values of one class the same."""
        return tuple(_hashable(field) for field in self.field_values())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)) or type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __repr__(self) -> str:
        named = zip(self._FIELDS, self.field_values(), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={field!r}' for name, field in named)})"


class FloatValue(Value):
    """A value that is one fraction."""

    def __float__(self) -> float:
        return float(self.field_values()[0])

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.field_values()[0], dtype)


class IntValue(Value):
    """A value that is one integer."""

    def __int__(self) -> int:
        return int(self.field_values()[0])

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.field_values()[0], dtype)


class ArrayValue(Value):
    """A value that is one numpy array."""

    def __len__(self) -> int:
        return len(self.field_values()[0])

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        array: npt.NDArray[Any] = self.field_values()[0]
        return np.array(array, dtype, copy=True) if copy else np.asarray(array, dtype)


class ListValue(Value):
    """A value that is one list."""

    def __len__(self) -> int:
        return len(self.field_values()[0])


class StructBatch(BaseBatch[_Input_contra]):
    """A batch of values with several fields; takes values of its class only."""

    @classmethod
    def _convert(cls, data: Any) -> Any:
        import pyarrow as pa

        values = [data] if isinstance(data, Value) else data
        return pa.array([plain(cls._value(value)) for value in values], cls.arrow_type())

    @classmethod
    def _value(cls, item: object) -> Value:
        """The value that an element of the input stands for.

        Raises:
            TypeError: If it stands for none.
        """
        if isinstance(item, Value) and item.field_names() == cls._fields_of_value():
            return item
        raise TypeError(f"expected a {cls._value_class.__name__}, not {type(item).__name__!r}")

    @classmethod
    def _fields_of_value(cls) -> tuple[str, ...]:
        return cls._value_class.field_names() if issubclass(cls._value_class, Value) else ()


def plain(value: object) -> object:
    """A value as Arrow takes it from Python: numbers, texts, lists, and dicts for structs."""
    if isinstance(value, Value):
        fields = value.field_values()
        if len(fields) == 1:
            return plain(fields[0])
        return {name: plain(field) for name, field in zip(value.field_names(), fields, strict=True)}
    if isinstance(value, Enum):
        number: object = value.value
        return number
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _hashable(field: object) -> object:
    if isinstance(field, np.ndarray):
        return (field.shape, field.dtype.str, field.tobytes())
    if isinstance(field, list):
        return tuple(_hashable(item) for item in field)
    if isinstance(field, dict):
        return tuple((key, _hashable(item)) for key, item in field.items())
    return field
