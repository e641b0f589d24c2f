"""Queries: the answer is the same from footers, from a scan and from a pipe."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats import reader
from rrdformats.chunk import Chunk
from rrdformats.errors import CorruptError, RrdError
from rrdformats.messages import StoreId, StoreInfo, StoreKind
from rrdformats.query import ChunkQuery, TimeRange, plan
from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ARROW_MSG, SET_STORE_INFO, chunk_batch, frame, ipc
from rrdformats.testing.files import DeviceError, FailingFile, Pipe, SizedFile, as_binary
from rrdformats.testing.strategies import Recorded, recordings, store_ids
from rrdformats.writer import RrdWriter

STORE = StoreId(StoreKind.RECORDING, "rec", "app")


def written(recorded: Recorded, **options: Any) -> bytes:
    file = io.BytesIO()
    with RrdWriter(file, **options) as writer:
        for store in recorded.stores:
            writer.write_store_info(StoreInfo(store))
        for store, chunk in recorded.chunks:
            writer.write_chunk(store, chunk)
    return file.getvalue()


def chunk(serial: int = 1, **options: Any) -> Chunk:
    return Chunk.from_record_batch(chunk_batch(serial=serial, **options))


def found(data: bytes, query: ChunkQuery, *, pipe: bool = False) -> list[tuple[StoreId, bytes]]:
    file = Pipe(data, 999) if pipe else SizedFile(data)
    with Recording.open(as_binary(file)) as recording:
        return [(item.store_id, item.chunk.encode()) for item in recording.chunks(query)]


def meets(store: StoreId, chunk: Chunk, query: ChunkQuery) -> bool:
    """The conditions of `ChunkQuery`, one by one; a row must hold what is asked for."""
    if query.stores is not None and store not in query.stores:
        return False
    if query.static is not None and chunk.is_static != query.static:
        return False
    if not query.entities.matches(str(chunk.entity_path)):
        return False
    if not query.components.is_everything and not any(
        query.components.matches(str(descriptor)) for descriptor in chunk.components
    ):
        return False
    times = query.times
    if times is None or chunk.is_static:
        return True
    return any(
        times.start <= time <= times.end
        for timeline, values in chunk.timelines.items()
        if str(timeline) == times.timeline
        for time in values.tolist()
    )


QUERIES = st.builds(
    ChunkQuery,
    entities=st.sampled_from([Selection.entities(), Selection.entities(exclude=["/"])]),
    stores=st.one_of(st.none(), st.frozensets(store_ids(), max_size=2)),
    times=st.one_of(
        st.none(),
        st.builds(
            TimeRange,
            st.sampled_from(["frame", "a b", "time", "none"]),
            st.integers(-9, 3),
            st.integers(-3, 9),
        ),
    ),
    static=st.sampled_from([None, None, True, False]),
)


@given(recordings(), QUERIES)
def test_answers_do_not_depend_on_where_they_come_from(
    recorded: Recorded, query: ChunkQuery
) -> None:
    expected = [
        (store, chunk.encode()) for store, chunk in recorded.chunks if meets(store, chunk, query)
    ]
    with_footer, without = written(recorded), written(recorded, write_footer=False)
    assert found(with_footer, query) == expected
    assert found(without, query) == expected
    assert found(with_footer, query, pipe=True) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ChunkQuery(), [1, 2, 3, 4]),
        (ChunkQuery(entities=Selection.entities(["/a/**"])), [2, 3]),
        (ChunkQuery(entities=Selection.entities(exclude=["/a/b"])), [1, 2, 4]),
        (ChunkQuery(components=Selection.names(["other"])), [3, 4]),
        (ChunkQuery(components=Selection.names(exclude=["other"])), [1, 2]),
        (ChunkQuery(static=True), [4]),
        (ChunkQuery(static=False), [1, 2, 3]),
        (ChunkQuery(times=TimeRange("frame", 0, 0)), [1, 2, 3, 4]),
        (ChunkQuery(times=TimeRange("frame", 2, 9)), [4]),
        (ChunkQuery(times=TimeRange("other", 0, 9)), [4]),
        (ChunkQuery(stores=frozenset()), []),
        (ChunkQuery(stores=frozenset([STORE]), static=False), [1, 2, 3]),
    ],
)
@pytest.mark.parametrize("write_footer", [True, False])
def test_each_condition_selects(query: ChunkQuery, expected: list[int], write_footer: bool) -> None:
    import pyarrow as pa

    other = {"other": pa.array([[1], [2]])}
    chunks = [
        chunk(1, entity="/"),
        chunk(2, entity="/a"),
        chunk(3, entity="/a/b", components=other),
        chunk(4, entity="/s", times={}, components=other),
    ]
    data = written(Recorded(tuple((STORE, item) for item in chunks)), write_footer=write_footer)
    with Recording.open(io.BytesIO(data)) as recording:
        assert [item.chunk.id.inc for item in recording.chunks(query)] == expected
        for item in recording.chunks(query):
            assert data[item.offset - 16] == ARROW_MSG


def test_a_query_reads_only_what_it_needs() -> None:
    import pyarrow as pa

    blobs = pa.array([[bytes(1 << 18)]], pa.list_(pa.binary()))
    chunks = [chunk(i, entity=f"/e{i}", rows=1, components={"x": blobs}) for i in range(8)]
    data = written(Recorded(tuple((STORE, item) for item in chunks)), compress=False)
    file = SizedFile(data)
    recording = Recording.open(as_binary(file))
    (only,) = recording.chunks(ChunkQuery(entities=Selection.entities(["/e3"])))
    assert only.chunk.id.inc == 3
    assert file.largest < 2 << 18


def test_neighbours_are_read_together_and_gaps_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = [chunk(i, entity=f"/e{i % 2}") for i in range(20)]
    data = written(Recorded(tuple((STORE, item) for item in chunks)))
    query = ChunkQuery(entities=Selection.entities(["/e0"]))
    expected = found(data, query)
    assert len(expected) == 10
    for limit in (0, 1, 3000):
        monkeypatch.setattr(reader, "READ_THROUGH", limit)
        assert found(data, query) == expected
        monkeypatch.setattr(reader, "WINDOW", limit)
        assert found(data, query) == expected


def test_the_plan_names_places_in_order() -> None:
    chunks = [chunk(i, entity="/a" if i % 2 else "/b") for i in range(6)]
    data = written(Recorded(tuple((STORE, item) for item in chunks)))
    with Recording.open(io.BytesIO(data + data)) as recording:
        places = plan(recording.contents, ChunkQuery(entities=Selection.entities(["/a"])))
    assert len(places) == 6
    assert [span.start for span in places] == sorted(span.start for span in places)
    assert {span.stream.index for span in places} == {0, 1}


# --- damage ------------------------------------------------------------------------------------


def damaged() -> bytes:
    good, bad = ipc(chunk_batch(serial=1)), b"not arrow"
    messages = [assembly.arrow_msg(payload) for payload in (good, bad, good)]
    info = frame(SET_STORE_INFO, assembly.set_store_info())
    torn = frame(SET_STORE_INFO, b"\xff")
    return assembly.stream(
        info, torn, *[frame(ARROW_MSG, message) for message in messages], footer=None
    )


def test_without_a_listener_damage_is_raised() -> None:
    recording = Recording.open(io.BytesIO(damaged()))
    with pytest.raises(CorruptError):
        list(recording.chunks())


def test_with_a_listener_reading_goes_on() -> None:
    damage: list[RrdError] = []
    recording = Recording.open(io.BytesIO(damaged()))
    assert len(list(recording.chunks(on_damage=damage.append))) == 2
    assert [error.record for error in damage] == ["SetStoreInfo", "ArrowMsg"]


def test_chunks_of_unknown_applications_are_damage() -> None:
    nameless = assembly.store_id(application=None)
    message = assembly.arrow_msg(ipc(chunk_batch()), store=nameless)
    data = assembly.stream(frame(ARROW_MSG, message), footer=None)
    damage: list[RrdError] = []
    assert list(Recording.open(io.BytesIO(data)).chunks(on_damage=damage.append)) == []
    assert "comes before its store info" in damage[0].reason


def test_blocks_are_decoded_front_to_back() -> None:
    data = written(Recorded(((STORE, chunk(1)), (STORE, chunk(2)))))
    (block,) = Recording.open(io.BytesIO(data)).decoded()
    assert sum(len(group) for group in block.groups) == 2


def test_a_path_is_closed_again(tmp_path: Any) -> None:
    path = tmp_path / "some.rrd"
    path.write_bytes(written(Recorded(((STORE, chunk()),))))
    with Recording.open(path) as recording:
        assert len(list(recording.chunks())) == 1
    with pytest.raises(ValueError, match="closed file"):
        list(recording.chunks())


def test_errors_of_the_device_pass_through_wherever_they_happen() -> None:
    data = written(Recorded(((STORE, chunk(1)), (STORE, chunk(2, entity="/f")))))
    query = ChunkQuery(entities=Selection.entities(["/f"]))
    counting = SizedFile(data)
    assert len(list(Recording.open(as_binary(counting)).chunks(query))) == 1
    for failing in range(counting.operations):
        with pytest.raises(DeviceError):
            list(Recording.open(as_binary(FailingFile(data, failing))).chunks(query))
