"""The methods of the service, on a server's history, for grpcio."""

from __future__ import annotations

import threading
from concurrent.futures import Executor, Future
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from rrdformats.errors import RrdError
from rrdtool.recording.environment import logger
from rrdtool.sinks.grpc.messages import Packet
from rrdtool.sinks.grpc.service import (
    MESSAGE_OPTIONS,
    READ_MESSAGES,
    READ_TABLES,
    SERVICE,
    WRITE_MESSAGES,
    WRITE_TABLE,
    as_it_is,
    load_grpc,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rrdtool.sinks.grpc.history import History

__all__ = ["start_grpc"]

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_SERVER_OPTIONS = (
    *MESSAGE_OPTIONS,
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.max_ping_strikes", 0),  # peers may ask as often as they like
)


def start_grpc(history: History) -> tuple[Any, int]:
    """A running server of grpcio on this machine only, and its port.

    Raises:
        RuntimeError: If grpcio is not installed, or does not start.
    """
    grpc = load_grpc()
    methods = _Methods(history, grpc.StatusCode)
    plain = (as_it_is, as_it_is)
    read_messages = partial(methods.read, tables=False)
    read_tables = partial(methods.read, tables=True)
    handlers = {
        WRITE_MESSAGES: grpc.stream_unary_rpc_method_handler(methods.write_messages, *plain),
        READ_MESSAGES: grpc.unary_stream_rpc_method_handler(read_messages, *plain),
        WRITE_TABLE: grpc.unary_unary_rpc_method_handler(methods.write_table, *plain),
        READ_TABLES: grpc.unary_stream_rpc_method_handler(read_tables, *plain),
    }
    server = grpc.server(_DaemonThreads(), options=_SERVER_OPTIONS)
    service = grpc.method_handlers_generic_handler(SERVICE, handlers)
    server.add_generic_rpc_handlers((service,))
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


class _Methods:
    """What each method does."""

    def __init__(self, history: History, codes: Any) -> None:
        self._history = history
        self._codes = codes

    def write_messages(self, requests: Iterator[bytes], context: Any) -> bytes:
        for data in requests:
            try:
                packet = Packet.parse(data)
            except RrdError as error:
                logger.warning("%s sends what is no message: %s", context.peer(), error)
                context.abort(self._codes.INVALID_ARGUMENT, str(error))
            else:
                self._keep(packet, context)
        return b""

    def write_table(self, data: bytes, context: Any) -> bytes:
        self._keep(Packet.of_table(data), context)
        return b""

    def read(self, _: bytes, context: Any, *, tables: bool) -> Iterator[bytes]:
        reader = self._history.follow(tables=tables)
        context.add_callback(reader.close)
        try:
            for packet in reader:
                yield packet.data
            if reader.was_left_behind:
                context.abort(self._codes.RESOURCE_EXHAUSTED, "the reader takes nothing")
        finally:
            self._history.forget(reader)

    def _keep(self, packet: Packet, context: Any) -> None:
        if not self._history.add(packet):
            context.abort(self._codes.UNAVAILABLE, "the server ends")


class _DaemonThreads(Executor):
    """A thread for each call: calls last as long as a peer is there.

    A thread pool would do the same, but the interpreter waits for those when it exits.
    """

    def submit(
        self,
        fn: Callable[_Parameters, _Result],
        /,
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> Future[_Result]:
        future: Future[_Result] = Future()

        def run() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - grpcio looks at it
                future.set_exception(error)

        threading.Thread(target=run, name="rrdtool call", daemon=True).start()
        return future
