"""Where things are: translations, rotations, scales, cameras and axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from rrdtool.datatypes import matrices, numbers, rotations, vectors, views
from rrdtool.model.described import (
    ComponentBatchMixin,
    ComponentDescriptor,
    ComponentMixin,
    DescribedComponentBatch,
)
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "AxisLength",
    "AxisLengthBatch",
    "ImagePlaneDistance",
    "ImagePlaneDistanceBatch",
    "PinholeProjection",
    "PinholeProjectionBatch",
    "Resolution",
    "ResolutionBatch",
    "RotationAxisAngle",
    "RotationAxisAngleBatch",
    "RotationQuat",
    "RotationQuatBatch",
    "Scale3D",
    "Scale3DBatch",
    "TransformMat3x3",
    "TransformMat3x3Batch",
    "TransformRelation",
    "TransformRelationArrayLike",
    "TransformRelationBatch",
    "TransformRelationLike",
    "Translation3D",
    "Translation3DBatch",
    "ViewCoordinates",
    "ViewCoordinatesBatch",
]


class Translation3D(vectors.Vec3D, ComponentMixin):
    """A shift in space."""


class Translation3DBatch(vectors.Vec3DBatch, ComponentBatchMixin, of=Translation3D):
    """A batch of `Translation3D`."""


class RotationAxisAngle(rotations.RotationAxisAngle, ComponentMixin):
    """A rotation as axis and angle."""


class RotationAxisAngleBatch(
    rotations.RotationAxisAngleBatch, ComponentBatchMixin, of=RotationAxisAngle
):
    """A batch of `RotationAxisAngle`."""


class RotationQuat(rotations.Quaternion, ComponentMixin):
    """A rotation as a quaternion."""


class RotationQuatBatch(rotations.QuaternionBatch, ComponentBatchMixin, of=RotationQuat):
    """A batch of `RotationQuat`."""


class Scale3D(vectors.Vec3D, ComponentMixin):
    """A factor for each axis.

    Args:
        uniform_or_per_axis: One factor for all axes, or three.
    """

    def __init__(
        self, uniform_or_per_axis: vectors.Vec3DLike | numbers.Float32Like | None = True
    ) -> None:
        given = np.asarray(uniform_or_per_axis, np.float32)
        super().__init__(np.full(3, given) if given.ndim == 0 else given)


class Scale3DBatch(vectors.Vec3DBatch, ComponentBatchMixin, of=Scale3D):
    """A batch of `Scale3D`."""


class TransformMat3x3(matrices.Mat3x3, ComponentMixin):
    """A linear map of space."""


class TransformMat3x3Batch(matrices.Mat3x3Batch, ComponentBatchMixin, of=TransformMat3x3):
    """A batch of `TransformMat3x3`."""


class TransformRelation(NamedNumber):
    """Which way a transform leads."""

    ParentFromChild = 1
    ChildFromParent = 2


TransformRelationLike: TypeAlias = "TransformRelation | str | int"
TransformRelationArrayLike: TypeAlias = "TransformRelationLike | Sequence[TransformRelationLike]"


class TransformRelationBatch(
    EnumBatch[TransformRelation], ComponentBatchMixin, of=TransformRelation
):
    """A batch of `TransformRelation`."""


class AxisLength(numbers.Float32, ComponentMixin):
    """Length of drawn coordinate axes (scene units)."""


class AxisLengthBatch(numbers.Float32Batch, ComponentBatchMixin, of=AxisLength):
    """A batch of `AxisLength`."""


class ViewCoordinates(views.NamedAxes, views.ViewCoordinates, ComponentMixin):
    """Where the axes of a space point to.

    Can be logged itself, as the archetype of the same name.
    """

    ViewDir = views.ViewDir

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        """The archetype `ViewCoordinates` of these axes."""
        return [ViewCoordinatesBatch(self).described(_XYZ)]


_XYZ = ComponentDescriptor(
    "ViewCoordinates:xyz", "rerun.archetypes.ViewCoordinates", "rerun.components.ViewCoordinates"
)


class ViewCoordinatesBatch(views.ViewCoordinatesBatch, ComponentBatchMixin, of=ViewCoordinates):
    """A batch of `ViewCoordinates`."""


class PinholeProjection(matrices.Mat3x3, ComponentMixin):
    """The intrinsic matrix of a camera."""


class PinholeProjectionBatch(matrices.Mat3x3Batch, ComponentBatchMixin, of=PinholeProjection):
    """A batch of `PinholeProjection`."""


class Resolution(vectors.Vec2D, ComponentMixin):
    """Width and height (pixels)."""


class ResolutionBatch(vectors.Vec2DBatch, ComponentBatchMixin, of=Resolution):
    """A batch of `Resolution`."""


class ImagePlaneDistance(numbers.Float32, ComponentMixin):
    """How far before a camera its image is drawn (scene units)."""


class ImagePlaneDistanceBatch(numbers.Float32Batch, ComponentBatchMixin, of=ImagePlaneDistance):
    """A batch of `ImagePlaneDistance`."""
