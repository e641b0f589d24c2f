"""Tables: one model, shown on a terminal by Rich and in a pipe as plain aligned text.

Into a pipe nothing is cut and nothing is imported; on a terminal a row is a line, and what does not
fit ends in an ellipsis, unless the table folds.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rrdtool.cli.output import write
from rrdtool.cli.plain_text import display_width, pad, printable
from rrdtool.cli.session import session

__all__ = ["Column", "Table", "print_table"]

# Rich takes about 0.1 ms for a cell: beyond this many rows waiting would cost more than it gives.
_RICH_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, alignment, and a Rich style such as `cyan` or `dim`."""

    name: str
    align: Literal["left", "right"] = "left"
    style: str = ""


@dataclass(slots=True)
class Table:
    """Rows of text under headings.

    Attributes:
        columns: The headings, left to right.
        rows: As many cells per row as there are columns.
        title: A line above the table.
        fold: Whether a cell that does not fit the terminal continues on the next line.
    """

    columns: Sequence[Column]
    rows: list[Sequence[str]] = field(default_factory=list)
    title: str | None = None
    fold: bool = False

    def add(self, *cells: str) -> None:
        """Appends a row.

        Raises:
            ValueError: If there are not as many cells as columns.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(cells)


def print_table(table: Table) -> None:
    """Writes `table` to standard output."""
    if session.shapes(sys.stdout) and len(table.rows) <= _RICH_ROWS:
        _print_rich(table)
    else:
        write("".join(_plain_lines(table)))


def _plain_lines(table: Table) -> Iterator[str]:
    if table.title is not None:
        yield printable(table.title) + "\n"
    lines = [[column.name for column in table.columns]]
    lines += [[printable(cell) for cell in row] for row in table.rows]
    aligns = [column.align for column in table.columns]
    widths = [max(map(display_width, cells)) for cells in zip(*lines, strict=True)]
    for cells in lines:
        padded = map(pad, cells, widths, aligns)
        yield "  ".join(padded).rstrip() + "\n"


def _print_rich(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(
        width=shutil.get_terminal_size().columns,
        color_system="auto" if session.colors(sys.stdout) else None,
        force_terminal=session.colors(sys.stdout),
        highlight=False,
        markup=False,
        emoji=False,
    )
    shown = RichTable(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for column in table.columns:
        # Numbers keep their width; names give way.
        shown.add_column(
            Text(column.name),
            justify=column.align,
            style=column.style,
            no_wrap=column.align == "right",
        )
    overflow: Literal["fold", "ellipsis"] = "fold" if table.fold else "ellipsis"
    for row in table.rows:
        shown.add_row(
            *(Text(printable(cell), no_wrap=not table.fold, overflow=overflow) for cell in row)
        )
    with console.capture() as capture:
        if table.title is not None:
            console.print(Text(printable(table.title), style="bold"))
        console.print(shown)
    write(capture.get())
