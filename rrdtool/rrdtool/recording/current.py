"""Which recording stream is meant: the given one, this thread's, or the process's.

Threads and the process hold pipelines, not streams: a stream that was made current stays alive
although nobody else refers to it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "forget_all",
    "global_pipeline",
    "pipeline_of",
    "required_pipeline",
    "swap_global",
    "swap_thread_local",
    "thread_local_pipeline",
]


class _Process:
    pipeline: Pipeline | None = None


class _Thread(threading.local):
    pipeline: Pipeline | None = None


_process = _Process()
_thread = _Thread()


def pipeline_of(recording: RecordingStream | None) -> Pipeline | None:
    """The pipeline behind a stream; of the current stream, if there is one, for None."""
    if recording is not None:
        return recording.to_native()
    return _thread.pipeline or _process.pipeline


def required_pipeline(recording: RecordingStream | None, function: str) -> Pipeline:
    """As `pipeline_of`, for functions that mean nothing without a stream.

    Raises:
        RuntimeError: If there is no stream.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None:
        raise RuntimeError(f"{function} needs a recording stream: call `init` first")
    return pipeline


def global_pipeline() -> Pipeline | None:
    """The current pipeline of the process."""
    return _process.pipeline


def thread_local_pipeline() -> Pipeline | None:
    """The current pipeline of this thread."""
    return _thread.pipeline


def swap_global(pipeline: Pipeline | None) -> Pipeline | None:
    """Makes a pipeline, or none, the current one of the process; returns the one before."""
    before, _process.pipeline = _process.pipeline, pipeline
    return before


def swap_thread_local(pipeline: Pipeline | None) -> Pipeline | None:
    """Makes a pipeline, or none, the current one of this thread; returns the one before."""
    before, _thread.pipeline = _thread.pipeline, pipeline
    return before


def forget_all() -> None:
    """Leaves the process and this thread, the only one in a forked child, without a pipeline."""
    _process.pipeline = _thread.pipeline = None
