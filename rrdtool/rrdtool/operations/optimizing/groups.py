"""Which chunks may be merged with which.

Chunks of one entity with the same timelines are merged if they hold a component in common, directly
or by way of other chunks: a chunk of positions, one of colours and one of both become one. Chunks
with nothing in common stay apart, so that nobody who reads the one has to read the other. A
component that always has chunks of its own (`ALONE`) is cut out of the chunks that it shares.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.timeline import TimeKind, Timeline
from rrdtool.operations.optimizing.chunk_table import ChunkTable, set_codes

__all__ = ["ALONE", "Atoms", "Group", "find_groups", "preferred"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]

ALONE = "VideoStream:is_keyframe"
"""Read to find one's way in a stream of samples, so never stored among them."""

_AUTOMATIC = ("log_time", "log_tick")
"""Timelines that say when something was logged, not when it was."""

_SCHEMA_BYTES, _COLUMN_BYTES = 600, 400
"""What a chunk's Arrow stream takes besides data, about: for itself, and for each column."""

_LEAST_SHARE = 8 / 9
"""How much of the rest is data at least: a bit per value says whether it is null, even of bytes."""

_KINDS = (TimeKind.TIMESTAMP, TimeKind.DURATION, TimeKind.SEQUENCE)


@dataclass(frozen=True, slots=True)
class Group:
    """Chunks that may be merged.

    Attributes:
        entity: Their entity.
        timelines: Numbers of their timelines; rows are sorted by the first, where its times are
            equal by the next, and so on. Empty for static chunks.
        components: What they hold, all together.
    """

    entity: str
    timelines: tuple[int, ...]
    components: frozenset[ComponentDescriptor]


@dataclass(slots=True)
class Atoms:
    """What is merged: chunks, or some of the columns of chunks; arrays of equal length.

    Attributes:
        groups: The groups.
        group: Index into `groups`.
        chunk: The chunk.
        whole: Whether the atom is all of its chunk.
        size: Bytes of its data; about, and rather less, until it has been measured.
    """

    groups: list[Group]
    group: _Ints
    chunk: _Ints
    whole: _Mask
    size: _Ints

    def add(self, group: Group, chunk: _Ints, whole: _Mask, size: _Ints) -> None:
        """Appends a group with its atoms."""
        number = np.full(len(chunk), len(self.groups), np.int64)
        self.groups.append(group)
        self.group = np.concatenate((self.group, number))
        self.chunk = np.concatenate((self.chunk, chunk))
        self.whole = np.concatenate((self.whole, whole))
        self.size = np.concatenate((self.size, size))

    def take(self, places: _Ints) -> Atoms:
        """The atoms at the given places, in that order."""
        group, chunk, whole = self.group[places], self.chunk[places], self.whole[places]
        return Atoms(self.groups, group, chunk, whole, self.size[places])


def preferred(timelines: list[Timeline]) -> list[int]:
    """Numbers of the timelines, the one to sort by first.

    Users' own timelines come before those that every recording has, and of these times before
    sequences: frame numbers start anew, clocks do not.
    """

    def rank(number: int) -> tuple[int, int, str]:
        timeline = timelines[number]
        automatic = _AUTOMATIC.index(timeline.name) + 1 if timeline.name in _AUTOMATIC else 0
        return automatic, _KINDS.index(timeline.kind), timeline.name

    return sorted(range(len(timelines)), key=rank)


def find_groups(table: ChunkTable) -> Atoms:
    """The groups of a store's chunks.

    Chunks without rows, or of which nothing is known to be held, are in none of them.
    """
    dated = set_codes(table.has, len(table)) if len(table.timelines) else np.zeros(len(table), int)
    count = max(len(table.components), 1)
    mixed = (table.entity * (int(dated.max(initial=0)) + 1) + dated) * count + table.layout
    _, samples, which = np.unique(mixed, return_index=True, return_inverse=True)
    order = preferred(table.timelines)
    alike: dict[tuple[int, int], list[int]] = {}
    for code, sample in enumerate(samples.tolist()):
        if _mergeable(table, sample):
            key = (int(table.entity[sample]), int(dated[sample]))
            alike.setdefault(key, []).append(code)
    groups: list[Group] = []
    parts: list[_Part] = []
    for (entity, _), members in alike.items():
        lines = tuple(line for line in order if table.has[line, samples[members[0]]])
        sets = {code: table.components[int(table.layout[samples[code]])] for code in members}
        linked = _linked([part for held in sets.values() for part in _parted(held)])
        numbers: dict[frozenset[ComponentDescriptor], int] = {}
        for code, held in sets.items():
            for part in _parted(held):
                united = linked[part]
                if united not in numbers:
                    numbers[united] = len(groups)
                    groups.append(Group(table.entities[entity], lines, united))
                besides = _SCHEMA_BYTES + _COLUMN_BYTES * (1 + len(lines) + len(part))
                parts.append(_Part(code, numbers[united], part == held, besides))
    return _atoms(table, groups, parts, which)


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes into a group of all chunks of one kind.

    Attributes:
        kind: The kind.
        group: The group.
        whole: Whether that is all of them.
        besides: Bytes of these chunks that are no data.
    """

    kind: int
    group: int
    whole: bool
    besides: int


def _mergeable(table: ChunkTable, sample: int) -> bool:
    held = table.components[int(table.layout[sample])]
    timed = bool(table.is_static[sample]) != bool(table.has[:, sample].any())
    return bool(held) and timed


def _atoms(table: ChunkTable, groups: list[Group], parts: list[_Part], which: _Ints) -> Atoms:
    """Spreads what is known of each kind of chunk over the chunks."""
    by_kind = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))
    found = [by_kind[ends[p.kind - 1] if p.kind else 0 : ends[p.kind]] for p in parts]
    lengths = [len(chunks) for chunks in found]
    chunk = np.concatenate([*found, np.zeros(0, np.int64)])
    besides = np.repeat(np.array([p.besides for p in parts], np.int64), lengths)
    atoms = Atoms(
        groups,
        np.repeat(np.array([p.group for p in parts], np.int64), lengths),
        chunk,
        np.repeat(np.array([p.whole for p in parts], np.bool_), lengths),
        (np.maximum(table.uncompressed[chunk] - besides, 0) * _LEAST_SHARE).astype(np.int64),
    )
    return atoms.take(np.flatnonzero(table.rows[chunk] > 0))


def _parted(held: frozenset[ComponentDescriptor]) -> list[frozenset[ComponentDescriptor]]:
    """The components of a chunk, without and only those that have chunks of their own."""
    alone = frozenset(descriptor for descriptor in held if descriptor.component == ALONE)
    return [part for part in (held - alone, alone) if part]


def _linked(
    sets: Iterable[frozenset[ComponentDescriptor]],
) -> dict[frozenset[ComponentDescriptor], frozenset[ComponentDescriptor]]:
    """For each set the union of all that are linked to it by members in common.

    Two columns of one name cannot stand in one chunk: then every set is left to itself.
    """
    distinct = list(dict.fromkeys(sets))
    everything = frozenset[ComponentDescriptor]().union(*distinct)
    if len({descriptor.component for descriptor in everything}) < len(everything):
        return {held: held for held in distinct}
    united: list[frozenset[ComponentDescriptor]] = []
    for held in distinct:
        touched = [other for other in united if other & held]
        united = [other for other in united if not other & held]
        united.append(held.union(*touched))
    return {held: next(other for other in united if held <= other) for held in distinct}
