"""Chunks: built, taken apart, sorted, joined; whatever is done, rows stay whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.chunk import Chunk, ChunkSchema, concat_chunks, index_values, row_ids_as_integers
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.errors import CorruptError
from rrdformats.ipc_write import encode_stream
from rrdformats.testing.assembly import chunk_batch, chunk_id, ipc
from rrdformats.testing.strategies import chunks, runs
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid

FRAME = Timeline("frame", TimeKind.SEQUENCE)
CLOCK = Timeline("clock", TimeKind.TIMESTAMP)
A, B = ComponentDescriptor("a"), ComponentDescriptor("b")


def ids(*counters: int) -> Any:
    return pa.array([Tuid(1, counter).to_bytes() for counter in counters], pa.binary(16))


def build(
    counters: tuple[int, ...] = (1, 2, 3),
    frames: tuple[int, ...] = (10, 20, 30),
    **components: Any,
) -> Chunk:
    values = components or {"a": pa.array([[i] for i in counters])}
    return Chunk.build(
        "/e",
        row_ids=ids(*counters),
        timelines=[(FRAME, pa.array(frames, pa.int64()))],
        components=[(ComponentDescriptor(name), array) for name, array in values.items()],
    )


def rows(chunk: Chunk) -> list[str]:
    """Each row as text: id, times, cells."""
    chunk.batch.validate(full=True)
    columns = [chunk.row_ids.to_pylist()]
    columns += [[(str(t), v) for v in values.tolist()] for t, values in chunk.timelines.items()]
    columns += [[(str(d), v) for v in lists.to_pylist()] for d, lists in chunk.components.items()]
    return [repr(row) for row in zip(*columns, strict=True)]


def flags(chunk: Chunk) -> list[bool]:
    schema = chunk.schema
    claims = [schema.claimed_sorted(i) for i in range(len(schema.timelines))]
    return [schema.row_ids_claimed_sorted, *claims]


def true_flags(chunk: Chunk) -> list[bool]:
    counters = [tuple(row) for row in row_ids_as_integers(chunk.row_ids).tolist()]
    times = [values.tolist() for values in chunk.timelines.values()]
    return [counters == sorted(counters), *[values == sorted(values) for values in times]]


# --- building ----------------------------------------------------------------------------------


def test_columns_are_put_in_canonical_order() -> None:
    thing = ComponentDescriptor("Thing:x", "rerun.archetypes.Thing")
    chunk = Chunk.build(
        EntityPath(("world", "a b")),
        row_ids=ids(1),
        timelines=[(FRAME, pa.array([1])), (CLOCK, pa.array([5], pa.timestamp("ns")))],
        components=[(thing, pa.array([[1]])), (B, pa.array([["x"]])), (A, pa.array([[1.0]]))],
    )
    assert chunk.batch.schema.names == [
        "rerun.controls.RowId",
        "clock",
        "frame",
        "a",
        "b",
        "Thing:x",
    ]
    assert list(chunk.timelines) == [CLOCK, FRAME]
    assert list(chunk.components) == [A, B, thing]
    assert str(chunk.entity_path) == "/world/a\\ b"
    assert not chunk.is_static
    assert chunk.schema.first_component == 3


def test_a_chunk_without_timelines_is_static() -> None:
    chunk = Chunk.build("/e", row_ids=ids(1), components=[(A, pa.array([[1]]))])
    assert chunk.is_static
    assert chunk.timelines == {}


def test_a_chunk_gets_a_fresh_id_unless_it_is_given_one() -> None:
    one, other = build(), build()
    assert one.id != other.id
    given_id = Chunk.build("/e", row_ids=ids(1), chunk_id=Tuid(7, 8))
    assert given_id.id == Tuid(7, 8)
    assert given_id.with_id(Tuid(1, 2)).id == Tuid(1, 2)
    assert given_id.with_id().id not in (Tuid(7, 8), Tuid(1, 2))


def test_lists_are_cast_to_the_type_of_the_format() -> None:
    lists = pa.array([[1]], pa.large_list(pa.field("x", pa.int8(), nullable=False)))
    chunk = Chunk.build("/e", row_ids=ids(1), components=[(A, lists)])
    assert chunk.batch.schema.field("a").type == pa.list_(pa.field("item", pa.int8()))


@pytest.mark.parametrize(
    ("counters", "frames", "expected"),
    [
        ((1, 2, 3), (10, 20, 30), [True, True]),
        ((1, 3, 2), (10, 20, 30), [False, True]),
        ((1, 2, 3), (10, 30, 20), [True, False]),
        ((1, 1, 1), (10, 10, 10), [True, True]),
        ((), (), [True, True]),
    ],
)
def test_sorted_flags_are_true(
    counters: tuple[int, ...], frames: tuple[int, ...], expected: list[bool]
) -> None:
    lists = pa.array([[i] for i in counters], pa.list_(pa.int64()))
    chunk = build(counters, frames, a=lists)
    assert flags(chunk) == expected


@given(chunks())
def test_built_chunks_are_canonical(chunk: Chunk) -> None:
    assert flags(chunk) == true_flags(chunk)
    again = Chunk.from_record_batch(chunk.to_record_batch())
    assert again.schema == chunk.schema
    assert (again.id, rows(again)) == (chunk.id, rows(chunk))
    assert again.batch.schema.equals(chunk.batch.schema, check_metadata=False)


@given(chunks())
def test_chunks_come_back_from_their_bytes(chunk: Chunk) -> None:
    data = chunk.encode()
    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        again = Chunk.from_record_batch(reader.read_next_batch())
    assert (again.id, rows(again)) == (chunk.id, rows(chunk))
    assert again.encode() == data == encode_stream(chunk.to_record_batch())


def test_dictionaries_are_encoded_by_arrow_itself() -> None:
    words = pa.ListArray.from_arrays(
        pa.array([0, 1, 3], pa.int32()), pa.array(["a", "b", "a"]).dictionary_encode()
    )
    chunk = Chunk.from_record_batch(chunk_batch(components={"words": words}))
    with pa.ipc.open_stream(pa.py_buffer(chunk.encode())) as reader:
        again = Chunk.from_record_batch(reader.read_next_batch())
    assert (again.id, rows(again)) == (chunk.id, rows(chunk))


# --- reading -----------------------------------------------------------------------------------


def test_a_record_batch_is_a_chunk_by_its_metadata() -> None:
    chunk = Chunk.from_record_batch(chunk_batch("/some/entity", serial=3))
    assert (str(chunk.entity_path), chunk.id) == ("/some/entity", Tuid(1, 3))
    assert len(chunk) == 2
    assert chunk.times("frame").tolist() == [0, 1]
    assert chunk.heap_size > 0


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"rerun:id": None}, "a chunk has no id"),
        ({"rerun:id": "row_" + "0" * 32}, "a chunk's id is wrong"),
        ({"rerun:id": "chunk_12"}, "a chunk's id is wrong"),
        ({"rerun:id": b"\xff"}, "a chunk's id is wrong"),
        ({"rerun:entity_path": None}, "names no entity path"),
        ({"rerun:entity_path": b"\xff"}, "not UTF-8"),
    ],
)
def test_what_makes_no_chunk_is_an_error(changed: dict[str, Any], reason: str) -> None:
    batch = chunk_batch()
    metadata: dict[Any, Any] = dict(batch.schema.metadata)
    for key, value in changed.items():
        metadata[key.encode()] = value
    batch = batch.replace_schema_metadata({k: v for k, v in metadata.items() if v is not None})
    with pytest.raises(CorruptError, match=reason):
        Chunk.from_record_batch(batch)


def test_a_schema_without_an_entity_path_is_an_error() -> None:
    with pytest.raises(CorruptError, match="names no entity path"):
        ChunkSchema.from_arrow(pa.schema([]))
    with pytest.raises(CorruptError, match="not UTF-8"):
        ChunkSchema.from_arrow(pa.schema([], metadata={b"rerun:entity_path": b"\xff"}))


def test_old_chunks_are_migrated() -> None:
    chunk = Chunk.from_record_batch(chunk_batch(version="0.1.1"))
    assert chunk.schema.arrow.metadata[b"sorbet:version"] == b"0.1.4"


def test_a_timeline_is_found_by_name() -> None:
    assert build().times("frame").tolist() == [10, 20, 30]
    with pytest.raises(KeyError, match="nope"):
        build().times("nope")


def test_null_times_count_as_zero() -> None:
    assert index_values(pa.array([5, None, 7], pa.int64())).tolist() == [5, 0, 7]
    times = pa.array([5, None], pa.int64()).view(pa.timestamp("ns"))
    assert index_values(times).tolist() == [5, 0]


def test_row_ids_are_two_integers_each() -> None:
    sliced = ids(1, 2, 2**63)[1:]
    assert row_ids_as_integers(sliced).tolist() == [[1, 2], [1, 2**63]]


# --- slicing -----------------------------------------------------------------------------------


@given(chunks(), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 5)))
def test_a_slice_has_the_rows_of_the_slice(chunk: Chunk, start: int, length: int | None) -> None:
    start = min(start, len(chunk))
    found = chunk.slice(start, length)
    end = None if length is None else start + length
    assert rows(found) == rows(chunk)[start:end]
    assert found.id != chunk.id
    assert all(
        true or not claimed for claimed, true in zip(flags(found), true_flags(found), strict=True)
    )
    assert Chunk.from_record_batch(found.to_record_batch()).encode() == found.encode()


@given(chunks(), st.data())
def test_taken_rows_come_in_the_order_asked_for(chunk: Chunk, data: st.DataObject) -> None:
    places = data.draw(
        st.lists(st.integers(0, len(chunk) - 1), max_size=6) if len(chunk) else st.just([])
    )
    found = chunk.take(np.array(places, np.int64))
    whole = rows(chunk)
    assert rows(found) == [whole[i] for i in places]
    assert flags(found) == true_flags(found)


def test_neighbouring_rows_are_borrowed_not_copied() -> None:
    chunk = build()
    found = chunk.take(np.array([1, 2]))
    mine, theirs = (array.buffers()[1] for array in (found.row_ids, chunk.row_ids))
    assert mine is not None
    assert theirs is not None
    assert mine.address == theirs.address
    assert rows(found) == rows(chunk)[1:]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(10, 30, [10, 30, 20]), (11, 29, [20]), (30, 30, [30]), (31, 99, []), (20, 10, [])],
)
def test_a_slice_of_time_includes_both_bounds(start: int, end: int, expected: list[int]) -> None:
    chunk = build(frames=(10, 30, 20)).slice_time("frame", start, end)
    assert chunk.times("frame").tolist() == expected


def test_a_slice_of_time_needs_the_timeline() -> None:
    with pytest.raises(KeyError):
        build().slice_time("nope", 0, 1)


# --- sorting -----------------------------------------------------------------------------------


@given(chunks())
def test_sorting_permutes_rows(chunk: Chunk) -> None:
    for timeline in (None, *[str(t) for t in chunk.timelines]):
        found = chunk.sort(timeline)
        assert sorted(rows(found)) == sorted(rows(chunk))
        assert flags(found) == true_flags(found)
        if timeline is None:
            assert found.schema.row_ids_claimed_sorted
        else:
            times = found.times(timeline).tolist()
            assert times == sorted(times)


def test_rows_of_one_time_are_sorted_by_row_id() -> None:
    chunk = build((5, 4, 3, 2, 1), (7, 6, 7, 6, 5)).sort("frame")
    assert [row[1] for row in row_ids_as_integers(chunk.row_ids).tolist()] == [1, 2, 4, 3, 5]


# --- columns -----------------------------------------------------------------------------------


def test_columns_can_be_chosen_and_split() -> None:
    chunk = build(a=pa.array([[1], [2], [3]]), b=pa.array([["x"], None, []]))
    chosen = chunk.select([1])
    assert list(chosen.components) == [B]
    assert chosen.times("frame").tolist() == [10, 20, 30]
    assert chosen.row_ids.equals(chunk.row_ids)
    parts = chunk.split_columns()
    assert [list(part.components) for part in parts] == [[A], [B]]
    assert len({chunk.id, chosen.id, *[part.id for part in parts]}) == 4
    assert list(chunk.select([]).components) == []


# --- joining -----------------------------------------------------------------------------------


@given(runs())
def test_joined_chunks_have_all_rows_in_order(parts: list[Chunk]) -> None:
    joined = concat_chunks(parts)
    assert rows(joined) == [row for part in parts for row in rows(part)]
    assert flags(joined) == true_flags(joined)


@given(chunks())
def test_slices_join_to_the_whole(chunk: Chunk) -> None:
    middle = len(chunk) // 2
    joined = concat_chunks([chunk.slice(0, middle), chunk.slice(middle)])
    assert rows(joined) == rows(chunk)
    assert joined.schema == chunk.schema


def test_a_component_that_a_chunk_lacks_is_null_there() -> None:
    one = build(a=pa.array([[1], [2], [3]]))
    other = build((4,), (40,), b=pa.array([["x"]]))
    joined = concat_chunks([one, other])
    assert joined.components[A].to_pylist() == [[1], [2], [3], None]
    assert joined.components[B].to_pylist() == [None, None, None, ["x"]]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (Chunk.build("/f", row_ids=ids(1), timelines=[(FRAME, pa.array([1]))]), "one entity"),
        (Chunk.build("/e", row_ids=ids(1)), "one set of timelines"),
        (build(a=pa.array([["text"]] * 3)), "a has two types"),
    ],
)
def test_chunks_that_do_not_fit_are_not_joined(other: Chunk, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        concat_chunks([build(), other])


def test_the_heap_size_of_a_slice_is_its_share() -> None:
    lists = pa.array([[float(i)] for i in range(1000)])
    chunk = build(tuple(range(1000)), tuple(range(1000)), a=lists)
    assert chunk.slice(0, 10).heap_size < chunk.heap_size / 50


def test_the_kit_s_chunks_are_canonical() -> None:
    chunk = Chunk.from_record_batch(chunk_batch(serial=9))
    assert chunk.id.to_bytes() == chunk_id(9)
    assert chunk.batch.schema.equals(chunk.schema.arrow, check_metadata=False)
    with pa.ipc.open_stream(pa.py_buffer(ipc(chunk_batch()))) as reader:
        assert reader.read_next_batch().equals(chunk_batch(), check_metadata=True)
