"""Channels of protobuf messages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.foxglove import FOXGLOVE
from rrdimporters.mcap.protobuf_columns import ProtoRows, arrow_struct, decode_protobuf
from rrdimporters.mcap.protobuf_types import ProtoMessage, parse_descriptors
from rrdimporters.mcap.records import Schema
from rrdimporters.mcap.tables import Notes, Table, without_null_items

__all__ = ["ProtobufChannel"]


class ProtobufChannel:
    """Decodes protobuf messages of one type."""

    def __init__(
        self,
        message: ProtoMessage,
        mapping: Callable[[ProtoRows, Notes], list[Table]] | None,
        *,
        keeps_null_items: bool,
    ) -> None:
        self._message = message
        self._mapping = mapping
        self._keeps_null_items = keeps_null_items

    @classmethod
    def of_schema(
        cls, schema: Schema, *, maps_foxglove: bool, keeps_null_items: bool
    ) -> ProtobufChannel:
        """The decoder for a schema.

        Args:
            schema: The schema.
            maps_foxglove: Whether Foxglove messages become archetypes.
            keeps_null_items: Whether what a message lacks becomes a null item, which the reference
                writes and its own `verify` refuses, or a null row.

        Raises:
            RrdError: If the schema cannot be used.
        """
        mapping = FOXGLOVE.get(schema.name) if maps_foxglove else None
        message = parse_descriptors(schema.data, schema.name)
        return cls(message, mapping, keeps_null_items=keeps_null_items)

    def decode(self, batch: MessageBatch, notes: Notes) -> list[Table]:
        """The rows of some messages."""
        decoded, good = decode_protobuf(self._message, batch.data, batch.starts, batch.sizes)
        notes.dropped += int((~good).sum())
        rows = np.flatnonzero(good)
        if not len(rows):
            return []
        tables = self._tables(decoded, notes)
        for table in tables:
            table.rows = rows if table.rows is None else rows[table.rows]
            if not self._keeps_null_items:
                table.columns = [(name, without_null_items(c)) for name, c in table.columns]
        return tables

    def _tables(self, decoded: ProtoRows, notes: Notes) -> list[Table]:
        if self._mapping is not None:
            try:
                return self._mapping(decoded, notes)
            except KeyError as error:
                notes.say(f"it lacks {error}, so it is kept as it is defined")
        name = self._message.name
        table = Table(name, [])
        table.add_own(name, f"{name}:message", arrow_struct(decoded))
        return [table]
