"""`rrd cat`: recordings as one stream, for another program to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from rrdformats.query import TimeRange
from rrdformats.reader import Recording
from rrdtool.operations.edit_selection import EditSelection, Inventory
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import EditSettings, opened
from rrdtool.operations.filter import choose_entities, choose_stores
from rrdtool.operations.time_window import TimeWindow

__all__ = ["cat"]


def cat(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    *,
    selection: EditSelection | None = None,
    window: TimeWindow | None = None,
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes what is selected of some recordings, as `merge` would.

    Args:
        recordings: What to read.
        file: Where to write; None only tells what would be written.
        selection: What to keep; timelines, components and archetypes are not asked.
        window: Only rows in this range of times, and static ones. Chunks that lie in it are copied
            whole; those at its ends are cut. Blueprints stay as they are.
        settings: How it is done.

    Raises:
        EditRefusedError: If a pattern or the timeline matches nothing; nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    settings = settings or EditSettings()
    selection = selection or EditSelection()
    with opened(recordings, settings) as edit:
        if not settings.allow_empty:
            selection.check(Inventory.of(edit.inputs))
        choose_stores(edit.plan, selection)
        times: TimeRange | None = None
        if window is not None:
            shares = [
                share
                for store in edit.plan.stores.values()
                if store.is_recording
                for share in store.shares
            ]
            times = window.resolve([share.item.manifest for share in shares])
        for store in edit.plan.stores.values():
            for share in store.shares:
                choose_entities(share, selection, is_recording=store.is_recording)
                if times is not None and store.is_recording:
                    share.limit_times(times)
        return edit.finish(file)
