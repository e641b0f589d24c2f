"""Reads what a message proxy has, and what it gets from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.sinks.grpc.client import open_channel
from rrdtool.sinks.grpc.messages import body_of
from rrdtool.sinks.grpc.service import READ_MESSAGES, as_it_is, load_grpc, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rrdtool.sinks.grpc.addresses import ProxyAddress

__all__ = ["read_messages"]


def read_messages(
    address: ProxyAddress, *, timeout: float | None = None
) -> Iterator[tuple[int, memoryview]]:
    """Kind and bytes of each message that a server has and gets, as they stand in files.

    A server goes on for ever: it is for the caller to stop, or for the time to end.

    Args:
        address: Where the server listens.
        timeout: Longest time for all of it (seconds).

    Raises:
        RuntimeError: If grpcio is not installed.
        ConnectionError: If nobody answers, or the connection is lost.
        CorruptError: If the server sends what is no message.
    """
    grpc = load_grpc()
    with open_channel(address) as channel:
        read = channel.unary_stream(path_of(READ_MESSAGES), as_it_is, as_it_is)
        responses = read(b"", timeout=timeout)
        try:
            for response in responses:
                yield body_of(response)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED:
                raise ConnectionError(f"{address}: {error.details()}") from error
        finally:
            responses.cancel()
