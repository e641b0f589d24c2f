"""Protobuf wire primitives, by hand: only what RRD messages need (fact sheet section 2).

A generated parser would copy every payload; here a length-delimited field is a span of the buffer
that holds the message. Unknown fields are skipped, as protobuf demands of a reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from rrdformats.errors import CorruptError

__all__ = [
    "FIXED64",
    "LENGTH",
    "VARINT",
    "Field",
    "bytes_field",
    "encode_varint",
    "fixed64_field",
    "iter_fields",
    "length_prefix",
    "varint_field",
]

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10
_MASK64 = 0xFFFF_FFFF_FFFF_FFFF

Field = tuple[int, int, int, int]
"""`(number, wire type, value, end)`: `value` is the integer, or the start of a length-delimited
field that stops at `end`."""


def _read_varint(data: memoryview, pos: int, end: int) -> tuple[int, int]:
    value = shift = 0
    stop = min(end, pos + _MAX_VARINT_BYTES)
    while pos < stop:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _MASK64, pos
        shift += 7
    raise CorruptError("a protobuf number does not end")


def iter_fields(data: memoryview, start: int, end: int) -> Iterator[Field]:
    """The fields of the message in `data[start:end]`, in the order they were written.

    Raises:
        CorruptError: If a field passes `end` or has a wire type that protobuf does not know.
    """
    pos = start
    while pos < end:
        key, pos = _read_varint(data, pos, end)
        number, wire_type = key >> 3, key & 7
        if wire_type == VARINT:
            value, pos = _read_varint(data, pos, end)
            yield number, wire_type, value, pos
            continue
        if wire_type == LENGTH:
            length, pos = _read_varint(data, pos, end)
        elif wire_type == FIXED64:
            length = 8
        elif wire_type == FIXED32:
            length = 4
        else:
            raise CorruptError(f"protobuf field {number} has the unknown wire type {wire_type}")
        stop = pos + length
        if stop > end:
            raise CorruptError(
                f"protobuf field {number} claims {length} bytes where {end - pos} are left"
            )
        value = pos if wire_type == LENGTH else int.from_bytes(data[pos:stop], "little")
        yield number, wire_type, value, stop
        pos = stop


def encode_varint(value: int) -> bytes:
    """`value` (0 … 2^64-1) as a varint; pass negative numbers masked to 64 bits."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint_field(number: int, value: int) -> bytes:
    """One varint field; negative values take ten bytes, as protobuf's int32 and int64 do."""
    return encode_varint(number << 3 | VARINT) + encode_varint(value & _MASK64)


def length_prefix(number: int, length: int) -> bytes:
    """Key and length of a length-delimited field whose `length` bytes the caller writes."""
    return encode_varint(number << 3 | LENGTH) + encode_varint(length)


def bytes_field(number: int, payload: bytes) -> bytes:
    """One length-delimited field: a nested message, a string or bytes."""
    return length_prefix(number, len(payload)) + payload


def fixed64_field(number: int, value: int) -> bytes:
    """One fixed64 field."""
    return encode_varint(number << 3 | FIXED64) + value.to_bytes(8, "little")
