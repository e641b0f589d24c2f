"""`RecordingStream`: the handle of a recording, with every logging function as a method."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

from rrdtool.recording import (
    log,
    opening,
    properties,
    times,
)
from rrdtool.recording.current import swap_global, swap_thread_local
from rrdtool.recording.environment import switch
from rrdtool.recording.indexes import AUTO_INDEX
from rrdtool.recording.lifecycle import watch_process
from rrdtool.recording.pipeline import Pipeline
from rrdtool.recording.rows import LOG_TICK, LOG_TIME
from rrdtool.recording.seeds import seed_examples

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from types import TracebackType
    from typing import Self
    from uuid import UUID

    import numpy as np
    import pyarrow as pa

    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.model.described import ComponentColumn
    from rrdtool.model.protocols import TimeColumnLike
    from rrdtool.recording.batcher_config import ChunkBatcherConfig
    from rrdtool.recording.bundles import Bundle
    from rrdtool.recording.indexes import Index
    from rrdtool.sinks.base import SinkSpec
    from rrdtool.sinks.memory import BinaryStream, MemoryRecording

__all__ = ["RecordingStream"]

_LONG = 1e38


class RecordingStream:
    """A recording: what is logged to it goes to its sinks, in the background.

    Args:
        application_id: Name of the application; recordings of one application belong together.
        recording_id: Id of the recording; a fresh one unless given.
        make_default: Whether it becomes the current recording of the process.
        make_thread_default: Whether it becomes the current recording of this thread.
        default_enabled: Whether anything is recorded, unless the variable `RERUN` decides.
        send_properties: Whether the start time is noted as a property.
        batcher_config: When rows become chunks.

    A new stream keeps what is logged until it gets a sink. As a context manager it is the current
    recording of the thread; when the block is left its files are finished.

    Raises:
        ValueError: If the application id is empty.
        TypeError: If it is no text.
    """

    __slots__ = ("__weakref__", "_entered", "_pipeline")

    def __init__(
        self,
        application_id: str,
        *,
        recording_id: str | UUID | None = None,
        make_default: bool = False,
        make_thread_default: bool = False,
        default_enabled: bool = True,
        send_properties: bool = True,
        batcher_config: ChunkBatcherConfig | None = None,
    ) -> None:
        pipeline = Pipeline(
            application_id,
            uuid.uuid4().hex if recording_id is None else str(recording_id),
            enabled=switch("RERUN", default_enabled),
            config=batcher_config,
        )
        self._hold(pipeline)
        watch_process()
        seed_examples(application_id)
        if send_properties:
            properties.append_start_time(self._pipeline)
        if make_default:
            swap_global(self._pipeline)
        if make_thread_default:
            swap_thread_local(self._pipeline)

    @classmethod
    def of_pipeline(cls, pipeline: Pipeline) -> Self:
        """Another handle of a recording that exists."""
        stream = cls.__new__(cls)
        stream._hold(pipeline)  # noqa: SLF001 - a stream of its own class
        return stream

    def _hold(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._entered: list[Pipeline | None] = []

    def to_native(self) -> Pipeline:
        """The core of the recording, which all its handles share."""
        return self._pipeline

    def __enter__(self) -> Self:
        self._entered.append(swap_thread_local(self._pipeline))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        swap_thread_local(self._entered.pop())
        try:
            self._pipeline.finish_files()
        except RuntimeError:
            if error is None:  # else that is what the user has to know; this one is logged already
                raise

    def get_application_id(self) -> str | None:
        """Name of the application; None if nothing is recorded."""
        return self._pipeline.application_id

    def get_recording_id(self) -> str | None:
        """Id of the recording; None if nothing is recorded."""
        return self._pipeline.recording_id

    def is_enabled(self) -> bool:
        """Whether anything that is logged goes anywhere."""
        return self._pipeline.enabled

    def flush(self, *, timeout_sec: float = _LONG) -> None:
        """Waits until everything that this thread has logged has left the process.

        Args:
            timeout_sec: Longest wait (seconds); zero only starts it.

        Raises:
            RuntimeError: If it takes longer, or a sink has failed; names the sink.
        """
        self._pipeline.flush(math.inf if timeout_sec >= _LONG else timeout_sec)

    def set_log_time_enabled(self, enabled: bool) -> None:
        """Says whether rows get the wall clock as their time on `log_time`."""
        self._pipeline.set_automatic(LOG_TIME, enabled)

    def set_log_tick_enabled(self, enabled: bool) -> None:
        """Says whether rows get the number of the call as their time on `log_tick`."""
        self._pipeline.set_automatic(LOG_TICK, enabled)

    def log(
        self,
        entity_path: str | list[Any],
        entity: Bundle,
        *extra: Bundle,
        static: bool = False,
        strict: bool | None = None,
    ) -> None:
        """As the function `log`, on this recording."""
        log.log(entity_path, entity, *extra, static=static, recording=self, strict=strict)

    def send_columns(
        self,
        entity_path: str,
        indexes: Iterable[TimeColumnLike],
        columns: Iterable[ComponentColumn],
        *,
        strict: bool | None = None,
    ) -> None:
        """As the function `send_columns`, on this recording."""
        from rrdtool.recording.columns import send_columns

        send_columns(entity_path, indexes, columns, strict=strict, recording=self)

    def send_record_batch(
        self, batch: pa.RecordBatch, *, index: Index = AUTO_INDEX, entity_path: str | None = None
    ) -> None:
        """As the function `send_record_batch`, on this recording."""
        from rrdtool.recording.frames import send_record_batch

        send_record_batch(batch, index=index, entity_path=entity_path, recording=self)

    def send_dataframe(
        self, df: Any, *, index: Index = AUTO_INDEX, entity_path: str | None = None
    ) -> None:
        """As the function `send_dataframe`, on this recording."""
        from rrdtool.recording.frames import send_dataframe

        send_dataframe(df, index=index, entity_path=entity_path, recording=self)

    def send_chunks(self, chunks: Any) -> None:
        """As the function `send_chunks`, on this recording."""
        from rrdtool.recording.chunks import send_chunks

        send_chunks(chunks, recording=self)

    def send_recording(self, recording: Any) -> None:
        """As the function `send_recording`, on this recording."""
        from rrdtool.recording.chunks import send_recording

        send_recording(recording, recording=self)

    def send_property(self, name: str, values: Bundle) -> None:
        """As the function `send_property`, on this recording."""
        properties.send_property(name, values, recording=self)

    def send_recording_name(self, name: str) -> None:
        """As the function `send_recording_name`, on this recording."""
        properties.send_recording_name(name, recording=self)

    def send_recording_start_time_nanos(self, nanos: int) -> None:
        """As the function `send_recording_start_time_nanos`, on this recording."""
        properties.send_recording_start_time_nanos(nanos, recording=self)

    def set_time(
        self,
        timeline: str,
        *,
        sequence: int | None = None,
        duration: float | timedelta | np.timedelta64 | None = None,
        timestamp: float | datetime | np.datetime64 | None = None,
    ) -> None:
        """As the function `set_time`, on this recording."""
        times.set_time(
            timeline, sequence=sequence, duration=duration, timestamp=timestamp, recording=self
        )

    def disable_timeline(self, timeline: str) -> None:
        """As the function `disable_timeline`, on this recording."""
        times.disable_timeline(timeline, recording=self)

    def reset_time(self) -> None:
        """As the function `reset_time`, on this recording."""
        times.reset_time(recording=self)

    def save(
        self,
        path: str | os.PathLike[str],
        default_blueprint: BlueprintLike | None = None,
        *,
        write_footer: bool = True,
    ) -> None:
        """As the function `save`, on this recording."""
        opening.save(path, default_blueprint, write_footer=write_footer, recording=self)

    def stdout(
        self, default_blueprint: BlueprintLike | None = None, *, write_footer: bool = True
    ) -> None:
        """As the function `stdout`, on this recording."""
        opening.stdout(default_blueprint, write_footer=write_footer, recording=self)

    def set_sinks(self, *sinks: SinkSpec, default_blueprint: BlueprintLike | None = None) -> None:
        """As the function `set_sinks`, on this recording."""
        opening.set_sinks(*sinks, default_blueprint=default_blueprint, recording=self)

    def memory_recording(self) -> MemoryRecording:
        """As the function `memory_recording`, on this recording."""
        return opening.memory_recording(recording=self)

    def binary_stream(self) -> BinaryStream:
        """As the function `binary_stream`, on this recording."""
        return opening.binary_stream(recording=self)

    def disconnect(self) -> None:
        """As the function `disconnect`, on this recording."""
        opening.disconnect(recording=self)

    def send_blueprint(
        self, blueprint: BlueprintLike, *, make_active: bool = True, make_default: bool = True
    ) -> None:
        """As the function `send_blueprint`, on this recording."""
        from rrdtool.recording.blueprints import send_blueprint

        send_blueprint(
            blueprint, make_active=make_active, make_default=make_default, recording=self
        )

    def connect_grpc(
        self, url: str | None = None, *, default_blueprint: BlueprintLike | None = None
    ) -> None:
        """As the function `connect_grpc`, on this recording."""
        from rrdtool.recording.viewer import connect_grpc

        connect_grpc(url, default_blueprint=default_blueprint, recording=self)

    def serve_grpc(
        self,
        *,
        grpc_port: int | None = None,
        default_blueprint: BlueprintLike | None = None,
        server_memory_limit: str = "1GiB",
        newest_first: bool = False,
        cors_allow_origin: list[str] | None = None,
    ) -> str:
        """As the function `serve_grpc`, on this recording."""
        from rrdtool.recording.viewer import serve_grpc

        return serve_grpc(
            grpc_port=grpc_port,
            default_blueprint=default_blueprint,
            server_memory_limit=server_memory_limit,
            newest_first=newest_first,
            cors_allow_origin=cors_allow_origin,
            recording=self,
        )

    def spawn(
        self,
        *,
        port: int = 9876,
        connect: bool = True,
        memory_limit: str = "75%",
        hide_welcome_screen: bool = False,
        detach_process: bool = True,
        default_blueprint: BlueprintLike | None = None,
    ) -> None:
        """As the function `spawn`, on this recording."""
        from rrdtool.recording.viewer import spawn

        spawn(
            port=port,
            connect=connect,
            memory_limit=memory_limit,
            hide_welcome_screen=hide_welcome_screen,
            detach_process=detach_process,
            default_blueprint=default_blueprint,
            recording=self,
        )

    def log_file_from_path(
        self,
        file_path: str | os.PathLike[str],
        *,
        entity_path_prefix: str | None = None,
        static: bool = False,
    ) -> None:
        """As the function `log_file_from_path`, on this recording."""
        from rrdtool.recording.files import log_file_from_path

        log_file_from_path(
            file_path, entity_path_prefix=entity_path_prefix, static=static, recording=self
        )

    def log_file_from_contents(
        self,
        file_path: str | os.PathLike[str],
        file_contents: bytes,
        *,
        entity_path_prefix: str | None = None,
        static: bool = False,
    ) -> None:
        """As the function `log_file_from_contents`, on this recording."""
        from rrdtool.recording.files import log_file_from_contents

        log_file_from_contents(
            file_path,
            file_contents,
            entity_path_prefix=entity_path_prefix,
            static=static,
            recording=self,
        )

    def notebook_show(
        self,
        *,
        width: int | None = None,
        height: int | None = None,
        blueprint: BlueprintLike | None = None,
    ) -> None:
        """As the function `notebook_show`, on this recording."""
        from rrdtool.recording.notebook import notebook_show

        notebook_show(width=width, height=height, blueprint=blueprint, recording=self)
