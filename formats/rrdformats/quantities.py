"""Sizes, counts, rates and shares as people write and read them; ASCII digits only."""

from __future__ import annotations

import math
import re

__all__ = ["format_count", "format_percent", "format_rate", "format_size", "parse_size"]

_PREFIXES = "KMGTPE"
_UNITS: dict[str, int] = {
    "": 1,
    "b": 1,
    **{f"{prefix.lower()}b": 1000**power for power, prefix in enumerate(_PREFIXES, 1)},
    **{f"{prefix.lower()}ib": 1024**power for power, prefix in enumerate(_PREFIXES, 1)},
}
_SIZE = re.compile(r"\s*([0-9]{1,20}(?:_[0-9]{1,20})*)(?:\.([0-9]{1,20}))?\s*([A-Za-z]*)\s*")
_LONGEST_NUMBER = 40


def parse_size(text: str) -> int:
    """Bytes: a number with `B`, `kB` `MB` … (1000), `KiB` `MiB` … (1024) or no unit.

    The case of the unit does not matter; a fraction of a byte is dropped.

    Raises:
        ValueError: If `text` is anything else, or a unit such as `M` that could be either.

    >>> parse_size("2MiB"), parse_size("1.5 kB"), parse_size("1_000")
    (2097152, 1500, 1000)
    """
    match = _SIZE.fullmatch(text)
    if match is None or match[3].lower() not in _UNITS or match.end(1) > _LONGEST_NUMBER:
        raise ValueError(f"{text!r} is not a size; write bytes, or a unit as in 50MB or 2MiB")
    whole, fraction = match[1].replace("_", ""), match[2] or ""
    return int(whole + fraction) * _UNITS[match[3].lower()] // int(10 ** len(fraction))


def format_size(size: int) -> str:
    """Bytes in the largest unit of 1024 that gives at least 1, with one decimal.

    >>> format_size(812), format_size(3 * 1024 * 1024)
    ('812 B', '3.0 MiB')
    """
    sign, size = "-" if size < 0 else "", abs(size)
    if size < 1024:
        return f"{sign}{size} B"
    # A value that rounds to 1024.0 belongs to the next unit.
    powers = range(1, len(_PREFIXES) + 1)
    power = next((p for p in powers if _tenths(size, 1024**p) < 10240), powers[-1])
    tenths = _tenths(size, 1024**power)
    return f"{sign}{tenths // 10}.{tenths % 10} {_PREFIXES[power - 1]}iB"


def _tenths(part: int, whole: int) -> int:
    """Tenths of `whole` in `part`, rounded half up."""
    return (part * 20 + whole) // (2 * whole)


def format_count(count: int) -> str:
    """A whole number in groups of three digits.

    >>> format_count(200000)
    '200,000'
    """
    return f"{count:,}"


def format_rate(hertz: float) -> str:
    """A rate with three significant digits, or `-` if it is not finite.

    >>> format_rate(12.34), format_rate(30.0), format_rate(0.5)
    ('12.3 Hz', '30.0 Hz', '0.500 Hz')
    """
    if not math.isfinite(hertz):
        return "-"
    if 0 < abs(hertz) < 0.0005:
        return "<0.001 Hz"
    decimals = next(
        (digits for limit, digits in ((99.95, 0), (9.995, 1), (0.9995, 2)) if abs(hertz) >= limit),
        3,
    )
    return f"{hertz:,.{decimals}f} Hz"


def format_percent(part: int, whole: int) -> str:
    """The share of `part` in `whole` with one decimal, or `-` if `whole` is 0.

    Only nothing prints as 0.0% and only everything as 100.0%.

    >>> format_percent(1, 3), format_percent(99_999, 100_000)
    ('33.3%', '>99.9%')
    """
    if whole == 0:
        return "-"
    tenths = _tenths(part * 100, whole)
    if tenths == 0 and part != 0:
        return "<0.1%"
    if tenths == 1000 and part != whole:
        return ">99.9%"
    return f"{tenths // 10}.{tenths % 10}%"
