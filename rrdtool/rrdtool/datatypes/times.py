"""Times, and ranges of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from rrdtool.datatypes.numbers import NumberBatch
from rrdtool.datatypes.texts import Utf8, Utf8Like
from rrdtool.model.arrow import dense_union, struct_of
from rrdtool.model.batches import BaseBatch
from rrdtool.model.values import IntValue, StructBatch, Value, plain

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = [
    "AbsoluteTimeRange",
    "AbsoluteTimeRangeArrayLike",
    "AbsoluteTimeRangeBatch",
    "AbsoluteTimeRangeLike",
    "TimeInt",
    "TimeIntArrayLike",
    "TimeIntBatch",
    "TimeIntLike",
    "TimeRange",
    "TimeRangeArrayLike",
    "TimeRangeBatch",
    "TimeRangeBoundary",
    "TimeRangeBoundaryArrayLike",
    "TimeRangeBoundaryBatch",
    "TimeRangeBoundaryLike",
    "TimeRangeLike",
    "VideoTimestamp",
    "VideoTimestampArrayLike",
    "VideoTimestampBatch",
    "VideoTimestampLike",
    "VisibleTimeRange",
    "VisibleTimeRangeArrayLike",
    "VisibleTimeRangeBatch",
    "VisibleTimeRangeLike",
]

_NANOS = 1_000_000_000


class TimeInt(IntValue):
    """A time: a sequence number, or nanoseconds.

    Args:
        seq: A sequence number.
        seconds: A duration or a time since 1970 (seconds); what is below a nanosecond is cut off.
        nanos: The same in nanoseconds.

    Raises:
        ValueError: If not exactly one is given.
    """

    _FIELDS = ("value",)
    value: int

    def __init__(
        self, *, seq: int | None = None, seconds: float | None = None, nanos: int | None = None
    ) -> None:
        if sum(given is not None for given in (seq, seconds, nanos)) != 1:
            raise ValueError("a time needs exactly one of `seq`, `seconds` and `nanos`")
        if seconds is not None:
            self.value = int(seconds * _NANOS)
        else:
            self.value = int(seq if seq is not None else nanos or 0)

    @classmethod
    def of(cls, time: TimeIntLike) -> TimeInt:
        """A time, or the number that stands for one."""
        return time if isinstance(time, TimeInt) else cls(seq=time)


TimeIntLike: TypeAlias = "TimeInt | int"
TimeIntArrayLike: TypeAlias = "TimeInt | int | Sequence[TimeIntLike] | npt.ArrayLike"


class TimeIntBatch(NumberBatch[TimeIntArrayLike], of=TimeInt):
    """A batch of `TimeInt`."""

    _DTYPE = np.dtype(np.int64)


class VideoTimestamp(IntValue):
    """A time within a video (nanoseconds from its start)."""

    _FIELDS = ("timestamp_ns",)
    timestamp_ns: int

    def __init__(self, timestamp_ns: VideoTimestampLike) -> None:
        self.timestamp_ns = int(timestamp_ns)


VideoTimestampLike: TypeAlias = "VideoTimestamp | int"
VideoTimestampArrayLike: TypeAlias = (
    "VideoTimestamp | int | Sequence[VideoTimestampLike] | npt.ArrayLike"
)


class VideoTimestampBatch(NumberBatch[VideoTimestampArrayLike], of=VideoTimestamp):
    """A batch of `VideoTimestamp`."""

    _DTYPE = np.dtype(np.int64)


class AbsoluteTimeRange(Value):
    """A range of times, both ends included."""

    _FIELDS = ("min", "max")
    min: TimeInt
    max: TimeInt

    def __init__(
        self,
        min: TimeIntLike,  # noqa: A002 - the name of the field
        max: TimeIntLike,  # noqa: A002 - the name of the field
    ) -> None:
        self.min = TimeInt.of(min)
        self.max = TimeInt.of(max)


AbsoluteTimeRangeLike: TypeAlias = "AbsoluteTimeRange"
AbsoluteTimeRangeArrayLike: TypeAlias = "AbsoluteTimeRange | Sequence[AbsoluteTimeRangeLike]"


class AbsoluteTimeRangeBatch(StructBatch[AbsoluteTimeRangeArrayLike], of=AbsoluteTimeRange):
    """A batch of `AbsoluteTimeRange`."""


class TimeRangeBoundary(Value):
    """An end of a time range: a fixed time, a distance from the time cursor, or unbounded.

    Made by `absolute`, `cursor_relative` and `infinite`.
    """

    _FIELDS = ("inner", "kind")
    inner: TimeInt | None
    kind: Literal["cursor_relative", "absolute", "infinite"]

    def __init__(
        self,
        inner: TimeIntLike | None,
        kind: Literal["cursor_relative", "absolute", "infinite"] = "cursor_relative",
    ) -> None:
        self.inner = None if inner is None else TimeInt.of(inner)
        self.kind = kind

    @staticmethod
    def cursor_relative(
        offset: TimeIntLike | None = None,
        *,
        seq: int | None = None,
        seconds: float | None = None,
        nanos: int | None = None,
    ) -> TimeRangeBoundary:
        """A boundary at a distance from the time cursor; at the cursor itself by default.

        Raises:
            ValueError: If more than one distance is given.
        """
        if offset is None and seq is None and seconds is None and nanos is None:
            offset = 0
        return TimeRangeBoundary(_one_time(offset, seq, seconds, nanos), "cursor_relative")

    @staticmethod
    def absolute(
        time: TimeIntLike | None = None,
        *,
        seq: int | None = None,
        seconds: float | None = None,
        nanos: int | None = None,
    ) -> TimeRangeBoundary:
        """A boundary at a fixed time.

        Raises:
            ValueError: If not exactly one time is given.
        """
        return TimeRangeBoundary(_one_time(time, seq, seconds, nanos), "absolute")

    @staticmethod
    def infinite() -> TimeRangeBoundary:
        """A boundary beyond all times."""
        return TimeRangeBoundary(None, "infinite")

    @classmethod
    def of(cls, boundary: TimeRangeBoundaryLike) -> TimeRangeBoundary:
        """A boundary; a plain time is a distance from the time cursor."""
        return boundary if isinstance(boundary, TimeRangeBoundary) else cls(boundary)


def _one_time(
    time: TimeIntLike | None, seq: int | None, seconds: float | None, nanos: int | None
) -> TimeInt:
    if time is None:
        return TimeInt(seq=seq, seconds=seconds, nanos=nanos)
    if seq is not None or seconds is not None or nanos is not None:
        raise ValueError("a boundary takes a time, or one of `seq`, `seconds` and `nanos`")
    return TimeInt.of(time)


TimeRangeBoundaryLike: TypeAlias = "TimeRangeBoundary | TimeIntLike"
TimeRangeBoundaryArrayLike: TypeAlias = "TimeRangeBoundary | Sequence[TimeRangeBoundaryLike]"

_ARMS = {"cursor_relative": "CursorRelative", "absolute": "Absolute", "infinite": "Infinite"}


def _boundary_array(boundaries: list[TimeRangeBoundary], kind: pa.DataType) -> pa.Array[Any]:
    import pyarrow as pa

    times: dict[str, list[object]] = {}
    for boundary in boundaries:
        times.setdefault(_ARMS[boundary.kind], []).append(plain(boundary.inner))
    types = {kind.field(i).name: kind.field(i).type for i in range(kind.num_fields)}
    values = {arm: pa.array(numbers, types[arm]) for arm, numbers in times.items()}
    return dense_union(kind, [_ARMS[boundary.kind] for boundary in boundaries], values)


class TimeRangeBoundaryBatch(BaseBatch[TimeRangeBoundaryArrayLike], of=TimeRangeBoundary):
    """A batch of `TimeRangeBoundary`."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        items = data if isinstance(data, Sequence) else [data]
        return _boundary_array([TimeRangeBoundary.of(item) for item in items], cls.arrow_type())


class TimeRange(Value):
    """A range of times whose ends may move with the time cursor."""

    _FIELDS = ("start", "end")
    start: TimeRangeBoundary
    end: TimeRangeBoundary

    def __init__(self, start: TimeRangeBoundaryLike, end: TimeRangeBoundaryLike) -> None:
        self.start = TimeRangeBoundary.of(start)
        self.end = TimeRangeBoundary.of(end)


TimeRangeLike: TypeAlias = "TimeRange"
TimeRangeArrayLike: TypeAlias = "TimeRange | Sequence[TimeRangeLike]"


def _range_array(ranges: list[TimeRange], kind: pa.DataType) -> pa.Array[Any]:
    starts = _boundary_array([item.start for item in ranges], kind.field(0).type)
    ends = _boundary_array([item.end for item in ranges], kind.field(1).type)
    return struct_of(kind, [starts, ends])


class TimeRangeBatch(StructBatch[TimeRangeArrayLike], of=TimeRange):
    """A batch of `TimeRange`."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        items = [data] if isinstance(data, TimeRange) else list(data)
        for item in items:
            cls._value(item)
        return _range_array(items, cls.arrow_type())


class VisibleTimeRange(Value):
    """The range of one timeline that a view shows.

    Args:
        timeline: The name of the timeline.
        range: The range; or else both of `start` and `end`.
        start: Where the range begins.
        end: Where the range ends.

    Raises:
        ValueError: If neither a range nor both ends are given, or both are.
    """

    _FIELDS = ("timeline", "range")
    timeline: Utf8
    range: TimeRange

    def __init__(
        self,
        timeline: Utf8Like,
        range: TimeRangeLike | None = None,  # noqa: A002 - the name of the field
        *,
        start: TimeRangeBoundary | None = None,
        end: TimeRangeBoundary | None = None,
    ) -> None:
        self.timeline = Utf8(timeline)
        if range is not None:
            if start is not None or end is not None:
                raise ValueError("a visible time range takes `range`, or `start` and `end`")
            self.range = range
        elif start is not None and end is not None:
            self.range = TimeRange(start, end)
        else:
            raise ValueError("a visible time range needs `range`, or both of `start` and `end`")


VisibleTimeRangeLike: TypeAlias = "VisibleTimeRange"
VisibleTimeRangeArrayLike: TypeAlias = "VisibleTimeRange | Sequence[VisibleTimeRangeLike]"


class VisibleTimeRangeBatch(StructBatch[VisibleTimeRangeArrayLike], of=VisibleTimeRange):
    """A batch of `VisibleTimeRange`."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        items = [data] if isinstance(data, VisibleTimeRange) else list(data)
        for item in items:
            cls._value(item)
        kind = cls.arrow_type()
        names = pa.array([item.timeline.value for item in items], kind.field(0).type)
        ranges = _range_array([item.range for item in items], kind.field(1).type)
        return struct_of(kind, [names, ranges])
