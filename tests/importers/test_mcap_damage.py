"""What is kept of MCAP files that are damaged, cut or made to do harm, and what is said."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.reader import Recording
from rrdformats.stores import StoreId, StoreKind
from rrdimporters.mcap import McapImporter, McapSettings
from rrdimporters.mcap.records import HEAD, Opcode
from rrdimporters.mcap.ros_types import parse_ros2
from rrdimporters.mcap.testing import McapFile, Sent, serialized
from rrdimporters.protocol import ImporterError, ImportSettings, NotMineError
from rrdimporters.report import ImportReport
from rrdtool.operations.mcap_convert import mcap_convert

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
TEXT = ("std_msgs/msg/String", "ros2msg", b"string data")
ROWS = 12


def text_file(**how: Any) -> McapFile:
    """Three chunks of four strings."""
    file = McapFile(**how)
    channel = file.add("/s", TEXT, "cdr")
    kind = parse_ros2(TEXT[0], TEXT[2].decode())
    messages = [
        Sent(channel, 10 + i, serialized(kind, {"data": f"text {i} " * 20})) for i in range(ROWS)
    ]
    file.chunks = [messages[i : i + 4] for i in range(0, ROWS, 4)]
    return file


@dataclass
class Kept:
    """What an import gave."""

    report: ImportReport
    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        return len(self.columns.get("TextDocument:text", []))


Convert = Callable[[bytes], Kept]


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    def run(data: bytes) -> Kept:
        path, out = tmp_path / "in.mcap", tmp_path / "out.rrd"
        path.write_bytes(data)
        with out.open("wb") as file:
            report = mcap_convert(path, file, STORE, McapSettings(), lambda _d, _t: None)
        columns: dict[str, list[Any]] = {}
        with Recording.open(out) as recording:
            for found in recording.chunks():
                for descriptor, column in found.chunk.components.items():
                    columns.setdefault(descriptor.component, []).extend(column.to_pylist())
        return Kept(report, columns)

    return run


def place_of(data: bytes | bytearray, opcode: int, number: int = 0) -> tuple[int, int]:
    """Where the content of a record starts, and its length."""
    at = 8
    while True:
        found, length = HEAD.unpack_from(data, at)
        if found == opcode:
            if not number:
                return at + HEAD.size, length
            number -= 1
        at += HEAD.size + length


def test_a_sound_file_loses_nothing(convert: Convert) -> None:
    kept = convert(text_file().to_bytes())
    assert kept.rows == ROWS
    assert not kept.report.losses
    assert kept.report.error is None


def test_a_cut_file_is_read_as_far_as_it_goes(convert: Convert) -> None:
    data = text_file().to_bytes()
    start, _ = place_of(data, Opcode.CHUNK, 2)
    kept = convert(data[: start + 40])
    assert kept.rows == 8
    assert "ends inside a record" in kept.report.losses[0]
    assert "front to back" in kept.report.notes[0]


@pytest.mark.parametrize("cut", [1, 8, 9, 30, 60])
def test_a_file_without_its_end_has_all_messages(cut: int, convert: Convert) -> None:
    kept = convert(text_file().to_bytes()[:-cut])
    assert kept.rows == ROWS
    assert kept.columns["McapStatistics:message_count"] == [[ROWS]]


@pytest.mark.parametrize(
    "how",
    [
        {"has_summary": False},
        {"has_chunk_indexes": False},
        {"repeats_channels": False},
        {"has_statistics": False, "has_indexes": False},
        {"has_summary": False, "has_indexes": False, "has_checksums": False},
    ],
)
def test_what_no_index_lists_is_found(how: dict[str, bool], convert: Convert) -> None:
    kept = convert(text_file(**how).to_bytes())
    assert kept.rows == ROWS
    assert not kept.report.losses


def test_channels_are_described_with_schemas_that_only_chunks_have(convert: Convert) -> None:
    kept = convert(text_file(repeats_channels=False).to_bytes())
    assert kept.columns["McapChannel:topic"] == [["/s"]]
    assert kept.columns["McapSchema:name"] == [["std_msgs/msg/String"]]


def test_messages_outside_of_chunks_are_found(convert: Convert) -> None:
    file = text_file()
    file.loose = file.chunks.pop()
    assert convert(file.to_bytes()).rows == ROWS
    file.loose += [message for chunk in file.chunks for message in chunk]
    file.chunks = []
    assert convert(file.to_bytes()).rows == ROWS


def test_a_wrong_checksum_of_a_chunk_is_a_loss_that_keeps_the_messages(convert: Convert) -> None:
    data = bytearray(text_file(compression="").to_bytes())
    start, _ = place_of(data, Opcode.CHUNK, 1)
    data[start + 24] ^= 1
    kept = convert(bytes(data))
    assert kept.rows == ROWS
    assert "fails its checksum" in kept.report.losses[0]


def test_a_wrong_checksum_of_the_summary_makes_it_unusable(convert: Convert) -> None:
    data = bytearray(text_file().to_bytes())
    data[-9] ^= 1
    kept = convert(bytes(data))
    assert kept.rows == ROWS
    assert not kept.report.losses
    assert "checksum of the summary" in kept.report.notes[0]


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_a_broken_chunk_costs_its_own_messages(compression: str, convert: Convert) -> None:
    data = bytearray(text_file(compression=compression).to_bytes())
    start, length = place_of(data, Opcode.CHUNK, 1)
    data[start + 45 : start + length - 3] = b"\xff" * (length - 48)
    kept = convert(bytes(data))
    assert kept.rows == 8
    assert "a chunk is lost" in kept.report.losses[0]


def test_an_unknown_compression_costs_the_messages(convert: Convert) -> None:
    kept = convert(text_file(compression="snappy").to_bytes())
    assert kept.rows == 0
    assert len(kept.report.losses) == 3
    assert "'snappy' is unknown" in kept.report.losses[0]
    assert kept.columns["McapChannel:topic"] == [["/s"]]


@pytest.mark.parametrize("claimed", [2**62, 1 << 31, 5000, 10])
def test_a_wrong_size_is_not_believed(claimed: int, convert: Convert) -> None:
    data = bytearray(text_file().to_bytes())
    start, _ = place_of(data, Opcode.CHUNK, 1)
    struct.pack_into("<Q", data, start + 16, claimed)
    kept = convert(bytes(data))
    assert kept.rows == 8
    assert "a chunk is lost" in kept.report.losses[0]


@pytest.mark.parametrize("opcode", [Opcode.CHUNK, Opcode.SCHEMA])
def test_a_huge_record_ends_the_file(opcode: int, convert: Convert) -> None:
    whole = text_file().to_bytes()
    start, _ = place_of(whole, Opcode.CHUNK, 1)
    data = whole[: start - HEAD.size] + HEAD.pack(opcode, 2**63) + b"abc"
    kept = convert(data)
    assert kept.rows == 4
    assert "ends inside a record" in kept.report.losses[0]


def test_a_broken_record_inside_a_chunk_costs_what_follows(convert: Convert) -> None:
    file = text_file(compression="", has_checksums=False, has_indexes=False)
    data = bytearray(file.to_bytes())
    start, _ = place_of(data, Opcode.CHUNK, 1)
    struct.pack_into("<Q", data, start + 40 + 1, 1 << 40)  # the length of the first message
    kept = convert(bytes(data))
    assert kept.rows == 8
    assert "a record is broken" in kept.report.losses[0]


def test_indexes_that_lie_are_not_used(convert: Convert) -> None:
    data = bytearray(text_file().to_bytes())
    for number in range(3):
        start, _ = place_of(data, Opcode.MESSAGE_INDEX, number)
        struct.pack_into("<Q", data, start + 14, 3)
    kept = convert(bytes(data))
    assert kept.rows == ROWS
    assert not kept.report.losses


def test_a_channel_that_nobody_describes(convert: Convert) -> None:
    file = text_file()
    file.chunks[0].append(Sent(9, 1, b""))
    kept = convert(file.to_bytes())
    assert kept.rows == ROWS
    assert "channel 9" in kept.report.losses[0]


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (("p/msg/T", "ros2msg", b"int32"), "the line 'int32'"),
        (("p/msg/T", "ros2msg", b"Gone a"), "lacks the type p/Gone"),
        (("p.T", "protobuf", b"\xff\xff"), "descriptors cannot be read"),
        (("p.T", "protobuf", b""), "lack the message type p.T"),
        (("p/msg/T", "ros2idl", b""), "ros2idl / cdr is not understood"),
    ],
)
def test_a_schema_that_cannot_be_used_costs_nothing(
    schema: tuple[str, str, bytes], told: str, convert: Convert
) -> None:
    file = text_file()
    other = file.add("/bad", schema, "cdr")
    file.chunks[0].append(Sent(other, 3, b"\0\1\0\0abcd"))
    kept = convert(file.to_bytes())
    assert kept.rows == ROWS
    assert kept.columns["McapMessage:data"] == [[list(b"\0\1\0\0abcd")]]
    assert told in kept.report.notes[0]


def test_a_point_layout_that_changes_within_a_chunk(convert: Convert) -> None:
    text = (
        "std_msgs/Header header\nuint32 height\nuint32 width\nPointField[] fields\n"
        "bool is_bigendian\nuint32 point_step\nuint32 row_step\nuint8[] data\nbool is_dense\n"
        "===\nMSG: std_msgs/Header\nstring frame_id\n===\nMSG: sensor_msgs/PointField\n"
        "string name\nuint32 offset\nuint8 datatype\nuint32 count"
    )
    kind = parse_ros2("sensor_msgs/msg/PointCloud2", text)
    fields = [
        {"name": name, "offset": 4 * i, "datatype": 7, "count": 1}
        for i, name in enumerate(("x", "y", "z", "heat"))
    ]
    values = [
        {"fields": fields, "point_step": 16, "data": bytes(32)},
        {"fields": fields[:3], "point_step": 12, "data": bytes(12)},
        {
            "fields": [*fields[:3], {**fields[3], "datatype": 5}],
            "point_step": 16,
            "data": bytes(16),
        },
        {"fields": fields, "point_step": 3, "data": bytes(16)},
    ]
    file = McapFile()
    channel = file.add("/p", ("sensor_msgs/msg/PointCloud2", "ros2msg", text.encode()), "cdr")
    file.chunks = [[Sent(channel, i, serialized(kind, value)) for i, value in enumerate(values)]]
    kept = convert(file.to_bytes())
    assert list(map(len, kept.columns["Points3D:positions"])) == [2, 1, 1]
    assert kept.columns["Points3D:heat"] == [[0.0, 0.0], [0]]
    assert len(kept.columns["sensor_msgs.msg.PointCloud2:data"]) == 4
    assert not kept.report.losses


@pytest.mark.parametrize("data", [b"", b"\x89MCAP", b"no mcap at all", b"\x89MCAP0\r\n"])
def test_what_is_no_mcap_file(data: bytes, tmp_path: Path) -> None:
    for name, error in (("x.mcap", ImporterError), ("x.bin", NotMineError)):
        if name == "x.bin" and data.startswith(b"\x89MCAP0"):
            continue
        path = tmp_path / name
        path.write_bytes(data)
        report = ImportReport(str(path))
        with pytest.raises(error):
            list(McapImporter().chunks(path, ImportSettings(STORE), lambda _d, _t: None, report))


SOUND = text_file().to_bytes()


@given(flips=st.lists(st.tuples(st.integers(8, len(SOUND) - 1), st.integers(0, 255)), max_size=4))
def test_any_flipped_bytes(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(SOUND)
    for place, byte in flips:
        data[place] = byte
    path = tmp_path_factory.mktemp("flips") / "in.mcap"
    path.write_bytes(data)
    report = ImportReport(str(path))
    chunks = McapImporter().chunks(path, ImportSettings(STORE), lambda _d, _t: None, report)
    try:
        for chunk in chunks:
            chunk.batch.validate(full=True)
    except ImporterError:
        assert data[:60] != SOUND[:60]  # without its header a file is none
