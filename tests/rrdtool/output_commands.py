"""Commands that exist only in tests: they copy their inputs to wherever output can go.

Run as a program, this is `rrd` with these commands instead of the real ones.
"""

from __future__ import annotations

import signal
import sys
from typing import Annotated, Literal

import typer

from rrdtool.cli import options
from rrdtool.cli.app import main
from rrdtool.cli.inputs import Input, expand
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.outputs import output_folder, resolve_output
from rrdtool.cli.registry import CommandRow
from rrdtool.operations.output import OutputFile

Midway = Annotated[Literal["go", "fail", "wait", "flood"], typer.Option("--midway")]
Suffix = Annotated[str | None, typer.Option("--suffix")]


def copy(
    files: options.Files = None,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    suffix: Suffix = None,
    midway: Midway = "go",
) -> Outcome:
    """Copy files, one after the other."""
    inputs = _inputs(files)
    target = resolve_output(
        output,
        inputs,
        "copied",
        suffix=suffix,
        force=force,
        in_place=in_place,
        keep_backup=backup,
    )
    with target.open() as file:
        _copy(inputs, file, midway)
    return Outcome.DONE


def parts(
    files: options.Files = None,
    output_dir: options.OutputDir = None,
    output: options.Output = None,
    force: options.Force = False,
    midway: Midway = "go",
) -> Outcome:
    """Copy files into two parts."""
    inputs = _inputs(files)
    with output_folder(output_dir, inputs, output=output, force=force, together=True) as folder:
        for name in ("a.rrd", "b.rrd"):
            with folder.open(name) as file:
                _copy(inputs, file, midway if name == "b.rrd" else "go")
    return Outcome.DONE


def _inputs(files: list[str] | None) -> list[Input]:
    found = []
    for item in expand(files):
        if isinstance(item, Problem):
            raise item
        found.append(item)
    return found


def _copy(inputs: list[Input], file: OutputFile, midway: str) -> None:
    for item in inputs:
        if item.path is None:
            file.write(sys.stdin.buffer.read())
            continue
        with item.path.open("rb") as source:
            file.copy_range(source.fileno(), 0, item.path.stat().st_size)
        if midway == "fail":
            raise Problem("does not please", place=item.name)
        if midway == "wait":
            file.flush()
            sys.stderr.write("waiting\n")
            sys.stderr.flush()
            signal.pause()
        while midway == "flood":
            file.write(b"more" * 100_000)


COMMANDS = (
    CommandRow("copy", "output_commands:copy", "Copy files, one after the other.", "Edit"),
    CommandRow("parts", "output_commands:parts", "Copy files into two parts.", "Edit"),
)

if __name__ == "__main__":
    sys.exit(main(commands=COMMANDS))
