"""The cells of records: read again from the chunks that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of
from rrdtool.operations.comparison.chunk_reading import ChunkReader
from rrdtool.operations.comparison.closeness import Close, mismatches
from rrdtool.operations.comparison.row_facts import Key
from rrdtool.operations.comparison.row_records import Records

__all__ = ["still_differ"]

_Array: TypeAlias = "pa.Array[Any]"
_Mask: TypeAlias = "npt.NDArray[np.bool_]"

_BATCH_ROWS = 1 << 16
_BATCH_BYTES = 64 << 20


def still_differ(
    key: Key, readers: tuple[ChunkReader, ChunkReader], pair: tuple[Records, Records], close: Close
) -> _Mask:
    """Which pairs of records of one component differ by more than a tolerance."""
    a, b = pair
    result = np.ones(len(a), np.bool_)
    order = np.argsort(a["place"], kind="stable")
    for some in _batches(a["place"][order], readers[0]):
        chosen = order[some]
        cells_a = _cells(readers[0], key, a[chosen])
        cells_b = _cells(readers[1], key, b[chosen])
        if cells_a is not None and cells_b is not None:
            result[chosen] = mismatches(cells_a, cells_b, close)
    return result


def _batches(places: npt.NDArray[np.uint32], reader: ChunkReader) -> Iterator[slice]:
    """Cuts sorted places into runs whose chunks fit into memory."""
    start, step = 0, _BATCH_ROWS
    while start < len(places):
        some = np.unique(places[start : start + step].astype(np.int64))
        size = int((reader.index.end[some] - reader.index.start[some]).sum())
        if size > _BATCH_BYTES and step > 1:
            step //= 2
            continue
        yield slice(start, min(start + step, len(places)))
        start += step


def _cells(reader: ChunkReader, key: Key, records: Records) -> _Array | None:
    """The cells of one component at some records, in their order.

    None if they are of several types, or cannot be read.
    """
    places = records["place"].astype(np.int64)
    pieces: list[_Array] = []
    origins: list[npt.NDArray[np.int64]] = []
    for placed in reader.groups(np.unique(places)):
        group = placed.group
        components = [d.component for d in group.schema.descriptors]
        mine = np.flatnonzero(np.isin(places, placed.places))
        if key[1] not in components or not len(mine):
            continue
        order = np.argsort(placed.places)
        chunk = order[np.searchsorted(placed.places[order], places[mine])]
        rows = chunk * group.rows + records["row"][mine]
        column = group.batch.column(group.schema.first_component + components.index(key[1]))
        pieces.append(column.take(array_of(rows)))
        origins.append(mine)
    if not pieces or len({piece.type for piece in pieces}) > 1:
        return None
    origin = np.concatenate(origins)
    if len(origin) < len(records):
        return None
    return pa.concat_arrays(pieces).take(array_of(np.argsort(origin)))
