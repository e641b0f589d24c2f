"""Where to record to: `save`, `stdout`, `set_sinks`, `memory_recording`, `binary_stream` …

What concerns connections and viewers asks `rrdtool.sinks.grpc` for its sinks, and default
blueprints come from `rrdtool.recording.blueprints`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rrdtool.recording.blueprints import default_blueprint_messages
from rrdtool.recording.current import pipeline_of, required_pipeline
from rrdtool.recording.environment import logger
from rrdtool.sinks.base import SinkSpec
from rrdtool.sinks.file import FileSink
from rrdtool.sinks.memory import BinaryStream, MemoryRecording, MemoryStorage
from rrdtool.sinks.stdout import StdoutSink, stdout_is_terminal

if TYPE_CHECKING:
    import os

    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "binary_stream",
    "disconnect",
    "enabled_pipeline",
    "memory_recording",
    "save",
    "set_sinks",
    "stdout",
]


def enabled_pipeline(recording: RecordingStream | None, function: str) -> Pipeline | None:
    """The pipeline to work on; None, and a warning, if nothing is recorded at all."""
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        logging.getLogger().warning("rrdtool is disabled: %s() does nothing", function)
        return None
    return pipeline


def save(
    path: str | os.PathLike[str],
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
    *,
    write_footer: bool = True,
) -> None:
    """Records to a file from now on, with all that was logged before the first sink.

    The file is complete once the recording ends: when a `with` block of the stream is left, at
    `disconnect`, at exit. What has been flushed until then can be read at any time.

    Args:
        path: The file; it is created or emptied at once.
        default_blueprint: How viewers show the recording unless the user has decided otherwise.
        recording: The recording stream; the current one unless given.
        write_footer: False leaves out the footer, which readers then have to make up for.

    Raises:
        RuntimeError: If the file cannot be created; names it.
    """
    pipeline = enabled_pipeline(recording, "save")
    if pipeline is None:
        return
    if not write_footer:
        logger.warning("%s gets no footer: readers must scan it", path)
    sink = FileSink(path, write_footer=write_footer)
    pipeline.attach([sink], default_blueprint_messages(pipeline, default_blueprint))


def stdout(
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
    *,
    write_footer: bool = True,
) -> None:
    """Records to standard output from now on; a terminal is left in peace.

    Args:
        default_blueprint: How viewers show the recording unless the user has decided otherwise.
        recording: The recording stream; the current one unless given.
        write_footer: False leaves out the footer, which readers then have to make up for.

    Raises:
        RuntimeError: If nothing can be written.
    """
    pipeline = enabled_pipeline(recording, "stdout")
    if pipeline is None:
        return
    if stdout_is_terminal():
        logger.warning("standard output is a terminal: the recording is not written to it")
        return
    sink = StdoutSink(write_footer=write_footer)
    pipeline.attach([sink], default_blueprint_messages(pipeline, default_blueprint))


def set_sinks(
    *sinks: SinkSpec,
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> None:
    """Records to all of these from now on, and to nothing else; files before are finished.

    Args:
        sinks: `FileSink`, `GrpcSink`, `BinaryStream`; without any, nothing is recorded.
        default_blueprint: How viewers show the recording unless the user has decided otherwise.
        recording: The recording stream; the current one unless given.

    Raises:
        ValueError: If two sinks write to the same place.
        RuntimeError: If a sink cannot be opened; names it.
    """
    pipeline = enabled_pipeline(recording, "set_sinks")
    if pipeline is None:
        return
    known = set()
    for spec in sinks:
        _check_is_sink(spec)
        identity = spec.identity()
        if identity in known:
            raise ValueError(f"two sinks write to the same {identity}")
        known.add(identity)
    pipeline.attach(sinks, default_blueprint_messages(pipeline, default_blueprint))


def _check_is_sink(spec: object) -> None:
    if not isinstance(spec, SinkSpec):
        raise RuntimeError(f"{spec!r} is no sink")


def memory_recording(recording: RecordingStream | None = None) -> MemoryRecording:
    """Records to memory from now on, with all that was logged before the first sink.

    Raises:
        RuntimeError: If there is no recording stream.
    """
    pipeline = required_pipeline(recording, "memory_recording")
    storage = MemoryStorage("recording in memory", pipeline)
    pipeline.attach([storage])
    return MemoryRecording(storage)


def binary_stream(recording: RecordingStream | None = None) -> BinaryStream:
    """Records to memory from now on, to be read as a stream of RRD recordings.

    Raises:
        RuntimeError: If there is no recording stream.
    """
    pipeline = required_pipeline(recording, "binary_stream")
    storage = MemoryStorage("binary stream", pipeline)
    pipeline.attach([storage])
    return BinaryStream(storage)


def disconnect(recording: RecordingStream | None = None) -> None:
    """Finishes all files and connections; what is logged from now on waits for another sink.

    Raises:
        RuntimeError: If a sink has failed; names it.
    """
    pipeline = pipeline_of(recording)
    if pipeline is not None:
        pipeline.disconnect()
