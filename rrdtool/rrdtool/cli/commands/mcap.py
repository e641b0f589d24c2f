"""`rrd mcap`: look at MCAP files, check them, convert them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, expand
from rrdtool.cli.mcap_text import check_text, info_text
from rrdtool.cli.outcome import Outcome, Problem, about
from rrdtool.cli.output import print_json, write
from rrdtool.cli.outputs import resolve_output
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import complain, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rrdformats.source import Source
    from rrdformats.stores import StoreId
    from rrdimporters.mcap import McapSettings
    from rrdimporters.report import ImportReport

__all__ = ["mcap"]

_TIME = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ns|us|ms|s)")
_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_ADVICE = "give an MCAP file (.mcap)"

_Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="MCAP files to read.", show_default=False),
]
_File = Annotated[
    str, typer.Argument(metavar="FILE", help="The MCAP file to read.", show_default=False)
]
_Recover = Annotated[
    bool,
    typer.Option(
        "--recover",
        help="Do not use the summary at the end of the file. Where it is missing or damaged that "
        "happens by itself.",
    ),
]
_FullCheck = Annotated[
    bool,
    typer.Option("--full", help="Decode the messages, for the times that they say themselves."),
]
_Decoders = Annotated[
    list[str] | None,
    typer.Option(
        "-d",
        "--decoder",
        metavar="NAME",
        help="Only this decoder; may be repeated: attachments, foxglove, json, metadata, protobuf, "
        "raw, recording_info, ros1, ros2_reflection, ros2msg, schema, stats, urdf.",
        show_default=False,
    ),
]
_NoRawFallback = Annotated[
    bool,
    typer.Option(
        "--disable-raw-fallback",
        help="Leave out channels that no decoder understands, instead of keeping their bytes.",
    ),
]
_Offset = Annotated[
    int,
    typer.Option(
        "--timestamp-offset-ns", metavar="NS", help="Added to all times of messages (nanoseconds)."
    ),
]
_TimelineType = Annotated[
    Literal["timestamp", "duration"],
    typer.Option("--timeline-type", help="What the times of messages are."),
]
_Include = Annotated[
    list[str] | None,
    typer.Option(
        "-y",
        "--include-topic-regex",
        metavar="REGEX",
        help="Only topics in which this occurs; may be repeated.",
        show_default=False,
    ),
]
_Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "-n",
        "--exclude-topic-regex",
        metavar="REGEX",
        help="Not topics in which this occurs; may be repeated.",
        show_default=False,
    ),
]
_StartTime = Annotated[
    str | None,
    typer.Option(
        "--start-time",
        metavar="TIME",
        help="Nothing recorded before: 2024-05-01T12:00:00Z, 1714564800.5s, or nanoseconds.",
        show_default=False,
    ),
]
_EndTime = Annotated[
    str | None,
    typer.Option(
        "--end-time",
        metavar="TIME",
        help="Nothing recorded at this time or later; written as for --start-time.",
        show_default=False,
    ),
]
_StrictReference = Annotated[
    bool,
    typer.Option(
        "--strict-reference",
        help="Nothing that the reference does not do: no JSON, no ROS 1, no messages that no index "
        "lists, no odometry, scans and paths in 3D.",
    ),
]

mcap: typer.Typer = typer.Typer(
    name="mcap",
    help="Look at MCAP files, check them, convert them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@mcap.command()
def info(files: _Files, recover: _Recover = False, json: options.Json = False) -> Outcome:
    """Show what MCAP files hold: channels, chunks, compression.

    Examples:
        rrd mcap info drive.mcap
        rrd mcap info drive.mcap --json
    """
    from rrdtool.operations.mcap_info import mcap_info

    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        source = _opened(item)
        try:
            report = mcap_info(source, recover=recover)
        finally:
            source.close()
        _tell_damage(item.name, None if recover else report.unusable, report.damage)
        if json:
            print_json(report, schema="rrd.mcap-info/1")
        else:
            write("\n" * shown + info_text(report))
        shown = True
        return Outcome.LOSS if report.damage else Outcome.DONE

    return each(files, show)


@mcap.command()
def check(
    files: _Files,
    full: _FullCheck = False,
    recover: _Recover = False,
    json: options.Json = False,
) -> Outcome:
    """Look for messages of MCAP files that are damaged or out of order.

    The exit code is 1 if there are any.

    Examples:
        rrd mcap check drive.mcap
        rrd mcap check drive.mcap --full
    """
    from rrdtool.operations.mcap_check import mcap_check

    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        source = _opened(item)
        try:
            report = mcap_check(source, full=full, recover=recover)
        finally:
            source.close()
        _tell_damage(item.name, None if recover else report.unusable, report.damage)
        if json:
            print_json(report, schema="rrd.mcap-check/1")
        else:
            write("\n" * shown + check_text(report))
        shown = True
        return Outcome.DONE if report.is_ok else Outcome.FAILED

    return each(files, show)


@mcap.command()
def convert(
    file: _File,
    output: options.Output = None,
    force: options.Force = False,
    application_id: options.ApplicationId = None,
    recording_id: options.RecordingId = None,
    decoder: _Decoders = None,
    disable_raw_fallback: _NoRawFallback = False,
    timestamp_offset_ns: _Offset = 0,
    timeline_type: _TimelineType = "timestamp",
    include_topic_regex: _Include = None,
    exclude_topic_regex: _Exclude = None,
    start_time: _StartTime = None,
    end_time: _EndTime = None,
    recover: _Recover = False,
    strict_reference: _StrictReference = False,
) -> Outcome:
    """Convert an MCAP file to a recording.

    `rrd import` does the same for any number of files; this command has all options.

    Examples:
        rrd mcap convert drive.mcap -o drive.rrd
        rrd mcap convert drive.mcap -y camera --start-time 1714564800s | rerun -
    """
    from rrdimporters.mcap import McapSettings
    from rrdtool.operations.mcap_convert import mcap_convert

    path = _only(file)
    with _usage_told():
        settings = McapSettings(
            decoders=_decoders(decoder),
            raw_fallback=not disable_raw_fallback,
            include_topics=_patterns("--include-topic-regex", include_topic_regex),
            exclude_topics=_patterns("--exclude-topic-regex", exclude_topic_regex),
            start_time=_time("--start-time", start_time),
            end_time=_time("--end-time", end_time),
            timestamp_offset_ns=timestamp_offset_ns,
            timeline_type=timeline_type,
            recover=recover,
            strict_reference=strict_reference,
        )
    target = resolve_output(output, [Input(file, path)], "", suffix=".rrd", force=force)
    store_id = _store(file, application_id, recording_id, settings)
    with about(file), target.open() as out, progress("convert") as report_progress:
        report = mcap_convert(path, out, store_id, settings, report_progress)
        if report.error is not None and not report.chunks:
            raise Problem(report.error, place=file, advice=_ADVICE)
    return _tell_conversion(file, report)


def _opened(item: Input) -> Source:
    from rrdformats.source import open_source

    if item.path is None:
        raise Problem(
            "cannot be read from a pipe",
            place=item.name,
            advice=_ADVICE,
            outcome=Outcome.USAGE,
        )
    return open_source(item.path, item.name)


def _only(file: str) -> Path:
    (item,) = expand([file])
    if isinstance(item, Problem):
        raise item
    if item.path is None:
        raise Problem(
            "cannot be read from a pipe", place=file, advice="rrd import can", outcome=Outcome.USAGE
        )
    return item.path


def _tell_damage(name: str, unusable: str | None, damage: Sequence[str]) -> None:
    if unusable is not None:
        note(f"{name}: read from front to back, because {unusable}")
    for sentence in damage:
        complain(f"{name}: {sentence}")


class _usage_told:  # noqa: N801 - it reads as the sentence it is
    """Turns an argument that is refused into wrong usage."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ValueError):
            raise Problem(str(error), outcome=Outcome.USAGE) from error


def _decoders(names: Sequence[str] | None) -> frozenset[str] | None:
    from rrdimporters.mcap import parse_decoders

    return None if not names else parse_decoders(list(names))


def _patterns(option: str, texts: Sequence[str] | None) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(map(re.compile, texts or ()))
    except re.error as error:
        raise ValueError(f"{option}: {error}") from error


def _time(option: str, text: str | None) -> int | None:
    """A time in nanoseconds since the Unix epoch."""
    from rrdformats.timeline import TimeKind
    from rrdformats.times import parse_time

    if text is None or text.isdecimal():
        return None if text is None else int(text)
    match = _TIME.fullmatch(text)
    if match is None:
        try:
            return parse_time(text, TimeKind.TIMESTAMP)
        except ValueError as error:
            raise ValueError(f"{option}: {error}") from error
    whole, _, fraction = match["number"].partition(".")
    unit = _UNITS[match["unit"]]
    return int(whole) * unit + int(int(fraction or 0) * unit / 10 ** len(fraction))


def _store(
    file: str, application_id: str | None, recording_id: str | None, settings: McapSettings
) -> StoreId:
    from rrdimporters.identity import store_of

    return store_of(
        [file], application_id=application_id, recording_id=recording_id, how=repr(settings)
    )


def _tell_conversion(name: str, report: ImportReport) -> Outcome:
    for row in report.mapped_rows:
        note(f"{row.source} → {row.entity} as {row.archetype}, {row.rows} rows")
    for sentence in report.notes:
        note(sentence)
    for skipped in report.skipped_rows:
        complain(f"{skipped.source}: left out: {skipped.reason}")
    for loss in report.losses:
        complain(f"{name}: lost: {loss}")
    if report.error is not None:
        complain(f"{name}: {report.error}")
    return Outcome.LOSS if report.losses or report.error else Outcome.DONE
