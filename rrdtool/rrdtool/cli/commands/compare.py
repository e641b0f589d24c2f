"""`rrd compare`: whether two recordings are equal, chunk by chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdformats.quantities import format_count
from rrdtool.cli import options
from rrdtool.cli.comparing import Damaged, compare_inputs
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import note

if TYPE_CHECKING:
    from rrdformats.reader import Recording
    from rrdtool.operations.compare import CompareReport

__all__ = ["compare"]

_MAX_DIFFERENCES = 20
_DUMP_LEVEL = 3  # chunks with all their rows


def compare(
    a: options.RecordingA,
    b: options.RecordingB,
    unordered: options.Unordered = False,
    full_dump: options.FullDump = False,
    ignore_chunks_without_components: options.IgnoreChunksWithoutComponents = False,
    ignore_timeline: options.IgnoreTimelines = None,
    max_differences: options.MaxDifferences = _MAX_DIFFERENCES,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Say whether two recordings are equal, chunk by chunk.

    The rules are those of `rerun rrd compare`. Both inputs hold one recording of the same
    application; blueprints do not count, nor do ids of recordings, chunks and rows, the times of
    log_time, and when a recording was started. Each chunk of A needs a chunk of B with the same
    rows; numbers may differ a little (1e-3 relative, for 64-bit floats 1e-8). An optimized copy is
    cut into other chunks, so it is not equal: `rrd diff` compares by meaning.

    Unlike there, NaN equals NaN, and damaged inputs are refused.

    The exit code is 0 if they are equal, 1 if they differ, 2 for trouble.

    Examples:
        rrd compare a.rrd b.rrd
        rrd compare --unordered --ignore-timeline log_tick a.rrd b.rrd
        rrd compare --json a.rrd b.rrd | jq .differences
    """
    from rrdtool.operations.compare import CannotCompareError
    from rrdtool.operations.compare import compare as look

    del ignore_chunks_without_components

    def work(first: Recording, second: Recording, damaged: Damaged | None) -> bool:
        if full_dump:
            _dump(first)
            _dump(second)
        try:
            with progress("compare") as advance:
                report = look(
                    first,
                    second,
                    unordered=unordered,
                    ignore_timelines=ignore_timeline or (),
                    max_differences=max_differences,
                    on_damage=damaged,
                    progress=advance,
                )
        except CannotCompareError as error:
            advice = "`rrd diff` compares any number"
            raise Problem(error.what, place=error.name, advice=advice) from error
        if json:
            print_json(report, schema="rrd.compare/1")
        else:
            _print(report)
        for name in report.unknown_timelines:
            note(f"no timeline is called {name}")
        return report.same

    return compare_inputs(a, b, work, lossy=lossy)


def _dump(recording: Recording) -> None:
    """Shows all chunks with all their rows, as `rrd print -vvv` does."""
    from rrdformats.selectors import Selection
    from rrdtool.cli.message_text import TextMessages
    from rrdtool.operations.print_ import print_

    if recording.source.size is None:
        raise Problem(
            "a pipe cannot be shown and compared", place=recording.source.name, advice="use a file"
        )
    writer = TextMessages(_DUMP_LEVEL, full_metadata=False, transposed=False)
    write(f"{printable(recording.source.name)}\n")
    for page in print_(recording, Selection.entities(), values=True):
        writer.page(page, None)
    write("\n")


def _print(report: CompareReport) -> None:
    """Nothing is said of recordings that are equal, except how many chunks they have."""
    if report.same:
        chunks = format_count(report.chunks[0])
        note(f"equal: {chunks} chunks, {format_count(report.identical)} of them byte for byte")
        return
    write(f"A  {printable(report.a)}\nB  {printable(report.b)}\n")
    first, second = report.application_ids
    if first != second:
        write(f"they are of the applications {printable(first)} and {printable(second)}\n")
        return
    for found in report.differences:
        ids = " ".join(filter(None, (found.chunk_a, found.chunk_b)))
        write(f"{printable(found.entity)}  {ids}\n    {printable(found.reason)}\n")
    left_a, left_b = map(format_count, report.differing)
    of_a, of_b = map(format_count, report.chunks)
    write(f"{left_a} of {of_a} chunks of A and {left_b} of {of_b} of B have no equal\n")
