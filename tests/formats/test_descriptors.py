from __future__ import annotations

import pytest

from rrdformats.descriptors import ComponentDescriptor, short_archetype, short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("rerun.archetypes.Points3D", "Points3D"),
        ("rerun.blueprint.archetypes.ViewContents", "ViewContents"),
        ("rerun.Custom", "Custom"),
        ("rerun.components.Color", "components.Color"),
        ("user.CustomPoints", "user.CustomPoints"),
        ("rerun.archetypes.rerun.Odd", "rerun.Odd"),
        ("user.rerun.archetypes.Odd", "user.rerun.archetypes.Odd"),
        ("rerun", "rerun"),
        ("", ""),
    ],
)
def test_an_archetype_loses_its_first_matching_prefix(name: str, short: str) -> None:
    assert short_archetype(name) == short


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("rerun.archetypes.Points3D", "Points3D"),
        ("rerun.components.Position3D", "Position3D"),
        ("rerun.blueprint.components.ViewClass", "ViewClass"),
        ("rerun.datatypes.Vec3D", "Vec3D"),
        ("rerun.encodings.Blob", "Blob"),
        ("rerun.controls.RowId", "RowId"),
        ("rerun.other.Thing", "other.Thing"),
        ("user.Thing", "user.Thing"),
    ],
)
def test_any_type_name_has_a_short_form(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("descriptor", "field"),
    [
        (ComponentDescriptor("Points3D:positions", "rerun.archetypes.Points3D"), "positions"),
        (ComponentDescriptor("user.Points:colors", "user.Points"), "colors"),
        (ComponentDescriptor("other", "rerun.archetypes.Points3D"), "other"),
        (ComponentDescriptor("Points3D:positions"), "Points3D:positions"),
        (ComponentDescriptor("confidence"), "confidence"),
    ],
)
def test_the_field_is_the_component_without_its_archetype(
    descriptor: ComponentDescriptor, field: str
) -> None:
    assert descriptor.field == field
    assert str(descriptor) == descriptor.component


def test_columns_sort_by_archetype_then_component_then_type_as_bytes() -> None:
    ordered = [
        ComponentDescriptor("a"),
        ComponentDescriptor("a", None, "rerun.components.Color"),
        ComponentDescriptor("b"),
        ComponentDescriptor("Z", "A"),
        ComponentDescriptor("a", "A"),
        ComponentDescriptor("\uffff", "A"),
        ComponentDescriptor("\U00010000", "A"),
        ComponentDescriptor("a", "B"),
    ]
    backwards = ordered[::-1]
    assert sorted(backwards, key=lambda column: column.sort_key) == ordered


def test_descriptors_are_values() -> None:
    descriptor = ComponentDescriptor("a", "A", "T")
    assert {descriptor: 1}[ComponentDescriptor("a", "A", "T")] == 1
    with pytest.raises(AttributeError):
        descriptor.component = "b"  # type: ignore[misc]  # what the line is about


def test_the_reference_names_components_the_same() -> None:
    rerun = pytest.importorskip("rerun")
    batches = rerun.Points3D([[1, 2, 3]], colors=[255]).as_component_batches()
    assert batches
    for batch in batches:
        theirs = batch.component_descriptor()
        ours = ComponentDescriptor(theirs.component, theirs.archetype, theirs.component_type)
        assert theirs.component == f"{short_archetype(theirs.archetype)}:{ours.field}"
