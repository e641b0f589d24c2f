"""Folders mirrored: every recording in them becomes a file of its own in another folder, or anew.

Problems of one file are told, and the others go on; the worst outcome is the run's.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rrdformats.quantities import format_count
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.inputs import Input, expand
from rrdtool.cli.outcome import Outcome, Problem, worst
from rrdtool.cli.outputs import output_folder
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import note
from rrdtool.cli.session import session

if TYPE_CHECKING:
    from rrdtool.operations.optimizing.mirror import FileResult, FileTask
    from rrdtool.operations.optimizing.settings import Settings

__all__ = ["mirror"]


def mirror(
    request: EditRequest, output_dir: str | None, limits: Settings, jobs: int | None
) -> Outcome:
    """Optimizes every recording that is named or stands in a folder that is named.

    Args:
        request: What the command line asks.
        output_dir: The folder to write to, if `-o` does not name it.
        limits: How large chunks may become.
        jobs: How many files at a time; None for one per processor.

    Raises:
        Problem: If nothing can be done.
    """
    found, missing = _named(request.files or [])
    outcomes = [problem.tell() for problem in missing]
    jobs = jobs or os.cpu_count() or 1
    with ExitStack() as stack:
        tasks = _tasks(request, output_dir, found, stack)
        report = stack.enter_context(progress(request.command, "files"))
        results = _results(request, tasks, limits, jobs)
        done = 0
        for number, result in enumerate(results, 1):
            done += result.report is not None
            outcomes.append(_tell(request, result))
            report(number, len(tasks))
    if not request.dry_run and not request.json:
        note(f"{format_count(done)} of {format_count(len(tasks))} files done")
    return worst(outcomes)


def _named(files: Sequence[str]) -> tuple[list[tuple[Input, Path]], list[Problem]]:
    """The inputs, each with its name in the mirrored folder, and what is wrong with others."""
    found: list[tuple[Input, Path]] = []
    problems: list[Problem] = []
    for name in files:
        for item in expand([name], recursive=True):
            if isinstance(item, Problem):
                problems.append(item)
            elif item.path is None:
                problem = "standard input has no place in a folder"
                problems.append(Problem(problem, outcome=Outcome.USAGE))
            else:
                base = name if Path(name).is_dir() else item.path.parent
                found.append((item, item.path.relative_to(base)))
    return found, problems


def _tasks(
    request: EditRequest,
    output_dir: str | None,
    found: list[tuple[Input, Path]],
    stack: ExitStack,
) -> list[FileTask]:
    from rrdtool.operations.optimizing.mirror import FileTask

    sources = [str(item.path) for item, _ in found]
    if request.in_place:
        if output_dir or request.output:
            raise _usage("--in-place leaves no place for a folder")
        return [
            FileTask(
                source,
                None if request.dry_run else source,
                in_place=True,
                keep_backup=request.backup,
            )
            for source in sources
        ]
    if request.backup:
        raise _usage("--backup goes with --in-place")
    if request.dry_run:
        return [FileTask(source, None) for source in sources]
    inputs = [item for item, _ in found]
    folder = stack.enter_context(
        output_folder(output_dir, inputs, output=request.output, force=request.force)
    )
    names = [name for _, name in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise _usage(f"two inputs would become {name}")
    return [
        FileTask(source, str(folder.make(name)), force=request.force, inputs=tuple(sources))
        for source, name in zip(sources, names, strict=True)
    ]


def _results(
    request: EditRequest, tasks: list[FileTask], limits: Settings, jobs: int
) -> Iterator[FileResult]:
    from rrdtool.operations.editing import EditSettings
    from rrdtool.operations.optimizing.mirror import optimize_each

    command = shlex.join(["rrd", *session.words]) if request.history else None
    settings = EditSettings(lossy=request.lossy, history=command)
    return optimize_each(tasks, limits, settings, jobs)


def _tell(request: EditRequest, result: FileResult) -> Outcome:
    if result.report is not None:
        return request.tell(result.report)
    outcome = Outcome.USAGE if result.is_usage else Outcome.FAILED
    problems = [
        Problem(found.what, place=found.place or result.file, advice=found.advice, outcome=outcome)
        for found in result.refusals
    ]
    return worst(problem.tell() for problem in problems)


def _usage(what: str) -> Problem:
    return Problem(what, outcome=Outcome.USAGE)
