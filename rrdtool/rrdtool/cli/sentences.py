"""What is said on standard error: one line each, beginning with `rrd:`.

A standard error that is closed or full is nobody's failure: the sentence is lost, the work goes on.
"""

from __future__ import annotations

import contextlib
import sys

from rrdtool.cli.plain_text import printable
from rrdtool.cli.session import session

__all__ = ["complain", "detail", "note"]


def complain(sentence: str) -> None:
    """Says what went wrong, `--quiet` or not."""
    _say(sentence)


def note(sentence: str) -> None:
    """Says what a person would want to know, unless `--quiet`."""
    if not session.quiet:
        _say(sentence)


def detail(sentence: str) -> None:
    """Says what a person asked for with `-v`."""
    if session.verbosity and not session.quiet:
        _say(sentence)


def _say(sentence: str) -> None:
    # Data that was printed before the sentence also appears before it where both go to one place.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"rrd: {printable(sentence)}\n")
        sys.stderr.flush()
