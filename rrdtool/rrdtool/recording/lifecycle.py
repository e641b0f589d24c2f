"""The end of recordings: at exit, on request, and in forked processes.

A process that ends writes everything and finishes its files. A forked child starts without
recordings: what its parent has begun stays the parent's, files and worker threads included.
"""

from __future__ import annotations

import atexit
import functools
import os
from typing import TYPE_CHECKING, ClassVar, ParamSpec, TypeVar

from rrdtool.recording.current import forget_all
from rrdtool.recording.environment import logger
from rrdtool.recording.pipeline import Pipeline, live_pipelines

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "cleanup_if_forked_child",
    "rerun_shutdown",
    "shutdown_at_exit",
    "unregister_shutdown",
    "watch_process",
]

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


_LONGEST_PAUSE = 2.0
"""How long a fork waits for workers (seconds), each of which may be writing to a slow sink."""


class _Process:
    id = os.getpid()
    paused: ClassVar[list[Pipeline]] = []


def rerun_shutdown() -> None:
    """Writes everything that was logged, and finishes all files and connections.

    Recording streams can be used on: what is logged then waits for another sink. It happens by
    itself when the interpreter exits.
    """
    _for_all(Pipeline.disconnect)


def _at_exit() -> None:
    _for_all(Pipeline.conclude)


def _for_all(action: Callable[[Pipeline], None]) -> None:
    for pipeline in live_pipelines():
        try:
            action(pipeline)
        except Exception:  # noqa: BLE001 - one broken recording must not cost the others
            logger.exception("a recording could not be finished")


def unregister_shutdown() -> None:
    """Has the interpreter exit without finishing recordings."""
    watch_process()  # later calls do nothing
    atexit.unregister(_at_exit)


def shutdown_at_exit(func: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Calls `rerun_shutdown` when the function is left: for processes that skip their exit.

    Workers of `multiprocessing` are such processes.
    """

    @functools.wraps(func)
    def wrapped(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        try:
            return func(*args, **kwargs)
        finally:
            rerun_shutdown()

    return wrapped


def cleanup_if_forked_child() -> None:
    """Forgets the parent's recordings, if this is a forked process; it happens by itself."""
    if os.getpid() != _Process.id:
        _start_as_child()


def _pause_all() -> None:
    _Process.paused = [item for item in live_pipelines() if item.pause(_LONGEST_PAUSE)]


def _resume_all() -> None:
    paused, _Process.paused = _Process.paused, []
    for pipeline in paused:
        pipeline.resume()


def _forked() -> None:
    _resume_all()
    _start_as_child()


def _start_as_child() -> None:
    _Process.id = os.getpid()
    for pipeline in live_pipelines():
        pipeline.abandon()
    forget_all()


@functools.cache
def watch_process() -> None:
    """Has recordings finished at exit, and forgotten in forked processes, from now on."""
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_pause_all, after_in_parent=_resume_all, after_in_child=_forked)
