"""What a recording stream sends, and what takes it.

The worker thread of a stream encodes each chunk once and hands the same `Message` to all sinks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rrdformats.messages import BlueprintActivation, StoreId, StoreInfo
    from rrdformats.writer import EncodedChunk, RrdWriter

__all__ = ["Message", "Sink", "SinkSpec", "StoreChunk", "write_message"]


@dataclass(frozen=True, slots=True)
class StoreChunk:
    """A chunk of a store, encoded."""

    store_id: StoreId
    encoded: EncodedChunk


Message: TypeAlias = "StoreInfo | StoreChunk | BlueprintActivation"
"""What goes through a sink, in this order: what a store is, its chunks, a blueprint's activation.

A store info may come again."""


class Sink(Protocol):
    """Takes the messages of one recording stream.

    Any exception that `send` or `flush` raises is reported once, with the sink's name; the sink is
    closed and gets nothing more. The stream goes on with its other sinks.

    Attributes:
        name: What to call it in messages: `file /tmp/a.rrd`.
        ends_with_block: Whether it is finished when a `with recording:` block is left, as files
            are; connections and memory stay.
        tick_sec: Longest wait of a row that suits the sink (seconds).
    """

    name: str
    ends_with_block: bool
    tick_sec: float

    def send(self, message: Message) -> None:
        """Takes one message; it may be kept, and is never changed."""
        ...

    def flush(self, timeout: float | None) -> None:
        """Returns when all that was sent has left this process; at most `timeout` seconds."""
        ...

    def close(self) -> None:
        """Finishes; called once, by whatever way the stream leaves the sink."""
        ...


@runtime_checkable
class SinkSpec(Protocol):
    """What `set_sinks` takes: says where to write, and opens it."""

    def identity(self) -> Hashable:
        """Equal for two specs that would write to the same place."""
        ...

    def open_sink(self) -> Sink:
        """The sink.

        Raises:
            RuntimeError: If it cannot be opened; names it.
        """
        ...


def write_message(writer: RrdWriter, message: Message) -> None:
    """Writes a message to an RRD stream."""
    from rrdformats.messages import StoreInfo

    if isinstance(message, StoreChunk):
        writer.write_encoded(message.store_id, message.encoded)
    elif isinstance(message, StoreInfo):
        writer.write_store_info(message)
    else:
        writer.write_activation(message)
