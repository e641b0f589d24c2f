"""Tables as entities: columns grouped by the start of their names (fact sheet section 6).

```
pos_x, pos_y, pos    →  /pos   component `data`, struct of x, y, pos
speed_max            →  /speed component `max`
label                →  /label component `label`
```

A column's group is the text before its first `_`, if something follows that. `/` in it separates
parts of the entity path. Rows are numbered on the timeline `row_index`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import Chunk, index_values
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.emit import Emitter, one_per_row
from rrdimporters.protocol import UnsupportedInputError
from rrdimporters.report import ImportReport

__all__ = [
    "BATCH_ROWS",
    "ROW_INDEX",
    "ColumnGroup",
    "TableChunks",
    "column_groups",
    "index_times",
    "rebatched",
]

BATCH_ROWS = 1024
"""Rows in each chunk but the last."""

ROW_INDEX = Timeline("row_index", TimeKind.SEQUENCE)
"""The timeline that counts rows from 0."""

_SEVERAL = "data"


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """Columns that become one component of one entity.

    Attributes:
        prefix: What their names have in common.
        columns: Places of the columns in the table.
        names: What is left of their names.
    """

    prefix: str
    columns: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def component(self) -> str:
        """Name of the component."""
        return self.names[0] if len(self.names) == 1 else _SEVERAL

    def values(self, batch: pa.RecordBatch) -> pa.Array[Any]:
        """One value for each row: that of the only column, or a struct."""
        if len(self.columns) == 1:
            return batch.column(self.columns[0])
        fields = [
            batch.schema.field(place).with_name(name).with_metadata(cast("Any", None))
            for place, name in zip(self.columns, self.names, strict=True)
        ]
        arrays = [batch.column(place) for place in self.columns]
        structs = cast("Any", pa.StructArray).from_arrays(arrays, fields=fields)
        return cast("pa.Array[Any]", structs)


def column_groups(names: Sequence[str], *, without: int | None = None) -> list[ColumnGroup]:
    """The groups of columns with these names, by name.

    Args:
        names: The columns, in order.
        without: Place of a column that belongs to none.
    """
    grouped: dict[str, list[tuple[int, str]]] = {}
    for place, name in enumerate(names):
        if place == without:
            continue
        prefix, _, rest = name.partition("_")
        if not rest:
            prefix, rest = name, name
        grouped.setdefault(prefix, []).append((place, rest))
    return [
        ColumnGroup(prefix, tuple(p for p, _ in members), tuple(n for _, n in members))
        for prefix, members in sorted(grouped.items())
    ]


class TableChunks:
    """Turns the batches of one table into chunks, one for each group and batch."""

    def __init__(
        self,
        names: Sequence[str],
        emitter: Emitter,
        report: ImportReport,
        *,
        base: EntityPath | None = None,
        index: str | None = None,
    ) -> None:
        """Groups the columns.

        Args:
            names: The columns, in order.
            emitter: Makes the chunks.
            report: Told what becomes of the columns.
            base: The entity beneath which the groups are; beneath the caller's prefix unless given.
            index: The column that has the times, instead of `row_index`.

        Raises:
            UnsupportedInputError: If there is no such column.
        """
        if index is not None and index not in names:
            raise UnsupportedInputError(
                f"there is no column {index!r} to take times from",
                advice=f"the columns are {', '.join(names)}",
            )
        self._emitter = emitter
        self._report = report
        self._names = list(names)
        self._index = None if index is None else self._names.index(index)
        over = emitter.settings.entity_path_prefix if base is None else base
        self._groups = [
            (group, EntityPath(over.parts + EntityPath.parse(group.prefix).parts))
            for group in column_groups(names, without=self._index)
        ]
        self.rows = 0
        """Rows so far."""

    def take(self, batch: pa.RecordBatch) -> Iterator[Chunk]:
        """The chunks of the next rows; those without a time are left out and reported.

        Raises:
            UnsupportedInputError: If the index column holds no times.
        """
        start, self.rows = self.rows, self.rows + batch.num_rows
        if self._index is None:
            times = {ROW_INDEX: np.arange(start, self.rows)}
        else:
            batch = self._with_time(batch, self._index)
            times = dict([index_times(self._names[self._index], batch.column(self._index))])
        if not batch.num_rows:
            return
        for group, entity in self._groups:
            column = one_per_row(group.values(batch))
            descriptor = ComponentDescriptor(group.component)
            yield self._emitter.custom(entity, [(descriptor, column)], times=times)
            for place in group.columns:
                name = f"column {self._names[place]}"
                self._report.mapped(name, entity, None, rows=batch.num_rows)

    def _with_time(self, batch: pa.RecordBatch, index: int) -> pa.RecordBatch:
        column = batch.column(index)
        if not column.null_count:
            return batch
        self._report.lost(f"{column.null_count} rows without a time in {self._names[index]}")
        return batch.filter(column.is_valid())


def index_times(name: str, column: pa.Array[Any]) -> tuple[Timeline, npt.NDArray[np.int64]]:
    """A column without nulls as times: integers are steps, the others nanoseconds.

    Raises:
        UnsupportedInputError: If it holds no times.
    """
    kind = column.type
    stored: pa.DataType
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        counts, stored = TimeKind.TIMESTAMP, pa.timestamp("ns", getattr(kind, "tz", None))
    elif pa.types.is_duration(kind):
        counts, stored = TimeKind.DURATION, pa.duration("ns")
    elif pa.types.is_integer(kind):
        counts, stored = TimeKind.SEQUENCE, pa.int64()
    else:
        raise UnsupportedInputError(f"column {name!r} of type {kind} holds no times")
    try:
        times = column.cast(stored)
    except pa.ArrowInvalid as error:
        raise UnsupportedInputError(f"column {name!r} holds times beyond 64 bits") from error
    return Timeline(name, counts), index_values(times)


def rebatched(
    batches: Iterator[pa.RecordBatch], rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of `rows`, the last one shorter; empty batches vanish.

    If `batches` raises, what came before is yielded first.
    """
    waiting: list[pa.RecordBatch] = []
    count = 0
    try:
        for batch in batches:
            start = 0
            while start < batch.num_rows:
                part = batch.slice(start, rows - count)
                start += part.num_rows
                waiting.append(part)
                count += part.num_rows
                if count == rows:
                    full, waiting, count = waiting, [], 0
                    yield _joined(full)
    except (pa.ArrowException, OSError):
        if waiting:
            yield _joined(waiting)
        raise
    if waiting:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    return cast("pa.RecordBatch", cast("Any", pa).concat_batches(batches))
