"""A range of times as people ask for it, held against recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rrdformats.manifest import Manifest
from rrdformats.query import TimeRange
from rrdformats.selectors import near_miss
from rrdformats.timeline import MAX_TIME, MIN_TIME, Timeline
from rrdformats.times import parse_time_spec
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal

__all__ = ["TimeWindow"]

_AUTOMATIC = frozenset({"log_time", "log_tick"})
"""Timelines that every logged row gets; nobody means them who names none."""


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A range of times, both bounds included.

    Attributes:
        start: The first time as it was written; None for no bound.
        end: The last time.
        timeline: Its timeline; None for the only one that is not automatic.
    """

    start: str | None = None
    end: str | None = None
    timeline: str | None = None

    def resolve(self, manifests: Iterable[Manifest]) -> TimeRange:
        """The range in some recordings; `+` and `-` count from the first and the last time of all.

        Raises:
            EditRefusedError: If the timeline is none of theirs, or cannot be guessed, or a time is
                not written as it must be, or the range is empty.
        """
        bounds: dict[Timeline, tuple[int, int]] = {}
        for manifest in manifests:
            for timeline, found in manifest.timelines.items():
                overall = found.overall()
                if overall is not None:
                    before = bounds.get(timeline, overall)
                    bounds[timeline] = min(before[0], overall[0]), max(before[1], overall[1])
        timeline = self._timeline(list(bounds))
        start = self._time("--start", self.start, timeline, bounds[timeline], MIN_TIME)
        end = self._time("--end", self.end, timeline, bounds[timeline], MAX_TIME)
        if start > end:
            raise EditRefusedError(Refusal("it is before --start", "--end"))
        return TimeRange(timeline.name, start, end)

    def _timeline(self, there: list[Timeline]) -> Timeline:
        names = sorted(timeline.name for timeline in there)
        wanted = self.timeline
        if wanted is None:
            chosen = [line for line in there if line.name not in _AUTOMATIC] or there
            advice = f"name one of {', '.join(names)} with --timeline"
            what = "there are several timelines" if chosen else "there is no timeline"
        else:
            chosen = [line for line in there if line.name == wanted]
            close = near_miss(wanted, names)
            advice = f"there are {', '.join(names) or 'none'}"
            advice = f"did you mean {close}?" if close else advice
            what = f"there is no timeline {wanted}"
            if len(chosen) > 1:
                what = f"timeline {wanted} has several kinds"
        if len(chosen) != 1:
            raise EditRefusedError(Refusal(what, advice=advice if there else None))
        return chosen[0]

    def _time(
        self, option: str, text: str | None, timeline: Timeline, bounds: tuple[int, int], none: int
    ) -> int:
        if text is None:
            return none
        try:
            return parse_time_spec(text, timeline.kind).resolve(*bounds)
        except ValueError as error:
            raise EditRefusedError(Refusal(str(error), option)) from error
