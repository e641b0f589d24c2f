"""What the user asked of the whole run, beside the command's own arguments.

The options that every command has (`--quiet`, `-v`, `--color`, `--debug`) end here, wherever on the
command line they stood; what prints asks here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO, Literal

__all__ = ["ColorChoice", "Session", "is_terminal", "session"]

ColorChoice = Literal["auto", "always", "never"]


@dataclass(slots=True)
class Session:
    """The state of one run.

    Attributes:
        color: When to use colour.
        quiet: Whether to leave out notes and progress; errors are always told.
        verbosity: How many times `-v` was given.
        debug: Whether errors come with a traceback.
        words: The command line behind the program's name.
    """

    color: ColorChoice = "auto"
    quiet: bool = False
    verbosity: int = 0
    debug: bool = False
    words: tuple[str, ...] = ()

    def reset(self) -> None:
        """Forgets an earlier run in the same process."""
        fresh = Session()
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    def colors(self, stream: IO[str]) -> bool:
        """Whether colour goes to `stream`: `--color` first, then `NO_COLOR`, then the terminal."""
        if self.color != "auto":
            return self.color == "always"
        return not os.environ.get("NO_COLOR") and is_terminal(stream)

    def shapes(self, stream: IO[str]) -> bool:
        """Whether `stream` is written for a person's terminal rather than for a program."""
        return self.color == "always" or is_terminal(stream)


def is_terminal(stream: IO[str]) -> bool:
    """Whether `stream` is a terminal that can move its cursor (`TERM=dumb` cannot)."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


session: Session = Session()
