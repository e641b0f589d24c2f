"""How a run ends: the one place that turns what happened into an exit code and a sentence.

| code | when |
|---|---|
| 0 | done |
| 1 | failed, or the check found problems, or the recordings differ |
| 2 | wrong usage |
| 3 | done, but data was lost or skipped |
| 66 | no importer takes this file |
| 130 | interrupted (Ctrl-C) |
| 143 | terminated |

A command returns an `Outcome` (or None for done) and raises for everything else. A reader that
goes away (`rrd print run.rrd | head`) is no error. Tracebacks are shown only with `--debug`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterable
from enum import IntEnum
from types import FrameType

import typer
from typer.exceptions import TyperException

from rrdformats.errors import (
    CorruptError,
    LimitError,
    NotRrdError,
    RrdError,
    TruncatedError,
    UnsupportedError,
)
from rrdtool.cli.sentences import complain
from rrdtool.cli.session import session

__all__ = ["MEANINGS", "Outcome", "Problem", "about", "conclude", "worst"]


class Outcome(IntEnum):
    """How a run, or the work on one input, ended; the value is the exit code."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    LOSS = 3
    NOT_MINE = 66
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    Outcome.DONE: "Done.",
    Outcome.FAILED: "Failed; or the check found problems; or the recordings differ.",
    Outcome.USAGE: "Wrong usage.",
    Outcome.LOSS: "Done, but data was lost or skipped.",
    Outcome.NOT_MINE: "No importer takes this file.",
    Outcome.INTERRUPTED: "Interrupted.",
    Outcome.TERMINATED: "Terminated.",
}

_SEVERITY = (
    Outcome.DONE,
    Outcome.LOSS,
    Outcome.NOT_MINE,
    Outcome.FAILED,
    Outcome.USAGE,
    Outcome.INTERRUPTED,
    Outcome.TERMINATED,
)

_ADVICE: dict[type[RrdError], str] = {
    NotRrdError: "give a recording (.rrd) or a blueprint (.rbl)",
    TruncatedError: "`rrd verify` tells how far the file can be read",
    CorruptError: "`rrd verify` lists all that is wrong",
    UnsupportedError: "recordings of releases 0.23 to 0.41 can be read",
    LimitError: "the file is damaged, or was made to exhaust its reader",
}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The gravest of `outcomes`; `Outcome.DONE` if there are none."""
    return max(outcomes, key=_SEVERITY.index, default=Outcome.DONE)


class Problem(Exception):  # noqa: N818 - it is caught to be told, not to be handled
    """What ends the work on an input or the whole run, ready to be told.

    Attributes:
        what: What happened, without a full stop.
        place: The file, entity or option it happened at.
        advice: What to do next.
        outcome: What it means for the exit code.
    """

    def __init__(
        self,
        what: str,
        *,
        place: str | None = None,
        advice: str | None = None,
        outcome: Outcome = Outcome.FAILED,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.advice = advice
        self.outcome = outcome

    @classmethod
    def of(cls, error: RrdError | OSError, place: str | None = None) -> Problem:
        """The problem that `error` is; a file name inside an `OSError` is better than `place`."""
        if isinstance(error, RrdError):
            return cls(str(error), place=place, advice=_ADVICE.get(type(error)))
        named = error.filename
        if isinstance(named, bytes | str | os.PathLike):
            place = os.fsdecode(named)
        return cls(error.strerror or str(error) or type(error).__name__, place=place)

    def __str__(self) -> str:
        told = self.what if self.place is None else f"{self.place}: {self.what}"
        return told if self.advice is None else f"{told}; {self.advice}"

    def tell(self) -> Outcome:
        """Says the problem on standard error and returns its outcome."""
        complain(str(self))
        if session.debug:
            traceback.print_exception(self)
        return self.outcome


@contextlib.contextmanager
def about(place: str) -> Generator[None]:
    """Turns errors of the format and of the system into a `Problem` at `place`.

    A broken pipe passes: it is the end of the run, not a problem of the file at hand.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except (RrdError, OSError) as error:
        raise Problem.of(error, place) from error


def conclude(work: Callable[[], object]) -> int:
    """Runs `work` to its end, whatever that is, and returns the exit code.

    `work` returns an `Outcome`, another integer, or anything else for done.
    """
    try:
        with _termination_raises():
            result = work()
            with about("standard output"):
                sys.stdout.flush()
        code = int(result) if isinstance(result, int) else Outcome.DONE
    except BaseException as error:  # noqa: BLE001 - the end of the line for all of them
        code = _explain(error)
    _settle_output()
    return code


class _Terminated(BaseException):
    """A request to end came as a signal; unwinding removes what is half written."""


@contextlib.contextmanager
def _termination_raises() -> Generator[None]:
    """While inside, SIGTERM and SIGHUP unwind the stack as Ctrl-C does."""

    def unwind(_number: int, _frame: FrameType | None) -> None:
        raise _Terminated

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []  # Python lets only the main thread set handlers
    # What is ignored stays ignored: that is how nohup works.
    previous = {n: signal.getsignal(n) for n in numbers if signal.getsignal(n) != signal.SIG_IGN}
    for number in previous:
        signal.signal(number, unwind)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _explain(error: BaseException) -> int:
    """Says what `error` means where that needs saying, and returns its exit code."""
    match error:
        case typer.Exit():
            return error.exit_code
        case SystemExit():
            return error.code if isinstance(error.code, int) else Outcome.DONE
        case KeyboardInterrupt() | typer.Abort():
            complain("interrupted")
            return Outcome.INTERRUPTED
        case _Terminated():
            complain("terminated")
            return Outcome.TERMINATED
        case BrokenPipeError() if _reader_is_gone():
            return Outcome.DONE
        case TyperException():
            _explain_usage(error)
            return error.exit_code
        case Problem():
            return error.tell()
        case RrdError() | OSError():
            problem = Problem.of(error)
            problem.__cause__ = error
            return problem.tell()
        case MemoryError():
            complain("out of memory")
        case _:
            complain(
                f"internal error: {type(error).__name__}: {error}; "
                "this is a defect of rrd, not of your data: please report it with --debug"
            )
    if session.debug:
        traceback.print_exception(error)
    return Outcome.FAILED


def _explain_usage(error: TyperException) -> None:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    if message.startswith("Usage:"):  # no arguments at all: the message is the whole help
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{message}\n")
        return
    sentence = " ".join(message.split()).rstrip(".")
    advice = "" if context is None else f"; see `{context.command_path} --help`"
    complain(sentence[:1].lower() + sentence[1:] + advice)


def _reader_is_gone() -> bool:
    """Whether standard output is a pipe or socket that nobody reads any more."""
    if not hasattr(select, "poll"):  # Windows: no way to ask, and hardly another broken pipe
        return True
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    poller = select.poll()
    poller.register(descriptor, select.POLLOUT)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poller.poll(0))


def _settle_output() -> None:
    """Writes what is buffered, or drops it, so that the interpreter finds nothing left to fail."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
