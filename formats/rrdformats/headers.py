"""Parses the headers of all chunk messages of a block at once.

One `ArrowMsg` header takes a few microseconds in Python, which is too much for files of 200,000
tiny chunks. All known writers write the same fields in the same order, so the headers of a block
are parsed as columns: every step below looks at one field of all messages. Whatever does not look
like that is parsed one by one (`ArrowMsg.parse`), so the result never depends on the path taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block
from rrdformats.errors import RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.messages import ArrowMsg, Compression, StoreId

__all__ = ["ArrowHeaders", "parse_headers"]

_Ints = npt.NDArray[np.int64]
_Bytes = npt.NDArray[np.uint8]
_Mask = npt.NDArray[np.bool_]

_PREFIX_ROUNDS = 16
"""Stores per block that are parsed in columns; messages of further stores go one by one."""

_FIELDS_ROOM = 40
"""Upper bound for the bytes of fields 2 to 5 before the payload, and of fields 6 and 7 behind."""

_TAIL = 22  # chunk_id: 32 12 09 <8> 11 <8>, is_static: 38 <1>


@dataclass(slots=True)
class ArrowHeaders:
    """Headers of the chunk messages of one block, as columns of equal length.

    Attributes:
        messages: Index of each message in the block, `(n,) int64`.
        stores: The distinct stores.
        store: Index into `stores`, `(n,) int64`.
        compression: `Compression` values, `(n,) int64`.
        uncompressed_size: Size of each decompressed payload (bytes), `(n,) int64`.
        payload_start: Where each payload starts in the block's data, `(n,) int64`.
        payload_end: Where it ends, `(n,) int64`.
        chunk_id: Ids as 16 big-endian bytes, `(n, 16) uint8`; zeros where absent.
        is_static: 1, 0, or -1 where absent, `(n,) int64`.
        errors: Messages that could not be parsed, with their index in the block.
    """

    messages: _Ints
    stores: list[StoreId]
    store: _Ints
    compression: _Ints
    uncompressed_size: _Ints
    payload_start: _Ints
    payload_end: _Ints
    chunk_id: _Bytes
    is_static: _Ints
    errors: list[tuple[int, RrdError]]

    def __len__(self) -> int:
        return len(self.messages)


class _Parser:
    def __init__(self, block: Block, limits: Limits) -> None:
        self.block = block
        self.limits = limits
        self.data: _Bytes = np.frombuffer(block.data, np.uint8)
        kinds = np.asarray(block.kinds, np.int64)
        self.messages = np.flatnonzero(kinds == MessageKind.ARROW_MSG)
        self.starts = np.asarray(block.starts, np.int64)[self.messages]
        self.ends = np.asarray(block.ends, np.int64)[self.messages]
        n = len(self.messages)
        self.columns: _Ints = np.zeros((6, n), np.int64)
        self.chunk_id: _Bytes = np.zeros((n, 16), np.uint8)
        self.stores: list[StoreId] = []
        self.store_index: dict[StoreId, int] = {}
        self.errors: list[tuple[int, RrdError]] = []
        self.failed: _Mask = np.zeros(n, np.bool_)

    def run(self) -> ArrowHeaders:
        left = np.arange(len(self.messages))
        for _ in range(_PREFIX_ROUNDS):
            if not len(left):
                break
            left = self.one_store(left)
        self.one_by_one(left)
        keep = ~self.failed
        store, compression, size, start, end, static = self.columns[:, keep]
        return ArrowHeaders(
            messages=self.messages[keep],
            stores=self.stores,
            store=store,
            compression=compression,
            uncompressed_size=size,
            payload_start=start,
            payload_end=end,
            chunk_id=self.chunk_id[keep],
            is_static=static,
            errors=self.errors,
        )

    def one_store(self, left: _Ints) -> _Ints:
        """Parses all messages that name the same store as the first; returns the others."""
        self.one_by_one(left[:1])
        first, left = int(left[0]), left[1:]
        prefix = self.store_prefix(int(self.starts[first]))
        if self.failed[first] or prefix is None:
            return left
        size = len(prefix)
        room = self.ends[left] - self.block.skipped - self.starts[left] >= size + _FIELDS_ROOM
        same = room.copy()
        spans = self.starts[left[room], None] + np.arange(size)
        same[room] = (self.data[spans] == prefix).all(axis=1)
        chosen = left[same]
        parsed = self.in_columns(chosen, size)
        self.columns[0, chosen[parsed]] = self.columns[0, first]
        self.one_by_one(chosen[~parsed])
        return left[~same]

    def store_prefix(self, start: int) -> _Bytes | None:
        """The encoded store id field at `start`, if the message starts with a short one."""
        head = self.data[start : start + 2]
        if len(head) < 2 or head[0] != 0x0A or head[1] >= 0x80:
            return None
        return self.data[start : start + 2 + int(head[1])]

    def in_columns(self, rows: _Ints, prefix: int) -> _Mask:
        """Fills the columns for `rows`; returns which of them have the usual fields."""
        data, pos = self.data, self.starts[rows] + prefix
        last = len(data) - 1
        compression = data[pos + 1].astype(np.int64)
        good: _Mask = (data[pos] == 0x10) & (data[pos + 2] == 0x18)
        size, pos, ok = _varints(data, pos + 3)
        good &= ok & (data[np.minimum(pos, last)] == 0x20)
        good &= (data[np.minimum(pos + 1, last)] == 1) & (data[np.minimum(pos + 2, last)] == 0x2A)
        length, start, ok = _varints(data, np.minimum(pos + 3, last))
        end = start + length
        good &= ok & (end + _TAIL == self.ends[rows])
        lz4 = compression == Compression.LZ4
        good &= lz4 | ((compression == Compression.NONE) & (size == length))
        good &= ~lz4 | (size <= length * self.limits.compression_ratio)
        good &= ~lz4 | (size <= self.limits.uncompressed_bytes)
        tail = np.where(good, end - self.block.skipped, 0)
        tail = np.minimum(tail, max(len(data) - _TAIL, 0))
        tails = data[tail[:, None] + np.arange(_TAIL)]
        good &= (tails[:, [0, 1, 2, 11, 20]] == (0x32, 0x12, 0x09, 0x11, 0x38)).all(axis=1)
        good &= tails[:, 21] <= 1
        chosen = rows[good]
        self.columns[1:, chosen] = np.stack(
            (compression, size, start, end, tails[:, 21].astype(np.int64))
        )[:, good]
        self.chunk_id[chosen, :8] = tails[good, 3:11][:, ::-1]
        self.chunk_id[chosen, 8:] = tails[good, 12:20][:, ::-1]
        return good

    def one_by_one(self, rows: _Ints) -> None:
        for row in rows.tolist():
            message = int(self.messages[row])
            try:
                self.one(row)
            except RrdError as error:
                self.failed[row] = True
                place = error.at(self.block.source_offset(message), KIND_NAMES[2])
                self.errors.append((message, place))

    def one(self, row: int) -> None:
        start, end = int(self.starts[row]), int(self.ends[row])
        block = self.block
        header = ArrowMsg.parse(block.data, start, end, self.limits, skipped=block.skipped)
        if header.store_id not in self.store_index:
            self.store_index[header.store_id] = len(self.stores)
            self.stores.append(header.store_id)
        static = -1 if header.is_static is None else int(header.is_static)
        size = header.uncompressed_size
        self.columns[:, row] = (
            self.store_index[header.store_id], header.compression, size, *header.payload, static,
        )  # fmt: skip
        if header.chunk_id is not None:
            self.chunk_id[row] = np.frombuffer(header.chunk_id.to_bytes(), np.uint8)


def _varints(data: _Bytes, pos: _Ints) -> tuple[_Ints, _Ints, _Mask]:
    """The varints at `pos`: values, positions behind, and which ended within five bytes."""
    last = len(data) - 1
    value = np.zeros(len(pos), np.int64)
    going: _Mask = np.ones(len(pos), np.bool_)
    end = pos.copy()
    for shift in range(0, 35, 7):
        byte = data[np.minimum(end, last)].astype(np.int64)
        value = np.where(going, value | (byte & 0x7F) << shift, value)
        end = np.where(going, end + 1, end)
        going &= byte >= 0x80
    return value, end, ~going


def parse_headers(block: Block, limits: Limits = DEFAULT_LIMITS) -> ArrowHeaders:
    """The headers of all chunk messages in `block`; messages that cannot be parsed are reported.

    Never raises for bad bytes: look at `errors`.
    """
    return _Parser(block, limits).run()
