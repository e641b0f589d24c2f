"""Where the pieces of an import go: one stream, each store introduced once.

Large chunks are encoded and compressed in a thread of their own while the importer makes the next
ones; at most a few wait, so memory stays bounded by chunks.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import xxhash

from rrdformats.chunk import Chunk
from rrdformats.contents import StreamManifest
from rrdformats.copying import copy_chunks
from rrdformats.messages import SourceKind, StoreId, StoreInfo, StoreSource
from rrdformats.reader import Recording
from rrdformats.tuid import Tuid
from rrdformats.wire import bytes_field, varint_field
from rrdformats.writer import EncodedChunk, RrdWriter
from rrdimporters.protocol import Addressed, Piece, WholeRecording
from rrdimporters.report import ImportReport

__all__ = ["RecordingSink"]

_WAITING = 2
_LARGE = 1 << 18  # bytes; below, handing a chunk to a thread costs more than encoding it
_FILE_FROM_CLI = bytes_field(1, varint_field(1, 1))


class RecordingSink:
    """Writes pieces to a binary file object, which stays the caller's to close.

    Use it as a context manager: leaving the block normally writes the footer.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._writer = RrdWriter(file)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._waiting: deque[tuple[StoreId, Future[EncodedChunk]]] = deque()
        self._introduced: set[StoreId] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._settle()
                self._writer.close()
        finally:
            self._pool.shutdown(cancel_futures=True)

    @property
    def position(self) -> int:
        """Bytes written so far."""
        return self._writer.position

    @property
    def is_empty(self) -> bool:
        """Whether no store has been introduced yet."""
        return not self._introduced

    def take(self, piece: Piece, store_id: StoreId, report: ImportReport) -> None:
        """Writes a piece.

        Args:
            piece: What an importer yielded.
            store_id: The recording of chunks that name none.
            report: Whose counts grow; told what of a whole recording is damaged.

        Raises:
            RrdError: If a whole recording turns out not to be what its manifests say.
        """
        if isinstance(piece, WholeRecording):
            self._copy(piece.recording, report)
        elif isinstance(piece, Addressed):
            self._write(piece.store_id, piece.chunk, report)
        else:
            self._write(store_id, piece, report)

    def introduce(self, store_id: StoreId, time_ns: int | None = None) -> None:
        """Writes the store's info, unless that has been done.

        Args:
            store_id: The store.
            time_ns: Time half of the message's row id; now, unless given.
        """
        if store_id not in self._introduced:
            info = StoreInfo(store_id, StoreSource(SourceKind.FILE, _FILE_FROM_CLI))
            self._introduce(info, Tuid.new().time_ns if time_ns is None else time_ns)

    def _introduce(self, info: StoreInfo, time_ns: int) -> None:
        self._settle()
        said = info.store_id.to_bytes() + info.source.to_bytes()
        row_id = Tuid(time_ns, xxhash.xxh3_64_intdigest(said) >> 1)
        self._writer.write_store_info(info, row_id)
        self._introduced.add(info.store_id)

    def _write(self, store_id: StoreId, chunk: Chunk, report: ImportReport) -> None:
        self.introduce(store_id, chunk.id.time_ns)
        report.count(store_id, rows=len(chunk), chunks=1)
        if chunk.heap_size < _LARGE and not self._waiting:
            self._writer.write_chunk(store_id, chunk)
            return
        self._waiting.append((store_id, self._pool.submit(self._writer.encode, chunk)))
        if len(self._waiting) > _WAITING:
            self._write_first()

    def _write_first(self) -> None:
        store_id, encoded = self._waiting.popleft()
        self._writer.write_encoded(store_id, encoded.result())

    def _settle(self) -> None:
        while self._waiting:
            self._write_first()

    def _copy(self, recording: Recording, report: ImportReport) -> None:
        """Copies all stores of a recording, and what activates its blueprints."""
        self._settle()
        contents = recording.contents
        for damage in contents.damage:
            report.lost(str(damage))
        for store_id, info in contents.stores.items():
            items = contents.of_store(store_id)
            if store_id not in self._introduced and info is not None:
                self._introduce(info, min(map(_first_time, items), default=0))
            for item in items:
                rows = np.arange(len(item.manifest))
                copy_chunks(recording.source, item, rows, self._writer, limits=recording.limits)
                report.count(store_id, rows=sum(item.manifest.num_rows), chunks=len(rows))
        for activation in contents.activations:
            self._writer.write_activation(activation)


def _first_time(item: StreamManifest) -> int:
    """The earliest time that the id of a chunk names (nanoseconds); 0 without chunks."""
    times = np.frombuffer(item.manifest.chunk_id, ">u8")[::2]
    return int(times.min()) if len(times) else 0
