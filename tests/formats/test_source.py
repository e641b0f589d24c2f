"""Files, pipes and memory behind one face; what goes wrong below stays an error of the device."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import TruncatedError
from rrdformats.source import FileSource, PipeSource, Source, open_source, read_exactly
from rrdformats.testing.files import (
    DeviceError,
    FailingFile,
    Pipe,
    PlainPipe,
    SizedFile,
    StoppingFile,
    UnsizedReadError,
    as_binary,
)

DATA = bytes(range(256)) * 8


def read(source: Source, offset: int, length: int) -> bytes:
    data = bytearray(length)
    return bytes(data[: source.read_into(offset, memoryview(data))])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "some.rrd"
    file.write_bytes(DATA)
    return file


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_is_opened_as_a_file_and_closed_again(path: Path, kind: type[str]) -> None:
    source = open_source(kind(path))
    assert isinstance(source, FileSource)
    assert (source.name, source.size) == (str(path), len(DATA))
    assert read(source, 5, 10) == DATA[5:15]
    source.close()
    with pytest.raises(ValueError, match="closed file"):
        read(source, 0, 1)


def test_a_name_can_be_given(path: Path) -> None:
    source = open_source(path, "input 1")
    assert source.name == "input 1"
    source.close()


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / "none.rrd")


def test_a_file_object_stays_open(path: Path) -> None:
    with path.open("rb") as file:
        source = open_source(file)
        assert source.name == str(path)
        assert read(source, 2040, 100) == DATA[2040:]
        source.close()
        assert not file.closed


def test_memory_is_a_file() -> None:
    source = open_source(io.BytesIO(DATA))
    assert isinstance(source, FileSource)
    assert (source.name, source.size) == ("stream", len(DATA))
    assert read(source, 0, 3) == DATA[:3]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a thing of POSIX")
def test_a_named_pipe_is_a_pipe(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(DATA,))
    writer.start()
    source = open_source(fifo)
    assert isinstance(source, PipeSource)
    assert source.size is None
    assert read(source, 100, 20) == DATA[100:120]
    assert read(source, 2000, 100) == DATA[2000:]
    writer.join()
    source.close()


@pytest.mark.parametrize("file", [Pipe(DATA, 7), PlainPipe(DATA, 7), Pipe(DATA, 10_000)])
def test_pipes_are_read_forward_only(file: Pipe) -> None:
    source = open_source(as_binary(file))
    assert isinstance(source, PipeSource)
    assert source.size is None
    assert read(source, 10, 300) == DATA[10:310]
    assert read(source, 1000, 10) == DATA[1000:1010]
    with pytest.raises(io.UnsupportedOperation, match="stream cannot be read backwards"):
        read(source, 1009, 1)
    assert read(source, 2040, 100) == DATA[2040:]
    assert read(source, 5000, 1) == b""
    source.close()


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=8), st.integers(1, 50)
)
def test_a_pipe_gives_what_the_file_gives(steps: list[tuple[int, int]], drop: int) -> None:
    file, pipe = FileSource(io.BytesIO(DATA), "f"), PipeSource(as_binary(Pipe(DATA, drop)), "p")
    offset = 0
    for skip, length in steps:
        offset += skip
        assert read(pipe, offset, length) == read(file, offset, length) == DATA[offset:][:length]
        offset = min(offset + length, len(DATA))


@pytest.mark.parametrize("file", [SizedFile(DATA), Pipe(DATA)])
def test_read_exactly_gives_all_or_an_error(file: SizedFile) -> None:
    source = open_source(as_binary(file))
    assert read_exactly(source, 2, 5, "thing") == DATA[2:7]
    with pytest.raises(TruncatedError, match="100 bytes are needed where 48 are left") as caught:
        read_exactly(source, 2000, 100, "thing")
    assert (caught.value.offset, caught.value.record) == (2000, "thing")


def test_a_size_beyond_the_file_allocates_nothing() -> None:
    file = SizedFile(DATA)
    source = open_source(as_binary(file))
    for offset, left in ((0, len(DATA)), (3000, 0)):
        with pytest.raises(TruncatedError, match=f"{2**60} bytes are needed where {left} are left"):
            read_exactly(source, offset, 2**60, "thing")
    assert file.largest == 0


def test_a_file_that_shrinks_is_truncated() -> None:
    source = open_source(as_binary(StoppingFile(DATA, 1000)))
    assert source.size == len(DATA)
    with pytest.raises(TruncatedError, match="20 bytes are needed where 10 are left"):
        read_exactly(source, 990, 20, "thing")


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_errors_of_the_device_pass_through(failing: int) -> None:
    with pytest.raises(DeviceError):
        read_exactly(open_source(as_binary(FailingFile(DATA, failing))), 0, 10, "thing")


def slurp(file: BinaryIO) -> bytes:
    return file.read()


@pytest.mark.parametrize("file", [SizedFile(DATA), Pipe(DATA), PlainPipe(DATA)])
def test_the_test_files_refuse_to_be_slurped(file: SizedFile) -> None:
    with pytest.raises(UnsizedReadError):
        slurp(as_binary(file))
