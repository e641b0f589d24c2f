"""Recordings of small programs equal those of the reference; which recording is current."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

import rrdtool as rr
from rrdformats.reader import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(__file__).with_name("sdk_programs.py")
TIMEOUT = 60


def run_programs(module: str, folder: Path) -> Path:
    folder.mkdir()
    words = [sys.executable, str(PROGRAMS), module, str(folder)]
    subprocess.run(words, check=True, timeout=TIMEOUT, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> tuple[Path, Path]:
    del reference  # it skips the tests where there is none
    root = tmp_path_factory.mktemp("programs")
    return run_programs("rerun", root / "theirs"), run_programs("rrdtool", root / "ours")


def test_every_program_records_what_it_records_with_the_reference(
    both: tuple[Path, Path], reference: Path
) -> None:
    theirs, ours = both
    names = sorted(path.name for path in theirs.iterdir())
    assert names == sorted(path.name for path in ours.iterdir())
    assert len(names) > 30
    different = {}
    for name in names:
        words = ["rrd", "compare", "--unordered", "--ignore-timeline", "log_time"]
        files = [theirs / name, ours / name]
        done = subprocess.run(
            [reference, *words, *files], capture_output=True, timeout=TIMEOUT, check=False
        )
        if done.returncode:
            different[name] = done.stderr.decode()[:2000]
    assert not different


def test_the_reference_finds_our_files_as_sound_as_its_own(
    both: tuple[Path, Path], reference: Path
) -> None:
    found = []
    for folder in both:
        files = sorted(folder.iterdir())
        words: list[str | Path] = [reference, "rrd", "verify", *files]
        done = subprocess.run(words, capture_output=True, timeout=TIMEOUT, check=False)
        lines = done.stderr.decode().splitlines()
        found.append([Path(line.split('"')[1]).name for line in lines if line.startswith('"')])
    assert found[0] == found[1]
    assert "scalars_on_a_timeline.rrd" not in found[1]


@pytest.fixture
def nothing_current() -> Iterator[None]:
    yield
    rr.set_global_data_recording(None)
    rr.set_thread_local_data_recording(None)


def entities(data: bytes | Path, folder: Path) -> list[str]:
    path = folder / f"{uuid.uuid4()}.rrd" if isinstance(data, bytes) else data
    if isinstance(data, bytes):
        path.write_bytes(data)
    with Recording.open(path) as recording:
        found = {str(item.chunk.entity_path) for item in recording.chunks()}
    return sorted(found - {"/__properties"})


pytestmark = pytest.mark.usefixtures("nothing_current")


def test_the_given_recording_goes_before_the_threads_and_that_before_the_processs(
    tmp_path: Path,
) -> None:
    streams = {name: rr.RecordingStream("app") for name in ("given", "thread", "process")}
    memory = {name: stream.memory_recording() for name, stream in streams.items()}
    rr.set_global_data_recording(streams["process"])
    rr.log("process", rr.Scalars(1))
    with streams["thread"]:
        rr.log("thread", rr.Scalars(1))
        rr.log("given", rr.Scalars(1), recording=streams["given"])
    rr.log("process_again", rr.Scalars(1))
    found = {name: entities(item.drain_as_bytes(), tmp_path) for name, item in memory.items()}
    assert found == {
        "given": ["/given"],
        "thread": ["/thread"],
        "process": ["/process", "/process_again"],
    }


def test_an_exception_passes_through_a_block_and_restores_the_recording() -> None:
    stream = rr.RecordingStream("app")
    with pytest.raises(KeyError), stream:
        raise KeyError
    assert rr.get_thread_local_data_recording() is None


def test_blocks_of_one_recording_can_be_nested() -> None:
    stream = rr.RecordingStream("app", recording_id="x")
    with stream, stream:
        assert rr.get_recording_id() == "x"
    assert rr.get_recording_id() is None


def test_setters_return_the_recording_before() -> None:
    first, second = (rr.RecordingStream("app", recording_id=name) for name in "ab")
    assert rr.set_global_data_recording(first) is None
    before = rr.set_global_data_recording(second)
    assert before is not None
    assert before.get_recording_id() == "a"
    assert rr.get_recording_id() == "b"


def test_a_current_recording_lives_without_other_references(tmp_path: Path) -> None:
    path = tmp_path / "a.rrd"
    rr.set_global_data_recording(rr.RecordingStream("app"))
    rr.save(path)
    rr.log("a", rr.Scalars(1))
    rr.set_global_data_recording(None)  # now nobody refers to it, and the file is complete
    assert entities(path, tmp_path) == ["/a"]
    assert path.read_bytes()[-16:-4].endswith(b"FOOT")


def test_a_generator_does_not_leak_its_recording(tmp_path: Path) -> None:
    inner, outer = rr.RecordingStream("inner"), rr.RecordingStream("outer")
    inside, outside = inner.memory_recording(), outer.memory_recording()

    @rr.recording_stream_generator_ctx
    def steps() -> Iterator[int]:
        with inner:
            for step in range(3):
                rr.log(f"inside{step}", rr.Scalars(step))
                yield step

    with outer:
        for step in steps():
            rr.log(f"outside{step}", rr.Scalars(step))
    assert steps.__name__ == "steps"
    assert entities(inside.drain_as_bytes(), tmp_path) == ["/inside0", "/inside1", "/inside2"]
    assert entities(outside.drain_as_bytes(), tmp_path) == ["/outside0", "/outside1", "/outside2"]


def test_send_throw_and_close_reach_the_generator() -> None:
    stream = rr.RecordingStream("app", recording_id="inner")
    seen: list[object] = []

    @rr.recording_stream_generator_ctx
    def body() -> Iterator[object]:
        with stream:
            try:
                seen.append((yield "first"))
                yield "second"
            except KeyError:
                seen.append(rr.get_recording_id())
                yield "caught"
            finally:
                seen.append("closed")

    generator = body()
    assert next(generator) == "first"
    assert generator.send("sent") == "second"  # type: ignore[attr-defined]  # a generator it is
    assert generator.throw(KeyError()) == "caught"  # type: ignore[attr-defined]  # as above
    generator.close()  # type: ignore[attr-defined]  # as above
    assert seen == ["sent", "inner", "closed"]
    assert rr.get_recording_id() is None


def test_only_generators_can_be_guarded() -> None:
    with pytest.raises(ValueError, match="no generator"):
        rr.recording_stream_generator_ctx(lambda: None)


def test_a_function_with_a_stream_of_its_own() -> None:
    @rr.thread_local_stream("own")
    def ids() -> tuple[str | None, str | None]:
        """Says which."""
        return rr.get_application_id(), rr.get_recording_id()

    first, second = ids(), ids()
    assert first[0] == "own"
    assert first[1] != second[1]
    assert (ids.__name__, ids.__doc__) == ("ids", "Says which.")
    assert rr.get_recording_id() is None


def test_init_gives_one_application_one_recording_id() -> None:
    found = []
    for application in ("one", "one", "two"):
        rr.init(application)
        found.append(rr.get_recording_id())
    assert found[0] == found[1] != found[2]
    assert uuid.UUID(str(found[0])).version == 4
    assert rr.RecordingStream("one").get_recording_id() != found[0]


@pytest.mark.parametrize(
    ("given", "stored"), [("", ""), ("ä/b", "ä/b"), (uuid.UUID(int=5), str(uuid.UUID(int=5)))]
)
def test_recording_ids_are_stored_as_text(given: str | uuid.UUID, stored: str) -> None:
    assert rr.RecordingStream("app", recording_id=given).get_recording_id() == stored


def test_application_ids_are_checked(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="empty"):
        rr.RecordingStream("")
    with pytest.raises(TypeError):
        rr.RecordingStream(5)  # type: ignore[arg-type]  # what the test is about
    assert rr.RecordingStream("my/app.v1 [x]:é").get_application_id() == "my-app-v1 [x]:-5e17"
    assert "stored as" in caplog.text


def test_without_a_recording_logging_does_nothing() -> None:
    rr.log("a", rr.Scalars(1), strict=True)
    rr.send_columns("a", [], rr.Scalars.columns(scalars=[1]), strict=True)
    rr.set_time("a", sequence=1)
    rr.reset_time()
    rr.disable_timeline("a")
    rr.disconnect()
    rr.send_property("a", rr.AnyValues(a=1))
    assert rr.get_recording_id() is None
    assert not rr.is_enabled()
    for function in (rr.memory_recording, rr.binary_stream):
        with pytest.raises(RuntimeError, match="init"):
            function()
    with pytest.raises(ValueError, match="init"):
        rr.send_blueprint(cast("Any", None))


def test_without_a_recording_sinks_warn(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    rr.save(tmp_path / "a.rrd")
    rr.set_sinks()
    assert rr.serve_grpc() == "[rerun is disabled]"
    assert [record.name for record in caplog.records] == ["root"] * 3
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("variable", "default", "enabled"),
    [("off", True, False), ("FALSE", True, False), ("1", False, True), ("what", True, True)],
)
def test_the_environment_switches_recording(
    monkeypatch: pytest.MonkeyPatch, variable: str, default: bool, enabled: bool
) -> None:
    monkeypatch.setenv("RERUN", variable)
    rr.init("app", default_enabled=default)
    assert rr.is_enabled() == enabled
    assert (rr.get_recording_id() is not None) == enabled


def test_a_disabled_recording_takes_everything_and_keeps_nothing(tmp_path: Path) -> None:
    stream = rr.RecordingStream("app", default_enabled=False)
    stream.log("a", rr.Scalars(1))
    stream.save(tmp_path / "a.rrd")
    assert stream.memory_recording().num_msgs() == 0
    assert stream.binary_stream().read() is None
    stream.flush()
    stream.disconnect()
    assert not list(tmp_path.iterdir())


def test_strict_mode_covers_the_call() -> None:
    stream = rr.RecordingStream("app")
    with pytest.warns(rr.RerunWarning, match="no bundle|iterable|cannot"):
        stream.log("a", 5)  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(TypeError):
        stream.log("a", 5, strict=True)  # type: ignore[arg-type]  # as above
    with pytest.raises(ValueError, match="twice"):
        stream.log("a", rr.Scalars(1), rr.Scalars(2), strict=True)


def test_a_row_without_components_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    rr.RecordingStream("app").log("a/b", rr.Points3D.from_fields())
    assert "/a/b" in caplog.text


def test_arrays_can_be_changed_after_they_were_logged(tmp_path: Path) -> None:
    import numpy as np

    with rr.RecordingStream("app") as stream:
        stream.save(tmp_path / "a.rrd")
        values, times = np.arange(4.0), np.arange(4)
        stream.log("row", rr.Scalars(values))
        stream.log("any", rr.AnyValues(x=values))
        stream.send_columns(
            "columns", [rr.TimeColumn("t", sequence=times)], rr.Scalars.columns(scalars=values)
        )
        values[:], times[:] = -1, -1
    with Recording.open(tmp_path / "a.rrd") as recording:
        chunks = {str(item.chunk.entity_path): item.chunk for item in recording.chunks()}
    lists = {
        path: next(iter(chunk.components.values())).to_pylist() for path, chunk in chunks.items()
    }
    assert lists["/row"] == lists["/any"] == [[0.0, 1.0, 2.0, 3.0]]
    assert lists["/columns"] == [[0.0], [1.0], [2.0], [3.0]]
    assert chunks["/columns"].times("t").tolist() == [0, 1, 2, 3]


def test_chunks_of_a_file_can_be_sent_on(tmp_path: Path) -> None:
    first, second = tmp_path / "first.rrd", tmp_path / "second.rrd"
    with rr.RecordingStream("app", send_properties=False) as stream:
        stream.save(first)
        stream.log("a", rr.Scalars(1))
        stream.log("b", rr.Scalars(2))
    with rr.RecordingStream("app", send_properties=False) as stream, Recording.open(first) as found:
        stream.save(second)
        stream.send_chunks(item.chunk for item in found.chunks())
        with pytest.raises(TypeError):
            stream.send_chunks("text")
    assert entities(second, tmp_path) == ["/a", "/b"]


def test_examples_are_seeded() -> None:
    import random

    rr.RecordingStream("rerun_example_seeds")
    first = random.random()
    rr.RecordingStream("rerun_example_seeds")
    assert random.random() == first
