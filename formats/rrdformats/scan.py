"""Reads a source front to back and tells what it holds, as its footers would have told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rrdformats.blocks import Block, Stream, read_blocks
from rrdformats.contents import Contents, StreamManifest, take_message
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock
from rrdformats.errors import CorruptError, RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.manifest import Manifest
from rrdformats.manifest_build import ManifestBuilder
from rrdformats.manifest_parts import ChunkPlaces
from rrdformats.messages import StoreId
from rrdformats.properties import is_property_path
from rrdformats.source import Source, read_exactly

__all__ = ["StoreNames", "chunk_places", "scan_contents", "scan_properties", "whole_groups"]


class StoreNames:
    """Completes store ids that name no application, as messages of 0.23 and 0.24 do.

    The application is the one that a store info of the same kind and recording id named before.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], str] = {}

    def learn(self, store_id: StoreId) -> None:
        """Remembers the application of a store that was introduced."""
        if store_id.application_id is not None:
            self._known[store_id.key] = store_id.application_id

    def complete(self, store_id: StoreId) -> StoreId:
        """`store_id` with its application.

        Raises:
            CorruptError: If it names none and none is known.
        """
        if store_id.application_id is not None:
            return store_id
        known = self._known.get(store_id.key)
        if known is None:
            raise CorruptError(
                f"a chunk of recording {store_id.recording_id!r} comes before its store info"
            )
        return replace(store_id, application_id=known)


def whole_groups(decoded: DecodedBlock, group: ChunkGroup) -> list[ChunkGroup]:
    """The parts of `group` that decode; what does not is reported in `decoded.errors`.

    Usually that is the group itself. Only if it does not decode are its chunks tried one by one.
    """
    try:
        _ = group.batch
    except RrdError as error:
        if len(group) == 1:
            message = int(group.messages[0])
            place = decoded.block.source_offset(message)
            decoded.errors.append((message, error.at(place, KIND_NAMES[MessageKind.ARROW_MSG])))
            return []
        return [part for one in group.split() for part in whole_groups(decoded, one)]
    return [group]


def chunk_places(decoded: DecodedBlock, group: ChunkGroup) -> ChunkPlaces:
    """Where the chunks of `group` stand in their stream."""
    block = decoded.block
    starts = np.asarray(block.starts, np.int64)[group.messages]
    ends = np.asarray(block.ends, np.int64)[group.messages]
    return ChunkPlaces(
        starts + (block.offset - block.stream.offset),
        ends - starts,
        decoded.headers.uncompressed_size[group.headers],
    )


class _Scan:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.contents = Contents()
        self.names = StoreNames()
        self.builders: dict[tuple[int, StoreId], ManifestBuilder] = {}

    def block(self, block: Block, decoder: ChunkDecoder) -> None:
        contents = self.contents
        if not contents.streams or contents.streams[-1] is not block.stream:
            contents.streams.append(block.stream)
        for index, kind in enumerate(block.kinds):
            if kind in (MessageKind.SET_STORE_INFO, MessageKind.BLUEPRINT_ACTIVATION):
                self.other_message(block, index, kind)
        decoded = decoder.decode(block)
        for group in decoded.groups:
            for part in whole_groups(decoded, group):
                self.group(decoded, part)
        contents.damage.extend(error for _, error in decoded.errors)

    def other_message(self, block: Block, index: int, kind: int) -> None:
        try:
            start, end = block.starts[index], block.ends[index]
            take_message(self.contents, kind, block.data, start, end, self.limits)
        except RrdError as error:
            self.contents.damage.append(error.at(block.source_offset(index), KIND_NAMES[kind]))
        for store_id in self.contents.stores:
            self.names.learn(store_id)

    def group(self, decoded: DecodedBlock, group: ChunkGroup) -> None:
        stores = decoded.headers.store[group.headers]
        for store in np.unique(stores).tolist():
            mine = np.flatnonzero(stores == store)
            try:
                store_id = self.names.complete(decoded.headers.stores[store])
            except CorruptError as error:
                place = decoded.block.source_offset(int(group.messages[mine[0]]))
                self.contents.damage.append(error.at(place, KIND_NAMES[MessageKind.ARROW_MSG]))
                continue
            part = group if len(mine) == len(group) else group.pick(mine)
            if is_property_path(str(part.schema.entity_path)):
                self.contents.properties.take_batch(store_id, part.schema, part.batch)
            self.contents.stores.setdefault(store_id, None)
            self.builder(decoded.block.stream, store_id).add(
                part.schema, part.batch, part.ids, chunk_places(decoded, part)
            )

    def builder(self, stream: Stream, store_id: StoreId) -> ManifestBuilder:
        key = (stream.index, store_id)
        if key not in self.builders:
            self.builders[key] = ManifestBuilder(store_id)
        return self.builders[key]


def scan_contents(source: Source, limits: Limits = DEFAULT_LIMITS) -> Contents:
    """What `source` holds, from reading all of it; damage is reported in the result.

    Raises:
        RrdError: If the source is no RRD recording that can be read at all.
    """
    scan = _Scan(limits)
    decoder = ChunkDecoder(limits)
    for block in read_blocks(source, limits=limits, on_damage=scan.contents.damage.append):
        scan.block(block, decoder)
    contents = scan.contents
    streams = {stream.index: stream for stream in contents.streams}
    for (index, _), builder in scan.builders.items():
        manifest = Manifest(builder.build(compress=False), limits)
        contents.manifests.append(StreamManifest(streams[index], manifest))
    return contents


def scan_properties(
    source: Source, spans: list[tuple[StoreId, int, int]], contents: Contents, limits: Limits
) -> None:
    """Reads property chunks that only pyarrow can decode: of old versions, large, or odd types.

    Args:
        source: Where to read from.
        spans: Store, first byte, and end of each chunk's message.
        contents: Takes the properties, and the damage.
        limits: Bounds for everything read.
    """
    decoder = ChunkDecoder(limits)
    kind = MessageKind.ARROW_MSG
    for store_id, start, end in spans:
        data = memoryview(read_exactly(source, start, end - start, KIND_NAMES[kind]))
        block = Block(contents.streams[0], data, start, [kind], [0], [len(data)])
        decoded = decoder.decode(block)
        for group in decoded.groups:
            for part in whole_groups(decoded, group):
                contents.properties.take_batch(store_id, part.schema, part.batch)
        contents.damage.extend(error for _, error in decoded.errors)
