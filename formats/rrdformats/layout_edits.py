"""Edits chunks byte by byte: other columns, other names, the values untouched.

Chunks of equal layout have every buffer at the same place, so the edited chunks of a group are a
byte matrix, too: a template with the new schema and the new batch metadata, the ids, and the
buffers that stay, copied column by column of the matrix for all chunks at once. No value is
decoded. Of many small chunks not even the streams are made, only the compressed blocks, out of a
common one (`lz4_template`). Chunks that cannot be edited so (old versions, dictionaries, compressed
buffers) are decoded and encoded anew.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from rrdformats.arrow_bridge import schema_of
from rrdformats.chunk import Chunk, ChunkSchema
from rrdformats.chunk_edits import EditedSchema, derived_ids
from rrdformats.chunk_schema import CHUNK_ID_KEY
from rrdformats.decode import ChunkGroup, Layout
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import UnsupportedError
from rrdformats.ipc_read import ColumnLayout
from rrdformats.ipc_write import END_OF_STREAM, encode_batch_message, encode_schema_message
from rrdformats.lz4_template import Lz4Template, lz4_template
from rrdformats.payloads import compress_payload, literal_payload
from rrdformats.tuid import CHUNK_PREFIX, Tuid

__all__ = ["EditedChunks", "GroupEditor"]

_Bytes = npt.NDArray[np.uint8]

_ALIGNMENT = 64
_MANY, _SMALL = 4, 1 << 14
"""From this many chunks on compressed blocks are made together; larger ones (bytes) are edited one
by one."""
_LEAST_COMMON = 3
"""If more than a third of the bytes differ, chunks are compressed one by one."""
_ID_PLACEHOLDER = CHUNK_PREFIX + "Z" * 32
_UPPER = np.frombuffer(bytes(range(256)).upper(), np.uint8)


@dataclass(frozen=True, slots=True)
class EditedChunks:
    """Chunks of one group after an edit.

    Attributes:
        payloads: The Arrow stream of each, compressed.
        uncompressed: The size of each stream (bytes), `(n,) int64`.
        ids: Their new ids, `(n, 16) uint8`.
        empty: Components that have null and empty lists only.
    """

    payloads: list[bytes | memoryview]
    uncompressed: npt.NDArray[np.int64]
    ids: _Bytes
    empty: frozenset[ComponentDescriptor]


class GroupEditor:
    """Edits the groups of one layout.

    Attributes:
        edited: What becomes of their schema.
        needs_values: Whether the chunks must be decoded to be edited.
    """

    def __init__(self, edited: EditedSchema, layout: Layout) -> None:
        self.edited = edited
        self._change = _placeholder_message(edited.schema)
        self._splice = _splice_of(layout, edited, self._change)
        self.needs_values = self._splice is None

    def edit(self, group: ChunkGroup, is_dense: npt.NDArray[np.bool_]) -> EditedChunks:
        """The chunks of a group after the edit.

        Args:
            group: The chunks.
            is_dense: Which of them compressing did not make smaller; it is not tried again.

        Raises:
            CorruptError: If they must be decoded and cannot be.
        """
        ids = derived_ids(group.ids, self._change)
        splice = self._splice
        if splice is None:
            return self._decoded(group, ids)
        sizes = np.full(len(group), len(splice.template), np.int64)
        payloads = splice.payloads(group, ids, is_dense.tolist())
        return EditedChunks(payloads, sizes, ids, splice.empty)

    def _decoded(self, group: ChunkGroup, ids: _Bytes) -> EditedChunks:
        edited = self.edited
        batch = group.batch.select([*edited.columns])
        batch = type(batch).from_arrays(batch.columns, schema=edited.schema.arrow)
        streams = [
            Chunk(
                edited.schema,
                batch.slice(index * group.rows, group.rows),
                Tuid.from_bytes(ids[index].tobytes()),
            ).encode()
            for index in range(len(group))
        ]
        first = edited.schema.first_component
        empty = frozenset(
            descriptor
            for column, descriptor in enumerate(edited.schema.descriptors, first)
            if not len(cast("Any", batch.column(column)).flatten())
        )
        sizes = np.array([len(stream) for stream in streams])
        return EditedChunks([compress_payload(stream) for stream in streams], sizes, ids, empty)


def _placeholder_message(schema: ChunkSchema) -> bytes:
    """The schema message, with a text of the right length where the chunk's id goes."""
    metadata = {**(schema.arrow.metadata or {}), CHUNK_ID_KEY.encode(): _ID_PLACEHOLDER.encode()}
    arrow = schema_of(list(schema.arrow), metadata)
    try:
        return encode_schema_message(arrow)
    except UnsupportedError:  # a type for which the reference has no layout to be equal to
        return arrow.serialize().to_pybytes()


@dataclass(slots=True)
class _Splice:
    """How the streams of one layout become edited ones.

    Attributes:
        template: An edited stream without ids and buffers.
        id_at: Where the text of the id goes in it.
        body: Where the body of an old stream starts and ends.
        buffers: From where in the old body to where in the template each run of bytes goes, and
            its length.
        empty: Components whose lists have no values.
    """

    template: bytes
    id_at: int
    body: tuple[int, int]
    buffers: tuple[tuple[int, int, int], ...]
    empty: frozenset[ComponentDescriptor]
    _common: _CommonText | None = None

    def payloads(
        self, group: ChunkGroup, ids: _Bytes, is_dense: list[bool]
    ) -> list[bytes | memoryview]:
        """Edited streams of the chunks of a group with these new ids, compressed."""
        if len(self.template) > _SMALL:
            chunks = zip(group.streams, _id_texts(ids), is_dense, strict=True)
            return [self._alone(memoryview(data), text, dense) for data, text, dense in chunks]
        bodies, blocks = group.bodies(), None
        if len(group) >= _MANY:
            if self._common is None:
                self._common = _CommonText(self, bodies[0])
            blocks = self._common.blocks(bodies, ids)
        if blocks is not None:
            return _rows_of(blocks)
        return [compress_payload(stream) for stream in _rows_of(self.streams(bodies, ids))]

    def _alone(self, old: memoryview, text: _Bytes, is_dense: bool) -> bytes:
        """The payload of one large chunk, whose bytes are copied as rarely as possible."""
        template, behind = memoryview(self.template), self.id_at + len(text)
        pieces: list[bytes | memoryview] = [template[: self.id_at], text.tobytes()]
        place, start = behind, self.body[0]
        for source, target, length in self.buffers:
            pieces.append(template[place:target])
            pieces.append(old[start + source : start + source + length])
            place = target + length
        pieces.append(template[place:])
        if is_dense:
            return literal_payload(pieces)
        return compress_payload(b"".join(pieces))

    def streams(self, bodies: _Bytes, ids: _Bytes) -> _Bytes:
        """Edited streams of chunks with these old bodies and new ids."""
        table = np.empty((len(bodies), len(self.template)), np.uint8)
        table[:] = np.frombuffer(self.template, np.uint8)
        table[:, self.id_at : self.id_at + len(_ID_PLACEHOLDER)] = _id_texts(ids)
        for source, target, length in self.buffers:
            table[:, target : target + length] = bodies[:, source : source + length]
        return table


class _CommonText:
    """What the edited streams of a layout have in common, and the bytes in which they differ.

    Once two streams differ in a byte, that byte is open for good, so after a few blocks of chunks
    the template changes no more.
    """

    def __init__(self, splice: _Splice, body: _Bytes) -> None:
        self._splice = splice
        self._text = splice.streams(body.reshape(1, -1), np.zeros((1, 16), np.uint8))[0]
        self._open = np.zeros(len(self._text), np.bool_)
        digits = splice.id_at + len(CHUNK_PREFIX)
        self._open[digits : splice.id_at + len(_ID_PLACEHOLDER)] = True
        self._template: Lz4Template | None = None
        self._sources: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._is_new = True

    def blocks(self, bodies: _Bytes, ids: _Bytes) -> _Bytes | None:
        """The compressed streams of some chunks; None if they differ in too much."""
        for source, target, length in self._splice.buffers:
            common = self._text[target : target + length]
            differs = (bodies[:, source : source + length] != common).any(axis=0)
            is_open = self._open[target : target + length]
            if (differs & ~is_open).any():
                is_open |= differs
                self._is_new = True
        if self._open.sum() * _LEAST_COMMON > len(self._text):
            return None
        if self._is_new:
            self._template = lz4_template(self._text, self._open)
            self._sources = self._open_sources()
            self._is_new = False
        if self._template is None:
            return None
        values = np.concatenate((_id_texts(ids)[:, len(CHUNK_PREFIX) :], bodies), axis=1)
        return self._template.fill(values[:, self._sources])

    def _open_sources(self) -> npt.NDArray[np.int64]:
        """For each open byte its place in the digits of the id and the old body behind them."""
        source_of = np.zeros(len(self._text), np.int64)
        digits = len(_ID_PLACEHOLDER) - len(CHUNK_PREFIX)
        first = self._splice.id_at + len(CHUNK_PREFIX)
        source_of[first : first + digits] = np.arange(digits)
        for source, target, length in self._splice.buffers:
            source_of[target : target + length] = np.arange(source, source + length) + digits
        return source_of[self._open]


def _rows_of(table: _Bytes) -> list[bytes | memoryview]:
    """The rows of a byte matrix."""
    data, width = table.reshape(-1).data, table.shape[1]
    return [data[place : place + width] for place in range(0, len(data), width)]


def _id_texts(ids: _Bytes) -> _Bytes:
    """Chunk ids as they are written in schemas, `(n, 38) uint8`."""
    digits = np.frombuffer(binascii.hexlify(ids.tobytes()), np.uint8).reshape(len(ids), 32)
    texts = np.empty((len(ids), len(_ID_PLACEHOLDER)), np.uint8)
    texts[:, : len(CHUNK_PREFIX)] = np.frombuffer(CHUNK_PREFIX.encode(), np.uint8)
    texts[:, len(CHUNK_PREFIX) : -16] = _UPPER[digits[:, :16]]
    texts[:, -16:] = digits[:, 16:]
    return texts


def _splice_of(layout: Layout, edited: EditedSchema, schema_message: bytes) -> _Splice | None:
    """The splice for chunks of a layout; None if their values must be decoded."""
    placeholder = _ID_PLACEHOLDER.encode()
    columns = [layout.columns[index] for index in edited.columns]
    if (
        layout.outdated
        or not layout.ipc_batch.plain
        or schema_message.count(placeholder) != 1
        or any(_has_dictionary(column) for column in columns)
    ):
        return None
    nodes: list[int] = []
    places: list[int] = []
    runs: list[tuple[int, int, int]] = []
    size = 0
    for column in columns:
        for part in _depth_first(column):
            nodes += (part.length, part.nulls)
            for start, end in part.buffers:
                places += (size, end - start)
                if end > start:
                    runs.append((start, size, end - start))
                    size += -(-(end - start) // _ALIGNMENT) * _ALIGNMENT
    head = schema_message + encode_batch_message(layout.rows, nodes, places, size)
    return _Splice(
        head + bytes(size) + END_OF_STREAM,
        schema_message.index(placeholder),
        (layout.ipc_batch.body, layout.ipc_batch.end),
        tuple(_joined((start, len(head) + target, length) for start, target, length in runs)),
        frozenset(_empty_components(columns, edited.schema)),
    )


def _has_dictionary(column: ColumnLayout) -> bool:
    return column.field.dictionary or any(map(_has_dictionary, column.children))


def _depth_first(column: ColumnLayout) -> Iterator[ColumnLayout]:
    yield column
    for child in column.children:
        yield from _depth_first(child)


def _joined(runs: Iterator[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Runs that keep their distance to the one before become one with it, padding included."""
    current = next(runs, None)
    if current is None:
        return
    for start, target, length in runs:
        if start - current[0] == target - current[1] and start >= current[0] + current[2]:
            current = (current[0], current[1], start + length - current[0])
        else:
            yield current
            current = (start, target, length)
    yield current


def _empty_components(
    columns: list[ColumnLayout], schema: ChunkSchema
) -> Iterator[ComponentDescriptor]:
    """Components whose lists have no values at all."""
    for column, descriptor in zip(
        columns[schema.first_component :], schema.descriptors, strict=True
    ):
        if column.children and not column.children[0].length:
            yield descriptor
