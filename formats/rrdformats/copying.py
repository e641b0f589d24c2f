"""Copies chunks from a recording into a writer without decoding them.

What stays as it is goes from file to file: neighbouring chunks in one piece, their frames included,
by the kernel where it can. Where the store changes, only the front of each message's header is new.
The manifest of the copy is carried over row by row, with new offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import WINDOW, Block
from rrdformats.contents import StreamManifest
from rrdformats.framing import FRAME, FRAME_SIZE, KIND_NAMES, MessageKind
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.manifest_parts import ChunkPlaces
from rrdformats.messages import ArrowMsg, Compression, StoreId
from rrdformats.query import ChunkSpan
from rrdformats.reader import blocks_of_spans
from rrdformats.source import Source, read_exactly
from rrdformats.tuid import Tuid
from rrdformats.wire import bytes_field
from rrdformats.writer import RrdWriter

__all__ = ["copy_chunks"]

_Ints = npt.NDArray[np.int64]

_COMPLETE_HEADERS = (0, 25, 0)
"""Since this version message headers name the application, the chunk id and staticness."""

_LONG_RUN = 1 << 20
"""Neighbouring chunks from this size on (bytes) are copied by the kernel; shorter runs are read
together with what lies between them."""


@dataclass(frozen=True, slots=True)
class _Frames:
    """Where frames stand in the source, in order; arrays of equal length."""

    start: _Ints
    end: _Ints


def copy_chunks(
    source: Source,
    item: StreamManifest,
    rows: _Ints,
    writer: RrdWriter,
    store_id: StoreId | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Copies the chunks that some rows of a manifest list, in file order.

    Args:
        source: The recording that the manifest is of; it must be seekable.
        item: The manifest and its stream.
        rows: Which of its rows.
        writer: Where the chunks go; its manifest learns of them.
        store_id: The store that they belong to from now on; None leaves them in theirs.
        limits: Bounds for what is parsed.

    Raises:
        RrdError: If the source is not what the manifest says.
    """
    manifest = item.manifest
    offsets = np.asarray(manifest.byte_offset, np.int64)[rows]
    rows = rows[np.argsort(offsets, kind="stable")]
    if not len(rows):
        return
    messages = np.asarray(manifest.byte_offset, np.int64)[rows] + item.stream.offset
    sizes = np.asarray(manifest.byte_size, np.int64)[rows]
    new_id = store_id or manifest.store_id
    if new_id == manifest.store_id and item.stream.header.version.release >= _COMPLETE_HEADERS:
        position = writer.position
        frames = _Frames(messages - FRAME_SIZE, messages + sizes)
        _copy_frames(source, frames, writer)
    else:
        position = writer.position
        spans = [
            ChunkSpan(item.stream, manifest.store_id, start, start + size)
            for start, size in zip(messages.tolist(), sizes.tolist(), strict=True)
        ]
        encoded_id = new_id.to_bytes()
        blocks = blocks_of_spans(source, spans)
        ids = np.frombuffer(manifest.chunk_id, np.uint8).reshape(-1, 16)[rows]
        static = np.asarray(manifest.is_static, np.bool_)[rows]
        renamer = _Renamer(encoded_id, ids, static, writer, limits)
        sizes = np.concatenate([renamer.copy(block) for block in blocks])
    framed = sizes + FRAME_SIZE
    places = ChunkPlaces(
        position + np.cumsum(framed) - sizes,
        sizes,
        np.asarray(manifest.byte_size_uncompressed, np.int64)[rows],
    )
    writer.carry(new_id, manifest, rows, places)


def _copy_frames(source: Source, frames: _Frames, writer: RrdWriter) -> None:
    """Copies frames as they are, neighbours in one piece."""
    breaks = np.flatnonzero(frames.start[1:] != frames.end[:-1]) + 1
    starts = frames.start[np.concatenate(([0], breaks))].tolist()
    ends = frames.end[np.concatenate((breaks - 1, [-1]))].tolist()
    window: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if window and (end - start >= _LONG_RUN or end - window[0][0] > WINDOW):
            _copy_window(source, window, writer)
            window = []
        if end - start >= _LONG_RUN:
            writer.copy_from(source, start, end - start)
        else:
            window.append((start, end))
    if window:
        _copy_window(source, window, writer)


def _copy_window(source: Source, window: list[tuple[int, int]], writer: RrdWriter) -> None:
    """Reads short runs and what lies between them in one go, and writes the runs."""
    base = window[0][0]
    record = KIND_NAMES[MessageKind.ARROW_MSG]
    data = memoryview(read_exactly(source, base, window[-1][1] - base, record))
    writer.write_raw([data[start - base : end - base] for start, end in window])


class _Renamer:
    """Copies chunks into another store, block after block.

    What a message's header of an old version does not say is taken from the manifest.
    """

    def __init__(
        self,
        encoded_id: bytes,
        ids: npt.NDArray[np.uint8],
        static: npt.NDArray[np.bool_],
        writer: RrdWriter,
        limits: Limits,
    ) -> None:
        self._encoded_id = encoded_id
        self._ids = ids
        self._static = static
        self._writer = writer
        self._limits = limits
        self._done = 0

    def copy(self, block: Block) -> _Ints:
        """Copies the chunks of a block; returns the sizes of their new messages."""
        headers = parse_headers(block, self._limits)
        if headers.errors:
            raise headers.errors[0][1]
        field = bytes_field(1, self._encoded_id)
        data, pack = block.data, FRAME.pack
        pieces: list[bytes | memoryview] = []
        sizes: list[int] = []
        for i, front in enumerate(_fronts(block, headers)):
            start, end = block.starts[i], block.ends[i]
            if front:
                size = len(field) + end - start - front
                pieces += (pack(MessageKind.ARROW_MSG, size), field, data[start + front : end])
            else:
                parts = self._encoded_anew(data, headers, i)
                size = sum(map(len, parts))
                pieces += (pack(MessageKind.ARROW_MSG, size), *parts)
            sizes.append(size)
        self._done += len(headers)
        self._writer.write_raw(pieces)
        return np.array(sizes, np.int64)

    def _encoded_anew(
        self, data: memoryview, headers: ArrowHeaders, index: int
    ) -> tuple[bytes, memoryview, bytes]:
        """A message with all fields of today around its payload."""
        payload = data[int(headers.payload_start[index]) : int(headers.payload_end[index])]
        row = self._done + index
        before, after = ArrowMsg.encode(
            self._encoded_id,
            payload,
            compression=Compression(int(headers.compression[index])),
            uncompressed_size=int(headers.uncompressed_size[index]),
            chunk_id=Tuid.from_bytes(self._ids[row].tobytes()),
            is_static=bool(self._static[row]),
        )
        return before, payload, after


def _fronts(block: Block, headers: ArrowHeaders) -> list[int]:
    """Length of the store id field that each message starts with; 0 for headers to be made anew."""
    data = np.frombuffer(block.data, np.uint8)
    starts = np.asarray(block.starts, np.int64)[headers.messages]
    length = data[starts + 1].astype(np.int64)
    usual = (data[starts] == 0x0A) & (length < 0x80) & (headers.is_static >= 0)
    usual &= headers.chunk_id.any(axis=1)
    fronts: list[int] = np.where(usual, length + 2, 0).tolist()
    return fronts
