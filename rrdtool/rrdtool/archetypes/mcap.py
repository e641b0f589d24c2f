"""The records of MCAP files, kept as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _McapChannelOptions(TypedDict, total=False):
        metadata: components.KeyValuePairsArrayLike | None

    class _McapChannelFields(_McapChannelOptions, total=False):
        id: datatypes.UInt16ArrayLike | None
        topic: datatypes.Utf8ArrayLike | None
        message_encoding: datatypes.Utf8ArrayLike | None

    class _McapMessageFields(TypedDict, total=False):
        data: datatypes.BlobArrayLike | None

    class _McapSchemaFields(TypedDict, total=False):
        id: datatypes.UInt16ArrayLike | None
        name: datatypes.Utf8ArrayLike | None
        encoding: datatypes.Utf8ArrayLike | None
        data: datatypes.BlobArrayLike | None

    class _McapStatisticsOptions(TypedDict, total=False):
        channel_message_counts: components.ChannelMessageCountsArrayLike | None

    class _McapStatisticsFields(_McapStatisticsOptions, total=False):
        message_count: datatypes.UInt64ArrayLike | None
        schema_count: datatypes.UInt64ArrayLike | None
        channel_count: datatypes.UInt64ArrayLike | None
        attachment_count: datatypes.UInt64ArrayLike | None
        metadata_count: datatypes.UInt64ArrayLike | None
        chunk_count: datatypes.UInt64ArrayLike | None
        message_start_time: datatypes.TimeIntArrayLike | None
        message_end_time: datatypes.TimeIntArrayLike | None


__all__ = ["McapChannel", "McapMessage", "McapSchema", "McapStatistics"]


class McapChannel(Archetype):
    """A channel: a topic and how its messages are encoded."""

    id: Row[components.ChannelIdBatch]
    topic: Row[components.TextBatch]
    message_encoding: Row[components.TextBatch]
    metadata: Row[components.KeyValuePairsBatch]

    def __init__(
        self,
        *,
        id: datatypes.UInt16ArrayLike,  # noqa: A002 - the name of the field
        topic: datatypes.Utf8ArrayLike,
        message_encoding: datatypes.Utf8ArrayLike,
        **options: Unpack[_McapChannelOptions],
    ) -> None:
        self._store(id=id, topic=topic, message_encoding=message_encoding, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_McapChannelFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_McapChannelFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class McapMessage(Archetype):
    """A message that no decoder took."""

    data: Row[components.BlobBatch]

    def __init__(self, data: datatypes.BlobArrayLike) -> None:
        self._store(data=data)

    @classmethod
    def columns(cls, **fields: Unpack[_McapMessageFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_McapMessageFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class McapSchema(Archetype):
    """The structure of messages."""

    id: Row[components.SchemaIdBatch]
    name: Row[components.TextBatch]
    encoding: Row[components.TextBatch]
    data: Row[components.BlobBatch]

    def __init__(
        self,
        *,
        id: datatypes.UInt16ArrayLike,  # noqa: A002 - the name of the field
        name: datatypes.Utf8ArrayLike,
        encoding: datatypes.Utf8ArrayLike,
        data: datatypes.BlobArrayLike,
    ) -> None:
        self._store(id=id, name=name, encoding=encoding, data=data)

    @classmethod
    def columns(cls, **fields: Unpack[_McapSchemaFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_McapSchemaFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class McapStatistics(Archetype):
    """The file's own summary of what it holds."""

    message_count: Row[components.CountBatch]
    schema_count: Row[components.CountBatch]
    channel_count: Row[components.CountBatch]
    attachment_count: Row[components.CountBatch]
    metadata_count: Row[components.CountBatch]
    chunk_count: Row[components.CountBatch]
    message_start_time: Row[components.TimestampBatch]
    message_end_time: Row[components.TimestampBatch]
    channel_message_counts: Row[components.ChannelMessageCountsBatch]

    def __init__(
        self,
        *,
        message_count: datatypes.UInt64ArrayLike,
        schema_count: datatypes.UInt64ArrayLike,
        channel_count: datatypes.UInt64ArrayLike,
        attachment_count: datatypes.UInt64ArrayLike,
        metadata_count: datatypes.UInt64ArrayLike,
        chunk_count: datatypes.UInt64ArrayLike,
        message_start_time: datatypes.TimeIntArrayLike,
        message_end_time: datatypes.TimeIntArrayLike,
        **options: Unpack[_McapStatisticsOptions],
    ) -> None:
        self._store(
            message_count=message_count,
            schema_count=schema_count,
            channel_count=channel_count,
            attachment_count=attachment_count,
            metadata_count=metadata_count,
            chunk_count=chunk_count,
            message_start_time=message_start_time,
            message_end_time=message_end_time,
            **options,
        )

    @classmethod
    def columns(cls, **fields: Unpack[_McapStatisticsFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_McapStatisticsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
