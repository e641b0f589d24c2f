"""The manifest's table from its parts (fact sheet section 7.2)."""

from __future__ import annotations

import re
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of, texts_of
from rrdformats.chunk_schema import ARCHETYPE_KEY, COMPONENT_KEY, COMPONENT_TYPE_KEY, index_field
from rrdformats.descriptors import ComponentDescriptor, short_archetype
from rrdformats.manifest import CHUNK_COLUMNS, STATIC_INDEX
from rrdformats.manifest_parts import ManifestPart, RowBounds
from rrdformats.timeline import Timeline

__all__ = ["column_name", "manifest_table"]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
_Places: TypeAlias = list[tuple[_Ints, RowBounds]]
"""Rows of the table, and the bounds that go there."""

_NOT_IN_NAMES = re.compile(r"[, \-.\\]")


def column_name(
    suffix: str, *, timeline: str = "", descriptor: ComponentDescriptor | None = None
) -> str:
    r"""Name of a manifest column (section 7.2).

    >>> column_name("start", timeline=r"my timeline-1.2, x\y")
    'my_timeline_1_2__x_y:start'
    """
    parts = [timeline]
    if descriptor is not None:
        parts += [short_archetype(descriptor.archetype or ""), descriptor.field]
    parts.append(suffix)
    return _NOT_IN_NAMES.sub("_", ":".join(part for part in parts if part)).lstrip("_")


def manifest_table(parts: list[ManifestPart]) -> pa.RecordBatch:
    """The table of all chunks that `parts` cover, one row per chunk, in file order."""
    return _Table(parts).build()


class _Table:
    """Spreads what the parts know over columns."""

    def __init__(self, parts: list[ManifestPart]) -> None:
        self.parts = parts
        offsets = np.concatenate([part.places.offset for part in parts])
        order = np.argsort(offsets, kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        ends = np.cumsum([len(part.ids) for part in parts])
        self.rows = np.split(rank, ends[:-1])  # rows of the table that each part fills
        self.length = len(order)
        self.fields: list[pa.Field[Any]] = []
        self.columns: list[pa.Array[Any]] = []

    def build(self) -> pa.RecordBatch:
        self.chunk_columns()
        static: dict[ComponentDescriptor, list[tuple[_Ints, _Mask]]] = {}
        timelines: dict[Timeline, _Places] = {}
        components: dict[tuple[Timeline, ComponentDescriptor], _Places] = {}
        for part, rows in zip(self.parts, self.rows, strict=True):
            for descriptor, mask in part.static.items():
                static.setdefault(descriptor, []).append((rows, mask))
            for timeline, bounds in part.timelines.items():
                timelines.setdefault(timeline, []).append((rows, bounds))
            for key, bounds in part.components.items():
                components.setdefault(key, []).append((rows, bounds))
        for descriptor in sorted(static, key=_descriptor_order):
            self.static_column(descriptor, static[descriptor])
        for timeline in sorted(timelines, key=_timeline_order):
            self.bound_columns(timelines[timeline], timeline, None)
        for timeline, descriptor in sorted(
            components, key=lambda key: (_timeline_order(key[0]), _descriptor_order(key[1]))
        ):
            found = components[timeline, descriptor]
            self.bound_columns(found, timeline, descriptor)
        return pa.RecordBatch.from_arrays(self.columns, schema=pa.schema(self.fields))

    def append(
        self,
        name: str,
        array: pa.Array[Any],
        *,
        nullable: bool,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.fields.append(pa.field(name, array.type, nullable=nullable, metadata=metadata))
        self.columns.append(array)

    def chunk_columns(self) -> None:
        paths = np.empty(self.length, np.int64)
        distinct: dict[str, int] = {}
        ids = np.empty((self.length, 16), np.uint8)
        numbers = np.empty((4, self.length), np.uint64)
        static = np.empty(self.length, np.bool_)
        for part, rows in zip(self.parts, self.rows, strict=True):
            codes = np.array([distinct.setdefault(path, len(distinct)) for path in part.entities])
            paths[rows] = codes[part.entity]
            ids[rows] = part.ids
            static[rows] = part.is_static
            numbers[0, rows] = part.rows
            numbers[1, rows] = part.places.offset
            numbers[2, rows] = part.places.size
            numbers[3, rows] = part.places.uncompressed
        arrays = [
            _repeated(list(distinct), paths),
            pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(16), self.length, [None, buffer_of(ids)]
            ),
            array_of(static),
            *map(array_of, numbers),
        ]
        for name, array in zip(CHUNK_COLUMNS, arrays, strict=True):
            self.append(name, array, nullable=False)

    def static_column(
        self, descriptor: ComponentDescriptor, masks: list[tuple[_Ints, _Mask]]
    ) -> None:
        static = np.zeros(self.length, np.bool_)
        for rows, mask in masks:
            static[rows] = mask
        name = column_name("has_static_data", descriptor=descriptor)
        metadata = _index_metadata(STATIC_INDEX, descriptor)
        self.append(name, array_of(static), nullable=False, metadata=metadata)

    def bound_columns(
        self,
        bounds: _Places,
        timeline: Timeline,
        descriptor: ComponentDescriptor | None,
    ) -> None:
        values = np.zeros((3, self.length), np.int64)
        exists = np.zeros(self.length, np.bool_)
        for rows, found in bounds:
            values[:, rows] = found.start, found.end, found.rows
            exists[rows] = found.exists
        kind, metadata = (
            index_field(timeline, is_sorted=False).type,
            _index_metadata(timeline.name, descriptor),
        )
        for suffix, times in (("start", values[0]), ("end", values[1])):
            array = array_of(times, kind, null=~exists)
            name = column_name(suffix, timeline=timeline.name, descriptor=descriptor)
            self.append(name, array, nullable=True, metadata=metadata)
        if descriptor is not None:
            name = column_name("num_rows", timeline=timeline.name, descriptor=descriptor)
            counts = array_of(values[2].astype(np.uint64))
            self.append(name, counts, nullable=True, metadata=metadata)


def _repeated(texts: list[str], places: _Ints) -> pa.Array[Any]:
    """The text at each of `places`."""
    return texts_of(texts).take(cast("Any", array_of(places)))


def _timeline_order(timeline: Timeline) -> bytes:
    return timeline.name.encode()


def _descriptor_order(descriptor: ComponentDescriptor) -> tuple[bool, tuple[bytes, bytes, bytes]]:
    return descriptor.archetype is not None, descriptor.sort_key


def _index_metadata(index: str, descriptor: ComponentDescriptor | None) -> dict[str, str]:
    metadata = {"rerun:index": index}
    if descriptor is not None:
        metadata[COMPONENT_KEY] = descriptor.component
        if descriptor.archetype is not None:
            metadata[ARCHETYPE_KEY] = descriptor.archetype
        if descriptor.component_type is not None:
            metadata[COMPONENT_TYPE_KEY] = descriptor.component_type
    return metadata
