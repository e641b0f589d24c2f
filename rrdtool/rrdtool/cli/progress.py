"""Progress bars on standard error, where that is a terminal and nobody asked for quiet.

Operations report through a callback; what is shown, and whether anything is, is decided here. Rich
is imported only for a run that has already lasted half a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from rrdtool.cli.session import is_terminal, session

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

__all__ = ["Report", "Unit", "progress"]

Report = Callable[[int, int | None], None]
"""Called with how much is done, and how much there is (None: unknown)."""

Unit = Literal["bytes", "chunks", "files"]

_PATIENCE = 0.5  # seconds before anything appears
_INTERVAL = 0.1  # seconds between two updates


@contextmanager
def progress(label: str, unit: Unit = "bytes") -> Generator[Report]:
    """A callback that draws a bar, or does nothing, while the context lasts.

    The bar disappears at the end, however the end comes.
    """
    if session.quiet or not is_terminal(sys.stderr):
        yield _report_nowhere
        return
    bar = _Bar(label, unit)
    try:
        yield bar.report
    finally:
        bar.close()


def _report_nowhere(_done: int, _total: int | None) -> None:
    """Does nothing."""


class _Bar:
    """A bar that appears when the work turns out to be long."""

    def __init__(self, label: str, unit: Unit) -> None:
        self._label = label
        self._unit: Unit = unit
        self._next = time.monotonic() + _PATIENCE
        self._shown: RichProgress | None = None

    def report(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        if self._shown is None:
            self._shown = _open_rich(self._label, self._unit)
        task = self._shown.task_ids[0]
        self._shown.update(task, completed=done, total=total, refresh=True)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.stop()


def _open_rich(label: str, unit: Unit) -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    colored = session.colors(sys.stderr)
    shown = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True) if unit == "bytes" else MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True, color_system="auto" if colored else None),
        transient=True,
        auto_refresh=False,
    )
    shown.add_task(label, total=None)
    shown.start()
    return shown
