"""The Arrow type of values whose component nobody declared: guessed once, and kept.

The first value of a component name decides its type for the life of the process, since a column
of a recording has one type. Later values are converted to it, or refused. Arrow arrays, and values
that make one themselves, are taken as they are and decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    import pyarrow as pa

    from rrdtool.model.described import ComponentDescriptor

__all__ = ["Rows", "rows_of", "values_of"]


class _Known:
    """What is known about one component name."""

    def __init__(self, kind: pa.DataType) -> None:
        self.kind = kind
        self.has_warned = False


_known: dict[tuple[str | None, str], _Known] = {}


class Rows(NamedTuple):
    """Values of many rows.

    Attributes:
        values: The values of all rows, one after the other.
        lengths: How many values each row has; None if one each.
    """

    values: pa.Array[Any]
    lengths: list[int] | None = None


def values_of(
    descriptor: ComponentDescriptor, value: object, *, drop_untyped_nones: bool = True
) -> pa.Array[Any] | None:
    """The values of one row; None if there is nothing to store.

    Args:
        descriptor: Says under which name the type is kept.
        value: Anything; None and empty values are empty arrays once the type is known.
        drop_untyped_nones: Whether None is fine while the type is not known.

    Raises:
        ValueError: If the value has no Arrow form, or not the one that the name stands for. Other
            errors of numpy, Arrow and the value itself pass through.
    """
    import pyarrow as pa

    array = _own_array(value)
    if array is not None:
        return array
    key = (descriptor.archetype, descriptor.component)
    known = _known.get(key)
    if value is None:
        if known is None and not drop_untyped_nones:
            raise ValueError("None has no type; log another value of this component first")
        return None if known is None else pa.array([], known.kind)
    has_length = hasattr(value, "__len__") and getattr(value, "shape", None) != ()
    is_empty = has_length and len(cast("Any", value)) == 0
    if known is None:
        if is_empty:
            return None
        array = _inferred(value)
        known = _known.setdefault(key, _Known(array.type))
        if known.kind == array.type:
            return array  # unless another thread was first, with another type
    return _as_known(descriptor.component, value, known)


def rows_of(
    descriptor: ComponentDescriptor, value: object, *, drop_untyped_nones: bool = True
) -> Rows | None:
    """The values of many rows: an element each, or its elements if the element is a list.

    Raises:
        ValueError: As for `values_of`.
    """
    import pyarrow as pa

    array = _own_array(value)
    if isinstance(value, pa.ChunkedArray) and pa.types.is_nested(value.type):
        array = value.combine_chunks()
    if array is None and _is_nested(value):
        known = _known.get((descriptor.archetype, descriptor.component))
        items = list(cast("Iterable[Any]", value))
        array = pa.array(items, None if known is None else pa.list_(known.kind))
    if array is not None:
        lists = cast("Any", array)
        if isinstance(array, pa.ListArray | pa.LargeListArray):
            lengths = np.diff(lists.offsets.to_numpy(zero_copy_only=False))
            return Rows(lists.flatten(), np.where(lists.is_valid(), lengths, 0).tolist())
        return Rows(array)
    array = values_of(descriptor, value, drop_untyped_nones=drop_untyped_nones)
    return None if array is None else Rows(array)


def _own_array(value: object) -> pa.Array[Any] | None:
    """The array that the value is, or makes of itself."""
    import pyarrow as pa

    if hasattr(value, "as_arrow_array"):
        return cast("pa.Array[Any]", cast("Any", value).as_arrow_array())
    return value if isinstance(value, pa.Array) else None


def _is_nested(value: object) -> bool:
    return isinstance(value, list | tuple) and any(
        isinstance(item, list | tuple | set | np.ndarray) for item in value
    )


def _elements(value: object) -> Any:
    """A value as what Arrow makes an array of: numpy arrays as such, others as a list."""
    if isinstance(value, str | bytes | np.generic):
        return [value]
    if hasattr(value, "__array__"):
        return np.atleast_1d(np.array(value))  # a copy: the caller may reuse the memory
    if isinstance(value, Iterable):
        return list(value)
    if hasattr(value, "__dlpack__"):
        return np.atleast_1d(np.array(np.from_dlpack(cast("Any", value))))
    return [value]


def _inferred(value: object) -> pa.Array[Any]:
    import pyarrow as pa

    array: pa.Array[Any]
    if isinstance(value, pa.ChunkedArray):
        return value.combine_chunks()
    if isinstance(value, pa.Scalar):
        array = pa.array([value.as_py()], value.type)
        return array
    try:
        array = pa.array(_elements(value))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        mixed = np.asarray(value) if isinstance(value, list | tuple) else np.empty(0, object)
        if mixed.ndim != 1 or mixed.dtype.kind not in "biufUS":
            raise
        array = pa.array(mixed)  # numpy finds the common type of numbers and texts
    return array


def _as_known(name: str, value: object, known: _Known) -> pa.Array[Any]:
    """A value as the type that its name stands for."""
    import pyarrow as pa

    if isinstance(value, pa.ChunkedArray | pa.Scalar):
        array = _inferred(value)
        return array if array.type == known.kind else array.cast(known.kind)
    elements = _elements(value)
    if len(elements) == 0 or isinstance(elements, np.ndarray):
        return pa.array(elements, known.kind)
    is_many = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    found = _if_possible(lambda: pa.array(elements, known.kind)) if is_many else None
    if found is None:
        found = _if_possible(lambda: _inferred(value))
    if found is not None and found.type == known.kind:
        return found
    if is_many and pa.types.is_nested(known.kind):
        return pa.array([value], known.kind)  # one list
    numbers = np.atleast_1d(np.asarray(value))
    array = pa.array(numbers, known.kind)
    if not known.has_warned:
        known.has_warned = True
        report_misuse(
            f"values of {name!r} were {known.kind}; one of type {numbers.dtype} was converted"
        )
    return array


def _if_possible(convert: Callable[[], pa.Array[Any]]) -> pa.Array[Any] | None:
    import pyarrow as pa

    try:
        return convert()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
