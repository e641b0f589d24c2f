"""`rrd stats`: how many chunks there are, how large, with what in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdformats.errors import RrdError, TruncatedError
from rrdformats.quantities import format_count, format_size
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import complain
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdtool.operations.optimization import Optimization
    from rrdtool.operations.stats import ChunkCounts, ChunkIndex, Sizes, StatsReport

__all__ = ["stats"]

_SIZE_ROWS = {
    "total": "total",
    "average": "average",
    "min": "min",
    "median": "p50",
    "90%": "p90",
    "95%": "p95",
    "99%": "p99",
    "99.9%": "p999",
    "max": "max",
}
"""What the spread of sizes shows, by heading: attributes of `Spread`."""

_LABEL_WIDTH = 12


def stats(
    files: options.Files = None,
    recursive: options.Recursive = False,
    no_decode: options.NoDecode = False,
    continue_on_error: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Count and measure the chunks of recordings.

    Chunks per entity, timeline and component, the spread of their sizes, timelines that are out of
    order, and what the footer says, with how many chunks would do after `rrd optimize`. Sizes are
    those of the Arrow data; -v shows them in bytes.

    What cannot be read is an error, unless --continue-on-error; only a file that breaks off at its
    end is always reported up to there.

    Examples:
        rrd stats run.rrd
        rrd stats --no-decode run.rrd
        rrd stats --json run.rrd | jq .sizes.compressed.p99
    """
    from rrdtool.operations.stats import stats as measure

    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        damage: list[RrdError] = []

        def keep(error: RrdError) -> None:
            if not continue_on_error and not isinstance(error, TruncatedError):
                advice = "--continue-on-error reports what can be read"
                raise Problem(str(error), place=item.name, advice=advice) from error
            damage.append(error)

        with open_recording(item) as recording, progress(item.name) as advance:
            report = measure(recording, decode=not no_decode, on_damage=keep, progress=advance)
        if json:
            print_json(report, schema="rrd.stats/1")
        else:
            write("\n" if shown else "")
            _print(report)
        shown = True
        for error in damage:
            complain(f"{item.name}: {error}; the report covers what could be read")
        return Outcome.LOSS if damage else Outcome.DONE

    return each(files, show, recursive=recursive)


def _print(report: StatsReport) -> None:
    many = "" if report.chunks == 1 else "s"
    facts = [f"{format_count(report.chunks)} chunk{many}"]
    if report.counts is not None:
        static, empty = report.counts.static_chunks, report.counts.chunks_without_components
        facts += [f"{format_count(static)} static"] if static else []
        facts += [f"{format_count(empty)} without components"] if empty else []
    write(f"{printable(report.file)}: {', '.join(facts)}\n")
    if report.counts is not None:
        _print_ranges(report.counts)
        _print_counts("entity", report.counts.entities)
        _print_counts("timeline", report.counts.timelines)
        _print_counts("component", report.counts.components)
    _print_sizes(report.sizes)
    if report.counts is not None:
        _print_unsorted(report.counts)
    for index in report.indexes:
        _print_index(index)
    if not report.indexes:
        write("\nno footer lists the chunks; `rrd optimize` writes one\n")


def _print_ranges(counts: ChunkCounts) -> None:
    headings = ("min", "average", "max", "total")
    table = Table(
        [Column("per chunk", style="cyan"), *(Column(name, "right") for name in headings)]
    )
    for name, found in (
        ("rows", counts.rows),
        ("timelines", counts.timelines_per_chunk),
        ("components", counts.components_per_chunk),
    ):
        average = f"{found.average:,.3f}"
        table.add(name, f"{found.min:,}", average, f"{found.max:,}", f"{found.total:,}")
    write("\n")
    print_table(table)


def _print_counts(what: str, chunks: dict[str, int]) -> None:
    if not chunks:
        return
    table = Table([Column(what, style="cyan"), Column("chunks", "right")])
    for name, count in chunks.items():
        table.add(name, format_count(count))
    write("\n")
    print_table(table)


def _print_sizes(sizes: Sizes) -> None:
    spreads = (sizes.compressed, sizes.uncompressed, sizes.schema, sizes.data)
    headings = ("compressed", "uncompressed", "schema", "data")
    table = Table([Column("size", style="cyan"), *(Column(name, "right") for name in headings)])
    for label, attribute in _SIZE_ROWS.items():
        table.add(label, *(_size(getattr(spread, attribute)) for spread in spreads))
    write("\n")
    print_table(table)


def _size(size: float) -> str:
    return f"{format_count(round(size))} B" if session.verbosity else format_size(round(size))


def _print_unsorted(counts: ChunkCounts) -> None:
    if not counts.unsorted:
        write("\nevery timeline of every chunk is in order\n")
        return
    table = Table([Column("entity", style="cyan"), Column("out of order"), Column("in order")])
    for path, timelines in counts.unsorted.items():
        table.add(
            path,
            ", ".join(name for name, in_order in timelines.items() if not in_order),
            ", ".join(name for name, in_order in timelines.items() if in_order),
        )
    write("\n")
    print_table(table)


def _print_index(index: ChunkIndex) -> None:
    write(f"\nfooter of {index.kind} {printable(index.recording_id)}\n")
    static = f", {format_count(index.static_chunks)} static" if index.static_chunks else ""
    _line("application", printable(index.application_id or "unknown"))
    _line("chunks", f"{format_count(index.chunks)} of {index.entities:,} entities{static}")
    _line("columns", f"{index.columns:,} in the footer, {index.schema_fields:,} in the schema")
    _line("schema", f"sha256 {index.schema_sha256}")
    _line("size", f"{_size(index.bytes)}, {_size(index.bytes_uncompressed)} uncompressed")
    if index.optimization is not None:
        _line("optimized", _optimized(index.optimization))


def _optimized(found: Optimization) -> str:
    if not found.chunks:
        return "nothing to optimize: no chunk has data with a time"
    chunks = f"{format_count(found.chunks)} temporal chunks"
    if not found.excess:
        return f"yes: {chunks}, and no fewer would do"
    ratio = f"{found.chunks / found.lower_bound:,.1f}×"
    would_do = f"{chunks} where {format_count(found.lower_bound)} would do ({ratio})"
    return f"no: {would_do}; `rrd optimize` merges them" if found.advised else f"nearly: {would_do}"


def _line(label: str, text: str) -> None:
    write(f"  {label:<{_LABEL_WIDTH}}{text}\n")
