"""When rows become chunks, and how large the queue may grow."""

from __future__ import annotations

import gc
import math
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import rrdtool as rr
from rrdformats.reader import Recording
from rrdtool.recording import batcher
from rrdtool.recording.encoding import ChunkEncoder, chunks_of

if TYPE_CHECKING:
    from pathlib import Path

    from rrdtool.sinks.base import Message

TIMEOUT = 30.0


def test_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TICK_SECS", "NUM_BYTES", "NUM_ROWS"):
        monkeypatch.delenv(f"RERUN_FLUSH_{name}", raising=False)
    config = rr.ChunkBatcherConfig()
    assert config.flush_tick == timedelta(seconds=0.2)
    assert config.flush_num_bytes == 2 << 20
    assert config.flush_num_rows == 2**64 - 1
    assert config.chunk_max_rows_if_unsorted == 8192
    assert rr.ChunkBatcherConfig.LOW_LATENCY().flush_tick == timedelta(milliseconds=8)


def test_the_environment_gives_defaults_and_arguments_win(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("RERUN_FLUSH_TICK_SECS", "1.5")
    monkeypatch.setenv("RERUN_FLUSH_NUM_BYTES", "100")
    monkeypatch.setenv("RERUN_FLUSH_NUM_ROWS", "many")
    config = rr.ChunkBatcherConfig(flush_num_bytes=7)
    assert config.flush_tick == timedelta(seconds=1.5)
    assert config.flush_num_bytes == 7
    assert config.flush_num_rows == 2**64 - 1
    assert "RERUN_FLUSH_NUM_ROWS" in caplog.text


def test_properties_can_be_set_and_are_checked() -> None:
    config = rr.ChunkBatcherConfig(flush_tick=timedelta(seconds=2))
    config.flush_tick = 3
    config.flush_num_rows = 5
    assert (config.flush_tick, config.flush_num_rows) == (timedelta(seconds=3), 5)
    with pytest.raises(OverflowError):
        config.flush_num_bytes = -1
    with pytest.raises(OverflowError):
        rr.ChunkBatcherConfig(flush_num_rows=-1)
    for without_tick in (rr.ChunkBatcherConfig.NEVER(), rr.ChunkBatcherConfig.ALWAYS_TEST_ONLY()):
        with pytest.raises(ValueError, match="no tick"):
            _ = without_tick.flush_tick


class _Collector:
    """A sink that says how many chunks it has taken."""

    name = "collector"
    ends_with_block = False
    tick_sec = 0.2

    def __init__(self) -> None:
        self.rows: list[int] = []

    def identity(self) -> int:
        return id(self)

    def open_sink(self) -> _Collector:
        return self

    def send(self, message: Message) -> None:
        chunk = getattr(getattr(message, "encoded", None), "chunk", None)
        if chunk is not None:
            self.rows.append(len(chunk))

    def flush(self, timeout: float | None) -> None:
        pass

    def close(self) -> None:
        pass


def collected(config: Any, rows: int, until: int) -> list[int]:
    """Rows per chunk after so many rows were logged, once `until` of them have come to the sink."""
    collector = _Collector()
    stream = rr.RecordingStream("app", send_properties=False, batcher_config=config)
    stream.set_sinks(collector)
    for step in range(rows):
        stream.log("a", rr.Scalars(step))
    limit = time.monotonic() + TIMEOUT
    while sum(collector.rows) < until and time.monotonic() < limit:
        time.sleep(0.001)  # nothing tells when the worker has come that far
    return collector.rows.copy()  # before the stream goes, and flushes


def test_rows_come_by_themselves_after_a_tick() -> None:
    assert sum(collected(rr.ChunkBatcherConfig(flush_tick=0.01), 10, 10)) == 10


def test_always_makes_a_chunk_of_each_row() -> None:
    assert collected(rr.ChunkBatcherConfig.ALWAYS_TEST_ONLY(), 5, 5) == [1] * 5


def test_numbers_of_rows_are_exact() -> None:
    assert collected(rr.ChunkBatcherConfig(math.inf, flush_num_rows=4), 10, 8) == [4, 4]


def test_never_waits_for_a_flush() -> None:
    collector = _Collector()
    config = rr.ChunkBatcherConfig.NEVER()
    stream = rr.RecordingStream("app", send_properties=False, batcher_config=config)
    stream.set_sinks(collector)
    for step in range(100):
        stream.log("a", rr.Scalars(step))
    assert collector.rows == []
    stream.flush()
    assert collector.rows == [100]


def test_row_ids_ascend_although_the_clock_goes_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = iter([5, 9, 3, 4, 10, 2])
    monkeypatch.setattr("rrdtool.recording.log.time_ns", lambda: next(clock))
    with rr.RecordingStream("app", send_properties=False) as stream:
        stream.save(tmp_path / "a.rrd")
        for step in range(6):
            stream.log("a", rr.Scalars(step))
            if step == 3:
                stream.flush()
    ids: list[Any] = []
    with Recording.open(tmp_path / "a.rrd") as recording:
        for item in recording.chunks():
            assert item.chunk.schema.row_ids_claimed_sorted
            ids += item.chunk.row_ids.to_pylist()
    assert ids == sorted(set(ids))
    assert [int.from_bytes(item[:8], "big") for item in ids] == [5, 9, 9, 9, 10, 10]


def test_a_full_queue_makes_whoever_logs_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher, "_HIGH_WATER", 1 << 20)
    largest = 0

    class Watching(_Collector):
        def send(self, message: Message) -> None:
            nonlocal largest
            largest = max(largest, stream.to_native()._batcher._pending)  # type: ignore[union-attr]
            super().send(message)

    stream = rr.RecordingStream("app", send_properties=False)
    collector = Watching()
    stream.set_sinks(collector)
    blob = np.zeros(300_000)
    for _ in range(40):
        stream.log("a", rr.Scalars(blob))
    stream.flush(timeout_sec=TIMEOUT)
    assert sum(collector.rows) == 40
    assert largest < 4 * blob.nbytes


def test_a_row_that_cannot_be_encoded_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(path: str, rows: Any, *rest: Any) -> Any:
        if any(row[1] == ((), ()) and float(row[6][0].flat[0]) == 3.0 for row in rows):
            raise ValueError("three")
        return chunks_of(path, rows, *rest)

    monkeypatch.setattr("rrdtool.recording.encoding.chunks_of", failing)
    collector = _Collector()
    stream = rr.RecordingStream("app", send_properties=False)
    stream.set_sinks(collector)
    for step in range(6):
        stream.log("a", rr.Scalars(step))
    stream.flush()
    assert sum(collector.rows) == 5
    assert "a row of /a could not be encoded" in caplog.text


def test_a_chunk_that_cannot_be_encoded_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    encode = ChunkEncoder.encode

    def failing(self: ChunkEncoder, chunk: Any) -> Any:
        if str(chunk.entity_path) == "/bad":
            raise ValueError("bad")
        return encode(self, chunk)

    monkeypatch.setattr(ChunkEncoder, "encode", failing)
    collector = _Collector()
    config = rr.ChunkBatcherConfig.NEVER()
    stream = rr.RecordingStream("app", send_properties=False, batcher_config=config)
    stream.set_sinks(collector)
    for path in ("good", "bad", "good"):
        stream.send_columns(path, [], rr.Scalars.columns(scalars=[1, 2]))
    stream.flush(timeout_sec=TIMEOUT)
    assert collector.rows == [2, 2]
    assert "a chunk of /bad" in caplog.text


def test_a_destructor_may_log(tmp_path: Path) -> None:
    class Noisy:
        def __del__(self) -> None:
            stream.log("noise", rr.Scalars(1))

    stream = rr.RecordingStream("app", send_properties=False)
    stream.save(tmp_path / "a.rrd")
    for _ in range(100):
        noisy = Noisy()
        noisy.itself = noisy  # type: ignore[attr-defined]  # only the collector can free it
        stream.log("a", rr.Scalars(1))
    del noisy
    gc.collect()
    stream.disconnect()
    with Recording.open(tmp_path / "a.rrd") as recording:
        rows = sum(len(item.chunk) for item in recording.chunks())
    assert rows == 200


def test_what_a_timeline_counts_should_not_change(caplog: pytest.LogCaptureFixture) -> None:
    stream = rr.RecordingStream("kinds")
    stream.set_time("t", sequence=1)
    stream.log("a", rr.Scalars(1))
    stream.set_time("t", duration=1)
    stream.log("a", rr.Scalars(1))
    stream.log("a", rr.Scalars(1))
    stream.flush()
    stream.reset_time()
    assert caplog.text.count("changes what it counts") == 1
