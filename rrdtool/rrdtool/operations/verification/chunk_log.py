"""Every chunk of a source by its number: what is needed to find ids that occur twice.

About forty bytes per chunk; row ids are in the ledgers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.messages import StoreId
from rrdformats.tuid import CHUNK_PREFIX, ROW_PREFIX, Tuid
from rrdtool.operations.verification.chunks import BlockRows
from rrdtool.operations.verification.findings import Findings, Place
from rrdtool.operations.verification.layouts import Shape
from rrdtool.operations.verification.parts import Part
from rrdtool.operations.verification.row_ids import RowIdLedger

__all__ = ["ChunkLog"]

_Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class ChunkLog:
    """All chunks met so far, numbered in the order in which they were added."""

    _length: int = 0
    _ids: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    _offsets: list[_Ints] = field(default_factory=list)
    _marks: list[tuple[int, int, int]] = field(default_factory=list)  # store, shape, count
    _stores: dict[StoreId, int] = field(default_factory=dict)
    _shapes: dict[Shape, int] = field(default_factory=dict)
    _ledgers: dict[StoreId, RowIdLedger] = field(default_factory=dict)

    def __len__(self) -> int:
        return self._length

    def add_chunks(self, part: Part) -> None:
        """Gives the chunks of `part` the next numbers."""
        store = self._stores.setdefault(part.store, len(self._stores))
        shape = self._shapes.setdefault(part.layout.shape, len(self._shapes))
        self._ids.append(part.group.ids)
        self._offsets.append(part.offsets)
        self._marks.append((store, shape, len(part)))
        self._length += len(part)

    def add_rows(self, store: StoreId, rows: BlockRows) -> None:
        """Takes the row ids of chunks, by the numbers that the chunks have or will get."""
        ledger = self._ledgers.get(store)
        if ledger is None:
            ledger = self._ledgers[store] = RowIdLedger()
        ledger.add(rows.times, rows.counters, rows.chunks)

    def check(self, findings: Findings) -> None:
        """Reports chunk ids and row ids that occur twice in a store."""
        if not self._length:
            return
        table = _Table.of(self)
        table.check_chunk_ids(findings)
        for ledger in self._ledgers.values():
            for shared in ledger.shared():
                one, other = shared.chunks
                if table.may_share(one, other):
                    continue
                row_id = f"{ROW_PREFIX}{Tuid(shared.time, shared.counter)}"
                told = f"{row_id} is also in {table.chunk_id(one)} at byte {table.offsets[one]}"
                findings.add("row-id-shared", told, table.place(other))

    def close(self) -> None:
        """Lets go of temporary files."""
        for ledger in self._ledgers.values():
            ledger.close()

    def columns(self) -> tuple[npt.NDArray[np.uint8], _Ints, _Ints, _Ints]:
        """Ids, offsets, stores and shapes of all chunks, along their numbers."""
        stores, shapes, counts = np.array(self._marks, np.int64).T
        return (
            np.concatenate(self._ids),
            np.concatenate(self._offsets),
            np.repeat(stores, counts),
            np.repeat(shapes, counts),
        )

    def names(self) -> tuple[list[StoreId], list[Shape]]:
        """The stores and shapes that the columns count."""
        return list(self._stores), list(self._shapes)


@dataclass(slots=True)
class _Table:
    ids: npt.NDArray[np.uint8]
    offsets: _Ints
    store: _Ints
    shape: _Ints
    stores: list[StoreId]
    shapes: list[Shape]

    @classmethod
    def of(cls, log: ChunkLog) -> _Table:
        return cls(*log.columns(), *log.names())

    def chunk_id(self, number: int) -> str:
        return f"{CHUNK_PREFIX}{Tuid.from_bytes(self.ids[number].tobytes())}"

    def place(self, number: int) -> Place:
        return Place(
            int(self.offsets[number]),
            str(self.stores[self.store[number]]),
            self.shapes[self.shape[number]].entity,
            self.chunk_id(number),
        )

    def may_share(self, one: int, other: int) -> bool:
        """Whether two chunks may have rows in common, or were told of already.

        The columns of an entity may be split over several chunks with the same rows.
        """
        if np.array_equal(self.ids[one], self.ids[other]):
            return True
        mine, theirs = self.shapes[self.shape[one]], self.shapes[self.shape[other]]
        is_split: bool = mine.entity == theirs.entity
        return is_split and mine.components.isdisjoint(theirs.components)

    def check_chunk_ids(self, findings: Findings) -> None:
        halves = self.ids.view(">u8").astype(np.uint64)
        order = np.lexsort((self.offsets, halves[:, 1], halves[:, 0], self.store))
        sorted_halves, stores = halves[order], self.store[order]
        same = (sorted_halves[1:] == sorted_halves[:-1]).all(axis=1) & (stores[1:] == stores[:-1])
        for index in np.flatnonzero(same).tolist():
            before, again = int(order[index]), int(order[index + 1])
            told = f"the chunk at byte {self.offsets[before]} has the same id"
            findings.add("chunk-id-duplicate", told, self.place(again))
