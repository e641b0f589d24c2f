"""`rrd migrate` brings recordings of every release to what the reference's own migration makes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from rrdformats.messages import StoreKind
from rrdformats.reader import Recording
from rrdtool.operations.compare import compare
from rrdtool.operations.diff import diff
from rrdtool.operations.migrate import MigrateReport, inspect, migrate
from rrdtool.operations.output import AtomicFile

pytest.importorskip("rerun", reason="rerun-sdk is not installed")

NAMES = (
    "corpus/0.24.1/archetypes.rrd",
    "corpus/0.24.1/columns.rrd",
    "corpus/0.24.1/out_of_order.rrd",
    "corpus/0.24.1/properties.rrd",
    "corpus/0.24.1/static_mix.rrd",
    "corpus/0.29.2/static_mix.rrd",
    "corpus/0.32.2/blueprint.rbl",
    "corpus/0.32.2/blueprint.rrd",
    "corpus/0.32.2/custom.rrd",
    "corpus/0.32.2/no_footer.rrd",
    "corpus/0.32.2/several_concatenated.rrd",
    "corpus/0.36.3/columns.rrd",
    "samples/rrd/so100.rrd",
    "samples/rrd/unity_phase3_scene.rrd",
)
"""Recordings of 0.23 to 0.36; those of 0.24.1 hold every archetype that there was."""


def run(reference: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [reference, "rrd", *words], capture_output=True, text=True, check=False, timeout=60
    )


def migrated(path: Path) -> MigrateReport:
    with AtomicFile(path, in_place=True) as file, Recording.open(path) as recording:
        return migrate(recording, file)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_as_the_reference(
    name: str, reference: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder, _, rest = name.partition("/")
    source = request.getfixturevalue(folder) / rest
    theirs, ours = tmp_path / f"theirs{source.suffix}", tmp_path / f"ours{source.suffix}"
    for copy in (theirs, ours):
        shutil.copyfile(source, copy)
    report = migrated(ours)
    assert report.old_chunks == report.chunks > 0
    assert run(reference, "verify", ours).returncode == 0
    assert run(reference, "migrate", theirs).returncode == 0
    with Recording.open(theirs) as one, Recording.open(ours) as other:
        seen = inspect(other)
        assert (seen.is_old, seen.chunks, seen.rows) == (False, report.chunks, report.rows)
        assert diff(one, other).same
        kinds = [store.kind for store in other.contents.stores]
        if kinds.count(StoreKind.RECORDING) == 1:
            assert compare(one, other, unordered=True).same
