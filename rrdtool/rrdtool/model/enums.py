"""The base of all enums: closed sets of named numbers, and batches of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np

from rrdtool.model.batches import BaseBatch, Flat

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["EnumBatch", "NamedNumber"]


class NamedNumber(Enum):
    """A member of a closed set; its value is the number that is stored."""

    @classmethod
    def auto(cls, val: str | int | np.integer[Any] | Self) -> Self:
        """The member that `val` is, or whose number or name it is; names in any letter case.

        Raises:
            ValueError: If there is no such member.
            AttributeError: If `val` is neither a member, a number nor a text.
        """
        if isinstance(val, cls):
            return val
        if isinstance(val, int | np.integer):
            return cls(int(val))
        name = cast("str", val).lower()
        for member in cls:
            if member.name.lower() == name:
                return member
        names = ", ".join(cls.__members__)
        raise ValueError(f"{val!r} is no {cls.__name__}; expected one of {names}")

    def __str__(self) -> str:
        return self.name


_Member = TypeVar("_Member", bound=NamedNumber)


class EnumBatch(BaseBatch[_Member | str | int | Sequence[_Member | str | int]], Generic[_Member]):
    """Members of one enum, each given as itself, its number or its name."""

    _value_class: ClassVar[type[NamedNumber]]
    _DTYPE = np.dtype(np.uint8)

    @classmethod
    def _convert(cls, data: Any) -> Flat | pa.Array[Any]:
        if isinstance(data, str | int | np.integer | NamedNumber):
            return np.array((cls._value_class.auto(data).value,), cls._DTYPE)
        members = [None if item is None else cls._value_class.auto(item).value for item in data]
        if None in members:
            import pyarrow as pa

            return pa.array(members, cls.arrow_type())
        return np.array(members, cls._DTYPE)
