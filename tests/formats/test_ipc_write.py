from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import os
import random
import struct
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats import ipc_schema_write, ipc_write
from rrdformats.errors import CorruptError, LimitError, UnsupportedError
from rrdformats.framing import FOURCC, FRAME, FRAME_SIZE, HEADER_SIZE, MessageKind
from rrdformats.ipc_read import ColumnLayout, TypeId, column_layouts, read_stream
from rrdformats.ipc_write import (
    END_OF_STREAM,
    encode_batch_parts,
    encode_schema_message,
    encode_stream,
)
from rrdformats.limits import DEFAULT_LIMITS
from rrdformats.wire import iter_fields

arrow: Any = pa  # its stubs refuse many of the calls that build arrays here
Array = Any


# One array per type, with nulls where the type has them: the rows every other test goes through.
EXAMPLES: dict[str, Array] = {
    "null": arrow.nulls(5),
    "bool": arrow.array([True, None, False, True, True, False, None, True, True, False, True]),
    **{
        str(kind): arrow.array([1, None, 3, 4], kind)
        for kind in (
            *(arrow.int8(), arrow.int16(), arrow.int32(), arrow.int64()),
            *(arrow.uint8(), arrow.uint16(), arrow.uint32(), arrow.uint64()),
            *(arrow.float16(), arrow.float32(), arrow.float64()),
            *(
                arrow.date32(),
                arrow.time32("s"),
                arrow.time32("ms"),
                arrow.time64("us"),
                arrow.time64("ns"),
            ),
            *(
                arrow.timestamp("s"),
                arrow.timestamp("ms"),
                arrow.timestamp("us"),
                arrow.timestamp("ns"),
            ),
            *(
                arrow.duration("s"),
                arrow.duration("ms"),
                arrow.duration("us"),
                arrow.duration("ns"),
            ),
            arrow.timestamp("us", "Europe/Zurich"),
        )
    },
    "date64": arrow.array([dt.date(2024, 2, 29), None, dt.date(1969, 1, 1)], arrow.date64()),
    "interval": arrow.array([arrow.MonthDayNano((1, 2, 3)), None], arrow.month_day_nano_interval()),
    **{
        str(kind): arrow.array([decimal.Decimal(7), None, decimal.Decimal(-1)], kind)
        for kind in (
            *(
                arrow.decimal32(5, 2),
                arrow.decimal64(5, 2),
                arrow.decimal128(5, 2),
                arrow.decimal256(5, 2),
            ),
            arrow.decimal128(9),
        )
    },
    "string": arrow.array(["", "a", None, "straße", "日本"]),
    "binary": arrow.array([b"", b"\0", None, b"xyz"], arrow.binary()),
    "large_string": arrow.array(["", "a", None, "b"], arrow.large_string()),
    "large_binary": arrow.array([b"", b"\0", None, b"xyz"], arrow.large_binary()),
    "fixed_size_binary": arrow.array([b"abc", None, b"def"], arrow.binary(3)),
    "fixed_size_binary[0]": arrow.array([b"", b""], arrow.binary(0)),
    "list": arrow.array([[1], None, [], [2, None, 4]], arrow.list_(arrow.int32())),
    "list<list>": arrow.array(
        [[["a"], None], None, [], [[]]], arrow.list_(arrow.list_(arrow.string()))
    ),
    "large_list": arrow.array([[True], None, [], [False, None]], arrow.large_list(arrow.bool_())),
    "fixed_size_list": arrow.array([[1, 2], None, [3, None]], arrow.list_(arrow.float32(), 2)),
    "fixed_size_list[0]": arrow.array([[], []], arrow.list_(arrow.int8(), 0)),
    "struct": arrow.array(
        [{"x": 1, "y": "a"}, None, {"x": None, "y": None}],
        arrow.struct([arrow.field("x", arrow.int8()), arrow.field("y", arrow.string())]),
    ),
    "struct<>": arrow.array([{}, None], arrow.struct([])),
    "map": arrow.array(
        [[("a", 1)], None, [("b", None), ("c", 3)]], arrow.map_(arrow.string(), arrow.int32())
    ),
    "map sorted": arrow.array(
        [[("a", 1)]], arrow.map_(arrow.string(), arrow.int32(), keys_sorted=True)
    ),
    "sparse_union": arrow.UnionArray.from_sparse(
        arrow.array([0, 1, 0], arrow.int8()), [arrow.array([1, 2, 3]), arrow.array(["a", "b", "c"])]
    ),
    "dense_union": arrow.UnionArray.from_dense(
        arrow.array([5, 7, 5, 5], arrow.int8()),
        arrow.array([0, 0, 1, 2], arrow.int32()),
        [arrow.array([1, None, 3]), arrow.array(["a"])],
        ["x", "y"],
        [5, 7],
    ),
}

UNSUPPORTED: dict[str, Array] = {
    "dictionary": arrow.array(["a", "b", "a"]).dictionary_encode(),
    "string_view": arrow.array(["a"], arrow.string_view()),
    "binary_view": arrow.array([b"a"], arrow.binary_view()),
    "list_view": arrow.array([[1]], arrow.list_view(arrow.int32())),
    "run_end_encoded": arrow.RunEndEncodedArray.from_arrays([1], [5]),
}


def batch_of(*arrays: Array) -> pa.RecordBatch:
    return pa.record_batch(list(arrays), names=[f"c{i}" for i in range(len(arrays))])


def decode(stream: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(stream) as reader:
        (batch,) = list(reader)
    batch.validate(full=True)
    return batch


def assert_reads_back(batch: pa.RecordBatch) -> None:
    """pyarrow reads the same values back, and the layout keeps the rules of section 4.1."""
    stream = encode_stream(batch)
    back = decode(stream)
    assert back.schema.equals(batch.schema, check_metadata=True)
    assert back.equals(batch)
    assert encode_stream(back) == stream
    assert_layout(stream)


def assert_layout(stream: bytes) -> None:
    schema, batch = read_stream(stream)
    assert schema.length % 64 == 0
    assert batch.body % 64 == 0
    assert stream[batch.end :] == END_OF_STREAM
    end = 0
    for offset, length in batch.buffers:
        assert offset == end
        end += length + -length % 64
        assert not any(stream[batch.body + offset + length : batch.body + end])
    assert end == batch.body_length
    for column in column_layouts(schema, batch):
        assert_validity(column, stream, batch.body)


def assert_validity(column: ColumnLayout, stream: bytes, body: int) -> None:
    if column.field.type_id not in (TypeId.NULL, TypeId.UNION):
        start, end = column.buffers[0]
        bitmap = stream[body + start : body + end]
        assert len(bitmap) == (column.length + 7) // 8
        if column.nulls:
            ones = sum(byte.bit_count() for byte in bitmap)
            assert ones == column.length - column.nulls  # so the unused bits are zero
        else:
            assert not bitmap.strip(b"\xff")
    for child in column.children:
        assert_validity(child, stream, body)


# --- Vectors of the fact sheet


def test_schema_vector_of_one_field() -> None:
    message = encode_schema_message(
        arrow.schema([arrow.field("a", arrow.int64(), metadata={"k": "v"})])
    )
    assert message == bytes.fromhex(
        "ffffffffb800000010000000 00000a000c000a00090004000a0000001000000000010400080008000000"
        "040008000000040000000100000018000000000012001800140012001300080000000c00040012000000"
        "34000000180000002000000000000102 1c00000008000c0004000b000800000040000000000000010000"
        "00000100000061000000010000000c00000008000c00080004000800000008000000"
        "0c000000010000007600000001000000 6b00000000000000"
    ).ljust(192, b"\0")
    assert hashlib.sha256(message).hexdigest() == (
        "a4264f6c1441c397aa1450c74e21649044033fdddd06dd7764f365d26fd43667"
    )


def test_schema_hash_of_a_recording_with_only_a_start_time() -> None:
    start_time = arrow.field(
        "property:RecordingInfo:start_time",
        arrow.list_(arrow.int64()),
        metadata={
            "rerun:kind": "data",
            "rerun:is_static": "true",
            "rerun:entity_path": "/__properties",
            "rerun:component_type": "rerun.components.Timestamp",
            "rerun:component": "RecordingInfo:start_time",
            "rerun:archetype": "rerun.archetypes.RecordingInfo",
        },
    )
    row_id = arrow.field(
        "rerun.controls.RowId",
        arrow.binary(16),
        nullable=False,
        metadata={
            "rerun:kind": "control",
            "ARROW:extension:name": "rerun.datatypes.TUID",
            "ARROW:extension:metadata": '{"namespace":"row"}',
        },
    )
    message = encode_schema_message(arrow.schema([start_time, row_id]))
    assert len(message) == 896
    assert hashlib.sha256(message).hexdigest() == (
        "8e3285d02b99cb15588f6d7d27f776e305fedc4174907d8f5c9f9ddec1eb6a20"
    )


# --- Files of the reference

CORPUS = Path(
    os.environ.get("RRD_TEST_CORPUS", Path(__file__).parents[2].parent / "shared" / "corpus")
)

# Before 0.36 the reference wrote no offsets at all for an empty string or list array; from then on
# one zero, as we do. Number of chunks with such an array.
WITHOUT_EMPTY_OFFSETS = {
    "0.24.1/archetypes.rrd": 3,
    "0.29.2/archetypes.rrd": 3,
    "0.32.2/archetypes.rrd": 3,
    "0.32.2/custom.rrd": 2,
}


def message_fields(data: bytes | memoryview) -> dict[int, Any]:
    view = memoryview(data)
    return {
        number: view[value:end] if wire_type == 2 else value
        for number, wire_type, value, end in iter_fields(view, 0, len(view))
    }


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    pos = HEADER_SIZE
    while len(data) - pos >= FRAME_SIZE:
        if data[pos : pos + len(FOURCC)] == FOURCC:  # the next of several glued streams
            pos += HEADER_SIZE
            continue
        kind, length = FRAME.unpack_from(data, pos)
        pos += FRAME_SIZE
        if len(data) - pos >= length:
            yield kind, data[pos : pos + length]
        pos += length + (32 if kind == MessageKind.END else 0)


def decompressed(payload: memoryview, compression: int, size: int) -> bytes:
    if compression != 2:
        return bytes(payload)
    return pa.Codec("lz4_raw").decompress(payload, decompressed_size=size, asbytes=True)


def chunk_streams(data: bytes) -> Iterator[bytes]:
    for kind, body in messages(data):
        if kind == MessageKind.ARROW_MSG:
            fields = message_fields(body)
            yield decompressed(fields[5], fields[2], fields[3])


def manifests(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Schema message, its hash and the table's stream."""
    for kind, body in messages(data):
        if kind == MessageKind.END:
            for _, _, start, end in iter_fields(memoryview(body), 0, len(body)):
                fields = message_fields(body[start:end])
                schema = message_fields(fields[2])[1]
                part = message_fields(fields[4])
                yield (
                    bytes(schema),
                    bytes(fields[3]),
                    decompressed(part[2], part.get(3, 1), part.get(4, 0)),
                )


def corpus_files() -> list[Any]:
    names = sorted(p.relative_to(CORPUS).as_posix() for p in CORPUS.glob("0.*/*.r[rb][dl]"))
    missing = pytest.param("none", marks=pytest.mark.skip(reason=f"no corpus at {CORPUS}"))
    return names or [missing]


def has_no_empty_offsets(column: ColumnLayout) -> bool:
    kinds = (TypeId.UTF8, TypeId.BINARY, TypeId.LIST)
    if column.field.type_id in kinds and column.buffers[1][0] == column.buffers[1][1]:
        return True
    return any(map(has_no_empty_offsets, column.children))


@pytest.mark.parametrize("name", corpus_files())
def test_chunks_of_the_reference_encode_to_their_own_bytes(name: str) -> None:
    chunks, exceptions = 0, 0
    for stream in chunk_streams((CORPUS / name).read_bytes()):
        batch = decode(stream)
        schema_message = encode_schema_message(batch.schema)
        assert stream.startswith(schema_message)
        ours = encode_stream(batch, schema_message)
        if any(map(has_no_empty_offsets, column_layouts(*read_stream(stream)))):
            exceptions += 1
            assert decode(ours).equals(batch)
        else:
            assert ours == stream
        chunks += 1
    assert chunks or name.endswith("empty.rrd")
    assert exceptions == WITHOUT_EMPTY_OFFSETS.get(name, 0)


@pytest.mark.parametrize("name", corpus_files())
def test_manifests_of_the_reference_encode_to_their_own_bytes(name: str) -> None:
    for schema_message, digest, stream in manifests((CORPUS / name).read_bytes()):
        schema = arrow.ipc.read_schema(arrow.py_buffer(schema_message))
        assert encode_schema_message(schema) + END_OF_STREAM == schema_message
        by_name = sorted(schema, key=lambda field: field.name.encode())
        assert hashlib.sha256(encode_schema_message(arrow.schema(by_name))).digest() == digest
        assert encode_stream(decode(stream)) == stream


def test_the_reference_writes_every_type_as_we_do(tmp_path: Path) -> None:
    rr = pytest.importorskip("rerun")
    path = tmp_path / "types.rrd"
    with rr.RecordingStream("rrd_test_types", send_properties=False) as recording:
        recording.save(path)
        for index, array in enumerate(EXAMPLES.values()):
            recording.log(f"/{index}", rr.AnyValues(value=array), static=True)
    seen = set()
    for stream in chunk_streams(path.read_bytes()):
        batch = decode(stream)
        assert encode_stream(batch) == stream, str(batch.schema)
        column: Array = batch.column(1)
        seen.add(column.type.value_type)
    assert seen == {array.type for array in EXAMPLES.values()}


# --- Every type


def test_every_supported_type_has_an_example() -> None:
    classes = {type(array) for array in EXAMPLES.values()}
    assert classes == set(vars(ipc_write)["_ARRAY_WRITERS"])
    numbers = {array.type.id for array in EXAMPLES.values()}
    assert numbers == set(vars(ipc_schema_write)["_TYPE_WRITERS"])


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(
    "part",
    [slice(None), slice(1, None), slice(0, 1), slice(1, 2), slice(0, 0), slice(2, 2)],
    ids=["whole", "tail", "head", "middle", "nothing", "nothing-inside"],
)
def test_slices_of_every_type(name: str, part: slice) -> None:
    array = EXAMPLES[name]
    start, stop, _ = part.indices(len(array))
    assert_reads_back(batch_of(array.slice(start, stop - start)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_type_inside_a_sliced_parent(name: str) -> None:
    array = EXAMPLES[name]
    half = len(array) // 2
    lists = arrow.ListArray.from_arrays([0, 0, half, len(array)], array)
    structs = arrow.StructArray.from_arrays([array], ["x"], mask=arrow.array([False] * len(array)))
    assert_reads_back(batch_of(lists.slice(2)))
    assert_reads_back(batch_of(structs.slice(half)))


@pytest.mark.parametrize("offsets", [b"", b"\2\0\0\0\3\0\0\0"], ids=["no", "left over"])
def test_empty_lists_ignore_their_offsets(offsets: bytes) -> None:
    # pyarrow's own writer leaves the offsets of an empty slice as they were.
    kind = pa.list_(pa.int8())
    values: list[Array] = [pa.array([], pa.int8())]
    array = arrow.Array.from_buffers(kind, 0, [None, pa.py_buffer(offsets)], children=values)
    empty = encode_stream(batch_of(pa.array([], kind)))
    assert encode_stream(batch_of(array)) == empty


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_other_types_are_refused_by_column_name(name: str) -> None:
    column = arrow.StructArray.from_arrays([UNSUPPORTED[name]], ["inner"])
    batch = batch_of(arrow.nulls(len(column)), column)
    with pytest.raises(UnsupportedError, match=r"'c1'.*cannot write the Arrow type"):
        encode_schema_message(batch.schema)
    with pytest.raises(UnsupportedError, match=r"'c1'.*cannot write the Arrow type"):
        encode_batch_parts(batch)


# --- Properties


LEAVES: list[pa.DataType] = [array.type for array in EXAMPLES.values() if not array.type.num_fields]


def random_type(rng: random.Random, depth: int = 3) -> pa.DataType:
    if depth == 0 or rng.random() < 0.4:
        return rng.choice(LEAVES)
    item = arrow.field(
        rng.choice(["item", "element"]), random_type(rng, depth - 1), metadata=random_metadata(rng)
    )
    several = [
        arrow.field(f"f{i}", random_type(rng, depth - 1)) for i in range(rng.randrange(1, 4))
    ]
    make = rng.choice(
        [
            partial(arrow.list_, item),
            partial(arrow.large_list, item),
            partial(arrow.list_, item, rng.randrange(4)),
            partial(arrow.struct, several[1:]),
            partial(arrow.dense_union, several),
            partial(arrow.sparse_union, several),
        ]
    )
    return cast("pa.DataType", make())


def written_by_pyarrow(batch: pa.RecordBatch) -> pa.RecordBatch:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return decode(sink.getvalue().to_pybytes())


def random_metadata(rng: random.Random) -> dict[str, str] | None:
    keys = rng.sample(["a", "b", "rerun:kind", "é", ""], rng.randrange(4))
    return {key: rng.choice(["", "x", "true", "ß" * 9]) for key in keys} or None


def random_array(rng: random.Random, kind: Array, length: int) -> Array:
    """An array of `length`, most of the time cut out of a longer one."""
    before, after = rng.choice([(0, 0), (0, 3), (1, 0), (3, 2), (9, 1)])
    array = random_whole_array(rng, kind, before + length + after)
    return array.slice(before, length)


def random_whole_array(rng: random.Random, kind: Array, length: int) -> Array:
    if arrow.types.is_union(kind):
        return random_union(rng, kind, length)
    with_nulls = rng.random() < 0.5
    mask = arrow.array([with_nulls and rng.random() < 0.3 for _ in range(length)], arrow.bool_())
    if arrow.types.is_struct(kind):
        children = [random_array(rng, kind.field(i).type, length) for i in range(kind.num_fields)]
        if not children:
            return arrow.array([None if m else {} for m in mask.to_pylist()], kind)
        return arrow.StructArray.from_arrays(children, fields=list(kind), mask=mask)
    if arrow.types.is_fixed_size_list(kind):
        values = random_array(rng, kind.value_type, kind.list_size * length)
        if not kind.list_size:
            return arrow.Array.from_buffers(kind, length, [None], children=[values])
        return arrow.FixedSizeListArray.from_arrays(values, type=kind, mask=mask)
    if arrow.types.is_list(kind) or arrow.types.is_large_list(kind):
        offsets = np.cumsum([rng.randrange(3), *(rng.randrange(4) for _ in range(length))])
        values = random_array(rng, kind.value_type, int(offsets[-1]) + rng.randrange(3))
        large = arrow.types.is_large_list(kind)
        starts = arrow.array(offsets, arrow.int64() if large else arrow.int32())
        lists = arrow.LargeListArray if large else arrow.ListArray
        return lists.from_arrays(starts, values, type=kind, mask=mask)
    pool = next(array for array in EXAMPLES.values() if array.type == kind)
    if not with_nulls and kind != arrow.null():
        pool = pool.drop_null()
    return pool.take(arrow.array([rng.randrange(len(pool)) for _ in range(length)], arrow.int32()))


def random_union(rng: random.Random, kind: Array, length: int) -> Array:
    codes = np.array([rng.randrange(kind.num_fields) for _ in range(length)], np.int8)
    names, ids = [f.name for f in kind], arrow.array(codes)
    if kind.mode == "sparse":
        children = [random_array(rng, f.type, length) for f in kind]
        return arrow.UnionArray.from_sparse(ids, children, names)
    offsets = np.zeros(length, np.int32)
    children = []
    for code, field in enumerate(kind):
        rows = codes == code
        offsets[rows] = np.arange(rows.sum()) + (skipped := rng.randrange(2))
        children.append(random_array(rng, field.type, int(rows.sum()) + skipped + rng.randrange(2)))
    return arrow.UnionArray.from_dense(ids, arrow.array(offsets), children, names)


@given(rng=st.randoms(use_true_random=False), length=st.sampled_from([0, 1, 2, 7, 8, 9, 70]))
def test_any_batch_reads_back_and_slices_encode_like_copies(
    rng: random.Random, length: int
) -> None:
    columns, fields = [], []
    for index in range(rng.randrange(1, 4)):
        kind = random_type(rng)
        column = random_array(rng, kind, length)
        nullable = bool(column.null_count) or arrow.types.is_null(column.type) or rng.random() < 0.5
        columns.append(column)
        fields.append(arrow.field(f"c{index}", column.type, nullable, random_metadata(rng)))
    batch = arrow.record_batch(columns, schema=arrow.schema(fields, random_metadata(rng)))
    assert_reads_back(batch)
    start = rng.randrange(length + 1)
    part = batch.slice(start, rng.randrange(length - start + 1))
    assert_reads_back(part)
    if "union" not in str(batch.schema):  # pyarrow cuts the children of unions down less than we do
        assert encode_stream(written_by_pyarrow(part)) == encode_stream(part)


# --- Schemas


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
            st.randoms(use_true_random=False),
            st.booleans(),
        ),
        max_size=5,
    ),
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.text("aß\0", max_size=9)),
)
def test_any_schema_reads_back(
    columns: list[tuple[str, random.Random, bool]], metadata: dict[str, str]
) -> None:
    fields = []
    for name, rng, nullable in columns:
        kind = random_type(rng)
        fields.append(
            arrow.field(name, kind, nullable or arrow.types.is_null(kind), random_metadata(rng))
        )
    schema = arrow.schema(fields, metadata or None)
    message = encode_schema_message(schema)
    assert arrow.ipc.read_schema(arrow.py_buffer(message)).equals(schema, check_metadata=True)
    assert len(message) % 64 == 0


def test_remembered_fields_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [arrow.field(name, array.type) for name, array in EXAMPLES.items()]
    schemas = [arrow.schema(fields, {"rerun:id": f"chunk_{i}"}) for i in range(3)]
    remembered = [encode_schema_message(schema) for schema in schemas]
    assert len(set(remembered)) == 3
    for schema, message in zip(schemas, remembered, strict=True):
        monkeypatch.setattr(ipc_schema_write, "_FIELD_LISTS", {})
        assert encode_schema_message(schema) == message


def test_memory_of_fields_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered: dict[bytes, object] = {}
    monkeypatch.setattr(ipc_schema_write, "_FIELD_LISTS", remembered)
    monkeypatch.setattr(ipc_schema_write, "_CACHED_FIELD_LISTS", 4)
    for index in range(20):
        encode_schema_message(arrow.schema([arrow.field(str(index), arrow.int8())]))
        assert 1 <= len(remembered) <= 4


def test_metadata_of_nested_fields_tells_schemas_apart() -> None:
    # pa.Schema's own equality does not see the difference.
    plain, marked = (
        arrow.schema(
            [arrow.field("x", arrow.list_(arrow.field("item", arrow.int8(), metadata=metadata)))]
        )
        for metadata in (None, {"k": "v"})
    )
    assert plain == marked
    assert encode_schema_message(plain) != encode_schema_message(marked)


def test_metadata_is_sorted_by_bytes() -> None:
    keys = ["b", "B", "ä", "a", "z"]
    one = arrow.schema([], dict.fromkeys(keys, "v"))
    other = arrow.schema([], dict.fromkeys(reversed(keys), "v"))
    message = encode_schema_message(one)
    assert message == encode_schema_message(other)
    read = arrow.ipc.read_schema(arrow.py_buffer(message)).metadata
    assert list(read or ()) == [b"B", b"a", b"b", b"z", "ä".encode()]


class Celsius(pa.ExtensionType):
    def __init__(self) -> None:
        super().__init__(arrow.float32(), "test.celsius")

    def __arrow_ext_serialize__(self) -> bytes:
        return b"scale=1"

    @classmethod
    def __arrow_ext_deserialize__(cls, _storage: pa.DataType, _serialized: bytes) -> Celsius:
        return cls()


@pytest.mark.parametrize(
    ("array", "parameters"),
    [
        (arrow.ExtensionArray.from_storage(Celsius(), EXAMPLES["float"]), b"scale=1"),
        (
            arrow.ExtensionArray.from_storage(
                arrow.uuid(), arrow.array([b"0" * 16], arrow.binary(16))
            ),
            b"",
        ),
    ],
    ids=["defined in Python", "built in"],
)
def test_extension_types_are_storage_and_metadata(array: Array, parameters: bytes) -> None:
    with_type = arrow.schema([arrow.field("x", array.type, metadata={"k": "v"})])
    metadata = {
        "ARROW:extension:metadata": parameters,
        "ARROW:extension:name": array.type.extension_name,
        "k": "v",
    }
    as_storage = arrow.schema([arrow.field("x", array.storage.type, metadata=metadata)])
    assert encode_stream(arrow.record_batch([array], schema=with_type)) == encode_stream(
        arrow.record_batch([array.storage], schema=as_storage)
    )


def test_nesting_has_a_limit() -> None:
    array: Array = arrow.array([1])
    for _ in range(DEFAULT_LIMITS.nesting - 1):
        array = arrow.ListArray.from_arrays([0, 1], array)
    schema = batch_of(array).schema
    assert arrow.ipc.read_schema(arrow.py_buffer(encode_schema_message(schema))) == schema
    with pytest.raises(LimitError, match="nesting"):
        encode_schema_message(batch_of(arrow.ListArray.from_arrays([0, 1], array)).schema)


def test_a_field_name_that_is_no_text_is_corrupt() -> None:
    message = encode_schema_message(arrow.schema([arrow.field("name", arrow.int8())]))
    schema = arrow.ipc.read_schema(arrow.py_buffer(message.replace(b"name", b"n\xff\xffe")))
    with pytest.raises(CorruptError, match="UTF-8"):
        encode_schema_message(schema)


# --- Pieces and edges


def test_large_columns_are_borrowed() -> None:
    image = arrow.array(np.zeros(1_000_000, np.uint8))
    column = arrow.ListArray.from_arrays([0, 1_000_000], image)
    addresses = [
        arrow.py_buffer(piece).address
        for piece in encode_batch_parts(batch_of(column))
        if len(piece) == 1_000_000
    ]
    data = image.buffers()[1]
    assert data is not None
    assert addresses == [data.address]


def test_a_stream_is_schema_batch_and_end() -> None:
    batch = batch_of(*(array.slice(0, 2) for array in EXAMPLES.values() if len(array) > 1))
    schema_message = encode_schema_message(batch.schema)
    stream = schema_message + b"".join(encode_batch_parts(batch)) + END_OF_STREAM
    assert encode_stream(batch) == stream
    assert encode_stream(batch, schema_message) == stream


@pytest.mark.parametrize("rows", [0, 3])
def test_a_batch_without_columns_keeps_its_row_count(rows: int) -> None:
    batch = arrow.RecordBatch.from_struct_array(arrow.array([{}] * rows, arrow.struct([])))
    assert decode(encode_stream(batch)).num_rows == rows


def test_unused_union_values_stay_unless_the_array_is_a_slice() -> None:
    # The reference's unions carry a child of null markers that nothing refers to.
    union = arrow.UnionArray.from_dense(
        arrow.array([1, 1], arrow.int8()),
        arrow.array([0, 1], arrow.int32()),
        [arrow.nulls(1), arrow.array(["a", "b"])],
    )
    lengths = Counter[int]()
    for array in (union, union.slice(1)):
        _, batch = read_stream(encode_stream(batch_of(array)))
        lengths.update(length for length, _ in batch.nodes[1:])
    assert lengths == {1: 2, 2: 1, 0: 1}


def unchecked(array: Array, what: str, index: int, *numbers: int) -> pa.RecordBatch:
    """A batch of `array` with numbers changed in a way that pyarrow does not notice on reading.

    Changed are the length and null count of a "node", the offset and length of a "place" in the
    body, or the "offsets" that a buffer holds.
    """
    stream = bytearray(encode_stream(batch_of(array)))
    _, batch = read_stream(bytes(stream))
    if what == "offsets":
        new, at = struct.pack(f"<{len(numbers)}i", *numbers), batch.body + batch.buffers[index][0]
    else:
        pairs = batch.nodes if what == "node" else batch.buffers
        new = struct.pack("<qq", *numbers)
        at = stream.index(b"".join(struct.pack("<qq", *pair) for pair in pairs)) + 16 * index
    stream[at : at + len(new)] = new
    return pa.ipc.open_stream(bytes(stream)).read_next_batch()


DENSE = EXAMPLES["dense_union"]
LONGS, TEXTS, LISTS = pa.array(range(9), pa.int64()), pa.array(["a", "b"]), pa.array([[1], [2, 3]])
PAIRS = arrow.array([[1, 2], [3, 4]], arrow.list_(pa.int8(), 2))


@pytest.mark.parametrize(
    ("array", "what", "index", "numbers"),
    [
        pytest.param(LONGS, "place", 1, (64, 71), id="values"),
        pytest.param(LONGS, "place", 1, (64, 0), id="no values"),
        pytest.param(EXAMPLES["bool"], "place", 1, (64, 1), id="bits"),
        pytest.param(EXAMPLES["bool"], "place", 0, (0, 1), id="validity"),
        pytest.param(TEXTS, "place", 1, (64, 8), id="offsets"),
        pytest.param(TEXTS, "offsets", 1, (0, 1, 9), id="text"),
        pytest.param(TEXTS, "offsets", 1, (2, 1, 1), id="backwards"),
        pytest.param(TEXTS, "offsets", 1, (-1, 1, 2), id="negative"),
        pytest.param(LISTS, "offsets", 1, (0, 1, 9), id="list child"),
        pytest.param(PAIRS, "node", 1, (3, 0), id="fixed list child"),
        pytest.param(DENSE, "offsets", 1, (0, 0, -1, 2), id="negative union offset"),
        pytest.param(DENSE, "offsets", 1, (0, 0, 1, 9), id="union child"),
    ],
)
def test_arrays_that_point_outside_their_buffers_are_corrupt(
    array: Array, what: str, index: int, numbers: tuple[int, ...]
) -> None:
    broken = unchecked(array, what, index, *numbers)
    if array is DENSE:
        broken = broken.slice(1)  # the offsets of a whole union are not looked at
    with pytest.raises(CorruptError, match="column 'c0'"):
        encode_stream(broken)
