"""Edits that are stopped on the way: inputs and old outputs stay as they were, nothing is left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

from rrdformats.testing.sketches import SCALARS, Rows, SketchedStore, cells, sketch
from rrdformats.writer import RrdWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RunHere

COMMANDS = {
    "merge": ["merge"],
    "filter": ["filter", "--drop-timeline", "tick"],
    "route": ["route", "--recording-id", "x"],
    "rename": ["rename", "/a0=/b"],
    "meta": ["meta", "set", "{}", "name=n"],
}
STEPS = {
    "write_store_info": COMMANDS,
    "write_raw": COMMANDS,
    "describe": ("filter", "rename"),
    "carry": ("merge", "route", "rename", "meta"),
    "close": COMMANDS,
}
"""What can fail while a command writes."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    rows = [
        Rows(f"/a{number}", {SCALARS: [1.0, 2.0]}, {"frame": [0, 1], "tick": [2, 3]}, serial=number)
        for number in range(6)
    ]
    return sketch(tmp_path / "in.rrd", SketchedStore(rows))


def stopping(error: BaseException) -> Callable[..., NoReturn]:
    def stop(*_args: object, **_options: object) -> NoReturn:
        raise error

    return stop


@pytest.mark.parametrize(
    ("step", "command"), [(step, command) for step, those in STEPS.items() for command in those]
)
@pytest.mark.parametrize(
    ("error", "code"),
    [(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 1), (KeyboardInterrupt(), 130)],
    ids=["full disk", "Ctrl-C"],
)
def test_whatever_stops_an_edit_nothing_is_left(
    rrd_here: RunHere,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    step: str,
    error: BaseException,
    code: int,
) -> None:
    out = path.with_name("out.rrd")
    out.write_bytes(b"old")
    before = path.read_bytes()
    words = [word.replace("{}", str(path)) for word in COMMANDS[command]]
    files = () if str(path) in words else (path,)
    monkeypatch.setattr(RrdWriter, step, stopping(error))
    run = rrd_here(*words, *files, "-o", out, "--force")
    in_place = rrd_here(*words, *files, "--in-place") if command != "merge" else run
    assert {run.code, in_place.code} == {code}
    assert {item.name for item in path.parent.iterdir()} == {"in.rrd", "out.rrd"}
    assert (path.read_bytes(), out.read_bytes()) == (before, b"old")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_midst_leaves_no_half_file(
    path: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """The program sends itself the signal when the chunks are written and the footer is not."""
    out = tmp_path / "out.rrd"
    script = (
        "import os, signal, sys\n"
        "from rrdformats.writer import RrdWriter\n"
        "from rrdtool.cli.app import main\n"
        f"stop = lambda *_: (os.kill(os.getpid(), {int(number)}), signal.pause())\n"
        "RrdWriter.carry = stop\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "merge", path, "-o", out],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 128 + number
    assert [item.name for item in tmp_path.iterdir()] == ["in.rrd"]


def test_a_closed_pipe_is_no_error(path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m rrdtool cat "$1" | true', sys.executable, path],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert cells(path)
