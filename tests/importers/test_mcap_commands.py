"""`rrd mcap info`, `check` and `convert`, beside the same commands of the reference."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rrdformats.reader import Recording
from rrdformats.source import open_source
from rrdimporters.mcap.testing import McapFile, Sent
from rrdtool.cli.commands.mcap import mcap
from rrdtool.cli.mcap_text import check_text, info_text
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.operations.mcap_check import CheckReport, mcap_check
from rrdtool.operations.mcap_info import McapReport, mcap_info

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("RRD_TEST_SAMPLES") or ROOT / "../shared/samples") / "mcap"
PATIENCE = 60.0  # seconds
UNREADABLE = {"s_damaged_not_mcap", "s_damaged_truncated", "s_json_no_summary"}
"""What the reference refuses, and we read if there is anything to read."""
UNLISTED = {"s_foxglove_no_index", "s_foxglove_unchunked", "s_json_unchunked"}
"""What the reference does not find, because no index lists it."""

NAMES = sorted(path.stem for path in SAMPLES.glob("*.mcap")) if SAMPLES.is_dir() else []
READABLE = [name for name in NAMES if name not in UNREADABLE]


def theirs(reference: Path, *words: str | Path) -> list[str]:
    done = subprocess.run(
        [reference, "mcap", *words], capture_output=True, check=True, text=True, timeout=PATIENCE
    )
    return [line.rstrip() for line in done.stdout.splitlines()]


def info_of(path: Path) -> McapReport:
    with closing(open_source(path, str(path))) as source:
        return mcap_info(source)


def checked(path: Path, *, full: bool = False) -> CheckReport:
    with closing(open_source(path, str(path))) as source:
        return mcap_check(source, full=full)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("name", [name for name in READABLE if name not in UNLISTED])
def test_info_of_samples(name: str, reference: Path) -> None:
    path = SAMPLES / f"{name}.mcap"
    report = info_of(path)
    assert lines(info_text(report)) == theirs(reference, "info", path)


@pytest.mark.parametrize("name", [name for name in READABLE if name != "s_foxglove_no_index"])
def test_check_of_samples(name: str, reference: Path) -> None:
    path = SAMPLES / f"{name}.mcap"
    report = checked(path)
    mine = [line for line in lines(check_text(report)) if "--full" not in line]
    assert mine == [line for line in theirs(reference, "check", path) if "--full" not in line]


FULL = [
    "rosbag2_talker",
    "rosbag2_wbag_0",
    "s_ros2_storage_compressed",
    "s_foxglove_zstd",
    "s_json_unordered",
]


@pytest.mark.parametrize("name", FULL)
def test_full_check_of_samples(name: str, reference: Path, samples: Path) -> None:
    path = samples / "mcap" / f"{name}.mcap"
    report = checked(path, full=True)
    assert lines(check_text(report)) == theirs(reference, "check", "--full", path)


def test_a_chunk_per_point_cloud_is_no_disorder(samples: Path) -> None:
    report = checked(samples / "mcap" / "s_ros2_sensors.mcap", full=True)
    points = next(row for row in report.topics if row.topic == "/points")
    assert points.is_ok  # the reference finds our (and its) chunks of one cloud each out of order
    assert "/joint_states/effort" in {row.topic for row in report.topics if row.id is None}


def disordered() -> McapFile:
    file = McapFile()
    for topic in ("/a", "/b"):
        file.add(topic, None, "x")
    file.chunks = [
        [Sent(1, 10, b"", 5), Sent(1, 11, b"", 4), Sent(2, 10, b""), Sent(2, 30, b"")],
        [Sent(1, 3, b"", 9), Sent(2, 20, b""), Sent(1, 7, b"", 9)],
        [Sent(2, 25, b"")],
    ]
    return file


def test_check_finds_what_is_out_of_order(reference: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.mcap"
    path.write_bytes(disordered().to_bytes())
    report = checked(path)
    mine = [line for line in lines(check_text(report)) if "--full" not in line]
    assert mine == [line for line in theirs(reference, "check", path) if "--full" not in line]
    assert [row.row_conflicts for row in report.topics] == [1, 0]
    assert report.topics[1].unordered == {"message_log_time": 2, "message_publish_time": 2}


INFO: list[dict[str, Any]] = [
    {},
    {"compression": "lz4"},
    {"compression": ""},
    {"has_statistics": False},
    {"has_statistics": False, "has_indexes": False},
]


@pytest.mark.parametrize("how", INFO)
@pytest.mark.parametrize("step", [1, 3_000_000, 4_000_000_000_000])
def test_info_of_files(how: dict[str, Any], step: int, reference: Path, tmp_path: Path) -> None:
    file = McapFile(**how)
    file.add("/a", None, "x")
    file.add("/b", ("S", "", b""), "json")
    file.add("/c", ("T", "y", b""), "y")
    sent = [Sent(1 + i % 3, 10**18 + i * step, bytes(99 * i)) for i in range(30)]
    file.chunks = [sent[:10], sent[10:]]
    path = tmp_path / "in.mcap"
    path.write_bytes(file.to_bytes())
    mine = lines(info_text(info_of(path)))
    if how.get("has_indexes", True):
        assert mine == theirs(reference, "info", path)
    assert "  Messages                 30" in mine


def test_info_of_an_empty_file(reference: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.mcap"
    path.write_bytes(McapFile().to_bytes())
    assert lines(info_text(info_of(path))) == theirs(reference, "info", path)


MESSAGE_INDEX = b"\x07\x16" + bytes(7)
"""Head of an index of one message."""


def run(*words: str | Path) -> tuple[Outcome, str, str]:
    """The outcome and both outputs of a command."""
    result = CliRunner().invoke(mcap, list(map(str, words)), standalone_mode=False)
    if isinstance(result.exception, Problem):
        return result.exception.outcome, result.stdout, str(result.exception)
    if result.exception is not None:
        raise result.exception
    return Outcome(result.return_value or 0), result.stdout, result.stderr


@pytest.fixture
def ordered(tmp_path: Path) -> Path:
    file = disordered()
    file.chunks = [[Sent(1, 1, b"abc"), Sent(2, 2, b"")], [Sent(1, 3, b"")]]
    path = tmp_path / "ordered.mcap"
    path.write_bytes(file.to_bytes())
    return path


def test_reports_as_json(ordered: Path) -> None:
    outcome, out, _ = run("info", ordered, "--json")
    found = json.loads(out)
    assert outcome is Outcome.DONE
    assert (found["schema"], found["messages"], found["start_ns"]) == ("rrd.mcap-info/1", 3, "1")
    assert [row["topic"] for row in found["channel_rows"]] == ["/a", "/b"]
    outcome, out, _ = run("check", ordered, "--json")
    assert outcome is Outcome.DONE
    assert json.loads(out)["topics"][0]["chunks"] == 2


def test_outcomes(ordered: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mcap"
    bad.write_bytes(disordered().to_bytes())
    cut = tmp_path / "cut.mcap"
    data = ordered.read_bytes()
    cut.write_bytes(data[: data.rindex(MESSAGE_INDEX) - 20])  # inside the last chunk
    none = tmp_path / "none.mcap"
    none.write_bytes(b"nothing")
    assert run("check", bad)[0] is Outcome.FAILED
    assert run("info", cut)[0] is Outcome.LOSS
    assert run("info", none, ordered)[0] is Outcome.FAILED
    assert "magic" in run("check", none)[2]
    assert run("info", "-")[0] is Outcome.USAGE
    out = tmp_path / "out.rrd"
    assert run("convert", ordered, "-o", out)[0] is Outcome.DONE
    assert run("convert", ordered, "-o", out)[0] is Outcome.USAGE
    assert run("convert", cut, "-o", out, "--force")[0] is Outcome.LOSS
    assert run("convert", none, "-o", out, "--force")[0] is Outcome.FAILED


@pytest.mark.parametrize(
    "words",
    [
        ["-d", "nonsense"],
        ["-y", "("],
        ["--start-time", "yesterday"],
        ["--start-time", "5", "--end-time", "5"],
    ],
)
def test_options_that_are_refused(words: list[str], ordered: Path, tmp_path: Path) -> None:
    outcome, _, told = run("convert", ordered, "-o", tmp_path / "out.rrd", *words)
    assert outcome is Outcome.USAGE
    assert told


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ([], [b"abc", b"", b""]),
        (["-y", "a"], [b"abc", b""]),
        (["-n", "a"], [b""]),
        (["--start-time", "0.000000002s", "--end-time", "3ns"], [b""]),
        (["--start-time", "1970-01-01T00:00:00.000000003Z"], [b""]),
        (["--disable-raw-fallback"], []),
        (["-d", "schema"], []),
        (["--recover"], [b"abc", b"", b""]),
    ],
)
def test_convert(words: list[str], rows: list[bytes], ordered: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    run("convert", ordered, "-o", out, *words)
    found = []
    with Recording.open(out) as recording:
        for item in recording.chunks():
            for descriptor, column in item.chunk.components.items():
                if descriptor.component == "McapMessage:data":
                    rows_found: list[Any] = column.to_pylist()
                    found += [bytes(row[0]) for row in rows_found]
    assert sorted(found) == sorted(rows)


def test_damage_is_told(ordered: Path) -> None:
    data = bytearray(ordered.read_bytes())
    data[60] ^= 0xFF
    ordered.write_bytes(data)
    report: CheckReport = checked(ordered)
    assert report.damage
    assert not report.is_ok
