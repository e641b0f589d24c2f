"""The tables of types against the fact sheets, which are not part of the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import rrdformats.vocabulary as vocabulary
from rrdformats.vocabulary import ArchetypeType, ComponentType, Datatype

Facts = dict[str, dict[str, Any]]

FOLDER = Path(
    os.environ.get("RRD_TEST_FACTS", Path(__file__).parents[3].joinpath("shared", "facts"))
)


@pytest.fixture(scope="module")
def facts() -> Facts:
    """Types by kind and full name, those of blueprints among the others."""
    sheets = [FOLDER / "types.json", FOLDER / "blueprint_types.json"]
    if not all(sheet.exists() for sheet in sheets):
        pytest.skip("the fact sheets types.json and blueprint_types.json are not here")
    contents = [json.loads(sheet.read_text()) for sheet in sheets]
    kinds = ("datatypes", "components", "archetypes")
    return {kind: contents[0][kind] | contents[1][kind] for kind in kinds}


def test_names(facts: Facts) -> None:
    assert {row.name for row in vocabulary.datatypes()} == facts["datatypes"].keys()
    assert {row.name for row in vocabulary.components()} == facts["components"].keys()
    assert {row.name for row in vocabulary.archetypes()} == facts["archetypes"].keys()


def _check_value(value: Datatype | ComponentType, fact: dict[str, Any]) -> None:
    assert str(value.arrow) == fact["arrow"]
    variants = {variant["name"]: variant["value"] for variant in fact.get("enum") or ()}
    assert (value.enum.variants if value.enum else {}) == variants
    assert (value.enum.default if value.enum else None) == fact.get("default_member")


@pytest.mark.parametrize("datatype", vocabulary.datatypes(), ids=lambda row: row.name)
def test_datatype(datatype: Datatype, facts: Facts) -> None:
    fact = facts["datatypes"][datatype.name]
    _check_value(datatype, fact)
    assert vocabulary.datatype(fact["fqn_0.33"]) is datatype


@pytest.mark.parametrize("component", vocabulary.components(), ids=lambda row: row.name)
def test_component(component: ComponentType, facts: Facts) -> None:
    fact = facts["components"][component.name]
    _check_value(component, fact)
    assert (component.datatype.name if component.datatype else None) == fact["underlying_datatype"]


@pytest.mark.parametrize("archetype", vocabulary.archetypes(), ids=lambda row: row.name)
def test_archetype(archetype: ArchetypeType, facts: Facts) -> None:
    fact = facts["archetypes"][archetype.name]
    keys = ("name", "component", "component_type", "status", "cardinality")
    assert [
        (
            row.name,
            archetype.descriptor(row.name).component,
            row.component_type,
            row.status.value,
            "batch" if row.is_batch else "mono",
        )
        for row in archetype.fields
    ] == [tuple(field[key] for key in keys) for field in fact["fields"]]
    assert archetype.has_visualizer == fact["has_visualizer"]
