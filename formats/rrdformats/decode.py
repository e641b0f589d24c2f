"""From chunk messages to Arrow: decompression, and decoding many tiny chunks together.

Opening every chunk as an Arrow stream of its own costs tens of microseconds, whatever its size. So
chunks are grouped by *layout*: schema message and record batch message byte for byte the same, but
for the chunk id. Within a group every buffer of every chunk stands at the same place, so the bodies
are the rows of a byte matrix, and a column of all chunks is cut from it with one slice. Where a
column cannot be cut (unions, dictionaries, values of varying length) the record batch messages of
the group are spliced behind one schema message and read in one call; a chunk without a twin is
opened on its own. What comes out is the same on all three paths.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NoReturn, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import nulls
from rrdformats.blocks import Block
from rrdformats.byte_rows import WORD, word_sums
from rrdformats.chunk import Chunk, ChunkSchema
from rrdformats.columns import CannotCut, cut_columns
from rrdformats.errors import CorruptError, RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.ipc_read import (
    ColumnLayout,
    IpcBatch,
    IpcSchema,
    column_layouts,
    read_batch,
    read_schema,
)
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.messages import StoreId
from rrdformats.migrations import migrate, needs_migration
from rrdformats.payloads import decompress_payload, decompress_payloads
from rrdformats.tuid import CHUNK_PREFIX, Tuid

__all__ = ["ChunkDecoder", "ChunkGroup", "DecodedBlock", "Layout"]

_ARROW_MSG = KIND_NAMES[MessageKind.ARROW_MSG]
_ID_LENGTH = len(CHUNK_PREFIX) + 32
_CONTINUATION = b"\xff\xff\xff\xff"
_END_OF_STREAM = _CONTINUATION + bytes(4)
_LAYOUTS_KEPT = 4096
_Matrix = npt.NDArray[np.uint8]
_FEW, _LARGE, _MUCH = 4, 16 << 10, 64 << 20
"""Fewer chunks, larger ones, or more bytes of them together are not compared as a matrix."""


class Layout:
    """What all chunks of one byte layout share: metadata parsed once, the canonical schema.

    Attributes:
        ipc_schema: The schema as it is in the bytes.
        ipc_batch: The record batch message of the first chunk, positions counted from its stream.
        columns: Where each column's buffers are in the body.
        raw_schema: The schema as pyarrow sees it, before migration.
        schema: The chunk schema after migration.
    """

    def __init__(self, stream: bytes | memoryview, limits: Limits) -> None:
        self.ipc_schema: IpcSchema = read_schema(stream, 0, limits)
        self.ipc_batch: IpcBatch = read_batch(stream, self.ipc_schema.length, limits)
        self.columns: tuple[ColumnLayout, ...] = column_layouts(self.ipc_schema, self.ipc_batch)
        self.raw_schema = _arrow_schema(stream)
        self.outdated = needs_migration(self.raw_schema)
        schema = self.raw_schema
        if self.outdated:
            schema = migrate(_no_rows(schema)).schema
        self.schema = ChunkSchema.from_arrow(schema)

    @property
    def rows(self) -> int:
        """Rows of each chunk."""
        return self.ipc_batch.rows

    @property
    def id_span(self) -> tuple[int, int]:
        """Where the text of the chunk id stands in the stream; `(0, 0)` if nowhere."""
        spans = self.ipc_schema.value_spans
        return spans.get("rerun:id") or spans.get("rerun.id") or (0, 0)


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([nulls(0, field.type) for field in schema], schema=schema)


def _arrow_schema(stream: bytes | memoryview) -> pa.Schema:
    try:
        return pa.ipc.read_schema(pa.py_buffer(stream))
    except (pa.ArrowException, OSError, ValueError) as error:
        _not_arrow(error)


def _not_arrow(error: Exception) -> NoReturn:
    first_line = (str(error).splitlines() or ["no reason given"])[0]
    raise CorruptError(f"a chunk's Arrow data is invalid: {first_line}") from error


@dataclass
class ChunkGroup:
    """Chunks of one block that have the same layout, in file order.

    Attributes:
        block: The block.
        schema: Entity path, timelines and components, after migration.
        messages: Index of each chunk's message in the block, `(n,) int64`.
        headers: Index of each chunk in the block's headers, `(n,) int64`.
        ids: Chunk ids as 16 big-endian bytes, `(n, 16) uint8`.
        layout: The byte layout that they share.
    """

    block: Block
    schema: ChunkSchema
    messages: npt.NDArray[np.int64]
    headers: npt.NDArray[np.int64]
    ids: npt.NDArray[np.uint8]
    layout: Layout
    _streams: list[bytes | memoryview] | _Matrix = field(repr=False)

    @property
    def rows(self) -> int:
        """Rows of each chunk."""
        return self.layout.rows

    @property
    def schema_bytes(self) -> int:
        """Length of each chunk's Arrow schema message (bytes)."""
        return self.layout.ipc_schema.length

    @property
    def streams(self) -> list[bytes | memoryview]:
        """The Arrow stream of each chunk, decompressed."""
        if isinstance(self._streams, list):
            return self._streams
        return [row.data for row in self._streams]

    def __len__(self) -> int:
        return len(self.messages)

    @cached_property
    def batch(self) -> pa.RecordBatch:
        """All rows; chunk `i` has the rows from `i * rows`. Values are checked to be valid Arrow.

        Raises:
            CorruptError: If the bytes do not decode; with several chunks in the group, look at
                each alone (`split`) to find the bad one.
        """
        batch = self._decode()
        return migrate(batch) if self.layout.outdated else batch

    def _decode(self) -> pa.RecordBatch:
        try:
            alone = len(self._streams) == 1
            batch = _open_alone(self.streams[0]) if alone else self._together()
            batch.validate(full=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            _not_arrow(error)
        return batch

    def _together(self) -> pa.RecordBatch:
        """All rows, without opening the chunks one by one."""
        layout = self.layout
        if layout.ipc_batch.plain:
            try:
                return cut_columns(layout.columns, layout.raw_schema, self.bodies())
            except CannotCut:
                pass
        return _spliced(layout, self.streams)

    def bodies(self) -> npt.NDArray[np.uint8]:
        """The body of each chunk's record batch, as a row of a byte matrix."""
        streams = self._streams
        start, stop = self.layout.ipc_batch.body, self.layout.ipc_batch.end
        if not isinstance(streams, list):
            return streams[:, start:stop]
        joined = np.frombuffer(b"".join([s[start:stop] for s in streams]), np.uint8)
        return joined.reshape(len(streams), stop - start)

    def pick(self, chosen: npt.NDArray[np.int64]) -> ChunkGroup:
        """The chunks at the given places as a group of their own."""
        return ChunkGroup(
            self.block,
            self.schema,
            self.messages[chosen],
            self.headers[chosen],
            self.ids[chosen],
            self.layout,
            [self._streams[i] for i in chosen.tolist()]
            if isinstance(self._streams, list)
            else self._streams[chosen],
        )

    def split(self) -> Iterator[ChunkGroup]:
        """The chunks of the group as groups of one."""
        for i in range(len(self)):
            yield self.pick(np.array([i]))

    def chunk(self, index: int) -> Chunk:
        """Chunk `index` of the group; its columns are slices of the group's."""
        rows = self.batch.slice(index * self.rows, self.rows)
        return Chunk(self.schema, rows, Tuid.from_bytes(self.ids[index].tobytes()))


def _open_alone(stream: bytes | memoryview) -> pa.RecordBatch:
    with pa.ipc.open_stream(pa.py_buffer(stream)) as reader:
        return reader.read_next_batch()


def _spliced(layout: Layout, streams: list[bytes | memoryview]) -> pa.RecordBatch:
    head = layout.ipc_schema.length
    stop = layout.ipc_batch.end
    spliced = b"".join([streams[0][:head], *[s[head:stop] for s in streams], _END_OF_STREAM])
    with pa.ipc.open_stream(pa.py_buffer(spliced)) as reader:
        pieces = list(reader)
    for piece in pieces:  # joined, one chunk's wrong offsets could point into another's values
        piece.validate(full=True)
    batches = pa.Table.from_batches(pieces).combine_chunks().to_batches()
    if len(batches) > 1:  # 2^31 values in one block: each chunk is read alone instead
        raise CorruptError("chunks of one block are too large to be read together")
    return batches[0] if batches else _no_rows(layout.raw_schema)


@dataclass(slots=True)
class DecodedBlock:
    """The chunks of one block.

    Attributes:
        block: The block they come from.
        headers: Their message headers.
        sizes: Actual size of each decompressed payload (bytes), `(n,) int64`, along `headers`.
        groups: The chunks, grouped by layout; order within a group is file order.
        errors: Messages that could not be read, with their index in the block.
    """

    block: Block
    headers: ArrowHeaders
    sizes: npt.NDArray[np.int64]
    groups: list[ChunkGroup]
    errors: list[tuple[int, RrdError]]

    def store_id(self, header: int) -> StoreId:
        """The store that header `header` names."""
        return self.headers.stores[int(self.headers.store[header])]


class ChunkDecoder:
    """Decodes block after block, remembering the layouts that it has met."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._layouts: dict[bytes, Layout] = {}
        self._id_starts: dict[int, int] = {}

    def decode(self, block: Block, headers: ArrowHeaders | None = None) -> DecodedBlock:
        """Decodes the chunks of `block`; bad ones are reported in the result, never raised.

        Args:
            block: Whole messages.
            headers: Their headers, if these have been parsed already.
        """
        if headers is None:
            headers = parse_headers(block, self._limits)
        result = DecodedBlock(
            block, headers, np.zeros(len(headers), np.int64), [], list(headers.errors)
        )
        streams = self._decompressed(result)
        result.sizes[:] = list(map(len, streams))
        members: dict[bytes, list[int]] = {}
        for i in self._add_alike(result, streams):
            if streams[i]:
                members.setdefault(self._key(streams[i]), []).append(i)
        for key, indices in members.items():
            self._add_group(result, key, indices, streams)
        result.groups.sort(key=lambda group: int(group.headers[0]))
        return result

    def _add_alike(self, result: DecodedBlock, streams: list[bytes | memoryview]) -> list[int]:
        """Adds the groups of chunks that a byte matrix of equally long streams tells apart.

        Returns:
            The chunks that are in none of them, in file order.
        """
        order = np.argsort(result.sizes, kind="stable")
        breaks = np.flatnonzero(np.diff(result.sizes[order])) + 1
        left: list[int] = []
        for part in np.split(order, breaks):
            size = int(result.sizes[part[0]]) if len(part) else 0
            many = len(part) >= _FEW and size * len(part) <= _MUCH
            if not many or not 0 < size <= _LARGE or size % WORD:
                left += part.tolist()
                continue
            joined = b"".join([streams[i] for i in part.tolist()])
            rows = np.frombuffer(joined, np.uint8).reshape(len(part), size)
            left += self._add_equally_long(result, part, rows)
        return sorted(left)

    def _add_equally_long(
        self, result: DecodedBlock, part: npt.NDArray[np.int64], rows: _Matrix
    ) -> list[int]:
        """Adds groups out of the streams `rows` of the chunks `part`; returns the others."""
        model = self._layout_of_prefix(rows[0])
        if model is None:
            return cast("list[int]", part.tolist())
        left: list[int] = []
        sums = _prefix_sums(rows, model)
        order = np.argsort(sums, kind="stable")
        for places in np.split(order, np.flatnonzero(np.diff(sums[order])) + 1):
            mine = rows[places]
            layout = self._layout_of_prefix(mine[0]) if len(places) >= _FEW else None
            if layout is None:
                left += part[places].tolist()
                continue
            same = _equal_but_for_id(mine, layout)
            if same.all():  # almost always: then nothing is copied
                self._append(result, layout, part[places], mine)
            else:
                left += part[places[~same]].tolist()
                self._append(result, layout, part[places[same]], mine[same])
        return left

    def _layout_of_prefix(self, row: npt.NDArray[np.uint8]) -> Layout | None:
        """The layout of a stream, if all with its prefix (but for the chunk id) have it."""
        stream = row.data
        key = self._key(stream)
        try:
            layout = self._layout(key, stream)
        except RrdError:  # reported when the chunks are looked at one by one
            return None
        start, end = layout.id_span
        usual = end - start == _ID_LENGTH and len(stream) >= layout.ipc_batch.end
        masked = key == bytes(stream[:start]) + bytes(stream[end : layout.ipc_batch.body])
        return layout if usual and masked and not layout.ipc_batch.compressed else None

    def _decompressed(self, result: DecodedBlock) -> list[bytes | memoryview]:
        """Each payload decompressed; an empty one where that failed (and was reported)."""
        headers, data = result.headers, result.block.data
        spans = map(slice, headers.payload_start.tolist(), headers.payload_end.tolist())
        payloads = list(map(data.__getitem__, spans))
        compressions, sizes = headers.compression.tolist(), headers.uncompressed_size.tolist()
        try:
            streams = decompress_payloads(payloads, compressions, sizes)
        except RrdError:  # found out once more, one by one
            streams = [b""]
        columns = zip(payloads, compressions, sizes, strict=True)
        if not all(streams):
            streams = [self._reported(result, i, *column) for i, column in enumerate(columns)]
        return streams

    def _reported(
        self, result: DecodedBlock, index: int, payload: memoryview, compression: int, size: int
    ) -> bytes | memoryview:
        try:
            stream = decompress_payload(payload, compression, size)
            if not stream:
                raise CorruptError("a chunk has an empty payload")
        except RrdError as error:
            self._report(result, index, error)
            return b""
        return stream

    def _report(self, result: DecodedBlock, index: int, error: RrdError) -> None:
        message = int(result.headers.messages[index])
        place = result.block.source_offset(message)
        result.errors.append((message, error.at(place, _ARROW_MSG)))

    def _key(self, stream: bytes | memoryview) -> bytes:
        """Schema message and record batch metadata, the chunk id masked: the layout's identity."""
        if stream[:4] != _CONTINUATION:
            return bytes(stream)
        schema_end = 8 + int.from_bytes(stream[4:8], "little")
        metadata = int.from_bytes(stream[schema_end + 4 : schema_end + 8], "little")
        prefix = bytes(stream[: schema_end + 8 + metadata])
        start = self._id_starts.get(schema_end, 0)
        if prefix[start : start + len(CHUNK_PREFIX)] != b"chunk_":
            start = prefix.find(b"chunk_", 0, schema_end)
            if start < 0:
                return prefix
            self._id_starts[schema_end] = start
        return prefix[:start] + prefix[start + _ID_LENGTH :]

    def _layout(self, key: bytes, stream: bytes | memoryview) -> Layout:
        layout = self._layouts.get(key)
        if layout is None:
            if len(self._layouts) >= _LAYOUTS_KEPT:
                self._layouts.clear()
            layout = self._layouts[key] = Layout(stream, self._limits)
        return layout

    def _add_group(
        self,
        result: DecodedBlock,
        key: bytes,
        indices: list[int],
        streams: list[bytes | memoryview],
    ) -> None:
        while indices:
            first = streams[indices[0]]
            try:
                layout = self._layout(key, first)
                break
            except RrdError as error:
                # The key tells everything but where a stream ends: others of it may be whole.
                for i in indices:
                    if len(streams[i]) == len(first):
                        self._report(result, i, type(error)(error.reason))
                indices = [i for i in indices if len(streams[i]) != len(first)]
        else:
            return
        start, end = layout.id_span
        # The key masked some text that looked like an id; unless that is the id's true place,
        # the chunks of the key are not known to have equal schemas.
        if start and key == bytes(first[:start]) + bytes(first[end : layout.ipc_batch.body]):
            whole, batch_end = indices, layout.ipc_batch.end
            if layout.ipc_batch.compressed or min(len(streams[i]) for i in indices) < batch_end:
                whole = [i for i in indices if self._is_whole(result, layout, i, streams[i])]
            chosen = [streams[i] for i in whole]
            self._append(result, layout, np.array(whole, np.int64), chosen)
            return
        for i in indices:
            try:
                layout = Layout(streams[i], self._limits)
            except RrdError as error:
                self._report(result, i, error)
            else:
                self._append(result, layout, np.array([i]), [streams[i]])

    def _is_whole(
        self, result: DecodedBlock, layout: Layout, index: int, stream: bytes | memoryview
    ) -> bool:
        """Whether a stream of the layout has the body that its metadata describes."""
        try:
            if len(stream) < layout.ipc_batch.end:
                raise CorruptError("a chunk's record batch is cut off")
            layout.ipc_batch.check_compressed(stream, self._limits)
        except RrdError as error:
            self._report(result, index, error)
            return False
        return True

    def _append(
        self,
        result: DecodedBlock,
        layout: Layout,
        part: npt.NDArray[np.int64],
        streams: list[bytes | memoryview] | _Matrix,
    ) -> None:
        if not len(part):
            return
        start, end = layout.id_span
        try:
            if isinstance(streams, list):
                text = b"".join([bytes(s[start:end]) for s in streams])
            else:
                text = streams[:, start:end].tobytes()
            ids = _parse_ids(text, len(part))
        except CorruptError as error:
            if len(part) == 1:
                self._report(result, int(part[0]), error)
                return
            for place, index in enumerate(part.tolist()):
                one = [streams[place]] if isinstance(streams, list) else [streams[place].data]
                self._append(result, layout, np.array([index]), one)
            return
        messages = result.headers.messages[part]
        result.groups.append(
            ChunkGroup(result.block, layout.schema, messages, part, ids, layout, streams)
        )


def _prefix_sums(rows: _Matrix, model: Layout) -> npt.NDArray[np.uint64]:
    """A number for each stream, equal for those that share the metadata and the model's layout."""
    start, end = model.id_span
    words = rows.view(np.uint64)
    behind = -(-end // WORD)
    sums = word_sums(words[:, : start // WORD])
    sums += word_sums(words[:, behind : model.ipc_batch.body // WORD], behind)
    return sums


def _equal_but_for_id(rows: _Matrix, layout: Layout) -> npt.NDArray[np.bool_]:
    """Which streams have the metadata of the first one, the digits of the chunk id left out."""
    start, end = layout.id_span
    begin, stop = start // WORD, -(-end // WORD)
    words = rows.view(np.uint64)
    same: npt.NDArray[np.bool_] = np.ones(len(rows), np.bool_)
    for table, part in (
        (words, slice(begin)),
        (rows, slice(begin * WORD, start + len(CHUNK_PREFIX))),
        (rows, slice(end, stop * WORD)),
        (words, slice(stop, layout.ipc_batch.body // WORD)),
        (rows, slice(layout.ipc_batch.body // WORD * WORD, layout.ipc_batch.body)),
    ):
        same &= (table[:, part] == table[0, part]).all(axis=1)
    return same


def _parse_ids(text: bytes, count: int) -> npt.NDArray[np.uint8]:
    """Chunk ids from their texts, which have equal length and stand behind each other."""
    length = len(text) // count
    if length == _ID_LENGTH and text.count(b"chunk_") == count:
        text = text.replace(b"chunk_", b"")
    try:
        digits = binascii.unhexlify(text)
    except binascii.Error as error:
        shown = text[:64].decode("utf-8", "replace")
        raise CorruptError(f"{shown!r} is no chunk id (chunk_ and 32 hex digits)") from error
    if len(digits) != 16 * count:
        raise CorruptError("a chunk id does not have 32 hex digits")
    return np.frombuffer(digits, np.uint8).reshape(count, 16)
