"""The protobuf messages of an RRD stream, parsed and written by hand (fact sheet section 2).

Parsing never copies a payload: an `ArrowMsg` knows the span of its Arrow bytes in the buffer it
came from. Fields are written in field-number order; zero scalars are left out unless the
reference writes them.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache

from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.framing import CrateVersion
from rrdformats.limits import DEFAULT_LIMITS, Limits, check_limit
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


class StoreKind(IntEnum):
    """What a store holds."""

    RECORDING = 1
    BLUEPRINT = 2

    @property
    def label(self) -> str:
        """Lower-case word for people and JSON."""
        return self.name.lower()


class Compression(IntEnum):
    """Compression of one Arrow payload; not the numbers of the stream header (section 2.1)."""

    NONE = 1
    LZ4 = 2


_ARROW_IPC = 1
_PAYLOAD_FIELD = 5
_ENCODER_V0 = 1

_APPLICATION_ID_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_- []:")
_APPLICATION_ID_LENGTH = 180
_APPLICATION_ID_KEPT = 176


@lru_cache(maxsize=1024)
def normalized_application_id(text: str) -> str:
    """`text` as every reader since 0.36 sees it (section 8.3).

    Ids of up to 180 bytes out of ASCII letters, digits and `_- []:` stay. In any other, each other
    character becomes `-`, the text is cut to 176 characters and four hex digits of a hash of the
    original are appended.

    >>> normalized_application_id("my/app.v1 [x]:é")
    'my-app-v1 [x]:-5e17'
    """
    if len(text) <= _APPLICATION_ID_LENGTH and _APPLICATION_ID_CHARACTERS.issuperset(text):
        return text
    import xxhash

    kept = "".join(c if c in _APPLICATION_ID_CHARACTERS else "-" for c in text)
    digest = xxhash.xxh64_intdigest(text.encode()) & 0xFFFF
    return f"{kept[:_APPLICATION_ID_KEPT]}{digest:04x}"


def _text(data: memoryview, start: int, end: int, what: str, limits: Limits) -> str:
    check_limit(end - start, limits.text_bytes, f"length of {what}")
    try:
        return str(data[start:end], "utf-8")
    except UnicodeDecodeError as error:
        raise CorruptError(f"{what} is not UTF-8") from error


def _nested_text(data: memoryview, start: int, end: int, what: str, limits: Limits) -> str:
    """The string in field 1 of a nested message (`ApplicationId`)."""
    text = ""
    for number, kind, value, stop in iter_fields(data, start, end):
        if number == 1 and kind == LENGTH:
            text = _text(data, value, stop, what, limits)
    return text


def _parse_tuid(data: memoryview, start: int, end: int, what: str) -> Tuid:
    fields = iter_fields(data, start, end)
    parts = {number: value for number, kind, value, _ in fields if kind == FIXED64}
    if 1 not in parts or 2 not in parts:
        raise CorruptError(f"{what} lacks its time or its counter")
    return Tuid(parts[1], parts[2])


def _encode_tuid(tuid: Tuid) -> bytes:
    return fixed64_field(1, tuid.time_ns) + fixed64_field(2, tuid.inc)


@dataclass(frozen=True, slots=True)
class StoreId:
    """Which recording or blueprint a message belongs to.

    Attributes:
        kind: Recording or blueprint.
        recording_id: Free text, never changed.
        application_id: None in messages of 0.23 and 0.24, which only name it in their StoreInfo.
    """

    kind: StoreKind
    recording_id: str
    application_id: str | None = None

    @classmethod
    def parse(
        cls, data: memoryview, start: int, end: int, limits: Limits = DEFAULT_LIMITS
    ) -> StoreId:
        """Parses a `StoreId` message; the application id is normalized.

        Raises:
            CorruptError: For an empty application id and an unknown store kind.
        """
        kind, recording_id, application_id = 0, "", None
        for number, wire, value, stop in iter_fields(data, start, end):
            if number == 1 and wire == VARINT:
                kind = value
            elif number == 2 and wire == LENGTH:
                recording_id = _text(data, value, stop, "recording id", limits)
            elif number == 3 and wire == LENGTH:
                application_id = _nested_text(data, value, stop, "application id", limits)
        if kind not in (0, StoreKind.RECORDING, StoreKind.BLUEPRINT):
            raise CorruptError(f"unknown store kind {kind}")
        if application_id == "":
            raise CorruptError("a store id has an empty application id")
        if application_id is not None:
            application_id = normalized_application_id(application_id)
        return cls(StoreKind(kind or StoreKind.RECORDING), recording_id, application_id)

    @property
    def key(self) -> tuple[StoreKind, str]:
        """Kind and recording id: how messages without an application id find their store."""
        return self.kind, self.recording_id

    def to_bytes(self) -> bytes:
        """The `StoreId` message."""
        out = varint_field(1, self.kind)
        if self.recording_id:
            out += bytes_field(2, self.recording_id.encode())
        if self.application_id is not None:
            out += bytes_field(3, bytes_field(1, self.application_id.encode()))
        return out

    def __str__(self) -> str:
        return f"{self.kind.label} {self.application_id or '?'}/{self.recording_id}"


class SourceKind(IntEnum):
    """What made a store (`StoreSourceKind`)."""

    UNSPECIFIED = 0
    C_SDK = 1
    PYTHON_SDK = 2
    RUST_SDK = 3
    FILE = 4
    VIEWER = 5
    OTHER = 6


_KINDS_WITH_EXTRA = frozenset(
    {SourceKind.PYTHON_SDK, SourceKind.RUST_SDK, SourceKind.FILE, SourceKind.OTHER}
)
"""The reference refuses these without `StoreSourceExtra`, even an empty one."""

_FILE_SOURCES = {1: "CLI", 2: "URI", 3: "drag and drop", 4: "file dialog", 5: "SDK"}


@dataclass(frozen=True, slots=True)
class StoreSource:
    """Who made a store: the kind, and the bytes of its `StoreSourceExtra` message as they are."""

    kind: int = SourceKind.UNSPECIFIED
    extra: bytes = b""

    @classmethod
    def python(cls, version: tuple[int, int, int], suffix: str = "") -> StoreSource:
        """The source of recordings that a Python SDK logs."""
        payload = b"".join(
            varint_field(number, part) for number, part in enumerate(version, 1) if part
        )
        if suffix:
            payload += bytes_field(4, suffix.encode())
        return cls(SourceKind.PYTHON_SDK, bytes_field(1, payload))

    def describe(self) -> str:
        """What to tell people, such as `Python SDK 3.11.7` or `file (CLI)`."""
        payload = memoryview(b"")
        for number, wire, value, stop in iter_fields(memoryview(self.extra), 0, len(self.extra)):
            if number == 1 and wire == LENGTH:
                payload = memoryview(self.extra)[value:stop]
        fields = (
            {}
            if self.kind == SourceKind.OTHER
            else {f[0]: f for f in iter_fields(payload, 0, len(payload))}
        )

        def number_of(index: int) -> int:
            return fields[index][2] if index in fields and fields[index][1] == VARINT else 0

        def text_of(index: int) -> str:
            if index not in fields or fields[index][1] != LENGTH:
                return ""
            return str(payload[fields[index][2] : fields[index][3]], "utf-8", "replace")

        match self.kind:
            case SourceKind.C_SDK:
                return "C SDK"
            case SourceKind.PYTHON_SDK:
                version = ".".join(str(number_of(i)) for i in (1, 2, 3))
                return f"Python SDK {version}{text_of(4)}"
            case SourceKind.RUST_SDK:
                return f"Rust SDK (rustc {text_of(1)})" if text_of(1) else "Rust SDK"
            case SourceKind.FILE:
                return f"file ({_FILE_SOURCES.get(number_of(1), 'unknown')})"
            case SourceKind.VIEWER:
                return "viewer"
            case SourceKind.OTHER:
                return str(payload, "utf-8", "replace") or "other"
            case _:
                return "unknown"

    def to_bytes(self) -> bytes:
        """The `StoreSource` message."""
        out = varint_field(1, self.kind) if self.kind else b""
        if self.extra or self.kind in _KINDS_WITH_EXTRA:
            out += bytes_field(2, self.extra)
        return out


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """Identity and origin of one store.

    Attributes:
        store_id: Carries the application id in all versions (0.23 and 0.24 files are completed).
        source: Who made it.
        version: Version of the SDK that sent it, where the message says.
    """

    store_id: StoreId
    source: StoreSource = field(default_factory=StoreSource)
    version: CrateVersion | None = None


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
                info = _parse_store_info(data, value, stop, limits)
        if row_id is None or info is None:
            raise CorruptError("a SetStoreInfo lacks its row id or its info")
        return cls(row_id, info)

    def to_bytes(self) -> bytes:
        """The message, as the reference writes it since 0.25."""
        body = bytes_field(2, self.info.store_id.to_bytes())
        body += bytes_field(5, self.info.source.to_bytes())
        if self.info.version is not None:
            body += bytes_field(6, varint_field(1, self.info.version.bits))
        return bytes_field(1, _encode_tuid(self.row_id)) + bytes_field(2, body)


def _parse_store_info(data: memoryview, start: int, end: int, limits: Limits) -> StoreInfo:
    store_id = source = version = None
    application_id = ""
    for number, wire, value, stop in iter_fields(data, start, end):
        if wire != LENGTH:
            continue
        if number == 1:
            application_id = _nested_text(data, value, stop, "application id", limits)
        elif number == 2:
            store_id = StoreId.parse(data, value, stop, limits)
        elif number == 5:
            source = _parse_store_source(data, value, stop, limits)
        elif number == 6:
            for inner, inner_wire, bits, _ in iter_fields(data, value, stop):
                if inner == 1 and inner_wire == VARINT:
                    version = CrateVersion.from_bits(bits)
    if store_id is None or source is None:
        raise CorruptError("a StoreInfo lacks its store id or its source")
    if store_id.application_id is None:
        if not application_id:
            raise CorruptError("a StoreInfo names no application id")
        store_id = replace(store_id, application_id=normalized_application_id(application_id))
    return StoreInfo(store_id, source, version)


def _parse_store_source(data: memoryview, start: int, end: int, limits: Limits) -> StoreSource:
    kind, extra = 0, b""
    for number, wire, value, stop in iter_fields(data, start, end):
        if number == 1 and wire == VARINT:
            kind = value
        elif number == 2 and wire == LENGTH:
            check_limit(stop - value, limits.text_bytes, "length of a store source")
            extra = bytes(data[value:stop])
    source = StoreSource(kind, extra)
    source.describe()  # malformed nested messages are an error now, not when somebody looks
    return source


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
