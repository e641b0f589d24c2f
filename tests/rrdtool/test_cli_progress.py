"""Progress bars: only on terminals, only when work is long."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TYPE_CHECKING

import pytest

import rrdtool.cli.progress as module
from rrdtool.cli.progress import Unit, progress
from rrdtool.cli.session import session

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def fresh_session() -> Iterator[None]:
    session.reset()
    yield
    session.reset()


def open_terminal(monkeypatch: pytest.MonkeyPatch, patience: float = 0) -> io.StringIO:
    """Makes standard error a terminal; not a fixture, for capturing starts after those."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module, "_PATIENCE", patience)
    monkeypatch.setattr(module, "_INTERVAL", 0)
    return stream


@pytest.mark.parametrize("unit", ["bytes", "chunks"])
def test_long_work_on_a_terminal_shows_a_bar_and_removes_it(
    monkeypatch: pytest.MonkeyPatch, unit: Unit
) -> None:
    terminal = open_terminal(monkeypatch)
    with progress("reading run.rrd", unit) as report:
        report(1, 4)
        report(2, None)
    out = terminal.getvalue()
    assert "reading run.rrd" in out
    assert out.endswith("\x1b[2K")  # the line is erased


def test_a_bar_goes_away_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with contextlib.suppress(KeyError), progress("reading") as report:
        report(1, 4)
        raise KeyError
    assert terminal.getvalue().endswith("\x1b[2K")


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch, patience=3600)
    with progress("reading") as report:
        report(1, 1)
    assert terminal.getvalue() == ""


def test_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    session.quiet = True
    with progress("reading") as report:
        report(1, 4)
    assert terminal.getvalue() == ""


def test_a_pipe_shows_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0)
    with progress("reading") as report:
        report(1, 4)
    assert capsys.readouterr().err == ""
