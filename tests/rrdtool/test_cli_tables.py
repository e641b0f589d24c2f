"""Tables and colour, in a pipe and on a terminal."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from rrdtool.cli.plain_text import display_width, printable
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import RunProgram

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Show(Protocol):
    """Prints a table to a stream and returns what came there."""

    def __call__(self, table: Table, stream: io.StringIO) -> str: ...


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    session.reset()
    yield
    session.reset()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Show:
    def show(table: Table, stream: io.StringIO) -> str:
        monkeypatch.setattr(sys, "stdout", stream)
        print_table(table)
        return stream.getvalue()

    return show


def sample() -> Table:
    table = Table([Column("entity", style="cyan"), Column("rows", "right")], title="run.rrd")
    table.add("/world/points", "12")
    table.add("/cam", "3456789")
    return table


def test_a_pipe_gets_aligned_columns(shown: Show) -> None:
    assert shown(sample(), io.StringIO()) == (
        "run.rrd\n"
        "entity            rows\n"
        "/world/points       12\n"
        "/cam           3456789\n"
    )  # fmt: skip


def test_the_last_column_leaves_no_blanks_behind(
    shown: Show,
) -> None:
    table = Table([Column("a"), Column("b")], [["1", "long"], ["22", ""]])
    assert shown(table, io.StringIO()) == "a   b\n1   long\n22\n"


def test_wide_characters_take_two_cells(shown: Show) -> None:
    table = Table([Column("a"), Column("b")], [["点群", "x"], ["abc", "y"]])
    assert shown(table, io.StringIO()) == "a     b\n点群  x\nabc   y\n"


def test_a_pipe_gets_whole_cells(shown: Show) -> None:
    table = Table([Column("entity")], [["/x" * 100]])
    assert shown(table, io.StringIO()).splitlines()[1] == "/x" * 100


def test_a_terminal_gets_lines_that_fit(shown: Show) -> None:
    table = sample()
    table.add("/a/very/long/path/that/does/not/fit/the/terminal", "123456789")
    out = shown(table, Terminal())
    assert "\x1b[36m" in out
    lines = [ANSI.sub("", line).rstrip() for line in out.splitlines()]
    assert len(lines) == 5
    assert max(map(len, lines)) <= 40
    assert lines[-1].endswith("…  123456789")


def test_a_table_that_folds_loses_nothing(shown: Show) -> None:
    path = "/0123456789" * 10
    table = Table([Column("entity")], [[path]], fold=True)
    lines = [ANSI.sub("", line).rstrip() for line in shown(table, Terminal()).splitlines()]
    assert "".join(lines[1:]) == path
    assert max(map(len, lines)) <= 40


def test_very_many_rows_are_plain_on_a_terminal_too(
    shown: Show,
) -> None:
    table = Table([Column("entity", style="cyan")], [["/a"]] * 5_000)
    assert "\x1b" not in shown(table, Terminal())


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_cells_cannot_break_the_table_nor_the_terminal(
    shown: Show, stream: type[io.StringIO]
) -> None:
    table = Table([Column("entity")], [["a\nb\x1b[31m[red]c"]])
    lines = [ANSI.sub("", line).rstrip() for line in shown(table, stream()).splitlines()]
    assert lines == ["entity", r"a\nb\x1b[31m[red]c"]


def test_rows_must_be_as_wide_as_the_heading() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        sample().add("alone")


@pytest.mark.parametrize(
    ("choice", "env", "stream", "colored"),
    [
        ("auto", {}, Terminal, True),
        ("auto", {}, io.StringIO, False),
        ("auto", {"NO_COLOR": "1"}, Terminal, False),
        ("auto", {"NO_COLOR": ""}, Terminal, True),
        ("auto", {"TERM": "dumb"}, Terminal, False),
        ("never", {}, Terminal, False),
        ("always", {"NO_COLOR": "1"}, io.StringIO, True),
    ],
)
def test_colour_goes_where_it_is_wanted(
    shown: Show,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    env: dict[str, str],
    stream: type[io.StringIO],
    colored: bool,
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    setattr(session, "color", choice)  # noqa: B010 - a plain str here, as it comes from a table
    assert ("\x1b[" in shown(sample(), stream())) is colored


@pytest.mark.parametrize(
    ("text", "escaped", "width"),
    [
        ("/world/点", "/world/点", 9),
        ("e\u0301", "e\u0301", 1),
        ("a\tb", r"a\tb", 4),
        ("\x9b2J", r"\x9b2J", 6),
        ("\u202egnp.exe", r"\u202egnp.exe", 13),
        ("\udcff", r"\udcff", 6),
    ],
)
def test_text_is_escaped_and_measured(text: str, escaped: str, width: int) -> None:
    assert printable(text) == escaped
    assert display_width(printable(text)) == width


def test_a_pipe_does_not_load_rich(python: RunProgram) -> None:
    program = (
        "import sys; from rrdtool.cli.tables import *;"
        "print_table(Table([Column('a')], [['b']])); assert 'rich' not in sys.modules"
    )
    run = python("-c", program)
    assert (run.code, run.out, run.err) == (0, "a\nb\n", "")


def test_a_real_terminal_is_recognised(python: RunProgram) -> None:
    program = (
        "import pty, sys; sys.exit(pty.spawn([sys.executable, '-c', "
        "'from rrdtool.cli.tables import *;"
        'print_table(Table([Column("a", style="cyan")], [["b"]]))'
        "'], lambda fd: __import__('os').read(fd, 1024)))"
    )
    run = python("-c", program, COLUMNS="40")
    assert run.code == 0
    assert "\x1b[36mb" in run.out
