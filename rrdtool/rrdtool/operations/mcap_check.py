"""Whether the messages of an MCAP file are in order: `rrd mcap check`.

A viewer wants rows that ascend on all timelines at once, and chunks that follow each other in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.entity_path import EntityPath
from rrdformats.errors import RrdError
from rrdformats.source import Source
from rrdimporters.mcap.channels import choose
from rrdimporters.mcap.chunks import MessageBatch, Records, read_chunk
from rrdimporters.mcap.lanes import row_order
from rrdimporters.mcap.records import Channel, Schema
from rrdimporters.mcap.settings import McapSettings
from rrdimporters.mcap.survey import Survey, survey
from rrdimporters.mcap.tables import ChannelDecoder, Notes

__all__ = ["CheckReport", "TopicRow", "mcap_check"]

_Times = dict[str, npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What was found about a topic.

    Attributes:
        id: Number of its channel; None for an entity that is not called as its topic.
        topic: The topic, or the entity.
        chunks: MCAP chunks that have messages of it.
        row_conflicts: Chunks whose rows cannot be put in order on all timelines.
        is_conflicting: Whether all rows together cannot.
        unordered: Chunks that begin before an earlier one ends, by timeline.
    """

    id: int | None
    topic: str
    chunks: int
    row_conflicts: int
    is_conflicting: bool
    unordered: dict[str, int]

    @property
    def is_ok(self) -> bool:
        """Whether nothing is out of order."""
        return not (self.row_conflicts or self.is_conflicting or self.unordered)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found about a file.

    Attributes:
        file: What it is called.
        timelines: The timelines that were looked at, by name.
        full: Whether messages were decoded for their own times.
        topics: One row per topic, by channel.
        unusable: Why the summary could not be used.
        damage: What is damaged.
    """

    file: str
    timelines: list[str]
    full: bool
    topics: list[TopicRow]
    unusable: str | None
    damage: list[str]

    @property
    def is_ok(self) -> bool:
        """Whether nothing is out of order or damaged."""
        return not self.damage and all(topic.is_ok for topic in self.topics)


@dataclass(slots=True)
class _Gathered:
    """The times of a topic.

    Attributes:
        id: Number of its channel, or None.
        chunks: The times of each chunk.
    """

    id: int | None
    chunks: list[_Times] = field(default_factory=list[_Times])


def mcap_check(source: Source, *, full: bool = False, recover: bool = False) -> CheckReport:
    """Looks for messages that are out of order.

    Args:
        source: The file; it must be seekable.
        full: Whether messages are decoded, for the times that they say themselves.
        recover: Whether the summary is not to be used.

    Raises:
        RrdError: If it is no MCAP file.
        OSError: If reading fails.
    """
    found = survey(source, use_summary=not recover)
    checker = _Checker(found, full)
    damage = list(found.losses)
    for place in found.chunks:
        try:
            records = read_chunk(source, place)
        except RrdError as error:
            damage.append(str(error))
            continue
        damage += records.losses
        checker.take(records)
    damage += checker.damage
    rows = [_row(topic, gathered) for topic, gathered in checker.topics.items()]
    rows.sort(key=lambda row: (row.id is None, row.id or 0, row.topic))
    names = {name for g in checker.topics.values() for times in g.chunks for name in times}
    return CheckReport(source.name, sorted(names), full, rows, found.unusable, damage)


class _Checker:
    """Gathers the times of all topics."""

    def __init__(self, found: Survey, full: bool) -> None:
        self._found = found
        self._full = full
        self._decoders: dict[int, ChannelDecoder | None] = {}
        self.topics: dict[str, _Gathered] = {}
        self.damage: list[str] = []

    def take(self, records: Records) -> None:
        """Takes in the messages of a chunk."""
        for schema in records.schemas:
            self._found.schemas.setdefault(schema.id, schema)
        for channel in records.channels:
            self._found.channels.setdefault(channel.id, channel)
        merged: dict[str, list[_Times]] = {}
        for number, batch in records.by_channel(None, None).items():
            described = self._found.channels.get(number)
            if described is None:
                self._note(f"messages of channel {number}, which the file does not describe")
                continue
            for topic, times in self._times(described, batch):
                number_or_none = number if topic == described.topic else None
                self.topics.setdefault(topic, _Gathered(number_or_none))
                merged.setdefault(topic, []).append(times)
        for topic, parts in merged.items():
            self.topics[topic].chunks.append(_joined(parts))

    def _note(self, damage: str) -> None:
        if damage not in self.damage:
            self.damage.append(damage)

    def _times(self, channel: Channel, batch: MessageBatch) -> Iterator[tuple[str, _Times]]:
        times = {
            "message_log_time": batch.log_times.view(np.int64),
            "message_publish_time": batch.publish_times.view(np.int64),
        }
        decoder = self._decoder(channel) if self._full else None
        if decoder is None:
            entity_or_topic = str(EntityPath.parse(channel.topic)) if self._full else channel.topic
            yield entity_or_topic, times
            return
        notes = Notes()
        for table in decoder.decode(batch, notes):
            if table.is_static:
                continue
            rows = slice(None) if table.rows is None else table.rows
            entity = EntityPath(EntityPath.parse(channel.topic).parts + table.beneath)
            yield str(entity), {n: t[rows] for n, t in times.items()} | table.times
        if notes.dropped:
            self._note(f"{channel.topic}: messages that cannot be decoded")

    def _decoder(self, channel: Channel) -> ChannelDecoder | None:
        if channel.id not in self._decoders:
            schema: Schema | None = self._found.schemas.get(channel.schema_id)
            wanted = McapSettings(strict_reference=True)
            choice = choose(channel, schema, wanted, shows=False)
            self._decoders[channel.id] = choice.decoder
            if choice.reason is not None and schema is not None and schema.encoding == "ros2msg":
                self._note(f"{channel.topic}: {choice.reason}")
        return self._decoders[channel.id]


def _joined(parts: list[_Times]) -> _Times:
    """The times of all rows, on the timelines that all of them have."""
    names = [name for name in parts[0] if all(name in part for part in parts)]
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _row(topic: str, gathered: _Gathered) -> TopicRow:
    conflicts = sum(_has_conflict(times) for times in gathered.chunks)
    return TopicRow(
        gathered.id,
        topic,
        len(gathered.chunks),
        conflicts,
        _has_conflict(_joined(gathered.chunks)),
        _unordered(gathered.chunks),
    )


def _has_conflict(times: _Times) -> bool:
    """Whether rows in the best order still go back in time on some timeline."""
    order = row_order(times)
    return any(
        (np.diff(values if order is None else values[order]) < 0).any() for values in times.values()
    )


def _unordered(chunks: list[_Times]) -> dict[str, int]:
    latest: dict[str, int] = {}
    found: dict[str, int] = {}
    for times in chunks:
        for name, values in sorted(times.items()):
            if not len(values):
                continue
            if name in latest and int(values.min()) < latest[name]:
                found[name] = found.get(name, 0) + 1
            latest[name] = max(latest.get(name, int(values.max())), int(values.max()))
    return dict(sorted(found.items()))
