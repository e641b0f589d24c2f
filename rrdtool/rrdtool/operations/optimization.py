"""How far a recording's chunks are from as few as they could be, told from its manifests alone.

Chunks can be joined when they belong to one entity and have the same timelines; what they hold does
not matter. Joining goes on until a chunk reaches the target size. So a group of chunks of together
`s` bytes (uncompressed) needs at least `ceil(s / target)` chunks, and never more than it has.
Static chunks are left alone and do not count, nor do chunks without any data. The numbers are
those of the reference's `rrd stats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, compress

from rrdformats.manifest import Manifest

__all__ = ["TARGET_SIZE", "Optimization", "analyze"]

TARGET_SIZE = 2 << 20
"""Uncompressed size at which a chunk is large enough for storage (bytes)."""

_MANY = 200
"""Excess chunks from which on optimizing pays, if it also halves the number of chunks."""

_ID = 16  # bytes of a chunk id

_Group = tuple[str, tuple[str, ...]]
"""Entity path and names of timelines: what chunks must share to be joined."""


@dataclass(frozen=True, slots=True)
class Optimization:
    """Chunks as they are, against the fewest that could hold the same rows.

    Attributes:
        chunks: Temporal chunks.
        lower_bound: The fewest that they could be joined to; 0 without temporal chunks.
        excess: Chunks above that bound.
        advised: Whether optimizing pays: the excess is large and at least half of all chunks.
        target_size: The chunk size that the bound assumes (bytes).
    """

    chunks: int
    lower_bound: int
    excess: int
    advised: bool
    target_size: int


def analyze(manifests: Iterable[Manifest], target_size: int = TARGET_SIZE) -> Optimization:
    """Counts what joining could save in one store.

    Args:
        manifests: All manifests of the store, one per stream; a chunk that is listed more than
            once counts once, as listed last.
        target_size: Size that a chunk should reach (bytes).
    """
    counts: Counter[_Group] = Counter()
    totals: Counter[_Group] = Counter()
    for manifest, rows in _without_repetitions(list(manifests)):
        _add_groups(manifest, rows, counts, totals)
    chunks = sum(counts.values())
    bound = sum(
        max(1, min(count, -(-totals[group] // target_size))) for group, count in counts.items()
    )
    excess = chunks - bound
    return Optimization(chunks, bound, excess, excess >= max(_MANY, bound), target_size)


def _without_repetitions(manifests: list[Manifest]) -> Iterator[tuple[Manifest, list[int] | None]]:
    """Each manifest with the rows to count; None for all, as nearly always."""
    ids = [_ids(manifest) for manifest in manifests]
    if len(set(chain(*ids))) == sum(map(len, ids)):
        yield from ((manifest, None) for manifest in manifests)
        return
    seen: set[bytes] = set()
    for manifest, listed in reversed(list(zip(manifests, ids, strict=True))):
        rows = []
        for row in reversed(range(len(listed))):
            if listed[row] not in seen:
                seen.add(listed[row])
                rows.append(row)
        yield manifest, rows


def _ids(manifest: Manifest) -> list[bytes]:
    raw = bytes(manifest.chunk_id)
    return [raw[start : start + _ID] for start in range(0, len(raw), _ID)]


def _add_groups(
    manifest: Manifest, rows: list[int] | None, counts: Counter[_Group], totals: Counter[_Group]
) -> None:
    """Adds number and size of the manifest's temporal chunks, group by group."""
    masks = _timed(manifest)
    found: dict[tuple[str | int, ...], list[int]] = {}
    chunks: Iterable[tuple[str | int, ...]] = zip(manifest.entity_path, *masks, strict=True)
    sizes: Iterable[int] = manifest.byte_size_uncompressed
    if rows is not None:
        every = list(chunks)
        chunks = [every[row] for row in rows]
        sizes = [manifest.byte_size_uncompressed[row] for row in rows]
    for chunk, size in zip(chunks, sizes, strict=True):
        entry = found.get(chunk)
        if entry is None:
            entry = found[chunk] = [0, 0]
        entry[0] += 1
        entry[1] += size
    names = [timeline.name for timeline in manifest.timelines]
    for (path, *present), (count, size) in found.items():
        if any(present):  # otherwise static, or without any data
            group = (str(path), tuple(compress(names, present)))
            counts[group] += count
            totals[group] += size


def _timed(manifest: Manifest) -> list[bytes]:
    """For each timeline one byte per chunk, 1 where the chunk has data with a time on it."""
    length = len(manifest)
    everywhere = int.from_bytes(bytes([1]) * length, "little")
    found = {timeline.name: 0 for timeline in manifest.timelines}
    for (name, _), bounds in manifest.component_bounds.items():
        if found.get(name, everywhere) != everywhere:
            exists = bounds.exists
            found[name] |= everywhere if exists is None else int.from_bytes(exists, "little")
    return [mask.to_bytes(length, "little") for mask in found.values()]
