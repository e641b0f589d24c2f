"""Arrow schemas to IPC schema messages, byte for byte as the reference writes them.

pyarrow's own `Schema.serialize` is valid Arrow and differs in nearly every byte: padding, order of
objects, order of metadata. The manifest's schema hash needs the reference's bytes (fact sheet
sections 4.1 and 7.5). Types that section 4.1 does not list (date, time, interval, decimal, map)
follow files that the reference wrote with such columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.flatbuffer_build import FlatbufferBuilder, Slot, offset_slot, scalar_slot
from rrdformats.ipc_read import TypeId, read_schema
from rrdformats.limits import DEFAULT_LIMITS, check_limit

__all__ = [
    "HEADER_RECORD_BATCH",
    "IPC_ALIGNMENT",
    "METADATA_V5",
    "encapsulate",
    "encode_schema_message",
]

IPC_ALIGNMENT = 64
_CONTINUATION = b"\xff\xff\xff\xff"
METADATA_V5 = 4
_HEADER_SCHEMA, HEADER_RECORD_BATCH = 1, 3

_CACHED_FIELD_LISTS = 512

_TIME_UNITS = {"s": 0, "ms": 1, "us": 2, "ns": 3}
_DAY = 0  # of Arrow's DateUnit, whose default is milliseconds
_MONTH_DAY_NANO = 2
_DEFAULT_TIME_BITS = 32
_DEFAULT_DECIMAL_BITS = 128

_TypePositions = tuple[int, int, int]
"""`(type code, position of the type table, position of the children vector)`."""

_SlotsOf = Callable[[pa.DataType], list[Slot]]
_TypeWriter = Callable[[FlatbufferBuilder, pa.DataType, int], _TypePositions]

_FIELD_LISTS: dict[bytes, tuple[FlatbufferBuilder, int]] = {}
"""Builders that hold the fields and their vector, by pyarrow's serialisation of the fields.

Not by the `pa.Schema`: its hash and equality leave out the metadata of nested fields.
"""


def encapsulate(flatbuffer: bytes) -> bytes:
    """An IPC message without its body: prefix, metadata, zeros up to a multiple of 64 bytes."""
    padding = -(len(flatbuffer) + 8) % IPC_ALIGNMENT
    length = (len(flatbuffer) + padding).to_bytes(4, "little")
    return _CONTINUATION + length + flatbuffer + bytes(padding)


def encode_schema_message(schema: pa.Schema) -> bytes:
    """The encapsulated schema message, padded to a multiple of 64 bytes, without end of stream.

    The fields are remembered, so that the chunks of one entity, which differ only in schema
    metadata, pay for them once. Extension types are written as their storage type with the two
    `ARROW:extension:` metadata entries. Where a metadata key occurs twice, the first one counts.

    Raises:
        UnsupportedError: If a field is dictionary-encoded, run-end-encoded, a view type or of any
            other type whose layout in reference files is not established; it names the field.
        LimitError: If types are nested deeper than the default limit.
        CorruptError: If a field name is not UTF-8.
    """
    key = schema.remove_metadata().serialize().to_pybytes()
    known = _FIELD_LISTS.get(key)
    if known is None:
        known = _encode_fields(schema)
        if len(_FIELD_LISTS) >= _CACHED_FIELD_LISTS:
            _FIELD_LISTS.clear()
        _FIELD_LISTS[key] = known
    builder = known[0].fork()
    slots = [offset_slot(1, known[1])]
    if schema.metadata:
        slots.append(offset_slot(2, _metadata(builder, schema.metadata)))
    header = builder.table(*slots)
    message = builder.table(
        scalar_slot(0, 2, METADATA_V5), scalar_slot(1, 1, _HEADER_SCHEMA), offset_slot(2, header)
    )
    return encapsulate(builder.finish(message))


def _encode_fields(schema: pa.Schema) -> tuple[FlatbufferBuilder, int]:
    builder = FlatbufferBuilder()
    positions = []
    for field in schema:
        try:
            positions.append(_field(builder, field, 1))
        except UnsupportedError as error:
            raise UnsupportedError(f"column {field.name!r}: {error.reason}") from error
        except UnicodeDecodeError as error:
            raise CorruptError("an Arrow field name is not UTF-8") from error
    return builder, builder.offset_vector(positions)


def _metadata(builder: FlatbufferBuilder, metadata: Mapping[bytes, bytes]) -> int:
    entries = []
    for key in sorted(metadata):
        key_at = builder.string(key)
        value_at = builder.string(metadata[key])
        entries.append(builder.table(offset_slot(0, key_at), offset_slot(1, value_at)))
    return builder.offset_vector(entries)


def _field(builder: FlatbufferBuilder, field: pa.Field[Any], depth: int) -> int:
    check_limit(depth, DEFAULT_LIMITS.nesting, "nesting of Arrow types")
    datatype, metadata = field.type, field.metadata
    if isinstance(datatype, pa.BaseExtensionType):
        datatype, metadata = datatype.storage_type, _extension_metadata(field)
    metadata_at = _metadata(builder, metadata) if metadata else None
    name_at = builder.string(field.name.encode())
    writer = _TYPE_WRITERS.get(datatype.id)
    if writer is None:
        raise UnsupportedError(f"cannot write the Arrow type {datatype}")
    code, type_at, children_at = writer(builder, datatype, depth)
    slots = [offset_slot(0, name_at), scalar_slot(2, 1, code)]
    if field.nullable:
        slots.append(scalar_slot(1, 1, 1))
    slots += (offset_slot(5, children_at), offset_slot(3, type_at))
    if metadata_at is not None:
        slots.append(offset_slot(6, metadata_at))
    return builder.table(*slots)


def _extension_metadata(field: pa.Field[Any]) -> dict[bytes, bytes]:
    # Only pyarrow's own serialisation tells the parameters of every kind of extension type.
    plain = read_schema(pa.schema([field]).serialize().to_pybytes()).fields[0]
    return {key.encode(): value.encode() for key, value in plain.metadata.items()}


def _no_slots(_type: pa.DataType) -> list[Slot]:
    return []


def _leaf(code: int, slots_of: _SlotsOf = _no_slots) -> _TypeWriter:
    """Writer of a childless type: its table, then the empty children vector."""

    def write(builder: FlatbufferBuilder, datatype: pa.DataType, _depth: int) -> _TypePositions:
        table = builder.table(*slots_of(datatype))
        return code, table, builder.offset_vector(())

    return write


def _number(code: int, *slots: Slot) -> _TypeWriter:
    """Writer of an int or float type: the empty children vector comes first, then the table."""

    def write(builder: FlatbufferBuilder, _type: pa.DataType, _depth: int) -> _TypePositions:
        children = builder.offset_vector(())
        return code, builder.table(*slots), children

    return write


def _nested(code: int, slots_of: _SlotsOf = _no_slots) -> _TypeWriter:
    """Writer of a type with children: child fields, table, children vector."""

    def write(builder: FlatbufferBuilder, datatype: pa.DataType, depth: int) -> _TypePositions:
        fields = [datatype.field(i) for i in range(datatype.num_fields)]
        children = [_field(builder, field, depth + 1) for field in fields]
        table = builder.table(*slots_of(datatype))
        return code, table, builder.offset_vector(children)

    return write


def _timestamp(builder: FlatbufferBuilder, datatype: Any, _depth: int) -> _TypePositions:
    zone = datatype.tz or ""
    # The reference creates the string even where it does not refer to it.
    zone_at = builder.string(zone.encode())
    slots = [offset_slot(1, zone_at)] if zone else []
    table = builder.table(*_unit(datatype, "s"), *slots)
    return TypeId.TIMESTAMP, table, builder.offset_vector(())


def _union(builder: FlatbufferBuilder, datatype: Any, depth: int) -> _TypePositions:
    children = [_field(builder, datatype.field(i), depth + 1) for i in range(datatype.num_fields)]
    codes_at = builder.int32_vector(datatype.type_codes)
    mode = [scalar_slot(0, 2, 1)] if datatype.mode == "dense" else []
    table = builder.table(*mode, offset_slot(1, codes_at))
    return TypeId.UNION, table, builder.offset_vector(children)


def _unit(datatype: Any, default: str) -> list[Slot]:
    unit = datatype.unit
    return [] if unit == default else [scalar_slot(0, 2, _TIME_UNITS[unit])]


def _millisecond_unit(datatype: Any) -> list[Slot]:
    return _unit(datatype, "ms")


def _time(datatype: Any) -> list[Slot]:
    bits = datatype.bit_width
    width = [] if bits == _DEFAULT_TIME_BITS else [scalar_slot(1, 4, bits)]
    return width + _millisecond_unit(datatype)


def _decimal(datatype: Any) -> list[Slot]:
    slots = [scalar_slot(0, 4, datatype.precision)]
    if datatype.scale:
        slots.append(scalar_slot(1, 4, datatype.scale))
    if datatype.bit_width != _DEFAULT_DECIMAL_BITS:
        slots.append(scalar_slot(2, 4, datatype.bit_width))
    return slots


def _fixed_binary(datatype: Any) -> list[Slot]:
    return [scalar_slot(0, 4, datatype.byte_width)] if datatype.byte_width else []


def _fixed_list(datatype: Any) -> list[Slot]:
    return [scalar_slot(0, 4, datatype.list_size)] if datatype.list_size else []


def _map(datatype: Any) -> list[Slot]:
    return [scalar_slot(0, 1, 1)] if datatype.keys_sorted else []


def _writers_by_example() -> Iterator[tuple[pa.DataType, _TypeWriter]]:
    for bits, signed, unsigned in (
        (8, pa.int8(), pa.uint8()),
        (16, pa.int16(), pa.uint16()),
        (32, pa.int32(), pa.uint32()),
        (64, pa.int64(), pa.uint64()),
    ):
        width = scalar_slot(0, 4, bits)
        yield signed, _number(TypeId.INT, scalar_slot(1, 1, 1), width)
        yield unsigned, _number(TypeId.INT, width)
    yield pa.float16(), _number(TypeId.FLOAT)
    yield pa.float32(), _number(TypeId.FLOAT, scalar_slot(0, 2, 1))
    yield pa.float64(), _number(TypeId.FLOAT, scalar_slot(0, 2, 2))
    for decimal in (pa.decimal32(1), pa.decimal64(1), pa.decimal128(1), pa.decimal256(1)):
        yield decimal, _leaf(TypeId.DECIMAL, _decimal)
    yield pa.null(), _leaf(TypeId.NULL)
    yield pa.bool_(), _leaf(TypeId.BOOL)
    yield pa.date32(), _leaf(TypeId.DATE, lambda _: [scalar_slot(0, 2, _DAY)])
    yield pa.date64(), _leaf(TypeId.DATE)
    yield pa.time32("s"), _leaf(TypeId.TIME, _time)
    yield pa.time64("ns"), _leaf(TypeId.TIME, _time)
    yield pa.timestamp("ns"), _timestamp
    yield pa.duration("ns"), _leaf(TypeId.DURATION, _millisecond_unit)
    month_day_nano = scalar_slot(0, 2, _MONTH_DAY_NANO)
    yield pa.month_day_nano_interval(), _leaf(TypeId.INTERVAL, lambda _: [month_day_nano])
    yield pa.binary(), _leaf(TypeId.BINARY)
    yield pa.large_binary(), _leaf(TypeId.LARGE_BINARY)
    yield pa.string(), _leaf(TypeId.UTF8)
    yield pa.large_string(), _leaf(TypeId.LARGE_UTF8)
    yield pa.binary(1), _leaf(TypeId.FIXED_SIZE_BINARY, _fixed_binary)
    yield pa.list_(pa.null()), _nested(TypeId.LIST)
    yield pa.large_list(pa.null()), _nested(TypeId.LARGE_LIST)
    yield pa.list_(pa.null(), 1), _nested(TypeId.FIXED_SIZE_LIST, _fixed_list)
    yield pa.struct([]), _nested(TypeId.STRUCT)
    yield pa.map_(pa.string(), pa.null()), _nested(TypeId.MAP, _map)
    yield pa.dense_union([]), _union
    yield pa.sparse_union([]), _union


_TYPE_WRITERS: dict[int, _TypeWriter] = {
    example.id: writer for example, writer in _writers_by_example()
}
"""Writers by the number that pyarrow gives a type, whatever its parameters are."""
