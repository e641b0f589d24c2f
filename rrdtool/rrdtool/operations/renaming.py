"""Rules that give entities new names: `/a/**=/b/**`.

A rule is two patterns. `**` stands for any number of parts and `*` for any text within one part;
what they stood for on the left goes where they stand on the right, so both sides have the same
ones in the same order.

>>> rule = RenameRule.parse("/robots/*/cam/**=/fleet/*/camera/**")
>>> rule.apply("/robots/r1/cam/left/image"), rule.apply("/robots/r1/lidar")
('/fleet/r1/camera/left/image', None)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from rrdformats.entity_path import EntityPath, split_parts, unescape

__all__ = ["RenameRule"]

_ANY_DEPTH = "**"
_EQUALS = re.compile(r"(?:\\.|[^=\\])*", re.DOTALL)

_Piece = tuple[str, ...]
"""The texts between the stars of one part: one text is the part itself."""


@dataclass(frozen=True)
class RenameRule:
    """New names for the entities that a pattern matches.

    Attributes:
        text: The rule as it was written.
        old: The pattern, as a selector takes it.
        new: The pattern of the new names.
    """

    text: str
    old: str
    new: str
    _old: tuple[_Piece | None, ...] = field(init=False, repr=False, compare=False)
    _new: tuple[_Piece | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_old", tuple(map(self._part, split_parts(self.old))))
        object.__setattr__(self, "_new", tuple(map(self._part, split_parts(self.new))))
        if _stars(self._old) != _stars(self._new):
            raise ValueError(
                f"rule {self.text!r}: both sides must have the same * and ** in the same order"
            )

    @classmethod
    def parse(cls, text: str) -> RenameRule:
        """From `OLD=NEW`; an equals sign in a name is written with a backslash before it.

        Raises:
            ValueError: If it is not written so.
        """
        match = _EQUALS.match(text)
        old = match.group() if match else ""
        new = text[len(old) + 1 :]
        if not old or not new:
            raise ValueError(f"{text!r} is no rule: write OLD=NEW, such as '/a/**=/b/**'")
        return cls(text, old, new)

    @property
    def names_reserved(self) -> bool:
        """Whether the rule is about the system's own entities, such as a recording's properties."""
        first = self._old[0] if self._old else None
        return first is not None and first[0].startswith("__")

    def apply(self, path: str) -> str | None:
        """The new name of an entity; None if the rule is not about it."""
        match = self._regex.fullmatch("".join(f"/{part}" for part in _encoded(path)))
        if match is None:
            return None
        captured = iter(match.groups())
        parts: list[str] = []
        for piece in self._new:
            if piece is None:
                deep = next(captured)
                parts += [_decode(part) for part in deep.split("/")[1:]]
            else:
                text = piece[0]
                for literal in piece[1:]:
                    text += _decode(next(captured)) + literal
                parts.append(text)
        return str(EntityPath.from_parts(parts))

    def _part(self, raw: str) -> _Piece | None:
        if raw == _ANY_DEPTH:
            return None
        pieces = [""]
        for char, escaped in unescape(raw):
            if char == "*" and not escaped:
                pieces.append("")
            elif char in "?[" and not escaped:
                raise ValueError(f"rule {self.text!r}: write \\{char} for a plain {char}")
            else:
                pieces[-1] += char
        if "" in pieces[1:-1]:
            raise ValueError(f"rule {self.text!r}: ** must stand alone between slashes")
        return tuple(pieces)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        """Matches encoded paths, one group per star; a star to the left takes the least."""
        parts = []
        for piece in self._old:
            if piece is None:
                parts.append(r"((?:/[^/]*)*?)")
            else:
                lone = piece == ("", "")
                literals = [re.escape(_encode(text)) for text in piece]
                parts.append("/" + (r"([^/]+)" if lone else r"([^/]*?)".join(literals)))
        return re.compile("".join(parts), re.DOTALL)


def _stars(parts: tuple[_Piece | None, ...]) -> list[str]:
    """The stars of a pattern in order."""
    found: list[str] = []
    for piece in parts:
        found += [_ANY_DEPTH] if piece is None else ["*"] * (len(piece) - 1)
    return found


# A part may hold slashes: between real ones they, and what hides them, are spelled otherwise.
def _encode(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F")


def _decode(part: str) -> str:
    return part.replace("%2F", "/").replace("%25", "%")


def _encoded(path: str) -> list[str]:
    return [_encode(part) for part in EntityPath.parse(path).parts]
