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
-e, --entity, --include
                        entities to include, by glob
--exclude               entities to leave out, by glob
--allow-empty           accept patterns that match nothing
--store                 recordings and blueprints to include, by glob over their ids
--timeline              a timeline, by name
--start                 the first time
--end                   the last time
-n, --rows              how many rows
--no-decode             read message headers only
--migrate/--no-migrate  show chunks as this version writes them, or as they are
--continue-on-error, --lossy
                        go on after what cannot be read
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
--sort                  by name, or the largest first
--depth                 how deep a tree goes
--components/--no-components
                        whether components are listed
```

What `rrd verify` asks:

```
--check-footers/--no-check-footers
                        whether footers must be there and fit the chunks
--rule                  rules to check, by glob
--ignore                rules to leave out, by glob
--list-rules            show the rules
--max-findings          how many findings to show of a file
```

Where a recording goes:

```
-o, --output            the file; - is standard output
-d, --output-dir        the folder, for several files
--force                 replace what exists
--in-place              replace the input
--backup                keep the file that is replaced
--dry-run               say what would be done
--history               add to the recording how it was made
```
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

import rrdtool
from rrdtool.cli.session import ColorChoice, session

__all__ = [
    "AllowEmpty",
    "Backup",
    "ByArchetype",
    "CheckFooters",
    "Color",
    "Components",
    "ContinueOnError",
    "Debug",
    "Depth",
    "DryRun",
    "End",
    "Entities",
    "Exclude",
    "Files",
    "Footers",
    "FootersLod",
    "Force",
    "Full",
    "FullMetadata",
    "History",
    "IgnoreRules",
    "InPlace",
    "Json",
    "ListRules",
    "MaxFindings",
    "Migrate",
    "NoDecode",
    "Output",
    "OutputDir",
    "Quiet",
    "Recursive",
    "RowCount",
    "RowFormat",
    "RowFormatChoice",
    "RuleGlobs",
    "Start",
    "Stores",
    "TimelineName",
    "Transposed",
    "TreeSort",
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
        "--include",
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
Stores = Annotated[
    list[str] | None,
    typer.Option(
        "--store",
        metavar="GLOB",
        help="Only recordings and blueprints whose id matches; may be repeated.",
        show_default=False,
    ),
]
TimelineName = Annotated[
    str | None,
    typer.Option("--timeline", metavar="NAME", help="The timeline to use.", show_default=False),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="TIME",
        help="Nothing before this time: 2024-05-01T12:00:00Z, 10s, 42 (as the timeline has it), "
        "+10s (after the start) or -5s (before the end).",
        show_default=False,
    ),
]
End = Annotated[
    str | None,
    typer.Option(
        "--end",
        metavar="TIME",
        help="Nothing after this time; written as for --start.",
        show_default=False,
    ),
]
RowCount = Annotated[int, typer.Option("-n", "--rows", min=0, help="Number of rows.")]
NoDecode = Annotated[
    bool,
    typer.Option("--no-decode", help="Read the headers of messages only: faster, and tells less."),
]
Migrate = Annotated[
    bool,
    typer.Option(
        "--migrate/--no-migrate",
        help="Show chunks as this version writes them, or as they are in the file.",
    ),
]
ContinueOnError = Annotated[
    bool,
    typer.Option(
        "--continue-on-error",
        "--lossy",
        help="Go on after what cannot be read; the exit code is 3 if anything was left out.",
    ),
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
TreeSort = Annotated[
    Literal["name", "size", "rows"],
    typer.Option("--sort", help="Sort by name, or by size or rows with the largest first."),
]
Depth = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        min=0,
        help="Add up what lies deeper than N parts of an entity path.",
        show_default=False,
    ),
]
Components = Annotated[
    bool,
    typer.Option("--components/--no-components", help="List the components of entities, or not."),
]
ByArchetype = Annotated[bool, typer.Option("--archetypes", help="Group by archetype.")]
Json = Annotated[
    bool, typer.Option("--json", help="Report as JSON, one object per input or message.")
]
RowFormat = Annotated[RowFormatChoice, typer.Option("--format", help="How rows are written.")]

Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help="Where to write; - is standard output. Without it the recording goes to standard "
        "output, or on a terminal to a new file beside the input.",
        show_default=False,
    ),
]
OutputDir = Annotated[
    str | None,
    typer.Option(
        "-d",
        "--output-dir",
        metavar="FOLDER",
        help="Write the files into this folder, which is made if it is missing.",
        show_default=False,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace the output if it exists; never an input.")
]
InPlace = Annotated[
    bool,
    typer.Option("--in-place", help="Replace the input with the output, once that is complete."),
]
Backup = Annotated[
    bool,
    typer.Option(
        "--backup", help="With --in-place: keep the old file as FILE.bak (or .bak1, .bak2, …)."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
]
History = Annotated[
    bool,
    typer.Option(
        "--history",
        help="Add to the recording how it was made: command line, version, digests of the inputs.",
    ),
]

CheckFooters = Annotated[
    bool,
    typer.Option(
        "--check-footers/--no-check-footers",
        help="Whether footers must be there and fit the chunks.",
    ),
]
RuleGlobs = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="GLOB",
        help="Only rules that match, such as manifest-*; may be repeated.",
        show_default=False,
    ),
]
IgnoreRules = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="GLOB",
        help="Not the rules that match; may be repeated.",
        show_default=False,
    ),
]
ListRules = Annotated[bool, typer.Option("--list-rules", help="Show the rules, and read nothing.")]
MaxFindings = Annotated[
    int,
    typer.Option("--max-findings", min=0, help="Findings to show of a file; all are counted."),
]

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
