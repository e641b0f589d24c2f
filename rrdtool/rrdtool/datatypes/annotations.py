"""What numbers of classes and keypoints stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from rrdtool.datatypes.colors import Rgba32, Rgba32Like
from rrdtool.datatypes.numbers import ClassId, ClassIdLike, KeypointId, KeypointIdLike
from rrdtool.datatypes.texts import Utf8, Utf8Like
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    from rrdtool.model.described import DescribedComponentBatch

__all__ = [
    "AnnotationInfo",
    "AnnotationInfoArrayLike",
    "AnnotationInfoBatch",
    "AnnotationInfoLike",
    "ClassDescription",
    "ClassDescriptionArrayLike",
    "ClassDescriptionBatch",
    "ClassDescriptionLike",
    "ClassDescriptionMapElem",
    "ClassDescriptionMapElemArrayLike",
    "ClassDescriptionMapElemBatch",
    "ClassDescriptionMapElemLike",
    "KeypointPair",
    "KeypointPairArrayLike",
    "KeypointPairBatch",
    "KeypointPairLike",
]


class AnnotationInfo(Value):
    """The label and the color that stand for a number."""

    _FIELDS = ("id", "label", "color")
    id: int
    label: Utf8 | None
    color: Rgba32 | None

    def __init__(
        self,
        id: int,  # noqa: A002 - the name of the field
        label: Utf8Like | None = None,
        color: Rgba32Like | None = None,
    ) -> None:
        self.id = int(id)
        self.label = None if label is None else Utf8(label)
        self.color = None if color is None else Rgba32(color)

    @classmethod
    def of(cls, item: object) -> AnnotationInfo:
        """What `item` stands for: itself, a number, or a sequence of the constructor's arguments.

        Raises:
            TypeError: If it is none of them.
        """
        if isinstance(item, AnnotationInfo):
            return item
        if isinstance(item, int | np.integer):
            return cls(int(item))
        if isinstance(item, str) or not isinstance(item, Iterable):
            raise TypeError(f"expected a class, not {type(item).__name__!r}")
        return cls(*item)


AnnotationInfoLike: TypeAlias = (
    "AnnotationInfo | int | tuple[int, Utf8Like] | tuple[int, Utf8Like | None, Rgba32Like]"
)
AnnotationInfoArrayLike: TypeAlias = "AnnotationInfo | Sequence[AnnotationInfoLike]"


class AnnotationInfoBatch(StructBatch[AnnotationInfoArrayLike], of=AnnotationInfo):
    """A batch of `AnnotationInfo`."""

    @classmethod
    def _value(cls, item: object) -> Value:
        return AnnotationInfo.of(item)


class KeypointPair(Value):
    """Two keypoints that a line connects."""

    _FIELDS = ("keypoint0", "keypoint1")
    keypoint0: KeypointId
    keypoint1: KeypointId

    def __init__(self, keypoint0: KeypointIdLike, keypoint1: KeypointIdLike) -> None:
        self.keypoint0 = KeypointId(keypoint0)
        self.keypoint1 = KeypointId(keypoint1)

    @classmethod
    def of(cls, item: object) -> KeypointPair:
        """What `item` stands for: itself, or a sequence of two keypoints.

        Raises:
            TypeError: If it is neither.
        """
        if isinstance(item, KeypointPair):
            return item
        if not isinstance(item, Iterable):
            raise TypeError(f"expected a pair of keypoints, not {type(item).__name__!r}")
        return cls(*item)


KeypointPairLike: TypeAlias = "KeypointPair | Sequence[KeypointIdLike]"
KeypointPairArrayLike: TypeAlias = "KeypointPair | Sequence[KeypointPairLike]"


class KeypointPairBatch(StructBatch[KeypointPairArrayLike], of=KeypointPair):
    """A batch of `KeypointPair`."""

    @classmethod
    def _value(cls, item: object) -> Value:
        return KeypointPair.of(item)


class ClassDescription(Value):
    """How a class, its keypoints and the lines between them are shown.

    Can be logged itself, as an annotation context of one class.
    """

    _FIELDS = ("info", "keypoint_annotations", "keypoint_connections")
    info: AnnotationInfo
    keypoint_annotations: list[AnnotationInfo]
    keypoint_connections: list[KeypointPair]

    def __init__(
        self,
        *,
        info: AnnotationInfoLike,
        keypoint_annotations: Sequence[AnnotationInfoLike] | None = [],
        keypoint_connections: Sequence[KeypointPairLike] | None = [],
    ) -> None:
        self.info = AnnotationInfo.of(info)
        self.keypoint_annotations = [AnnotationInfo.of(item) for item in keypoint_annotations or ()]
        self.keypoint_connections = [KeypointPair.of(item) for item in keypoint_connections or ()]

    @classmethod
    def of(cls, item: object) -> ClassDescription:
        """What `item` stands for: itself, or the class alone in any form."""
        if isinstance(item, ClassDescription):
            return item
        return cls(info=cast("AnnotationInfoLike", item))

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        """An annotation context of this class alone."""
        from rrdtool.components.annotations import described_context

        return [described_context([self])]


ClassDescriptionLike: TypeAlias = "ClassDescription | AnnotationInfoLike"
ClassDescriptionArrayLike: TypeAlias = "ClassDescription | Sequence[ClassDescriptionLike]"


class ClassDescriptionBatch(StructBatch[ClassDescriptionArrayLike], of=ClassDescription):
    """A batch of `ClassDescription`."""

    @classmethod
    def _value(cls, item: object) -> Value:
        return ClassDescription.of(item)


class ClassDescriptionMapElem(Value):
    """An entry of an annotation context: a class and its description."""

    _FIELDS = ("class_id", "class_description")
    class_id: ClassId
    class_description: ClassDescription

    def __init__(self, class_id: ClassIdLike, class_description: ClassDescriptionLike) -> None:
        self.class_id = ClassId(class_id)
        self.class_description = ClassDescription.of(class_description)

    @classmethod
    def of(cls, item: object) -> ClassDescriptionMapElem:
        """What `item` stands for: itself, or a description under its own number."""
        if isinstance(item, ClassDescriptionMapElem):
            return item
        description = ClassDescription.of(item)
        return cls(description.info.id, description)


ClassDescriptionMapElemLike: TypeAlias = "ClassDescriptionMapElem | ClassDescriptionLike"
ClassDescriptionMapElemArrayLike: TypeAlias = (
    "ClassDescriptionMapElem | Sequence[ClassDescriptionMapElemLike]"
)


class ClassDescriptionMapElemBatch(
    StructBatch[ClassDescriptionMapElemArrayLike], of=ClassDescriptionMapElem
):
    """A batch of `ClassDescriptionMapElem`."""

    @classmethod
    def _value(cls, item: object) -> Value:
        return ClassDescriptionMapElem.of(item)


def class_map(classes: Any) -> list[ClassDescriptionMapElem]:
    """The entries of an annotation context; of a dict, its keys."""
    return [ClassDescriptionMapElem.of(item) for item in classes]
