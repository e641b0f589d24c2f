"""When logged rows become chunks: `ChunkBatcherConfig`."""

from __future__ import annotations

import math
import os
from datetime import timedelta
from typing import Final

from rrdtool.recording.environment import non_negative_integer, seconds

__all__ = ["FILE_TICK_SEC", "LOW_LATENCY_TICK_SEC", "ChunkBatcherConfig", "tick_is_set"]

FILE_TICK_SEC: Final = 0.2
"""Longest wait of a row where chunks should be large (seconds)."""

LOW_LATENCY_TICK_SEC: Final = 0.008
"""Longest wait of a row that somebody is watching (seconds)."""

_TICK = "RERUN_FLUSH_TICK_SECS"
_MAX = 2**64 - 1
_FLUSH_NUM_BYTES = 2 * 1024 * 1024
_MAX_ROWS_IF_UNSORTED = 8192


class ChunkBatcherConfig:
    """When rows that wait in a recording stream are made into chunks.

    Args:
        flush_tick: Longest wait of a row (seconds, or a timedelta).
        flush_num_bytes: Size at which the rows of an entity are flushed (bytes).
        flush_num_rows: Number at which the rows of an entity are flushed.
        chunk_max_rows_if_unsorted: Rows of a chunk whose times do not ascend.

    What is not given comes from `RERUN_FLUSH_TICK_SECS`, `RERUN_FLUSH_NUM_BYTES`,
    `RERUN_FLUSH_NUM_ROWS` and `RERUN_CHUNK_MAX_ROWS_IF_UNSORTED`, else it is 0.2 seconds, 2 MiB,
    any number and 8192.
    """

    __slots__ = ("_max_rows_if_unsorted", "_num_bytes", "_num_rows", "_tick")

    def __init__(
        self,
        flush_tick: float | timedelta | None = None,
        flush_num_bytes: int | None = None,
        flush_num_rows: int | None = None,
        chunk_max_rows_if_unsorted: int | None = None,
    ) -> None:
        tick = seconds(_TICK) if flush_tick is None else _seconds_of(flush_tick)
        self._tick = FILE_TICK_SEC if tick is None else tick
        self._num_bytes = _chosen(flush_num_bytes, "RERUN_FLUSH_NUM_BYTES", _FLUSH_NUM_BYTES)
        self._num_rows = _chosen(flush_num_rows, "RERUN_FLUSH_NUM_ROWS", _MAX)
        self._max_rows_if_unsorted = _chosen(
            chunk_max_rows_if_unsorted,
            "RERUN_CHUNK_MAX_ROWS_IF_UNSORTED",
            _MAX_ROWS_IF_UNSORTED,
        )

    @staticmethod
    def DEFAULT() -> ChunkBatcherConfig:  # noqa: N802 - the SDK's name
        """What files want: large chunks."""
        return ChunkBatcherConfig()

    @staticmethod
    def LOW_LATENCY() -> ChunkBatcherConfig:  # noqa: N802 - the SDK's name
        """What a person who is watching wants: rows within 8 milliseconds."""
        return ChunkBatcherConfig(flush_tick=LOW_LATENCY_TICK_SEC)

    @staticmethod
    def ALWAYS_TEST_ONLY() -> ChunkBatcherConfig:  # noqa: N802 - the SDK's name
        """A chunk for each row, for tests: every chunk costs memory until the file is closed."""
        return ChunkBatcherConfig(math.inf, 0, 0)

    @staticmethod
    def NEVER() -> ChunkBatcherConfig:  # noqa: N802 - the SDK's name
        """No chunk before a flush asks for it."""
        return ChunkBatcherConfig(math.inf, _MAX, _MAX)

    @property
    def flush_tick(self) -> timedelta:
        """Longest wait of a row.

        Raises:
            ValueError: If rows wait for ever.
        """
        if math.isinf(self._tick):
            raise ValueError("rows are not flushed by time: there is no tick")
        return timedelta(seconds=self._tick)

    @flush_tick.setter
    def flush_tick(self, value: float | timedelta) -> None:
        self._tick = _seconds_of(value)

    @property
    def flush_num_bytes(self) -> int:
        """Size at which the rows of an entity are flushed (bytes)."""
        return self._num_bytes

    @flush_num_bytes.setter
    def flush_num_bytes(self, value: int) -> None:
        self._num_bytes = _count(value)

    @property
    def flush_num_rows(self) -> int:
        """Number at which the rows of an entity are flushed."""
        return self._num_rows

    @flush_num_rows.setter
    def flush_num_rows(self, value: int) -> None:
        self._num_rows = _count(value)

    @property
    def chunk_max_rows_if_unsorted(self) -> int:
        """Rows of a chunk whose times do not ascend."""
        return self._max_rows_if_unsorted

    @chunk_max_rows_if_unsorted.setter
    def chunk_max_rows_if_unsorted(self, value: int) -> None:
        self._max_rows_if_unsorted = _count(value)

    @property
    def tick_sec(self) -> float:
        """Longest wait of a row (seconds); infinite if time does not count."""
        return self._tick

    def __repr__(self) -> str:
        return (
            f"ChunkBatcherConfig(flush_tick={self._tick}, flush_num_bytes={self._num_bytes}, "
            f"flush_num_rows={self._num_rows}, "
            f"chunk_max_rows_if_unsorted={self._max_rows_if_unsorted})"
        )


def tick_is_set() -> bool:
    """Whether the environment says how long rows wait at most, whatever suits the sinks."""
    return _TICK in os.environ


def _chosen(given: int | None, variable: str, default: int) -> int:
    if given is not None:
        return _count(given)
    found = non_negative_integer(variable)
    return default if found is None else min(found, _MAX)


def _count(value: int) -> int:
    if not 0 <= value <= _MAX:
        raise OverflowError(f"{value} is no count of 64 bits")
    return value


def _seconds_of(value: float | timedelta) -> float:
    amount = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if not amount >= 0:
        raise ValueError(f"a tick of {value} seconds is not possible")
    return amount
