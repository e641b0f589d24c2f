"""The time panel, and the ranges of time that views show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes import numbers, texts, times
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "AbsoluteTimeRange",
    "AbsoluteTimeRangeBatch",
    "Fps",
    "FpsBatch",
    "LoopMode",
    "LoopModeArrayLike",
    "LoopModeBatch",
    "LoopModeLike",
    "PlayState",
    "PlayStateArrayLike",
    "PlayStateBatch",
    "PlayStateLike",
    "PlaybackSpeed",
    "PlaybackSpeedBatch",
    "TimeInt",
    "TimeIntBatch",
    "TimeRange",
    "TimeRangeBatch",
    "TimelineFraction",
    "TimelineFractionBatch",
    "TimelineName",
    "TimelineNameBatch",
    "VisibleTimeRange",
    "VisibleTimeRangeBatch",
]


class TimelineName(texts.Utf8, ComponentMixin):
    """The name of a timeline."""


class TimelineNameBatch(texts.Utf8Batch, ComponentBatchMixin, of=TimelineName, namespace=NAMESPACE):
    """A batch of `TimelineName`."""


class TimeInt(times.TimeInt, ComponentMixin):
    """A time: a sequence number, or nanoseconds."""


class TimeIntBatch(times.TimeIntBatch, ComponentBatchMixin, of=TimeInt, namespace=NAMESPACE):
    """A batch of `TimeInt`."""


class TimelineFraction(numbers.Float64, ComponentMixin):
    """A place on a timeline; 1 is its end."""


class TimelineFractionBatch(
    numbers.Float64Batch, ComponentBatchMixin, of=TimelineFraction, namespace=NAMESPACE
):
    """A batch of `TimelineFraction`."""


class AbsoluteTimeRange(times.AbsoluteTimeRange, ComponentMixin):
    """A fixed range of times."""


class AbsoluteTimeRangeBatch(
    times.AbsoluteTimeRangeBatch, ComponentBatchMixin, of=AbsoluteTimeRange, namespace=NAMESPACE
):
    """A batch of `AbsoluteTimeRange`."""


class TimeRange(times.TimeRange, ComponentMixin):
    """A range of times that the cursor may move."""


class TimeRangeBatch(times.TimeRangeBatch, ComponentBatchMixin, of=TimeRange, namespace=NAMESPACE):
    """A batch of `TimeRange`."""


class VisibleTimeRange(times.VisibleTimeRange, ComponentMixin):
    """The shown part of a timeline."""


class VisibleTimeRangeBatch(
    times.VisibleTimeRangeBatch, ComponentBatchMixin, of=VisibleTimeRange, namespace=NAMESPACE
):
    """A batch of `VisibleTimeRange`."""


class PlaybackSpeed(numbers.Float64, ComponentMixin):
    """Speed of playback; 1 is real time."""


class PlaybackSpeedBatch(
    numbers.Float64Batch, ComponentBatchMixin, of=PlaybackSpeed, namespace=NAMESPACE
):
    """A batch of `PlaybackSpeed`."""


class Fps(numbers.Float64, ComponentMixin):
    """Frames per second of a sequence timeline."""


class FpsBatch(numbers.Float64Batch, ComponentBatchMixin, of=Fps, namespace=NAMESPACE):
    """A batch of `Fps`."""


class PlayState(NamedNumber):
    """Whether time stands, runs, or keeps up with incoming data."""

    Paused = 1
    Playing = 2
    Following = 3


PlayStateLike: TypeAlias = "PlayState | str | int"
PlayStateArrayLike: TypeAlias = "PlayStateLike | Sequence[PlayStateLike]"


class PlayStateBatch(EnumBatch[PlayState], ComponentBatchMixin, of=PlayState, namespace=NAMESPACE):
    """A batch of `PlayState`."""


class LoopMode(NamedNumber):
    """Which part of the time is played again and again."""

    Off = 1
    Selection = 2
    All = 3


LoopModeLike: TypeAlias = "LoopMode | str | int"
LoopModeArrayLike: TypeAlias = "LoopModeLike | Sequence[LoopModeLike]"


class LoopModeBatch(EnumBatch[LoopMode], ComponentBatchMixin, of=LoopMode, namespace=NAMESPACE):
    """A batch of `LoopMode`."""
