"""Which cells of two columns differ by more than a tolerance, and where in the cell.

Only floating-point numbers are ever close; everything else is equal or it differs, by the rules of
`value_hashes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rrdformats.arrow_bridge import array_of
from rrdtool.operations.comparison.type_names import holds_floats, value_type
from rrdtool.operations.comparison.value_hashes import plain_array, value_hashes

__all__ = ["Close", "Place", "Tolerance", "first_mismatch", "mismatches", "reference_close"]

_Array: TypeAlias = Any
"""A `pa.Array`, of which the type stubs do not know all methods."""
_Floats: TypeAlias = "npt.NDArray[np.floating[Any]]"
_Mask: TypeAlias = "npt.NDArray[np.bool_]"

Close = Callable[[_Floats, _Floats], _Mask]
"""Whether pairs of numbers of one type are close enough to count as equal."""

_REFERENCE_EPSILON = {2: 1e-3, 4: 1e-3, 8: 1e-8}
"""By width of the numbers (bytes)."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Numbers are close if they differ by no more than `atol + rtol * max(|a|, |b|)`.

    Equal infinities are close, NaN is close to NaN, and neither is to anything else.
    """

    atol: float = 0.0
    rtol: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether only equal numbers are close."""
        return not self.atol and not self.rtol

    def __call__(self, a: _Floats, b: _Floats) -> _Mask:
        """Whether pairs of numbers are close."""
        wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            room = self.atol + self.rtol * np.maximum(np.abs(wide_a), np.abs(wide_b))
            near = (np.abs(wide_a - wide_b) <= room) & np.isfinite(wide_a) & np.isfinite(wide_b)
        equal: _Mask = near | (a == b) | (np.isnan(a) & np.isnan(b))
        return equal


def reference_close(a: _Floats, b: _Floats) -> _Mask:
    """What `rerun rrd compare` takes for equal numbers, and NaN for NaN, which it does not."""
    epsilon = _REFERENCE_EPSILON[a.dtype.itemsize]
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    largest = np.maximum(np.abs(wide_a), np.abs(wide_b))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # The relative difference is rounded to the numbers' own type, as it is there.
        relative = (np.abs(a - b) / largest.astype(a.dtype)).astype(a.dtype)
        near = relative <= a.dtype.type(epsilon)
    near |= largest <= epsilon
    equal: _Mask = near | (a == b) | (np.isnan(a) & np.isnan(b))
    return equal


def mismatches(a: _Array, b: _Array, close: Close) -> _Mask:
    """For each pair of cells whether they differ.

    Args:
        a: Cells.
        b: As many cells.
        close: Which numbers count as equal.
    """
    a, b = plain_array(a), plain_array(b)
    if value_type(a.type) != value_type(b.type):
        return np.ones(len(a), np.bool_)
    if not holds_floats(a.type):
        return _unequal(a, b)
    null_a, null_b = _nulls(a), _nulls(b)
    result: _Mask = null_a != null_b
    both = ~null_a & ~null_b
    if both.all():
        return _differ(a, b, close)
    chosen = pa.array(both)
    result[both] = _differ(a.filter(chosen), b.filter(chosen), close)
    return result


def _nulls(array: _Array) -> _Mask:
    if not array.null_count:
        return np.zeros(len(array), np.bool_)
    nulls: _Mask = array.is_null().to_numpy(zero_copy_only=False)
    return nulls


def _unequal(a: _Array, b: _Array) -> _Mask:
    unequal: _Mask = value_hashes(a) != value_hashes(b)
    return unequal


def _differ(a: _Array, b: _Array, close: Close) -> _Mask:
    """`mismatches` of arrays of one type without nulls."""
    if pa.types.is_floating(a.type):
        return ~close(a.to_numpy(zero_copy_only=False), b.to_numpy(zero_copy_only=False))
    if isinstance(a, pa.StructArray):
        result = np.zeros(len(a), np.bool_)
        for i in range(a.type.num_fields):
            result |= mismatches(a.field(i), b.field(i), close)
        return result
    if isinstance(a, pa.UnionArray):
        return _unions_differ(a, b, close)
    lengths_a, lengths_b = _lengths(a), _lengths(b)
    unequal: _Mask = lengths_a != lengths_b
    same = pa.array(~unequal)
    inner = mismatches(_flattened(a.filter(same)), _flattened(b.filter(same)), close)
    ends = np.concatenate(([0], np.cumsum(lengths_a[~unequal])))
    found = np.concatenate(([0], np.cumsum(inner)))
    unequal[~unequal] = found[ends[1:]] > found[ends[:-1]]
    return unequal


def _flattened(lists: _Array) -> _Array:
    return pc.list_flatten(lists)


def _lengths(lists: _Array) -> npt.NDArray[np.int64]:
    lengths: npt.NDArray[np.int64] = pc.list_value_length(lists).to_numpy().astype(np.int64)
    return lengths


def _unions_differ(a: _Array, b: _Array, close: Close) -> _Mask:
    (codes, arms_a), (codes_b, arms_b) = _arms(a), _arms(b)
    null_a, null_b = _arm_nulls(codes, arms_a), _arm_nulls(codes_b, arms_b)
    result: _Mask = np.where(null_a | null_b, null_a != null_b, codes != codes_b)
    for code in np.unique(codes[~result]).tolist():
        mine = np.flatnonzero(~result & ~null_a & (codes == code))
        result[mine] = mismatches(_of_arm(arms_a, code, mine), _of_arm(arms_b, code, mine), close)
    return result


_Arms: TypeAlias = "tuple[_Array, npt.NDArray[np.int64]]"


def _arms(array: _Array) -> tuple[npt.NDArray[np.int8], _Arms]:
    """The type code of each value, and where each stands in the array of its arm."""
    if array.offset:
        array = array.take(array_of(np.arange(len(array))))
    dense = array.type.mode == "dense"
    places = array.offsets.to_numpy().astype(np.int64) if dense else np.arange(len(array))
    return array.type_codes.to_numpy(), (array, places)


def _arm_nulls(codes: npt.NDArray[np.int8], arms: _Arms) -> _Mask:
    """Which values are null; a null is the same in every arm."""
    result = np.zeros(len(codes), np.bool_)
    for code in np.unique(codes).tolist():
        mine = np.flatnonzero(codes == code)
        values = _of_arm(arms, code, mine)
        nested = isinstance(values, pa.UnionArray)
        result[mine] = _arm_nulls(*_arms(values)) if nested else _nulls(values)
    return result


def _of_arm(arms: _Arms, code: int, rows: npt.NDArray[np.int64]) -> _Array:
    array, places = arms
    values = array.field(array.type.type_codes.index(code))
    return values.take(array_of(places[rows]))


@dataclass(frozen=True, slots=True)
class Place:
    """Where two cells differ first, and what is there.

    Attributes:
        path: From the cell inwards, such as `[3].x`; empty if the cells differ as a whole.
        a: What the one has there, an array of one value.
        b: What the other has there.
    """

    path: str
    a: _Array
    b: _Array


def first_mismatch(a: _Array, b: _Array, close: Close) -> Place:
    """Where two cells, given as arrays of one, differ first."""
    path = ""
    while value_type(a.type) == value_type(b.type):
        a, b = plain_array(a), plain_array(b)
        if a.null_count or b.null_count:
            break
        if isinstance(a, pa.StructArray):
            members = range(a.type.num_fields)
            found = [i for i in members if mismatches(a.field(i), b.field(i), close).any()]
            if not found:
                break
            path += f".{a.type.field(found[0]).name}"
            a, b = a.field(found[0]), b.field(found[0])
        elif isinstance(a, pa.ListArray | pa.LargeListArray | pa.FixedSizeListArray):
            items_a, items_b = _flattened(a), _flattened(b)
            different = len(items_a) == len(items_b) and mismatches(items_a, items_b, close)
            if isinstance(different, bool) or not different.any():
                break
            place = int(np.argmax(different))
            path += f"[{place}]"
            a, b = items_a.slice(place, 1), items_b.slice(place, 1)
        else:
            break
    return Place(path, a, b)
