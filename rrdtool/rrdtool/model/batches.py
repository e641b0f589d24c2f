"""The base of all batches: whatever a user gives becomes one Arrow array of the declared type.

A batch of numbers or vectors keeps a numpy array of plain values, and makes the Arrow array when
it is asked for. Recordings take the plain values (`flat`) of many batches at once, so that logging
a scalar costs no Arrow call at all.

A class of batches says in `_convert` what it makes of its input:

| returned | for |
|---|---|
| numpy array of one dimension | numbers; vectors, the items of all one after the other |
| `Lists` | lists of numbers or vectors: bytes, line strips |
| Arrow array of the declared type | everything else |
"""

from __future__ import annotations

import sys
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    Self,
    TypeAlias,
    TypeVar,
    cast,
)

import numpy as np

from rrdformats import vocabulary
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.errors import report_error, strictly

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["BaseBatch", "Flat", "Lists", "array_of_flat", "arrow_of"]

_Input_contra = TypeVar("_Input_contra", contravariant=True)

Flat: TypeAlias = "npt.NDArray[Any]"
"""Plain values in one dimension."""


class Lists(NamedTuple):
    """Lists of numbers or vectors.

    Attributes:
        flat: The numbers of all lists, one after the other.
        offsets: Where each list begins, counted in numbers or vectors, and where the last ends.
    """

    flat: Flat
    offsets: npt.NDArray[np.int32]


_PLAIN = frozenset((float, int, bool, str, bytes, list, tuple))
"""Types of input that lend no memory: what is made of them is ours, or cannot change."""


class BaseBatch(Generic[_Input_contra]):  # noqa: PLW1641 - equal by content, hence no hash
    """Values of one type.

    Args:
        data: What the values are made of; None makes an empty batch.
        strict: Overrides strict mode for this conversion.

    In lax mode, input that cannot be converted is reported as a warning and the batch is empty.

    A subclass names its class of single values: `class RadiusBatch(…, of=Radius)`.
    """

    _type_name: ClassVar[str]
    """Full name of the component or datatype, as the vocabulary has it."""

    _value_class: ClassVar[type]
    """The class of single values."""

    _DTYPE: ClassVar[np.dtype[Any] | None] = None
    """The numbers behind a batch of numbers or vectors."""

    _WIDTH: ClassVar[int] = 1
    """How many numbers make one value."""

    _data: Flat | Lists | pa.Array[Any] | None

    def __init__(self, data: _Input_contra | None, strict: bool | None = None) -> None:
        self._lender: object = None
        self._array: pa.Array[Any] | None = None
        try:
            if data is None:
                self._data = None
            elif strict is None:
                self._data = self._converted(data)
            else:
                with strictly(strict):
                    self._data = self._converted(data)
        except Exception as error:  # noqa: BLE001 - whatever the input's own methods raise
            self._data = None
            report_error(type(self).__name__, error, strict)

    def __init_subclass__(
        cls, *, of: type | None = None, namespace: str = "rerun", **others: Any
    ) -> None:
        super().__init_subclass__(**others)
        if of is None:
            return
        cls._value_class = of
        if issubclass(cls, ComponentBatchMixin):
            cls._type_name = f"{namespace}.components.{of.__name__}"
            cls._COMPONENT_TYPE = cls._type_name  # pyright: ignore[reportPrivateUsage]  # ours to set
        else:
            cls._type_name = f"{namespace}.encodings.{of.__name__}"
        if issubclass(of, ComponentMixin):
            of._BATCH_TYPE = cls  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # ours to set

    @classmethod
    def optional(cls, data: _Input_contra | None) -> Self | None:
        """A batch of `data`, or None if that is None: how archetypes convert their fields."""
        return None if data is None else cls(data)

    @classmethod
    def arrow_type(cls) -> pa.DataType:
        """How one value is stored."""
        return arrow_of(cls._type_name)

    @classmethod
    def _convert(cls, data: Any) -> Flat | Lists | pa.Array[Any]:
        """What the values are; see the module docstring."""
        raise NotImplementedError(f"{cls.__name__} cannot be made from Python values")

    def _converted(self, data: object) -> Flat | Lists | pa.Array[Any] | None:
        if type(data) not in _PLAIN:
            if isinstance(data, BaseBatch) and data.arrow_type() == self.arrow_type():
                self._lender = data._lender  # noqa: SLF001 - another batch
                return data._data  # noqa: SLF001 - another batch
            self._lender = data
            arrow = sys.modules.get("pyarrow")  # until it is loaded, nothing is an Arrow array
            if arrow is not None and isinstance(data, arrow.Array):
                array = cast("pa.Array[Any]", data)
                if array.type == self.arrow_type():
                    return array
        return self._convert(data)

    @property
    def content(self) -> Flat | Lists | pa.Array[Any] | None:
        """What the batch keeps, see the module docstring; None if it is empty."""
        return self._data

    @classmethod
    def width(cls) -> int:
        """How many numbers of `flat` make one value."""
        return cls._WIDTH

    @property
    def flat(self) -> Flat | None:
        """The numbers behind a batch of numbers or vectors; None for other types, and with nulls.

        The items of all vectors stand one after the other. Borrowed from the caller's array, if
        that had the right type already; see `detached`.
        """
        if self._data is None and self._DTYPE is not None:
            return np.empty(0, self._DTYPE)
        return self._data if isinstance(self._data, np.ndarray) else None

    def detached(self) -> Self:
        """The same values in memory that the caller cannot change any more; self if it is so."""
        owned_data = self._owned_data()
        if owned_data is self._data:
            return self
        owned = type(self)(None)
        owned._data = owned_data  # noqa: SLF001 - another batch
        return owned

    def _owned_data(self) -> Flat | Lists | pa.Array[Any] | None:
        """The content; a copy of it where it may lie in memory of the caller."""
        lender, data = self._lender, self._data
        if lender is None or data is None:
            return data
        if not isinstance(data, np.ndarray | Lists):
            return _copied(data) if data is lender else data
        flat = data.flat if isinstance(data, Lists) else data
        if isinstance(lender, np.ndarray) and not np.may_share_memory(flat, lender):
            return data
        return Lists(flat.copy(), data.offsets) if isinstance(data, Lists) else flat.copy()

    @property
    def pa_array(self) -> pa.Array[Any]:
        """The values, one element each; of type `arrow_type()`."""
        if self._array is None:
            self._array = _arrow_array(self._data, self.arrow_type())
        return self._array

    def as_arrow_array(self) -> pa.Array[Any]:
        """The values, one element each; of type `arrow_type()`."""
        return self.pa_array

    def __len__(self) -> int:
        if isinstance(self._data, np.ndarray):
            return len(self._data) // self._WIDTH
        if isinstance(self._data, Lists):
            return len(self._data.offsets) - 1
        return 0 if self._data is None else len(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BaseBatch) and self.pa_array == other.pa_array

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pa_array.to_pylist()})"


@cache
def arrow_of(name: str) -> pa.DataType:
    """The Arrow type of the component or datatype of that full name.

    Raises:
        KeyError: If the vocabulary does not know it.
    """
    declared = vocabulary.component(name) or vocabulary.datatype(name)
    if declared is None:
        raise KeyError(name)
    return declared.arrow.to_arrow()


def _copied(array: pa.Array[Any]) -> pa.Array[Any]:
    import pyarrow as pa

    return pa.concat_arrays([array, array.slice(0, 0)])  # of one array alone it is no copy


def _arrow_array(data: Flat | Lists | pa.Array[Any] | None, kind: pa.DataType) -> pa.Array[Any]:
    import pyarrow as pa

    from rrdformats.arrow_bridge import nulls

    if data is None:
        return nulls(0, kind)
    if isinstance(data, np.ndarray):
        return array_of_flat(data, kind)
    if isinstance(data, Lists):
        items: Any = kind
        offsets: Any = pa.array(data.offsets)
        return pa.ListArray.from_arrays(
            offsets, array_of_flat(data.flat, items.value_type), type=items
        )
    return data


def array_of_flat(flat: Flat, kind: pa.DataType) -> pa.Array[Any]:
    """Numbers as an Arrow array of numbers, or of fixed-size lists of them to any depth."""
    import pyarrow as pa

    from rrdformats.arrow_bridge import array_of

    if isinstance(kind, pa.FixedSizeListType):
        from_arrays: Any = pa.FixedSizeListArray.from_arrays  # the stubs know no typed lists
        lists: pa.Array[Any] = from_arrays(array_of_flat(flat, kind.value_type), type=kind)
        return lists
    return array_of(flat, kind)
