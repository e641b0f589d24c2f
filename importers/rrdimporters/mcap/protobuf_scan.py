"""Protobuf messages taken apart into entries: field, place and size, for many messages at once.

All messages move from field to field in step, so that the cost depends on how many fields a message
has, not on how many messages there are. Where few messages are left (one of them is long), those
are gone through one by one.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rrdimporters.mcap.ragged import Bytes, Places, gather, joined, offsets_of, view_of

__all__ = ["BYTES", "FIXED32", "FIXED64", "VARINT", "Entries", "Scan", "packed_varints", "scan"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {FIXED64: 8, FIXED32: 4}
_MAX_VARINT = 10
_FEW = 8
"""Messages below which one at a time is faster than all in step."""


@dataclass(frozen=True)
class Entries:
    """Occurrences of one field, those of a message in their order, messages ascending.

    Attributes:
        owners: The message each is in.
        wires: Its wire type.
        values: The bits of its number; for bytes, where they start.
        sizes: How many bytes it is long, if it is bytes.
    """

    owners: Places
    wires: npt.NDArray[np.uint8]
    values: npt.NDArray[np.uint64]
    sizes: Places

    def __len__(self) -> int:
        return len(self.owners)

    def of_wire(self, *wires: int) -> Entries:
        """Only those of the given wire types; others are not what the field is declared as."""
        keep = np.isin(self.wires, wires)
        return self if keep.all() else self.take(keep)

    def take(self, rows: npt.NDArray[Any]) -> Entries:
        """Only the given entries."""
        return Entries(self.owners[rows], self.wires[rows], self.values[rows], self.sizes[rows])

    def last(self) -> Entries:
        """The last one of each message: it counts, where only one is allowed."""
        if len(self) < 2:
            return self
        is_last = np.append(self.owners[1:] != self.owners[:-1], True)
        return self if is_last.all() else self.take(is_last)


NO_ENTRIES = Entries(
    np.empty(0, np.int64), np.empty(0, np.uint8), np.empty(0, np.uint64), np.empty(0, np.int64)
)


@dataclass(frozen=True)
class Scan:
    """What several messages consist of.

    Attributes:
        fields: Entries by field number.
        good: Which messages could be read to their end.
    """

    fields: dict[int, Entries]
    good: npt.NDArray[np.bool_]

    def entries(self, number: int) -> Entries:
        """The entries of a field."""
        return self.fields.get(number, NO_ENTRIES)


class _Steps:
    """Collects entries in the order in which they are met."""

    def __init__(self, wanted: Set[int]) -> None:
        self._wanted = wanted
        self._parts: dict[int, list[tuple[Places, int, npt.NDArray[np.uint64], Places]]] = {}
        self._singles: dict[int, list[tuple[int, int, int, int]]] = {}

    def add(self, tag: int, rows: Places, values: npt.NDArray[np.uint64], sizes: Places) -> None:
        if tag >> 3 in self._wanted:
            self._parts.setdefault(tag >> 3, []).append((rows, tag & 7, values, sizes))

    def add_one(self, tag: int, row: int, value: int, size: int) -> None:
        if tag >> 3 in self._wanted:
            self._singles.setdefault(tag >> 3, []).append((row, tag & 7, value, size))

    def fields(self) -> dict[int, Entries]:
        numbers = self._parts.keys() | self._singles.keys()
        return {number: self._entries(number) for number in numbers}

    def _entries(self, number: int) -> Entries:
        parts = self._parts.get(number, [])
        singles = self._singles.get(number, [])
        owners = [part[0] for part in parts]
        wires = [np.full(len(part[0]), part[1], np.uint8) for part in parts]
        values = [part[2] for part in parts]
        sizes = [part[3] for part in parts]
        if singles:  # they come last, as they do in their messages
            columns = list(zip(*singles, strict=True))
            owners.append(np.array(columns[0], np.int64))
            wires.append(np.array(columns[1], np.uint8))
            values.append(np.array(columns[2], np.uint64))
            sizes.append(np.array(columns[3], np.int64))
        entries = Entries(
            np.concatenate(owners),
            np.concatenate(wires),
            np.concatenate(values),
            np.concatenate(sizes),
        )
        if (entries.owners[1:] < entries.owners[:-1]).any():
            entries = entries.take(np.argsort(entries.owners, kind="stable"))
        return entries


def scan(data: Bytes, starts: Places, sizes: Places, wanted: Set[int]) -> Scan:
    """Takes messages apart.

    Args:
        data: The memory they lie in.
        starts: Where each starts (bytes).
        sizes: How long each is (bytes).
        wanted: Numbers of the fields of interest.
    """
    at, ends = starts.copy(), starts + sizes
    good = np.ones(len(starts), np.bool_)
    steps = _Steps(wanted)
    while True:
        active = np.flatnonzero((at < ends) & good)
        if len(active) < _FEW:
            break
        _step(data, at, ends, good, active, steps)
    view = view_of(data)
    for row in active.tolist():
        good[row] = _follow(view, int(at[row]), int(ends[row]), row, steps)
    return Scan(steps.fields(), good)


def _step(
    data: Bytes,
    at: Places,
    ends: Places,
    good: npt.NDArray[np.bool_],
    active: Places,
    steps: _Steps,
) -> None:
    """Reads one field of each active message."""
    tags, lengths = varints(data, at[active], ends[active])
    good[active[lengths == 0]] = False
    places = at[active] + lengths
    first = tags[0]
    found = [first] if (tags == first).all() else np.unique(tags).tolist()
    for tag in map(int, found):
        mine = np.flatnonzero((tags == tag) & (lengths > 0))
        rows, begin = active[mine], places[mine]
        wire = tag & 7
        limits = ends[rows]
        if wire == VARINT:
            values, used = varints(data, begin, limits)
            behind, fits = begin + used, used > 0
            lasting = np.zeros(len(rows), np.int64)
        elif wire == BYTES:
            counts, used = varints(data, begin, limits)
            begin = begin + used
            lasting = np.minimum(counts, np.uint64(len(data) + 1)).astype(np.int64)
            behind, fits = begin + lasting, used > 0
            values = begin.astype(np.uint64)
        elif wire in _FIXED_SIZES:
            behind, fits = begin + _FIXED_SIZES[wire], np.ones(len(rows), np.bool_)
            kind = "<u8" if wire == FIXED64 else "<u4"
            values = gather(data, begin, kind).astype(np.uint64)
            lasting = np.zeros(len(rows), np.int64)
        else:  # groups have been gone since 2008; nobody records them
            good[rows] = False
            continue
        fits &= (behind <= limits) & (tag >> 3 > 0)
        good[rows[~fits]] = False
        at[rows] = np.where(fits, behind, limits)
        if fits.all():
            steps.add(tag, rows, values, lasting)
        else:
            steps.add(tag, rows[fits], values[fits], lasting[fits])


def varints(data: Bytes, at: Places, ends: Places) -> tuple[npt.NDArray[np.uint64], Places]:
    """The varints at some places, and how long each is: 0 if it goes beyond its end."""
    byte = gather(data, at, np.uint8)
    values = (byte & 0x7F).astype(np.uint64)
    lengths = (at < ends).astype(np.int64)
    more = np.flatnonzero((byte >= 0x80) & (lengths > 0))
    for i in range(1, _MAX_VARINT):
        if not len(more):
            return values, lengths
        places = at[more] + i
        inside = places < ends[more]
        lengths[more[~inside]] = 0
        more, places = more[inside], places[inside]
        byte = gather(data, places, np.uint8)
        values[more] |= (byte & 0x7F).astype(np.uint64) << np.uint64(7 * i)
        lengths[more] = i + 1
        more = more[byte >= 0x80]
    lengths[more] = 0
    return values, lengths


def packed_varints(
    data: Bytes, starts: Places, sizes: Places
) -> tuple[npt.NDArray[np.uint64], Places, npt.NDArray[np.bool_]]:
    """Runs of varints: all values behind each other, how many per run, and which runs are whole."""
    block = joined(data, starts, sizes)
    ends = np.flatnonzero(block < 0x80)
    bounds = offsets_of(sizes)
    counts = np.diff(np.searchsorted(ends, bounds))
    whole = np.ones(len(sizes), np.bool_)
    filled = sizes > 0
    whole[filled] = block[bounds[1:][filled] - 1] < 0x80
    begins = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    lengths = ends - begins + 1
    values = np.zeros(len(ends), np.uint64)
    for i in range(min(int(lengths.max(initial=0)), _MAX_VARINT)):
        rows = np.flatnonzero(lengths > i)
        values[rows] |= (block[begins[rows] + i] & 0x7F).astype(np.uint64) << np.uint64(7 * i)
    return values, counts, whole


def _follow(view: memoryview, at: int, end: int, row: int, steps: _Steps) -> bool:
    """Reads the fields of one message; whether it could be read to its end."""
    while at < end:
        tag, at = _varint(view, at, end)
        wire = tag & 7
        value = size = 0
        if at and wire == VARINT:
            value, at = _varint(view, at, end)
        elif at and wire == BYTES:
            size, at = _varint(view, at, end)
            value = at
            at = at and at + size
        elif at and wire in _FIXED_SIZES:
            width = _FIXED_SIZES[wire]
            value = int.from_bytes(view[at : at + width], "little")
            at += width
        else:
            return False
        if not 0 < at <= end or not tag >> 3:
            return False
        steps.add_one(tag, row, value, size)
    return True


def _varint(view: memoryview, at: int, end: int) -> tuple[int, int]:
    """A varint and where it ends; 0 if it goes beyond `end`."""
    value = shift = 0
    while at < end and shift < 7 * _MAX_VARINT:
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    return 0, 0
