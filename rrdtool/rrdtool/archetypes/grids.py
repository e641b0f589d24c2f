"""Maps and volumes made of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _GridMapOptions(TypedDict, total=False):
        translation: datatypes.Vec3DArrayLike | None
        rotation_axis_angle: datatypes.RotationAxisAngleArrayLike | None
        quaternion: datatypes.QuaternionArrayLike | None
        opacity: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None
        colormap: components.ColormapArrayLike | None

    class _GridMapFields(_GridMapOptions, total=False):
        data: datatypes.BlobArrayLike | None
        format: datatypes.ImageFormatArrayLike | None
        cell_size: datatypes.Float32ArrayLike | None

    class _Volume3DOptions(TypedDict, total=False):
        voxel_size: datatypes.Vec3DArrayLike | None
        translation: datatypes.Vec3DArrayLike | None
        quaternion: datatypes.QuaternionArrayLike | None
        value_range: datatypes.Range1DArrayLike | None
        gamma: datatypes.Float32ArrayLike | None
        colormap: components.ColormapArrayLike | None
        optical_density: datatypes.Float32ArrayLike | None

    class _Volume3DFields(_Volume3DOptions, total=False):
        values: datatypes.TensorDataArrayLike | None

    class _VoxelGridMapOptions(TypedDict, total=False):
        values: datatypes.Float32ArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None
        translation: datatypes.Vec3DArrayLike | None
        rotation_axis_angle: datatypes.RotationAxisAngleArrayLike | None
        quaternion: datatypes.QuaternionArrayLike | None
        opacity: datatypes.Float32ArrayLike | None
        value_range: datatypes.Range1DArrayLike | None
        colormap: components.ColormapArrayLike | None

    class _VoxelGridMapFields(_VoxelGridMapOptions, total=False):
        voxel_indices: datatypes.IVec3DArrayLike | None
        voxel_size: datatypes.Vec3DArrayLike | None


__all__ = ["GridMap", "Volume3D", "VoxelGridMap"]


class GridMap(Archetype):
    """A plane of cells in space, stored like an image: an occupancy map, a cost map."""

    data: Row[components.ImageBufferBatch]
    format: Row[components.ImageFormatBatch]
    cell_size: Row[components.CellSizeBatch]
    translation: Row[components.Translation3DBatch]
    rotation_axis_angle: Row[components.RotationAxisAngleBatch]
    quaternion: Row[components.RotationQuatBatch]
    opacity: Row[components.OpacityBatch]
    draw_order: Row[components.DrawOrderBatch]
    colormap: Row[components.ColormapBatch]

    def __init__(
        self,
        *,
        data: datatypes.BlobArrayLike,
        format: datatypes.ImageFormatArrayLike,  # noqa: A002 - the name of the field
        cell_size: datatypes.Float32ArrayLike,
        **options: Unpack[_GridMapOptions],
    ) -> None:
        self._store(data=data, format=format, cell_size=cell_size, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_GridMapFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_GridMapFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Volume3D(VisualizableArchetype):
    """A scalar field on a regular grid, drawn as a translucent cloud."""

    values: Row[components.TensorDataBatch]
    voxel_size: Row[components.VoxelSizeBatch]
    translation: Row[components.Translation3DBatch]
    quaternion: Row[components.RotationQuatBatch]
    value_range: Row[components.ValueRangeBatch]
    gamma: Row[components.GammaCorrectionBatch]
    colormap: Row[components.ColormapBatch]
    optical_density: Row[components.OpticalDensityBatch]

    def __init__(
        self, values: datatypes.TensorDataArrayLike, **options: Unpack[_Volume3DOptions]
    ) -> None:
        self._store(values=values, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Volume3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Volume3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class VoxelGridMap(VisualizableArchetype):
    """The occupied voxels of a regular grid in space."""

    voxel_indices: Row[components.VoxelIndexBatch]
    voxel_size: Row[components.VoxelSizeBatch]
    values: Row[components.VoxelValueBatch]
    colors: Row[components.ColorBatch]
    translation: Row[components.Translation3DBatch]
    rotation_axis_angle: Row[components.RotationAxisAngleBatch]
    quaternion: Row[components.RotationQuatBatch]
    opacity: Row[components.OpacityBatch]
    value_range: Row[components.ValueRangeBatch]
    colormap: Row[components.ColormapBatch]

    def __init__(
        self,
        voxel_indices: datatypes.IVec3DArrayLike,
        voxel_size: datatypes.Vec3DArrayLike,
        **options: Unpack[_VoxelGridMapOptions],
    ) -> None:
        self._store(voxel_indices=voxel_indices, voxel_size=voxel_size, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_VoxelGridMapFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_VoxelGridMapFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
