"""A writer for recordings that go on for hours: what its footer needs takes few bytes per chunk."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from rrdformats.manifest_build import DescribedSchema
from rrdformats.manifest_parts import ChunkPlaces, ManifestPart, RowBounds, part_of
from rrdformats.writer import RrdWriter

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    import numpy.typing as npt

    from rrdformats.chunk import Chunk, ChunkSchema
    from rrdformats.descriptors import ComponentDescriptor
    from rrdformats.messages import StoreId

__all__ = ["NotingWriter"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"
_ID_SIZE = 16


class NotingWriter(RrdWriter):
    """Notes of each chunk the numbers that its row of the manifest will hold, packed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._notes: dict[Hashable, tuple[StoreId, _Notes]] = {}
        super().__init__(*args, **options)

    def add_to_manifest(self, store_id: StoreId, chunk: Chunk, places: ChunkPlaces) -> None:
        """Notes a chunk that was written as it was."""
        if not self._write_footer:
            return
        schema = chunk.schema
        key = store_id, schema.entity_path, schema.timelines, schema.descriptors
        _, notes = self._notes.setdefault(key, (store_id, _Notes(schema)))
        notes.add(chunk, places)

    def close(self) -> None:
        """Writes the End message with the manifests, and the trailer. Once is enough."""
        for store_id, notes in self._notes.values():
            self.describe(store_id, [notes.described()], notes.part())
        self._notes.clear()
        super().close()


class _Notes:
    """What the manifest will say of the chunks of one entity with equal columns."""

    def __init__(self, schema: ChunkSchema) -> None:
        self._schema = schema
        self._numbers = array("q")
        self._ids = bytearray()
        self._empty = set(schema.descriptors)

    def add(self, chunk: Chunk, places: ChunkPlaces) -> None:
        ids = np.frombuffer(chunk.id.to_bytes(), np.uint8).reshape(1, _ID_SIZE)
        part = part_of(chunk.schema, chunk.batch, ids, places)
        self._numbers.append(len(chunk))
        for column in _columns(part):
            self._numbers.append(int(column[0]))
        self._ids += chunk.id.to_bytes()
        for descriptor in list(self._empty):
            if len(cast("Any", chunk.components[descriptor]).flatten()):
                self._empty.remove(descriptor)

    def described(self) -> DescribedSchema:
        return DescribedSchema(self._schema, frozenset(self._empty))

    def part(self) -> ManifestPart:
        """All chunks that were noted."""
        schema, count = self._schema, len(self._ids) // _ID_SIZE
        matrix = np.frombuffer(self._numbers, np.int64).reshape(count, -1).T
        rows, *places = matrix[:4]
        bounds = iter([RowBounds(*three) for three in matrix[4:].reshape(-1, 3, count)])
        static = np.full(count, schema.is_static)
        components: dict[Any, RowBounds] = {}
        timelines = {}
        for timeline in schema.timelines:
            timelines[timeline] = next(bounds)
            for descriptor in schema.descriptors:
                components[timeline, descriptor] = next(bounds)
        held: Iterable[ComponentDescriptor] = schema.descriptors
        return ManifestPart(
            entities=[str(schema.entity_path)],
            entity=np.zeros(count, np.int64),
            is_static=static,
            rows=rows,
            ids=np.frombuffer(self._ids, np.uint8).reshape(count, _ID_SIZE),
            places=ChunkPlaces(*places),
            timelines=timelines,
            components=components,
            static=dict.fromkeys(held, static),
        )


def _columns(part: ManifestPart) -> Iterable[_Ints]:
    """The columns of a part behind its number of rows, in the order in which they are noted."""
    yield from (part.places.offset, part.places.size, part.places.uncompressed)
    for timeline, bounds in part.timelines.items():
        yield from (bounds.start, bounds.end, bounds.rows)
        for (other, _), found in part.components.items():
            if other == timeline:
                yield from (found.start, found.end, found.rows)
