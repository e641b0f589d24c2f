"""The tables of types: complete, consistent with one another, found by every name."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import rrdformats.vocabulary as vocabulary
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.vocabulary import ArchetypeType, ComponentType, Datatype, EnumType, Status

VALUES = (*vocabulary.datatypes(), *vocabulary.components())
ARCHETYPES = vocabulary.archetypes()
ENUMS = vocabulary.enums()

all_values = pytest.mark.parametrize("value", VALUES, ids=lambda value: value.name)
all_archetypes = pytest.mark.parametrize("archetype", ARCHETYPES, ids=lambda row: row.name)


def test_counts() -> None:
    counts = [len(vocabulary.datatypes()), len(vocabulary.components()), len(ARCHETYPES)]
    assert counts == [52 + 13, 94 + 64, 54 + 44]
    assert sum(len(archetype.fields) for archetype in ARCHETYPES) == 290 + 119
    assert len(ENUMS) == 33


def test_every_module_with_tables_is_loaded() -> None:
    names = [module.name for module in pkgutil.iter_modules(vocabulary.__path__)]
    modules = [importlib.import_module(f"rrdformats.vocabulary.{name}") for name in names]
    families = [module for module in modules if hasattr(module, "COMPONENTS")]
    components = {row for family in families for row in family.COMPONENTS}
    archetypes = {row for family in families for row in family.ARCHETYPES}
    assert components == set(vocabulary.components())
    assert archetypes == set(ARCHETYPES)


@pytest.mark.parametrize(
    "rows",
    [vocabulary.datatypes(), vocabulary.components(), ARCHETYPES],
    ids=["datatypes", "components", "archetypes"],
)
def test_short_names_are_unique(
    rows: tuple[Datatype | ComponentType | ArchetypeType, ...],
) -> None:
    assert len({row.short_name for row in rows}) == len(rows)


@all_values
def test_arrow_text_parses_and_pyarrow_prints_it(value: Datatype | ComponentType) -> None:
    text = str(value.arrow)
    assert vocabulary.parse_arrow_type(text) == value.arrow
    assert str(value.arrow.to_arrow()) == text


@pytest.mark.parametrize("component", vocabulary.components(), ids=lambda value: value.name)
def test_a_component_is_stored_as_its_datatype(component: ComponentType) -> None:
    if component.datatype is not None:
        assert component.arrow == component.datatype.arrow
    else:
        assert component.enum is not None or component.arrow.kind == "list"
    assert str(component.column_arrow) == f"list<item: {component.arrow}>"


@all_archetypes
def test_fields_refer_to_known_components(archetype: ArchetypeType) -> None:
    assert archetype.fields
    for field in archetype.fields:
        component = vocabulary.component(field.component_type)
        assert component is not None
        assert component.name == field.component_type
        assert archetype.field(field.name) is field
    assert len({field.name for field in archetype.fields}) == len(archetype.fields)


def test_nearly_every_component_is_a_field_of_some_archetype() -> None:
    used = {field.component_type for archetype in ARCHETYPES for field in archetype.fields}
    unused = {row.name for row in vocabulary.components()} - used
    # the first five are shown in cells of tables; the reference has no archetype for any of them
    assert unused == {
        "rerun.components.Bool",
        "rerun.components.EntryKind",
        "rerun.components.Flag",
        "rerun.components.Thumbnail",
        "rerun.components.Url",
        "rerun.blueprint.components.ComponentColumnSelector",
        "rerun.blueprint.components.TimeInt",
    }


def _is_sentence(doc: str) -> bool:
    return doc[0].isupper() and doc.endswith(".") and doc == doc.strip() and len(doc) <= 100


@all_values
def test_a_value_is_described_in_a_sentence(value: Datatype | ComponentType) -> None:
    assert _is_sentence(value.doc)


@all_archetypes
def test_archetype_and_fields_are_described_in_a_sentence_each(archetype: ArchetypeType) -> None:
    assert _is_sentence(archetype.doc)
    assert all(_is_sentence(field.doc) for field in archetype.fields)


@pytest.mark.parametrize(("name", "enum"), ENUMS.items())
def test_enum_numbers_are_distinct_and_fit(name: str, enum: EnumType) -> None:
    numbers = enum.variants.values()
    value = vocabulary.component(name) or vocabulary.datatype(name)
    assert value is not None
    assert str(value.arrow) == enum.storage
    assert 0 < min(numbers) <= max(numbers) < 1 << int(enum.storage.removeprefix("uint"))
    assert [enum.variant_of(number) for number in numbers] == list(enum.variants)
    assert enum.default is None or enum.default in enum.variants
    assert enum.variant_of(0) is None


@pytest.mark.parametrize(
    ("name", "full_name"),
    [
        ("rerun.encodings.Vec3D", "rerun.encodings.Vec3D"),
        ("rerun.datatypes.Vec3D", "rerun.encodings.Vec3D"),
        ("Vec3D", "rerun.encodings.Vec3D"),
        ("rerun.blueprint.datatypes.FilterByRange", "rerun.blueprint.encodings.FilterByRange"),
        ("FilterByRange", "rerun.blueprint.encodings.FilterByRange"),
    ],
)
def test_datatypes_are_found_by_all_of_their_names(name: str, full_name: str) -> None:
    found = vocabulary.datatype(name)
    assert found is not None
    assert found.name == full_name


@pytest.mark.parametrize("name", ["", "Nothing", "rerun.components.Vec3D", ".datatypes.", "vec3d"])
def test_unknown_names_find_nothing(name: str) -> None:
    assert vocabulary.datatype(name) is None
    assert vocabulary.component(name) is None
    assert vocabulary.archetype(name) is None
    assert vocabulary.enum(name) is None


def test_components_archetypes_and_enums_are_found_by_both_names() -> None:
    for name in ("Color", "rerun.components.Color"):
        color = vocabulary.component(name)
        assert color is not None
        assert color.datatype is vocabulary.datatype("Rgba32")
    for name in ("ViewBlueprint", "rerun.blueprint.archetypes.ViewBlueprint"):
        view = vocabulary.archetype(name)
        assert view is not None
        assert view.name == "rerun.blueprint.archetypes.ViewBlueprint"
    for name in ("Colormap", "rerun.components.Colormap", "ColorModel"):
        assert vocabulary.enum(name) is not None
    assert vocabulary.enum("Color") is None


def test_a_row_tells_all_that_a_constructor_needs() -> None:
    points = vocabulary.archetype("Points3D")
    assert points is not None
    assert [(row.name, row.status, row.is_batch) for row in points.fields[:3]] == [
        ("positions", Status.REQUIRED, True),
        ("radii", Status.RECOMMENDED, True),
        ("colors", Status.RECOMMENDED, True),
    ]
    assert points.descriptor("positions") == ComponentDescriptor(
        "Points3D:positions", "rerun.archetypes.Points3D", "rerun.components.Position3D"
    )
    with pytest.raises(KeyError, match="no field 'sizes'"):
        points.descriptor("sizes")


def test_look_ups_load_neither_numpy_nor_pyarrow_and_the_import_loads_no_table() -> None:
    program = (
        "import sys, rrdformats.vocabulary as vocabulary;"
        "print('rrdformats.vocabulary.shapes3d' in sys.modules);"
        "print(vocabulary.archetype('Points3D').name, vocabulary.datatype('Vec3D').name);"
        "print({'numpy', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    assert lines == ["False", "rerun.archetypes.Points3D rerun.encodings.Vec3D", "set()"]
