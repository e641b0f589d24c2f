"""From the messages of a channel to chunks, with all times, rows in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import Chunk
from rrdformats.entity_path import EntityPath
from rrdformats.errors import RrdError
from rrdformats.timeline import MAX_TIME, MIN_TIME, Timeline
from rrdimporters.emit import Emitter
from rrdimporters.mcap.channels import Choice, choose
from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.records import Channel, Schema
from rrdimporters.mcap.settings import McapSettings
from rrdimporters.mcap.tables import Notes, Table
from rrdimporters.protocol import ImporterError
from rrdimporters.report import ImportReport

__all__ = ["Lane", "Lanes", "row_order"]

_LOG_TIME, _PUBLISH_TIME = "message_log_time", "message_publish_time"


@dataclass
class Lane:
    """What is known of a channel while the file is read.

    Attributes:
        channel: The channel.
        schema: Its schema.
        entity: Where its messages go.
        choice: What decodes them.
        notes: What the decoder noticed.
    """

    channel: Channel
    schema: Schema | None
    entity: EntityPath
    choice: Choice
    notes: Notes = field(default_factory=Notes)


class Lanes:
    """The channels of one file."""

    def __init__(self, wanted: McapSettings, emitter: Emitter, report: ImportReport) -> None:
        self._wanted = wanted
        self._emitter = emitter
        self._report = report
        self._opened: list[Lane] = []

    def open(self, channel: Channel, schema: Schema | None) -> Lane | None:
        """What is to be done with a channel; None if it is not wanted."""
        if not self._wanted.takes_topic(channel.topic):
            return None
        entity = self._emitter.settings.prefixed(channel.topic)
        lane = Lane(channel, schema, entity, choose(channel, schema, self._wanted))
        self._opened.append(lane)
        reason = lane.choice.reason
        if lane.choice.decoder is None:
            self._report.skipped(channel.topic, reason or "no decoder was asked for")
        elif reason is not None:
            self._report.note(f"{channel.topic}: {reason}")
        return lane

    def chunks(self, lane: Lane, batch: MessageBatch) -> Iterator[Chunk]:
        """The chunks that some messages become."""
        if lane.choice.decoder is None:
            return
        try:
            tables = lane.choice.decoder.decode(batch, lane.notes)
        except (RrdError, ImporterError) as error:
            lane.notes.dropped += len(batch)
            lane.notes.say(str(error))
            return
        times = _message_times(batch, self._wanted.offset)
        for table in tables:
            if table.columns:
                yield self._chunk(lane, table, times)

    def _chunk(self, lane: Lane, table: Table, times: dict[str, npt.NDArray[np.int64]]) -> Chunk:
        entity = EntityPath(lane.entity.parts + table.beneath)
        rows = len(table.columns[0][1])
        self._report.mapped(lane.channel.topic, entity, table.label, rows=rows)
        if table.is_static:
            return self._emitter.custom(entity, table.columns, times={})
        if table.rows is not None:
            times = {name: values[table.rows] for name, values in times.items()}
        own = {name: _shifted(values, self._wanted.offset) for name, values in table.times.items()}
        times = {**times, **own}
        columns = table.columns
        order = row_order(times)
        if order is not None:
            taken: Any = pa.array(order)
            columns = [(descriptor, column.take(taken)) for descriptor, column in columns]
            times = {name: values[order] for name, values in times.items()}
        kind = self._wanted.time_kind
        lines = {Timeline(name, kind): values for name, values in times.items()}
        return self._emitter.custom(entity, columns, times=lines)

    def conclude(self) -> None:
        """Tells what was noticed about each channel."""
        for lane in self._opened:
            topic = lane.channel.topic
            for sentence in lane.notes.sentences:
                self._report.note(f"{topic}: {sentence}")
            if lane.notes.dropped:
                self._report.lost(f"{topic}: {lane.notes.dropped} messages cannot be decoded")


def _message_times(batch: MessageBatch, offset: int) -> dict[str, npt.NDArray[np.int64]]:
    """The times that every message has, plus `offset` (nanoseconds)."""
    limit = np.uint64(MAX_TIME)
    return {
        name: _shifted(np.minimum(times, limit).astype(np.int64), offset)
        for name, times in (
            (_LOG_TIME, batch.log_times),
            (_PUBLISH_TIME, batch.publish_times),
        )
    }


def row_order(times: dict[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.int64] | None:
    """The order of rows by all times, timelines by name; None if they are in order."""
    keys = [times[name] for name in sorted(times)]
    if len(keys[0]) < 2 or _in_order(keys):
        return None
    order: npt.NDArray[np.int64] = np.lexsort(keys[::-1])
    return order


def _in_order(keys: list[npt.NDArray[np.int64]]) -> bool:
    undecided = np.ones(len(keys[0]) - 1, np.bool_)
    for key in keys:
        if (key[1:] < key[:-1])[undecided].any():
            return False
        undecided &= key[1:] == key[:-1]
    return True


def _shifted(times: npt.NDArray[np.int64], offset: int) -> npt.NDArray[np.int64]:
    """Times plus an offset, the smallest or largest possible where that is too much."""
    if not offset:
        return times
    if offset > 0:
        return np.minimum(times, MAX_TIME - min(offset, MAX_TIME)) + min(offset, MAX_TIME)
    least = max(offset, MIN_TIME)
    return np.maximum(times, MIN_TIME - least) + least
