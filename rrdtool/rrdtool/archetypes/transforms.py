"""Where entities stand: transforms, coordinate frames and axes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

import numpy as np

from rrdtool import components, datatypes
from rrdtool.archetypes.base import Archetype, Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool.archetypes.shared_fields import PoseFields
    from rrdtool.model.described import ComponentColumnList

    class _CoordinateFrameFields(TypedDict, total=False):
        frame: datatypes.Utf8ArrayLike | None

    class _InstancePoses3DFields(PoseFields, total=False):
        translations: datatypes.Vec3DArrayLike | None
        scales: datatypes.Vec3DArrayLike | None
        mat3x3: datatypes.Mat3x3ArrayLike | None

    class _Transform3DOptions(TypedDict, total=False):
        translation: datatypes.Vec3DArrayLike | None
        rotation_axis_angle: datatypes.RotationAxisAngleArrayLike | None
        quaternion: datatypes.QuaternionArrayLike | None
        mat3x3: datatypes.Mat3x3ArrayLike | None
        child_frame: datatypes.Utf8ArrayLike | None
        parent_frame: datatypes.Utf8ArrayLike | None

    class _Transform3DFields(_Transform3DOptions, total=False):
        scale: datatypes.Vec3DArrayLike | None
        relation: components.TransformRelationArrayLike | None

    class _TransformAxes3DOptions(TypedDict, total=False):
        show_frame: datatypes.BoolArrayLike | None

    class _TransformAxes3DFields(_TransformAxes3DOptions, total=False):
        axis_length: datatypes.Float32ArrayLike | None


__all__ = [
    "CoordinateFrame",
    "InstancePoses3D",
    "Transform3D",
    "TransformAxes3D",
]


class CoordinateFrame(Archetype):
    """The coordinate frame that an entity's data is given in."""

    frame: Row[components.TransformFrameIdBatch]

    def __init__(self, frame: datatypes.Utf8ArrayLike) -> None:
        self._store(frame=frame)

    @classmethod
    def columns(cls, **fields: Unpack[_CoordinateFrameFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_CoordinateFrameFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class InstancePoses3D(Archetype):
    """Transforms that draw an entity's own data once each; children are not affected."""

    translations: Row[components.Translation3DBatch]
    rotation_axis_angles: Row[components.RotationAxisAngleBatch]
    quaternions: Row[components.RotationQuatBatch]
    scales: Row[components.Scale3DBatch]
    mat3x3: Row[components.TransformMat3x3Batch]

    def __init__(self, **options: Unpack[_InstancePoses3DFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_InstancePoses3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_InstancePoses3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Transform3D(Archetype):
    """The transform between an entity and its parent, or between two named frames."""

    translation: Row[components.Translation3DBatch]
    rotation_axis_angle: Row[components.RotationAxisAngleBatch]
    quaternion: Row[components.RotationQuatBatch]
    scale: Row[components.Scale3DBatch]
    mat3x3: Row[components.TransformMat3x3Batch]
    relation: Row[components.TransformRelationBatch]
    child_frame: Row[components.TransformFrameIdBatch]
    parent_frame: Row[components.TransformFrameIdBatch]

    def __init__(
        self,
        *,
        rotation: datatypes.Quaternion | datatypes.RotationAxisAngle | None = None,
        scale: datatypes.Vec3DLike | datatypes.Float32Like | None = None,
        from_parent: bool | None = None,
        relation: components.TransformRelationArrayLike | None = None,
        **options: Unpack[_Transform3DOptions],
    ) -> None:
        """Takes a translation, a rotation, a scale and a matrix, or some of them.

        Args:
            rotation: A `Quaternion` or a `RotationAxisAngle`, in place of `quaternion` and
                `rotation_axis_angle`.
            scale: One factor, or one for each axis.
            from_parent: Deprecated; True stands for the relation `ChildFromParent`.
            relation: Which way the transform leads; from the child to its parent by default.
            options: The other fields.
        """
        if from_parent is not None:
            warnings.warn(
                "`from_parent` is deprecated; see `relation=TransformRelation.ChildFromParent`",
                DeprecationWarning,
                stacklevel=2,
            )

        def computed() -> dict[str, object]:
            fields: dict[str, object] = {"relation": relation}
            if from_parent is not None:
                if relation is not None:
                    raise ValueError("`from_parent` and `relation` exclude each other")
                fields["relation"] = (
                    components.TransformRelation.ChildFromParent if from_parent else None
                )
            if rotation is not None:
                given = (options.get("quaternion"), options.get("rotation_axis_angle"))
                if given != (None, None):
                    raise ValueError("`rotation` excludes `quaternion` and `rotation_axis_angle`")
                fields[_rotation_field(rotation)] = rotation
            uniform = scale is not None and np.ndim(scale) == 0
            fields["scale"] = np.full(3, scale, np.float32) if uniform else scale
            return fields

        self._store_computed(computed, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Transform3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_Transform3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TransformAxes3D(VisualizableArchetype):
    """Arrows that show the axes of an entity's transform."""

    axis_length: Row[components.AxisLengthBatch]
    show_frame: Row[components.ShowLabelsBatch]

    def __init__(
        self, axis_length: datatypes.Float32ArrayLike, **options: Unpack[_TransformAxes3DOptions]
    ) -> None:
        self._store(axis_length=axis_length, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_TransformAxes3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TransformAxes3DFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


def _rotation_field(rotation: object) -> str:
    """Which field holds a rotation of that type."""
    one = rotation[0] if isinstance(rotation, list | tuple) and rotation else rotation
    if isinstance(one, datatypes.Quaternion):
        return "quaternion"
    if isinstance(one, datatypes.RotationAxisAngle):
        return "rotation_axis_angle"
    raise ValueError("`rotation` is a `Quaternion` or a `RotationAxisAngle`")
