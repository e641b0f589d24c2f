"""Small programs that log, to be run with the reference's API and with ours.

`python sdk_programs.py MODULE FOLDER` imports the API from that module and has each program write
`FOLDER/<program>.rrd`. A program gets the API, a recording stream that is saved to that file, and
the file's path.
"""

from __future__ import annotations

import datetime as dt
import importlib
import logging
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

PROGRAMS: dict[str, Any] = {}
APPLICATION = "sdk programs"


def program(func: Any) -> Any:
    PROGRAMS[func.__name__] = func
    return func


def run(module: str, folder: Path) -> None:
    rr = importlib.import_module(module)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for name, body in PROGRAMS.items():
        path = folder / f"{name}.rrd"
        recording = rr.RecordingStream(
            f"{APPLICATION} {name}",
            recording_id="the same",
            send_properties=False,
            batcher_config=rr.ChunkBatcherConfig(flush_tick=1e6),  # time must not cut chunks
        )
        recording.save(path)
        body(rr, recording, path)
        recording.disconnect()
        recording.reset_time()


@program
def scalars_on_a_timeline(rr: Any, rec: Any, _path: Path) -> None:
    for step in range(50):
        rec.set_time("step", sequence=step)
        rec.log("curve", rr.Scalars(step * 0.5))


@program
def more_rows_than_one_chunk(rr: Any, rec: Any, _path: Path) -> None:
    for step in range(4000):
        rec.log("curve", rr.Scalars(step))
        rec.log("points", rr.Points3D(np.zeros((20, 3), np.float32)), static=True)


@program
def images_by_size(rr: Any, rec: Any, _path: Path) -> None:
    image = np.arange(480 * 640 * 3, dtype=np.uint8).reshape(480, 640, 3)
    for step in range(8):
        rec.set_time("step", sequence=step)
        rec.log("camera", rr.Image(image))


@program
def all_kinds_of_times(rr: Any, rec: Any, _path: Path) -> None:
    rec.set_time("step", sequence=np.int32(7))
    rec.set_time("since", duration=1.25)
    rec.set_time("when", timestamp=dt.datetime(2024, 5, 6, 7, 8, 9, 123456))  # noqa: DTZ001 - without a zone it is UTC
    rec.log("a", rr.Scalars(1))
    rec.set_time("since", duration=dt.timedelta(days=-3, microseconds=5))
    rec.set_time("when", timestamp=np.datetime64("2031-01-02T03:04:05.678", "ms"))
    rec.log("a", rr.Scalars(2))
    rec.set_time("since", duration=np.timedelta64(5, "h"))
    rec.set_time("when", timestamp=1_700_000_000.123456789)
    rec.log("a", rr.Scalars(3))
    rec.disable_timeline("since")
    rec.disable_timeline("unknown")
    rec.log("a", rr.Scalars(4))
    rec.reset_time()
    rec.log("a", rr.Scalars(5))


@program
def times_that_go_back(rr: Any, rec: Any, _path: Path) -> None:
    for step in (3, 1, 2, 2, 0):
        rec.set_time("step", sequence=step)
        rec.log("a", rr.Scalars(step))


@program
def a_timeline_that_changes_its_kind(rr: Any, rec: Any, _path: Path) -> None:
    rec.set_time("t", sequence=5)
    rec.log("a", rr.Scalars(1))
    rec.set_time("t", duration=2.0)
    rec.log("a", rr.Scalars(2))


@program
def static_and_temporal(rr: Any, rec: Any, _path: Path) -> None:
    rec.log("a", rr.Scalars(1), static=True)
    rec.log("a", rr.Scalars(2))
    rec.log("a", rr.Scalars(3), static=True)
    rec.log("b", rr.SeriesLines(names="curve"), static=True)


@program
def components_that_come_and_go(rr: Any, rec: Any, _path: Path) -> None:
    rec.log("p", rr.Points3D([[1, 2, 3]]))
    rec.log("p", rr.Points3D([[1, 2, 3]], radii=0.1))
    rec.log("p", rr.Points3D([[1, 2, 3]], radii=0.2))
    rec.log("p", rr.Points3D([[1, 2, 3]], colors=[255, 0, 0], labels="x"))
    rec.log("p", rr.Points3D.from_fields(radii=3))
    rec.log("p", rr.Points3D.cleared())
    rec.log("p", rr.Points3D.from_fields())


@program
def components_of_one_type_share_a_chunk(rr: Any, rec: Any, _path: Path) -> None:
    rec.log("x", rr.AnyValues(p=1.0))
    rec.log("x", rr.AnyValues(q=2.0))
    rec.log("x", rr.AnyValues(q=3.0, p=4.0))
    rec.log("x", rr.AnyValues(p=5.0, q=6.0))
    rec.log("x", rr.AnyValues(b=7.0, a=8))
    rec.log("x", rr.AnyValues(a=9, b=10.0))


@program
def several_bundles_in_one_row(rr: Any, rec: Any, _path: Path) -> None:
    rec.log("p", rr.Points3D([[1, 2, 3]]), rr.AnyValues(confidence=[0.5]))
    rec.log("p", rr.Points3D([[1, 2, 3]]), rr.Points3D([[4, 5, 6]], radii=1))


@program
def entity_paths(rr: Any, rec: Any, _path: Path) -> None:
    for path in (
        "a", "/b/", "//c", "d//e", "", "a b", "tab\t", r"a\ c", r"a\x", "é", "a:b", "a[0]",
        "\U0001f600", "\0", "__x", ["a b", "c/d", 5, None, ""], [], "a\\",
    ):  # fmt: skip
        rec.log(path, rr.Scalars(1))


@program
def wrong_arguments_in_lax_mode(rr: Any, rec: Any, _path: Path) -> None:
    rec.log(5, rr.Scalars(1))
    rec.log(None, rr.Scalars(1))
    rec.log(("a",), rr.Scalars(1))
    rec.log("a", 5)
    rec.log("a", None)
    rec.log("a", "text")
    rec.log("a", rr.Scalars)
    rec.log("a", rr.Scalars(1), 5)
    rec.log("a", rr.Points3D([1, 2, 3]))


@program
def ticks(rr: Any, rec: Any, _path: Path) -> None:
    rec.set_log_tick_enabled(True)
    rec.log("a", rr.Scalars(1))
    rec.log("s", rr.Scalars(1), static=True)
    rec.log("a", rr.Scalars(2))
    rec.set_log_time_enabled(False)
    rec.log("a", rr.Scalars(3))
    rec.set_log_tick_enabled(False)
    rec.log("a", rr.Scalars(4))


@program
def columns(rr: Any, rec: Any, _path: Path) -> None:
    times = rr.TimeColumn("step", sequence=[5, 3, 4])
    rec.send_columns("a", indexes=[times], columns=rr.Scalars.columns(scalars=[1.0, 2.0, 3.0]))
    rec.send_columns("static", [], rr.Scalars.columns(scalars=[1.0, 2.0]))
    rec.send_columns(
        "points",
        [
            rr.TimeColumn("when", timestamp=[1.5, 2.5]),
            rr.TimeColumn("since", duration=np.array([1, 0], "timedelta64[s]")),
        ],
        rr.Points3D.columns(positions=np.zeros((5, 3), np.float32)).partition([2, 3]),
    )
    rec.send_columns(
        "any", [rr.TimeColumn("f", sequence=range(3))], rr.AnyValues.columns(x=[1, 2, 3])
    )


@program
def columns_that_are_refused(rr: Any, rec: Any, _path: Path) -> None:
    times = rr.TimeColumn("step", sequence=[1, 2, 3])
    rec.send_columns("a", [times], rr.Scalars.columns(scalars=[1.0]))
    rec.send_columns("b", [times], [])
    rec.send_columns(
        "c", [times, rr.TimeColumn("f", sequence=[1])], rr.Scalars.columns(scalars=[1, 2, 3])
    )
    rec.send_columns("d", [times], rr.Scalars(1))
    rec.send_columns("e", times, rr.Scalars.columns(scalars=[1, 2, 3]))
    rec.send_columns("f", [rr.TimeColumn("f", sequence=[])], rr.Scalars.columns(scalars=[]))
    rec.send_columns(
        "g",
        [times, rr.TimeColumn("step", sequence=[9, 8, 7])],
        rr.Scalars.columns(scalars=[1, 2, 3]),
    )


@program
def record_batches(_rr: Any, rec: Any, _path: Path) -> None:
    def field(name: str, datatype: Any, **metadata: str) -> Any:
        return pa.field(name, datatype, metadata={f"rerun:{k}": v for k, v in metadata.items()})

    batch = pa.record_batch(
        [pa.array([1, 2, 3]), pa.array([1.0, None, 3.0]), pa.array([[1], None, []])],
        schema=pa.schema(
            [
                field("t", pa.int64(), kind="index", index_name="time"),
                field("/p:c", pa.float64()),
                field("q", pa.list_(pa.int64()), entity_path="/z", component="A:q", archetype="A"),
            ]
        ),
    )
    rec.send_record_batch(batch)
    plain = pa.record_batch(
        [pa.array([3, 2, 3]), pa.array([1.0, None, 3.0]), pa.array([[1], None, []])],
        names=["t", "/p:Arch:c", "w"],
    )
    rec.send_record_batch(plain, index="t")
    rec.send_record_batch(plain.drop_columns("t"), index=None, entity_path="e/f")
    rec.send_dataframe(pa.Table.from_batches([plain, plain]), index=["t"])


@program
def properties(rr: Any, rec: Any, _path: Path) -> None:
    rec.send_recording_name("a name")
    rec.send_recording_start_time_nanos(123456789)
    rec.send_property("episode", rr.AnyValues(success=True, steps=[12]))
    rec.send_property("with/slash", rr.AnyValues(x=1))
    rec.send_property("", rr.AnyValues(x=2))


@program
def flushes_cut_chunks(rr: Any, rec: Any, _path: Path) -> None:
    for step in range(6):
        rec.log("a", rr.Scalars(step))
        if step % 2:
            rec.flush()


@program
def another_sink_takes_over(rr: Any, rec: Any, path: Path) -> None:
    rec.log("first", rr.Scalars(1))
    rec.save(path.with_suffix(".second.rrd"))
    rec.log("second", rr.Scalars(2))
    rec.disconnect()
    rec.log("waiting", rr.Scalars(3))
    rec.save(path.with_suffix(".third.rrd"))


@program
def two_sinks(rr: Any, rec: Any, path: Path) -> None:
    second, third = path.with_suffix(".second.rrd"), path.with_suffix(".third.rrd")
    rec.set_sinks(rr.FileSink(second), rr.FileSink(third, write_footer=False))
    rec.log("a", rr.Scalars(1))
    rec.set_sinks()
    rec.log("nowhere", rr.Scalars(2))


@program
def the_same_file_again(rr: Any, rec: Any, path: Path) -> None:
    rec.log("a", rr.Scalars(1))
    rec.save(path)
    rec.log("b", rr.Scalars(2))


@program
def memory(rr: Any, rec: Any, path: Path) -> None:
    rec.log("file", rr.Scalars(1))
    recording = rec.memory_recording()
    rec.log("memory", rr.Scalars(2))
    path.with_suffix(".drained.rrd").write_bytes(recording.drain_as_bytes())


@program
def binary(rr: Any, rec: Any, path: Path) -> None:
    stream = rec.binary_stream()
    for step in range(3):
        rec.log("a", rr.Scalars(step))
        path.with_suffix(f".read{step}.rrd").write_bytes(stream.read())
    if stream.read() is not None:
        raise AssertionError


@program
def a_block_ends_the_file(rr: Any, rec: Any, path: Path) -> None:
    with rec:
        rr.log("inside", rr.Scalars(1))
    if rr.get_data_recording() is not None:
        raise AssertionError
    rec.log("outside", rr.Scalars(2))
    rec.save(path.with_suffix(".second.rrd"))


@program
def threads_have_times_of_their_own(rr: Any, rec: Any, _path: Path) -> None:
    rec.set_time("step", sequence=1)

    def work() -> None:
        rec.log("worker", rr.Scalars(1))
        rec.set_time("step", sequence=2)
        rec.log("worker", rr.Scalars(2))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    rec.log("main", rr.Scalars(3))


@program
def log_records(rr: Any, rec: Any, _path: Path) -> None:
    logging.disable(logging.NOTSET)
    logger = logging.Logger("sdk programs", logging.DEBUG)
    logger.addHandler(rr.LoggingHandler("logs/handler/"))
    with rec:
        for level in (10, 15, 20, 30, 40, 50):
            logger.log(level, "level %d", level)
    logging.disable(logging.CRITICAL)


@program
def rows_by_number(rr: Any, _rec: Any, path: Path) -> None:
    config = rr.ChunkBatcherConfig(flush_tick=1e6, flush_num_rows=2)
    with rr.RecordingStream(
        "rows", recording_id="r", batcher_config=config, send_properties=False
    ) as rec:
        rec.save(path.with_suffix(".rows.rrd"))
        for step in range(5):
            rec.log("a", rr.Scalars(step))
            rec.log("b", rr.Scalars(step))


@program
def unsorted_rows(rr: Any, _rec: Any, path: Path) -> None:
    config = rr.ChunkBatcherConfig(flush_tick=1e6, chunk_max_rows_if_unsorted=2)
    with rr.RecordingStream(
        "rows", recording_id="r", batcher_config=config, send_properties=False
    ) as rec:
        rec.save(path.with_suffix(".unsorted.rrd"))
        for step in (9, 8, 7, 6, 5, 10, 11, 12, 11, 13, 14, 15):
            rec.set_time("step", sequence=step)
            rec.log("a", rr.Scalars(step))


@program
def files(rr: Any, rec: Any, path: Path) -> None:
    rec.set_time("step", sequence=5)
    for name, contents in (
        ("a b.txt", b"text"),
        ("c.md", b"# title"),
        ("d.png", b"\x89PNG\r\n\x1a\n"),
    ):
        rec.log_file_from_contents(name, contents)
        rec.log_file_from_contents(f"folder/{name}", contents, entity_path_prefix="/pre/fix")
    name = f"{APPLICATION} files"
    with rr.RecordingStream(name, recording_id="the same", send_properties=False) as other:
        other.set_log_time_enabled(False)
        other.save(path.with_suffix(".replayed.rrd"))
        other.log("replayed", rr.Scalars(1))
    rec.log_file_from_path(path.with_suffix(".replayed.rrd"))
    rec.log_file_from_path(path.with_suffix(".missing.png"))
    rec.log_file_from_contents("e.nonsense", b"?")
    rec.flush()
    time.sleep(0.3)  # the reference reads in the background, and nothing tells when it is done


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
