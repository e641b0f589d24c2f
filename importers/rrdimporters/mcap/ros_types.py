"""Types of ROS messages, and the text that declares them.

A schema of encoding `ros2msg` or `ros1msg` is the definition of one message, followed by those of
all messages it uses, each behind a line of `=` and a line `MSG: package/Type` (fact sheet 4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from rrdformats.errors import CorruptError, UnsupportedError

__all__ = [
    "EMPTY_MEMBER",
    "Message",
    "Primitive",
    "RosType",
    "Sequence",
    "Text",
    "parse_ros1",
    "parse_ros2",
]

EMPTY_MEMBER = "structure_needs_at_least_one_member"
"""The byte that stands in for the members of a message without any."""

_MAX_DEPTH = 64
_MAX_LEAVES = 100_000
_MAX_LENGTH = 2**31


@dataclass(frozen=True, slots=True)
class Primitive:
    """A number or truth value.

    Attributes:
        code: numpy's code without byte order: `f8`, `u1`; `b1` is a truth value.
    """

    code: str

    @property
    def size(self) -> int:
        """Bytes of one value, which is also its alignment."""
        return int(self.code[1:])


@dataclass(frozen=True, slots=True)
class Text:
    """A string of UTF-8."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Several values of one type.

    Attributes:
        item: Type of one value.
        length: How many there are, if the type says so; else each message says.
    """

    item: RosType
    length: int | None = None


@dataclass(frozen=True)
class Message:
    """A message.

    Attributes:
        name: `package/Type`, or what the schema calls the outermost one.
        fields: Types by name, in the order in which they are stored.
    """

    name: str
    fields: Mapping[str, RosType] = field(hash=False)


RosType: TypeAlias = Primitive | Text | Sequence | Message

_NUMBERS = {
    "bool": "b1",
    "byte": "u1",
    "char": "u1",
    "float32": "f4",
    "float64": "f8",
    **{f"int{8 * n}": f"i{n}" for n in (1, 2, 4, 8)},
    **{f"uint{8 * n}": f"u{n}" for n in (1, 2, 4, 8)},
}
_SEPARATOR = re.compile(r"^={3,}\s*$", re.MULTILINE)
_LINE = re.compile(
    r"(?P<type>[A-Za-z][\w/]*)(?P<bound><=\d+)?(?P<array>\[[^\]]*\])?\s+"
    r"(?P<name>[A-Za-z]\w*)\s*(?P<rest>.*)"
)
_ARRAY = re.compile(r"\[(?:(?P<bound><=\d+)|(?P<fixed>\d+))?\]")


@dataclass(frozen=True, slots=True)
class _Member:
    """A line of a definition: a field, or a constant, which messages do not carry."""

    kind: str
    array: str | None
    name: str
    is_constant: bool


def parse_ros2(name: str, text: str) -> Message:
    """The message that a schema of encoding `ros2msg` declares.

    Args:
        name: Name of the schema, `package/msg/Type`.
        text: The schema.

    Raises:
        CorruptError: If the text is no message definition, or does not define a type it uses.
        UnsupportedError: If a message could hold wide strings.
    """
    parts = name.split("/")
    return _Resolver(text, name, parts[0] if len(parts) > 1 else "", _ros2_name).message


def parse_ros1(name: str, text: str) -> Message:
    """The message that a schema of encoding `ros1msg` declares.

    Raises:
        CorruptError: As `parse_ros2`.
    """
    return _Resolver(text, name, name.split("/", maxsplit=1)[0], _ros1_name, _ROS1_BUILTIN).message


def _ros2_name(kind: str, package: str) -> str:
    return kind if "/" in kind else f"{package}/{kind}"


def _ros1_name(kind: str, package: str) -> str:
    return "std_msgs/Header" if kind == "Header" else _ros2_name(kind, package)


_ROS1_BUILTIN: Mapping[str, RosType] = {
    "time": Message("time", {"sec": Primitive("u4"), "nsec": Primitive("u4")}),
    "duration": Message("duration", {"sec": Primitive("i4"), "nsec": Primitive("i4")}),
    "char": Primitive("u1"),
    "byte": Primitive("i1"),
}


class _Resolver:
    """Turns the sections of a schema into one message."""

    def __init__(
        self,
        text: str,
        name: str,
        package: str,
        full_name: Callable[[str, str], str],
        builtin: Mapping[str, RosType] | None = None,
    ) -> None:
        self._full_name = full_name
        self._builtin = builtin or {}
        self._sections: dict[str, list[_Member]] = {}
        self._resolved: dict[str, Message] = {}
        self._open: set[str] = set()
        self._leaves: dict[str, int] = {}
        first, *others = _SEPARATOR.split(text)
        for section in others:
            title, _, body = section.lstrip().partition("\n")
            if not title.startswith("MSG:"):
                raise CorruptError("a section of the message definition has no `MSG:` line")
            self._sections[title.removeprefix("MSG:").strip()] = _members(body)
        self.message = self._message(name, package, _members(first))

    def _message(self, name: str, package: str, members: list[_Member]) -> Message:
        fields = {
            member.name: self._type(member, package) for member in members if not member.is_constant
        }
        self._leaves[name] = sum(self._leaf_count(kind) for kind in fields.values())
        if self._leaves[name] > _MAX_LEAVES:
            raise UnsupportedError(f"message type {name} has {self._leaves[name]} members")
        return Message(name, fields or {EMPTY_MEMBER: Primitive("u1")})

    def _leaf_count(self, kind: RosType) -> int:
        item = kind.item if isinstance(kind, Sequence) else kind
        return self._leaves.get(item.name, 1) if isinstance(item, Message) else 1

    def _type(self, member: _Member, package: str) -> RosType:
        item = self._item(member.kind, package)
        if member.array is None:
            return item
        bounds = _ARRAY.fullmatch(member.array.replace(" ", ""))
        if bounds is None:
            raise CorruptError(f"field {member.name} has the array bound {member.array}")
        fixed = bounds["fixed"]
        if fixed is not None and (len(fixed) > len(str(_MAX_LENGTH)) or int(fixed) > _MAX_LENGTH):
            raise UnsupportedError(f"field {member.name} has {fixed} values")
        return Sequence(item, None if fixed is None else int(fixed))

    def _item(self, kind: str, package: str) -> RosType:
        if kind in self._builtin:
            return self._builtin[kind]
        if kind in _NUMBERS:
            return Primitive(_NUMBERS[kind])
        if kind == "string":
            return Text()
        if kind == "wstring":
            raise UnsupportedError("the message has wide strings")
        name = self._full_name(kind, package)
        if name not in self._resolved:
            members = self._sections.get(name)
            if members is None:
                raise CorruptError(f"the message definition lacks the type {name}")
            if name in self._open:
                raise CorruptError(f"message type {name} contains itself")
            if len(self._open) >= _MAX_DEPTH:
                raise UnsupportedError(f"messages are nested deeper than {_MAX_DEPTH} levels")
            self._open.add(name)
            self._resolved[name] = self._message(name, name.split("/")[0], members)
            self._open.remove(name)
        return _constants_only(self._sections[name]) or self._resolved[name]


def _constants_only(members: list[_Member]) -> Primitive | None:
    """The single value that stands for a type of nothing but one-byte constants of one kind."""
    kinds = {_NUMBERS.get(member.kind, "") for member in members}
    if len(kinds) != 1 or not all(member.is_constant for member in members):
        return None
    (code,) = kinds
    return Primitive(code) if code.endswith("1") else None


def _members(text: str) -> list[_Member]:
    found = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise CorruptError(f"the message definition has the line {line!r}")
        rest = match["rest"]
        found.append(_Member(match["type"], match["array"], match["name"], rest.startswith("=")))
    return found
