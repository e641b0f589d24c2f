"""PLY and PCD files: points, splats, meshes, and what is wrong with them."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdimporters.pcd import read_pcd
from rrdimporters.ply import read_element, read_header
from rrdimporters.point_columns import archetype_of
from rrdimporters.protocol import ImporterError

if TYPE_CHECKING:
    from tests.importers.conftest import Differences, Import, ReferenceImport

NUMPY = {"float": "f4", "double": "f8", "uchar": "u1", "ushort": "u2", "int": "i4", "char": "i1"}
ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">"}
Properties = list[tuple[str, str]]

XYZ: Properties = [("float", "x"), ("float", "y"), ("float", "z")]
SPLAT: Properties = [
    *XYZ,
    *(("float", f"f_dc_{i}") for i in range(3)),
    ("float", "opacity"),
    *(("float", f"scale_{i}") for i in range(3)),
    *(("float", f"rot_{i}") for i in range(4)),
]


def rest(count: int) -> Properties:
    return [("float", f"f_rest_{i}") for i in range(count)]


def colors(kind: str, *names: str) -> Properties:
    return [(kind, name) for name in names or ("red", "green", "blue")]


CLOUDS: dict[str, Properties] = {
    "positions": XYZ,
    "8 bit colors": XYZ + colors("uchar"),
    "16 bit colors with alpha": XYZ + colors("ushort", "red", "green", "blue", "alpha"),
    "float colors": XYZ + colors("float", "red", "green", "blue", "alpha"),
    "radius and something else": [*XYZ, ("double", "radius"), ("char", "confidence")],
    "two dimensions of other types": [("double", "x"), ("int", "y")],
    "splats": SPLAT,
    "splats with 9 coefficients": SPLAT + rest(9),
    "splats with 45 coefficients": SPLAT + rest(45),
    "splats with more than fit": SPLAT + rest(48),
    "splats with 10 coefficients": SPLAT + rest(10),
    "splats without rotation": SPLAT[:-4],
}


def header(properties: Properties, count: int, form: str = "binary_little_endian") -> bytes:
    lines = [f"property {kind} {name}" for kind, name in properties]
    text = ["ply", f"format {form} 1.0", "comment made for a test", f"element vertex {count}"]
    return "\n".join([*text, *lines, "end_header", ""]).encode()


def numbers(properties: Properties, count: int, order: str) -> np.ndarray[Any, Any]:
    random = np.random.default_rng(len(properties))
    rows = np.zeros(count, np.dtype([(name, order + NUMPY[kind]) for kind, name in properties]))
    for kind, name in properties:
        if kind in ("float", "double"):
            rows[name] = random.normal(size=count) * 2
        else:
            rows[name] = random.integers(0, 127 if kind == "char" else 255, count)
    for kind, name in properties:  # a quaternion of length 0
        if name.startswith("rot_") and kind == "float":
            rows[name][1] = 0
    return rows


@pytest.mark.parametrize("form", ORDERS)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_clouds_are_what_the_reference_makes_of_them(
    cloud: str,
    form: str,
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    properties = CLOUDS[cloud]
    path = tmp_path / "cloud.ply"
    path.write_bytes(header(properties, 40, form) + numbers(properties, 40, ORDERS[form]).tobytes())
    ours = imported(path)
    assert not ours.report.is_lossy
    assert not differences(ours.path, reference_import(path))


def test_text_is_read_as_its_numbers(
    tmp_path: Path, imported: Import, reference_import: ReferenceImport, differences: Differences
) -> None:
    properties = XYZ + colors("uchar")
    rows = numbers(properties, 7, "<")
    lines = [" ".join(str(value) for value in row.tolist()) for row in rows]
    path = tmp_path / "cloud.ply"
    path.write_bytes(header(properties, 7, "ascii") + "\r\n".join(lines).encode() + b"\n")
    assert not differences(imported(path).path, reference_import(path))


def test_labels_are_lists_of_characters(
    tmp_path: Path, imported: Import, reference_import: ReferenceImport, differences: Differences
) -> None:
    labels = (b"one", b"", b"three")
    body = b"".join(struct.pack("<fffB", 1, 2, 3, len(text)) + text for text in labels)
    path = tmp_path / "labels.ply"
    head = header([*XYZ, ("list uchar uchar", "label")], 3)
    path.write_bytes(head + body)
    ours = imported(path)
    assert ours.column("Points3D:labels") == [["one", "", "three"]]
    assert not differences(ours.path, reference_import(path))


def test_elements_before_the_vertices_are_skipped() -> None:
    head = (
        b"ply\nformat binary_little_endian 1.0\nelement camera 2\nproperty short id\n"
        b"element strip 2\nproperty list uchar int at\nelement vertex 1\nproperty float x\n"
        b"property float y\nend_header\n"
    )
    strips = struct.pack("<Bii", 2, 5, 6) + struct.pack("<B", 0)
    data = head + struct.pack("<hh", 1, 2) + strips + struct.pack("<ff", 1.5, 2.5)
    declared = read_header(data)
    vertex = declared.element("vertex")
    assert vertex is not None
    columns = read_element(data, declared, vertex)
    assert {name: list(column) for name, column in columns.items()} == {"x": [1.5], "y": [2.5]}


@pytest.mark.parametrize("name", ["mesh/*.ply", "pointcloud/*.ply"])
def test_samples_are_what_the_reference_makes_of_them(
    name: str,
    samples: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    found = sorted(samples.glob(name))
    assert found
    for path in found:
        assert not differences(imported(path).path, reference_import(path)), path


def test_a_file_without_points_has_no_positions(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "empty.ply"
    path.write_bytes(header(XYZ, 0))
    assert imported(path).column("Points3D:positions") == [[]]


BROKEN = {
    "nothing": (b"", "the file is empty"),
    "another kind": (b"PK\3\4", "is no PLY file: it begins 50 4b 03 04"),
    "no end of the header": (b"ply\nformat ascii 1.0\n", "has a PLY header that does not end"),
    "no format": (b"ply\nelement vertex 0\nend_header\n", "has a PLY header without a format"),
    "odd format": (b"ply\nformat binary 1.0\nend_header\n", "has the unknown PLY format 'binary'"),
    "odd type": (
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty real x\nend_header\n1\n",
        "has a property of the unknown PLY type 'real'",
    ),
    "no vertices": (b"ply\nformat ascii 1.0\nend_header\n", "has no element 'vertex'"),
    "no positions": (header([("float", "u")], 1) + bytes(4), "has points without x and y"),
    "cut off": (header(XYZ, 3) + bytes(35), "ends inside of its 3 elements 'vertex'"),
    "a huge claim": (header(XYZ, 1 << 40), "ends inside of its 1099511627776 elements 'vertex'"),
    "text cut off": (header(XYZ, 2, "ascii") + b"1 2 3\n", "ends after 1 of 2 'vertex'"),
    "no number": (header(XYZ, 1, "ascii") + b"1 2 x\n", "that is not numbers"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_says_why(case: str, tmp_path: Path, imported: Import) -> None:
    data, reason = BROKEN[case]
    path = tmp_path / "broken.ply"
    path.write_bytes(data)
    report = imported(path).report
    assert report.is_refused
    assert reason in str(report.error)


@given(st.data())
def test_any_damage_is_an_importer_error(data: st.DataObject) -> None:
    properties = XYZ + colors("uchar") + [("list uchar uchar", "label")]
    body = b"".join(struct.pack("<fffBBBB", 1, 2, 3, 4, 5, 6, 2) + b"ab" for _ in range(3))
    whole = bytearray(header(properties, 3) + body)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        declared = read_header(damaged)
        vertex = declared.element("vertex")
        if vertex is not None:
            archetype_of(read_element(damaged, declared, vertex))
    except ImporterError:
        pass


# --- PCD ---------------------------------------------------------------------------------------


def pcd(storage: str, points: int = 2, fields: str = "x y z rgb") -> bytes:
    count = len(fields.split())
    types = " ".join("U" if name.startswith("rgb") else "F" for name in fields.split())
    return (
        f"# .PCD v0.7\nVERSION 0.7\nFIELDS {fields}\nSIZE {'4 ' * count}\nTYPE {types}\n"
        f"COUNT {'1 ' * count}\nWIDTH {points}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n"
        f"POINTS {points}\nDATA {storage}\n"
    ).encode()


ROWS = struct.pack("<fffIfffI", 1, 2, 3, 0x102030, 4, 5, 6, 0xFFFEFD)
COLUMNS = struct.pack("<ffffffII", 1, 4, 2, 5, 3, 6, 0x102030, 0xFFFEFD)


def literals(data: bytes) -> bytes:
    """LZF without any copies."""
    pieces = [data[i : i + 32] for i in range(0, len(data), 32)]
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


def compressed(packed: bytes, size: int) -> bytes:
    return struct.pack("<II", len(packed), size) + packed


STORED = {
    "ascii": b"1 2 3 1056816\n4 5 6 16776957\n",
    "binary": ROWS,
    "binary_compressed": compressed(literals(COLUMNS), len(COLUMNS)),
}


@pytest.mark.parametrize("storage", STORED)
def test_each_way_of_storing_gives_the_same_points(
    storage: str, tmp_path: Path, imported: Import
) -> None:
    path = tmp_path / "cloud.pcd"
    path.write_bytes(pcd(storage) + STORED[storage])
    ours = imported(path)
    assert ours.column("Points3D:positions") == [[[1, 2, 3], [4, 5, 6]]]
    assert ours.column("Points3D:colors") == [[0x102030FF, 0xFFFEFDFF]]


def test_copies_may_overlap_what_they_become() -> None:
    packed = bytes([1, 7, 8]) + bytes([7 << 5, 21, 1])  # two bytes, then 30 from two back
    data = pcd("binary_compressed", 2) + compressed(packed, 32)
    columns = read_pcd(data)
    assert np.asarray(columns["x"]).tobytes() == bytes([7, 8] * 4)


def test_alpha_comes_from_rgba(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "cloud.pcd"
    path.write_bytes(pcd("binary", 1, "x y z rgba") + struct.pack("<fffI", 1, 2, 3, 0x40102030))
    assert imported(path).column("Points3D:colors") == [[0x10203040]]


def test_pcd_samples_are_read(samples: Path, imported: Import) -> None:
    found = sorted((samples / "pointcloud").glob("*.pcd"))
    assert found
    for path in found:
        (positions,) = imported(path).column("Points3D:positions")
        stated = next(line for line in path.read_bytes().split(b"\n") if line[:6] == b"POINTS")
        assert len(positions) == int(stated.split()[1]), path


BROKEN_PCD = {
    "no header": (b"VERSION 0.7\n", "its header does not end"),
    "no fields": (b"POINTS 1\nDATA ascii\n", "does not fit together"),
    "unknown storage": (pcd("zipped"), "stores its points as 'zipped'"),
    "cut off": (pcd("binary") + ROWS[:-1], "ends after 1 of 2 points"),
    "text cut off": (pcd("ascii") + b"1 2 3 4\n5", "ends after 1 of 2 points"),
    "no numbers": (pcd("ascii") + b"a b c d e f g h", "points that are not numbers"),
    "another size": (
        pcd("binary_compressed") + compressed(literals(COLUMNS), 31),
        "of another size than its header says",
    ),
    "a copy from nowhere": (
        pcd("binary_compressed") + compressed(bytes([1 << 5, 9]), 32),
        "points that do not decompress",
    ),
    "a huge claim": (pcd("binary", 1 << 40), "claims to have 1099511627776 points"),
}


@pytest.mark.parametrize("case", BROKEN_PCD)
def test_pcd_that_cannot_be_read_says_why(case: str) -> None:
    data, reason = BROKEN_PCD[case]
    with pytest.raises(ImporterError, match=reason.replace("(", r"\(")):
        read_pcd(data)


@given(st.binary(max_size=40), st.sampled_from(list(STORED)), st.integers(0, 80))
def test_any_pcd_is_points_or_an_importer_error(noise: bytes, storage: str, place: int) -> None:
    data = pcd(storage) + STORED[storage]
    place += len(data) - 80
    with contextlib.suppress(ImporterError):
        read_pcd(data[:place] + noise + data[place + len(noise) :])
