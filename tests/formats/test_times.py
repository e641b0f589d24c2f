from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.timeline import MAX_TIME, MIN_TIME, STATIC, TimeKind
from rrdformats.times import (
    TimeOrigin,
    TimeSpec,
    format_duration,
    format_time,
    parse_duration,
    parse_time,
    parse_time_spec,
)

kinds = st.sampled_from(TimeKind)
# Small and large values, and round ones, whose text is short.
times = st.integers(MIN_TIME, MAX_TIME) | st.builds(
    lambda value, unit: max(min(value * unit, MAX_TIME), MIN_TIME),
    st.integers(-100_000, 100_000),
    st.sampled_from([1, 10**3, 10**6, 10**9, 60 * 10**9, 3600 * 10**9, 86400 * 10**9]),
)
SECOND = 10**9
DAY = 86400 * SECOND
MAY_FIRST = 1_714_521_600 * SECOND
"""2024-05-01T00:00:00Z"""


@given(times, kinds)
def test_what_is_printed_reads_back_as_the_same_time(value: int, kind: TimeKind) -> None:
    text = format_time(value, kind)
    assert text.isascii()
    assert parse_time(text, kind) == value
    assert parse_time_spec(f"={text}", kind) == TimeSpec(TimeOrigin.ABSOLUTE, value)


@pytest.mark.parametrize("kind", TimeKind)
@pytest.mark.parametrize("value", [MIN_TIME, -1, 0, 1, MAX_TIME])
def test_the_ends_of_the_range_read_back(value: int, kind: TimeKind) -> None:
    assert parse_time(format_time(value, kind), kind) == value


@pytest.mark.parametrize("kind", TimeKind)
@pytest.mark.parametrize("value", [STATIC, MAX_TIME + 1])
def test_a_time_beyond_the_legal_range_is_refused(value: int, kind: TimeKind) -> None:
    text = format_time(value, kind)
    with pytest.raises(ValueError, match="out of range"):
        parse_time(text, kind)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("42", 42),
        ("+42", 42),
        ("-42", -42),
        ("1_000", 1000),
        (" 7 ", 7),
        ("-9223372036854775807", MIN_TIME),
    ],
)
def test_sequences(text: str, value: int) -> None:
    assert parse_time(text, TimeKind.SEQUENCE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10s", 10 * SECOND),
        ("-5s", -5 * SECOND),
        ("+5s", 5 * SECOND),
        ("250ms", 250_000_000),
        ("1m30s", 90 * SECOND),
        ("5min", 300 * SECOND),
        ("1h", 3600 * SECOND),
        ("2d", 2 * DAY),
        ("1.5s", 1_500_000_000),
        ("10us", 10_000),
        ("10µs", 10_000),  # micro sign
        ("10μs", 10_000),  # Greek letter
        ("3ns", 3),
        ("0s", 0),
        ("1.5h30m", 2 * 3600 * SECOND),
        (" 1h 30m 0.5 s ", 5400 * SECOND + SECOND // 2),
        ("0.123456789s", 123_456_789),
        ("0.10000000000000000000s", 100_000_000),
        ("1d1h1m1s1ms1us1ns", DAY + 3661 * SECOND + 1_001_001),
        ("9223372036.854775807s", MAX_TIME),
    ],
)
def test_durations(text: str, value: int) -> None:
    assert parse_duration(text) == value
    assert parse_time(text, TimeKind.DURATION) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (999, "999ns"),
        (-1, "-1ns"),
        (1000, "1us"),
        (1_500, "1.5us"),
        (10_000_001, "10.000001ms"),
        (250_000_000, "250ms"),
        (999_999_999, "999.999999ms"),
        (SECOND, "1s"),
        (1_500_000_000, "1.5s"),
        (60 * SECOND, "1m"),
        (90 * SECOND, "1m30s"),
        (3600 * SECOND + 1, "1h0.000000001s"),
        (3723 * SECOND + SECOND // 2, "1h2m3.5s"),
        (2 * DAY, "2d"),
        (-DAY - 60 * SECOND, "-1d1m"),
        (MAX_TIME, "106751d23h47m16.854775807s"),
    ],
)
def test_a_duration_prints_with_the_units_it_needs(value: int, text: str) -> None:
    assert format_duration(value) == text
    assert format_time(value, TimeKind.DURATION) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1970-01-01", 0),
        ("2024-05-01", MAY_FIRST),
        ("2024-05-01T00:00:00Z", MAY_FIRST),
        ("2024-05-01t00:00:00z", MAY_FIRST),
        ("2024-05-01 00:00", MAY_FIRST),
        ("2024-05-01T00:00:00", MAY_FIRST),
        ("2024-05-01T02:00:00+02:00", MAY_FIRST),
        ("2024-04-30T18:30:00-05:30", MAY_FIRST),
        ("2024-05-01T00:00:00.5Z", MAY_FIRST + SECOND // 2),
        ("2024-05-01T00:00:00.123456789Z", MAY_FIRST + 123_456_789),
        ("2024-02-29", MAY_FIRST - 62 * DAY),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("1714521600000000001ns", MAY_FIRST + 1),
        ("-1ns", -1),
        ("1677-09-21T00:12:43.145224193Z", MIN_TIME),
        ("2262-04-11T23:47:16.854775807Z", MAX_TIME),
    ],
)
def test_timestamps(text: str, value: int) -> None:
    assert parse_time(text, TimeKind.TIMESTAMP) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (MAY_FIRST + 43_200 * SECOND + 120_000_000, "2024-05-01T12:00:00.12Z"),
        (MIN_TIME, "1677-09-21T00:12:43.145224193Z"),
        (MAX_TIME, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_a_timestamp_prints_with_the_digits_it_needs(value: int, text: str) -> None:
    assert format_time(value, TimeKind.TIMESTAMP) == text


@given(st.datetimes(datetime(1678, 1, 1), datetime(2262, 1, 1)))  # noqa: DTZ001  # bounds are naive
def test_timestamps_agree_with_datetime(moment: datetime) -> None:
    microseconds = (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    assert parse_time(moment.isoformat(), TimeKind.TIMESTAMP) == microseconds * 1000
    printed = format_time(microseconds * 1000, TimeKind.TIMESTAMP)
    assert datetime.fromisoformat(printed) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (TimeKind.SEQUENCE, "", "counts steps"),
        (TimeKind.SEQUENCE, "10s", "counts steps"),
        (TimeKind.SEQUENCE, "1.5", "counts steps"),
        (TimeKind.SEQUENCE, "1__0", "counts steps"),
        (TimeKind.SEQUENCE, "٣", "counts steps"),
        (TimeKind.SEQUENCE, "2024-05-01", "counts steps"),
        (TimeKind.SEQUENCE, "9" * 5000, "counts steps"),
        (TimeKind.SEQUENCE, "9" * 20, "out of range"),
        (TimeKind.DURATION, "", "is not a duration; write a duration with units"),
        (TimeKind.DURATION, "-", "is not a duration"),
        (TimeKind.DURATION, "10", "has no unit; write 10s for seconds or 10ns for nanoseconds"),
        (TimeKind.DURATION, "-1_0", "has no unit"),
        (TimeKind.DURATION, "s", "is not a duration"),
        (TimeKind.DURATION, "10x", "is not a duration"),
        (TimeKind.DURATION, "10minutes", "is not a duration"),
        (TimeKind.DURATION, "10s5", "is not a duration"),
        (TimeKind.DURATION, "--5s", "is not a duration"),
        (TimeKind.DURATION, "+-5s", "is not a duration"),
        (TimeKind.DURATION, "5s1m", "larger ones first"),
        (TimeKind.DURATION, "5s5s", "give each unit once"),
        (TimeKind.DURATION, "5m5min", "give each unit once"),
        (TimeKind.DURATION, "0.5ns", "whole number of nanoseconds"),
        (TimeKind.DURATION, "0.0000000001s", "whole number of nanoseconds"),
        (TimeKind.DURATION, "10.s", "is not a duration"),
        (TimeKind.DURATION, "200000d", "out of range"),
        (TimeKind.DURATION, "9" * 5000 + "s", "is not a duration"),
        (TimeKind.DURATION, "٣s", "is not a duration"),
        (TimeKind.TIMESTAMP, "", "is not a timestamp; write a timestamp such as"),
        (TimeKind.TIMESTAMP, "42", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "10s", "for a range, +10s is 10s after the start"),
        (TimeKind.TIMESTAMP, "yesterday", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "2024-5-1", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "2024-05-01T12", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "2024-05-01T12:00:00.1234567890Z", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "2024-05-01Z", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "2024-05-01T12:00:00+02", "is not a timestamp"),
        (TimeKind.TIMESTAMP, "2023-02-29", "no such day"),
        (TimeKind.TIMESTAMP, "0000-01-01", "no such day"),
        (TimeKind.TIMESTAMP, "2024-05-01T24:00:00Z", "no such time of day"),
        (TimeKind.TIMESTAMP, "2024-05-01T12:60:00Z", "no such time of day"),
        (TimeKind.TIMESTAMP, "2024-05-01T23:59:60Z", "no such time of day"),
        (TimeKind.TIMESTAMP, "2024-05-01T12:00:00+24:00", "no such time of day or offset"),
        (TimeKind.TIMESTAMP, "2024-05-01T12:00:00+01:60", "no such time of day or offset"),
        (TimeKind.TIMESTAMP, "1677-01-01", "out of range"),
        (TimeKind.TIMESTAMP, "9999-12-31", "out of range"),
    ],
)
def test_what_is_no_time_is_refused_with_advice(kind: TimeKind, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        parse_time(text, kind)
    assert repr(text) in str(caught.value)


FROM_START, FROM_END, ABSOLUTE = TimeOrigin.FROM_START, TimeOrigin.FROM_END, TimeOrigin.ABSOLUTE


@pytest.mark.parametrize(
    ("text", "kind", "spec"),
    [
        ("+10s", TimeKind.TIMESTAMP, TimeSpec(FROM_START, 10 * SECOND)),
        ("-5s", TimeKind.TIMESTAMP, TimeSpec(FROM_END, -5 * SECOND)),
        ("-5ns", TimeKind.TIMESTAMP, TimeSpec(FROM_END, -5)),
        ("=-5ns", TimeKind.TIMESTAMP, TimeSpec(ABSOLUTE, -5)),
        ("2024-05-01", TimeKind.TIMESTAMP, TimeSpec(ABSOLUTE, MAY_FIRST)),
        ("+10s", TimeKind.DURATION, TimeSpec(FROM_START, 10 * SECOND)),
        ("-5s", TimeKind.DURATION, TimeSpec(FROM_END, -5 * SECOND)),
        ("=-5s", TimeKind.DURATION, TimeSpec(ABSOLUTE, -5 * SECOND)),
        ("10s", TimeKind.DURATION, TimeSpec(ABSOLUTE, 10 * SECOND)),
        ("+10", TimeKind.SEQUENCE, TimeSpec(FROM_START, 10)),
        (" -10 ", TimeKind.SEQUENCE, TimeSpec(FROM_END, -10)),
        ("=-10", TimeKind.SEQUENCE, TimeSpec(ABSOLUTE, -10)),
        ("10", TimeKind.SEQUENCE, TimeSpec(ABSOLUTE, 10)),
    ],
)
def test_a_sign_makes_a_time_relative(text: str, kind: TimeKind, spec: TimeSpec) -> None:
    assert parse_time_spec(text, kind) == spec


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("+2024-05-01", TimeKind.TIMESTAMP, "is not a duration"),
        ("+10", TimeKind.TIMESTAMP, "write +10s for seconds"),
        ("-10s", TimeKind.SEQUENCE, "counts steps"),
        ("+-10", TimeKind.SEQUENCE, "counts steps"),
        ("==10", TimeKind.SEQUENCE, "counts steps"),
        ("", TimeKind.DURATION, "is not a duration"),
    ],
)
def test_a_malformed_relative_time_is_refused(text: str, kind: TimeKind, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_time_spec(text, kind)


@pytest.mark.parametrize(
    ("spec", "time"),
    [
        (TimeSpec(ABSOLUTE, 5), 5),
        (TimeSpec(FROM_START, 5), 105),
        (TimeSpec(FROM_END, -5), 195),
        (TimeSpec(FROM_START, MAX_TIME), MAX_TIME),
        (TimeSpec(FROM_END, MIN_TIME), MIN_TIME + 200),
    ],
)
def test_a_relative_time_resolves_within_a_recording(spec: TimeSpec, time: int) -> None:
    assert spec.resolve(100, 200) == time


def test_a_relative_time_never_leaves_the_legal_range() -> None:
    assert TimeSpec(FROM_END, MIN_TIME).resolve(-10, -5) == MIN_TIME


@given(st.text("0123456789+-=:.TZ smhdun_", max_size=12), kinds)
def test_any_text_is_a_time_or_a_value_error(text: str, kind: TimeKind) -> None:
    try:
        spec = parse_time_spec(text, kind)
    except ValueError:
        return
    assert MIN_TIME <= spec.value <= MAX_TIME
