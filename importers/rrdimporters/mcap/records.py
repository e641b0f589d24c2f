"""The records of an MCAP file: what their bytes mean, in the order of the format's specification.

A record is an opcode (1 byte), the length of its content (8 bytes) and the content. Numbers are
little-endian; strings and maps have their length (4 bytes) in front. Times are nanoseconds since
the Unix epoch, unsigned.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

from rrdformats.errors import CorruptError

__all__ = [
    "FOOTER_SIZE",
    "HEAD",
    "MAGIC",
    "Attachment",
    "AttachmentIndex",
    "Channel",
    "ChunkHead",
    "ChunkIndex",
    "Content",
    "Footer",
    "Header",
    "Metadata",
    "MetadataIndex",
    "Opcode",
    "Schema",
    "Statistics",
]

Content: TypeAlias = bytes | bytearray | memoryview

MAGIC = b"\x89MCAP0\r\n"
HEAD = struct.Struct("<BQ")
FOOTER_SIZE = HEAD.size + 20


class Opcode(IntEnum):
    """Kinds of records."""

    HEADER = 0x01
    FOOTER = 0x02
    SCHEMA = 0x03
    CHANNEL = 0x04
    MESSAGE = 0x05
    CHUNK = 0x06
    MESSAGE_INDEX = 0x07
    CHUNK_INDEX = 0x08
    ATTACHMENT = 0x09
    ATTACHMENT_INDEX = 0x0A
    STATISTICS = 0x0B
    METADATA = 0x0C
    METADATA_INDEX = 0x0D
    SUMMARY_OFFSET = 0x0E
    DATA_END = 0x0F


class _Fields:
    """Reads the fields of one record front to back."""

    def __init__(self, content: Content, record: str) -> None:
        self._content = memoryview(content)
        self._record = record
        self.at = 0

    def numbers(self, layout: struct.Struct) -> tuple[Any, ...]:
        self._need(layout.size)
        found = layout.unpack_from(self._content, self.at)
        self.at += layout.size
        return found

    def u16(self) -> int:
        return int(self.numbers(_U16)[0])

    def u32(self) -> int:
        return int(self.numbers(_U32)[0])

    def u64(self) -> int:
        return int(self.numbers(_U64)[0])

    def blob(self, size: int) -> bytes:
        self._need(size)
        self.at += size
        return bytes(self._content[self.at - size : self.at])

    def text(self) -> str:
        # A name that is no UTF-8 costs its odd characters, not the file.
        return self.blob(self.u32()).decode(errors="replace")

    def text_map(self) -> dict[str, str]:
        entries = _Fields(self.blob(self.u32()), self._record)
        found: dict[str, str] = {}
        while entries.at < len(entries._content):
            key = entries.text()
            found[key] = entries.text()
        return found

    def number_map(self) -> dict[int, int]:
        entries = self.blob(self.u32())
        if len(entries) % _PAIR.size:
            raise CorruptError("a map of numbers has part of an entry", record=self._record)
        return dict(_PAIR.iter_unpack(entries))

    def _need(self, size: int) -> None:
        if self.at + size > len(self._content):
            raise CorruptError("the record ends inside a field", record=self._record)


_U16, _U32, _U64 = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<Q")
_PAIR = struct.Struct("<HQ")
_FOOTER = struct.Struct("<QQI")
_CHUNK_HEAD = struct.Struct("<QQQI")
_FOUR = struct.Struct("<QQQQ")
_TWO = struct.Struct("<QQ")
_STATISTICS = struct.Struct("<QHIIIIQQ")
_FIVE = struct.Struct("<QQQQQ")


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself.

    Attributes:
        profile: What its channels agree on, such as `ros2`; may be empty.
        library: What wrote it.
    """

    profile: str
    library: str

    @classmethod
    def parse(cls, content: Content) -> Header:
        """From a record's content."""
        fields = _Fields(content, "Header")
        return cls(fields.text(), fields.text())


@dataclass(frozen=True, slots=True)
class Footer:
    """Where the summary is.

    Attributes:
        summary_start: Where it starts (bytes in the file); 0 if there is none.
        summary_offset_start: Where its own table of contents starts.
        summary_crc: CRC-32 of the summary and of this record up to here; 0 if unknown.
    """

    summary_start: int
    summary_offset_start: int
    summary_crc: int

    @classmethod
    def parse(cls, content: Content) -> Footer:
        """From a record's content."""
        return cls(*_Fields(content, "Footer").numbers(_FOOTER))


@dataclass(frozen=True, slots=True)
class Schema:
    """What messages look like.

    Attributes:
        id: Its number, not 0.
        name: Name of the message type.
        encoding: Language of `data`: `ros2msg`, `protobuf`, `jsonschema`, …
        data: The schema itself.
    """

    id: int
    name: str
    encoding: str
    data: bytes

    @classmethod
    def parse(cls, content: Content) -> Schema:
        """From a record's content."""
        fields = _Fields(content, "Schema")
        number, name, encoding = fields.u16(), fields.text(), fields.text()
        return cls(number, name, encoding, fields.blob(fields.u32()))


@dataclass(frozen=True)
class Channel:
    """Messages of one kind from one source.

    Attributes:
        id: Its number.
        schema_id: Number of its schema; 0 for none.
        topic: What it is about.
        message_encoding: How messages are encoded: `cdr`, `protobuf`, `json`, …
        metadata: What else its writer had to say.
    """

    id: int
    schema_id: int
    topic: str
    message_encoding: str
    metadata: dict[str, str]

    @classmethod
    def parse(cls, content: Content) -> Channel:
        """From a record's content."""
        fields = _Fields(content, "Channel")
        number, schema_id = fields.u16(), fields.u16()
        return cls(number, schema_id, fields.text(), fields.text(), fields.text_map())


@dataclass(frozen=True, slots=True)
class ChunkHead:
    """What a Chunk record says before its compressed records.

    Attributes:
        start_time: Earliest log time inside.
        end_time: Latest log time inside.
        uncompressed_size: Size of the records inside (bytes).
        uncompressed_crc: Their CRC-32; 0 if unknown.
        compression: `zstd`, `lz4`, or empty.
        size: Size of the compressed records (bytes).
        records_at: Where they start within the record's content (bytes).
    """

    start_time: int
    end_time: int
    uncompressed_size: int
    uncompressed_crc: int
    compression: str
    size: int
    records_at: int

    @classmethod
    def parse(cls, content: Content) -> ChunkHead:
        """From the start of a record's content."""
        fields = _Fields(content, "Chunk")
        start, end, size, crc = fields.numbers(_CHUNK_HEAD)
        compression, compressed_size = fields.text(), fields.u64()
        return cls(start, end, size, crc, compression, compressed_size, fields.at)


@dataclass(frozen=True, slots=True)
class ChunkIndex:
    """Where a chunk is.

    Attributes:
        start_time: Earliest log time inside.
        end_time: Latest log time inside.
        offset: Where its record starts (bytes in the file).
        length: Length of the record, its head included (bytes).
        message_indexes: Where the MessageIndex record of each channel starts.
        message_index_length: Length of all of them together (bytes).
        compression: `zstd`, `lz4`, or empty.
        compressed_size: Size of the records inside as stored (bytes).
        uncompressed_size: Their size once decompressed (bytes).
    """

    start_time: int
    end_time: int
    offset: int
    length: int
    message_indexes: dict[int, int]
    message_index_length: int
    compression: str
    compressed_size: int
    uncompressed_size: int

    @classmethod
    def parse(cls, content: Content) -> ChunkIndex:
        """From a record's content."""
        fields = _Fields(content, "ChunkIndex")
        start, end, offset, length = fields.numbers(_FOUR)
        places, index_length = fields.number_map(), fields.u64()
        compression = fields.text()
        return cls(
            start, end, offset, length, places, index_length, compression, *fields.numbers(_TWO)
        )


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within the file.

    Attributes:
        log_time: When it was recorded.
        create_time: When it was made.
        name: Its name.
        media_type: What it is.
        data: Its bytes.
    """

    log_time: int
    create_time: int
    name: str
    media_type: str
    data: bytes

    @classmethod
    def parse(cls, content: Content) -> Attachment:
        """From a record's content."""
        fields = _Fields(content, "Attachment")
        log_time, create_time = fields.numbers(_TWO)
        name, media_type = fields.text(), fields.text()
        return cls(log_time, create_time, name, media_type, fields.blob(fields.u64()))


@dataclass(frozen=True, slots=True)
class AttachmentIndex:
    """Where an attachment is.

    Attributes:
        offset: Where its record starts (bytes in the file).
        length: Length of the record, its head included (bytes).
        log_time: When it was recorded.
        create_time: When it was made.
        data_size: Size of its data (bytes).
        name: Its name.
        media_type: What it is.
    """

    offset: int
    length: int
    log_time: int
    create_time: int
    data_size: int
    name: str
    media_type: str

    @classmethod
    def parse(cls, content: Content) -> AttachmentIndex:
        """From a record's content."""
        fields = _Fields(content, "AttachmentIndex")
        offset, length, log_time, create_time, size = fields.numbers(_FIVE)
        return cls(offset, length, log_time, create_time, size, fields.text(), fields.text())


@dataclass(frozen=True)
class Statistics:
    """The file's own summary of what it holds.

    Attributes:
        message_count: Number of messages.
        schema_count: Number of schemas.
        channel_count: Number of channels.
        attachment_count: Number of attachments.
        metadata_count: Number of metadata records.
        chunk_count: Number of chunks.
        start_time: Earliest log time; 0 without messages.
        end_time: Latest log time; 0 without messages.
        channel_counts: Number of messages by channel.
    """

    message_count: int
    schema_count: int
    channel_count: int
    attachment_count: int
    metadata_count: int
    chunk_count: int
    start_time: int
    end_time: int
    channel_counts: dict[int, int]

    @classmethod
    def parse(cls, content: Content) -> Statistics:
        """From a record's content."""
        fields = _Fields(content, "Statistics")
        numbers: tuple[Any, ...] = fields.numbers(_STATISTICS)
        messages, schemas, channels, attachments, metadata, chunks, start, end = numbers
        return cls(
            messages,
            schemas,
            channels,
            attachments,
            metadata,
            chunks,
            start,
            end,
            fields.number_map(),
        )


@dataclass(frozen=True)
class Metadata:
    """Pairs of texts under a name.

    Attributes:
        name: What they are about.
        pairs: The texts by key.
    """

    name: str
    pairs: dict[str, str]

    @classmethod
    def parse(cls, content: Content) -> Metadata:
        """From a record's content."""
        fields = _Fields(content, "Metadata")
        return cls(fields.text(), fields.text_map())


@dataclass(frozen=True, slots=True)
class MetadataIndex:
    """Where a metadata record is.

    Attributes:
        offset: Where it starts (bytes in the file).
        length: Its length, head included (bytes).
        name: Its name.
    """

    offset: int
    length: int
    name: str

    @classmethod
    def parse(cls, content: Content) -> MetadataIndex:
        """From a record's content."""
        fields = _Fields(content, "MetadataIndex")
        offset, length = fields.numbers(_TWO)
        return cls(offset, length, fields.text())
