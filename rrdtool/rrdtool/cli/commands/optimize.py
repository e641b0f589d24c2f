"""`rrd optimize`: fewer, larger chunks, in the order of time."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rrdformats.quantities import format_count, format_size, parse_size
from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.mirroring import mirror
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.sentences import note
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdtool.operations.optimize import OptimizedStore, OptimizeReport

__all__ = ["optimize"]


def optimize(
    files: options.Files = None,
    output: options.Output = None,
    output_dir: options.OutputDir = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    profile: options.Profile = "object-store",
    max_size: options.MaxSize = None,
    max_rows: options.MaxRows = None,
    max_rows_if_unsorted: options.MaxRowsIfUnsorted = None,
    split_size_ratio: options.SplitSizeRatio = None,
    rebatch_videos: options.RebatchVideos = True,
    fix_keyframe: options.FixKeyframe = False,
    num_pass: options.NumPass = None,
    jobs: options.Jobs = None,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Merge and sort chunks: fewer, larger ones that do not overlap.

    Rows and cells stay what they are. Chunks that are good already are copied as they are, so doing
    it twice changes nothing. Several recordings become one file; with --output-dir, or a folder
    among them, every recording becomes a file of its own, under the same name in the output folder.
    Chunks of video streams begin at keyframes, and the flags that say where those are are added.

    Examples:
        rrd optimize run.rrd -o run.optimized.rrd
        rrd optimize --in-place --backup run.rrd
        rrd optimize recordings -o optimized --jobs 4
        rrd optimize --profile live --max-size 1MiB a.rrd b.rrd -o both.rrd
        rrd optimize --dry-run run.rrd
    """
    import pyarrow as pa

    from rrdtool.operations.optimize import optimize as merge_chunks
    from rrdtool.operations.optimizing.settings import settings_for

    del num_pass
    pa.set_memory_pool(pa.system_memory_pool())  # it gives back at once what is no longer needed
    try:
        limits = settings_for(
            profile,
            os.environ,
            max_bytes=None if max_size is None else parse_size(max_size),
            max_rows=max_rows,
            max_rows_if_unsorted=max_rows_if_unsorted,
            split_size_ratio=split_size_ratio,
            rebatch_videos=rebatch_videos,
            fix_keyframe=fix_keyframe,
        )
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error
    request = EditRequest(
        "optimize",
        files,
        "optimized",
        output,
        force=force,
        in_place=in_place,
        backup=backup,
        dry_run=dry_run,
        json=json,
        lossy=lossy,
        history=history,
        show=_show,
    )
    several = in_place and len(files or []) > 1
    if several or output_dir is not None or any(Path(file).is_dir() for file in files or []):
        return mirror(replace(request, show=_show_each), output_dir, limits, jobs)
    return request.carry_out(
        lambda recordings, file, settings: merge_chunks(
            recordings, file, limits=limits, settings=settings
        )
    )


def _show_each(report: OptimizeReport) -> None:
    """One of many files."""
    name = printable(report.inputs[0].file)
    if report.dry_run:
        write(f"{name}\n")
        _show(report)
    else:
        note(f"{name}: {_sentence(report)}")


def _show(report: OptimizeReport) -> None:
    if report.dry_run:
        columns = [
            Column("store", style="cyan"),
            Column("chunks", "right"),
            Column("about", "right"),
        ]
        table = Table([*columns, Column("copied", "right")])
        for store in report.optimized:
            counts = (store.chunks_before, store.chunks, store.copied)
            table.add(_name(store), *map(format_count, counts))
        print_table(table)
    else:
        note(_sentence(report))


def _sentence(report: OptimizeReport) -> str:
    before = sum(store.chunks_before for store in report.optimized)
    after = sum(store.chunks for store in report.optimized)
    sizes = f"{format_size(report.bytes_before)} to {format_size(report.bytes)}"
    return f"{format_count(before)} chunks to {format_count(after)}, {sizes}"


def _name(store: OptimizedStore) -> str:
    return printable(f"{store.kind} {store.application_id or '?'}/{store.recording_id}")
