"""The protobuf messages of an RRD stream, parsed and written by hand (fact sheet section 2).

Parsing never copies a payload: an `ArrowMsg` knows the span of its Arrow bytes in the buffer it
came from. Fields are written in field-number order; zero scalars are left out unless the
reference writes them. What describes a store, in `stores`, is part of this module's face.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.limits import DEFAULT_LIMITS, Limits, check_limit
from rrdformats.stores import (
    SourceKind,
    StoreId,
    StoreInfo,
    StoreKind,
    StoreSource,
    normalized_application_id,
)
from rrdformats.tuid import Tuid
from rrdformats.wire import (
    FIXED64,
    LENGTH,
    VARINT,
    Field,
    bytes_field,
    fixed64_field,
    iter_fields,
    length_prefix,
    varint_field,
)

__all__ = [
    "ArrowMsg",
    "BlueprintActivation",
    "Compression",
    "EncodedManifest",
    "SetStoreInfo",
    "SourceKind",
    "StoreId",
    "StoreInfo",
    "StoreKind",
    "StoreSource",
    "encode_footer",
    "normalized_application_id",
    "parse_footer",
]


class Compression(IntEnum):
    """Compression of one Arrow payload; not the numbers of the stream header (section 2.1)."""

    NONE = 1
    LZ4 = 2


_ARROW_IPC = 1
_PAYLOAD_FIELD = 5
_ENCODER_V0 = 1


def _parse_tuid(data: memoryview, start: int, end: int, what: str) -> Tuid:
    fields = iter_fields(data, start, end)
    parts = {number: value for number, kind, value, _ in fields if kind == FIXED64}
    if 1 not in parts or 2 not in parts:
        raise CorruptError(f"{what} lacks its time or its counter")
    return Tuid(parts[1], parts[2])


def _encode_tuid(tuid: Tuid) -> bytes:
    return fixed64_field(1, tuid.time_ns) + fixed64_field(2, tuid.inc)


@dataclass(frozen=True, slots=True)
class SetStoreInfo:
    """A `SetStoreInfo` message; it may repeat, the latest wins."""

    row_id: Tuid
    info: StoreInfo

    @classmethod
    def parse(
        cls, data: memoryview, start: int, end: int, limits: Limits = DEFAULT_LIMITS
    ) -> SetStoreInfo:
        """Parses the message in `data[start:end]`.

        Raises:
            CorruptError: If a required field is missing or malformed.
        """
        row_id = info = None
        for number, wire, value, stop in iter_fields(data, start, end):
            if number == 1 and wire == LENGTH:
                row_id = _parse_tuid(data, value, stop, "row id")
            elif number == 2 and wire == LENGTH:
                info = StoreInfo.parse(data, value, stop, limits)
        if row_id is None or info is None:
            raise CorruptError("a SetStoreInfo lacks its row id or its info")
        return cls(row_id, info)

    def to_bytes(self) -> bytes:
        """The message, as the reference writes it since 0.25."""
        return bytes_field(1, _encode_tuid(self.row_id)) + bytes_field(2, self.info.to_bytes())


@dataclass(frozen=True, slots=True)
class ArrowMsg:
    """The header of one chunk's message; its Arrow payload is a span of the message's buffer.

    Attributes:
        store_id: The store as this message names it; without application id before 0.25.
        compression: How the payload is compressed.
        uncompressed_size: Size of the Arrow stream once decompressed (bytes).
        payload: `(start, end)` of the payload in the buffer.
        chunk_id: Mirror of the schema's id; absent before 0.24.
        is_static: Mirror of "has no timeline"; absent before 0.25.
    """

    store_id: StoreId
    compression: Compression
    uncompressed_size: int
    payload: tuple[int, int]
    chunk_id: Tuid | None = None
    is_static: bool | None = None

    @classmethod
    def parse(
        cls,
        data: memoryview,
        start: int,
        end: int,
        limits: Limits = DEFAULT_LIMITS,
        *,
        skipped: int = 0,
    ) -> ArrowMsg:
        """Parses the message in `data[start:end]`.

        With `skipped`, that many bytes of the payload are missing from `data`; the positions that
        come out are those of the complete message.

        Raises:
            CorruptError: If the store id or the payload is missing, or a field is malformed.
            UnsupportedError: For an unknown compression or encoding.
            LimitError: For a claimed size that cannot be true.
        """
        store_id = chunk_id = is_static = None
        compression = size = encoding = 0
        payload = (start, start)
        for number, wire, value, stop in _around_payload(data, start, end, skipped):
            match number, wire:
                case 1, 2:
                    store_id = StoreId.parse(data, value, stop, limits)
                case 2, 0:
                    compression = value
                case 3, 0:
                    size = value
                case 4, 0:
                    encoding = value
                case 5, 2:
                    payload = (value, stop)
                case 6, 2:
                    chunk_id = _parse_tuid(data, value, stop, "chunk id")
                case 7, 0:
                    is_static = value != 0
                case _:
                    pass
        if store_id is None:
            raise CorruptError("an ArrowMsg names no store")
        if encoding != _ARROW_IPC:
            raise UnsupportedError(f"unknown chunk encoding {encoding}")
        kind, size = _checked_compression(compression, size, payload[1] - payload[0], limits)
        return cls(store_id, kind, size, payload, chunk_id, is_static)

    @staticmethod
    def encode(
        store_id: bytes,
        payload: bytes | memoryview,
        *,
        compression: Compression,
        uncompressed_size: int,
        chunk_id: Tuid,
        is_static: bool,
    ) -> tuple[bytes, bytes]:
        """What stands before and after `payload` in the message (`store_id` already encoded)."""
        before = (
            bytes_field(1, store_id)
            + varint_field(2, compression)
            + varint_field(3, uncompressed_size)
            + varint_field(4, _ARROW_IPC)
            + length_prefix(5, len(payload))
        )
        after = bytes_field(6, _encode_tuid(chunk_id)) + varint_field(7, int(is_static))
        return before, after


def _around_payload(data: memoryview, start: int, end: int, skipped: int) -> Iterator[Field]:
    """The fields of an `ArrowMsg` of whose payload `skipped` bytes are missing from `data`."""
    for found in iter_fields(data, start, end):
        yield found
        if skipped and found[0] == _PAYLOAD_FIELD and found[1] == LENGTH:
            behind = found[3] - skipped
            if behind < found[2]:
                raise UnsupportedError("a chunk message is larger than its payload explains")
            yield from iter_fields(data, behind, end - skipped)
            return


def _checked_compression(
    compression: int, size: int, payload_size: int, limits: Limits
) -> tuple[Compression, int]:
    """Compression and uncompressed size, once both are believable."""
    if compression in (0, Compression.NONE):
        return Compression.NONE, payload_size
    if compression != Compression.LZ4:
        raise UnsupportedError(f"unknown payload compression {compression}")
    check_limit(size, limits.uncompressed_bytes, "uncompressed size of a payload (bytes)")
    check_limit(
        size, payload_size * limits.compression_ratio, "uncompressed size of a payload (bytes)"
    )
    return Compression.LZ4, size


@dataclass(frozen=True, slots=True)
class BlueprintActivation:
    """A `BlueprintActivationCommand` message: make a blueprint active, the default, or both."""

    blueprint_id: StoreId
    make_active: bool = False
    make_default: bool = False

    @classmethod
    def parse(
        cls, data: memoryview, start: int, end: int, limits: Limits = DEFAULT_LIMITS
    ) -> BlueprintActivation:
        """Parses the message in `data[start:end]`.

        Raises:
            CorruptError: If it names no blueprint.
        """
        blueprint_id = None
        flags = {2: False, 3: False}
        for number, wire, value, stop in iter_fields(data, start, end):
            if number == 1 and wire == LENGTH:
                blueprint_id = StoreId.parse(data, value, stop, limits)
            elif number in flags and wire == VARINT:
                flags[number] = value != 0
        if blueprint_id is None:
            raise CorruptError("a BlueprintActivationCommand names no blueprint")
        return cls(blueprint_id, flags[2], flags[3])

    def to_bytes(self) -> bytes:
        """The message; false flags are left out."""
        out = bytes_field(1, self.blueprint_id.to_bytes())
        if self.make_active:
            out += varint_field(2, 1)
        if self.make_default:
            out += varint_field(3, 1)
        return out


@dataclass(frozen=True, slots=True)
class EncodedManifest:
    """One store's `RrdManifest` as it stands in a footer, its two Arrow streams not yet decoded.

    Attributes:
        store_id: The store whose chunks it lists.
        schema: Arrow schema message of the store's columns (section 7.4).
        schema_sha256: Digest of that schema, sorted (section 7.5); never checked by readers.
        data: The manifest table as an Arrow stream, possibly compressed (section 7.2).
        compression: Compression of `data`.
        uncompressed_size: Size of `data` once decompressed (bytes).
    """

    store_id: StoreId
    schema: bytes | memoryview
    schema_sha256: bytes
    data: bytes | memoryview
    compression: Compression
    uncompressed_size: int

    @classmethod
    def parse(
        cls, data: memoryview, start: int, end: int, limits: Limits = DEFAULT_LIMITS
    ) -> EncodedManifest:
        """Parses the message in `data[start:end]`; all four fields are required.

        Raises:
            CorruptError: If a field is missing or malformed.
        """
        store_id = schema = part = None
        digest = b""
        for number, wire, value, stop in iter_fields(data, start, end):
            if wire != LENGTH:
                continue
            if number == 1:
                store_id = StoreId.parse(data, value, stop, limits)
            elif number == 2:
                schema = _payload_field(data, value, stop, 1)
            elif number == 3:
                digest = bytes(data[value:stop])
            elif number == 4:
                part = _parse_dataframe_part(data, value, stop, limits)
        if store_id is None or schema is None or part is None:
            raise CorruptError("a manifest lacks its store, its schema or its table")
        if len(digest) != 32:
            raise CorruptError(f"a manifest's schema digest has {len(digest)} bytes, not 32")
        return cls(store_id, schema, digest, *part)

    def to_bytes(self) -> bytes:
        """The `RrdManifest` message."""
        part = (
            varint_field(1, _ENCODER_V0)
            + bytes_field(2, bytes(self.data))
            + varint_field(3, self.compression)
            + varint_field(4, self.uncompressed_size)
        )
        return (
            bytes_field(1, self.store_id.to_bytes())
            + bytes_field(2, bytes_field(1, bytes(self.schema)))
            + bytes_field(3, self.schema_sha256)
            + bytes_field(4, part)
        )


def _payload_field(data: memoryview, start: int, end: int, wanted: int) -> memoryview | None:
    found = None
    for number, wire, value, stop in iter_fields(data, start, end):
        if number == wanted and wire == LENGTH:
            found = data[value:stop]
    return found


def _parse_dataframe_part(
    data: memoryview, start: int, end: int, limits: Limits
) -> tuple[memoryview, Compression, int]:
    numbers = {1: 0, 3: 0, 4: 0}
    for number, wire, value, _ in iter_fields(data, start, end):
        if number in numbers and wire == VARINT:
            numbers[number] = value
    payload = _payload_field(data, start, end, 2)
    if payload is None:
        raise CorruptError("a manifest's table has no payload")
    if numbers[1] != _ENCODER_V0:
        raise UnsupportedError(f"unknown manifest encoder version {numbers[1]}")
    return payload, *_checked_compression(numbers[3], numbers[4], len(payload), limits)


def parse_footer(
    data: memoryview, start: int, end: int, limits: Limits = DEFAULT_LIMITS
) -> list[EncodedManifest]:
    """The manifests of the `RrdFooter` message in `data[start:end]`, one per store.

    Raises:
        CorruptError: If a manifest is malformed.
    """
    manifests: list[EncodedManifest] = []
    for number, wire, value, stop in iter_fields(data, start, end):
        if number == 1 and wire == LENGTH:
            check_limit(len(manifests) + 1, limits.manifests, "number of manifests")
            manifests.append(EncodedManifest.parse(data, value, stop, limits))
    return manifests


def encode_footer(manifests: list[EncodedManifest]) -> bytes:
    """The `RrdFooter` message; empty without manifests."""
    return b"".join(bytes_field(1, manifest.to_bytes()) for manifest in manifests)
