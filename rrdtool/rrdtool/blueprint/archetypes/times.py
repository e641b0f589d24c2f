"""The time panel, and the ranges of time that views show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack, overload

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.names import ARCHETYPES
from rrdtool.datatypes.times import VisibleTimeRange
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    from rrdtool import datatypes
    from rrdtool.blueprint import components as blueprint_components

    class _TimePanelBlueprintFields(TypedDict, total=False):
        state: blueprint_components.PanelStateLike | None
        timeline: datatypes.Utf8Like | None
        playback_speed: datatypes.Float64Like | None
        fps: datatypes.Float64Like | None
        play_state: blueprint_components.PlayStateLike | None
        loop_mode: blueprint_components.LoopModeLike | None
        time_selection: datatypes.AbsoluteTimeRangeLike | None

    class _VisibleTimeRangesFields(TypedDict, total=False):
        ranges: datatypes.VisibleTimeRangeArrayLike | None


__all__ = [
    "TimePanelBlueprint",
    "VisibleTimeRanges",
]


class TimePanelBlueprint(Archetype, prefix=ARCHETYPES):
    """The time panel and its playback."""

    state: Row[blueprint_components.PanelStateBatch]
    timeline: Row[blueprint_components.TimelineNameBatch]
    playback_speed: Row[blueprint_components.PlaybackSpeedBatch]
    fps: Row[blueprint_components.FpsBatch]
    play_state: Row[blueprint_components.PlayStateBatch]
    loop_mode: Row[blueprint_components.LoopModeBatch]
    time_selection: Row[blueprint_components.AbsoluteTimeRangeBatch]

    def __init__(self, **fields: Unpack[_TimePanelBlueprintFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TimePanelBlueprintFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class VisibleTimeRanges(Archetype, prefix=ARCHETYPES):
    """Which times a view shows at once, for each timeline."""

    ranges: Row[blueprint_components.VisibleTimeRangeBatch]

    @overload
    def __init__(self, ranges: datatypes.VisibleTimeRangeArrayLike) -> None: ...

    @overload
    def __init__(self, *, timeline: datatypes.Utf8Like, range: datatypes.TimeRangeLike) -> None: ...

    @overload
    def __init__(
        self,
        *,
        timeline: datatypes.Utf8Like,
        start: datatypes.TimeRangeBoundary,
        end: datatypes.TimeRangeBoundary,
    ) -> None: ...

    def __init__(
        self,
        ranges: datatypes.VisibleTimeRangeArrayLike | None = None,
        *,
        timeline: datatypes.Utf8Like | None = None,
        range: datatypes.TimeRangeLike | None = None,  # noqa: A002 - the name of the field
        start: datatypes.TimeRangeBoundary | None = None,
        end: datatypes.TimeRangeBoundary | None = None,
    ) -> None:
        """Ranges of any number of timelines.

        Args:
            ranges: The ranges; of two for one timeline, the first one counts.
            timeline: Instead, the only timeline.
            range: The range of that timeline.
            start: Where it begins, instead of `range`.
            end: Where it ends.

        Raises:
            ValueError: If it is not clear from these what is meant, or a timeline occurs twice; in
                strict mode.
        """
        self._store_computed(lambda: {"ranges": _ranges_of(ranges, timeline, range, start, end)})

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_VisibleTimeRangesFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


def _ranges_of(ranges: Any, timeline: Any, whole: Any, start: Any, end: Any) -> Any:
    if timeline is not None:
        if ranges is not None:
            raise ValueError("visible time ranges take `ranges` or `timeline`, not both")
        return [VisibleTimeRange(timeline, whole, start=start, end=end)]
    if ranges is None:
        raise ValueError("visible time ranges need `ranges` or `timeline`")
    if isinstance(ranges, VisibleTimeRange):
        return [ranges]
    known = set()
    for item in ranges:
        if item.timeline in known:
            report_misuse(f"the timeline {item.timeline} is given twice; the first range counts")
        known.add(item.timeline)
    return ranges
