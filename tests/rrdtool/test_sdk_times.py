"""Times: what counts as one, what is stored, and whose it is."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

import rrdtool as rr
from rrdformats.reader import Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ZONE = dt.timezone(dt.timedelta(hours=2))
_NAMES = itertools.count()


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """What one row stores, by timeline, after `set_time` was called with these arguments."""

    def run(*calls: dict[str, Any]) -> dict[str, Any]:
        path = tmp_path / f"{next(_NAMES)}.rrd"
        with rr.RecordingStream(f"times {path.name}", send_properties=False) as stream:
            stream.set_log_time_enabled(False)
            stream.save(path)
            for call in calls:
                stream.set_time(call.pop("timeline", "t"), **call)
            stream.log("a", rr.Scalars(1))
        with Recording.open(path) as recording:
            (chunk,) = [item.chunk for item in recording.chunks()]
        return {
            f"{timeline.name}:{timeline.kind.value}": values[0]
            for timeline, values in chunk.timelines.items()
        }

    return run


@pytest.mark.parametrize(
    ("argument", "kind", "nanos"),
    [
        ({"sequence": 5}, "sequence", 5),
        ({"sequence": np.int16(-5)}, "sequence", -5),
        ({"sequence": True}, "sequence", 1),
        ({"sequence": -(2**63)}, "sequence", -(2**63) + 1),
        ({"duration": 1.5}, "duration", 1_500_000_000),
        ({"duration": 3}, "duration", 3_000_000_000),
        ({"duration": 0.5e-9}, "duration", 0),
        ({"duration": 1.5e-9}, "duration", 2),
        ({"duration": np.float32(0.25)}, "duration", 250_000_000),
        ({"duration": dt.timedelta(days=-1, microseconds=3)}, "duration", -86_399_999_997_000),
        ({"duration": np.timedelta64(7, "ms")}, "duration", 7_000_000),
        ({"timestamp": 1.25}, "timestamp", 1_250_000_000),
        ({"timestamp": dt.datetime(1970, 1, 1, 0, 0, 1, 5)}, "timestamp", 1_000_005_000),  # noqa: DTZ001 - without a zone it is UTC
        ({"timestamp": dt.datetime(1970, 1, 1, 2, 0, 1, tzinfo=_ZONE)}, "timestamp", 10**9),
        ({"timestamp": np.datetime64(9, "us")}, "timestamp", 9_000),
        ({"timestamp": np.datetime64("NaT")}, "timestamp", -(2**63) + 1),
        ({"timestamp": pa.scalar(5, pa.timestamp("ns"))}, "timestamp", 5),
    ],
)
def test_what_is_stored(
    stored: Callable[..., dict[str, Any]], argument: dict[str, Any], kind: str, nanos: int
) -> None:
    assert stored(argument) == {f"t:{kind}": nanos}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, ValueError),
        ({"sequence": 1, "duration": 1}, ValueError),
        ({"sequence": 1.5}, TypeError),
        ({"sequence": "1"}, TypeError),
        ({"sequence": 2**63}, OverflowError),
        ({"duration": "1"}, TypeError),
        ({"duration": dt.datetime(2020, 1, 1, tzinfo=_ZONE)}, TypeError),
        ({"duration": float("nan")}, ValueError),
        ({"duration": 1e11}, OverflowError),
        ({"timestamp": "2020-01-01"}, TypeError),
        ({"timestamp": dt.date(2020, 1, 1)}, TypeError),
        ({"timestamp": dt.timedelta(1)}, TypeError),
        ({"timestamp": 2e11}, ValueError),
        ({"timeline": "", "sequence": 1}, ValueError),
        ({"timeline": 5, "sequence": 1}, TypeError),
    ],
)
def test_wrong_times_are_errors_in_lax_mode_too(
    arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        rr.set_time(arguments.pop("timeline", "t"), **arguments)


def test_a_timeline_can_be_set_disabled_and_reset(stored: Callable[..., dict[str, Any]]) -> None:
    assert stored(
        {"timeline": "b", "sequence": 1},
        {"timeline": "a", "duration": 2},
        {"timeline": "b", "sequence": 3},
    ) == {"a:duration": 2 * 10**9, "b:sequence": 3}


def test_handles_of_one_recording_share_times_and_others_do_not(tmp_path: Path) -> None:
    first = rr.RecordingStream("shared times", recording_id="r")
    second = rr.RecordingStream("shared times", recording_id="r", send_properties=False)
    other = rr.RecordingStream("other times", recording_id="r", send_properties=False)
    first.set_time("t", sequence=5)
    found = {}
    for name, stream in (("second", second), ("other", other)):
        with stream:
            stream.save(tmp_path / name)
            stream.log("a", rr.Scalars(1))
        with Recording.open(tmp_path / name) as recording:
            (chunk,) = [item.chunk for item in recording.chunks()]
            found[name] = [timeline.name for timeline in chunk.timelines]
    first.reset_time()
    assert found == {"second": ["log_time", "t"], "other": ["log_time"]}


@pytest.mark.parametrize(
    ("arguments", "kind", "values"),
    [
        ({"sequence": [1, 2]}, pa.int64(), [1, 2]),
        ({"sequence": range(2, 6, 2)}, pa.int64(), [2, 4]),
        ({"sequence": np.array([1.9, -1.9])}, pa.int64(), [1, -1]),
        ({"sequence": []}, pa.int64(), []),
        ({"duration": [1.5, 2]}, pa.duration("ns"), [1_500_000_000, 2_000_000_000]),
        ({"duration": np.array([0.5, 1.5]) * 1e-9}, pa.duration("ns"), [0, 2]),
        ({"duration": [dt.timedelta(1), 1]}, pa.duration("ns"), [86_400 * 10**9, 10**9]),
        ({"duration": np.array([3], "timedelta64[ms]")}, pa.duration("ns"), [3_000_000]),
        ({"timestamp": [dt.datetime(1970, 1, 1, 0, 0, 2)]}, pa.timestamp("ns"), [2 * 10**9]),  # noqa: DTZ001 - without a zone it is UTC
        ({"timestamp": np.array([1, 2])}, pa.timestamp("ns"), [10**9, 2 * 10**9]),
        ({"timestamp": np.array(["NaT"], "datetime64[s]")}, pa.timestamp("ns"), [-(2**63) + 1]),
        ({"timestamp": []}, pa.timestamp("ns"), []),
    ],
)
def test_columns_of_times(arguments: dict[str, Any], kind: pa.DataType, values: list[int]) -> None:
    column = rr.TimeColumn("t", **arguments)
    array = column.as_arrow_array()
    assert column.timeline_name() == "t"
    assert array.type == kind
    assert array.view(pa.int64()).to_pylist() == values


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, ValueError),
        ({"sequence": [1], "timestamp": [1]}, ValueError),
        ({"sequence": 5}, TypeError),
        ({"sequence": ["1"]}, (pa.ArrowInvalid, pa.ArrowTypeError)),
        ({"duration": "1"}, TypeError),
        ({"duration": ["1"]}, TypeError),
        ({"duration": pa.array([1])}, TypeError),
        ({"duration": np.array([np.nan])}, ValueError),
        ({"timestamp": np.array([2e11])}, ValueError),
        ({"duration": np.array([1e11])}, OverflowError),
        ({"duration": np.array([[1.0]])}, TypeError),
    ],
)
def test_wrong_columns_of_times(
    arguments: dict[str, Any], error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    with pytest.raises(error):
        rr.TimeColumn("t", **arguments)


class _Times:
    def __init__(self, array: pa.Array[Any]) -> None:
        self._array = array

    def timeline_name(self) -> str:
        return "t"

    def as_arrow_array(self) -> pa.Array[Any]:
        return self._array


@pytest.mark.parametrize(
    "array",
    [pa.array([1, None]), pa.array([1.0, 2.0]), pa.array([1, 2], pa.timestamp("us"))],
)
def test_columns_of_others_must_be_times_without_nulls(array: pa.Array[Any]) -> None:
    stream = rr.RecordingStream("app")
    with pytest.raises(RuntimeError, match="'t'"):
        stream.send_columns("a", [_Times(array)], rr.Scalars.columns(scalars=[1, 2]), strict=True)


def test_a_zone_is_dropped_from_the_times_of_others(tmp_path: Path) -> None:
    times = pa.array([5, 6], pa.timestamp("ns", tz="UTC"))
    with rr.RecordingStream("app", send_properties=False) as stream:
        stream.save(tmp_path / "a.rrd")
        stream.send_columns("a", [_Times(times)], rr.Scalars.columns(scalars=[1, 2]), strict=True)
    with Recording.open(tmp_path / "a.rrd") as recording:
        (chunk,) = [item.chunk for item in recording.chunks()]
    assert chunk.batch.schema.field("t").type == pa.timestamp("ns")
