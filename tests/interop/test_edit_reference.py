"""What we edit and the reference accepts; where it has the same command, the same comes out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest

from rrdformats.messages import StoreKind
from rrdformats.properties import is_property_path
from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.testing.sketches import cells
from rrdformats.times import format_time
from rrdtool.operations.edit_selection import EditSelection
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import EditSettings
from rrdtool.operations.filter import filter_
from rrdtool.operations.merge import merge
from rrdtool.operations.route import route
from rrdtool.operations.routing import Routing
from rrdtool.operations.slice import check_slice, slice_
from rrdtool.operations.split import Division, split
from rrdtool.operations.time_window import TimeWindow, pick_timeline

EXCEPTIONS = {
    "unity_phase3_scene.rrd": "its columns are not in canonical order, which we keep",
    "empty_end_then_stream.rrd": "the reference loses the second stream",
}
"""Files whose copies differ from those of the reference, each with the cause."""

LOSSY = EditSettings(lossy=True)

Work = Callable[[list[Recording], BinaryIO, EditSettings], EditReport]


@dataclass(frozen=True)
class Facts:
    """What a test needs to know of a recording beforehand."""

    recordings: int
    blueprints: int
    entity: str | None
    timeline: str | None

    @classmethod
    def of(cls, path: Path) -> Facts:
        with Recording.open(path) as recording:
            contents = recording.contents
            kinds = [store.kind for store in contents.stores]
            manifests = [
                item.manifest
                for item in contents.manifests
                if item.manifest.store_id.kind is StoreKind.RECORDING
            ]
            entities = {name for manifest in manifests for name in manifest.entity_codes[0]}
            lines = {line.name for manifest in manifests for line in manifest.timelines}
        return cls(
            kinds.count(StoreKind.RECORDING),
            kinds.count(StoreKind.BLUEPRINT),
            min((name for name in entities if not is_property_path(name)), default=None),
            max(lines, default=None),
        )


def run(reference: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [reference, "rrd", *words], capture_output=True, text=True, check=False, timeout=60
    )


def edit(work: Work, source: Path, target: Path) -> EditReport:
    with Recording.open(source) as recording, target.open("wb") as file:
        return work([recording], file, LOSSY)


def accepted(reference: Path, path: Path, report: EditReport) -> None:
    """The reference finds nothing wrong with an output, its footer included."""
    if sum(store.chunks for store in report.stores) > report.emptied_chunks:
        verified = run(reference, "verify", path)
        assert verified.returncode == 0, verified.stderr


def same(reference: Path, recordings: int, ours: Path, theirs: Path) -> bool:
    """Whether the reference finds two recordings equal; several at once it does not compare."""
    if recordings != 1:
        return anywhere(ours) == anywhere(theirs)
    compared = run(reference, "compare", "--unordered", ours, theirs)
    if compared.returncode:
        # A file with a NaN differs even from itself: the reference compares values by ==.
        return run(reference, "compare", "--unordered", theirs, theirs).returncode != 0
    return True


def anywhere(path: Path) -> list[str]:
    """All cells, whatever store they are in; texts, because a NaN is not equal to itself."""
    return sorted(repr(cell[1:]) for cell in cells(path))


def merged(recordings: Iterable[Recording], file: BinaryIO, settings: EditSettings) -> EditReport:
    return merge(recordings, file, settings=settings)


def test_merged_as_the_reference_merges(recording: Path, reference: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.rrd", tmp_path / "theirs.rrd"
    accepted(reference, ours, edit(merged, recording, ours))
    run(reference, "merge", "--continue-on-error", recording, "-o", theirs)
    found = same(reference, Facts.of(recording).recordings, ours, theirs)
    assert found == (recording.name not in EXCEPTIONS)


def test_filtered_as_the_reference_filters(
    recording: Path, reference: Path, tmp_path: Path
) -> None:
    facts = Facts.of(recording)
    if facts.timeline is None or facts.entity is None:
        pytest.skip("there is nothing to leave out")
    ours, theirs = tmp_path / "ours.rrd", tmp_path / "theirs.rrd"
    selection = EditSelection(
        entities=Selection.entities([], [facts.entity]),
        timelines=Selection.names([], [facts.timeline]),
    )
    report = edit(
        lambda recordings, file, settings: filter_(recordings, file, selection, settings=settings),
        recording,
        ours,
    )
    accepted(reference, ours, report)
    words = ["--drop-entity", facts.entity, "--drop-timeline", facts.timeline]
    run(reference, "filter", "--continue-on-error", *words, recording, "-o", theirs)
    found = same(reference, facts.recordings, ours, theirs)
    assert found or recording.name in EXCEPTIONS


def test_routed_as_the_reference_routes(recording: Path, reference: Path, tmp_path: Path) -> None:
    facts = Facts.of(recording)
    ours, theirs = tmp_path / "ours.rrd", tmp_path / "theirs.rrd"
    routing = Routing(application_id="other", recording_id="elsewhere")
    report = edit(
        lambda recordings, file, settings: route(recordings, file, routing, settings=settings),
        recording,
        ours,
    )
    accepted(reference, ours, report)
    words = ["--application-id", "other", "--recording-id", "elsewhere"]
    done = run(reference, "route", "--continue-on-error", *words, recording, "-o", theirs)
    if done.returncode == 0:
        assert same(reference, min(facts.recordings, 1), ours, theirs)
    else:
        assert "panicked" in done.stderr, "as it does where a recording has its blueprint with it"
        known = set(anywhere(recording))
        lost = report.differing_duplicates > 0
        assert set(anywhere(ours)) < known if lost else set(anywhere(ours)) == known


def middle(recording: Recording, timeline: str) -> str:
    """The time in the middle of a timeline, as the command line takes it."""
    manifests = [item.manifest for item in recording.contents.manifests]
    line, (first, last) = pick_timeline(manifests, timeline)
    return f"={format_time((first + last) // 2, line.kind)}"


def merge_back(parts: list[Path], target: Path) -> None:
    recordings = [Recording.open(part) for part in parts]
    try:
        with target.open("wb") as file:
            merge(recordings, file, settings=LOSSY)
    finally:
        for each in recordings:
            each.close()


def test_parts_merged_again_are_the_recording(
    recording: Path, reference: Path, tmp_path: Path
) -> None:
    facts = Facts.of(recording)
    if facts.timeline is None or facts.recordings != 1:
        pytest.skip("there are no times of one recording")
    folder, whole = tmp_path / "parts", tmp_path / "whole.rrd"
    folder.mkdir()
    with Recording.open(recording) as opened:
        division = Division(times=(middle(opened, facts.timeline),), timeline=facts.timeline)
        report = split(opened, lambda name: (folder / name).open("wb"), division, settings=LOSSY)
    parts = [folder / part.file for part in report.parts]
    for part, told in zip(parts, report.parts, strict=True):
        if sum(store.chunks for store in told.stores):
            verified = run(reference, "verify", part)
            assert verified.returncode == 0, verified.stderr
    merge_back(parts, whole)
    if "truncated" not in recording.name:
        assert anywhere(whole) == anywhere(recording)


def test_a_slice_is_accepted_and_answers_as_its_source(
    recording: Path, reference: Path, tmp_path: Path
) -> None:
    facts = Facts.of(recording)
    if facts.timeline is None or facts.recordings != 1:
        pytest.skip("there are no times of one recording")
    ours = tmp_path / "ours.rrd"
    with Recording.open(recording) as opened:
        window = TimeWindow(middle(opened, facts.timeline), None, facts.timeline)
        with ours.open("wb") as file:
            report = slice_([opened], file, window, settings=LOSSY)
        if "truncated" not in recording.name:
            with Recording.open(ours) as made:
                assert check_slice(opened, made, window).differing == 0
    accepted(reference, ours, report)
