"""Reading front to back: store ids completed, damage reported, everything else found."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest

from rrdformats.blocks import Block, read_blocks
from rrdformats.chunk import Chunk
from rrdformats.contents import Contents, read_contents
from rrdformats.decode import ChunkDecoder
from rrdformats.errors import CorruptError, TruncatedError, UnsupportedError
from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdformats.scan import StoreNames, chunk_places, scan_contents, whole_groups
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import (
    ACTIVATION,
    ARROW_MSG,
    END,
    SET_STORE_INFO,
    arrow_msg,
    chunk_batch,
    frame,
    ipc,
)
from rrdformats.testing.files import SizedFile, as_binary

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
NAMELESS = assembly.store_id(application=None)
INFO = frame(SET_STORE_INFO, assembly.set_store_info())
OLD_INFO = frame(SET_STORE_INFO, assembly.set_store_info(NAMELESS, application="app"))


def chunk(serial: int = 1, *, store: bytes | None = None, **options: Any) -> bytes:
    payload = ipc(chunk_batch(serial=serial, **options))
    return frame(ARROW_MSG, arrow_msg(payload, store=store, chunk=(1, serial)))


def scan(*frames: bytes, data: bytes | None = None) -> Contents:
    whole = assembly.stream(*frames, footer=None) if data is None else data
    return scan_contents(open_source(as_binary(SizedFile(whole))))


def ids(contents: Contents) -> dict[StoreId, list[int]]:
    """Counters of the chunk ids that each store has."""
    found: dict[StoreId, list[int]] = {}
    for item in contents.manifests:
        raw = bytes(item.manifest.chunk_id)
        counters = [int.from_bytes(raw[i + 8 : i + 16], "big") for i in range(0, len(raw), 16)]
        found.setdefault(item.manifest.store_id, []).extend(counters)
    return found


# --- store names -------------------------------------------------------------------------------


def test_an_application_is_learnt_from_ids_that_name_one() -> None:
    names = StoreNames()
    nameless = StoreId(StoreKind.RECORDING, "rec")
    names.learn(nameless)
    with pytest.raises(CorruptError, match="'rec' comes before its store info"):
        names.complete(nameless)
    names.learn(STORE)
    assert names.complete(nameless) == STORE
    assert names.complete(STORE) is STORE
    with pytest.raises(CorruptError):
        names.complete(StoreId(StoreKind.BLUEPRINT, "rec"))


def test_chunks_of_0_24_find_their_store() -> None:
    contents = scan(OLD_INFO, chunk(1, store=NAMELESS), chunk(2, store=NAMELESS))
    assert ids(contents) == {STORE: [1, 2]}
    assert not contents.damage


def test_chunks_before_their_store_info_are_reported() -> None:
    first, second = chunk(1, store=NAMELESS), chunk(2, store=NAMELESS, entity="/f")
    contents = scan(first, second, data=assembly.stream(first, second, footer=None))
    assert ids(contents) == {}
    assert [error.offset for error in contents.damage] == [28, 28 + len(first)]
    assert all("comes before its store info" in error.reason for error in contents.damage)


def test_a_group_may_hold_chunks_of_several_stores() -> None:
    other = StoreId(StoreKind.RECORDING, "other", "app")
    encoded = assembly.store_id("other")
    contents = scan(INFO, chunk(1), chunk(2, store=encoded), chunk(3), chunk(4, store=encoded))
    assert ids(contents) == {STORE: [1, 3], other: [2, 4]}
    assert contents.stores[other] is None


# --- streams -----------------------------------------------------------------------------------

OLD_STREAM = assembly.stream(OLD_INFO, chunk(1, store=NAMELESS), footer=None) + frame(END, b"")
NEW_STREAM = assembly.stream(INFO, chunk(2))


def test_the_stream_behind_an_old_end_is_not_lost() -> None:
    contents = scan(data=OLD_STREAM + NEW_STREAM)
    assert ids(contents) == {STORE: [1, 2]}
    assert [stream.offset for stream in contents.streams] == [0, len(OLD_STREAM)]
    assert [item.stream.index for item in contents.manifests] == [0, 1]
    assert not contents.damage


def test_offsets_count_from_their_own_stream() -> None:
    contents = scan(data=OLD_STREAM + NEW_STREAM)
    offset = contents.manifests[1].manifest.byte_offset[0]
    assert offset == 12 + len(INFO) + 16


def test_a_stream_without_messages_keeps_its_place() -> None:
    contents = scan(data=assembly.header() + NEW_STREAM)
    (item,) = contents.manifests
    assert item.stream.offset == 12


# --- damage ------------------------------------------------------------------------------------


def test_everything_that_cannot_be_read_is_reported_with_its_place() -> None:
    pieces = [
        frame(SET_STORE_INFO, b"\xff"),
        INFO,
        frame(ACTIVATION, b""),
        chunk(1),
        frame(ARROW_MSG, arrow_msg(b"not arrow")),
        frame(ARROW_MSG, arrow_msg(ipc(chunk_batch()), encoding=7)),
        frame(ARROW_MSG, b""),
        chunk(2),
        chunk(3)[:-5],
    ]
    contents = scan(*pieces)
    assert ids(contents) == {STORE: [1, 2]}
    starts = [28 + sum(map(len, pieces[:i])) for i in range(len(pieces))]
    found = {error.offset: (type(error), error.record) for error in contents.damage}
    assert found == {
        starts[0]: (CorruptError, "SetStoreInfo"),
        starts[2]: (CorruptError, "BlueprintActivationCommand"),
        starts[4]: (CorruptError, "ArrowMsg"),
        starts[5]: (UnsupportedError, "ArrowMsg"),
        starts[6]: (CorruptError, "ArrowMsg"),
        starts[8] - 16: (TruncatedError, "ArrowMsg"),
    }
    assert len(contents.damage) == len(found)


def bad_values(serial: int) -> bytes:
    lists = pa.array([["abc"], ["def"]])
    payload = ipc(chunk_batch(serial=serial, components={"v": lists})).replace(
        b"abc", b"\xff\xff\xff"
    )
    return frame(ARROW_MSG, arrow_msg(payload))


def test_a_chunk_whose_values_are_bad_does_not_spoil_its_group() -> None:
    lists = pa.array([["abc"], ["def"]])
    good = [chunk(i, components={"v": lists}) for i in (1, 3)]
    contents = scan(INFO, good[0], bad_values(2), good[1], bad_values(4))
    assert ids(contents) == {STORE: [1, 3]}
    assert len(contents.damage) == 2


def block_of(*frames: bytes) -> Block:
    (block,) = read_blocks(open_source(io.BytesIO(assembly.stream(*frames, footer=None))))
    return block


def test_whole_groups_are_those_that_decode() -> None:
    lists = pa.array([["abc"], ["def"]])
    decoded = ChunkDecoder().decode(
        block_of(
            chunk(1, components={"v": lists}), bad_values(2), chunk(3, components={"v": lists})
        )
    )
    (group,) = decoded.groups
    parts = whole_groups(decoded, group)
    assert [part.messages.tolist() for part in parts] == [[0], [2]]
    assert [message for message, _ in decoded.errors] == [1]
    good = ChunkDecoder().decode(block_of(chunk(1), chunk(2)))
    assert whole_groups(good, good.groups[0]) == good.groups


def test_places_count_from_the_stream() -> None:
    pieces = [INFO, chunk(1), INFO, chunk(2)]
    decoded = ChunkDecoder().decode(block_of(*pieces))
    (group,) = decoded.groups
    places = chunk_places(decoded, group)
    assert places.offset.tolist() == [28 + len(INFO), 28 + 2 * len(INFO) + len(chunk(1))]
    assert places.size.tolist() == [len(chunk(1)) - 16, len(chunk(2)) - 16]
    payload = ipc(chunk_batch())
    assert places.uncompressed.tolist() == [len(payload)] * 2


# --- properties --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "version", "expected"),
    [
        (pa.array([["Ada"]]), "0.1.4", ["Ada"]),
        (pa.array([["Ada"]]), "0.1.0", ["Ada"]),
        (pa.array([[b"\0\1"]]), "0.1.4", [b"\0\1"]),
        (pa.array([["x" * 100_000]]), "0.1.4", None),
    ],
    ids=["plain", "old", "binary", "large"],
)
def test_properties_that_take_pyarrow_are_read_too(
    values: Any, version: str, expected: Any
) -> None:
    batch = chunk_batch(
        "/__properties/run", rows=1, times={}, components={"x": values}, version=version
    )
    payload = ipc(batch)
    message = arrow_msg(payload, static=True)
    table = assembly.manifest_table(
        [(28 + len(INFO), len(message))],
        columns={"chunk_entity_path": pa.array(["/__properties/run"])},
    )
    footer = assembly.footer(assembly.manifest_message(table))
    data = assembly.stream(INFO, frame(ARROW_MSG, message), footer=footer)
    told = read_contents(open_source(io.BytesIO(data)))
    assert told.scan_reason is None
    found = scan(data=data)
    for contents in (told, found):
        assert dict(contents.properties.items(STORE)) == {"run.x": expected}
        assert not contents.damage


def test_chunks_come_with_their_store_when_they_are_read_one_by_one() -> None:
    recording = Recording.open(io.BytesIO(OLD_STREAM + NEW_STREAM))
    found = [(item.store_id, item.chunk.id.inc) for item in recording.chunks()]
    assert found == [(STORE, 1), (STORE, 2)]
    assert all(isinstance(item.chunk, Chunk) for item in recording.chunks())
