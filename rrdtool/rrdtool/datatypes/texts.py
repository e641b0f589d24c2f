"""Texts, and pairs of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from rrdtool.model.batches import BaseBatch
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = [
    "EntityPath",
    "EntityPathArrayLike",
    "EntityPathBatch",
    "EntityPathLike",
    "Utf8",
    "Utf8ArrayLike",
    "Utf8Batch",
    "Utf8Like",
    "Utf8Pair",
    "Utf8PairArrayLike",
    "Utf8PairBatch",
    "Utf8PairLike",
]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


class TextBatch(BaseBatch[_Input_contra]):
    """A batch of texts: one, or a sequence of them; what is no text is turned into one."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        if isinstance(data, np.ndarray):
            return pa.array(data, cls.arrow_type())
        is_many = isinstance(data, Sequence) and not isinstance(data, str)
        return pa.array(list(map(str, data)) if is_many else [str(data)], cls.arrow_type())


class Utf8(Value):
    """Text in UTF-8."""

    _FIELDS = ("value",)
    value: str

    def __init__(self, value: Utf8Like) -> None:
        self.value = str(value)

    def __str__(self) -> str:
        return self.value


Utf8Like: TypeAlias = "Utf8 | str"
Utf8ArrayLike: TypeAlias = "Utf8 | str | Sequence[Utf8Like] | npt.ArrayLike"


class Utf8Batch(TextBatch[Utf8ArrayLike], of=Utf8):
    """A batch of `Utf8`."""


class EntityPath(Value):
    """The path of an entity, as text."""

    _FIELDS = ("path",)
    path: str

    def __init__(self, path: EntityPathLike) -> None:
        self.path = str(path)

    def __str__(self) -> str:
        return self.path


EntityPathLike: TypeAlias = "EntityPath | str"
EntityPathArrayLike: TypeAlias = "EntityPath | str | Sequence[EntityPathLike] | npt.ArrayLike"


class EntityPathBatch(TextBatch[EntityPathArrayLike], of=EntityPath):
    """A batch of `EntityPath`."""


class Utf8Pair(Value):
    """Two texts that belong together."""

    _FIELDS = ("first", "second")
    first: Utf8
    second: Utf8

    def __init__(self, first: Utf8Like, second: Utf8Like) -> None:
        self.first = Utf8(first)
        self.second = Utf8(second)


Utf8PairLike: TypeAlias = "Utf8Pair | Sequence[Utf8Like]"
Utf8PairArrayLike: TypeAlias = "Utf8Pair | Sequence[Utf8PairLike] | npt.ArrayLike"


class Utf8PairBatch(StructBatch[Utf8PairArrayLike], of=Utf8Pair):
    """A batch of `Utf8Pair`; each may be given as a sequence of two."""

    @classmethod
    def _value(cls, item: object) -> Value:
        if isinstance(item, str) or not isinstance(item, Sequence | np.ndarray) or len(item) != 2:
            return super()._value(item)
        return Utf8Pair(item[0], item[1])
