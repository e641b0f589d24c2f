"""What an MCAP file holds, at a glance: `rrd mcap info`.

Everything comes from the summary; without one, or without statistics in it, the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rrdformats.errors import RrdError
from rrdformats.source import Source, read_exactly
from rrdimporters.mcap.records import HEAD, ChunkIndex
from rrdimporters.mcap.survey import Survey, survey

__all__ = ["ChannelRow", "CodecRow", "McapReport", "mcap_info"]

_SECOND = 1_000_000_000
_MAX_TIME = 2**63 - 1
_INDEX_HEAD, _INDEX_ENTRY = 6, 16


@dataclass(frozen=True, slots=True)
class CodecRow:
    """How the chunks of one compression compress.

    Attributes:
        codec: Its name; empty for none.
        chunks: Number of chunks.
        compressed: Their size in the file (bytes).
        uncompressed: Their size once decompressed (bytes).
        savings: How much smaller they are (percent); None without content.
        rate: Bytes in the file per second of recording; None without duration.
    """

    codec: str
    chunks: int
    compressed: int
    uncompressed: int
    savings: float | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel.

    Attributes:
        id: Its number.
        topic: Its topic.
        messages: How many messages it has.
        rate: Least and greatest rate that they can have (hertz); None for fewer than two.
        schema: Name of its schema; None without.
        schema_encoding: Encoding of its schema; None without.
        message_encoding: Encoding of its messages.
    """

    id: int
    topic: str
    messages: int
    rate: tuple[float, float] | None
    schema: str | None
    schema_encoding: str | None
    message_encoding: str


@dataclass(frozen=True, slots=True)
class McapReport:
    """One MCAP file.

    Attributes:
        file: What it is called.
        profile: What its channels agree on.
        library: What wrote it.
        messages: Number of messages.
        duration_ns: Time from the first to the last message; None without messages.
        start_ns: Log time of the first message; None without, or beyond signed 64 bits.
        end_ns: Log time of the last message.
        schemas: Number of schemas.
        channels: Number of channels.
        attachments: Number of attachments.
        metadata: Number of metadata records.
        summary: `embedded`, or `reconstructed`.
        chunks: Number of chunks.
        largest_uncompressed: Size of the largest chunk, decompressed (bytes).
        largest_compressed: Size of the largest chunk in the file (bytes).
        chunks_overlap: Whether a chunk begins before an earlier one ends.
        compression: One row per compression, by name.
        channel_rows: One row per channel, by number.
        unusable: Why the summary could not be used.
        damage: What is damaged.
    """

    file: str
    profile: str
    library: str
    messages: int
    duration_ns: int | None
    start_ns: int | None
    end_ns: int | None
    schemas: int
    channels: int
    attachments: int
    metadata: int
    summary: str
    chunks: int
    largest_uncompressed: int | None
    largest_compressed: int | None
    chunks_overlap: bool
    compression: list[CodecRow]
    channel_rows: list[ChannelRow]
    unusable: str | None
    damage: list[str]


@dataclass(slots=True)
class _Totals:
    """Messages and times, from wherever they are known.

    Attributes:
        counts: Messages by channel.
        first: Earliest log time; None without messages.
        last: Latest log time.
    """

    counts: dict[int, int] = field(default_factory=dict[int, int])
    first: int | None = None
    last: int = 0

    def span(self, first: int, last: int) -> None:
        """Takes in messages from `first` to `last`."""
        self.first = first if self.first is None else min(first, self.first)
        self.last = max(last, self.last)

    def count(self, channel: int, messages: int) -> None:
        """Takes in messages of a channel."""
        self.counts[channel] = self.counts.get(channel, 0) + messages

    @property
    def messages(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


def mcap_info(source: Source, *, recover: bool = False) -> McapReport:
    """What an MCAP file holds.

    Args:
        source: The file; it must be seekable.
        recover: Whether the summary is not to be used.

    Raises:
        RrdError: If it is no MCAP file.
        OSError: If reading fails.
    """
    found = survey(source, use_summary=not recover)
    totals = _totals(source, found)
    start = totals.first if totals.messages else None
    duration = None if start is None else max(totals.last - start, 0)
    chunks = found.chunks
    statistics = found.statistics
    return McapReport(
        file=source.name,
        profile=found.header.profile,
        library=found.header.library,
        messages=totals.messages if statistics is None else statistics.message_count,
        duration_ns=duration,
        start_ns=_signed(start),
        end_ns=None if start is None else _signed(totals.last),
        schemas=len(found.schemas),
        channels=len(found.channels),
        attachments=len(found.attachments) if statistics is None else statistics.attachment_count,
        metadata=len(found.metadata) if statistics is None else statistics.metadata_count,
        summary="embedded" if found.unusable is None else "reconstructed",
        chunks=len(chunks),
        largest_uncompressed=max((c.uncompressed_size for c in chunks), default=None),
        largest_compressed=max((c.compressed_size for c in chunks), default=None),
        chunks_overlap=_overlap(chunks),
        compression=_codecs(chunks, duration),
        channel_rows=list(_channels(found, totals, duration)),
        unusable=found.unusable,
        damage=found.losses,
    )


def _signed(time: int | None) -> int | None:
    return None if time is None or time > _MAX_TIME else time


def _totals(source: Source, found: Survey) -> _Totals:
    totals = _Totals()
    statistics = found.statistics
    if statistics is not None:
        totals.counts = dict(statistics.channel_counts)
        if statistics.message_count:
            totals.span(statistics.start_time, statistics.end_time)
        return totals
    for channel, (count, first, last) in found.loose_counts.items():
        totals.count(channel, count)
        totals.span(first, last)
    for chunk in found.chunks:
        try:
            _count_chunk(source, chunk, found, totals)
        except RrdError as error:
            found.losses.append(str(error))
    return totals


def _count_chunk(source: Source, chunk: ChunkIndex, found: Survey, totals: _Totals) -> None:
    """Counts the messages of a chunk, from its indexes where they tell of known channels only."""
    if chunk.message_indexes and chunk.message_indexes.keys() <= found.channels.keys():
        for channel, place in chunk.message_indexes.items():
            head = read_exactly(source, place, HEAD.size, "MessageIndex")
            _, length = HEAD.unpack(head)
            totals.count(channel, max(length - _INDEX_HEAD, 0) // _INDEX_ENTRY)
        totals.span(chunk.start_time, chunk.end_time)
        return
    import numpy as np

    from rrdimporters.mcap.chunks import read_chunk

    records = read_chunk(source, chunk)
    for schema in records.schemas:
        found.schemas.setdefault(schema.id, schema)
    for described in records.channels:
        found.channels.setdefault(described.id, described)
    if len(records.heads):
        numbers, counts = np.unique(records.heads["channel"], return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            totals.count(number, count)
        times = records.heads["log_time"]
        totals.span(int(times.min()), int(times.max()))


def _overlap(chunks: list[ChunkIndex]) -> bool:
    latest = -1
    for chunk in sorted(chunks, key=lambda c: c.start_time):
        if chunk.start_time < latest:
            return True
        latest = max(latest, chunk.end_time)
    return False


def _codecs(chunks: list[ChunkIndex], duration: int | None) -> list[CodecRow]:
    rows = []
    for codec in sorted({chunk.compression for chunk in chunks}):
        members = [chunk for chunk in chunks if chunk.compression == codec]
        compressed = sum(chunk.compressed_size for chunk in members)
        uncompressed = sum(chunk.uncompressed_size for chunk in members)
        savings = 100 * (1 - compressed / uncompressed) if uncompressed else None
        rate = compressed / (duration / _SECOND) if duration else None
        rows.append(CodecRow(codec, len(members), compressed, uncompressed, savings, rate))
    return rows


def _channels(found: Survey, totals: _Totals, duration: int | None) -> Iterator[ChannelRow]:
    for number, channel in sorted(found.channels.items()):
        count = totals.counts.get(number, 0)
        schema = found.schemas.get(channel.schema_id)
        rate = None
        if count >= 2 and duration:
            seconds = duration / _SECOND
            rate = (count - 1) / seconds, count / seconds
        yield ChannelRow(
            number,
            channel.topic,
            count,
            rate,
            None if schema is None else schema.name,
            None if schema is None else schema.encoding,
            channel.message_encoding,
        )
