"""`rrd route`: other ids for stores, nothing decoded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from rrdformats.reader import Recording
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import EditSettings, opened
from rrdtool.operations.routing import Routing

__all__ = ["route"]


def route(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    routing: Routing,
    *,
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes recordings with other application and recording ids.

    A blueprint goes with its recording: it gets the application, too, and keeps an id of its own.

    Args:
        recordings: What to read.
        file: Where to write; None only tells what would be written.
        routing: The new ids.
        settings: How it is done.

    Raises:
        EditRefusedError: If that is not possible; nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    with opened(recordings, settings or EditSettings(), routing) as edit:
        edit.notes += routing.notes(edit.inputs)
        if routing.into_recording:
            dropped = 0
            for store in edit.plan.stores.values():
                dropped += len(store.activations)
                store.activations = []
            if dropped:
                edit.notes.append(
                    f"{dropped} blueprint activations are left out: there is no blueprint any more"
                )
        return edit.finish(file)
