"""Maps: places on the globe, and grids of cells or voxels around a robot."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, optional, recommended, required
from rrdformats.vocabulary.shared_rows import CLASS_IDS, COLORMAP, COLORS, DRAW_ORDER, OPACITY

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("LatLon", "DVec2D", "Latitude and longitude (degrees, EPSG:4326)."),
    core.component(
        "GeoLineString",
        "list<item: DVec2D not null>",
        "Places on the globe, joined by lines (degrees, EPSG:4326).",
    ),
    core.component("CellSize", "Float32", "Edge length of a cell of a grid (scene units)."),
    core.component("VoxelIndex", "IVec3D", "Column, row and layer of a voxel."),
    core.component("VoxelSize", "Vec3D", "Edge lengths of a voxel (scene units)."),
    core.component("VoxelValue", "Float32", "What a voxel holds: occupancy, say."),
)

_POSE = (
    optional.mono("translation", "Translation3D", "Where the corner of the grid is placed."),
    optional.mono("rotation_axis_angle", "RotationAxisAngle", "Rotation as axis and angle."),
    optional.mono("quaternion", "RotationQuat", "Rotation as a quaternion."),
)

ARCHETYPES = (
    core.archetype(
        "GeoLineStrings",
        "Lines on the globe.",
        required.batch("line_strings", "GeoLineString", "The places along each line."),
        recommended.batch("radii", "Radius", "Half the thickness: meters, or UI points."),
        COLORS,
    ),
    core.archetype(
        "GeoPoints",
        "Places on the globe.",
        required.batch("positions", "LatLon", "Latitude and longitude of each place."),
        recommended.batch("radii", "Radius", "Radius: meters, or UI points."),
        COLORS,
        CLASS_IDS,
    ),
    core.archetype(
        "GridMap",
        "A plane of cells in space, stored like an image: an occupancy map, a cost map.",
        required.mono("data", "ImageBuffer", "The cells, row by row."),
        required.mono("format", "ImageFormat", "Number of cells and their layout."),
        required.mono("cell_size", "CellSize", "Edge length of a cell."),
        *_POSE,
        OPACITY,
        DRAW_ORDER,
        COLORMAP,
        visualizer=False,
    ),
    core.archetype(
        "VoxelGridMap",
        "The occupied voxels of a regular grid in space.",
        required.batch("voxel_indices", "VoxelIndex", "Which voxels there are."),
        required.mono("voxel_size", "VoxelSize", "Edge lengths of a voxel."),
        optional.batch("values", "VoxelValue", "Value of each voxel, shown by the colormap."),
        optional.batch("colors", "Color", "Color of each voxel, instead of its value's."),
        *_POSE,
        OPACITY,
        optional.mono("value_range", "ValueRange", "Values that the colormap covers."),
        COLORMAP,
    ),
)
