"""What the tables are made of: datatypes, components, archetypes and their fields.

All of them are named tuples: cheap to make, hashable, equal by content.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.vocabulary.arrow_types import list_of

if TYPE_CHECKING:
    from rrdformats.vocabulary.arrow_types import ArrowType

__all__ = [
    "ArchetypeField",
    "ArchetypeType",
    "ComponentType",
    "Datatype",
    "EnumType",
    "Status",
    "one_of",
]


class EnumType(NamedTuple):
    """A closed set of named numbers.

    Attributes:
        members: Name and number of each variant, in the order of declaration.
        default: Name of the variant that stands for "not set", where there is one.
        storage: Arrow name of the integer that is stored.
    """

    members: tuple[tuple[str, int], ...]
    default: str | None
    storage: str

    @property
    def variants(self) -> dict[str, int]:
        """The number of each variant by its name."""
        return dict(self.members)

    def variant_of(self, number: int) -> str | None:
        """The name of the variant with that number, if there is one."""
        return next((name for name, value in self.members if value == number), None)


def one_of(*, default: str | None = None, storage: str = "uint8", **variants: int) -> EnumType:
    """An enum with these variants, as tables declare it."""
    return EnumType(tuple(variants.items()), default, storage)


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


class Datatype(NamedTuple):
    """A reusable value.

    Attributes:
        name: Full name, `rerun.encodings.Vec3D`; up to 0.36 it was `rerun.datatypes.Vec3D`.
        arrow: Arrow type of one value.
        doc: One sentence.
        enum: The variants, if the value is one of a closed set.
    """

    name: str
    arrow: ArrowType
    doc: str
    enum: EnumType | None = None

    @property
    def short_name(self) -> str:
        """The last part of `name`, unique among datatypes."""
        return _last_part(self.name)


class ComponentType(NamedTuple):
    """A value with a meaning; what the cells of a chunk's component columns hold.

    Attributes:
        name: Full name, `rerun.components.Position3D`.
        arrow: Arrow type of one value.
        doc: One sentence.
        enum: The variants, if the value is one of a closed set.
        datatype: What one value is stored as; None for enums and for lists of datatypes.
    """

    name: str
    arrow: ArrowType
    doc: str
    enum: EnumType | None = None
    datatype: Datatype | None = None

    @property
    def short_name(self) -> str:
        """The last part of `name`, unique among components."""
        return _last_part(self.name)

    @property
    def column_arrow(self) -> ArrowType:
        """Arrow type of a column of this component: a list of nullable values per row."""
        return list_of(self.arrow)


def _component_name(short: str) -> str:
    """The full name of a component that a row spells `Color` or `blueprint.Enabled`."""
    namespace, dot, name = short.rpartition(".")
    return f"rerun.{namespace}{dot}components.{name}"


class Status(Enum):
    """How much an archetype needs a field; its methods spell the rows of the tables."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"

    def batch(self, name: str, component: str, doc: str) -> ArchetypeField:
        """A field of this status with one value per instance."""
        return ArchetypeField(name, _component_name(component), self, True, doc)

    def mono(self, name: str, component: str, doc: str) -> ArchetypeField:
        """A field of this status with one value for all instances."""
        return ArchetypeField(name, _component_name(component), self, False, doc)


class ArchetypeField(NamedTuple):
    """One row of an archetype.

    Attributes:
        name: Name of the field, and of the constructor's parameter where that is regular.
        component_type: Full name of the component, `rerun.components.Position3D`.
        status: Required, recommended or optional.
        is_batch: Whether it holds one value per instance rather than one for all.
        doc: One sentence.
    """

    name: str
    component_type: str
    status: Status
    is_batch: bool
    doc: str


class ArchetypeType(NamedTuple):
    """A set of components that are logged together.

    Attributes:
        name: Full name, `rerun.archetypes.Points3D`.
        doc: One sentence.
        fields: The rows, in the order of declaration.
        has_visualizer: Whether a blueprint can choose how a viewer draws it.
    """

    name: str
    doc: str
    fields: tuple[ArchetypeField, ...]
    has_visualizer: bool

    @property
    def short_name(self) -> str:
        """The last part of `name`, with which component identifiers begin."""
        return _last_part(self.name)

    def field(self, name: str) -> ArchetypeField | None:
        """The row of that name."""
        return next((field for field in self.fields if field.name == name), None)

    def descriptor(self, name: str) -> ComponentDescriptor:
        """What a column for the field of that name says about itself.

        Raises:
            KeyError: If there is no such field.
        """
        field = self.field(name)
        if field is None:
            raise KeyError(f"{self.name} has no field {name!r}")
        component = f"{self.short_name}:{name}"
        return ComponentDescriptor(component, self.name, field.component_type)
