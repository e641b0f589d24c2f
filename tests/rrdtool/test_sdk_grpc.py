"""Recordings over the network, between our client and our server, and what both do in trouble."""

from __future__ import annotations

import http.client
import logging
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import rrdtool as rr
from rrdformats.framing import MessageKind
from rrdformats.messages import ArrowMsg, SetStoreInfo, StoreId, StoreInfo, StoreKind
from rrdtool.sinks.grpc import GrpcServerSink, GrpcSink, client, outbox
from rrdtool.sinks.grpc.addresses import ProxyAddress
from rrdtool.sinks.grpc.client import ClientSink, open_channel
from rrdtool.sinks.grpc.messages import Packet
from rrdtool.sinks.grpc.outbox import Outbox
from rrdtool.sinks.grpc.reading import read_messages
from rrdtool.sinks.grpc.service import (
    READ_TABLES,
    WRITE_MESSAGES,
    WRITE_TABLE,
    as_it_is,
    load_grpc,
    path_of,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from rrdtool.sinks.base import Message, Sink

grpc = pytest.importorskip("grpc", reason="grpcio is not installed")

TIMEOUT = 10.0


@contextmanager
def serving(port: int = 0, **options: Any) -> Generator[tuple[Sink, str]]:
    """A running server and its address."""
    spec = GrpcServerSink("127.0.0.1", port, **options)
    sink = spec.open_sink()
    try:
        yield sink, spec.uri
    finally:
        sink.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def url_of(port: int) -> str:
    return f"rerun+http://127.0.0.1:{port}/proxy"


def logged(recording_id: str, count: int, *, size: int = 1) -> list[Message]:
    """A store info and so many chunks with times, then a static one."""
    stream = rr.RecordingStream("app", recording_id=recording_id, send_properties=False)
    storage = stream.memory_recording().storage
    for number in range(count):
        stream.log(f"t{number}", rr.Scalars([float(number)] * size))
        storage.flush()
    stream.log("static", rr.Scalars(1), static=True)
    storage.flush()
    return storage.sink.take()[1:]


def described(kind: int, body: memoryview) -> tuple[int, str]:
    """Kind of a message, and the recording it belongs to."""
    if kind == MessageKind.SET_STORE_INFO:
        return kind, SetStoreInfo.parse(body, 0, len(body)).info.store_id.recording_id
    return kind, ArrowMsg.parse(body, 0, len(body)).store_id.recording_id


def read(url: str, count: int) -> list[tuple[int, memoryview]]:
    """The first messages that a server has or gets."""
    found = []
    for message in read_messages(ProxyAddress.parse(url), timeout=TIMEOUT):
        found.append(message)
        if len(found) == count:
            break
    return found


def send_all(sink: Sink, messages: list[Message], *, flush: bool = False) -> None:
    for message in messages:
        sink.send(message)
    if flush:
        sink.flush(TIMEOUT)


def test_many_record_and_many_read() -> None:
    with serving() as (server, url):
        live: list[tuple[int, memoryview]] = []
        reader = threading.Thread(target=lambda: live.extend(read(url, 18)), daemon=True)
        reader.start()
        clients = [GrpcSink(url).open_sink() for _ in range(2)]
        for name, sink in (("a", clients[0]), ("b", clients[1]), ("c", server)):
            send_all(sink, logged(name, 4))
        for sink in clients:
            sink.flush(TIMEOUT)
            sink.close()
        reader.join(TIMEOUT)
        late = read(url, 18)
        assert sorted(bytes(body) for _, body in live) == sorted(bytes(body) for _, body in late)
        found = [described(*message) for message in late]
        for name in "abc":
            assert found.count((MessageKind.SET_STORE_INFO, name)) == 1
            assert found.count((MessageKind.ARROW_MSG, name)) == 5
        assert {kind for kind, _ in found[:3]} == {MessageKind.SET_STORE_INFO}
        statics = [ArrowMsg.parse(body, 0, len(body)).is_static for _, body in late[3:6]]
        assert statics == [True] * 3


def test_a_stream_records_to_a_server_that_another_one_is() -> None:
    spec = GrpcServerSink("127.0.0.1", 0, server_memory_limit="1MB")
    server = rr.RecordingStream("server", recording_id="s", send_properties=False)
    server.set_sinks(spec)
    stream = rr.RecordingStream("client", recording_id="c", send_properties=False)
    stream.log("before", rr.Scalars(1))
    stream.connect_grpc(spec.uri)
    stream.log("after", rr.Scalars(2))
    stream.flush(timeout_sec=TIMEOUT)
    found = [described(*message) for message in read(spec.uri, 6)]
    stream.disconnect()
    server.set_sinks(spec)  # again, on the same port
    assert len(read(spec.uri, 1)) == 1
    server.disconnect()
    assert found.count((MessageKind.SET_STORE_INFO, "s")) == 2
    assert found.count((MessageKind.SET_STORE_INFO, "c")) == 2
    assert found.count((MessageKind.ARROW_MSG, "c")) == 2
    with pytest.raises(ConnectionError, match=re.escape(spec.uri)):
        read(spec.uri, 1)


def test_the_oldest_data_goes_and_what_is_static_stays() -> None:
    messages = logged("r", 6, size=100_000)
    sizes = [Packet.of(message).size for message in messages]
    with serving(server_memory_limit=f"{sum(sizes) - sizes[1] - 1}B") as (server, url):
        send_all(server, messages[-1:])
        send_all(server, messages[:-1])
        found = read(url, 6)
        bodies = [bytes(body) for _, body in found]
        assert described(*found[0]) == (MessageKind.SET_STORE_INFO, "r")
        kept = [messages[-1], *messages[3:-1]]
        assert bodies[1:] == [
            bytes(memoryview(Packet.of(item).data)[-len(body) :])
            for item, body in zip(kept, bodies[1:], strict=True)
        ]


def test_messages_may_be_large() -> None:
    with serving() as (_, url):
        sink = GrpcSink(url).open_sink()
        message = logged("r", 0)[0]
        assert isinstance(message, StoreInfo)
        sink.send(message)
        store_id = StoreId(StoreKind.RECORDING, "x" * 900_000, "app")
        for _ in range(12):
            sink.send(StoreInfo(store_id, message.source))
        sink.flush(TIMEOUT)
        sink.close()
        assert len(read(url, 13)) == 13


def test_tables_are_passed_on() -> None:
    with serving() as (_, url), open_channel(ProxyAddress.parse(url)) as channel:
        write = channel.unary_unary(path_of(WRITE_TABLE), as_it_is, as_it_is)
        assert write(b"\x0a\x03\x0a\x01t", timeout=TIMEOUT) == b""
        tables = channel.unary_stream(path_of(READ_TABLES), as_it_is, as_it_is)
        responses = tables(b"", timeout=TIMEOUT)
        assert next(responses) == b"\x0a\x03\x0a\x01t"
        responses.cancel()


def test_what_is_no_message_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as (_, url), open_channel(ProxyAddress.parse(url)) as channel:
        write = channel.stream_unary(path_of(WRITE_MESSAGES), as_it_is, as_it_is)
        with pytest.raises(grpc.RpcError) as caught:
            write(iter([b"\x0a\x05"]), timeout=TIMEOUT)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "sends what is no message" in caplog.text


def test_a_server_may_come_late_and_come_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_WARN_SEC", 0.0)
    port = free_port()
    sink = GrpcSink(url_of(port)).open_sink()
    messages = logged("r", 2)
    sink.send(messages[0])
    sink.send(messages[1])
    wait_for(lambda: "nobody answers" in caplog.text)
    with serving(port) as (_, url):
        assert len(read(url, 2)) == 2
    wait_for(lambda: "is lost" in caplog.text)
    sink.send(messages[2])
    with serving(port) as (_, url):
        found = [described(*message) for message in read(url, 3)]
        sink.send(messages[3])
        sink.flush(TIMEOUT)
        sink.close()
    assert (MessageKind.SET_STORE_INFO, "r") in found
    assert (MessageKind.ARROW_MSG, "r") in found
    assert "may not have got" not in caplog.text


def wait_for(condition: Any) -> None:
    """Waits until something is true; fails if it takes too long."""
    until = time.monotonic() + TIMEOUT
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < until
        pause.wait(0.01)


def test_nobody_there_is_a_warning_and_no_hang(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_WARN_SEC", 0.0)
    monkeypatch.setattr(client, "_AWAY_SEC", 0.1)
    monkeypatch.setattr(client, "_LEAVE_SEC", 0.1)
    monkeypatch.setattr(outbox, "_CONNECTING_SEC", 0.1)
    port = free_port()
    box = Outbox(capacity=20_000)
    sink = ClientSink(ProxyAddress("127.0.0.1", port), box)
    messages = logged("r", 4, size=2_000)
    for _ in range(20):
        send_all(sink, messages)
    assert 0 < len(box) < 60
    with pytest.raises(TimeoutError, match=f"messages wait for the server at .*:{port}/proxy"):
        sink.flush(None)
    sink.flush(0)  # only starts it
    wait_for(lambda: f"nobody answers at {url_of(port)}" in caplog.text)
    sink.close()
    waiting = [record for record in caplog.records if "memory for it is used up" in record.message]
    assert len(waiting) == 1
    assert (
        f"server at {url_of(port)} may not have got {box.lost + len(box)} messages" in caplog.text
    )
    assert all(record.levelno == logging.WARNING for record in caplog.records)


def test_a_server_of_something_else_is_an_error() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        other = load_grpc().server(pool)
        port = other.add_insecure_port("127.0.0.1:0")
        other.start()
        sink = GrpcSink(url_of(port)).open_sink()
        for _ in range(2):
            with pytest.raises(ConnectionError, match="UNIMPLEMENTED"):
                send_all(sink, [*logged("r", 0), *logged("r", 0)], flush=True)
        sink.close()
        other.stop(None).wait(TIMEOUT)


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"port {port}"), serving(port):
            pass


def test_without_grpcio_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    for spec in (GrpcSink(), GrpcServerSink(port=0)):
        with pytest.raises(RuntimeError, match="pip install grpcio"):
            spec.open_sink()


def web_request(url: str, method: str, path: str, body: bytes, **headers: str) -> Any:
    address = ProxyAddress.parse(url)
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    connection.request(method, path, body, named)
    return connection, connection.getresponse()


READ = "/rerun.sdk_comms.v1alpha1.MessageProxyService/ReadMessages"
EMPTY = bytes(5)
WEB = "application/grpc-web+proto"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("http://localhost:9090", True), ("https://a.example.com", True), ("https://evil.org", False)],
)
def test_a_browser_learns_whether_its_page_may_read(origin: str, allowed: bool) -> None:
    with serving(cors_allow_origin=["https://*.example.com"]) as (_, url):
        words = "content-type,x-grpc-web"
        ask = {"Origin": origin, "Access_Control_Request_Headers": words}
        connection, response = web_request(url, "OPTIONS", READ, b"", **ask)
        assert response.read() == b""
        connection.close()
        assert response.getheader("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert response.getheader("Access-Control-Allow-Headers") == words
        post = {"Origin": origin, "Content_Type": WEB}
        connection, response = web_request(url, "POST", READ, EMPTY, **post)
        assert response.status == (200 if allowed else 403)
        connection.close()
        response.close()


def test_a_browser_reads_what_others_read() -> None:
    with serving() as (server, url):
        messages = logged("r", 1)
        send_all(server, messages[:1])
        connection, response = web_request(url, "POST", READ, EMPTY, Content_Type=WEB)
        assert response.getheader("Content-Type") == WEB
        first = response.read(5)
        assert first[0] == 0
        assert Packet.parse(response.read(int.from_bytes(first[1:], "big"))).introduces
        send_all(server, messages[1:2])
        head = response.read(5)
        data = response.read(int.from_bytes(head[1:], "big"))
        assert data == Packet.of(messages[1]).data
    assert response.read() == b"\x80\x00\x00\x00\x0fgrpc-status:0\r\n"
    connection.close()


@pytest.mark.parametrize(
    ("path", "content_type", "status", "body"),
    [
        ("/nothing", WEB, 200, b"\x80\x00\x00\x00\x10grpc-status:12\r\n"),
        (READ, "text/plain", 400, b""),
        (READ, "application/grpc-web-text", 400, b""),
    ],
)
def test_other_requests_of_browsers_are_refused(
    path: str, content_type: str, status: int, body: bytes
) -> None:
    with serving() as (_, url):
        connection, response = web_request(url, "POST", path, EMPTY, Content_Type=content_type)
        assert (response.status, response.read()) == (status, body)
        connection.close()


SCRIPT = """
import os, sys
import rrdtool as rr
assert "grpc" not in sys.modules
assert rr.GrpcSink and "grpc" not in sys.modules
away = rr.RecordingStream("away")
away.connect_grpc(sys.argv[1])
away.log("a", rr.Scalars(1))
server = rr.RecordingStream("server")
server.set_sinks(rr.GrpcServerSink("127.0.0.1", 0))
server.log("a", rr.Scalars(1))
server.flush()
if hasattr(os, "fork"):
    child = os.fork()
    if child == 0:
        mine = rr.RecordingStream("child")
        mine.save(sys.argv[2])
        mine.log("a", rr.Scalars(1))
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


def test_a_program_ends_though_nobody_listens_and_with_children_of_its_own(
    tmp_path: Any,
) -> None:
    url = url_of(free_port())
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, url, str(tmp_path / "child.rrd")],
        capture_output=True,
        text=True,
        timeout=3 * TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"server at {url} may not have got" in done.stderr
