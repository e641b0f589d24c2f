"""Chunks of any version and of careless writers become canonical ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pytest

from rrdformats.chunk_schema import component_field, index_field, row_id_field
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError
from rrdformats.migrations import (
    SORBET_VERSION,
    Version,
    migrate,
    needs_migration,
    schema_version,
)
from rrdformats.timeline import TimeKind, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

ROWS = 3
KIND = "rerun:kind"
UINT8_LISTS = pa.list_(pa.uint8())


class Column(NamedTuple):
    field: pa.Field[Any]
    values: pa.Array[Any]


def column(
    name: str, values: Iterable[Any], datatype: pa.DataType, /, **metadata: str | None
) -> Column:
    """A column; metadata keys are given without `rerun:`."""
    found = {f"rerun:{key}": value for key, value in metadata.items() if value is not None}
    return Column(pa.field(name, datatype, metadata=found), pa.array(values, datatype))


def row_ids(name: str = "rerun.controls.RowId", **metadata: str) -> Column:
    ids = [bytes(15) + bytes([row]) for row in range(ROWS)]
    field = row_id_field(is_sorted=False)
    values = pa.array(ids, pa.binary(16))
    if name == field.name and not metadata:
        return Column(field, values)
    return column(name, ids, pa.binary(16), **{"kind": "control", **metadata})


def times(
    name: str = "frame", datatype: pa.DataType | None = None, /, **metadata: str | None
) -> Column:
    values = pa.array(range(ROWS), pa.int64())
    named: dict[str, str | None] = {"kind": "index", "index_name": name, **metadata}
    made = column(name, values, pa.int64(), **named)
    if datatype is None:
        return made
    return Column(made.field.with_type(datatype), values.cast(datatype))


def data(
    name: str = "x",
    values: Iterable[Any] = ([1, 2], None, []),
    datatype: pa.DataType = UINT8_LISTS,
    /,
    **metadata: str | None,
) -> Column:
    return column(name, values, datatype, **{"kind": "data", "component": name, **metadata})


def chunk(
    *columns: Column, version: str | None = SORBET_VERSION, path: str = "/e", **metadata: str
) -> pa.RecordBatch:
    stated = {} if version is None else {"sorbet:version": version}
    extra = {f"rerun:{key}": value for key, value in metadata.items()}
    schema = pa.schema([made.field for made in columns]).with_metadata(
        {"rerun:entity_path": path, "rerun:id": "chunk_" + "0" * 32, **stated, **extra}
    )
    return pa.RecordBatch.from_arrays([made.values for made in columns], schema=schema)


def metadata_of(described: pa.Schema | pa.Field[Any]) -> dict[bytes, bytes]:
    return described.metadata or {}


def dotted(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch as 0.23 would write its metadata: `rerun.` keys and no `sorbet:version`."""

    def old(described: pa.Schema | pa.Field[Any]) -> dict[bytes | str, bytes | str]:
        found = metadata_of(described)
        found.pop(b"sorbet:version", None)
        return {key.replace(b"rerun:", b"rerun."): value for key, value in found.items()}

    schema = pa.schema([field.with_metadata(old(field)) for field in batch.schema])
    schema = schema.with_metadata({**old(batch.schema), b"rerun.version": b"1"})
    return pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def descriptors(batch: pa.RecordBatch) -> list[ComponentDescriptor]:
    """What the data columns of a canonical batch are; fails where a field is not canonical."""
    found = []
    for field in batch.schema:
        texts = {key.decode(): value.decode() for key, value in metadata_of(field).items()}
        if texts[KIND] != "data":
            continue
        descriptor = ComponentDescriptor(
            texts["rerun:component"],
            texts.get("rerun:archetype"),
            texts.get("rerun:component_type"),
        )
        assert field.equals(component_field(descriptor, field.type), check_metadata=True)
        found.append(descriptor)
    return found


def canonical(*, path: str = "/e") -> pa.RecordBatch:
    return chunk(
        row_ids(),
        times("frame"),
        data("A:b", archetype="rerun.archetypes.A", component_type="rerun.components.B"),
        path=path,
    )


# --- what already is canonical -----------------------------------------------------------------


def test_this_library_writes_0_1_4() -> None:
    assert SORBET_VERSION == "0.1.4"


def test_canonical_chunk_is_not_touched() -> None:
    batch = canonical()
    assert not needs_migration(batch.schema)
    assert migrate(batch) is batch


@pytest.mark.parametrize("kind", TimeKind)
@pytest.mark.parametrize("is_sorted", [False, True])
def test_fields_of_this_library_are_canonical(kind: TimeKind, is_sorted: bool) -> None:
    descriptor = ComponentDescriptor("Ö:x", "user.Ö", "user.X")
    fields = [
        row_id_field(is_sorted=is_sorted),
        index_field(Timeline("Ä", kind), is_sorted=is_sorted),
        component_field(descriptor, pa.list_(pa.field("item", pa.null()))),
    ]
    metadata = {"rerun:id": "", "rerun:entity_path": "/", "sorbet:version": SORBET_VERSION}
    assert not needs_migration(pa.schema(fields).with_metadata(metadata))


def test_many_chunks_may_share_a_schema_without_an_id() -> None:
    batch = canonical().replace_schema_metadata({"sorbet:version": "0.1.4"})
    assert migrate(batch) is batch


# --- versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "version"),
    [
        ({"sorbet:version": "0.1.4"}, Version(0, 1, 4)),
        ({"sorbet:version": "12.0.34"}, Version(12, 0, 34)),
        ({"sorbet:version": "0.1.3-alpha.1"}, Version(0, 1, 3, is_release=False)),
        ({"sorbet:version": "0.1.3+build.7"}, Version(0, 1, 3)),
        ({"sorbet:version": ""}, None),
        ({"sorbet:version": "0.1"}, None),
        ({"sorbet:version": "00.1.4"}, None),
        ({"sorbet:version": "v0.1.4"}, None),
        ({"sorbet:version": "0.1.4\n"}, None),
        ({"sorbet:version": "1" * 5000 + ".0.0"}, None),
        ({"sorbet:version": "0.1.2", "rerun.version": "1"}, Version(0, 1, 2)),
        ({"rerun.version": "1"}, Version(0, 0, 1)),
        ({"rerun.id": "chunk_", "rerun:version": "1"}, Version(0, 0, 1)),
        ({"rerun:version": "1"}, Version(0, 0, 2)),
        ({}, Version(0, 0, 1)),
    ],
)
def test_version_is_stated_or_guessed(metadata: dict[str, str], version: Version | None) -> None:
    assert schema_version(pa.schema([]).with_metadata(metadata)) == version


def test_pre_release_comes_before_its_release() -> None:
    assert Version(0, 1, 2) < Version(0, 1, 3, is_release=False) < Version(0, 1, 3)


@pytest.mark.parametrize(
    ("stated", "result", "is_renamed"),
    [
        ("0.1.2", "0.1.4", True),
        ("0.1.3-alpha.1", "0.1.4", True),
        ("0.1.3", "0.1.4", False),
        ("0.1.4-rc.1", "0.1.4", False),
        ("0.1.4+build", "0.1.4", False),
        ("0.1.5", "0.1.5", False),  # it stays true what the writer said about its columns
        ("1.0.0-beta", "1.0.0-beta", False),
        ("0.0.0", "0.1.4", False),
        ("nonsense", "0.1.4", False),
    ],
)
def test_steps_run_by_version(stated: str, result: str, is_renamed: bool) -> None:
    old = "rerun.components.SeriesVisible"
    batch = migrate(chunk(row_ids(), data(component_type=old), version=stated))
    assert batch.schema.metadata[b"sorbet:version"] == result.encode()
    new = "rerun.components.Visible" if is_renamed else old
    assert descriptors(batch) == [ComponentDescriptor("x", component_type=new)]


def test_canonical_chunk_of_a_newer_version_is_not_touched() -> None:
    batch = chunk(row_ids(), data(), version="0.2.0")
    assert migrate(batch) is batch


# --- a chunk of 0.23 ---------------------------------------------------------------------------


def test_chunk_of_0_23() -> None:
    metadata = {"archetype": "rerun.archetypes.Scalar", "archetype_field": "scalar"}
    scalars = data("Scalar", component="rerun.components.Scalar", **metadata)
    odd = chunk(
        data("x"),
        data("ScalarIndicator", component="rerun.components.ScalarIndicator"),
        times("t"),
        scalars,
        row_ids(is_sorted="true"),
        times("s", is_sorted="true"),
        path="/__properties/recording",
        heap_size_bytes="3",
    )
    descriptor = ComponentDescriptor(
        "Scalars:scalars", "rerun.archetypes.Scalars", "rerun.components.Scalar"
    )
    expected = pa.schema(
        [
            row_id_field(is_sorted=True),
            index_field(Timeline("s", TimeKind.SEQUENCE), is_sorted=True),
            index_field(Timeline("t", TimeKind.SEQUENCE), is_sorted=False),
            component_field(ComponentDescriptor("x"), UINT8_LISTS),
            component_field(descriptor, UINT8_LISTS),
        ]
    ).with_metadata(
        {
            "rerun:entity_path": "/__properties",
            "rerun:id": "chunk_" + "0" * 32,
            "sorbet:version": "0.1.4",
        }
    )
    assert migrate(dotted(odd)).schema.equals(expected, check_metadata=True)


def test_chunk_of_indicators_keeps_its_rows() -> None:
    indicator = data("FooIndicator", component="rerun.components.FooIndicator")
    batch = migrate(dotted(chunk(row_ids(), times(), indicator)))
    assert (batch.num_columns, batch.num_rows) == (2, ROWS)


# --- liberties that writers take ---------------------------------------------------------------

NESTED = pa.list_(pa.field("inner", pa.float32(), nullable=False), 2)
ODD_CHILD = pa.list_(pa.field("element", pa.int64(), nullable=False, metadata={"a": "b"}))

DEVIATIONS: dict[str, tuple[list[Column], list[Column]]] = {
    "synonym of control": ([row_ids(kind="row_id"), data()], [row_ids(), data()]),
    "row id of another name": ([row_ids("other"), data()], [row_ids(), data()]),
    "row id metadata missing": ([row_ids(is_sorted="no"), data()], [row_ids(), data()]),
    "synonym of index": ([row_ids(), times(kind="time"), data()], [row_ids(), times(), data()]),
    "no index name": ([row_ids(), times(index_name=None), data()], [row_ids(), times(), data()]),
    "field name is not the timeline": (
        [row_ids(), times("f", index_name="t"), data()],
        [row_ids(), times("t"), data()],
    ),
    "index of a time zone": (
        [row_ids(), times("t", pa.timestamp("ns", "Europe/Berlin")), data()],
        [row_ids(), times("t", pa.timestamp("ns")), data()],
    ),
    "timelines out of order": (
        [row_ids(), times("t"), times("T"), data()],
        [row_ids(), times("T"), times("t"), data()],
    ),
    "sorted in other words": (
        [row_ids(), times(is_sorted="yes"), data()],
        [row_ids(), times(is_sorted="true"), data()],
    ),
    "not sorted": ([row_ids(), times(is_sorted="No"), data()], [row_ids(), times(), data()]),
    "synonym of data": ([row_ids(), data(kind="component")], [row_ids(), data()]),
    "no kind": ([row_ids(), data(kind=None)], [row_ids(), data()]),
    "no component": ([row_ids(), data(component=None)], [row_ids(), data()]),
    "empty component": ([row_ids(), data(component="")], [row_ids(), data()]),
    "empty names": ([row_ids(), data(archetype="", component_type="")], [row_ids(), data()]),
    "field name is not the component": ([row_ids(), data("f", component="x")], [row_ids(), data()]),
    "unknown field metadata": ([row_ids(), data(is_static="true", other="1")], [row_ids(), data()]),
    "components out of order": (
        [row_ids(), data("a", archetype="z"), data("b", archetype="y"), data("c")],
        [row_ids(), data("c"), data("b", archetype="y"), data("a", archetype="z")],
    ),
    "no list": (
        [row_ids(), data("x", ["a", None, "c"], pa.string())],
        [row_ids(), data("x", [["a"], None, ["c"]], pa.list_(pa.string()))],
    ),
    "fixed size list": (
        [row_ids(), data("x", [[1, 2], None, [3, 4]], NESTED)],
        [row_ids(), data("x", [[[1, 2]], None, [[3, 4]]], pa.list_(NESTED))],
    ),
    "large list": (
        [row_ids(), data("x", [[1], None, []], pa.large_list(pa.int8()))],
        [row_ids(), data("x", [[[1]], None, [[]]], pa.list_(pa.large_list(pa.int8())))],
    ),
    "nulls of no type": (
        [row_ids(), data("x", [None] * ROWS, pa.null())],
        [row_ids(), data("x", [None] * ROWS, pa.list_(pa.null()))],
    ),
    "list of another child": (
        [row_ids(), data("x", [[1], None, []], ODD_CHILD)],
        [row_ids(), data("x", [[1], None, []], pa.list_(pa.int64()))],
    ),
}


def rows_of(batch: pa.RecordBatch) -> list[list[Any]]:
    """The values of all columns; times as integers, as Python's have no nanoseconds."""
    return [
        (values.cast(pa.int64()) if pa.types.is_temporal(values.type) else values).to_pylist()
        for values in batch.columns
    ]


@pytest.mark.parametrize(("given_columns", "expected"), DEVIATIONS.values(), ids=DEVIATIONS)
@pytest.mark.parametrize("rows", [slice(0, ROWS), slice(1, ROWS), slice(0, 0)])
def test_deviation_is_mended(
    given_columns: list[Column], expected: list[Column], rows: slice
) -> None:
    batch, canonical_batch = chunk(*given_columns)[rows], chunk(*expected)[rows]
    assert needs_migration(batch.schema)
    assert not needs_migration(canonical_batch.schema)
    result = migrate(batch)
    result.validate(full=True)
    assert result.schema.equals(canonical_batch.schema, check_metadata=True)
    assert rows_of(result) == rows_of(canonical_batch)


@pytest.mark.parametrize(
    "key", ["rerun:heap_size_bytes", "rerun:segment_id", "rerun:timestamp_sdk_ipc_encoded", "user"]
)
def test_other_schema_metadata_is_dropped(key: str) -> None:
    schema = canonical().schema
    batch = canonical().replace_schema_metadata({**metadata_of(schema), key.encode(): b"1"})
    assert needs_migration(batch.schema)
    assert migrate(batch).schema.equals(schema, check_metadata=True)


@pytest.mark.parametrize("place", [0, 2])
def test_nullability_is_mended(place: int) -> None:
    batch = canonical()
    field = batch.schema.field(place)
    odd = batch.schema.set(place, field.with_nullable(not field.nullable))
    result = migrate(pa.RecordBatch.from_arrays(batch.columns, schema=odd))
    assert result.schema.equals(batch.schema, check_metadata=True)


def test_extension_types_that_arrow_knows_are_stored_values() -> None:
    tensors = pa.fixed_shape_tensor(pa.int8(), [2])
    cells = pa.ExtensionArray.from_storage(
        tensors, pa.array([[1, 2], None, [3, 4]], tensors.storage_type)
    )
    result = migrate(chunk(row_ids(), Column(pa.field("x", tensors), cells)))
    assert result.schema.field(1).type == pa.list_(tensors.storage_type)
    assert result.column(1).to_pylist() == [[[1, 2]], None, [[3, 4]]]


def test_buffers_are_shared() -> None:
    batch = canonical().replace_schema_metadata({"sorbet:version": "0.1.0"})
    for old, new in zip(batch.columns, migrate(batch).columns, strict=True):
        assert [buffer and buffer.address for buffer in old.buffers()] == [
            buffer and buffer.address for buffer in new.buffers()
        ]


# --- faults ------------------------------------------------------------------------------------

NULL_ID = Column(
    pa.field("id", pa.binary(16), metadata={KIND: "control"}),
    pa.array([bytes(16), None, bytes(16)], pa.binary(16)),
)
STRUCT_ID = pa.struct([("time_ns", pa.uint64()), ("inc", pa.uint64())])

FAULTS: dict[str, tuple[list[Column], str]] = {
    "no row ids": ([times(), data("x")], r"no row id column.*'frame', 'x'"),
    "two row ids": ([row_ids("a"), row_ids("b"), data()], "'a', 'b'"),
    "row ids too long": ([column("r", [None] * ROWS, pa.binary(17), kind="control")], "'r'.*17"),
    "row ids of text": ([column("r", ["1"] * ROWS, pa.string(), kind="control")], "'r'.*string"),
    "row ids as structs": ([column("r", [None] * ROWS, STRUCT_ID, kind="control")], "'r'.*struct"),
    "null row id": ([NULL_ID, data()], "'id' has nulls"),
    "index before row ids": (
        [times("t"), row_ids(), data()],
        "'rerun.controls.RowId' stands after 't'",
    ),
    "data before row ids": ([data("d"), row_ids()], "'rerun.controls.RowId' stands after 'd'"),
    "index after data": ([row_ids(), data("d"), times("t")], "'t' stands after 'd'"),
    "int32 index": ([row_ids(), times("t", pa.int32()), data()], "'t'.*int32"),
    "microsecond index": ([row_ids(), times("t", pa.timestamp("us")), data()], "'t'.*us"),
    "millisecond duration": ([row_ids(), times("t", pa.duration("ms")), data()], "'t'.*ms"),
    "list of times": ([row_ids(), data("t", kind="index")], "'t'.*list"),
    "empty timeline": ([row_ids(), times("t", index_name=""), data()], "'t'.*empty"),
    "nameless timeline": ([row_ids(), times("", index_name=None), data()], "empty"),
    "nameless component": ([row_ids(), data("")], "empty"),
    "unknown kind": ([row_ids(), data("d", kind="Data")], "'d'.*'Data'"),
    "empty kind": ([row_ids(), data("d", kind="")], "'d'.*''"),
    "timeline twice": ([row_ids(), times("t"), times("s", index_name="t"), data()], "'t' has two"),
    "component twice": ([row_ids(), data("d"), data("e", component="d")], "'d' has two"),
    "component of two archetypes": (
        [row_ids(), data("d"), data("d", archetype="A")],
        "'d' has two",
    ),
    "no columns": ([], "no row id column"),
}


@pytest.mark.parametrize(("columns", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_is_refused(columns: list[Column], message: str) -> None:
    batch = chunk(*columns)
    with pytest.raises(CorruptError, match=message):
        migrate(batch)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "null row id"])
def test_fault_needs_migration(name: str) -> None:
    assert needs_migration(chunk(*FAULTS[name][0]).schema)


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("a", "b"), [{"a": 1, "b": None}]),
        (("a", "b"), [None]),
        (("a", "b", "c"), [{"a": 1, "b": 1, "c": 1}]),
        (("a",), [{"a": 1}]),
    ],
)
def test_structs_that_are_no_row_ids(names: tuple[str, ...], values: list[Any]) -> None:
    datatype = pa.struct([(name, pa.uint64()) for name in names])
    with pytest.raises(CorruptError, match="'r'"):
        migrate(chunk(column("r", values, datatype, kind="control"), version="0.0.1"))


def test_names_must_be_text() -> None:
    message = bytearray(chunk(row_ids(), data("§§§§")).schema.serialize())
    message = message.replace("§§§§".encode(), b"\xff" * 8, 1)
    schema = pa.ipc.read_schema(pa.py_buffer(bytes(message)))
    batch = pa.RecordBatch.from_arrays(chunk(row_ids(), data()).columns, schema=schema)
    assert needs_migration(schema)
    with pytest.raises(CorruptError, match="not UTF-8"):
        migrate(batch)


@pytest.mark.parametrize("place", ["schema", "field"])
def test_metadata_must_be_text(place: str) -> None:
    batch = canonical()
    if place == "schema":
        batch = batch.replace_schema_metadata({**batch.schema.metadata, b"\xff": b""})
    else:
        odd = batch.schema.field(2).with_metadata({b"rerun:component": b"\xff"})
        batch = pa.RecordBatch.from_arrays(batch.columns, schema=batch.schema.set(2, odd))
    assert needs_migration(batch.schema)
    with pytest.raises(CorruptError, match="not UTF-8"):
        migrate(batch)
