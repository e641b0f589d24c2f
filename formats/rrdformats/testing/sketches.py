"""Recordings out of plain values, with footers: what tests of edits start from.

Nothing in them depends on the clock or on chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.messages import BlueprintActivation, StoreId, StoreInfo, StoreKind, StoreSource
from rrdformats.reader import Recording
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter

__all__ = ["SCALARS", "TEXTS", "Cell", "Rows", "SketchedStore", "cells", "chunk_ids", "sketch"]

SCALARS = ComponentDescriptor(
    "Scalars:scalars", "rerun.archetypes.Scalars", "rerun.components.Scalar"
)
TEXTS = ComponentDescriptor("TextLog:text", "rerun.archetypes.TextLog", "rerun.components.Text")

_TYPES = {TimeKind.SEQUENCE: pa.int64(), TimeKind.DURATION: pa.duration("ns")}
Cell: TypeAlias = tuple[str, str, tuple[tuple[str, int], ...], str, tuple[Any, ...]]
"""Store, entity, times by timeline, component, and the values of the list."""

_EPOCH = 1_700_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """One chunk.

    Attributes:
        entity: Its entity.
        values: Values by component; None is a null.
        times: Times by timeline; none makes the chunk static.
        kind: What the times count.
        serial: Tells chunks of equal entity and place apart, so that ids differ.
    """

    entity: str
    values: Mapping[ComponentDescriptor, Sequence[Any]]
    times: Mapping[str, Sequence[int]] = field(default_factory=dict)
    kind: TimeKind = TimeKind.SEQUENCE
    serial: int = 0

    def chunk(self, number: int) -> Chunk:
        """The chunk; its ids follow from `number` and `serial`."""
        count = len(next(iter(self.values.values())))
        time = _EPOCH + 1_000 * number + 1_000_000 * self.serial
        ids = [Tuid(time, row).to_bytes() for row in range(1, count + 1)]
        columns = {
            descriptor: pa.array([None if value is None else [value] for value in values])
            for descriptor, values in self.values.items()
        }
        return Chunk.build(
            self.entity,
            row_ids=pa.array(ids, pa.binary(16)),
            timelines=[
                (Timeline(name, self.kind), pa.array(times, _TYPES[self.kind]))
                for name, times in self.times.items()
            ],
            components=columns.items(),
            chunk_id=Tuid(time, 0xABC),
        )


@dataclass(frozen=True, slots=True)
class SketchedStore:
    """One store.

    Attributes:
        rows: Its chunks.
        recording_id: Its id.
        application_id: Its application.
        kind: Recording or blueprint; a blueprint is activated behind its chunks.
    """

    rows: Sequence[Rows]
    recording_id: str = "run"
    application_id: str = "app"
    kind: StoreKind = StoreKind.RECORDING


def sketch(path: Path, *stores: SketchedStore, footer: bool = True) -> Path:
    """Writes stores into a new file and returns its path."""
    with path.open("wb") as file, RrdWriter(file, write_footer=footer) as writer:
        for number, store in enumerate(stores):
            store_id = StoreId(store.kind, store.recording_id, store.application_id)
            info = StoreInfo(store_id, StoreSource.python((3, 11, 7)))
            writer.write_store_info(info, Tuid(_EPOCH, number + 1))
            for place, rows in enumerate(store.rows):
                writer.write_chunk(store_id, rows.chunk(100 * number + place))
            if store.kind is StoreKind.BLUEPRINT:
                writer.write_activation(BlueprintActivation(store_id, True, True))
    return path


def cells(path: Path) -> list[Cell]:
    """Every cell that is not null: store, entity, times, component, value; in order.

    What chunks the rows are in, and which ids they have, does not matter.
    """
    with Recording.open(path) as recording:
        return sorted(_cells(recording), key=repr)


def _cells(recording: Recording) -> Iterator[Cell]:
    for found in recording.chunks():
        chunk = found.chunk
        lines = [(line.name, values.tolist()) for line, values in chunk.timelines.items()]
        for descriptor, values in chunk.components.items():
            for row, value in enumerate(values.to_pylist()):
                if value is not None:
                    times = tuple((name, of_rows[row]) for name, of_rows in lines)
                    store, entity = str(found.store_id), str(chunk.entity_path)
                    yield store, entity, times, descriptor.component, tuple(value)


def chunk_ids(path: Path) -> list[str]:
    """The id of every chunk, in file order."""
    with Recording.open(path) as recording:
        return [str(found.chunk.id) for found in recording.chunks()]
