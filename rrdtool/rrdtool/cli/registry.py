"""The table of commands, from which `rrd --help`, the man pages and the README are made.

To add a command `frobnicate`:

1. Write `rrdtool/cli/commands/frobnicate.py` with a function `frobnicate` whose parameters use the
   types of `rrdtool.cli.options`. Its docstring is the help text: the first line is the summary, a
   final section `Examples:` holds command lines that can be pasted. It imports what is heavy
   (numpy, pyarrow) inside the function, calls one library function, renders, and returns an
   `Outcome`, or None for done.
2. Add a row here with the same summary.
3. Run `make docs`, which writes `man/rrd-frobnicate.1` and the README's table.
4. Test it in `tests/rrdtool/test_frobnicate.py`.

A command with commands of its own (`rrd meta get`) is a `typer.Typer` instead of a function.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "CommandRow"]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """What the group knows of a command without importing it.

    Attributes:
        name: The word after `rrd`.
        target: `module:attribute` of the command's function or `typer.Typer`.
        summary: The first line of the command's docstring.
        panel: The heading under which `rrd --help` lists it; panels appear in the order of rows.
    """

    name: str
    target: str
    summary: str
    panel: str


COMMANDS: tuple[CommandRow, ...] = (
    CommandRow(
        "info",
        "rrdtool.cli.commands.info:info",
        "Show what recordings hold: stores, timelines, entities, sizes.",
        "Inspect",
    ),
    CommandRow(
        "print",
        "rrdtool.cli.commands.print_:print_",
        "Print the messages of recordings in file order.",
        "Inspect",
    ),
    CommandRow(
        "head",
        "rrdtool.cli.commands.head:head",
        "Show the first rows of entities.",
        "Inspect",
    ),
    CommandRow(
        "schema",
        "rrdtool.cli.commands.schema:schema",
        "List entities, components and their types.",
        "Inspect",
    ),
    CommandRow(
        "tree",
        "rrdtool.cli.commands.tree:tree",
        "Show the tree of entities, and what each holds.",
        "Inspect",
    ),
    CommandRow(
        "stats",
        "rrdtool.cli.commands.stats:stats",
        "Count and measure the chunks of recordings.",
        "Inspect",
    ),
    CommandRow(
        "verify",
        "rrdtool.cli.commands.verify:verify",
        "Look for everything that can be wrong with recordings.",
        "Inspect",
    ),
    CommandRow(
        "compare",
        "rrdtool.cli.commands.compare:compare",
        "Say whether two recordings are equal, chunk by chunk.",
        "Inspect",
    ),
    CommandRow(
        "diff",
        "rrdtool.cli.commands.diff:diff",
        "Show where two recordings differ, row by row.",
        "Inspect",
    ),
    CommandRow(
        "merge",
        "rrdtool.cli.commands.merge:merge",
        "Put several recordings into one file.",
        "Edit",
    ),
    CommandRow(
        "cat",
        "rrdtool.cli.commands.cat:cat",
        "Write recordings, or a part of them, to standard output.",
        "Edit",
    ),
    CommandRow(
        "filter",
        "rrdtool.cli.commands.filter:filter_",
        "Keep a part of recordings: entities, components, timelines, stores.",
        "Edit",
    ),
    CommandRow(
        "slice",
        "rrdtool.cli.commands.slice:slice_",
        "Cut a stretch of time out of a recording.",
        "Edit",
    ),
    CommandRow(
        "split",
        "rrdtool.cli.commands.split:split",
        "Divide a recording into several files.",
        "Edit",
    ),
    CommandRow(
        "route",
        "rrdtool.cli.commands.route:route",
        "Give recordings another application id or recording id.",
        "Edit",
    ),
    CommandRow(
        "rename",
        "rrdtool.cli.commands.rename:rename",
        "Give entities and timelines other names.",
        "Edit",
    ),
    CommandRow(
        "optimize",
        "rrdtool.cli.commands.optimize:optimize",
        "Merge and sort chunks: fewer, larger ones that do not overlap.",
        "Edit",
    ),
    CommandRow(
        "recover",
        "rrdtool.cli.commands.recover:recover",
        "Save what can be read of a damaged recording.",
        "Edit",
    ),
    CommandRow(
        "migrate",
        "rrdtool.cli.commands.migrate:migrate",
        "Bring recordings of old releases to the newest version.",
        "Edit",
    ),
    CommandRow(
        "meta",
        "rrdtool.cli.commands.meta:meta",
        "Show and change a recording's own properties.",
        "Edit",
    ),
    CommandRow(
        "import",
        "rrdtool.cli.commands.import_:import_",
        "Import files of every kind as a recording: bags, videos, images, meshes, tables, text.",
        "Convert",
    ),
    CommandRow(
        "mcap",
        "rrdtool.cli.commands.mcap:mcap",
        "Look at MCAP files, check them, convert them.",
        "Convert",
    ),
)
