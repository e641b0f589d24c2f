"""How many chunks a recording has, how large they are, what is in them: `rrd stats`.

The numbers are those of the reference's `rrd stats`. None of them needs the data of a chunk: counts
come from the layouts of chunks, sizes from their message headers. So large payloads are not even
read beyond their first bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block, OnDamage, read_blocks
from rrdformats.entity_path import EntityPath
from rrdformats.errors import CorruptError, RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.headers import parse_headers
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreKind, parse_footer
from rrdformats.reader import Recording
from rrdtool.operations.optimization import Optimization, analyze
from rrdtool.operations.payload_heads import MESSAGE_PREFIX, schema_lengths

if TYPE_CHECKING:  # needs pyarrow, which headers do not
    from rrdtool.operations.chunk_layouts import LayoutGroup, LayoutReader

__all__ = [
    "ChunkCounts",
    "ChunkIndex",
    "Progress",
    "Range",
    "Sizes",
    "Spread",
    "StatsReport",
    "stats",
]

Progress = Callable[[int, int | None], None]
"""Called with how many bytes are done, and how many there are (None: unknown)."""

_PERCENTILES = (500, 900, 950, 990, 999)  # in thousandths

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Sizes of all chunks (bytes); all 0 without chunks.

    A percentile is the size in the middle of the sorted ones, nine tenths up, and so on: of `n`
    sizes the one at index `floor(n * p)`.
    """

    total: int
    min: int
    max: int
    average: float
    p50: int
    p90: int
    p95: int
    p99: int
    p999: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of the Arrow streams of chunks.

    Attributes:
        compressed: As they stand in the file, without their message headers.
        uncompressed: Once decompressed.
        schema: The metadata of their schema messages alone, once decompressed.
        data: The rest, the prefix of the schema message included.
    """

    compressed: Spread
    uncompressed: Spread
    schema: Spread
    data: Spread


@dataclass(frozen=True, slots=True)
class Range:
    """A number that each chunk has; all 0 without chunks."""

    total: int
    min: int
    max: int
    average: float


@dataclass(frozen=True, slots=True)
class ChunkCounts:
    """What is in the chunks.

    Attributes:
        static_chunks: Chunks without timelines.
        chunks_without_components: Chunks without data columns.
        rows: Rows per chunk.
        timelines_per_chunk: Index columns per chunk.
        components_per_chunk: Data columns per chunk.
        entities: Chunks per entity path, natural order.
        timelines: Chunks per timeline name.
        components: Chunks per component identifier.
        unsorted: Entities with a chunk that is not in order on some timeline: for each of the
            entity's timelines, whether all of its chunks are in order.
    """

    static_chunks: int
    chunks_without_components: int
    rows: Range
    timelines_per_chunk: Range
    components_per_chunk: Range
    entities: dict[str, int]
    timelines: dict[str, int]
    components: dict[str, int]
    unsorted: dict[str, dict[str, bool]]


@dataclass(frozen=True, slots=True)
class ChunkIndex:
    """One store's manifest in a footer.

    Attributes:
        kind: `recording` or `blueprint`.
        application_id: The application that the store belongs to.
        recording_id: Its id.
        chunks: Chunks that are listed.
        static_chunks: Those without timelines.
        entities: Distinct entity paths.
        columns: Columns of the table.
        schema_fields: Columns of the store.
        schema_sha256: Digest of the store's schema, as stated.
        bytes: Size of the chunks' messages (bytes).
        bytes_uncompressed: Size of their Arrow streams once decompressed (bytes).
        optimization: How far they are from as few as they could be; None for blueprints.
    """

    kind: str
    application_id: str | None
    recording_id: str
    chunks: int
    static_chunks: int
    entities: int
    columns: int
    schema_fields: int
    schema_sha256: str
    bytes: int
    bytes_uncompressed: int
    optimization: Optimization | None


@dataclass(frozen=True, slots=True)
class StatsReport:
    """One source of bytes.

    Attributes:
        file: What it is called.
        chunks: Number of chunks.
        counts: What is in them; None if that was not to be decoded.
        sizes: How large they are.
        indexes: The manifests in the footers, one per store and stream.
    """

    file: str
    chunks: int
    counts: ChunkCounts | None
    sizes: Sizes
    indexes: list[ChunkIndex]


def stats(
    recording: Recording,
    *,
    decode: bool = True,
    on_damage: OnDamage | None = None,
    progress: Progress | None = None,
) -> StatsReport:
    """Counts and measures the chunks of `recording`, front to back.

    Args:
        recording: What to read; pipes will do.
        decode: False leaves out what the headers of messages do not tell: `counts`.
        on_damage: Told of everything that cannot be read, after which reading goes on. Without it
            the first is raised.
        progress: Called after each block.

    Raises:
        RrdError: If it is no recording that can be read at all, or for damage without `on_damage`.
        OSError: If reading fails.
    """
    collector = _Collector(recording, on_damage or _raise, decode=decode)
    blocks = read_blocks(
        recording.source, limits=recording.limits, on_damage=on_damage, payloads=False
    )
    for block in blocks:
        collector.take(block)
        if progress is not None:
            progress(block.offset + len(block.data) + block.skipped, recording.source.size)
    return collector.report()


def _raise(error: RrdError) -> None:
    raise error


class _Collector:
    """Takes block after block and counts."""

    def __init__(self, recording: Recording, on_damage: OnDamage, *, decode: bool) -> None:
        self.file = recording.source.name
        self.limits = recording.limits
        self.on_damage = on_damage
        self.layouts: LayoutReader | None = None
        if decode:
            from rrdtool.operations.chunk_layouts import LayoutReader

            self.layouts = LayoutReader(recording.source, recording.limits)
        self.counter = _Counter()
        self.sizes: list[tuple[_Ints, _Ints, _Ints]] = []  # compressed, uncompressed, schema
        self.indexes: list[ChunkIndex] = []

    def take(self, block: Block) -> None:
        for index, kind in enumerate(block.kinds):
            if kind == MessageKind.END:
                self.footer(block, index)
        if self.layouts is None:
            errors = self.headers(block)
        else:
            groups, errors = self.layouts.read(block)
            for group in groups:
                self.counter.add(group)
                schema = np.full(len(group), group.schema_bytes, np.int64)
                self.sizes.append((group.compressed, group.uncompressed, schema))
        for error in errors:
            self.on_damage(error)

    def headers(self, block: Block) -> list[RrdError]:
        """Takes what the headers tell; returns what is wrong, in file order."""
        headers = parse_headers(block, self.limits)
        lengths = schema_lengths(block, headers)
        good = lengths >= 0
        compressed = headers.payload_end - headers.payload_start
        self.sizes.append((compressed[good], headers.uncompressed_size[good], lengths[good]))
        errors = list(headers.errors)
        for message in headers.messages[~good].tolist():
            place, record = block.source_offset(message), KIND_NAMES[MessageKind.ARROW_MSG]
            error = CorruptError("a chunk's payload is no Arrow stream")
            errors.append((message, error.at(place, record)))
        return [error for _, error in sorted(errors, key=lambda item: item[0])]

    def footer(self, block: Block, index: int) -> None:
        try:
            encoded = parse_footer(block.data, block.starts[index], block.ends[index], self.limits)
            manifests = [Manifest(item, self.limits) for item in encoded]
            self.indexes += [_chunk_index(manifest) for manifest in manifests]
        except RrdError as error:
            place = block.source_offset(index)
            self.on_damage(error.at(place, KIND_NAMES[MessageKind.END]))

    def report(self) -> StatsReport:
        none = np.zeros(0, np.int64)
        columns = zip(*self.sizes, strict=True) if self.sizes else ([none], [none], [none])
        compressed, uncompressed, schema = (np.concatenate(list(column)) for column in columns)
        metadata = schema - MESSAGE_PREFIX
        sizes = Sizes(
            _spread(compressed), _spread(uncompressed), _spread(metadata),
            _spread(uncompressed - metadata),
        )  # fmt: skip
        counts = None if self.layouts is None else self.counter.counts()
        return StatsReport(self.file, len(compressed), counts, sizes, self.indexes)


class _RangeCounter:
    """Collects a `Range`."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.values: set[int] = set()

    def add(self, value: int, count: int) -> None:
        self.count += count
        self.total += value * count
        self.values.add(value)

    def range(self) -> Range:
        if not self.values:
            return Range(0, 0, 0, 0.0)
        return Range(self.total, min(self.values), max(self.values), self.total / self.count)


class _Counter:
    """Collects `ChunkCounts`."""

    def __init__(self) -> None:
        self.static = self.empty = 0
        self.rows, self.per_timeline, self.per_component = (_RangeCounter() for _ in range(3))
        self.entities: Counter[EntityPath] = Counter()
        self.timelines: Counter[str] = Counter()
        self.components: Counter[str] = Counter()
        self.in_order: dict[EntityPath, dict[str, bool]] = {}

    def add(self, group: LayoutGroup) -> None:
        schema, count = group.schema, len(group)
        self.static += count * schema.is_static
        self.empty += count * (not schema.descriptors)
        self.rows.add(group.rows, count)
        self.per_timeline.add(len(schema.timelines), count)
        self.per_component.add(len(schema.descriptors), count)
        self.entities[schema.entity_path] += count
        in_order = self.in_order.setdefault(schema.entity_path, {})
        for timeline, ordered in zip(schema.timelines, group.in_order, strict=True):
            self.timelines[timeline.name] += count
            in_order[timeline.name] = in_order.get(timeline.name, True) and ordered
        for descriptor in schema.descriptors:
            self.components[descriptor.component] += count

    def counts(self) -> ChunkCounts:
        paths = sorted(self.entities, key=lambda path: path.natural_sort_key)
        return ChunkCounts(
            self.static,
            self.empty,
            self.rows.range(),
            self.per_timeline.range(),
            self.per_component.range(),
            {str(path): self.entities[path] for path in paths},
            dict(sorted(self.timelines.items())),
            dict(sorted(self.components.items())),
            {
                str(path): dict(sorted(self.in_order[path].items()))
                for path in paths
                if not all(self.in_order[path].values())
            },
        )


def _spread(sizes: _Ints) -> Spread:
    count = len(sizes)
    if not count:
        return Spread(0, 0, 0, 0.0, 0, 0, 0, 0, 0)
    ascending = np.sort(sizes)
    percentiles = [int(ascending[count * mille // 1000]) for mille in _PERCENTILES]
    total = int(ascending.sum())
    return Spread(total, int(ascending[0]), int(ascending[-1]), total / count, *percentiles)


def _chunk_index(manifest: Manifest) -> ChunkIndex:
    store_id = manifest.store_id
    optimization = None if store_id.kind is StoreKind.BLUEPRINT else analyze([manifest])
    return ChunkIndex(
        store_id.kind.label,
        store_id.application_id,
        store_id.recording_id,
        len(manifest),
        sum(manifest.is_static),
        len(set(manifest.entity_path)),
        manifest.column_count,
        len(manifest.schema.fields),
        manifest.schema_sha256.hex(),
        sum(manifest.byte_size),
        sum(manifest.byte_size_uncompressed),
        optimization,
    )
