"""What the environment says about logging: the `RERUN…` variables, read when they are needed.

A variable that cannot be understood is reported through the `rrdtool` logger and ignored.
`RERUN_STRICT` is read by `rrdtool.model.errors`.
"""

from __future__ import annotations

import logging
import os

__all__ = ["logger", "non_negative_integer", "seconds", "switch"]

logger: logging.Logger = logging.getLogger("rrdtool")
"""Where logging reports what is no error of the program: Python prints warnings by default."""

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})


def switch(variable: str, default: bool) -> bool:
    """Whether the variable says yes or no, in any case; `default` without it."""
    text = os.environ.get(variable)
    if text is None:
        return default
    word = text.strip().lower()
    if word in _ON or word in _OFF:
        return word in _ON
    logger.warning("%s is %r, neither a yes nor a no; it is ignored", variable, text)
    return default


def non_negative_integer(variable: str) -> int | None:
    """The variable's number; None without one."""
    text = os.environ.get(variable)
    if text is None:
        return None
    if text.strip().isdecimal():
        return int(text)
    logger.error("%s is %r, no whole number; it is ignored", variable, text)
    return None


def seconds(variable: str) -> float | None:
    """The variable's number of seconds; None without one."""
    text = os.environ.get(variable)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value >= 0:
        return value
    logger.error("%s is %r, no number of seconds; it is ignored", variable, text)
    return None
