"""`rrd diff` sees through what the reference does to a recording without changing its meaning."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdtool.operations.diff import DiffReport, DiffSettings, diff

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("rerun", reason="rerun-sdk is not installed")


EXCEPTIONS = {
    "truncated.rrd": "it is damaged",
    "damaged_truncated.rrd": "it is damaged",
    "empty_end_then_stream.rrd": "the reference loses its second stream",
}


def look(a: Path, b: Path, settings: DiffSettings | None = None) -> DiffReport:
    with Recording.open(a) as first, Recording.open(b) as second:
        return diff(first, second, settings, on_damage=_refuse)


def _refuse(name: str, error: RrdError) -> None:
    raise AssertionError(f"{name}: {error}")


def run(reference: Path, *words: str | Path) -> None:
    subprocess.run([reference, "rrd", *words], check=True, capture_output=True, timeout=60)


def test_an_optimized_copy_is_the_same(recording: Path, reference: Path, tmp_path: Path) -> None:
    if recording.name == "archetypes.rrd" and recording.parent.name != "0.24.1":
        pytest.skip("much the same as that of 0.24.1")
    if recording.name in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[recording.name])
    copy = tmp_path / "copy.rrd"
    run(reference, "optimize", recording, "-o", copy)
    assert look(recording, copy).same


def test_a_routed_copy_is_the_same(reference: Path, root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.rrd"
    run(reference, "route", root / "fixtures/basic.rrd", "--recording-id", "another", "-o", copy)
    report = look(root / "fixtures/basic.rrd", copy)
    assert report.same
    assert [str(store.b).rpartition("/")[2] for store in report.stores] == ["another"]


def test_what_a_filter_drops_is_all_that_differs(
    reference: Path, root: Path, tmp_path: Path
) -> None:
    source, copy = root / "fixtures/basic.rrd", tmp_path / "copy.rrd"
    with Recording.open(source) as recording:
        (item,) = recording.contents.manifests
        dropped = next(name for name in item.manifest.entity_path if name != "/__properties")
    run(reference, "filter", source, "--drop-entity", dropped, "-o", copy)
    (store,) = look(source, copy).stores
    assert [entity.entity for entity in store.entities] == [dropped]
    assert (store.changed, store.moved, store.only_b) == (0, 0, 0)
    assert store.only_a > 0
