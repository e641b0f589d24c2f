"""From blocks to single chunks with their stores, in file order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rrdformats.blocks import Block, OnDamage
from rrdformats.chunk import Chunk, ChunkSchema
from rrdformats.decode import ChunkDecoder, DecodedBlock
from rrdformats.errors import RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.limits import Limits
from rrdformats.messages import SetStoreInfo
from rrdformats.query import ChunkQuery
from rrdformats.reader import StoreChunk
from rrdformats.scan import StoreNames, whole_groups

__all__ = ["ChunkStream"]


class ChunkStream:
    """Decodes block after block and keeps the chunks that meet a query."""

    def __init__(self, query: ChunkQuery, limits: Limits, on_damage: OnDamage | None) -> None:
        self.names = StoreNames()
        self._query = query
        self._limits = limits
        self._on_damage = on_damage
        self._decoder = ChunkDecoder(limits)
        self._wanted: dict[ChunkSchema, bool] = {}

    def take(self, block: Block) -> Iterator[StoreChunk]:
        """The wanted chunks of the next block, in file order."""
        self._learn_stores(block)
        decoded = self._decoder.decode(block)
        found: list[tuple[int, StoreChunk]] = []
        for group in decoded.groups:
            if not self._wants(group.schema):
                continue
            for part in whole_groups(decoded, group):
                for index, message in enumerate(part.messages.tolist()):
                    chunk = self._in_store(decoded, part.chunk(index), int(part.headers[index]))
                    if chunk is not None:
                        found.append((message, chunk))
        self._report(decoded)
        found.sort(key=lambda item: item[0])
        yield from (chunk for _, chunk in found)

    def _learn_stores(self, block: Block) -> None:
        for index, kind in enumerate(block.kinds):
            if kind == MessageKind.SET_STORE_INFO:
                try:
                    message = SetStoreInfo.parse(
                        block.data, block.starts[index], block.ends[index], self._limits
                    )
                except RrdError as error:
                    self._damaged(error.at(block.source_offset(index), KIND_NAMES[kind]))
                else:
                    self.names.learn(message.info.store_id)

    def _in_store(self, decoded: DecodedBlock, chunk: Chunk, header: int) -> StoreChunk | None:
        message = int(decoded.headers.messages[header])
        offset = decoded.block.source_offset(message)
        try:
            store_id = self.names.complete(decoded.store_id(header))
        except RrdError as error:
            decoded.errors.append((message, error.at(offset, KIND_NAMES[MessageKind.ARROW_MSG])))
            return None
        stores = self._query.stores
        if (stores is not None and store_id not in stores) or not self._in_range(chunk):
            return None
        return StoreChunk(store_id, chunk, offset)

    def _in_range(self, chunk: Chunk) -> bool:
        times = self._query.times
        if times is None or chunk.is_static:
            return True
        for timeline, values in chunk.timelines.items():
            if timeline.name == times.timeline:
                return bool(np.any((values >= times.start) & (values <= times.end)))
        return False

    def _wants(self, schema: ChunkSchema) -> bool:
        wanted = self._wanted.get(schema)
        if wanted is None:
            wanted = self._wanted[schema] = _meets(schema, self._query)
        return wanted

    def _report(self, decoded: DecodedBlock) -> None:
        for _, error in sorted(decoded.errors, key=lambda item: item[0]):
            self._damaged(error)

    def _damaged(self, error: RrdError) -> None:
        if self._on_damage is None:
            raise error
        self._on_damage(error)


def _meets(schema: ChunkSchema, query: ChunkQuery) -> bool:
    """Whether chunks of this schema can meet the query."""
    if query.static is not None and schema.is_static != query.static:
        return False
    if not query.entities.matches(str(schema.entity_path)):
        return False
    if query.components.is_everything:
        return True
    return any(query.components.matches(d.component) for d in schema.descriptors)
