"""The ledger of a recovery: per entity and timeline, what was kept and what was lost.

What was kept is what the manifests of the output list. What was lost is known exactly where a
footer of the damaged file still lists its chunks; otherwise as far as the chunks' remains tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rrdformats.manifest import Manifest
from rrdformats.messages import StoreId
from rrdformats.timeline import TimeKind, Timeline
from rrdtool.operations.recovery.remains import Remains

__all__ = ["Ledger", "LedgerRow", "Tally"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"
_Key: TypeAlias = "tuple[StoreId, str, Timeline | None]"


@dataclass(slots=True)
class Tally:
    """Some chunks of an entity that have a timeline.

    Attributes:
        chunks: How many.
        rows: Their rows, as far as known.
        uncounted_chunks: Chunks among them whose rows are not known.
        bytes: Bytes of their messages.
        start: Their first time, as far as known.
        end: Their last time.
    """

    chunks: int = 0
    rows: int = 0
    uncounted_chunks: int = 0
    bytes: int = 0
    start: int | None = None
    end: int | None = None

    def add(self, other: Tally) -> None:
        """Counts some more chunks."""
        self.chunks += other.chunks
        self.rows += other.rows
        self.uncounted_chunks += other.uncounted_chunks
        self.bytes += other.bytes
        for mine, theirs, outer in (("start", other.start, min), ("end", other.end, max)):
            known = getattr(self, mine)
            if theirs is not None:
                setattr(self, mine, theirs if known is None else outer(known, theirs))


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of the rows of one entity on one timeline.

    Attributes:
        store: The store.
        entity: The entity.
        timeline: The timeline; None for chunks that are static, or of unknown timelines.
        kind: What its times count.
        kept: What is in the output.
        lost: What is not.
    """

    store: str
    entity: str
    timeline: str | None
    kind: TimeKind | None
    kept: Tally = field(default_factory=Tally)
    lost: Tally = field(default_factory=Tally)


class Ledger:
    """Collects what was kept and what was lost."""

    def __init__(self) -> None:
        self._rows: dict[_Key, LedgerRow] = {}
        self.kept: Tally = Tally()
        """All chunks that were kept, each once; it has no times."""
        self.lost: Tally = Tally()
        """All chunks that are known to be lost, each once."""

    @property
    def rows(self) -> list[LedgerRow]:
        """One row per store, entity and timeline, in this order."""
        return [self._rows[key] for key in sorted(self._rows, key=_order)]

    def keep(self, manifest: Manifest, chosen: _Ints, store_id: StoreId) -> None:
        """Notes chunks that were kept.

        Args:
            manifest: A manifest that lists them.
            chosen: Which of its rows.
            store_id: Their store in the output.
        """
        self.kept.add(_total(manifest, chosen))
        for key, tally in _tallies(manifest, chosen, store_id).items():
            self._row(key).kept.add(tally)

    def lose(self, manifest: Manifest, chosen: _Ints) -> None:
        """Notes chunks that a manifest lists, and that are lost."""
        self.lost.add(_total(manifest, chosen))
        for key, tally in _tallies(manifest, chosen, manifest.store_id).items():
            self._row(key).lost.add(tally)

    def lose_remains(self, remains: Remains, size: int) -> None:
        """Notes a chunk of `size` bytes that is lost, and that no manifest lists."""
        known = remains.rows
        tally = Tally(1, known or 0, int(known is None), size)
        self.lost.add(tally)
        if remains.store is not None and remains.entity is not None:
            for timeline in remains.timelines or (None,):
                self._row((remains.store, remains.entity, timeline)).lost.add(tally)

    def _row(self, key: _Key) -> LedgerRow:
        found = self._rows.get(key)
        if found is None:
            store, entity, line = key
            name, kind = (None, None) if line is None else (line.name, line.kind)
            found = self._rows[key] = LedgerRow(str(store), entity, name, kind)
        return found


def _order(key: _Key) -> tuple[str, str, str]:
    store, entity, timeline = key
    return str(store), entity, "" if timeline is None else timeline.name


def _total(manifest: Manifest, chosen: _Ints) -> Tally:
    rows = int(np.asarray(manifest.num_rows, np.int64)[chosen].sum())
    size = int(np.asarray(manifest.byte_size, np.int64)[chosen].sum())
    return Tally(len(chosen), rows, 0, size)


def _tallies(manifest: Manifest, chosen: _Ints, store_id: StoreId) -> dict[_Key, Tally]:
    """Tallies of some rows of a manifest by entity and timeline."""
    names, codes = manifest.entity_codes
    entity = np.frombuffer(codes, np.int32)[chosen].astype(np.int64)
    rows = np.asarray(manifest.num_rows, np.int64)[chosen]
    sizes = np.asarray(manifest.byte_size, np.int64)[chosen]
    found: dict[_Key, Tally] = {}
    timed = np.zeros(len(chosen), np.bool_)
    for timeline, bounds in manifest.timelines.items():
        there = np.ones(len(chosen), np.bool_)
        if bounds.exists is not None:
            there = np.frombuffer(bounds.exists, np.bool_)[chosen]
        timed |= there
        starts = np.asarray(bounds.start, np.int64)[chosen]
        ends = np.asarray(bounds.end, np.int64)[chosen]
        for code, mine in _by_entity(entity, there):
            tally = Tally(len(mine), int(rows[mine].sum()), 0, int(sizes[mine].sum()))
            filled = mine[rows[mine] > 0]
            if len(filled):
                tally.start, tally.end = int(starts[filled].min()), int(ends[filled].max())
            found[store_id, names[code], timeline] = tally
    for code, mine in _by_entity(entity, ~timed):
        tally = Tally(len(mine), int(rows[mine].sum()), 0, int(sizes[mine].sum()))
        found[store_id, names[code], None] = tally
    return found


def _by_entity(entity: _Ints, chosen: npt.NDArray[np.bool_]) -> list[tuple[int, _Ints]]:
    """For each entity among the chosen chunks, which of them are its own."""
    places = np.flatnonzero(chosen)
    order = places[np.argsort(entity[places], kind="stable")]
    codes, starts = np.unique(entity[order], return_index=True)
    return list(zip(codes.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else []
