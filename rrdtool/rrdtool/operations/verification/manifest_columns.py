"""The columns of a manifest: found by what they mean, complete, of the right types, explained.

What readers demand is in section 7.6 of the format's fact sheet. Columns are known by their
metadata, as their names can collide; a column without metadata is known by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from rrdformats.chunk_schema import INDEX_NAME_KEY, KIND_KEY
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.manifest import CHUNK_COLUMNS, STATIC_INDEX, descriptor_of
from rrdformats.migrations import migrate_descriptor

__all__ = ["ColumnKey", "ManifestTable", "Problem", "column_problems"]

_INDEX_KEY = "rerun:index"
_SUFFIXES = ("start", "end", "num_rows", "has_static_data")


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """What a column of a manifest means.

    Attributes:
        suffix: `start`, `end`, `num_rows`, `has_static_data`, or the name of a chunk column.
        index: Timeline, or what stands for static data; None for chunk columns.
        component: The component, if the column is about one.
    """

    suffix: str
    index: str | None = None
    component: ComponentDescriptor | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a column."""

    message: str
    column: str


@dataclass(slots=True)
class ManifestTable:
    """A manifest as Arrow columns.

    Attributes:
        columns: The columns by what they mean.
        names: Their names.
        unknown: Names of columns that mean nothing known.
    """

    columns: dict[ColumnKey, pa.Array[Any]] = field(default_factory=dict)
    names: dict[ColumnKey, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, batch: pa.RecordBatch, like: ManifestTable | None = None) -> ManifestTable:
        """The table in `batch`; columns without metadata mean what they mean in `like`."""
        table = cls()
        by_name = {} if like is None else {name: key for key, name in like.names.items()}
        for column, values in zip(batch.schema, batch.columns, strict=True):
            key = _key(column) or by_name.get(column.name)
            if key is None:
                table.unknown.append(column.name)
            else:
                table.columns.setdefault(key, values)
                table.names.setdefault(key, column.name)
        return table

    def about(self, *suffixes: str) -> list[ColumnKey]:
        """The keys of the columns with one of these suffixes."""
        return [key for key in self.columns if key.suffix in suffixes]


def _key(column: pa.Field[Any]) -> ColumnKey | None:
    name = column.name
    if name in CHUNK_COLUMNS:
        return ColumnKey(name)
    metadata = {k.decode(): v.decode() for k, v in (column.metadata or {}).items()}
    index, suffix = metadata.get(_INDEX_KEY), name.rpartition(":")[2]
    if index is None or suffix not in _SUFFIXES:
        return None
    component = descriptor_of(metadata)
    if component is not None:
        component = migrate_descriptor(component) or component
    elif suffix in ("num_rows", "has_static_data"):
        return None
    if (index == STATIC_INDEX) != (suffix == "has_static_data"):
        return None
    return ColumnKey(suffix, index, component)


def column_problems(
    table: ManifestTable, schema: pa.Schema, has_static_chunks: bool
) -> Iterator[Problem]:
    """What is wrong with the columns of a manifest, by themselves and against its schema."""
    for name in table.unknown:
        yield Problem("the column means nothing that is known", name)
    times = _timelines(schema)
    yield from _halves(table)
    for key in table.about("start", "end"):
        expected = times.get(key.index or "")
        if expected is None:
            yield Problem("the schema has no such timeline", table.names[key])
        elif table.columns[key].type != expected:
            told = f"the column holds {table.columns[key].type}, the timeline {expected}"
            yield Problem(told, table.names[key])
    for key in table.about("num_rows"):
        if table.columns[key].type != pa.uint64():
            yield Problem(f"the column holds {table.columns[key].type}", table.names[key])
    for name in times:
        if ColumnKey("start", name) not in table.columns:
            yield Problem("a timeline of the schema has no bounds", name)
    yield from _static_columns(table, schema, has_static_chunks)


def _timelines(schema: pa.Schema) -> dict[str, pa.DataType]:
    """Types of the timelines that the schema has, by name."""
    found: dict[str, pa.DataType] = {}
    for column in schema:
        metadata = column.metadata or {}
        if metadata.get(KIND_KEY.encode()) in (b"index", b"time"):
            name = metadata.get(INDEX_NAME_KEY.encode())
            found.setdefault(column.name if name is None else name.decode(), column.type)
    return found


def _halves(table: ManifestTable) -> Iterator[Problem]:
    for key in table.about("start", "end"):
        other = "end" if key.suffix == "start" else "start"
        if ColumnKey(other, key.index, key.component) not in table.columns:
            yield Problem(f"there is no column for the {other}", table.names[key])
    for key in table.about("start"):
        rows = ColumnKey("num_rows", key.index, key.component)
        if key.component is not None and rows not in table.columns:
            yield Problem("there is no column for the number of rows", table.names[key])


def _static_columns(
    table: ManifestTable, schema: pa.Schema, has_static_chunks: bool
) -> Iterator[Problem]:
    for key in table.about("has_static_data"):
        if table.columns[key].type != pa.bool_():
            yield Problem(f"the column holds {table.columns[key].type}", table.names[key])
    if not has_static_chunks:
        return
    known = {key.component for key in table.about("has_static_data")}
    told: set[ComponentDescriptor] = set()
    for column in schema:
        metadata = {k.decode(): v.decode() for k, v in (column.metadata or {}).items()}
        if metadata.get(KIND_KEY, "data") != "data":
            continue
        component = descriptor_of(metadata)
        current = component and migrate_descriptor(component)
        if current is not None and current not in known and current not in told:
            told.add(current)
            yield Problem("no column tells which chunks hold it as static data", str(current))
