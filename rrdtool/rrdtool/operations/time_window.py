"""A range of times as people ask for it, held against recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rrdformats.manifest import Manifest
from rrdformats.query import TimeRange
from rrdformats.selectors import near_miss
from rrdformats.timeline import MAX_TIME, MIN_TIME, TimeKind, Timeline
from rrdformats.times import parse_duration, parse_time, parse_time_spec
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal

__all__ = ["TimeWindow", "parse_at", "parse_length", "pick_timeline"]

_AUTOMATIC = frozenset({"log_time", "log_tick"})
"""Timelines that every logged row gets; nobody means them who names none."""


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A range of times, both bounds included.

    Attributes:
        start: The first time as it was written; None for no bound.
        end: The last time.
        duration: How long it is, from the start, or up to the end: `end` is `start` + `duration`.
        timeline: Its timeline; None for the only one that is not automatic.
    """

    start: str | None = None
    end: str | None = None
    timeline: str | None = None
    duration: str | None = None

    def resolve(self, manifests: Iterable[Manifest]) -> TimeRange:
        """The range in some recordings; `+` and `-` count from the first and the last time of all.

        Raises:
            EditRefusedError: If the timeline is none of theirs, or cannot be guessed, or a time is
                not written as it must be, or the range is empty.
        """
        timeline, bounds = pick_timeline(manifests, self.timeline)
        start = _time("--start", self.start, timeline, bounds, MIN_TIME)
        end = _time("--end", self.end, timeline, bounds, MAX_TIME)
        if self.duration is not None:
            if self.start is not None and self.end is not None:
                raise EditRefusedError(
                    Refusal("the start and the end say it already", "--duration")
                )
            length = parse_length("--duration", self.duration, timeline)
            if self.end is None:
                start = bounds[0] if self.start is None else start
                end = min(start + length, MAX_TIME)
            else:
                start = max(end - length, MIN_TIME)
        if start > end:
            raise EditRefusedError(Refusal("it is before --start", "--end"))
        return TimeRange(timeline.name, start, end)


def pick_timeline(
    manifests: Iterable[Manifest], wanted: str | None
) -> tuple[Timeline, tuple[int, int]]:
    """A timeline of some recordings, and the first and last time on it.

    Args:
        manifests: What the recordings hold.
        wanted: Its name; None for the only one that is not automatic.

    Raises:
        EditRefusedError: If there is none of that name, or it cannot be guessed.
    """
    bounds: dict[Timeline, tuple[int, int]] = {}
    for manifest in manifests:
        for timeline, found in manifest.timelines.items():
            overall = found.overall()
            if overall is not None:
                before = bounds.get(timeline, overall)
                bounds[timeline] = min(before[0], overall[0]), max(before[1], overall[1])
    names = sorted(timeline.name for timeline in bounds)
    if wanted is None:
        chosen = [line for line in bounds if line.name not in _AUTOMATIC] or list(bounds)
        advice = f"name one of {', '.join(names)} with --timeline"
        what = "there are several timelines" if chosen else "there is no timeline"
    else:
        chosen = [line for line in bounds if line.name == wanted]
        close = near_miss(wanted, names)
        advice = f"there are {', '.join(names) or 'none'}"
        advice = f"did you mean {close}?" if close else advice
        what = f"there is no timeline {wanted}"
        if len(chosen) > 1:
            what = f"timeline {wanted} has several kinds"
    if len(chosen) != 1:
        raise EditRefusedError(Refusal(what, advice=advice if bounds else None))
    return chosen[0], bounds[chosen[0]]


def parse_at(option: str, text: str, timeline: Timeline, bounds: tuple[int, int]) -> int:
    """A time as people write it; `+` and `-` count from the first and the last time.

    Raises:
        EditRefusedError: If it is none.
    """
    try:
        return parse_time_spec(text, timeline.kind).resolve(*bounds)
    except ValueError as error:
        raise EditRefusedError(Refusal(str(error), option)) from error


def parse_length(option: str, text: str, timeline: Timeline) -> int:
    """A difference of times: a duration, or a number of steps.

    Raises:
        EditRefusedError: If it is none, or negative.
    """
    try:
        if timeline.kind is TimeKind.SEQUENCE:
            length = parse_time(text, TimeKind.SEQUENCE)
        else:
            length = parse_duration(text)
    except ValueError as error:
        raise EditRefusedError(Refusal(str(error), option)) from error
    if length < 0:
        raise EditRefusedError(Refusal("it is negative", option))
    return length


def _time(
    option: str, text: str | None, timeline: Timeline, bounds: tuple[int, int], none: int
) -> int:
    return none if text is None else parse_at(option, text, timeline, bounds)
