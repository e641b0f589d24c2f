"""How single entities are drawn in a view."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from rrdtool.archetypes.visualizers import Visualizer

__all__ = ["VisualizableArchetype", "Visualizer"]


@runtime_checkable
class VisualizableArchetype(Protocol):
    """Whatever says of itself how it is to be drawn, as most archetypes do."""

    def visualizer(self, *args: Any, **kwargs: Any) -> Visualizer:
        """The visualizer, with what is stored as overrides."""
        ...
