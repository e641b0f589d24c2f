"""What class and keypoint numbers stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rrdtool.datatypes.annotations import (
    ClassDescription,
    ClassDescriptionArrayLike,
    ClassDescriptionMapElem,
    ClassDescriptionMapElemLike,
    class_map,
)
from rrdtool.model.batches import BaseBatch
from rrdtool.model.described import (
    ComponentBatchMixin,
    ComponentDescriptor,
    ComponentMixin,
    DescribedComponentBatch,
)
from rrdtool.model.values import ListValue, plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "AnnotationContext",
    "AnnotationContextArrayLike",
    "AnnotationContextBatch",
    "AnnotationContextLike",
]


class AnnotationContext(ListValue, ComponentMixin):
    """Descriptions of classes, by their numbers.

    Args:
        class_map: The classes in any form: descriptions, labels with or without color, numbers.
    """

    _FIELDS = ("class_map",)
    class_map: list[ClassDescriptionMapElem]

    def __init__(self, class_map: AnnotationContextLike) -> None:
        self.class_map = _entries(class_map)


AnnotationContextLike: TypeAlias = (
    "AnnotationContext | ClassDescriptionArrayLike | Sequence[ClassDescriptionMapElemLike]"
)
AnnotationContextArrayLike: TypeAlias = "AnnotationContextLike"


class AnnotationContextBatch(
    BaseBatch[AnnotationContextArrayLike], ComponentBatchMixin, of=AnnotationContext
):
    """One `AnnotationContext`: its classes, however many."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        contexts = data if isinstance(data, list) else [data]
        if not contexts or not all(isinstance(item, AnnotationContext) for item in contexts):
            contexts = [AnnotationContext(data)]
        return pa.array([plain(context) for context in contexts], cls.arrow_type())


def _entries(classes: Any) -> list[ClassDescriptionMapElem]:
    if isinstance(classes, AnnotationContext):
        return classes.class_map
    return class_map([classes] if isinstance(classes, ClassDescription) else classes)


_CONTEXT = ComponentDescriptor(
    "AnnotationContext:context",
    "rerun.archetypes.AnnotationContext",
    "rerun.components.AnnotationContext",
)


def described_context(classes: AnnotationContextLike) -> DescribedComponentBatch:
    """The component of the archetype `AnnotationContext`."""
    return AnnotationContextBatch(classes).described(_CONTEXT)
