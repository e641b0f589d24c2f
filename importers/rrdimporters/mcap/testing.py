"""MCAP files and ROS messages for tests, put together record by record.

Nothing here is used by the importer; what it reads must not have been written by itself.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rrdimporters.mcap.records import HEAD, MAGIC, Channel, Opcode, Schema
from rrdimporters.mcap.ros_types import EMPTY_MEMBER, Message, Primitive, RosType, Text
from rrdimporters.mcap.ros_types import Sequence as ListType

__all__ = ["McapFile", "Sent", "record", "serialized"]

_CODES = {
    "b1": "?",
    "u1": "B",
    "i1": "b",
    "u2": "H",
    "i2": "h",
    "u4": "I",
    "i4": "i",
    "u8": "Q",
    "i8": "q",
    "f4": "f",
    "f8": "d",
}
_CDR_HEADERS = {False: b"\0\1\0\0", True: b"\0\0\0\0"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A message.

    Attributes:
        channel: Number of its channel.
        log_time: When it was recorded (nanoseconds).
        data: Its bytes.
        publish_time: When it was published; `log_time` unless given.
    """

    channel: int
    log_time: int
    data: bytes
    publish_time: int | None = None


@dataclass
class McapFile:
    """What a file is made of, and what is left out of it.

    Attributes:
        schemas: Its schemas.
        channels: Its channels.
        chunks: Messages of each chunk.
        loose: Messages outside of chunks, behind them.
        attachments: Name, media type and data of attachments.
        metadata: Metadata by name.
        compression: How chunks are compressed.
        has_summary: Whether it ends with a summary.
        has_statistics: Whether the summary counts.
        has_indexes: Whether messages of chunks are indexed.
        has_chunk_indexes: Whether chunks are.
        repeats_channels: Whether the summary names schemas and channels.
        has_checksums: Whether chunks have checksums.
    """

    schemas: list[Schema] = field(default_factory=list[Schema])
    channels: list[Channel] = field(default_factory=list[Channel])
    chunks: list[list[Sent]] = field(default_factory=list[list[Sent]])
    loose: list[Sent] = field(default_factory=list[Sent])
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list[tuple[str, str, bytes]])
    metadata: list[tuple[str, dict[str, str]]] = field(
        default_factory=list[tuple[str, dict[str, str]]]
    )
    compression: str = "zstd"
    has_summary: bool = True
    has_statistics: bool = True
    has_indexes: bool = True
    has_chunk_indexes: bool = True
    repeats_channels: bool = True
    has_checksums: bool = True
    _out: bytearray = field(default_factory=bytearray)
    _summary: list[bytes] = field(default_factory=list[bytes])

    def add(self, topic: str, schema: tuple[str, str, bytes] | None, encoding: str) -> int:
        """Adds a channel, and its schema (name, encoding, data); returns the channel's number."""
        number = len(self.channels) + 1
        schema_id = 0
        if schema is not None:
            known = [s.id for s in self.schemas if (s.name, s.encoding, s.data) == schema]
            schema_id = known[0] if known else len(self.schemas) + 1
            if not known:
                self.schemas.append(Schema(schema_id, *schema))
        self.channels.append(Channel(number, schema_id, topic, encoding, {}))
        return number

    def to_bytes(self) -> bytes:
        """The file."""
        self._out = bytearray(MAGIC + record(Opcode.HEADER, _text("ros2") + _text("tests")))
        self._summary = []
        described = b"".join(map(_schema, self.schemas)) + b"".join(map(_channel, self.channels))
        for number, messages in enumerate(self.chunks):
            self._add_chunk(b"" if number else described, messages)
        if not self.chunks:
            self._out += described
        for message in self.loose:
            self._out += _message(message)
        for attachment in self.attachments:
            self._add_attachment(*attachment)
        for name, pairs in self.metadata:
            offset = len(self._out)
            self._out += record(Opcode.METADATA, _text(name) + _text_map(pairs))
            index = struct.pack("<QQ", offset, len(self._out) - offset) + _text(name)
            self._summary.append(record(Opcode.METADATA_INDEX, index))
        self._out += record(Opcode.DATA_END, bytes(4))
        self._add_summary(described)
        return bytes(self._out) + MAGIC

    def _add_chunk(self, described: bytes, messages: Sequence[Sent]) -> None:
        content = bytearray(described)
        places: dict[int, list[tuple[int, int]]] = {}
        for message in messages:
            places.setdefault(message.channel, []).append((message.log_time, len(content)))
            content += _message(message)
        times = [message.log_time for message in messages] or [0]
        stored = _compressed(self.compression, bytes(content))
        checksum = zlib.crc32(content) if self.has_checksums else 0
        span = struct.pack("<QQ", min(times), max(times))
        offset = len(self._out)
        self._out += record(
            Opcode.CHUNK,
            span
            + struct.pack("<QI", len(content), checksum)
            + _text(self.compression)
            + struct.pack("<Q", len(stored))
            + stored,
        )
        length = len(self._out) - offset
        index_at = len(self._out)
        indexes = {}
        for number, entries in places.items() if self.has_indexes else ():
            indexes[number] = len(self._out)
            packed = b"".join(struct.pack("<QQ", *entry) for entry in entries)
            head = struct.pack("<HI", number, len(packed))
            self._out += record(Opcode.MESSAGE_INDEX, head + packed)
        packed_map = b"".join(struct.pack("<HQ", *item) for item in indexes.items())
        index = span + struct.pack("<QQI", offset, length, len(packed_map)) + packed_map
        index += struct.pack("<Q", len(self._out) - index_at) + _text(self.compression)
        index += struct.pack("<QQ", len(stored), len(content))
        if self.has_chunk_indexes:
            self._summary.append(record(Opcode.CHUNK_INDEX, index))

    def _add_attachment(self, name: str, media_type: str, data: bytes) -> None:
        offset = len(self._out)
        content = struct.pack("<QQ", 5, 6) + _text(name) + _text(media_type)
        content += struct.pack("<Q", len(data)) + data
        self._out += record(Opcode.ATTACHMENT, content + struct.pack("<I", zlib.crc32(content)))
        index = struct.pack("<QQQQQ", offset, len(self._out) - offset, 5, 6, len(data))
        index += _text(name) + _text(media_type)
        self._summary.append(record(Opcode.ATTACHMENT_INDEX, index))

    def _add_summary(self, described: bytes) -> None:
        start = len(self._out) if self.has_summary else 0
        if self.has_summary:
            self._out += described if self.repeats_channels else b""
            self._out += b"".join(self._summary)
            self._out += self._statistics() if self.has_statistics else b""
        footer = HEAD.pack(Opcode.FOOTER, 20) + struct.pack("<QQ", start, 0)
        checksum = zlib.crc32(footer, zlib.crc32(self._out[start:])) if start else 0
        self._out += footer + struct.pack("<I", checksum)

    def _statistics(self) -> bytes:
        messages = [message for chunk in self.chunks for message in chunk] + self.loose
        times = [message.log_time for message in messages] or [0]
        counts: dict[int, int] = {}
        for message in messages:
            counts[message.channel] = counts.get(message.channel, 0) + 1
        packed = b"".join(struct.pack("<HQ", *item) for item in counts.items())
        numbers = (
            len(messages),
            len(self.schemas),
            len(self.channels),
            len(self.attachments),
            len(self.metadata),
            len(self.chunks),
        )
        content = struct.pack("<QHIIII", *numbers) + struct.pack("<QQ", min(times), max(times))
        return record(Opcode.STATISTICS, content + struct.pack("<I", len(packed)) + packed)


def record(opcode: int, content: bytes) -> bytes:
    """A record."""
    return HEAD.pack(opcode, len(content)) + content


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data


def _text_map(pairs: Mapping[str, str]) -> bytes:
    packed = b"".join(_text(key) + _text(value) for key, value in pairs.items())
    return struct.pack("<I", len(packed)) + packed


def _schema(schema: Schema) -> bytes:
    head = struct.pack("<H", schema.id) + _text(schema.name) + _text(schema.encoding)
    return record(Opcode.SCHEMA, head + struct.pack("<I", len(schema.data)) + schema.data)


def _channel(channel: Channel) -> bytes:
    head = struct.pack("<HH", channel.id, channel.schema_id) + _text(channel.topic)
    return record(
        Opcode.CHANNEL, head + _text(channel.message_encoding) + _text_map(channel.metadata)
    )


def _message(message: Sent) -> bytes:
    published = message.log_time if message.publish_time is None else message.publish_time
    head = struct.pack("<HIQQ", message.channel, 0, message.log_time, published)
    return record(Opcode.MESSAGE, head + message.data)


def _compressed(compression: str, content: bytes) -> bytes:
    if compression == "zstd":
        import zstandard

        return zstandard.ZstdCompressor().compress(content)
    if compression == "lz4":
        import lz4.frame

        return bytes(lz4.frame.compress(content))
    return content


def serialized(
    message: Message, value: Mapping[str, Any], *, is_ros1: bool = False, big_endian: bool = False
) -> bytes:
    """A ROS message; members that `value` lacks are zero or empty."""
    writer = _Serializer(">" if big_endian else "<", aligned=not is_ros1)
    writer.add(message, value)
    return bytes(writer.out) if is_ros1 else _CDR_HEADERS[big_endian] + bytes(writer.out)


class _Serializer:
    """Writes values one by one."""

    def __init__(self, order: str, *, aligned: bool) -> None:
        self._order = order
        self._aligned = aligned
        self.out = bytearray()

    def add(self, kind: RosType, value: Any) -> None:
        match kind:
            case Primitive():
                self._add_number(kind, 0 if value is None else value)
            case Text():
                data = (value or "").encode() + (b"\0" if self._aligned else b"")
                self._add_number(Primitive("u4"), len(data))
                self.out += data
            case ListType():
                self._add_list(kind, value)
            case Message():
                value = value or {}
                for name, inner in kind.fields.items():
                    self.add(inner, 0 if name == EMPTY_MEMBER else value.get(name))

    def _add_list(self, kind: ListType, value: Any) -> None:
        items = list(value) if value is not None else [None] * (kind.length or 0)
        if kind.length is None:
            self._add_number(Primitive("u4"), len(items))
        for item in items:
            self.add(kind.item, item)

    def _add_number(self, kind: Primitive, value: Any) -> None:
        if self._aligned:
            self.out += bytes(-len(self.out) % kind.size)
        self.out += struct.pack(self._order + _CODES[kind.code], value)
