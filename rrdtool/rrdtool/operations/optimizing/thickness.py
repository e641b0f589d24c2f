"""Thick and thin columns apart: archetypes of very different size get chunks of their own.

Who reads a scalar should not have to fetch the image beside it. How large columns are does not
stand in manifests, so chunks that hold several archetypes are read once to measure them. It is
decided by what an archetype's values take in all chunks of a group together: that does not change
when chunks are merged, so it is decided the same way the next time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.value_sizes import bytes_between
from rrdtool.operations.optimizing.chunk_table import ChunkTable
from rrdtool.operations.optimizing.groups import Atoms, Group
from rrdtool.operations.optimizing.reading import Reader
from rrdtool.operations.optimizing.settings import Settings

__all__ = ["part_thick_from_thin"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Unit: TypeAlias = tuple[ComponentDescriptor, ...]
"""Components that stay together: an archetype's, or one that belongs to none."""

_ROW_ID_BYTES, _TIME_BYTES, _OFFSET_BYTES = 16, 8, 4


def part_thick_from_thin(
    table: ChunkTable, atoms: Atoms, reader: Reader, settings: Settings
) -> Atoms:
    """Divides groups whose archetypes differ in size by more than the settings allow.

    Args:
        table: The chunks.
        atoms: What is merged, in order within each group.
        reader: Reads the chunks that must be measured.
        settings: The bounds.
    """
    if settings.split_size_ratio is None:
        return atoms
    units = [_units(group) for group in atoms.groups]
    mixed = np.array([len(found) > 1 for found in units], np.bool_)[atoms.group]
    if not mixed.any():
        return atoms
    measured = np.unique(atoms.chunk[mixed])
    sizes = _measured(measured, reader)
    parted = replace(atoms.take(np.flatnonzero(~mixed)), groups=list(atoms.groups))
    edges = np.flatnonzero(np.diff(atoms.group, prepend=-1, append=-1))
    for start, stop in pairwise(edges.tolist()):
        number = int(atoms.group[start])
        if len(units[number]) == 1:
            continue
        mine = atoms.take(np.arange(start, stop))
        places = np.searchsorted(measured, mine.chunk)
        of_chunks = {found: sizes[found][places] for unit in units[number] for found in unit}
        rows = table.rows[mine.chunk]
        _part(mine, rows, units[number], of_chunks, settings.split_size_ratio, parted)
    return parted


def _part(
    atoms: Atoms,
    rows: _Ints,
    units: list[_Unit],
    sizes: dict[ComponentDescriptor, _Ints],
    ratio: float,
    parted: Atoms,
) -> None:
    """Adds to `parted` what becomes of the atoms of one group, given their rows and sizes."""
    group = atoms.groups[int(atoms.group[0])]
    taken = np.array([sum(sizes[found] for found in unit) for unit in units])
    lists = np.array([sum((sizes[found] > 0) for found in unit) for unit in units])
    values = (taken - _OFFSET_BYTES * rows * lists).sum(axis=1)
    measured = _Units(rows, taken, values, np.array([len(unit) for unit in units]))
    indexed = (_ROW_ID_BYTES + _TIME_BYTES * len(group.timelines)) * rows
    nothing = ~taken.any(axis=0)
    for place, part in enumerate(measured.parts(list(range(len(units))), ratio)):
        here = np.flatnonzero(taken[part].any(axis=0) | (nothing & (place == 0)))
        others = np.delete(taken, part, axis=0)
        whole = atoms.whole[here] & ~others[:, here].any(axis=0)
        components = frozenset(found for unit in part for found in units[unit])
        size = (indexed + taken[part].sum(axis=0))[here]
        parted.add(replace(group, components=components), atoms.chunk[here], whole, size)


@dataclass(frozen=True, slots=True)
class _Units:
    """What the units of a group take in its chunks.

    Attributes:
        rows: Rows of each chunk.
        taken: Bytes of each unit in each chunk, `(units, chunks)`; 0 where it has no column.
        values: What the values of each unit take, without what every row takes.
        columns: Columns of each unit.
    """

    rows: _Ints
    taken: _Ints
    values: _Ints
    columns: _Ints

    def parts(self, units: list[int], ratio: float) -> list[list[int]]:
        """Divides units, largest first, until in no part one is `ratio` times another's size."""
        count = int(self.rows[self.taken[units].any(axis=0)].sum())
        sizes = dict(enumerate((self.values + _OFFSET_BYTES * count * self.columns).tolist()))
        found: list[list[int]] = []
        for unit in sorted(units, key=lambda unit: -sizes[unit]):
            if not found or sizes[found[-1][0]] >= ratio * sizes[unit]:
                found.append([])
            found[-1].append(unit)
        if len(found) == 1:
            return found
        return [smaller for part in found for smaller in self.parts(part, ratio)]


def _units(group: Group) -> list[_Unit]:
    """The units of a group, in an order that only depends on their names."""
    found: dict[tuple[bool, str], list[ComponentDescriptor]] = {}
    for descriptor in sorted(group.components, key=lambda item: item.sort_key):
        key = (descriptor.archetype is None, descriptor.archetype or descriptor.component)
        found.setdefault(key, []).append(descriptor)
    return [tuple(unit) for unit in found.values()]


def _measured(chunks: _Ints, reader: Reader) -> dict[ComponentDescriptor, _Ints]:
    """Bytes of each component in each of `chunks`; 0 where it has no column."""
    sizes: dict[ComponentDescriptor, _Ints] = defaultdict(lambda: np.zeros(len(chunks), np.int64))
    for arrivals, _ in reader.windows(chunks):
        for arrival in arrivals:
            bounds = arrival.group.rows * np.arange(len(arrival.chunks) + 1)
            places = np.searchsorted(chunks, arrival.chunks)
            for descriptor, lists in arrival.columns().items():
                sizes[descriptor][places] = bytes_between(lists, bounds)
    return sizes
