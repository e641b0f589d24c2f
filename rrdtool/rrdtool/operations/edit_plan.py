"""What an edit will write: stores, and which chunks of which inputs go into each.

A plan is made from manifests alone, so it costs by the number of chunks. It is what `--dry-run`
shows, and what `edit_writing` carries out. Whatever makes an edit impossible is found here, before
anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import xxhash

from rrdformats.chunk import Chunk
from rrdformats.chunk_edits import ChunkEdit
from rrdformats.contents import StreamManifest
from rrdformats.messages import BlueprintActivation, StoreId, StoreInfo, StoreKind
from rrdformats.query import TimeRange
from rrdformats.timeline import TimeKind
from rrdtool.operations.edit_inputs import EditInput, EditRefusedError, Refusal

__all__ = ["EditPlan", "PlannedStore", "Share", "gather"]

_Ints = npt.NDArray[np.int64]

_WAY_OUT = (
    "rename it in one of them (`rrd rename --timeline`), or leave it out "
    "(`rrd filter --drop-timeline`)"
)


@dataclass(slots=True)
class Share:
    """Chunks of one manifest that go into one store of the output.

    Attributes:
        origin: The input.
        item: The manifest and its stream.
        rows: Which of its rows.
        edit: What changes in the chunks.
        times: Only rows in this range, of chunks that are not static; None for all.
        untimed: Rows that list chunks without any time on the timeline of `times`.
    """

    origin: EditInput
    item: StreamManifest
    rows: _Ints
    edit: ChunkEdit = field(default_factory=ChunkEdit)
    times: TimeRange | None = None
    untimed: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def ids(self) -> npt.NDArray[np.uint8]:
        """Ids of the chunks, `(n, 16) uint8`."""
        return np.frombuffer(self.item.manifest.chunk_id, np.uint8).reshape(-1, 16)[self.rows]

    def identities(self) -> npt.NDArray[np.uint64]:
        """What tells the chunks from all others once they are written, `(n, 2) uint64`.

        That is their id, but for chunks that move to another entity: they become others there.
        """
        words = self.ids.reshape(-1).view("<u8").reshape(-1, 2).copy()
        if self.edit.entities:
            names, codes = self.item.manifest.entity_codes
            moved = [self.edit.entities.get(name, "") for name in names]
            marks = np.array([_mark(new) if new else 0 for new in moved], "<u8")
            words[:, 1] ^= marks[np.frombuffer(codes, np.int32)[self.rows]]
        return words

    def limit_times(self, times: TimeRange) -> None:
        """Leaves out chunks without any row in a range; static ones stay."""
        self.times = times
        start, end, exists = self.bounds(times.timeline)
        meets = exists & (start <= times.end) & (end >= times.start)
        static = self._is_static()
        self.untimed = self.rows[~exists & ~static]
        self.rows = self.rows[meets | static]

    @property
    def whole(self) -> _Ints:
        """Rows of the chunks that are copied whole."""
        return self.rows[self._is_inside()]

    @property
    def cut(self) -> _Ints:
        """Rows of the chunks of which only some rows may be in the time range."""
        return self.rows[~self._is_inside()]

    def rows_in_times(self, chunk: Chunk) -> _Ints:
        """Which rows of a chunk are in the time range."""
        if self.times is None or chunk.is_static:
            return np.arange(len(chunk))
        times = chunk.times(self.times.timeline)
        return np.flatnonzero((times >= self.times.start) & (times <= self.times.end))

    def _is_inside(self) -> npt.NDArray[np.bool_]:
        if self.times is None:
            return np.ones(len(self.rows), np.bool_)
        start, end, exists = self.bounds(self.times.timeline)
        inside = exists & (start >= self.times.start) & (end <= self.times.end)
        return inside | self._is_static()

    def _is_static(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.item.manifest.is_static, np.bool_)[self.rows]

    def bounds(self, timeline: str) -> tuple[_Ints, _Ints, npt.NDArray[np.bool_]]:
        """First and last time of each chunk on a timeline, and whether it has any."""
        nothing = np.zeros(len(self.rows), np.int64)
        for line, bounds in self.item.manifest.timelines.items():
            if line.name == timeline:
                exists = np.ones(len(self.rows), np.bool_)
                if bounds.exists is not None:
                    exists = np.frombuffer(bounds.exists, np.bool_)[self.rows]
                start, end = np.asarray(bounds.start, np.int64), np.asarray(bounds.end, np.int64)
                return start[self.rows], end[self.rows], exists
        return nothing, nothing, np.zeros(len(self.rows), np.bool_)

    def total(self, column: memoryview, rows: _Ints | None = None) -> int:
        """Sum of a column of the manifest over the chunks, or over some of its rows."""
        return int(np.asarray(column, np.int64)[self.rows if rows is None else rows].sum())

    def entities(self) -> set[str]:
        """The entities that the chunks belong to from now on."""
        names, codes = self.item.manifest.entity_codes
        held = np.unique(np.frombuffer(codes, np.int32)[self.rows]).tolist()
        return {self.edit.entities.get(names[code], names[code]) for code in held}


@dataclass(slots=True)
class PlannedStore:
    """One store of the output.

    Attributes:
        store_id: Its id.
        info: What introduces it; None if no input does.
        origins: The stores that it is made of, as the inputs call them.
        shares: The chunks that are copied.
        chunks: Chunks that are new.
        activations: What activates it, if it is a blueprint.
    """

    store_id: StoreId
    info: StoreInfo | None = None
    origins: list[StoreId] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    activations: list[BlueprintActivation] = field(default_factory=list)

    @property
    def is_recording(self) -> bool:
        """Whether it is a recording rather than a blueprint."""
        return self.store_id.kind is StoreKind.RECORDING

    @property
    def chunk_count(self) -> int:
        """Chunks that go into it."""
        return sum(len(share.rows) for share in self.shares) + len(self.chunks)

    @property
    def row_count(self) -> int:
        """Rows of these chunks."""
        copied = sum(share.total(share.item.manifest.num_rows) for share in self.shares)
        return copied + sum(map(len, self.chunks))

    @property
    def byte_count(self) -> int:
        """Bytes of the messages that are copied."""
        return sum(share.total(share.item.manifest.byte_size) for share in self.shares)

    def first_time(self) -> int:
        """The earliest time that the id of a chunk names (nanoseconds); 0 without chunks."""
        times = [share.ids[:, :8] for share in self.shares if len(share.rows)]
        if not times:
            return 0
        return int(np.concatenate(times).reshape(-1).view(">u8").min())


@dataclass(slots=True)
class EditPlan:
    """All that an edit writes, in the order in which it is written.

    Attributes:
        stores: By their ids.
        orphans: Activations of blueprints that are in no input.
    """

    stores: dict[StoreId, PlannedStore] = field(default_factory=dict)
    orphans: list[BlueprintActivation] = field(default_factory=list)

    def shares(self) -> Iterator[Share]:
        """The shares of all stores."""
        for store in self.stores.values():
            yield from store.shares

    def check_timelines(self) -> None:
        """Refuses stores in which a timeline has two kinds: nothing could read its times.

        Raises:
            EditRefusedError: Naming every such timeline.
        """
        reasons = [
            Refusal(f"timeline {name} has two kinds", share.origin.name, _WAY_OUT)
            for share in self.shares()
            for name in sorted(share.item.manifest.ambiguous_timelines)
            if share.edit.timelines.get(name, name) is not None
        ]
        for store in self.stores.values():
            kinds: dict[str, dict[TimeKind, str]] = {}
            for share in store.shares:
                for name, kind in _timelines(share):
                    kinds.setdefault(name, {}).setdefault(kind, share.origin.name)
            for name, found in kinds.items():
                if len(found) > 1:
                    told = " and ".join(f"a {kind.value} in {at}" for kind, at in found.items())
                    what = f"timeline {name} would be {told}"
                    reasons.append(Refusal(what, str(store.store_id), _WAY_OUT))
        if reasons:
            raise EditRefusedError(*reasons)

    def shared_entities(self) -> dict[StoreId, list[str]]:
        """For stores that join several, the entities that more than one of them has."""
        found = {}
        for store in self.stores.values():
            seen: dict[str, StoreId] = {}
            shared: set[str] = set()
            for share in store.shares if len(store.origins) > 1 else ():
                origin = share.item.manifest.store_id
                for path in share.entities():
                    if seen.setdefault(path, origin) != origin:
                        shared.add(path)
            if shared:
                found[store.store_id] = sorted(shared)
        return found


def gather(
    inputs: list[EditInput], route: Callable[[StoreId], StoreId] = lambda store_id: store_id
) -> EditPlan:
    """The plan that keeps everything.

    Args:
        inputs: What is read.
        route: The store that each store goes into.
    """
    plan = EditPlan()
    for found in inputs:
        contents = found.contents
        for store_id, info in contents.stores.items():
            new_id = route(store_id)
            store = plan.stores.setdefault(new_id, PlannedStore(new_id))
            if store_id not in store.origins:
                store.origins.append(store_id)
            if info is not None:
                store.info = replace(info, store_id=new_id)
            store.shares += [
                Share(found, item, np.arange(len(item.manifest)))
                for item in contents.of_store(store_id)
            ]
    _place_activations(plan, inputs, route)
    return plan


def _place_activations(
    plan: EditPlan, inputs: list[EditInput], route: Callable[[StoreId], StoreId]
) -> None:
    """Puts activations behind the blueprints that they activate; each once."""
    for found in inputs:
        for activation in found.contents.activations:
            moved = replace(activation, blueprint_id=route(activation.blueprint_id))
            store = plan.stores.get(moved.blueprint_id)
            there = plan.orphans if store is None else store.activations
            if moved not in there:
                there.append(moved)


def _mark(path: str) -> int:
    """A number that tells an entity from all others."""
    return xxhash.xxh3_64_intdigest(path.encode())


def _timelines(share: Share) -> Iterator[tuple[str, TimeKind]]:
    """New names and kinds of the timelines that some chunk of a share has."""
    for timeline, bounds in share.item.manifest.timelines.items():
        new = share.edit.timelines.get(timeline.name, timeline.name)
        exists = bounds.exists
        if new is not None and (
            exists is None or np.frombuffer(exists, np.bool_)[share.rows].any()
        ):
            yield new, timeline.kind
