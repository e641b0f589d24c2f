"""Models of surfaces and volumes: meshes, model files, Gaussian splats, voxel data."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, recommended, required
from rrdformats.vocabulary.shared_rows import CLASS_IDS, COLORMAP

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("AlbedoFactor", "Rgba32", "A color that surface colors are multiplied with."),
    core.component("TriangleIndices", "UVec3D", "The numbers of a triangle's three vertices."),
    core.component("Texcoord2D", "Vec2D", "A place on a texture; (0, 0) is its top left."),
    core.component(
        "MeshFaceRendering",
        one_of(DoubleSided=1, Front=2, Back=3, default="DoubleSided"),
        "Which sides of triangles are drawn.",
    ),
    core.component(
        "SphericalHarmonics3Rgb",
        "SphericalHarmonics3Rgb",
        "How a color changes with the direction it is seen from.",
    ),
    core.component(
        "SphericalHarmonicsDegree",
        "UInt32",
        "Highest degree of spherical harmonics in use, 0 to 3.",
    ),
    core.component("OpticalDensity", "Float32", "How much light a volume swallows; 0 is clear."),
)

ARCHETYPES = (
    core.archetype(
        "Asset3D",
        "A model file: glTF, OBJ, STL and the like.",
        required.mono("blob", "Blob", "The bytes of the file."),
        recommended.mono("media_type", "MediaType", "Media type of the file."),
        optional.mono("albedo_factor", "AlbedoFactor", "Color that tints the whole model."),
    ),
    core.archetype(
        "GaussianSplats3D",
        "Gaussian bells in space, each with its own spread, rotation and color.",
        required.batch("centers", "Position3D", "Center of each splat."),
        recommended.batch("scales", "Scale3D", "Standard deviation along each of its axes."),
        recommended.batch("quaternions", "RotationQuat", "Rotation of each splat."),
        recommended.batch("colors", "Color", "Color from any side; alpha is the peak opacity."),
        optional.batch(
            "sh_coefficients", "SphericalHarmonics3Rgb", "What the viewing angle adds to the color."
        ),
        optional.mono(
            "spherical_harmonics_degree", "SphericalHarmonicsDegree", "Highest degree to evaluate."
        ),
    ),
    core.archetype(
        "Mesh3D",
        "A mesh of triangles.",
        required.batch("vertex_positions", "Position3D", "Where each vertex lies."),
        recommended.batch("triangle_indices", "TriangleIndices", "Three vertices per triangle."),
        recommended.batch("vertex_normals", "Vector3D", "Normal of each vertex."),
        optional.batch("vertex_colors", "Color", "Color of each vertex."),
        optional.batch("vertex_texcoords", "Texcoord2D", "Place of each vertex on the texture."),
        optional.mono("albedo_factor", "AlbedoFactor", "Color that tints the whole mesh."),
        optional.mono("face_rendering", "MeshFaceRendering", "Which sides are drawn."),
        optional.mono("albedo_texture_buffer", "ImageBuffer", "Pixels of the texture."),
        optional.mono("albedo_texture_format", "ImageFormat", "Format of the texture."),
        CLASS_IDS,
    ),
    core.archetype(
        "Volume3D",
        "A scalar field on a regular grid, drawn as a translucent cloud.",
        required.mono("values", "TensorData", "A value per voxel, ordered z, y, x."),
        optional.mono("voxel_size", "VoxelSize", "Edge lengths of a voxel."),
        optional.mono("translation", "Translation3D", "Where the lowest corner is placed."),
        optional.mono("quaternion", "RotationQuat", "Rotation around the lowest corner."),
        optional.mono("value_range", "ValueRange", "Values outside of it are not drawn."),
        optional.mono("gamma", "GammaCorrection", "Exponent applied to normalized values."),
        COLORMAP,
        optional.mono("optical_density", "OpticalDensity", "Optical depth across the volume."),
    ),
)
