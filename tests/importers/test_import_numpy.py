"""Numpy arrays: tensors, rows, tables; nothing that would run code out of a file."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from tests.importers.conftest import Differences, Import

TYPES = ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", ">i4", ">f8")


def npy(array: npt.NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def tensor(result: list[Any]) -> npt.NDArray[Any]:
    """The only tensor of a column, as an array."""
    ((value,),) = result
    return np.array(value["buffer"]).reshape(value["shape"])


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (0, 3)])
def test_tensors(kind: str, shape: tuple[int, ...], tmp_path: Path, imported: Import) -> None:
    array = np.arange(int(np.prod(shape))).astype(kind).reshape(shape)
    path = tmp_path / "a.npy"
    np.save(path, array)
    result = imported(path)
    assert np.array_equal(tensor(result.column("Tensor:data")), array)
    (chunk,) = result.chunks
    rows: Any = chunk.batch.column(1)
    numbers = rows.values.field(2)
    (code,) = set(numbers.type_codes.to_pylist())
    name = {"u": "U", "i": "I", "f": "F"}[array.dtype.kind] + str(8 * array.dtype.itemsize)
    assert numbers.type.field(code).name == name


def test_tensors_as_the_reference_logs_them(
    tmp_path: Path, imported: Import, differences: Differences
) -> None:
    rr = pytest.importorskip("rerun")
    array = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    path = tmp_path / "a.npy"
    np.save(path, array)
    theirs = tmp_path / "theirs.rrd"
    recording = rr.RecordingStream("a", recording_id="r", send_properties=False)
    recording.save(theirs)
    recording.log(str(path), rr.Tensor(array), static=True)
    recording.flush()
    del recording
    assert not differences(imported(path).path, theirs)


def test_the_order_of_the_axes_does_not_depend_on_memory(tmp_path: Path, imported: Import) -> None:
    array = np.asfortranarray(np.arange(6).reshape(2, 3))
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "z.npz", a=array)
    for name in ("a.npy", "z.npz"):
        assert np.array_equal(tensor(imported(tmp_path / name).column("Tensor:data")), array)


def test_booleans_are_bytes(tmp_path: Path, imported: Import) -> None:
    np.save(tmp_path / "a.npy", np.array([True, False]))
    assert tensor(imported(tmp_path / "a.npy").column("Tensor:data")).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("shape", "component", "first", "rows"),
    [
        ((3000,), "Scalars:scalars", [0.0], 3000),
        ((3000, 2), "Scalars:scalars", [0.0, 1.0], 3000),
        ((5, 2, 2), "Tensor:data", None, 5),
    ],
)
def test_rows(
    shape: tuple[int, ...],
    component: str,
    first: list[float] | None,
    rows: int,
    tmp_path: Path,
    imported: Import,
) -> None:
    np.save(tmp_path / "a.npy", np.arange(int(np.prod(shape))).reshape(shape))
    result = imported(tmp_path / "a.npy", options={"as": "rows"})
    column = result.column(component)
    assert len(column) == rows
    assert first is None or column[0] == first
    times = np.concatenate([chunk.times("row_index") for chunk in result.chunks])
    assert np.array_equal(times, np.arange(rows))


def test_structured_arrays_are_tables(tmp_path: Path, imported: Import) -> None:
    array = np.array([(1, 2.5, b"ab"), (2, 3.5, b"c")], [("p_x", "i4"), ("p_y", "f8"), ("t", "S3")])
    np.save(tmp_path / "a.npy", array)
    result = imported(tmp_path / "a.npy")
    assert result.column("data") == [[{"x": 1, "y": 2.5}], [{"x": 2, "y": 3.5}]]
    assert result.column("t") == [[b"ab"], [b"c"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no array of numpy's: "),
        (b"\x93NUMPY", "is no array of numpy's: "),
        (b"hello, this is no array", "is no array of numpy's: "),
        (npy(np.arange(9))[:-1], "an array of 72 bytes has 71"),
        (npy(np.arange(9)) + b"x", "an array of 72 bytes has 73"),
        (npy(np.array([{}], object), allow_pickle=True), "holds Python objects, which are not"),
        (npy(np.zeros(3, complex)), "values of type complex128 have no place in a recording"),
        (npy(np.array(["text"])), "values of type <U4 have no place in a recording"),
        (npy(np.zeros((2, 2), [("a", "i4")])), "a structured array with 2 axes is no table"),
        (npy(np.zeros(1)).replace(b"(1,), }", b"(-1,),}"), "has the impossible shape (-1,)"),
        (npy(np.zeros(1)).replace(b"(1,), }   ", b"(9**9,), }"), "is no array of numpy's: "),
        (npy(np.zeros(1)).replace(b"(1,), }      ", b"(99999999,), }"), "an array of 799999992"),
        (b"PK\x03\x04 and no archive", "cannot be read as an archive: "),
    ],
)
def test_no_arrays(content: bytes, reason: str, tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    report = imported(path).report
    assert report.is_refused
    assert str(report.error).startswith(reason)


def test_one_bad_member_spares_the_others(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "z.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.npy", npy(np.arange(3)))
        archive.writestr("../../deep/out.npy", npy(np.arange(2)))
        archive.writestr("cut.npy", npy(np.arange(3))[:-1])
        archive.writestr("object.npy", npy(np.array([{}], object), allow_pickle=True))
        archive.writestr("readme.txt", b"no array")
    result = imported(path)
    entities = [str(chunk.entity_path) for chunk in result.chunks]
    assert [entity.rpartition("z.npz/")[2] for entity in entities] == ["good", "deep/out"]
    assert result.report.losses[0].startswith(f"{path}[cut]: an array of 24 bytes has 23")
    assert result.report.losses[1].startswith(f"{path}[readme.txt]: is no array of numpy's")
    assert [row.source for row in result.report.skipped_rows] == [f"{path}[object]"]


def test_unknown_forms_are_refused(tmp_path: Path, imported: Import) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    report = imported(tmp_path / "a.npy", options={"as": "image"}).report
    assert report.error == "option as is tensor or rows, not image"
