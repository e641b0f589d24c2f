"""Types of protobuf messages, from the descriptors that a schema holds (fact sheet 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from rrdformats.errors import CorruptError, UnsupportedError

__all__ = ["DYNAMIC", "EnumValues", "Field", "Kind", "ProtoMessage", "Scalar", "parse_descriptors"]

DYNAMIC = frozenset(
    {"google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"}
)
"""Messages that hold values of any type."""

_MAX_DEPTH = 64
_MAX_FIELDS = 100_000


class Kind(Enum):
    """What a field holds."""

    SCALAR = "scalar"
    TEXT = "text"
    BYTES = "bytes"
    ENUM = "enum"
    MESSAGE = "message"
    MAP = "map"
    DYNAMIC = "dynamic"
    """A value of any type, to be kept as JSON."""
    OPAQUE = "opaque"
    """A message of a type that contains itself, to be kept as bytes."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """How a number is stored.

    Attributes:
        wire: Wire type: 0 a varint, 1 eight bytes, 5 four bytes.
        code: numpy's code of the number; `b1` is a truth value.
        is_zigzag: Whether the varint's lowest bit is the sign.
    """

    wire: int
    code: str
    is_zigzag: bool = False


@dataclass(frozen=True)
class EnumValues:
    """The names of an enum's numbers.

    Attributes:
        names: Name by number; the first one where a number has several.
    """

    names: Mapping[int, str]


@dataclass(frozen=True)
class Field:
    """A field of a message.

    Attributes:
        name: Its name.
        number: Its number on the wire.
        kind: What it holds.
        is_repeated: Whether it holds several values; maps do.
        has_presence: Whether it can be absent, rather than have its default.
        scalar: How numbers and enums are stored.
        message: Type of messages; for maps, that of the entries.
        type_name: Full name of a message type.
        enum: Names of an enum.
        oneof: Name of the group of which only one field is set; None without.
    """

    name: str
    number: int
    kind: Kind
    is_repeated: bool
    has_presence: bool
    scalar: Scalar | None = None
    message: ProtoMessage | None = None
    type_name: str = ""
    enum: EnumValues | None = None
    oneof: str | None = None


@dataclass
class ProtoMessage:
    """A message type.

    Attributes:
        name: Full name.
        fields: Its fields, by number.
    """

    name: str
    fields: list[Field] = field(default_factory=list[Field])

    def field(self, name: str) -> Field:
        """The field of that name.

        Raises:
            KeyError: If there is none.
        """
        for found in self.fields:
            if found.name == name:
                return found
        raise KeyError(name)


_BOOL, _STRING, _GROUP, _MESSAGE, _BYTES, _ENUM = 8, 9, 10, 11, 12, 14
_REPEATED = 3
_SCALARS = {
    1: Scalar(1, "f8"),
    2: Scalar(5, "f4"),
    3: Scalar(0, "i8"),
    4: Scalar(0, "u8"),
    5: Scalar(0, "i4"),
    6: Scalar(1, "u8"),
    7: Scalar(5, "u4"),
    _BOOL: Scalar(0, "b1"),
    13: Scalar(0, "u4"),
    _ENUM: Scalar(0, "i4"),
    15: Scalar(5, "i4"),
    16: Scalar(1, "i8"),
    17: Scalar(0, "i4", is_zigzag=True),
    18: Scalar(0, "i8", is_zigzag=True),
}


def parse_descriptors(data: bytes, name: str) -> ProtoMessage:
    """The message type of that name in a serialized `FileDescriptorSet`.

    Raises:
        CorruptError: If the descriptors cannot be read, or lack a type.
        UnsupportedError: If the type is larger than anybody's.
    """
    from google.protobuf import descriptor_pb2
    from google.protobuf.message import DecodeError

    try:
        files = descriptor_pb2.FileDescriptorSet.FromString(data)
    except DecodeError as error:
        raise CorruptError(f"its descriptors cannot be read: {error}") from error
    resolver = _Resolver()
    for file in files.file:
        resolver.add_file(file)
    return resolver.message(name)


class _Resolver:
    """Finds types by name."""

    def __init__(self) -> None:
        self._messages: dict[str, tuple[Any, bool]] = {}
        self._enums: dict[str, Any] = {}
        self._made: dict[str, ProtoMessage] = {}
        self._recursive: dict[str, bool] = {}
        self._count = 0

    def add_file(self, file: Any) -> None:
        prefix = f"{file.package}." if file.package else ""
        self._add(prefix, file.message_type, file.enum_type, file.syntax == "proto3")

    def _add(self, prefix: str, messages: Any, enums: Any, is_implicit: bool) -> None:
        for found in enums:
            self._enums[prefix + found.name] = found
        for found in messages:
            self._messages[prefix + found.name] = found, is_implicit
            inner = f"{prefix}{found.name}."
            self._add(inner, found.nested_type, found.enum_type, is_implicit)

    def message(self, name: str, depth: int = 0) -> ProtoMessage:
        """The message type of that name, with all that it contains."""
        if name in self._made:
            return self._made[name]
        described, is_implicit = self._described(name)
        self._count += len(described.field)
        if self._count > _MAX_FIELDS or depth > _MAX_DEPTH:
            raise UnsupportedError(f"message type {name} is too large, or nested too deep")
        made = self._made[name] = ProtoMessage(name)
        fields = [self._field(found, described, is_implicit, depth) for found in described.field]
        made.fields = sorted(fields, key=lambda one: one.number)
        return made

    def _described(self, name: str) -> tuple[Any, bool]:
        if name not in self._messages:
            raise CorruptError(f"its descriptors lack the message type {name}")
        return self._messages[name]

    def _field(self, found: Any, holder: Any, is_implicit: bool, depth: int) -> Field:
        is_repeated = found.label == _REPEATED
        oneof = self._oneof(found, holder)
        type_name = found.type_name.removeprefix(".")
        kind = self._kind(found, type_name)
        is_message = found.type in {_MESSAGE, _GROUP}
        has_presence = not is_repeated and (
            is_message or not is_implicit or found.HasField("oneof_index")
        )
        message = None
        if kind in {Kind.MESSAGE, Kind.MAP}:
            message = self.message(type_name, depth + 1)
        return Field(
            found.name,
            found.number,
            kind,
            is_repeated,
            has_presence,
            scalar=_SCALARS.get(found.type),
            message=message,
            type_name=type_name,
            enum=self._enum(type_name) if kind is Kind.ENUM else None,
            oneof=oneof,
        )

    def _oneof(self, found: Any, holder: Any) -> str | None:
        """The group that a field belongs to, if it has more than one member."""
        if not found.HasField("oneof_index") or found.proto3_optional:
            return None
        index = found.oneof_index
        members = [
            other
            for other in holder.field
            if other.HasField("oneof_index") and other.oneof_index == index
        ]
        if len(members) < 2 or index >= len(holder.oneof_decl):
            return None
        name: str = holder.oneof_decl[index].name
        return name

    def _kind(self, found: Any, type_name: str) -> Kind:
        match found.type:
            case 9:
                return Kind.TEXT
            case 12:
                return Kind.BYTES
            case 14:
                return Kind.ENUM
            case 10:
                raise UnsupportedError(f"field {found.name} is a group")
            case 11:
                return self._message_kind(type_name)
            case number if number in _SCALARS:
                return Kind.SCALAR
            case number:
                raise UnsupportedError(f"field {found.name} is of the unknown type {number}")

    def _message_kind(self, name: str) -> Kind:
        described, _ = self._described(name)
        if name in DYNAMIC:
            return Kind.DYNAMIC
        if described.options.map_entry and len(described.field) == 2:
            return Kind.MAP
        return Kind.OPAQUE if self._contains_itself(name) else Kind.MESSAGE

    def _contains_itself(self, name: str) -> bool:
        if name not in self._recursive:
            seen: set[str] = set()
            waiting = list(self._contained(name))
            while waiting:
                inner = waiting.pop()
                if inner not in seen:
                    seen.add(inner)
                    waiting += self._contained(inner)
            self._recursive[name] = name in seen
        return self._recursive[name]

    def _contained(self, name: str) -> Iterator[str]:
        if name in DYNAMIC or name not in self._messages:
            return
        for found in self._messages[name][0].field:
            if found.type == _MESSAGE:
                yield found.type_name.removeprefix(".")

    def _enum(self, name: str) -> EnumValues:
        if name not in self._enums:
            raise CorruptError(f"its descriptors lack the enum {name}")
        names: dict[int, str] = {}
        for value in self._enums[name].value:
            names.setdefault(value.number, value.name)
        return EnumValues(names)
