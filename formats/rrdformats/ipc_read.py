"""Reads the metadata of Arrow IPC messages without pyarrow (fact sheet section 4).

Two things need this. A recording's footer must open without paying for pyarrow's import, and chunks
of equal layout are decoded together by cutting columns out of their bytes, for which the place of
every buffer must be known. The flatbuffers are walked with every offset checked: whatever the bytes
are, the answer is a description or an `RrdError`.

Names follow Arrow's format description: `Schema.fbs` and `Message.fbs` (type numbers, slots).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rrdformats.errors import CorruptError, LimitError, UnsupportedError
from rrdformats.limits import DEFAULT_LIMITS, Limits, check_limit

__all__ = [
    "ColumnLayout",
    "IpcBatch",
    "IpcField",
    "IpcSchema",
    "TypeId",
    "column_layouts",
    "read_batch",
    "read_schema",
    "read_stream",
]


class TypeId:
    """Numbers of the `Type` union in `Schema.fbs`."""

    NULL = 1
    INT = 2
    FLOAT = 3
    BINARY = 4
    UTF8 = 5
    BOOL = 6
    DECIMAL = 7
    DATE = 8
    TIME = 9
    TIMESTAMP = 10
    INTERVAL = 11
    LIST = 12
    STRUCT = 13
    UNION = 14
    FIXED_SIZE_BINARY = 15
    FIXED_SIZE_LIST = 16
    MAP = 17
    DURATION = 18
    LARGE_BINARY = 19
    LARGE_UTF8 = 20
    LARGE_LIST = 21


_LISTS = frozenset({TypeId.LIST, TypeId.FIXED_SIZE_LIST, TypeId.MAP, TypeId.LARGE_LIST})
_HEADER_SCHEMA, _HEADER_DICTIONARY, _HEADER_BATCH = 1, 2, 3
_VERSION_V5 = 4
_CONTINUATION = 0xFFFF_FFFF
_FREE_VALUES = 1 << 16
_FIELD_BYTES = 16
_ENTRY_BYTES = 8
"""Less than what a field, or a name or metadata entry, takes in any flatbuffer."""
_SHARING = 4
"""How often a schema may refer to each of its texts, on average."""
NANOSECONDS = 3

_U8 = struct.Struct("<B")
_U16 = struct.Struct("<H")
_I16 = struct.Struct("<h")
_I32 = struct.Struct("<i")
_U32 = struct.Struct("<I")
_I64 = struct.Struct("<q")
_PAIR = struct.Struct("<qq")


@dataclass(frozen=True, slots=True)
class IpcField:
    """One field of an Arrow schema.

    Attributes:
        name: Field name.
        type_id: One of `TypeId`.
        params: What the type needs to be complete: `(bits, signed)` for ints, `(precision,)` for
            floats, `(unit,)` for timestamps and durations, `(bytes,)` for fixed size binary,
            `(size,)` for fixed size lists, `(mode, *type ids)` for unions; otherwise empty.
        nullable: Whether nulls are allowed.
        children: Child fields.
        metadata: Key-value metadata.
        dictionary: Whether the values are dictionary-encoded.
    """

    name: str
    type_id: int
    params: tuple[int, ...]
    nullable: bool
    children: tuple[IpcField, ...]
    metadata: dict[str, str]
    dictionary: bool = False


@dataclass(frozen=True, slots=True)
class IpcSchema:
    """An Arrow schema message.

    Attributes:
        fields: Top-level fields.
        metadata: Schema-level metadata.
        value_spans: Where each schema-level metadata value stands in the bytes, `(start, end)`
            counted from the start of the message.
        length: Length of the whole message, prefix and padding included (bytes).
    """

    fields: tuple[IpcField, ...]
    metadata: dict[str, str]
    value_spans: dict[str, tuple[int, int]]
    length: int


@dataclass(frozen=True, slots=True)
class IpcBatch:
    """An Arrow record batch message.

    Attributes:
        rows: Number of rows.
        nodes: `(length, null count)` of each field, depth first.
        buffers: `(offset, length)` of each buffer in the body, depth first.
        body: Offset of the body in the bytes that were read.
        body_length: Length of the body (bytes).
        end: Offset behind the message.
        compressed: Whether the buffers are compressed on their own.
        version: Arrow metadata version (4 is V5).
    """

    rows: int
    nodes: tuple[tuple[int, int], ...]
    buffers: tuple[tuple[int, int], ...]
    body: int
    body_length: int
    end: int
    compressed: bool
    version: int

    @property
    def plain(self) -> bool:
        """Whether the body can be cut as it is: V5 metadata, buffers not compressed."""
        return self.version == _VERSION_V5 and not self.compressed

    def check_compressed(self, data: bytes | memoryview, limits: Limits) -> None:
        """Adds up what compressed buffers claim (their first eight bytes; -1: stored raw).

        Args:
            data: The bytes that hold this message, or one of equal metadata at the same place.
            limits: Bounds the sum.

        Raises:
            LimitError: If it is more than a payload may have.
        """
        if not self.compressed:
            return
        body, total = memoryview(data)[self.body : self.end], 0
        for offset, length in self.buffers:
            if length >= _I64.size:
                total += max(_get(_I64, body, offset), 0)
        check_limit(total, limits.uncompressed_bytes, "size of compressed Arrow buffers (bytes)")


class _Table:
    """A flatbuffer table at `pos` of `data`; every access is checked against the bytes."""

    __slots__ = ("data", "pos", "slots", "vtable")

    def __init__(self, data: memoryview, pos: int) -> None:
        self.data = data
        self.pos = pos
        self.vtable = pos - _get(_I32, data, pos)
        self.slots = (_get(_U16, data, self.vtable) - 4) // 2

    def _field(self, slot: int) -> int:
        """Position of the value in `slot`, 0 if the field is absent."""
        if slot >= self.slots:
            return 0
        offset = _get(_U16, self.data, self.vtable + 4 + 2 * slot)
        return self.pos + offset if offset else 0

    def scalar(self, slot: int, kind: struct.Struct, default: int = 0) -> int:
        pos = self._field(slot)
        return _get(kind, self.data, pos) if pos else default

    def _indirect(self, slot: int) -> int:
        pos = self._field(slot)
        return pos + _get(_U32, self.data, pos) if pos else 0

    def table(self, slot: int) -> _Table | None:
        pos = self._indirect(slot)
        return _Table(self.data, pos) if pos else None

    def span(self, slot: int, item_size: int = 1) -> tuple[int, int]:
        """`(position, count)` of the vector or string in `slot`; `(0, 0)` if absent."""
        pos = self._indirect(slot)
        if not pos:
            return 0, 0
        count = _get(_U32, self.data, pos)
        if pos + 4 + count * item_size > len(self.data):
            raise CorruptError("an Arrow vector passes the end of its metadata")
        return pos + 4, count

    def text(self, slot: int) -> tuple[str, int, int]:
        """A string with its position and length."""
        pos, length = self.span(slot)
        try:
            return str(self.data[pos : pos + length], "utf-8"), pos, length
        except UnicodeDecodeError as error:
            raise CorruptError("an Arrow name or metadata value is not UTF-8") from error

    def tables(self, slot: int) -> Iterator[_Table]:
        pos, count = self.span(slot, 4)
        for item in range(pos, pos + 4 * count, 4):
            yield _Table(self.data, item + _get(_U32, self.data, item))

    def count(self, slot: int, item_size: int = 4) -> int:
        return self.span(slot, item_size)[1]


def _get(kind: struct.Struct, data: memoryview, pos: int) -> int:
    if pos < 0 or pos + kind.size > len(data):
        raise CorruptError("an Arrow metadata offset points outside its message")
    value: int = kind.unpack_from(data, pos)[0]
    return value


@dataclass(frozen=True, slots=True)
class _Message:
    """One encapsulated message: its flatbuffer and where the body is."""

    kind: int
    version: int
    header: _Table
    start: int  # of the flatbuffer in the bytes
    body: int
    body_length: int


def _read_message(data: memoryview, pos: int) -> _Message | None:
    """The message at `pos`; None at the end-of-stream marker or at the end of the bytes."""
    if pos + 4 > len(data):
        return None
    length, start = _get(_U32, data, pos), pos + 4
    if length == _CONTINUATION:  # since Arrow 0.15; before, the length came first
        length, start = _get(_U32, data, start), start + 4
    if length == 0:
        return None
    body = start + length
    if body > len(data):
        raise CorruptError("an Arrow message passes the end of its payload")
    metadata = data[start:body]
    root = _Table(metadata, _get(_U32, metadata, 0))
    header = root.table(2)
    if header is None:
        raise CorruptError("an Arrow message has no header")
    body_length = root.scalar(3, _I64)
    if body_length < 0 or body + body_length > len(data):
        raise CorruptError("an Arrow message body passes the end of its payload")
    return _Message(root.scalar(1, _U8), root.scalar(0, _I16), header, start, body, body_length)


class _SchemaReader:
    """Reads the fields and the metadata of a schema, depth first.

    In a flatbuffer many references may lead to one object, so a few bytes can stand for any number
    of fields or texts. Both are counted against the size of the message that holds them.
    """

    def __init__(self, size: int, limits: Limits) -> None:
        self.limits = limits
        self.fields_left = min(limits.fields, size // _FIELD_BYTES)
        self.text_left = _SHARING * size

    def field(self, table: _Table, depth: int = 1) -> IpcField:
        check_limit(depth, self.limits.nesting, "nesting of Arrow types")
        self.fields_left -= 1
        self.check_count(table.count(5))
        type_id = table.scalar(2, _U8)
        type_table = table.table(3)
        if type_table is None:
            raise CorruptError("an Arrow field has no type")
        children = tuple(self.field(child, depth + 1) for child in table.tables(5))
        if len(children) != 1 and type_id in _LISTS:
            raise CorruptError(f"an Arrow list has {len(children)} child fields")
        return IpcField(
            name=self.text(table, 0)[0],
            type_id=type_id,
            params=_type_params(type_id, type_table),
            nullable=bool(table.scalar(1, _U8)),
            children=children,
            metadata=self.metadata(table, 6)[0],
            dictionary=table.table(4) is not None,
        )

    def check_count(self, upcoming: int) -> None:
        """Checks that there is room for so many more fields."""
        if upcoming > self.fields_left:
            raise LimitError(
                f"an Arrow schema has more than {self.limits.fields} fields, "
                "or more than its bytes could hold"
            )

    def text(self, table: _Table, slot: int) -> tuple[str, int, int]:
        self.text_left -= _ENTRY_BYTES + table.count(slot, 1)
        if self.text_left < 0:
            raise LimitError("an Arrow schema repeats its names or metadata too often")
        return table.text(slot)

    def metadata(
        self, table: _Table, slot: int
    ) -> tuple[dict[str, str], dict[str, tuple[int, int]]]:
        """Key-value pairs, and where each value stands."""
        values: dict[str, str] = {}
        spans: dict[str, tuple[int, int]] = {}
        limit = self.limits.metadata_entries
        check_limit(table.count(slot), limit, "number of Arrow metadata entries")
        for entry in table.tables(slot):
            key = self.text(entry, 0)[0]
            value, pos, length = self.text(entry, 1)
            values[key] = value
            spans[key] = (pos, pos + length)
        return values, spans


def _type_params(type_id: int, table: _Table) -> tuple[int, ...]:
    match type_id:
        case TypeId.INT:
            return table.scalar(0, _I32), table.scalar(1, _U8)
        case TypeId.FLOAT:
            return (table.scalar(0, _I16),)
        case TypeId.TIMESTAMP:
            return table.scalar(0, _I16), int(table.span(1)[1] > 0)
        case TypeId.DURATION:
            return (table.scalar(0, _I16, 1),)
        case TypeId.FIXED_SIZE_BINARY | TypeId.FIXED_SIZE_LIST:
            return (table.scalar(0, _I32),)
        case TypeId.UNION:
            pos, count = table.span(1, 4)
            ids = (_get(_I32, table.data, pos + 4 * i) for i in range(min(count, 128)))
            return table.scalar(0, _I16), *ids
        case _:
            return ()


def read_schema(
    data: bytes | memoryview, pos: int = 0, limits: Limits = DEFAULT_LIMITS
) -> IpcSchema:
    """The schema message at `pos` of `data`.

    Raises:
        CorruptError: If it is not a well-formed schema message.
        LimitError: If it has too many fields, nests too deeply, or repeats itself.
    """
    view = memoryview(data)
    message = _read_message(view, pos)
    if message is None or message.kind != _HEADER_SCHEMA:
        raise CorruptError("an Arrow payload does not start with a schema")
    header = message.header
    reader = _SchemaReader(len(header.data), limits)
    metadata, spans = reader.metadata(header, 2)
    reader.check_count(header.count(1))
    fields = tuple(reader.field(table) for table in header.tables(1))
    shift = message.start - pos
    spans = {key: (start + shift, end + shift) for key, (start, end) in spans.items()}
    return IpcSchema(fields, metadata, spans, message.body + message.body_length - pos)


def read_batch(data: bytes | memoryview, pos: int = 0, limits: Limits = DEFAULT_LIMITS) -> IpcBatch:
    """The record batch message at `pos` of `data`, dictionary batches before it skipped.

    Raises:
        CorruptError: If there is none, or a buffer or a length is impossible.
        LimitError: If compressed buffers claim more than a payload may have, or a column more
            values than its bytes could hold.
    """
    view = memoryview(data)
    message = _read_message(view, pos)
    while message is not None and message.kind == _HEADER_DICTIONARY:
        message = _read_message(view, message.body + message.body_length)
    if message is None:
        raise CorruptError("an Arrow payload has no record batch")
    if message.kind != _HEADER_BATCH:
        raise CorruptError(f"an Arrow message of kind {message.kind} where a record batch belongs")
    header = message.header
    rows = header.scalar(0, _I64)
    nodes = _pairs(header, 1, limits)
    buffers = _pairs(header, 2, limits)
    if rows < 0 or any(nulls < 0 or nulls > length for length, nulls in nodes):
        raise CorruptError("an Arrow record batch has an impossible length or null count")
    compressed = header.table(3) is not None
    # Every value takes a bit, but for nulls, structs and lists of size 0: these need a bound too.
    room = 8 * (limits.uncompressed_bytes if compressed else message.body_length) + _FREE_VALUES
    for length in (rows, *(length for length, _ in nodes)):
        check_limit(length, room, "number of values in an Arrow array")
    if any(
        offset < 0 or length < 0 or offset + length > message.body_length
        for offset, length in buffers
    ):
        raise CorruptError("an Arrow buffer lies outside its record batch")
    batch = IpcBatch(
        rows,
        nodes,
        buffers,
        message.body,
        message.body_length,
        message.body + message.body_length,
        compressed,
        message.version,
    )
    batch.check_compressed(view, limits)
    return batch


def _pairs(header: _Table, slot: int, limits: Limits) -> tuple[tuple[int, int], ...]:
    pos, count = header.span(slot, _PAIR.size)
    # Every field has one node and at most three buffers.
    check_limit(count, 3 * limits.fields, "number of Arrow buffers")
    return tuple(_PAIR.iter_unpack(header.data[pos : pos + count * _PAIR.size]))


def read_stream(
    data: bytes | memoryview, limits: Limits = DEFAULT_LIMITS
) -> tuple[IpcSchema, IpcBatch]:
    """Schema and first record batch of the Arrow stream in `data`; what follows is not read."""
    schema = read_schema(data, 0, limits)
    return schema, read_batch(data, schema.length, limits)


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """A field with its share of a record batch.

    Attributes:
        field: The field.
        length: Number of values.
        nulls: Number of nulls.
        buffers: `(start, end)` of each of its own buffers, counted from the start of the body.
        children: The same for the child fields.
    """

    field: IpcField
    length: int
    nulls: int
    buffers: tuple[tuple[int, int], ...]
    children: tuple[ColumnLayout, ...]


_BUFFER_COUNTS = {
    TypeId.NULL: 0,
    TypeId.BINARY: 3,
    TypeId.UTF8: 3,
    TypeId.LARGE_BINARY: 3,
    TypeId.LARGE_UTF8: 3,
    TypeId.STRUCT: 1,
    TypeId.FIXED_SIZE_LIST: 1,
    TypeId.LIST: 2,
    TypeId.LARGE_LIST: 2,
    TypeId.MAP: 2,
}
_FIXED_WIDTH = frozenset(
    {
        TypeId.INT,
        TypeId.FLOAT,
        TypeId.BOOL,
        TypeId.DECIMAL,
        TypeId.DATE,
        TypeId.TIME,
        TypeId.TIMESTAMP,
        TypeId.INTERVAL,
        TypeId.FIXED_SIZE_BINARY,
        TypeId.DURATION,
    }
)


def _buffer_count(field: IpcField) -> int:
    if field.dictionary or field.type_id in _FIXED_WIDTH:
        return 2
    if field.type_id == TypeId.UNION:
        return 2 if field.params and field.params[0] == 1 else 1
    count = _BUFFER_COUNTS.get(field.type_id)
    if count is None:
        raise UnsupportedError(f"Arrow type number {field.type_id} in column {field.name!r}")
    return count


def column_layouts(schema: IpcSchema, batch: IpcBatch) -> tuple[ColumnLayout, ...]:
    """Hands the nodes and buffers of `batch` out to the fields of `schema`.

    Raises:
        CorruptError: If they are too few or too many, or a top-level column has another length
            than the batch.
        UnsupportedError: For types outside the table above (views, run-end encoding).
    """
    nodes, buffers = iter(batch.nodes), iter(batch.buffers)

    def layout(field: IpcField) -> ColumnLayout:
        length, nulls = next(nodes)
        own = tuple((start, start + size) for start, size in _take(buffers, _buffer_count(field)))
        children = () if field.dictionary else tuple(layout(child) for child in field.children)
        return ColumnLayout(field, length, nulls, own, children)

    try:
        columns = tuple(layout(field) for field in schema.fields)
    except (StopIteration, RuntimeError) as error:
        raise CorruptError("an Arrow record batch has fewer buffers than its schema") from error
    if next(nodes, None) is not None or next(buffers, None) is not None:
        raise CorruptError("an Arrow record batch has more buffers than its schema")
    for column in columns:
        if column.length != batch.rows:
            raise CorruptError(
                f"column {column.field.name!r} has {column.length} values in "
                f"a batch of {batch.rows} rows"
            )
    return columns


def _take(buffers: Iterator[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    return [next(buffers) for _ in range(count)]
