"""Every type of the SDK is here, under its name, with its constructor and its members."""

from __future__ import annotations

import inspect
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from rrdformats import vocabulary
from rrdtool import components, datatypes, encodings
from rrdtool.model.described import ComponentMixin
from rrdtool.model.values import Value

if TYPE_CHECKING:
    from types import ModuleType

PACKAGES = {"datatypes": datatypes, "components": components}
TYPES = [
    (package, name)
    for package, module in PACKAGES.items()
    for names in module._FAMILIES.values()
    for name in names.split()
]
NUMBERS = ("__len__", "__array__", "__int__", "__float__", "__bool__", "__str__")
REFERENCE_ONLY = ("deferred_patch_class", "native_to_pa_array_override")
"""Members of the reference's classes that belong to how they are made."""


def _declared(package: str, name: str) -> Any:
    look_up = vocabulary.component if package == "components" else vocabulary.datatype
    return look_up(f"rerun.{'components' if package == 'components' else 'encodings'}.{name}")


def test_both_names_of_the_value_types_are_one_module() -> None:
    assert encodings is datatypes


@pytest.mark.parametrize(
    ("package", "declared"),
    [
        ("datatypes", [row.name for row in vocabulary.datatypes()]),
        ("components", [row.name for row in vocabulary.components()]),
    ],
)
def test_every_type_of_the_vocabulary_has_a_class(package: str, declared: list[str]) -> None:
    core = {name.rpartition(".")[2] for name in declared if "blueprint" not in name}
    assert {name for home, name in TYPES if home == package} == core


@pytest.mark.parametrize(("package", "name"), TYPES)
def test_a_class_says_what_the_vocabulary_says(package: str, name: str) -> None:
    declared = _declared(package, name)
    value = getattr(PACKAGES[package], name)
    batch = getattr(PACKAGES[package], f"{name}Batch")
    first_line, *_ = (inspect.getdoc(value) or "").splitlines()
    assert first_line == declared.doc
    assert batch.arrow_type() == declared.arrow.to_arrow()
    assert batch(None).pa_array.type == batch.arrow_type()
    assert len(batch(None)) == 0
    if declared.enum is not None:
        assert {member.name: member.value for member in value} == declared.enum.variants
    if package == "components":
        assert batch(None).component_type() == declared.name
        if issubclass(value, ComponentMixin):
            assert value.component_type() == declared.name
            assert value.arrow_type() == batch.arrow_type()


@pytest.mark.parametrize(("package", "name"), TYPES)
def test_fields_have_the_names_of_the_arrow_type(package: str, name: str) -> None:
    value = getattr(PACKAGES[package], name)
    arrow = _declared(package, name).arrow
    if issubclass(value, Value) and arrow.kind == "struct":
        assert set(value.field_names()) == {field.name for field in arrow.fields}


@pytest.mark.parametrize("module", PACKAGES.values())
def test_unknown_names_are_unknown(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no attribute 'Radiuss'"):
        module.Radiuss  # noqa: B018 - the look-up is the test


@pytest.mark.parametrize("package", PACKAGES)
def test_the_reference_has_no_name_that_we_lack(package: str) -> None:
    rr = pytest.importorskip("rerun")
    reference = getattr(rr, "encodings" if package == "datatypes" else package)
    names = {name for name in dir(reference) if name[0].isupper()}
    assert {name for name in names if not hasattr(PACKAGES[package], name)} == set()


@pytest.mark.parametrize(("package", "name"), TYPES)
def test_constructors_and_members_are_those_of_the_reference(package: str, name: str) -> None:
    rr = pytest.importorskip("rerun")
    theirs = getattr(getattr(rr, "encodings" if package == "datatypes" else package), name)
    ours = getattr(PACKAGES[package], name)
    if issubclass(theirs, Enum):
        assert {member.name: member.value for member in ours} == {
            member.name: member.value for member in theirs
        }
    else:
        assert _parameters(ours) == _parameters(theirs)
    fields = ours.field_names() if issubclass(ours, Value) else ()
    wanted = {
        member
        for member in dir(theirs)
        if not member.startswith("_")
        and not member.endswith("_override")
        and member not in REFERENCE_ONLY
    } | {special for special in NUMBERS if _defines(theirs, special)}
    assert {member for member in wanted if not hasattr(ours, member)} <= set(fields)


def _parameters(kind: type) -> list[tuple[str, object, object]]:
    found = inspect.signature(kind).parameters.values()
    return [(row.name, row.kind, row.default) for row in found]


def _defines(kind: type, special: str) -> bool:
    homes = [base for base in kind.__mro__ if base.__module__.startswith("rerun.")]
    return any(special in vars(base) for base in homes)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_lists_its_types(package: str) -> None:
    listed = dir(PACKAGES[package])
    assert {name for home, name in TYPES if home == package} < set(listed)
    assert all(hasattr(PACKAGES[package], name) for name in listed)
