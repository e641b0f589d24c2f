"""The entry point of `rrd`.

Importing this module costs what importing Typer costs: numpy, pyarrow, Rich and the commands are
imported by the command that needs them. Help is plain text on terminals, too: Rich would double
the time that it takes to appear.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import cast

import typer
from typer.main import get_command

from rrdtool.cli.group import HELP_NAMES, LazyGroup, dress
from rrdtool.cli.options import Version
from rrdtool.cli.outcome import conclude
from rrdtool.cli.registry import COMMANDS, CommandRow
from rrdtool.cli.session import session

__all__ = ["PROGRAM", "build", "main"]

PROGRAM = "rrd"


def main(args: Sequence[str] | None = None, commands: Sequence[CommandRow] = COMMANDS) -> int:
    """Runs the command line and returns the exit code.

    Args:
        args: The words after `rrd`; None takes them from the process.
        commands: The commands that there are.
    """
    session.reset()
    _prepare_streams()
    words = sys.argv[1:] if args is None else list(args)
    session.words = tuple(words)
    return conclude(lambda: _run(build(commands), words))


def build(commands: Sequence[CommandRow] = COMMANDS) -> LazyGroup:
    """The command group, without any of its commands imported."""
    app = typer.Typer(
        name=PROGRAM,
        cls=LazyGroup,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": [*HELP_NAMES], "max_content_width": 100},
    )
    app.callback()(_rrd)
    group = cast("LazyGroup", get_command(app))
    group.rows = {row.name: row for row in commands}
    dress(group)
    return group


def _rrd(version: Version = False) -> None:
    """Read, inspect, verify and edit RRD recordings.

    Data goes to standard output, everything else to standard error. `rrd COMMAND --help` explains
    a command.
    """


def _run(group: LazyGroup, words: list[str]) -> object:
    if f"_{PROGRAM.upper()}_COMPLETE" in os.environ:
        return group.main(words, prog_name=PROGRAM, standalone_mode=False)
    with group.make_context(PROGRAM, words) as context:
        return group.invoke(context)


def _prepare_streams() -> None:
    """Makes the standard streams safe to write any text to, and present even when closed."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the parent
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
