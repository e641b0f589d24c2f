"""Finds types by name; the first look-up loads the tables (a few milliseconds, no pyarrow)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

from rrdformats.vocabulary.model import ArchetypeType, ComponentType, Datatype

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from rrdformats.vocabulary.model import EnumType

__all__ = [
    "archetype",
    "archetypes",
    "component",
    "components",
    "datatype",
    "datatypes",
    "enum",
    "enums",
]

_Type = TypeVar("_Type", Datatype, ComponentType, ArchetypeType)


@cache
def datatypes() -> tuple[Datatype, ...]:
    """All datatypes, those of blueprints last."""
    from rrdformats.vocabulary.encodings import DATATYPES

    return tuple(DATATYPES.values())


@cache
def components() -> tuple[ComponentType, ...]:
    """All component types, those of blueprints last."""
    return tuple(row for family in _families() for row in family.COMPONENTS)


@cache
def archetypes() -> tuple[ArchetypeType, ...]:
    """All archetypes, those of blueprints last."""
    return tuple(row for family in _families() for row in family.ARCHETYPES)


@cache
def enums() -> Mapping[str, EnumType]:
    """All enums by full name, components first."""
    values: tuple[ComponentType | Datatype, ...] = (*components(), *datatypes())
    return {value.name: value.enum for value in values if value.enum is not None}


def datatype(name: str) -> Datatype | None:
    """The datatype of that name: `rerun.encodings.Vec3D`, `rerun.datatypes.Vec3D` or `Vec3D`."""
    namespace, is_old, short_name = name.partition(".datatypes.")
    return _datatypes_by_name().get(f"{namespace}.encodings.{short_name}" if is_old else name)


def component(name: str) -> ComponentType | None:
    """The component type of that name: `rerun.components.Color` or `Color`."""
    return _components_by_name().get(name)


def archetype(name: str) -> ArchetypeType | None:
    """The archetype of that name: `rerun.archetypes.Points3D` or `Points3D`."""
    return _archetypes_by_name().get(name)


def enum(name: str) -> EnumType | None:
    """The variants of the component or datatype of that name, if it is an enum."""
    value = component(name) or datatype(name)
    return None if value is None else value.enum


def _families() -> tuple[ModuleType, ...]:
    from rrdformats.vocabulary import (
        annotation_classes,
        basics,
        blueprint_charts,
        blueprint_layout,
        blueprint_scenes,
        blueprint_tables,
        blueprint_time,
        graphs,
        images,
        maps,
        mcap,
        models3d,
        plots,
        recording,
        shapes2d,
        shapes3d,
        tensors,
        text,
        transforms,
        video,
    )

    core = (basics, recording, shapes3d, models3d, shapes2d, transforms, images, video)
    more = (annotation_classes, plots, text, tensors, graphs, maps, mcap)
    layouts = (blueprint_layout, blueprint_time)
    views = (blueprint_scenes, blueprint_charts, blueprint_tables)
    return (*core, *more, *layouts, *views)


def _by_name(types: Iterable[_Type]) -> dict[str, _Type]:
    return {name: row for row in types for name in (row.short_name, row.name)}


@cache
def _datatypes_by_name() -> dict[str, Datatype]:
    return _by_name(datatypes())


@cache
def _components_by_name() -> dict[str, ComponentType]:
    return _by_name(components())


@cache
def _archetypes_by_name() -> dict[str, ArchetypeType]:
    return _by_name(archetypes())
