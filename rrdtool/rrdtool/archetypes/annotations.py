"""What class numbers mean: `AnnotationContext`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row

if TYPE_CHECKING:
    from rrdtool import components
    from rrdtool.model.described import ComponentColumnList

    class _AnnotationContextFields(TypedDict, total=False):
        context: components.AnnotationContextArrayLike | None


__all__ = ["AnnotationContext"]


class AnnotationContext(Archetype):
    """How classes and keypoints look, for this entity and all below it."""

    context: Row[components.AnnotationContextBatch]

    def __init__(self, context: components.AnnotationContextArrayLike) -> None:
        self._store(context=context)

    @classmethod
    def columns(cls, **fields: Unpack[_AnnotationContextFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_AnnotationContextFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
