"""What a recording holds, at a glance: `rrd info`.

Everything comes from the footers, so the cost depends on the number of chunks and not on their
bytes. Neither numpy nor pyarrow is imported unless the footers are unusable and the recording has
to be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rrdformats.contents import Contents
from rrdformats.entity_path import EntityPath
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreId
from rrdformats.properties import is_property_path, shown_property
from rrdformats.quantities import format_count
from rrdformats.reader import Recording
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.times import format_duration, format_time
from rrdtool.operations.optimization import Optimization, analyze

__all__ = ["RecordingReport", "StoreReport", "TimelineReport", "info"]


@dataclass(frozen=True, slots=True)
class TimelineReport:
    """One timeline of a store.

    Attributes:
        name: Its name.
        kind: `sequence`, `duration` or `timestamp`.
        start: First time, as people write it; None if no chunk has a time.
        end: Last time, inclusive.
        start_ns: First time (nanoseconds); None for sequences, whose `start` is the step itself.
        end_ns: Last time (nanoseconds).
        span: Steps, or time, from first to last.
        chunks: Chunks that have the timeline.
    """

    name: str
    kind: str
    start: str | None
    end: str | None
    start_ns: int | None
    end_ns: int | None
    span: str | None
    chunks: int


@dataclass(frozen=True, slots=True)
class StoreReport:
    """One recording or blueprint.

    Attributes:
        kind: `recording` or `blueprint`.
        application_id: The application it belongs to.
        recording_id: Its id.
        source: Who logged it; None if no message says.
        properties: Values by name; None where they are too large to read.
        timelines: Its timelines, by name.
        entities: Its entity paths, properties left out, by name.
        components: Its component identifiers, properties left out, by name.
        archetypes: The archetypes they belong to, by name.
        rows: Rows of all chunks.
        chunks: Number of chunks.
        static_chunks: Those that hold at all times.
        bytes: Size of their messages (bytes).
        bytes_uncompressed: Size of their Arrow data once decompressed (bytes).
        optimization: How far the chunks are from as few as they could be.
    """

    kind: str
    application_id: str | None
    recording_id: str
    source: str | None
    properties: dict[str, Any]
    timelines: list[TimelineReport]
    entities: list[str]
    components: list[str]
    archetypes: list[str]
    rows: int
    chunks: int
    static_chunks: int
    bytes: int
    bytes_uncompressed: int
    optimization: Optimization


@dataclass(frozen=True, slots=True)
class RecordingReport:
    """One source of bytes.

    Attributes:
        file: What it is called.
        size: Its size (bytes); None for a pipe.
        versions: Version of the SDK that wrote each of its streams.
        scanned: Why it had to be read front to back; None if its footers told everything.
        damage: What could not be read.
        activations: What its blueprint activations say.
        stores: Its stores, in order of appearance.
    """

    file: str
    size: int | None
    versions: list[str]
    scanned: str | None
    damage: list[str]
    activations: list[str]
    stores: list[StoreReport]


def info(recording: Recording) -> RecordingReport:
    """What `recording` holds.

    Raises:
        RrdError: If it is no recording that can be read at all.
        OSError: If reading fails.
    """
    contents = recording.contents
    return RecordingReport(
        file=recording.source.name,
        size=recording.source.size,
        versions=[str(stream.header.version) for stream in contents.streams],
        scanned=contents.scan_reason,
        damage=[str(error) for error in contents.damage],
        activations=[
            f"{activation.blueprint_id}{' active' * activation.make_active}"
            f"{' default' * activation.make_default}"
            for activation in contents.activations
        ],
        stores=[_store(contents, store_id) for store_id in contents.stores],
    )


def _store(contents: Contents, store_id: StoreId) -> StoreReport:
    manifests = [item.manifest for item in contents.of_store(store_id)]
    told = contents.stores[store_id]
    columns = [
        (path, descriptor)
        for manifest in manifests
        for path, descriptor, _ in manifest.entity_columns()
        if not is_property_path(path)
    ]
    return StoreReport(
        kind=store_id.kind.label,
        application_id=store_id.application_id,
        recording_id=store_id.recording_id,
        source=None if told is None else told.source.describe(),
        properties={
            name: shown_property(name, value) for name, value in contents.properties.items(store_id)
        },
        timelines=_timelines(manifests),
        entities=_natural({path for path, _ in columns}),
        components=sorted({descriptor.component for _, descriptor in columns}),
        archetypes=sorted({d.archetype for _, d in columns if d.archetype is not None}),
        rows=sum(sum(manifest.num_rows) for manifest in manifests),
        chunks=sum(map(len, manifests)),
        static_chunks=sum(sum(manifest.is_static) for manifest in manifests),
        bytes=sum(sum(manifest.byte_size) for manifest in manifests),
        bytes_uncompressed=sum(sum(manifest.byte_size_uncompressed) for manifest in manifests),
        optimization=analyze(manifests),
    )


def _natural(paths: set[str]) -> list[str]:
    return [str(path) for path in sorted(map(EntityPath.parse, paths), key=_natural_key)]


def _natural_key(path: EntityPath) -> tuple[object, ...]:
    return path.natural_sort_key


def _timelines(manifests: Iterable[Manifest]) -> list[TimelineReport]:
    spans: dict[Timeline, list[tuple[int, int]]] = {}
    chunks: dict[Timeline, int] = {}
    for manifest in manifests:
        for timeline, bounds in manifest.timelines.items():
            overall = bounds.overall()
            exists = bounds.exists
            spans.setdefault(timeline, []).extend([overall] if overall else [])
            count = len(manifest) if exists is None else sum(exists)
            chunks[timeline] = chunks.get(timeline, 0) + count
    return [
        _timeline(timeline, spans[timeline], chunks[timeline])
        for timeline in sorted(spans, key=lambda line: line.name)
    ]


def _timeline(timeline: Timeline, spans: list[tuple[int, int]], chunks: int) -> TimelineReport:
    kind = timeline.kind
    if not spans:
        return TimelineReport(timeline.name, kind.value, None, None, None, None, None, chunks)
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    length = end - start
    counts_steps = kind is TimeKind.SEQUENCE
    return TimelineReport(
        timeline.name,
        kind.value,
        format_time(start, kind),
        format_time(end, kind),
        None if counts_steps else start,
        None if counts_steps else end,
        _steps(length + 1) if counts_steps else format_duration(length),
        chunks,
    )


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{format_count(count)} steps"
