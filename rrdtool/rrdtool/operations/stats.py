"""How many chunks a recording has, how large they are, what is in them: `rrd stats`.

The numbers are those of the reference's `rrd stats`. None of them needs the data of a chunk: counts
come from the layouts of chunks, sizes from their message headers. So large payloads are not even
read beyond their first bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block, OnDamage, read_blocks
from rrdformats.entity_path import EntityPath
from rrdformats.errors import CorruptError, RrdError
from rrdformats.framing import FRAME_SIZE, KIND_NAMES, MessageKind
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreKind, parse_footer
from rrdformats.reader import Recording
from rrdtool.operations.chunk_layouts import LayoutGroup, LayoutReader
from rrdtool.operations.optimization import Optimization, analyze
from rrdtool.operations.payload_heads import schema_lengths

__all__ = ["ChunkIndex", "Contents", "Range", "Report", "Sizes", "Spread", "stats"]

Report = Callable[[int, int | None], None]
"""Called with how many bytes are done, and how many there are (None: unknown)."""

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
        schema: Their schema messages alone, once decompressed.
        data: The rest.
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
class Contents:
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
        contents: What is in them; None if that was not to be decoded.
        sizes: How large they are.
        indexes: The manifests in the footers, one per store and stream.
    """

    file: str
    chunks: int
    contents: Contents | None
    sizes: Sizes
    indexes: list[ChunkIndex]
