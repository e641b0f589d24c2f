"""Protobuf messages as columns, and those as Arrow arrays (fact sheet 6.1)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of, nulls
from rrdimporters.mcap.columns import list_array
from rrdimporters.mcap.protobuf_scan import (
    BYTES,
    Entries,
    Scan,
    packed_varints,
    scan,
)
from rrdimporters.mcap.protobuf_types import EnumValues, Field, Kind, ProtoMessage, Scalar
from rrdimporters.mcap.ragged import Bytes, Places, Ragged, joined, offsets_of, spread

__all__ = ["ProtoRows", "arrow_field", "arrow_struct", "decode_protobuf", "struct_type"]

_BYTE = np.dtype(np.uint8)
_EXTENSION = b"ARROW:extension:name"
_ENUM_TYPE = pa.struct([pa.field("name", pa.string()), pa.field("value", pa.int32())])
_EXTENSIONS = {
    Kind.ENUM: "rerun.datatypes.ProtobufEnum",
    Kind.OPAQUE: "rerun.datatypes.ProtobufSelfReferential",
    Kind.DYNAMIC: "google.protobuf.Struct",
}
_ONEOF_EXTENSION = "rerun.datatypes.ProtobufOneOf"


@dataclass(frozen=True)
class ProtoRows:
    """Messages of one type, one per row.

    Attributes:
        message: Their type.
        data: The memory they lie in.
        rows: How many.
        found: Their fields.
        inner: Messages inside, by number of the field: of repeated fields all, flat; of others
            one for each row that has the field, rows ascending.
    """

    message: ProtoMessage
    data: Bytes
    rows: int
    found: Scan
    inner: Mapping[int, ProtoRows]

    def entries(self, name: str) -> Entries:
        """Occurrences of a field; of one that is not repeated only those that count."""
        field = self.message.field(name)
        found = self.found.entries(field.number)
        return found if field.is_repeated else found.last()

    def present(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows have a field."""
        mask = np.zeros(self.rows, np.bool_)
        mask[self.entries(name).owners] = True
        return mask

    def numbers(self, name: str) -> npt.NDArray[Any]:
        """A number per row; 0 where it is absent.

        Raises:
            KeyError: If there is no such field, or it holds no single number.
        """
        field = self.message.field(name)
        if field.scalar is None or field.is_repeated:
            raise KeyError(name)
        return _spread_numbers(self, field)

    def runs(self, name: str) -> Ragged:
        """The bytes of a text or bytes field per row; empty where it is absent.

        Raises:
            KeyError: If there is no such field, or it is of another kind.
        """
        field = self.message.field(name)
        if field.kind not in {Kind.TEXT, Kind.BYTES} or field.is_repeated:
            raise KeyError(name)
        entries = self.entries(name).of_wire(BYTES)
        starts, counts = np.zeros(self.rows, np.int64), np.zeros(self.rows, np.int64)
        starts[entries.owners] = entries.values.astype(np.int64)
        counts[entries.owners] = entries.sizes
        return Ragged(self.data, starts, counts, _BYTE)

    def messages(self, name: str) -> tuple[Places, ProtoRows]:
        """Messages of a field, and the row that each belongs to.

        Raises:
            KeyError: If there is no such field, or it holds no messages.
        """
        field = self.message.field(name)
        if field.kind is not Kind.MESSAGE:
            raise KeyError(name)
        return self.entries(name).of_wire(BYTES).owners, self.inner[field.number]

    def repeated_numbers(self, name: str) -> tuple[npt.NDArray[Any], Places]:
        """All numbers of a repeated field, and how many each row has.

        Raises:
            KeyError: If there is no such field, or it does not hold several numbers.
        """
        field = self.message.field(name)
        if field.scalar is None or not field.is_repeated:
            raise KeyError(name)
        return _repeated_numbers(self, field)


def decode_protobuf(
    message: ProtoMessage, data: Bytes, starts: Places, sizes: Places
) -> tuple[ProtoRows, npt.NDArray[np.bool_]]:
    """Decodes messages of one type; also tells which ones could be, the others are left out."""
    rows, good = _decode(message, data, starts, sizes)
    if not good.all():
        rows, _ = _decode(message, data, starts[good], sizes[good])
    return rows, good


def _decode(
    message: ProtoMessage, data: Bytes, starts: Places, sizes: Places
) -> tuple[ProtoRows, npt.NDArray[np.bool_]]:
    found = scan(data, starts, sizes, {field.number for field in message.fields})
    good = found.good.copy()
    inner: dict[int, ProtoRows] = {}
    for field in message.fields:
        entries = found.entries(field.number)
        if field.message is not None:
            entries = entries if field.is_repeated else entries.last()
            entries = entries.of_wire(BYTES)
            rows, whole = _decode(
                field.message, data, entries.values.astype(np.int64), entries.sizes
            )
            good[entries.owners[~whole]] = False
            inner[field.number] = rows
        elif field.is_repeated and field.scalar is not None:
            _check_packed(field.scalar, entries.of_wire(BYTES), data, good)
    return ProtoRows(message, data, len(starts), found, inner), good


def _check_packed(
    scalar: Scalar, packed: Entries, data: Bytes, good: npt.NDArray[np.bool_]
) -> None:
    if not len(packed):
        return
    if scalar.wire:
        whole = packed.sizes % _width(scalar) == 0
    else:
        _, _, whole = packed_varints(data, packed.values.astype(np.int64), packed.sizes)
    good[packed.owners[~whole]] = False


def _width(scalar: Scalar) -> int:
    return 8 if scalar.wire == 1 else 4


def _numbers(scalar: Scalar, bits: npt.NDArray[np.uint64]) -> npt.NDArray[Any]:
    """The numbers that some bits mean."""
    if scalar.is_zigzag:
        bits = (bits >> np.uint64(1)) ^ (~(bits & np.uint64(1)) + np.uint64(1))
    if scalar.code == "b1":
        return np.not_equal(bits, 0)
    if scalar.code.endswith("4"):
        bits32 = bits.astype(np.uint32)
        numbers: npt.NDArray[Any] = bits32.view(scalar.code)
    else:
        numbers = bits.view(scalar.code)
    return numbers


def _spread_numbers(rows: ProtoRows, field: Field) -> npt.NDArray[Any]:
    scalar = cast("Scalar", field.scalar)
    entries = rows.entries(field.name).of_wire(scalar.wire)
    bits = np.zeros(rows.rows, np.uint64)
    bits[entries.owners] = entries.values
    return _numbers(scalar, bits)


def _repeated_numbers(rows: ProtoRows, field: Field) -> tuple[npt.NDArray[Any], Places]:
    scalar = cast("Scalar", field.scalar)
    entries = rows.entries(field.name).of_wire(scalar.wire, BYTES)
    is_packed = entries.wires == BYTES
    packed = entries.take(is_packed)
    starts = packed.values.astype(np.int64)
    if scalar.wire:
        width = _width(scalar)
        kind = f"<u{width}"
        counts = packed.sizes // width
        bits = joined(rows.data, starts, packed.sizes).view(kind).astype(np.uint64)
    else:
        bits, counts, _ = packed_varints(rows.data, starts, packed.sizes)
    if not is_packed.all():
        spans = np.ones(len(entries), np.int64)
        spans[is_packed] = counts
        all_bits = np.zeros(int(spans.sum()), np.uint64)
        from_packed = np.repeat(is_packed, spans)
        all_bits[from_packed] = bits
        all_bits[~from_packed] = entries.values[~is_packed]
        bits, counts = all_bits, spans
    per_row = np.bincount(entries.owners, counts, rows.rows).astype(np.int64)
    return _numbers(scalar, bits), per_row


def struct_type(message: ProtoMessage) -> pa.DataType:
    """The Arrow type of a message type."""
    fields = []
    for members in _groups(message):
        if len(members) == 1 and members[0].oneof is None:
            fields.append(arrow_field(members[0]))
        else:
            inner = [arrow_field(member, nullable=True) for member in members]
            extension = {_EXTENSION: _ONEOF_EXTENSION.encode()}
            name = members[0].oneof or ""
            fields.append(pa.field(name, pa.struct(inner), metadata=cast("Any", extension)))
    return pa.struct(fields)


def arrow_field(field: Field, *, nullable: bool = False) -> pa.Field[Any]:
    """The Arrow field of a field."""
    kind = _value_type(field)
    if field.kind is Kind.MAP:
        message = cast("ProtoMessage", field.message)
        key, value = message.fields
        kind = cast("Any", pa.map_)(_value_type(key), _required(arrow_field(value)))
        return pa.field(field.name, kind)
    if field.is_repeated:
        kind = pa.list_(pa.field("item", kind, nullable=False))
    extension = _EXTENSIONS.get(field.kind)
    metadata = {_EXTENSION: extension.encode()} if extension else None
    is_nullable = nullable or field.is_repeated or field.has_presence
    return pa.field(field.name, kind, is_nullable, cast("Any", metadata))


def _required(field: pa.Field[Any]) -> pa.Field[Any]:
    """The field of a map's values, which are never null."""
    return field.with_name("value").with_nullable(False)


def _groups(message: ProtoMessage) -> list[list[Field]]:
    """Fields by number, those of a oneof together at the place of the first one."""
    groups: dict[str, list[Field]] = {}
    for field in message.fields:
        key = f"oneof {field.oneof}" if field.oneof else f"field {field.number}"
        groups.setdefault(key, []).append(field)
    return list(groups.values())


def _value_type(field: Field) -> pa.DataType:
    match field.kind:
        case Kind.TEXT | Kind.DYNAMIC:
            return pa.string()
        case Kind.BYTES | Kind.OPAQUE:
            return pa.binary()
        case Kind.ENUM:
            return _ENUM_TYPE
        case Kind.MESSAGE | Kind.MAP:
            return struct_type(cast("ProtoMessage", field.message))
        case Kind.SCALAR:
            code = cast("Scalar", field.scalar).code
            return pa.from_numpy_dtype(np.dtype("?" if code == "b1" else code))


def arrow_struct(rows: ProtoRows) -> pa.Array[Any]:
    """Messages as structs, none of them null."""
    children = []
    for members in _groups(rows.message):
        if len(members) == 1 and members[0].oneof is None:
            children.append(_field_array(rows, members[0]))
        else:
            children.append(_oneof_array(rows, members))
    kind = struct_type(rows.message)
    return pa.Array.from_buffers(kind, rows.rows, [None], children=children)


def _oneof_array(rows: ProtoRows, members: list[Field]) -> pa.Array[Any]:
    """One struct per row with the member that is set; null if none is."""
    set_by = np.full(rows.rows, -1)
    for index, member in enumerate(members):  # writers set one; of several the last member counts
        set_by[rows.entries(member.name).owners] = index
    children = [
        _with_nulls(_field_array(rows, member), set_by == index)
        for index, member in enumerate(members)
    ]
    kind = pa.struct([arrow_field(member, nullable=True) for member in members])
    validity = buffer_of(np.packbits(set_by >= 0, bitorder="little"))
    return pa.Array.from_buffers(kind, rows.rows, [validity], children=children)


def _with_nulls(values: pa.Array[Any], keep: npt.NDArray[np.bool_]) -> pa.Array[Any]:
    """The values, null (and zero below) where `keep` is false."""
    if keep.all():
        return values
    rows = array_of(np.arange(len(values)), null=~keep)
    return cast("pa.Array[Any]", cast("Any", values).take(rows))


def _scattered(
    values: pa.Array[Any], owners: Places, rows: int, kind: pa.DataType
) -> pa.Array[Any]:
    """One value per row: `values` in the rows `owners`, null elsewhere."""
    if len(values) == rows:
        return values
    if not len(values):
        return nulls(rows, kind)
    places = np.zeros(rows, np.int64)
    places[owners] = np.arange(len(owners))
    missing = np.ones(rows, np.bool_)
    missing[owners] = False
    return cast("pa.Array[Any]", cast("Any", values).take(array_of(places, null=missing)))


def _field_array(rows: ProtoRows, field: Field) -> pa.Array[Any]:
    """The values of a field, one per row."""
    if field.is_repeated:
        return _repeated_array(rows, field)
    entries = rows.entries(field.name)
    if field.scalar is not None:
        values = _scalar_array(field, rows.numbers(field.name))
        return _with_nulls(values, rows.present(field.name)) if field.has_presence else values
    entries = entries.of_wire(BYTES)
    values = _items(rows, field, entries)
    if not field.has_presence:
        return _filled(values, entries, rows.rows)
    return _scattered(values, entries.owners, rows.rows, values.type)


def _filled(values: pa.Array[Any], entries: Entries, rows: int) -> pa.Array[Any]:
    """One text or byte string per row, empty where there is none."""
    if len(values) == rows:
        return values
    counts = np.zeros(rows, np.int64)
    counts[entries.owners] = np.diff(
        np.frombuffer(cast("Any", values.buffers()[1]), np.int32, len(values) + 1)
    )
    offsets = buffer_of(offsets_of(counts).astype(np.int32))
    return pa.Array.from_buffers(values.type, rows, [None, offsets, values.buffers()[2]])


def _scalar_array(field: Field, numbers: npt.NDArray[Any]) -> pa.Array[Any]:
    if field.enum is None:
        return array_of(np.ascontiguousarray(numbers))
    return _enum_array(field.enum, numbers)


def _enum_array(values: EnumValues, numbers: npt.NDArray[Any]) -> pa.Array[Any]:
    """Names and numbers; a number without a name is named by its digits."""
    unique, places = np.unique(numbers, return_inverse=True)
    names = pa.array([values.names.get(n, str(n)) for n in unique.tolist()], pa.string())
    named = cast("Any", names).take(pa.array(places.reshape(-1)))
    children = [named, array_of(np.ascontiguousarray(numbers, np.int32))]
    return pa.Array.from_buffers(_ENUM_TYPE, len(numbers), [None], children=children)


def _repeated_array(rows: ProtoRows, field: Field) -> pa.Array[Any]:
    """A list per row; null where there is nothing in it."""
    if field.scalar is not None:
        numbers, counts = rows.repeated_numbers(field.name)
        items = _scalar_array(field, numbers)
    else:
        entries = rows.entries(field.name).of_wire(BYTES)
        counts = np.bincount(entries.owners, minlength=rows.rows).astype(np.int64)
        if field.kind is Kind.MAP:
            return _map_array(rows, field, counts)
        items = _items(rows, field, entries)
    return _null_where_empty(list_array(items, counts, arrow_field(field).type), counts)


def _null_where_empty(lists: pa.Array[Any], counts: Places) -> pa.Array[Any]:
    if counts.all():
        return lists
    validity = buffer_of(np.packbits(counts > 0, bitorder="little"))
    offsets = lists.buffers()[1]
    children = [cast("Any", lists).values]
    return pa.Array.from_buffers(lists.type, len(lists), [validity, offsets], children=children)


def _map_array(rows: ProtoRows, field: Field, counts: Places) -> pa.Array[Any]:
    """A map per row, keys ascending; of equal keys the last one counts."""
    inner = rows.inner[field.number]
    key, value = inner.message.fields
    keys = _field_array(inner, key)
    items = _field_array(inner, value)
    owners, _ = spread(counts)
    # Absent keys and values have their defaults, whatever the syntax says of fields.
    texts = keys.to_pylist()
    last: dict[tuple[int, Any], int] = {}
    for place, (owner, text) in enumerate(zip(owners.tolist(), texts, strict=True)):
        last[owner, text if text is not None else _default_key(key)] = place
    order = [last[one] for one in sorted(last)]
    taken = pa.array(order, pa.int64())
    kind: Any = arrow_field(field).type
    per_row = np.bincount(owners[order], minlength=rows.rows).astype(np.int64)
    entry_fields = [kind.key_field, kind.item_field]
    entries = pa.StructArray.from_arrays(
        [cast("Any", keys).take(taken), cast("Any", items).take(taken)], fields=entry_fields
    )
    return _null_where_empty(_map_of(entries, per_row, kind), per_row)


def _map_of(entries: pa.Array[Any], counts: Places, kind: pa.DataType) -> pa.Array[Any]:
    offsets = buffer_of(offsets_of(counts).astype(np.int32))
    return pa.Array.from_buffers(kind, len(counts), [None, offsets], children=[entries])


def _default_key(key: Field) -> object:
    if key.scalar is None:
        return ""
    return False if key.scalar.code == "b1" else 0


def _items(rows: ProtoRows, field: Field, entries: Entries) -> pa.Array[Any]:
    """The values of a field that are not numbers, one per entry."""
    if field.kind is Kind.MESSAGE:
        return arrow_struct(rows.inner[field.number])
    runs = Ragged(rows.data, entries.values.astype(np.int64), entries.sizes, _BYTE)
    match field.kind:
        case Kind.TEXT:
            return runs.to_strings()
        case Kind.DYNAMIC:
            texts = [_json_text(bytes(piece), field.type_name) for piece in runs.pieces()]
            return pa.array(texts, pa.string())
        case _:
            offsets = buffer_of(offsets_of(runs.counts).astype(np.int32))
            body = buffer_of(np.ascontiguousarray(runs.values()))
            return pa.Array.from_buffers(pa.binary(), len(runs), [None, offsets, body])


def _json_text(data: bytes, type_name: str) -> str | None:
    """A dynamic value as JSON: keys sorted, numbers as floats; None if it cannot be decoded."""
    from google.protobuf import struct_pb2
    from google.protobuf.message import DecodeError

    kinds: dict[str, Any] = {
        "google.protobuf.Struct": struct_pb2.Struct,
        "google.protobuf.Value": struct_pb2.Value,
        "google.protobuf.ListValue": struct_pb2.ListValue,
    }
    try:
        parsed = kinds[type_name].FromString(data)
    except DecodeError:
        return None
    plain = _plain(parsed)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    name = value.DESCRIPTOR.full_name
    if name == "google.protobuf.Struct":
        return {key: _plain(inner) for key, inner in value.fields.items()}
    if name == "google.protobuf.ListValue":
        return [_plain(inner) for inner in value.values]
    kind = value.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    inner = getattr(value, kind)
    if kind == "number_value":
        if math.isfinite(inner):
            return inner
        return "NaN" if math.isnan(inner) else "Infinity" if inner > 0 else "-Infinity"
    return _plain(inner) if kind in {"struct_value", "list_value"} else inner
