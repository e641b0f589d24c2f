"""How runs end: exit codes, sentences, closed pipes and signals."""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from rrdformats.errors import (
    CorruptError,
    LimitError,
    NotRrdError,
    RrdError,
    TruncatedError,
    UnsupportedError,
)
from rrdtool.cli.outcome import MEANINGS, Outcome, Problem, about, conclude, worst
from rrdtool.cli.session import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import RunProgram
    from tests.rrdtool.conftest import StartExample


@pytest.fixture(autouse=True)
def fresh_session() -> Iterator[None]:
    session.reset()
    yield
    session.reset()


def raising(error: BaseException) -> Callable[[], object]:
    def work() -> object:
        raise error

    return work


@pytest.mark.parametrize(
    ("result", "code"),
    [(None, 0), (Outcome.LOSS, 3), (Outcome.NOT_MINE, 66), (1, 1), ("anything", 0)],
)
def test_what_work_returns_is_the_code(result: object, code: int) -> None:
    assert conclude(lambda: result) == code


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (typer.Exit(3), 3, ""),
        (SystemExit(4), 4, ""),
        (SystemExit(), 0, ""),
        (KeyboardInterrupt(), 130, "rrd: interrupted\n"),
        (typer.Abort(), 130, "rrd: interrupted\n"),
        (typer.BadParameter("no glob"), 2, "rrd: invalid value: no glob\n"),
        (Problem("nothing there", outcome=Outcome.USAGE), 2, "rrd: nothing there\n"),
        (Problem("lost rows", outcome=Outcome.LOSS), 3, "rrd: lost rows\n"),
        (
            Problem("nothing there", place="a.rrd", advice="look elsewhere"),
            1,
            "rrd: a.rrd: nothing there; look elsewhere\n",
        ),
        (RrdError("odd", offset=12, record="ArrowMsg"), 1, "rrd: odd (ArrowMsg at byte 12)\n"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "a.rrd"),
            1,
            "rrd: a.rrd: No such file or directory\n",
        ),
        (OSError("odd"), 1, "rrd: odd\n"),
        (TimeoutError(), 1, "rrd: TimeoutError\n"),
        (MemoryError(), 1, "rrd: out of memory\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_every_error_has_its_code_and_its_sentence(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conclude(raising(error)) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    "kind", [NotRrdError, TruncatedError, CorruptError, UnsupportedError, LimitError]
)
def test_every_error_of_the_format_comes_with_place_and_advice(
    kind: type[RrdError], capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        with about("run.rrd"):
            raise kind("odd", offset=3)

    assert conclude(work) == 1
    said = capsys.readouterr().err
    assert said.startswith("rrd: run.rrd: odd (at byte 3); ")
    assert said.count("\n") == 1


def test_the_file_in_a_system_error_is_better_than_the_one_at_hand() -> None:
    with pytest.raises(Problem, match=r"^out\.rrd: No space left on device$"), about("in.rrd"):
        raise OSError(errno.ENOSPC, "No space left on device", "out.rrd")


def test_a_defect_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude(raising(KeyError("oops"))) == 1
    said = capsys.readouterr().err
    assert said.startswith("rrd: internal error: KeyError: 'oops'; ")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "error", [KeyError("oops"), CorruptError("odd"), Problem("odd"), MemoryError()]
)
def test_debug_adds_a_traceback(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    session.debug = True
    conclude(raising(error))
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outcomes", "gravest"),
    [
        ([], Outcome.DONE),
        ([Outcome.DONE, Outcome.LOSS, Outcome.DONE], Outcome.LOSS),
        ([Outcome.LOSS, Outcome.FAILED], Outcome.FAILED),
        ([Outcome.NOT_MINE, Outcome.FAILED], Outcome.FAILED),
        ([Outcome.USAGE, Outcome.FAILED, Outcome.LOSS], Outcome.USAGE),
        (list(Outcome), Outcome.TERMINATED),
    ],
)
def test_the_worst_outcome_wins(outcomes: list[Outcome], gravest: Outcome) -> None:
    assert worst(outcomes) is gravest


def test_the_docstring_and_the_readme_list_every_code(root: Path) -> None:
    docstring = sys.modules[Outcome.__module__].__doc__ or ""
    readme = (root / "README.md").read_text(encoding="utf-8")
    for outcome in Outcome:
        assert f"| {outcome.value} |" in docstring
        meaning = MEANINGS[outcome].rstrip(".").lower()
        assert meaning in readme.lower()


def test_messages_cannot_move_the_cursor(example: RunProgram) -> None:
    run = example("size", "\x1b[2Jgone")
    assert run.code == 1
    assert run.err == "rrd: \\x1b[2Jgone: does not exist\n"


def test_a_reader_that_goes_away_is_no_error(start_example: StartExample) -> None:
    process = start_example("flood")
    assert process.stdout is not None
    assert process.stdout.readline() == b"line\n"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait() == 0


def test_a_reader_that_never_came_is_no_error(start_example: StartExample) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start_example("quit-with", "--help", stdout=writing)
    os.close(writing)
    assert process.communicate()[1] == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", ["flood", "wait"])
def test_output_that_cannot_be_written_fails(
    start_example: StartExample, command: str, tmp_path: Path
) -> None:
    words = [command] if command == "flood" else [command, str(tmp_path / "marker")]
    with Path("/dev/full").open("wb") as full:
        process = start_example(*words, stdout=full.fileno())
        said = process.communicate()[1]
    assert said == b"rrd: standard output: No space left on device\n"
    assert process.returncode == 1


def test_a_broken_pipe_elsewhere_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude(raising(BrokenPipeError(errno.EPIPE, "Broken pipe"))) == 1
    assert capsys.readouterr().err == "rrd: Broken pipe\n"


@pytest.mark.parametrize("stream", ["stdout", "stderr", "stdin"])
def test_streams_that_the_parent_closed_do_no_harm(python: RunProgram, stream: str) -> None:
    run = python("-c", f"import sys; sys.{stream} = None\nfrom rrdtool.cli.app import main\n"
                 "sys.exit(main(['--version']))")  # fmt: skip
    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, b"rrd: interrupted\n"),
        (signal.SIGTERM, 143, b"rrd: terminated\n"),
        (signal.SIGHUP, 143, b"rrd: terminated\n"),
    ],
)
def test_signals_unwind_and_have_their_codes(
    start_example: StartExample, tmp_path: Path, number: int, code: int, said: bytes
) -> None:
    marker = tmp_path / "half-written"
    process = start_example("wait", marker)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert marker.exists()
    process.send_signal(number)
    assert process.communicate()[1] == said
    assert process.returncode == code
    assert not marker.exists()


def test_a_hangup_that_is_ignored_stays_ignored(
    start_example: StartExample, tmp_path: Path
) -> None:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # inherited, as nohup does it
    try:
        process = start_example("wait", tmp_path / "marker")
    finally:
        signal.signal(signal.SIGHUP, previous)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[1] == b"rrd: terminated\n"
    assert process.returncode == 143
