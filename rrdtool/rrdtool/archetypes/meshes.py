"""Triangle meshes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.archetypes.image_arrays import (
    ImageLike,
    array_of,
    channel_datatype,
    color_model_of,
    format_batch,
)
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _Mesh3DOptions(TypedDict, total=False):
        triangle_indices: datatypes.UVec3DArrayLike | None
        vertex_normals: datatypes.Vec3DArrayLike | None
        vertex_colors: datatypes.Rgba32ArrayLike | None
        vertex_texcoords: datatypes.Vec2DArrayLike | None
        albedo_factor: datatypes.Rgba32ArrayLike | None
        face_rendering: components.MeshFaceRenderingArrayLike | None
        class_ids: datatypes.ClassIdArrayLike | None

    class _Mesh3DFields(_Mesh3DOptions, total=False):
        vertex_positions: datatypes.Vec3DArrayLike | None
        albedo_texture_buffer: datatypes.BlobArrayLike | None
        albedo_texture_format: datatypes.ImageFormatArrayLike | None


__all__ = ["Mesh3D"]


class Mesh3D(VisualizableArchetype, computed=("albedo_texture_buffer", "albedo_texture_format")):
    """A mesh of triangles."""

    vertex_positions: Row[components.Position3DBatch]
    triangle_indices: Row[components.TriangleIndicesBatch]
    vertex_normals: Row[components.Vector3DBatch]
    vertex_colors: Row[components.ColorBatch]
    vertex_texcoords: Row[components.Texcoord2DBatch]
    albedo_factor: Row[components.AlbedoFactorBatch]
    face_rendering: Row[components.MeshFaceRenderingBatch]
    albedo_texture_buffer: Row[components.ImageBufferBatch]
    albedo_texture_format: Row[components.ImageFormatBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self,
        *,
        vertex_positions: datatypes.Vec3DArrayLike,
        albedo_texture: ImageLike | None = None,
        **options: Unpack[_Mesh3DOptions],
    ) -> None:
        """Takes the vertices, and a texture as an image.

        Args:
            vertex_positions: Where each vertex lies.
            albedo_texture: An RGB or RGBA image that gives the surface its colors.
            options: The other fields.
        """
        texture = {} if albedo_texture is None else _texture(albedo_texture)
        self._store(vertex_positions=vertex_positions, **texture, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_Mesh3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Mesh3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


def _texture(image: ImageLike) -> dict[str, object]:
    """The fields of a texture; none after a warning, or an error in strict mode, if it is none."""
    pixels = array_of(image)
    try:
        if pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
            raise ValueError(f"a texture is an RGB or RGBA image, not an array of {pixels.shape}")
        numbers = channel_datatype(pixels.dtype, "a texture")
    except ValueError as error:
        report_misuse(str(error))
        return {}
    height, width = pixels.shape[:2]
    model = color_model_of(pixels, None)
    return {
        "albedo_texture_buffer": pixels.tobytes(),
        "albedo_texture_format": format_batch(
            width, height, color_model=model, channel_datatype=numbers
        ),
    }
