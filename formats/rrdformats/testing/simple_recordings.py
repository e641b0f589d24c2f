"""Whole recordings out of chunk batches, for tests of what is done with recordings.

Assembled by `assembly`, without a footer, so that readers must scan them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pyarrow as pa

from rrdformats.testing import assembly

__all__ = ["recording_of", "store_of", "with_row_ids"]

SOURCE = b"\x08\x02\x12\x00"
"""A store source that names a Python SDK of no version; the reference insists on both fields."""


def store_of(*batches: pa.RecordBatch, store: bytes | None = None) -> list[bytes]:
    """The frames of one store: its info, and a chunk for each batch."""
    info = assembly.set_store_info(store, source=SOURCE)
    return [assembly.frame(assembly.SET_STORE_INFO, info), *(_chunk(b, store) for b in batches)]


def recording_of(*batches: pa.RecordBatch, store: bytes | None = None) -> bytes:
    """A stream with one store."""
    return assembly.stream(*store_of(*batches, store=store))


def with_row_ids(batch: pa.RecordBatch, counters: Sequence[int]) -> pa.RecordBatch:
    """`batch` with other row ids: all of one time, with these counters."""
    ids = [struct.pack(">QQ", 2, counter) for counter in counters]
    return batch.set_column(0, batch.schema.field(0), pa.array(ids, pa.binary(16)))


def _chunk(batch: pa.RecordBatch, store: bytes | None) -> bytes:
    metadata = batch.schema.metadata or {}
    digits = metadata[b"rerun:id"].decode().removeprefix("chunk_")
    time, counter = struct.unpack(">QQ", bytes.fromhex(digits))
    message = assembly.arrow_msg(
        assembly.ipc(batch),
        store=store,
        chunk=(time, counter),
        static=not any(b"index" in (field.metadata or {}).values() for field in batch.schema),
    )
    return assembly.frame(assembly.ARROW_MSG, message)
