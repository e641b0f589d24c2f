"""What message headers and footers say of chunks, held against the chunks themselves.

A message's header is damaged as easily as the chunk in it, but only repeats what that says: it can
be made anew. A footer has a checksum: where it is intact and a chunk says something else, it is the
chunk that has been altered.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import read_blocks
from rrdformats.contents import Contents
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.framing import CrateVersion, StreamHeader
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.limits import Limits
from rrdformats.manifest import Manifest, TimeBounds
from rrdformats.migrations import migrate_descriptor
from rrdformats.source import Source

__all__ = ["UNTRUSTED", "altered_chunks", "distrust_headers", "id_keys", "wrong_headers"]

UNTRUSTED = StreamHeader(CrateVersion(0, 24, 0))
"""Header of a stream whose message headers are not taken to be complete: copies get new ones."""

_COMPLETE_SINCE = (0, 25, 0)
_MULTIPLIER = np.uint64(0x9E37_79B9_7F4A_7C15)


def distrust_headers(contents: Contents) -> None:
    """Has every message header made anew when chunks are copied."""
    for stream in contents.streams:
        stream.header = UNTRUSTED


def wrong_headers(source: Source, contents: Contents, limits: Limits) -> int:
    """How many messages say something else of their chunk than that does.

    Args:
        source: A seekable source without gaps.
        contents: What it holds, from reading it front to back.
        limits: Bounds for what is parsed.
    """
    known = _Known(contents)
    wrong = 0
    for block in read_blocks(source, limits=limits, on_damage=lambda _: None, payloads=False):
        if block.stream.header.version.release >= _COMPLETE_SINCE:
            headers = parse_headers(block, limits)
            starts = np.asarray(block.starts, np.int64)[headers.messages] + block.offset
            wrong += known.count_wrong(starts, headers)
    return wrong


class _Known:
    """What chunks say of themselves, by where their messages start in the source."""

    def __init__(self, contents: Contents) -> None:
        starts = [np.zeros(0, np.int64)]
        ids = [np.zeros((0, 16), np.uint8)]
        static = [np.zeros(0, np.bool_)]
        for item in contents.manifests:
            manifest = item.manifest
            starts.append(np.asarray(manifest.byte_offset, np.int64) + item.stream.offset)
            ids.append(np.frombuffer(manifest.chunk_id, np.uint8).reshape(-1, 16))
            static.append(np.asarray(manifest.is_static, np.bool_))
        order = np.argsort(np.concatenate(starts))
        self._starts = np.concatenate(starts)[order]
        self._ids = np.concatenate(ids)[order]
        self._static = np.concatenate(static)[order]

    def count_wrong(self, starts: npt.NDArray[np.int64], headers: ArrowHeaders) -> int:
        place = np.searchsorted(self._starts, starts)
        there = place < len(self._starts)
        there[there] = self._starts[place[there]] == starts[there]
        mine = place[there]
        wrong = (headers.chunk_id[there] != self._ids[mine]).any(axis=1)
        wrong |= headers.is_static[there] != self._static[mine]
        return int(wrong.sum())


def altered_chunks(listed: Manifest, found: Manifest) -> int:
    """How many chunks say something else than an intact footer says of them.

    A component of an entity that the footer does not know counts as one chunk, if all else agrees.

    Args:
        listed: A manifest of the footer.
        found: The manifest that was made of the chunks that can be read.
    """
    keys, others = id_keys(listed.chunk_id), id_keys(found.chunk_id)
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys[order], others), max(len(keys) - 1, 0))
    right = np.flatnonzero(keys[order[place]] == others) if len(keys) else place[:0]
    left = order[place[right]]
    wrong = np.zeros(len(left), np.bool_)
    for name in ("is_static", "num_rows"):
        mine, theirs = (np.asarray(getattr(manifest, name)) for manifest in (listed, found))
        wrong |= mine[left] != theirs[right]
    for timeline in listed.timelines.keys() | found.timelines.keys():
        one, other = listed.timelines.get(timeline), found.timelines.get(timeline)
        has_one, has_other = _has_times(listed, one)[left], _has_times(found, other)[right]
        wrong |= has_one != has_other
        if one is None or other is None:
            continue
        for its, ours in ((one.start, other.start), (one.end, other.end)):
            differ = np.asarray(its, np.int64)[left] != np.asarray(ours, np.int64)[right]
            wrong |= differ & has_one
    return max(int(wrong.sum()), len(_columns(found) - _columns(listed)))


def id_keys(ids: memoryview | bytes) -> npt.NDArray[np.uint64]:
    """A number for each chunk id; different ones have the same once in 2^64."""
    words = np.frombuffer(ids, ">u8").astype(np.uint64).reshape(-1, 2)
    return words[:, 0] * _MULTIPLIER + words[:, 1]


def _columns(manifest: Manifest) -> set[tuple[str, ComponentDescriptor | None, bool]]:
    """Entity, component and staticness of each column, in today's names."""
    return {
        (path, migrate_descriptor(descriptor), "rerun:is_static" in field.metadata)
        for path, descriptor, field in manifest.entity_columns()
    }


def _has_times(manifest: Manifest, bounds: TimeBounds | None) -> npt.NDArray[np.bool_]:
    """Which chunks have rows and times within `bounds`."""
    has: npt.NDArray[np.bool_] = np.asarray(manifest.num_rows) > 0
    if bounds is None:
        return np.zeros(len(has), np.bool_)
    return has if bounds.exists is None else has & np.frombuffer(bounds.exists, np.bool_)
