"""Where the chunks of a recording stand, and a digest of each payload: no chunk is decoded.

A chunk that was copied still has the payload that it had, and the chunk's id is part of that. So
two chunks whose digests are equal are the same chunk, and need not be looked at any closer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

from rrdformats.blocks import Block, OnDamage, Stream, read_blocks
from rrdformats.contents import Contents, take_message
from rrdformats.errors import RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.messages import StoreId
from rrdformats.reader import Recording
from rrdformats.scan import StoreNames

__all__ = ["ChunkIndex", "Progress", "index_chunks", "without"]

Progress = Callable[[int, int | None], None]
"""Told how many bytes are done, and how many there are (None: unknown)."""

_Ints: TypeAlias = "npt.NDArray[np.int64]"


@dataclass(frozen=True, slots=True)
class ChunkIndex:
    """The chunks of a recording, as columns of equal length in file order.

    Attributes:
        recording: The recording; it can seek.
        streams: Its streams.
        stores: The stores that it names.
        stream: Index of each chunk's stream, `(n,) int64`.
        store: Index of its store, `(n,) int64`.
        start: First byte of its message in the source, `(n,) int64`.
        end: Behind its last byte, `(n,) int64`.
        static: 1, 0, or -1 where the message does not say, `(n,) int64`.
        ids: Chunk ids, one 16-byte value each, `(n,) V16`; zeros where the message does not say.
        digests: Of the payloads and how they are compressed, `(n,) V16`.
    """

    recording: Recording
    streams: list[Stream]
    stores: list[StoreId]
    stream: _Ints
    store: _Ints
    start: _Ints
    end: _Ints
    static: _Ints
    ids: npt.NDArray[np.void]
    digests: npt.NDArray[np.void]

    def __len__(self) -> int:
        return len(self.start)

    def first_of_each(self, places: _Ints) -> _Ints:
        """Those of `places` at which a chunk id stands for the first time in its store."""
        seen: set[tuple[int, bytes]] = set()
        kept: list[int] = []
        unknown = bytes(16)
        keys = zip(self.store[places].tolist(), self.ids[places].tolist(), strict=True)
        for place, key in zip(places.tolist(), keys, strict=True):
            if key not in seen:
                kept.append(place)
                if key[1] != unknown:
                    seen.add(key)
        return np.array(kept, np.int64)


def without(places: _Ints, digests: npt.NDArray[np.void], others: npt.NDArray[np.void]) -> _Ints:
    """Those of `places` whose digests are not among `others`."""
    known = set(others.tolist())
    found = [digest in known for digest in digests[places].tolist()]
    return places[~np.array(found, np.bool_)]


class _Indexer:
    def __init__(self, recording: Recording, on_damage: OnDamage) -> None:
        self.recording = recording
        self.on_damage = on_damage
        self.contents = Contents()
        self.names = StoreNames()
        self.streams: list[Stream] = []
        self.columns: list[_Ints] = []
        self.ids: list[npt.NDArray[np.uint8]] = []
        self.digests: list[bytes] = []

    def block(self, block: Block) -> None:
        if not self.streams or self.streams[-1] is not block.stream:
            self.streams.append(block.stream)
        for index, kind in enumerate(block.kinds):
            if kind in (MessageKind.SET_STORE_INFO, MessageKind.BLUEPRINT_ACTIVATION):
                self.other_message(block, index, kind)
        headers = parse_headers(block, self.recording.limits)
        for _, error in headers.errors:
            self.on_damage(error)
        if len(headers):
            self.chunks(block, headers)

    def other_message(self, block: Block, index: int, kind: int) -> None:
        start, end = block.starts[index], block.ends[index]
        try:
            limits = self.recording.limits
            take_message(self.contents, kind, block.data, start, end, limits)
        except RrdError as error:
            self.on_damage(error.at(block.source_offset(index), KIND_NAMES[kind]))
        for store_id in self.contents.stores:
            self.names.learn(store_id)

    def chunks(self, block: Block, headers: ArrowHeaders) -> None:
        store = self.store_numbers(block, headers)[headers.store]
        spans = zip(headers.payload_start.tolist(), headers.payload_end.tolist(), strict=True)
        digest, data = xxhash.xxh3_128_digest, block.data
        digests = b"".join([digest(data[start:end]) for start, end in spans])
        marked = np.frombuffer(digests, np.uint8).reshape(-1, 16).copy()
        marked[:, 0] ^= headers.compression.astype(np.uint8)
        starts = np.asarray(block.starts, np.int64)[headers.messages] + block.offset
        ends = np.asarray(block.ends, np.int64)[headers.messages] + block.offset
        stream = np.full(len(headers), len(self.streams) - 1)
        kept = store >= 0
        columns = np.stack((stream, store, starts, ends, headers.is_static))
        self.columns.append(columns[:, kept])
        self.ids.append(headers.chunk_id[kept])
        self.digests.append(marked[kept].tobytes())

    def store_numbers(self, block: Block, headers: ArrowHeaders) -> _Ints:
        """For each store of a block its number among all; -1 where none can be told."""
        numbers: list[int] = []
        for index, named in enumerate(headers.stores):
            try:
                store_id = self.names.complete(named)
            except RrdError as error:
                first = int(headers.messages[int(np.argmax(headers.store == index))])
                place = block.source_offset(first)
                self.on_damage(error.at(place, KIND_NAMES[MessageKind.ARROW_MSG]))
                numbers.append(-1)
                continue
            self.contents.stores.setdefault(store_id, None)
            numbers.append(list(self.contents.stores).index(store_id))
        return np.array(numbers, np.int64)

    def result(self) -> ChunkIndex:
        none = np.zeros((5, 0), np.int64)
        stream, store, start, end, static = np.concatenate([none, *self.columns], axis=1)
        ids = b"".join([part.tobytes() for part in self.ids])
        return ChunkIndex(
            self.recording,
            self.streams,
            list(self.contents.stores),
            stream,
            store,
            start,
            end,
            static,
            np.frombuffer(ids, "V16"),
            np.frombuffer(b"".join(self.digests), "V16"),
        )


def index_chunks(
    recording: Recording, on_damage: OnDamage, progress: Progress | None = None
) -> ChunkIndex:
    """Reads a recording front to back and indexes its chunks.

    Args:
        recording: A recording that can seek.
        on_damage: Told of what cannot be read; if it returns, that is left out.
        progress: Told how far reading has come.

    Raises:
        RrdError: If it is no recording that can be read at all.
    """
    indexer = _Indexer(recording, on_damage)
    for block in read_blocks(recording.source, limits=recording.limits, on_damage=on_damage):
        indexer.block(block)
        if progress is not None:
            progress(block.offset + len(block.data), recording.source.size)
    return indexer.result()
