"""What travels: one `LogMsg` or table in the bytes of its request, and how much it matters.

The request that writes a message and the response that brings it have the same layout, so a
server passes on the bytes that it got.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from rrdformats.errors import CorruptError
from rrdformats.framing import MessageKind
from rrdformats.messages import (
    ArrowMsg,
    BlueprintActivation,
    Compression,
    SetStoreInfo,
    StoreId,
    StoreInfo,
    StoreKind,
)
from rrdformats.tuid import Tuid
from rrdformats.wire import LENGTH, iter_fields, length_prefix
from rrdtool.sinks.base import StoreChunk

if TYPE_CHECKING:
    from rrdtool.sinks.base import Message

__all__ = ["Packet", "Rank", "body_of"]

_OVERHEAD = 128
"""About what Python needs for a packet besides its bytes."""


class Rank(IntEnum):
    """How much a packet matters: those of lower rank come first and are given up last."""

    PERSISTENT = 0
    """Store infos and all that belongs to blueprints: never given up."""
    STATIC = 1
    """Chunks without times, and tables."""
    TEMPORAL = 2
    """Chunks with times."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One request of `WriteMessages` or `WriteTable`, or one response of the reading methods.

    Attributes:
        data: The bytes of the protobuf message.
        rank: How much it matters.
        introduces: The recording whose store info it is.
        is_table: Whether it holds a table.
    """

    data: bytes
    rank: Rank
    introduces: StoreId | None = None
    is_table: bool = False

    @classmethod
    def of(cls, message: Message) -> Self:
        """The packet of a message that is logged."""
        if isinstance(message, StoreChunk):
            chunk = message.encoded.chunk
            pieces = _chunk_pieces(message)
            rank = _rank_of_chunk(message.store_id, chunk.is_static)
            return cls(_request(MessageKind.ARROW_MSG, *pieces), rank)
        if isinstance(message, StoreInfo):
            body = SetStoreInfo(Tuid.new(), message).to_bytes()
            data = _request(MessageKind.SET_STORE_INFO, body)
            return cls(data, Rank.PERSISTENT, _recording_of(message.store_id))
        data = _request(MessageKind.BLUEPRINT_ACTIVATION, message.to_bytes())
        return cls(data, Rank.PERSISTENT)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The packet of a request that somebody sent.

        Raises:
            RrdError: If it holds no message, or one that cannot be understood.
        """
        kind, body = body_of(data)
        if kind == MessageKind.ARROW_MSG:
            chunk = ArrowMsg.parse(body, 0, len(body))
            return cls(data, _rank_of_chunk(chunk.store_id, bool(chunk.is_static)))
        if kind == MessageKind.SET_STORE_INFO:
            info = SetStoreInfo.parse(body, 0, len(body)).info
            return cls(data, Rank.PERSISTENT, _recording_of(info.store_id))
        if kind == MessageKind.BLUEPRINT_ACTIVATION:
            BlueprintActivation.parse(body, 0, len(body))
        return cls(data, Rank.PERSISTENT)

    @classmethod
    def of_table(cls, data: bytes) -> Self:
        """The packet of a table that somebody sent."""
        return cls(data, Rank.STATIC, is_table=True)

    @property
    def size(self) -> int:
        """What it takes in memory (bytes)."""
        return len(self.data) + _OVERHEAD


def body_of(data: bytes) -> tuple[int, memoryview]:
    """Kind and bytes of the message in a packet, as they stand in files.

    Raises:
        CorruptError: If there is none.
    """
    view = memoryview(data)
    for number, wire, start, end in iter_fields(view, 0, len(view)):
        if number != 1 or wire != LENGTH:
            continue
        for kind, inner_wire, inner_start, inner_end in iter_fields(view, start, end):
            if inner_wire == LENGTH:
                return kind, view[inner_start:inner_end]
    raise CorruptError("a request holds no message")


def _recording_of(store_id: StoreId) -> StoreId | None:
    return store_id if store_id.kind == StoreKind.RECORDING else None


def _rank_of_chunk(store_id: StoreId, is_static: bool) -> Rank:
    if store_id.kind == StoreKind.BLUEPRINT:
        return Rank.PERSISTENT
    return Rank.STATIC if is_static else Rank.TEMPORAL


def _chunk_pieces(message: StoreChunk) -> tuple[bytes, bytes, bytes]:
    encoded = message.encoded
    before, after = ArrowMsg.encode(
        message.store_id.to_bytes(),
        encoded.payload,
        compression=Compression.LZ4,
        uncompressed_size=encoded.uncompressed_size,
        chunk_id=encoded.chunk.id,
        is_static=encoded.chunk.is_static,
    )
    return before, encoded.payload, after


def _request(kind: int, *pieces: bytes) -> bytes:
    """A request with a `LogMsg`, whose field numbers are the kinds of messages in files."""
    length = sum(map(len, pieces))
    prefix = length_prefix(kind, length)
    return b"".join((length_prefix(1, len(prefix) + length), prefix, *pieces))
