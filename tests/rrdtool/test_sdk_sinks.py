"""Sinks: when files are complete, what memory holds, and what happens when writing fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

import rrdtool as rr
from rrdformats.framing import TRAILER_SIZE, Trailer
from rrdformats.reader import Recording

if TYPE_CHECKING:
    from rrdtool.sinks.base import Message

TIMEOUT = 60


def chunk_paths(data: bytes | Path, folder: Path) -> list[str]:
    path = folder / "read.rrd" if isinstance(data, bytes) else data
    if isinstance(data, bytes):
        path.write_bytes(data)
    with Recording.open(path) as recording:
        return [str(item.chunk.entity_path) for item in recording.chunks()]


def is_complete(path: Path) -> bool:
    return Trailer.parse(path.read_bytes()[-TRAILER_SIZE:]) is not None


@pytest.fixture
def stream() -> rr.RecordingStream:
    config = rr.ChunkBatcherConfig(flush_tick=1e6)
    return rr.RecordingStream("sinks", send_properties=False, batcher_config=config)


def log(stream: rr.RecordingStream, path: str) -> None:
    stream.log(path, rr.Scalars(1))


def test_a_file_is_readable_after_a_flush_and_complete_after_disconnect(
    stream: rr.RecordingStream, tmp_path: Path
) -> None:
    path = tmp_path / "a.rrd"
    log(stream, "before")
    stream.save(str(path))
    assert path.stat().st_size > 0
    log(stream, "after")
    stream.flush()
    assert chunk_paths(path, tmp_path) == ["/before", "/after"]
    assert not is_complete(path)
    stream.disconnect()
    assert is_complete(path)
    assert chunk_paths(path, tmp_path) == ["/before", "/after"]


@pytest.mark.parametrize("ending", ["block", "new sink", "no sinks", "deletion", "shutdown"])
def test_what_completes_a_file(stream: rr.RecordingStream, tmp_path: Path, ending: str) -> None:
    path = tmp_path / "a.rrd"
    stream.save(path)
    log(stream, "a")
    if ending == "block":
        with stream:
            pass
    elif ending == "new sink":
        stream.memory_recording()
    elif ending == "no sinks":
        stream.set_sinks()
    elif ending == "deletion":
        del stream
    else:
        rr.rerun_shutdown()
    assert is_complete(path) or ending == "deletion"  # the fixture still holds the stream there
    assert chunk_paths(path, tmp_path) == ["/a"] or ending == "deletion"


def test_a_stream_that_nobody_refers_to_completes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.rrd"
    stream = rr.RecordingStream("sinks", send_properties=False)
    stream.save(path)
    log(stream, "a")
    del stream
    assert is_complete(path)


def test_data_wait_for_the_next_sink_after_a_disconnect(
    stream: rr.RecordingStream, tmp_path: Path
) -> None:
    stream.save(tmp_path / "first.rrd")
    stream.disconnect()
    log(stream, "waiting")
    stream.save(tmp_path / "second.rrd")
    stream.disconnect()
    assert chunk_paths(tmp_path / "second.rrd", tmp_path) == ["/waiting"]


def test_a_block_leaves_memory_connected(stream: rr.RecordingStream, tmp_path: Path) -> None:
    memory = stream.memory_recording()
    with stream:
        log(stream, "inside")
    log(stream, "outside")
    assert chunk_paths(memory.drain_as_bytes(), tmp_path) == ["/inside", "/outside"]


def test_a_file_that_cannot_be_created_is_named_and_nothing_changes(
    stream: rr.RecordingStream, tmp_path: Path
) -> None:
    memory = stream.memory_recording()
    with pytest.raises(RuntimeError, match="missing"):
        stream.save(tmp_path / "missing" / "a.rrd")
    with pytest.raises(RuntimeError, match=tmp_path.name):
        stream.save(tmp_path)
    log(stream, "a")
    assert chunk_paths(memory.drain_as_bytes(), tmp_path) == ["/a"]


def test_sinks_of_one_place_are_refused(stream: rr.RecordingStream, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    path = tmp_path / "a.rrd"
    with pytest.raises(ValueError, match="same"):
        stream.set_sinks(rr.FileSink(path), rr.FileSink(tmp_path / "b" / ".." / "a.rrd"))
    with pytest.raises(RuntimeError, match="no sink"):
        stream.set_sinks(5)  # type: ignore[arg-type]  # what the test is about
    assert not path.exists()


def test_memory_counts_and_drains(stream: rr.RecordingStream, tmp_path: Path) -> None:
    memory = stream.memory_recording()
    assert memory.num_msgs() == 2  # the store is told twice to the first sink
    log(stream, "a")
    assert memory.num_msgs() == 3
    assert chunk_paths(memory.drain_as_bytes(), tmp_path) == ["/a"]
    assert memory.num_msgs() == 0
    assert chunk_paths(memory.drain_as_bytes(), tmp_path) == []
    stream.disconnect()
    assert memory.drain_as_bytes() == b""


def test_a_binary_stream_gives_what_is_new(stream: rr.RecordingStream, tmp_path: Path) -> None:
    binary = stream.binary_stream()
    assert binary.read() is not None
    assert binary.read() is None
    log(stream, "a")
    assert binary.read(flush=False) is None
    assert chunk_paths(binary.read() or b"", tmp_path) == ["/a"]
    log(stream, "b")
    stream.disconnect()
    assert chunk_paths(binary.read() or b"", tmp_path) == ["/b"]


def test_a_second_binary_stream_takes_over(stream: rr.RecordingStream, tmp_path: Path) -> None:
    first = stream.binary_stream()
    first.read()
    second = stream.binary_stream()
    log(stream, "a")
    assert first.read() is None
    assert chunk_paths(second.read() or b"", tmp_path) == ["/a"]


def test_a_binary_stream_and_a_file_at_once(stream: rr.RecordingStream, tmp_path: Path) -> None:
    binary = stream.binary_stream()
    stream.set_sinks(binary, rr.FileSink(tmp_path / "a.rrd"))
    log(stream, "a")
    stream.flush()
    assert chunk_paths(binary.read() or b"", tmp_path) == ["/a"]
    assert chunk_paths(tmp_path / "a.rrd", tmp_path) == ["/a"]


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_impossible_timeouts_are_refused(stream: rr.RecordingStream, seconds: float) -> None:
    with pytest.raises(RuntimeError, match="cannot flush"):
        stream.flush(timeout_sec=seconds)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_an_error_at_once(stream: rr.RecordingStream) -> None:
    with pytest.raises(RuntimeError, match="/dev/full"):
        stream.save("/dev/full")


def test_a_file_that_grows_too_large_ends_with_its_last_whole_message(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="files have no limits on this system")
    del resource
    path = tmp_path / "a.rrd"
    done = run_script(
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "rr.init('app', send_properties=False)\n"
        "rr.save(sys.argv[1])\n"
        "rec = rr.get_global_data_recording()\n"
        "rr.log('small', rr.Scalars(1))\n"
        "rec.flush()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "rr.log('large', rr.AnyValues(x=os.urandom(100_000)))\n"
        "try:\n"
        "    rec.flush()\n"
        "except RuntimeError as error:\n"
        "    print(error)\n",
        path,
    )
    assert b"a.rrd: File too large" in done.stdout
    with Recording.open(path) as recording:
        damage: list[object] = []
        found = [str(i.chunk.entity_path) for i in recording.chunks(on_damage=damage.append)]
    assert found == ["/small"]
    assert len(damage) == 1


class _Broken:
    """A sink that fails from its second chunk on."""

    name = "broken sink"
    ends_with_block = True
    tick_sec = 0.2

    def __init__(self) -> None:
        self.taken = 0
        self.closed = 0

    def identity(self) -> str:
        return "broken"

    def open_sink(self) -> _Broken:
        return self

    def send(self, message: Message) -> None:
        if type(message).__name__ == "StoreChunk":
            self.taken += 1
            if self.taken > 1:
                raise OSError(28, "No space left on device")

    def flush(self, timeout: float | None) -> None:
        pass

    def close(self) -> None:
        self.closed += 1


def test_a_sink_that_fails_is_named_once_and_left_out(
    stream: rr.RecordingStream, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = _Broken()
    stream.set_sinks(broken, rr.FileSink(tmp_path / "a.rrd"))
    for path in ("one", "two", "three"):
        log(stream, path)
        if path == "two":
            with pytest.raises(RuntimeError, match="broken sink: No space left on device"):
                stream.flush()
        else:
            stream.flush()
    stream.disconnect()
    assert (broken.taken, broken.closed) == (2, 1)
    assert caplog.text.count("broken sink") == 1
    assert chunk_paths(tmp_path / "a.rrd", tmp_path) == ["/one", "/two", "/three"]


def test_a_failure_comes_out_of_a_block_unless_something_else_does(
    stream: rr.RecordingStream,
) -> None:
    def fail_inside(error: Exception | None) -> None:
        stream.set_sinks(_Broken())
        with stream:
            log(stream, "one")
            stream.flush()
            log(stream, "two")
            if error is not None:
                raise error

    with pytest.raises(RuntimeError, match="broken sink"):
        fail_inside(None)
    with pytest.raises(KeyError):
        fail_inside(KeyError())


class _Blocked(_Broken):
    """A sink that takes nothing until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released, self._wait = os.pipe()

    def send(self, message: Message) -> None:
        if type(message).__name__ == "StoreChunk":
            os.read(self.released, 1)

    def release(self) -> None:
        os.write(self._wait, b"x")


def test_a_sink_that_blocks_holds_up_a_flush_and_nobody_else(stream: rr.RecordingStream) -> None:
    blocked = _Blocked()
    stream.set_sinks(blocked)
    log(stream, "one")
    with pytest.raises(RuntimeError, match=r"longer than 0\.05"):
        stream.flush(timeout_sec=0.05)
    stream.flush(timeout_sec=0)
    log(stream, "two")
    for _ in range(2):
        blocked.release()
    stream.flush(timeout_sec=TIMEOUT)


def run_script(text: str, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    script = f"import rrdtool as rr, sys, os\n{text}"
    return subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, timeout=TIMEOUT, check=False
    )


def test_standard_output_through_a_pipe(tmp_path: Path) -> None:
    done = run_script(
        "rr.init('app', send_properties=False)\n"
        "rr.log('a', rr.Scalars(1))\n"
        "rr.stdout()\n"
        "rr.log('b', rr.Scalars(1))\n"
    )
    assert done.stderr == b""
    assert chunk_paths(done.stdout, tmp_path) == ["/a", "/b"]


def test_a_closed_pipe_is_an_error_that_names_standard_output() -> None:
    done = run_script(
        "import signal\n"
        "reading, writing = os.pipe()\n"
        "os.dup2(writing, 1)\n"
        "rr.init('app')\n"
        "rr.stdout()\n"
        "os.close(reading)\n"
        "rr.log('a', rr.Scalars(1))\n"
        "try:\n"
        "    rr.get_global_data_recording().flush()\n"
        "except RuntimeError as error:\n"
        "    print('raised', error, file=sys.stderr)\n"
    )
    assert b"raised cannot write to the standard output: Broken pipe" in done.stderr


def test_a_terminal_is_left_in_peace(stream: rr.RecordingStream) -> None:
    pytest.importorskip("termios", reason="there are no terminals on this system")
    main, side = os.openpty()
    saved = os.dup(1)
    try:
        os.dup2(side, 1)
        stream.stdout()
        log(stream, "a")
        stream.flush()
    finally:
        os.dup2(saved, 1)
        os.close(saved)
    os.set_blocking(main, False)
    with pytest.raises(BlockingIOError):
        os.read(main, 1)
    assert stream.memory_recording().num_msgs() == 3


@pytest.mark.parametrize("ending", ["", "raise KeyError"])
def test_the_end_of_the_interpreter_completes_files(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "a.rrd"
    run_script(
        "streams = [rr.RecordingStream('app', send_properties=False)]\n"
        "streams.append(streams)  # it does not die with the last name\n"
        "streams[0].save(sys.argv[1])\n"
        "streams[0].log('a', rr.Scalars(1))\n" + ending,
        path,
    )
    assert is_complete(path)
    assert chunk_paths(path, tmp_path) == ["/a"]


def test_a_recording_without_a_sink_is_missed_at_the_end() -> None:
    done = run_script(
        "import logging\n"
        "logging.basicConfig(format='%(message)s')\n"
        "rr.init('empty')\n"
        "first = rr.get_global_data_recording()\n"
        "rr.init('full', recording_id='r')\n"
        "rr.log('a', rr.Scalars(1))\n"
    )
    assert done.stderr.count(b"never written") == 1
    assert b"full/r" in done.stderr


class _Blueprint:
    """The least that a blueprint is: it logs itself."""

    def to_blueprint(self) -> _Blueprint:
        return self

    def log_to_stream(self, stream: rr.RecordingStream) -> None:
        stream.log("viewport", rr.AnyValues(auto_layout=True))


def test_a_default_blueprint_goes_before_everything(
    stream: rr.RecordingStream, tmp_path: Path
) -> None:
    log(stream, "before")
    stream.save(tmp_path / "a.rrd", cast("Any", _Blueprint()))
    log(stream, "after")
    stream.send_blueprint(cast("Any", _Blueprint()), make_default=False)
    stream.disconnect()
    with Recording.open(tmp_path / "a.rrd") as recording:
        chunks = [(item.store_id.kind.label, item.chunk) for item in recording.chunks()]
        contents = recording.contents
    assert [(kind, str(chunk.entity_path)) for kind, chunk in chunks] == [
        ("blueprint", "/viewport"),
        ("recording", "/before"),
        ("recording", "/after"),
        ("blueprint", "/viewport"),
    ]
    assert [timeline.name for timeline in chunks[0][1].timelines] == ["blueprint", "log_time"]
    flags = [(item.make_active, item.make_default) for item in contents.activations]
    assert flags == [(False, True), (True, False)]
    assert {item.application_id for item in contents.stores} == {"sinks"}


def test_what_is_no_blueprint_is_refused(stream: rr.RecordingStream, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no blueprint"):
        stream.save(tmp_path / "a.rrd", cast("Any", 5))
    with pytest.raises(TypeError, match="no blueprint"):
        stream.send_blueprint(cast("Any", "text"))
