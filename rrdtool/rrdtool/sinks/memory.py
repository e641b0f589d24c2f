"""Recordings kept in memory until they are drained: `MemoryRecording` and `BinaryStream`."""

from __future__ import annotations

import io
import math
import threading
from typing import TYPE_CHECKING

from rrdtool.recording.batcher_config import FILE_TICK_SEC
from rrdtool.sinks.base import write_message

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.sinks.base import Message, Sink

__all__ = ["BinaryStream", "MemoryRecording", "MemorySink", "MemoryStorage"]


class MemorySink:
    """Keeps messages until somebody takes them; what it kept outlives its closing."""

    ends_with_block = False
    tick_sec = FILE_TICK_SEC

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_closed: bool = False
        self._messages: list[Message] = []
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Keeps the message."""
        with self._lock:
            self._messages.append(message)

    def flush(self, timeout: float | None) -> None:
        """Does nothing: what was sent is here."""

    def close(self) -> None:
        """Takes nothing more."""
        self.is_closed = True

    def __len__(self) -> int:
        return len(self._messages)

    def take(self) -> list[Message]:
        """All messages that were kept; they are not kept any longer."""
        with self._lock:
            taken, self._messages = self._messages, []
        return taken


def _recording_of(messages: list[Message]) -> bytes:
    """A complete RRD stream."""
    from rrdformats.writer import RrdWriter

    file = io.BytesIO()
    with RrdWriter(file) as writer:
        for message in messages:
            write_message(writer, message)
    return file.getvalue()


class MemoryStorage:
    """A sink in memory, and the stream that fills it; None for a disabled one."""

    def __init__(self, name: str, pipeline: Pipeline | None) -> None:
        self.sink: MemorySink = MemorySink(name)
        self._pipeline = pipeline

    def flush(self, timeout: float = math.inf) -> None:
        """Waits until everything that was logged has come to the sink."""
        if self._pipeline is not None:
            self._pipeline.flush(timeout)

    def drain_as_bytes(self) -> bytes:
        """What came to the sink since the last call, as a complete RRD stream."""
        return _recording_of(self.sink.take())

    def identity(self) -> Hashable:
        """Equal for this storage only."""
        return self.sink.name, id(self)

    def open_sink(self) -> Sink:
        """The sink, which takes messages again if it has been closed."""
        self.sink.is_closed = False
        return self.sink


class MemoryRecording:
    """What a recording stream logs, kept in memory; see `memory_recording`."""

    def __init__(self, storage: MemoryStorage) -> None:
        self.storage = storage

    def num_msgs(self) -> int:
        """Number of messages that wait to be drained, store infos included; flushes the stream."""
        self.storage.flush()
        return len(self.storage.sink)

    def drain_as_bytes(self) -> bytes:
        """What was logged since the last call, as a complete RRD stream; flushes the stream.

        Without new data it is a stream without chunks; after `disconnect` it is empty.
        """
        self.storage.flush()
        return b"" if self.storage.sink.is_closed else self.storage.drain_as_bytes()


class BinaryStream:
    """What a recording stream logs, to be read as it grows; see `binary_stream`."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    def read(self, *, flush: bool = True, flush_timeout_sec: float = math.inf) -> bytes | None:
        """What was logged since the last call, as a complete RRD stream; None if nothing was.

        Args:
            flush: Whether to flush the recording stream before.
            flush_timeout_sec: Longest wait for that (seconds).

        Raises:
            RuntimeError: If flushing takes longer.
        """
        if flush:
            self.flush(flush_timeout_sec)
        messages = self._storage.sink.take()
        return _recording_of(messages) if messages else None

    def flush(self, timeout_sec: float = math.inf) -> None:
        """Waits until everything that was logged can be read.

        Raises:
            RuntimeError: If that takes longer than `timeout_sec` (seconds).
        """
        self._storage.flush(timeout_sec)

    def identity(self) -> Hashable:
        """Equal for this stream only."""
        return self._storage.identity()

    def open_sink(self) -> Sink:
        """The sink that this stream reads from."""
        return self._storage.open_sink()
