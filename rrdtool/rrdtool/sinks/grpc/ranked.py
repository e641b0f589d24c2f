"""Packets in the order in which a peer gets them; the least important ones can be given up."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from rrdtool.sinks.grpc.messages import Rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rrdtool.sinks.grpc.messages import Packet

__all__ = ["RankedPackets"]


class RankedPackets:
    """A queue that is ordered by rank, and by arrival within a rank.

    So stores are known before their chunks arrive, and blueprints are there before they are
    activated. Chunks may come in any order.

    Attributes:
        size: What the packets take in memory (bytes).
    """

    def __init__(self) -> None:
        self.size: int = 0
        self._queues: dict[Rank, deque[Packet]] = {rank: deque() for rank in Rank}

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def __iter__(self) -> Iterator[Packet]:
        for queue in self._queues.values():
            yield from queue

    def newest_first(self) -> Iterator[Packet]:
        """The packets by rank, backwards within static and within temporal ones."""
        for rank, queue in self._queues.items():
            yield from queue if rank is Rank.PERSISTENT else reversed(queue)

    def add(self, packet: Packet) -> None:
        """Puts a packet behind those of its rank."""
        self._queues[packet.rank].append(packet)
        self.size += packet.size

    def put_back(self, packet: Packet) -> None:
        """Puts a packet before those of its rank."""
        self._queues[packet.rank].appendleft(packet)
        self.size += packet.size

    def pop(self) -> Packet:
        """Takes the first packet.

        Raises:
            IndexError: If there is none.
        """
        return self._take(next((queue for queue in self._queues.values() if queue), deque()))

    def give_up(self) -> Packet | None:
        """Takes the oldest packet of those that matter least; None if all of them must stay."""
        for rank in (Rank.TEMPORAL, Rank.STATIC):
            if self._queues[rank]:
                return self._take(self._queues[rank])
        return None

    def _take(self, queue: deque[Packet]) -> Packet:
        packet = queue.popleft()
        self.size -= packet.size
        return packet
