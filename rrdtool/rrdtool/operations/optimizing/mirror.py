"""Optimizes many files, each on its own, several at a time.

Small files cost what Python costs, not what their bytes cost, so they are spread over processes.
"""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from rrdformats.reader import Recording
from rrdtool.operations.edit_inputs import EditRefusedError, InputError, Refusal
from rrdtool.operations.editing import EditSettings
from rrdtool.operations.optimize import OptimizeReport, optimize
from rrdtool.operations.optimizing.settings import Settings
from rrdtool.operations.output import AtomicFile, OutputRefusedError

__all__ = ["FileResult", "FileTask", "optimize_each"]

_AT_ONCE = 8
"""Files that a process is given at a time, at most."""

_SMALLEST, _WORTH_IT = 2 << 20, 64 << 20
"""What a file counts at least (bytes), and what a process of its own must have to do."""


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to optimize.

    Attributes:
        source: The input.
        target: The output, in a folder that exists; None only tells what would be done.
        force: Whether an existing output may be replaced.
        in_place: Whether the output is the input.
        keep_backup: Whether the replaced input is kept.
        inputs: All that is read; no output may be one of them, unless `in_place`.
    """

    source: str
    target: str | None
    force: bool = False
    in_place: bool = False
    keep_backup: bool = False
    inputs: tuple[str, ...] = ()


@dataclass(slots=True)
class FileResult:
    """What became of one file.

    Attributes:
        file: The input.
        report: What was done; None if nothing was.
        refusals: Why not.
        is_usage: Whether other arguments would have helped.
    """

    file: str
    report: OptimizeReport | None = None
    refusals: list[Refusal] = field(default_factory=list)
    is_usage: bool = False


def optimize_each(
    tasks: Sequence[FileTask], limits: Settings, settings: EditSettings, jobs: int
) -> Iterator[FileResult]:
    """Optimizes every file; yields results in the order of the tasks, whatever becomes of each.

    Args:
        tasks: The files.
        limits: How large chunks may become.
        settings: How it is done; its progress is not told.
        jobs: How many processes to use; 1 uses none.
    """
    work = partial(_attempt, limits=limits, settings=settings)
    jobs = min(jobs, len(tasks), sum(map(_weight, tasks)) // _WORTH_IT)
    if jobs <= 1:
        yield from map(work, tasks)
        return
    # Not forked: libraries that were imported have threads and locks of their own.
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_prepare_process) as pool:
        try:
            yield from pool.map(work, tasks, chunksize=min(-(-len(tasks) // (4 * jobs)), _AT_ONCE))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _weight(task: FileTask) -> int:
    try:
        return max(Path(task.source).stat().st_size, _SMALLEST)
    except OSError:  # told of when it is opened
        return 0


def _prepare_process() -> None:
    """Leaves Ctrl-C to the parent, which lets begun files be completed; saves memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_memory_pool(pa.system_memory_pool())


def _attempt(task: FileTask, limits: Settings, settings: EditSettings) -> FileResult:
    try:
        with Recording.open(task.source) as recording, _output(task) as file:
            report = optimize([recording], file, limits=limits, settings=settings)
        return FileResult(task.source, report)
    except EditRefusedError as error:
        return FileResult(task.source, None, list(error.reasons), error.is_usage)
    except InputError as error:
        return FileResult(task.source, None, [Refusal(str(error.error), error.name)])
    except OSError as error:
        what = error.strerror or str(error)
        place = task.source if error.filename is None else str(error.filename)
        is_usage = isinstance(error, OutputRefusedError)
        return FileResult(task.source, None, [Refusal(what, place)], is_usage)


@contextmanager
def _output(task: FileTask) -> Generator[BinaryIO | None]:
    if task.target is None:
        yield None
        return
    with AtomicFile(
        task.target,
        force=task.force,
        in_place=task.in_place,
        keep_backup=task.keep_backup,
        inputs=() if task.in_place else task.inputs,
    ) as file:
        yield file
