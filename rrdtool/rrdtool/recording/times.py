"""The current times of a thread: `set_time`, `disable_timeline`, `reset_time`.

Each thread has its own, per application and recording: two handles of one recording share them,
and they outlive both. A new thread starts without any.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rrdformats.timeline import TimeKind, Timeline
from rrdtool.recording.arguments import checked
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.time_values import (
    duration_nanos,
    given_kind,
    sequence_number,
    timestamp_nanos,
)

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    import numpy as np

    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.recording.rows import TimePoint
    from rrdtool.recording.streams import RecordingStream

__all__ = ["current_point", "disable_timeline", "reset_time", "set_time"]

_CONVERTERS = {
    TimeKind.SEQUENCE: sequence_number,
    TimeKind.DURATION: duration_nanos,
    TimeKind.TIMESTAMP: timestamp_nanos,
}
_NOWHERE: TimePoint = ((), ())


class _Times:
    """The current times of one thread on one recording."""

    __slots__ = ("kinds", "point", "timelines", "values")

    def __init__(self) -> None:
        self.kinds: dict[str, TimeKind] = {}
        self.values: dict[str, int] = {}
        self.timelines: tuple[Timeline, ...] | None = ()
        self.point: TimePoint | None = _NOWHERE

    def set(self, name: str, kind: TimeKind, value: int) -> None:
        if self.kinds.get(name) is not kind:
            self.kinds[name] = kind
            self.timelines = None
        self.values[name] = value
        self.point = None

    def drop(self, name: str) -> None:
        if self.kinds.pop(name, None) is not None:
            del self.values[name]
            self.timelines = self.point = None

    def renewed_point(self) -> TimePoint:
        """The time point, made anew; its timelines stay the same object as long as they can."""
        if self.timelines is None:
            names = sorted(self.kinds, key=str.encode)
            self.timelines = tuple(Timeline(name, self.kinds[name]) for name in names)
            self.values = {name: self.values[name] for name in names}
        self.point = self.timelines, tuple(self.values.values())
        return self.point


class _Thread(threading.local):
    def __init__(self) -> None:
        self.times: dict[tuple[str, str], _Times] = {}


_thread = _Thread()


def current_point(pipeline: Pipeline) -> TimePoint:
    """Where this thread stands on the recording's timelines."""
    times = _thread.times.get(pipeline.key)
    if times is None:
        return _NOWHERE
    return times.point or times.renewed_point()


def set_time(
    timeline: str,
    *,
    recording: RecordingStream | None = None,
    sequence: int | None = None,
    duration: float | timedelta | np.timedelta64 | None = None,
    timestamp: float | datetime | np.datetime64 | None = None,
) -> None:
    """Sets the time of this thread on a timeline, for everything that it logs from now on.

    Args:
        timeline: Name of the timeline.
        recording: The recording; the current one unless given.
        sequence: A step, for timelines that count.
        duration: Seconds, or a timedelta.
        timestamp: Seconds since the epoch, or a datetime (UTC if it has no zone).

    Raises:
        ValueError: If not exactly one time is given, or the name is empty.
        TypeError: If the time is of a wrong type.
        OverflowError: If the time takes more than 64 bits.
    """
    kind, given = given_kind("set_time", sequence, duration, timestamp)
    if not checked(timeline, str, "the name of a timeline"):
        raise ValueError("the name of a timeline must not be empty")
    value = _CONVERTERS[kind](given)
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return
    times = _thread.times.get(pipeline.key)
    if times is None:
        times = _thread.times[pipeline.key] = _Times()
    times.set(timeline, kind, value)


def disable_timeline(timeline: str, recording: RecordingStream | None = None) -> None:
    """Clears the time of this thread on a timeline; unknown ones do not matter.

    The timelines that are set automatically, `log_time` and `log_tick`, stay.
    """
    pipeline = pipeline_of(recording)
    times = None if pipeline is None else _thread.times.get(pipeline.key)
    if times is not None:
        times.drop(timeline)


def reset_time(recording: RecordingStream | None = None) -> None:
    """Clears the times of this thread on all timelines."""
    pipeline = pipeline_of(recording)
    if pipeline is not None:
        _thread.times.pop(pipeline.key, None)
