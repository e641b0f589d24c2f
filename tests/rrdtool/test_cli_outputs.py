"""Where commands write, seen from the outside: files, folders, standard output, terminals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from rrdtool.cli.outputs import derived_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import RunProgram

PROGRAM = str(Path(__file__).with_name("output_commands.py"))
DATA = bytes(range(256)) * 1000
REDIRECT = "; give -o PATH, or send it to a file or a pipe\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a recording in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.rrd").write_bytes(DATA)
    return tmp_path


@pytest.fixture
def edit(python: RunProgram) -> RunProgram:
    """Runs a command with both outputs into pipes."""
    return partial(python, PROGRAM)


class OnTerminal(NamedTuple):
    code: int
    said: str


@pytest.fixture
def edit_on_terminal() -> Iterator[Callable[..., OnTerminal]]:
    """Runs a command with its outputs on a terminal."""
    main_end, terminal = os.openpty()

    def run(*words: str) -> OnTerminal:
        process = subprocess.Popen(
            [sys.executable, PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "dumb"},
        )
        code = process.wait()
        os.set_blocking(main_end, False)
        try:
            said = os.read(main_end, 10_000).decode()
        except BlockingIOError:
            said = ""
        return OnTerminal(code, said.replace("\r\n", "\n"))

    yield run
    os.close(main_end)
    os.close(terminal)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Files --------------------------------------------------------------------------------------------


def test_output_goes_where_it_was_told(edit: RunProgram, folder: Path) -> None:
    run = edit("copy", "run.rrd", "run.rrd", "-o", "out.rrd")
    assert (run.code, run.out, run.err) == (0, "", "")
    assert contents(folder) == {"run.rrd": DATA, "out.rrd": DATA * 2}
    assert edit("copy", "run.rrd", "-o", "other.rrd", "-v").err == "rrd: wrote other.rrd\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-o", "old.rrd"], 2, "old.rrd: exists already; add --force to replace it"),
        (["-o", "run.rrd"], 2, "run.rrd: is also an input; write to another file"),
        (["-o", "run.rrd", "--force"], 2, "run.rrd: is also an input; write to another file"),
        (["-o", "hard.rrd", "--force"], 2, "hard.rrd: is also an input; write to another file"),
        (["-o", "./soft.rrd", "--force"], 2, "soft.rrd: is also an input; write to another file"),
        (["-o", "there"], 2, "there: is a folder"),
        (["-o", ""], 2, ".: is a folder"),
        (["-o", "no/such/out.rrd"], 2, "no/such: the folder does not exist"),
        (["-o", "old.rrd/out.rrd"], 1, "old.rrd/out.rrd: Not a directory"),
        (["--backup"], 2, "--backup goes with --in-place"),
        (["--in-place", "-o", "new.rrd"], 2,
         "--in-place leaves no place for -o; give one of the two"),
        (["--in-place", "old.rrd"], 2, "--in-place goes with one input only"),
        (["-o", "new.rrd", "--midway", "fail"], 1, "run.rrd: does not please"),
        (["-o", "old.rrd", "--force", "--midway", "fail"], 1, "run.rrd: does not please"),
        (["--in-place", "--backup", "--midway", "fail"], 1, "run.rrd: does not please"),
        (["missing.rrd", "-o", "new.rrd"], 1, "missing.rrd: does not exist"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_is_refused_or_fails_touches_nothing(
    edit: RunProgram, folder: Path, words: list[str], code: int, said: str
) -> None:
    (folder / "old.rrd").write_bytes(b"old")
    (folder / "there").mkdir()
    (folder / "hard.rrd").hardlink_to("run.rrd")
    (folder / "soft.rrd").symlink_to("run.rrd")
    before = contents(folder)
    run = edit("copy", "run.rrd", *words)
    assert (run.code, run.out, run.err) == (code, "", f"rrd: {said}\n")
    assert contents(folder) == before


def test_force_replaces(edit: RunProgram, folder: Path) -> None:
    (folder / "old.rrd").write_bytes(b"old")
    assert edit("copy", "run.rrd", "-o", "old.rrd", "--force").code == 0
    assert contents(folder) == {"old.rrd": DATA, "run.rrd": DATA}


def test_in_place_replaces_the_input(edit: RunProgram, folder: Path) -> None:
    inode = (folder / "run.rrd").stat().st_ino
    run = edit("copy", "run.rrd", "--in-place")
    assert (run.code, run.out, run.err) == (0, "", "")
    assert contents(folder) == {"run.rrd": DATA}
    assert (folder / "run.rrd").stat().st_ino != inode
    run = edit("copy", "run.rrd", "--in-place", "--backup")
    assert (run.code, run.err) == (0, "rrd: run.rrd: the old file is kept as run.rrd.bak\n")
    assert edit("copy", "run.rrd", "--in-place", "--backup", "-q").err == ""
    assert [*contents(folder)] == ["run.rrd", "run.rrd.bak", "run.rrd.bak1"]


def test_standard_input_cannot_be_replaced(edit: RunProgram) -> None:
    run = edit("copy", "-", "--in-place")
    assert (run.code, run.err) == (2, "rrd: standard input cannot be replaced; give -o PATH\n")


# Standard output ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["-o", "-"], ["-o", "/dev/stdout"]], ids=" ".join)
def test_a_pipe_gets_the_recording(folder: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "copy", "run.rrd", "-", *words],
        input=b"tail",
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (DATA + b"tail", b"")
    assert contents(folder) == {"run.rrd": DATA}


@pytest.mark.parametrize("words", [[], ["-o", "-"], ["-o", "/dev/stdout"]], ids=" ".join)
def test_a_file_of_the_shell_gets_the_recording(folder: Path, words: list[str]) -> None:
    with Path("out.rrd").open("ab") as out:
        out.write(b"before")
        out.flush()
        for _ in range(2):
            subprocess.run(
                [sys.executable, PROGRAM, "copy", "run.rrd", *words], stdout=out, check=True
            )
        failed = [sys.executable, PROGRAM, "copy", "run.rrd", "--midway", "fail", *words]
        assert subprocess.run(failed, stdout=out, stderr=subprocess.DEVNULL, check=False).returncode
    assert contents(folder) == {"out.rrd": b"before" + DATA * 2, "run.rrd": DATA}


def test_an_input_is_no_output_of_the_shell_either(folder: Path) -> None:
    for name in ("run.rrd", "-"):
        with Path("run.rrd").open("ab") as out, Path("run.rrd").open("rb") as source:
            done = subprocess.run(
                [sys.executable, PROGRAM, "copy", name],
                stdin=source,
                stdout=out,
                stderr=subprocess.PIPE,
                check=False,
            )
        said = b"rrd: standard output: is also an input; write to another file\n"
        assert (done.returncode, done.stderr) == (2, said)
    assert contents(folder) == {"run.rrd": DATA}


@pytest.mark.usefixtures("folder")
def test_a_reader_that_goes_away_is_no_error() -> None:
    words = [sys.executable, PROGRAM, "copy", "run.rrd", "--midway", "flood"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1000) == DATA[:1000]
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.usefixtures("folder")
def test_a_full_disk_is_told_with_the_output() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, PROGRAM, "copy", "run.rrd"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"rrd: standard output: No space left on device\n"


def test_an_output_that_is_no_file_is_refused(python: RunProgram, folder: Path) -> None:
    code = (
        "import io, sys; from rrdtool.cli.app import main; import output_commands\n"
        "sys.stdout = io.StringIO()\n"
        "sys.exit(main(['copy', 'run.rrd'], output_commands.COMMANDS))"
    )
    paths = [str(Path(__file__).parent), *sys.path]
    run = python("-c", code, PYTHONPATH=os.pathsep.join(paths))
    assert (run.code, run.err) == (1, "rrd: standard output: is no file; give -o PATH\n")
    assert contents(folder) == {"run.rrd": DATA}


# Terminals ----------------------------------------------------------------------------------------


def test_on_a_terminal_a_file_beside_the_input_is_made(
    edit_on_terminal: Callable[..., OnTerminal], folder: Path
) -> None:
    assert edit_on_terminal("copy", "run.rrd") == (0, "rrd: wrote run.copied.rrd\n")
    assert contents(folder) == {"run.copied.rrd": DATA, "run.rrd": DATA}
    refused = "rrd: run.copied.rrd: exists already; add --force to replace it\n"
    assert edit_on_terminal("copy", "run.rrd") == (2, refused)
    assert edit_on_terminal("copy", "run.rrd", "--force", "-q") == (0, "")
    assert edit_on_terminal("copy", "-", "run.rrd", "--suffix", ".rbl").code == 0
    assert [*contents(folder)] == ["run.copied.rbl", "run.copied.rrd", "run.rrd"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["run.rrd", "-o", "-"], "standard output"),
        (["run.rrd", "-o", "/dev/stdout"], "standard output"),
        (["-"], "standard output"),
    ],
    ids=["-", "/dev/stdout", "standard input"],
)
def test_nothing_binary_goes_to_a_terminal(
    edit_on_terminal: Callable[..., OnTerminal], folder: Path, words: list[str], name: str
) -> None:
    told = f"rrd: {name}: is a terminal, and recordings are not text{REDIRECT}"
    assert edit_on_terminal("copy", *words) == (2, told)
    assert contents(folder) == {"run.rrd": DATA}


def test_nothing_binary_goes_to_a_terminal_by_name(edit: RunProgram, folder: Path) -> None:
    main_end, terminal = os.openpty()
    name = os.ttyname(terminal)
    run = edit("copy", "run.rrd", "-o", name)
    told = f"rrd: {name}: is a terminal, and recordings are not text{REDIRECT}"
    assert (run.code, run.out, run.err) == (2, "", told)
    os.set_blocking(main_end, False)
    with pytest.raises(BlockingIOError):
        os.read(main_end, 1)
    os.close(main_end)
    os.close(terminal)
    assert contents(folder) == {"run.rrd": DATA}


@pytest.mark.parametrize(
    ("first", "word", "suffix", "expected"),
    [
        ("in/run.rrd", "optimized", None, "in/run.optimized.rrd"),
        ("look.rbl", "filtered", None, "look.filtered.rbl"),
        ("run", "merged", None, "run.merged.rrd"),
        ("run.v2", "merged", None, "run.v2.merged.rrd"),
        ("run.v2.rrd", "merged", None, "run.v2.merged.rrd"),
        ("bag.mcap", "", ".rrd", "bag.rrd"),
        ("bag.mcap", "", None, "bag.mcap.rrd"),
        ("robot.v1", "", ".rrd", "robot.v1.rrd"),
        (".", "", ".rrd", "../here.rrd"),
        ("robot.v1/..", "", ".rrd", "../here.rrd"),
    ],
)
def test_derived_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, word: str, suffix: str | None,
    expected: str,
) -> None:  # fmt: skip
    here = tmp_path / "here"
    (here / "robot.v1").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert derived_path(Path(first), word, suffix).resolve() == (here / expected).resolve()


# Folders ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["-d", "--output-dir", "-o"])
def test_a_folder_is_made(edit: RunProgram, folder: Path, option: str) -> None:
    run = edit("parts", "run.rrd", option, "new/parts")
    assert (run.code, run.out, run.err) == (0, "", "")
    assert contents(folder / "new") == {"parts/a.rrd": DATA, "parts/b.rrd": DATA}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "no folder for the output is given; give -d FOLDER"),
        (["-d", "x", "-o", "x"], 2,
         "both -d and -o are given; they mean the same folder: give one"),
        (["-d", "run.rrd"], 2, "run.rrd: is not a folder"),
        (["-d", "old"], 2, "old/b.rrd: exists already; add --force to replace it"),
        (["-d", "a/b", "--midway", "fail"], 1, "run.rrd: does not please"),
        (["-d", "old", "--force", "--midway", "fail"], 1, "run.rrd: does not please"),
    ],
)  # fmt: skip
def test_what_is_refused_or_fails_leaves_folders_as_they_were(
    edit: RunProgram, folder: Path, words: list[str], code: int, said: str
) -> None:
    (folder / "old").mkdir()
    (folder / "old/b.rrd").write_bytes(b"old")
    run = edit("parts", "run.rrd", *words)
    assert (run.code, run.out, run.err) == (code, "", f"rrd: {said}\n")
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == [
        "old",
        "old/b.rrd",
        "run.rrd",
    ]
    assert (folder / "old/b.rrd").read_bytes() == b"old"


# Interruption -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "words",
    [
        ["copy", "run.rrd", "-o", "new.rrd"],
        ["copy", "run.rrd", "-o", "old.rrd", "--force"],
        ["copy", "run.rrd", "--in-place", "--backup"],
        ["parts", "run.rrd", "-d", "new/parts"],
        ["parts", "run.rrd", "-d", ".", "--force"],
    ],
    ids=" ".join,
)
def test_an_interrupted_run_leaves_everything_as_it_was(
    folder: Path, words: list[str], number: signal.Signals
) -> None:
    (folder / "old.rrd").write_bytes(b"old")
    (folder / "b.rrd").write_bytes(b"old")

    def state() -> list[tuple[str, int, int]]:
        paths = sorted(folder.rglob("*"))
        return [(str(p), p.stat().st_ino, p.stat().st_mtime_ns) for p in paths if p.is_file()]

    before = state()
    call = [sys.executable, PROGRAM, *words, "--midway", "wait"]
    with subprocess.Popen(call, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"waiting\n"
        hidden = [path for path in folder.rglob(".*.part") if path.stat().st_size == len(DATA)]
        assert hidden, "it was interrupted too early to show anything"
        process.send_signal(number)
        said = process.stderr.read()
        code = process.wait()
    interrupted = (130, b"rrd: interrupted\n")
    terminated = (143, b"rrd: terminated\n")
    assert (code, said) == (interrupted if number == signal.SIGINT else terminated)
    assert state() == before
    assert not (folder / "new").exists()
