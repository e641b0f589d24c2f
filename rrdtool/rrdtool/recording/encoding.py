"""Rows of one entity as chunks: the work that the thread which logs does not do.

Rows go into one chunk if they stand on the same timelines and their components have the same Arrow
types in the same order; names do not count, so that rows of different components of one type share
a chunk with nulls in it. That is how the reference divides rows, and so both write the same chunks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pyarrow as pa

from rrdformats.arrow_bridge import buffer_of
from rrdformats.chunk import Chunk
from rrdformats.chunk_schema import ROW_ID_TYPE
from rrdformats.entity_path import EntityPath
from rrdformats.errors import UnsupportedError
from rrdformats.ipc_write import END_OF_STREAM, encode_batch_parts, encode_schema_message
from rrdformats.payloads import compress_payload
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.writer import EncodedChunk
from rrdtool.model.batches import BaseBatch, array_of_flat
from rrdtool.recording.rows import LOG_TICK, LOG_TIME

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    import numpy.typing as npt

    from rrdformats.descriptors import ComponentDescriptor
    from rrdtool.recording.rows import Cell, Row

__all__ = ["ARROW_TIMES", "ChunkEncoder", "chunks_of", "id_array", "list_array"]

_KEPT_SCRATCH = 32 << 20

_Ints: TypeAlias = "npt.NDArray[np.int64]"

_AUTOMATIC = (
    (LOG_TIME, 2, Timeline("log_time", TimeKind.TIMESTAMP)),
    (LOG_TICK, 3, Timeline("log_tick", TimeKind.SEQUENCE)),
)
"""Flag · place of the time in a row · timeline."""

ARROW_TIMES: dict[TimeKind, Any] = {
    TimeKind.SEQUENCE: pa.int64(),
    TimeKind.DURATION: pa.duration("ns"),
    TimeKind.TIMESTAMP: pa.timestamp("ns"),
}


class ChunkEncoder:
    """Encodes chunks as sinks take them; to be used by one thread.

    What is compressed is put together in memory that is kept: to ask the system for megabytes anew
    for every chunk takes longer than to fill them.
    """

    def __init__(self) -> None:
        self._scratch = bytearray()

    def encode(self, chunk: Chunk) -> EncodedChunk:
        """The chunk with its payload."""
        batch = chunk.to_record_batch()
        try:
            pieces = [
                encode_schema_message(batch.schema),
                *encode_batch_parts(batch),
                END_OF_STREAM,
            ]
        except UnsupportedError:  # dictionaries and the like, which have another way
            pieces = [chunk.encode()]
        size = sum(map(len, pieces))
        if size > _KEPT_SCRATCH:
            stream = b"".join(pieces)
            return EncodedChunk(chunk, compress_payload(stream), size)
        if len(self._scratch) < size:
            self._scratch = bytearray(2 * size)
        with memoryview(self._scratch) as scratch:
            end = 0
            for piece in pieces:
                scratch[end : end + len(piece)] = memoryview(piece).cast("B")
                end += len(piece)
            with scratch[:size] as stream_view:
                return EncodedChunk(chunk, compress_payload(stream_view), size)

    def encode_rows(
        self, path: str, rows: Sequence[Row], row_ids: npt.NDArray[np.uint64], unsorted: int
    ) -> list[EncodedChunk]:
        """The chunks that `chunks_of` makes of the rows."""
        return list(map(self.encode, chunks_of(path, rows, row_ids, unsorted)))


def chunks_of(
    path: str, rows: Sequence[Row], row_ids: npt.NDArray[np.uint64], max_rows_if_unsorted: int
) -> Iterator[Chunk]:
    """The rows of one entity as chunks.

    Args:
        path: The entity.
        rows: The rows in the order in which they were logged.
        row_ids: Their ids, `(n, 2) uint64`: time and counter; ascending.
        max_rows_if_unsorted: A chunk with at least so many rows ends where its times turn out not
            to ascend.
    """
    entity = EntityPath.parse(path)
    for places in _groups(rows):
        group = [rows[place] for place in places]
        timelines = _timelines_of(group)
        columns = _columns_of(group)
        ids = row_ids[places]
        for start, end in _cuts(timelines, len(group), max_rows_if_unsorted):
            yield Chunk.build(
                entity,
                row_ids=id_array(ids[start:end]),
                timelines=[
                    (timeline, _time_array(timeline, times[start:end]))
                    for timeline, times in timelines.items()
                ],
                components=[
                    (column.descriptor, column.lists(start, end))
                    for column in columns
                    if column.occurs(start, end)
                ],
            )


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """Places of the rows that share a chunk.

    Most rows look like one before them, down to the very objects; only what remains is compared by
    names and types.
    """
    by_objects: dict[Hashable, list[int]] = {}
    for place, (_, point, _, _, automatic, descriptors, cells, _) in enumerate(rows):
        key = (
            None if point is None else id(point[0]),
            automatic,
            *map(id, descriptors),
            *[type(cell) if isinstance(cell, BaseBatch) else cell.type for cell in cells],
        )
        known = by_objects.get(key)
        if known is None:
            by_objects[key] = [place]
        else:
            known.append(place)
    groups: dict[Hashable, list[int]] = {}
    for places in by_objects.values():
        first = rows[places[0]]
        key = tuple(_index_names(first)), tuple(map(_arrow_type, first[6]))
        groups.setdefault(key, []).extend(places)
    return [sorted(places) for places in groups.values()]


def _arrow_type(cell: Cell) -> pa.DataType:
    return cell.arrow_type() if isinstance(cell, BaseBatch) else cell.type


def _index_names(row: Row) -> list[str]:
    """The timelines that the row has a time on, sorted; none for static rows."""
    point, flags = row[1], row[4]
    if point is None:
        return []
    automatic = {timeline.name for flag, _, timeline in _AUTOMATIC if flags & flag}
    return sorted({*(timeline.name for timeline in point[0]), *automatic})


def _timelines_of(group: Sequence[Row]) -> dict[Timeline, _Ints]:
    """The times of the rows; each timeline is of the kind that it has in the first row.

    The automatic ones come before what the user set under their names.
    """
    point, flags = group[0][1], group[0][4]
    if point is None:
        return {}
    found = {
        timeline: np.array([row[place] for row in group], np.int64)
        for flag, place, timeline in _AUTOMATIC
        if flags & flag
    }
    taken = {timeline.name for timeline in found}
    if point[0]:
        matrix = np.array([cast("Any", row[1])[1] for row in group], np.int64)
        for number, timeline in enumerate(point[0]):
            if timeline.name not in taken:
                found[timeline] = matrix[:, number]
    return found


def _cuts(
    timelines: dict[Timeline, _Ints], count: int, max_rows_if_unsorted: int
) -> Iterator[tuple[int, int]]:
    """Where chunks start and end: nowhere inside, unless they are long and out of order."""
    descents = np.zeros(count, np.bool_)
    for times in timelines.values():
        descents[1:] |= times[1:] < times[:-1]
    places = np.flatnonzero(descents)
    start = 0
    while True:
        later = places[np.searchsorted(places, start + 1) :]
        end = max(int(later[0]) + 1, start + max(max_rows_if_unsorted, 1)) if len(later) else count
        yield start, min(end, count)
        if end >= count:
            return
        start = end


def _time_array(timeline: Timeline, times: _Ints) -> pa.Array[Any]:
    data = buffer_of(np.ascontiguousarray(times))
    return pa.Array.from_buffers(ARROW_TIMES[timeline.kind], len(times), [None, data])


def id_array(ids: npt.NDArray[np.uint64]) -> pa.Array[Any]:
    """Ids, `(n, 2) uint64`, as Arrow holds them: 16 bytes, big-endian."""
    data = buffer_of(ids.astype(">u8"))
    return pa.Array.from_buffers(ROW_ID_TYPE, len(ids), [None, data])


@dataclass(slots=True)
class _Column:
    """The cells of one component; None where a row has it not."""

    descriptor: ComponentDescriptor
    cells: list[Cell | None]

    def occurs(self, start: int, end: int) -> bool:
        """Whether any of these rows has the component."""
        return any(cell is not None for cell in self.cells[start:end])

    def lists(self, start: int, end: int) -> pa.Array[Any]:
        """The cells of these rows as a list array."""
        cells = self.cells[start:end]
        present = [cell for cell in cells if cell is not None]
        lengths, values = _joined(present)
        offsets = np.zeros(len(cells) + 1, np.int32)
        if len(present) == len(cells):
            np.cumsum(lengths, out=offsets[1:])
            return list_array(offsets, values)
        is_there = np.array([cell is not None for cell in cells])
        spread = np.zeros(len(cells), np.int32)
        spread[is_there] = lengths
        np.cumsum(spread, out=offsets[1:])
        return list_array(offsets, values, np.packbits(is_there, bitorder="little"))


def list_array(
    offsets: npt.NDArray[np.int32],
    values: pa.Array[Any],
    validity: npt.NDArray[np.uint8] | None = None,
) -> pa.Array[Any]:
    """Lists of values; `validity` has one bit per list, zero for those that are null."""
    valid = None if validity is None else buffer_of(validity)
    buffers = [valid, buffer_of(offsets)]
    kind = pa.list_(values.type)
    return pa.Array.from_buffers(kind, len(offsets) - 1, buffers, children=[values])


def _columns_of(group: Sequence[Row]) -> list[_Column]:
    first = group[0][5]
    if all(row[5] is first or row[5] == first for row in group):
        return [
            _Column(descriptor, [row[6][number] for row in group])
            for number, descriptor in enumerate(first)
        ]
    columns: dict[ComponentDescriptor, _Column] = {}
    for place, row in enumerate(group):
        for descriptor, cell in zip(row[5], row[6], strict=True):
            column = columns.get(descriptor)
            if column is None:
                column = columns[descriptor] = _Column(descriptor, [None] * len(group))
            column.cells[place] = cell
    return list(columns.values())


def _joined(cells: Sequence[Cell]) -> tuple[npt.NDArray[np.int64], pa.Array[Any]]:
    """Number of values in each cell, and all values behind each other."""
    first = cells[0]
    if isinstance(first, BaseBatch):
        flats = [
            cell.flat if isinstance(cell, BaseBatch) and type(cell) is type(first) else None
            for cell in cells
        ]
        if all(flat is not None for flat in flats):
            flat = np.concatenate(cast("list[npt.NDArray[Any]]", flats))
            sizes = np.fromiter(map(len, cast("Any", flats)), np.int64, len(flats))
            values = array_of_flat(flat, first.arrow_type())
            return sizes // first.width(), values
    arrays = [cell.as_arrow_array() if isinstance(cell, BaseBatch) else cell for cell in cells]
    lengths = np.fromiter(map(len, arrays), np.int64, len(arrays))
    return lengths, pa.concat_arrays(arrays)
