"""What the manifests of a stream should say, gathered from its chunks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.arrow_bridge import list_offsets
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.manifest_build import DescribedSchema, ManifestBuilder
from rrdformats.manifest_parts import ChunkPlaces, ManifestPart, RowBounds, bounds_per_chunk
from rrdformats.messages import StoreId
from rrdformats.timeline import Timeline
from rrdtool.operations.verification.layouts import Layout
from rrdtool.operations.verification.parts import Cohort, Part

__all__ = ["ExpectedManifests"]

_Ints = npt.NDArray[np.int64]
_SETTLED_KEPT = 4096


@dataclass(slots=True)
class ExpectedManifests:
    """Builds a manifest for each store of one stream.

    Attributes:
        start: Where the stream starts in the source.
        builders: The manifests so far, by store.
    """

    start: int
    builders: dict[StoreId, ManifestBuilder] = field(default_factory=dict)
    _settled: dict[tuple[StoreId, int], Layout] = field(default_factory=dict)

    def add(self, cohort: Cohort) -> None:
        """Takes the chunks of a cohort."""
        parts = cohort.parts
        builder = self.builders.get(parts[0].store)
        if builder is None:
            builder = self.builders[parts[0].store] = ManifestBuilder(parts[0].store)
        schema = parts[0].layout.schema
        columns = range(schema.first_component, len(schema.arrow))
        if any(part.nulls(column) for part in parts for column in columns):
            for part in parts:
                batch, places = part.group.batch, self._places([part])
                builder.add(part.layout.schema, batch, part.group.ids, places)
        else:
            builder.add_part(
                [self._described(part) for part in parts if not self._is_settled(part)],
                _joined(cohort, self._places(parts)),
            )

    def _places(self, parts: list[Part]) -> ChunkPlaces:
        return ChunkPlaces(
            np.concatenate([part.offsets for part in parts]) - self.start,
            np.concatenate([part.sizes for part in parts]),
            np.concatenate([part.uncompressed for part in parts]),
        )

    def _is_settled(self, part: Part) -> bool:
        """Whether all that a manifest's schema says of the layout is known already."""
        return (part.store, id(part.layout)) in self._settled

    def _described(self, part: Part) -> DescribedSchema:
        schema = part.layout.schema
        empty = frozenset(
            descriptor
            for number, descriptor in enumerate(schema.descriptors, schema.first_component)
            if not np.ptp(list_offsets(part.group.batch.column(number))[[0, -1]])
        )
        if not empty:
            if len(self._settled) >= _SETTLED_KEPT:
                self._settled.clear()
            # Holding the layout keeps its `id` from coming to mean another one.
            self._settled[part.store, id(part.layout)] = part.layout
        return DescribedSchema(schema, empty)


def _joined(cohort: Cohort, places: ChunkPlaces) -> ManifestPart:
    """The chunks of a cohort in which no component is null in any row."""
    parts, count = cohort.parts, cohort.count
    schema = parts[0].layout.schema
    is_static = np.full(count, schema.is_static)
    timelines: dict[Timeline, RowBounds] = {}
    components: dict[tuple[Timeline, ComponentDescriptor], RowBounds] = {}
    for timeline, times in zip(cohort.timelines, cohort.times, strict=True):
        bounds = timelines[timeline] = bounds_per_chunk(times.reshape(-1), None, count)
        components |= dict.fromkeys([(timeline, d) for d in schema.descriptors], bounds)
    return ManifestPart(
        entities=[part.layout.shape.entity for part in parts],
        entity=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        is_static=is_static,
        rows=np.full(count, cohort.rows),
        ids=np.concatenate([part.group.ids for part in parts]),
        places=places,
        timelines=timelines,
        components=components,
        static=dict.fromkeys(schema.descriptors, is_static),
    )
