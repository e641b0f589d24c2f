"""Channels of JSON messages, as structured data; the reference keeps them as bytes.

The type of a channel is what its JSON schema says, or else what its first messages have. It never
changes after that, because one component has one type; a message that does not fit stays bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.records import Schema
from rrdimporters.mcap.tables import Notes, Table, blob_column, column_of

__all__ = ["JsonChannel"]

_PLAIN: dict[str, pa.DataType] = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
}
_MAX_DEPTH = 32
_MAX_FIELDS = 1_000


class JsonChannel:
    """Decodes JSON messages."""

    def __init__(self, schema: Schema | None) -> None:
        self._name = schema.name if schema is not None and schema.name else "json"
        self._type = None if schema is None else _type_of_schema(schema.data)

    def decode(self, batch: MessageBatch, notes: Notes) -> list[Table]:
        """The rows of some messages."""
        texts = [bytes(piece) for piece in batch.pieces()]
        values = [_parsed(text) for text in texts]
        if self._type is None:
            self._type = _type_of_values([v for v in values if v is not None], 0) or pa.string()
        good = [row for row, value in enumerate(values) if _fits(value, self._type)]
        tables = []
        if good:
            array = pa.array([values[row] for row in good], self._type)
            table = Table(self._name, [], rows=np.array(good))
            table.add_own(self._name, f"{self._name}:message", array)
            tables.append(table)
        if len(good) < len(texts):
            notes.say("messages that are no JSON, or of another shape than others, stay bytes")
            others = sorted(set(range(len(texts))) - set(good))
            data = blob_column([texts[row] for row in others])
            columns = column_of("McapMessage", data=data)
            tables.append(Table("McapMessage", columns, rows=np.array(others)))
        return tables


def _parsed(text: bytes) -> Any:
    """A JSON value; None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _fits(value: Any, kind: pa.DataType) -> bool:
    """Whether a value can be stored as that type without losing anything."""
    if pa.types.is_struct(kind):
        if not isinstance(value, dict):
            return False
        known = {kind.field(i).name: kind.field(i).type for i in range(kind.num_fields)}
        return all(
            name in known and (inner is None or _fits(inner, known[name]))
            for name, inner in value.items()
        )
    if pa.types.is_list(kind):
        inner_kind = kind.field(0).type
        return isinstance(value, list) and all(
            inner is None or _fits(inner, inner_kind) for inner in value
        )
    if isinstance(value, bool):
        return kind == pa.bool_()
    if isinstance(value, int):
        fits_float = kind == pa.float64() and abs(value) <= 2**53
        return fits_float or (kind == pa.int64() and -(2**63) <= value < 2**63)
    if isinstance(value, float):
        return kind == pa.float64()
    return isinstance(value, str) and kind == pa.string()


def _type_of_schema(data: bytes) -> pa.DataType | None:
    """The type that a JSON schema describes; None if it does not say."""
    schema = _parsed(data)
    kind = _described(schema, 0) if isinstance(schema, dict) else None
    return kind if kind is not None and pa.types.is_struct(kind) else None


def _described(schema: Any, depth: int) -> pa.DataType | None:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return None
    kind = schema.get("type")
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "array":
        inner = _described(schema.get("items"), depth + 1)
        return None if inner is None else pa.list_(inner)
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not 0 < len(properties) <= _MAX_FIELDS:
        return None
    fields = [(name, _described(inner, depth + 1)) for name, inner in properties.items()]
    if any(inner is None for _, inner in fields):
        return None
    return pa.struct([pa.field(name, inner) for name, inner in fields if inner is not None])


def _type_of_values(values: Iterable[Any], depth: int) -> pa.DataType | None:
    """The type that all values fit; None if there are none, or no such type."""
    found = [value for value in values if value is not None]
    if not found or depth > _MAX_DEPTH:
        return None
    kinds = {type(value) for value in found}
    if kinds == {dict}:
        return _type_of_objects(found, depth)
    if kinds == {list}:
        inner = _type_of_values((item for value in found for item in value), depth + 1)
        return pa.list_(inner or pa.string())
    if kinds == {str}:
        return pa.string()
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds <= {int, float} else None


def _type_of_objects(found: list[dict[str, Any]], depth: int) -> pa.DataType | None:
    names = dict.fromkeys(name for value in found for name in value)
    if not 0 < len(names) <= _MAX_FIELDS:
        return None
    fields = []
    for name in names:
        inner = _type_of_values((value.get(name) for value in found), depth + 1)
        fields.append(pa.field(name, inner or pa.string()))
    return pa.struct(fields)
