"""What we write from what we read: the reference verifies it and finds it equal to the original."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from rrdformats.errors import RrdError
from rrdformats.messages import StoreInfo, StoreKind
from rrdformats.reader import Recording
from rrdformats.writer import RrdWriter

EXCEPTIONS = {
    "unity_phase3_scene.rrd": "its columns are not in canonical order, and the order is compared",
    "empty_end_then_stream.rrd": "the reference loses the second stream of the original",
}
"""Files that `rrd compare` cannot find equal to any good copy, each with its cause."""


def rewrite(source: Path, target: Path) -> tuple[int, int]:
    """Decodes and encodes everything; the number of recordings, and of chunks."""
    chunks = 0
    damage: list[RrdError] = []
    with Recording.open(source) as recording, target.open("wb") as file, RrdWriter(file) as writer:
        contents = recording.contents
        for store, info in contents.stores.items():
            writer.write_store_info(info or StoreInfo(store))
        for item in recording.chunks(on_damage=damage.append):
            writer.write_chunk(item.store_id, item.chunk)
            chunks += 1
        for activation in contents.activations:
            writer.write_activation(activation)
    assert len(damage) == ("truncated" in source.name)
    return sum(store.kind == StoreKind.RECORDING for store in contents.stores), chunks


def chunks_of(path: Path) -> list[tuple[str, bytes]]:
    with Recording.open(path) as recording:
        found = recording.chunks(on_damage=lambda _: None)
        return [(str(item.store_id), item.chunk.encode()) for item in found]


def run(reference: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([reference, "rrd", *words], capture_output=True, text=True, check=False)


def test_a_copy_verifies_and_compares_equal(
    recording: Path, reference: Path, tmp_path: Path
) -> None:
    copy = tmp_path / f"copy{recording.suffix}"
    recordings, chunks = rewrite(recording, copy)
    assert chunks_of(copy) == chunks_of(recording)

    verified = run(reference, "verify", copy)
    if chunks:
        assert verified.returncode == 0, verified.stderr
    else:
        assert "Missing RRD footer" in verified.stderr  # nothing to list: the original is no better
        assert run(reference, "verify", recording).returncode == 1

    compared = run(reference, "compare", "--unordered", recording, copy)
    if recordings != 1:
        assert "data recording found in rrd file" in compared.stderr  # it compares one with one
    elif recording.name not in EXCEPTIONS:
        # A file with a NaN differs even from itself: the reference compares values by ==.
        itself = run(reference, "compare", "--unordered", recording, recording)
        assert compared.returncode == itself.returncode, compared.stderr[-2000:]
    else:
        assert compared.returncode == 1, "compares equal now: no exception any more"


@pytest.mark.parametrize("options", [{"compress": False}, {"write_footer": False}])
def test_copies_written_in_other_ways_are_read_too(
    fresh: Path, reference: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    original, copy = fresh / "custom.rrd", tmp_path / "copy.rrd"
    with (
        Recording.open(original) as recording,
        copy.open("wb") as file,
        RrdWriter(file, **options) as writer,
    ):
        for info in recording.contents.stores.values():
            assert info is not None
            writer.write_store_info(info)
        for item in recording.chunks():
            writer.write_chunk(item.store_id, item.chunk)
    compared = run(reference, "compare", "--unordered", original, copy)
    assert compared.returncode == 0, compared.stderr[-2000:]
    footers = f"--check-footers={str(options.get('write_footer', True)).lower()}"
    verified = run(reference, "verify", footers, copy)
    assert verified.returncode == 0, verified.stderr
