"""What chunks of equal layout share: their descriptors, their types, and what they claim.

All of it is looked at once for a layout, however many chunks have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rrdformats import vocabulary
from rrdformats.chunk_schema import VERSION_KEY
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.migrations import SORBET_VERSION, Version
from rrdtool.operations.verification.values import ValueCheck, fits

if TYPE_CHECKING:
    import pyarrow as pa

    from rrdformats.chunk import ChunkSchema
    from rrdformats.decode import ChunkGroup
    from rrdformats.decode import Layout as ByteLayout
    from rrdformats.vocabulary import ComponentType

__all__ = ["Issue", "Layout", "Layouts", "Shape"]

_RESERVED = "rerun."
_LAYOUTS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that is wrong with a column of every chunk of a layout."""

    rule: str
    message: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Entity and components of a chunk, whatever its types and lengths."""

    entity: str
    components: frozenset[ComponentDescriptor]


@dataclass(frozen=True, slots=True)
class Layout:
    """What to know of, and what to ask of, all chunks of one layout.

    Attributes:
        raw: Where everything is in their bytes.
        schema: Their schema.
        family: Number of the timelines and components that they have, whatever the entity.
        shape: Their entity and components.
        issues: What is wrong with all of them alike.
        checks: Which columns' values to look at, by column number.
        free_types: Types of the components that the vocabulary does not know.
        end: Length of the part of a payload that readers look at (bytes).
        row_ids_sorted: Whether they claim that row ids ascend.
        times_sorted: Which timelines they claim to be sorted, in the order of the columns.
    """

    raw: ByteLayout
    schema: ChunkSchema
    family: int
    shape: Shape
    issues: tuple[Issue, ...]
    checks: tuple[tuple[int, ValueCheck], ...]
    free_types: tuple[tuple[ComponentDescriptor, pa.DataType], ...]
    end: int
    row_ids_sorted: bool
    times_sorted: tuple[bool, ...]


class Layouts:
    """The layouts met so far; a few thousand are remembered."""

    def __init__(self) -> None:
        self._known: dict[int, Layout] = {}
        self._families: dict[tuple[object, ...], int] = {}

    def of(self, group: ChunkGroup) -> Layout:
        """The layout of `group`."""
        layout = self._known.get(id(group.layout))
        if layout is None:
            if len(self._known) >= _LAYOUTS_KEPT:
                self._known.clear()
            schema = group.schema
            columns = (schema.timelines, schema.descriptors)
            family = self._families.setdefault(columns, len(self._families))
            # Holding the byte layout keeps its `id` from coming to mean another one.
            layout = self._known[id(group.layout)] = _layout(group, family)
        return layout


def _layout(group: ChunkGroup, family: int) -> Layout:
    schema = group.schema
    checks: list[tuple[int, ValueCheck]] = []
    issues: list[Issue] = []
    free: list[tuple[ComponentDescriptor, pa.DataType]] = []
    for number, descriptor in enumerate(schema.descriptors, schema.first_component):
        column = schema.arrow.field(number)
        component = _known_component(descriptor)
        found = _wrong_with(descriptor, component, column.type.value_type)
        if found is not None:
            issues.append(Issue(*found, descriptor.component))
        if component is None:
            free.append((descriptor, column.type))
        elif found is None or found[0] != "component-type":
            checks.append((number, ValueCheck(component)))
    version = group.layout.ipc_schema.metadata.get(VERSION_KEY)
    if _is_unknown(version):
        told = f"the chunk states schema version {version!r}; {SORBET_VERSION} is the newest known"
        issues.append(Issue("chunk-version", told))
    return Layout(
        group.layout,
        schema,
        family,
        Shape(str(schema.entity_path), frozenset(schema.descriptors)),
        tuple(issues),
        tuple(checks),
        tuple(free),
        group.layout.ipc_batch.end,
        schema.row_ids_claimed_sorted,
        tuple(schema.claimed_sorted(i) for i in range(len(schema.timelines))),
    )


def _known_component(descriptor: ComponentDescriptor) -> ComponentType | None:
    name = descriptor.component_type
    found = vocabulary.component(name) if name is not None else None
    return found if found is not None and found.name == name else None  # not by its short name


def _wrong_with(
    descriptor: ComponentDescriptor, component: ComponentType | None, values: pa.DataType
) -> tuple[str, str] | None:
    """What is wrong with a component column, from its descriptor and the type of its values."""
    name = descriptor.component_type
    if component is None:
        if name is not None and name.startswith(_RESERVED):
            return "component-unknown", f"component type {name} is not known"
        return None
    if not fits(component.arrow, values):
        return "component-type", f"{component.name} is {component.arrow}, the column holds {values}"
    archetype_name = descriptor.archetype
    if archetype_name is None or not archetype_name.startswith(_RESERVED):
        return None
    archetype = vocabulary.archetype(archetype_name)
    if archetype is None or archetype.name != archetype_name:
        return "component-unknown", f"archetype {archetype_name} is not known"
    field = archetype.field(descriptor.field)
    if field is None:
        fields = ", ".join(item.name for item in archetype.fields)
        return "component-field", f"{archetype_name} has no such field; it has {fields}"
    if field.component_type != component.name:
        told = f"{archetype_name} has {field.component_type} there, not {component.name}"
        return "component-field", told
    return None


def _is_unknown(version: str | None) -> bool:
    if version is None:
        return False
    stated, newest = Version.parse(version), Version.parse(SORBET_VERSION)
    return stated is None or newest is None or stated > newest
