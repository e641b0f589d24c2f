"""What chunks say of themselves in their schemas, and no manifest repeats.

The schema stands at the front of a chunk's payload. Large chunks are not read as a whole for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.blocks import TAIL_KEPT
from rrdformats.chunk import ChunkSchema
from rrdformats.errors import RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.lz4_blocks import decompress_head
from rrdformats.messages import ArrowMsg
from rrdformats.source import read_exactly
from rrdformats.timeline import Timeline
from rrdtool.operations.optimizing.chunk_table import ChunkTable
from rrdtool.operations.optimizing.reading import Reader
from rrdtool.operations.payload_heads import message_length

__all__ = ["out_of_order", "without_components"]

_Ints: TypeAlias = npt.NDArray[np.int64]

_SMALL = 128 << 10
"""Chunks up to this size (bytes) are read whole, many at once."""

_HEAD = 32 << 10
"""Bytes of a larger one that are read; schemas are longer only with a hundred columns."""

_LIKELY = 4 << 10
"""Bytes that hold most schemas once they are decompressed."""

_RECORD = KIND_NAMES[MessageKind.ARROW_MSG]


def out_of_order(table: ChunkTable, chunks: _Ints, lines: _Ints, reader: Reader) -> _Ints:
    """Those of `chunks` that do not say that their rows ascend on a timeline.

    Args:
        table: The chunks.
        chunks: Numbers of some of them.
        lines: For each the number of the timeline.
        reader: Reads small ones.
    """
    order = np.argsort(chunks)
    chunks, lines = chunks[order], lines[order]
    small = table.size[chunks] <= _SMALL
    found = [
        chunk
        for chunk, line in zip(chunks[~small].tolist(), lines[~small].tolist(), strict=True)
        if not _claims(_schema(table, chunk), table.timelines[line])
    ]
    found += _small_ones(table, chunks[small], lines[small], reader)
    return np.array(sorted(found), np.int64)


def without_components(table: ChunkTable, reader: Reader) -> _Ints:
    """Chunks that have no component column at all, and so no cell."""
    empty = np.array([not held for held in table.components], np.bool_)
    found = [np.zeros(0, np.int64)]
    for groups, _ in reader.schemas(np.flatnonzero(empty[table.layout])):
        found += [numbers for numbers, schema in groups if not schema.descriptors]
    return np.sort(np.concatenate(found))


def _small_ones(table: ChunkTable, chunks: _Ints, lines: _Ints, reader: Reader) -> Iterator[int]:
    for groups, lost in reader.schemas(chunks):
        for numbers, schema in groups:
            line = int(lines[np.searchsorted(chunks, numbers[0])])
            if not _claims(schema, table.timelines[line]):
                yield from numbers.tolist()
        yield from lost.tolist()


def _claims(schema: ChunkSchema | None, timeline: Timeline) -> bool:
    if schema is None or timeline not in schema.timelines:
        return False
    return schema.claimed_sorted(schema.timelines.index(timeline))


def _schema(table: ChunkTable, chunk: int) -> ChunkSchema | None:
    """The schema of a large chunk as it is in the file; None if its head does not tell."""
    share = table.shares[int(table.share[chunk])]
    source = share.origin.source
    start, size = int(table.start[chunk]), int(table.size[chunk])
    head = read_exactly(source, start, _HEAD, _RECORD)
    tail = read_exactly(source, start + size - TAIL_KEPT, TAIL_KEPT, _RECORD)
    skipped = size - _HEAD - TAIL_KEPT
    try:
        message = ArrowMsg.parse(memoryview(head + tail), 0, size, skipped=skipped)
        payload = memoryview(head)[message.payload[0] :]
        stream = decompress_head(payload, message.compression, _LIKELY)
        length = message_length(stream) or 0
        if len(stream) < length:
            stream = decompress_head(payload, message.compression, length)
        if len(stream) < length:
            return None
        return ChunkSchema.from_arrow(pa.ipc.read_schema(pa.py_buffer(stream[:length])))
    except (RrdError, pa.ArrowException, OSError, ValueError):
        return None  # whatever is wrong with it shows when it is read
