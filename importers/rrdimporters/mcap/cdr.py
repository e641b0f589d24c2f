"""Serialized ROS messages, decoded in columns: all messages of a channel and chunk at once.

Every message has a cursor; a step of the plan moves all cursors at once. Consecutive members of
fixed size are one step: one gather of a structured type, whose layout depends only on where in an
8-byte word the cursors stand. Lists are places in memory until somebody asks for their values;
the items of lists of messages are found first and then decoded flat, as rows of their own.

`CDR` aligns each value to its size, counted from behind the 4-byte header. `ROS1` packs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rrdimporters.mcap.columns import Column, Lists, Numbers, Runs, Structs, Texts
from rrdimporters.mcap.ragged import Bytes, Places, Ragged, gather, spread, view_of
from rrdimporters.mcap.ros_types import Message, Primitive, RosType, Text
from rrdimporters.mcap.ros_types import Sequence as ListType

__all__ = ["CDR", "ROS1", "Decoded", "Layout", "decode_messages"]

_WORD = 8
_SMALL_ARRAY = 1024
"""Values up to which an array is gathered at once with the members beside it."""

_ALIKE = 4
"""Rows from which it pays to try whether all lists are laid out as the first one is."""

_FEW = 16
"""Cursors below which one at a time is faster than all at once."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How values are laid out.

    Attributes:
        aligned: Whether values stand at multiples of their size.
        has_terminator: Whether strings end with a zero byte that their length counts.
    """

    aligned: bool
    has_terminator: bool


CDR = Layout(aligned=True, has_terminator=True)
ROS1 = Layout(aligned=False, has_terminator=False)


@dataclass(frozen=True)
class Decoded:
    """What became of some messages.

    Attributes:
        good: Which of them could be decoded.
        rows: Those, as columns.
    """

    good: npt.NDArray[np.bool_]
    rows: Structs


def decode_messages(
    message: Message,
    data: Bytes,
    starts: Places,
    sizes: Places,
    *,
    layout: Layout = CDR,
    big_endian: bool = False,
) -> Decoded:
    """Decodes messages of one type.

    Args:
        message: Their type.
        data: The memory they lie in.
        starts: Where each starts (bytes), behind its header.
        sizes: How long each is (bytes); more than the type needs is no harm.
        layout: How values are laid out.
        big_endian: Whether numbers have their most significant byte first.
    """
    decoder = _Decoder(data, layout, ">" if big_endian else "<")
    cursors = _Cursors(starts, sizes)
    rows = decoder.message(message, cursors)
    good = cursors.good
    if not good.all():
        cursors = _Cursors(starts[good], sizes[good])
        rows = decoder.message(message, cursors)
    return Decoded(good, rows)


class _Cursors:
    """Where the decoding of each of some values stands.

    Attributes:
        base: Where counting for alignment starts (bytes in the data).
        ends: Where the value must have ended, counted from `base`.
        at: Where the cursor stands, counted from `base`.
        good: False for values that went beyond their end.
    """

    __slots__ = ("at", "base", "ends", "good")

    def __init__(self, base: Places, ends: Places, at: Places | None = None) -> None:
        self.base = base
        self.ends = ends
        self.at = np.zeros(len(base), np.int64) if at is None else at
        self.good = np.ones(len(base), np.bool_)

    def __len__(self) -> int:
        return len(self.base)

    def align(self, size: int) -> None:
        if size > 1:
            self.at = (self.at + (size - 1)) & -size

    def advance(self, sizes: Places | int) -> None:
        """Moves the cursors; those that would pass their end are bad, and stay."""
        moved = self.at + sizes
        inside = (moved <= self.ends) & (moved >= self.at)
        if not inside.all():
            self.good &= inside
            moved = np.where(inside, moved, self.at)
        self.at = moved

    def pick(self, rows: npt.NDArray[Any]) -> _Cursors:
        return _Cursors(self.base[rows], self.ends[rows], self.at[rows])


@dataclass(frozen=True, slots=True)
class _Fixed:
    """Members of fixed size that follow each other.

    Attributes:
        names: Path of each member within the message.
        items: Its type, and how many there are if it is an array.
    """

    names: tuple[tuple[str, ...], ...]
    items: tuple[tuple[Primitive, int | None], ...]


@dataclass(frozen=True, slots=True)
class _Variable:
    """A member whose size each message says.

    Attributes:
        name: Its path within the message.
        kind: Its type.
    """

    name: tuple[str, ...]
    kind: Text | ListType


_Step = _Fixed | _Variable


@lru_cache(1024)
def _plan_by_id(_identity: int, message: Message) -> tuple[_Step, ...]:
    return tuple(_steps(message))


def _plan(message: Message) -> tuple[_Step, ...]:
    """The steps that decode a message; made once."""
    return _plan_by_id(id(message), message)  # the cache keeps the message, so ids stay unique


def _steps(message: Message) -> Iterator[_Step]:
    names: list[tuple[str, ...]] = []
    items: list[tuple[Primitive, int | None]] = []
    for name, kind in _leaves(message, ()):
        match kind:
            case Primitive():
                names.append(name)
                items.append((kind, None))
            case ListType(Primitive() as item, int() as length) if length <= _SMALL_ARRAY:
                names.append(name)
                items.append((item, length))
            case Text() | ListType():
                if names:
                    yield _Fixed(tuple(names), tuple(items))
                    names, items = [], []
                yield _Variable(name, kind)
    if names:
        yield _Fixed(tuple(names), tuple(items))


def _leaves(
    message: Message, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Primitive | Text | ListType]]:
    for name, kind in message.fields.items():
        if isinstance(kind, Message):
            yield from _leaves(kind, (*path, name))
        else:
            yield (*path, name), kind


@dataclass(frozen=True)
class _Packing:
    """Where the members of a fixed step are, for one position in a word.

    Attributes:
        dtype: Structured type from the cursor on, leading padding included.
        size: Bytes from the cursor to the end of the last member.
    """

    dtype: np.dtype[Any]
    size: int


@cache
def _packing(step: _Fixed, phase: int, aligned: bool, order: str) -> _Packing:
    at = phase
    formats: list[Any] = []
    offsets = []
    for item, length in step.items:
        if aligned and length != 0:
            at = (at + item.size - 1) & -item.size
        offsets.append(at - phase)
        code = order + item.code.replace("b", "u")
        formats.append(code if length is None else (code, (length,)))
        at += item.size * (1 if length is None else length)
    names = [f"f{i}" for i in range(len(formats))]
    size = at - phase
    dtype = np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})
    return _Packing(dtype, size)


@cache
def _sizes_by_phase(step: _Fixed, aligned: bool) -> Places:
    return np.array([_packing(step, phase, aligned, "<").size for phase in range(_WORD)])


@cache
def _item_offsets(step: _Fixed, aligned: bool) -> Places:
    """`(8, 10)`: where items 0 to 9 start, if the first one starts at that phase."""
    sizes = _sizes_by_phase(step, aligned)
    table = np.zeros((_WORD, _WORD + 2), np.int64)
    for i in range(_WORD + 1):
        phases = (np.arange(_WORD) + table[:, i]) & (_WORD - 1)
        table[:, i + 1] = table[:, i] + sizes[phases]
    return table


def _offset_of_item(table: Places, phases: Places, numbers: Places) -> Places:
    """Where item `numbers` starts, counted from the first one.

    From the second item on, alignment repeats after at most eight items.
    """
    repeats, rest = np.divmod(np.maximum(numbers - 1, 0), _WORD)
    period = table[phases, _WORD + 1] - table[phases, 1]
    return np.where(numbers > 0, table[phases, rest + 1] + repeats * period, 0)


class _Decoder:
    """Decodes what lies in one block of memory."""

    def __init__(self, data: Bytes, layout: Layout, order: str) -> None:
        self._data = data
        self._layout = layout
        self._order = order
        self._u4 = np.dtype(order + "u4")

    def message(self, message: Message, cursors: _Cursors) -> Structs:
        """Decodes one message at each cursor."""
        leaves: dict[tuple[str, ...], Column] = {}
        for step in _plan(message):
            if isinstance(step, _Fixed):
                leaves.update(zip(step.names, self._fixed(step, cursors), strict=True))
            elif isinstance(step.kind, Text):
                leaves[step.name] = self._text(cursors)
            else:
                leaves[step.name] = self._list(step.kind, cursors)
        return _assembled(message, leaves, (), len(cursors))

    def _fixed(self, step: _Fixed, cursors: _Cursors) -> list[Column]:
        phases = cursors.at & (_WORD - 1) if self._layout.aligned else np.zeros_like(cursors.at)
        first = int(phases[0]) if len(phases) else 0
        if (phases == first).all():
            packing = _packing(step, first, self._layout.aligned, self._order)
            values = gather(self._data, cursors.base + cursors.at, packing.dtype)
            cursors.advance(packing.size)
        else:
            values = self._fixed_by_phase(step, cursors, phases)
        return [self._fixed_column(values[f"f{i}"], *item) for i, item in enumerate(step.items)]

    def _fixed_by_phase(self, step: _Fixed, cursors: _Cursors, phases: Places) -> npt.NDArray[Any]:
        values = np.zeros(len(cursors), _packing(step, 0, True, self._order).dtype)
        for phase in np.unique(phases).tolist():
            packing = _packing(step, phase, True, self._order)
            rows = np.flatnonzero(phases == phase)
            places = cursors.base[rows] + cursors.at[rows]
            found = gather(self._data, places, packing.dtype)
            for name in values.dtype.names or ():
                values[name][rows] = found[name]
        cursors.advance(_sizes_by_phase(step, True)[phases])
        return values

    def _fixed_column(
        self, values: npt.NDArray[Any], item: Primitive, length: int | None
    ) -> Column:
        is_bool = item.code == "b1"
        if length is None:
            return Numbers(values != 0 if is_bool else values)
        flat = np.ascontiguousarray(values).reshape(-1)
        rows = len(values)
        size = length * item.size
        starts = np.arange(rows, dtype=np.int64) * size
        runs = Ragged(flat.view(np.uint8), starts, np.full(rows, length), flat.dtype)
        return Runs(runs, is_bool)

    def _counts(self, cursors: _Cursors) -> Places:
        """Reads a 32-bit count at each cursor; 0 at bad ones."""
        if self._layout.aligned:
            cursors.align(4)
        places = cursors.base + cursors.at
        cursors.advance(4)
        counts = gather(self._data, places, self._u4).astype(np.int64)
        return counts if cursors.good.all() else np.where(cursors.good, counts, 0)

    def _text(self, cursors: _Cursors) -> Texts:
        lengths = self._counts(cursors)
        starts = cursors.base + cursors.at
        cursors.advance(lengths)
        if not cursors.good.all():
            lengths = np.where(cursors.good, lengths, 0)
        if self._layout.has_terminator:
            last = gather(self._data, starts + np.maximum(lengths - 1, 0), np.uint8)
            lengths = lengths - ((lengths > 0) & (last == 0))
        return Texts(Ragged(self._data, starts, lengths, np.dtype(np.uint8)))

    def _list(self, kind: ListType, cursors: _Cursors) -> Column:
        if kind.length is None:
            counts = self._counts(cursors)
        else:
            counts = np.full(len(cursors), kind.length, np.int64)
        if isinstance(kind.item, Primitive):
            return self._numbers(kind.item, counts, cursors)
        # Items are at least a byte long: a count beyond that is damage, and sizes nothing.
        possible = counts * _least_size(kind.item) <= cursors.ends - cursors.at
        if not possible.all():
            cursors.good &= possible
            counts = np.where(possible, counts, 0)
        return self._items(kind.item, counts, cursors)

    def _numbers(self, item: Primitive, counts: Places, cursors: _Cursors) -> Runs:
        if self._layout.aligned and item.size > 1:
            aligned = (cursors.at + item.size - 1) & -item.size
            cursors.at = np.where(counts > 0, aligned, cursors.at)
        starts = cursors.base + cursors.at
        cursors.advance(counts * item.size)
        if not cursors.good.all():
            counts = np.where(cursors.good, counts, 0)
        dtype = np.dtype(self._order + item.code.replace("b", "u"))
        return Runs(Ragged(self._data, starts, counts, dtype), item.code == "b1")

    def _items(self, item: RosType, counts: Places, cursors: _Cursors) -> Lists:
        owners, numbers = spread(counts)
        at = self._item_places(item, counts, cursors, owners, numbers)
        places = _Cursors(cursors.base[owners], cursors.ends[owners], at)
        decoded: Column
        match item:
            case Message():
                decoded = self.message(item, places)
            case Text():
                decoded = self._text(places)
            case _:  # a list of lists does not exist in ROS
                raise TypeError(item)
        if not places.good.all():
            cursors.good[owners[~places.good]] = False
        return Lists(counts, decoded)

    def _item_places(
        self, item: RosType, counts: Places, cursors: _Cursors, owners: Places, numbers: Places
    ) -> Places:
        """Where each item starts; moves `cursors` behind the last ones."""
        steps = _plan(item) if isinstance(item, Message) else ()
        if len(steps) == 1 and isinstance(steps[0], _Fixed):
            phases = cursors.at & (_WORD - 1)
            table = _item_offsets(steps[0], self._layout.aligned)
            at = cursors.at[owners] + _offset_of_item(table, phases[owners], numbers)
            cursors.advance(_offset_of_item(table, phases, counts))
            return at
        alike = self._alike_item_places(item, counts, cursors, owners)
        if alike is not None:
            return alike
        at = np.zeros(len(owners), np.int64)
        firsts = np.cumsum(counts) - counts
        number = 0
        while True:
            active = np.flatnonzero((counts > number) & cursors.good)
            if len(active) < _FEW:
                break
            picked = cursors.pick(active)
            at[firsts[active] + number] = picked.at
            self._skip(item, picked)
            cursors.at[active] = picked.at
            cursors.good[active] = picked.good
            number += 1
        for row in active.tolist():
            self._chase(item, cursors, row, at[firsts[row] + number : firsts[row] + counts[row]])
        return at

    def _alike_item_places(
        self, item: RosType, counts: Places, cursors: _Cursors, owners: Places
    ) -> Places | None:
        """As `_item_places`, if all rows are laid out as the first one is; else None."""
        count = int(counts[0]) if len(counts) else 0
        if not count or len(counts) < _ALIKE or not cursors.good.all():
            return None
        start = int(cursors.at[0])
        if not ((counts == count).all() and (cursors.at == start).all()):
            return None
        first = _Cursors(cursors.base[:1], cursors.ends[:1], cursors.at[:1].copy())
        at = np.zeros(count + 1, np.int64)
        self._chase(item, first, 0, at[:count])
        at[count] = first.at[0]
        places = cursors.pick(owners)
        places.at = np.tile(at[:count], len(counts))
        tiled = places.at
        self._skip(item, places)
        if not first.good[0] or not (places.at.reshape(-1, count) == at[1:]).all():
            return None
        cursors.at = np.full(len(counts), at[count])
        return tiled

    def _skip(self, item: RosType, cursors: _Cursors) -> None:
        """Moves each cursor behind the value it stands at."""
        if isinstance(item, Text):
            cursors.advance(self._counts(cursors))
        elif isinstance(item, Message):
            for step in _plan(item):
                if isinstance(step, _Fixed):
                    sizes = _sizes_by_phase(step, self._layout.aligned)
                    cursors.advance(sizes[cursors.at & (_WORD - 1)])
                elif isinstance(step.kind, Text):
                    cursors.advance(self._counts(cursors))
                else:
                    self._list(step.kind, cursors)

    def _chase(self, item: RosType, cursors: _Cursors, row: int, at: Places) -> None:
        """Fills `at` with where the remaining items of one row start, one after the other."""
        follower = _Follower(
            self._data, int(cursors.base[row]), int(cursors.ends[row]), self._layout, self._order
        )
        place = int(cursors.at[row])
        try:
            for i in range(len(at)):
                at[i] = place
                place = follower.behind(item, place)
        except _BeyondEndError:
            cursors.good[row] = False
            return
        cursors.at[row] = place


class _BeyondEndError(Exception):
    """A value does not fit where it should be."""


class _Follower:
    """Finds the ends of values one at a time."""

    def __init__(self, data: Bytes, base: int, end: int, layout: Layout, order: str) -> None:
        self._bytes = view_of(data)[base : base + end]
        self._end = end
        self._aligned = layout.aligned
        self._order: Any = "big" if order == ">" else "little"

    def behind(self, kind: RosType, at: int) -> int:
        """Where a value ends that starts at `at`."""
        if isinstance(kind, Text):
            count, at = self._count(at)
            at += count
        elif isinstance(kind, Primitive):
            at = self._align(at, kind.size) + kind.size
        elif isinstance(kind, ListType):
            at = self._behind_list(kind, at)
        else:
            for step in _plan(kind):
                at = self._behind_step(step, at)
        return self._checked(at)

    def _behind_step(self, step: _Step, at: int) -> int:
        if isinstance(step, _Variable):
            return self.behind(step.kind, at)
        return self._checked(at + int(_sizes_by_phase(step, self._aligned)[at & (_WORD - 1)]))

    def _behind_list(self, kind: ListType, at: int) -> int:
        if kind.length is None:
            count, at = self._count(at)
        else:
            count = kind.length
        if isinstance(kind.item, Primitive):
            return self._align(at, kind.item.size) + count * kind.item.size if count else at
        for _ in range(count):
            at = self.behind(kind.item, at)
        return at

    def _count(self, at: int) -> tuple[int, int]:
        at = self._align(at, 4)
        behind = self._checked(at + 4)
        return int.from_bytes(self._bytes[at:behind], self._order), behind

    def _align(self, at: int, size: int) -> int:
        return (at + size - 1) & -size if self._aligned else at

    def _checked(self, at: int) -> int:
        if at > self._end:
            raise _BeyondEndError
        return at


def _least_size(kind: RosType) -> int:
    """Bytes that a value has at least."""
    match kind:
        case Primitive():
            return kind.size
        case Text():
            return 4
        case Message():
            return max(1, sum(map(_least_size, kind.fields.values())))
        case ListType():
            return 4 if kind.length is None else kind.length * _least_size(kind.item)


def _assembled(
    message: Message, leaves: dict[tuple[str, ...], Column], path: tuple[str, ...], rows: int
) -> Structs:
    """The members of a message put back into the shape that its type has."""
    fields: dict[str, Column] = {}
    for name, kind in message.fields.items():
        place = (*path, name)
        if isinstance(kind, Message):
            fields[name] = _assembled(kind, leaves, place, rows)
        else:
            fields[name] = leaves[place]
    return Structs(rows, fields)
