"""A Typer group that knows its commands by name and imports one only to run it."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from rrdtool.cli.light_params import lighten
from rrdtool.cli.options import common
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.registry import CommandRow

__all__ = ["HELP_NAMES", "Command", "LazyGroup", "dress", "examples", "load"]

Command = TyperCommand | TyperGroup

HELP_NAMES = ("-h", "--help")

_EXAMPLES = "Examples:\n"
_AS_IT_IS = "\b\n"  # tells the help formatter to leave a paragraph's lines alone


class LazyGroup(TyperGroup):
    """`rrd` itself. Contexts are `Any` here: Typer keeps the class that they have to itself.

    Attributes:
        rows: The commands by name, in the order in which they are listed.
    """

    rows: Mapping[str, CommandRow] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """The names of all commands."""
        return list(self.rows)

    def get_command(self, ctx: Any, cmd_name: str) -> Command | None:  # noqa: ARG002 - as above
        """The command of that name, imported now; None if there is none."""
        row = self.rows.get(cmd_name)
        return None if row is None else load(row)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that `args` begins with, or a usage error that knows a near miss."""
        name = args[0]
        if name in self.rows or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        matches = difflib.get_close_matches(name, self.rows)
        meant = " or ".join(f"'{match}'" for match in matches)
        raise Problem(
            f"unknown command '{name}'",
            advice=f"did you mean {meant}?" if meant else "`rrd --help` lists what there is",
            outcome=Outcome.USAGE,
        )

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - as above
        """Lists the commands panel by panel, from the registry alone."""
        for panel, rows in groupby(self.rows.values(), key=lambda row: row.panel):
            with formatter.section(panel):
                formatter.write_dl([(row.name, row.summary) for row in rows])


def load(row: CommandRow) -> Command:
    """Imports the command of `row` and gives it the options that every command has."""
    module, _, attribute = row.target.partition(":")
    target = getattr(import_module(module), attribute)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.callback()(lambda: None)  # makes it a group, whatever it holds
    if isinstance(target, typer.Typer):
        app.add_typer(target, name=row.name)
    else:
        app.command(row.name)(target)
    command = cast("TyperGroup", get_command(app)).commands[row.name]
    return dress(cast("Command", command))


def dress(command: Command) -> Command:
    """Adds the common options to `command` and those beneath it, and sets its examples apart.

    A common option whose letter or word the command uses for itself is left out.
    """
    if isinstance(command, TyperGroup):
        for beneath in command.commands.values():
            dress(cast("Command", beneath))
    own = {word for param in command.params for word in param.opts}
    command.params = [
        *command.params,
        *(param for param in _common_params() if own.isdisjoint(param.opts)),
    ]
    # Typer makes the help option when it is first asked for it, and keeps it.
    context = typer.Context(command, help_option_names=list(HELP_NAMES))
    for param in cast("list[Any]", command.get_params(context)):
        lighten(param)
        if param.param_type_name == "argument":  # its help says what it is, not a Python type
            param.display_type_rich = lambda ctx: None  # noqa: ARG005 - called by this name
    text, found, lines = (command.help or "").partition(_EXAMPLES)
    if found:
        command.help = text.rstrip()
        command.epilog = f"{_EXAMPLES}\n{_AS_IT_IS}{textwrap.indent(textwrap.dedent(lines), '  ')}"
    return command


def examples(command: Command) -> list[str]:
    """The command lines in the examples of `command`'s docstring."""
    lines = (command.epilog or "").partition(_AS_IT_IS)[2].splitlines()
    return [line.strip() for line in lines if line.strip()]


@cache
def _common_params() -> tuple[Any, ...]:
    app = typer.Typer(add_completion=False)
    app.command()(common)
    return tuple(get_command(app).params)
