"""Which chunks of a recording go into which part, when it is divided.

| divided by | a part holds |
|---|---|
| times | rows before, between and behind the times; chunks that reach over one are cut |
| size | chunks in the order of the file, as many as fit |
| entity | the chunks of an entity, or of all beneath one |
| store | one recording, or one blueprint |

What holds at all times (static data, properties, blueprints) goes into every part, or only into the
first. Chunks without a time on the timeline go into the first part. Nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from rrdformats.entity_path import EntityPath
from rrdformats.framing import FRAME_SIZE
from rrdformats.properties import is_property_path
from rrdformats.quantities import format_size
from rrdformats.query import TimeRange
from rrdformats.timeline import MAX_TIME, MIN_TIME
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal
from rrdtool.operations.edit_plan import EditPlan, PlannedStore, Share

__all__ = ["Part", "by_entity", "by_size", "by_store", "by_times"]

_Ints = npt.NDArray[np.int64]

_MARGIN = 4096
"""Bytes that are kept free for headers, store infos and the trailer."""


@dataclass(slots=True)
class Part:
    """One part of a division.

    Attributes:
        plan: What it holds.
        label: What tells it from the others, if its number does not.
        times: The range of times that it holds.
        entity: The entity that it holds.
    """

    plan: EditPlan = field(default_factory=EditPlan)
    label: str | None = None
    times: TimeRange | None = None
    entity: str | None = None

    def add(self, store: PlannedStore, share: Share, rows: _Ints) -> Share | None:
        """Puts chunks of a share into it; what it then has of the share, None for no chunks."""
        if not len(rows):
            return None
        taken = Share(share.origin, share.item, rows, share.edit)
        self.store(store).shares.append(taken)
        return taken

    def store(self, store: PlannedStore) -> PlannedStore:
        """Its share of a store, as yet without chunks."""
        if store.store_id not in self.plan.stores:
            fresh = replace(store, shares=[], chunks=[], origins=list(store.origins))
            self.plan.stores[store.store_id] = fresh
        return self.plan.stores[store.store_id]


def by_times(plan: EditPlan, timeline: str, cuts: list[int], *, once: bool) -> list[Part]:
    """Parts between times.

    Args:
        plan: What is divided.
        timeline: The timeline of the times.
        cuts: The first time of each part but the first, ascending.
        once: Whether what holds at all times goes into the first part only.
    """
    starts, ends = [MIN_TIME, *cuts], [*(cut - 1 for cut in cuts), MAX_TIME]
    ranges = [TimeRange(timeline, *bounds) for bounds in zip(starts, ends, strict=True)]
    parts = [Part(times=times) for times in ranges]
    for store, share, fixed in _shares(plan, parts, once=once):
        first, last, untimed = _span(share, timeline, cuts)
        parts[0].add(store, share, share.rows[untimed & ~fixed])
        timed = ~untimed & ~fixed
        inside = timed & (first == last)
        order = np.flatnonzero(inside)[np.argsort(first[inside], kind="stable")]
        bounds = np.searchsorted(first[order], np.arange(len(parts) + 1))
        across = np.flatnonzero(timed & (first < last))
        for number, part in enumerate(parts):
            cut = across[(first[across] <= number) & (last[across] >= number)]
            rows = np.sort(np.concatenate((order[bounds[number] : bounds[number + 1]], cut)))
            taken = part.add(store, share, share.rows[rows])
            if taken is not None:
                taken.times = ranges[number]
    return parts


def by_size(plan: EditPlan, size: int, *, once: bool) -> list[Part]:
    """Parts of chunks in the order of the file, none larger than `size` (bytes) if chunks allow.

    Args:
        plan: What is divided.
        size: The largest size of a part.
        once: Whether what holds at all times goes into the first part only.

    Raises:
        EditRefusedError: If that leaves no room for chunks.
    """
    parts = [Part()]
    constant = 0
    for store, share, fixed in _shares(plan, parts, once=once):
        constant += int(_costs(share)[fixed].sum())
        parts[0].store(store)
    free = size - _margin(plan) - constant
    if free <= 0:
        told = format_size(size - free)
        raise EditRefusedError(Refusal(f"what is in each part takes {told} alone", "--max-size"))
    used = 0
    for store, share, fixed in _moving(plan):
        rows = share.rows[~fixed]
        ends = np.cumsum(_costs(share)[~fixed])
        begin = before = 0
        while begin < len(rows):
            stop = max(int(np.searchsorted(ends, before + free - used, "right")), begin)
            if stop == begin and not used:
                stop = begin + 1  # larger than a part may be: alone in one
            parts[-1].add(store, share, rows[begin:stop])
            if stop > begin:
                used += int(ends[stop - 1]) - before
                before = int(ends[stop - 1])
            begin = stop
            if begin < len(rows):
                parts.append(Part())
                used = 0
                free = size - _margin(plan) - (0 if once else constant)
    if not once:
        for store, share, fixed in _moving(plan):
            for part in parts[1:]:
                part.add(store, share, share.rows[fixed])
        _copy_blueprints(plan, parts[1:])
    return parts


def by_entity(plan: EditPlan, depth: int | None, *, once: bool) -> list[Part]:
    """A part for each entity, or for all beneath each path of `depth` parts."""
    keys: dict[str, Part] = {}
    for _, share, _ in _moving(plan):
        for name in sorted(share.entities()):
            if not is_property_path(name):
                keys.setdefault(_above(name, depth), Part())
    parts = [keys[key] for key in sorted(keys)] or [Part()]
    for key, part in keys.items():
        part.entity = key
        part.label = "_".join(EntityPath.parse(key).parts) or "root"
    for store, share, _ in _moving(plan):
        names, codes = share.item.manifest.entity_codes
        entity = np.frombuffer(codes, np.int32)[share.rows]
        for number, part in enumerate(parts):
            mine = [
                (number == 0 or not once)
                if is_property_path(name)
                else keys[_above(name, depth)] is part
                for name in names
            ]
            part.add(store, share, share.rows[np.array(mine, np.bool_)[entity]])
    _copy_blueprints(plan, parts[:1] if once else parts)
    return parts


def by_store(plan: EditPlan) -> list[Part]:
    """A part for each recording and each blueprint."""
    parts = []
    for store in plan.stores.values():
        part = Part(label=store.store_id.recording_id)
        part.plan.stores[store.store_id] = store
        parts.append(part)
    if parts:
        parts[0].plan.orphans = plan.orphans
    return parts or [Part()]


def _above(name: str, depth: int | None) -> str:
    return str(EntityPath(EntityPath.parse(name).parts[:depth]))


def _moving(plan: EditPlan) -> Iterator[tuple[PlannedStore, Share, npt.NDArray[np.bool_]]]:
    """The shares of recordings, and which of their chunks hold at all times."""
    for store in plan.stores.values():
        for share in store.shares if store.is_recording else ():
            static = np.asarray(share.item.manifest.is_static, np.bool_)[share.rows]
            yield store, share, static


def _shares(
    plan: EditPlan, parts: list[Part], *, once: bool
) -> Iterator[tuple[PlannedStore, Share, npt.NDArray[np.bool_]]]:
    """The same, once what holds at all times is in the parts that are to have it."""
    having = parts[:1] if once else parts
    _copy_blueprints(plan, having)
    for store, share, fixed in _moving(plan):
        for part in having:
            part.add(store, share, share.rows[fixed])
        yield store, share, fixed


def _copy_blueprints(plan: EditPlan, parts: list[Part]) -> None:
    for part in parts:
        for store in plan.stores.values():
            if not store.is_recording:
                for share in store.shares:
                    part.add(store, share, share.rows)
                part.store(store)
        part.plan.orphans = plan.orphans


def _span(
    share: Share, timeline: str, cuts: list[int]
) -> tuple[_Ints, _Ints, npt.NDArray[np.bool_]]:
    """The first and last part that each chunk has times in, and whether it has none at all."""
    start, end, exists = share.bounds(timeline)
    marks = np.array(cuts, np.int64)
    return np.searchsorted(marks, start, "right"), np.searchsorted(marks, end, "right"), ~exists


def _costs(share: Share) -> _Ints:
    """Bytes that each chunk takes: its frame, and its part of the footer as far as known."""
    manifest, contents = share.item.manifest, share.origin.contents
    sizes = np.asarray(manifest.byte_size, np.int64)[share.rows] + FRAME_SIZE
    told = 3 * len(manifest.component_bounds) + 2 * len(manifest.timelines)
    footer = 8 * (told + len(manifest.static_components)) + 64
    if contents.scan_reason is None and share.origin.source.size is not None:
        manifests = [item.manifest for item in contents.manifests]
        chunks = sum(map(len, manifests))
        held = sum(sum(found.byte_size) for found in manifests) + FRAME_SIZE * chunks
        footer = min(footer, (share.origin.source.size - held) // max(chunks, 1) + 16)
    return sizes + footer


def _margin(plan: EditPlan) -> int:
    """Bytes that a part takes beside its chunks."""
    schemas = [len(share.item.manifest.schema_bytes) for share in plan.shares()]
    return _MARGIN + 2 * sum(schemas)
