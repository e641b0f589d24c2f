"""Streams assembled byte by byte from the tables of the format's fact sheet.

Everything here is written a second time on purpose: it uses none of `wire`, `framing`, `messages`
and the IPC encoder, so a mistake in those cannot hide. Arrow payloads come from pyarrow's own
writer. Functions take what a test wants to be wrong as a keyword and give plain bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import lz4.block
import pyarrow as pa
import xxhash

__all__ = [
    "ACTIVATION",
    "ARROW_MSG",
    "END",
    "SET_STORE_INFO",
    "activation",
    "arrow_msg",
    "blob",
    "chunk_batch",
    "chunk_id",
    "fixed",
    "footer",
    "frame",
    "header",
    "ipc",
    "manifest_message",
    "manifest_table",
    "number",
    "set_store_info",
    "store_id",
    "stream",
    "trailer",
    "tuid",
    "varint",
]

END, SET_STORE_INFO, ARROW_MSG, ACTIVATION = range(4)

_CHECKSUM_SEED = 7850921
_LZ4 = 2


def varint(value: int) -> bytes:
    """`value` (0 … 2^64-1) as protobuf writes it."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field: int, value: int) -> bytes:
    """A varint field."""
    return varint(field << 3) + varint(value)


def fixed(field: int, value: int) -> bytes:
    """A fixed64 field."""
    return varint(field << 3 | 1) + struct.pack("<Q", value)


def blob(field: int, content: bytes | str) -> bytes:
    """A length-delimited field: bytes, text or a nested message."""
    raw = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def tuid(time_ns: int, counter: int) -> bytes:
    """A `Tuid` message."""
    return fixed(1, time_ns) + fixed(2, counter)


def store_id(recording: str = "rec", application: str | None = "app", kind: int = 1) -> bytes:
    """A `StoreId` message; without application as 0.23 and 0.24 wrote it."""
    out = number(1, kind) + blob(2, recording)
    return out if application is None else out + blob(3, blob(1, application))


def set_store_info(
    store: bytes | None = None,
    *,
    application: str | None = None,
    source: bytes = b"\x08\x02\x12\x06\x0a\x04\x08\x03\x10\x0b",
    version: int | None = 0x2900,
) -> bytes:
    """A `SetStoreInfo` message, from the SDK of Python 3.11 unless told otherwise.

    Field 1 of the info is `application`, as until 0.24.
    """
    info = b"" if application is None else blob(1, blob(1, application))
    info += blob(2, store_id() if store is None else store) + blob(5, source)
    if version is not None:
        info += blob(6, number(1, version & 0xFFFF_FFFF_FFFF_FFFF))
    return blob(1, tuid(1, 1)) + blob(2, info)


def activation(store: bytes | None = None, *, active: bool = True, default: bool = False) -> bytes:
    """A `BlueprintActivationCommand` message."""
    out = blob(1, store_id(kind=2) if store is None else store)
    return out + number(2, 1) * active + number(3, 1) * default


def arrow_msg(
    payload: bytes,
    *,
    store: bytes | None = None,
    compress: bool = False,
    compression: int | None = None,
    size: int | None = None,
    encoding: int = 1,
    chunk: tuple[int, int] | None = (1, 1),
    static: bool | None = False,
    extra: bytes = b"",
) -> bytes:
    """An `ArrowMsg` message around an uncompressed Arrow stream."""
    data = lz4.block.compress(payload, store_size=False) if compress else payload
    out = blob(1, store_id() if store is None else store)
    out += number(2, (_LZ4 if compress else 1) if compression is None else compression)
    out += number(3, len(payload) if size is None else size)
    out += number(4, encoding) + blob(5, data)
    if chunk is not None:
        out += blob(6, tuid(*chunk))
    if static is not None:
        out += number(7, int(static))
    return out + extra


def frame(kind: int, payload: bytes, length: int | None = None) -> bytes:
    """A message with its frame header; `length` lies about its length."""
    return struct.pack("<QQ", kind, len(payload) if length is None else length) + payload


def header(
    *,
    fourcc: bytes = b"RRF2",
    version: tuple[int, int, int, int] = (0, 41, 0, 0),
    compression: int = 1,
    serializer: int = 2,
    reserved: int = 0,
) -> bytes:
    """A stream header."""
    return fourcc + bytes(version) + struct.pack("<BBH", compression, serializer, reserved)


def trailer(
    payload: bytes,
    start: int,
    *,
    length: int | None = None,
    checksum: int | None = None,
    fourcc: bytes = b"RRF2",
    foot: bytes = b"FOOT",
    entries: int = 1,
) -> bytes:
    """The 32 bytes behind an End message with `payload` at `start` of its stream."""
    size = len(payload) if length is None else length
    digest = xxhash.xxh32_intdigest(payload, _CHECKSUM_SEED) if checksum is None else checksum
    return struct.pack("<QQI", start, size, digest) + fourcc + foot + struct.pack("<I", entries)


def stream(*frames: bytes, footer: bytes | None = b"", head: bytes | None = None) -> bytes:
    """Header, frames, End message and trailer; neither of the last two with `footer=None`."""
    out = (header() if head is None else head) + b"".join(frames)
    if footer is None:
        return out
    out += frame(END, footer)
    return out + trailer(footer, len(out) - len(footer))


def ipc(batch: pa.RecordBatch, *more: pa.RecordBatch, **options: Any) -> bytes:
    """Batches as an Arrow stream of pyarrow's making, 8-byte aligned."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for item in (batch, *more):
            writer.write_batch(item)
    return sink.getvalue().to_pybytes()


def chunk_id(serial: int = 1) -> bytes:
    """The 16 bytes of the id of chunk number `serial`."""
    return struct.pack(">QQ", 1, serial)


def chunk_batch(
    entity: str = "/e",
    *,
    rows: int = 2,
    serial: int = 1,
    times: Mapping[str, pa.Array[Any]] | None = None,
    components: Mapping[str, pa.Array[Any]] | None = None,
    version: str = "0.1.4",
    is_sorted: bool = True,
) -> pa.RecordBatch:
    """A canonical chunk: timeline `frame` and component `values` unless told otherwise.

    Component names with a colon get the archetype that the part before it names.
    """
    if times is None:
        times = {"frame": pa.array(range(rows), pa.int64())}
    if components is None:
        components = {"values": pa.array([[float(i)] for i in range(rows)], pa.list_(pa.float64()))}
    flag = {"rerun:is_sorted": "true"} if is_sorted else {}
    extension = {
        "ARROW:extension:name": "rerun.datatypes.TUID",
        "ARROW:extension:metadata": '{"namespace":"row"}',
    }
    fields: list[pa.Field[Any]] = [
        pa.field(
            "rerun.controls.RowId",
            pa.binary(16),
            nullable=False,
            metadata={**extension, "rerun:kind": "control", **flag},
        )
    ]
    for name, values in times.items():
        index = {"rerun:index_name": name, "rerun:kind": "index", **flag}
        fields.append(pa.field(name, values.type, metadata=index))
    for name, values in components.items():
        archetype, colon, _ = name.rpartition(":")
        named = {"rerun:archetype": f"rerun.archetypes.{archetype}"} if colon else {}
        data = {**named, "rerun:component": name, "rerun:kind": "data"}
        fields.append(pa.field(name, values.type, metadata=data))
    ids = pa.array([struct.pack(">QQ", 2, serial << 32 | i) for i in range(rows)], pa.binary(16))
    metadata = {
        "rerun:entity_path": entity,
        "rerun:id": "chunk_" + chunk_id(serial).hex(),
        "sorbet:version": version,
    }
    columns = [ids, *times.values(), *components.values()]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields).with_metadata(metadata))


def manifest_table(
    places: Sequence[tuple[int, int]],
    *,
    size: int = 1000,
    columns: Mapping[str, pa.Array[Any]] | None = None,
) -> pa.RecordBatch:
    """A manifest's seven fixed columns for static chunks at `(offset, size)`; `columns` on top.

    Args:
        places: First byte and length of each chunk's message.
        size: Uncompressed size that is stated of each chunk.
        columns: Columns to replace, or to add, by name.
    """
    count = len(places)
    unsigned = pa.uint64()
    table: dict[str, pa.Array[Any]] = {
        "chunk_entity_path": pa.array(["/e"] * count, pa.utf8()),
        "chunk_id": pa.array([chunk_id(i + 1) for i in range(count)], pa.binary(16)),
        "chunk_is_static": pa.array([True] * count, pa.bool_()),
        "chunk_num_rows": pa.array([1] * count, unsigned),
        "chunk_byte_offset": pa.array([offset for offset, _ in places], unsigned),
        "chunk_byte_size": pa.array([length for _, length in places], unsigned),
        "chunk_byte_size_uncompressed": pa.array([size] * count, unsigned),
        **(columns or {}),
    }
    return pa.RecordBatch.from_pydict(table)


def manifest_message(
    table: pa.RecordBatch | bytes,
    *,
    store: bytes | None = None,
    schema: pa.Schema | bytes | None = None,
    digest: bytes = bytes(32),
    encoder: int = 1,
    compression: int | None = None,
    size: int | None = None,
) -> bytes:
    """An `RrdManifest` message; fields 3 and 4 of its table are left out where None (0.28)."""
    if not isinstance(schema, bytes):
        schema = (pa.schema([]) if schema is None else schema).serialize().to_pybytes()
    data = table if isinstance(table, bytes) else ipc(table)
    part = number(1, encoder) + blob(2, data)
    if compression is not None:
        part += number(3, compression)
    if size is not None:
        part += number(4, size)
    out = blob(1, store_id() if store is None else store)
    return out + blob(2, blob(1, schema)) + blob(3, digest) + blob(4, part)


def footer(*manifests: bytes) -> bytes:
    """An `RrdFooter` message."""
    return b"".join(blob(1, manifest) for manifest in manifests)
