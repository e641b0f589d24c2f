"""Parquet, CSV and HDF5: columns grouped by name, rows on `row_index`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.tables import column_groups, rebatched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.importers.conftest import Differences, Import, ReferenceImport

ROWS = 2500


def table() -> pa.Table:
    """Columns of many types, without nulls and maps: see the two tests of differences below."""
    columns: dict[str, Any] = {
        "pos_x": np.arange(ROWS, dtype=np.float32),
        "pos_y": np.arange(ROWS, dtype=np.float64),
        "pos": np.arange(ROWS, dtype=np.int16),
        "_lead": ["a"] * ROWS,
        "__dunder": np.arange(ROWS),
        "trail_": [b"x"] * ROWS,
        "a/b_c": np.arange(ROWS),
        "solo": pa.array([[1, 2]] * ROWS, pa.list_(pa.int32())),
        "one_two_three": np.arange(ROWS, dtype=np.uint8),
        "ts_s": pa.array(np.arange(ROWS)).cast(pa.timestamp("s")),
        "tu_us": pa.array(np.arange(ROWS)).cast(pa.timestamp("us", "UTC")),
        "dict_d": pa.array(["u", "v"] * (ROWS // 2)).dictionary_encode(),
        "dec_d": pa.array([1] * ROWS, pa.decimal128(10, 2)),
        "st_s": [{"a": 1, "b": "z"}] * ROWS,
        "dot.ted name_v": [True, False] * (ROWS // 2),
        "ls_l": pa.array(["q"] * ROWS, pa.large_string()),
        "half_v": np.zeros(ROWS, np.float16),
        "fsl_v": pa.array([[1, 2, 3]] * ROWS, pa.list_(pa.float32(), 3)),
        "day_d": pa.array([1] * ROWS, pa.date32()),
        "span_d": pa.array(np.arange(ROWS), pa.duration("ns")),
        "bin_f": pa.array([b"abcd"] * ROWS, pa.binary(4)),
        "nul_n": pa.nulls(ROWS),
    }
    return pa.table(columns).replace_schema_metadata({"b": "1", "hello": "world", "a": "3"})


@pytest.mark.parametrize(
    "options",
    [
        {"row_group_size": 1000},
        {"row_group_size": 700, "store_schema": False, "compression": "zstd"},
        {"version": "1.0", "data_page_size": 500},
    ],
    ids=["arrow schema", "no arrow schema", "old version"],
)
def test_parquet_as_the_reference_has_it(
    options: dict[str, Any],
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(table(), path, **options)
    assert not differences(imported(path).path, reference_import(path))


def test_empty_parquet_as_the_reference_has_it(
    tmp_path: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(table().slice(0, 0), path)
    assert not differences(imported(path).path, reference_import(path))


def test_parquet_samples_as_the_reference_has_them(
    samples: Path, imported: Import, reference_import: ReferenceImport, differences: Differences
) -> None:
    paths = sorted((samples / "parquet").glob("*.parquet"))
    assert paths
    different = [p.name for p in paths if differences(imported(p).path, reference_import(p))]
    assert different == []


def test_nulls_are_nulls(tmp_path: Path, imported: Import) -> None:
    # Equal in the reference but for the bytes below nulls: its reader leaves there what it
    # happened to unpack, and its comparison looks at them.
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"x": [1, None, 3]}), path)
    assert imported(path).column("x") == [[1], [None], [3]]


def test_maps_are_maps(tmp_path: Path, imported: Import) -> None:
    # The reference calls a map's entries `key_value`, as the Parquet file does; pyarrow keeps no
    # name for them.
    path = tmp_path / "table.parquet"
    maps = pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int32()))
    pq.write_table(pa.table({"m": maps}), path)
    assert imported(path).column("m") == [[[("k", 1)]], [[]]]


def test_names_that_are_no_text(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"name": [1]}), path, store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"name", b"n\xc4me"))
    assert imported(path).report.error == "a name in it is not UTF-8"


def test_views_are_plain(tmp_path: Path, imported: Import) -> None:
    # The reference keeps Utf8View and BinaryView, which not all readers of recordings know.
    path = tmp_path / "table.parquet"
    texts, data = pa.array(["a", None], pa.string_view()), pa.array([b"a", b"b"], pa.binary_view())
    pq.write_table(pa.table({"t": texts, "b": data}), path)
    result = imported(path)
    assert result.column("t") == [["a"], [None]]
    assert result.column("b") == [[b"a"], [b"b"]]


def test_a_cut_parquet_file_has_no_footer(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(table(), path)
    path.write_bytes(path.read_bytes()[:-100])
    report = imported(path).report
    assert report.is_refused
    assert "Parquet magic bytes not found in footer" in str(report.error)


def test_damage_within_a_parquet_file_keeps_what_came_before(
    tmp_path: Path, imported: Import
) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(
        pa.table({"x": pa.array(np.arange(5000))}), path, row_group_size=1024, use_dictionary=False
    )
    start = pq.ParquetFile(path).metadata.row_group(3).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + 16] = bytes(16)
    path.write_bytes(data)
    result = imported(path)
    assert result.report.error is not None
    assert not result.report.is_refused
    assert len(result.column("x")) == 3 * 1024


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 4, b"PAR1" + bytes(50) + b"PAR1"])
def test_no_parquet_file(content: bytes, tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(content)
    assert imported(path).report.is_refused


def test_times_from_a_column(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "table.parquet"
    stamps = pa.array([3, None, 1], pa.timestamp("ms"))
    pq.write_table(pa.table({"when": stamps, "x": [1, 2, 3]}), path)
    result = imported(path, options={"index": "when"})
    (chunk,) = (chunk for chunk in result.chunks if str(chunk.entity_path) == "/x")
    when = Timeline("when", TimeKind.TIMESTAMP)
    assert {line: list(v) for line, v in chunk.timelines.items()} == {when: [3_000_000, 1_000_000]}
    assert result.report.losses == ["1 rows without a time in when"]


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        ("nix", "there is no column 'nix' to take times from"),
        ("text", "column 'text' of type string holds no times"),
        ("far", "column 'far' holds times beyond 64 bits"),
    ],
)
def test_columns_that_hold_no_times(
    index: str, reason: str, tmp_path: Path, imported: Import
) -> None:
    path = tmp_path / "table.parquet"
    far = pa.array([2**62], pa.timestamp("ms"))
    pq.write_table(pa.table({"text": ["a"], "far": far, "x": [1]}), path)
    assert imported(path, options={"index": index}).report.error == reason


def test_groups_of_columns() -> None:
    groups = column_groups(["b_y", "a", "_x", "b_x", "c_", "__d", "b"])
    assert [(g.prefix, g.component, g.names, g.columns) for g in groups] == [
        ("", "data", ("x", "_d"), (2, 5)),
        ("a", "a", ("a",), (1,)),
        ("b", "data", ("y", "x", "b"), (0, 3, 6)),
        ("c_", "c_", ("c_",), (4,)),
    ]


@pytest.mark.parametrize("lengths", [[], [0], [10], [3, 0, 4], [25], [7, 3, 20]])
def test_rebatching_keeps_rows(lengths: list[int]) -> None:
    numbers = iter(range(sum(lengths)))

    def batches() -> Iterator[pa.RecordBatch]:
        for length in lengths:
            yield pa.record_batch(
                {"x": pa.array([next(numbers) for _ in range(length)], pa.int64())}
            )

    found = [batch.column(0).to_pylist() for batch in rebatched(batches(), 10)]
    assert [x for part in found for x in part] == list(range(sum(lengths)))
    assert [len(part) for part in found[:-1]] == [10] * (len(found) - 1)


def test_rebatching_keeps_what_came_before_an_error() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"x": pa.array([1, 2, 3])})
        raise pa.ArrowInvalid

    found = rebatched(batches(), 2)
    assert next(found).column(0).to_pylist() == [1, 2]
    assert next(found).column(0).to_pylist() == [3]
    with pytest.raises(pa.ArrowInvalid):
        next(found)


def test_csv(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "run.csv"
    path.write_text('time,pos_x,pos_y,name\n0,1.5,2,a\n1,,3,"x,y"\n')
    result = imported(path)
    assert [str(chunk.entity_path) for chunk in result.chunks] == ["/name", "/pos", "/time"]
    assert result.column("data") == [[{"x": 1.5, "y": 2}], [{"x": None, "y": 3}]]
    assert result.column("name") == [["a"], ["x,y"]]


@pytest.mark.parametrize(
    ("name", "content", "options", "expected"),
    [
        ("a.tsv", "x\ty\n1\t2\n", {}, [[1]]),
        ("a.csv", "x;y\n1;2\n", {"delimiter": ";"}, [[1]]),
        ("a.csv", "x,y\n1,2\n", {"types": "text"}, [["1"]]),
        ("a.csv", "\ufeffx,y\n1,2\n", {}, [[1]]),
    ],
)
def test_csv_dialects(
    name: str,
    content: str,
    options: dict[str, str],
    expected: list[Any],
    tmp_path: Path,
    imported: Import,
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert imported(path, options=options).column("x") == expected


def test_csv_in_other_encodings(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("größe,x\nä,1\n".encode("latin-1"))
    named = imported(path, options={"encoding": "latin-1"})
    assert named.column("größe") == [["ä"]]
    assert not named.report.is_lossy
    guessed = imported(path)
    assert guessed.column("gr\ufffd\ufffde") == [["\ufffd"]]
    assert guessed.report.losses == ["what is not utf-8-sig text was replaced"]
    for name in ("nonsense", "zip"):
        report = imported(path, options={"encoding": name}).report
        assert report.error == f"{name} is no encoding of text"


def test_csv_without_header(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    assert imported(path, options={"header": "no"}).column("f1") == [[2]]


def test_csv_lines_of_another_length_are_lost(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n3\n" + "4,5,6\n" * 9 + "7,8\n")
    result = imported(path)
    assert result.column("x") == [[1], [7]]
    assert result.report.losses[0] == "line 3: 1 values for 2 columns"
    assert len(result.report.losses) == 6


def test_csv_values_of_another_type_end_it(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.csv"
    block = 1 << 22
    path.write_text("x\n" + "1234567\n" * (block // 8) + "word\n" + "1\n" * block)
    report = imported(path).report
    assert "invalid value 'word'" in str(report.error)
    assert report.rows > 0


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("", {}, "Empty CSV file"),
        ("x\n1\n", {"delimiter": "::"}, "'::' is no single character to separate values"),
        ("x\n1\n", {"header": "maybe"}, "option header is yes or no, not maybe"),
    ],
)
def test_no_csv(
    content: str, options: dict[str, str], reason: str, tmp_path: Path, imported: Import
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    report = imported(path, options=options).report
    assert report.is_refused
    assert report.error == reason
