"""Arrow types as text: parsing, printing, and agreement with pyarrow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.vocabulary import ArrowField, ArrowType, parse_arrow_type
from rrdformats.vocabulary.arrow_types import NESTED, PRIMITIVES

VEC = "fixed_size_list<item: float not null>[3]"


NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)


@st.composite
def _nested(draw: st.DrawFn, types: st.SearchStrategy[ArrowType]) -> ArrowType:
    kind = draw(st.sampled_from(NESTED))
    at_most = 1 if kind.endswith("list") else 4
    fields = tuple(
        # pyarrow has no null field that must not be null
        ArrowField(name, inner, nullable=inner.kind == "null" or draw(st.booleans()))
        for name in draw(st.lists(NAMES, min_size=1, max_size=at_most, unique=True))
        for inner in [draw(types)]
    )
    size = draw(st.integers(0, 99)) if kind == "fixed_size_list" else 0
    codes = tuple(range(len(fields))) if kind == "dense_union" else ()
    return ArrowType(kind, fields, size, codes)


arrow_types = st.recursive(st.sampled_from(PRIMITIVES).map(ArrowType), _nested, max_leaves=8)


@given(arrow_types)
def test_text_is_canonical(arrow: ArrowType) -> None:
    assert parse_arrow_type(str(arrow)) == arrow


@given(arrow_types)
def test_pyarrow_prints_the_same_text(arrow: ArrowType) -> None:
    assert str(arrow.to_arrow()) == str(arrow)


@pytest.mark.parametrize("kind", [*PRIMITIVES, *NESTED])
def test_every_kind_is_in_the_grammar(kind: str) -> None:
    inside = {"dense_union": "<a: null=5>", "fixed_size_list": "<a: null>[2]"}
    text = kind if kind in PRIMITIVES else kind + inside.get(kind, "<a: null>")
    assert parse_arrow_type(text).kind == kind
    assert str(parse_arrow_type(text).to_arrow()) == text


def test_names_stand_for_other_types() -> None:
    names = {"Vec3D": parse_arrow_type(VEC), "blueprint.Flag": ArrowType("bool")}
    parsed = parse_arrow_type("struct<at: Vec3D not null, on: blueprint.Flag>", names)
    assert str(parsed) == f"struct<at: {VEC} not null, on: bool>"


def test_spacing_does_not_matter() -> None:
    text = " struct < a :int8 not  null,b: list<item:bool> > "
    assert str(parse_arrow_type(text)) == "struct<a: int8 not null, b: list<item: bool>>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "float32",
        "float float",
        "list",
        "list<float>",
        "list<item: float",
        "list<item: float, other: float>",
        "list<item: float>[3]",
        "fixed_size_list<item: float>",
        "fixed_size_list<item: float>[]",
        "fixed_size_list<item: float>[x]",
        "struct<>",
        "struct<a: int8,>",
        "struct<a: int8 not>",
        "struct<1: int8>",
        "struct<a: int8=1>",
        "dense_union<a: int8>",
        "Unknown",
        "a.b",
        "§",
    ],
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="of Arrow type"):
        parse_arrow_type(text)


@given(st.text(alphabet="<>[]:,= \nabiltnou8§.", max_size=40))
def test_any_text_is_a_type_or_a_value_error(text: str) -> None:
    try:
        parsed = parse_arrow_type(text)
    except ValueError:
        return
    assert parse_arrow_type(str(parsed)) == parsed


def test_an_unknown_kind_has_no_pyarrow_type() -> None:
    with pytest.raises(ValueError, match="quark"):
        ArrowType("quark").to_arrow()
