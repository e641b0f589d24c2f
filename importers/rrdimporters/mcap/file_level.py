"""What an MCAP file says of itself, of its channels, and what is attached to it (fact sheet 3).

All of it holds at all times and has one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import RrdError
from rrdformats.source import Source
from rrdimporters.emit import batches, blobs, component_arrow, descriptor_of, one_per_row
from rrdimporters.mcap.records import (
    Attachment,
    AttachmentIndex,
    Channel,
    Metadata,
    MetadataIndex,
    Schema,
    Statistics,
)
from rrdimporters.mcap.survey import read_record
from rrdimporters.mcap.tables import ComponentColumn, Notes, Table

__all__ = [
    "ATTACHMENTS",
    "METADATA",
    "PROPERTIES",
    "attachments_table",
    "channel_table",
    "metadata_table",
    "recording_table",
    "saturated",
    "statistics_table",
]

PROPERTIES = "__mcap_properties"
METADATA = "__mcap_metadata"
ATTACHMENTS = "__mcap_attachments"

_MAX = 2**63 - 1


def saturated(time: int) -> int:
    """An unsigned time as a signed one, the largest possible if it is too large."""
    return min(time, _MAX)


def _value(archetype: str, name: str, value: object) -> ComponentColumn:
    descriptor = descriptor_of(archetype, name)
    kind = component_arrow(descriptor.component_type or "")
    return descriptor, one_per_row(pa.array([value], kind))


def _pairs(pairs: Mapping[str, str]) -> list[dict[str, str]]:
    """Pairs of texts as the component KeyValuePairs holds them, in the order given."""
    return [{"first": key, "second": text} for key, text in pairs.items()]


def _sorted(pairs: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(pairs.items()))


def recording_table(statistics: Statistics) -> Table:
    """When the recording started."""
    start = saturated(statistics.start_time)
    columns = [_value("RecordingInfo", "start_time", start)]
    return Table("RecordingInfo", columns, is_static=True)


def statistics_table(statistics: Statistics) -> Table:
    """How much there is of what."""
    values: dict[str, object] = {
        "message_count": statistics.message_count,
        "schema_count": statistics.schema_count,
        "channel_count": statistics.channel_count,
        "attachment_count": statistics.attachment_count,
        "metadata_count": statistics.metadata_count,
        "chunk_count": statistics.chunk_count,
        "message_start_time": saturated(statistics.start_time),
        "message_end_time": saturated(statistics.end_time),
        "channel_message_counts": [
            {"channel_id": number, "message_count": count}
            for number, count in sorted(statistics.channel_counts.items())
        ],
    }
    columns = [_value("McapStatistics", name, value) for name, value in values.items()]
    return Table("McapStatistics", columns, is_static=True)


def channel_table(channel: Channel, schema: Schema | None) -> Table:
    """A channel and its schema."""
    columns = [
        _value("McapChannel", "id", channel.id),
        _value("McapChannel", "message_encoding", channel.message_encoding),
        _value("McapChannel", "metadata", _pairs(_sorted(channel.metadata))),
        _value("McapChannel", "topic", channel.topic),
    ]
    if schema is not None:
        columns += [
            (descriptor_of("McapSchema", "data"), one_per_row(blobs([schema.data]))),
            _value("McapSchema", "encoding", schema.encoding),
            _value("McapSchema", "id", schema.id),
            _value("McapSchema", "name", schema.name),
        ]
    return Table("McapChannel", columns, is_static=True)


def metadata_table(source: Source, places: Iterable[MetadataIndex], notes: Notes) -> Table | None:
    """All metadata records, one component each; None without any."""
    found: dict[str, dict[str, str]] = {}
    for place in places:
        try:
            record = Metadata.parse(read_record(source, place.offset)[2])
        except RrdError as error:
            notes.say(f"a metadata record cannot be read: {error}")
            continue
        if not record.name:
            notes.say("a metadata record has no name")
            continue
        found.setdefault(record.name, {}).update(record.pairs)
    kind = component_arrow("KeyValuePairs")
    columns = [
        (
            ComponentDescriptor(name, "McapMetadata", "rerun.components.KeyValuePairs"),
            one_per_row(pa.array([_pairs(_sorted(pairs))], kind)),
        )
        for name, pairs in found.items()
    ]
    return Table("McapMetadata", columns, is_static=True) if columns else None


def attachments_table(
    source: Source, places: Iterable[AttachmentIndex], notes: Notes
) -> Table | None:
    """All attachments in one row, one item each; None without any."""
    found = list(_attachments(source, places, notes))
    if not found:
        return None
    data: Any = blobs([attachment.data for _, attachment in found])
    media = pa.array([attachment.media_type for _, attachment in found], pa.string())
    told = pa.array(
        [_pairs(_about(place, attachment)) for place, attachment in found],
        component_arrow("KeyValuePairs"),
    )
    bounds = [0, len(found)]
    columns = [
        (ComponentDescriptor(name, "McapAttachment", f"rerun.components.{kind}"), values)
        for name, kind, values in (
            ("data", "Blob", batches(data, bounds)),
            ("media_type", "MediaType", batches(media, bounds)),
            ("metadata", "KeyValuePairs", batches(told, bounds)),
        )
    ]
    return Table("McapAttachment", columns, is_static=True)


def _attachments(
    source: Source, places: Iterable[AttachmentIndex], notes: Notes
) -> Iterator[tuple[AttachmentIndex, Attachment]]:
    for place in places:
        try:
            yield place, Attachment.parse(read_record(source, place.offset)[2])
        except RrdError as error:
            notes.say(f"an attachment cannot be read: {error}")


def _about(place: AttachmentIndex, attachment: Attachment) -> dict[str, str]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "log_time": str(attachment.log_time),
        "create_time": str(attachment.create_time),
        "data_size": str(len(attachment.data)),
        "offset": str(place.offset),
    }
