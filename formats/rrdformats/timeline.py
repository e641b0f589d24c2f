"""Timelines: the names under which rows have times, and what those times count (section 5.3).

Every time is an int64. Nothing in a value says what it counts; the timeline's kind does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["MAX_TIME", "MIN_TIME", "STATIC", "TimeKind", "Timeline"]

STATIC = -(2**63)
"""The value that stands for "always"; it never occurs in an index column."""

MIN_TIME = STATIC + 1
"""The smallest legal time."""

MAX_TIME = 2**63 - 1
"""The largest legal time."""


class TimeKind(Enum):
    """What the times of a timeline count."""

    SEQUENCE = "sequence"
    """Whole steps: frames, ticks."""

    DURATION = "duration"
    """Nanoseconds since an unspecified start."""

    TIMESTAMP = "timestamp"
    """Nanoseconds since the Unix epoch, UTC."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A name and what its times count.

    One name should keep one kind throughout a store. Files can break that and can hold empty
    names, so readers check both; this class does not.
    """

    name: str
    kind: TimeKind

    def __str__(self) -> str:
        return self.name
