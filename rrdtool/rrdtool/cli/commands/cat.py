"""`rrd cat`: recordings as one stream on standard output."""

from __future__ import annotations

from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.outcome import Outcome
from rrdtool.cli.selecting import name_selection

__all__ = ["cat"]


def cat(
    files: options.Files = None,
    recursive: options.Recursive = False,
    entity: options.Entities = None,
    exclude: options.Exclude = None,
    start: options.Start = None,
    end: options.End = None,
    timeline: options.TimelineName = None,
    store: options.Stores = None,
    allow_empty: options.AllowEmpty = False,
    lossy: options.ContinueOnError = False,
) -> Outcome:
    """Write recordings, or a part of them, to standard output.

    Several files become one stream, as `rrd merge` would write it. A time range takes the rows in
    it and all static ones; without --timeline it is of the only timeline beside log_time and
    log_tick. Blueprints and a recording's own properties stay, unless --exclude names them.

    Examples:
        rrd cat run.rrd | rerun -
        rrd cat -e /camera/** --start +10s --end +20s run.rrd | rrd info -
        rrd cat a.rrd b.rrd > both.rrd
    """
    from rrdtool.operations.cat import cat as copy
    from rrdtool.operations.edit_selection import EditSelection
    from rrdtool.operations.time_window import TimeWindow

    selection = EditSelection(
        entities=name_selection(entity, exclude, entities=True), stores=name_selection(store)
    )
    window = TimeWindow(start, end, timeline) if start or end or timeline else None
    request = EditRequest(
        "cat",
        files,
        "cat",
        "-",
        recursive=recursive,
        lossy=lossy,
        allow_empty=allow_empty,
    )
    return request.carry_out(
        lambda recordings, file, settings: copy(
            recordings, file, selection=selection, window=window, settings=settings
        )
    )
