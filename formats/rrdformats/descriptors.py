"""Component descriptors: what a data column of a chunk means (fact sheet section 5.4)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ComponentDescriptor", "short_archetype", "short_name"]

_ARCHETYPE_PREFIXES = ("rerun.archetypes.", "rerun.blueprint.archetypes.", "rerun.")
_NAME_PREFIXES = (
    *_ARCHETYPE_PREFIXES[:2],
    "rerun.components.",
    "rerun.blueprint.components.",
    "rerun.datatypes.",
    "rerun.encodings.",
    "rerun.controls.",
    "rerun.",
)


def _without_first_prefix(name: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def short_archetype(archetype: str) -> str:
    """The short form of an archetype name, as component identifiers use it (section 5.4).

    >>> short_archetype("rerun.archetypes.Points3D"), short_archetype("user.CustomPoints")
    ('Points3D', 'user.CustomPoints')
    """
    return _without_first_prefix(archetype, _ARCHETYPE_PREFIXES)


def short_name(name: str) -> str:
    """Any fully qualified type name without its `rerun.…` namespace, for people to read."""
    return _without_first_prefix(name, _NAME_PREFIXES)


@dataclass(frozen=True, slots=True)
class ComponentDescriptor:
    """What a component column holds.

    Attributes:
        component: Identifier, unique within an entity: `Points3D:positions`, or a bare name.
        archetype: Full archetype name (`rerun.archetypes.Points3D`), if there is one.
        component_type: Full component type (`rerun.components.Position3D`), if there is one.
    """

    component: str
    archetype: str | None = None
    component_type: str | None = None

    @property
    def sort_key(self) -> tuple[bytes, bytes, bytes]:
        """Column order on disk: archetype, component, type; bytes; absent before any text."""
        return (
            (self.archetype or "").encode(),
            self.component.encode(),
            (self.component_type or "").encode(),
        )

    @property
    def field(self) -> str:
        """`component` without the leading short name of its archetype (`positions`)."""
        if self.archetype is None:
            return self.component
        return self.component.removeprefix(short_archetype(self.archetype) + ":")

    def __str__(self) -> str:
        return self.component
