"""What is written can be read, whole or as far as it got, and the framing is the sheet's."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.blocks import read_blocks
from rrdformats.chunk import Chunk
from rrdformats.contents import read_contents
from rrdformats.decode import ChunkDecoder
from rrdformats.errors import RrdError
from rrdformats.framing import CrateVersion
from rrdformats.messages import (
    BlueprintActivation,
    SetStoreInfo,
    StoreId,
    StoreInfo,
    StoreKind,
    StoreSource,
)
from rrdformats.reader import Recording
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ACTIVATION, ARROW_MSG, END, SET_STORE_INFO, chunk_batch
from rrdformats.testing.files import Pipe, SizedFile, as_binary
from rrdformats.testing.mutations import frames_of
from rrdformats.testing.strategies import Recorded, recordings
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
INFO = StoreInfo(STORE, StoreSource.python((3, 11, 0)), CrateVersion(0, 41, 0))


def written(recorded: Recorded, **options: Any) -> bytes:
    file = io.BytesIO()
    with RrdWriter(file, **options) as writer:
        for store in recorded.stores:
            writer.write_store_info(StoreInfo(store))
        for store, chunk in recorded.chunks:
            writer.write_chunk(store, chunk)
        assert writer.position == len(file.getvalue())
    return file.getvalue()


def chunk(serial: int = 1, **options: Any) -> Chunk:
    return Chunk.from_record_batch(chunk_batch(serial=serial, **options))


def one_chunk(**options: Any) -> bytes:
    return written(Recorded(((STORE, chunk()),)), **options)


def encoded(recording: Recording) -> list[tuple[StoreId, bytes]]:
    return [(item.store_id, item.chunk.encode()) for item in recording.chunks()]


# --- round trips -------------------------------------------------------------------------------


@given(recordings(), st.booleans(), st.booleans(), st.booleans())
def test_everything_written_is_read(
    recorded: Recorded, compress: bool, write_footer: bool, pipe: bool
) -> None:
    data = written(recorded, compress=compress, write_footer=write_footer)
    file = Pipe(data) if pipe else SizedFile(data)
    expected = [(store, chunk.encode()) for store, chunk in recorded.chunks]
    assert encoded(Recording.open(as_binary(file))) == expected
    contents = read_contents(open_source(as_binary(SizedFile(data))))
    assert list(contents.stores) == recorded.stores
    assert not contents.damage
    assert (contents.scan_reason is None) == write_footer
    assert sum(len(item.manifest) for item in contents.manifests) == len(recorded.chunks)


@given(recordings(), st.data())
def test_a_recording_that_breaks_off_is_read_as_far_as_it_goes(
    recorded: Recorded, data: st.DataObject
) -> None:
    whole = written(recorded)
    cut = whole[: data.draw(st.integers(12, len(whole)))]
    damage: list[RrdError] = []
    recording = Recording.open(as_binary(SizedFile(cut)))
    found = [item.chunk.encode() for item in recording.chunks(on_damage=damage.append)]
    assert found == [chunk.encode() for _, chunk in recorded.chunks][: len(found)]
    assert len(damage) <= 1
    if len(cut) == len(whole):
        assert len(found) == len(recorded.chunks)
        assert not damage


# --- bytes -------------------------------------------------------------------------------------


def test_the_stream_is_the_one_of_the_sheet() -> None:
    file = io.BytesIO()
    with RrdWriter(file) as writer:
        writer.write_store_info(INFO, Tuid(1, 1))
        writer.write_chunk(STORE, chunk())
        writer.write_activation(BlueprintActivation(STORE, make_active=True))
    head, frames, tail = frames_of(file.getvalue())
    assert head == assembly.header()
    assert [item.kind for item in frames] == [SET_STORE_INFO, ARROW_MSG, ACTIVATION, END]
    assert frames[0].payload == SetStoreInfo(Tuid(1, 1), INFO).to_bytes()
    assert frames[1].payload == assembly.arrow_msg(chunk().encode(), compress=True)
    assert frames[2].payload == assembly.activation(assembly.store_id())
    footer = frames[3].payload
    assert tail == assembly.trailer(footer, len(file.getvalue()) - 32 - len(footer))


@pytest.mark.parametrize("compress", [True, False])
def test_payloads_are_compressed_or_not(compress: bool) -> None:
    stream = chunk().encode()
    _, frames, _ = frames_of(one_chunk(compress=compress))
    assert frames[1].payload == assembly.arrow_msg(stream, compress=compress)


def test_a_static_chunk_is_marked_in_its_message() -> None:
    _, frames, _ = frames_of(written(Recorded(((STORE, chunk(times={})),))))
    assert frames[1].payload.endswith(b"\x38\x01")


def test_the_version_of_the_header_can_be_chosen() -> None:
    data = one_chunk(version=CrateVersion(0, 33, 1))
    assert data[:12] == assembly.header(version=(0, 33, 1, 0))


def test_a_recording_without_chunks_has_an_empty_footer() -> None:
    file = io.BytesIO()
    with RrdWriter(file) as writer:
        writer.write_store_info(INFO, Tuid(1, 1))
    info = assembly.frame(SET_STORE_INFO, SetStoreInfo(Tuid(1, 1), INFO).to_bytes())
    assert file.getvalue() == assembly.stream(info, footer=b"")


def test_without_a_footer_nothing_follows_the_last_message() -> None:
    data = one_chunk(write_footer=False)
    _, frames, tail = frames_of(data)
    assert [item.kind for item in frames] == [SET_STORE_INFO, ARROW_MSG]
    assert tail == b""


def test_one_timeline_of_two_kinds_gets_no_footer() -> None:
    file = io.BytesIO()
    with RrdWriter(file) as writer:
        writer.write_chunk(STORE, chunk(1))
        assert writer.conflicting_timelines == []
        times = pa.array([1, 2], pa.timestamp("ns"))
        writer.write_chunk(STORE, chunk(2, times={"frame": times}))
        assert writer.conflicting_timelines == ["frame"]
    assert [item.kind for item in frames_of(file.getvalue())[1]] == [ARROW_MSG, ARROW_MSG]
    contents = read_contents(open_source(io.BytesIO(file.getvalue())))
    assert contents.scan_reason == "there is no footer"
    assert [len(item.manifest) for item in contents.manifests] == [2]


def test_two_stores_may_disagree_about_a_timeline() -> None:
    other = StoreId(StoreKind.RECORDING, "other", "app")
    times = pa.array([1, 2], pa.timestamp("ns"))
    data = written(Recorded(((STORE, chunk(1)), (other, chunk(2, times={"frame": times})))))
    contents = read_contents(open_source(io.BytesIO(data)))
    assert contents.scan_reason is None
    assert len(contents.manifests) == 2


# --- closing -----------------------------------------------------------------------------------


def test_closing_twice_writes_one_footer() -> None:
    file = io.BytesIO()
    writer = RrdWriter(file)
    writer.write_chunk(STORE, chunk())
    writer.close()
    once = file.getvalue()
    writer.close()
    assert file.getvalue() == once


def test_an_exception_leaves_the_stream_open_and_readable() -> None:
    file = io.BytesIO()

    def fail() -> None:
        with RrdWriter(file) as writer:
            writer.write_chunk(STORE, chunk())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    (block,) = read_blocks(open_source(io.BytesIO(file.getvalue())))
    assert block.kinds == [ARROW_MSG]
    assert len(ChunkDecoder().decode(block).groups) == 1


class Reluctant(io.RawIOBase):
    """Takes a few bytes at a time, as an unbuffered file may."""

    def __init__(self, step: int | None) -> None:
        self.data = b""
        self._step = step

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int | None:
        piece = bytes(memoryview(data)[: self._step])
        self.data += piece
        return len(piece) if self._step is not None else None


@pytest.mark.parametrize("step", [1, 7, 1000, None])
def test_files_that_take_less_than_they_are_given_get_everything(step: int | None) -> None:
    file = Reluctant(step)
    with RrdWriter(cast("BinaryIO", file)) as writer:
        writer.write_chunk(STORE, chunk())
    contents = read_contents(open_source(io.BytesIO(file.data)))
    assert contents.scan_reason is None
    assert writer.position == len(file.data)


class FullDisk(io.RawIOBase):
    """Has room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "no space left on device")
        return len(data)


@pytest.mark.parametrize("room", [0, 11, 20, 500, 2000])
def test_errors_of_the_device_pass_through(room: int) -> None:
    with (
        pytest.raises(OSError, match="no space left"),
        RrdWriter(cast("BinaryIO", FullDisk(room))) as writer,
    ):
        writer.write_chunk(STORE, chunk())


def test_messages_can_be_written_as_they_are() -> None:
    file = io.BytesIO()
    with RrdWriter(file, write_footer=False) as writer:
        start = writer.write_message(ARROW_MSG, b"any", b"thing")
    assert file.getvalue()[start:] == b"anything"
    assert frames_of(file.getvalue())[1][0].payload == b"anything"
