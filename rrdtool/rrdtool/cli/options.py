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
--allow-empty           accept patterns that match nothing
--timeline              a timeline, by name
-n, --rows              how many rows
--no-migrate            show chunks as they are in the file
--continue-on-error     go on after what cannot be read
```

How it is written:

```
--json                  report as JSON
--format                rows as table, ndjson or csv
--full                  values in full
--full-metadata         names and metadata in full
--transposed            columns as rows
--footers               the footers, too
--footers-lod           how much of a footer
--archetypes            group by archetype
```
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

import rrdtool
from rrdtool.cli.session import ColorChoice, session

__all__ = [
    "AllowEmpty",
    "ByArchetype",
    "Color",
    "ContinueOnError",
    "Debug",
    "Entities",
    "Exclude",
    "Files",
    "Footers",
    "FootersLod",
    "Full",
    "FullMetadata",
    "Json",
    "NoMigrate",
    "Quiet",
    "Recursive",
    "RowCount",
    "RowFormat",
    "RowFormatChoice",
    "TimelineName",
    "Transposed",
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
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Accept patterns that match nothing.")
]
TimelineName = Annotated[
    str | None,
    typer.Option("--timeline", metavar="NAME", help="The timeline to use.", show_default=False),
]
RowCount = Annotated[int, typer.Option("-n", "--rows", min=0, help="Number of rows.")]
NoMigrate = Annotated[
    bool,
    typer.Option(
        "--no-migrate", help="Show chunks as they are in the file, not as this version writes them."
    ),
]
ContinueOnError = Annotated[
    bool, typer.Option("--continue-on-error", help="Go on after what cannot be read.")
]
Full = Annotated[bool, typer.Option("--full", help="Show values in full, however long.")]
FullMetadata = Annotated[
    bool, typer.Option("--full-metadata", help="Show full names in metadata, with prefixes.")
]
Transposed = Annotated[
    bool, typer.Option("--transposed", help="Show the columns of tables as rows.")
]
Footers = Annotated[bool, typer.Option("--footers", help="Show the footers at the end, too.")]
FootersLod = Annotated[
    int,
    typer.Option(
        "--footers-lod",
        min=0,
        max=2,
        help="How much of a footer: 0 the chunks, 1 also their times, 2 everything.",
    ),
]
ByArchetype = Annotated[bool, typer.Option("--archetypes", help="Group by archetype.")]
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
