"""Writes a recording: header, messages, footer with manifests, trailer (fact sheet 1 and 7).

The writer goes front to back and never seeks, so a pipe will do. What it has written is always a
readable prefix; only `close` makes it a complete stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self, cast

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import Chunk
from rrdformats.framing import (
    FRAME,
    CrateVersion,
    MessageKind,
    StreamHeader,
    Trailer,
)
from rrdformats.manifest import Manifest
from rrdformats.manifest_build import DescribedSchema, ManifestBuilder
from rrdformats.manifest_parts import ChunkPlaces, ManifestPart
from rrdformats.messages import (
    ArrowMsg,
    BlueprintActivation,
    Compression,
    SetStoreInfo,
    StoreId,
    StoreInfo,
    encode_footer,
)
from rrdformats.payloads import compress_payload
from rrdformats.source import Source, read_exactly
from rrdformats.tuid import Tuid

__all__ = ["FORMAT_VERSION", "EncodedChunk", "RrdWriter"]

_COPY_STEP = 1 << 20

FORMAT_VERSION = CrateVersion(0, 41, 0)
"""The version of the format that is written, as the stream header names it."""


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A chunk and what is written of it.

    Attributes:
        chunk: The chunk.
        payload: Its Arrow stream, compressed if the writer compresses.
        uncompressed_size: Length of the stream (bytes).
    """

    chunk: Chunk
    payload: bytes
    uncompressed_size: int


class RrdWriter:
    """Writes one stream to a binary file object, which stays the caller's to close.

    Use it as a context manager: leaving the block normally writes the footer, leaving it by an
    exception leaves the stream without one.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        version: CrateVersion = FORMAT_VERSION,
        compress: bool = True,
        write_footer: bool = True,
    ) -> None:
        """Writes the stream header.

        Args:
            file: Where to write; only `write` is used.
            version: Version in the stream header.
            compress: Whether chunk payloads and manifests are compressed with LZ4.
            write_footer: False ends the stream after its last message, with neither End message
                nor trailer.
        """
        self._file = file
        self._compress = compress
        self._write_footer = write_footer
        self._builders: dict[StoreId, ManifestBuilder] = {}
        self._encoded_ids: dict[StoreId, bytes] = {}
        self._closed = False
        self.position = 0
        """Bytes written so far."""
        self._write(StreamHeader(version).to_bytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()

    def _write(self, *pieces: bytes | memoryview) -> None:
        for piece in pieces:
            left = memoryview(piece)
            while left:  # an unbuffered file may take less than it is given
                written = cast("int | None", self._file.write(left))
                left = left[len(left) if written is None else written :]
            self.position += len(piece)

    def write_message(self, kind: int, *pieces: bytes | memoryview) -> int:
        """Writes one framed message as it is; returns where its first byte stands in the stream.

        The manifests do not learn of chunks that are written this way: see `add_to_manifest`.
        """
        self._write(FRAME.pack(kind, sum(map(len, pieces))))
        start = self.position
        self._write(*pieces)
        return start

    def write_store_info(self, info: StoreInfo, row_id: Tuid | None = None) -> None:
        """Introduces a store; it may be repeated, the latest info wins."""
        message = SetStoreInfo(row_id or Tuid.new(), info)
        self.write_message(MessageKind.SET_STORE_INFO, message.to_bytes())

    def write_activation(self, activation: BlueprintActivation) -> None:
        """Activates a blueprint; must come after all chunks of the blueprint."""
        self.write_message(MessageKind.BLUEPRINT_ACTIVATION, activation.to_bytes())

    def write_chunk(self, store_id: StoreId, chunk: Chunk) -> None:
        """Writes a chunk of the given store and notes it in the store's manifest."""
        self.write_encoded(store_id, self.encode(chunk))

    def encode(self, chunk: Chunk) -> EncodedChunk:
        """What `write_encoded` takes: most of the work, and safe to do in any thread."""
        stream = chunk.encode()
        payload = compress_payload(stream) if self._compress else stream
        return EncodedChunk(chunk, payload, len(stream))

    def write_encoded(self, store_id: StoreId, encoded: EncodedChunk) -> None:
        """Writes an encoded chunk of the given store and notes it in the store's manifest."""
        chunk, payload, size = encoded.chunk, encoded.payload, encoded.uncompressed_size
        encoded_id = self._encoded_ids.get(store_id)
        if encoded_id is None:
            encoded_id = self._encoded_ids[store_id] = store_id.to_bytes()
        before, after = ArrowMsg.encode(
            encoded_id,
            payload,
            compression=Compression.LZ4 if self._compress else Compression.NONE,
            uncompressed_size=size,
            chunk_id=chunk.id,
            is_static=chunk.is_static,
        )
        start = self.write_message(MessageKind.ARROW_MSG, before, payload, after)
        sizes = (start, self.position - start, size)
        self.add_to_manifest(store_id, chunk, ChunkPlaces(*(np.array([n]) for n in sizes)))

    def add_to_manifest(self, store_id: StoreId, chunk: Chunk, places: ChunkPlaces) -> None:
        """Notes a chunk that was written as it was."""
        if self._write_footer:
            builder = self._builders.setdefault(store_id, ManifestBuilder(store_id))
            ids = np.frombuffer(chunk.id.to_bytes(), np.uint8).reshape(1, 16)
            builder.add(chunk.schema, chunk.batch, ids, places)

    def carry(
        self,
        store_id: StoreId,
        manifest: Manifest,
        rows: npt.NDArray[np.int64],
        places: ChunkPlaces,
    ) -> None:
        """Notes chunks that were copied, as another manifest describes them.

        Args:
            store_id: The store they belong to.
            manifest: The manifest that lists them.
            rows: Which of its rows.
            places: Where they stand now, along `rows`.
        """
        if self._write_footer:
            self._builders.setdefault(store_id, ManifestBuilder(store_id)).carry(
                manifest, rows, places
            )

    def describe(
        self, store_id: StoreId, schemas: Iterable[DescribedSchema], part: ManifestPart
    ) -> None:
        """Notes chunks that were written as frames, as `part` describes them."""
        if self._write_footer:
            builder = self._builders.setdefault(store_id, ManifestBuilder(store_id))
            builder.add_part(schemas, part)

    def write_message_front(self, kind: int, front: bytes, length: int) -> None:
        """Writes a frame header and the front of a message; `length` more bytes must follow."""
        self._write(FRAME.pack(kind, len(front) + length), front)

    def write_raw(self, pieces: list[bytes | memoryview]) -> None:
        """Writes whole frames as they are."""
        self._write(b"".join(pieces))

    def copy_from(self, source: Source, offset: int, length: int) -> None:
        """Copies whole frames from a seekable source, in the kernel where both ends allow it.

        Raises:
            TruncatedError: If the source ends before.
        """
        copy_range = getattr(self._file, "copy_range", None)
        descriptor = source.descriptor
        if copy_range is not None and descriptor is not None:
            copy_range(descriptor, offset, length)
            self.position += length
            return
        for start in range(offset, offset + length, _COPY_STEP):
            step = min(_COPY_STEP, offset + length - start)
            self._write(memoryview(read_exactly(source, start, step, "message")))

    def close(self) -> None:
        """Writes the End message with the manifests, and the trailer. Once is enough.

        A store in which one timeline has two kinds gets no footer, as the reference refuses to
        read one: the stream then ends without End message, and readers scan it.
        """
        if self._closed:
            return
        self._closed = True
        if not self._write_footer or self.conflicting_timelines:
            return
        builders = self._builders.values()
        footer = encode_footer([builder.build(compress=self._compress) for builder in builders])
        start = self.write_message(MessageKind.END, footer)
        self._write(Trailer.of(footer, start).to_bytes())

    @property
    def conflicting_timelines(self) -> list[str]:
        """Timelines that were written with two kinds in one store."""
        found = {name for b in self._builders.values() for name in b.conflicting_timelines}
        return sorted(found)
