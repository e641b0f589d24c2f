"""gRPC-web over HTTP/1.1, as far as viewers in a browser need it: they read.

A browser asks first whether its page may: pages of this machine, of rerun.io and of the origins
that the server's owner has named.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Protocol

from rrdtool.sinks.grpc.service import READ_MESSAGES, READ_TABLES, path_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from rrdtool.sinks.grpc.history import History

__all__ = ["answer", "is_allowed"]

_CONTENT_TYPE = "application/grpc-web+proto"
_CONTENT_TYPES = frozenset({_CONTENT_TYPE, "application/grpc-web"})
_TABLES = {path_of(READ_MESSAGES): False, path_of(READ_TABLES): True}
_OWN_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|rerun\.io)(:[0-9]+)?")
_LARGEST_REQUEST = 1 << 20
_UNIMPLEMENTED = 12
_RESOURCE_EXHAUSTED = 8
_MESSAGE, _TRAILERS = b"\0", b"\x80"
_PATIENCE_SEC = 10.0


class WebServer(Protocol):
    """What requests are answered from."""

    history: History
    origins: Sequence[str]


def is_allowed(origin: str, patterns: Sequence[str]) -> bool:
    """Whether web pages of this origin may read.

    Args:
        origin: Scheme, host and port, as browsers send them.
        patterns: Origins besides those that always may; `*` stands for any text.
    """
    return _OWN_ORIGIN.fullmatch(origin) is not None or any(
        re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), origin) for pattern in patterns
    )


def answer(connection: socket.socket, address: Any, server: WebServer) -> None:
    """Answers the requests of a connection of HTTP/1.1, as long as it takes.

    Raises:
        OSError: If the connection breaks.
    """
    _Requests(connection, address, server)


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "rrdtool"
    timeout = _PATIENCE_SEC
    server: Any

    def __init__(self, connection: socket.socket, address: Any, server: WebServer) -> None:
        self._history = server.history
        self._origins = server.origins
        super().__init__(connection, address, server)  # type: ignore[arg-type]  # not a BaseServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Says nothing."""

    def do_OPTIONS(self) -> None:
        """Says what a page may do."""
        self.send_response(HTTPStatus.OK)
        self._send_permission()
        self.send_header("Access-Control-Allow-Methods", "POST")
        wanted = self.headers.get("Access-Control-Request-Headers")
        if wanted:
            self.send_header("Access-Control-Allow-Headers", wanted)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        """Streams what is read."""
        self.close_connection = True
        length = self.headers.get("Content-Length", "")
        content_type = self.headers.get("Content-Type", "")
        if not length.isdecimal() or int(length) > _LARGEST_REQUEST:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        self.rfile.read(int(length))
        origin = self.headers.get("Origin")
        if content_type not in _CONTENT_TYPES:
            self._refuse(HTTPStatus.BAD_REQUEST)
        elif origin is not None and not is_allowed(origin, self._origins):
            self._refuse(HTTPStatus.FORBIDDEN)
        else:
            self._stream(_TABLES.get(self.path))

    def _stream(self, tables: bool | None) -> None:
        """Sends messages or tables until there are no more; the end of the connection ends it."""
        self.send_response(HTTPStatus.OK)
        self._send_permission()
        self.send_header("Content-Type", _CONTENT_TYPE)
        self.send_header("Connection", "close")
        self.end_headers()
        if tables is None:
            self._send_status(_UNIMPLEMENTED)
            return
        reader = self._history.follow(tables=tables)
        try:
            for packet in reader:
                self._send(_MESSAGE, packet.data)
            self._send_status(_RESOURCE_EXHAUSTED if reader.was_left_behind else 0)
        finally:
            self._history.forget(reader)

    def _send_status(self, status: int) -> None:
        self._send(_TRAILERS, f"grpc-status:{status}\r\n".encode())

    def _send(self, flag: bytes, body: bytes) -> None:
        self.wfile.write(flag + len(body).to_bytes(4, "big") + body)

    def _send_permission(self) -> None:
        self.send_header("Vary", "Origin, Access-Control-Request-Headers")
        origin = self.headers.get("Origin")
        if origin is not None and is_allowed(origin, self._origins):
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Credentials", "true")

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
