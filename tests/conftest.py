"""Fixtures that every test may use, and the profiles of hypothesis."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# No deadlines: a time that a machine happens to take is no property of the code.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile(
    "nightly",
    deadline=None,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure() -> None:
    """Signals reach the programs that tests start.

    What runs in the background of a script, or under nohup, ignores some signals, and so would
    every program started from here: a test that interrupts one would wait for ever.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of `rrd` left: its exit code and both outputs as text."""

    code: int
    out: str
    err: str


class RunProgram(Protocol):
    """Runs a program with these words after it; neither of its ends is a terminal."""

    def __call__(self, *words: str | Path, stdin: bytes = b"", **env: str) -> Run: ...


class RunHere(Protocol):
    """Runs `rrd` with these words after it."""

    def __call__(self, *words: str | Path) -> Run: ...


class RunOnTerminal(Protocol):
    """Runs `rrd` on a terminal of that width; line ends are plain again."""

    def __call__(self, *words: str | Path, columns: int = 80, **env: str) -> Run: ...


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Recordings that many releases wrote (`RRD_TEST_CORPUS`)."""
    return _folder("RRD_TEST_CORPUS", "../shared/corpus")


@pytest.fixture(scope="session")
def samples() -> Path:
    """Files of every kind that can be imported (`RRD_TEST_SAMPLES`)."""
    return _folder("RRD_TEST_SAMPLES", "../shared/samples")


@pytest.fixture(scope="session")
def reference() -> Path:
    """The reference's native program."""
    package = pytest.importorskip("rerun_cli", reason="rerun-sdk is not installed")
    folder = Path(package.__file__).parent
    for name in ("rerun", "rerun.exe"):
        if (folder / name).is_file():
            return folder / name
    pytest.skip("rerun-sdk is installed without its program")


@pytest.fixture(scope="session")
def python() -> RunProgram:
    """Runs this Python; `env` is added to the environment."""

    def run(*words: str | Path, stdin: bytes = b"", **env: str) -> Run:
        done = subprocess.run(
            [sys.executable, *words],
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **env},
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def rrd(python: RunProgram) -> RunProgram:
    """Runs `rrd`."""
    return partial(python, "-m", "rrdtool")


@pytest.fixture(scope="session")
def terminal() -> RunOnTerminal:
    """Runs `rrd` on a pseudo-terminal; what it complains of comes through a pipe."""
    termios = pytest.importorskip("termios", reason="there are no terminals on this system")

    def run(*words: str | Path, columns: int = 80, **env: str) -> Run:
        main, side = os.openpty()
        termios.tcsetwinsize(side, (50, columns))
        unset = {"COLUMNS", "LINES", "NO_COLOR"}
        kept = {name: text for name, text in os.environ.items() if name not in unset}
        process = subprocess.Popen(
            [sys.executable, "-m", "rrdtool", *words],
            stdin=side,
            stdout=side,
            stderr=subprocess.PIPE,
            env={**kept, "TERM": "xterm-256color", **env},
        )
        os.close(side)
        pieces: list[bytes] = []
        with contextlib.suppress(OSError):  # how the end of a terminal reads on Linux
            while piece := os.read(main, 1 << 16):
                pieces.append(piece)
        os.close(main)
        _, err = process.communicate()
        out = b"".join(pieces).decode().replace("\r\n", "\n")
        return Run(process.returncode, out, err.decode())

    return run


def _folder(variable: str, beside: str) -> Path:
    """The folder that `variable` names, else the one beside the repository; skips without it."""
    folder = Path(os.environ.get(variable) or ROOT / beside)
    if not folder.is_dir():
        pytest.skip(f"{variable}: no folder {folder}")
    return folder


@pytest.fixture
def rrd_here(capfd: pytest.CaptureFixture[str]) -> RunHere:
    """Runs `rrd` in this process: quick, but standard input is empty and output must be text."""
    from rrdtool.cli.app import main

    def run(*words: str | Path) -> Run:
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return run
