"""The core of a recording stream: identity, switches, and the way from rows to sinks.

`RecordingStream` objects are handles of a pipeline; when the last one goes, and no thread or
process has it as its current one, the pipeline writes what it holds and closes its sinks.
"""

from __future__ import annotations

import itertools
import math
import weakref
from typing import TYPE_CHECKING

from rrdformats.messages import (
    StoreId,
    StoreKind,
    normalized_application_id,
)
from rrdtool.recording.arguments import checked
from rrdtool.recording.batcher import Batcher
from rrdtool.recording.environment import logger, switch
from rrdtool.recording.rows import LOG_TICK, LOG_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rrdformats.chunk import Chunk
    from rrdtool.recording.batcher_config import ChunkBatcherConfig
    from rrdtool.recording.outlet import Outlet
    from rrdtool.recording.rows import Row
    from rrdtool.sinks.base import Message, SinkSpec

__all__ = ["Pipeline", "live_pipelines"]

_live: dict[int, weakref.ref[Pipeline]] = {}


def live_pipelines() -> list[Pipeline]:
    """All pipelines of the process that somebody still refers to."""
    found = [reference() for reference in list(_live.values())]
    return [pipeline for pipeline in found if pipeline is not None]


class Pipeline:
    """One stream of rows into one store.

    Args:
        application_id: Name of the application.
        recording_id: Id of the recording, free text.
        enabled: False makes a pipeline that takes nothing.
        config: When rows become chunks.
        kind: Whether a recording or a blueprint is written.

    Attributes:
        key: What the times of a thread belong to: application and recording.
        ticks: Counts the calls of `log`.
        automatic: Which timelines each row gets by itself: `LOG_TIME | LOG_TICK`.
    """

    def __init__(
        self,
        application_id: str,
        recording_id: str,
        *,
        enabled: bool = True,
        config: ChunkBatcherConfig | None = None,
        kind: StoreKind = StoreKind.RECORDING,
    ) -> None:
        self.store_id: StoreId = StoreId(
            kind, recording_id, _checked_application_id(application_id)
        )
        self.key: tuple[str, str] = self.store_id.application_id or "", recording_id
        self.ticks: itertools.count[int] = itertools.count()
        self.automatic: int = 0
        self.set_automatic(LOG_TIME, switch("RERUN_LOG_TIME", default=True))
        self.set_automatic(LOG_TICK, switch("RERUN_LOG_TICK", default=False))
        self._batcher: Batcher | None = None
        if enabled:
            self._batcher = Batcher(self.store_id, config)
            finalizer = weakref.finalize(self, _conclude, self._batcher, id(self))
            finalizer.atexit = False  # `lifecycle` closes all pipelines, in its own order
            _live[id(self)] = weakref.ref(self)

    @property
    def application_id(self) -> str | None:
        """Name of the application; None if nothing is recorded."""
        return self.store_id.application_id if self.enabled else None

    @property
    def recording_id(self) -> str | None:
        """Id of the recording; None if nothing is recorded."""
        return self.store_id.recording_id if self.enabled else None

    @property
    def enabled(self) -> bool:
        """Whether anything that is logged goes anywhere."""
        return self._batcher is not None

    def append(self, row: Row) -> None:
        """Takes a row; a disabled pipeline drops it."""
        if self._batcher is not None:
            self._batcher.append(row)

    def append_chunk(self, chunk: Chunk) -> None:
        """Takes a chunk, which is written as it is."""
        if self._batcher is not None:
            self._batcher.append_chunk(chunk)

    def append_messages(self, messages: Sequence[Message]) -> None:
        """Takes messages, those of another store included; they come behind what was logged."""
        if self._batcher is not None:
            self._batcher.start(lambda outlet: _send_all(outlet, messages))

    def set_automatic(self, flag: int, enabled: bool) -> None:
        """Switches an automatic timeline on or off."""
        self.automatic = self.automatic | flag if enabled else self.automatic & ~flag

    def attach(self, specs: Sequence[SinkSpec], prelude: Sequence[Message] = ()) -> None:
        """Replaces all sinks.

        Raises:
            RuntimeError: If one of the new sinks cannot be opened or written to; names it.
        """
        if self._batcher is not None:
            self._batcher.perform(lambda outlet: _attach(outlet, specs, prelude))

    def flush(self, timeout_sec: float = math.inf) -> None:
        """Waits until everything that was logged has left the process.

        Args:
            timeout_sec: Longest wait (seconds); zero only starts it.

        Raises:
            RuntimeError: If it takes longer, or a sink has failed; names the sink.
        """
        if math.isnan(timeout_sec) or timeout_sec < 0:
            raise RuntimeError(f"cannot flush within {timeout_sec} seconds")
        if self._batcher is None:
            return
        if timeout_sec == 0:
            self._batcher.start(lambda outlet: outlet.flush(0.0))
            return
        timeout = None if timeout_sec > _LONGEST_WAIT else timeout_sec
        try:
            self._batcher.perform(lambda outlet: outlet.flush(timeout), timeout)
        except TimeoutError as error:
            raise RuntimeError(f"flushing takes longer than {timeout_sec} seconds") from error

    def finish_files(self) -> None:
        """Writes everything, and ends the files among the sinks; other sinks stay.

        Raises:
            RuntimeError: If a sink has failed; names it.
        """
        if self._batcher is not None:
            self._batcher.perform(_finish_files)

    def disconnect(self) -> None:
        """Writes everything and closes all sinks; what is logged then waits for another one.

        Raises:
            RuntimeError: If a sink has failed; names it.
        """
        if self._batcher is not None:
            self._batcher.perform(_disconnect)

    def conclude(self) -> None:
        """As `disconnect`, when the process ends: warns of what never came to a sink."""
        if self._batcher is not None:
            self._batcher.perform(_disconnect)
            self._batcher.perform(lambda outlet: outlet.warn_of_backlog())

    def pause(self, timeout: float) -> bool:
        """Keeps the worker from working on; whether that came about, and `resume` must follow."""
        return self._batcher is not None and self._batcher.pause(timeout)

    def resume(self) -> None:
        """Lets the worker work on."""
        if self._batcher is not None:
            self._batcher.resume()

    def abandon(self) -> None:
        """Leaves everything to the parent of this forked process; disables the pipeline."""
        if self._batcher is not None:
            self._batcher.abandon()
            self._batcher = None


_LONGEST_WAIT = 1e9


def _checked_application_id(application_id: str) -> str:
    checked(application_id, str, "an application id")
    if not application_id:
        raise ValueError("an application id must not be empty")
    stored = normalized_application_id(application_id)
    if stored != application_id:
        logger.warning(
            "the application id %r has characters that are not allowed, or too many; it is "
            "stored as %r",
            application_id,
            stored,
        )
    return stored


def _conclude(batcher: Batcher, identity: int) -> None:
    """Ends a batcher whose pipeline nobody refers to any more."""
    _live.pop(identity, None)
    try:
        batcher.close()
    except Exception:  # noqa: BLE001 - nobody is there to catch it
        logger.exception("a recording could not be finished")


def _send_all(outlet: Outlet, messages: Sequence[Message]) -> None:
    for message in messages:
        outlet.send(message)


def _attach(outlet: Outlet, specs: Sequence[SinkSpec], prelude: Sequence[Message]) -> None:
    outlet.attach(specs, prelude)
    outlet.raise_failures()


def _finish_files(outlet: Outlet) -> None:
    outlet.finish_files()
    outlet.raise_failures()


def _disconnect(outlet: Outlet) -> None:
    outlet.disconnect()
    outlet.raise_failures()
