"""Every name of the reference's blueprint library is here, with its constructor and its members."""

from __future__ import annotations

import enum
import inspect
from typing import Any

import pytest

import rrdtool.blueprint as rrb
from rrdformats import vocabulary
from rrdtool.archetypes import Archetype
from rrdtool.archetypes.base import Row
from rrdtool.blueprint import archetypes, components, datatypes, encodings, table, views
from rrdtool.model.described import ComponentMixin
from rrdtool.model.values import Value

PREFIX = "rerun.blueprint."
ARCHETYPES = [a for a in vocabulary.archetypes() if a.name.startswith(PREFIX)]
TYPES: list[tuple[Any, Any]] = [
    *((components, row) for row in vocabulary.components() if row.name.startswith(PREFIX)),
    *((datatypes, row) for row in vocabulary.datatypes() if row.name.startswith(PREFIX)),
]
NAMES = [(home.__name__.rpartition(".")[2], row.short_name) for home, row in TYPES]

MACHINERY = {"deferred_patch_class", "native_to_pa_array_override"}
"""Members of the reference's classes that belong to how they are made."""

CONVERTER = "__field_converter_override"
NUMBERS = ("__len__", "__array__", "__int__", "__float__", "__bool__", "__str__")

SUBMODULES = {"annotations", "api"}
"""Names that the reference's package has by how it is made; `api` is cut into several modules."""


@pytest.fixture(scope="module")
def theirs() -> Any:
    pytest.importorskip("rerun")
    import rerun.blueprint  # type: ignore[import-untyped, unused-ignore]  # where it has no types

    return rerun.blueprint


def public(names: Any) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def parameters(function: Any) -> dict[str, tuple[object, object]]:
    """Kind and default of each parameter, by name; receivers and the order of options left out."""
    found = inspect.signature(function).parameters.values()
    return {p.name: (p.kind, p.default) for p in found if p.name != "self"}


def positional(function: Any) -> list[str]:
    found = inspect.signature(function).parameters.values()
    return [p.name for p in found if p.kind is not p.KEYWORD_ONLY and p.name != "self"]


def test_the_package_has_every_name(theirs: Any) -> None:
    assert public(dir(theirs)) - SUBMODULES - set(rrb.__all__) == set()
    assert rrb.__all__ == sorted(rrb.__all__)
    for name in rrb.__all__:
        assert getattr(rrb, name) is not None
        assert name in dir(rrb)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = rrb.no_such_name


@pytest.mark.parametrize("name", ["components", "encodings"])
def test_every_type_alias_is_there(theirs: Any, name: str) -> None:
    ours = getattr(rrb, name)
    assert [known for known in getattr(theirs, name).__all__ if not hasattr(ours, known)] == []


@pytest.mark.parametrize("name", ["archetypes", "experimental", "table", "views"])
def test_modules_have_every_name(theirs: Any, name: str) -> None:
    reference, ours = getattr(theirs, name), getattr(rrb, name)
    names = getattr(reference, "__all__", None) or public(dir(reference)) - SUBMODULES
    assert sorted(set(names) - set(ours.__all__)) == []
    assert ours.__all__ == sorted(ours.__all__)
    assert all(hasattr(ours, known) for known in ours.__all__)


def test_both_names_of_the_value_types_are_one_module() -> None:
    assert encodings is datatypes
    assert rrb.datatypes is rrb.encodings


@pytest.mark.parametrize("name", sorted(public(views.__all__)))
def test_views_take_what_the_references_take(theirs: Any, name: str) -> None:
    assert parameters(getattr(rrb, name)) == parameters(getattr(theirs, name))


@pytest.mark.parametrize(
    "name",
    [
        *("Blueprint", "BlueprintPanel", "Container", "Grid", "Horizontal", "SelectionPanel"),
        *("Tabs", "TimePanel", "TopPanel", "Vertical", "View", "Visualizer"),
    ],
)
def test_parts_are_made_and_used_as_the_references(theirs: Any, name: str) -> None:
    reference, ours = getattr(theirs, name), getattr(rrb, name)
    assert parameters(ours) == parameters(reference)
    for member in public(dir(reference)):
        method = getattr(reference, member)
        if inspect.isroutine(method):
            assert parameters(getattr(ours, member)) == parameters(method), member


@pytest.mark.parametrize("name", sorted(set(table.__all__) - {"col", "PreviewsConfig", "SortBy"}))
def test_tables_are_made_and_used_as_the_references(theirs: Any, name: str) -> None:
    reference, ours = getattr(theirs.table, name), getattr(table, name)
    if name != "StringFilters":  # nobody makes one
        assert positional(ours)[:1] == positional(reference)[:1]
    for member in public(dir(reference)):
        assert hasattr(ours, member) or member in inspect.signature(ours).parameters, member


@pytest.mark.parametrize("declared", ARCHETYPES, ids=lambda declared: declared.short_name)
def test_archetypes_have_the_rows_of_the_vocabulary(declared: Any) -> None:
    cls = getattr(archetypes, declared.short_name)
    assert issubclass(cls, Archetype)
    assert cls.archetype() == declared.name
    assert (inspect.getdoc(cls) or "").splitlines()[0] == declared.doc
    rows = [name for name, member in vars(cls).items() if isinstance(member, Row)]
    assert rows == [field.name for field in declared.fields]
    for field in declared.fields:
        home, _, component = field.component_type.rpartition(".")
        home = "blueprint_components" if "blueprint" in home else "components"
        assert cls.__annotations__[field.name] == f"Row[{home}.{component}Batch]"


@pytest.mark.parametrize("declared", ARCHETYPES, ids=lambda declared: declared.short_name)
def test_archetypes_are_called_as_the_references(theirs: Any, declared: Any) -> None:
    reference = getattr(theirs.archetypes, declared.short_name)
    ours = getattr(archetypes, declared.short_name)
    assert parameters(ours) == parameters(reference)
    assert positional(ours) == positional(reference)
    for member in sorted(public(dir(reference)) - MACHINERY):
        method = getattr(reference, member)
        if inspect.isroutine(method):
            assert parameters(getattr(ours, member)) == parameters(method), member
        else:
            assert hasattr(ours, member), member


def test_there_are_as_many_archetypes_as_the_vocabulary_knows() -> None:
    assert archetypes.__all__ == sorted(row.short_name for row in ARCHETYPES)
    assert len(ARCHETYPES) == 44
    assert dir(archetypes) == archetypes.__all__


@pytest.mark.parametrize(("home", "declared"), TYPES, ids=[".".join(name) for name in NAMES])
def test_types_say_what_the_vocabulary_says(home: Any, declared: Any) -> None:
    value = getattr(home, declared.short_name)
    batch = getattr(home, f"{declared.short_name}Batch")
    assert (inspect.getdoc(value) or "").splitlines()[0] == declared.doc
    assert batch(None).pa_array.type == batch.arrow_type() == declared.arrow.to_arrow()
    if declared.enum is not None:
        assert {member.name: member.value for member in value} == declared.enum.variants
    elif declared.arrow.kind == "struct":
        assert set(value.field_names()) == {field.name for field in declared.arrow.fields}
    if home is components:
        assert batch(None).component_type() == declared.name
        if issubclass(value, ComponentMixin):
            assert value.component_type() == declared.name


@pytest.mark.parametrize(("home", "name"), NAMES)
def test_types_are_made_as_the_references(theirs: Any, home: str, name: str) -> None:
    reference = getattr(theirs.encodings if home == "datatypes" else theirs.components, name)
    ours = getattr(rrb.datatypes if home == "datatypes" else rrb.components, name)
    if issubclass(reference, enum.Enum):
        assert {m.name: m.value for m in ours} == {m.name: m.value for m in reference}
        return
    assert issubclass(ours, Value)
    assert parameters(ours) == parameters(reference)
    assert positional(ours) == positional(reference)
    members = {name for name in public(dir(reference)) - MACHINERY if CONVERTER not in name}
    members |= {name for name in NUMBERS if name in vars(reference)}
    fields = set(ours.field_names())
    assert {name for name in members - fields if not hasattr(ours, name)} == set()


def test_importing_the_package_loads_nothing(python: Any) -> None:
    words = (
        "import sys, rrdtool.blueprint; "
        "print(sorted({'numpy', 'pyarrow', 'rrdformats'} & set(sys.modules)))"
    )
    assert python("-c", words).out == "[]\n"
