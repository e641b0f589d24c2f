"""Robot descriptions as URDF has them: links with shapes, joined by joints into a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

from rrdimporters.protocol import DamagedInputError, UnsupportedInputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Geometry", "Joint", "Link", "Pose", "Robot", "Shape", "parse_robot"]

Vector: TypeAlias = "tuple[float, float, float]"
Quaternion: TypeAlias = "tuple[float, float, float, float]"
Color: TypeAlias = "tuple[float, float, float, float]"

_DOCTYPE = b"<!DOCTYPE"


@dataclass(frozen=True, slots=True)
class Pose:
    """Where something is.

    Attributes:
        translation: Metres.
        angles: Rotation about x, then y, then z, all fixed (radians).
        quaternion: Rotation x y z w, where that is what is given.
    """

    translation: Vector = (0.0, 0.0, 0.0)
    angles: Vector = (0.0, 0.0, 0.0)
    quaternion: Quaternion | None = None


@dataclass(frozen=True, slots=True)
class Geometry:
    """A shape.

    Attributes:
        kind: box, cylinder, capsule, sphere or mesh.
        sizes: Of a box its edges, of a cylinder and a capsule length and radius, of a sphere its
            radius (metres).
        mesh: Where a mesh's file is, as the description says it.
        scale: How much a mesh is scaled; None if the description does not say.
    """

    kind: str
    sizes: tuple[float, ...] = ()
    mesh: str = ""
    scale: Vector | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What one sees, or bumps into, of a link.

    Attributes:
        name: Its own name or its number among those of the link.
        pose: In the frame of the link.
        geometry: Its shape.
        color: Linear red, green, blue, alpha; None if there is none.
    """

    name: str
    pose: Pose
    geometry: Geometry
    color: Color | None


@dataclass(frozen=True, slots=True)
class Link:
    """A rigid part of a robot."""

    name: str
    visuals: tuple[Shape, ...]
    collisions: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Joint:
    """What joins a link to its parent."""

    name: str
    parent: str
    child: str
    pose: Pose


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot whose joints are known to make a tree.

    Attributes:
        name: Its name; empty if it has none.
        root: Name of the link that has no parent.
        links: By name, in the order of the file.
        joints: In the order of the file.
    """

    name: str
    root: str
    links: Mapping[str, Link]
    joints: tuple[Joint, ...]
    _below: Mapping[str, list[Joint]] = field(repr=False)

    def walk(self) -> Iterator[tuple[Link, Joint | None]]:
        """All links from the root on, each before those below it, with the joint above it."""
        waiting: list[tuple[str, Joint | None]] = [(self.root, None)]
        while waiting:
            name, joint = waiting.pop()
            yield self.links[name], joint
            waiting += [(below.child, below) for below in reversed(self._below.get(name, []))]


def parse_robot(data: bytes) -> Robot:
    """The robot that an URDF file describes.

    Raises:
        DamagedInputError: If it is no XML, describes no robot, or its joints make no tree.
        UnsupportedInputError: If it must be expanded by xacro first.
    """
    if _DOCTYPE in data:  # entities can stand for any amount of text
        raise UnsupportedInputError("has a document type declaration, which URDF files do not need")
    try:
        top = ET.fromstring(data)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        raise DamagedInputError(f"is no XML: {error}") from error
    if b"http://www.ros.org/wiki/xacro" in data or b"http://ros.org/wiki/xacro" in data:
        raise UnsupportedInputError(
            "is a xacro file, not a URDF file", advice="expand it: xacro FILE > robot.urdf"
        )
    if top.tag != "robot":
        raise DamagedInputError(f"describes no robot: its outermost element is <{top.tag}>")
    colors = {
        material.get("name", ""): color
        for material in top.findall("material")
        if (color := _own_color(material)) is not None
    }
    links = {link.name: link for link in (_link(item, colors) for item in top.findall("link"))}
    joints = tuple(_joint(item) for item in top.findall("joint"))
    return _tree(top.get("name", ""), links, joints)


def _tree(name: str, links: dict[str, Link], joints: tuple[Joint, ...]) -> Robot:
    below: dict[str, list[Joint]] = {}
    parents: dict[str, str] = {}
    for joint in joints:
        for link in (joint.parent, joint.child):
            if link not in links:
                raise DamagedInputError(f"has a joint {joint.name!r} to the unknown link {link!r}")
        if joint.child in parents:
            raise DamagedInputError(f"has a link {joint.child!r} with several parents")
        parents[joint.child] = joint.parent
        below.setdefault(joint.parent, []).append(joint)
    roots = [link for link in links if link not in parents]
    if len(roots) != 1:
        told = ", ".join(map(repr, roots[:5])) or "none"
        raise DamagedInputError(f"must have one link without a parent, and has: {told}")
    robot = Robot(name, roots[0], links, joints, below)
    if sum(1 for _ in robot.walk()) != len(links):
        raise DamagedInputError("has joints that make a loop")
    return robot


def _link(item: Element, colors: Mapping[str, Color]) -> Link:
    visuals = tuple(
        _shape(shape, f"visual_{i}", _color(shape, colors))
        for i, shape in enumerate(item.findall("visual"))
    )
    collisions = tuple(
        _shape(shape, f"collision_{i}", None) for i, shape in enumerate(item.findall("collision"))
    )
    return Link(item.get("name", ""), visuals, collisions)


def _shape(item: Element, number: str, color: Color | None) -> Shape:
    return Shape(item.get("name") or number, _pose(item), _geometry(item), color)


def _geometry(item: Element) -> Geometry:
    for shape in item.iterfind("geometry/*"):
        match shape.tag:
            case "box":
                return Geometry("box", _floats(shape, "size", 3))
            case "cylinder" | "capsule" as kind:
                sizes = *_floats(shape, "length", 1), *_floats(shape, "radius", 1)
                return Geometry(kind, sizes)
            case "sphere":
                return Geometry("sphere", _floats(shape, "radius", 1))
            case "mesh":
                scale = _floats(shape, "scale", 3) if shape.get("scale") else None
                x_y_z = None if scale is None else (scale[0], scale[1], scale[2])
                return Geometry("mesh", mesh=shape.get("filename", ""), scale=x_y_z)
            case _:
                pass
    raise DamagedInputError("has a shape of no known geometry")


def _joint(item: Element) -> Joint:
    parent, child = item.find("parent"), item.find("child")
    name = item.get("name", "")
    if parent is None or child is None:
        raise DamagedInputError(f"has a joint {name!r} without a parent or a child")
    return Joint(name, parent.get("link", ""), child.get("link", ""), _pose(item))


def _pose(item: Element) -> Pose:
    origin = item.find("origin")
    if origin is None:
        return Pose()
    quaternion: Quaternion | None = None
    if origin.get("quat_xyzw"):
        a, b, c, d = _floats(origin, "quat_xyzw", 4)
        quaternion = a, b, c, d
    return Pose(_vector(origin, "xyz"), _vector(origin, "rpy"), quaternion)


def _vector(item: Element, attribute: str) -> Vector:
    """Three numbers; zeros if they are not given."""
    x, y, z = _floats(item, attribute, 3) if item.get(attribute) else (0.0, 0.0, 0.0)
    return x, y, z


def _color(shape: Element, colors: Mapping[str, Color]) -> Color | None:
    """The colour of a visual: its own, else that of the robot's material of the same name."""
    material = shape.find("material")
    if material is None:
        return None
    return _own_color(material) or colors.get(material.get("name", ""))


def _own_color(material: Element) -> Color | None:
    color = material.find("color")
    if color is None:
        return None
    red, green, blue, alpha = _floats(color, "rgba", 4)
    return red, green, blue, alpha


def _floats(item: Element, attribute: str, count: int) -> tuple[float, ...]:
    words = (item.get(attribute) or "").split()
    try:
        numbers = tuple(map(float, words))
    except ValueError:
        numbers = ()
    if len(numbers) != count:
        raise DamagedInputError(
            f"has <{item.tag} {attribute}={item.get(attribute)!r}>, which is not {count} numbers"
        )
    return numbers
