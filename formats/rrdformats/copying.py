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
from rrdformats.framing import FRAME_SIZE, KIND_NAMES, MessageKind
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.manifest_parts import ChunkPlaces
from rrdformats.messages import ArrowMsg, StoreId
from rrdformats.source import Source, read_exactly
from rrdformats.spans import read_window, windows
from rrdformats.tuid import Tuid
from rrdformats.wire import bytes_field
from rrdformats.write_behind import WriteBehind
from rrdformats.writer import RrdWriter

__all__ = ["ChunkFrames", "Relabeler", "copy_chunks"]

_Ints = npt.NDArray[np.int64]

_COMPLETE_HEADERS = (0, 25, 0)
"""Since this version message headers name the application, the chunk id and staticness."""

_LONG_RUN = 1 << 20
"""Neighbouring chunks from this size on (bytes) are copied by the kernel; shorter runs are read
together with what lies between them."""

_LONG_MESSAGE = 1 << 18
"""Of a message from this size on (bytes) only the front is read when its store changes."""


@dataclass(frozen=True, slots=True)
class ChunkFrames:
    """Where chunks stand in a source, in order; arrays of equal length.

    Attributes:
        rows: The rows of the manifest that list them.
        starts: First byte of each message, behind its frame header.
        ends: Behind its last byte.
    """

    rows: _Ints
    starts: _Ints
    ends: _Ints

    @classmethod
    def of(cls, item: StreamManifest, rows: _Ints) -> ChunkFrames:
        """The chunks that some rows of a manifest list."""
        offsets = np.asarray(item.manifest.byte_offset, np.int64)[rows]
        if (offsets[1:] < offsets[:-1]).any():
            order = np.argsort(offsets, kind="stable")
            offsets, rows = offsets[order], rows[order]
        starts = offsets + item.stream.offset
        return cls(rows, starts, starts + np.asarray(item.manifest.byte_size, np.int64)[rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice | npt.NDArray[np.bool_]) -> ChunkFrames:
        return ChunkFrames(self.rows[part], self.starts[part], self.ends[part])


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
    if not len(rows):
        return
    frames = ChunkFrames.of(item, rows)
    new_id = store_id or item.manifest.store_id
    relabeler = Relabeler(item, new_id, limits)
    position = writer.position
    if relabeler.changes_nothing:
        _copy_frames(source, frames, writer)
        sizes = frames.ends - frames.starts
    else:
        sizes = _copy_relabeled(source, frames, relabeler, writer)
    uncompressed = np.asarray(item.manifest.byte_size_uncompressed, np.int64)[frames.rows]
    offsets = position + np.cumsum(sizes + FRAME_SIZE) - sizes
    writer.carry(new_id, item.manifest, frames.rows, ChunkPlaces(offsets, sizes, uncompressed))


def _copy_frames(source: Source, frames: ChunkFrames, writer: RrdWriter) -> None:
    """Copies frames as they are, neighbours in one piece."""
    begin = frames.starts - FRAME_SIZE
    breaks = np.flatnonzero(begin[1:] != frames.ends[:-1]) + 1
    starts = begin[np.concatenate(([0], breaks))].tolist()
    ends = frames.ends[np.concatenate((breaks - 1, [-1]))].tolist()
    window: list[tuple[int, int]] = []
    with WriteBehind(writer) as behind:
        for start, end in zip(starts, ends, strict=True):
            if window and (end - start >= _LONG_RUN or end - window[0][0] > WINDOW):
                behind.write(_runs(source, window))
                window = []
            if end - start >= _LONG_RUN:
                behind.settle()
                writer.copy_from(source, start, end - start)
            else:
                window.append((start, end))
        if window:
            behind.write(_runs(source, window))


def _runs(source: Source, window: list[tuple[int, int]]) -> list[bytes | memoryview]:
    """Reads short runs and what lies between them in one go."""
    base = window[0][0]
    record = KIND_NAMES[MessageKind.ARROW_MSG]
    data = memoryview(read_exactly(source, base, window[-1][1] - base, record))
    return [data[start - base : end - base] for start, end in window]


def _copy_relabeled(
    source: Source, frames: ChunkFrames, relabeler: Relabeler, writer: RrdWriter
) -> _Ints:
    """Copies messages with another store id; returns their new sizes."""
    is_long = frames.ends - frames.starts >= _LONG_MESSAGE
    breaks = (np.flatnonzero(is_long[1:] | is_long[:-1]) + 1).tolist()
    sizes: list[_Ints] = []
    with WriteBehind(writer) as behind:
        for first, last in zip([0, *breaks], [*breaks, len(frames)], strict=True):
            run = frames[first:last]
            if is_long[first]:
                behind.settle()
                sizes.append(_copy_long(source, run, relabeler, writer))
                continue
            for part in windows(run.starts, run.ends):
                block = read_window(source, relabeler.item.stream, run.starts[part], run.ends[part])
                pieces, found = relabeler.frames(block, run.rows[part])
                behind.write(pieces)
                sizes.append(found)
    return np.concatenate(sizes)


def _copy_long(
    source: Source, frame: ChunkFrames, relabeler: Relabeler, writer: RrdWriter
) -> _Ints:
    """Copies one long message, what stands behind its store id by the kernel."""
    start, end = int(frame.starts[0]), int(frame.ends[0])
    front = relabeler.front(bytes(read_exactly(source, start, relabeler.reach, "ArrowMsg")))
    if front is None:
        block = read_window(source, relabeler.item.stream, frame.starts, frame.ends)
        pieces, sizes = relabeler.frames(block, frame.rows)
        writer.write_raw(pieces)
        return sizes
    kept = end - start - front
    writer.write_message_front(MessageKind.ARROW_MSG, relabeler.field, kept)
    writer.copy_from(source, start + front, kept)
    return np.array([len(relabeler.field) + kept])


class Relabeler:
    """Gives chunk messages of one manifest another store id.

    All known writers put the store first, so usually that field is exchanged and the rest stays as
    it is. Other headers are made anew; what those of an old version do not say is taken from the
    manifest.

    Attributes:
        item: The manifest and its stream.
        field: The field that every message starts with from now on.
        reach: How many bytes of a message tell whether it is a usual one.
    """

    def __init__(self, item: StreamManifest, store_id: StoreId, limits: Limits) -> None:
        self.item = item
        self.field = bytes_field(1, store_id.to_bytes())
        self._encoded_id = store_id.to_bytes()
        self._old = bytes_field(1, item.manifest.store_id.to_bytes())
        self._complete = item.stream.header.version.release >= _COMPLETE_HEADERS
        self._limits = limits
        self.reach = len(self._old)

    @property
    def changes_nothing(self) -> bool:
        """Whether messages can stay as they are."""
        return self._complete and self.field == self._old

    def front(self, head: bytes) -> int | None:
        """Length of the store's field at the start of a usual message; None for another one."""
        usual = self._complete and head.startswith(self._old)
        return len(self._old) if usual else None

    def frames(
        self, block: Block, rows: _Ints, chosen: _Ints | None = None
    ) -> tuple[list[bytes | memoryview], _Ints]:
        """Frames of the chunks of a block in their new store.

        Args:
            block: Chunk messages only.
            rows: The manifest's row of each message.
            chosen: Which messages; None for all.

        Returns:
            The frames, each in two pieces, and the sizes of the messages in them.
        """
        starts = np.asarray(block.starts, np.int64)
        ends = np.asarray(block.ends, np.int64)
        if chosen is not None:
            starts, ends, rows = starts[chosen], ends[chosen], rows[chosen]
        usual = self._usual(block, starts, ends)
        sizes = ends - starts + (len(self.field) - len(self._old))
        heads = self._heads(sizes)
        data, skipped = block.data, len(self._old)
        pieces: list[bytes | memoryview] = [b""] * (2 * len(starts))
        pieces[0::2] = heads
        pieces[1::2] = map(data.__getitem__, map(slice, (starts + skipped).tolist(), ends.tolist()))
        for index in np.flatnonzero(~usual).tolist():
            head, rest = self._encoded_anew(
                data[int(starts[index]) : int(ends[index])], int(rows[index])
            )
            sizes[index] = len(head) + len(rest)
            pieces[2 * index] = self._heads(sizes[index : index + 1], with_field=False)[0] + head
            pieces[2 * index + 1] = rest
        return pieces, sizes

    def _usual(self, block: Block, starts: _Ints, ends: _Ints) -> npt.NDArray[np.bool_]:
        """Which messages start with the store's field as it is usually written."""
        width = len(self._old)
        room = ends - starts > width
        if not self._complete or not room.all():
            return np.zeros(len(starts), np.bool_)
        data = np.frombuffer(block.data, np.uint8)
        fronts = data[starts[:, None] + np.arange(width)]
        usual: npt.NDArray[np.bool_] = (fronts == np.frombuffer(self._old, np.uint8)).all(axis=1)
        return usual

    def _heads(self, sizes: _Ints, *, with_field: bool = True) -> list[bytes]:
        """Frame header and store of messages of the given sizes."""
        field = self.field if with_field else b""
        width = FRAME_SIZE + len(field)
        table = np.empty((len(sizes), width), np.uint8)
        numbers = np.empty((len(sizes), 2), "<u8")
        numbers[:, 0] = MessageKind.ARROW_MSG
        numbers[:, 1] = sizes
        table[:, :FRAME_SIZE] = numbers.view(np.uint8)
        table[:, FRAME_SIZE:] = np.frombuffer(field, np.uint8)
        raw = table.tobytes()
        return [raw[start : start + width] for start in range(0, len(raw), width)]

    def _encoded_anew(self, message: memoryview, row: int) -> tuple[bytes, bytes]:
        """A message with all fields of today around its payload."""
        header = ArrowMsg.parse(message, 0, len(message), self._limits)
        manifest = self.item.manifest
        before, after = ArrowMsg.encode(
            self._encoded_id,
            message[slice(*header.payload)],
            compression=header.compression,
            uncompressed_size=header.uncompressed_size,
            chunk_id=Tuid.from_bytes(manifest.chunk_id[16 * row : 16 * row + 16]),
            is_static=bool(manifest.is_static[row]),
        )
        return before, bytes(message[slice(*header.payload)]) + after
