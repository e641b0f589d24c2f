"""Arrow metadata without pyarrow: the same as pyarrow finds, and never more than the limits."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.arrow_bridge import nulls
from rrdformats.errors import CorruptError, LimitError, RrdError, UnsupportedError
from rrdformats.flatbuffer_build import FlatbufferBuilder, offset_slot, scalar_slot
from rrdformats.ipc_read import (
    ColumnLayout,
    IpcField,
    TypeId,
    column_layouts,
    read_batch,
    read_schema,
    read_stream,
)
from rrdformats.ipc_write import encode_stream
from rrdformats.limits import Limits
from rrdformats.testing import assembly
from rrdformats.testing.strategies import arrays, arrow_types

arrow: Any = pa  # its stubs refuse some of the calls that build types here
RUN_ENDS = arrow.run_end_encoded(pa.int32(), pa.int8())

TYPES: list[tuple[pa.DataType, int, tuple[int, ...]]] = [
    (pa.null(), TypeId.NULL, ()),
    (pa.int8(), TypeId.INT, (8, 1)),
    (pa.uint16(), TypeId.INT, (16, 0)),
    (pa.int64(), TypeId.INT, (64, 1)),
    (pa.uint64(), TypeId.INT, (64, 0)),
    (pa.float16(), TypeId.FLOAT, (0,)),
    (pa.float32(), TypeId.FLOAT, (1,)),
    (pa.float64(), TypeId.FLOAT, (2,)),
    (pa.binary(), TypeId.BINARY, ()),
    (pa.utf8(), TypeId.UTF8, ()),
    (pa.bool_(), TypeId.BOOL, ()),
    (pa.decimal128(9, 2), TypeId.DECIMAL, ()),
    (pa.date32(), TypeId.DATE, ()),
    (pa.time64("ns"), TypeId.TIME, ()),
    (pa.timestamp("s"), TypeId.TIMESTAMP, (0, 0)),
    (pa.timestamp("ns"), TypeId.TIMESTAMP, (3, 0)),
    (pa.timestamp("ns", "UTC"), TypeId.TIMESTAMP, (3, 1)),
    (arrow.month_day_nano_interval(), TypeId.INTERVAL, ()),
    (pa.duration("ms"), TypeId.DURATION, (1,)),
    (pa.duration("ns"), TypeId.DURATION, (3,)),
    (pa.binary(16), TypeId.FIXED_SIZE_BINARY, (16,)),
    (pa.large_binary(), TypeId.LARGE_BINARY, ()),
    (pa.large_utf8(), TypeId.LARGE_UTF8, ()),
    (pa.list_(pa.int8()), TypeId.LIST, ()),
    (pa.large_list(pa.int8()), TypeId.LARGE_LIST, ()),
    (pa.list_(pa.int8(), 3), TypeId.FIXED_SIZE_LIST, (3,)),
    (pa.map_(pa.utf8(), pa.int8()), TypeId.MAP, ()),
    (pa.struct([pa.field("x", pa.int8())]), TypeId.STRUCT, ()),
    (arrow.dense_union([pa.field("a", pa.int8())], [5]), TypeId.UNION, (1, 5)),
    (arrow.sparse_union([pa.field("a", pa.int8())]), TypeId.UNION, (0, 0)),
]


def message_of(schema: pa.Schema) -> bytes:
    return bytes(schema.serialize().to_pybytes())


def matches(found: IpcField, field: Any) -> None:
    assert found.name == field.name
    assert found.nullable == field.nullable
    expected = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
    assert found.metadata == expected
    children = [field.type.field(i) for i in range(field.type.num_fields)]
    assert len(found.children) == len(children)
    for child, other in zip(found.children, children, strict=True):
        matches(child, other)


# --- schemas -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "type_id", "params"), TYPES, ids=str)
def test_every_type_has_its_number_and_what_completes_it(
    kind: pa.DataType, type_id: int, params: tuple[int, ...]
) -> None:
    field = pa.field("x", kind, kind == pa.null(), metadata={"k": "v", "": "é"})
    (found,) = read_schema(message_of(pa.schema([field]))).fields
    assert (found.type_id, found.params, found.dictionary) == (type_id, params, False)
    matches(found, field)


@given(
    st.lists(arrow_types(), max_size=3), st.dictionaries(st.text(max_size=4), st.text(max_size=4))
)
def test_schemas_are_what_pyarrow_says(kinds: list[pa.DataType], metadata: dict[str, str]) -> None:
    fields = [pa.field(f"c{i}", kind) for i, kind in enumerate(kinds)]
    schema = pa.schema(fields).with_metadata(dict(metadata))
    data = message_of(schema)
    found = read_schema(b"before" + data, 6)
    assert found.metadata == metadata
    assert found.length == len(data)
    for one, field in zip(found.fields, schema, strict=True):
        matches(one, field)
    for key, (start, end) in found.value_spans.items():
        assert data[start:end].decode() == metadata[key]


def test_dictionary_encoded_fields_are_marked() -> None:
    schema = pa.schema([pa.field("d", pa.dictionary(pa.int8(), pa.utf8()))])
    (found,) = read_schema(message_of(schema)).fields
    assert found.dictionary
    assert found.type_id == TypeId.UTF8


def test_a_union_of_many_types_is_read_as_far_as_codes_go() -> None:
    kind = arrow.dense_union([pa.field(f"u{i}", pa.int8()) for i in range(128)])
    (found,) = read_schema(message_of(pa.schema([pa.field("u", kind)]))).fields
    assert found.params == (1, *range(128))


# --- batches -----------------------------------------------------------------------------------


def leaves(column: ColumnLayout) -> list[ColumnLayout]:
    return [column, *[leaf for child in column.children for leaf in leaves(child)]]


@given(st.data(), arrow_types(), st.integers(0, 5), st.booleans())
def test_layouts_are_where_pyarrow_finds_the_values(
    data: st.DataObject, kind: pa.DataType, length: int, reference: bool
) -> None:
    array = data.draw(arrays(kind, length))
    batch = pa.RecordBatch.from_arrays([array], names=["c"])
    stream = encode_stream(batch) if reference else assembly.ipc(batch)
    schema, found = read_stream(stream)
    assert found.rows == length
    assert found.plain
    (column,) = column_layouts(schema, found)
    assert column.length == length
    nodes = [(leaf.length, leaf.nulls) for leaf in leaves(column)]
    assert nodes == list(found.nodes)
    spans = [(start, end - start) for leaf in leaves(column) for start, end in leaf.buffers]
    assert spans == list(found.buffers)


@pytest.mark.parametrize(
    ("options", "plain"),
    [
        ({}, True),
        ({"compression": "lz4"}, False),
        ({"compression": "zstd"}, False),
        ({"metadata_version": arrow.ipc.MetadataVersion.V4}, False),
        ({"use_legacy_format": True}, True),
    ],
)
def test_only_plain_v5_bodies_can_be_cut(options: dict[str, Any], plain: bool) -> None:
    _, found = read_stream(assembly.ipc(assembly.chunk_batch(), **options))
    assert found.plain is plain


def test_only_the_first_batch_is_read() -> None:
    first, second = assembly.chunk_batch(rows=2), assembly.chunk_batch(rows=5)
    assert read_stream(assembly.ipc(first, second))[1].rows == 2


@pytest.mark.parametrize("cut", [0, 8])
def test_the_end_marker_may_be_missing(cut: int) -> None:
    data = assembly.ipc(assembly.chunk_batch())
    assert read_stream(data[: len(data) - cut])[1].end == len(data) - 8


def test_dictionary_batches_are_stepped_over() -> None:
    column = pa.array(["a", "b", "a"]).dictionary_encode()
    data = assembly.ipc(pa.RecordBatch.from_arrays([column], names=["d"]))
    schema, found = read_stream(data)
    assert found.rows == 3
    (layout,) = column_layouts(schema, found)
    assert len(layout.buffers) == 2
    assert layout.children == ()


# --- damage ------------------------------------------------------------------------------------

BATCH = assembly.ipc(assembly.chunk_batch())
SCHEMA_END = read_schema(BATCH).length
FILE_FORMAT = b"ARROW1\0\0"
EMPTY = b"\xff\xff\xff\xff\0\0\0\0"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "does not start with a schema"),
        (EMPTY, "does not start with a schema"),
        (b"\0" * 16, "does not start with a schema"),
        (FILE_FORMAT + BATCH, "passes the end of its payload"),
        (BATCH[SCHEMA_END:], "does not start with a schema"),
        (BATCH[:40], "passes the end of its payload"),
        (BATCH[:6], "points outside its message"),
        (BATCH[:SCHEMA_END], "has no record batch"),
        (BATCH[:SCHEMA_END] + EMPTY, "has no record batch"),
        (BATCH[:SCHEMA_END] * 2, "message of kind 1 where a record batch belongs"),
        (BATCH[:-40], "body passes the end of its payload"),
    ],
)
def test_streams_of_another_shape_are_errors(data: bytes, reason: str) -> None:
    with pytest.raises(CorruptError, match=reason):
        read_stream(data)


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1
    return data.replace(old, new)


ROWS = assembly.ipc(
    pa.RecordBatch.from_arrays([pa.array(range(77), pa.int16()), pa.nulls(77)], names=["a", "n"])
)
NODE_A, NODE_N = struct.pack("<qq", 77, 0), struct.pack("<qq", 77, 77)
BUFFER = struct.pack("<qq", 0, 154)


@pytest.mark.parametrize(
    ("old", "new", "error", "reason"),
    [
        (NODE_A, struct.pack("<qq", 77, -1), CorruptError, "impossible length or null count"),
        (NODE_A, struct.pack("<qq", 77, 78), CorruptError, "impossible length or null count"),
        (NODE_A, struct.pack("<qq", -1, 0), CorruptError, "impossible length or null count"),
        (NODE_A, struct.pack("<qq", 76, 0), CorruptError, "'a' has 76 values in a batch of 77"),
        (NODE_N, struct.pack("<qq", 2**62, 2**62), LimitError, "values in an Arrow array"),
        (BUFFER, struct.pack("<qq", -8, 154), CorruptError, "lies outside its record batch"),
        (BUFFER, struct.pack("<qq", 0, -1), CorruptError, "lies outside its record batch"),
        (BUFFER, struct.pack("<qq", 8, 154), CorruptError, "lies outside its record batch"),
        (BUFFER, struct.pack("<qq", 2**62, 2**62), CorruptError, "lies outside its record batch"),
    ],
)
def test_impossible_numbers_are_errors(
    old: bytes, new: bytes, error: type[RrdError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        column_layouts(*read_stream(patched(ROWS, old, new)))


def test_nodes_and_buffers_must_be_those_of_the_schema() -> None:
    def stream(*kinds: pa.DataType) -> tuple[Any, Any]:
        arrays = [nulls(2, kind) for kind in kinds]
        names = [str(i) for i in range(len(kinds))]
        return read_stream(assembly.ipc(pa.RecordBatch.from_arrays(arrays, names=names)))

    one, two = stream(pa.int8()), stream(pa.int8(), pa.int8())
    with pytest.raises(CorruptError, match="fewer buffers than its schema"):
        column_layouts(two[0], one[1])
    with pytest.raises(CorruptError, match="more buffers than its schema"):
        column_layouts(one[0], two[1])
    with pytest.raises(CorruptError, match="fewer buffers than its schema"):
        column_layouts(stream(pa.utf8())[0], one[1])
    with pytest.raises(CorruptError, match="more buffers than its schema"):
        column_layouts(one[0], stream(pa.utf8())[1])


@pytest.mark.parametrize("kind", [arrow.string_view(), RUN_ENDS], ids=str)
def test_views_and_run_ends_are_not_supported(kind: pa.DataType) -> None:
    array = (
        pa.array(["abc"], kind) if kind == arrow.string_view() else pa.array([1]).cast(pa.int8())
    )
    if kind == RUN_ENDS:
        array = arrow.RunEndEncodedArray.from_arrays(pa.array([1], pa.int32()), array)
    schema, batch = read_stream(assembly.ipc(pa.RecordBatch.from_arrays([array], names=["v"])))
    with pytest.raises(UnsupportedError, match=r"Arrow type number \d+ in column 'v'"):
        column_layouts(schema, batch)


# --- flatbuffers that no writer makes ----------------------------------------------------------


class Schemas:
    """Schema messages put together at will: objects may be missing, or referred to many times."""

    def __init__(self) -> None:
        self.builder = FlatbufferBuilder()

    def metadata(self, *entries: tuple[str, str]) -> int:
        made = []
        for pair in entries:
            key, value = [self.builder.string(text.encode()) for text in pair]
            made.append(self.builder.table(offset_slot(0, key), offset_slot(1, value)))
        return self.builder.offset_vector(made)

    def field(
        self,
        type_id: int = TypeId.NULL,
        *children: int,
        name: bytes = b"f",
        typed: bool = True,
        metadata: int = 0,
    ) -> int:
        kids = self.builder.offset_vector(children)
        slots = [offset_slot(0, self.builder.string(name)), scalar_slot(2, 1, type_id)]
        if typed:
            slots.append(offset_slot(3, self.builder.table()))
        if metadata:
            slots.append(offset_slot(6, metadata))
        return self.builder.table(*slots, offset_slot(5, kids))

    def message(self, *fields: int, metadata: int = 0) -> bytes:
        slots = [offset_slot(1, self.builder.offset_vector(fields))]
        if metadata:
            slots.append(offset_slot(2, metadata))
        schema = self.builder.table(*slots)
        version, kind = scalar_slot(0, 2, 4), scalar_slot(1, 1, 1)
        flat = self.builder.finish(self.builder.table(version, kind, offset_slot(2, schema)))
        return b"\xff\xff\xff\xff" + struct.pack("<I", len(flat)) + flat


def test_a_field_without_a_type_is_an_error() -> None:
    schemas = Schemas()
    with pytest.raises(CorruptError, match="has no type"):
        read_schema(schemas.message(schemas.field(typed=False)))


def test_a_message_without_a_header_is_an_error() -> None:
    builder = FlatbufferBuilder()
    flat = builder.finish(builder.table(scalar_slot(0, 2, 4), scalar_slot(1, 1, 1)))
    with pytest.raises(CorruptError, match="has no header"):
        read_schema(b"\xff\xff\xff\xff" + struct.pack("<I", len(flat)) + flat)


@pytest.mark.parametrize("type_id", [TypeId.LIST, TypeId.FIXED_SIZE_LIST, TypeId.MAP])
@pytest.mark.parametrize("count", [0, 2])
def test_a_list_has_one_child(type_id: int, count: int) -> None:
    schemas = Schemas()
    children = [schemas.field() for _ in range(count)]
    with pytest.raises(CorruptError, match=f"list has {count} child fields"):
        read_schema(schemas.message(schemas.field(type_id, *children)))


def test_texts_must_be_utf_8() -> None:
    schemas = Schemas()
    with pytest.raises(CorruptError, match="not UTF-8"):
        read_schema(schemas.message(schemas.field(name=b"\xff")))


def test_an_absent_name_is_empty() -> None:
    schemas = Schemas()
    builder = schemas.builder
    bare = builder.table(scalar_slot(2, 1, 1), offset_slot(3, builder.table()))
    (found,) = read_schema(schemas.message(bare)).fields
    assert (found.name, found.children, found.metadata, found.nullable) == ("", (), {}, False)


def test_a_type_without_a_number_has_no_layout() -> None:
    schemas = Schemas()
    schema = read_schema(schemas.message(schemas.field(0)))
    batch = read_batch(ROWS, read_schema(ROWS).length)
    with pytest.raises(UnsupportedError, match="Arrow type number 0 in column 'f'"):
        column_layouts(schema, batch)


def deep(depth: int) -> bytes:
    schemas = Schemas()
    field = schemas.field()
    for _ in range(depth - 1):
        field = schemas.field(TypeId.LIST, field)
    return schemas.message(field)


def test_nesting_has_a_limit() -> None:
    assert len(read_schema(deep(64)).fields) == 1
    for depth in (65, 5000):
        with pytest.raises(LimitError, match="nesting of Arrow types is 65"):
            read_schema(deep(depth))


def test_the_number_of_fields_has_a_limit() -> None:
    def wide(count: int) -> bytes:
        schemas = Schemas()
        return schemas.message(*[schemas.field() for _ in range(count)])

    assert len(read_schema(wide(50), 0, Limits(fields=50)).fields) == 50
    with pytest.raises(LimitError, match="more than 50 fields"):
        read_schema(wide(51), 0, Limits(fields=50))


def test_nested_fields_count_too() -> None:
    schemas = Schemas()
    structs = [schemas.field(TypeId.STRUCT, *[schemas.field() for _ in range(9)]) for _ in range(5)]
    data = schemas.message(*structs)
    assert len(read_schema(data, 0, Limits(fields=50)).fields) == 5
    with pytest.raises(LimitError, match="more than 49 fields"):
        read_schema(data, 0, Limits(fields=49))


def a_million_fields() -> bytes:
    """A million references to one field."""
    schemas = Schemas()
    return schemas.message(*[schemas.field()] * 1_000_000)


def ten_to_the_thirty() -> bytes:
    """Thirty structs, each with ten times the next."""
    schemas = Schemas()
    field = schemas.field()
    for _ in range(30):
        field = schemas.field(TypeId.STRUCT, *[field] * 10)
    return schemas.message(field)


def one_metadata_for_all() -> bytes:
    """2,000 metadata entries that each of 2,000 fields refers to."""
    schemas = Schemas()
    shared = schemas.metadata(*[(f"k{i}", "v") for i in range(2_000)])
    return schemas.message(*[schemas.field(metadata=shared) for _ in range(2_000)])


def one_long_value() -> bytes:
    """10,000 entries that refer to one text of a megabyte."""
    schemas = Schemas()
    text = schemas.builder.string(b"x" * 1_000_000)
    entry = schemas.builder.table(offset_slot(0, text), offset_slot(1, text))
    return schemas.message(metadata=schemas.builder.offset_vector([entry] * 10_000))


@pytest.mark.parametrize(
    "bomb", [a_million_fields, ten_to_the_thirty, one_metadata_for_all, one_long_value]
)
def test_few_bytes_cannot_stand_for_many_fields_or_texts(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    tracemalloc.start()
    with pytest.raises(LimitError):
        read_schema(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * len(data)


def test_metadata_entries_have_a_limit() -> None:
    schemas = Schemas()
    entries = schemas.metadata(*[(f"k{i}", "v") for i in range(20)])
    data = schemas.message(schemas.field(), metadata=entries)
    assert len(read_schema(data, 0, Limits(metadata_entries=20)).metadata) == 20
    with pytest.raises(LimitError, match="metadata entries is 20, above the limit of 19"):
        read_schema(data, 0, Limits(metadata_entries=19))


def test_compressed_buffers_may_not_claim_more_than_a_payload() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([7] * 4000)], names=["n"])
    data = assembly.ipc(batch, compression="lz4")
    assert read_stream(data)[1].compressed
    with pytest.raises(LimitError, match="size of compressed Arrow buffers"):
        read_stream(data, Limits(uncompressed_bytes=31_999))
    huge = patched(data, struct.pack("<q", 32_000), struct.pack("<q", 2**60))
    with pytest.raises(LimitError, match="size of compressed Arrow buffers"):
        read_stream(huge)


def test_the_number_of_buffers_has_a_limit() -> None:
    with pytest.raises(LimitError, match="number of Arrow buffers is 2, above the limit of 0"):
        read_batch(ROWS, read_schema(ROWS).length, Limits(fields=0))


# --- any bytes ---------------------------------------------------------------------------------


@given(st.sampled_from([BATCH, ROWS, deep(5)]), st.data())
def test_any_bytes_are_described_or_refused(start: bytes, data: st.DataObject) -> None:
    damaged = bytearray(start)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        schema, batch = read_stream(bytes(damaged))
        columns = column_layouts(schema, batch)
    except RrdError:
        return
    for column in columns:
        for leaf in leaves(column):
            assert 0 <= leaf.nulls <= leaf.length
            assert all(0 <= a <= b <= batch.body_length for a, b in leaf.buffers)
