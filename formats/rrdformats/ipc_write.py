"""Arrow record batches to IPC streams, byte for byte as the reference writes them.

pyarrow's own stream writer is valid everywhere; this one additionally gives the same bytes as the
reference for the same values (fact sheet section 4.1), so that sizes and hashes in a manifest
agree, and it copies no column: the body is a list of views into the arrays. The layout is that of
0.36 and later; before, empty strings and lists had no offsets at all instead of a single zero.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.flatbuffer_build import FlatbufferBuilder, offset_slot, scalar_slot
from rrdformats.ipc_schema_write import (
    HEADER_RECORD_BATCH,
    IPC_ALIGNMENT,
    METADATA_V5,
    encapsulate,
    encode_schema_message,
)

__all__ = [
    "END_OF_STREAM",
    "Piece",
    "encode_batch_message",
    "encode_batch_parts",
    "encode_schema_message",
    "encode_stream",
]

END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"

Piece = bytes | memoryview
"""Bytes of a message. A memoryview borrows an Arrow buffer and keeps it alive."""

_PADDINGS = tuple(bytes(n) for n in range(IPC_ALIGNMENT))
_ALL_VALID = tuple(b"\xff" * n for n in range(IPC_ALIGNMENT))
_I64 = struct.Struct("<q")

# pyarrow's array classes share no typed interface for `values`, `field` and `buffers`.
_Array = Any
_Buffers = Iterator[pa.Buffer | None]
_ArrayWriter = Callable[["_Body", _Array, _Buffers], None]


def encode_stream(batch: pa.RecordBatch, schema_message: bytes | None = None) -> bytes:
    """The IPC stream of one batch: schema message, record batch message, end of stream.

    Arrays must be valid (as after `validate(full=True)`) for the result to be so; broken offsets
    are refused only where they would make this function read outside a buffer.

    Args:
        batch: What to encode; slices are written as if they had been compacted.
        schema_message: `encode_schema_message(batch.schema)`, if the caller has it.

    Raises:
        UnsupportedError: If a column is, or contains, a dictionary, a view, a run-end-encoded or
            another type without an established layout; it names the column. pyarrow's own stream
            writer takes these.
        LimitError: If types are nested deeper than the default limit.
        CorruptError: If an array refers to bytes it does not have.
    """
    if schema_message is None:
        schema_message = encode_schema_message(batch.schema)
    return b"".join((schema_message, *encode_batch_parts(batch), END_OF_STREAM))


def encode_batch_parts(batch: pa.RecordBatch) -> list[Piece]:
    """The record batch message in pieces whose concatenation is the message.

    Values are borrowed from the batch, not copied. Only validity bitmaps, offsets that do not start
    at zero, bits that do not start at a byte and the metadata are new.

    Raises:
        UnsupportedError: As `encode_stream`.
        CorruptError: As `encode_stream`.
    """
    body = _Body()
    for index, array in enumerate(batch.columns):
        try:
            body.add_array(array, iter(array.buffers()))
        except (CorruptError, UnsupportedError) as error:
            name = batch.schema.field(index).name
            raise type(error)(f"column {name!r}: {error.reason}") from error
    message = encode_batch_message(batch.num_rows, body.nodes, body.places, body.size)
    return [message, *body.pieces]


class _Body:
    """The body of a record batch message, growing depth first.

    Attributes:
        nodes: Length and null count of each array, flat.
        places: Offset and length of each buffer, flat.
        pieces: The buffers, with their padding between them.
        size: Length of all pieces (bytes).
    """

    __slots__ = ("nodes", "pieces", "places", "size")

    def __init__(self) -> None:
        self.nodes: list[int] = []
        self.places: list[int] = []
        self.pieces: list[Piece] = []
        self.size = 0

    def add_array(self, array: _Array, buffers: _Buffers) -> None:
        """Appends an array and its children; `buffers` goes through `array.buffers()`."""
        writer = _ARRAY_WRITERS.get(type(array))
        if writer is not None:
            writer(self, array, buffers)
        elif isinstance(array, pa.ExtensionArray):
            self.add_array(array.storage, buffers)
        else:
            raise UnsupportedError(f"cannot write the Arrow type {array.type}")

    def add_node(self, array: _Array, length: int, buffers: _Buffers) -> None:
        """Appends length, null count and the validity bitmap, which is never left out."""
        nulls = array.null_count
        bitmap = next(buffers)
        self.nodes += (length, nulls)
        size = (length + 7) >> 3
        if nulls:
            self.add_buffer(_bits(bitmap, array.offset, length))
        else:
            self.add_buffer(_ALL_VALID[size] if size < IPC_ALIGNMENT else b"\xff" * size)

    def add_buffer(self, piece: Piece) -> None:
        """Appends one buffer and its padding; `piece` has items of one byte."""
        length = len(piece)
        self.places += (self.size, length)
        if length:
            padding = -length % IPC_ALIGNMENT
            self.pieces.append(piece)
            if padding:
                self.pieces.append(_PADDINGS[padding])
            self.size += length + padding


def _cut(buffer: pa.Buffer | None, start: int, length: int) -> Piece:
    """`length` bytes of `buffer` from `start` on, borrowed."""
    if not length:
        return b""
    view = memoryview(buffer or b"")[start : start + length]
    if len(view) != length:
        raise CorruptError("an Arrow buffer is shorter than its array")
    return view


def _bits(buffer: pa.Buffer | None, start: int, count: int) -> Piece:
    """`count` bits of `buffer` from bit `start` on, the unused ones of the last byte zero."""
    first, shift = start >> 3, start & 7
    piece = _cut(buffer, first, ((start + count + 7) >> 3) - first)
    if not shift and not count & 7:
        return piece
    bits = (int.from_bytes(piece, "little") >> shift) & ((1 << count) - 1)
    return bits.to_bytes((count + 7) >> 3, "little")


def _write_null(body: _Body, array: _Array, buffers: _Buffers) -> None:
    next(buffers)
    body.nodes += (len(array), len(array))


def _write_bool(body: _Body, array: _Array, buffers: _Buffers) -> None:
    length = len(array)
    body.add_node(array, length, buffers)
    body.add_buffer(_bits(next(buffers), array.offset, length))


def _fixed_width(width: int) -> _ArrayWriter:
    """Writer of arrays with `width` bytes per value."""

    def write(body: _Body, array: _Array, buffers: _Buffers) -> None:
        length = len(array)
        body.add_node(array, length, buffers)
        body.add_buffer(_cut(next(buffers), array.offset * width, length * width))

    return write


def _write_fixed_binary(body: _Body, array: _Array, buffers: _Buffers) -> None:
    length, width = len(array), array.type.byte_width
    body.add_node(array, length, buffers)
    body.add_buffer(_cut(next(buffers), array.offset * width, length * width))


def _add_offsets(
    body: _Body, array: _Array, length: int, buffers: _Buffers, item: struct.Struct
) -> tuple[int, int]:
    """Appends offsets that start at zero; returns the range they had."""
    buffer, width = next(buffers), item.size
    if not length:  # then there may be no offsets, or, from pyarrow's writer, meaningless ones
        body.add_buffer(bytes(width))
        return 0, 0
    piece = _cut(buffer, array.offset * width, (length + 1) * width)
    first, last = item.unpack_from(piece)[0], item.unpack_from(piece, length * width)[0]
    if first:
        piece = (np.frombuffer(piece, f"<i{width}") - first).tobytes()
    body.add_buffer(piece)
    if not 0 <= first <= last:
        raise CorruptError("Arrow offsets run backwards")
    return first, last


def _variable_width(item: struct.Struct) -> _ArrayWriter:
    """Writer of strings and binaries with offsets packed as `item`."""

    def write(body: _Body, array: _Array, buffers: _Buffers) -> None:
        length = len(array)
        body.add_node(array, length, buffers)
        first, last = _add_offsets(body, array, length, buffers, item)
        body.add_buffer(_cut(next(buffers), first, last - first))

    return write


def _list(item: struct.Struct) -> _ArrayWriter:
    """Writer of lists and maps with offsets packed as `item`."""

    def write(body: _Body, array: _Array, buffers: _Buffers) -> None:
        length = len(array)
        body.add_node(array, length, buffers)
        first, last = _add_offsets(body, array, length, buffers, item)
        body.add_array(_range(array.values, first, last), buffers)

    return write


def _range(array: _Array, start: int, stop: int) -> _Array:
    """`array[start:stop]`, which a corrupt parent could put outside the array."""
    if start == 0 and stop == len(array):
        return array
    if stop > len(array):
        raise CorruptError("an Arrow child array is shorter than its parent says")
    return array.slice(start, stop - start)


def _write_fixed_list(body: _Body, array: _Array, buffers: _Buffers) -> None:
    length, size = len(array), array.type.list_size
    body.add_node(array, length, buffers)
    start = array.offset * size
    body.add_array(_range(array.values, start, start + length * size), buffers)


def _write_struct(body: _Body, array: _Array, buffers: _Buffers) -> None:
    body.add_node(array, len(array), buffers)
    # `field` applies the slice of the parent, and not its nulls: exactly what is stored.
    for index in range(array.type.num_fields):
        body.add_array(array.field(index), buffers)


def _write_union(body: _Body, array: _Array, buffers: _Buffers) -> None:
    length, datatype = len(array), array.type
    next(buffers)  # unions have no validity bitmap; pyarrow keeps a place for one
    body.nodes += (length, 0)
    stored_codes = next(buffers)
    codes = _cut(stored_codes, array.offset, length)
    body.add_buffer(codes)
    children = [array.field(index) for index in range(datatype.num_fields)]
    if datatype.mode == "dense":
        offsets = _cut(next(buffers), array.offset * _OFFSET32.size, length * _OFFSET32.size)
        # An array that is no slice keeps even what it does not use, as in the reference.
        if stored_codes is not None and stored_codes.size != length:
            children, offsets = _compact_dense(datatype.type_codes, children, codes, offsets)
        body.add_buffer(offsets)
    for child in children:
        body.add_array(child, buffers)


def _compact_dense(
    type_codes: list[int], children: list[_Array], codes: Piece, offsets: Piece
) -> tuple[list[_Array], Piece]:
    """The children of a dense union cut down to what is used, and offsets that fit them."""
    code_of_row = np.frombuffer(codes, np.int8)
    offset_of_row = np.frombuffer(offsets, "<i4").copy()
    used_children = []
    for code, child in zip(type_codes, children, strict=True):
        rows = code_of_row == code
        used = offset_of_row[rows]
        first, stop = (int(used.min()), int(used.max()) + 1) if used.size else (0, 0)
        if first < 0:
            raise CorruptError("an Arrow union has a negative offset")
        offset_of_row[rows] -= first
        used_children.append(_range(child, first, stop))
    return used_children, offset_of_row.tobytes()


_OFFSET32, _OFFSET64 = struct.Struct("<i"), _I64

_WIDTHS: dict[int, tuple[type[_Array], ...]] = {
    1: (pa.Int8Array, pa.UInt8Array),
    2: (pa.Int16Array, pa.UInt16Array, pa.HalfFloatArray),
    4: (
        pa.Int32Array,
        pa.UInt32Array,
        pa.FloatArray,
        pa.Date32Array,
        pa.Time32Array,
        pa.Decimal32Array,
    ),
    8: (
        pa.Int64Array,
        pa.UInt64Array,
        pa.DoubleArray,
        pa.Date64Array,
        pa.Time64Array,
        pa.TimestampArray,
        pa.DurationArray,
        pa.Decimal64Array,
    ),
    16: (pa.Decimal128Array, pa.MonthDayNanoIntervalArray),
    32: (pa.Decimal256Array,),
}

_ARRAY_WRITERS: dict[type[_Array], _ArrayWriter] = {
    **{kind: _fixed_width(width) for width, kinds in _WIDTHS.items() for kind in kinds},
    pa.NullArray: _write_null,
    pa.BooleanArray: _write_bool,
    pa.FixedSizeBinaryArray: _write_fixed_binary,
    pa.BinaryArray: _variable_width(_OFFSET32),
    pa.StringArray: _variable_width(_OFFSET32),
    pa.LargeBinaryArray: _variable_width(_OFFSET64),
    pa.LargeStringArray: _variable_width(_OFFSET64),
    pa.ListArray: _list(_OFFSET32),
    pa.MapArray: _list(_OFFSET32),
    pa.LargeListArray: _list(_OFFSET64),
    pa.FixedSizeListArray: _write_fixed_list,
    pa.StructArray: _write_struct,
    pa.UnionArray: _write_union,
}


class _BatchTemplate(NamedTuple):
    """A record batch message without its numbers, and where they go (bytes from the start)."""

    message: bytes
    rows_at: int
    body_length_at: int
    nodes_at: int
    buffers_at: int


@lru_cache(maxsize=1024)
def _batch_template(nodes: int, buffers: int, has_rows: bool, has_body: bool) -> _BatchTemplate:
    """Template for a count of nodes and buffers; numbers that are zero have no place in it."""
    builder = FlatbufferBuilder()
    buffers_at = builder.int64_pair_vector(buffers)
    nodes_at = builder.int64_pair_vector(nodes)
    rows = [scalar_slot(0, 8, 0)] if has_rows else []
    header = builder.table(*rows, offset_slot(1, nodes_at), offset_slot(2, buffers_at))
    rows_at = builder.places.get(0, 0)
    body_length = [scalar_slot(3, 8, 0)] if has_body else []
    root = builder.table(
        scalar_slot(0, 2, METADATA_V5),
        scalar_slot(1, 1, HEADER_RECORD_BATCH),
        *body_length,
        offset_slot(2, header),
    )
    body_length_at = builder.places.get(3, 0)
    flatbuffer = builder.finish(root)
    end = len(flatbuffer) + 8  # positions count back from here
    return _BatchTemplate(
        encapsulate(flatbuffer),
        end - rows_at,
        end - body_length_at,
        end - nodes_at + 4,  # behind the vector's count
        end - buffers_at + 4,
    )


def encode_batch_message(
    rows: int, nodes: Sequence[int], places: Sequence[int], body_length: int
) -> bytes:
    """The record batch message without its body.

    Args:
        rows: Number of rows.
        nodes: Length and null count of each array, depth first, flat.
        places: Offset and length of each buffer in the body, depth first, flat.
        body_length: Length of the body (bytes).
    """
    template = _batch_template(len(nodes) // 2, len(places) // 2, rows > 0, body_length > 0)
    message = bytearray(template.message)
    if rows:
        _I64.pack_into(message, template.rows_at, rows)
    if body_length:
        _I64.pack_into(message, template.body_length_at, body_length)
    struct.pack_into(f"<{len(nodes)}q", message, template.nodes_at, *nodes)
    struct.pack_into(f"<{len(places)}q", message, template.buffers_at, *places)
    return bytes(message)
