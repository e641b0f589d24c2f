"""`rrd diff`: where two recordings differ, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rrdformats.quantities import format_count
from rrdtool.cli import options
from rrdtool.cli.comparing import Damaged, compare_inputs
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.row_tables import styled
from rrdtool.cli.selecting import name_selection
from rrdtool.cli.sentences import note
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdformats.reader import Recording
    from rrdtool.operations.comparison.row_facts import Ignored
    from rrdtool.operations.diff import DiffReport, Divergence, EntityDiff, StoreDiff

__all__ = ["diff"]

_MAX_DIFFERENCES = 20

_Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="GLOB",
        help="What does not count: entities if it starts with / or is **, otherwise components and "
        "timelines; may be repeated.",
        show_default=False,
    ),
]
"""`rrd verify` has an option of this name as well, so the shared ones cannot hold it."""


def diff(
    a: options.RecordingA,
    b: options.RecordingB,
    by: options.MatchBy = "auto",
    atol: options.AbsoluteTolerance = 0.0,
    rtol: options.RelativeTolerance = 0.0,
    ignore: _Ignore = None,
    allow_empty: options.AllowEmpty = False,
    store: options.Stores = None,
    drop_blueprints: options.DropBlueprints = False,
    timeline: options.TimelineName = None,
    max_differences: options.MaxDifferences = _MAX_DIFFERENCES,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Show where two recordings differ, row by row.

    Recordings are the same if every component of every entity has the same values at the same rows,
    however these are cut into chunks: an optimized copy is. Of static values the latest counts.
    NaN equals NaN, and a null is no value. Each entity that differs is shown with its first
    difference.

    Rows are matched by row id where the recordings share row ids, as copies do. Two runs of one
    program do not; their rows are matched by time, and what is new with every run does not count:
    log_time, and when the recording was started.

    The exit code is 0 if they are the same, 1 if they differ, 2 for trouble.

    Examples:
        rrd diff run.rrd run.optimized.rrd
        rrd diff --rtol 1e-6 --ignore /debug/** yesterday.rrd today.rrd
        rrd diff --by time --ignore log_tick --ignore Points3D:colors a.rrd b.rrd
        rrd diff --json a.rrd b.rrd | jq .stores[].entities[].first
    """
    from rrdtool.operations.comparison.closeness import Tolerance
    from rrdtool.operations.diff import DiffSettings
    from rrdtool.operations.diff import diff as look

    settings = DiffSettings(
        by,
        Tolerance(atol, rtol),
        _ignored(ignore),
        name_selection(store),
        not drop_blueprints,
        timeline,
        max_differences,
        allow_empty,
    )

    def work(first: Recording, second: Recording, damaged: Damaged | None) -> bool:
        with progress("diff") as advance:
            report = look(first, second, settings, on_damage=damaged, progress=advance)
        if json:
            print_json(report, schema="rrd.diff/1")
        else:
            _print(report)
        return report.same

    return compare_inputs(a, b, work, lossy=lossy)


def _ignored(patterns: list[str] | None) -> Ignored:
    from rrdtool.operations.comparison.row_facts import Ignored

    try:
        return Ignored.parse(tuple(patterns or ()))
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error


def _print(report: DiffReport) -> None:
    if report.same:
        ways = {store.by for store in report.stores}
        how = f", rows matched by {' and '.join(sorted(ways))}" if ways else ""
        note(f"the same{how}")
        return
    write(f"A  {printable(report.a)}\nB  {printable(report.b)}\n")
    for store in report.stores:
        if not store.same:
            _print_store(store)


def _print_store(store: StoreDiff) -> None:
    write(f"\n{styled(printable(_names(store)), 'bold')}\n")
    for side, names in (("A", store.timelines_a), ("B", store.timelines_b)):
        if names:
            write(f"only {side} has the timeline{'s' * (len(names) > 1)} {', '.join(names)}\n")
    for entity in store.entities:
        _print_entity(entity)
    _print_table(store)
    left_out = store.differing - len(store.entities)
    if left_out:
        write(f"and {format_count(left_out)} more entities; --max-differences shows them\n")
    counts = {
        "changed": store.changed,
        "at other times": store.moved,
        "only in A": store.only_a,
        "only in B": store.only_b,
    }
    told = ", ".join(f"{format_count(count)} {what}" for what, count in counts.items() if count)
    differ = "entity differs" if store.differing == 1 else "entities differ"
    counted = f"{format_count(store.differing)} {differ}" + (f": {told}" if told else "")
    write(f"{counted}; rows matched by {store.by}\n")


def _names(store: StoreDiff) -> str:
    if store.a is None or store.b is None:
        return f"only {'A' if store.b is None else 'B'} has {store.a or store.b}"
    return store.a if store.a == store.b else f"{store.a} and {store.b}"


def _print_entity(entity: EntityDiff) -> None:
    write(f"\n{styled(printable(entity.entity), 'cyan')}\n")
    for component in entity.components:
        if component.types_a:
            write(f"  {printable(component.component)} is not the same thing\n")
            write(f"    A  {printable(' / '.join(component.types_a))}\n")
            write(f"    B  {printable(' / '.join(component.types_b))}\n")
    if entity.first is not None:
        _print_first(entity.first)


def _print_first(first: Divergence) -> None:
    when = f"{first.timeline} {first.time_text}"
    if first.timeline is None:
        when = "static" if first.static else "on no timeline that counts"
    where = f" at {first.path}" if first.path else ""
    write(f"  {printable(when)}  {printable(first.component)}{printable(where)}\n")
    if first.kind == "moved":
        write(f"    the same at other times in B: {first.time_b or 'on another timeline'}\n")
        return
    for side, text in (("A", first.a), ("B", first.b)):
        write(f"    {side}  {'has no such row' if text is None else printable(text)}\n")


def _print_table(store: StoreDiff) -> None:
    headings = ("changed", "other times", "only in A", "only in B")
    table = Table(
        [
            Column("entity", style="cyan"),
            Column("component"),
            *(Column(h, "right") for h in headings),
        ]
    )
    for entity in store.entities:
        for component in entity.components:
            counts = (component.changed, component.moved, component.only_a, component.only_b)
            told = (format_count(count) if count else "" for count in counts)
            table.add(entity.entity, component.component, *told)
    if table.rows:
        write("\n")
        print_table(table)
