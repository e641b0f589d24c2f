"""`rrd slice`: a stretch of time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rrdformats.quantities import format_count
from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest, readable_inputs, refusals_told
from rrdtool.cli.inputs import open_recording
from rrdtool.cli.outcome import Outcome, Problem, about
from rrdtool.cli.sentences import complain, note

if TYPE_CHECKING:
    from rrdtool.operations.time_window import TimeWindow

__all__ = ["slice_"]

_Duration = Annotated[
    str | None,
    typer.Option(
        "--duration",
        metavar="TIME",
        help="How long the range is, from --start or up to --end: 10s, 1h30m, or a number of "
        "steps.",
        show_default=False,
    ),
]
_NoSeed = Annotated[
    bool,
    typer.Option(
        "--no-seed",
        help="Leave out what was known before: no last values at the start, and video streams may "
        "begin between keyframes.",
    ),
]
_Verify = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Then ask source and slice for the latest value of every component at times all over "
        "the range; any other answer is a failure.",
    ),
]


def slice_(
    files: options.Files = None,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    start: options.Start = None,
    end: options.End = None,
    duration: _Duration = None,
    timeline: options.TimelineName = None,
    no_seed: _NoSeed = False,
    verify: _Verify = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Cut a stretch of time out of a recording.

    All static data stays. At the start the last known value of every component is set, and video
    streams begin at the keyframe before it, so that the slice shows what the whole recording showed
    at every time in the range. Both ends belong to it. Rows without a time on the timeline are left
    out, and counted.

    Examples:
        rrd slice --start +10s --duration 5s run.rrd -o part.rrd
        rrd slice --timeline frame --start 100 --end 200 --verify run.rrd -o part.rrd
        rrd slice --start -1m --no-seed run.rrd | rrd info -
    """
    from rrdtool.operations.slice import slice_ as cut
    from rrdtool.operations.time_window import TimeWindow

    window = TimeWindow(start, end, timeline, duration)
    if start is None and end is None and duration is None:
        raise Problem(
            "no range is given",
            advice="give --start, --end or --duration",
            outcome=Outcome.USAGE,
        )
    named = files is not None and len(files) == 1 and files != ["-"] and output not in (None, "-")
    if verify and (no_seed or dry_run or in_place or not named):
        raise Problem(
            "--verify reads one FILE and its slice, -o PATH, again; it does not go with --no-seed, "
            "--dry-run and --in-place",
            outcome=Outcome.USAGE,
        )
    request = EditRequest(
        "slice",
        files,
        "slice",
        output,
        force=force,
        in_place=in_place,
        backup=backup,
        dry_run=dry_run,
        json=json,
        lossy=lossy,
        history=history,
    )
    outcome = request.carry_out(
        lambda recordings, out, settings: cut(
            recordings, out, window, seed=not no_seed, settings=settings
        )
    )
    return (_verify(files or [], output, window) or outcome) if verify else outcome


def _verify(files: list[str], output: str | None, window: TimeWindow) -> Outcome | None:
    """Compares what source and slice answer; None if that is the same."""
    from rrdtool.operations.slice import check_slice

    (item,) = readable_inputs(files)
    (made,) = readable_inputs([str(output)])
    with (
        about(item.name),
        refusals_told(),
        open_recording(item) as source,
        open_recording(made) as cut,
    ):
        check = check_slice(source, cut, window)
    told = f"{format_count(check.answers)} answers at {format_count(check.times)} times"
    if not check.differing:
        note(f"verified: {told} are those of {Path(item.name).name}")
        return None
    for found in check.differences:
        complain(f"{found.entity}: {found.component} differs at {found.time}")
    complain(f"{made.name}: of {told} {format_count(check.differing)} are not those of the source")
    return Outcome.FAILED
