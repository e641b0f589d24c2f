"""Video streams: where groups of pictures begin, and whether the keyframe flags say so, too.

A frame can only be shown after the frames since the last keyframe have been decoded, so chunks that
begin at keyframes can be fetched each on its own. Where keyframes are only the frames tell; they
are looked at once, before anything is planned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdformats.chunk import Chunk, index_values, row_ids_as_integers
from rrdformats.chunk_edits import derived_ids
from rrdformats.descriptors import ComponentDescriptor
from rrdtool.operations.optimizing.bitstreams import KEYFRAME_TESTS
from rrdtool.operations.optimizing.chunk_table import ChunkTable
from rrdtool.operations.optimizing.groups import ALONE, Atoms, Group
from rrdtool.operations.optimizing.reading import Arrival, Reader
from rrdtool.operations.optimizing.rows import Rows, joined, made_chunk, sorting
from rrdtool.operations.optimizing.settings import Settings

__all__ = ["SAMPLE", "Videos", "keyframes", "look_at_videos"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]
_Array: TypeAlias = Any  # pyarrow's array classes share no typed interface for their buffers

SAMPLE, _CODEC = "VideoStream:sample", "VideoStream:codec"
_FLAG = ComponentDescriptor(ALONE, "rerun.archetypes.VideoStream", "rerun.components.IsKeyframe")

_SHOWN = 5
"""Times of wrong flags that a note names."""


@dataclass(slots=True)
class Videos:
    """What was found out about the video streams of a store.

    Attributes:
        codecs: The codec of groups of which it is known, by the number of the group.
        leaning: Chunks that do not begin with a keyframe, and go with the one before.
        dropped: Chunks of which nothing is kept, because their flags are wrong.
        flags: New chunks of keyframe flags.
        notes: What a person should know.
    """

    codecs: dict[int, int] = field(default_factory=dict)
    leaning: _Mask = field(default_factory=lambda: np.zeros(0, np.bool_))
    dropped: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    flags: list[Chunk] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def keyframes(samples: pa.Array[Any], codec: int) -> _Mask:
    """Which rows of a `VideoStream:sample` column start a group of pictures."""
    test = KEYFRAME_TESTS[codec]
    found = (frame is not None and test(frame) for frame in _frames(samples))
    return np.fromiter(found, np.bool_, len(samples))


def look_at_videos(
    table: ChunkTable, atoms: Atoms, reader: Reader, settings: Settings
) -> tuple[Atoms, Videos]:
    """Finds the keyframes of all video streams.

    Args:
        table: The chunks.
        atoms: What is merged.
        reader: Reads the frames.
        settings: Whether that is wanted, and whether wrong flags are replaced.

    Returns:
        The atoms, without those of flags that are replaced, and what was found.
    """
    videos = Videos(leaning=np.zeros(len(table), np.bool_))
    entities: dict[str, list[int]] = {}
    for number, group in enumerate(atoms.groups):
        if settings.rebatch_videos and group.timelines and _holds(group, SAMPLE):
            entities.setdefault(group.entity, []).append(number)
    for entity, numbers in entities.items():
        codec = _codec(table, entity, reader)
        if codec is None or codec not in KEYFRAME_TESTS:
            said = "its codec is not known" if codec is None else f"no codec is called {codec}"
            videos.notes.append(f"{entity}: left without looking for keyframes, because {said}")
            continue
        streams = [_look(table, atoms, number, codec, reader, videos) for number in numbers]
        atoms = _compare_flags(table, atoms, entity, streams, reader, settings, videos)
    return atoms, videos


def _holds(group: Group, component: str) -> bool:
    return any(descriptor.component == component for descriptor in group.components)


def _codec(table: ChunkTable, entity: str, reader: Reader) -> int | None:
    """The codec of an entity: of its first static chunk that says one, else of its first chunk."""
    named = np.array([any(d.component == _CODEC for d in held) for held in table.components])
    of_entity = table.entity == table.entities.index(entity)
    holding = np.flatnonzero(of_entity & named[table.layout])
    for chunk in holding[np.argsort(~table.is_static[holding], kind="stable")].tolist():
        for arrivals, _ in reader.windows(np.array([chunk])):
            for arrival in arrivals:
                for lists in arrival.named(_CODEC):
                    values = lists.flatten().drop_null()
                    if len(values) and pa.types.is_integer(values.type):
                        return int(values[0].as_py())
    return None


@dataclass(frozen=True, slots=True)
class _Stream:
    """The keyframes of a group: rows of flags, one for each, in order."""

    group: Group
    flags: Rows | None

    @property
    def times(self) -> _Ints:
        """When they are, on the first timeline of the group."""
        return np.zeros(0, np.int64) if self.flags is None else index_values(self.flags.times[0])


def _look(
    table: ChunkTable, atoms: Atoms, number: int, codec: int, reader: Reader, videos: Videos
) -> _Stream:
    """Looks at all frames of a group."""
    group = atoms.groups[number]
    videos.codecs[number] = codec
    found: list[Rows] = []
    for arrivals, _ in reader.windows(np.unique(atoms.chunk[atoms.group == number])):
        for arrival in arrivals:
            is_key = np.zeros(arrival.group.batch.num_rows, np.bool_)
            for samples in arrival.named(SAMPLE):
                is_key |= keyframes(samples, codec)
            times = arrival.times(table.timelines[line] for line in group.timelines)
            earliest = index_values(times[0]).reshape(-1, arrival.group.rows).argmin(axis=1)
            begins = is_key.reshape(-1, arrival.group.rows)[np.arange(len(earliest)), earliest]
            videos.leaning[arrival.chunks[~begins]] = True
            found.append(_flag_rows(arrival, times, np.flatnonzero(is_key)))
    if not any(map(len, found)):
        return _Stream(group, None)
    flags = joined([rows for rows in found if len(rows)])
    places = sorting(flags.keys())
    return _Stream(group, flags if places is None else flags.take(places))


def _flag_rows(arrival: Arrival, times: list[pa.Array[Any]], places: _Ints) -> Rows:
    """Flags for the rows at `places`."""
    index = array_of(places)
    member = np.repeat(arrival.chunks, arrival.group.rows)[places]
    ids = row_ids_as_integers(arrival.group.batch.column(0).take(index)).astype(">u8")
    new_ids = derived_ids(ids.view(np.uint8).reshape(-1, 16), ALONE.encode())
    row_ids = pa.Array.from_buffers(pa.binary(16), len(places), [None, buffer_of(new_ids)])
    flags = pa.array([[True]] * len(places), pa.list_(pa.bool_()))
    held = dict.fromkeys(member.tolist(), frozenset([_FLAG]))
    return Rows(member, row_ids, [line.take(index) for line in times], {_FLAG: flags}, held)


def _compare_flags(
    table: ChunkTable,
    atoms: Atoms,
    entity: str,
    streams: list[_Stream],
    reader: Reader,
    settings: Settings,
    videos: Videos,
) -> Atoms:
    """Adds flags to an entity that has none, and checks those of one that has."""
    numbers = [
        number
        for number, group in enumerate(atoms.groups)
        if group.entity == entity and _holds(group, ALONE) and (atoms.group == number).any()
    ]
    if numbers:
        keys = np.unique(np.concatenate([stream.times for stream in streams]))
        chunks = np.unique(atoms.chunk[np.isin(atoms.group, numbers)])
        wrong = _wrong(table, streams[0].group.timelines[0], keys, chunks, reader)
        if wrong is None:
            videos.notes.append(f"{entity}: the keyframe flags have other times than the frames")
            return atoms
        if not len(wrong):
            return atoms
        if not settings.fix_keyframe:
            videos.notes.append(_complaint(entity, wrong))
            return atoms
        atoms = _without(atoms, numbers, chunks, videos)
    added = 0
    for stream in streams:
        if stream.flags is not None:
            added += len(stream.flags)
            videos.flags += _flag_chunks(table, stream.group, stream.flags, settings)
    verb = "replaced by" if numbers else "added:"
    if added or numbers:
        videos.notes.append(f"{entity}: keyframe flags {verb} {added}")
    return atoms


def _wrong(
    table: ChunkTable, line: int, keys: _Ints, chunks: _Ints, reader: Reader
) -> _Ints | None:
    """Times at which flags are wrong; None if they do not have the timeline."""
    said: list[_Ints] = []
    denied: list[_Ints] = []
    for arrivals, _ in reader.windows(chunks):
        for arrival in arrivals:
            if table.timelines[line] not in arrival.group.schema.timelines:
                return None
            times = index_values(arrival.times([table.timelines[line]])[0])
            for lists in arrival.named(ALONE):
                values = pc.list_parent_indices(lists).to_numpy(), lists.flatten()
                for flag, told in ((True, said), (False, denied)):
                    told.append(
                        times[values[0][values[1].fill_null(not flag).to_numpy(False) == flag]]
                    )
    yes, no = (np.concatenate([*told, np.zeros(0, np.int64)]) for told in (said, denied))
    return np.union1d(np.setxor1d(yes, keys), np.intersect1d(no, keys))


def _complaint(entity: str, wrong: _Ints) -> str:
    shown = ", ".join(map(str, wrong[:_SHOWN].tolist())) + (", …" if len(wrong) > _SHOWN else "")
    count = f"{len(wrong)} time{'' if len(wrong) == 1 else 's'}"
    return f"{entity}: keyframe flags are wrong at {count} ({shown}); --fix-keyframe replaces them"


def _without(atoms: Atoms, numbers: list[int], chunks: _Ints, videos: Videos) -> Atoms:
    """The atoms without those of some groups; chunks that are in no other group are dropped."""
    kept = atoms.take(np.flatnonzero(~np.isin(atoms.group, numbers)))
    videos.dropped = np.union1d(videos.dropped, np.setdiff1d(chunks, kept.chunk))
    return kept


def _flag_chunks(
    table: ChunkTable, group: Group, flags: Rows, settings: Settings
) -> Iterator[Chunk]:
    timelines = [table.timelines[line] for line in group.timelines]
    for start in range(0, len(flags), settings.max_rows):
        rows = flags.slice(start, min(start + settings.max_rows, len(flags)))
        yield made_chunk(group.entity, timelines, rows, table.ids[np.unique(rows.member)])


def _frames(samples: _Array) -> Iterator[bytes | None]:
    """The first blob of each row; None where there is none, or it is no bytes."""
    blobs = samples.values
    data, bounds = _bytes_of(blobs)
    starts = samples.offsets.to_numpy()
    lacking = samples.is_null().to_numpy(zero_copy_only=False) | (np.diff(starts) == 0)
    for place, is_lacking in zip(starts[:-1].tolist(), lacking.tolist(), strict=True):
        yield None if is_lacking else bytes(data[bounds[place] : bounds[place + 1]])


def _bytes_of(blobs: _Array) -> tuple[memoryview, list[int]]:
    """All bytes of blobs behind each other, and where each begins and ends."""
    kind = blobs.type
    if pa.types.is_list(kind) and pa.types.is_uint8(kind.value_type):
        offsets, values = blobs.offsets.to_numpy(), blobs.values
        data = memoryview(values.buffers()[1] or b"")[values.offset :]
    elif pa.types.is_binary(kind) and len(blobs):
        _, places, content = blobs.buffers()
        offsets = np.frombuffer(places, np.int32, len(blobs) + 1, 4 * blobs.offset)
        data = memoryview(content or b"")
    else:
        offsets, data = np.zeros(len(blobs) + 1, np.int32), memoryview(b"")
    return data, offsets.tolist()
