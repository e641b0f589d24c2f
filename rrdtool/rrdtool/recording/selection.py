"""Choosing and asking for the current recording; running code with one of its own."""

from __future__ import annotations

import functools
import inspect
import uuid
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rrdtool.recording.current import (
    global_pipeline,
    pipeline_of,
    swap_global,
    swap_thread_local,
    thread_local_pipeline,
)
from rrdtool.recording.rows import LOG_TICK, LOG_TIME
from rrdtool.recording.streams import RecordingStream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rrdtool.recording.pipeline import Pipeline

__all__ = [
    "get_application_id",
    "get_data_recording",
    "get_global_data_recording",
    "get_recording_id",
    "get_thread_local_data_recording",
    "is_enabled",
    "recording_stream_generator_ctx",
    "set_global_data_recording",
    "set_log_tick_enabled",
    "set_log_time_enabled",
    "set_thread_local_data_recording",
    "thread_local_stream",
]

_Function = TypeVar("_Function", bound="Callable[..., Any]")


def _stream(pipeline: Pipeline | None) -> RecordingStream | None:
    if pipeline is None or not pipeline.enabled:
        return None
    return RecordingStream.of_pipeline(pipeline)


def get_data_recording(recording: RecordingStream | None = None) -> RecordingStream | None:
    """The recording that logging functions use: the given one, this thread's, the process's."""
    return _stream(pipeline_of(recording))


def get_global_data_recording() -> RecordingStream | None:
    """The current recording of the process."""
    return _stream(global_pipeline())


def get_thread_local_data_recording() -> RecordingStream | None:
    """The current recording of this thread."""
    return _stream(thread_local_pipeline())


def set_global_data_recording(recording: RecordingStream | None) -> RecordingStream | None:
    """Makes a recording, or none, the current one of the process; returns the one before."""
    return _stream(swap_global(None if recording is None else recording.to_native()))


def set_thread_local_data_recording(recording: RecordingStream | None) -> RecordingStream | None:
    """Makes a recording, or none, the current one of this thread; returns the one before."""
    return _stream(swap_thread_local(None if recording is None else recording.to_native()))


def is_enabled(recording: RecordingStream | None = None) -> bool:
    """Whether anything that is logged goes anywhere."""
    pipeline = pipeline_of(recording)
    return pipeline is not None and pipeline.enabled


def get_application_id(recording: RecordingStream | None = None) -> str | None:
    """Name of the application that is recorded; None if nothing is."""
    pipeline = pipeline_of(recording)
    return None if pipeline is None else pipeline.application_id


def get_recording_id(recording: RecordingStream | None = None) -> str | None:
    """Id of the recording; None if nothing is recorded."""
    pipeline = pipeline_of(recording)
    return None if pipeline is None else pipeline.recording_id


def set_log_time_enabled(enabled: bool, recording: RecordingStream | None = None) -> None:
    """Says whether rows get the wall clock as their time on `log_time`."""
    pipeline = pipeline_of(recording)
    if pipeline is not None:
        pipeline.set_automatic(LOG_TIME, enabled)


def set_log_tick_enabled(enabled: bool, recording: RecordingStream | None = None) -> None:
    """Says whether rows get the number of the call as their time on `log_tick`."""
    pipeline = pipeline_of(recording)
    if pipeline is not None:
        pipeline.set_automatic(LOG_TICK, enabled)


def recording_stream_generator_ctx(func: _Function) -> _Function:
    """Keeps a `with recording:` block inside a generator from leaking to whoever iterates.

    While the generator is suspended, the caller has the current recording that it had before.

    Raises:
        ValueError: If the function is no generator function.
    """
    if not inspect.isgeneratorfunction(func):
        raise ValueError(f"{func!r} is no generator function")

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Generator[Any, Any, None]:
        generator = func(*args, **kwargs)
        outside = thread_local_pipeline()
        inside = outside
        resume = functools.partial(next, generator)
        try:
            while True:
                swap_thread_local(inside)
                try:
                    value = resume()
                except StopIteration:
                    return
                finally:
                    inside = swap_thread_local(outside)
                try:
                    sent = yield value
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - it is the generator's to handle
                    outside = thread_local_pipeline()
                    resume = functools.partial(generator.throw, error)
                else:
                    outside = thread_local_pipeline()
                    resume = functools.partial(generator.send, sent)
        finally:
            outside = thread_local_pipeline()
            swap_thread_local(inside)
            generator.close()
            swap_thread_local(outside)

    return cast("_Function", wrapped)


def thread_local_stream(application_id: str) -> Callable[[_Function], _Function]:
    """Runs a function with a recording of its own, fresh in each call."""

    def decorated(func: _Function) -> _Function:
        if inspect.isgeneratorfunction(func):

            @functools.wraps(func)
            def generate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
                with RecordingStream(application_id, recording_id=uuid.uuid4()):
                    return (yield from func(*args, **kwargs))

            return cast("_Function", recording_stream_generator_ctx(generate))

        @functools.wraps(func)
        def call(*args: Any, **kwargs: Any) -> Any:
            with RecordingStream(application_id, recording_id=uuid.uuid4()):
                return func(*args, **kwargs)

        return cast("_Function", call)

    return decorated
