"""What a decoder needs of a video stream to show it from some time on: frames since a keyframe.

Such frames keep their times: a decoder takes one frame after the other. Which frames are keyframes
is told from the frames themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import Chunk
from rrdformats.chunk_edits import derived_ids
from rrdformats.timeline import MIN_TIME
from rrdformats.tuid import Tuid
from rrdtool.operations.edit_plan import Share
from rrdtool.operations.edit_reading import OnDamage, read_chunks
from rrdtool.operations.last_values import Candidates
from rrdtool.operations.optimizing.bitstreams import KEYFRAME_TESTS
from rrdtool.operations.optimizing.videos import keyframes

__all__ = ["VideoStarts", "video_starts"]

_Ints = npt.NDArray[np.int64]

_SAMPLE, _FLAG = "VideoStream:sample", "VideoStream:is_keyframe"
_CODEC = "VideoStream:codec"


@dataclass(slots=True)
class VideoStarts:
    """Frames before a time that are needed to show what comes after it.

    Attributes:
        chunks: The frames, and their flags.
        covered: Entities and components of which nothing else before the time is needed.
        unknown: Entities whose keyframes cannot be told.
    """

    chunks: list[Chunk] = field(default_factory=list)
    covered: set[tuple[str, str]] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """A chunk with frames: where it is listed, and between which times they are."""

    share: Share
    row: int
    start: int
    end: int

    def read(self, on_damage: OnDamage | None) -> Chunk | None:
        return next(read_chunks(self.share, np.array([self.row]), on_damage), None)


def video_starts(
    shares: list[Share], timeline: str, at: int, on_damage: OnDamage | None = None
) -> VideoStarts:
    """The frames from the last keyframe at or before a time up to that time.

    Args:
        shares: The chunks of one recording.
        timeline: The timeline of the time.
        at: The time.
        on_damage: Told of chunks that cannot be read; without it they are raised.

    Raises:
        InputError: If a chunk cannot be read, without `on_damage`.
    """
    places: dict[str, dict[str, list[_Place]]] = {_SAMPLE: {}, _FLAG: {}}
    for share in shares:
        for item in Candidates.of(share, timeline, at):
            of_entity = places.get(item.descriptor.component)
            rows = zip(item.rows.tolist(), item.start.tolist(), item.end.tolist(), strict=True)
            for entity, found in zip(item.entities, rows, strict=True):
                if of_entity is not None:
                    of_entity.setdefault(entity, []).append(_Place(share, *found))
    starts = VideoStarts()
    for entity, samples in places[_SAMPLE].items():
        codec = _codec(shares, entity, on_damage)
        keyframe = _last_keyframe(samples, timeline, at, codec, on_damage)
        if keyframe is None:
            starts.unknown.append(entity)
            continue
        starts.covered |= {(entity, _SAMPLE), (entity, _FLAG)}
        for component, those in ((_SAMPLE, samples), (_FLAG, places[_FLAG].get(entity, []))):
            starts.chunks += _between(those, component, timeline, keyframe, at, on_damage)
    return starts


def _codec(shares: list[Share], entity: str, on_damage: OnDamage | None) -> int | None:
    """The codec that an entity names anywhere, static or not."""
    for share in shares:
        manifest = share.item.manifest
        names, codes = manifest.entity_codes
        if entity not in names:
            continue
        of_entity = np.frombuffer(codes, np.int32) == names.index(entity)
        holding = np.zeros(len(manifest), np.bool_)
        for old, held in manifest.static_components.items():
            if old.component == _CODEC:
                holding |= np.asarray(held, np.bool_)
        for (_, old), bounds in manifest.component_bounds.items():
            if old.component == _CODEC and bounds.num_rows is not None:
                holding |= np.asarray(bounds.num_rows, np.int64) > 0
        for row in np.flatnonzero(of_entity & holding).tolist():
            for chunk in read_chunks(share, np.array([row]), on_damage):
                for descriptor, lists in chunk.components.items():
                    if descriptor.component == _CODEC:
                        found = [value for cell in lists.to_pylist() for value in cell or ()]
                        if found:
                            return int(found[0])
    return None


def _last_keyframe(
    places: list[_Place], timeline: str, at: int, codec: int | None, on_damage: OnDamage | None
) -> int | None:
    """The time of the last keyframe at or before a time; chunks are read from the last one on."""
    if codec is None or codec not in KEYFRAME_TESTS:
        return None
    found: int | None = None
    for place in sorted(places, key=lambda place: -place.end):
        if found is not None and place.end < found:
            break
        chunk = place.read(on_damage)
        if chunk is None:
            continue
        times = chunk.times(timeline)
        for descriptor, lists in chunk.components.items():
            if descriptor.component == _SAMPLE:
                keys = times[keyframes(lists, codec) & (times <= at)]
                if len(keys):
                    found = max(int(keys.max()), MIN_TIME if found is None else found)
    return found


def _between(
    places: list[_Place],
    component: str,
    timeline: str,
    start: int,
    at: int,
    on_damage: OnDamage | None,
) -> list[Chunk]:
    """What a component says from a time on, and before another one."""
    chunks = []
    for place in places:
        chunk = place.read(on_damage) if place.end >= start and place.start < at else None
        if chunk is None:
            continue
        names = [descriptor.component for descriptor in chunk.schema.descriptors]
        held = chunk.select([names.index(component)])
        times = held.times(timeline)
        values = held.batch.column(held.schema.first_component)
        there = values.is_valid().to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(there & (times >= start) & (times < at))
        if len(rows):
            old_id = np.frombuffer(chunk.id.to_bytes(), np.uint8).reshape(1, 16)
            new_id = derived_ids(old_id, b"before" + component.encode() + rows.tobytes())
            chunks.append(held.take(rows).with_id(Tuid.from_bytes(new_id.tobytes())))
    return chunks
