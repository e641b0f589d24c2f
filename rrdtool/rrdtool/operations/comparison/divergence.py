"""The first fact of an entity that differs between two recordings, with what both have there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from rrdformats.chunk import ChunkSchema
from rrdformats.errors import RrdError
from rrdformats.timeline import Timeline
from rrdtool.operations.cells import column_texts, row_id_texts, time_texts, time_values
from rrdtool.operations.comparison.chunk_reading import ChunkReader
from rrdtool.operations.comparison.closeness import Close, first_mismatch
from rrdtool.operations.comparison.row_facts import Key

__all__ = ["Difference", "Divergence", "Kind", "RowPlace", "described"]

Kind = Literal["changed", "moved", "only_a", "only_b"]
"""Another value; the same at other times; a fact that only one of the recordings has."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row: the place of its chunk in the index, and its number there."""

    place: int
    row: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that differs.

    Attributes:
        kind: How.
        key: Entity and component.
        order: What differences are sorted by: static ones, then time, then row id.
        a: Where it is in the first recording; None if it is not.
        b: Where it is in the second.
    """

    kind: Kind
    key: Key
    order: tuple[int, int, int, int]
    a: RowPlace | None
    b: RowPlace | None


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference of an entity, for people.

    Attributes:
        kind: How it differs.
        component: The component.
        static: Whether it holds at all times.
        timeline: The timeline that tells when; None if it is static or has no timeline that counts.
        time: When: steps, or nanoseconds as text. Of the first recording if that has the row.
        time_text: The same as people write it.
        time_b: When in the second, as people write it, where that differs.
        row_id_a: Row id in the first; None if it has no such row.
        row_id_b: Row id in the second.
        path: Where in the cell, such as `[3].x`; empty if it is the whole cell.
        a: What the first has there, shortened; None if it has no such row.
        b: What the second has there.
    """

    kind: Kind
    component: str
    static: bool
    timeline: str | None
    time: int | str | None
    time_text: str | None
    time_b: str | None
    row_id_a: str | None
    row_id_b: str | None
    path: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    schema: ChunkSchema
    batch: pa.RecordBatch
    cell: pa.Array[Any]
    component_type: str | None

    def timeline(self, preferred: Sequence[str]) -> int | None:
        """Number of the first preferred timeline that the row has."""
        names = [timeline.name for timeline in self.schema.timelines]
        return next((names.index(name) for name in preferred if name in names), None)

    @property
    def row_id(self) -> str:
        return row_id_texts(self.batch.column(0))[0]

    def text(self, cell: pa.Array[Any]) -> str:
        whole = cell is self.cell
        return column_texts(cell, self.component_type if whole else None)[0] or "[]"


def described(
    found: Difference,
    readers: tuple[ChunkReader, ChunkReader],
    timelines: Sequence[str],
    close: Close,
) -> Divergence:
    """Reads both rows again and tells what they have.

    Args:
        found: What differs.
        readers: What reads the chunks of each recording.
        timelines: Names of timelines, the first of which the row has tells when.
        close: Which numbers count as equal.
    """
    a = _row(readers[0], found.a, found.key[1])
    b = _row(readers[1], found.b, found.key[1])
    some = a or b
    number = None if some is None else some.timeline(timelines)
    timeline: Timeline | None = None
    time: int | str | None = None
    text: str | None = None
    if some is not None and number is not None:
        timeline = some.schema.timelines[number]
        column = some.batch.column(1 + number)
        time, text = time_values(column, timeline.kind)[0], time_texts(column, timeline.kind)[0]
    other = _time_text(b, timeline)
    path = ""
    cell_a, cell_b = (None if row is None else row.cell for row in (a, b))
    if a is not None and b is not None and found.kind == "changed":
        place = first_mismatch(a.cell, b.cell, close)
        path = place.path
        if path:
            cell_a, cell_b = place.a, place.b
    return Divergence(
        found.kind,
        found.key[1],
        not found.order[0],
        None if timeline is None else timeline.name,
        time,
        text,
        other if other != text else None,
        None if a is None else a.row_id,
        None if b is None else b.row_id,
        path,
        None if a is None or cell_a is None else a.text(cell_a),
        None if b is None or cell_b is None else b.text(cell_b),
    )


def _time_text(row: _Row | None, timeline: Timeline | None) -> str | None:
    if row is None or timeline is None or timeline not in row.schema.timelines:
        return None
    column = row.batch.column(1 + row.schema.timelines.index(timeline))
    return time_texts(column, timeline.kind)[0]


def _row(reader: ChunkReader, where: RowPlace | None, component: str) -> _Row | None:
    if where is None:
        return None
    try:
        for placed in reader.groups(np.array([where.place])):
            schema = placed.group.schema
            batch = placed.group.batch.slice(where.row, 1)
            names = [descriptor.component for descriptor in schema.descriptors]
            number = names.index(component)
            cell = batch.column(schema.first_component + number)
            return _Row(schema, batch, cell, schema.descriptors[number].component_type)
    except (RrdError, ValueError):  # the file has changed under us
        return None
    return None
