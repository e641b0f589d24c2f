"""How many chunks would do: the bound of the reference's `rrd stats`, from manifests alone."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.manifest import Manifest
from rrdformats.manifest_build import ManifestBuilder
from rrdformats.manifest_parts import ChunkPlaces
from rrdformats.messages import EncodedManifest, StoreId, StoreKind, encode_footer
from rrdformats.testing import assembly
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdtool.operations.optimization import TARGET_SIZE, Optimization, analyze

if TYPE_CHECKING:
    from pathlib import Path

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
MIB = 1 << 20


@dataclass(frozen=True)
class Listed:
    """A chunk as a manifest lists it; there need be no such chunk."""

    entity: str = "/e"
    size: int = 1000
    timelines: tuple[str, ...] = ("frame",)
    components: tuple[str, ...] = ("a",)
    cell: list[float] | None = None
    rows: int = 1
    serial: int = 0

    def chunk(self, serial: int) -> Chunk:
        cells: list[Any] = [self.cell if self.cell is not None else None] * self.rows
        return Chunk.build(
            self.entity,
            row_ids=pa.array([Tuid(serial, i).to_bytes() for i in range(self.rows)], pa.binary(16)),
            timelines=[
                (Timeline(name, TimeKind.SEQUENCE), pa.array(range(self.rows), pa.int64()))
                for name in self.timelines
            ],
            components=[
                (ComponentDescriptor(name), pa.array(cells, pa.list_(pa.float64())))
                for name in self.components
            ],
            chunk_id=Tuid(1, self.serial or serial),
        )


FULL = Listed(cell=[1.0])


def many(count: int, **changes: Any) -> list[Listed]:
    return [replace(FULL, **changes)] * count


def manifest(listed: list[Listed], first_serial: int = 1) -> EncodedManifest:
    builder = ManifestBuilder(STORE)
    for serial, item in enumerate(listed, first_serial):
        chunk = item.chunk(serial)
        ids = np.frombuffer(chunk.id.to_bytes(), np.uint8).reshape(1, 16)
        places = ChunkPlaces(np.array([serial * 100]), np.array([50]), np.array([item.size]))
        builder.add(chunk.schema, chunk.batch, ids, places)
    return builder.build()


def analyzed(*manifests: EncodedManifest, **options: Any) -> Optimization:
    return analyze([Manifest(encoded) for encoded in manifests], **options)


CASES: dict[str, tuple[list[Listed], tuple[int, int]]] = {
    # chunks, then how many there are and how many would do
    "one": (many(1), (1, 1)),
    "small ones become one": (many(10), (10, 1)),
    "one as large as can be": (many(1, size=10 * MIB), (1, 1)),
    "four of half the target": (many(4, size=MIB), (4, 2)),
    "a byte more": (many(4, size=MIB + 1), (4, 3)),
    "an odd number": (many(5, size=MIB), (5, 3)),
    "three quarters": (many(10, size=MIB * 3 // 2), (10, 8)),
    "never more than there are": (many(3, size=3 * MIB), (3, 3)),
    "a large one counts by size": (many(1, size=5 * MIB) + many(10, size=MIB // 10), (11, 3)),
    "rows do not matter": (many(10, rows=100), (10, 1)),
    "entities stay apart": (many(5) + many(5, entity="/f"), (10, 2)),
    "timelines stay apart": (many(5) + many(5, timelines=("other",)), (10, 2)),
    "more timelines stay apart": (many(5) + many(5, timelines=("frame", "other")), (10, 2)),
    "components do not": (many(5) + many(5, components=("b",)), (10, 1)),
    "more components do not": (many(5) + many(5, components=("a", "b")), (10, 1)),
    "static ones do not count": (many(5) + many(5, timelines=()), (5, 1)),
    "only static": (many(5, timelines=()), (0, 0)),
    "no rows": (many(3) + many(2, rows=0), (3, 1)),
    "only nulls": (many(3) + many(2, cell=None), (3, 1)),
    "empty lists are data": (many(3) + many(2, cell=[]), (5, 1)),
    "no components": (many(3) + many(2, components=()), (3, 1)),
    "properties count": (many(4, entity="/__properties"), (4, 1)),
    "no size": (many(3, size=0), (3, 1)),
    "one id twice, the last counts": (
        [replace(FULL, serial=9, size=MIB), replace(FULL, serial=9, size=7 * MIB), *many(3)],
        (4, 4),
    ),
    "one id twice, the other way round": (
        [replace(FULL, serial=9, size=7 * MIB), replace(FULL, serial=9, size=MIB), *many(3)],
        (4, 1),
    ),
}


@pytest.mark.parametrize(("listed", "expected"), CASES.values(), ids=CASES)
def test_bound(listed: list[Listed], expected: tuple[int, int]) -> None:
    found = analyzed(manifest(listed))
    chunks, bound = expected
    assert found == Optimization(chunks, bound, chunks - bound, False, TARGET_SIZE)


@pytest.mark.parametrize("listed", [listed for listed, _ in CASES.values()], ids=CASES)
def test_bound_is_that_of_the_reference(listed: list[Listed], reference: Path) -> None:
    encoded = manifest(listed)
    data = assembly.stream(footer=encode_footer([encoded]))
    assert told_by_reference(reference, data) == analyzed(encoded)


@pytest.mark.parametrize(
    ("target", "count", "advised"),
    [  # chunks that are as large as the target, all chunks
        (0, 200, False),
        (0, 201, True),  # an excess of 200
        (49, 249, False),
        (49, 250, True),
        (299, 599, False),
        (299, 600, True),  # half of them
    ],
)
def test_advice_is_that_of_the_reference(
    reference: Path, target: int, count: int, advised: bool
) -> None:
    listed = many(target, size=TARGET_SIZE) + many(count - target, size=1)
    encoded = manifest(listed)
    found = analyzed(encoded)
    assert (found.lower_bound, found.chunks, found.advised) == (target + 1, count, advised)
    assert told_by_reference(reference, assembly.stream(footer=encode_footer([encoded]))) == found


def told_by_reference(program: Path, data: bytes) -> Optimization:
    done = subprocess.run(
        [program, "rrd", "stats", "--no-decode"], input=data, capture_output=True, check=True
    )
    check = done.stdout.decode().partition("Optimization check")[2]
    counts = re.findall(r"(?:bound|effective|excess):\s+([\d\s]+?) chunks", check)
    numbers = [int(re.sub(r"\s", "", count)) for count in counts]
    bound, chunks, excess = numbers or (0, 0, 0)
    return Optimization(chunks, bound, excess, "⚠" in check, TARGET_SIZE)


def test_manifests_of_several_streams_are_one_store() -> None:
    one, other = manifest(many(3)), manifest(many(4) + many(2, entity="/f"), first_serial=10)
    assert analyzed(one, other) == Optimization(9, 2, 7, False, TARGET_SIZE)


def test_a_stream_that_occurs_twice_counts_once() -> None:
    encoded = manifest(many(3))
    assert analyzed(encoded, encoded) == analyzed(encoded)


def test_target_size_can_be_chosen() -> None:
    encoded = manifest(many(10, size=1000))
    assert analyzed(encoded, target_size=3000) == Optimization(10, 4, 6, False, 3000)


def test_no_manifests_need_no_optimizing() -> None:
    assert analyze([]) == Optimization(0, 0, 0, False, TARGET_SIZE)
