"""Points, vectors, sizes, and the surfaces of bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.datatypes import colors, harmonics, numbers, rotations, vectors
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "AlbedoFactor",
    "AlbedoFactorBatch",
    "FillMode",
    "FillModeArrayLike",
    "FillModeBatch",
    "FillModeLike",
    "HalfSize2D",
    "HalfSize2DBatch",
    "HalfSize3D",
    "HalfSize3DBatch",
    "MeshFaceRendering",
    "MeshFaceRenderingArrayLike",
    "MeshFaceRenderingBatch",
    "MeshFaceRenderingLike",
    "OpticalDensity",
    "OpticalDensityBatch",
    "Plane3D",
    "Plane3DBatch",
    "PointShading",
    "PointShadingArrayLike",
    "PointShadingBatch",
    "PointShadingLike",
    "Position2D",
    "Position2DBatch",
    "Position3D",
    "Position3DBatch",
    "SphericalHarmonics3Rgb",
    "SphericalHarmonics3RgbBatch",
    "SphericalHarmonicsDegree",
    "SphericalHarmonicsDegreeBatch",
    "Texcoord2D",
    "Texcoord2DBatch",
    "TriangleIndices",
    "TriangleIndicesBatch",
    "Vector2D",
    "Vector2DBatch",
    "Vector3D",
    "Vector3DBatch",
]


class Position2D(vectors.Vec2D, ComponentMixin):
    """A point in the plane."""


class Position2DBatch(vectors.Vec2DBatch, ComponentBatchMixin, of=Position2D):
    """A batch of `Position2D`."""


class Position3D(vectors.Vec3D, ComponentMixin):
    """A point in space."""


class Position3DBatch(vectors.Vec3DBatch, ComponentBatchMixin, of=Position3D):
    """A batch of `Position3D`."""


class Vector2D(vectors.Vec2D, ComponentMixin):
    """A direction with a length in the plane."""


class Vector2DBatch(vectors.Vec2DBatch, ComponentBatchMixin, of=Vector2D):
    """A batch of `Vector2D`."""


class Vector3D(vectors.Vec3D, ComponentMixin):
    """A direction with a length in space."""


class Vector3DBatch(vectors.Vec3DBatch, ComponentBatchMixin, of=Vector3D):
    """A batch of `Vector3D`."""


class HalfSize2D(vectors.Vec2D, ComponentMixin):
    """From the center to an edge, on each axis."""


class HalfSize2DBatch(vectors.Vec2DBatch, ComponentBatchMixin, of=HalfSize2D):
    """A batch of `HalfSize2D`."""


class HalfSize3D(vectors.Vec3D, ComponentMixin):
    """From the center to a face, on each axis."""


class HalfSize3DBatch(vectors.Vec3DBatch, ComponentBatchMixin, of=HalfSize3D):
    """A batch of `HalfSize3D`."""


class Plane3D(rotations.Plane3D, ComponentMixin):
    """An infinite plane in space."""


class Plane3DBatch(rotations.Plane3DBatch, ComponentBatchMixin, of=Plane3D):
    """A batch of `Plane3D`."""


class FillMode(NamedNumber):
    """Whether a body is drawn by its edges, its faces or both."""

    MajorWireframe = 1
    DenseWireframe = 2
    Solid = 3
    TransparentFillMajorWireframe = 4


FillModeLike: TypeAlias = "FillMode | str | int"
FillModeArrayLike: TypeAlias = "FillModeLike | Sequence[FillModeLike]"


class FillModeBatch(EnumBatch[FillMode], ComponentBatchMixin, of=FillMode):
    """A batch of `FillMode`."""


class PointShading(NamedNumber):
    """Whether a point looks like a ball or like a disk."""

    Gradient = 1
    Flat = 2


PointShadingLike: TypeAlias = "PointShading | str | int"
PointShadingArrayLike: TypeAlias = "PointShadingLike | Sequence[PointShadingLike]"


class PointShadingBatch(EnumBatch[PointShading], ComponentBatchMixin, of=PointShading):
    """A batch of `PointShading`."""


class AlbedoFactor(colors.Rgba32, ComponentMixin):
    """A color that surface colors are multiplied with."""


class AlbedoFactorBatch(colors.Rgba32Batch, ComponentBatchMixin, of=AlbedoFactor):
    """A batch of `AlbedoFactor`."""


class TriangleIndices(vectors.UVec3D, ComponentMixin):
    """The numbers of a triangle's three vertices."""


class TriangleIndicesBatch(vectors.UVec3DBatch, ComponentBatchMixin, of=TriangleIndices):
    """A batch of `TriangleIndices`."""


class Texcoord2D(vectors.Vec2D, ComponentMixin):
    """A place on a texture; (0, 0) is its top left."""


class Texcoord2DBatch(vectors.Vec2DBatch, ComponentBatchMixin, of=Texcoord2D):
    """A batch of `Texcoord2D`."""


class MeshFaceRendering(NamedNumber):
    """Which sides of triangles are drawn."""

    DoubleSided = 1
    Front = 2
    Back = 3


MeshFaceRenderingLike: TypeAlias = "MeshFaceRendering | str | int"
MeshFaceRenderingArrayLike: TypeAlias = "MeshFaceRenderingLike | Sequence[MeshFaceRenderingLike]"


class MeshFaceRenderingBatch(
    EnumBatch[MeshFaceRendering], ComponentBatchMixin, of=MeshFaceRendering
):
    """A batch of `MeshFaceRendering`."""


class SphericalHarmonics3Rgb(harmonics.SphericalHarmonics3Rgb, ComponentMixin):
    """How a color changes with the direction it is seen from."""


class SphericalHarmonics3RgbBatch(
    harmonics.SphericalHarmonics3RgbBatch, ComponentBatchMixin, of=SphericalHarmonics3Rgb
):
    """A batch of `SphericalHarmonics3Rgb`."""


class SphericalHarmonicsDegree(numbers.UInt32, ComponentMixin):
    """Highest degree of spherical harmonics in use, 0 to 3."""


class SphericalHarmonicsDegreeBatch(
    numbers.UInt32Batch, ComponentBatchMixin, of=SphericalHarmonicsDegree
):
    """A batch of `SphericalHarmonicsDegree`."""


class OpticalDensity(numbers.Float32, ComponentMixin):
    """How much light a volume swallows; 0 is clear."""


class OpticalDensityBatch(numbers.Float32Batch, ComponentBatchMixin, of=OpticalDensity):
    """A batch of `OpticalDensity`."""
