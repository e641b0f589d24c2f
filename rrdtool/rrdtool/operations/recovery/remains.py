"""What can still be told of a chunk that cannot be read: from its header, and how its data start.

A compressed payload can be decompressed from its start as far as one likes, so a chunk that was cut
off still tells its entity and timelines, and mostly how many rows it had.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rrdformats.chunk import ChunkSchema
from rrdformats.chunk_schema import CHUNK_ID_KEY
from rrdformats.errors import RrdError
from rrdformats.framing import FRAME, FRAME_SIZE, KIND_NAMES, MessageKind
from rrdformats.ipc_read import read_batch
from rrdformats.limits import Limits, check_limit
from rrdformats.lz4_blocks import decompress_head
from rrdformats.messages import StoreId
from rrdformats.migrations import migrate
from rrdformats.source import Source, read_exactly
from rrdformats.timeline import Timeline
from rrdformats.tuid import Tuid
from rrdformats.wire import LENGTH, VARINT, iter_fields
from rrdtool.operations.payload_heads import MESSAGE_PREFIX, message_length

__all__ = ["Remains", "remains_at"]

_READ = 1 << 20
"""How much of a message is looked at; headers and schemas are far smaller."""

_BATCH_ROOM = 1 << 16


@dataclass(slots=True)
class Remains:
    """What is left of a message.

    Attributes:
        record: Kind of the message; None if it is not known to be one.
        store: The store of a chunk.
        entity: Its entity.
        timelines: Its timelines; empty if it is static, or if that cannot be told.
        chunk_id: Its id.
        rows: How many rows it had.
    """

    record: str | None = None
    store: StoreId | None = None
    entity: str | None = None
    timelines: tuple[Timeline, ...] = ()
    chunk_id: Tuid | None = None
    rows: int | None = None


def remains_at(source: Source, start: int, end: int, limits: Limits) -> Remains:
    """What can be told of the message whose frame starts at `start`, of which `end` is the last.

    Args:
        source: Where it stands.
        start: First byte of its frame.
        end: Behind the last byte that may belong to it.
        limits: Bounds for what is parsed.
    """
    found = Remains()
    if end - start < FRAME_SIZE:
        return found
    data = bytes(read_exactly(source, start, min(end - start, _READ), "message"))
    kind, length = FRAME.unpack_from(data)
    if kind not in KIND_NAMES or length > limits.message_bytes:
        return found
    found.record = KIND_NAMES[kind]
    if kind == MessageKind.ARROW_MSG:
        # What was found before stays. The errors are those of Arrow: nothing is read any more.
        with suppress(RrdError, pa.ArrowException, OSError, ValueError, IndexError):
            _read_chunk(found, memoryview(data)[FRAME_SIZE:], length, limits)
    return found


def _read_chunk(found: Remains, data: memoryview, length: int, limits: Limits) -> None:
    compression = size = 0
    for number, wire, value, stop in _header_fields(data, length):
        if (number, wire) == (1, LENGTH):
            found.store = StoreId.parse(data, value, stop, limits)
        elif (number, wire) == (2, VARINT):
            compression = value
        elif (number, wire) == (3, VARINT):
            size = value
        elif (number, wire) == (5, LENGTH):
            size = size if compression else stop - value
            _read_payload(found, data[value:stop], compression, size, limits)


def _header_fields(data: memoryview, length: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields up to the payload, whether or not all of that is there."""
    for item in iter_fields(data, 0, length):
        yield item
        if item[:2] == (5, LENGTH):
            return


def _read_payload(
    found: Remains, payload: memoryview, compression: int, size: int, limits: Limits
) -> None:
    start = message_length(decompress_head(payload, compression, MESSAGE_PREFIX))
    if start is None or start > _READ:
        return
    head = decompress_head(payload, compression, start + _BATCH_ROOM)
    raw = pa.ipc.read_schema(pa.py_buffer(head[:start]))
    canonical = migrate(pa.RecordBatch.from_pylist([], schema=raw)).schema
    schema = ChunkSchema.from_arrow(canonical)
    found.entity = str(schema.entity_path)
    found.timelines = schema.timelines
    chunk_id = (canonical.metadata or {}).get(CHUNK_ID_KEY.encode(), b"")
    with suppress(ValueError):
        found.chunk_id = Tuid.parse(chunk_id.decode("ascii", "replace"))
    # Zeros stand for the values that are lost; nobody looks at them, so they take no memory.
    stream = np.zeros(check_limit(size, limits.uncompressed_bytes, "size of a chunk"), np.uint8)
    there = min(len(head), size)
    stream[:there] = np.frombuffer(head, np.uint8, there)
    found.rows = read_batch(stream.data, start, limits).rows
