"""Where a recording stream's messages go: its sinks, or a backlog while it has none yet.

Only the worker thread of the stream touches an outlet. A sink that fails is reported, closed and
left out from then on: a full disk must not stop the program, nor the other sinks.
"""

from __future__ import annotations

import contextlib
import sys
from functools import cached_property, partial
from typing import TYPE_CHECKING

from rrdformats.messages import StoreInfo, StoreSource
from rrdformats.properties import is_property_path
from rrdtool.recording.batcher_config import FILE_TICK_SEC
from rrdtool.recording.environment import logger
from rrdtool.sinks.base import StoreChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from rrdformats.messages import StoreId
    from rrdtool.sinks.base import Message, Sink, SinkSpec

__all__ = ["Outlet"]


class Outlet:
    """The sinks of one stream, and what waits for the first one."""

    def __init__(self, store_id: StoreId) -> None:
        self._store_id = store_id
        self._is_fresh = True
        self._sinks: list[Sink] = []
        self._places: set[Hashable] = set()
        self._backlog: list[Message] | None = []
        self._failures: list[str] = []
        self.tick_sec: float = FILE_TICK_SEC
        """Longest wait of a row that suits all sinks (seconds)."""

    @cached_property
    def _store_info(self) -> StoreInfo:
        from rrdformats.writer import FORMAT_VERSION  # loads Arrow, which a sink needs anyway

        *_, level, serial = sys.version_info
        suffix = "" if level == "final" else f"{level}{serial}"
        source = StoreSource.python(sys.version_info[:3], suffix)
        return StoreInfo(self._store_id, source, FORMAT_VERSION)

    def warn_of_backlog(self) -> None:
        """Warns if data never came to a sink; the start time alone is none."""
        waiting = [
            message
            for message in self._backlog or ()
            if isinstance(message, StoreChunk)
            and not is_property_path(str(message.encoded.chunk.entity_path))
        ]
        if waiting:
            logger.warning(
                "%d chunks of the %s were never written: it has had no sink since they were logged",
                len(waiting),
                self._store_id,
            )

    def send(self, message: Message) -> None:
        """Sends to all sinks; keeps the message if there has been none yet."""
        if self._backlog is not None:
            self._backlog.append(message)
        for sink in self._sinks.copy():
            self._try(sink, partial(sink.send, message))

    def attach(self, specs: Sequence[SinkSpec], prelude: Sequence[Message]) -> None:
        """Replaces all sinks; the new ones get the prelude, the store's info and the backlog.

        Without any sink what is sent from now on is dropped.

        Raises:
            RuntimeError: If a sink cannot be opened; then the sinks stay as they were.
        """
        places = {spec.identity() for spec in specs}
        if places & self._places:  # an old file must be finished before it is emptied
            self.disconnect()
        opened = _opened(specs)
        self._close_all()
        self._sinks, self._places = opened, places
        self.tick_sec = max((sink.tick_sec for sink in opened), default=FILE_TICK_SEC)
        backlog, self._backlog = self._backlog or [], None
        # The first sink is told twice what the store is, like the reference's.
        infos = [self._store_info] * (2 if self._is_fresh else 1)
        self._is_fresh = False
        for message in (*prelude, *infos, *backlog):
            self.send(message)

    def finish_files(self) -> None:
        """Closes the sinks that end with a block; without any left, messages wait again."""
        files = [sink for sink in self._sinks if sink.ends_with_block]
        for sink in files:
            self._close(sink)
        if files and not self._sinks:
            self._backlog = []

    def disconnect(self) -> None:
        """Closes all sinks; messages wait again."""
        self._close_all()
        if self._backlog is None:
            self._backlog = []

    def flush(self, timeout: float | None) -> None:
        """Has every sink flush; one that only needs longer stays.

        Raises:
            RuntimeError: If a sink has failed since the last call, or needs longer; names it.
        """
        late: list[str] = []
        for sink in self._sinks.copy():
            self._try(sink, partial(_flush, sink, timeout, late))
        self.raise_failures()
        if late:
            raise RuntimeError("; ".join(late))

    def raise_failures(self) -> None:
        """Raises what went wrong since the last call.

        Raises:
            RuntimeError: If a sink has failed; names it.
        """
        failures, self._failures = self._failures, []
        if failures:
            raise RuntimeError("; ".join(failures))

    def _close_all(self) -> None:
        for sink in self._sinks.copy():
            self._close(sink)

    def _close(self, sink: Sink) -> None:
        self._sinks.remove(sink)
        try:
            sink.close()
        except Exception as error:  # noqa: BLE001 - whatever a sink raises is its failure
            self._note(sink, error)

    def _try(self, sink: Sink, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever a sink raises is its failure
            self._note(sink, error)
            self._sinks.remove(sink)
            with contextlib.suppress(Exception):  # it is broken already, and reported
                sink.close()

    def _note(self, sink: Sink, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        failure = f"cannot write to the {sink.name}: {reason}"
        self._failures.append(failure)
        logger.error("%s; what is logged does not reach it any more", failure)


def _opened(specs: Sequence[SinkSpec]) -> list[Sink]:
    """All sinks, or none."""
    opened: list[Sink] = []
    try:
        for spec in specs:
            opened.append(spec.open_sink())  # noqa: PERF401 - those before must be closed
    except BaseException:
        for sink in opened:
            sink.close()
        raise
    return opened


def _flush(sink: Sink, timeout: float | None, late: list[str]) -> None:
    try:
        sink.flush(timeout)
    except TimeoutError as error:
        late.append(str(error))
