"""Which chunks to read: a query, and its answer from the manifests (fact sheet section 7).

Nothing here touches a chunk. A manifest knows the entity, the times and the components of each
chunk, so a query costs by their number and gives the places of those that can matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rrdformats.blocks import Stream
from rrdformats.contents import Contents
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreId
from rrdformats.selectors import Selection

__all__ = ["ChunkQuery", "ChunkSpan", "TimeRange", "plan"]


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Times on one timeline, both bounds included.

    Attributes:
        timeline: Name of the timeline.
        start: First time (steps, or nanoseconds).
        end: Last time.
    """

    timeline: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ChunkQuery:
    """Conditions that a chunk must meet, all of them.

    Attributes:
        entities: Entity paths to include and exclude.
        components: Component identifiers; a chunk must hold at least one that matches.
        stores: Stores to read; None for all.
        times: Only chunks with a row in this range, and static ones.
        static: True for static chunks only, False for temporal ones only, None for both.
    """

    entities: Selection = field(default_factory=Selection.entities)
    components: Selection = field(default_factory=Selection.names)
    stores: frozenset[StoreId] | None = None
    times: TimeRange | None = None
    static: bool | None = None

    @property
    def is_everything(self) -> bool:
        """Whether every chunk meets the conditions."""
        return (
            self.entities.is_everything
            and self.components.is_everything
            and self.stores is None
            and self.times is None
            and self.static is None
        )


@dataclass(frozen=True, slots=True)
class ChunkSpan:
    """Where one chunk's message stands.

    Attributes:
        stream: Its stream.
        store_id: Its store.
        start: First byte of the message in the source (the protobuf, not its frame).
        end: Behind its last byte.
    """

    stream: Stream
    store_id: StoreId
    start: int
    end: int


def plan(contents: Contents, query: ChunkQuery) -> list[ChunkSpan]:
    """The chunks that can meet `query`, by place in the source.

    The answer errs on the side of too many: a chunk in whose time range no row may fall is listed.
    """
    spans = []
    for item in contents.manifests:
        manifest, stream = item.manifest, item.stream
        if query.stores is not None and manifest.store_id not in query.stores:
            continue
        offsets, sizes = manifest.byte_offset, manifest.byte_size
        for row in _rows(manifest, query):
            start = stream.offset + offsets[row]
            spans.append(ChunkSpan(stream, manifest.store_id, start, start + sizes[row]))
    return sorted(spans, key=lambda span: span.start)


def _rows(manifest: Manifest, query: ChunkQuery) -> Iterable[int]:
    """Rows of the manifest whose chunks can meet the query."""
    rows: Iterable[int] = range(len(manifest))
    if query.static is not None:
        static = manifest.is_static
        rows = [row for row in rows if static[row] == query.static]
    if not query.entities.is_everything:
        paths = manifest.entity_path
        chosen = {path for path in set(paths) if query.entities.matches(path)}
        rows = [row for row in rows if paths[row] in chosen]
    if query.times is not None:
        held = set(_rows_in(manifest, query.times))
        rows = [row for row in rows if row in held]
    if not query.components.is_everything:
        held = set(_rows_holding(manifest, query.components))
        rows = [row for row in rows if row in held]
    return rows


def _rows_in(manifest: Manifest, times: TimeRange) -> Iterator[int]:
    """Static chunks, and those whose bounds on the timeline meet the range."""
    yield from (row for row, static in enumerate(manifest.is_static) if static)
    for timeline, bounds in manifest.timelines.items():
        if timeline.name != times.timeline:
            continue
        exists = bounds.exists
        for row, (start, end) in enumerate(zip(bounds.start, bounds.end, strict=True)):
            if start <= times.end and end >= times.start and (exists is None or exists[row]):
                yield row


def _rows_holding(manifest: Manifest, components: Selection) -> Iterator[int]:
    """Chunks with at least one row of a component that matches."""
    for descriptor, static in manifest.static_components.items():
        if components.matches(descriptor.component):
            yield from (row for row, held in enumerate(static) if held)
    for (_, descriptor), bounds in manifest.component_bounds.items():
        if components.matches(descriptor.component):
            counts = bounds.num_rows
            if counts is None:
                yield from range(len(manifest))
            else:
                yield from (row for row, count in enumerate(counts) if count)
