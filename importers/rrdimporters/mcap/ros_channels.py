"""Channels of ROS messages: decoding, times from headers, and messages without a mapping.

A message type without a mapping becomes one struct per row, as its definition says (fact sheet 4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdimporters.mcap.cdr import CDR, ROS1, Decoded, decode_messages
from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.columns import Numbers, Structs, to_arrow
from rrdimporters.mcap.ragged import gather
from rrdimporters.mcap.ros_types import Message, Primitive, RosType, Sequence, Text
from rrdimporters.mcap.tables import Notes, Table

__all__ = ["Mapping", "Ros1Channel", "Ros2Channel", "arrow_type", "reflected"]

Mapping: TypeAlias = Callable[[Structs, Notes], list[Table]]
"""Makes tables of decoded messages; raises KeyError if they lack a member."""

_TIMELINE, _ROS1_TIMELINE = "ros2_timestamp", "ros1_timestamp"
_HEADER_SIZE = 4
_KINDS = _LITTLE_ENDIAN, _BIG_ENDIAN = 0x0100, 0
"""How messages can be serialized: the first two bytes of their header."""
_SECOND = 1_000_000_000


class Ros2Channel:
    """Decodes CDR messages of one type."""

    def __init__(
        self, message: Message, mapping: Mapping | None, *, is_stamped: bool = True
    ) -> None:
        """Keeps what is needed.

        Args:
            message: Their type.
            mapping: What to make of them; None for a struct per row.
            is_stamped: Whether rows get the time that a message says.
        """
        self._message = message
        self._mapping = mapping
        self._is_stamped = is_stamped

    def decode(self, batch: MessageBatch, notes: Notes) -> list[Table]:
        """The rows of some messages."""
        tables = []
        kinds = gather(batch.data, batch.starts, "<u2")
        known = ((kinds == _KINDS[0]) | (kinds == _KINDS[1])) & (batch.sizes >= _HEADER_SIZE)
        notes.dropped += int((~known).sum())
        for kind in _KINDS:
            rows = np.flatnonzero(known & (kinds == kind))
            if not len(rows):
                continue
            part = batch.take(rows)
            decoded = decode_messages(
                self._message,
                part.data,
                part.starts + _HEADER_SIZE,
                part.sizes - _HEADER_SIZE,
                layout=CDR,
                big_endian=kind == _BIG_ENDIAN,
            )
            tables += _tables(self._mapping, self._message, decoded, rows, notes)
            if self._is_stamped and decoded.good.any():
                stamps = _stamps(decoded.rows, notes)
                _stamp(tables, stamps, rows[decoded.good], len(batch))
        return tables


class Ros1Channel:
    """Decodes ROS 1 messages of one type."""

    def __init__(self, message: Message, mapping: Mapping | None) -> None:
        self._message = message
        self._mapping = mapping

    def decode(self, batch: MessageBatch, notes: Notes) -> list[Table]:
        """The rows of some messages."""
        decoded = decode_messages(self._message, batch.data, batch.starts, batch.sizes, layout=ROS1)
        rows = np.arange(len(batch))
        tables = _tables(self._mapping, self._message, decoded, rows, notes)
        if decoded.good.any():
            stamps = _stamps(decoded.rows, notes, "nsec")
            _stamp(tables, stamps, rows[decoded.good], len(batch), _ROS1_TIMELINE)
        return tables


def _tables(
    mapping: Mapping | None,
    message: Message,
    decoded: Decoded,
    rows: npt.NDArray[np.int64],
    notes: Notes,
) -> list[Table]:
    """Tables of decoded messages, their rows numbered as `rows` says."""
    notes.dropped += int((~decoded.good).sum())
    rows = rows[decoded.good]
    if not len(rows):
        return []
    tables = None
    if mapping is not None:
        try:
            tables = mapping(decoded.rows, notes)
        except (KeyError, AttributeError) as error:
            notes.say(f"it lacks {error}, so it is kept as it is defined")
    if tables is None:
        tables = [reflected(message, decoded.rows)]
    for table in tables:
        if not table.is_static:
            table.rows = rows if table.rows is None else rows[table.rows]
    return tables


def reflected(message: Message, decoded: Structs) -> Table:
    """Messages as one struct per row."""
    name = message.name.replace("/", ".")
    table = Table(name, [])
    table.add_own(name, f"{name}:message", to_arrow(decoded, arrow_type(message)))
    return table


def arrow_type(kind: RosType) -> pa.DataType:
    """The Arrow type of a ROS type."""
    match kind:
        case Primitive():
            return pa.from_numpy_dtype(np.dtype(kind.code.replace("b1", "?")))
        case Text():
            return pa.string()
        case Sequence():
            is_message = isinstance(kind.item, Message)
            return pa.list_(pa.field("item", arrow_type(kind.item), nullable=is_message))
        case Message():
            return pa.struct(
                [pa.field(n, arrow_type(k), nullable=False) for n, k in kind.fields.items()]
            )


def _stamps(
    decoded: Structs, notes: Notes, rest_name: str = "nanosec"
) -> npt.NDArray[np.int64] | None:
    """The time that each message says (nanoseconds), if it is of a type that does."""
    fields = decoded.fields
    holder = fields.get("header", decoded)
    stamp = holder.fields.get("stamp") if isinstance(holder, Structs) else None
    if not isinstance(stamp, Structs):
        return None
    seconds, rest = stamp.fields.get("sec"), stamp.fields.get(rest_name)
    if not isinstance(seconds, Numbers) or not isinstance(rest, Numbers):
        return None
    total = seconds.values.astype(np.int64) * _SECOND + rest.values.astype(np.int64)
    if (total < 0).any():
        notes.say("times before 1970 in headers are left out, with all of their chunk")
        return None
    return total


def _stamp(
    tables: list[Table],
    stamps: npt.NDArray[np.int64] | None,
    rows: npt.NDArray[np.int64],
    count: int,
    timeline: str = _TIMELINE,
) -> None:
    """Gives each row of the tables the time of its message."""
    if stamps is None:
        return
    by_row = np.zeros(count, np.int64)
    by_row[rows] = stamps
    for table in tables:
        if table.rows is not None and timeline not in table.times:
            table.times[timeline] = by_row[table.rows]
