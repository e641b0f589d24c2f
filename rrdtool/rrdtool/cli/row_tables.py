"""Tables of values: what fits the terminal is a table, what does not is shown row by row.

A table with a dozen columns of coordinates, squeezed into 80 characters, shows nothing. Such a row
becomes a block of lines, one per column. Into a pipe it is always a table, and complete.
"""

from __future__ import annotations

import shutil
import sys

from rrdtool.cli.output import write
from rrdtool.cli.plain_text import display_width, pad, printable
from rrdtool.cli.session import session
from rrdtool.cli.tables import Table, print_table

__all__ = ["cut", "print_rows", "styled"]

_READABLE = 24
"""Width to which a column may be cut and still tell something."""

_CODES = {"bold": "1", "dim": "2", "cyan": "36", "yellow": "33"}


def print_rows(table: Table, *, row_name: str = "row") -> None:
    """Writes `table` to standard output.

    Args:
        table: The rows.
        row_name: What a row is called where each is a block of its own.
    """
    if not session.shapes(sys.stdout) or _fits(table):
        print_table(table)
        return
    width = shutil.get_terminal_size().columns
    if table.title is not None:
        write(styled(cut(table.title, width), "bold") + "\n")
    label = max(display_width(printable(column.name)) for column in table.columns)
    label = min(label, width // 2)
    for number, row in enumerate(table.rows, 1):
        lines = [styled(f"{row_name} {number}", "dim")]
        for column, cell in zip(table.columns, row, strict=True):
            name = pad(cut(column.name, label), label, "left")
            room = max(width - label - 4, 1)
            if cell:
                lines += _labelled(styled(f"  {name}", column.style), cell, room, fold=table.fold)
        write("\n".join(lines) + "\n")


def styled(text: str, style: str) -> str:
    """`text` in a style, if standard output takes colour."""
    codes = ";".join(_CODES[word] for word in style.split() if word in _CODES)
    colored = text and codes and session.colors(sys.stdout)
    return f"\x1b[{codes}m{text}\x1b[0m" if colored else text


def _fits(table: Table) -> bool:
    """Whether every column keeps its width, or as much as tells something."""
    needed = 0
    for index, column in enumerate(table.columns):
        cells = [display_width(printable(row[index])) for row in table.rows]
        widest = max([display_width(printable(column.name)), *cells])
        limit = widest if table.fold or column.align == "right" else _READABLE
        needed += min(widest, limit) + 2
    return needed - 2 <= shutil.get_terminal_size().columns


def _labelled(label: str, cell: str, room: int, *, fold: bool) -> list[str]:
    """The lines of one cell; those after the first stand beneath its start."""
    text = printable(cell)
    if not fold:
        return [f"{label}  {cut(text, room)}"]
    blank = " " * (shutil.get_terminal_size().columns - room - 2)
    lines: list[str] = []
    while text:
        piece = _head(text, room)
        lines.append(f"{blank if lines else label}  {piece}")
        text = text[len(piece) :]
    return lines


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, an ellipsis at its end if some is missing."""
    text = printable(text)
    return text if display_width(text) <= width else _head(text, width - 1) + "…"


def _head(text: str, width: int) -> str:
    """As much of the start of `text` as `width` cells hold, at least one character."""
    head = text[: max(width, 1)]
    while len(head) > 1 and display_width(head) > width:
        head = head[:-1]
    return head
