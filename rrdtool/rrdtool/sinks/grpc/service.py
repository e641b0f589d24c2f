"""The service that viewers and SDKs share, and the grpcio that speaks it (fact sheet 11.1)."""

from __future__ import annotations

import importlib
import os
from typing import Any

__all__ = [
    "MESSAGE_OPTIONS",
    "READ_MESSAGES",
    "READ_TABLES",
    "SERVICE",
    "WRITE_MESSAGES",
    "WRITE_TABLE",
    "as_it_is",
    "load_grpc",
    "path_of",
]

SERVICE = "rerun.sdk_comms.v1alpha1.MessageProxyService"
WRITE_MESSAGES = "WriteMessages"
"""Stream of `{1: LogMsg}`, answered by an empty message once the stream has ended."""
READ_MESSAGES = "ReadMessages"
"""Empty message, answered by a stream of `{1: LogMsg}`."""
WRITE_TABLE = "WriteTable"
"""`{1: TableId, 2: DataframePart}`, answered by an empty message."""
READ_TABLES = "ReadTables"
"""Empty message, answered by a stream of `{1: TableId, 2: DataframePart}`."""

_LARGEST_MESSAGE = 2**31 - 1

MESSAGE_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
)
"""Chunks may be large; grpcio takes 4 MiB unless told otherwise."""


def load_grpc() -> Any:
    """The module `grpc`.

    Raises:
        RuntimeError: If it is not installed; says how to get it.
    """
    # Otherwise grpcio starts its threads again in a process that is forked while it is in use,
    # where they meet what belongs to the parent, and abort. A forked process has no sinks.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    try:
        return importlib.import_module("grpc")
    except ImportError as error:
        raise RuntimeError(
            "connections need grpcio, which is not installed: pip install grpcio"
        ) from error


def path_of(method: str) -> str:
    """The path of a method in requests."""
    return f"/{SERVICE}/{method}"


def as_it_is(message: bytes) -> bytes:
    """The message: there is nothing to serialize, messages are bytes throughout."""
    return message
