"""Where visualizers take their components from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes.texts import Utf8
from rrdtool.model.enums import EnumBatch, NamedNumber
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    from rrdtool.datatypes.texts import Utf8Like

__all__ = [
    "ComponentSourceKind",
    "ComponentSourceKindArrayLike",
    "ComponentSourceKindBatch",
    "ComponentSourceKindLike",
    "VisualizerComponentMapping",
    "VisualizerComponentMappingArrayLike",
    "VisualizerComponentMappingBatch",
    "VisualizerComponentMappingLike",
]


class ComponentSourceKind(NamedNumber):
    """Where a visualizer takes the values of a component from."""

    SourceComponent = 1
    Override = 2
    Default = 3
    AnnotationContext = 4


ComponentSourceKindLike: TypeAlias = "ComponentSourceKind | str | int"
ComponentSourceKindArrayLike: TypeAlias = (
    "ComponentSourceKindLike | Sequence[ComponentSourceKindLike]"
)


class ComponentSourceKindBatch(
    EnumBatch[ComponentSourceKind], of=ComponentSourceKind, namespace=NAMESPACE
):
    """A batch of `ComponentSourceKind`."""


class VisualizerComponentMapping(Value):
    """Where one component of a visualizer comes from.

    Args:
        target: The component.
        source_kind: Where it comes from.
        source_component: The component of the entity, if it comes from one.
        selector: What to take of each value, in the syntax of `jq`.
    """

    _FIELDS = ("target", "source_kind", "source_component", "selector")
    target: Utf8
    source_kind: ComponentSourceKind
    source_component: str | None
    selector: str | None

    def __init__(
        self,
        target: Utf8Like,
        source_kind: ComponentSourceKindLike,
        *,
        source_component: str | None = None,
        selector: str | None = None,
    ) -> None:
        self.target = Utf8(target)
        self.source_kind = ComponentSourceKind.auto(source_kind)
        self.source_component = source_component
        self.selector = selector


VisualizerComponentMappingLike: TypeAlias = "VisualizerComponentMapping"
VisualizerComponentMappingArrayLike: TypeAlias = (
    "VisualizerComponentMapping | Sequence[VisualizerComponentMappingLike]"
)


class VisualizerComponentMappingBatch(
    StructBatch[VisualizerComponentMappingArrayLike],
    of=VisualizerComponentMapping,
    namespace=NAMESPACE,
):
    """A batch of `VisualizerComponentMapping`."""
