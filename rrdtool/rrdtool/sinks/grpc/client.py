"""Recordings sent to a viewer or another server: `GrpcSink`.

A thread keeps the connection: it connects again whenever it is lost, for as long as the recording
goes on. What is logged in the meantime waits in the outbox.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from rrdtool.recording.batcher_config import LOW_LATENCY_TICK_SEC
from rrdtool.recording.environment import logger
from rrdtool.sinks.grpc.addresses import ProxyAddress
from rrdtool.sinks.grpc.messages import Packet
from rrdtool.sinks.grpc.outbox import Outbox
from rrdtool.sinks.grpc.service import (
    MESSAGE_OPTIONS,
    WRITE_MESSAGES,
    as_it_is,
    load_grpc,
    path_of,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rrdtool.sinks.base import Message, Sink

__all__ = ["GrpcSink", "open_channel"]

_AWAY_SEC = 5.0
"""How long flushing waits for a peer that is away (seconds)."""

_LEAVE_SEC = 2.0
"""How long closing does."""

_WARN_SEC = 2.0
"""How long a peer may be away before anybody hears of it: viewers take a while to start."""

_LOOK_AGAIN_SEC = 0.2
_RETRY_SEC = 0.5

_REFUSALS = frozenset(
    {
        "INVALID_ARGUMENT",
        "OUT_OF_RANGE",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "UNAUTHENTICATED",
        "UNIMPLEMENTED",
    }
)
"""Codes of answers that will be the same next time."""

_RECONNECT_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),  # other channels of the process may wait, not this one
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


class GrpcSink:
    """A viewer or another server to record to, for `set_sinks`.

    Args:
        url: Its address: `rerun+http://host:port/proxy`, this machine's port 9876 unless given.

    Raises:
        RuntimeError: If the address is none.
        TypeError: If it is no text.
    """

    def __init__(self, url: str | None = None) -> None:
        self._address = ProxyAddress() if url is None else ProxyAddress.parse(url)

    def identity(self) -> Hashable:
        """Equal for all spellings of one address."""
        return str(self._address)

    def open_sink(self) -> Sink:
        """Starts to connect; returns at once.

        Raises:
            RuntimeError: If grpcio is not installed.
        """
        return ClientSink(self._address)


def open_channel(address: ProxyAddress) -> Any:
    """A channel of grpcio to a server; it connects when it is used.

    Raises:
        RuntimeError: If grpcio is not installed.
    """
    grpc = load_grpc()
    options = (*MESSAGE_OPTIONS, *_RECONNECT_OPTIONS)
    if address.tls:
        credentials = grpc.ssl_channel_credentials()
        return grpc.secure_channel(address.target, credentials, options)
    return grpc.insecure_channel(address.target, options)


class ClientSink:
    """Sends messages to one server.

    Raises:
        RuntimeError: If grpcio is not installed.
    """

    ends_with_block = False
    tick_sec = LOW_LATENCY_TICK_SEC

    def __init__(self, address: ProxyAddress, outbox: Outbox | None = None) -> None:
        self.name: str = f"server at {address}"
        self._outbox = Outbox() if outbox is None else outbox
        self._connection = _Connection(address, self._outbox)
        self._has_warned = False

    def send(self, message: Message) -> None:
        """Queues the message; waits if a peer that is there is slower.

        Raises:
            ConnectionError: If the peer wants nothing from us.
        """
        self._outbox.raise_refusal()
        if not self._outbox.put(Packet.of(message)) and not self._has_warned:
            self._has_warned = True
            logger.warning(
                "the %s takes nothing, and memory for it is used up: it does not get the oldest "
                "data any more",
                self.name,
            )

    def flush(self, timeout: float | None) -> None:
        """Returns when all that was sent has left this process.

        Raises:
            TimeoutError: If that takes longer than `timeout` seconds, or the peer is away.
            ConnectionError: If the peer wants nothing from us.
        """
        sent = self._outbox.wait_until_sent(timeout, _AWAY_SEC)
        self._outbox.raise_refusal()
        if not sent and timeout != 0:
            raise TimeoutError(f"{len(self._outbox)} messages wait for the {self.name}")

    def close(self) -> None:
        """Sends what waits, unless the peer is away; warns of what it does not get."""
        self._outbox.close()
        sent = self._outbox.wait_until_sent(None, _LEAVE_SEC)
        self._connection.close(_AWAY_SEC if sent else 0.0)
        lost = self._outbox.lost + len(self._outbox)
        if lost:
            logger.warning("the %s may not have got %d messages", self.name, lost)


class _Connection:
    """The thread that sends what is in an outbox."""

    def __init__(self, address: ProxyAddress, outbox: Outbox) -> None:
        self._grpc = load_grpc()
        self._address = address
        self._outbox = outbox
        self._call: Any = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        thread = threading.Thread(target=self._run, name="rrdtool connection", daemon=True)
        thread.start()

    def close(self, timeout: float) -> None:
        """Waits for the peer to confirm that it has got all, then ends the connection."""
        self._ended.wait(timeout)
        self._stopping.set()
        call = self._call
        if call is not None:
            call.cancel()
        self._ended.wait(_LOOK_AGAIN_SEC * 2)

    def _run(self) -> None:
        # The channel is this frame's alone: a forked process, which has this thread no more,
        # never touches it.
        channel = open_channel(self._address)
        try:
            while not self._stopping.is_set() and self._outbox.refusal is None:
                if self._wait_until_ready(channel) and self._send(channel):
                    return
        finally:
            self._ended.set()
            channel.close()

    def _wait_until_ready(self, channel: Any) -> bool:
        """Waits for the peer; False if there is no more use in that."""
        ready = self._grpc.channel_ready_future(channel)
        begin = time.monotonic()
        warned = False
        while not self._stopping.is_set():
            try:
                ready.result(timeout=_LOOK_AGAIN_SEC)
            except self._grpc.FutureTimeoutError:
                if not warned and time.monotonic() - begin >= _WARN_SEC:
                    warned = True
                    logger.warning(
                        "nobody answers at %s yet: what is logged waits in memory", self._address
                    )
                continue
            if warned:
                logger.warning("connected to %s", self._address)
            return True
        ready.cancel()
        return False

    def _send(self, channel: Any) -> bool:
        """Sends until the connection is lost, or all has arrived: then returns True."""
        requests = self._outbox.begin()
        write = channel.stream_unary(path_of(WRITE_MESSAGES), as_it_is, as_it_is)
        call = self._call = write.future(requests)
        if self._stopping.is_set():
            call.cancel()
        code = call.code()  # waits for the end of the call
        self._call = None
        if code is self._grpc.StatusCode.OK and self._outbox.is_done:
            requests.finish()
            return True
        reason = call.details() or "it has ended the call"
        if code.name in _REFUSALS:
            self._outbox.refuse(f"{reason} ({code.name})")
        elif not self._stopping.is_set():
            logger.warning("the connection to %s is lost: %s", self._address, reason)
        requests.end()
        self._stopping.wait(_RETRY_SEC)
        return False
