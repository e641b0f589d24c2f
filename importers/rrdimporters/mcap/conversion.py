"""One run over one MCAP file: survey, file-level chunks, messages chunk by chunk, conclusions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import Chunk
from rrdformats.entity_path import EntityPath
from rrdformats.errors import NotRrdError, RrdError
from rrdformats.source import Source
from rrdimporters.emit import Emitter
from rrdimporters.mcap import file_level
from rrdimporters.mcap.chunks import Records, read_chunk, read_loose
from rrdimporters.mcap.lanes import Lane, Lanes
from rrdimporters.mcap.records import ChunkIndex, Statistics
from rrdimporters.mcap.robots import RobotWatch, is_robot_channel
from rrdimporters.mcap.settings import McapSettings
from rrdimporters.mcap.survey import Survey, survey
from rrdimporters.mcap.tables import Notes, Table
from rrdimporters.protocol import (
    DamagedInputError,
    NotMineError,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport

__all__ = ["Conversion"]

_AHEAD = 2
"""Chunks that are read and decompressed while another one is decoded, at most."""

_AHEAD_BYTES = 64 << 20
"""Bytes of them, unless a single one has more."""


@dataclass
class _Counts:
    """What has been counted while reading.

    Attributes:
        messages: Messages by channel.
        first: Earliest log time.
        last: Latest log time.
    """

    messages: dict[int, int] = field(default_factory=dict[int, int])
    first: int | None = None
    last: int = 0

    def add(self, heads: npt.NDArray[Any]) -> None:
        """Counts messages by what stands before them."""
        if not len(heads):
            return
        counts = np.bincount(heads["channel"])
        for number in np.flatnonzero(counts).tolist():
            self.messages[number] = self.messages.get(number, 0) + int(counts[number])
        times = heads["log_time"]
        first = int(times.min())
        self.first = first if self.first is None else min(first, self.first)
        self.last = max(self.last, int(times.max()))


@dataclass
class Conversion:
    """Turns a file into chunks.

    Attributes:
        source: The file.
        wanted: What to make of it.
        emitter: Makes chunks.
        progress: Is told how far the run is.
        report: Is told what became of each channel.
    """

    source: Source
    wanted: McapSettings
    emitter: Emitter
    progress: Progress
    report: ImportReport
    _by_number: dict[int, Lane | None] = field(default_factory=dict[int, "Lane | None"])
    _described: set[int] = field(default_factory=set[int])
    _counts: _Counts = field(default_factory=_Counts)
    _robots: RobotWatch = field(default_factory=RobotWatch)

    def __post_init__(self) -> None:
        self._lanes = Lanes(self.wanted, self.emitter, self.report)

    def run(self) -> Iterator[Chunk]:
        """Yields the chunks, file-level ones first, then those of messages in file order.

        Raises:
            NotMineError: If it is no MCAP file, and not called one.
            DamagedInputError: If nothing of it can be read.
        """
        found = self._surveyed()
        yield from self._file_tables(found)
        yield from self._channel_tables(found, is_end=False)
        yield from self._messages(found)
        yield from self._channel_tables(found, is_end=True)
        if found.unusable is not None:
            yield from self._about_file(self._recounted(found))
        if self.wanted.wants("urdf"):
            yield from self._robots.chunks(Path(self.source.name), self.emitter, self.report)
        self._lanes.conclude()

    def _surveyed(self) -> Survey:
        wanted = self.wanted
        try:
            found = survey(
                self.source,
                gaps=not wanted.strict_reference,
                use_summary=not wanted.recover,
            )
        except NotRrdError as error:
            if not self.source.name.lower().endswith(".mcap"):
                raise NotMineError(error.reason) from error
            raise DamagedInputError(error.reason, offset=0) from error
        except RrdError as error:
            raise DamagedInputError(error.reason, offset=error.offset) from error
        if found.unusable is not None:
            self.report.note(f"read from front to back, because {found.unusable}")
        for loss in found.losses:
            self.report.lost(loss)
        return found

    def _file_tables(self, found: Survey) -> Iterator[Chunk]:
        notes = Notes()
        wants, source = self.wanted.wants, self.source
        if wants("attachments"):
            try:
                table = file_level.attachments_table(source, found.attachments, notes)
            except UnsupportedInputError as error:  # more than fits a chunk
                notes.say(f"the attachments are lost: {error}")
            else:
                yield from self._static(table, file_level.ATTACHMENTS)
        if wants("metadata"):
            table = file_level.metadata_table(source, found.metadata, notes)
            yield from self._static(table, file_level.METADATA)
        if found.statistics is not None:
            yield from self._about_file(found.statistics)
        elif found.unusable is None:
            self.report.note("the file has no statistics")
        for sentence in notes.sentences:
            self.report.lost(sentence)

    def _about_file(self, statistics: Statistics) -> Iterator[Chunk]:
        if self.wanted.wants("recording_info"):
            yield from self._static(file_level.recording_table(statistics), file_level.PROPERTIES)
        if self.wanted.wants("stats"):
            yield from self._static(file_level.statistics_table(statistics), file_level.PROPERTIES)

    def _static(self, table: Table | None, entity: str) -> Iterator[Chunk]:
        if table is None:
            return
        path = self.emitter.settings.prefixed(EntityPath((entity,)))
        yield self.emitter.custom(path, table.columns, times={})

    def _channel_tables(self, found: Survey, *, is_end: bool) -> Iterator[Chunk]:
        """What is known of channels that have messages and have not been described yet.

        Args:
            found: What the file holds, so far.
            is_end: Whether all messages have been read, and with them all schemas.
        """
        with_messages = self._counts.messages.keys() | _listed_channels(found)
        for number, channel in found.channels.items():
            schema = found.schemas.get(channel.schema_id)
            is_complete = is_end or not channel.schema_id or schema is not None
            if number in self._described or number not in with_messages or not is_complete:
                continue
            self._described.add(number)
            if self.wanted.wants("schema") and self.wanted.takes_topic(channel.topic):
                table = file_level.channel_table(channel, schema)
                path = self.emitter.settings.prefixed(channel.topic)
                yield self.emitter.custom(path, table.columns, times={})

    def _messages(self, found: Survey) -> Iterator[Chunk]:
        with ThreadPoolExecutor(1, "mcap-read") as pool:
            try:
                for records, done in self._read_ahead(pool, found):
                    yield from self._decoded(records, found)
                    self.progress(done, found.size)
            finally:
                pool.shutdown(cancel_futures=True)

    def _read_ahead(self, pool: ThreadPoolExecutor, found: Survey) -> Iterator[tuple[Records, int]]:
        """The records of chunks and of what is between them, and how much of the file is done."""
        waiting: deque[tuple[Future[Records], ChunkIndex]] = deque()
        todo = deque(found.chunks)
        done = 0
        while todo or waiting:
            while todo and _has_room(waiting, todo[0]):
                waiting.append((pool.submit(read_chunk, self.source, todo[0]), todo.popleft()))
            future, place = waiting.popleft()
            done += place.length
            try:
                records = future.result()
            except RrdError as error:
                self.report.lost(f"a chunk is lost: {error}")
                continue
            yield records, done
        for start, end in found.loose:
            try:
                for records in read_loose(self.source, start, end):
                    yield records, end
            except RrdError as error:
                self.report.lost(f"messages outside of chunks are lost: {error}")

    def _decoded(self, records: Records, found: Survey) -> Iterator[Chunk]:
        for loss in records.losses:
            self.report.lost(loss)
        if found.unusable is not None or not self.wanted.strict_reference:
            for schema in records.schemas:
                found.schemas.setdefault(schema.id, schema)
            for channel in records.channels:
                found.channels.setdefault(channel.id, channel)
        if found.statistics is None:
            self._counts.add(records.heads)
        self._look_for_robots(records, found)
        parts = records.by_channel(self.wanted.start_time, self.wanted.end_time)
        for number, batch in parts.items():
            lane = self._lane(number, found)
            if lane is not None:
                yield from self._lanes.chunks(lane, batch)

    def _look_for_robots(self, records: Records, found: Survey) -> None:
        if not self.wanted.wants("urdf") or not any(map(is_robot_channel, found.channels.values())):
            return
        for number, batch in records.by_channel(None, None).items():  # at any time
            lane = self._lane(number, found)
            if lane is not None:
                self._robots.look(lane.channel, lane.schema, batch)

    def _lane(self, number: int, found: Survey) -> Lane | None:
        if number not in self._by_number:
            channel = found.channels.get(number)
            if channel is None:
                self.report.lost(f"messages of channel {number}, which the file does not describe")
                self._by_number[number] = None
            else:
                schema = found.schemas.get(channel.schema_id)
                self._by_number[number] = self._lanes.open(channel, schema)
        return self._by_number[number]

    def _recounted(self, found: Survey) -> Statistics:
        """What statistics the file would have, had it been finished."""
        counts = self._counts
        return Statistics(
            message_count=sum(counts.messages.values()),
            schema_count=len(found.schemas),
            channel_count=len(found.channels),
            attachment_count=len(found.attachments),
            metadata_count=len(found.metadata),
            chunk_count=len(found.chunks),
            start_time=counts.first or 0,
            end_time=counts.last,
            channel_counts=counts.messages,
        )


def _has_room(waiting: Iterable[tuple[object, ChunkIndex]], place: ChunkIndex) -> bool:
    """Whether one more chunk may be read ahead; the first one always."""
    sizes = [ahead.uncompressed_size for _, ahead in waiting]
    return not sizes or (
        len(sizes) < _AHEAD and sum(sizes) + place.uncompressed_size <= _AHEAD_BYTES
    )


def _listed_channels(found: Survey) -> set[int]:
    """Channels that have messages, as far as the summary tells."""
    if found.statistics is not None:
        return {number for number, count in found.statistics.channel_counts.items() if count}
    return {number for chunk in found.chunks for number in chunk.message_indexes}
