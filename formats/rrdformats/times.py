"""Times as people write and read them: one parser and one printer for every kind of timeline.

| kind | a time |
|---|---|
| sequence | `42`, `-3`, `1_000` |
| duration | `10s`, `-250ms`, `1h30m`, `1.5s`, `2d`, `3ns` |
| timestamp | `2024-05-01T12:00:00.25Z`, `2024-05-01 14:00+02:00`, `2024-05-01`, `1714564800000ns` |

Timestamps without an offset are UTC. Where a range of a recording is asked for (`TimeSpec`), a
sign makes a value relative for every kind: `+10s` is 10 s after the start, `-5s` is 5 s before
the end. `=` in front takes the rest literally: `=-5s` is the time -5 s.

All arithmetic is on integers: what is printed reads back as the same nanosecond.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from rrdformats.timeline import MAX_TIME, MIN_TIME, TimeKind

__all__ = [
    "TimeOrigin",
    "TimeSpec",
    "format_duration",
    "format_time",
    "parse_duration",
    "parse_time",
    "parse_time_spec",
]

_SECOND = 10**9
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_EPOCH_DAY = date(1970, 1, 1).toordinal()

_UNITS = {
    "d": _DAY,
    "h": _HOUR,
    "min": _MINUTE,
    "m": _MINUTE,
    "s": _SECOND,
    "ms": 10**6,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ns": 1,
}
_NUMBER = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*")
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_TERM = re.compile(rf"\s*([0-9]{{1,20}})(?:\.([0-9]{{1,20}}))?\s*({_UNIT})")
_NANOSECONDS = re.compile(r"[+-]?[0-9]{1,20}ns")
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
_OFFSET = r"[Zz]|([+-])([0-9]{2}):([0-9]{2})"
_TIMESTAMP = re.compile(f"{_DATE}(?:[Tt ]{_CLOCK}(?:{_OFFSET})?)?")
_LONGEST_NUMBER = 40

_HOW_TO_WRITE = {
    TimeKind.SEQUENCE: "this timeline counts steps: write a whole number such as 42",
    TimeKind.DURATION: "write a duration with units, such as 10s, 250ms or 1h30m",
    TimeKind.TIMESTAMP: "write a timestamp such as 2024-05-01T12:00:00Z or 2024-05-01",
}


class TimeOrigin(Enum):
    """What a `TimeSpec` counts from."""

    ABSOLUTE = "absolute"
    FROM_START = "from start"
    FROM_END = "from end"


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """A time that may be relative to the start or the end of a recording.

    Attributes:
        origin: What `value` counts from.
        value: Steps or nanoseconds; negative for a time before the end.
    """

    origin: TimeOrigin
    value: int

    def resolve(self, start: int, end: int) -> int:
        """The time in a recording from `start` to `end`, kept within the legal times."""
        base = {
            TimeOrigin.ABSOLUTE: 0,
            TimeOrigin.FROM_START: start,
            TimeOrigin.FROM_END: end,
        }[self.origin]
        return min(max(base + self.value, MIN_TIME), MAX_TIME)


def parse_time_spec(text: str, kind: TimeKind) -> TimeSpec:
    """The absolute or relative time that `text` says.

    Raises:
        ValueError: If `text` is no time of this kind or out of range.

    >>> parse_time_spec("-5s", TimeKind.TIMESTAMP).resolve(0, 60_000_000_000)
    55000000000
    """
    text = text.strip()
    if not text.startswith(("+", "-")):
        literal = text.removeprefix("=")
        return TimeSpec(TimeOrigin.ABSOLUTE, parse_time(literal, kind))
    origin = TimeOrigin.FROM_START if text.startswith("+") else TimeOrigin.FROM_END
    if kind is TimeKind.SEQUENCE:
        return TimeSpec(origin, parse_time(text, kind))
    return TimeSpec(origin, parse_duration(text))


def parse_time(text: str, kind: TimeKind) -> int:
    """The time that `text` says: steps for a sequence, nanoseconds for the other kinds.

    Raises:
        ValueError: If `text` is no time of this kind or out of range.

    >>> parse_time("1970-01-01T00:00:00.000000001Z", TimeKind.TIMESTAMP)
    1
    """
    text = text.strip()
    if kind is TimeKind.DURATION:
        return parse_duration(text)
    if kind is TimeKind.TIMESTAMP and not _NANOSECONDS.fullmatch(text):
        return _parse_timestamp(text)
    number = text.removesuffix("ns") if kind is TimeKind.TIMESTAMP else text
    if not _NUMBER.fullmatch(number) or len(number) > _LONGEST_NUMBER:
        raise ValueError(f"{text!r} is not a time here; {_HOW_TO_WRITE[kind]}")
    return _within_range(int(number), text)


def format_time(value: int, kind: TimeKind) -> str:
    """`value` (an int64) as `parse_time` reads it, with no more digits than needed.

    >>> format_time(1_714_564_800_250_000_000, TimeKind.TIMESTAMP)
    '2024-05-01T12:00:00.25Z'
    """
    if kind is TimeKind.SEQUENCE:
        return str(value)
    if kind is TimeKind.DURATION:
        return format_duration(value)
    days, rest = divmod(value, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds, fraction = divmod(rest, _SECOND)
    # int64 nanoseconds span the years 1677 to 2262, well within what `date` can hold.
    day = date.fromordinal(_EPOCH_DAY + days).isoformat()
    return f"{day}T{hours:02}:{minutes:02}:{seconds:02}{_decimals(fraction, 9)}Z"


def parse_duration(text: str) -> int:
    """Nanoseconds of a duration: numbers with units, larger units first.

    Raises:
        ValueError: If `text` is no duration, not a whole number of nanoseconds, or out of range.

    >>> parse_duration("1m30s"), parse_duration("-1.5us")
    (90000000000, -1500)
    """
    text = text.strip()
    body = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    total = position = 0
    previous = _DAY + 1
    while match := _TERM.match(body, position):
        whole, fraction, unit = match[1], match[2] or "", _UNITS[match[3]]
        if unit >= previous:
            raise ValueError(f"{text!r} is not a duration; give each unit once, larger ones first")
        nanoseconds, remainder = divmod(int(whole + fraction) * unit, 10 ** len(fraction))
        if remainder:
            raise ValueError(f"{text!r} is not a whole number of nanoseconds")
        total += nanoseconds
        previous, position = unit, match.end()
    if position == 0 or position != len(body):
        raise ValueError(_duration_complaint(text))
    return _within_range(-total if text.startswith("-") else total, text)


def format_duration(value: int) -> str:
    """Nanoseconds as `parse_duration` reads them.

    >>> format_duration(3_723_500_000_000), format_duration(-250_000_000), format_duration(1500)
    ('1h2m3.5s', '-250ms', '1.5us')
    """
    sign, value = "-" if value < 0 else "", abs(value)
    if 0 < value < _SECOND:
        unit, digits = next(
            (unit, digits)
            for unit, digits in (("ms", 6), ("us", 3), ("ns", 0))
            if value >= 10**digits
        )
        whole, fraction = divmod(value, 10**digits)
        return f"{sign}{whole}{_decimals(fraction, digits)}{unit}"
    text = sign
    for unit in ("d", "h", "m"):
        count, value = divmod(value, _UNITS[unit])
        text += f"{count}{unit}" if count else ""
    seconds, fraction = divmod(value, _SECOND)
    if value or text == sign:
        text += f"{seconds}{_decimals(fraction, 9)}s"
    return text


def _parse_timestamp(text: str) -> int:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError(_timestamp_complaint(text))
    year, month, day, *clock, fraction, sign, offset_hours, offset_minutes = match.groups("0")
    hours, minutes, seconds = map(int, clock)
    offset = int(offset_hours) * _HOUR + int(offset_minutes) * _MINUTE
    if hours > 23 or minutes > 59 or seconds > 59 or int(offset_minutes) > 59 or offset >= _DAY:
        raise ValueError(f"{text!r} has no such time of day or offset")
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH_DAY
    except ValueError:
        raise ValueError(f"{text!r} has no such day") from None
    value = days * _DAY + hours * _HOUR + minutes * _MINUTE + seconds * _SECOND
    value += int(fraction.ljust(9, "0"))
    return _within_range(value + offset if sign == "-" else value - offset, text)


def _decimals(fraction: int, digits: int) -> str:
    """`.25` for 25 hundredths given as `digits` digits; nothing for 0."""
    return f".{fraction:0{digits}}".rstrip("0") if fraction else ""


def _within_range(value: int, text: str) -> int:
    if not MIN_TIME <= value <= MAX_TIME:
        raise ValueError(f"{text!r} is out of range: times are 64-bit integers")
    return value


def _duration_complaint(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"{text!r} has no unit; write {text}s for seconds or {text}ns for nanoseconds"
    return f"{text!r} is not a duration; {_HOW_TO_WRITE[TimeKind.DURATION]}"


def _timestamp_complaint(text: str) -> str:
    """Says what is wrong; a duration here is most likely meant from the start of a recording."""
    complaint = f"{text!r} is not a timestamp; {_HOW_TO_WRITE[TimeKind.TIMESTAMP]}"
    if _TERM.match(text):
        complaint += f" (for a range, +{text} is {text} after the start)"
    return complaint
