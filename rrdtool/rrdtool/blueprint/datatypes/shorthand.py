"""Structs that may be given by one of their fields alone."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

from rrdtool.model.values import StructBatch, Value

__all__ = ["ShorthandBatch"]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


class ShorthandBatch(StructBatch[_Input_contra]):
    """A batch of structs that takes whatever a struct can be made of: a text, an enum's member."""

    @classmethod
    def _convert(cls, data: Any) -> Any:
        return super()._convert([data] if isinstance(data, str | Enum) else data)

    @classmethod
    def _value(cls, item: object) -> Value:
        is_whole = isinstance(item, Value) and item.field_names() == cls._fields_of_value()
        return super()._value(item if is_whole else cls._made_of(item))

    @classmethod
    def _made_of(cls, part: object) -> Value:
        """The struct that `part` stands for."""
        made: Value = cls._value_class(part)
        return made
