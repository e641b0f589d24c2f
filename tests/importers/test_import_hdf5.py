"""HDF5: groups as entities; nothing outside of the file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rrdformats.timeline import TimeKind, Timeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importers.conftest import Differences, Import

h5py = pytest.importorskip("h5py")

TEXT = h5py.string_dtype()


def by_entity(result: Any) -> dict[str, list[str]]:
    return {
        f"{chunk.entity_path}{'!' * chunk.is_static}": [
            d.component for d in chunk.schema.descriptors
        ]
        for chunk in result.chunks
    }


def test_as_the_references_reader_has_it(
    tmp_path: Path, imported: Import, differences: Differences
) -> None:
    experimental = pytest.importorskip("rerun.experimental")
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "hello"
        file.attrs["number"] = 3
        file.attrs["vector"] = np.array([1.5, 2.5])
        file.attrs["texts"] = np.array(["a", "b"], TEXT)
        file["t"] = np.arange(2500)
        file["big endian"] = np.arange(2500, dtype=">i4")
        file["fixed"] = np.array([b"ab"] * 2500)
        file["names"] = np.array([f"n{i}" for i in range(2500)], TEXT)
        file["pairs"] = np.array([["a", "b"]] * 2500, TEXT)
        file["scalar"] = np.float64(4.5)
        file["word"] = "text"
        file["obs/x"] = np.arange(2500, dtype=np.float32)
        file["obs/x"].attrs["unit"] = "m"
        file["obs/m"] = np.arange(5000, dtype=np.int16).reshape(2500, 2)
        file["obs/images/cam 1"] = np.arange(15000, dtype=np.uint8).reshape(2500, 2, 3)
        file["static/v"] = np.int8(3)
    theirs = tmp_path / "theirs.rrd"
    stream = experimental.Hdf5Reader(path).stream()
    stream.write_rrd(theirs, application_id="run", recording_id="r")
    assert not differences(imported(path).path, theirs)


def test_what_the_references_reader_leaves_out(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file["a/flag"] = np.array([True, False])
        file["b/half"] = np.array([1, 2], np.float16)
        file["c/other length"] = np.arange(3)  # there an error
        file["c/x"] = np.arange(2)
    result = imported(path)
    assert result.column("flag") == [[True], [False]]
    assert result.column("half") == [[1.0], [2.0]]
    assert result.column("other length") == [[0], [1], [2]]
    assert result.column("x") == [[0], [1]]
    assert not result.report.is_lossy


def test_what_has_no_place_is_reported(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    outside = tmp_path / "outside.h5"
    with h5py.File(outside, "w") as file:
        file["secret"] = np.arange(3)
    (tmp_path / "secret.bin").write_bytes(bytes(24))
    with h5py.File(path, "w") as file:
        file["kept"] = np.arange(3)
        file["complex"] = np.zeros(3, complex)
        file["compound"] = np.zeros(3, [("a", "i4")])
        file["nothing"] = h5py.Empty("f")
        file["soft"] = h5py.SoftLink("/kept")
        file["outer"] = h5py.ExternalLink(str(outside), "/secret")
        file.create_dataset(
            "stored elsewhere", (3,), "i8", external=[(str(tmp_path / "secret.bin"), 0, 24)]
        )
        layout = h5py.VirtualLayout((3,), "i8")
        layout[:] = h5py.VirtualSource(str(outside), "secret", (3,))
        file.create_virtual_dataset("made of others", layout)
        file.attrs["odd"] = np.zeros(2, complex)
    result = imported(path)
    assert by_entity(result) == {"/": ["kept"]}
    assert {row.source: row.reason for row in result.report.skipped_rows} == {
        "/complex": "values of type complex128",
        "/compound": "compound values",
        "/nothing": "it has no values",
        "/soft": "a link; links are not followed",
        "/outer": "a link; links are not followed",
        "/stored elsewhere": "its values are in other files, which are not read",
        "/made of others": "its values are in other files, which are not read",
        "attribute odd of /": "values of type complex128",
    }


def test_huge_claimed_shapes_are_refused(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (2**50,), "i8", chunks=(1024,))
    (row,) = imported(path).report.skipped_rows
    assert row.reason == f"its shape ({2**50},) is more than the file can hold"


def test_groups_that_hold_each_other_end(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file["a/x"] = np.arange(2)
        file["a/again"] = file["a"]
        file["a/root"] = file["/"]
    assert by_entity(imported(path)) == {"/a": ["x"]}


def test_times_from_a_dataset(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file["time/step"] = np.array([5, 7])
        file["x"] = np.array([1.0, 2.0])
        file["longer"] = np.arange(3)
    result = imported(path, options={"index": "/time/step"})
    (chunk,) = result.chunks
    step = Timeline("step", TimeKind.SEQUENCE)
    assert {line: list(v) for line, v in chunk.timelines.items()} == {step: [5, 7]}
    assert [row.reason for row in result.report.skipped_rows] == ["3 rows, but there are 2 times"]
    refused = imported(path, options={"index": "nix"}).report
    assert refused.error == "there is no dataset 'nix' of whole numbers in a row"


def test_large_groups_come_in_parts(
    tmp_path: Path, imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rrdimporters.hdf5._CHUNK_BYTES", 80)
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(25)
    result = imported(path)
    assert [len(chunk) for chunk in result.chunks] == [10, 10, 5]
    assert result.column("x") == [[i] for i in range(25)]


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(99)])
def test_no_hdf5(content: bytes, tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    path.write_bytes(content)
    report = imported(path).report
    assert report.is_refused
    assert str(report.error).startswith("cannot be read as HDF5: ")


def test_a_cut_file_is_told(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(5000)
    path.write_bytes(path.read_bytes()[:10000])
    assert "cannot be read as HDF5" in str(imported(path).report.error)
