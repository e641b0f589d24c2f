"""Chunks of a block that can be looked at together.

A part has one layout, so it is one record batch. A cohort is several parts that differ only in
entity, types or sizes: their times are one matrix. Recordings of many tiny chunks have dozens of
parts in every block, and one cohort.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import index_values
from rrdformats.decode import ChunkGroup, DecodedBlock
from rrdformats.messages import StoreId
from rrdformats.timeline import Timeline
from rrdformats.tuid import CHUNK_PREFIX, Tuid
from rrdtool.operations.verification.findings import Place
from rrdtool.operations.verification.layouts import Layout

__all__ = ["Cohort", "Part", "cohorts"]

_Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Part:
    """Chunks of one layout and one store within a block, all of which decode.

    Attributes:
        decoded: Their block.
        group: The chunks.
        store: Their store.
        layout: What they share.
        offsets: Where their messages start in the source, `(n,) int64`.
        sizes: Lengths of their messages (bytes), `(n,) int64`.
        first: Number of the first of them among all chunks of the source; the others follow.
    """

    decoded: DecodedBlock
    group: ChunkGroup
    store: StoreId
    layout: Layout
    offsets: _Ints
    sizes: _Ints
    first: int

    def __len__(self) -> int:
        return len(self.group)

    @property
    def uncompressed(self) -> _Ints:
        """Sizes of the decompressed payloads as the messages state them (bytes)."""
        return self.decoded.headers.uncompressed_size[self.group.headers]

    def nulls(self, column: int) -> int:
        """Number of nulls in a column, over all chunks."""
        return int(self.group.batch.column(column).null_count)

    def place(self, index: int) -> Place:
        """Where chunk `index` of the group is."""
        return Place(
            int(self.offsets[index]),
            str(self.store),
            self.layout.shape.entity,
            f"{CHUNK_PREFIX}{Tuid.from_bytes(self.group.ids[index].tobytes())}",
        )


@dataclass
class Cohort:
    """Parts of one store with equal timelines, components, and rows per chunk.

    Attributes:
        parts: The parts, at least one.
    """

    parts: list[Part]

    @property
    def timelines(self) -> tuple[Timeline, ...]:
        """Timelines of all chunks."""
        return self.parts[0].layout.schema.timelines

    @property
    def rows(self) -> int:
        """Rows of each chunk."""
        return self.parts[0].group.rows

    @cached_property
    def count(self) -> int:
        """Number of chunks."""
        return sum(map(len, self.parts))

    @cached_property
    def times(self) -> list[_Ints]:
        """For each timeline the times of all chunks, `(chunks, rows) int64`; nulls are 0."""
        return [
            np.concatenate(
                [index_values(part.group.batch.column(1 + number)) for part in self.parts]
            ).reshape(self.count, self.rows)
            for number in range(len(self.timelines))
        ]


def cohorts(parts: list[Part]) -> list[Cohort]:
    """The parts, together where they can be."""
    found: dict[tuple[StoreId, int, int], list[Part]] = {}
    for part in parts:
        found.setdefault((part.store, part.layout.family, part.group.rows), []).append(part)
    return [Cohort(mine) for mine in found.values()]
