"""The command group: what it loads, lists, suggests and completes."""

from __future__ import annotations

import json
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.core import TyperGroup

import rrdtool
from rrdtool.cli import options
from rrdtool.cli.app import build
from rrdtool.cli.group import Command, examples, load
from rrdtool.cli.registry import COMMANDS, CommandRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.conftest import RunProgram


def loaded(python: RunProgram, program: str) -> set[str]:
    run = python("-c", f"import json, sys\n{program}\nprint(json.dumps(list(sys.modules)))")
    return set(json.loads(run.out.splitlines()[-1]))


@pytest.mark.parametrize("words", [["--help"], ["--version"], [], ["inof"]], ids=str)
def test_what_runs_no_command_loads_typer_and_nothing_else(
    python: RunProgram, words: list[str]
) -> None:
    typer_alone = loaded(python, "import typer")
    ours = loaded(python, f"from rrdtool.cli.app import main; main({words!r})")
    foreign = {
        name
        for name in ours - typer_alone
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "rrdtool", "typer"}
    }
    assert foreign <= {"rrdformats", "rrdformats.errors"}
    assert not any(name.startswith("rrdtool.cli.commands") for name in ours)


def test_what_runs_a_command_loads_nothing_heavy(python: RunProgram, tmp_path: Path) -> None:
    (tmp_path / "a.rrd").write_bytes(b"abc")
    words = ["size", "-r", "--json", "--color", "never", "-v", "-q", str(tmp_path)]
    example = Path(__file__).parent
    found = loaded(
        python,
        f"sys.path.append({str(example)!r}); from example_commands import COMMANDS\n"
        f"from rrdtool.cli.app import main; assert main({words!r}, COMMANDS) == 0",
    )
    tops = {name.partition(".")[0] for name in found}
    assert tops.isdisjoint({"pydantic", "rich", "numpy", "pyarrow"})


def test_version(rrd: RunProgram) -> None:
    assert rrd("--version").out == f"rrd {rrdtool.__version__}\n"


def test_the_installed_script_is_the_same_program() -> None:
    scripts = entry_points(group="console_scripts", name="rrd")
    if not scripts:
        pytest.skip("rrd-toolkit is not installed, only on the path")
    assert {script.value for script in scripts} == {"rrdtool.cli.app:main"}


def test_help_lists_commands_under_their_panels(example: RunProgram) -> None:
    run = example("--help")
    assert (run.code, run.err) == (0, "")
    inspect, endure = run.out.index("Inspect:"), run.out.index("Endure:")
    assert inspect < run.out.index("Count the bytes of files.") < endure
    assert endure < run.out.index("Commands beneath a command.")


def test_no_arguments_are_wrong_usage_and_show_the_help(example: RunProgram) -> None:
    run = example()
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Usage: rrd ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["siez"], "rrd: unknown command 'siez'; did you mean 'size'?\n"),
        (["xyz"], "rrd: unknown command 'xyz'; `rrd --help` lists what there is\n"),
        (["size", "--jso"], "rrd: no such option: --jso (Possible options: --json)"),
        (["fail", "odd"], "rrd: invalid value: odd is not a kind; see `rrd fail --help`\n"),
        (["fail"], "rrd: missing argument 'kind'; see `rrd fail --help`\n"),
        (["nested", "gte"], "rrd: no such command 'gte'. Did you mean 'get'?"),
    ],
)
def test_wrong_usage_is_a_sentence_with_advice(
    example: RunProgram, words: list[str], sentence: str
) -> None:
    run = example(*words)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(sentence)
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("words", [["-q", "size"], ["size", "-q"]], ids=str)
def test_common_options_stand_before_or_after_the_command(
    example: RunProgram, words: list[str]
) -> None:
    run = example(*words, "-", stdin=b"abc")
    assert (run.code, run.err) == (0, "")


def test_verbosity_adds_to_what_is_said(example: RunProgram) -> None:
    assert example("size", "-", stdin=b"abc").err == "rrd: standard input is counted\n"
    assert example("size", "-v", "-", stdin=b"abc").err.endswith("rrd: byte by byte\n")


def test_a_command_may_keep_a_common_letter_for_itself(example: RunProgram) -> None:
    assert example("nested", "get", "-v", "name").out == "name True\n"
    assert "--verbose" not in example("nested", "get", "--help").out
    assert "--quiet" in example("nested", "get", "--help").out


def test_help_shows_examples_line_by_line(example: RunProgram) -> None:
    assert "\n    rrd size run.rrd\n    rrd size -r --json recordings" in example("size", "-h").out


def test_help_speaks_no_python(example: RunProgram) -> None:
    shown = example("size", "--help").out
    assert "\n  FILE  Recordings" in shown
    assert "str" not in shown


def test_completion_knows_commands_and_options(example: RunProgram) -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        run = example(
            _RRD_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
        )
        assert run.code == 0
        return run.out.split()

    assert complete("rrd s") == ["size"]
    assert complete("rrd ") == ["size", "flood", "wait", "quit-with", "fail", "nested"]
    assert "--json" in complete("rrd size --")
    assert complete("rrd nested g") == ["get"]


def test_completion_script_is_for_the_shell_that_asks(rrd: RunProgram) -> None:
    run = rrd(_RRD_COMPLETE="source_bash")
    assert run.code == 0
    assert "complete -o default -F _rrd_completion rrd" in run.out


def leaves(command: Command, path: str) -> Iterator[tuple[str, Command]]:
    yield path, command
    if isinstance(command, TyperGroup):
        for name, beneath in command.commands.items():
            assert isinstance(beneath, Command)
            yield from leaves(beneath, f"{path} {name}")


@pytest.fixture
def all_rows(example_rows: tuple[CommandRow, ...]) -> tuple[CommandRow, ...]:
    return (*COMMANDS, *example_rows)


def test_summaries_are_the_first_lines_of_docstrings(all_rows: tuple[CommandRow, ...]) -> None:
    first_lines = {row.name: (load(row).help or "").partition("\n")[0] for row in all_rows}
    assert {row.name: row.summary for row in all_rows} == first_lines


def test_examples_can_be_pasted(all_rows: tuple[CommandRow, ...]) -> None:
    group = build(all_rows)
    seen = 0
    for row in all_rows:
        for path, command in leaves(load(row), row.name):
            for line in examples(command):
                assert line.startswith(f"rrd {path} "), line
                words = line.partition(" | ")[0].split()[1:]
                context = group.make_context("rrd", words)
                name, found, rest = group.resolve_command(context, [*words])
                assert found.make_context(name, rest, parent=context) is not None
                seen += 1
    assert seen >= 4


def test_every_real_command_shows_an_example() -> None:
    lacking = [
        path
        for row in COMMANDS
        for path, command in leaves(load(row), row.name)
        if not isinstance(command, TyperGroup) and not examples(command)
    ]
    assert lacking == []


OWN_FLAGS = {"slice", "split"}
"""Commands that declare what only they have, or what means something else with them."""


def flags_of_commands(rows: Iterable[CommandRow]) -> dict[str, str]:
    """Every flag, with a command that has it; but for those of `rrd mcap`, the reference's."""
    return {
        flag: path
        for row in rows
        if row.name != "mcap"
        for path, command in leaves(load(row), row.name)
        for param in command.params
        if param.param_type_name == "option"
        for flag in (*param.opts, *param.secondary_opts)
    }


def test_options_that_commands_share_are_declared_in_options() -> None:
    declared = {word for words in options_of_module() for word in words.split("/")}
    shared = flags_of_commands(row for row in COMMANDS if row.name not in OWN_FLAGS)
    assert {flag: path for flag, path in shared.items() if flag not in declared} == {}


def test_the_docstring_of_options_is_the_index_of_all_flags() -> None:
    assert isinstance(options.__doc__, str)
    listed = [
        flag
        for line in options.__doc__.splitlines()
        if line.startswith("-")
        for word in line.split("  ")[0].split()
        for flag in word.rstrip(",").split("/")
    ]
    made_by_typer = {"-h", "--help", "--install-completion", "--show-completion"}
    declared = {word for words in options_of_module() for word in words.split("/")}
    assert len(listed) == len(set(listed))
    assert set(listed) == declared | made_by_typer | set(flags_of_commands(COMMANDS))


def options_of_module() -> Iterator[str]:
    for value in vars(options).values():
        for metadata in getattr(value, "__metadata__", ()):
            if isinstance(metadata, type(typer.Option())):
                # In an annotation Typer takes the first word for the default, and mends that later.
                words = (metadata.default, *(metadata.param_decls or ()))
                yield from (word for word in words if isinstance(word, str))
