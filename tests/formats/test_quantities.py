from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.quantities import (
    format_count,
    format_percent,
    format_rate,
    format_size,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1_000", 1000),
        ("812B", 812),
        ("812 b", 812),
        ("2MiB", 2 << 20),
        ("2mib", 2 << 20),
        ("50MB", 50_000_000),
        ("1kB", 1000),
        ("1KiB", 1024),
        ("1.5 GiB", 3 << 29),
        (" 1TB ", 10**12),
        ("1PiB", 1 << 50),
        ("1EB", 10**18),
        ("0.3KiB", 307),
        ("1.9", 1),
        ("0.10000000000000000001 B", 0),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        *["", "MiB", "-1", "+1", "1M", "1K", "1 Mb/s", "1.", ".5", "1e6", "1,000", "_1", "1__0"],
        *["٣", "9" * 5000, "9" * 20 + "_" + "9" * 20],
    ],
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape("write bytes, or a unit as in 50MB or 2MiB")):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2 - 52, "1023.9 KiB"),
        (1024**2 - 51, "1.0 MiB"),
        (3 << 20, "3.0 MiB"),
        (5 << 30, "5.0 GiB"),
        (1 << 40, "1.0 TiB"),
        (1 << 50, "1.0 PiB"),
        (1 << 60, "1.0 EiB"),
        (5000 << 60, "5000.0 EiB"),
        (-(3 << 20), "-3.0 MiB"),
        (-1, "-1 B"),
    ],
)
def test_a_size_prints_in_its_largest_unit(size: int, text: str) -> None:
    assert format_size(size) == text


@given(st.integers(0, 2**63))
def test_a_printed_size_reads_back_to_within_half_a_tenth(size: int) -> None:
    text = format_size(size)
    tenth = parse_size(f"1 {text.split()[1]}") / 10
    assert abs(parse_size(text) - size) <= tenth / 2 + 1
    assert len(text) <= len("1023.9 KiB")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (999, "999"), (200000, "200,000"), (-1234567, "-1,234,567")]
)
def test_counts(count: int, text: str) -> None:
    assert format_count(count) == text


@pytest.mark.parametrize(
    ("hertz", "text"),
    [
        (0.0, "0.000 Hz"),
        (0.0001, "<0.001 Hz"),
        (0.0005, "0.001 Hz"),
        (0.01234, "0.012 Hz"),
        (0.5, "0.500 Hz"),
        (0.99949, "0.999 Hz"),
        (0.9996, "1.00 Hz"),
        (9.99, "9.99 Hz"),
        (9.996, "10.0 Hz"),
        (12.34, "12.3 Hz"),
        (99.96, "100 Hz"),
        (1234567.8, "1,234,568 Hz"),
        (math.inf, "-"),
        (math.nan, "-"),
    ],
)
def test_rates(hertz: float, text: str) -> None:
    assert format_rate(hertz) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0.0%"),
        (10, 10, "100.0%"),
        (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (1, 10_000, "<0.1%"),
        (1, 2_000, "0.1%"),
        (9_999, 10_000, ">99.9%"),
        (9_994, 10_000, "99.9%"),
        (15, 10, "150.0%"),
        (0, 0, "-"),
        (5, 0, "-"),
    ],
)
def test_percentages(part: int, whole: int, text: str) -> None:
    assert format_percent(part, whole) == text
