"""The tables of types against the reference package."""

from __future__ import annotations

import enum
import importlib
from typing import Any

import pytest

import rrdformats.vocabulary as vocabulary
from rrdformats.vocabulary import ArchetypeType, ComponentType, Datatype

pytest.importorskip("rerun", reason="the reference package is not installed")


def _reference(full_name: str) -> Any:
    """The class of that name, or of the batches of that value."""
    module, _, name = full_name.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("component", vocabulary.components(), ids=lambda row: row.name)
def test_component(component: ComponentType) -> None:
    batch = _reference(component.name + "Batch")
    assert component.name == batch._COMPONENT_TYPE
    assert str(batch._ARROW_DATATYPE) == str(component.arrow)


@pytest.mark.parametrize("datatype", vocabulary.datatypes(), ids=lambda row: row.name)
def test_datatype(datatype: Datatype) -> None:
    assert str(_reference(datatype.name + "Batch")._ARROW_DATATYPE) == str(datatype.arrow)


@pytest.mark.parametrize("name", vocabulary.enums())
def test_enum(name: str) -> None:
    members: type[enum.Enum] = _reference(name)
    ours = vocabulary.enums()[name]
    assert ours.variants == {member.name: member.value for member in members}


@pytest.mark.parametrize("archetype", vocabulary.archetypes(), ids=lambda row: row.name)
def test_archetype(archetype: ArchetypeType) -> None:
    reference = _reference(archetype.name)
    prefix = "descriptor_"
    theirs = {name.removeprefix(prefix) for name in dir(reference) if name.startswith(prefix)}
    assert theirs == {field.name for field in archetype.fields}
    for field in archetype.fields:
        descriptor = getattr(reference, prefix + field.name)()
        ours = archetype.descriptor(field.name)
        assert descriptor.component == ours.component
        assert descriptor.archetype == ours.archetype
        assert descriptor.component_type == ours.component_type
    assert hasattr(reference, "visualizer") == archetype.has_visualizer
