"""What an import of an MCAP file keeps of the file itself."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("ChannelId", "UInt16", "The number of a channel in its file."),
    core.component("SchemaId", "UInt16", "The number of a schema in its file."),
    core.component(
        "ChannelMessageCounts",
        "list<item: ChannelCountPair not null>",
        "How many messages each channel has.",
    ),
)

ARCHETYPES = (
    core.archetype(
        "McapChannel",
        "A channel: a topic and how its messages are encoded.",
        required.mono("id", "ChannelId", "Number of the channel."),
        required.mono("topic", "Text", "Topic of its messages."),
        required.mono("message_encoding", "Text", "Encoding of its messages, such as `cdr`."),
        optional.mono("metadata", "KeyValuePairs", "What else the file says of it."),
        visualizer=False,
    ),
    core.archetype(
        "McapMessage",
        "A message that no decoder took.",
        required.mono("data", "Blob", "The bytes of the message."),
        visualizer=False,
    ),
    core.archetype(
        "McapSchema",
        "The structure of messages.",
        required.mono("id", "SchemaId", "Number of the schema."),
        required.mono("name", "Text", "Name of the message type."),
        required.mono("encoding", "Text", "Language of the schema, such as `ros2msg`."),
        required.mono("data", "Blob", "The schema itself."),
        visualizer=False,
    ),
    core.archetype(
        "McapStatistics",
        "The file's own summary of what it holds.",
        required.mono("message_count", "Count", "Number of messages."),
        required.mono("schema_count", "Count", "Number of schemas."),
        required.mono("channel_count", "Count", "Number of channels."),
        required.mono("attachment_count", "Count", "Number of attachments."),
        required.mono("metadata_count", "Count", "Number of metadata records."),
        required.mono("chunk_count", "Count", "Number of chunks."),
        required.mono("message_start_time", "Timestamp", "Time of the earliest message."),
        required.mono("message_end_time", "Timestamp", "Time of the latest message."),
        optional.mono("channel_message_counts", "ChannelMessageCounts", "Messages per channel."),
        visualizer=False,
    ),
)
