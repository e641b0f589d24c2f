"""Chunks that occur more than once: of those with one id in one store, the first one is kept.

Usually they are the same chunk, read from two copies. Where their bytes differ they are decoded and
compared: another release writes the same chunk in other bytes. What is left are chunks that
different data goes by one id of; that data is lost, and counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from rrdformats.blocks import Block
from rrdformats.chunk import Chunk
from rrdformats.copying import ChunkFrames
from rrdformats.decode import ChunkDecoder
from rrdformats.errors import RrdError
from rrdformats.headers import parse_headers
from rrdformats.spans import read_window, windows
from rrdtool.operations.edit_plan import EditPlan, Share

__all__ = ["Duplicates", "drop_duplicates"]

_Ints = npt.NDArray[np.int64]

_MULTIPLIER = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Chunks whose id occurred before in the same store, and that are left out.

    Attributes:
        chunks: How many.
        rows: Their rows.
        differing: How many of them hold other data than the one that stays.
    """

    chunks: int = 0
    rows: int = 0
    differing: int = 0


def drop_duplicates(plan: EditPlan) -> Duplicates:
    """Keeps of chunks with one id the first one, in each store."""
    chunks = row_count = differing = 0
    for store in plan.stores.values():
        for share, rows, first, first_rows in _duplicates(store.shares):
            chunks += len(rows)
            row_count += int(np.asarray(share.item.manifest.num_rows, np.int64)[rows].sum())
            differing += _differing(share, rows, first, first_rows)
    for store in plan.stores.values():
        _drop_later(store.shares)
    return Duplicates(chunks, row_count, differing)


def _later_ones(shares: list[Share]) -> tuple[_Ints, _Ints]:
    """Which chunks, counted through all shares, repeat another one; and which one that is."""
    nothing = np.zeros(0, np.int64)
    if not sum(len(share.rows) for share in shares):
        return nothing, nothing
    identities = np.concatenate([share.identities() for share in shares])
    keys = identities[:, 0] * _MULTIPLIER + identities[:, 1]  # rarely equal for different ones
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(keys[order][1:] == keys[order][:-1]) + 1
    if not len(again):
        return nothing, nothing
    first_of: dict[bytes, int] = {}
    later: list[tuple[int, int]] = []
    for place in np.unique(np.concatenate((order[again], order[again - 1]))).tolist():
        first = first_of.setdefault(identities[place].tobytes(), place)
        if first != place:
            later.append((place, first))
    pairs = np.array(later, np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _ends(shares: list[Share]) -> _Ints:
    return np.cumsum([len(share.rows) for share in shares])


def _duplicates(shares: list[Share]) -> Iterator[tuple[Share, _Ints, Share, _Ints]]:
    """Chunks that repeat an id: share and rows, and share and rows of those that had it first."""
    later, first = _later_ones(shares)
    ends = _ends(shares)
    starts = ends - [len(share.rows) for share in shares]
    of_later = np.searchsorted(ends, later, "right")
    of_first = np.searchsorted(ends, first, "right")
    for mine, theirs in sorted(set(zip(of_later.tolist(), of_first.tolist(), strict=True))):
        chosen = (of_later == mine) & (of_first == theirs)
        yield (
            shares[mine],
            shares[mine].rows[later[chosen] - starts[mine]],
            shares[theirs],
            shares[theirs].rows[first[chosen] - starts[theirs]],
        )


def _drop_later(shares: list[Share]) -> None:
    later, _ = _later_ones(shares)
    if len(later):
        kept = np.ones(sum(len(share.rows) for share in shares), np.bool_)
        kept[later] = False
        for share, mask in zip(shares, np.split(kept, _ends(shares)[:-1]), strict=True):
            share.rows = share.rows[mask]


def _differing(share: Share, rows: _Ints, other: Share, other_rows: _Ints) -> int:
    """How many of the chunks do not say the same as their counterparts."""
    if _is_same_file(share, other) and np.array_equal(
        _offsets(share, rows), _offsets(other, other_rows)
    ):
        return 0
    suspects = _payload_hashes(share, rows) != _payload_hashes(other, other_rows)
    pairs = zip(rows[suspects], other_rows[suspects], strict=True)
    return sum(not _says_the_same(share, mine, other, theirs) for mine, theirs in pairs)


def _says_the_same(share: Share, row: np.int64, other: Share, other_row: np.int64) -> bool:
    """Whether two chunks are equal once they are decoded and written in the same way."""
    mine, theirs = _decoded(share, row), _decoded(other, other_row)
    return mine is not None and theirs is not None and mine.encode() == theirs.encode()


def _decoded(share: Share, row: np.int64) -> Chunk | None:
    """One chunk; None if it cannot be read, which is reported where it is copied."""
    block = _block(share, ChunkFrames.of(share.item, np.array([row])))
    try:
        for group in ChunkDecoder(share.origin.recording.limits).decode(block).groups:
            return group.chunk(0)
    except RrdError:
        pass
    return None


def _offsets(share: Share, rows: _Ints) -> _Ints:
    offsets = np.asarray(share.item.manifest.byte_offset, np.int64)[rows]
    return offsets + share.item.stream.offset


def _is_same_file(one: Share, other: Share) -> bool:
    left, right = one.origin.source.descriptor, other.origin.source.descriptor
    if left is None or right is None:
        return one.origin is other.origin
    return os.path.samestat(os.fstat(left), os.fstat(right))


def _payload_hashes(share: Share, rows: _Ints) -> npt.NDArray[np.uint64]:
    """A digest of the payload of each chunk, along `rows`."""
    frames = ChunkFrames.of(share.item, rows)
    found = np.zeros(len(share.item.manifest), np.uint64)
    for part in windows(frames.starts, frames.ends):
        run = frames[part]
        block = _block(share, run)
        headers = parse_headers(block, share.origin.recording.limits)
        if headers.errors:
            raise headers.errors[0][1]
        spans = zip(headers.payload_start.tolist(), headers.payload_end.tolist(), strict=True)
        found[run.rows] = [xxhash.xxh3_64_intdigest(block.data[a:b]) for a, b in spans]
    return found[rows]


def _block(share: Share, frames: ChunkFrames) -> Block:
    return read_window(share.origin.source, share.item.stream, frames.starts, frames.ends)
