"""What a server keeps, and who reads it.

Everything that arrives is kept for readers that come later, in bounded memory, and passed on to
those that are there. A reader that is slow slows down whoever sends. One that does not move at all
is left behind.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from rrdformats.quantities import format_size
from rrdtool.recording.environment import logger
from rrdtool.sinks.grpc.ranked import RankedPackets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rrdtool.sinks.grpc.messages import Packet

__all__ = ["History", "Reader"]

_AHEAD_BYTES = 64 << 20
"""How much may wait for a reader, besides what was there before it (bytes)."""

_STALLED_SEC = 10.0
"""A reader for which that much waits must take something within this time (seconds)."""


class Reader:
    """An iterator over packets, the first ones and those that arrive; ends when it is closed.

    Attributes:
        was_left_behind: Whether it has been ended for taking nothing.
    """

    def __init__(
        self,
        changed: threading.Condition,
        wants: Callable[[Packet], bool],
        early: Iterable[Packet],
        *,
        live_first: bool,
    ) -> None:
        self.was_left_behind: bool = False
        self._changed = changed
        self._wants = wants
        self._early = deque(filter(wants, early))
        self._live: deque[Packet] = deque()
        self._queues = (self._live, self._early) if live_first else (self._early, self._live)
        self._live_size = 0
        self._moved = time.monotonic()
        self._ends = False

    def __iter__(self) -> Iterator[Packet]:
        return self

    def __next__(self) -> Packet:
        with self._changed:
            self._moved = time.monotonic()
            self._changed.notify_all()
            while not any(self._queues) and not self._ends:
                self._changed.wait()
            queue = next(filter(None, self._queues), None)
            if queue is None or self.was_left_behind:
                raise StopIteration
            packet = queue.popleft()
            if queue is self._live:
                self._live_size -= packet.size
            self._moved = time.monotonic()
            return packet

    def offer(self, packet: Packet) -> None:
        """Adds what has arrived, if the reader wants such things."""
        if self._wants(packet) and not self._ends:
            self._live.append(packet)
            self._live_size += packet.size

    def finish(self) -> None:
        """Ends when all has been taken."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()

    def close(self) -> None:
        """Ends at once."""
        with self._changed:
            self._clear()

    def leave_behind(self) -> None:
        """Ends at once, as it takes nothing."""
        with self._changed:
            self.was_left_behind = True
            self._clear()

    @property
    def is_empty(self) -> bool:
        """Whether it has taken all there is."""
        return not any(self._queues)

    @property
    def is_behind(self) -> bool:
        """Whether too much waits for it."""
        return self._live_size > _AHEAD_BYTES

    def has_stalled(self, seconds: float) -> bool:
        """Whether it has taken nothing for so long."""
        return time.monotonic() - self._moved >= seconds

    def _clear(self) -> None:
        self._ends = True
        for queue in self._queues:
            queue.clear()
        self._live_size = 0
        self._changed.notify_all()


class History:
    """What a server keeps.

    Args:
        limit: Memory for it (bytes). Beyond it the oldest temporal data is dropped, then the
            oldest static data; store infos and blueprints stay.
        newest_first: Whether readers get live data first, and what was there before backwards.
    """

    def __init__(self, limit: int, *, newest_first: bool = False) -> None:
        self._limit = limit
        self._newest_first = newest_first
        self._changed = threading.Condition()
        self._kept = RankedPackets()
        self._readers: list[Reader] = []
        self._has_dropped = False
        self._is_closed = False

    def add(self, packet: Packet) -> bool:
        """Keeps a packet and passes it on; waits for readers that are behind.

        Returns:
            False if the server has ended.
        """
        with self._changed:
            self._wait_for_readers()
            if self._is_closed:
                return False
            self._kept.add(packet)
            self._drop()
            for reader in self._readers:
                reader.offer(packet)
            self._changed.notify_all()
            return True

    def follow(self, *, tables: bool) -> Reader:
        """A new reader, of tables or of messages; `forget` it in the end."""
        with self._changed:
            early = self._kept.newest_first() if self._newest_first else self._kept
            reader = Reader(
                self._changed,
                lambda packet: packet.is_table == tables,
                early,
                live_first=self._newest_first,
            )
            if self._is_closed:
                reader.close()
            self._readers.append(reader)
            return reader

    def forget(self, reader: Reader) -> None:
        """Ends a reader."""
        reader.close()
        with self._changed:
            if reader in self._readers:
                self._readers.remove(reader)
            self._changed.notify_all()

    def close(self, patience: float) -> None:
        """Takes nothing more; waits for readers as long as each takes something in that time."""
        with self._changed:
            self._is_closed = True
            for reader in self._readers:
                reader.finish()
            while any(not r.is_empty and not r.has_stalled(patience) for r in self._readers):
                self._changed.wait(0.1)
            for reader in self._readers:
                reader.close()

    def _drop(self) -> None:
        while self._kept.size > self._limit:
            if self._kept.give_up() is None:
                return
            if not self._has_dropped:
                self._has_dropped = True
                logger.info(
                    "the server holds %s: viewers that come now do not get the oldest data",
                    format_size(self._limit),
                )

    def _wait_for_readers(self) -> None:
        while not self._is_closed:
            behind = [reader for reader in self._readers if reader.is_behind]
            if not behind:
                return
            for reader in behind:
                if reader.has_stalled(_STALLED_SEC):
                    logger.warning("a reader takes nothing and is left behind")
                    reader.leave_behind()
            self._changed.wait(0.1)
