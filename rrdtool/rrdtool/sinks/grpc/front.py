"""The port of a server, where HTTP/2 and HTTP/1.1 arrive.

grpcio knows HTTP/2 alone, and viewers in a browser need gRPC-web over HTTP/1.1 on the same port.
So connections are accepted here: those of HTTP/2 are passed on to grpcio as they are, the others
are answered by `web`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import threading
from typing import TYPE_CHECKING, cast

from rrdtool.sinks.grpc.web import answer

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from rrdtool.sinks.grpc.history import History

__all__ = ["Front"]

_PREFACE = b"PRI"
"""What every connection of HTTP/2 starts with, and no request of HTTP/1.1."""

_BUFFER = 1 << 20
_POLL_SEC = 0.1
_FIRST_WORD_SEC = 10.0


class Front(socketserver.ThreadingTCPServer):
    """Accepts connections until it is closed.

    Args:
        place: Address to listen at, and port; 0 for one that is free.
        grpc_port: Where on this machine grpcio listens.
        history: What is served.
        origins: Patterns of web pages that may read.

    Raises:
        OSError: If it cannot listen there.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # elsewhere it lets two programs share the port
    request_queue_size = 128

    def __init__(
        self,
        place: tuple[str, int],
        grpc_port: int,
        history: History,
        origins: Sequence[str],
    ) -> None:
        if ":" in place[0]:
            self.address_family = socket.AF_INET6
        self.grpc_port = grpc_port
        self.history = history
        self.origins = origins
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(place, _Connection)
        thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SEC,), name="rrdtool front", daemon=True
        )
        thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.socket.getsockname()[1]
        return port

    def server_bind(self) -> None:
        """Binds; the address of all interfaces of IPv6 is that of IPv4 as well."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: whoever breaks a connection knows."""

    @contextlib.contextmanager
    def watching(self, connection: socket.socket) -> Generator[None]:
        """Has a connection closed with the server."""
        with self._lock:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)

    def close(self) -> None:
        """Stops to listen, and closes all connections."""
        self.shutdown()
        with contextlib.suppress(OSError):  # a forked process may hold this socket as well
            self.socket.shutdown(socket.SHUT_RDWR)
        self.server_close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    """One connection, in a thread of its own."""

    request: socket.socket

    def handle(self) -> None:
        client, front = self.request, cast("Front", self.server)
        with front.watching(client), contextlib.suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(_FIRST_WORD_SEC)
            preface = client.recv(len(_PREFACE), socket.MSG_PEEK)
            client.settimeout(None)
            if preface == _PREFACE:
                with socket.create_connection(("127.0.0.1", front.grpc_port)) as inner:
                    inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    _join(client, inner)
            else:
                answer(client, self.client_address, front)


def _join(client: socket.socket, inner: socket.socket) -> None:
    """Passes bytes both ways until both ends have closed."""
    back = threading.Thread(target=_pass_on, args=(inner, client), daemon=True)
    back.start()
    _pass_on(client, inner)
    back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    buffer = memoryview(bytearray(_BUFFER))
    with contextlib.suppress(OSError):
        while count := source.recv_into(buffer):
            target.sendall(buffer[:count])
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
