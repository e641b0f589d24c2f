"""What counts as a time: Python, numpy and Arrow values as 64-bit counts.

Durations and timestamps are nanoseconds; numbers stand for seconds. Rounding is half to even.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rrdformats.timeline import MAX_TIME, MIN_TIME, TimeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["duration_nanos", "given_kind", "sequence_number", "time_array", "timestamp_nanos"]

_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS = 1e11
"""Numbers above are no seconds but milliseconds or finer: they would lie beyond the year 5000."""


def given_kind(
    function: str, sequence: object, duration: object, timestamp: object
) -> tuple[TimeKind, Any]:
    """Which of the three arguments was given, and its value.

    Raises:
        ValueError: If none was, or more than one.
    """
    given = [
        (kind, value)
        for kind, value in (
            (TimeKind.SEQUENCE, sequence),
            (TimeKind.DURATION, duration),
            (TimeKind.TIMESTAMP, timestamp),
        )
        if value is not None
    ]
    if len(given) != 1:
        raise ValueError(
            f"{function} takes exactly one of `sequence`, `duration` and `timestamp`, "
            f"not {len(given)}"
        )
    return given[0]


def sequence_number(value: object) -> int:
    """A step of a sequence.

    Raises:
        TypeError: If the value is no integer.
        OverflowError: If it takes more than 64 bits.
    """
    if not isinstance(value, int | np.integer | np.bool_):
        raise TypeError(f"a sequence number is an integer, not {type(value).__name__!r}")
    return _in_range(int(value))


def duration_nanos(value: object) -> int:
    """A duration: seconds, a `timedelta` or a `timedelta64`.

    Raises:
        TypeError: If the value is something else.
        ValueError: If it is not a number.
        OverflowError: If it takes more than 64 bits.
    """
    if isinstance(value, timedelta):
        return _in_range(_nanos_of(value))
    if isinstance(value, np.timedelta64):
        return _clamped(value.astype("timedelta64[ns]"))
    if isinstance(value, int | float | np.integer | np.floating):
        return _in_range(_rounded(value))
    raise TypeError(f"a duration is a number of seconds or a timedelta, not {_type(value)}")


def timestamp_nanos(value: object) -> int:
    """A point in time: seconds since the epoch, a `datetime` (UTC without a zone), a `datetime64`.

    Raises:
        TypeError: If the value is something else.
        ValueError: If it is not a number, or looks like milliseconds.
        OverflowError: If it takes more than 64 bits.
    """
    if isinstance(value, datetime):
        zoned = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return _in_range(_nanos_of(zoned - _EPOCH))
    if isinstance(value, np.datetime64):
        return _clamped(value.astype("datetime64[ns]"))
    if isinstance(value, int | float | np.integer | np.floating):
        if value > _LATEST_SECONDS:
            raise ValueError(
                f"timestamp={value} is in seconds since the epoch, which would be far in the "
                "future; were milliseconds or nanoseconds meant?"
            )
        return _in_range(_rounded(value))
    if hasattr(value, "as_py") and hasattr(value, "value"):  # an Arrow scalar
        return _in_range(int(cast("Any", value).value))
    raise TypeError(f"a timestamp is a number of seconds or a datetime, not {_type(value)}")


def _rounded(seconds: Any) -> int:
    if isinstance(seconds, int | np.integer):
        return int(seconds) * _SECOND
    if math.isnan(seconds):
        raise ValueError("a time that is not a number cannot be stored")
    return round(float(seconds) * _SECOND)


def _nanos_of(span: timedelta) -> int:
    return ((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds) * 1_000


def _in_range(value: int) -> int:
    if not MIN_TIME - 1 <= value <= MAX_TIME:
        raise OverflowError(f"the time {value} takes more than 64 bits")
    return max(value, MIN_TIME)


def _clamped(value: np.timedelta64 | np.datetime64) -> int:
    return max(int(value.astype(np.int64)), MIN_TIME)  # "not a time" is the smallest number


def _type(value: object) -> str:
    return repr(type(value).__name__)


def time_array(kind: TimeKind, values: Iterable[Any]) -> pa.Array[Any]:
    """The times of a column, in memory of its own: `int64`, `duration[ns]` or `timestamp[ns]`.

    Raises:
        TypeError: If the values are no times of that kind.
        ValueError: If one of them is not a number.
        OverflowError: If one of them takes more than 64 bits.
        pyarrow.ArrowInvalid: If sequence numbers are no numbers.
    """
    import pyarrow as pa

    if kind is TimeKind.SEQUENCE:
        return _sequence_array(values)
    if hasattr(values, "as_arrow_array") or isinstance(values, pa.Array | pa.ChunkedArray):
        raise TypeError(
            f"a column of times is made from Python or numpy values, not {_type(values)}"
        )
    numbers = _nanos_of_array(kind, values) if isinstance(values, np.ndarray) else None
    if numbers is None:
        convert = duration_nanos if kind is TimeKind.DURATION else timestamp_nanos
        numbers = _nanos_of_each(convert, values)
    target: Any = pa.duration("ns") if kind is TimeKind.DURATION else pa.timestamp("ns")
    return cast("pa.Array[Any]", cast("Any", pa).array(numbers)).view(target)


def _sequence_array(values: Any) -> pa.Array[Any]:
    import pyarrow as pa

    make = cast("Any", pa).array
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return cast("pa.Array[Any]", make(values.astype(np.int64)))
    if isinstance(values, range):
        return cast("pa.Array[Any]", make(np.arange(values.start, values.stop, values.step)))
    return cast("pa.Array[Any]", make(values, pa.int64()))


def _nanos_of_array(kind: TimeKind, values: npt.NDArray[Any]) -> npt.NDArray[np.int64] | None:
    """All times at once; None where each value must be looked at."""
    code = values.dtype.kind
    if values.ndim != 1:
        raise TypeError(f"a column of times has one dimension, not {values.ndim}")
    if code == ("m" if kind is TimeKind.DURATION else "M"):
        nanos = values.astype(f"{code}8[ns]").astype(np.int64)
        return np.maximum(nanos, MIN_TIME)
    if code not in "iuf" or not len(values):
        return None
    if code == "f" and not np.isfinite(values).all():
        return None
    if abs(float(np.abs(values).max())) >= MAX_TIME / _SECOND:
        return None
    if kind is TimeKind.TIMESTAMP and float(values.max()) > _LATEST_SECONDS:
        return None
    if code == "f":
        return np.rint(values.astype(np.float64) * _SECOND).astype(np.int64)
    return values.astype(np.int64) * _SECOND


def _nanos_of_each(
    convert: Callable[[object], int], values: Iterable[Any]
) -> npt.NDArray[np.int64]:
    if isinstance(values, str):
        raise TypeError("a text is no column of times")
    return np.fromiter(map(convert, values), np.int64)
