"""Many threads, streams and sinks at once: nothing is lost, nothing is mixed up."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import rrdtool as rr
from rrdformats.reader import Recording

if TYPE_CHECKING:
    from pathlib import Path

THREADS, STREAMS, ROWS = 6, 3, 300


def rows_in(*paths: Path) -> Counter[tuple[str, float]]:
    found: Counter[tuple[str, float]] = Counter()
    for path in paths:
        with Recording.open(path) as recording:
            for item in recording.chunks():
                lists: Any = next(iter(item.chunk.components.values())).to_pylist()
                found.update((str(item.chunk.entity_path), row[0]) for row in lists)
    return found


def test_rows_of_all_threads_come_to_their_streams_once(tmp_path: Path) -> None:
    config = rr.ChunkBatcherConfig(flush_tick=0.01, flush_num_rows=50)
    streams = [
        rr.RecordingStream(f"app{number}", send_properties=False, batcher_config=config)
        for number in range(STREAMS)
    ]
    for number, stream in enumerate(streams):
        stream.set_sinks(
            rr.FileSink(tmp_path / f"{number}a.rrd"), rr.FileSink(tmp_path / f"{number}b.rrd")
        )

    def work(thread: int) -> None:
        for row in range(ROWS):
            number = (row + thread) % STREAMS
            with_context = row % 2
            if with_context:
                rr.set_thread_local_data_recording(streams[number])
                rr.log(f"stream{number}/thread{thread}", rr.Scalars(row))
            else:
                streams[number].log(f"stream{number}/thread{thread}", rr.Scalars(row))
            if row % 100 == 99:
                streams[number].flush()
        rr.set_thread_local_data_recording(None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for stream in streams:
        stream.disconnect()
    for number in range(STREAMS):
        expected = Counter(
            (f"/stream{number}/thread{thread}", float(row))
            for thread in range(THREADS)
            for row in range(ROWS)
            if (row + thread) % STREAMS == number
        )
        assert rows_in(tmp_path / f"{number}a.rrd") == expected
        assert rows_in(tmp_path / f"{number}b.rrd") == expected


def test_changing_sinks_while_others_log_loses_nothing(tmp_path: Path) -> None:
    stream = rr.RecordingStream("app", send_properties=False)
    stop = threading.Event()
    counts = [0, 0]

    def work(thread: int) -> None:
        while not stop.is_set() and counts[thread] < 20_000:
            stream.log(f"thread{thread}", rr.Scalars(counts[thread]))
            counts[thread] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    paths = [tmp_path / f"{number}.rrd" for number in range(8)]
    for number, path in enumerate(paths):
        stream.save(path)
        if number % 2:
            stream.disconnect()
    stop.set()
    for thread in threads:
        thread.join()
    stream.save(tmp_path / "last.rrd")
    stream.disconnect()
    found = rows_in(*paths, tmp_path / "last.rrd")
    assert found == Counter(
        (f"/thread{thread}", float(row)) for thread in range(2) for row in range(counts[thread])
    )
