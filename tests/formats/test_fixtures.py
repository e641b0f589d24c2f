"""The golden files are what their list says, and what they are made of gives them again."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rrdformats.blocks import read_blocks
from rrdformats.reader import Recording
from rrdformats.source import open_source
from rrdformats.testing.files import Pipe, as_binary

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
LIST: dict[str, dict[str, Any]] = json.loads((FIXTURES / "manifest.json").read_text())


def test_files_and_their_list_are_verified_by_their_script() -> None:
    done = subprocess.run(
        [sys.executable, FIXTURES / "build.py", "--verify"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def read(recording: Recording) -> tuple[list[tuple[str, bytes]], int]:
    damage: list[Exception] = []
    found = [
        (str(item.store_id), item.chunk.encode())
        for item in recording.chunks(on_damage=damage.append)
    ]
    return found, len(damage)


@pytest.mark.parametrize("name", LIST)
def test_a_pipe_gives_what_the_file_gives(name: str) -> None:
    path, entry = FIXTURES / name, LIST[name]
    with Recording.open(path) as recording:
        found, damage = read(recording)
        assert (len(found), damage) == (entry["chunks"], entry["damage"])
    assert read(Recording.open(as_binary(Pipe(path.read_bytes(), 999)))) == (found, damage)


@pytest.mark.parametrize("name", LIST)
def test_features_that_framing_shows_are_there(name: str) -> None:
    features = LIST[name]["features"]
    data = (FIXTURES / name).read_bytes()
    source = open_source(FIXTURES / name)
    blocks = list(read_blocks(source, on_damage=lambda _: None))
    source.close()
    streams = {block.stream.index: block.stream for block in blocks}
    trailers = [stream.trailer is not None for stream in streams.values()]
    assert all(trailers) or "no footer" in features or "0.23" in features
    assert not any(trailers) or "no footer" not in features
    assert ("two streams" in features) == (len(streams) == 2)
    assert ("0.23" in features) == (data[4:7] == b"\0\x17\4")


def test_the_example_of_the_readme_is_small() -> None:
    assert LIST["basic.rrd"]["bytes"] < 100_000


def test_a_recording_cut_at_any_offset_gives_the_chunks_before_the_cut() -> None:
    whole = (FIXTURES / "no_footer.rrd").read_bytes()
    expected, _ = read(Recording.open(io.BytesIO(whole)))
    counts = []
    for cut in range(12, len(whole) + 1):
        found, damage = read(Recording.open(io.BytesIO(whole[:cut])))
        assert found == expected[: len(found)]
        assert damage <= 1
        counts.append(len(found))
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, len(expected))
