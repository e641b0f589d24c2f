from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.entity_path import EntityPath
from rrdformats.selectors import Selection, Selector, near_miss

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("/world", ["/world"], ["/", "/world/a", "/worlds", "/World", "/a/world"]),
        ("world/", ["/world"], ["/world/a"]),
        ("/", ["/"], ["/a"]),
        ("/world/**", ["/world", "/world/a", "/world/a/b"], ["/", "/worlds", "/a/world"]),
        ("/**", ["/", "/a", "/a/b"], []),
        ("**", ["/", "/a", "/a/b"], []),
        ("/**/**", ["/", "/a", "/a/b"], []),
        ("**/camera", ["/camera", "/a/camera", "/a/b/camera"], ["/camera/a", "/acamera"]),
        ("/a/**/z", ["/a/z", "/a/b/z", "/a/z/z"], ["/a", "/az", "/a/zz", "/a/z/b"]),
        ("/**/a/**", ["/a", "/b/a", "/a/b", "/c/a/b"], ["/", "/b", "/ab/c"]),
        ("/**/a/**/**/b/**/c", ["/a/b/c", "/x/a/x/y/b/b/c"], ["/b/a/c", "/a/bb/c", "/a/b/c/d"]),
        ("/**/a*/b/**/c", ["/ab/b/c", "/a/x/ax/b/c"], ["/a/x/b/c"]),
        ("/*", ["/a", "/abc"], ["/", "/a/b"]),
        ("/**/*", ["/a", "/a/b"], ["/"]),
        ("/*/**", ["/a", "/a/b"], ["/"]),
        ("/*/b", ["/a/b"], ["/b", "/a/c/b"]),
        ("/a*", ["/a", "/ab"], ["/ba", "/a/b"]),
        ("/*b", ["/b", "/ab", "/abb"], ["/ba", "/a/b"]),
        ("/a*b*c", ["/abc", "/axbxc", "/abcbc"], ["/ab", "/acb", "/abc/c"]),
        ("/a*b*c*/d", ["/abc/d", "/axbxcx/d"], ["/abc", "/ab/cd"]),
        ("/a?", ["/ab", "/aä"], ["/a", "/abc", "/a/"]),
        ("/[abc]", ["/a", "/c"], ["/d", "/ab", "/"]),
        ("/[a-c5]", ["/b", "/5"], ["/d", "/-"]),
        ("/[a-]", ["/a", r"/-"], ["/b"]),
        ("/[!a-c]", ["/d", "/ä", r"/\ "], ["/a", "/c", "/dd", "/"]),
        ("/[^a]x", ["/bx"], ["/ax", "/x"]),
    ],
)
def test_a_glob_selects_entities(pattern: str, matching: list[str], others: list[str]) -> None:
    selector = Selector.entities(pattern)
    assert [path for path in matching if not selector.matches(path)] == []
    assert [path for path in others if selector.matches(path)] == []


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("/a b", [r"/a\ b"], ["/ab"]),
        (r"/a\ b", [r"/a\ b"], ["/ab"]),
        ("/a:b", [r"/a\:b"], []),
        (r"/cam\[0\]", [r"/cam\[0\]"], ["/cam0"]),
        (r"/a\*", [r"/a\*"], ["/ab", "/a"]),
        (r"/\?", [r"/\?"], ["/a"]),
        (r"/\*\*", [r"/\*\*"], ["/a", "/"]),
        (r"/a\/b", [r"/a\/b"], ["/a/b"]),
        (r"/\u{1F600}", [r"/\u{1F600}"], ["/a"]),
        ("/😀", [r"/\u{1F600}"], []),
        (r"/\n", [r"/\n"], ["/n"]),
        ("/a\\", ["/a\\\\"], []),
        # One character is one character, however long its escape.
        ("/?", ["/a", r"/\n", r"/\ ", r"/\/", r"/\\", r"/\u{1F600}"], [r"/\ a", "/u{1F600}"]),
        ("/a?b", [r"/a\/b"], ["/a/b"]),
        ("/*", [r"/a\/b", r"/\u{1F600}\\"], ["/a/b"]),
        # Nothing matches inside of an escape.
        ("/*F600*", ["/F600", r"/\u{1F600}F600"], [r"/\u{1F600}"]),
        ("/*u*", ["/u"], [r"/\u{1F600}"]),
        ("/*n", ["/n", r"/\nn"], [r"/\n"]),
        ("/[a ]", ["/a", r"/\ "], ["/b"]),
        ("/[ :]", [r"/\ ", r"/\:"], ["/a"]),
        (r"/[\]\\]", [r"/\]", "/\\\\"], ["/a"]),
        ("/[!\n😀]", ["/a", r"/\u{1F601}"], [r"/\n", r"/\u{1F600}"]),
        ("/[😀-😂]", [r"/\u{1F601}"], [r"/\u{1F603}"]),
        (r"/[!\!-\.]", ["/a"], [r"/\*", r"/\!"]),
    ],
)
def test_a_glob_reads_escapes_like_an_entity_path(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    selector = Selector.entities(pattern)
    assert [path for path in matching if not selector.matches(path)] == []
    assert [path for path in others if selector.matches(path)] == []


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("Points3D:positions", ["Points3D:positions"], ["Points3D", "points3d:positions"]),
        ("Points3D:*", ["Points3D:positions", "Points3D:"], ["Points2D:positions"]),
        ("*", ["", "a", "a/b", "a\nb"], []),
        ("**", ["", "a/b"], []),
        ("log_*", ["log_time", "log_"], ["xlog_time"]),
        ("a/b*", ["a/b", "a/b/c"], ["/a/b"]),
        ("Points?D:[cp]o*r*", ["Points3D:colors", "Points2D:por"], ["Points3D:radii"]),
        (r"a\*\ b", ["a* b"], ["a b"]),
        ("a b.c", ["a b.c"], ["a bxc"]),
        ("[!x]", ["a", "/", "\n"], ["x", ""]),
        ("a|b", ["a|b"], ["a", "b"]),
    ],
)
def test_a_glob_selects_names(pattern: str, matching: list[str], others: list[str]) -> None:
    selector = Selector.names(pattern)
    assert [name for name in matching if not selector.matches(name)] == []
    assert [name for name in others if selector.matches(name)] == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "an empty pattern"),
        ("/a**", "** must stand alone"),
        ("/**a/b", "** must stand alone"),
        ("/a***", "** must stand alone"),
        ("/***", "** must stand alone"),
        ("/a[b", "[ has no ]"),
        ("/[a/b]", "[ has no ]"),
        ("/[a\\]", "[ has no ]"),
        ("/[]", "empty set"),
        ("/[!]", "empty set"),
        ("/[b-a]", "range b-a"),
        ("/[\\0-\U0010ffff]", "too wide"),
    ],
)
def test_a_malformed_glob_is_refused_at_once(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        Selector.entities("/fine", pattern)
    assert not pattern or repr(pattern) in str(caught.value)


def test_an_empty_name_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="an empty pattern"):
        Selector.names("")


def test_a_selector_selects_what_any_of_its_patterns_matches() -> None:
    selector = Selector.entities("/a", "/b/**", "/**/z")
    paths = ["/a", "/b/c", "/c/z", "/c", "/a/b"]
    assert [path for path in paths if selector.matches(path)] == ["/a", "/b/c", "/c/z"]
    assert not Selector.entities().matches("/")


def test_a_selector_survives_pickling() -> None:
    selector = Selector.entities("/a/**")
    clone = pickle.loads(pickle.dumps(selector))  # noqa: S301  # our own bytes
    assert clone == selector
    assert clone.matches("/a/b")


@pytest.mark.parametrize(
    ("include", "exclude", "selected"),
    [
        ([], [], ["/a", "/a/b", "/c"]),
        (["/a/**"], [], ["/a", "/a/b"]),
        ([], ["/a/**"], ["/c"]),
        (["/a/**", "/c"], ["/a"], ["/a/b", "/c"]),
    ],
)
def test_a_selection_is_what_is_included_and_not_excluded(
    include: list[str], exclude: list[str], selected: list[str]
) -> None:
    selection = Selection.entities(include, exclude)
    assert [path for path in ("/a", "/a/b", "/c") if selection.matches(path)] == selected
    assert selection.is_everything is not bool(include or exclude)


def test_a_selection_without_patterns_is_everything() -> None:
    assert Selection.names().is_everything
    assert not Selection.names(["a"]).is_everything
    assert not Selection.names(exclude=["a"]).is_everything
    assert Selection.names().matches("any/thing")
    assert Selection.names().unmatched(["a"]) == []


def test_patterns_that_match_nothing_are_told_in_order() -> None:
    selection = Selection.entities(["/x", "/a/**", "/y"], exclude=["/a", "/z*"])
    assert selection.unmatched(iter(["/a", "/b"])) == ["/x", "/y", "/z*"]
    assert selection.unmatched([]) == ["/x", "/a/**", "/y", "/a", "/z*"]


@pytest.mark.parametrize(
    ("pattern", "names", "meant"),
    [
        ("/world/point", ["/world/points", "/camera"], "/world/points"),
        ("/World", ["/world"], "/world"),
        ("/world", ["/world/points/left"], "/world/**"),
        ("/wrold/**", ["/world/points/left"], "/world/**"),
        ("/cam[0]", [r"/cam\[0\]"], r"/cam\[0\]"),
        ("Points3D", ["Points3D:colors"], "Points3D:*"),
        ("log_tme", ["log_tick", "log_time"], "log_time"),
        ("/xyz", ["/world"], None),
        ("/xyz/**", ["/world/points"], None),
        ("anything", [], None),
    ],
)
def test_near_miss(pattern: str, names: list[str], meant: str | None) -> None:
    assert near_miss(pattern, names) == meant


def test_near_miss_looks_at_a_bounded_number_of_names() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "/else"

    assert near_miss("/elsa", endless()) == "/else"


# Against a matcher that is too simple to be wrong: recursion over the unescaped parts.


def _matches_parts(globs: list[str], parts: list[str]) -> bool:
    if not globs:
        return not parts
    if globs[0] == "**":
        return _matches_parts(globs[1:], parts) or (
            bool(parts) and _matches_parts(globs, parts[1:])
        )
    return (
        bool(parts) and _matches_text(globs[0], parts[0]) and _matches_parts(globs[1:], parts[1:])
    )


def _matches_text(glob: str, text: str) -> bool:
    if not glob:
        return not text
    if glob[0] == "*":
        return _matches_text(glob[1:], text) or (bool(text) and _matches_text(glob, text[1:]))
    return bool(text) and glob[0] in ("?", text[0]) and _matches_text(glob[1:], text[1:])


glob_parts = st.just("**") | st.text("ab ?*", min_size=1, max_size=5).filter(
    lambda part: "**" not in part
)
subject_parts = st.text("ab /", min_size=1, max_size=5)


@given(st.lists(glob_parts, max_size=5), st.lists(subject_parts, max_size=5))
def test_entity_globs_agree_with_a_simple_matcher(globs: list[str], parts: list[str]) -> None:
    selector = Selector.entities("/" + "/".join(globs))
    assert selector.matches(str(EntityPath.from_parts(parts))) == _matches_parts(globs, parts)


@given(st.text("ab?*", min_size=1, max_size=8), st.text("ab", max_size=8))
def test_name_globs_agree_with_a_simple_matcher(glob: str, text: str) -> None:
    assert Selector.names(glob).matches(text) == _matches_text(glob, text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4))
def test_the_canonical_text_of_a_path_is_a_pattern_for_just_that_path(parts: list[str]) -> None:
    path = EntityPath.from_parts(parts)
    selector = Selector.entities(str(path))
    assert selector.matches(str(path))
    assert not selector.matches(str(EntityPath.from_parts([*parts, "x"])))


@pytest.mark.parametrize("pattern", ["/" + "*a" * 12 + "*b", "/**" + "/a/**" * 12 + "/b"])
@pytest.mark.parametrize("text", ["/" + "a" * 2000, "/a" * 1000])
def test_many_stars_stay_tractable(pattern: str, text: str) -> None:
    # With backtracking from star to star this would outlast the universe.
    assert not Selector.entities(pattern).matches(text)
    assert not Selector.names(pattern).matches(text + "\n")
