"""Recordings over the network, from and to the reference: its program, and its SDK."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

import rrdtool as rr
from rrdformats.framing import MessageKind
from rrdformats.reader import Recording
from rrdformats.writer import RrdWriter
from rrdtool.sinks.grpc import GrpcServerSink, GrpcSink
from rrdtool.sinks.grpc.addresses import ProxyAddress
from rrdtool.sinks.grpc.reading import read_messages

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytest.importorskip("grpc", reason="grpcio is not installed")
pytest.importorskip("rerun", reason="rerun-sdk is not installed")

TIMEOUT = 20.0


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(*words: str | Path) -> Generator[None]:
    """A program in the background, ended by the way."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(TIMEOUT)


def number_of_chunks(path: Path) -> int:
    with Recording.open(path) as recording:
        return sum(len(part.manifest) for part in recording.contents.manifests)


def fetch(url: str, chunks: int, path: Path) -> None:
    """Writes what a server has to a file, once so many chunks are there."""
    with path.open("wb") as file, RrdWriter(file, write_footer=False) as writer:
        for kind, body in read_messages(ProxyAddress.parse(url), timeout=TIMEOUT):
            writer.write_message(kind, body)
            chunks -= kind == MessageKind.ARROW_MSG
            if not chunks:
                return
    pytest.fail(f"{chunks} chunks are missing")


def log_much(stream: rr.RecordingStream) -> None:
    for number in range(50):
        stream.set_time("frame", sequence=number)
        stream.log("curve", rr.Scalars(float(number)))
        if number % 20 == 0:
            stream.flush(timeout_sec=TIMEOUT)
    stream.log("cloud", rr.Points3D([[1, 2, 3]] * 1000), static=True)
    stream.flush(timeout_sec=TIMEOUT)


def assert_equal(reference: Path, first: Path, second: Path) -> None:
    done = compared(reference, first, second)
    assert done.returncode == 0, done.stdout + done.stderr


def compared(reference: Path, first: Path, second: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [reference, "rrd", "compare", "--unordered", first, second],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_the_reference_serves_what_we_record(reference: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"rerun+http://127.0.0.1:{port}/proxy"
    ours, theirs = tmp_path / "ours.rrd", tmp_path / "theirs.rrd"
    stream = rr.RecordingStream("app", recording_id="r")
    with running(reference, "--serve-grpc", "--bind=127.0.0.1", f"--port={port}"):
        stream.set_sinks(GrpcSink(url), rr.FileSink(ours))
        log_much(stream)
        stream.disconnect()
        fetch(url, number_of_chunks(ours), theirs)
    assert_equal(reference, ours, theirs)


def test_the_reference_saves_what_we_serve(reference: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.rrd", tmp_path / "theirs.rrd"
    stream = rr.RecordingStream("app", recording_id="r")
    server = GrpcServerSink("127.0.0.1", 0)
    stream.log("early", rr.Scalars(1))
    stream.set_sinks(server, rr.FileSink(ours))
    with running(reference, "--save", theirs, f"--port={free_port()}", server.uri):
        with stream:
            log_much(stream)
        until = time.monotonic() + TIMEOUT
        pause = threading.Event()
        while compared(reference, ours, theirs).returncode:
            assert time.monotonic() < until
            pause.wait(0.1)
        stream.disconnect()


SCRIPT = """
import sys
import rerun as rr
import rerun.blueprint as rrb
stream = rr.RecordingStream("app", recording_id="r")
stream.set_sinks(
    rr.GrpcSink(sys.argv[1]), rr.FileSink(sys.argv[2]), default_blueprint=rrb.Blueprint(rrb.Grid())
)
for number in range(50):
    stream.set_time("frame", sequence=number)
    stream.log("curve", rr.Scalars(float(number)))
stream.log("cloud", rr.Points3D([[1, 2, 3]] * 1000), static=True)
stream.flush(timeout_sec=20)
stream.disconnect()
"""


def test_we_serve_what_the_sdk_of_the_reference_records(reference: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.rrd", tmp_path / "theirs.rrd"
    spec = GrpcServerSink("127.0.0.1", 0)
    server = spec.open_sink()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, spec.uri, theirs],
        capture_output=True,
        text=True,
        timeout=2 * TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fetch(spec.uri, number_of_chunks(theirs), ours)
    server.close()
    assert_equal(reference, ours, theirs)
