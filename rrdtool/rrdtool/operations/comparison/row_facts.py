"""Rows as `rrd diff` sees them: facts that do not depend on the chunks they stand in.

A fact is one value of one component at one row: entity, component, the row's id, its time on each
timeline, and the list of instances. A null is no fact, and neither is a row without values. Each
fact has two hashes. The one *by row id* is of row id, times and value. The one *by time* leaves out
what is new whenever a program runs again: row ids, and the times of `log_time`.

Static facts hold at all times, so only the latest of each component is one: queries never see the
others, and optimizing drops them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import index_values, row_ids_as_integers
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.selectors import Selector
from rrdformats.timeline import Timeline
from rrdtool.operations.comparison.chunk_reading import PlacedGroup
from rrdtool.operations.comparison.per_run import CLOCK
from rrdtool.operations.comparison.type_names import value_type
from rrdtool.operations.comparison.value_hashes import Hashes, mixed, salt, text_hash, value_hashes

__all__ = ["Ignored", "Key", "RowColumn", "RowFacts"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"
_Mask: TypeAlias = "npt.NDArray[np.bool_]"

Key = tuple[str, str]
"""Entity and component."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """What does not count.

    Attributes:
        entities: Entities that do not.
        names: Components and timelines that do not.
    """

    entities: Selector
    names: Selector

    @classmethod
    def parse(cls, patterns: tuple[str, ...]) -> Ignored:
        """Patterns that start with `/`, and `**`, are for entities, others for names.

        Raises:
            ValueError: If one is malformed.
        """
        paths = tuple(p for p in patterns if p.startswith("/") or p == "**")
        names = tuple(p for p in patterns if p not in paths)
        return cls(Selector.entities(*paths), Selector.names(*names))


@dataclass(frozen=True, slots=True)
class RowColumn:
    """One component of some rows.

    Attributes:
        key: Entity and component.
        descriptor: What the component is.
        kind: Name of the type of its values.
        there: Which rows have a value; None if all have.
        array: The cells.
    """

    key: Key
    descriptor: ComponentDescriptor
    kind: str
    there: _Mask | None
    array: pa.Array[Any]

    def held(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The part of a column of all rows that belongs to rows with a value."""
        return column if self.there is None else column[self.there]

    def hashes(self) -> Hashes:
        """Well-mixed hashes of the values that are there."""
        return mixed(value_hashes(self.held_cells()))

    def held_cells(self) -> pa.Array[Any]:
        """The values that are there."""
        return self.array if self.there is None else self.array.filter(pa.array(self.there))


class RowFacts:
    """The rows of some chunks of one layout.

    Args:
        placed: The chunks.
        ignored: What does not count.
    """

    def __init__(self, placed: PlacedGroup, ignored: Ignored) -> None:
        self._group = placed.group
        self._places = placed.places
        self._ignored = ignored
        self.entity: str = str(placed.group.schema.entity_path)

    @property
    def is_static(self) -> bool:
        """Whether the rows hold at all times."""
        return self._group.schema.is_static

    @property
    def counts(self) -> bool:
        """Whether there is anything in them that counts."""
        return bool(self._group.rows) and not self._ignored.entities.matches(self.entity)

    @cached_property
    def timelines(self) -> dict[Timeline, _Ints]:
        """The times of all rows on each timeline that counts."""
        schema = self._group.schema
        return {
            timeline: index_values(self._group.batch.column(1 + i))
            for i, timeline in enumerate(schema.timelines)
            if not self._ignored.names.matches(timeline.name)
        }

    @cached_property
    def row_ids(self) -> npt.NDArray[np.uint64]:
        """`(n, 2) uint64`."""
        return row_ids_as_integers(self._group.batch.column(0))

    @cached_property
    def row_id_hashes(self) -> Hashes:
        """One per row, of its id."""
        return mixed(mixed(self.row_ids[:, 0]) + self.row_ids[:, 1])

    @cached_property
    def time_hashes(self) -> Hashes:
        """One per row, of its times, those of the clock left out."""
        total = np.full(len(self.row_ids), salt(0))
        for timeline, times in self.timelines.items():
            if timeline.name != CLOCK:
                total += _time_term(timeline, times)
        return total

    @cached_property
    def all_time_hashes(self) -> Hashes:
        """One per row, of all its times."""
        total = self.time_hashes
        for timeline, times in self.timelines.items():
            if timeline.name == CLOCK:
                total = total + _time_term(timeline, times)
        return total

    @cached_property
    def places(self) -> _Ints:
        """For each row the place of its chunk in the index."""
        return np.repeat(self._places, self._group.rows)

    @cached_property
    def rows(self) -> _Ints:
        """The number of each row in its chunk."""
        return np.tile(np.arange(self._group.rows), len(self._group))

    def columns(self, wanted: Callable[[Key], bool] | None = None) -> Iterator[RowColumn]:
        """The components that count and hold a value; only some if `wanted` says which."""
        schema, batch = self._group.schema, self._group.batch
        for i, descriptor in enumerate(schema.descriptors, schema.first_component):
            key = self.entity, descriptor.component
            if self._ignored.names.matches(descriptor.component) or (wanted and not wanted(key)):
                continue
            array = batch.column(i)
            if array.null_count == len(array):
                continue
            there: _Mask | None = None
            if array.null_count:
                there = array.is_valid().to_numpy(zero_copy_only=False)
            yield RowColumn(key, descriptor, value_type(array.type), there, array)

    def by_row_id(self, column: RowColumn, hashes: Hashes) -> Hashes:
        """The facts of a column by row id; `hashes` are those of its values."""
        where = self.row_id_hashes + self.all_time_hashes
        return mixed(hashes + column.held(where))

    def by_time(self, column: RowColumn, hashes: Hashes) -> Hashes:
        """The facts of a column by time; `hashes` are those of its values."""
        return mixed(hashes + column.held(self.time_hashes))


def _time_term(timeline: Timeline, times: _Ints) -> Hashes:
    return mixed(times.view(np.uint64) + text_hash(timeline.name, timeline.kind.value))
