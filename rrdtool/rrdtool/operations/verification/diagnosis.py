"""Why a message could not be read: the rule that it breaks.

The decoder only has to refuse. Here the steps of decoding are taken once more, one by one, for the
few messages that were refused.
"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from rrdformats.blocks import Block
from rrdformats.chunk_schema import ComponentRole, IndexRole, RowIdRole, column_role
from rrdformats.errors import LimitError, RrdError, UnsupportedError
from rrdformats.framing import MessageKind
from rrdformats.ipc_read import column_layouts, read_stream
from rrdformats.limits import Limits
from rrdformats.messages import ArrowMsg
from rrdformats.payloads import decompress_payload

__all__ = ["broken_rule"]

_Problem = tuple[str, str]
"""A rule, and a sentence."""


def broken_rule(block: Block, index: int, error: RrdError, limits: Limits) -> _Problem:
    """The rule that message `index` of `block` breaks, which was refused with `error`."""
    if isinstance(error, LimitError):
        return "limit-exceeded", error.reason
    if block.kinds[index] != MessageKind.ARROW_MSG:
        return _unreadable(error)
    try:
        header = ArrowMsg.parse(block.data, block.starts[index], block.ends[index], limits)
    except RrdError as refused:
        return _unreadable(refused)
    start, end = header.payload
    payload = block.data[start:end]
    try:
        stream = decompress_payload(payload, header.compression, header.uncompressed_size)
    except RrdError as refused:
        return "payload-compression", refused.reason
    return _broken_in_payload(stream, error, limits)


def _unreadable(error: RrdError) -> _Problem:
    rule = "message-unsupported" if isinstance(error, UnsupportedError) else "message-invalid"
    return rule, error.reason


def _broken_in_payload(stream: bytes | memoryview, error: RrdError, limits: Limits) -> _Problem:
    try:
        column_layouts(*read_stream(stream, limits))
        with pa.ipc.open_stream(pa.py_buffer(stream)) as reader:
            batch = reader.read_next_batch()
        batch.validate(full=True)
    except LimitError as refused:
        return "limit-exceeded", refused.reason
    except (RrdError, pa.ArrowException, OSError, ValueError):
        return "payload-arrow", error.reason
    return _broken_in_columns(batch) or ("chunk-schema", error.reason)


def _broken_in_columns(batch: pa.RecordBatch) -> _Problem | None:
    names: Counter[str] = Counter()
    try:
        for field, values in zip(batch.schema, batch.columns, strict=True):
            metadata = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
            match column_role(field.name, field.type, metadata):
                case RowIdRole():
                    if values.null_count:
                        return "row-id-null", f"{values.null_count} rows have no id"
                case IndexRole(timeline=timeline):
                    names[f"timeline {timeline.name!r}"] += 1
                case ComponentRole(descriptor=descriptor):
                    names[f"component {descriptor.component!r}"] += 1
    except (RrdError, UnicodeDecodeError):
        return None
    name, count = max(names.items(), key=lambda item: item[1], default=("", 0))
    return ("column-duplicate", f"{name} has {count} columns") if count > 1 else None
