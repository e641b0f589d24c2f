"""What a stream says of its stores: identity, origin, version (fact sheet section 2)."""

from __future__ import annotations

import string
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache

from rrdformats.errors import CorruptError
from rrdformats.framing import CrateVersion
from rrdformats.limits import DEFAULT_LIMITS, Limits, check_limit
from rrdformats.wire import LENGTH, VARINT, bytes_field, iter_fields, varint_field

__all__ = [
    "SourceKind",
    "StoreId",
    "StoreInfo",
    "StoreKind",
    "StoreSource",
    "normalized_application_id",
]

_APPLICATION_ID_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_- []:")
_APPLICATION_ID_LENGTH = 180
_APPLICATION_ID_KEPT = 176


class StoreKind(IntEnum):
    """What a store holds."""

    RECORDING = 1
    BLUEPRINT = 2

    @property
    def label(self) -> str:
        """Lower-case word for people and JSON."""
        return self.name.lower()


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

    @classmethod
    def parse(cls, data: memoryview, start: int, end: int, limits: Limits) -> StoreInfo:
        """Parses the message in `data[start:end]`.

        Raises:
            CorruptError: If a required field is missing or malformed.
        """
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
                source = _parse_source(data, value, stop, limits)
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
        return cls(store_id, source, version)

    def to_bytes(self) -> bytes:
        """The message, as the reference writes it since 0.25."""
        out = bytes_field(2, self.store_id.to_bytes()) + bytes_field(5, self.source.to_bytes())
        if self.version is not None:
            out += bytes_field(6, varint_field(1, self.version.bits))
        return out


def _parse_source(data: memoryview, start: int, end: int, limits: Limits) -> StoreSource:
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
