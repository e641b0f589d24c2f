"""The worker thread of a recording stream: collects rows, makes chunks of them, feeds the sinks.

Threads that log append to a queue and go on; they wait only if far more is queued than memory
should hold. Everything else is done by the worker: it alone touches the rows collected so far and
the outlet, so that nothing needs a lock. What other threads want of it (a flush, another sink) they
put into the same queue, behind the rows they logged before, and wait for the answer.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rrdformats.tuid import Tuid
from rrdtool.recording.batcher_config import ChunkBatcherConfig, tick_is_set
from rrdtool.recording.encoding import ChunkEncoder
from rrdtool.recording.environment import logger
from rrdtool.recording.outlet import Outlet
from rrdtool.sinks.base import StoreChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from rrdformats.chunk import Chunk
    from rrdformats.messages import StoreId
    from rrdtool.recording.rows import Row

__all__ = ["Batcher"]

_HIGH_WATER = 16 << 20
"""Bytes that may wait in the queue before whoever logs has to wait.

A waiting thread leaves the interpreter to the worker, which is faster than taking turns with it."""

_PATIENCE_SEC = 0.5
"""How often a waiting thread looks whether the worker is still alive."""


@dataclass(slots=True)
class _Collected:
    """Rows of one entity that are to become chunks."""

    rows: list[Row] = field(default_factory=list)
    size: int = 0
    last_time: int = 0
    """Time of the newest row id, which later ones must not fall behind (ns)."""


class _Order:
    """Something that the worker shall do when it has come to this place in the queue."""

    __slots__ = ("_action", "done", "error")

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self.done = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._action()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            self.error = error
        finally:
            self.done.set()


class _Bell:
    """Wakes the worker up; it can be rung anywhere, even by a destructor that logs something."""

    __slots__ = ("_rings",)

    def __init__(self) -> None:
        self._rings: SimpleQueue[None] = SimpleQueue()

    def ring(self) -> None:
        self._rings.put(None)

    def wait(self, timeout: float | None) -> None:
        """Waits until it is rung, at most `timeout` seconds; many rings count as one."""
        with contextlib.suppress(Empty):
            self._rings.get(timeout=timeout)
            while True:
                self._rings.get_nowait()


_Item: TypeAlias = "Row | _Order | Chunk"


class Batcher:
    """Queue and worker of one stream.

    Args:
        store_id: The store that is recorded.
        config: When to make chunks; what suits the sinks, unless given.
    """

    def __init__(self, store_id: StoreId, config: ChunkBatcherConfig | None) -> None:
        self._store_id = store_id
        self._config = config or ChunkBatcherConfig()
        self._max_bytes = self._config.flush_num_bytes
        self._max_rows = self._config.flush_num_rows
        self._tick_follows_sinks = config is None and not tick_is_set()
        self._outlet = Outlet(store_id)
        self._queue: deque[_Item] = deque()
        self._pending = 0
        self._collected: dict[str, _Collected] = {}
        self._encoder = ChunkEncoder()
        self._kinds: dict[str, object] = {}
        self._row_counter = Tuid.new().inc
        self._holds_rows = False
        self._deadline = math.inf
        self._bell = _Bell()
        self._room = threading.Event()
        self._working = threading.Lock()
        self._idle = False
        self._stopping = False
        self._abandoned = False
        # Arrow loads pandas when it first makes an array, and pandas loads this module, which is
        # impossible once the interpreter is going down: when the last rows are encoded.
        importlib.import_module("concurrent.futures.thread")
        self._thread = threading.Thread(target=self._run, name="rrdtool batcher", daemon=True)
        self._thread.start()

    # The side of the threads that log.

    def append(self, row: Row) -> None:
        """Queues a row; returns at once unless too much waits already."""
        self._queue.append(row)
        # Threads may overwrite each other's sum: it is an estimate, and set to zero ever again.
        self._pending = pending = self._pending + row[-1]
        if self._idle or pending >= self._max_bytes or len(self._queue) >= self._max_rows:
            self._nudge()

    def append_chunk(self, chunk: Chunk) -> None:
        """Queues a chunk, which is written as it is; waits before, if too much is queued."""
        self._nudge()
        self._queue.append(chunk)
        self._pending += chunk.heap_size
        self._bell.ring()

    def perform(self, action: Callable[[Outlet], None], timeout: float | None = None) -> None:
        """Has the worker make chunks of all that is queued, and then do something.

        Raises:
            Exception: What `action` raises.
            TimeoutError: If it is not done after `timeout` seconds; it will be done later.
        """
        order = _Order(lambda: self._settle_and(action))
        self._queue.append(order)
        self._bell.ring()
        if threading.current_thread() is self._thread:  # garbage was collected here
            return
        until = math.inf if timeout is None else time.monotonic() + timeout
        while not order.done.wait(min(_PATIENCE_SEC, max(0.0, until - time.monotonic()))):
            if self._abandoned:
                return
            if not self._thread.is_alive():
                self._drain()  # the interpreter is going down, or the worker has been stopped
            elif time.monotonic() >= until:
                raise TimeoutError
        if order.error is not None:
            raise order.error

    def start(self, action: Callable[[Outlet], None]) -> None:
        """As `perform`, without waiting for it; errors are only logged."""
        self._queue.append(_Order(lambda: self._settle_and(action)))
        self._bell.ring()

    def close(self) -> None:
        """Writes what is queued, closes all sinks and ends the worker."""
        if not self._abandoned:
            self.perform(self._conclude)

    def pause(self, timeout: float) -> bool:
        """Keeps the worker from working on, once it is done with what it is at.

        A process that forks while another thread imports a module or holds a lock has a child in
        which that never ends.

        Args:
            timeout: Longest wait (seconds).

        Returns:
            Whether it pauses; then `resume` must be called.
        """
        if threading.current_thread() is self._thread:
            return False
        return self._working.acquire(timeout=timeout)

    def resume(self) -> None:
        """Lets the worker work on."""
        self._working.release()

    def abandon(self) -> None:
        """Gives up everything without touching it: the worker and the sinks are the parent's."""
        self._abandoned = True

    def _nudge(self) -> None:
        self._idle = False
        self._bell.ring()
        if threading.current_thread() is self._thread:  # it reports something by way of logging
            return
        while self._pending > _HIGH_WATER and self._thread.is_alive() and not self._abandoned:
            self._room.clear()
            if self._pending > _HIGH_WATER:
                self._room.wait(_PATIENCE_SEC)

    # The side of the worker.

    def _run(self) -> None:
        while not self._stopping:
            self._sleep()
            try:
                with self._working:
                    self._drain()
                    if time.monotonic() >= self._deadline:
                        self._emit_all()
            except Exception:  # noqa: BLE001 - without this thread nothing would be recorded at all
                logger.exception("rows could not be recorded")
                self._bell.ring()  # there may be more in the queue

    def _sleep(self) -> None:
        """Waits until something is due."""
        if self._holds_rows:
            self._bell.wait(self._time_left())
        else:
            self._idle = True  # the next row wakes this thread up, and starts the clock
            if not self._queue:
                self._bell.wait(None)
        self._idle = False

    def _time_left(self) -> float | None:
        if math.isinf(self._deadline):
            return None
        return max(0.0, min(self._deadline - time.monotonic(), threading.TIMEOUT_MAX))

    def _drain(self) -> None:
        """Takes everything out of the queue that is in it now."""
        self._pending = 0
        self._room.set()
        pop, collected = self._queue.popleft, self._collected
        for _ in range(len(self._queue)):
            item = pop()
            if type(item) is not tuple:
                self._take(item)
                continue
            found = collected.get(item[0])
            if found is None:
                found = collected[item[0]] = _Collected()
            found.rows.append(item)
            found.size += item[-1]
            if found.size >= self._max_bytes or len(found.rows) >= self._max_rows:
                self._emit(item[0], found)
            elif not self._holds_rows:
                self._start_clock()

    def _start_clock(self) -> None:
        """Says until when the rows that are held now must have become chunks."""
        tick = self._config.tick_sec
        if self._tick_follows_sinks:
            tick = min(tick, self._outlet.tick_sec)
        self._holds_rows = True
        self._deadline = time.monotonic() + tick

    def _take(self, item: Any) -> None:
        if isinstance(item, _Order):
            item.run()
            return
        try:
            encoded = self._encoder.encode(item)
        except Exception:  # noqa: BLE001 - whatever it is must not cost what comes behind
            logger.exception("a chunk of %s could not be encoded and is lost", item.entity_path)
        else:
            self._outlet.send(StoreChunk(self._store_id, encoded))

    def _emit_all(self) -> None:
        """Makes chunks of all rows."""
        for path, found in self._collected.items():
            if found.rows:
                self._emit(path, found)
        self._holds_rows = False
        self._deadline = math.inf

    def _emit(self, path: str, found: _Collected) -> None:
        """Makes chunks of the rows of one entity, and gives them their ids."""
        rows, found.rows, found.size = found.rows, [], 0
        self._check_kinds(rows)
        ids = np.empty((len(rows), 2), np.uint64)
        times = np.fromiter((row[2] for row in rows), np.int64, len(rows))
        times[0] = max(int(times[0]), found.last_time)
        np.maximum.accumulate(times, out=times)
        found.last_time = int(times[-1])
        ids[:, 0] = times
        ids[:, 1] = np.arange(self._row_counter + 1, self._row_counter + 1 + len(rows))
        self._row_counter += len(rows)
        self._encode(path, rows, ids)

    def _encode(self, path: str, rows: Sequence[Row], ids: npt.NDArray[np.uint64]) -> None:
        unsorted = self._config.chunk_max_rows_if_unsorted
        try:
            encoded = self._encoder.encode_rows(path, rows, ids, unsorted)
        except Exception:  # noqa: BLE001 - whatever it is must not cost the other rows
            if len(rows) == 1:
                logger.exception("a row of %s could not be encoded and is lost", path)
            else:  # only the rows that are to blame are lost
                for place in range(len(rows)):
                    self._encode(path, rows[place : place + 1], ids[place : place + 1])
            return
        for chunk in encoded:
            self._outlet.send(StoreChunk(self._store_id, chunk))

    def _check_kinds(self, rows: Iterable[Row]) -> None:
        """Warns where a timeline that counted one thing now counts another."""
        for timelines in {id(row[1][0]): row[1][0] for row in rows if row[1] is not None}.values():
            for timeline in timelines:
                if self._kinds.setdefault(timeline.name, timeline.kind) is not timeline.kind:
                    self._kinds[timeline.name] = timeline.kind
                    logger.warning(
                        "the timeline %r changes what it counts; recordings with such a "
                        "timeline are hard to read",
                        timeline.name,
                    )

    def _settle_and(self, action: Callable[[Outlet], None]) -> None:
        self._emit_all()
        action(self._outlet)

    def _conclude(self, outlet: Outlet) -> None:
        self._stopping = True
        outlet.disconnect()
        outlet.warn_of_backlog()
