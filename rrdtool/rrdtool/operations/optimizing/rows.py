"""Rows of one entity from many chunks, put behind each other and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from rrdformats.arrow_bridge import array_of, nulls
from rrdformats.chunk import Chunk, index_values, row_ids_as_integers
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.timeline import Timeline
from rrdformats.tuid import Tuid
from rrdformats.value_sizes import bytes_between
from rrdtool.operations.optimizing.packing import Packable

__all__ = ["Rows", "joined", "made_chunk", "sorting"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]
_Key: TypeAlias = Callable[[], npt.NDArray[Any]]
_Columns: TypeAlias = "dict[ComponentDescriptor, pa.Array[Any]]"


@dataclass(slots=True)
class Rows:
    """Rows of one entity with one set of timelines.

    Attributes:
        member: Which source each row comes from; sources are numbered in order.
        row_ids: Row ids.
        times: Index columns, in the order by which rows are sorted.
        columns: List arrays.
        held: For each source, by number, which components it has a column of.
        starts: Whether each row may begin a chunk; None if any may.
    """

    member: _Ints
    row_ids: pa.Array[Any]
    times: list[pa.Array[Any]]
    columns: _Columns
    held: dict[int, frozenset[ComponentDescriptor]]
    starts: _Mask | None = None

    def __len__(self) -> int:
        return len(self.member)

    @property
    def nbytes(self) -> int:
        """Bytes of the columns' data."""
        return int(self._size_before(np.array([len(self)]))[0])

    def slice(self, start: int, stop: int) -> Rows:
        """Rows from `start` up to, not including, `stop`; borrowed."""
        length = stop - start
        return Rows(
            self.member[start:stop],
            self.row_ids.slice(start, length),
            [times.slice(start, length) for times in self.times],
            {descriptor: lists.slice(start, length) for descriptor, lists in self.columns.items()},
            self.held,
            None if self.starts is None else self.starts[start:stop],
        )

    def take(self, places: _Ints) -> Rows:
        """The rows at the given places, in that order."""
        index = array_of(places)
        return Rows(
            self.member[places],
            self.row_ids.take(index),
            [times.take(index) for times in self.times],
            {descriptor: lists.take(index) for descriptor, lists in self.columns.items()},
            self.held,
            None if self.starts is None else self.starts[places],
        )

    def keys(self, large: int | None = None) -> Iterator[_Key]:
        """What rows are sorted by: the times, then the row ids.

        Args:
            large: Of rows with equal times, those with more bytes come last, if given: they get
                chunks of their own, which should not part the others.
        """
        for times in self.times:
            yield partial(index_values, times)
        if large is not None:
            yield lambda: (self._sizes() > large).astype(np.int64)
        for half in (0, 1):
            yield partial(self._id_half, half)

    def packable(self, cuts: _Ints) -> Packable:
        """What packing must know of the rows, which may be cut before those at `cuts`."""
        disorder = np.zeros(max(len(self), 1), np.int64)
        for times in map(index_values, self.times):
            disorder[1:] |= times[1:] < times[:-1]
        return Packable(len(self), self._size_before, np.cumsum(disorder), cuts)

    def _id_half(self, half: int) -> npt.NDArray[np.uint64]:
        return row_ids_as_integers(self.row_ids)[:, half]

    def _sizes(self) -> _Ints:
        return np.diff(self._size_before(np.arange(len(self) + 1)))

    def _size_before(self, places: _Ints) -> _Ints:
        bounds = np.concatenate(([0], places))
        arrays = (self.row_ids, *self.times, *self.columns.values())
        return sum((np.cumsum(bytes_between(array, bounds)) for array in arrays), 0 * places)


def joined(pieces: Sequence[Rows]) -> Rows:
    """The rows of all pieces behind each other; what a piece has no column of is null there."""
    if len(pieces) == 1:
        return pieces[0]
    types = {d: lists.type for piece in pieces for d, lists in piece.columns.items()}
    held: dict[int, frozenset[ComponentDescriptor]] = {}
    for piece in pieces:
        held.update(piece.held)
    return Rows(
        np.concatenate([piece.member for piece in pieces]),
        pa.concat_arrays([piece.row_ids for piece in pieces]),
        [pa.concat_arrays(times) for times in zip(*(p.times for p in pieces), strict=True)],
        {
            descriptor: pa.concat_arrays([_column(piece, descriptor, kind) for piece in pieces])
            for descriptor, kind in types.items()
        },
        held,
        _joined_starts(pieces),
    )


def _joined_starts(pieces: Sequence[Rows]) -> _Mask | None:
    known = [piece.starts for piece in pieces if piece.starts is not None]
    return np.concatenate(known) if known else None


def _column(piece: Rows, descriptor: ComponentDescriptor, kind: pa.DataType) -> pa.Array[Any]:
    found = piece.columns.get(descriptor)
    return nulls(len(piece), kind) if found is None else found


def sorting(keys: Iterable[_Key]) -> _Ints | None:
    """Where each row goes from so that rows ascend by the keys; None if they do already.

    Args:
        keys: Integers per row, the most important first; called only as far as they decide.
    """
    known: list[npt.NDArray[Any]] = []
    undecided: _Mask | None = None
    remaining = iter(keys)
    for key in remaining:
        values = key()
        known.append(values)
        before, after = values[:-1], values[1:]
        backwards = after < before if undecided is None else undecided & (after < before)
        if backwards.any():
            known += [other() for other in remaining]
            return np.lexsort(known[::-1])
        same = before == after
        undecided = same if undecided is None else undecided & same
        if not np.any(undecided):
            return None
    return None


def made_chunk(
    entity_path: str, timelines: Sequence[Timeline], rows: Rows, sources: npt.NDArray[np.uint8]
) -> Chunk:
    """A chunk of the given rows, with the columns that their sources have.

    Its id is made of what it holds: the earliest time of the sources' ids, and a digest.

    Args:
        entity_path: The entity.
        timelines: Along `rows.times`.
        rows: The rows.
        sources: Ids of the chunks that the rows come from, `(n, 16) uint8`.
    """
    kept = frozenset[ComponentDescriptor]().union(*{rows.held[m] for m in _distinct(rows.member)})
    columns = sorted(kept & rows.columns.keys(), key=lambda descriptor: descriptor.sort_key)
    digest = xxhash.xxh3_64(entity_path.encode())
    for descriptor in columns:
        digest.update(b"\0".join(descriptor.sort_key))
    digest.update(sources.tobytes())
    digest.update(row_ids_as_integers(rows.row_ids).tobytes())
    earliest = min(map(bytes, sources[:, :8]))
    return Chunk.build(
        entity_path,
        row_ids=rows.row_ids,
        timelines=zip(timelines, rows.times, strict=True),
        components=[(descriptor, rows.columns[descriptor]) for descriptor in columns],
        chunk_id=Tuid(int.from_bytes(earliest, "big"), digest.intdigest() >> 1),
    )


def _distinct(members: _Ints) -> list[int]:
    found: list[int] = np.unique(members).tolist()
    return found
