"""What waits for a peer: a bounded queue between the recording and its connection.

grpcio takes the packets one by one, in a thread of its own, as fast as the peer lets it. A peer
that is slow slows the recording down. One that is away, or does not move, makes it lose the oldest
temporal data once the queue is full, and whoever asks learns how much.

Nothing tells what of the packets that were sent has arrived when a connection breaks. The latest
are kept for some time and sent again: viewers know chunks that they have already.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from rrdtool.sinks.grpc.ranked import RankedPackets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rrdformats.messages import StoreId
    from rrdtool.sinks.grpc.messages import Packet

__all__ = ["Call", "Outbox"]

_CAPACITY = 64 << 20
"""Bytes that may wait."""

_STALLED_SEC = 10.0
"""A connected peer that takes nothing for so long counts as one that is away (seconds)."""

_CONNECTING_SEC = 2.0
"""How long a peer counts as one that is there although it is not connected (seconds)."""

_ROOM_SEC = 30.0
"""How long a packet waits for room, however much moves (seconds)."""

_RECENT_BYTES = 8 << 20
_RECENT_SEC = 10.0


class Call:
    """One call of `WriteMessages`: an iterator over the requests, until it is over."""

    def __init__(self, outbox: Outbox, introductions: list[Packet]) -> None:
        self._outbox = outbox
        self._introductions = iter(introductions)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next request; that it is asked for means that the one before has been sent."""
        packet = next(self._introductions, None) or self._outbox.take(self)
        if packet is None:
            raise StopIteration
        return packet.data

    def end(self) -> None:
        """Takes nothing more, as the connection is lost; what may not have arrived waits again."""
        self._outbox.end(self)

    def finish(self) -> None:
        """Takes nothing more, as the peer has confirmed that all has arrived."""
        self._outbox.end(self, all_arrived=True)


class Outbox:
    """The queue.

    Attributes:
        lost: Number of packets that were given up.
        refusal: Why the peer wants nothing of this; None as long as it does.
    """

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self.lost: int = 0
        self.refusal: str | None = None
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting = RankedPackets()
        self._sending: Packet | None = None
        self._recent: deque[tuple[float, Packet]] = deque()
        self._recent_size = 0
        self._introductions: dict[StoreId, Packet] = {}
        self._call: Call | None = None
        self._has_called = False
        self._moved = time.monotonic()
        self._is_closed = False

    # The side of the recording.

    def put(self, packet: Packet) -> bool:
        """Adds a packet; waits for room while the peer takes some, or may soon.

        Returns:
            Whether there was room; if not, others that matter less have been given up.
        """
        with self._changed:
            if packet.introduces is not None:
                self._introductions[packet.introduces] = packet
            self._wait(lambda: self._has_room(packet) or not self._is_moving(), _ROOM_SEC)
            lost_before = self.lost
            while not self._has_room(packet) and self._waiting.give_up() is not None:
                self.lost += 1
            self._waiting.add(packet)
            self._changed.notify_all()
            return self.lost == lost_before

    def wait_until_sent(self, timeout: float | None, away_timeout: float) -> bool:
        """Waits until nothing waits.

        Args:
            timeout: Longest wait (seconds).
            away_timeout: Longest wait for a peer that is away (seconds).

        Returns:
            Whether all has been sent; if not, the time is over or the peer does not move.
        """
        begin = time.monotonic()

        def hopeless() -> bool:
            if self.refusal is not None:
                return True
            return not self._is_moving() and time.monotonic() - begin >= away_timeout

        with self._changed:
            self._wait(lambda: self._is_empty() or hopeless(), timeout)
            return self._is_empty()

    def raise_refusal(self) -> None:
        """Raises what the peer has against this.

        Raises:
            ConnectionError: If it has refused.
        """
        if self.refusal is not None:
            raise ConnectionError(self.refusal)

    def close(self) -> None:
        """Takes nothing more: the call ends when all has been sent."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @property
    def is_done(self) -> bool:
        """Whether it is closed, and all has been sent."""
        with self._changed:
            return self._is_closed and self._is_empty()

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting) + (self._sending is not None)

    # The side of the connection.

    def begin(self) -> Call:
        """A new call to a peer that is there.

        It starts with the infos of the stores that another peer may have been told of before.
        """
        with self._changed:
            introductions = list(self._introductions.values()) if self._has_called else []
            self._has_called = True
            self._call = Call(self, introductions)
            self._moved = time.monotonic()
            self._changed.notify_all()
            return self._call

    def take(self, call: Call) -> Packet | None:
        """The next packet, when there is one; None when the call is over.

        That it is asked for means that the one before has been sent.
        """
        with self._changed:
            if call is not self._call:
                return None
            self._confirm()
            self._changed.notify_all()
            while call is self._call and not len(self._waiting):
                if self._is_closed:
                    return None
                self._changed.wait()
            if call is not self._call:
                return None
            self._sending = self._waiting.pop()
            self._moved = time.monotonic()
            return self._sending

    def end(self, call: Call, *, all_arrived: bool = False) -> None:
        """Ends a call; what may not have arrived waits again."""
        with self._changed:
            if call is not self._call:
                return
            self._call = None
            if self._sending is not None:
                self._waiting.put_back(self._sending)
                self._sending = None
            oldest = time.monotonic() - _RECENT_SEC
            for sent, packet in reversed(self._recent):
                if sent > oldest and not all_arrived:
                    self._waiting.put_back(packet)
            self._recent.clear()
            self._recent_size = 0
            self._changed.notify_all()

    def refuse(self, reason: str) -> None:
        """Notes that the peer wants nothing of this, now or later."""
        with self._changed:
            self.refusal = reason
            self._changed.notify_all()

    def _confirm(self) -> None:
        self._moved = time.monotonic()
        if self._sending is None:
            return
        self._recent.append((self._moved, self._sending))
        self._recent_size += self._sending.size
        self._sending = None
        while self._recent_size > _RECENT_BYTES:
            self._recent_size -= self._recent.popleft()[1].size

    def _is_empty(self) -> bool:
        return self._sending is None and not len(self._waiting)

    def _has_room(self, packet: Packet) -> bool:
        return not len(self._waiting) or self._waiting.size + packet.size <= self._capacity

    def _is_moving(self) -> bool:
        """Whether the peer takes something, or may soon."""
        patience = _CONNECTING_SEC if self._call is None else _STALLED_SEC
        return time.monotonic() - self._moved < patience

    def _wait(self, over: Callable[[], bool], timeout: float | None) -> None:
        """Waits until something is true; looks at least every tenth of a second."""
        until = None if timeout is None else time.monotonic() + timeout
        while not over():
            if until is not None and time.monotonic() >= until:
                return
            self._changed.wait(0.1)
