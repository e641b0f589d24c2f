"""Chunks decoded together are the chunks decoded alone; section 4 and 5 as tables."""

# pyright: reportPrivateUsage=false
# (how many layouts are kept shows nowhere else)

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats import decode
from rrdformats.blocks import Block, read_blocks
from rrdformats.chunk import Chunk
from rrdformats.decode import ChunkDecoder, DecodedBlock
from rrdformats.errors import CorruptError, LimitError, RrdError, UnsupportedError
from rrdformats.limits import Limits
from rrdformats.scan import whole_groups
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ARROW_MSG, chunk_batch, frame, ipc
from rrdformats.testing.files import SizedFile, as_binary
from rrdformats.testing.strategies import runs
from rrdformats.tuid import Tuid

arrow: Any = pa  # its stubs refuse some of the calls that build arrays here


def block_of(*payloads: bytes, compress: bool = False, **changed: Any) -> Block:
    frames = [
        frame(ARROW_MSG, assembly.arrow_msg(payload, compress=compress, **changed))
        for payload in payloads
    ]
    source = open_source(as_binary(SizedFile(assembly.stream(*frames, footer=None))))
    (block,) = read_blocks(source)
    return block


def chunks_of(decoded: DecodedBlock) -> dict[int, Chunk]:
    """Every chunk that decodes, by message."""
    return {
        message: part.chunk(i)
        for group in decoded.groups
        for part in whole_groups(decoded, group)
        for i, message in enumerate(part.messages.tolist())
    }


def decoded(*payloads: bytes, **options: Any) -> tuple[dict[int, Chunk], dict[int, RrdError]]:
    """What decoding the payloads together gives: chunks and errors by message."""
    result = ChunkDecoder().decode(block_of(*payloads, **options))
    chunks = chunks_of(result)
    errors = dict(result.errors)
    assert len(errors) == len(result.errors)
    assert chunks.keys() | errors.keys() == set(range(len(payloads)))
    assert not chunks.keys() & errors.keys()
    for message, error in errors.items():
        assert error.offset == result.block.source_offset(message)
        assert error.record == "ArrowMsg"
    return chunks, errors


def same(one: Chunk, other: Chunk) -> None:
    assert one.id == other.id
    assert one.schema == other.schema
    assert one.schema.arrow.equals(other.schema.arrow, check_metadata=True)
    assert one.row_ids.to_pylist() == other.row_ids.to_pylist()
    assert [t.tolist() for t in one.timelines.values()] == [
        t.tolist() for t in other.timelines.values()
    ]
    lists, others = one.components.values(), other.components.values()
    assert repr([a.to_pylist() for a in lists]) == repr([a.to_pylist() for a in others])


def alone(payload: bytes) -> Chunk:
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        return Chunk.from_record_batch(reader.read_next_batch())


def agree(*payloads: bytes, **options: Any) -> None:
    """Decodes together, and each with pyarrow alone."""
    chunks, errors = decoded(*payloads, **options)
    assert not errors
    for message, payload in enumerate(payloads):
        same(chunks[message], alone(payload))


def twins(*values: Any) -> list[bytes]:
    """Chunks with equal schema and row count, one per array of component values."""
    return [
        ipc(chunk_batch(serial=i + 1, rows=len(array), components={"v": array}))
        for i, array in enumerate(values)
    ]


# --- all three ways ----------------------------------------------------------------------------


def union_lists(*texts: str) -> Any:
    codes, offsets = pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32())
    values = arrow.UnionArray.from_dense(codes, offsets, [pa.array([77, 78]), pa.array(texts)])
    return pa.ListArray.from_arrays(pa.array([0, 1, 3], pa.int32()), values)


def dictionary_lists(*words: str) -> Any:
    values = pa.array(words).dictionary_encode()
    return pa.ListArray.from_arrays(pa.array([0, 1, len(words)], pa.int32()), values)


TWINS: dict[str, list[Any]] = {
    "numbers": [pa.array([[1], [2]]), pa.array([[3], [4]]), pa.array([[5], [6]])],
    "no rows": [pa.array([], pa.list_(pa.int8()))] * 3,
    "empty lists": [pa.array([[], []], pa.list_(pa.int8()))] * 3,
    "null rows": [pa.array([[1], None]), pa.array([None, [4]])],
    "bools": [pa.array([[True, None], []]), pa.array([[False], [None]])],
    "ragged texts": [pa.array([["ab"], ["c"]]), pa.array([["d"], ["ef"]])],
    "texts of another length": [pa.array([["abc"], ["c"]]), pa.array([["d"], [""]])],
    "vectors": [pa.array([[[1, 2]], []], pa.list_(pa.list_(pa.float32(), 2)))] * 2,
    "structs": [pa.array([[{"x": 1}], []]), pa.array([[{"x": None}], []])],
    "lists that do not start at 0": [pa.array([[9], [1], [2]])[1:], pa.array([[9], [3], [4]])[1:]],
    "unions": [union_lists("aaa"), union_lists("bbb"), union_lists("ccc")],
    "dictionaries": [dictionary_lists("a", "b", "a"), dictionary_lists("c", "d", "c")],
    "dictionaries of other size": [dictionary_lists("a", "b", "c"), dictionary_lists("c", "d")],
    "large lists": [pa.array([[[1], [2]], []], pa.list_(pa.large_list(pa.int8())))] * 2,
    "decimals": [pa.array([[1], [2]], pa.list_(pa.int8())).cast(pa.list_(pa.decimal128(5)))] * 2,
    "nulls": [pa.array([[None], []], pa.list_(pa.null()))] * 2,
}


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("name", TWINS)
def test_chunks_of_equal_layout_are_what_each_is_alone(name: str, compress: bool) -> None:
    payloads = twins(*TWINS[name])
    agree(*payloads, compress=compress)
    agree(*payloads, *reversed(payloads))
    agree(payloads[0])


@given(runs(), st.booleans())
def test_runs_of_chunks_come_back_as_they_were(run: list[Chunk], compress: bool) -> None:
    chunks, errors = decoded(*[chunk.encode() for chunk in run], compress=compress)
    assert not errors
    for message, chunk in enumerate(run):
        same(chunks[message], chunk)


@given(st.lists(runs(max_chunks=3), min_size=1, max_size=3), st.randoms())
def test_the_order_of_chunks_does_not_matter(parts: list[list[Chunk]], rng: Any) -> None:
    mixed = [chunk for run in parts for chunk in run]
    rng.shuffle(mixed)
    chunks, errors = decoded(*[chunk.encode() for chunk in mixed])
    assert not errors
    for message, chunk in enumerate(mixed):
        same(chunks[message], chunk)


def groups_of(*payloads: bytes) -> list[list[int]]:
    return [g.messages.tolist() for g in ChunkDecoder().decode(block_of(*payloads)).groups]


def test_chunks_that_differ_in_id_and_values_only_form_a_group() -> None:
    payloads = twins(*[pa.array([[i], [2 * i]]) for i in range(20)])
    assert groups_of(*payloads) == [list(range(20))]


@pytest.mark.parametrize(
    "changed",
    [
        {"entity": "/f"},
        {"rows": 3},
        {"times": {}},
        {"components": {"other": pa.array([[1.0]] * 2)}},
        {"version": "0.1.3"},
        {"is_sorted": False},
    ],
)
def test_chunks_that_differ_otherwise_do_not(changed: dict[str, Any]) -> None:
    usual, other = ipc(chunk_batch()), ipc(chunk_batch(serial=2, **changed))
    assert groups_of(usual, other, usual) == [[0, 2], [1]]


def test_a_text_that_looks_like_an_id_does_not_join_chunks() -> None:
    fake = "chunk_" + "a" * 32

    def named(serial: int, name: str) -> bytes:
        batch = chunk_batch(name, serial=serial)
        return ipc(batch)

    payloads = [named(1, f"/{fake}"), named(2, f"/{fake[:-1]}b"), named(3, f"/{fake}")]
    chunks, errors = decoded(*payloads)
    assert not errors
    for message, payload in enumerate(payloads):
        same(chunks[message], alone(payload))


def test_decoders_remember_layouts_and_forget_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "_LAYOUTS_KEPT", 3)
    decoder = ChunkDecoder()
    for _ in range(2):
        for i in range(5):
            block = block_of(ipc(chunk_batch(f"/e{i}")))
            ((_, chunk),) = chunks_of(decoder.decode(block)).items()
            assert str(chunk.entity_path) == f"/e{i}"
            assert len(decoder._layouts) <= 3


def test_groups_know_their_chunks() -> None:
    payloads = twins(*[pa.array([[i], [i]]) for i in range(4)])
    result = ChunkDecoder().decode(block_of(*payloads))
    (group,) = result.groups
    assert (len(group), group.rows) == (4, 2)
    assert group.schema_bytes == 8 + struct.unpack_from("<I", payloads[0], 4)[0]
    assert [row.tobytes() for row in group.ids] == [assembly.chunk_id(i) for i in (1, 2, 3, 4)]
    assert result.sizes.tolist() == [len(payload) for payload in payloads]
    assert result.store_id(0).recording_id == "rec"
    some = group.pick(np.array([3, 1]))
    assert some.messages.tolist() == [3, 1]
    assert [some.chunk(i).id for i in (0, 1)] == [Tuid(1, 4), Tuid(1, 2)]
    assert [part.chunk(0).id.inc for part in group.split()] == [1, 2, 3, 4]


def test_more_values_than_one_array_can_hold_are_read_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joined = pa.Table.from_batches

    class Unjoined:
        """A table that stays in pieces, as one of more than 2^31 values does."""

        def __init__(self, batches: Sequence[pa.RecordBatch]) -> None:
            self._table = joined(list(batches))

        @classmethod
        def from_batches(cls, batches: Sequence[pa.RecordBatch]) -> Self:
            return cls(batches)

        def combine_chunks(self) -> pa.Table:
            return self._table

    monkeypatch.setattr(pa, "Table", Unjoined)
    agree(*twins(*TWINS["unions"]))


def outcome(result: DecodedBlock) -> list[Any]:
    chunks = chunks_of(result)
    encoded = {message: chunk.encode() for message, chunk in chunks.items()}
    # The sentence may depend on whether the layout is known from another chunk.
    errors = sorted((i, type(error).__name__, error.offset) for i, error in result.errors)
    return [encoded, errors, result.sizes.tolist()]


@given(st.data())
def test_a_matrix_of_chunks_is_decoded_as_its_chunks_are(data: st.DataObject) -> None:
    pool = [*twins(*TWINS["numbers"], *TWINS["ragged texts"]), *twins(*TWINS["dictionaries"])]
    pool += [ipc(chunk_batch("/chunk_" + "a" * 32, serial=i)) for i in (1, 2)]
    pool += [STREAM, STREAM[:-8], STREAM[:-60], b"", b"?" * 8]
    payloads = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=40))
    block = block_of(*payloads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode, "_FEW", 1000)  # no matrix is made
        expected = outcome(ChunkDecoder().decode(block))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode, "_FEW", data.draw(st.integers(1, 5)))
        assert outcome(ChunkDecoder().decode(block)) == expected


def test_chunks_of_equal_length_are_told_apart() -> None:
    usual = [ipc(chunk_batch(serial=i)) for i in range(1, 40)]
    other = ipc(chunk_batch("/f", serial=50))
    assert len(other) == len(usual[0])
    block = block_of(*usual, other)
    result = ChunkDecoder().decode(block)
    assert [group.messages.tolist() for group in result.groups] == [list(range(39)), [39]]
    assert result.groups[0].streams == [bytes(payload) for payload in usual]


# --- section 4 ---------------------------------------------------------------------------------

BATCH = chunk_batch()
STREAM = ipc(BATCH)


def file_format(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(STREAM, id="pyarrow's default"),
        pytest.param(STREAM[:-8], id="no end of stream"),
        pytest.param(ipc(BATCH, chunk_batch(rows=5)), id="two record batches"),
        pytest.param(ipc(BATCH, compression="lz4"), id="LZ4 buffers"),
        pytest.param(ipc(BATCH, compression="zstd"), id="ZSTD buffers"),
        pytest.param(ipc(BATCH, metadata_version=arrow.ipc.MetadataVersion.V4), id="metadata V4"),
        pytest.param(ipc(BATCH, use_legacy_format=True), id="framing before 0.15"),
    ],
)
def test_variations_of_the_stream_are_accepted(payload: bytes) -> None:
    agree(payload)
    agree(payload, STREAM, payload)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"", "empty payload", id="empty payload"),
        pytest.param(STREAM[: STREAM.index(b"\xff" * 4, 8)], "no record batch", id="no batch"),
        pytest.param(file_format(BATCH), "Arrow message passes the end", id="file format"),
        pytest.param(b"hello", "Arrow", id="not Arrow"),
        pytest.param(STREAM[:100], "passes the end of its payload", id="cut in the schema"),
        pytest.param(STREAM[:-50], "", id="cut in the body"),
    ],
)
def test_other_payloads_are_errors(payload: bytes, reason: str) -> None:
    for payloads in ([payload], [STREAM, payload, STREAM], [payload, STREAM, payload]):
        chunks, errors = decoded(*payloads)
        assert len(chunks) == payloads.count(STREAM)
        for error in errors.values():
            assert isinstance(error, CorruptError)
            assert reason in error.reason


@pytest.mark.parametrize("cut", [1, 20, 40])
@pytest.mark.parametrize("bad", [0, 1, 2])
def test_one_chunk_that_is_cut_off_does_not_spoil_its_twins(bad: int, cut: int) -> None:
    payloads = [stream[:-8] for stream in twins(*TWINS["numbers"])]
    payloads[bad] = payloads[bad][:-cut]
    chunks, errors = decoded(*payloads)
    assert list(errors) == [bad]
    assert len(chunks) == 2


def test_payloads_that_do_not_decompress_are_errors() -> None:
    good = frame(ARROW_MSG, assembly.arrow_msg(STREAM, compress=True))
    bad = [
        frame(ARROW_MSG, assembly.arrow_msg(b"no LZ4 block", compression=2, size=100)),
        frame(ARROW_MSG, assembly.arrow_msg(STREAM, compress=True, size=len(STREAM) - 1)),
    ]
    data = assembly.stream(good, *bad, good, footer=None)
    (block,) = read_blocks(open_source(as_binary(SizedFile(data))))
    result = ChunkDecoder().decode(block)
    assert sorted(chunks_of(result)) == [0, 3]
    assert [message for message, _ in result.errors] == [1, 2]
    assert all("does not decompress to" in error.reason for _, error in result.errors)


def test_a_claimed_size_may_be_too_large() -> None:
    data = assembly.stream(
        frame(ARROW_MSG, assembly.arrow_msg(STREAM, compress=True, size=len(STREAM) + 99)),
        footer=None,
    )
    (block,) = read_blocks(open_source(as_binary(SizedFile(data))))
    result = ChunkDecoder().decode(block)
    assert result.sizes.tolist() == [len(STREAM)]
    assert result.headers.uncompressed_size.tolist() == [len(STREAM) + 99]
    same(chunks_of(result)[0], alone(STREAM))


def test_message_headers_that_cannot_be_parsed_are_reported_too() -> None:
    block = block_of(STREAM, STREAM, encoding=9)
    result = ChunkDecoder().decode(block)
    assert [message for message, _ in result.errors] == [0, 1]
    assert all(isinstance(error, UnsupportedError) for _, error in result.errors)
    assert result.groups == []


def test_a_layout_of_an_earlier_block_does_not_hide_what_is_cut_off() -> None:
    decoder = ChunkDecoder()
    whole = STREAM[:-8]
    assert len(chunks_of(decoder.decode(block_of(whole, whole)))) == 2
    result = decoder.decode(block_of(whole[:-1], whole[:-9]))
    assert result.groups == []
    assert [str(type(error).__name__) for _, error in result.errors] == ["CorruptError"] * 2


def test_chunks_of_one_key_may_have_layouts_of_their_own() -> None:
    payloads = twins(*TWINS["dictionaries"])
    at = payloads[1].rfind(b"\xff\xff\xff\xff", 0, len(payloads[1]) - 8)
    payloads[1] = payloads[1][:at] + bytes(8)
    chunks, errors = decoded(*payloads)
    assert (list(chunks), list(errors)) == ([0], [1])
    assert "no record batch" in errors[1].reason


# --- section 5 ---------------------------------------------------------------------------------


def renamed(batch: pa.RecordBatch, place: int, **changed: Any) -> pa.RecordBatch:
    """The batch with one field's name, type, nullability or metadata changed."""
    field = batch.schema.field(place)
    keys = {f"rerun:{k}": v for k, v in changed.pop("metadata", {}).items()}
    metadata = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()} | keys
    metadata = {k: v for k, v in metadata.items() if v is not None}
    values = changed.pop("values", batch.column(place))
    name, nullable = changed.get("name", field.name), changed.get("nullable", field.nullable)
    fields, arrays = list(batch.schema), list(batch.columns)
    fields[place] = pa.field(name, values.type, nullable, metadata)
    arrays[place] = values
    return pa.RecordBatch.from_arrays(
        arrays, schema=pa.schema(fields).with_metadata(batch.schema.metadata)
    )


def with_schema(batch: pa.RecordBatch, **metadata: str | None) -> pa.RecordBatch:
    known = {k.decode(): v.decode() for k, v in batch.schema.metadata.items()}
    changed = known | {k.replace("_", ":", 1): v for k, v in metadata.items()}
    return batch.replace_schema_metadata({k: v for k, v in changed.items() if v is not None})


def reordered(batch: pa.RecordBatch, *order: int) -> pa.RecordBatch:
    return batch.select(list(order))


ONES = pa.array([1.5, None])
NAMED_ITEM = pa.array([[1.0], [2.0]], pa.list_(pa.field("x", pa.float64(), nullable=False)))


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(renamed(BATCH, 2, metadata={"kind": None}), id="kind missing"),
        pytest.param(renamed(BATCH, 1, metadata={"index_name": None}), id="index name missing"),
        pytest.param(renamed(BATCH, 2, metadata={"component": None}), id="component missing"),
        pytest.param(renamed(BATCH, 2, metadata={"component": ""}), id="component empty"),
        pytest.param(renamed(BATCH, 0, metadata={"kind": "row_id"}), id="kind row_id"),
        pytest.param(renamed(BATCH, 1, metadata={"kind": "time"}), id="kind time"),
        pytest.param(renamed(BATCH, 2, metadata={"kind": "component"}), id="kind component"),
        pytest.param(renamed(BATCH, 0, name="ids", nullable=True), id="row id of another name"),
        pytest.param(renamed(BATCH, 2, name="short name"), id="field name is decoration"),
        pytest.param(renamed(BATCH, 2, values=NAMED_ITEM), id="list child of another name"),
        pytest.param(renamed(BATCH, 2, nullable=False), id="non-nullable data"),
        pytest.param(with_schema(BATCH, rerun_heap_size_bytes="5", other="x"), id="unknown keys"),
    ],
)
def test_columns_are_read_forgivingly(batch: pa.RecordBatch) -> None:
    chunks, errors = decoded(ipc(batch), ipc(batch))
    assert not errors
    expected = alone(STREAM)
    for chunk in chunks.values():
        assert [t.name for t in chunk.schema.timelines] == ["frame"]
        assert chunk.schema.arrow.names == [
            "rerun.controls.RowId", "frame", chunk.schema.descriptors[0].component
        ]  # fmt: skip
        assert chunk.row_ids.equals(expected.row_ids)
        lists = chunk.batch.column(2).to_pylist()
        assert lists[0] in ([0.0], [1.0])


def test_values_that_are_no_lists_become_lists_of_one() -> None:
    batch = renamed(BATCH, 2, values=ONES)
    chunks, _ = decoded(ipc(batch), ipc(batch))
    assert [c.batch.column(2).to_pylist() for c in chunks.values()] == [[[1.5], None]] * 2


@pytest.mark.parametrize(
    "times", [pa.timestamp("ns"), pa.timestamp("ns", "UTC"), pa.duration("ns")]
)
def test_index_types_are_those_of_5_3(times: pa.DataType) -> None:
    values = pa.array([5, 6], pa.int64()).cast(times)
    chunks, _ = decoded(ipc(chunk_batch(times={"t": values})))
    assert chunks[0].times("t").tolist() == [5, 6]


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        (renamed(BATCH, 2, metadata={"kind": "strange"}), "unknown kind 'strange'"),
        (reordered(BATCH, 1, 2), "no row id column"),
        (reordered(BATCH, 0, 0, 1, 2), "several row id columns"),
        (renamed(BATCH, 0, values=pa.array([b"x", b"y"])), "row id column"),
        (reordered(BATCH, 0, 2, 1), "the order is row ids, times, components"),
        (reordered(BATCH, 1, 0, 2), "the order is row ids, times, components"),
        (reordered(BATCH, 0, 1, 1, 2), "timeline 'frame' has two columns"),
        (reordered(BATCH, 0, 1, 2, 2), "component 'values' has two columns"),
        (renamed(BATCH, 1, values=pa.array([1, 2], pa.int32())), "index column 'frame' is of type"),
        (renamed(BATCH, 1, metadata={"index_name": ""}), "empty timeline name"),
        (with_schema(BATCH, rerun_entity_path=None), "names no entity path"),
        (with_schema(BATCH, rerun_id=None), "id"),
        (with_schema(BATCH, rerun_id="chunk_12"), "id"),
        (with_schema(BATCH, rerun_id="row_" + "0" * 32), "id"),
        (with_schema(BATCH, rerun_id="chunk_" + "g" * 32), "id"),
        (with_schema(BATCH, rerun_id="chunk_" + "0" * 33), "id"),
        (with_schema(BATCH, rerun_id="0" * 34), "id"),
    ],
)
def test_what_is_no_chunk_is_an_error_of_its_own(batch: pa.RecordBatch, reason: str) -> None:
    payload = ipc(batch)
    for payloads in ([payload], [STREAM, payload, payload, STREAM]):
        chunks, errors = decoded(*payloads)
        assert len(chunks) == payloads.count(STREAM)
        assert len(errors) == payloads.count(payload)
        for error in errors.values():
            assert isinstance(error, CorruptError)
            assert reason in error.reason


@pytest.mark.parametrize(
    "text", ["0" * 31 + "f", "chunk_" + "0" * 31 + "F", "chunk_" + "0" * 31 + "f"]
)
def test_ids_are_read_with_or_without_prefix_in_any_case(text: str) -> None:
    payload = ipc(with_schema(BATCH, rerun_id=text))
    chunks, _ = decoded(payload, payload, STREAM)
    assert [chunks[i].id for i in (0, 1)] == [Tuid(0, 15)] * 2


def test_chunks_of_0_23_are_read_with_their_dotted_keys() -> None:
    def old(metadata: Any) -> dict[Any, Any]:
        return {k.replace(b"rerun:", b"rerun."): v for k, v in (metadata or {}).items()}

    def dotted(serial: int) -> bytes:
        batch = chunk_batch(serial=serial)
        fields = [field.with_metadata(old(field.metadata)) for field in batch.schema]
        metadata = old(batch.schema.metadata) | {b"rerun.version": b"1"}
        del metadata[b"sorbet:version"]
        schema = pa.schema(fields).with_metadata(metadata)
        return ipc(pa.RecordBatch.from_arrays(batch.columns, schema=schema))

    chunks, errors = decoded(*[dotted(i) for i in (1, 2, 3)])
    assert not errors
    assert [chunk.id.inc for chunk in chunks.values()] == [1, 2, 3]
    assert str(chunks[0].entity_path) == "/e"


# --- values that no Arrow array may have -------------------------------------------------------


def spoiled(name: str, old: bytes, new: bytes) -> list[bytes]:
    payloads = twins(*TWINS[name])
    at = payloads[1].rfind(old)
    assert at > 0
    payloads[1] = payloads[1][:at] + new + payloads[1][at + len(old) :]
    return payloads


def ints(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("numbers", ints(0, 1, 2), ints(0, 1, 2**30)),
        ("numbers", ints(0, 1, 2), ints(-9, 1, 2)),
        ("numbers", ints(0, 1, 2), ints(2, 1, 0)),
        ("ragged texts", ints(0, 1, 3), ints(0, 1, 2**30)),
        ("ragged texts", ints(0, 1, 3), ints(0, -1, 3)),
        ("unions", ints(0, 0, 1), ints(0, 2**31 - 1, 1)),
        ("unions", ints(0, 0, 1), ints(0, -1, 1)),
        ("unions", ints(0, 0, 1), ints(-(2**31), 0, 1)),
        ("unions", b"\0\1\0\0\0\0\0\0", b"\0\5\0\0\0\0\0\0"),
        ("unions", b"\0\1\0\0\0\0\0\0", b"\0\xff\0\0\0\0\0\0"),
        ("dictionaries", ints(0, 1, 0), ints(0, 2**31 - 1, 0)),
        ("dictionaries", ints(0, 1, 0), ints(0, -1, 0)),
        ("large lists", struct.pack("<3q", 0, 1, 2), struct.pack("<3q", 0, 1, 2**60)),
        ("large lists", struct.pack("<3q", 0, 1, 2), struct.pack("<3q", -(2**60), 1, 2)),
    ],
)
def test_impossible_values_are_found_in_their_chunk_alone(
    name: str, old: bytes, new: bytes
) -> None:
    payloads = spoiled(name, old, new)
    chunks, errors = decoded(*payloads)
    assert list(errors) == [1]
    assert isinstance(errors[1], CorruptError)
    assert "Arrow data is invalid" in errors[1].reason
    assert len(chunks) == len(payloads) - 1


def test_text_that_is_not_utf_8_is_found() -> None:
    chunks, errors = decoded(*spoiled("ragged texts", b"def", b"d\xff\xff"))
    assert (list(chunks), list(errors)) == ([0], [1])


def test_what_compressed_buffers_claim_is_added_up_in_every_twin() -> None:
    payloads = [ipc(chunk_batch(serial=i, rows=200), compression="lz4") for i in (1, 2)]
    at = payloads[1].find(struct.pack("<q", 1600))
    assert at > 0
    payloads[1] = payloads[1][:at] + struct.pack("<q", 2**50) + payloads[1][at + 8 :]
    for order in (payloads, payloads[::-1]):
        chunks, errors = decoded(*order)
        assert len(chunks) == 1
        (error,) = errors.values()
        assert isinstance(error, LimitError)


def test_limits_reach_the_schema() -> None:
    block = block_of(STREAM, STREAM)
    result = ChunkDecoder(Limits(fields=2)).decode(block)
    assert [type(error) for _, error in result.errors] == [LimitError, LimitError]
    assert result.groups == []


@given(st.data())
def test_no_bytes_escape_as_another_error(data: st.DataObject) -> None:
    payloads = [bytearray(p) for p in twins(*TWINS[data.draw(st.sampled_from(sorted(TWINS)))])]
    for _ in range(data.draw(st.integers(1, 5))):
        payload = data.draw(st.sampled_from(payloads))
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    decoded(*map(bytes, payloads))
