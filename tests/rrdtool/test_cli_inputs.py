"""Inputs: files, folders, standard input, and what is said when there are none."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rrdtool.cli.inputs import Input, expand
from rrdtool.cli.outcome import Problem

if TYPE_CHECKING:
    from tests.conftest import RunProgram


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("in/b.rrd", "in/a/z.rrd", "in/a/y.rbl", "in/notes.txt", "in/c.rrd", "run.rrd"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"abc")
    (tmp_path / "empty").mkdir()
    return tmp_path


def shown(items: list[Input | Problem]) -> list[str]:
    return [item.name if isinstance(item, Input) else f"! {item}" for item in items]


@pytest.mark.parametrize(
    ("files", "recursive", "expected"),
    [
        (["run.rrd"], False, ["run.rrd"]),
        (["in/notes.txt"], False, ["in/notes.txt"]),
        (["in"], True, ["in/a/y.rbl", "in/a/z.rrd", "in/b.rrd", "in/c.rrd"]),
        (["run.rrd", "in/a"], True, ["run.rrd", "in/a/y.rbl", "in/a/z.rrd"]),
        (["in"], False, ["! in: is a folder; add -r to read the recordings in it"]),
        (["empty"], True, ["! empty: holds no .rbl or .rrd file"]),
        (["nun.rrd"], False, ["! nun.rrd: does not exist; did you mean run.rrd?"]),
        (["in/a/x/y"], False, ["! in/a/x/y: does not exist"]),
        (["run.rrd/x"], False, ["! run.rrd/x: Not a directory"]),
        (["-", "run.rrd"], False, ["standard input", "run.rrd"]),
        (["-", "-"], False, ["standard input", "! standard input can be read only once"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_expansion_keeps_the_order_and_sorts_folders(
    folder: Path, files: list[str], recursive: bool, expected: list[str]
) -> None:
    assert folder == Path.cwd()
    assert shown(list(expand(files, recursive=recursive))) == expected


def test_a_folder_that_loops_is_walked_once(folder: Path) -> None:
    (folder / "in/a/back").symlink_to(folder / "in")
    names = shown(list(expand(["in/a"], recursive=True)))
    assert names == ["in/a/y.rbl", "in/a/z.rrd"]


def test_standard_input_is_read_when_it_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert shown(list(expand(None))) == ["standard input"]


def test_nothing_to_read_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO("")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    assert shown(list(expand([]))) == ["! no FILE is given, and nothing is piped in"]


@pytest.mark.parametrize("words", [[], ["-"]], ids=str)
def test_a_pipe_is_an_input(example: RunProgram, words: list[str]) -> None:
    run = example("size", *words, stdin=b"12345")
    assert run.code == 0
    assert run.out == "file            bytes\nstandard input      5\n"


def test_a_named_file_is_read_instead_of_the_pipe(example: RunProgram, folder: Path) -> None:
    run = example("size", folder / "run.rrd", stdin=b"12345")
    assert run.out.split()[-1] == "3"


def test_every_input_has_its_result_and_the_worst_is_the_code(
    example: RunProgram, folder: Path
) -> None:
    (folder / "bad.rrd").write_bytes(b"bad")
    run = example("size", "--json", "-q", "bad.rrd", "nun.rrd", "in", "run.rrd")
    assert run.code == 2
    assert json.loads(run.out) == {"schema": "rrd.size/1", "file": "run.rrd", "bytes": 3}
    assert run.err.splitlines() == [
        "rrd: bad.rrd: nothing fits (ArrowMsg at byte 7); `rrd verify` lists all that is wrong",
        "rrd: nun.rrd: does not exist; did you mean run.rrd?",
        "rrd: in: is a folder; add -r to read the recordings in it",
    ]
    assert example("size", "-q", "bad.rrd", "run.rrd").code == 1
