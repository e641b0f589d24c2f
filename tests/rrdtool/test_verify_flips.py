"""Every byte of a small recording damaged in turn: `rrd verify` tells, or nothing bound changed.

The format has no checksum over chunks. What is left to chance are values that nothing else in the
file speaks of: the bits of a row id, of a time between the first and the last, of a component; and
a column may stop to say that it is sorted.
Everything else is bound by the structure of LZ4 and Arrow, by what must hold of rows and values, or
by the manifest.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import RrdError
from rrdformats.messages import StoreId, StoreInfo, StoreKind
from rrdformats.reader import Recording
from rrdformats.testing.mutations import mutate
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.verify import verify

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
PARTS = 4
"""The damages are shared out over so many tests, which can run side by side."""


def made(*, compress: bool) -> bytes:
    fill = ComponentDescriptor(
        "Boxes3D:fill_mode", "rerun.archetypes.Boxes3D", "rerun.components.FillMode"
    )
    text = ComponentDescriptor("note", None, "rerun.components.Text")
    chunk = Chunk.build(
        "/e",
        row_ids=pa.array([Tuid(9, row).to_bytes() for row in range(3)], pa.binary(16)),
        timelines=[(Timeline("frame", TimeKind.SEQUENCE), pa.array([3, 5, 8], pa.int64()))],
        components=[
            (fill, pa.array([[1], None, [2, 3]], pa.list_(pa.uint8()))),
            (text, pa.array([["one"], [], ["två"]])),
        ],
        chunk_id=Tuid(10, 1),
    )
    file = io.BytesIO()
    with RrdWriter(file, compress=compress) as writer:
        writer.write_store_info(StoreInfo(STORE), Tuid(1, 1))
        writer.write_chunk(STORE, chunk)
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
            schema = chunk.schema
            columns = (schema.timelines, schema.descriptors, tuple(map(str, schema.arrow.types)))
            name = (found.store_id, chunk.id, str(chunk.entity_path), columns)
            claims = [schema.claimed_sorted(i) for i in range(len(schema.timelines))]
            values = chunk.batch.to_pydict()
            whole.append((*name, schema.row_ids_claimed_sorted, claims, values))
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
    """The recording with every byte changed in turn, by one of its bits or by all of them."""
    for place in range(part, len(data), PARTS):
        turn = place // PARTS % 16
        damaged = bytearray(data)
        damaged[place] ^= 1 << turn // 2 if turn % 2 else 0xFF
        yield place, bytes(damaged)


@pytest.mark.parametrize("part", range(PARTS))
def test_damage_is_told_or_changes_only_values_that_nothing_binds(part: int) -> None:
    check(list(damages(made(compress=True), part)), content(made(compress=True)))


def test_damage_to_an_uncompressed_recording() -> None:
    """Where bytes are the values themselves; every eighth is enough beside the test above."""
    data = made(compress=False)
    check(list(damages(data, 0))[::2], content(data))


def check(damaged: list[tuple[int, bytes]], intact: Content) -> None:
    told = harmless = unbound = 0
    for place, data in damaged:
        try:
            with Recording.open(io.BytesIO(data), "made.rrd") as recording:
                report = verify(recording)
        except RrdError:
            assert place < 12, f"byte {place} of the stream header alone can make it no recording"
            told += 1
            continue
        if report.findings:
            told += 1
            continue
        found = content(data)
        if found.whole == intact.whole:
            harmless += 1
            continue
        assert found.bound == intact.bound, f"byte {place}"
        unbound += 1
    assert told > 0.6 * len(damaged)  # beside these: paddings, bitmaps that nobody reads, values
    assert unbound < 0.05 * len(damaged)
    assert told + harmless + unbound == len(damaged)


def test_the_intact_recordings_are_fine() -> None:
    for compress in (False, True):
        with Recording.open(io.BytesIO(made(compress=compress)), "made.rrd") as recording:
            assert verify(recording).rules == {}


def test_the_facts_that_are_bound_are_there() -> None:
    """Else the tests above could pass by holding nothing against anything."""
    (chunk,) = content(made(compress=False)).bound
    assert chunk[4:] == (3, True, (3, 8, True), (3, 8, 3), (3, 8, 2), 3, 2)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_reader_complains_of_is_an_error(seed: int, root: Path) -> None:
    """Mutated recordings: framing, messages, Arrow metadata, manifests; only our errors escape."""
    rng = Random(seed)
    recordings = [path.read_bytes() for path in sorted((root / "fixtures").glob("*.r[rb][dl]"))]
    data = mutate(rng, rng.choice(recordings), recordings)
    damage: list[RrdError] = []
    try:
        with Recording.open(io.BytesIO(data), "made.rrd") as recording:
            chunks = sum(1 for _ in recording.chunks(on_damage=damage.append))
    except RrdError:
        with pytest.raises(RrdError), Recording.open(io.BytesIO(data), "made.rrd") as recording:
            verify(recording)
        return
    with Recording.open(io.BytesIO(data), "made.rrd") as recording:
        report = verify(recording)
    assert report.chunks == chunks
    assert report.errors >= bool(damage)
