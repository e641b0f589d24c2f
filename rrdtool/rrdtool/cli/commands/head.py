"""`rrd head`: the first rows of entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rrdformats.quantities import format_count
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, worst
from rrdtool.cli.output import write
from rrdtool.cli.selecting import EntityChoice, check_timeline
from rrdtool.cli.sentences import complain, note
from rrdtool.cli.session import session

if TYPE_CHECKING:
    from rrdformats.errors import RrdError
    from rrdtool.cli.tables import Table
    from rrdtool.operations.head import EntityHead

__all__ = ["head"]

_SCHEMA = "rrd.head/1"
_CSV_COLUMNS = ("file", "store", "entity_path", "row_id", "is_static")


def head(
    files: options.Files = None,
    recursive: options.Recursive = False,
    entity: options.Entities = None,
    exclude: options.Exclude = None,
    allow_empty: options.AllowEmpty = False,
    rows: options.RowCount = 5,
    timeline: options.TimelineName = None,
    full: options.Full = False,
    row_format: options.RowFormat = "table",
) -> Outcome:
    """Show the first rows of entities.

    Static rows come first, the others in the order of the file, or by time with --timeline. Only
    the parts of a file are read in which these rows stand.

    In tables long values are shortened: lists to their shape and first items, bytes to their size;
    -v adds row ids. Rows in ndjson and csv are complete: times in nanoseconds, bytes in base64,
    components in csv as JSON.

    Examples:
        rrd head -e /world/points run.rrd
        rrd head -e /world/** -n 3 --timeline frame run.rrd
        rrd head -e /camera/* --format ndjson run.rrd
        rrd head --full -n 1 run.rrd | less
    """
    from rrdtool.operations.head import head as read

    choice = EntityChoice(entity, exclude)
    several = recursive or len(files or ()) > 1
    found: list[tuple[str, EntityHead]] = []
    timelines: set[str] = set()
    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        damage: list[RrdError] = []
        with open_recording(item) as recording:
            report = read(
                recording,
                choice.selection,
                rows=rows,
                timeline=timeline,
                on_damage=damage.append,
            )
        if report.scan_reason is not None:
            note(f"{item.name}: read from front to back, because {report.scan_reason}")
        choice.meet(report.entities)
        timelines.update(report.timelines)
        lacking = timeline is not None and timeline not in report.timelines
        if lacking and several:
            note(f"{item.name}: there is no timeline {timeline}")
        stores = len({told.store_id for told in report.heads})
        for told in [] if lacking else report.heads:
            if row_format == "csv":
                found.append((item.name, told))
            elif row_format == "ndjson":
                write("".join(_json_lines(item.name, told)))
            else:
                where = [item.name] * several + [str(told.store_id)] * (stores > 1)
                write("\n" if shown else "")
                _print(told, where, timeline, full=full)
                shown = True
        for error in damage:
            complain(f"{item.name}: {error}; what could be read is shown")
        return Outcome.LOSS if damage else Outcome.DONE

    outcome = each(files, show, recursive=recursive)
    if row_format == "csv":
        write("".join(_csv_lines(found)))
    return worst(
        [
            outcome,
            choice.check(allow_empty=allow_empty),
            check_timeline(timeline, timelines, allow_empty=allow_empty),
        ]
    )


def _print(told: EntityHead, where: list[str], timeline: str | None, *, full: bool) -> None:
    from rrdtool.cli.row_tables import print_rows

    rows = format_count(len(told.order))
    total = format_count(told.total_rows)
    count = f"{total} {'row' if total == '1' else 'rows'}"
    told_count = count if rows == total else f"{rows} of {count}"
    title = "  ".join([*where, str(told.entity_path), told_count])
    print_rows(_table(told, title, timeline, full=full))


def _table(told: EntityHead, title: str, timeline: str | None, *, full: bool) -> Table:
    from rrdtool.cli.tables import Column, Table

    columns: list[tuple[Column, list[Any]]] = []
    if session.verbosity:
        columns.append((Column("row id", style="dim"), told.row_ids()))
    lines = sorted(told.timelines, key=lambda line: line.name != timeline)
    names = _distinct((line.name, line.kind.value) for line in lines)
    for line, name in zip(lines, names, strict=True):
        columns.append((Column(name, style="yellow"), told.times(line, as_text=True)))
    if lines and any(told.is_static):
        cells = columns[-len(lines)][1]
        marked = zip(cells, told.is_static, strict=True)
        cells[:] = ["static" if static else cell for cell, static in marked]
    for descriptor, name in zip(told.descriptors, _component_names(told), strict=True):
        columns.append((Column(name), told.texts(descriptor, full=full)))
    rows = zip(*(cells for _, cells in columns), strict=True)
    text_rows = [["" if cell is None else cell for cell in row] for row in rows]
    return Table([column for column, _ in columns], [*text_rows], title, fold=full)


def _json_lines(name: str, told: EntityHead) -> Iterator[str]:
    from rrdtool.cli.row_json import json_text

    store = {
        "kind": told.store_id.kind.label,
        "application_id": told.store_id.application_id,
        "recording_id": told.store_id.recording_id,
    }
    times, components = _values(told)
    row_ids = zip(told.row_ids(), told.is_static, strict=True)
    for index, (row_id, static) in enumerate(row_ids):
        row = {
            "schema": _SCHEMA,
            "file": name,
            "store": store,
            "entity_path": str(told.entity_path),
            "row_id": row_id,
            "is_static": static,
            "times": _present(times, index),
            "components": _present(components, index),
        }
        yield json_text(row) + "\n"


def _csv_lines(found: list[tuple[str, EntityHead]]) -> Iterator[str]:
    """All rows under one heading, which has the timelines and components of all entities."""
    import csv
    import io

    from rrdtool.cli.row_json import json_text

    values = [(name, told, *_values(told)) for name, told in found]
    times = sorted({line for *_, lines, _ in values for line in lines})
    held = list(dict.fromkeys(component for *_, cells in values for component in cells))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*_CSV_COLUMNS, *times, *held])
    for name, told, lines, cells in values:
        row_ids = zip(told.row_ids(), told.is_static, strict=True)
        for index, (row_id, static) in enumerate(row_ids):
            at = _present(lines, index)
            has = _present(cells, index)
            writer.writerow(
                [
                    *(name, str(told.store_id), str(told.entity_path)),
                    *(row_id, str(static).lower()),
                    *(at.get(line, "") for line in times),
                    *(json_text(has[component]) if component in has else "" for component in held),
                ]
            )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _values(told: EntityHead) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Times and components by name, one value per row."""
    names = _distinct((line.name, line.kind.value) for line in told.timelines)
    times = {
        name: told.times(line, as_text=False)
        for name, line in zip(names, told.timelines, strict=True)
    }
    cells = {
        name: told.values(descriptor)
        for name, descriptor in zip(_component_names(told), told.descriptors, strict=True)
    }
    return times, cells


def _present(columns: dict[str, list[Any]], row: int) -> dict[str, Any]:
    return {name: cells[row] for name, cells in columns.items() if cells[row] is not None}


def _component_names(told: EntityHead) -> list[str]:
    return _distinct((d.component, d.component_type or d.archetype or "") for d in told.descriptors)


def _distinct(named: Iterable[tuple[str, str]]) -> list[str]:
    """Names, those that occur twice with what tells them apart."""
    pairs = list(named)
    names = [name for name, _ in pairs]
    return [name if names.count(name) == 1 else f"{name} ({kind})" for name, kind in pairs]
