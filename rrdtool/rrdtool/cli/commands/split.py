"""`rrd split`: one recording in several files."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rrdformats.quantities import format_count, format_size, parse_size
from rrdtool.cli import options
from rrdtool.cli.editing import (
    allow_descriptors,
    chunks_told,
    readable_inputs,
    refusals_told,
    say_inputs,
)
from rrdtool.cli.inputs import Input, open_recording
from rrdtool.cli.outcome import Outcome, Problem, about
from rrdtool.cli.output import print_json
from rrdtool.cli.outputs import output_folder
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdtool.operations.split import Division, OpenPart, SplitReport

__all__ = ["split"]

_DESCRIPTORS = 4096

_File = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="The recording to read; - is standard input, which is also read when no FILE is "
        "given.",
        show_default=False,
    ),
]
_OutputFolder = Annotated[
    str | None,
    typer.Option(
        "-d",
        "--output-dir",
        "-o",
        metavar="FOLDER",
        help="Where the parts go; made if it is missing.",
        show_default=False,
    ),
]
_Times = Annotated[
    list[str] | None,
    typer.Option(
        "-t",
        "--time",
        metavar="TIME",
        help="Divide at this time; a part begins with it. May be repeated.",
        show_default=False,
    ),
]
_Parts = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--num-parts",
        metavar="N",
        min=1,
        help="Divide into N parts of equal duration.",
        show_default=False,
    ),
]
_Every = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="TIME",
        help="Divide into parts of this duration, or of so many steps.",
        show_default=False,
    ),
]
_MaxSize = Annotated[
    str | None,
    typer.Option(
        "--max-size",
        metavar="SIZE",
        help="Divide into parts of at most this size: 100MB, 2GiB. No chunk is cut.",
        show_default=False,
    ),
]
_By = Annotated[
    Literal["entity", "store"] | None,
    typer.Option(
        "--by",
        help="Divide by entity, or into recordings and blueprints.",
        show_default=False,
    ),
]
_Depth = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        min=1,
        help="By entity: keep together what is beneath the same N first parts of paths.",
        show_default=False,
    ),
]
_RecordingId = Annotated[
    str | None,
    typer.Option(
        "--recording-id",
        metavar="PREFIX",
        help="Give each part a recording id of its own: PREFIX and its number. By default all "
        "parts keep the id, so that they can be merged again.",
        show_default=False,
    ),
]
_DropUnused = Annotated[
    bool,
    typer.Option(
        "--drop-unused-timelines", help="Leave out all timelines but the one of the times."
    ),
]
_Once = Annotated[
    bool,
    typer.Option(
        "--statics-once",
        help="Put static data, properties and blueprints into the first part only.",
    ),
]
_Seed = Annotated[
    bool,
    typer.Option(
        "--seed",
        help="Begin each part with what was known before it, as slice does. Merged again, the "
        "parts then have these rows beside the original ones.",
    ),
]


def split(
    files: _File = None,
    output_dir: _OutputFolder = None,
    force: options.Force = False,
    timeline: options.TimelineName = None,
    time: _Times = None,
    num_parts: _Parts = None,
    every: _Every = None,
    max_size: _MaxSize = None,
    by: _By = None,
    depth: _Depth = None,
    statics_once: _Once = False,
    seed: _Seed = False,
    recording_id: _RecordingId = None,
    drop_unused_timelines: _DropUnused = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Divide a recording into several files.

    Together the parts hold exactly what it holds: merged again, they are the recording. Static
    data, properties and blueprints are in each part. Rows without a time on the timeline are in the
    first part. All parts appear when all are complete.

    Examples:
        rrd split run.rrd -d parts -n 4
        rrd split run.rrd -d parts --timeline frame -t 100 -t 200
        rrd split run.rrd -d parts --every 1m --seed
        rrd split run.rrd -d parts --max-size 100MB
        rrd split run.rrd -d parts --by entity --depth 1
    """
    from rrdtool.operations.split import Division

    given = [bool(time), num_parts is not None, bool(every), bool(max_size), bool(by)]
    if sum(given) != 1:
        raise Problem(
            "it is not clear how to divide" if not any(given) else "there are two ways to divide",
            advice="give one of --time, --num-parts, --every, --max-size and --by",
            outcome=Outcome.USAGE,
        )
    division = Division(
        times=tuple(time or ()),
        parts=num_parts,
        every=every,
        max_size=_size(max_size),
        by=by,
        timeline=timeline,
        depth=depth,
        once=statics_once,
        seed=seed,
        recording_id=recording_id,
        drop_unused_timelines=drop_unused_timelines,
    )
    inputs = readable_inputs(files)
    if len(inputs) != 1:
        raise Problem(
            "only one recording is divided at a time",
            advice="merge them first: `rrd merge … | rrd split …`",
            outcome=Outcome.USAGE,
        )
    (item,) = inputs
    if dry_run:
        report = _split(item, None, division, lossy=lossy, history=history)
    else:
        with output_folder(output_dir, inputs, force=force, together=True) as folder:
            report = _split(item, folder.open, division, lossy=lossy, history=history)
    if json:
        print_json(report, schema="rrd.split/1")
    else:
        _print(report)
    _say(report)
    return Outcome.LOSS if report.lost_something else Outcome.DONE


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        size = parse_size(text)
    except ValueError as error:
        raise Problem(str(error), place="--max-size", outcome=Outcome.USAGE) from error
    if size <= 0:
        raise Problem("is no size", place="--max-size", outcome=Outcome.USAGE)
    return size


def _split(
    item: Input, open_part: OpenPart | None, division: Division, *, lossy: bool, history: bool
) -> SplitReport:
    from rrdtool.operations.editing import EditSettings
    from rrdtool.operations.split import split as divide

    allow_descriptors(_DESCRIPTORS)
    with ExitStack() as stack, refusals_told():
        with about(item.name):
            recording = stack.enter_context(open_recording(item))
        settings = EditSettings(
            lossy=lossy,
            history=shlex.join(["rrd", *session.words]) if history else None,
            progress=stack.enter_context(progress("split", "chunks")),
        )
        return divide(recording, open_part, division, settings=settings)


def _print(report: SplitReport) -> None:
    columns = [Column("part", style="cyan")]
    timed = report.timeline is not None
    if timed:
        columns += [Column(f"{report.timeline} from"), Column("to")]
    columns += [Column(name, "right") for name in ("chunks", "rows", "size")]
    table = Table(columns)
    for part in report.parts:
        bounds = [part.start or "", part.end or ""] if timed else []
        chunks = sum(store.chunks for store in part.stores)
        rows = sum(store.rows for store in part.stores)
        counts = format_count(chunks), format_count(rows), format_size(part.bytes)
        table.add(part.file, *bounds, *counts)
    print_table(table)


def _say(report: SplitReport) -> None:
    say_inputs(report)
    if report.untimed_chunks:
        told = chunks_told(report.untimed_chunks, report.untimed_rows)
        note(f"in the first part, because they have no time on {report.timeline}: {told}")
    for sentence in report.notes:
        note(sentence)
