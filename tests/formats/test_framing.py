"""Stream header, trailer and versions: the tables of sections 1.1 and 1.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError, NotRrdError, RrdError, UnsupportedError
from rrdformats.framing import (
    HEADER_SIZE,
    TRAILER_SIZE,
    CrateVersion,
    StreamHeader,
    Trailer,
    checksum,
)
from rrdformats.testing import assembly

BYTES = st.integers(0, 255)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", 0x2A973671),
        (b"a", 0x9DF23F1D),
        (b"RRF2FOOT", 0xAA391367),
        (bytes(range(40)), 0xB2E92BF8),
    ],
)
def test_the_checksum_is_the_reference_s(payload: bytes, expected: int) -> None:
    assert checksum(payload) == expected
    assert checksum(memoryview(payload)) == expected


# --- versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ((0, 41, 0, 0), "0.41.0"),
        ((0, 23, 0, 0x41), "0.23.0-rc.1"),
        ((0, 30, 2, 0x80), "0.30.2-alpha.0"),
        ((0, 36, 3, 0xBF), "0.36.3-alpha.63"),
        ((1, 0, 0, 0xC5), "1.0.0-alpha.5+dev"),
    ],
)
def test_versions_print_as_people_write_them(version: tuple[int, int, int, int], text: str) -> None:
    assert str(CrateVersion(*version)) == text


@pytest.mark.parametrize(
    ("version", "bits"), [((0, 41, 0, 0), 10496), ((0, 41, 0, 0x80), -(2**31) + 10496)]
)
def test_version_bits_are_the_header_s_bytes_as_a_signed_integer(
    version: tuple[int, int, int, int], bits: int
) -> None:
    assert CrateVersion(*version).bits == bits
    assert CrateVersion.from_bits(bits) == version
    assert CrateVersion.from_bits(bits & 0xFFFF_FFFF_FFFF_FFFF) == version


def test_releases_are_compared_without_their_meta_byte() -> None:
    assert CrateVersion(0, 32, 0, 0x41).release == (0, 32, 0)


# --- stream header -----------------------------------------------------------------------------


@given(BYTES, BYTES, BYTES, st.booleans())
def test_a_header_comes_back_as_it_was_written(
    minor: int, patch: int, meta: int, compressed: bool
) -> None:
    header = StreamHeader(CrateVersion(1, minor, patch, meta), compressed)
    written = header.to_bytes()
    assert written == assembly.header(version=(1, minor, patch, meta), compression=int(compressed))
    assert StreamHeader.parse(written) == header
    assert StreamHeader.parse(memoryview(written + b"more")) == header


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ((0, 22, 1, 0), False),
        ((0, 22, 255, 0xC1), False),
        ((0, 0, 0, 0), False),
        ((0, 23, 0, 0x41), True),
        ((0, 23, 0, 0), True),
        ((0, 99, 0, 0), True),
        ((7, 0, 0, 0), True),
    ],
)
def test_versions_since_0_23_are_read_and_newer_ones_too(
    version: tuple[int, int, int, int], accepted: bool
) -> None:
    data = assembly.header(version=version)
    if accepted:
        assert StreamHeader.parse(data).version == version
        return
    with pytest.raises(UnsupportedError, match=r"oldest that can be read is 0\.23") as caught:
        StreamHeader.parse(data, offset=7)
    assert str(CrateVersion(*version)) in caught.value.reason
    assert (caught.value.offset, caught.value.record) == (7, "stream header")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"fourcc": b"RRF0"}, r"very old version \(RRF0\)"),
        ({"fourcc": b"RRF1"}, r"very old version \(RRF1\)"),
        ({"fourcc": b"RRIO"}, r"very old version \(RRIO\)"),
        (
            {"serializer": 1, "version": (0, 22, 1, 0)},
            r"MsgPack messages, written by version 0\.22",
        ),
        ({"serializer": 0}, "serializer 0"),
        ({"serializer": 3}, "serializer 3"),
        ({"compression": 2}, "compression 2"),
        ({"reserved": 1}, "reserved 1"),
        ({"reserved": 0x100}, "reserved 256"),
    ],
)
def test_old_and_unknown_streams_are_named(changed: dict[str, bytes], reason: str) -> None:
    data = assembly.header(**changed)  # type: ignore[arg-type] # one dict for all keywords
    with pytest.raises(UnsupportedError, match=reason) as caught:
        StreamHeader.parse(data, offset=3)
    assert (caught.value.offset, caught.value.record) == (3, "stream header")


def test_options_are_checked_before_the_version() -> None:
    data = assembly.header(version=(0, 1, 0, 0), compression=9)
    with pytest.raises(UnsupportedError, match="compression 9"):
        StreamHeader.parse(data)


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x89MCAP0\r\n", "an MCAP file"),
        (b"#ROSBAG V2.0\n", "a ROS 1 bag"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"PAR1", "a Parquet file"),
        (b"ARROW1\0\0", "an Arrow IPC file"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b\x08", "gzip-compressed data"),
        (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
        (b"\x04\x22\x4d\x18", "LZ4-compressed data"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"glTF\2\0\0\0", "a glTF binary"),
        (b"ply\nformat", "a PLY file"),
        (b"\0\0\0\x18ftypmp42", "an MP4 video"),
        (b"", "starts with zero bytes"),
        (b"hello", r"starts with b'hell' instead of b'RRF2'"),
        (b"rrf2", r"starts with b'rrf2'"),
        (b"RRF3", r"starts with b'RRF3'"),
    ],
)
def test_foreign_files_are_named(start: bytes, name: str) -> None:
    with pytest.raises(NotRrdError, match=f"not an RRD recording.*{name}") as caught:
        StreamHeader.parse(start.ljust(HEADER_SIZE, b"\0")[:HEADER_SIZE], offset=0)
    assert caught.value.offset == 0


@given(st.binary(min_size=HEADER_SIZE, max_size=HEADER_SIZE))
def test_any_twelve_bytes_are_a_header_or_an_rrd_error(data: bytes) -> None:
    try:
        header = StreamHeader.parse(data)
    except RrdError:
        return
    assert header.to_bytes() == data


# --- trailer -----------------------------------------------------------------------------------


@given(st.binary(max_size=50), st.integers(0, 2**64 - 1))
def test_a_trailer_comes_back_as_it_was_written(payload: bytes, start: int) -> None:
    trailer = Trailer.of(payload, start)
    assert trailer.to_bytes() == assembly.trailer(payload, start)
    assert Trailer.parse(trailer.to_bytes()) == trailer
    trailer.verify(payload, offset=start)


def test_the_trailer_of_a_stream_without_chunks_is_the_sheet_s_example() -> None:
    tail = "f400000000000000 0000000000000000 7136972a 52524632464f4f5401000000"
    assert Trailer.of(b"", 244).to_bytes() == bytes.fromhex(tail)


@pytest.mark.parametrize(
    "data",
    [
        assembly.trailer(b"", 0, fourcc=b"RRF1"),
        assembly.trailer(b"", 0, foot=b"foot"),
        assembly.trailer(b"", 0, entries=0),
        assembly.trailer(b"", 0, entries=2),
        assembly.trailer(b"", 0)[:-1],
        b"",
        bytes(TRAILER_SIZE),
    ],
)
def test_anything_else_is_no_trailer(data: bytes) -> None:
    assert Trailer.parse(data) is None


def test_a_wrong_checksum_is_an_error_at_the_footer() -> None:
    trailer = Trailer.of(b"footer", 100)
    with pytest.raises(CorruptError, match=r"footer checksum is 0x[0-9a-f]{8}") as caught:
        trailer.verify(b"Footer", offset=123)
    assert (caught.value.offset, caught.value.record) == (123, "RrdFooter")


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RrdError("broken"), "broken"),
        (RrdError("broken", offset=5), "broken (at byte 5)"),
        (RrdError("broken", record="ArrowMsg"), "broken (ArrowMsg)"),
        (RrdError("broken", offset=0, record="ArrowMsg"), "broken (ArrowMsg at byte 0)"),
        (RrdError("broken").at(9, "End"), "broken (End at byte 9)"),
        (RrdError("broken", offset=5, record="a").at(9, "b"), "broken (a at byte 5)"),
    ],
)
def test_errors_say_where(error: RrdError, text: str) -> None:
    assert str(error) == text
    assert error.reason == "broken"
