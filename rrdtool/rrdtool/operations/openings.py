"""What a part of a recording needs from before it, so that it shows what the whole one showed."""

from __future__ import annotations

from collections.abc import Iterable

from rrdformats.chunk import Chunk
from rrdtool.operations.edit_plan import Share
from rrdtool.operations.edit_reading import OnDamage
from rrdtool.operations.last_values import last_values
from rrdtool.operations.video_starts import video_starts

__all__ = ["opening_chunks"]


def opening_chunks(
    shares: Iterable[Share],
    timeline: str,
    at: int,
    notes: list[str],
    on_damage: OnDamage | None = None,
) -> list[Chunk]:
    """Last known values as rows at a time, and the frames since the keyframes of video streams.

    Args:
        shares: The chunks of one recording.
        timeline: The timeline of the time.
        at: The time.
        notes: Gets a sentence for each video stream whose keyframes cannot be told.
        on_damage: Told of chunks that cannot be read; without it they are raised.

    Raises:
        InputError: If a chunk cannot be read, without `on_damage`.
    """
    shares = list(shares)
    videos = video_starts(shares, timeline, at, on_damage)
    notes += [
        f"{entity}: its keyframes cannot be told, so it may not be shown before the next one"
        for entity in videos.unknown
    ]
    besides = frozenset(videos.covered)
    values = last_values(shares, timeline, at, besides=besides, on_damage=on_damage)
    return videos.chunks + values
