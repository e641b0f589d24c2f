"""Which decoder takes a channel (fact sheet 2)."""

from __future__ import annotations

from dataclasses import dataclass

from rrdformats.errors import RrdError
from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.records import Channel, Schema
from rrdimporters.mcap.ros_channels import Ros1Channel, Ros2Channel
from rrdimporters.mcap.ros_definitions import definition_of
from rrdimporters.mcap.ros_direct import DIRECT
from rrdimporters.mcap.ros_lenses import LENSES, TRANSFORM_TYPE
from rrdimporters.mcap.ros_types import parse_ros1, parse_ros2
from rrdimporters.mcap.settings import McapSettings
from rrdimporters.mcap.tables import ChannelDecoder, Notes, Table, blob_column, column_of

__all__ = ["Choice", "choose"]


@dataclass(frozen=True)
class Choice:
    """What is done with the messages of a channel.

    Attributes:
        decoder: What decodes them; None if nothing may.
        reason: Why they are not decoded, or only kept as bytes; None if there is nothing to say.
    """

    decoder: ChannelDecoder | None
    reason: str | None = None


class RawChannel:
    """Keeps messages as bytes."""

    def decode(self, batch: MessageBatch, notes: Notes) -> list[Table]:  # noqa: ARG002 - nothing to note
        """One row per message."""
        data = blob_column(list(batch.pieces()))
        return [Table("McapMessage", column_of("McapMessage", data=data))]


def choose(
    channel: Channel, schema: Schema | None, settings: McapSettings, *, shows: bool = True
) -> Choice:
    """The decoder for a channel; whatever is wrong with its schema is a reason, not an error.

    Args:
        channel: The channel.
        schema: Its schema.
        settings: What is wanted.
        shows: Whether messages become archetypes where they can, beyond plots and point clouds.
    """
    try:
        decoder, reason = _specific(channel, schema, settings, shows)
    except RrdError as error:
        decoder, reason = None, error.reason
    if decoder is not None:
        return Choice(decoder)
    if settings.wants("raw") and settings.raw_fallback:
        return Choice(RawChannel(), reason and f"{reason}; its messages are kept as bytes")
    return Choice(None, reason or "no decoder was asked for that understands it")


def _specific(
    channel: Channel, schema: Schema | None, settings: McapSettings, shows: bool
) -> tuple[ChannelDecoder | None, str | None]:
    """The decoder that understands the messages, or why there is none."""
    encoding = channel.message_encoding.lower()
    if encoding == "json" and settings.wants("json"):
        from rrdimporters.mcap.json_channels import JsonChannel

        return JsonChannel(schema), None
    if schema is None:
        return None, "it has no schema" if channel.schema_id == 0 else "its schema is missing"
    match schema.encoding, encoding:
        case "ros2msg", "cdr":
            return _ros2(schema, settings, shows)
        case "protobuf", _:
            return _protobuf(schema, settings, shows)
        case "ros1msg", "ros1" if settings.wants("ros1"):
            return _ros1(schema), None
        case _:
            told = f"{schema.encoding or 'no schema encoding'} / {channel.message_encoding}"
            return None, f"the encoding {told} is not understood"


def _ros2(
    schema: Schema, settings: McapSettings, shows: bool
) -> tuple[ChannelDecoder | None, str | None]:
    is_direct, is_lens = schema.name in DIRECT, schema.name in LENSES
    semantic, reflection = settings.wants("ros2msg"), settings.wants("ros2_reflection")
    if not (reflection or (semantic and is_direct)):
        return None, None
    if semantic and is_direct:
        return Ros2Channel(definition_of(schema), DIRECT[schema.name]), None
    message = parse_ros2(schema.name, schema.data.decode(errors="replace"))
    if semantic and is_lens and shows:
        is_stamped = schema.name != TRANSFORM_TYPE
        return Ros2Channel(message, LENSES[schema.name], is_stamped=is_stamped), None
    if semantic and shows and not settings.strict_reference:
        from rrdimporters.mcap.ros_additions import added_mapping

        return Ros2Channel(message, added_mapping(schema.name, message)), None
    return Ros2Channel(message, None), None


def _ros1(schema: Schema) -> ChannelDecoder:
    from rrdimporters.mcap.ros_additions import ros1_mapping

    message = parse_ros1(schema.name, schema.data.decode(errors="replace"))
    return Ros1Channel(message, ros1_mapping(schema.name, message))


def _protobuf(
    schema: Schema, settings: McapSettings, shows: bool
) -> tuple[ChannelDecoder | None, str | None]:
    if not settings.wants("protobuf"):
        return None, None
    from rrdimporters.mcap.protobuf_channels import ProtobufChannel

    decoder = ProtobufChannel.of_schema(
        schema,
        maps_foxglove=shows and settings.wants("foxglove"),
        keeps_null_items=settings.strict_reference,
    )
    return decoder, None
