"""Inputs of a command: files, folders and standard input, with a result for each.

Whatever is wrong with one input is told and the next one follows; the worst outcome is the run's.
"""

from __future__ import annotations

import difflib
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from rrdtool.cli.outcome import Outcome, Problem, about, worst

if TYPE_CHECKING:
    from rrdformats.reader import Recording

__all__ = ["SUFFIXES", "Input", "each", "expand", "open_recording"]

SUFFIXES = (".rbl", ".rrd")
"""What is taken from a folder; a file that is named is taken whatever it is called."""

_NEIGHBOURS = 10_000  # how many names beside a missing file are looked at for a near miss


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read.

    Attributes:
        name: What messages call it.
        path: Where it is; None is standard input.
    """

    name: str
    path: Path | None


def each(
    files: Sequence[str] | None,
    work: Callable[[Input], Outcome | None],
    *,
    recursive: bool = False,
) -> Outcome:
    """Does `work` on every input in turn and returns the worst outcome.

    A `Problem`, an error of the format or an error of the system ends the work on its input only.
    """

    def attempt(item: Input | Problem) -> Outcome:
        if isinstance(item, Problem):
            return item.tell()
        try:
            with about(item.name):
                return work(item) or Outcome.DONE
        except Problem as problem:
            return problem.tell()

    return worst([attempt(item) for item in expand(files, recursive=recursive)])


def open_recording(item: Input) -> Recording:
    """Opens an input for reading; use it as a context manager."""
    from rrdformats.reader import Recording

    if item.path is None:
        return Recording.open(sys.stdin.buffer, item.name)
    return Recording.open(item.path, item.name)


def expand(files: Sequence[str] | None, *, recursive: bool = False) -> Iterator[Input | Problem]:
    """Yields an `Input` for all that can be read and a `Problem` for all that cannot, in order.

    Args:
        files: What stood on the command line; `-` is standard input, as is nothing at all when
            standard input is not a terminal.
        recursive: Whether folders are entered. Their recordings come sorted by path.
    """
    if not files:
        if sys.stdin.isatty():
            yield Problem("no FILE is given, and nothing is piped in", outcome=Outcome.USAGE)
            return
        files = ["-"]
    stdin_taken = False
    for name in files:
        if name != "-":
            yield from _expand_path(Path(name), name, recursive=recursive)
        elif stdin_taken:
            yield Problem("standard input can be read only once", outcome=Outcome.USAGE)
        else:
            stdin_taken = True
            yield Input("standard input", None)


def _expand_path(path: Path, name: str, *, recursive: bool) -> Iterator[Input | Problem]:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        yield Problem("does not exist", place=name, advice=_near_miss(path))
        return
    except OSError as error:
        yield Problem.of(error, name)
        return
    if not is_folder:
        yield Input(name, path)
    elif recursive:
        yield from _expand_folder(name)
    else:
        yield Problem(
            "is a folder",
            place=name,
            advice="add -r to read the recordings in it",
            outcome=Outcome.USAGE,
        )


def _expand_folder(folder: str) -> Iterator[Input | Problem]:
    problems: list[Problem] = []
    found: list[Path] = []
    for parent, _, names in os.walk(
        folder, onerror=lambda error: problems.append(Problem.of(error, folder))
    ):
        found += (Path(parent, name) for name in names if name.endswith(SUFFIXES))
    yield from problems
    yield from (Input(str(path), path) for path in sorted(found))
    if not found and not problems:
        yield Problem(f"holds no {' or '.join(SUFFIXES)} file", place=folder)


def _near_miss(path: Path) -> str | None:
    try:
        neighbours = [entry.name for entry in islice(path.parent.iterdir(), _NEIGHBOURS)]
    except OSError:
        return None
    matches = difflib.get_close_matches(path.name, neighbours, n=1)
    return f"did you mean {path.with_name(matches[0])}?" if matches else None
