"""What a blueprint says about how one entity is drawn."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rrdtool.model.described import DescribedComponentBatch

__all__ = ["Visualizer", "VisualizerComponentMappingLike"]

VisualizerComponentMappingLike: TypeAlias = object
"""Where a visualizer takes a component from; the blueprint library knows what it may be."""


class Visualizer:
    """One way to draw an entity, as blueprints override it.

    Attributes:
        id: Tells this visualizer from others of its type.
        visualizer_type: Name of the type, `Points3D`.
        overrides: Values that take the place of those that were logged.
        mappings: Where the visualizer takes its other components from.
    """

    id: uuid.UUID
    visualizer_type: str
    overrides: Sequence[DescribedComponentBatch] | None
    mappings: Sequence[VisualizerComponentMappingLike] | None

    def __init__(
        self,
        visualizer_type: str,
        *,
        overrides: Sequence[DescribedComponentBatch] | None = None,
        mappings: Sequence[VisualizerComponentMappingLike] | None = None,
    ) -> None:
        self.id = uuid.uuid4()
        self.visualizer_type = visualizer_type
        self.overrides = overrides
        self.mappings = mappings
