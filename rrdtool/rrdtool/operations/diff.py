"""`rrd diff`: where two recordings differ by meaning, row by row.

How rows are cut into chunks, and in what order these stand, does not matter; `comparison.row_facts`
says what does. The work goes from cheap to dear, and on only with what is still in doubt:

1. Chunks that are the same bytes in both are equal; they are not decoded.
2. Sums of hashes tell which components can differ (`comparison.row_sums`).
3. The facts of those are matched one by one (`comparison.row_records`, `row_matching`), and values
   that do not match are held against the tolerance.
4. The first difference of each entity is read again, to be shown.

Memory is bounded by a window of the file and a part of the records, with one exception: rows that
all have the same times (as if no time had been set) can only be matched together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.timeline import Timeline
from rrdtool.operations.comparison.chunk_index import Progress, without
from rrdtool.operations.comparison.chunk_reading import ChunkReader, OnSideDamage, chunk_reader
from rrdtool.operations.comparison.closeness import Tolerance
from rrdtool.operations.comparison.divergence import Divergence, described
from rrdtool.operations.comparison.entity_diffs import DifferenceLog
from rrdtool.operations.comparison.per_run import CLOCK, is_start_time
from rrdtool.operations.comparison.row_facts import Ignored, Key, RowFacts
from rrdtool.operations.comparison.row_matching import matched
from rrdtool.operations.comparison.row_records import Closer, records_of
from rrdtool.operations.comparison.row_sums import ComponentSums, Side, SideSums
from rrdtool.operations.comparison.store_pairs import paired_stores
from rrdtool.operations.edit_inputs import EditInput, EditRefusedError, blaming, made_seekable
from rrdtool.operations.edit_selection import Inventory
from rrdtool.operations.matching import missed, nothing_matches

__all__ = [
    "By",
    "ComponentDiff",
    "DiffReport",
    "DiffSettings",
    "Divergence",
    "EntityDiff",
    "StoreDiff",
    "diff",
]

_Ints = npt.NDArray[np.int64]

By = Literal["auto", "row-id", "time"]


@dataclass(frozen=True, slots=True)
class DiffSettings:
    """What counts as a difference.

    Attributes:
        by: How rows are matched: by row id, or by their times and then their order. `auto` takes
            row ids if the recordings share any.
        tolerance: How far floating-point numbers may differ.
        ignored: Entities, components and timelines that do not count.
        stores: Recordings and blueprints to compare, by id.
        blueprints: Whether blueprints are compared.
        timeline: The timeline on which differences are sorted and shown; None for one that fits.
        max_entities: How many entities to describe; all are counted.
        allow_empty: Whether patterns and names may match nothing.
    """

    by: By = "auto"
    tolerance: Tolerance = field(default_factory=Tolerance)
    ignored: Ignored = field(default_factory=lambda: Ignored.parse(()))
    stores: Selection = field(default_factory=Selection.names)
    blueprints: bool = True
    timeline: str | None = None
    max_entities: int = 20
    allow_empty: bool = False

    @property
    def names_something(self) -> bool:
        """Whether something is selected or ignored by name."""
        patterns = (*self.ignored.entities.patterns, *self.ignored.names.patterns)
        return bool(patterns or self.timeline is not None or not self.stores.is_everything)


@dataclass(frozen=True, slots=True)
class ComponentDiff:
    """How the facts of one component differ.

    Attributes:
        component: The component.
        changed: Rows of both with another value.
        moved: Rows of both with the same value and other times.
        only_a: Rows that only the first recording has.
        only_b: Rows that only the second has.
        types_a: Types and names in the first, if those differ; else empty.
        types_b: Types and names in the second.
    """

    component: str
    changed: int
    moved: int
    only_a: int
    only_b: int
    types_a: tuple[str, ...] = ()
    types_b: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntityDiff:
    """How one entity differs.

    Attributes:
        entity: The entity.
        components: Those of its components that differ, by name.
        first: The first difference; None if only types differ.
    """

    entity: str
    components: list[ComponentDiff]
    first: Divergence | None


@dataclass(slots=True)
class StoreDiff:
    """How two recordings, or two blueprints, differ.

    Attributes:
        a: Id of the first; None if only the second input has such a one.
        b: Id of the second.
        by: How rows were matched.
        same: Whether no fact differs.
        timelines_a: Timelines that only the first has, as far as chunks had to be decoded.
        timelines_b: Timelines that only the second has.
        changed: How many facts have another value.
        moved: How many have the same value at other times.
        only_a: How many only the first has.
        only_b: How many only the second has.
        differing: How many entities differ.
        entities: The first of them, by path.
    """

    a: str | None
    b: str | None
    by: Literal["row-id", "time"]
    same: bool = True
    timelines_a: list[str] = field(default_factory=list)
    timelines_b: list[str] = field(default_factory=list)
    changed: int = 0
    moved: int = 0
    only_a: int = 0
    only_b: int = 0
    differing: int = 0
    entities: list[EntityDiff] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DiffReport:
    """What looking for differences found.

    Attributes:
        a: The first input.
        b: The second.
        same: Whether there are none.
        stores: Each pair of recordings or blueprints.
    """

    a: str
    b: str
    same: bool
    stores: list[StoreDiff]


@dataclass(frozen=True, slots=True)
class _Input:
    reader: ChunkReader

    def stores(self, settings: DiffSettings) -> list[StoreId]:
        """The stores with chunks that are to be compared."""
        index = self.reader.index
        used = set(np.unique(index.store).tolist())
        return [
            store
            for i, store in enumerate(index.stores)
            if i in used
            and settings.stores.matches(store.recording_id)
            and (settings.blueprints or store.kind is not StoreKind.BLUEPRINT)
        ]

    def places(self, store: StoreId | None) -> _Ints:
        """The chunks of a store, each once."""
        if store is None:
            return np.zeros(0, np.int64)
        index = self.reader.index
        return index.first_of_each(np.flatnonzero(index.store == index.stores.index(store)))


def diff(
    a: Recording,
    b: Recording,
    settings: DiffSettings | None = None,
    *,
    on_damage: OnSideDamage | None = None,
    progress: Progress | None = None,
) -> DiffReport:
    """Finds out where two recordings differ.

    Args:
        a: The first; a pipe is spooled to a temporary file.
        b: The second.
        settings: What counts as a difference.
        on_damage: Told of what cannot be read. Without it that is raised.
        progress: Told how far reading has come.

    Raises:
        EditRefusedError: If the settings name what neither has.
        InputError: If one of them cannot be read at all, or is damaged, without `on_damage`.
    """
    settings = settings or DiffSettings()
    with ExitStack() as stack:
        recordings = [stack.enter_context(made_seekable(recording)) for recording in (a, b)]
        if settings.names_something and not settings.allow_empty:
            _check_names(settings, recordings)
        inputs = [_Input(chunk_reader(each, on_damage, progress)) for each in recordings]
        stores = [found.stores(settings) for found in inputs]
        pairs = paired_stores(*stores)
        found = [_StorePair((inputs[0], inputs[1]), pair, settings).diff() for pair in pairs]
    same = all(store.same for store in found)
    return DiffReport(a.source.name, b.source.name, same, found)


def _check_names(settings: DiffSettings, recordings: Sequence[Recording]) -> None:
    """Refuses patterns and names that mean nothing in any of the recordings."""
    inputs = []
    for recording in recordings:
        with blaming(recording.source.name):
            contents = recording.contents
        inputs.append(EditInput(recording.source.name, recording, contents, []))
    there = Inventory.of(inputs)
    reasons = [
        *missed("entity", settings.ignored.entities, there.entities),
        *missed(
            "component or timeline", settings.ignored.names, there.components | there.timelines
        ),
        *missed("recording", settings.stores, there.stores),
    ]
    if settings.timeline is not None and settings.timeline not in there.timelines:
        reasons.append(nothing_matches("timeline", settings.timeline, sorted(there.timelines)))
    if reasons:
        raise EditRefusedError(*reasons)


class _StorePair:
    """Two stores that are compared."""

    def __init__(
        self,
        inputs: tuple[_Input, _Input],
        stores: tuple[StoreId | None, StoreId | None],
        settings: DiffSettings,
    ) -> None:
        self._settings = settings
        self._stores = stores
        self._readers = inputs[0].reader, inputs[1].reader
        indexes = [reader.index for reader in self._readers]
        places = [found.places(store) for found, store in zip(inputs, stores, strict=True)]
        digests = [index.digests[mine] for index, mine in zip(indexes, places, strict=True)]
        self._rest: list[_Ints] = []
        self._shares_chunks = False
        for side, index in enumerate(indexes):
            rest = without(places[side], index.digests, digests[1 - side])
            self._shares_chunks |= len(rest) < len(places[side])
            self._rest.append(rest)
        if any(map(len, self._rest)):
            for side, index in enumerate(indexes):
                # A static chunk of both may hide, or be hidden by, one that is not.
                static = places[side][index.static[places[side]] != 0]
                self._rest[side] = np.union1d(self._rest[side], static)

    def diff(self) -> StoreDiff:
        a, b = (None if store is None else str(store) for store in self._stores)
        if not any(map(len, self._rest)):
            return StoreDiff(a, b, "row-id")
        sums = SideSums(), SideSums()
        for side in (0, 1):
            for facts in self._read(side):
                sums[side].add(facts)
        by_row_id = self._by_row_id(sums)
        report = StoreDiff(a, b, "row-id" if by_row_id else "time")
        clock = [] if by_row_id else [CLOCK]
        lines = [{line for line in side.timelines if line.name not in clock} for side in sums]
        report.timelines_a, report.timelines_b = (
            sorted(f"{line.name}:{line.kind.value}" for line in lines[i] - lines[1 - i])
            for i in (0, 1)
        )
        timelines = _preferred(lines[0] | lines[1], self._settings.timeline)
        log = self._differences(sums, timelines, by_row_id=by_row_id)
        self._fill(report, log, timelines)
        return report

    def _read(self, side: Side) -> Iterator[RowFacts]:
        for placed in self._readers[side].groups(self._rest[side]):
            facts = RowFacts(placed, self._settings.ignored)
            if facts.counts:
                yield facts

    def _by_row_id(self, sums: tuple[SideSums, SideSums]) -> bool:
        if self._settings.by == "auto":
            return self._shares_chunks or None in self._stores or sums[0].shares_row_ids(sums[1])
        return self._settings.by == "row-id"

    def _differences(
        self, sums: tuple[SideSums, SideSums], timelines: Sequence[str], *, by_row_id: bool
    ) -> DifferenceLog:
        log = DifferenceLog(self._settings.tolerance, self._readers)
        numbers: dict[Key, int] = {}
        ordered: set[int] = set()
        total = 0
        nothing = ComponentSums()
        for key in sorted(sums[0].components.keys() | sums[1].components.keys()):
            if not by_row_id and is_start_time(*key):
                continue
            a, b = (side.components.get(key, nothing) for side in sums)
            log.compare_types(key, a.kinds, b.kinds)
            log.compare_static(key, a.static, b.static)
            equal = (a.by_row_id == b.by_row_id) if by_row_id else (a.by_time == b.by_time)
            recurs = not by_row_id and a.may_recur() and a.count > 1
            if a.count != b.count or not equal or recurs:
                if recurs:
                    ordered.add(len(numbers))
                numbers[key] = len(numbers)
                total += a.count + b.count
        if numbers:
            closer = Closer(numbers, frozenset(ordered), by_row_id, timelines)
            for records in records_of(closer, self._read, total):
                log.take(list(numbers), matched(*records))
        return log

    def _fill(self, report: StoreDiff, log: DifferenceLog, timelines: Sequence[str]) -> None:
        counts = log.counts
        report.same = not counts and not log.types
        totals = np.sum([list(count) for count in counts.values()] or [[0] * 4], axis=0).tolist()
        report.changed, report.moved, report.only_a, report.only_b = totals
        entities: dict[str, set[str]] = {}
        for entity, component in sorted(counts.keys() | log.types.keys()):
            entities.setdefault(entity, set()).add(component)
        report.differing = len(entities)
        for entity in sorted(entities)[: self._settings.max_entities]:
            components = []
            for component in sorted(entities[entity]):
                key = entity, component
                types_a, types_b = log.types.get(key, ((), ()))
                numbers = counts.get(key, (0, 0, 0, 0))
                components.append(ComponentDiff(component, *numbers, types_a, types_b))
            first = log.first.get(entity)
            told = None
            if first is not None:
                told = described(first, self._readers, timelines, self._settings.tolerance)
            report.entities.append(EntityDiff(entity, components, told))


def _preferred(timelines: set[Timeline], first: str | None) -> list[str]:
    """Names of timelines, those first that tell most: not those that every logging sets."""
    names = {timeline.name for timeline in timelines}
    return sorted(names, key=lambda name: (name != first, name == CLOCK, name == "log_tick", name))
