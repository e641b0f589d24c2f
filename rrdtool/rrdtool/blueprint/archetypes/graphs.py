"""Graphs, and the forces that arrange them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.names import ARCHETYPES

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.blueprint import components as blueprint_components

    class _GraphBackgroundFields(TypedDict, total=False):
        color: datatypes.Rgba32Like | None

    class _ForceCenterFields(TypedDict, total=False):
        enabled: datatypes.BoolLike | None
        strength: datatypes.Float64Like | None

    class _ForceCollisionRadiusFields(TypedDict, total=False):
        enabled: datatypes.BoolLike | None
        strength: datatypes.Float64Like | None
        iterations: datatypes.UInt64Like | None

    class _ForceLinkFields(TypedDict, total=False):
        enabled: datatypes.BoolLike | None
        distance: datatypes.Float64Like | None
        iterations: datatypes.UInt64Like | None

    class _ForceManyBodyFields(TypedDict, total=False):
        enabled: datatypes.BoolLike | None
        strength: datatypes.Float64Like | None

    class _ForcePositionFields(TypedDict, total=False):
        enabled: datatypes.BoolLike | None
        strength: datatypes.Float64Like | None
        position: datatypes.Vec2DLike | None


__all__ = [
    "ForceCenter",
    "ForceCollisionRadius",
    "ForceLink",
    "ForceManyBody",
    "ForcePosition",
    "GraphBackground",
]


class GraphBackground(Archetype, prefix=ARCHETYPES):
    """The background of a graph view."""

    color: Row[components.ColorBatch]

    def __init__(self, **fields: Unpack[_GraphBackgroundFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_GraphBackgroundFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ForceCenter(Archetype, prefix=ARCHETYPES):
    """A force that draws the whole graph to the origin."""

    enabled: Row[blueprint_components.EnabledBatch]
    strength: Row[blueprint_components.ForceStrengthBatch]

    def __init__(self, **fields: Unpack[_ForceCenterFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ForceCenterFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ForceCollisionRadius(Archetype, prefix=ARCHETYPES):
    """A force that parts nodes whose circles overlap."""

    enabled: Row[blueprint_components.EnabledBatch]
    strength: Row[blueprint_components.ForceStrengthBatch]
    iterations: Row[blueprint_components.ForceIterationsBatch]

    def __init__(self, **fields: Unpack[_ForceCollisionRadiusFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ForceCollisionRadiusFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ForceLink(Archetype, prefix=ARCHETYPES):
    """A force that holds joined nodes at a distance."""

    enabled: Row[blueprint_components.EnabledBatch]
    distance: Row[blueprint_components.ForceDistanceBatch]
    iterations: Row[blueprint_components.ForceIterationsBatch]

    def __init__(self, **fields: Unpack[_ForceLinkFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_ForceLinkFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ForceManyBody(Archetype, prefix=ARCHETYPES):
    """A force between all nodes: negative strength repels, positive attracts."""

    enabled: Row[blueprint_components.EnabledBatch]
    strength: Row[blueprint_components.ForceStrengthBatch]

    def __init__(self, **fields: Unpack[_ForceManyBodyFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ForceManyBodyFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ForcePosition(Archetype, prefix=ARCHETYPES):
    """A force that draws each node to a point."""

    enabled: Row[blueprint_components.EnabledBatch]
    strength: Row[blueprint_components.ForceStrengthBatch]
    position: Row[components.Position2DBatch]

    def __init__(self, **fields: Unpack[_ForcePositionFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ForcePositionFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
