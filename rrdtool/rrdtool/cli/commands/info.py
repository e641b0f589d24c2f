"""`rrd info`: what a recording holds, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdformats.quantities import format_count, format_size
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.sentences import complain, note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdtool.operations.info import RecordingReport, StoreReport, TimelineReport

__all__ = ["info"]

_NAMES_SHOWN = 6
"""Entities and components that are named; `-v` names all, as `rrd tree` and `rrd schema` do."""

_LABEL_WIDTH = 12


def info(
    files: options.Files = None,
    recursive: options.Recursive = False,
    json: options.Json = False,
) -> Outcome:
    """Show what recordings hold: stores, timelines, entities, sizes.

    Everything is read from the footer, so a recording of any size takes no longer than its number
    of chunks. A recording without a footer is read from front to back.

    Examples:
        rrd info run.rrd
        rrd info -r --json recordings
    """
    from rrdtool.operations.info import info as look

    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        with open_recording(item) as recording:
            report = look(recording)
        if report.scanned is not None and report.size is not None:
            note(f"{item.name}: read from front to back, because {report.scanned}")
        if json:
            print_json(report, schema="rrd.info/1")
        else:
            write("\n" if shown else "")
            _print(report)
        shown = True
        for damage in report.damage:
            complain(f"{item.name}: {damage}; the report covers what could be read")
        return Outcome.LOSS if report.damage else Outcome.DONE

    return each(files, show, recursive=recursive)


def _print(report: RecordingReport) -> None:
    facts = ["" if report.size is None else format_size(report.size)]
    facts.append(f"format {', '.join(dict.fromkeys(report.versions))}")
    facts.append("no footer" if report.scanned and report.size is not None else "")
    facts.append(f"{len(report.versions)} streams" if len(report.versions) > 1 else "")
    write(f"{printable(report.file)}: {', '.join(filter(None, facts))}\n")
    for store in report.stores:
        _print_store(store)
    for activation in report.activations:
        write(f"activates {printable(activation)}\n")


def _print_store(store: StoreReport) -> None:
    write(f"\n{store.kind} {printable(store.recording_id)}\n")
    _line("application", store.application_id or "unknown")
    _line("made by", store.source or "unknown")
    for number, (name, value) in enumerate(store.properties.items()):
        _line("" if number else "properties", f"{name} = {_value(value)}")
    _line("entities", _names(store.entities))
    _line("components", _names(store.components))
    static = f", {format_count(store.static_chunks)} static" if store.static_chunks else ""
    _line("rows", f"{format_count(store.rows)} in {format_count(store.chunks)} chunks{static}")
    _line(
        "size", f"{format_size(store.bytes)}, {format_size(store.bytes_uncompressed)} uncompressed"
    )
    _line("optimized", _optimized(store))
    if store.timelines:
        print_table(_timeline_table(store.timelines))


def _line(label: str, text: str) -> None:
    write(f"  {label:<{_LABEL_WIDTH}}{printable(text)}".rstrip() + "\n")


def _names(names: list[str]) -> str:
    shown = names if session.verbosity else names[:_NAMES_SHOWN]
    listed = ", ".join(shown) + (", …" if len(shown) < len(names) else "")
    return f"{format_count(len(names))}: {listed}" if names else "none"


def _value(value: object) -> str:
    return "too large to show" if value is None else str(value)


def _optimized(store: StoreReport) -> str:
    found = store.optimization
    if found.excess == 0:
        return "yes"
    return (
        f"no: {format_count(found.chunks)} chunks where {format_count(found.lower_bound)} "
        "would do; `rrd optimize` merges them"
    )


def _timeline_table(timelines: list[TimelineReport]) -> Table:
    columns = [Column("  timeline", style="cyan"), Column("kind"), Column("start"), Column("end")]
    table = Table([*columns, Column("span", "right"), Column("chunks", "right")])
    for line in timelines:
        table.add(
            f"  {line.name}",
            line.kind,
            line.start or "",
            line.end or "",
            line.span or "",
            format_count(line.chunks),
        )
    return table
