"""`rrd slice`: a stretch of time of recordings, that shows what the whole ones showed then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from rrdformats.messages import StoreKind
from rrdformats.reader import Recording
from rrdformats.timeline import MIN_TIME
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import EditSettings, opened
from rrdtool.operations.latest_at import (
    Difference,
    compare_answers,
    latest_answers,
    sample_times,
)
from rrdtool.operations.openings import opening_chunks
from rrdtool.operations.time_window import TimeWindow

__all__ = ["SliceCheck", "check_slice", "slice_"]

_SAMPLES = 64
_SHOWN = 5


def slice_(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    window: TimeWindow,
    *,
    seed: bool = True,
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes the rows of recordings in a range of times, and all static ones.

    Chunks that lie in the range are copied as they are. Blueprints stay whole.

    Args:
        recordings: What to read.
        file: Where to write; None only tells what would be written.
        window: The range.
        seed: Whether the last known value of every component is set at the start of the range, and
            video streams begin at a keyframe.
        settings: How it is done.

    Raises:
        EditRefusedError: If the timeline or a time is none; nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    settings = settings or EditSettings()
    with opened(recordings, settings) as edit:
        stores = [store for store in edit.plan.stores.values() if store.is_recording]
        times = window.resolve([share.item.manifest for s in stores for share in s.shares])
        damage: list[Exception] = []
        for store in stores:
            if seed and times.start > MIN_TIME and file is not None:
                on_damage = damage.append if settings.lossy else None
                store.chunks += opening_chunks(
                    store.shares, times.timeline, times.start, edit.notes, on_damage
                )
            for share in store.shares:
                share.limit_times(times)
        edit.inputs[0].damage.extend(map(str, damage))
        return edit.finish(file)


@dataclass(frozen=True, slots=True)
class SliceCheck:
    """Whether a slice answers as its source does.

    Attributes:
        times: At how many times both were asked for the latest values.
        answers: How many answers were compared.
        differing: How many of them differ.
        differences: The first of these.
    """

    times: int
    answers: int
    differing: int
    differences: list[Difference]


def check_slice(source: Recording, made: Recording, window: TimeWindow) -> SliceCheck:
    """Asks a recording and a slice of it for the latest values at times all over the slice.

    Args:
        source: The recording.
        made: The slice.
        window: The range that it was made for.

    Raises:
        EditRefusedError: If the window does not fit the recording.
        InputError: If a chunk cannot be read.
    """
    manifests = [
        item.manifest
        for item in source.contents.manifests
        if item.manifest.store_id.kind is StoreKind.RECORDING
    ]
    found = window.resolve(manifests)
    bounds = [
        overall
        for manifest in manifests
        for line, times in manifest.timelines.items()
        if line.name == found.timeline and (overall := times.overall()) is not None
    ]
    first = max(found.start, min(found.end, *(start for start, _ in bounds)))
    last = max(first, min(found.end, max(end for _, end in bounds)))
    times = sample_times(first, last, _SAMPLES)
    expected = latest_answers(source, found.timeline, times)
    answers = latest_answers(made, found.timeline, times)
    count, differences = compare_answers(expected, answers, times)
    return SliceCheck(len(times), count, len(differences), differences[:_SHOWN])
