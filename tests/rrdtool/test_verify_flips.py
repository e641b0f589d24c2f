"""Every byte of a small recording damaged in turn: `rrd verify` tells, or nothing that matters changed.

The format has no checksum over chunks. What is left to chance are values that nothing else in the
file speaks of: the bits of a row id, of a time between the first and the last, of a component.
Everything else is bound by the structure of LZ4 and Arrow, by what must hold of rows and values, or
by the manifest.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import RrdError
from rrdformats.messages import StoreId, StoreInfo, StoreKind
from rrdformats.reader import Recording
from rrdformats.timeline import Timeline, TimeKind
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.verify import verify

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
PARTS = 4
"""The damages are shared out over so many tests, which can run side by side."""


def made(*, compress: bool) -> bytes:
    fill = ComponentDescriptor("Boxes3D:fill_mode", "rerun.archetypes.Boxes3D", "rerun.components.FillMode")
    text = ComponentDescriptor("note", None, "rerun.components.Text")
    temporal = Chunk.build(
        "/e",
        row_ids=pa.array([Tuid(9, row).to_bytes() for row in range(3)], pa.binary(16)),
        timelines=[(Timeline("frame", TimeKind.SEQUENCE), pa.array([3, 5, 8], pa.int64()))],
        components=[
            (fill, pa.array([[1], None, [2, 3]], pa.list_(pa.uint8()))),
            (text, pa.array([["one"], [], ["två"]])),
        ],
        chunk_id=Tuid(10, 1),
    )
    static = Chunk.build(
        "/e",
        row_ids=pa.array([Tuid(9, 7).to_bytes()], pa.binary(16)),
        components=[(text, pa.array([["four"]]))],
        chunk_id=Tuid(10, 2),
    )
    file = io.BytesIO()
    with RrdWriter(file, compress=compress) as writer:
        writer.write_store_info(StoreInfo(STORE), Tuid(1, 1))
        writer.write_chunk(STORE, temporal)
        writer.write_chunk(STORE, static)
    return file.getvalue()


@dataclass(frozen=True)
class Content:
    """What a recording decodes to.

    Attributes:
        whole: Every chunk with its store, values included.
        bound: The same without the values that nothing else in the file speaks of.
    """

    whole: list[tuple[Any, ...]]
    bound: list[tuple[Any, ...]]


def content(data: bytes) -> Content:
    whole: list[tuple[Any, ...]] = []
    bound: list[tuple[Any, ...]] = []
    with Recording.open(io.BytesIO(data), "made.rrd") as recording:
        for found in recording.chunks():
            chunk = found.chunk
            name = (found.store_id, chunk.id, str(chunk.entity_path), chunk.schema.arrow.to_string())
            whole.append((*name, chunk.batch.to_pydict()))
            bound.append((*name, *bounds(chunk)))
    return Content(whole, bound)


def bounds(chunk: Chunk) -> Iterator[Any]:
    """First and last times of each component, and how many rows have it."""
    yield len(chunk)
    ids = [bytes(row) for row in chunk.row_ids.to_pylist() if row is not None]
    yield all(a < b for a, b in pairwise(ids))
    for times in chunk.timelines.values():
        yield int(times[0]), int(times[-1]), bool((np.diff(times) >= 0).all())
        for lists in chunk.components.values():
            held = times[lists.is_valid().to_numpy(zero_copy_only=False)]
            yield int(held.min()), int(held.max()), len(held)
    for lists in chunk.components.values():
        yield chunk.is_static or len(lists) - lists.null_count


def damages(data: bytes, part: int) -> Iterator[tuple[int, bytes]]:
    """The recording with one byte changed: every byte once, by one bit or all of them."""
    for place in range(part, len(data), PARTS):
        for bits in (1 << place // PARTS % 8, 0xFF):
            damaged = bytearray(data)
            damaged[place] ^= bits
            yield place, bytes(damaged)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_damage_is_told_or_changes_only_values_that_nothing_binds(
    compress: bool, part: int
) -> None:
    data = made(compress=compress)
    intact = content(data)
    told = harmless = unbound = 0
    for place, damaged in damages(data, part):
        try:
            with Recording.open(io.BytesIO(damaged), "made.rrd") as recording:
                report = verify(recording)
        except RrdError:
            assert place < 12, place  # not a recording at all
            told += 1
            continue
        if report.findings:
            told += 1
            continue
        found = content(damaged)
        if found.whole == intact.whole:
            harmless += 1
            continue
        assert found.bound == intact.bound, place
        unbound += 1
    total = told + harmless + unbound
    assert total == 2 * len(range(part, len(data), PARTS))
    assert told > total / 3  # the rest are paddings and bitmaps that no reader looks at, and values


def test_the_intact_recording_is_fine() -> None:
    for compress in (False, True):
        with Recording.open(io.BytesIO(made(compress=compress)), "made.rrd") as recording:
            assert verify(recording).rules == {}


def test_damage_to_each_bound_fact_is_told() -> None:
    """The facts themselves, so that the test above cannot pass by binding nothing."""
    (temporal, static) = content(made(compress=False)).bound
    assert temporal[4:] == (3, True, (3, 8, True), (3, 8, 2), (3, 8, 3), 2, 3)
    assert static[4:] == (1, True, True)
