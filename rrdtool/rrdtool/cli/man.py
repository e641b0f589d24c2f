"""Man pages and the README's table of commands, written from the commands themselves.

`python -m rrdtool.cli.man --out man/ --readme README.md` writes both; `make docs` calls it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperGroup

import rrdtool
from rrdtool.cli.app import PROGRAM, build
from rrdtool.cli.group import Command, LazyGroup, examples, load
from rrdtool.cli.outcome import MEANINGS
from rrdtool.cli.registry import COMMANDS, CommandRow

__all__ = ["main", "pages", "readme_table", "with_table"]

_TABLE = re.compile(r"(?<=<!-- commands -->\n).*?(?=<!-- /commands -->)", re.DOTALL)


def pages(commands: Sequence[CommandRow] = COMMANDS) -> dict[str, str]:
    """The text of every man page by file name: `rrd.1`, and `rrd-NAME.1` for each command."""
    group = build(commands)
    context = group.make_context(PROGRAM, [], resilient_parsing=True)
    found = {f"{PROGRAM}.1": _page(group, context)}
    for row in commands:
        found |= _pages_beneath(load(row), row.name, context)
    return found


def _pages_beneath(command: Command, name: str, parent: Any) -> dict[str, str]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    found = {f"{context.command_path.replace(' ', '-')}.1": _page(command, context)}
    if isinstance(command, TyperGroup):
        for beneath, leaf in command.commands.items():
            found |= _pages_beneath(leaf, beneath, context)  # type: ignore[arg-type]  # Typer makes no others
    return found


def readme_table(commands: Sequence[CommandRow] = COMMANDS) -> str:
    """The Markdown table of all commands."""
    rows = [f"| `{PROGRAM} {row.name}` | {row.summary} |" for row in commands]
    return "\n".join(["| command | what it does |", "|---|---|", *rows, ""])


def with_table(text: str) -> str:
    """`text` with the table of commands between its markers.

    Raises:
        ValueError: If there are no markers.
    """
    replaced, count = _TABLE.subn(lambda _match: readme_table(), text)
    if count != 1:
        raise ValueError("expected <!-- commands --> and <!-- /commands --> once")
    return replaced


def main(args: Sequence[str] | None = None) -> None:
    """Writes the pages, and the README's table if it is named."""
    parser = argparse.ArgumentParser(prog="python -m rrdtool.cli.man", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--readme", type=Path, metavar="FILE")
    chosen = parser.parse_args(args)
    written = pages()
    for old in set(chosen.out.glob(f"{PROGRAM}*.1")):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (chosen.out / name).write_text(text, encoding="utf-8")
    if chosen.readme is not None:
        readme = chosen.readme.read_text(encoding="utf-8")
        chosen.readme.write_text(with_table(readme), encoding="utf-8")


def _page(command: Command, context: Any) -> str:
    path: str = context.command_path
    dashed = path.replace(" ", "-")
    summary, _, body = (command.help or "").partition("\n")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f'.TH {_roff(dashed.upper())} 1 "" "rrd-toolkit {rrdtool.__version__}"',
        ".SH NAME",
        f"{_roff(dashed)} \\- {_roff(summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_roff(path)}",
        _roff(usage),
    ]
    if body.strip():
        lines += [".SH DESCRIPTION", *_paragraphs(body)]
    lines += _commands(command)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.get_params(context) if param not in arguments]
    lines += _parameters("ARGUMENTS", arguments, context)
    lines += _parameters("OPTIONS", options, context)
    lines += [".SH EXIT STATUS"]
    for outcome, meaning in MEANINGS.items():
        lines += [".TP", f".B {outcome.value}", _roff(meaning)]
    if shown := examples(command):
        lines += [".SH EXAMPLES", ".nf", *map(_roff, shown), ".fi"]
    return "\n".join(lines) + "\n"


def _commands(command: Command) -> Iterator[str]:
    if isinstance(command, LazyGroup):
        named = [(row.name, row.summary) for row in command.rows.values()]
    elif isinstance(command, TyperGroup):
        named = [(name, leaf.get_short_help_str(200)) for name, leaf in command.commands.items()]
    else:
        named = []
    if named:
        yield ".SH COMMANDS"
    for name, summary in named:
        yield from (".TP", f".B {_roff(name)}", _roff(summary))


def _parameters(heading: str, params: Sequence[Any], context: Any) -> Iterator[str]:
    records = [param.get_help_record(context) for param in params]
    shown = [record for record in records if record is not None]
    if shown:
        yield f".SH {heading}"
    for words, text in shown:
        yield from (".TP", f".B {_roff(words)}", _roff(" ".join(text.split())))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        yield from (".PP", _roff(" ".join(paragraph.split())))


def _roff(text: str) -> str:
    """`text` so that roff shows it as it is, on one input line."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped


if __name__ == "__main__":
    main()
