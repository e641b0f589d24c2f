r"""Selectors: globs over entity paths and over names (components, archetypes, timelines).

| pattern | selects |
|---|---|
| `/world/points` | exactly that |
| `/world/**` | `/world` and everything beneath; `**` is any number of parts, also in the middle |
| `*` `?` | any text, any one character; in an entity path never across a `/` |
| `[abc]` `[a-z]` `[!abc]` | one character of a set, or one that is not in it |
| `\*` `\ ` `\u{1F600}` | that character, with the escapes of entity paths |

A pattern for entities is forgiving like a path: the leading slash and the escapes of characters
that mean nothing in a glob are optional. It is matched against canonical text, where `?` takes a
whole escape for the one character that it is. Upper and lower case differ.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Literal

from rrdformats.entity_path import escape_part, split_parts, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Selection", "Selector", "near_miss"]

Kind = Literal["entity", "name"]
Token = tuple[str, bool]
"""A character of a pattern, and whether it was escaped and so stands for itself."""

_ENTITY_CHAR = r"(?:[^\\/]|\\u\{[0-9A-F]+\}|\\[^u])"
_NAME_CHAR = "."
_ANY_DEPTH = "**"
_WIDEST_RANGE = 0x10000
_SUGGESTION_POOL = 5_000
_BENEATH = (("/", "/**"), (":", ":*"))


@dataclass(frozen=True, slots=True)
class Selector:
    """Selects a text that at least one of its patterns matches; without patterns, none.

    Raises:
        ValueError: If a pattern is empty or malformed.
    """

    kind: Kind
    patterns: tuple[str, ...]
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_regex", _compiled(self.kind, self.patterns))

    @classmethod
    def entities(cls, *patterns: str) -> Selector:
        r"""Patterns for the canonical text of entity paths.

        >>> Selector.entities("/world/**").matches("/world/camera")
        True
        """
        return cls("entity", patterns)

    @classmethod
    def names(cls, *patterns: str) -> Selector:
        """Patterns for names, in which `/` is a character like any other.

        >>> Selector.names("Points3D:*", "log_*").matches("Points3D:colors")
        True
        """
        return cls("name", patterns)

    def matches(self, text: str) -> bool:
        """Whether one of the patterns matches all of `text`."""
        return self._regex.fullmatch(text) is not None

    def unmatched(self, names: Iterable[str]) -> list[str]:
        """The patterns that match none of `names`."""
        pool = list(names)
        missed = []
        for pattern in self.patterns:
            regex = _compiled(self.kind, (pattern,))
            if not any(map(regex.fullmatch, pool)):
                missed.append(pattern)
        return missed


@dataclass(frozen=True, slots=True)
class Selection:
    """Selects what `include` selects, or everything if that is empty, unless `exclude` does."""

    include: Selector
    exclude: Selector

    @classmethod
    def entities(cls, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> Selection:
        """A selection of entity paths.

        >>> selection = Selection.entities(["/world/**"], exclude=["/world/debug"])
        >>> selection.matches("/world/camera"), selection.matches("/world/debug")
        (True, False)
        """
        return cls(Selector.entities(*include), Selector.entities(*exclude))

    @classmethod
    def names(cls, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> Selection:
        """A selection of components, archetypes or timelines."""
        return cls(Selector.names(*include), Selector.names(*exclude))

    @property
    def is_everything(self) -> bool:
        """Whether the selection has no patterns, so that nothing needs to be asked."""
        return not self.include.patterns and not self.exclude.patterns

    def matches(self, text: str) -> bool:
        """Whether `text` is selected."""
        if self.include.patterns and not self.include.matches(text):
            return False
        return not self.exclude.matches(text)

    def unmatched(self, names: Iterable[str]) -> list[str]:
        """The patterns, included ones first, that match none of `names`."""
        pool = list(names)
        return [*self.include.unmatched(pool), *self.exclude.unmatched(pool)]


def near_miss(pattern: str, names: Iterable[str]) -> str | None:
    """What the author of a pattern that matches nothing may have meant, if that can be guessed.

    Only the first few thousand names are looked at.

    >>> near_miss("/wrold/**", ["/world/points"]), near_miss("Points3D", ["Points3D:colors"])
    ('/world/**', 'Points3D:*')
    """
    pool = list(islice(names, _SUGGESTION_POOL))
    for separator, suffix in _BENEATH:
        if any(name.startswith(pattern + separator) for name in pool):
            return pattern + suffix
    stem = pattern.removesuffix("/**")
    suffix = pattern[len(stem) :]
    if suffix:
        pool = [ancestor for name in pool for ancestor in _with_ancestors(name)]
    close = difflib.get_close_matches(stem, dict.fromkeys(pool), n=1)
    return close[0] + suffix if close else None


def _with_ancestors(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


@lru_cache(maxsize=256)
def _compiled(kind: Kind, patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One regular expression for all patterns, for `fullmatch`."""
    if not patterns:
        return re.compile(r"(?!)")
    translate = _entity_regex if kind == "entity" else _name_regex
    return re.compile("|".join(map(translate, patterns)), re.DOTALL)


def _name_regex(pattern: str) -> str:
    _refuse_empty(pattern)
    return _Translator(pattern, "name").regex(list(unescape(pattern)))


def _entity_regex(pattern: str) -> str:
    """The expression for one glob over canonical paths.

    The parts between two `**` form a run. Where a run can start, the first place is as good as
    any other, because what follows it is free again; so every run but the last is atomic, and the
    time to match does not explode with the number of stars. `_Translator.regex` does likewise.
    """
    _refuse_empty(pattern)
    translator = _Translator(pattern, "entity")
    any_part = f"/{_ENTITY_CHAR}++"
    parts = f"(?:{any_part})*"
    runs = [""]
    for part in split_parts(pattern):
        if part == _ANY_DEPTH:
            runs.append("")
        elif part == "*":
            runs[-1] += any_part  # unlike `*` beside other text, it is never empty
        else:
            runs[-1] += "/" + translator.regex(list(unescape(part)))
    head, *rest = runs
    if not any(runs):
        # The root is the one path whose text is not the concatenation of `/` + part.
        return f"/|{parts}" if rest else "/"
    if not rest:
        return head
    *middle, tail = rest
    floating = "".join(f"(?>{parts}?{run}(?=/|\\Z))" for run in middle if run)
    return f"{head}{floating}{parts}{tail}"


def _refuse_empty(pattern: str) -> None:
    if not pattern:
        raise ValueError("an empty pattern selects nothing; write ** for everything")


@dataclass(frozen=True, slots=True)
class _Translator:
    """Turns the tokens of one name, or of one part of a path, into a regular expression."""

    pattern: str
    kind: Kind

    @property
    def any_char(self) -> str:
        return _ENTITY_CHAR if self.kind == "entity" else _NAME_CHAR

    def literal(self, char: str) -> str:
        return re.escape(escape_part(char) if self.kind == "entity" else char)

    def regex(self, tokens: list[Token]) -> str:
        """The expression for `tokens`, one atomic group per star but the last."""
        head, *rest = self._between_stars(tokens)
        if not rest:
            return head
        *middle, tail = rest
        floating = "".join(f"(?>{self.any_char}*?{piece})" for piece in middle if piece)
        return f"{head}{floating}{self.any_char}*{tail}"

    def _between_stars(self, tokens: list[Token]) -> list[str]:
        pieces = [""]
        position = 0
        while position < len(tokens):
            char, escaped = tokens[position]
            position += 1
            if escaped or char not in "*?[":
                pieces[-1] += self.literal(char)
            elif char == "*":
                if self.kind == "entity" and tokens[position : position + 1] == [("*", False)]:
                    raise self._error("** must stand alone between slashes")
                pieces.append("")
            elif char == "?":
                pieces[-1] += self.any_char
            else:
                end = self._set_end(tokens, position)
                pieces[-1] += self._char_set(tokens[position:end])
                position = end + 1
        return pieces

    def _set_end(self, tokens: list[Token], start: int) -> int:
        try:
            return tokens.index(("]", False), start)
        except ValueError:
            raise self._error(r"[ has no ] after it; \[ is a plain bracket") from None

    def _char_set(self, tokens: list[Token]) -> str:
        negated = bool(tokens) and tokens[0] in (("!", False), ("^", False))
        chars = self._members(tokens[negated:])
        if not chars:
            raise self._error("[] is an empty set of characters")
        # What is a single character in the text goes into one bracket, which the engine searches
        # fast; escapes are alternatives beside it.
        literals = {self.literal(char): re.escape(char) for char in sorted(chars)}
        single = "".join(plain for text, plain in literals.items() if text == plain)
        longer = [text for text, plain in literals.items() if text != plain]
        alternatives = "|".join([f"[{single}]", *longer] if single else longer)
        return f"(?:(?!{alternatives}){self.any_char})" if negated else f"(?:{alternatives})"

    def _members(self, tokens: list[Token]) -> set[str]:
        chars: set[str] = set()
        position = 0
        while position < len(tokens):
            first = last = tokens[position][0]
            position += 1
            if tokens[position : position + 1] == [("-", False)] and position + 1 < len(tokens):
                last = tokens[position + 1][0]
                position += 2
            if not 0 <= ord(last) - ord(first) < _WIDEST_RANGE:
                raise self._error(f"the range {first}-{last} is empty or too wide")
            chars.update(map(chr, range(ord(first), ord(last) + 1)))
        return chars

    def _error(self, reason: str) -> ValueError:
        return ValueError(f"pattern {self.pattern!r}: {reason}")
