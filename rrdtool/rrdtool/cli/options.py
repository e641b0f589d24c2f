"""Every option of every command, declared once.

What is read:

```
FILE                    recordings to read
```

Of every command (these may stand before or after the command's name):

```
-h, --help              show the help text
-q, --quiet             leave out notes and progress
-v, --verbose           say more
--color                 when to use colour: auto, always, never
--debug                 show a traceback for every error
```

Of `rrd` itself:

```
--version               show the version
--install-completion    install completion for the current shell
--show-completion       show completion for the current shell
```

Which part of it:

```
-r, --recursive         enter folders
-e, --entity            entities to include, by glob
--exclude               entities to leave out, by glob
```

How it is written:

```
--json                  report as JSON
--format                rows as table, ndjson or csv
```
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

import rrdtool
from rrdtool.cli.session import ColorChoice, session

__all__ = [
    "Color",
    "Debug",
    "Entities",
    "Exclude",
    "Files",
    "Json",
    "Quiet",
    "Recursive",
    "RowFormat",
    "RowFormatChoice",
    "Verbose",
    "Version",
    "common",
]

RowFormatChoice = Literal["table", "ndjson", "csv"]


def _set_quiet(value: bool) -> None:
    session.quiet |= value


def _set_verbosity(value: int) -> None:
    session.verbosity += value


def _set_color(value: ColorChoice | None) -> None:
    session.color = value or session.color


def _set_debug(value: bool) -> None:
    session.debug |= value


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"rrd {rrdtool.__version__}")
        raise typer.Exit


Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="Recordings (.rrd) or blueprints (.rbl) to read. "
        "- is standard input, which is also read when no FILE is given.",
        show_default=False,
    ),
]
Recursive = Annotated[
    bool, typer.Option("-r", "--recursive", help="Read the recordings in folders, too.")
]
Entities = Annotated[
    list[str] | None,
    typer.Option(
        "-e",
        "--entity",
        metavar="GLOB",
        help="Only entities that match, such as /world/**; may be repeated.",
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="Not the entities that match; may be repeated.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON, one object per input.")]
RowFormat = Annotated[RowFormatChoice, typer.Option("--format", help="How rows are written.")]

Quiet = Annotated[
    bool,
    typer.Option(
        "-q", "--quiet", help="Leave out notes and progress.", callback=_set_quiet,
        expose_value=False,
    ),
]  # fmt: skip
Verbose = Annotated[
    int,
    typer.Option(
        "-v", "--verbose", help="Say more.", count=True, show_default=False,
        callback=_set_verbosity, expose_value=False,
    ),
]  # fmt: skip
Color = Annotated[
    ColorChoice | None,
    typer.Option(
        "--color", help="When to use colour; auto is on terminals.", callback=_set_color,
        expose_value=False,
    ),
]  # fmt: skip
Debug = Annotated[
    bool,
    typer.Option(
        "--debug", help="Show a traceback for every error.", callback=_set_debug,
        expose_value=False,
    ),
]  # fmt: skip
Version = Annotated[
    bool,
    typer.Option(
        "--version", help="Show the version.", callback=_show_version, is_eager=True,
        expose_value=False,
    ),
]  # fmt: skip


def common(
    quiet: Quiet = False,
    verbose: Verbose = 0,
    color: Color = None,
    debug: Debug = False,
) -> None:
    """Carries the options that every command has; the group adds them to each command."""
