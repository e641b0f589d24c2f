"""The command line around the commands of `example_commands.py`."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import RunProgram

    from rrdtool.cli.registry import CommandRow

EXAMPLE = Path(__file__).with_name("example_commands.py")


class StartExample(Protocol):
    """Starts the example program and leaves it running, with pipes unless descriptors are given."""

    def __call__(
        self,
        *words: str | Path,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.PIPE,
        stdin: int = subprocess.DEVNULL,
        **env: str,
    ) -> subprocess.Popen[bytes]: ...


@pytest.fixture
def example_rows(monkeypatch: pytest.MonkeyPatch) -> tuple[CommandRow, ...]:
    """The registry of the example commands, importable in this process."""
    monkeypatch.syspath_prepend(str(EXAMPLE.parent))
    rows: tuple[CommandRow, ...] = importlib.import_module("example_commands").COMMANDS
    return rows


@pytest.fixture
def example(python: RunProgram) -> RunProgram:
    """Runs an example command to its end."""
    return partial(python, EXAMPLE)


@pytest.fixture
def start_example() -> Iterator[StartExample]:
    """Starts example commands; what still runs after the test is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(
        *words: str | Path,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.PIPE,
        stdin: int = subprocess.DEVNULL,
        **env: str,
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, EXAMPLE, *words],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, **env},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
