"""Recordings on standard output, for a pipe."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO, cast

from rrdtool.sinks.file import StreamSink

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rrdtool.sinks.base import Sink

__all__ = ["StdoutSink", "stdout_is_terminal"]

_STDOUT = 1


def stdout_is_terminal() -> bool:
    """Whether a person would see what is written to standard output."""
    return os.isatty(_STDOUT)


class StdoutSink:
    """Standard output as a place to record to."""

    def __init__(self, *, write_footer: bool) -> None:
        self._write_footer = write_footer

    def identity(self) -> Hashable:
        """There is one standard output."""
        return "standard output"

    def open_sink(self) -> Sink:
        """A sink with a descriptor of its own: closing it leaves the program's output open.

        Raises:
            RuntimeError: If nothing can be written.
        """
        if sys.stdout is not None:
            sys.stdout.flush()  # what was printed before stays before
        try:
            file = os.fdopen(os.dup(_STDOUT), "wb", buffering=0)
        except OSError as error:
            raise RuntimeError(f"cannot write to standard output: {error.strerror}") from error
        name = "standard output"
        return StreamSink(cast("BinaryIO", file), name, write_footer=self._write_footer)
