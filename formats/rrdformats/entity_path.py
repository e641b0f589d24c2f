"""Entity paths: where in the scene a chunk belongs (fact sheet section 5.6).

A path is a tuple of parts. Its canonical text is `/` followed by the parts joined with `/`; the
root is `/`. Inside a part, letters, digits and `_ - .` stand for themselves, and everything else
is escaped with a backslash, so that any text can be a part and every path has exactly one
canonical text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EntityPath", "escape_part", "split_parts", "unescape"]

# Characters that are Alphabetic or numeric in Unicode 17 although `str.isalnum()` of some
# supported Python denies it: the Other_Alphabetic property (vowel signs, Ⓐ), and letters newer
# than that Python's tables. Canonical text must not depend on who writes it.
_ALPHABETIC_BEYOND_ISALNUM = """
345 363-36F 5B0-5BD 5BF 5C1-5C2 5C4-5C5 5C7 610-61A 64B-657 659-65F 670 6D6-6DC 6E1-6E8 6ED
711-73F 7A6-7B0 816-817 81B-82C 88F 897 8D4-8DF 8E3-8E9 8F0-93B 93E-94C 94E-94F 955-963 981-983
9BE-9C4 9C7-9C8 9CB-9CC 9D7 9E2-9E3 A01-A03 A3E-A42 A47-A48 A4B-A4C A51 A70-A75 A81-A83 ABE-AC5
AC7-AC9 ACB-ACC AE2-AE3 AFA-AFC B01-B03 B3E-B44 B47-B48 B4B-B4C B56-B57 B62-B63 B82 BBE-BC2
BC6-BC8 BCA-BCC BD7 C00-C04 C3E-C44 C46-C48 C4A-C4C C55-C56 C5C C62-C63 C81-C83 CBE-CC4 CC6-CC8
CCA-CCC CD5-CD6 CDC CE2-CE3 CF3 D00-D03 D3E-D44 D46-D48 D4A-D4C D57-D63 D81-D83 DCF-DD4 DD6
DD8-DDF DF2-DF3 E31-E3A E4D EB1-EB9 EBB-EBC ECD F71-F83 F8D-F97 F99-FBC 102B-1036 1038
103B-103E 1056-109D 1712-1713 1732-1733 1752-1753 1772-1773 17B6-17C8 1885-18A9 1920-192B
1930-1938 1A17-1A1B 1A55-1A5E 1A61-1A74 1ABF-1AC0 1ACC-1ACE 1B00-1B04 1B35-1B43 1B80-1BA9
1BAC-1BAD 1BE7-1BF1 1C24-1C36 1C89-1C8A 1DD3-1DF4 24B6-24E9 2DE0-2DFF A674-A67B A69E-A69F
A7CB-A7DC A7F1-A802 A80B-A827 A880-A8C3 A8C5 A8FF-A92A A947-A952 A980-A983 A9B4-A9BF A9E5
AA29-AA36 AA43-AA4D AA7B-AABE AAEB-AAEF AAF5 ABE3-ABEA FB1E 10376-1037A 105C0-105F3 10940-10959
10A01-10A03 10A05-10A06 10A0C-10A0F 10D24-10D27 10D40-10D65 10D69 10D6F-10D85 10EAB-10EAC
10EC2-10EC7 10EFA-10EFC 11000-11045 11073-11074 11080-110B8 110C2 11100-11132 11145-11146
11180-111BF 111CE-111CF 1122C-11234 11237 1123E-11241 112DF-112E8 11300-11303 1133E-11344
11347-11348 1134B-1134C 11357 11362-11363 11380-11389 1138B 1138E 11390-113B5 113B7-113C0 113C2
113C5 113C7-113CA 113CC-113CD 113D1 113D3 11435-11441 11443-11445 114B0-114C1 115AF-115B5
115B8-115BE 115DC-115DD 11630-1163E 11640 116AB-116B5 116D0-116E3 1171D-1172A 1182C-11838
11930-11935 11937-11938 1193B-1193C 11940-11942 119D1-119D7 119DA-119DF 119E4 11A01-11A0A
11A35-11A3E 11A51-11A97 11B60-11B67 11BC0-11BE0 11BF0-11BF9 11C2F-11C36 11C38-11C3E 11C92-11CA7
11CA9-11CB6 11D31-11D36 11D3A 11D3C-11D3D 11D3F-11D41 11D43 11D47 11D8A-11D8E 11D90-11D91
11D93-11D96 11DB0-11DDB 11DE0-11DE9 11EF3-11EF6 11F00-11F10 11F12-11F3A 11F3E-11F40 11F50-11F59
1342F 13441-13446 13460-143FA 16100-1612E 16130-16139 16D40-16D6C 16D70-16D79 16EA0-16EB8
16EBB-16ED3 16F4F-16F87 16F8F-16F92 16FF0-16FF6 187F8-187FF 18CFF-18D1E 18D80-18DF2 1B132 1B155
1BC9E 1CCF0-1CCF9 1D2C0-1D2D3 1DF25-1DF2A 1E000-1E006 1E008-1E018 1E01B-1E021 1E023-1E024
1E026-1E02A 1E030-1E06D 1E08F 1E4D0-1E4EB 1E4F0-1E4F9 1E5D0-1E5ED 1E5F0-1E5FA 1E6C0-1E6DE
1E6E0-1E6F5 1E6FE-1E6FF 1E947 1F130-1F149 1F150-1F169 1F170-1F189 2B739-2B73F 2CEA2-2CEAD
2EBF0-2EE5D 31350-33479"""

_RESERVED_PREFIX = "__"
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SHORT_UNESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_PLAIN_PART = re.compile(r"[0-9A-Za-z_.\-]*")
_RAW_PART = re.compile(r"(?:\\.|[^\\/]+|\\)+", re.DOTALL)
_TOKEN = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|(\\u)|\\(.)|(.)", re.DOTALL)
# How much the reference reads after `\u` (bytes of UTF-8) before it gives up and keeps it as is.
_MALFORMED_REACH = 8
_NATURAL_RUN = re.compile(r"([^0-9]*)([0-9]*)")

# Longer texts are parsed afresh, so that the cache cannot grow beyond some megabytes.
_CACHED_TEXT_LENGTH = 256
_CACHED_PATHS = 16_384


@cache
def _alphabetic_bounds() -> list[int]:
    """Starts and ends (exclusive) of the table's ranges, in one ascending list."""
    bounds = []
    for item in _ALPHABETIC_BEYOND_ISALNUM.split():
        first, _, last = item.partition("-")
        bounds += [int(first, 16), int(last or first, 16) + 1]
    return bounds


def _stays(char: str) -> bool:
    """Whether `char` stands for itself: alphabetic, numeric, or one of `_ - .`."""
    if char.isalnum() or char in "_-.":
        return True
    return bisect_right(_alphabetic_bounds(), ord(char)) % 2 == 1


def _is_escapable(char: str) -> bool:
    """Whether backslash + `char` is a known escape for `char` itself (ASCII marks and space)."""
    return char.isascii() and char.isprintable() and not char.isalnum()


def _escape_char(char: str) -> str:
    if _stays(char):
        return char
    if _is_escapable(char):
        return "\\" + char
    if "\ud800" <= char <= "\udfff":
        raise ValueError(f"{char!r} is half a character and cannot be part of an entity path")
    return _SHORT_ESCAPES.get(char) or f"\\u{{{ord(char):04X}}}"


def escape_part(part: str) -> str:
    r"""The canonical text of one part.

    Raises:
        ValueError: If `part` holds a lone surrogate, which no file can hold.

    >>> print(escape_part("left camera/2"))
    left\ camera\/2
    """
    if _PLAIN_PART.fullmatch(part):
        return part
    return "".join(map(_escape_char, part))


def split_parts(text: str) -> list[str]:
    r"""The parts of a path as written, still escaped: cut at unescaped `/`, empty ones dropped.

    >>> split_parts(r"/a//b\/c")
    ['a', 'b\\/c']
    """
    return _RAW_PART.findall(text)


def unescape(raw_part: str) -> Iterator[tuple[str, bool]]:
    r"""The characters that one raw part stands for, each with whether an escape produced it.

    Forgiving: a malformed `\u` and a lone trailing backslash stand for themselves, an unknown
    escape for its character. Text kept from a malformed `\u` counts as escaped.

    >>> list(unescape(r"a\*"))
    [('a', False), ('*', True)]
    """
    position = 0
    while match := _TOKEN.match(raw_part, position):
        position = match.end()
        code, _, escaped, plain = match.groups()
        if plain is not None:
            yield plain, plain == "\\"
        elif escaped is not None:
            yield _SHORT_UNESCAPES.get(escaped, escaped), True
        elif code is not None and _is_code_point(int(code, 16)):
            yield chr(int(code, 16)), True
        else:
            position = _malformed_end(raw_part, match.start())
            for char in raw_part[match.start() : position]:
                yield char, True


def _malformed_end(raw_part: str, start: int) -> int:
    r"""Where the text ends that a malformed `\u` at `start` keeps from being interpreted."""
    end, reach = start + 2, 0
    while end < len(raw_part) and raw_part[end] != "}" and reach < _MALFORMED_REACH:
        reach += len(raw_part[end].encode())
        end += 1
    return end


def _is_code_point(code: int) -> bool:
    return code < 0xD800 or 0xE000 <= code <= 0x10FFFF


@dataclass(frozen=True, slots=True)
class EntityPath:
    """A place in the scene.

    Attributes:
        parts: The parts, unescaped; none is empty. The root has none.
    """

    parts: tuple[str, ...] = ()
    _text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if "" in self.parts:
            raise ValueError(f"an entity path has no empty parts, got {self.parts!r}")
        object.__setattr__(self, "_text", "/" + "/".join(map(escape_part, self.parts)))

    @classmethod
    def parse(cls, text: str) -> EntityPath:
        """The path that readers take `text` for; any text is accepted.

        The leading slash is optional, empty parts vanish, unknown escapes lose their backslash.

        >>> EntityPath.parse("world//points/") == EntityPath(("world", "points"))
        True
        """
        return _parse_cached(text) if len(text) <= _CACHED_TEXT_LENGTH else _parse(text)

    @classmethod
    def parse_strict(cls, text: str) -> EntityPath:
        """The path of a text in which nothing needs forgiving.

        The leading slash is optional.

        Raises:
            ValueError: If `text` is empty, has an empty part or a trailing slash, an unescaped
                special character, or an escape that is unknown or malformed.
        """
        if text == "/":
            return cls()
        raw_parts = split_parts(text)
        if "/".join(raw_parts) != text.removeprefix("/") or not raw_parts:
            raise ValueError(f"entity path {text!r} has an empty part")
        for raw_part in raw_parts:
            _refuse_irregular(raw_part, text)
        return cls.parse(text)

    @classmethod
    def from_parts(cls, parts: Iterable[str]) -> EntityPath:
        """The path of unescaped parts; empty ones vanish."""
        return cls(tuple(part for part in parts if part))

    @property
    def parent(self) -> EntityPath | None:
        """The path without its last part; none for the root."""
        return EntityPath(self.parts[:-1]) if self.parts else None

    def ancestors(self) -> Iterator[EntityPath]:
        """The parent, its parent and so on; the root comes last."""
        for length in reversed(range(len(self.parts))):
            yield EntityPath(self.parts[:length])

    def starts_with(self, prefix: EntityPath) -> bool:
        """Whether this path is `prefix` or lies beneath it."""
        return self.parts[: len(prefix.parts)] == prefix.parts

    @property
    def is_reserved(self) -> bool:
        """Whether the path belongs to the system (`/__properties`, `/__warnings`)."""
        return bool(self.parts) and self.parts[0].startswith(_RESERVED_PREFIX)

    @property
    def natural_sort_key(self) -> tuple[object, ...]:
        """Sorts as people expect: `a2` before `A10`, parents before children, reserved last.

        >>> paths = map(EntityPath.parse, ["/__warnings", "/a10", "/a2/x", "/A2", "/a2"])
        >>> print(*sorted(paths, key=lambda path: path.natural_sort_key))
        /A2 /a2 /a2/x /a10 /__warnings
        """
        return tuple(map(_natural_part_key, self.parts))

    def __str__(self) -> str:
        return self._text


def _natural_part_key(part: str) -> tuple[object, ...]:
    # Numbers compare as (length, digits), so that one of any length needs no arithmetic.
    runs = []
    for text, digits in _NATURAL_RUN.findall(part):
        number = digits.lstrip("0")
        runs.append((text.casefold(), len(number) if digits else -1, number))
    return part.startswith(_RESERVED_PREFIX), tuple(runs), part


def _refuse_irregular(raw_part: str, text: str) -> None:
    """Raises ValueError for what strict parsing of `text` refuses inside one of its parts."""
    for match in _TOKEN.finditer(raw_part):
        code, malformed, escaped, plain = match.groups()
        token = match.group()
        if plain is not None and not _stays(plain):
            raise ValueError(f"entity path {text!r} has {plain!r} without a backslash before it")
        if escaped is not None and not (escaped in _SHORT_UNESCAPES or _is_escapable(escaped)):
            raise ValueError(f"entity path {text!r} has the unknown escape {token!r}")
        if malformed is not None or (code is not None and not _is_code_point(int(code, 16))):
            raise ValueError(f"entity path {text!r} has a malformed \\u escape: {token!r}")


def _parse(text: str) -> EntityPath:
    return EntityPath(
        tuple("".join(char for char, _ in unescape(raw)) for raw in split_parts(text))
    )


_parse_cached = lru_cache(_CACHED_PATHS)(_parse)
