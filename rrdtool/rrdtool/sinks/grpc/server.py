"""Recordings served to viewers that connect: `GrpcServerSink`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.recording.batcher_config import LOW_LATENCY_TICK_SEC
from rrdtool.sinks.grpc.addresses import DEFAULT_PORT, ProxyAddress
from rrdtool.sinks.grpc.memory_limit import parse_memory_limit
from rrdtool.sinks.grpc.messages import Packet

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from rrdtool.sinks.base import Message, Sink
    from rrdtool.sinks.grpc.history import History

__all__ = ["GrpcServerSink"]

_ALL_INTERFACES = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - the SDK's
_LARGEST_PORT = 0xFFFF
_LEAVE_SEC = 2.0
"""How long viewers may take nothing of what waits for them when the server ends (seconds)."""

_GRACE_SEC = 0.5


class GrpcServerSink:
    """A server that viewers connect to, for `set_sinks`; it runs until the sink is replaced.

    Other programs may record to it as well.

    Args:
        bind_ip: Address to listen at; that of all interfaces unless given.
        port: Port to listen at; 0 for one that is free.
        server_memory_limit: What is kept for viewers that come later, `16GB` or `50%`. Beyond it
            the oldest data is dropped, static data last; `0B` keeps store infos and blueprints.
        newest_first: Whether those get the newest data before the oldest.
        cors_allow_origin: Web pages that may connect besides those of this machine and rerun.io:
            origins such as `https://*.example.com`.

    Raises:
        RuntimeError: If the memory limit is none.
        OverflowError: If the port is none.
    """

    def __init__(
        self,
        bind_ip: str = "0.0.0.0",  # noqa: S104 - the SDK's
        port: int = DEFAULT_PORT,
        *,
        server_memory_limit: str = "1GiB",
        newest_first: bool = False,
        cors_allow_origin: Sequence[str] | None = None,
    ) -> None:
        if not 0 <= port <= _LARGEST_PORT:
            raise OverflowError(f"{port} is no port")
        self._bind_ip = bind_ip
        self._port = port
        self._identity: Hashable = f"port {port}" if port else id(self)
        self._memory_limit = parse_memory_limit(server_memory_limit)
        self._newest_first = newest_first
        self._origins = list(cors_allow_origin or ())

    @property
    def uri(self) -> str:
        """Where viewers on this machine connect; with port 0, known once the server runs."""
        host = _ALL_INTERFACES.get(self._bind_ip, self._bind_ip)
        return str(ProxyAddress(host, self._port))

    def identity(self) -> Hashable:
        """Equal for the same port."""
        return self._identity

    def open_sink(self) -> Sink:
        """Starts the server.

        Raises:
            RuntimeError: If the port is in use, or grpcio is not installed.
        """
        from rrdtool.sinks.grpc.history import History

        history = History(self._memory_limit, newest_first=self._newest_first)
        sink = ServerSink(self._bind_ip, self._port, history, self._origins)
        self._port = sink.port
        return sink


class ServerSink:
    """A running server.

    Raises:
        RuntimeError: If the port is in use, or grpcio is not installed.
    """

    ends_with_block = False
    tick_sec = LOW_LATENCY_TICK_SEC

    def __init__(self, bind_ip: str, port: int, history: History, origins: Sequence[str]) -> None:
        from rrdtool.sinks.grpc.front import Front
        from rrdtool.sinks.grpc.handlers import start_grpc

        self._history = history
        self._server, inner_port = start_grpc(history)
        try:
            self._front = Front((bind_ip, port), inner_port, history, origins)
        except OSError as error:
            self._server.stop(None)
            raise RuntimeError(f"cannot serve on port {port}: {error.strerror}") from error
        self.port: int = self._front.port
        self.name: str = f"server on port {self.port}"

    def send(self, message: Message) -> None:
        """Keeps the message and passes it on; waits for viewers that are behind."""
        self._history.add(Packet.of(message))

    def flush(self, timeout: float | None) -> None:
        """Does nothing: what was sent can be read."""

    def close(self) -> None:
        """Ends the server, after those who read have got what there is."""
        self._history.close(_LEAVE_SEC)
        self._server.stop(_GRACE_SEC).wait(_LEAVE_SEC)
        self._front.close()
