"""Robot descriptions: shapes, frames, joints, and files that lie elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdimporters.protocol import ImporterError
from rrdimporters.urdf.meshes import MeshFolders, MeshRefusedError
from rrdimporters.urdf.robot import parse_robot

if TYPE_CHECKING:
    from tests.importers.conftest import Differences, Import, ReferenceImport

SHAPES = {
    "box": '<box size="1 2 3"/>',
    "cylinder": '<cylinder length="0.6" radius="0.2"/>',
    "capsule": '<capsule length="0.6" radius="0.2"/>',
    "sphere": '<sphere radius="0.25"/>',
    "mesh": '<mesh filename="parts/arm.stl"/>',
    "scaled mesh": '<mesh filename="parts/arm.stl" scale="0.001 0.001 0.002"/>',
}
MATERIALS = {
    "none": "",
    "its own": '<material name="own"><color rgba="0.1 0.5 0.9 0.25"/></material>',
    "one of the robot": '<material name="shared"/>',
    "one that is not there": '<material name="lost"/>',
}


def link(name: str, *shapes: str) -> str:
    return f'<link name="{name}">{"".join(shapes)}</link>'


def joint(parent: str, child: str, origin: str = "") -> str:
    ends = f'<parent link="{parent}"/><child link="{child}"/>'
    return f'<joint name="{parent} to {child}" type="fixed">{ends}{origin}</joint>'


def robot(*parts: str, name: str = "my bot") -> str:
    shared = '<material name="shared"><color rgba="0 0.003 1 1"/></material>'
    return f'<?xml version="1.0"?><robot name="{name}">{shared}{"".join(parts)}</robot>'


def written(folder: Path, text: str) -> Path:
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / "arm.stl").write_bytes(b"solid arm")
    path = folder / "robot.urdf"
    path.write_text(text)
    return path


@pytest.mark.parametrize("material", MATERIALS)
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_what_the_reference_makes_of_them(
    shape: str,
    material: str,
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    geometry = f"<geometry>{SHAPES[shape]}</geometry>"
    origin = '<origin xyz="1 -2 0.5" rpy="0.1 -0.2 3.0"/>'
    shapes = [
        f"<visual>{geometry}{MATERIALS[material]}</visual>",
        f'<visual name="second one">{origin}{geometry}</visual>',
        f"<collision>{origin}{geometry}</collision>",
    ]
    ours = imported(path := written(tmp_path, robot(link("base", *shapes))))
    assert not ours.report.is_lossy
    assert not differences(ours.path, reference_import(path))


def test_joints_are_what_the_reference_makes_of_them(
    tmp_path: Path, imported: Import, reference_import: ReferenceImport, differences: Differences
) -> None:
    text = robot(
        *map(link, ("wrist", "base", "left", "right", "hand")),
        joint("left", "wrist", '<origin rpy="1 0.25 -2" xyz="0.1 0.2 0.3"/>'),
        joint("base", "right"),
        joint("base", "left", '<origin rpy="0 -3.1 0.01"/>'),
        joint("wrist", "hand", '<origin xyz="1e-3 0 0"/>'),
        name="",
    )
    ours = imported(path := written(tmp_path, text))
    assert not differences(ours.path, reference_import(path))


def test_quaternions_are_taken_as_they_are(tmp_path: Path, imported: Import) -> None:
    """The reference ignores them."""
    origin = '<origin xyz="1 2 3" quat_xyzw="0 0.6 0 0.8"/>'
    text = robot(link("a"), link("b"), joint("a", "b", origin))
    (found,) = imported(written(tmp_path, text)).column("Transform3D:quaternion")
    assert found == [pytest.approx([0, 0.6, 0, 0.8])]


def test_samples_are_what_the_reference_makes_of_them(
    samples: Path,
    monkeypatch: pytest.MonkeyPatch,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    # Without this the reference does not find the description's own package; we do.
    monkeypatch.setenv("ROS_PACKAGE_PATH", str(samples / "urdf"))
    found = sorted((samples / "urdf").rglob("*.urdf"))
    assert found
    for path in found:
        assert not differences(imported(path).path, reference_import(path)), path


def test_xacro_is_refused_with_a_hint(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "robot.urdf.xacro"
    path.write_text('<robot name="r" xmlns:xacro="http://ros.org/wiki/xacro"/>')
    report = imported(path).report
    assert report.error == "is a xacro file, not a URDF file"
    assert report.advice == "expand it: xacro FILE > robot.urdf"


WRONG = {
    "no XML": ("<robot", "is no XML"),
    "something else": ("<sdf/>", "its outermost element is <sdf>"),
    "entities": ('<!DOCTYPE r [<!ENTITY a "b">]><robot/>', "document type declaration"),
    "no links": ("<robot/>", "must have one link without a parent, and has: none"),
    "two roots": (robot(link("a"), link("b")), "without a parent, and has: 'a', 'b'"),
    "a loop": (
        robot(*map(link, "abc"), joint("b", "c"), joint("c", "b")),
        "has joints that make a loop",
    ),
    "two parents": (
        robot(*map(link, "abc"), joint("a", "c"), joint("b", "c")),
        "has a link 'c' with several parents",
    ),
    "an unknown link": (robot(link("a"), joint("a", "z")), "to the unknown link 'z'"),
    "no geometry": (robot(link("a", "<visual/>")), "has a shape of no known geometry"),
    "no number": (
        robot(link("a", '<visual><geometry><sphere radius="r"/></geometry></visual>')),
        "has <sphere radius='r'>, which is not 1 numbers",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_robot_says_why(case: str) -> None:
    text, reason = WRONG[case]
    with pytest.raises(ImporterError) as caught:
        parse_robot(text.encode())
    assert reason in caught.value.reason


@given(st.data())
def test_any_damage_is_an_importer_error(data: st.DataObject) -> None:
    text = robot(link("a", "<visual><geometry><box size='1 2 3'/></geometry></visual>"), link("b"))
    whole = bytearray(text.replace("</robot>", joint("a", "b") + "</robot>").encode())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parse_robot(bytes(whole))
    except ImporterError:
        return
    assert {link.name for link, _ in found.walk()} == set(found.links)


def package(folder: Path) -> Path:
    """A package whose description stands beside the folder of its meshes."""
    for name in ("mine/urdf", "mine/meshes", "other/meshes"):
        (folder / name).mkdir(parents=True)
        (folder / name / "arm.stl").write_bytes(b"solid")
    (folder / "mine/package.xml").write_text("<package/>")
    return folder / "mine/urdf/robot.urdf"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("arm.stl", "mine/urdf/arm.stl"),
        ("../meshes/arm.stl", "mine/meshes/arm.stl"),
        ("package://mine/meshes/arm.stl", "mine/meshes/arm.stl"),
        ("package://other/meshes/arm.stl", "other/meshes/arm.stl"),
        ("file://{folder}/mine/meshes/arm.stl", "mine/meshes/arm.stl"),
        ("{folder}/other/meshes/arm.stl", "other/meshes/arm.stl"),
    ],
)
def test_meshes_are_found_in_listed_packages(name: str, place: str, tmp_path: Path) -> None:
    folders = MeshFolders(package(tmp_path), {"ROS_PACKAGE_PATH": str(tmp_path)})
    assert folders.find(name.format(folder=tmp_path)) == (tmp_path / place).resolve()


@pytest.mark.parametrize(
    "name",
    [
        "../../other/meshes/arm.stl",
        "package://mine/../other/meshes/arm.stl",
        "file://{folder}/other/meshes/arm.stl",
        "{folder}/other/meshes/arm.stl",
        "linked.stl",
    ],
)
def test_nothing_outside_of_the_package_is_read(name: str, tmp_path: Path) -> None:
    description = package(tmp_path)
    (description.parent / "linked.stl").symlink_to(tmp_path / "other/meshes/arm.stl")
    with pytest.raises(MeshRefusedError, match="lies outside of"):
        MeshFolders(description, {}).find(name.format(folder=tmp_path))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("lost.stl", "is not there"),
        ("package://nobody/arm.stl", "is not there"),
        ("http://127.0.0.1/arm.stl", "is not fetched"),
        ("", "is not there"),
    ],
)
def test_meshes_that_are_missing_leave_the_rest(
    name: str, reason: str, tmp_path: Path, imported: Import
) -> None:
    mesh = f'<visual><geometry><mesh filename="{name}"/></geometry></visual>'
    ours = imported(written(tmp_path, robot(link("base", mesh))))
    (skipped,) = ours.report.skipped_rows
    assert reason in skipped.reason
    assert ours.column("InstancePoses3D:translations") == [[[0, 0, 0]]]
