"""What `rrd recover` saves of cut files is sound to the reference, and holds all there was."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest

from rrdformats.framing import FRAME_SIZE
from rrdformats.reader import Recording
from rrdtool.operations.diff import diff
from rrdtool.operations.recover import NothingRecoveredError, recover
from rrdtool.operations.verify import verify

pytest.importorskip("rerun", reason="rerun-sdk is not installed")

_CUTS = 7
"""How many cuts of each file; they fall on all kinds of places."""


def refused(reference: Path, path: Path) -> str | None:
    """What the reference has against a recording."""
    done = subprocess.run(
        [reference, "rrd", "verify", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "RUST_LOG": "off"},
    )
    return None if done.returncode == 0 else done.stderr


def chunk_ends(data: bytes) -> list[tuple[str, int]]:
    """The id of each chunk, and where its message ends."""
    found = []
    with Recording.open(io.BytesIO(data), "x") as recording:
        for item in recording.chunks(on_damage=lambda _: None):
            frame = item.offset - FRAME_SIZE
            length = int.from_bytes(data[frame + 8 : item.offset], "little")
            found.append((str(item.chunk.id), item.offset + length))
    return found


@pytest.mark.parametrize(
    "name",
    [
        "fixtures/basic.rrd",
        "fixtures/cat_of_two.rrd",
        "fixtures/no_footer.rrd",
        "corpus/0.24.1/columns.rrd",
        "corpus/0.32.2/several_concatenated.rrd",
        "corpus/0.32.2/blueprint.rrd",
        "corpus/0.41.0/static_mix.rrd",
    ],
)
def test_cut_files(
    name: str, reference: Path, root: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder, _, rest = name.partition("/")
    base = root / folder if folder == "fixtures" else request.getfixturevalue(folder)
    whole, out = (base / rest).read_bytes(), tmp_path / "out.rrd"
    ends = chunk_ends(whole)
    for cut in range(ends[0][1], len(whole), max(1, (len(whole) - ends[0][1]) // _CUTS)):
        with Recording.open(io.BytesIO(whole[:cut]), "cut") as recording, out.open("wb") as file:
            recover(recording, file)
        assert refused(reference, out) is None, cut
        with Recording.open(out) as saved:
            assert not [found for found in verify(saved).findings if found.level == "error"], cut
        before = {chunk_id for chunk_id, end in ends if end <= cut}
        assert {chunk_id for chunk_id, _ in chunk_ends(out.read_bytes())} == before, cut


def test_every_recording_that_is_sound_stays_the_same(recording: Path) -> None:
    if recording.name == "archetypes.rrd" and recording.parent.name != "0.24.1":
        pytest.skip("much the same as that of 0.24.1")
    if recording.name in {"truncated.rrd", "damaged_truncated.rrd"}:
        pytest.skip("it is damaged")
    out = io.BytesIO()
    with Recording.open(recording) as source:
        try:
            report = recover(source, out)
        except NothingRecoveredError:
            assert not source.contents.manifests
            return
    assert not report.lost_something
    if report.sound:
        assert out.getvalue() == recording.read_bytes()
        return
    with Recording.open(recording) as source, Recording.open(out, "saved") as saved:
        assert diff(source, saved).same
