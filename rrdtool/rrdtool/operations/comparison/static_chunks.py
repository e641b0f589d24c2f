"""Which static chunks are overwritten, so that no query can see anything of them any more.

The reference drops them when it loads a recording. It takes chunks in file order; a chunk takes
over a component if its last row id with a value is greater than that of the chunk that holds it,
and a chunk that has lost everything it held is dropped. One that never held anything stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import row_ids_as_integers
from rrdtool.operations.comparison.chunk_reading import PlacedGroup, by_row_id

__all__ = ["StaticChunk", "overwritten", "static_chunks"]


@dataclass(frozen=True, slots=True)
class StaticChunk:
    """What a static chunk says, as far as it matters for which chunk overwrites which.

    Attributes:
        place: Its place in the index.
        entity: The entity.
        latest: For each component with a value, the row id of its last one.
    """

    place: int
    entity: str
    latest: dict[str, tuple[int, int]]


def static_chunks(placed: PlacedGroup) -> Iterator[StaticChunk]:
    """What each of some static chunks says."""
    group, schema = placed.group, placed.group.schema
    batch = by_row_id(group.batch, group.rows)
    ids = row_ids_as_integers(batch.column(0)).reshape(len(group), group.rows, 2)
    lasts: dict[str, npt.NDArray[np.int64]] = {}
    for i, descriptor in enumerate(schema.descriptors, schema.first_component):
        there = batch.column(i).is_valid().to_numpy(zero_copy_only=False)
        there = there.reshape(len(group), group.rows)
        last = group.rows - 1 - np.argmax(there[:, ::-1], axis=1)
        lasts[descriptor.component] = np.where(there.any(axis=1), last, -1)
    entity = str(schema.entity_path)
    for chunk, place in enumerate(placed.places.tolist()):
        latest: dict[str, tuple[int, int]] = {}
        for component, rows in lasts.items():
            row = int(rows[chunk])
            if row >= 0:
                latest[component] = (int(ids[chunk, row, 0]), int(ids[chunk, row, 1]))
        yield StaticChunk(place, entity, latest)


def overwritten(chunks: Iterable[StaticChunk]) -> set[int]:
    """Places of the chunks that are overwritten; `chunks` come in file order."""
    holders: dict[tuple[str, str], tuple[int, tuple[int, int]]] = {}
    held: dict[int, int] = {}
    dropped: set[int] = set()
    for chunk in chunks:
        losers: set[int] = set()
        for component, row_id in chunk.latest.items():
            key = chunk.entity, component
            holder = holders.get(key)
            if holder is not None:
                if holder[1] >= row_id:
                    continue
                held[holder[0]] -= 1
                losers.add(holder[0])
            holders[key] = chunk.place, row_id
            held[chunk.place] = held.get(chunk.place, 0) + 1
        dropped.update(place for place in losers if not held[place])
    return dropped
