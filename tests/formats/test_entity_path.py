from __future__ import annotations

import copy
import pickle
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rrdformats.entity_path import EntityPath, escape_part, split_parts, unescape

if TYPE_CHECKING:
    from collections.abc import Callable

characters = st.characters(exclude_categories=["Cs"])
part_texts = st.text(characters, min_size=1, max_size=8)
paths = st.lists(part_texts, max_size=4).map(lambda parts: EntityPath(tuple(parts)))
# Texts that are dense in what parsing treats specially.
path_texts = st.lists(
    st.sampled_from(["\\", "\\u", "\\u{", "\\u{41}", "{", "}", "/", "a", "4", "F", "n", " ", "_"])
    | characters,
    max_size=14,
).map("".join)


@pytest.mark.parametrize(
    ("part", "escaped"),
    [
        ("", ""),
        ("camera_1-a.b", "camera_1-a.b"),
        ("left camera", r"left\ camera"),
        ("a/b\\c", r"a\/b\\c"),
        ("a:b[0]+'\"!@,%#*~`", r"a\:b\[0\]\+\'\"\!\@\,\%\#\*\~\`"),
        ("\n\r\t", r"\n\r\t"),
        ("\0\x7f\xa0", r"\u{0000}\u{007F}\u{00A0}"),
        ("😀", r"\u{1F600}"),
        ("\U0010ffff", r"\u{10FFFF}"),
        ("äЖ中あ", "äЖ中あ"),
        ("½²Ⅷ٣", "½²Ⅷ٣"),  # the numeric categories No, Nl and Nd
        ("\u093f\u24b6\u0345", "\u093f\u24b6\u0345"),  # Other_Alphabetic, denied by isalnum()
        ("\u1c89\U0002ebf0", "\u1c89\U0002ebf0"),  # letters of Unicode 16 and 15.1
        ("\u0301\u094d\u20dd", r"\u{0301}\u{094D}\u{20DD}"),  # marks that are not alphabetic
        ("__a", "__a"),
    ],
)
def test_a_part_is_escaped_as_the_format_says(part: str, escaped: str) -> None:
    assert escape_part(part) == escaped
    assert "".join(char for char, _ in unescape(escaped)) == part


@pytest.mark.parametrize("part", ["\ud800", "a\udcffb"])
def test_half_a_character_cannot_be_part_of_a_path(part: str) -> None:
    with pytest.raises(ValueError, match="half a character"):
        escape_part(part)
    with pytest.raises(ValueError, match="half a character"):
        EntityPath((part,))


FORGIVEN = [
    ("", ()),
    ("/", ()),
    ("//", ()),
    ("a", ("a",)),
    ("/a/", ("a",)),
    ("a//b", ("a", "b")),
    (". /..", (". ", "..")),
    (r"a\ b", ("a b",)),
    (r"a\/b", ("a/b",)),
    (r"a\\/b", ("a\\", "b")),
    (r"a\nb\tc\rd", ("a\nb\tc\rd",)),
    (r"\u{e9}\u{E9}\u{0000E9}", ("ééé",)),
    (r"\u{1F600}", ("😀",)),
    (r"a\x", ("ax",)),
    ("a\\é", ("aé",)),
    ("a\\", ("a\\",)),
    ("\\\\\\", ("\\\\",)),
    ("a\\\n", ("a\n",)),
    (r"a\u", (r"a\u",)),
    (r"a\u{}b", (r"a\u{}b",)),
    (r"\u{0000041}", (r"\u{0000041}",)),
    (r"\u{D800}", (r"\u{D800}",)),
    (r"\u{110000}\n", ("\\u{110000}\n",)),
    (r"\u{+41}", (r"\u{+41}",)),
    (r"\u{１}", (r"\u{１}",)),
    (r"\u{41/b", (r"\u{41", "b")),
    (r"\ua\n", (r"\ua\n",)),  # a malformed \u takes what follows with it …
    (r"\u{123456\n", (r"\u{123456\n",)),
    (r"\u{1234567\n", ("\\u{1234567\n",)),  # … for eight bytes …
    (r"\u{12😀\n", ("\\u{12😀\\n",)),
    (r"\u{123😀\n", ("\\u{123😀\n",)),
    (r"\uab}\n", ("\\uab}\n",)),  # … or to the brace
]


@pytest.mark.parametrize(("text", "parts"), FORGIVEN)
def test_parse_forgives(text: str, parts: tuple[str, ...]) -> None:
    assert EntityPath.parse(text).parts == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("/", ()),
        ("a", ("a",)),
        ("/a/b_c-d.e", ("a", "b_c-d.e")),
        (r"/a\ b/\n\t\r\u{1F600}", ("a b", "\n\t\r😀")),
        (r"/a\\/b\/c", ("a\\", "b/c")),
        (r"/\_\.\-", ("_.-",)),
        ("/ä", ("ä",)),
    ],
)
def test_parse_strict_accepts_what_needs_no_forgiving(text: str, parts: tuple[str, ...]) -> None:
    assert EntityPath.parse_strict(text).parts == parts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty part"),
        ("//", "empty part"),
        ("/a/", "empty part"),
        ("a//b", "empty part"),
        ("//a", "empty part"),
        ("/a b", "' ' without a backslash"),
        ("/a:b", "':' without a backslash"),
        ("/a\n", "without a backslash"),
        ("/😀", "without a backslash"),
        ("/a\\", "without a backslash"),
        (r"/a\x", "unknown escape"),
        ("/a\\é", "unknown escape"),
        ("/a\\\n", "unknown escape"),
        (r"/a\u", "malformed"),
        (r"/a\u{}", "malformed"),
        (r"/a\u{D800}", "malformed"),
        (r"/a\u{1234567}", "malformed"),
    ],
)
def test_parse_strict_refuses(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        EntityPath.parse_strict(text)
    assert repr(text) in str(caught.value)


@given(paths)
@example(EntityPath(("a\\", "b")))
@example(EntityPath(("\\u{41}",)))
def test_canonical_text_reads_back_as_the_same_path(path: EntityPath) -> None:
    assert EntityPath.parse(str(path)) == path
    assert EntityPath.parse_strict(str(path)) == path
    assert split_parts(str(path)) == [escape_part(part) for part in path.parts]


@given(path_texts)
def test_any_text_is_a_path_with_one_canonical_text(text: str) -> None:
    canonical = str(EntityPath.parse(text))
    assert canonical.startswith("/")
    assert str(EntityPath.parse(canonical)) == canonical


@given(path_texts)
def test_strict_parsing_agrees_with_forgiving_parsing_where_it_accepts(text: str) -> None:
    try:
        strict = EntityPath.parse_strict(text)
    except ValueError:
        return
    assert strict == EntityPath.parse(text)


@given(path_texts)
def test_unescape_names_what_was_escaped(text: str) -> None:
    unescaped = [char for char, escaped in unescape(text) if not escaped]
    assert "\\" not in unescaped
    remaining = iter(text)
    assert all(char in remaining for char in unescaped)  # a subsequence of the text


def test_a_long_text_parses_like_a_short_one() -> None:
    text = "/".join(["part", r"left\ camera"] * 200)
    path = EntityPath.parse(text)
    assert path.parts == ("part", "left camera") * 200
    assert str(path) == "/" + text


def test_repeated_short_texts_share_one_path() -> None:
    assert EntityPath.parse("/world/shared") is EntityPath.parse("/world/shared")


def test_a_path_from_parts_takes_them_as_they_are() -> None:
    assert EntityPath.from_parts(["a b", "", "c/d"]).parts == ("a b", "c/d")
    assert EntityPath.from_parts([]) == EntityPath()


def test_a_path_has_no_empty_parts() -> None:
    with pytest.raises(ValueError, match="no empty parts"):
        EntityPath(("a", ""))


def test_paths_are_values() -> None:
    path = EntityPath.parse("/a/b")
    assert {path: 1}[EntityPath(("a", "b"))] == 1
    assert path != EntityPath(("a/b",))
    with pytest.raises(AttributeError):
        path.parts = ()  # type: ignore[misc]  # what the line is about
    clone = pickle.loads(pickle.dumps(path))  # noqa: S301  # our own bytes
    assert clone == copy.copy(path) == path
    assert str(clone) == "/a/b"
    assert repr(path) == "EntityPath(parts=('a', 'b'))"


def test_the_family_of_a_path() -> None:
    path = EntityPath.parse("/a/b/c")
    assert str(path.parent) == "/a/b"
    assert list(map(str, path.ancestors())) == ["/a/b", "/a", "/"]
    assert EntityPath().parent is None
    assert list(EntityPath().ancestors()) == []


@pytest.mark.parametrize(
    ("path", "prefix", "expected"),
    [
        ("/a/b", "/", True),
        ("/a/b", "/a", True),
        ("/a/b", "/a/b", True),
        ("/a/b", "/a/b/c", False),
        ("/ab", "/a", False),
        ("/", "/", True),
    ],
)
def test_starts_with_compares_whole_parts(path: str, prefix: str, expected: bool) -> None:
    assert EntityPath.parse(path).starts_with(EntityPath.parse(prefix)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/__properties/x", True), ("/__", True), ("/a/__x", False), ("/_a", False), ("/", False)],
)
def test_reserved_paths(text: str, expected: bool) -> None:
    assert EntityPath.parse(text).is_reserved is expected


def test_natural_order_is_what_a_person_expects() -> None:
    ordered = [
        "/",
        "/a",
        "/a/__z",
        "/A0",
        "/A0/x",  # beneath its parent, not after "a0"
        "/a0",
        "/a0/x",
        "/a02",
        "/a2",
        "/a2b",
        "/a10",
        "/a" + "9" * 5000,
        "/ab",
        "/B",
        "/__properties",
        "/__warnings",
    ]
    paths = map(EntityPath.parse, reversed(ordered))
    assert [str(path) for path in sorted(paths, key=lambda p: p.natural_sort_key)] == ordered


def test_natural_order_tells_all_paths_apart() -> None:
    keys = {EntityPath.parse(text).natural_sort_key for text in ("a2", "a02", "A2", "a002")}
    assert len(keys) == 4


@given(st.lists(paths, max_size=6))
def test_natural_order_is_total(many: list[EntityPath]) -> None:
    backwards = many[::-1]
    ordered = sorted(many, key=lambda path: path.natural_sort_key)
    assert ordered == sorted(backwards, key=lambda path: path.natural_sort_key)


# The reference as judge.


@pytest.fixture(scope="module")
def reference_parse() -> Callable[[str], str]:
    """The canonical text of the path for which the reference takes a text."""
    rerun = pytest.importorskip("rerun")
    chunk_type = pytest.importorskip("rerun.chunk").Chunk
    chunk = chunk_type.from_columns(
        "/x", indexes=[], columns=list(rerun.AnyValues.columns(value=[1]))
    )
    return lambda text: str(chunk.with_entity_path(text).entity_path)


def test_the_reference_lets_the_same_characters_stand_for_themselves() -> None:
    rerun = pytest.importorskip("rerun")
    # All planes but the empty ones and those for private use.
    everything = list(map(chr, [*range(0xD800), *range(0xE000, 0x40000), *range(0xE0000, 0xE0200)]))
    theirs = rerun.escape_entity_path_part("".join(everything))
    # Python versions know more or fewer letters; canonical text must not depend on that.
    assert "".join(map(escape_part, everything)) == theirs


@given(part_texts)
def test_the_reference_escapes_a_part_to_the_same_text(part: str) -> None:
    rerun = pytest.importorskip("rerun")
    assert rerun.escape_entity_path_part(part) == escape_part(part)


@given(paths)
def test_the_reference_joins_parts_to_the_same_text(path: EntityPath) -> None:
    rerun = pytest.importorskip("rerun")
    assert rerun.new_entity_path(path.parts) == str(path)


@given(text=path_texts)
def test_the_reference_reads_the_same_path(
    reference_parse: Callable[[str], str], text: str
) -> None:
    # Known difference: the reference takes a `/` after an escaped backslash for an escaped slash.
    assume(not re.search(r"(?<!\\)(\\\\)+/", text))
    assert reference_parse(text) == str(EntityPath.parse(text))


@pytest.mark.parametrize("text", [text for text, _ in FORGIVEN if r"\\/" not in text])
def test_the_reference_forgives_the_same(reference_parse: Callable[[str], str], text: str) -> None:
    assert reference_parse(text) == str(EntityPath.parse(text))


def test_the_reference_misreads_its_own_text_after_a_part_that_ends_in_a_backslash(
    reference_parse: Callable[[str], str],
) -> None:
    rerun = pytest.importorskip("rerun")
    text = rerun.new_entity_path(["a\\", "b"])
    assert text == r"/a\\/b"
    assert reference_parse(text) == r"/a\\\/b"  # one part; reading two is right
    assert EntityPath.parse(text).parts == ("a\\", "b")
