"""What `rrd compare` and `rrd diff` have in common: two inputs, and three ways to end.

They end like `cmp` and `diff`: 0 if the recordings are the same, 1 if they differ, 2 if there was
trouble, whatever the trouble. With `--lossy` damage is no trouble: then 3 says that what could be
read is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from rrdformats.errors import NotRrdError, RrdError
from rrdtool.cli.editing import readable_inputs, refusals_told
from rrdtool.cli.inputs import open_recording
from rrdtool.cli.outcome import Outcome, Problem, about
from rrdtool.cli.sentences import complain

if TYPE_CHECKING:
    from rrdformats.reader import Recording

__all__ = ["Damaged", "compare_inputs"]

Damaged = Callable[[str, RrdError], None]
"""Told the name of an input, and what of it cannot be read."""


def compare_inputs(
    a: str, b: str, work: Callable[[Recording, Recording, Damaged | None], bool], *, lossy: bool
) -> Outcome:
    """Opens two inputs, does `work` on them, and returns how that ended.

    Args:
        a: The first, as it stood on the command line.
        b: The second.
        work: Compares them, shows what it found, and tells whether they are the same. What it gets
            besides is to be told of damage; None if damage is to be raised.
        lossy: Whether damage is accepted.
    """
    from rrdtool.operations.edit_inputs import InputError

    damage: list[RrdError] = []

    def damaged(name: str, error: RrdError) -> None:
        damage.append(error)
        complain(f"{name}: {error}; what can be read is compared")

    try:
        with ExitStack() as stack, refusals_told():
            recordings = []
            for item in readable_inputs([a, b]):
                with about(item.name):
                    recordings.append(stack.enter_context(open_recording(item)))
            with about(f"{a} and {b}"):
                same = work(recordings[0], recordings[1], damaged if lossy else None)
    except Problem as problem:
        cause = problem.__cause__
        if isinstance(cause, InputError) and not isinstance(cause.error, NotRrdError):
            problem.advice = "--lossy compares what can be read"
        problem.tell()
        return Outcome.USAGE
    if not same:
        return Outcome.FAILED
    return Outcome.LOSS if damage else Outcome.DONE
