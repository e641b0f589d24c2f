"""What can change in chunks without looking at a value: names, and which columns there are.

An edit is plain data. From a manifest it tells which chunks it can concern at all; from a chunk's
schema, which schema the chunk gets and which of its columns stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from rrdformats.arrow_bridge import schema_of
from rrdformats.chunk import Chunk, ChunkSchema
from rrdformats.chunk_schema import ENTITY_PATH_KEY, index_field
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.manifest import Manifest
from rrdformats.timeline import Timeline

__all__ = ["ChunkEdit", "EditedSchema", "derived_ids", "edited_chunk"]

_Mask = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58_476D_1CE4_E5B9), np.uint64(0x94D0_49BB_1331_11EB)


@dataclass(frozen=True, slots=True)
class EditedSchema:
    """What becomes of all chunks of one schema.

    Attributes:
        schema: Their new schema.
        columns: Which of the old columns it has, in the order of the new ones.
        lost_times: Whether the chunks had timelines and have none any more: they are static now.
        is_gone: Whether they had components and have none any more: nothing is left of them.
    """

    schema: ChunkSchema
    columns: tuple[int, ...]
    lost_times: bool
    is_gone: bool


@dataclass(frozen=True)
class ChunkEdit:
    """New names, and columns to leave out; everything goes by the name that it had.

    Attributes:
        entities: New entity paths, canonical text.
        timelines: New names of timelines; None leaves the timeline out.
        dropped: Components to leave out, by entity.
    """

    entities: Mapping[str, str] = field(default_factory=dict)
    timelines: Mapping[str, str | None] = field(default_factory=dict)
    dropped: Mapping[str, frozenset[ComponentDescriptor]] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves every chunk as it is."""
        return not (self.entities or self.timelines or self.dropped)

    @cached_property
    def _entities(self) -> frozenset[str]:
        return frozenset(self.entities) | frozenset(self.dropped)

    def concerned(self, manifest: Manifest) -> _Mask:
        """Which rows of a manifest list chunks that may change; the others surely do not."""
        found = np.zeros(len(manifest), np.bool_)
        for timeline, bounds in manifest.timelines.items():
            if timeline.name in self.timelines:
                surely = bounds.exists is None or timeline.name in manifest.ambiguous_timelines
                found |= surely or np.frombuffer(bounds.exists or b"", np.bool_)
        if self.timelines:  # a chunk without rows has timelines of which the manifest knows nothing
            found |= np.asarray(manifest.num_rows, np.int64) == 0
        if self._entities:
            names, codes = manifest.entity_codes
            chosen = np.array([name in self._entities for name in names], np.bool_)
            found |= chosen[np.frombuffer(codes, np.int32)]
        return found

    def apply(self, schema: ChunkSchema) -> EditedSchema | None:
        """What becomes of chunks of this schema; None if they stay as they are."""
        path = str(schema.entity_path)
        dropped = self.dropped.get(path, frozenset())
        timelines = [
            (timeline if new == timeline.name else Timeline(new, timeline.kind), column)
            for column, timeline in enumerate(schema.timelines, 1)
            if (new := self.timelines.get(timeline.name, timeline.name)) is not None
        ]
        timelines.sort(key=lambda item: item[0].name.encode())
        components = [
            (descriptor, column)
            for column, descriptor in enumerate(schema.descriptors, schema.first_component)
            if descriptor not in dropped
        ]
        columns = (0, *(column for _, column in timelines), *(column for _, column in components))
        new_path = self.entities.get(path, path)
        kept = [line for line, _ in timelines]
        if (
            new_path == path
            and tuple(kept) == schema.timelines
            and columns == tuple(range(len(schema.arrow)))
        ):
            return None
        fields = [schema.arrow.field(0)]
        fields += [
            index_field(line, is_sorted=schema.claimed_sorted(column - 1))
            for line, column in timelines
        ]
        fields += [schema.arrow.field(column) for _, column in components]
        metadata = {**(schema.arrow.metadata or {}), ENTITY_PATH_KEY.encode(): new_path.encode()}
        edited = replace(
            schema,
            entity_path=EntityPath.parse(new_path),
            timelines=tuple(kept),
            descriptors=tuple(descriptor for descriptor, _ in components),
            arrow=schema_of(fields, metadata),
        )
        return EditedSchema(
            edited,
            columns,
            lost_times=bool(schema.timelines) and not kept,
            is_gone=bool(schema.descriptors) and not components,
        )


def edited_chunk(chunk: Chunk, edit: ChunkEdit) -> Chunk | None:
    """A chunk after an edit, under the id that it had; None if nothing is left of it."""
    edited = edit.apply(chunk.schema)
    if edited is None:
        return chunk
    if edited.is_gone:
        return None
    columns = [chunk.batch.column(index) for index in edited.columns]
    batch = pa.RecordBatch.from_arrays(columns, schema=edited.schema.arrow)
    return Chunk(edited.schema, batch, chunk.id)


def derived_ids(ids: npt.NDArray[np.uint8], change: bytes) -> npt.NDArray[np.uint8]:
    """Ids for chunks that were made from others: the same ones for the same chunks and change.

    The time of an id stays. Different ids of one time stay different.

    Args:
        ids: Ids of the old chunks, `(n, 16) uint8`, big-endian.
        change: What tells one change from every other.

    >>> old = np.arange(16, dtype=np.uint8).reshape(1, 16)
    >>> derived_ids(old, b"a").tobytes().hex()[:16], (derived_ids(old, b"b") == old).all()
    ('0001020304050607', np.False_)
    """
    words = ids.reshape(-1).view(">u8").astype(np.uint64).reshape(-1, 2)
    seed = np.uint64(xxhash.xxh3_64_intdigest(change))
    words[:, 1] = _mixed(words[:, 1] ^ _mixed(words[:, 0] ^ seed))
    return words.astype(">u8").view(np.uint8).reshape(-1, 16)


def _mixed(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The splitmix64 finalizer: a bijection of 64-bit words that looks random."""
    words = words + _GOLDEN
    words = (words ^ (words >> np.uint64(30))) * _MIX_1
    words = (words ^ (words >> np.uint64(27))) * _MIX_2
    return words ^ (words >> np.uint64(31))
