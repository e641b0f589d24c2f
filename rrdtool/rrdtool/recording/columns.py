"""`send_columns`: many rows of one entity at once, with times of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pyarrow as pa

from rrdformats.chunk import Chunk, index_values
from rrdformats.entity_path import EntityPath
from rrdformats.errors import CorruptError
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdtool.model.errors import report_error, strictly
from rrdtool.recording.arguments import checked
from rrdtool.recording.bundles import owned, path_text
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.encoding import ARROW_TIMES, id_array
from rrdtool.recording.time_values import given_kind, time_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from rrdtool.model.described import ComponentColumn, ComponentDescriptor
    from rrdtool.model.protocols import TimeColumnLike
    from rrdtool.recording.streams import RecordingStream

Columns: TypeAlias = "Mapping[ComponentDescriptor, pa.Array[Any]]"
"""One list of values per row, for each component."""

__all__ = ["TimeColumn", "chunk_of_columns", "send_columns", "timeline_of"]


class TimeColumn:
    """The times of many rows on one timeline.

    Args:
        timeline: Name of the timeline.
        sequence: Steps, for timelines that count.
        duration: Seconds, or timedeltas.
        timestamp: Seconds since the epoch, or datetimes (UTC if they have no zone).

    Raises:
        ValueError: If not exactly one of the three is given.
        TypeError: If a time is of a wrong type.
        OverflowError: If a time takes more than 64 bits.
    """

    def __init__(
        self,
        timeline: str,
        *,
        sequence: Iterable[int] | None = None,
        duration: Iterable[float] | Iterable[timedelta] | Iterable[np.timedelta64] | None = None,
        timestamp: Iterable[float] | Iterable[datetime] | Iterable[np.datetime64] | None = None,
    ) -> None:
        kind, given = given_kind("TimeColumn", sequence, duration, timestamp)
        self._timeline = timeline
        self._times = time_array(kind, given)

    def timeline_name(self) -> str:
        """The name of the timeline."""
        return self._timeline

    def as_arrow_array(self) -> pa.Array[Any]:
        """One time per row: `int64`, `duration[ns]` or `timestamp[ns]`."""
        return self._times


def send_columns(
    entity_path: str,
    indexes: Iterable[TimeColumnLike],
    columns: Iterable[ComponentColumn],
    *,
    recording: RecordingStream | None = None,
    strict: bool | None = None,
) -> None:
    """Sends many rows of one entity, with times of their own.

    The current time of the thread does not count, and no automatic timelines are added.

    Args:
        entity_path: The entity, as text.
        indexes: The times of the rows, on each timeline; static rows without any.
        columns: The values, as `columns()` of an archetype makes them; equally long.
        recording: The recording stream; the current one unless given.
        strict: Overrides strict mode for this call.

    Raises:
        Exception: In strict mode, whatever is wrong with the arguments; otherwise it becomes a
            warning and nothing is sent.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return
    try:
        checked(entity_path, str, "an entity path of columns")
        with strictly(strict):
            times = _times_of(indexes)
            values = {
                column.component_descriptor(): owned(column.as_arrow_array()) for column in columns
            }
            _check_lengths(times, values)
            if not any(map(len, values.values())):
                return
            chunk = chunk_of_columns(path_text(entity_path), *_in_time_order(times, values))
    except Exception as error:  # noqa: BLE001 - whatever the objects of the user raise
        report_error("send_columns", error, strict)
    else:
        pipeline.append_chunk(chunk)


def _times_of(indexes: Iterable[TimeColumnLike]) -> dict[Timeline, pa.Array[Any]]:
    found: dict[str, tuple[Timeline, pa.Array[Any]]] = {}
    for index in indexes:
        name, array = index.timeline_name(), index.as_arrow_array()
        timeline = timeline_of(name, array)
        # What TimeColumn holds is its own; what others hold may change.
        times = array if isinstance(index, TimeColumn) else owned(array)
        found[name] = timeline, times.view(ARROW_TIMES[timeline.kind])
    return dict(found.values())


def timeline_of(name: str, times: pa.Array[Any]) -> Timeline:
    """The timeline that a column of times belongs to.

    Raises:
        RuntimeError: If the times are of a wrong type, or some are null.
    """
    kind = times.type
    if times.null_count:
        raise RuntimeError(f"the times on {name!r} have {times.null_count} nulls")
    if kind == pa.int64():
        return Timeline(name, TimeKind.SEQUENCE)
    if kind == pa.duration("ns"):
        return Timeline(name, TimeKind.DURATION)
    if isinstance(kind, pa.TimestampType) and kind.unit == "ns":
        return Timeline(name, TimeKind.TIMESTAMP)
    raise RuntimeError(
        f"the times on {name!r} are of type {kind}, not int64, duration[ns] or timestamp[ns]"
    )


def _check_lengths(times: Mapping[Timeline, pa.Array[Any]], values: Columns) -> None:
    lengths = {f"timeline {timeline.name!r}": len(array) for timeline, array in times.items()}
    lengths.update({f"component {name}": len(array) for name, array in values.items()})
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"all columns must have the same number of rows: {told}")
    if times and not values:
        raise RuntimeError("there are times, but no components to go with them")


def _in_time_order(
    times: Mapping[Timeline, pa.Array[Any]], values: Columns
) -> tuple[Mapping[Timeline, pa.Array[Any]], Columns]:
    """The columns with their rows sorted by time, the timelines compared by name."""
    order = _order(times)
    if order is None:
        return times, values
    return (
        {timeline: _taken(array, order) for timeline, array in times.items()},
        {descriptor: _taken(array, order) for descriptor, array in values.items()},
    )


def chunk_of_columns(
    path: str,
    times: Mapping[Timeline, pa.Array[Any]],
    values: Columns,
) -> Chunk:
    """A chunk of these columns, with fresh row ids.

    Args:
        path: The entity, as canonical text.
        times: Times per timeline, equally long and without nulls.
        values: Lists per component, as long as the times.

    Raises:
        ValueError: If a column cannot be stored.
    """
    try:
        return Chunk.build(
            EntityPath.parse(path),
            row_ids=_fresh_row_ids(len(next(iter(values.values())))),
            timelines=times.items(),
            components=values.items(),
        )
    except CorruptError as error:
        raise ValueError(error.reason) from error


def _taken(array: pa.Array[Any], places: Any) -> pa.Array[Any]:
    return array.take(pa.array(places))


def _order(times: Mapping[Timeline, pa.Array[Any]]) -> Sequence[int] | None:
    """Places of the rows by their times, the timelines compared by name; None if they are so."""
    by_name = sorted(times.items(), key=lambda item: item[0].name.encode())
    keys = [index_values(array) for _, array in by_name]
    if not keys:
        return None
    if len(keys) == 1 and bool((keys[0][1:] >= keys[0][:-1]).all()):
        return None
    order = np.lexsort(keys[::-1])
    is_so = bool((order == np.arange(len(order))).all())
    return None if is_so else cast("Sequence[int]", order)


def _fresh_row_ids(count: int) -> pa.Array[Any]:
    first = Tuid.new()
    ids = np.empty((count, 2), np.uint64)
    ids[:, 0] = first.time_ns
    ids[:, 1] = np.arange(first.inc, first.inc + count, dtype=np.uint64)
    return id_array(ids)
