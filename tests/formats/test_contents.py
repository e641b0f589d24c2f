"""What a recording holds, from its footers or by a scan: both say the same."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.blocks import read_blocks
from rrdformats.chunk import Chunk
from rrdformats.contents import Contents, footer_contents, read_contents
from rrdformats.errors import CorruptError, NotRrdError, RrdError, TruncatedError
from rrdformats.footers import FooterUnusableError
from rrdformats.manifest import Manifest
from rrdformats.messages import BlueprintActivation, StoreId, StoreInfo, StoreKind, StoreSource
from rrdformats.scan import scan_contents
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
    manifest_table,
)
from rrdformats.testing.files import DeviceError, FailingFile, Pipe, SizedFile, as_binary
from rrdformats.testing.mutations import Frame, frames_of, join_frames
from rrdformats.testing.strategies import Recorded, recordings
from rrdformats.writer import RrdWriter

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
BLUEPRINT = StoreId(StoreKind.BLUEPRINT, "bp", "app")
INFO = frame(SET_STORE_INFO, assembly.set_store_info())


def contents_of(data: bytes) -> Contents:
    return read_contents(open_source(as_binary(SizedFile(data))))


def scanned(data: bytes) -> Contents:
    return scan_contents(open_source(as_binary(SizedFile(data))))


def reason(data: bytes) -> str:
    """Why the footers do not tell; a scan then finds what it always finds."""
    with pytest.raises(FooterUnusableError) as caught:
        footer_contents(open_source(as_binary(SizedFile(data))))
    assert contents_of(data).scan_reason == caught.value.reason
    return caught.value.reason


def written(recorded: Recorded, *, version: Any = None, **options: Any) -> bytes:
    file = io.BytesIO()
    if version is not None:
        options["version"] = version
    with RrdWriter(file, **options) as writer:
        for store in recorded.stores:
            writer.write_store_info(StoreInfo(store, StoreSource.python((3, 11, 0))))
        for store, chunk in recorded.chunks:
            writer.write_chunk(store, chunk)
        for store in recorded.stores:
            if store.kind == StoreKind.BLUEPRINT:
                writer.write_activation(BlueprintActivation(store, make_default=True))
    return file.getvalue()


def chunk(serial: int = 1, **options: Any) -> Chunk:
    return Chunk.from_record_batch(chunk_batch(serial=serial, **options))


def columns(manifest: Manifest) -> list[Any]:
    bounds = [
        (key, list(b.start), list(b.end), b.exists, b.num_rows and list(b.num_rows))
        for found in (manifest.timelines, manifest.component_bounds)
        for key, b in found.items()
    ]
    return [
        manifest.store_id, manifest.entity_path, bytes(manifest.chunk_id), manifest.is_static,
        list(manifest.num_rows), list(manifest.byte_offset), list(manifest.byte_size),
        list(manifest.byte_size_uncompressed), bounds, manifest.static_components,
        manifest.schema, manifest.schema_sha256,
    ]  # fmt: skip


def summary(contents: Contents) -> list[Any]:
    key = str
    manifests = sorted(contents.manifests, key=lambda m: (m.stream.index, str(m.manifest.store_id)))
    return [
        [(s.index, s.offset, s.header, s.footer, s.trailer) for s in contents.streams],
        sorted(contents.stores, key=key),
        [contents.stores[store] for store in sorted(contents.stores, key=key)],
        contents.activations,
        [(m.stream.index, *columns(m.manifest)) for m in manifests],
        {
            store: list(contents.properties.items(store))
            for store in sorted(contents.stores, key=key)
        },
        list(map(str, contents.damage)),
    ]


# --- footers and scans agree -------------------------------------------------------------------


@given(st.lists(recordings(), min_size=1, max_size=2), st.booleans())
def test_footers_tell_what_a_scan_finds(parts: list[Recorded], compress: bool) -> None:
    data = b"".join(written(part, compress=compress) for part in parts)
    told = contents_of(data)
    assert told.scan_reason is None
    assert summary(told) == summary(scanned(data))


@given(recordings())
def test_a_pipe_tells_what_a_file_tells(recorded: Recorded) -> None:
    data = written(recorded)
    piped = read_contents(open_source(as_binary(Pipe(data, 99))))
    assert piped.scan_reason == "a pipe has no footer to start from"
    assert summary(piped) == summary(contents_of(data))


@pytest.mark.parametrize("name", ["operator", "Trial:number"])
def test_properties_are_read_from_both(name: str) -> None:
    values = pa.array([["Ada"]])
    made = chunk(entity="/__properties/run", rows=1, times={}, components={name: values})
    later = chunk(
        2, entity="/__properties/run", rows=1, times={}, components={name: pa.array([["Bob"]])}
    )
    data = written(Recorded(((STORE, made), (STORE, later))))
    told = contents_of(data)
    assert told.scan_reason is None
    assert dict(told.properties.items(STORE)) == {f"run.{name}": ["Bob"]}
    assert summary(told) == summary(scanned(data))


def test_from_footers_only_the_gaps_between_chunks_are_read() -> None:
    large = pa.array([[bytes(1 << 20)]], pa.list_(pa.binary()))
    chunks = [(STORE, chunk(i, rows=1, components={"blob": large})) for i in range(4)]
    data = written(Recorded(tuple(chunks)), compress=False)
    file = SizedFile(data)
    assert read_contents(open_source(as_binary(file))).scan_reason is None
    assert file.largest < 10_000


# --- stores and activations --------------------------------------------------------------------


def test_stores_come_in_order_with_their_latest_info() -> None:
    file = io.BytesIO()
    with RrdWriter(file) as writer:
        writer.write_store_info(StoreInfo(BLUEPRINT))
        writer.write_store_info(StoreInfo(STORE, StoreSource.python((3, 9, 0))))
        writer.write_chunk(STORE, chunk())
        writer.write_store_info(StoreInfo(STORE, StoreSource.python((3, 12, 1))))
        writer.write_chunk(BLUEPRINT, chunk(2))
        writer.write_activation(BlueprintActivation(BLUEPRINT, make_active=True))
        writer.write_chunk(StoreId(StoreKind.RECORDING, "no info", "app"), chunk(3))
    contents = contents_of(file.getvalue())
    assert contents.scan_reason is None
    assert [store.recording_id for store in contents.stores] == ["bp", "rec", "no info"]
    infos = list(contents.stores.values())
    assert infos[1] is not None
    assert infos[1].source.describe() == "Python SDK 3.12.1"
    assert infos[2] is None
    assert contents.activations == [BlueprintActivation(BLUEPRINT, make_active=True)]
    assert [len(item.manifest) for item in contents.of_store(STORE)] == [1]
    assert summary(contents) == summary(scanned(file.getvalue()))


def test_a_store_may_be_in_several_streams() -> None:
    data = written(Recorded(((STORE, chunk()),))) + written(Recorded(((STORE, chunk(2)),)))
    contents = contents_of(data)
    assert [item.stream.index for item in contents.of_store(STORE)] == [0, 1]
    assert list(contents.stores) == [STORE]


# --- footers that do not tell ------------------------------------------------------------------

GOOD = written(Recorded(((STORE, chunk(1)), (STORE, chunk(2)))))
PLACES = [
    (block.source_offset(i), block.ends[i] - block.starts[i])
    for block in read_blocks(open_source(io.BytesIO(GOOD)))
    for i, kind in enumerate(block.kinds)
    if kind == ARROW_MSG
]


def with_places(*places: tuple[int, int], **changed: Any) -> bytes:
    """The good recording with a footer that lists chunks at other places."""
    head, frames, _ = frames_of(GOOD)
    footer = assembly.footer(assembly.manifest_message(manifest_table(list(places)), **changed))
    return join_frames(head, [*frames[:-1], Frame(END, footer)], b"")


def test_the_good_places_are_believed() -> None:
    assert contents_of(with_places(*PLACES)).scan_reason is None
    assert contents_of(with_places(*reversed(PLACES))).scan_reason is None


(FIRST, SIZE), (SECOND, _) = PLACES
OVERLAP = "overlap or lie outside the file"


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], "does not list every chunk"),
        ([PLACES[0]], "does not list every chunk"),
        ([PLACES[1]], "does not list every chunk"),
        ([PLACES[0], PLACES[0], PLACES[1]], OVERLAP),
        ([(FIRST, SIZE + 1), PLACES[1]], OVERLAP),
        ([(FIRST, SIZE - 1), PLACES[1]], "does not fit the messages"),
        ([(FIRST + 1, SIZE - 1), PLACES[1]], "does not fit the messages"),
        ([(FIRST, 2**63), PLACES[1]], OVERLAP),
        ([(FIRST, 2**64 - 1), PLACES[1]], OVERLAP),
        ([(2**63, 5)], "does not list every chunk"),
        ([(2**64 - 1, 2**64 - 1)], "does not list every chunk"),
        ([(0, 5), *PLACES], OVERLAP),
        ([(16, 5), *PLACES], OVERLAP),
        ([*PLACES, (len(GOOD), 10)], "does not fit the messages"),
        ([*PLACES, (len(GOOD) + 100, 10)], "does not fit the messages"),
    ],
)
def test_manifests_that_do_not_fit_the_file_are_not_believed(
    places: list[tuple[int, int]], expected: str
) -> None:
    data = with_places(*places)
    assert expected in reason(data)
    contents = contents_of(data)
    assert [list(item.manifest.byte_offset) for item in contents.manifests] == [[FIRST, SECOND]]
    assert not contents.damage


def test_a_manifest_that_is_no_manifest_is_not_believed() -> None:
    head, frames, _ = frames_of(GOOD)
    for table in (
        b"",
        b"not arrow",
        assembly.ipc(manifest_table(PLACES).drop_columns(["chunk_id"])),
    ):
        footer = assembly.footer(assembly.manifest_message(table))
        data = join_frames(head, [*frames[:-1], Frame(END, footer)], b"")
        assert "Arrow" in reason(data) or "no column" in reason(data)
        assert [len(item.manifest) for item in contents_of(data).manifests] == [2]


def test_impossible_entity_paths_are_not_believed() -> None:
    bad = manifest_table(PLACES)
    stream = assembly.ipc(bad).replace(b"/e/e", b"\xff\xff/e")
    head, frames, _ = frames_of(GOOD)
    footer = assembly.footer(assembly.manifest_message(stream))
    data = join_frames(head, [*frames[:-1], Frame(END, footer)], b"")
    assert "not UTF-8" in reason(data)


def test_a_damaged_message_between_chunks_is_found_by_a_scan() -> None:
    head, frames, _ = frames_of(GOOD)
    info = bytearray(frames[0].payload)
    info[1] = 0xFF
    data = join_frames(head, [Frame(SET_STORE_INFO, bytes(info)), *frames[1:]], b"")
    assert "protobuf" in reason(data)
    contents = contents_of(data)
    (error,) = contents.damage
    assert (error.offset, error.record) == (28, "SetStoreInfo")
    assert contents.stores == {STORE: None}
    assert [len(item.manifest) for item in contents.manifests] == [2]


@pytest.mark.parametrize(("version", "trusted"), [((0, 31, 4, 0), False), ((0, 32, 0, 0), True)])
def test_manifests_of_several_stores_are_trusted_since_0_32(version: Any, trusted: bool) -> None:
    from rrdformats.framing import CrateVersion

    other = StoreId(StoreKind.RECORDING, "other", "app")
    one = written(Recorded(((STORE, chunk()),)), version=CrateVersion(*version))
    two = written(Recorded(((STORE, chunk()), (other, chunk(2)))), version=CrateVersion(*version))
    assert contents_of(one).scan_reason is None
    if trusted:
        assert contents_of(two).scan_reason is None
    else:
        assert "attribute chunks of several stores wrongly" in reason(two)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (assembly.stream(INFO, footer=None), "there is no footer"),
        (GOOD[:-1], "there is no footer"),
        (GOOD + b"garbage", "there is no footer"),
        (assembly.stream(INFO, footer=None) + GOOD, "there is no footer"),
    ],
)
def test_without_usable_footers_the_source_is_scanned(data: bytes, expected: str) -> None:
    assert reason(data) == expected


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", NotRrdError), (b"RRF2", TruncatedError), (b"PK\x03\x04" + bytes(99), NotRrdError)],
)
def test_what_is_no_recording_is_an_error(data: bytes, error: type[RrdError]) -> None:
    with pytest.raises(error):
        contents_of(data)


def test_errors_of_the_device_pass_through_wherever_they_happen() -> None:
    counting = SizedFile(GOOD)
    read_contents(open_source(as_binary(counting)))
    for failing in range(counting.operations):
        with pytest.raises(DeviceError):
            read_contents(open_source(as_binary(FailingFile(GOOD, failing))))


def test_damage_of_a_property_is_reported() -> None:
    made = chunk(entity="/__properties", rows=1, times={}, components={"n": pa.array([["x"]])})
    data = bytearray(written(Recorded(((STORE, made),)), compress=False))
    at = data.index(b"\xff\xff\xff\xff")
    data[at : at + 4] = bytes(4)
    contents = contents_of(bytes(data))
    assert contents.scan_reason is None
    assert [type(error) for error in contents.damage] == [CorruptError]
    assert dict(contents.properties.items(STORE)) == {}


def test_messages_in_the_gaps_are_all_read() -> None:
    activation = frame(ACTIVATION, assembly.activation())
    payload = assembly.arrow_msg(ipc(chunk_batch()))
    places = [(12 + len(INFO + activation) + 16, len(payload))]
    footer = assembly.footer(assembly.manifest_message(manifest_table(places)))
    data = assembly.stream(
        INFO, activation, frame(ARROW_MSG, payload), activation, INFO, footer=footer
    )
    contents = contents_of(data)
    assert contents.scan_reason is None
    assert len(contents.activations) == 2
    assert contents.stores[STORE] is not None


def told(*batches: pa.RecordBatch) -> Contents:
    """What footers tell of property chunks that are written as they are."""
    messages = [arrow_msg(ipc(batch), static=True) for batch in batches]
    places, start = [], 12
    for message in messages:
        places.append((start + 16, len(message)))
        start += 16 + len(message)
    paths = pa.array(["/__properties/run"] * len(messages))
    table = manifest_table(places, columns={"chunk_entity_path": paths})
    footer = assembly.footer(assembly.manifest_message(table))
    return contents_of(assembly.stream(*[frame(ARROW_MSG, m) for m in messages], footer=footer))


def test_the_property_of_the_latest_row_wins_wherever_it_stands() -> None:
    values = [pa.array([[text]]) for text in ("early", "late")]
    early, late = (
        chunk_batch("/__properties/run", serial=i, rows=1, times={}, components={"x": array})
        for i, array in enumerate(values, 1)
    )
    for order in ((early, late), (late, early)):
        contents = told(*order)
        assert contents.scan_reason is None
        assert dict(contents.properties.items(STORE)) == {"run.x": ["late"]}


def test_properties_without_row_ids_are_damage() -> None:
    batch = chunk_batch("/__properties/run", rows=1, times={}, components={"x": pa.array([["a"]])})
    contents = told(batch.select([1]))
    (error,) = contents.damage
    assert error.reason == "a property chunk has no row ids"
    assert (error.offset, error.record) == (28, "ArrowMsg")


def test_properties_may_stand_beside_times() -> None:
    batch = chunk_batch("/__properties/run", rows=1, components={"x": pa.array([["a"]])})
    assert dict(told(batch).properties.items(STORE)) == {"run.x": ["a"]}
