"""Reads and decodes chosen chunks of a table, window by window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import ChunkSchema
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError, RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.scan import whole_groups
from rrdformats.spans import read_window, windows
from rrdformats.timeline import Timeline
from rrdtool.operations.edit_inputs import blaming
from rrdtool.operations.edit_plan import Share
from rrdtool.operations.optimizing.chunk_table import ChunkTable

__all__ = ["Arrival", "OnLoss", "Reader"]

_Ints: TypeAlias = npt.NDArray[np.int64]

_WINDOW = 4 << 20
"""Bytes read at once: enough to decode many tiny chunks together, little while rows are held."""

OnLoss: TypeAlias = Callable[[Share, RrdError], None]
"""Told of a chunk that cannot be read and is left out, and whose it is."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Chunks of equal layout that were read together.

    Attributes:
        chunks: Their numbers in the table.
        group: The chunks themselves.
    """

    chunks: _Ints
    group: ChunkGroup

    def pick(self, places: _Ints) -> Arrival:
        """Only the chunks at the given places."""
        if len(places) == len(self.chunks):
            return self
        return Arrival(self.chunks[places], self.group.pick(places))

    def times(self, timelines: Iterable[Timeline]) -> list[pa.Array[Any]]:
        """The index columns of some timelines, which the chunks must have."""
        lines = self.group.schema.timelines
        return [self.group.batch.column(1 + lines.index(timeline)) for timeline in timelines]

    def columns(self) -> dict[ComponentDescriptor, pa.Array[Any]]:
        """The components."""
        schema, batch = self.group.schema, self.group.batch
        return {
            descriptor: batch.column(number)
            for number, descriptor in enumerate(schema.descriptors, schema.first_component)
        }

    def named(self, component: str) -> list[pa.ListArray[Any]]:
        """The columns of one component, mostly one or none."""
        found = self.columns().items()
        return [cast("pa.ListArray[Any]", a) for d, a in found if d.component == component]


class Reader:
    """Reads chunks of a table."""

    def __init__(self, table: ChunkTable, on_loss: OnLoss | None = None) -> None:
        """Describes what is read.

        Args:
            table: The chunks.
            on_loss: Told of chunks that cannot be read; without it their errors are raised.
        """
        self._table = table
        self._on_loss = on_loss
        self._decoder = ChunkDecoder()

    def windows(self, chunks: _Ints) -> Iterator[tuple[list[Arrival], _Ints]]:
        """Reads chunks, given by ascending number.

        Yields:
            What one window brought, and the numbers of the chunks that could not be read.

        Raises:
            InputError: For chunks that cannot be read, if nobody is told.
        """
        for window, decoded in self._decoded(chunks):
            arrivals = []
            with blaming(self._share(window).origin.name):
                for group in decoded.groups:
                    for part in whole_groups(decoded, group):
                        numbers = window[part.messages]
                        self._check(decoded, part, numbers)
                        arrivals.append(Arrival(numbers, part))
                lost = self._lost(decoded, window)
            yield arrivals, lost

    def schemas(self, chunks: _Ints) -> Iterator[tuple[list[tuple[_Ints, ChunkSchema]], _Ints]]:
        """The same, but only looks at what columns the chunks have, and not at values."""
        for window, decoded in self._decoded(chunks):
            groups = [(window[group.messages], group.schema) for group in decoded.groups]
            yield groups, window[[message for message, _ in decoded.errors]]

    def _share(self, window: _Ints) -> Share:
        return self._table.shares[int(self._table.share[window[0]])]

    def _decoded(self, chunks: _Ints) -> Iterator[tuple[_Ints, DecodedBlock]]:
        table = self._table
        for share in np.unique(table.share[chunks]).tolist():
            mine = chunks[table.share[chunks] == share]
            origin, stream = table.shares[share].origin, table.shares[share].item.stream
            start = table.start[mine]
            end = start + table.size[mine]
            for part in windows(start, end, _WINDOW):
                with blaming(origin.name):
                    block = read_window(origin.source, stream, start[part], end[part])
                    yield mine[part], self._decoder.decode(block)

    def _check(self, decoded: DecodedBlock, group: ChunkGroup, chunks: _Ints) -> None:
        """That the manifest meant these chunks."""
        table, entity = self._table, self._table.entity[chunks]
        wrong = (group.ids != table.ids[chunks]).any(axis=1) | (entity != entity[0])
        if wrong.any() or table.entities[int(entity[0])] != str(group.schema.entity_path):
            message = int(group.messages[int(np.argmax(wrong))])
            raise CorruptError(
                "a chunk is another one than the footer says",
                offset=decoded.block.source_offset(message),
                record=KIND_NAMES[MessageKind.ARROW_MSG],
            )

    def _lost(self, decoded: DecodedBlock, window: _Ints) -> _Ints:
        for _, error in sorted(decoded.errors, key=lambda item: item[0]):
            if self._on_loss is None:
                raise error
            self._on_loss(self._share(window), error)
        return window[[message for message, _ in decoded.errors]]
