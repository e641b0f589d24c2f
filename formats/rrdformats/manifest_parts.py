"""What a manifest says of chunks, as columns: the material that manifests are built from.

A `ManifestPart` covers some chunks: a group of equal schema that was just decoded or written, or
rows that another manifest already lists. `manifest_table` spreads parts over one table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import ChunkSchema, index_values
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError
from rrdformats.manifest import Manifest, TimeBounds
from rrdformats.migrations import migrate_descriptor
from rrdformats.timeline import Timeline

__all__ = [
    "ChunkPlaces",
    "ManifestPart",
    "RowBounds",
    "bounds_per_chunk",
    "carried_part",
    "part_of",
]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
_I64 = np.iinfo(np.int64)
_EntityComponents: TypeAlias = set[tuple[str, ComponentDescriptor]]


@dataclass(frozen=True, slots=True)
class ChunkPlaces:
    """Where chunks stand in their stream; arrays of equal length.

    Attributes:
        offset: First byte of each chunk's message, counted from the stream header.
        size: Length of the message (bytes).
        uncompressed: Length of the uncompressed Arrow stream (bytes).
    """

    offset: _Ints
    size: _Ints
    uncompressed: _Ints


@dataclass(slots=True)
class RowBounds:
    """Per chunk of one group: bounds of its times, where it has any, and rows that count."""

    start: _Ints
    end: _Ints
    rows: _Ints

    @property
    def exists(self) -> _Mask:
        """Which chunks have a time at all."""
        return self.rows > 0


@dataclass(slots=True)
class ManifestPart:
    """What the manifest says of some chunks, in their order; arrays of equal length.

    Attributes:
        entities: The entity paths that occur.
        entity: Index into `entities` of each chunk.
        is_static: Whether each chunk is static.
        rows: Rows of each chunk.
        ids: Their ids, `(n, 16) uint8`.
        places: Where they stand.
        timelines: Bounds of each chunk on each timeline.
        components: Bounds of each chunk for each component on each timeline.
        static: For each component, which chunks hold it as static data.
    """

    entities: list[str]
    entity: _Ints
    is_static: _Mask
    rows: _Ints
    ids: npt.NDArray[np.uint8]
    places: ChunkPlaces
    timelines: dict[Timeline, RowBounds]
    components: dict[tuple[Timeline, ComponentDescriptor], RowBounds]
    static: dict[ComponentDescriptor, _Mask]

    def only(self, held: frozenset[ComponentDescriptor]) -> ManifestPart:
        """The part without what it says of other components than `held`."""
        if all(map(held.__contains__, self.static)):
            return self
        return replace(
            self,
            components={key: found for key, found in self.components.items() if key[1] in held},
            static={key: mask for key, mask in self.static.items() if key in held},
        )

    def entity_components(self) -> tuple[_EntityComponents, _EntityComponents]:
        """Entities with the components that any of their chunks holds; and those held static."""
        static = {
            (self.entities[code], descriptor)
            for descriptor, mask in self.static.items()
            for code in np.unique(self.entity[mask]).tolist()
        }
        temporal = {
            (self.entities[code], descriptor)
            for (_, descriptor), bounds in self.components.items()
            for code in np.unique(self.entity[bounds.exists]).tolist()
        }
        return static | temporal, static


def part_of(
    schema: ChunkSchema, batch: pa.RecordBatch, ids: npt.NDArray[np.uint8], places: ChunkPlaces
) -> ManifestPart:
    """The part for chunks of equal schema and equal row count.

    Args:
        schema: Their schema.
        batch: Their rows behind each other, the same number for each.
        ids: Their ids, `(n, 16) uint8`, big-endian.
        places: Where they stand.
    """
    count = len(ids)
    static = np.full(count, schema.is_static)
    part = ManifestPart(
        entities=[str(schema.entity_path)],
        entity=np.zeros(count, np.int64),
        is_static=static,
        rows=np.full(count, batch.num_rows // count),
        ids=ids,
        places=places,
        timelines={},
        components={},
        static=dict.fromkeys(schema.descriptors, static),
    )
    masks = [_valid(lists) for lists in batch.columns[schema.first_component :]]
    for number, timeline in enumerate(schema.timelines):
        times = index_values(batch.column(1 + number))
        part.timelines[timeline] = bounds_per_chunk(times, None, count)
        for descriptor, mask in zip(schema.descriptors, masks, strict=True):
            bounds = bounds_per_chunk(times, mask, count)
            part.components[timeline, descriptor] = bounds
    return part


def _valid(lists: pa.Array[Any]) -> _Mask | None:
    """Which rows are not null; None where none is."""
    if not lists.null_count:
        return None
    valid: _Mask = lists.is_valid().to_numpy(zero_copy_only=False)
    return valid


def bounds_per_chunk(times: _Ints, mask: _Mask | None, count: int) -> RowBounds:
    """First and last time, and number of rows, of each of `count` equally long chunks.

    Args:
        times: Times of all rows of all chunks, behind each other.
        mask: Which rows count; None for all.
        count: Number of chunks.
    """
    matrix = times.reshape(count, -1)
    width = matrix.shape[1]
    if width == 0:
        zeros = np.zeros(count, np.int64)
        return RowBounds(zeros, zeros, zeros)
    if mask is None:
        rows = np.full(count, width, np.int64)
        return RowBounds(matrix.min(axis=1), matrix.max(axis=1), rows)
    chosen = mask.reshape(count, -1)
    return RowBounds(
        np.where(chosen, matrix, _I64.max).min(axis=1),
        np.where(chosen, matrix, _I64.min).max(axis=1),
        chosen.sum(axis=1, dtype=np.int64),
    )


def carried_part(manifest: Manifest, rows: _Ints, places: ChunkPlaces) -> ManifestPart:
    """The part for chunks that another manifest lists; nothing of them is read.

    A timeline on which none of the chosen chunks has a row is left out, unless all were chosen.

    Args:
        manifest: The manifest that lists them; names of old versions are migrated.
        rows: Which of its rows.
        places: Where the chunks stand now, along `rows`.

    Raises:
        CorruptError: If the manifest does not say how many rows hold a component.
    """
    names, all_codes = manifest.entity_codes
    codes = np.frombuffer(all_codes, np.int32)[rows]
    present = np.flatnonzero(np.bincount(codes, minlength=len(names)))
    ids = np.frombuffer(manifest.chunk_id, np.uint8).reshape(-1, 16)[rows]
    part = ManifestPart(
        entities=[names[code] for code in present.tolist()],
        entity=np.searchsorted(present, codes),
        is_static=np.asarray(manifest.is_static, np.bool_)[rows],
        rows=np.asarray(manifest.num_rows, np.int64)[rows],
        ids=ids,
        places=places,
        timelines={},
        components={},
        static={},
    )
    for timeline, bounds in manifest.timelines.items():
        carried = _carried_bounds(bounds, rows)
        if carried.rows.any() or len(rows) == len(manifest):
            part.timelines[timeline] = carried
    kinds = {timeline.name: timeline for timeline in part.timelines}
    for (index, old), bounds in manifest.component_bounds.items():
        descriptor = migrate_descriptor(old)
        if descriptor is None or index not in kinds:
            continue
        if bounds.num_rows is None:
            raise CorruptError(f"a manifest does not say how many rows hold {old}")
        part.components[kinds[index], descriptor] = _carried_bounds(bounds, rows)
    for old, held in manifest.static_components.items():
        descriptor = migrate_descriptor(old)
        if descriptor is not None:
            part.static[descriptor] = np.asarray(held, np.bool_)[rows]
    return part


def _carried_bounds(bounds: TimeBounds, rows: _Ints) -> RowBounds:
    """Bounds of the chosen rows; a whole timeline counts one row where a chunk has times."""
    if bounds.num_rows is not None:
        counts = np.asarray(bounds.num_rows, np.int64)[rows]
    elif bounds.exists is not None:
        counts = np.frombuffer(bounds.exists, np.uint8).astype(np.int64)[rows]
    else:
        counts = np.ones(len(rows), np.int64)
    start, end = np.asarray(bounds.start, np.int64), np.asarray(bounds.end, np.int64)
    return RowBounds(start[rows], end[rows], counts)
