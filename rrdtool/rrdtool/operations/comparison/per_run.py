"""What is new whenever a program runs again, and so tells nothing of what it logged."""

from __future__ import annotations

from rrdformats.properties import PROPERTIES_PATH

__all__ = ["CLOCK", "UNTIMED", "is_start_time"]

CLOCK = "log_time"
"""The timeline that tells when a program ran."""

UNTIMED = frozenset({CLOCK, "sim_time"})
"""Timelines whose times the reference does not compare."""

_START_TIME = "RecordingInfo:start_time"


def is_start_time(entity: str, component: str) -> bool:
    """Whether a component is the time at which the recording was started."""
    return component == _START_TIME and entity == PROPERTIES_PATH
