"""What connections are made of: addresses, limits, queues. Nothing here touches a network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

import rrdtool as rr
from rrdformats.errors import RrdError
from rrdformats.framing import MessageKind
from rrdformats.messages import BlueprintActivation, StoreId, StoreInfo, StoreKind
from rrdtool.sinks.grpc import GrpcServerSink, GrpcSink, history, outbox
from rrdtool.sinks.grpc.addresses import ProxyAddress
from rrdtool.sinks.grpc.history import History
from rrdtool.sinks.grpc.memory_limit import parse_memory_limit
from rrdtool.sinks.grpc.messages import Packet, Rank, body_of
from rrdtool.sinks.grpc.outbox import Outbox
from rrdtool.sinks.grpc.ranked import RankedPackets
from rrdtool.sinks.grpc.web import is_allowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rrdtool.sinks.base import Message

TIMEOUT = 10.0
RECORDING = StoreId(StoreKind.RECORDING, "r", "app")
BLUEPRINT = StoreId(StoreKind.BLUEPRINT, "b", "app")


def packet(name: str, rank: Rank = Rank.TEMPORAL, *, size: int = 0) -> Packet:
    """A packet with nothing in it but its name."""
    data = name.encode()
    return Packet(data + bytes(max(0, size - Packet(data, rank).size)), rank)


def names(packets: Iterable[Packet]) -> list[str]:
    return [item.data.rstrip(b"\0").decode() for item in packets]


def logged() -> list[Message]:
    """Store info (twice), a chunk with times, a static one."""
    stream = rr.RecordingStream("app", recording_id="r", send_properties=False)
    storage = stream.memory_recording().storage
    stream.log("temporal", rr.Scalars(1))
    storage.flush()
    stream.log("static", rr.Scalars(1), static=True)
    storage.flush()
    return storage.sink.take()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("rerun+http://127.0.0.1:9876/proxy", "rerun+http://127.0.0.1:9876/proxy"),
        ("rerun+http://localhost/proxy", "rerun+http://localhost:9876/proxy"),
        ("rerun+http://host/proxy", "rerun+http://host:80/proxy"),
        ("rerun://host/proxy", "rerun://host:443/proxy"),
        ("rerun+https://host:1/proxy", "rerun://host:1/proxy"),
        ("rerun http://host:1/proxy", "rerun+http://host:1/proxy"),
        ("rerun+http://0.0.0.0:1/proxy", "rerun+http://127.0.0.1:1/proxy"),
        ("rerun+http://[::1]:1/proxy", "rerun+http://[::1]:1/proxy"),
        ("rerun+http://user:word@host:1/proxy", "rerun+http://host:1/proxy"),
        ("rerun+http://host:1/proxy/?a=b#c", "rerun+http://host:1/proxy"),
        ("localhost:1/proxy", "rerun+http://localhost:1/proxy"),
        ("127.0.0.1:1/proxy", "rerun+http://127.0.0.1:1/proxy"),
    ],
)
def test_addresses_are_understood(url: str, expected: str) -> None:
    assert str(ProxyAddress.parse(url)) == expected


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "names no host"),
        ("http://127.0.0.1:9876/proxy", "scheme is 'http'"),
        ("ftp://h/proxy", "scheme is 'ftp'"),
        ("RERUN+HTTP://h/proxy", "scheme"),
        (" rerun+http://h/proxy", "scheme"),
        ("host:1/proxy", "has no scheme"),
        ("127.0.0.1:9876", "path is ''"),
        ("rerun+http://h:1/", "path is '/'"),
        ("rerun+http://h:1/Proxy", "path is '/Proxy'"),
        ("rerun+http://h:1/proxy/x", "path is '/proxy/x'"),
        ("rerun+http://h:70000/proxy", "[Pp]ort"),
        ("rerun+http://h:x/proxy", "[Pp]ort"),
        ("rerun+http:///proxy", "names no host"),
        ("rerun+http://h h/proxy", "'h h' is no host"),
        ("rerun+http://[::1/proxy", "IPv6"),
    ],
)
def test_what_is_no_address_says_why(url: str, reason: str) -> None:
    with pytest.raises(RuntimeError, match=reason) as caught:
        GrpcSink(url)
    assert repr(url) in str(caught.value)


def test_an_address_is_text() -> None:
    with pytest.raises(TypeError, match="address"):
        GrpcSink(5)  # type: ignore[arg-type]  # that is the point


def test_sinks_for_one_place_are_recognised() -> None:
    assert GrpcSink().identity() == GrpcSink("rerun+http://127.0.0.1/proxy").identity()
    assert GrpcSink().identity() != GrpcSink("rerun+http://127.0.0.1:1/proxy").identity()
    assert GrpcServerSink(port=1).identity() == GrpcServerSink(port=1).identity()
    first, second = GrpcServerSink(port=0), GrpcServerSink(port=0)
    assert first.identity() != second.identity()


@pytest.mark.parametrize(("text", "size"), [("16GB", 16 * 10**9), ("1MiB", 1 << 20), ("0B", 0)])
def test_memory_limits_are_sizes(text: str, size: int) -> None:
    assert parse_memory_limit(text) == size


def test_memory_limits_are_shares() -> None:
    whole = parse_memory_limit("100%")
    assert whole > 1 << 20
    assert abs(parse_memory_limit("12.5 %") - whole / 8) < 2


@pytest.mark.parametrize("text", ["", "much", "-1GB", "5 %%", "1M", "nan%"])
def test_what_is_no_memory_limit_is_refused(text: str) -> None:
    with pytest.raises(RuntimeError, match="memory limit"):
        GrpcServerSink(server_memory_limit=text)


def test_a_port_has_sixteen_bits() -> None:
    with pytest.raises(OverflowError):
        GrpcServerSink(port=65536)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:9090", True),
        ("https://127.0.0.1", True),
        ("https://rerun.io", True),
        ("https://app.rerun.io", False),
        ("https://rerun.io.evil.org", False),
        ("https://a.example.com", True),
        ("https://a.example.com.evil.org", False),
        ("https://aXexample.com", False),
        ("https://port.org:1", True),
        ("https://port.org:12x", True),
        ("null", False),
    ],
)
def test_web_pages_may_read_by_their_origin(origin: str, allowed: bool) -> None:
    assert is_allowed(origin, ["https://*.example.com", "https://port.org:*"]) == allowed


def test_packets_are_what_others_send() -> None:
    packets = [Packet.of(message) for message in logged()]
    ranks = [Rank.PERSISTENT, Rank.PERSISTENT, Rank.TEMPORAL, Rank.STATIC]
    assert [item.rank for item in packets] == ranks
    assert [item.introduces for item in packets] == [RECORDING, RECORDING, None, None]
    assert [Packet.parse(item.data) for item in packets] == packets
    kinds = [body_of(item.data)[0] for item in packets]
    assert kinds == [MessageKind.SET_STORE_INFO] * 2 + [MessageKind.ARROW_MSG] * 2


def test_what_belongs_to_a_blueprint_persists() -> None:
    chunk = logged()[2]
    assert not isinstance(chunk, StoreInfo | BlueprintActivation)
    messages: list[Message] = [
        StoreInfo(BLUEPRINT),
        type(chunk)(BLUEPRINT, chunk.encoded),
        BlueprintActivation(BLUEPRINT, make_default=True),
    ]
    for message in messages:
        made = Packet.of(message)
        assert made.rank is Rank.PERSISTENT
        assert made.introduces is None
        assert Packet.parse(made.data) == made


@pytest.mark.parametrize("data", [b"", b"\x0a\x00", b"\x0a\x05", b"\x0a\x02\x12\x00", b"\xff" * 20])
def test_what_is_no_message_is_an_error(data: bytes) -> None:
    with pytest.raises(RrdError):
        Packet.parse(data)


def test_packets_go_by_rank_and_the_least_important_are_given_up() -> None:
    queue = RankedPackets()
    for name in ("t1", "s1", "p1", "t2", "s2"):
        queue.add(
            packet(name, {"t": Rank.TEMPORAL, "s": Rank.STATIC, "p": Rank.PERSISTENT}[name[0]])
        )
    assert names(queue) == ["p1", "s1", "s2", "t1", "t2"]
    assert names(queue.newest_first()) == ["p1", "s2", "s1", "t2", "t1"]
    size = queue.size
    first = queue.pop()
    assert names([first]) == ["p1"]
    queue.put_back(first)
    assert (len(queue), queue.size) == (5, size)
    given_up = [queue.give_up() for _ in range(5)]
    assert names(filter(None, given_up)) == ["t1", "t2", "s1", "s2"]
    assert given_up[-1] is None


def test_an_outbox_confirms_what_the_next_request_follows() -> None:
    box = Outbox()
    box.put(packet("a"))
    box.put(packet("b"))
    call = box.begin()
    assert next(call) == b"a"
    assert not box.wait_until_sent(0, 0)
    assert next(call) == b"b"
    box.close()
    assert next(call, None) is None
    assert box.wait_until_sent(0, 0)
    assert box.is_done
    call.finish()
    assert box.is_done


def test_what_may_not_have_arrived_is_sent_again() -> None:
    box = Outbox()
    for name in ("a", "b", "c"):
        box.put(packet(name))
    lost = box.begin()
    assert [next(lost), next(lost)] == [b"a", b"b"]
    lost.end()
    assert next(lost, None) is None  # the thread of a lost call takes nothing
    again = box.begin()
    assert [next(again) for _ in range(3)] == [b"a", b"b", b"c"]


def test_old_data_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_RECENT_BYTES", 600)
    box = Outbox()
    for name in ("a", "b", "c", "d"):
        box.put(packet(name, size=300))
    call = box.begin()
    for _ in range(4):
        next(call)
    call.end()
    assert len(box) == 3  # the latest two, and the one that was on its way


def test_another_peer_is_told_of_the_recordings() -> None:
    box = Outbox()
    info = Packet.of(StoreInfo(RECORDING))
    box.put(info)
    box.put(Packet.of(StoreInfo(BLUEPRINT)))
    box.close()
    first = box.begin()
    assert len(list(first)) == 2
    first.finish()
    assert list(box.begin()) == [info.data]


def test_an_outbox_is_bounded_while_the_peer_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_CONNECTING_SEC", 0.0)
    box = Outbox(capacity=1000)
    assert box.put(packet("p", Rank.PERSISTENT, size=200))
    assert box.put(packet("s", Rank.STATIC, size=200))
    fits = [box.put(packet(f"t{number}", size=300)) for number in range(5)]
    assert fits == [True, True, False, False, False]
    assert box.lost == 3
    assert len(box) == 4
    call = box.begin()
    assert [next(call).rstrip(b"\0") for _ in range(4)] == [b"p", b"s", b"t3", b"t4"]


def test_a_slow_peer_slows_the_recording_down() -> None:
    box = Outbox(capacity=1000)
    call = box.begin()
    box.put(packet("t0", size=900))
    thread = threading.Thread(target=box.put, args=[packet("t1", size=900)], daemon=True)
    thread.start()
    assert next(call).startswith(b"t0")  # makes room
    thread.join(TIMEOUT)
    assert not thread.is_alive()
    assert next(call).startswith(b"t1")
    assert box.lost == 0


def test_one_packet_may_be_larger_than_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_CONNECTING_SEC", 0.0)
    box = Outbox(capacity=1000)
    assert box.put(packet("p", Rank.PERSISTENT))
    assert box.put(packet("large", size=2000))
    assert not box.put(packet("t", size=300))
    assert len(box) == 2


def test_a_peer_that_is_being_connected_is_waited_for() -> None:
    box = Outbox(capacity=1000)
    assert box.put(packet("t0", size=900))
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(box.put(packet("t1", size=900))))
    thread.start()
    call = box.begin()
    assert next(call).startswith(b"t0")
    thread.join(TIMEOUT)
    assert found == [True]


def test_a_refusal_ends_all_waiting() -> None:
    box = Outbox()
    box.put(packet("a"))
    box.raise_refusal()
    box.refuse("no such service")
    assert not box.wait_until_sent(None, TIMEOUT)
    with pytest.raises(ConnectionError, match="no such service"):
        box.raise_refusal()


def fill(kept: History) -> None:
    for name in ("p1", "t1", "s1", "t2", "p2", "s2"):
        rank = {"t": Rank.TEMPORAL, "s": Rank.STATIC, "p": Rank.PERSISTENT}[name[0]]
        kept.add(packet(name, rank, size=1000))


@pytest.mark.parametrize(
    ("limit", "newest_first", "expected"),
    [
        (10**6, False, ["p1", "p2", "s1", "s2", "t1", "t2", "live"]),
        (10**6, True, ["p1", "p2", "s2", "s1", "t2", "t1", "live"]),
        (5000, False, ["p1", "p2", "s1", "s2", "t2", "live"]),
        (3000, False, ["p1", "p2", "s2", "live"]),
        (0, False, ["p1", "p2", "live"]),
    ],
)
def test_who_comes_late_gets_what_is_kept(
    limit: int, newest_first: bool, expected: list[str]
) -> None:
    kept = History(limit, newest_first=newest_first)
    fill(kept)
    reader = kept.follow(tables=False)
    found = [next(reader) for _ in range(len(expected) - 1)]
    kept.add(packet("live", size=200))
    assert names([*found, next(reader)]) == expected


def test_live_data_overtakes_history_with_newest_first() -> None:
    kept = History(10**6, newest_first=True)
    fill(kept)
    reader = kept.follow(tables=False)
    assert names([next(reader)]) == ["p1"]
    kept.add(packet("live"))
    assert names([next(reader), next(reader)]) == ["live", "p2"]


def test_closing_waits_for_readers_that_move() -> None:
    kept = History(10**6)
    fill(kept)
    reader = kept.follow(tables=False)
    found: list[Packet] = []
    thread = threading.Thread(target=lambda: found.extend(reader), daemon=True)
    thread.start()
    kept.close(patience=TIMEOUT)
    thread.join(TIMEOUT)
    assert len(found) == 6
    assert not kept.add(packet("late"))
    assert not list(kept.follow(tables=False))


def test_tables_have_their_own_readers() -> None:
    kept = History(10**6)
    kept.add(Packet.of_table(b"table"))
    kept.add(packet("chunk"))
    assert next(kept.follow(tables=True)).data == b"table"
    assert next(kept.follow(tables=False)).data == b"chunk"


def test_a_reader_that_takes_nothing_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(history, "_AHEAD_BYTES", 1000)
    monkeypatch.setattr(history, "_STALLED_SEC", 0.0)
    kept = History(10**6)
    slow, other = kept.follow(tables=False), kept.follow(tables=True)
    for number in range(3):
        kept.add(packet(f"t{number}", size=900))
    assert slow.was_left_behind
    assert not list(slow)
    assert not other.was_left_behind
    assert "left behind" in caplog.text
    late = kept.follow(tables=False)
    assert names(next(late) for _ in range(3)) == ["t0", "t1", "t2"]


def test_a_reader_that_is_slow_slows_down_who_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_AHEAD_BYTES", 1000)
    kept = History(10**6)
    reader = kept.follow(tables=False)

    def send() -> None:
        for number in range(10):
            kept.add(packet(f"t{number}", size=900))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    assert names(next(reader) for _ in range(10)) == [f"t{number}" for number in range(10)]
    thread.join(TIMEOUT)
    assert not thread.is_alive()
    assert not reader.was_left_behind
