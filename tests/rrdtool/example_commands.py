"""Commands that exist only in tests: they show what the command line does around any command.

Run as a program, this is `rrd` with these commands instead of the real ones.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from rrdformats.errors import CorruptError
from rrdtool.cli import options
from rrdtool.cli.app import main
from rrdtool.cli.inputs import Input, each
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import print_json, write
from rrdtool.cli.registry import CommandRow
from rrdtool.cli.sentences import detail, note
from rrdtool.cli.tables import Column, Table, print_table


def size(
    files: options.Files = None,
    recursive: options.Recursive = False,
    json: options.Json = False,
) -> Outcome:
    """Count the bytes of files.

    Each file has its line.

    Examples:
        rrd size run.rrd
        rrd size -r --json recordings
    """

    def count(item: Input) -> None:
        data = sys.stdin.buffer.read() if item.path is None else item.path.read_bytes()
        if data.startswith(b"bad"):
            raise CorruptError("nothing fits", offset=7, record="ArrowMsg")
        if json:
            print_json({"file": item.name, "bytes": len(data)}, schema="rrd.size/1")
        else:
            table = Table([Column("file", style="cyan"), Column("bytes", "right")])
            table.add(item.name, str(len(data)))
            print_table(table)
        note(f"{item.name} is counted")
        detail("byte by byte")

    return each(files, count, recursive=recursive)


def flood() -> None:
    """Write lines until nobody reads them."""
    while True:
        write("line\n" * 1000)


def wait(marker: Path) -> None:
    """Wait for a signal while a file exists.

    Examples:
        rrd wait half-written
    """
    marker.touch()
    try:
        write("ready\n")
        sys.stdout.flush()
        while True:
            signal.pause()
    finally:
        marker.unlink()


def quit_with(code: Annotated[int, typer.Option("--code")] = 3) -> Outcome:
    """Return an outcome."""
    return Outcome(code)


def fail(kind: str) -> None:
    """Fail in one of several ways."""
    match kind:
        case "problem":
            raise Problem("nothing matches /wrold", place="run.rrd", advice="did you mean /world?")
        case "missing":
            Path("no/such/file").read_bytes()
        case "bug":
            raise KeyError("oops")
        case _:
            raise typer.BadParameter(f"{kind} is not a kind")


nested = typer.Typer(help="Commands beneath a command.")


@nested.command("get")
def get(key: str, verbose: Annotated[bool, typer.Option("-v")] = False) -> None:
    """Print a key.

    Examples:
        rrd nested get name
    """
    write(f"{key} {verbose}\n")


@nested.command("list")
def list_keys() -> None:
    """Print all keys."""


COMMANDS = tuple(
    CommandRow(name, f"example_commands:{attribute}", summary, panel)
    for name, attribute, summary, panel in [
        ("size", "size", "Count the bytes of files.", "Inspect"),
        ("flood", "flood", "Write lines until nobody reads them.", "Inspect"),
        ("wait", "wait", "Wait for a signal while a file exists.", "Endure"),
        ("quit-with", "quit_with", "Return an outcome.", "Endure"),
        ("fail", "fail", "Fail in one of several ways.", "Endure"),
        ("nested", "nested", "Commands beneath a command.", "Endure"),
    ]
)

if __name__ == "__main__":
    sys.exit(main(commands=COMMANDS))
