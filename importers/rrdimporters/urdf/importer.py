"""The chunks of a robot: its shapes, their frames, and its joints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rrdformats.entity_path import EntityPath
from rrdimporters.meshes import mesh_media_type
from rrdimporters.protocol import ImportSettings, Piece, Progress
from rrdimporters.report import ImportReport
from rrdimporters.urdf.meshes import MeshFolders, MeshRefusedError
from rrdimporters.urdf.robot import Color, Geometry, Link, Pose, Robot, Shape, parse_robot
from rrdimporters.whole_files import read_whole

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rrdformats.chunk import Chunk
    from rrdimporters.emit import Emitter

__all__ = ["UrdfImporter", "robot_chunks"]

_JOINTS = EntityPath(("tf_static",))
_WHITE = 0xFFFFFFFF


class UrdfImporter:
    """Shapes below `/<robot>`, joints at `/tf_static`."""

    name = "urdf"
    summary = "Robot descriptions (.urdf); .xacro files must be expanded first."
    suffixes = (".urdf", ".xacro")
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by the outermost element."""
        return path.suffix.lower() in self.suffixes or b"<robot" in head

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields three chunks for each shape, and one with all joints.

        Raises:
            DamagedInputError: If the file is no robot description, or its joints make no tree.
            UnsupportedInputError: If it is a xacro file.
        """
        from rrdimporters.emit import Emitter

        robot = parse_robot(read_whole(path, progress))
        emitter = Emitter.for_file(path, settings)
        yield from robot_chunks(robot, MeshFolders(path), emitter, report)


def robot_chunks(
    robot: Robot, folders: MeshFolders, emitter: Emitter, report: ImportReport
) -> Iterator[Chunk]:
    """The chunks of a robot.

    Args:
        robot: The robot.
        folders: Where its meshes may be.
        emitter: Makes the chunks; its settings have the prefix and the times.
        report: Is told what became of each link.
    """
    top = emitter.settings.prefixed(EntityPath.from_parts([robot.name] if robot.name else []))
    yield emitter.row(top, "CoordinateFrame", frame=[robot.root])
    for link, _ in robot.walk():
        for place, shape in _placed(top, link):
            yield from _shape_chunks(place, link, shape, folders, emitter, report)
    if robot.joints:
        yield _joint_chunk(robot, emitter)
        report.mapped("joints", _JOINTS, "Transform3D", rows=len(robot.joints))


def _placed(top: EntityPath, link: Link) -> Iterator[tuple[EntityPath, Shape]]:
    """The shapes of a link and their entities."""
    for shape in link.visuals:
        parts = ("visual_geometries", link.name, shape.name)
        yield EntityPath.from_parts((*top.parts, *parts)), shape
    for shape in link.collisions:
        kind = shape.geometry.kind
        yield (
            EntityPath.from_parts(
                (*top.parts, "collision_geometries", kind, link.name, shape.name)
            ),
            shape,
        )


def _shape_chunks(
    place: EntityPath,
    link: Link,
    shape: Shape,
    folders: MeshFolders,
    emitter: Emitter,
    report: ImportReport,
) -> Iterator[Chunk]:
    poses = _pose_columns([shape.pose], "translations", "quaternions")
    if shape.geometry.scale is not None:
        poses["scales"] = _float_rows([shape.geometry.scale])
    yield emitter.row(place, "InstancePoses3D", **poses)
    yield emitter.row(place, "CoordinateFrame", frame=[link.name])
    try:
        archetype, fields = _geometry(shape.geometry, shape.color, folders)
    except MeshRefusedError as error:
        report.skipped(f"mesh of {link.name}", str(error))
        return
    yield emitter.row(place, archetype, **fields)
    report.mapped(f"link {link.name}", place, archetype, rows=1)


def _geometry(
    geometry: Geometry, color: Color | None, folders: MeshFolders
) -> tuple[str, dict[str, Any]]:
    """Archetype and fields of a shape.

    Raises:
        MeshRefusedError: If its mesh cannot be read.
    """
    colors = [_WHITE if color is None else _packed(color)]
    match geometry.kind:
        case "box":
            x, y, z = geometry.sizes
            return "Boxes3D", {
                "half_sizes": _float_rows([(x / 2, y / 2, z / 2)]),
                "colors": colors,
            }
        case "sphere":
            (radius,) = geometry.sizes
            return "Ellipsoids3D", {
                "half_sizes": _float_rows([(radius, radius, radius)]),
                "colors": colors,
            }
        case "cylinder" | "capsule" as kind:
            length, radius = geometry.sizes
            archetype = "Cylinders3D" if kind == "cylinder" else "Capsules3D"
            return archetype, {"lengths": [length], "radii": [radius], "colors": colors}
        case _:
            return "Asset3D", _mesh(geometry.mesh, color, folders)


def _mesh(name: str, color: Color | None, folders: MeshFolders) -> dict[str, Any]:
    from rrdimporters.emit import blobs

    path = folders.find(name)
    fields: dict[str, Any] = {"blob": blobs([read_whole(path, lambda _done, _all: None)])}
    media_type = mesh_media_type(path)
    if media_type is not None:
        fields["media_type"] = [media_type]
    if color is not None:
        fields["albedo_factor"] = [_packed(color)]
    return fields


def _packed(color: Color) -> int:
    """Linear colour as 0xRRGGBBAA: red, green, blue in sRGB, alpha as it is.

    The reference keeps colours multiplied by their alpha, in 8 bits; what that rounds away is lost
    here, too.
    """
    *linear, opacity = color
    alpha = _in_8_bits(opacity)
    packed = 0
    for value in linear:
        channel = _in_8_bits(_srgb(value))
        multiplied = int(channel * alpha / 255 + 0.5)
        packed = packed << 8 | (int(multiplied * 255 / alpha + 0.5) if alpha else 0)
    return packed << 8 | alpha


def _in_8_bits(value: float) -> int:
    return int(min(max(value, 0.0), 1.0) * 255 + 0.5)


def _srgb(value: float) -> float:
    """The sRGB transfer function (IEC 61966-2-1)."""
    if value <= 0.0031308:
        return 12.92 * value
    return float(1.055 * value ** (1 / 2.4) - 0.055)


def _joint_chunk(robot: Robot, emitter: Emitter) -> Chunk:
    """All joints, from the root on: a row for each."""
    import pyarrow as pa

    from rrdimporters.emit import fixed_size, one_per_row

    joints = [joint for _, joint in robot.walk() if joint is not None]
    poses = _pose_columns([joint.pose for joint in joints], "translation", "quaternion")
    columns: dict[str, pa.Array[Any]] = {
        "parent_frame": one_per_row(pa.array([joint.parent for joint in joints])),
        "child_frame": one_per_row(pa.array([joint.child for joint in joints])),
        **{name: one_per_row(fixed_size(values)) for name, values in poses.items()},
    }
    return emitter.chunk(_JOINTS, "Transform3D", columns)


def _pose_columns(poses: list[Pose], translation: str, rotation: str) -> dict[str, Any]:
    return {
        translation: _float_rows([pose.translation for pose in poses]),
        rotation: _quaternions(poses),
    }


def _quaternions(poses: list[Pose]) -> npt.NDArray[np.float32]:
    """Rotations as x y z w, `(n, 4) float32`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Arrow asks the C library for sines, as the reference does: numpy's differ in the last bit.
    halves: Any = pa.array((_float_rows([pose.angles for pose in poses]) / 2).reshape(-1))
    sr, sp, sy = pc.sin(halves).to_numpy().reshape(-1, 3).T
    cr, cp, cy = pc.cos(halves).to_numpy().reshape(-1, 3).T
    rows = [
        sr * cy * cp - cr * sy * sp,
        cr * cy * sp + sr * sy * cp,
        cr * sy * cp - sr * cy * sp,
        cr * cy * cp + sr * sy * sp,
    ]
    result = _float_rows(list(zip(*rows, strict=True)))
    for row, pose in enumerate(poses):
        if pose.quaternion is not None:
            result[row] = pose.quaternion
    return result


def _float_rows(rows: list[tuple[float, ...]]) -> npt.NDArray[np.float32]:
    """Rows of numbers as `(n, k) float32`."""
    import numpy as np

    return np.array(rows, np.float64).astype(np.float32)
