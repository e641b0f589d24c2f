"""Pairs equal keys of two sides, each key as often as both sides have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["left_over", "paired"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"
_Column: TypeAlias = "npt.NDArray[Any]"


def paired(a: Sequence[_Column], b: Sequence[_Column]) -> tuple[_Ints, _Ints]:
    """Places of equal keys: the first of the one side with the first of the other, and so on.

    Args:
        a: Columns of equal length that are the keys together.
        b: As many columns of the same types.

    Returns:
        Places in `a` and the places in `b` that they are paired with.
    """
    count = len(a[0])
    columns = [np.concatenate(pair) for pair in zip(a, b, strict=True)]
    order = np.lexsort(columns[::-1])  # stable: within a key, side a in order, then side b in order
    total = len(order)
    starts = np.zeros(total, np.bool_)
    starts[:1] = True
    for column in columns:
        ordered = column[order]
        starts[1:] |= ordered[1:] != ordered[:-1]
    run = np.cumsum(starts) - 1
    of_b = order >= count
    first = np.flatnonzero(starts)
    first_b = first + np.bincount(run[~of_b], minlength=len(first))
    last_b = np.append(first[1:], total)
    partner = first_b[run] + np.arange(total) - first[run]
    found = ~of_b & (partner < last_b[run])
    return order[found], order[partner[found]] - count


def left_over(count: int, taken: _Ints) -> _Ints:
    """The places below `count` that are not among `taken`, ascending."""
    free = np.ones(count, np.bool_)
    free[taken] = False
    return np.flatnonzero(free)
