"""Damaged recordings: only `RrdError` comes out, within bounded memory and time."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.testing import assembly
from rrdformats.testing.exercise import exercise
from rrdformats.testing.mutations import frames_of, join_frames, mutate

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
NAMES = sorted(path.name for path in FIXTURES.glob("*.r[rb][dl]"))
SMALL = [name for name in NAMES if (FIXTURES / name).stat().st_size < 12_000]


def recording(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_undamaged_recordings_are_read_in_every_way(name: str) -> None:
    outcome = exercise(recording(name))
    assert outcome.chunks > 0 or name == "no_chunks.rrd"


@given(st.sampled_from(NAMES), st.integers(0, 2**32))
def test_mutations_end_in_results_or_errors_of_ours(name: str, seed: int) -> None:
    others = [recording(other) for other in SMALL]
    exercise(mutate(random.Random(seed), recording(name), others))


@given(st.sampled_from(SMALL), st.data())
def test_cuts_and_splices_at_any_byte(name: str, data: st.DataObject) -> None:
    one, other = recording(name), recording(data.draw(st.sampled_from(SMALL)))
    start, end = (data.draw(st.integers(0, len(piece))) for piece in (one, other))
    exercise(one[:start] + other[end:])


@given(st.sampled_from(SMALL), st.data())
def test_every_bit_may_flip(name: str, data: st.DataObject) -> None:
    whole = bytearray(recording(name))
    for place in data.draw(st.lists(st.integers(0, 8 * len(whole) - 1), min_size=1, max_size=3)):
        whole[place // 8] ^= 1 << place % 8
    exercise(bytes(whole))


def test_mutations_are_a_function_of_their_seed() -> None:
    whole = recording("two_stores.rrd")
    made = [mutate(random.Random(seed), whole, [whole]) for seed in (1, 1, 2, 3)]
    assert made[0] == made[1]
    assert len(set(made)) == 3


@pytest.mark.parametrize("name", ["basic.rrd", "two_stores.rrd", "no_footer.rrd", "no_chunks.rrd"])
def test_taking_a_recording_apart_and_joining_it_changes_nothing(name: str) -> None:
    assert join_frames(*frames_of(recording(name))) == recording(name)


@pytest.mark.parametrize("data", [b"", b"RRF2", assembly.header(), assembly.stream(footer=None)])
def test_almost_nothing_can_be_mutated_too(data: bytes) -> None:
    for seed in range(40):
        exercise(mutate(random.Random(seed), data, []))


@pytest.mark.skipif(sys.platform == "win32", reason="limits on memory are a thing of POSIX")
def test_a_process_with_little_memory_survives_damaged_recordings(tmp_path: Path) -> None:
    script = Path(__file__).with_name("fuzz_run.py")
    done = run(
        [sys.executable, script, "--count", "60", "--keep", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 inputs tried, 0 findings" in done.stdout
