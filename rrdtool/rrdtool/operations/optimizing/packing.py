"""Where sorted rows are cut into chunks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdtool.operations.optimizing.settings import Settings

__all__ = ["Packable", "evenly", "pack"]

_Ints: TypeAlias = npt.NDArray[np.int64]

_PROBES = 33


@dataclass(frozen=True, slots=True)
class Packable:
    """What packing must know of rows.

    Attributes:
        count: How many there are.
        size: Bytes of the rows before each of some row numbers, which ascend.
        disorder: For each row, how many up to it have a smaller time than the row before them;
            None if there are none.
        cuts: The rows before which cuts are allowed, ascending; None if anywhere.
    """

    count: int
    size: Callable[[_Ints], _Ints]
    disorder: _Ints | None = None
    cuts: _Ints | None = None


def evenly(rows: _Ints, sizes: _Ints) -> Packable:
    """Chunks of which only rows and bytes are known, as if the bytes were spread evenly."""
    before, bytes_before = np.cumsum((np.append(0, rows), np.append(0, sizes)), axis=1)

    def size(places: _Ints) -> _Ints:
        found: _Ints = np.interp(places, before, bytes_before).astype(np.int64)
        return found

    return Packable(int(before[-1]), size)


def pack(rows: Packable, settings: Settings) -> list[int]:
    """Before which rows to cut so that chunks are few: ascending, from 0 to the number of rows.

    From the front each chunk takes what it can. What must not be cut may be larger than the bounds.
    """
    chosen, here = [0], 0
    while here < rows.count:
        most = min(here + settings.max_rows, rows.count)
        if rows.disorder is not None:  # a chunk with rows out of order has a bound of its own
            in_order = int(np.searchsorted(rows.disorder, rows.disorder[here], "right"))
            most = min(most, max(in_order, here + settings.max_rows_if_unsorted))
        here = _allowed(rows, here, _by_size(rows, here, most, settings.max_bytes))
        chosen.append(here)
    return chosen


def _by_size(rows: Packable, start: int, stop: int, most: int) -> int:
    """The last row up to `stop` before which at most that many bytes stand, from `start` on."""
    low, high = start, stop
    bound = int(rows.size(np.array([start]))[0]) + most
    if int(rows.size(np.array([stop]))[0]) <= bound:
        return stop
    while high - low > 1:  # what ends at `low` fits, what ends at `high` does not
        probes = np.unique(np.linspace(low, high, _PROBES).astype(np.int64))
        fitting = int(np.searchsorted(rows.size(probes), bound, "right"))
        low, high = int(probes[fitting - 1]), int(probes[fitting])
    return low


def _allowed(rows: Packable, start: int, wanted: int) -> int:
    """The last allowed cut behind `start` that is not behind `wanted`, or else the first."""
    if rows.cuts is None or wanted == rows.count:
        return max(wanted, start + 1)
    place = int(np.searchsorted(rows.cuts, wanted, "right")) - 1
    if place >= 0 and rows.cuts[place] > start:
        return int(rows.cuts[place])
    following = int(np.searchsorted(rows.cuts, start, "right"))
    return int(rows.cuts[following]) if following < len(rows.cuts) else rows.count
