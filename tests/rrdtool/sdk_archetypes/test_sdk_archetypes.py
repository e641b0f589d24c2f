"""Every archetype has the members and signatures that the reference's has."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest

import rrdtool.archetypes
from rrdformats import vocabulary
from rrdtool.archetypes import Archetype, VisualizableArchetype
from rrdtool.archetypes.base import Row

rerun = pytest.importorskip("rerun")

ARCHETYPES = sorted(
    archetype.short_name
    for archetype in vocabulary.archetypes()
    if archetype.name.startswith("rerun.archetypes.")
)

# What the reference's classes inherit from their own machinery.
MACHINERY = {"deferred_patch_class", "values__field_converter_override"}


def ours(name: str) -> type[Archetype]:
    cls = getattr(rrdtool.archetypes, name)
    assert isinstance(cls, type)
    assert issubclass(cls, Archetype)
    return cls


def theirs(name: str) -> type:
    cls = getattr(rerun.archetypes, name)
    assert isinstance(cls, type)
    return cls


def parameters(method: object) -> dict[str, tuple[object, bool, object]]:
    """Kind and default of each parameter, by name; receivers and the order left out."""
    signature = inspect.signature(method)  # type: ignore[arg-type]  # members are what they are
    return {
        name: (parameter.kind, parameter.default is parameter.empty, parameter.default)
        for name, parameter in signature.parameters.items()
        if name != "self"
    }


def rows_of(cls: type) -> list[str]:
    return [name for name, member in vars(cls).items() if isinstance(member, Row)]


def public_members(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")} - MACHINERY


def test_there_are_as_many_as_the_vocabulary_knows() -> None:
    classes = {name for name in rrdtool.archetypes.__all__ if name in ARCHETYPES}
    assert sorted(classes) == ARCHETYPES
    assert len(ARCHETYPES) == 54


@pytest.mark.parametrize("name", ARCHETYPES)
def test_rows_are_those_of_the_vocabulary(name: str) -> None:
    declared = vocabulary.archetype(f"rerun.archetypes.{name}")
    cls = ours(name)
    assert declared is not None
    assert cls.archetype() == declared.name
    assert cls.archetype_short_name() == name
    assert rows_of(cls) == [field.name for field in declared.fields]
    for field in declared.fields:
        component = field.component_type.rpartition(".")[2]
        assert cls.__annotations__[field.name] == f"Row[components.{component}Batch]"
        descriptor = getattr(cls, f"descriptor_{field.name}")()
        assert descriptor.sort_key == declared.descriptor(field.name).sort_key
    assert issubclass(cls, VisualizableArchetype) == declared.has_visualizer


@pytest.mark.parametrize("name", ARCHETYPES)
def test_members(name: str) -> None:
    assert public_members(theirs(name)) <= public_members(ours(name))


@pytest.mark.parametrize("name", ARCHETYPES)
def test_signatures(name: str) -> None:
    assert parameters(ours(name)) == parameters(theirs(name))
    for member in sorted(public_members(theirs(name))):
        method = getattr(theirs(name), member)
        if inspect.isroutine(method):
            assert parameters(getattr(ours(name), member)) == parameters(method), member


@pytest.mark.parametrize("name", ARCHETYPES)
def test_positional_parameters_stand_in_the_same_order(name: str) -> None:
    def positional(cls: type) -> list[str]:
        found = inspect.signature(cls).parameters.values()
        return [p.name for p in found if p.kind is not p.KEYWORD_ONLY]

    assert positional(ours(name)) == positional(theirs(name))


@pytest.mark.parametrize("name", ARCHETYPES)
def test_descriptors_are_the_references(name: str) -> None:
    for row in rows_of(ours(name)):
        descriptor = getattr(ours(name), f"descriptor_{row}")()
        reference = getattr(theirs(name), f"descriptor_{row}")()
        assert descriptor.component == reference.component
        assert descriptor.archetype == reference.archetype
        assert descriptor.component_type == reference.component_type


@pytest.mark.parametrize(
    "name", [name for name in ARCHETYPES if issubclass(ours(name), VisualizableArchetype)]
)
def test_visualizers_are_called_as_the_references(name: str) -> None:
    made: Any = getattr(rrdtool.archetypes, name)
    archetype = made.from_fields()
    mappings = [object()]
    visualizer = archetype.visualizer(mappings=mappings)
    reference: Any = getattr(rerun.archetypes, name).from_fields
    # The reference looks into the values of a bar chart even if there are none.
    expected = reference(values=[1]) if name == "BarChart" else reference()
    assert visualizer.visualizer_type == expected.visualizer().visualizer_type
    assert visualizer.overrides == []
    assert visualizer.mappings is mappings


def test_the_package_loads_nothing_until_it_is_asked() -> None:
    program = (
        "import sys, rrdtool.archetypes as a; "
        "print(sorted({'numpy', 'pyarrow', 'rrdtool.components'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    name = "Points4D"
    with pytest.raises(AttributeError, match=name):
        getattr(rrdtool.archetypes, name)


def test_every_name_can_be_listed_and_loaded() -> None:
    assert dir(rrdtool.archetypes) == rrdtool.archetypes.__all__
    assert rrdtool.archetypes.__all__ == sorted(rrdtool.archetypes.__all__)
    for name in rrdtool.archetypes.__all__:
        assert getattr(rrdtool.archetypes, name) is not None
