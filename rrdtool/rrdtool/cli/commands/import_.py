"""`rrd import`: files of every kind as a recording."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rrdformats.entity_path import EntityPath
from rrdformats.quantities import format_count
from rrdimporters.arrival import is_url, url_name
from rrdtool.cli import options
from rrdtool.cli.inputs import SUFFIXES, Input, expand
from rrdtool.cli.outcome import Outcome, Problem, worst
from rrdtool.cli.output import print_json
from rrdtool.cli.outputs import output_folder, resolve_output
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import complain, note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdimporters.external import ImporterProgram
    from rrdimporters.host import Host
    from rrdimporters.protocol import TimePoint
    from rrdimporters.registry import ImporterRow
    from rrdimporters.report import ImportReport
    from rrdtool.operations.import_ import ImportRequest

__all__ = ["import_"]

_SHOWN = 20
"""Rows of the mapping report that are shown; with `-v` all are."""


def import_(
    files: options.ImportFiles = None,
    output: options.Output = None,
    output_dir: options.OutputDir = None,
    force: options.Force = False,
    each: options.EachInput = False,
    application_id: options.ApplicationId = None,
    recording_id: options.RecordingId = None,
    entity_path_prefix: options.EntityPathPrefix = None,
    static: options.StaticImport = False,
    time_sequence: options.TimeSequence = None,
    time_duration_nanos: options.TimeDuration = None,
    time_timestamp_nanos: options.TimeTimestamp = None,
    importer: options.ImporterName = None,
    video: options.VideoMode = None,
    strict_reference: options.StrictReference = False,
    importer_options: options.ImporterOptions = None,
    plugin_timeout: options.PluginTimeout = 60.0,
    strict: options.StrictImport = False,
    list_importers: options.ListImporters = False,
    json: options.Json = False,
) -> Outcome:
    """Import files of every kind as a recording: bags, videos, images, meshes, tables, text.

    FILE may be a folder, of which every file is imported, a URL, or - for standard input. All
    inputs go into one recording, or with --each into one each. What takes a file is decided by its
    suffix, or else by its first bytes: built-in importers, Python plugins, and programs on PATH
    named rrd-importer-* or rerun-importer-*. What became of each file is told on standard error,
    or as --json.

    Examples:
        rrd import bag.mcap -o bag.rrd
        rrd import photos -o photos.rrd --application-id holiday
        rrd import a.png b.png --each -d recordings
        rrd import bag.mcap | rrd optimize - -o bag.rrd
        rrd import --list-importers
    """
    if list_importers:
        return _list(json=json)
    from rrdimporters.report import StrictError
    from rrdtool.operations.import_ import STDIN, ImportRequest

    inputs = _inputs(files)
    names = [item.name if item.path is not None or is_url(item.name) else STDIN for item in inputs]
    request = ImportRequest(
        host=_host(importer, plugin_timeout),
        application_id=application_id,
        recording_id=recording_id,
        each=each or output_dir is not None,
        entity_path_prefix=EntityPath.parse(entity_path_prefix or "/"),
        static=static,
        times=_times(time_sequence, time_duration_nanos, time_timestamp_nanos),
        strict=strict,
        options={
            **_pairs("--option", importer_options),
            **({"video": video} if video else {}),
            **({"strict-reference": "yes"} if strict_reference else {}),
        },
    )
    _check_options(request)
    try:
        with progress("import") as request.progress:
            if output_dir is not None:
                reports = _into_folder(names, inputs, output, output_dir, request, force=force)
            else:
                reports = _into_file(names, inputs, output, request, force=force, json=json)
    except StrictError as error:
        raise Problem(
            error.reason, advice="without --strict it is left out and reported"
        ) from error
    if json:
        print_json({"inputs": [report.as_dict() for report in reports]}, schema="rrd.import/1")
    _tell(reports)
    return _outcome(reports)


def _inputs(files: Sequence[str] | None) -> list[Input]:
    """All inputs, if all of them are there.

    Raises:
        Problem: If one is not; the others are told.
    """
    found: list[Input] = []
    problems: list[Problem] = []
    for words in [[name] for name in files] if files else [None]:
        name = words[0] if words else ""
        if is_url(name):
            found.append(Input(name, None))
        elif words and Path(name).is_dir():
            found.append(Input(name, Path(name)))
        else:
            items = list(expand(words))
            found += [item for item in items if isinstance(item, Input)]
            problems += [item for item in items if isinstance(item, Problem)]
    if files and files.count("-") > 1:
        problems.append(Problem("standard input can be read only once", outcome=Outcome.USAGE))
    if problems:
        for problem in problems[1:]:
            problem.tell()
        problems[0].outcome = worst(problem.outcome for problem in problems)
        raise problems[0]
    return found


def _host(importer: str | None, patience: float) -> Host:
    from rrdimporters.external import ExternalPrograms
    from rrdimporters.host import Host

    host = Host(programs=ExternalPrograms.on_path(patience=patience), chosen=importer)
    if importer is not None and importer not in host.names:
        near = get_close_matches(importer, host.names, n=1)
        hint = f"did you mean {near[0]}?" if near else "--list-importers shows those that there are"
        raise Problem(
            "there is no such importer", place=importer, advice=hint, outcome=Outcome.USAGE
        )
    return host


def _check_options(request: ImportRequest) -> None:
    known = request.host.options
    for name in request.options:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise Problem(
                "no importer has such an option",
                place=f"--option {name}",
                advice=f"did you mean {near[0]}?" if near else "see --list-importers --json",
                outcome=Outcome.USAGE,
            )


def _pairs(option: str, words: Sequence[str] | None) -> dict[str, str]:
    """The pairs of an option that may be repeated."""
    pairs = {}
    for word in words or ():
        name, sign, value = word.partition("=")
        if not name or not sign:
            raise Problem(f"{word!r} is not NAME=VALUE", place=option, outcome=Outcome.USAGE)
        pairs[name] = value
    return pairs


def _times(
    sequences: Sequence[str] | None,
    durations: Sequence[str] | None,
    timestamps: Sequence[str] | None,
) -> tuple[TimePoint, ...]:
    from rrdformats.timeline import TimeKind, Timeline
    from rrdimporters.protocol import TimePoint

    given = (
        ("--time_sequence", TimeKind.SEQUENCE, sequences),
        ("--time_duration_nanos", TimeKind.DURATION, durations),
        ("--time_timestamp_nanos", TimeKind.TIMESTAMP, timestamps),
    )
    points: dict[str, TimePoint] = {}
    for option, kind, words in given:
        for name, value in _pairs(option, words).items():
            if name in points:
                raise Problem("is given two times", place=f"timeline {name}", outcome=Outcome.USAGE)
            points[name] = TimePoint(Timeline(name, kind), _time(option, value))
    return tuple(points.values())


def _time(option: str, text: str) -> int:
    from rrdformats.timeline import MAX_TIME, MIN_TIME

    try:
        value = int(text)
    except ValueError:
        value = None
    if value is None or not MIN_TIME <= value <= MAX_TIME:
        raise Problem(
            f"{text!r} is no whole number of 64 bits", place=option, outcome=Outcome.USAGE
        )
    return value


def _into_file(
    names: list[str],
    inputs: list[Input],
    output: str | None,
    request: ImportRequest,
    *,
    force: bool,
    json: bool,
) -> list[ImportReport]:
    from rrdtool.operations.import_ import NothingImportedError, import_inputs

    word = "imported" if inputs[0].name.lower().endswith(SUFFIXES) else ""
    target = resolve_output(output, inputs, word, suffix=".rrd", force=force)
    if json and target.path is None:
        raise Problem(
            "--json has no room beside a recording on standard output",
            advice="give -o PATH",
            outcome=Outcome.USAGE,
        )
    try:
        with target.open() as file:
            return import_inputs(names, file, request)
    except NothingImportedError as error:
        return error.reports


def _into_folder(
    names: list[str],
    inputs: list[Input],
    output: str | None,
    output_dir: str,
    request: ImportRequest,
    *,
    force: bool,
) -> list[ImportReport]:
    from rrdtool.operations.import_ import NothingImportedError, import_inputs

    reports: list[ImportReport] = []
    taken: set[str] = set()
    with output_folder(output_dir, inputs, output=output, force=force) as folder:
        for name in names:
            try:
                with folder.open(_file_name(name, taken)) as file:
                    reports += import_inputs([name], file, request)
            except NothingImportedError as error:
                reports += error.reports
    return reports


def _file_name(name: str, taken: set[str]) -> str:
    """A file name for the recording of one input that no other input has."""
    path = Path("stdin" if name == "-" else url_name(name) if is_url(name) else name)
    path = path if path.name not in ("", "..") else path.resolve()
    for candidate in (f"{path.stem}.rrd", f"{path.name}.rrd"):
        if candidate not in taken:
            break
    else:
        candidate = next(c for n in count(2) if (c := f"{path.name}-{n}.rrd") not in taken)
    taken.add(candidate)
    return candidate


def _outcome(reports: Sequence[ImportReport]) -> Outcome:
    if all(report.is_refused for report in reports):
        return worst(
            Outcome.NOT_MINE if report.is_foreign else Outcome.FAILED for report in reports
        )
    return Outcome.LOSS if any(report.is_lossy for report in reports) else Outcome.DONE


def _tell(reports: Sequence[ImportReport]) -> None:
    """Says what became of the inputs; what went wrong is said even if `--quiet`."""
    rows = [row for report in reports for row in report.mapped_rows]
    for row in rows if session.verbosity else rows[:_SHOWN]:
        what = "" if row.archetype is None else f" as {row.archetype}"
        note(f"{row.source} → {row.entity}{what}, {_counted(row.rows, 'row')}")
    if len(rows) > _SHOWN and not session.verbosity:
        note(f"… and {format_count(len(rows) - _SHOWN)} more; -v shows all")
    for report in reports:
        for sentence in report.notes:
            note(sentence)
        for skipped in report.skipped_rows:
            complain(f"{skipped.source}: left out: {skipped.reason}")
        for loss in report.losses:
            complain(f"{report.source}: lost: {loss}")
        if report.error is not None:
            is_told = not report.chunks or "; kept " in report.error
            kept = "" if is_told else f"; kept {_counted(report.rows, 'row')}"
            complain(str(Problem(report.error + kept, place=report.source, advice=report.advice)))


def _counted(number: int, noun: str) -> str:
    return f"{format_count(number)} {noun}{'' if number == 1 else 's'}"


def _list(*, json: bool) -> Outcome:
    from rrdimporters.external import ExternalPrograms
    from rrdimporters.registry import importer_rows

    rows = list(importer_rows())
    programs = ExternalPrograms.on_path().programs
    if json:
        print_json(_listed(rows, programs), schema="rrd.importers/1")
        return Outcome.DONE
    table = Table([Column("importer", style="cyan"), Column("from"), Column("what")], fold=True)
    for row in rows:
        if row.importer is None:
            table.add(row.name, row.origin, f"broken: {row.error}")
            continue
        table.add(row.name, row.origin, row.importer.summary)
        for option, meaning in row.importer.options.items() if session.verbosity else ():
            table.add("", "", f"-O {option}=…: {meaning}")
    for program in programs:
        table.add(program.name, str(program.path), "a program; it decides by itself")
    print_table(table)
    return Outcome.DONE


def _listed(rows: Sequence[ImporterRow], programs: Sequence[ImporterProgram]) -> dict[str, object]:
    return {
        "importers": [
            {
                "name": row.name,
                "origin": row.origin,
                "summary": row.importer.summary if row.importer else None,
                "suffixes": list(row.importer.suffixes) if row.importer else [],
                "options": dict(row.importer.options) if row.importer else {},
                "error": row.error,
            }
            for row in rows
        ],
        "programs": [{"name": program.name, "path": program.path} for program in programs],
    }
