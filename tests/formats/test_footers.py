"""Footers found from the end: sections 1.3 to 1.5 and 7.6."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import LimitError, NotRrdError, RrdError, UnsupportedError
from rrdformats.footers import FooterUnusableError, find_footers
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ARROW_MSG, END, SET_STORE_INFO, frame
from rrdformats.testing.files import (
    DeviceError,
    FailingFile,
    Pipe,
    SizedFile,
    StoppingFile,
    as_binary,
)

INFO = frame(SET_STORE_INFO, assembly.set_store_info())
CHUNK = frame(ARROW_MSG, assembly.arrow_msg(bytes(100)))
FOOTER = assembly.footer(
    assembly.manifest_message(b"one"),
    assembly.manifest_message(b"two", store=assembly.store_id("b")),
)
A = assembly.stream(INFO, CHUNK, footer=FOOTER)
B = assembly.stream(INFO, CHUNK, CHUNK, footer=assembly.footer(assembly.manifest_message(b"three")))
EMPTY = assembly.stream(INFO)
OPEN = assembly.stream(INFO, CHUNK, footer=None)
OLD = OPEN + frame(END, b"")


def find(data: bytes, limits: Limits = DEFAULT_LIMITS) -> list[Any]:
    return find_footers(open_source(as_binary(SizedFile(data))), limits)


def reason(data: bytes) -> str:
    with pytest.raises(FooterUnusableError) as caught:
        find(data)
    return caught.value.reason


@pytest.mark.parametrize(
    ("data", "manifests"),
    [
        (A, [2]),
        (B, [1]),
        (EMPTY, [0]),
        (A + B, [2, 1]),
        (B + A + EMPTY + A, [1, 2, 0, 2]),
    ],
    ids=["A", "B", "empty", "A+B", "B+A+empty+A"],
)
def test_the_footers_of_all_streams_are_found(data: bytes, manifests: list[int]) -> None:
    found = find(data)
    assert [len(footer.manifests) for footer in found] == manifests
    streams = [footer.stream for footer in found]
    assert [stream.index for stream in streams] == list(range(len(found)))
    assert streams[0].offset == 0
    ends = [stream.offset for stream in streams[1:]] + [len(data)]
    for stream, end in zip(streams, ends, strict=True):
        assert stream.trailer is not None
        assert stream.footer == (end - 32 - stream.trailer.length, end - 32)
        assert stream.header.version == (0, 41, 0, 0)


def test_manifests_are_handed_out_undecoded() -> None:
    (footer,) = find(A)
    assert [bytes(item.data) for item in footer.manifests] == [b"one", b"two"]
    assert [item.store_id.recording_id for item in footer.manifests] == ["rec", "b"]


def with_trailer(**changed: Any) -> bytes:
    payload = b""
    data = assembly.stream(INFO, footer=None) + frame(END, payload)
    start = changed.pop("start", len(data))
    return data + assembly.trailer(payload, start, **changed)


AT = len(EMPTY) - 32


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(OPEN, "there is no footer", id="no End"),
        pytest.param(OLD, "there is no footer", id="an old End"),
        pytest.param(A[:-1], "there is no footer", id="a cut trailer"),
        pytest.param(A + b"garbage", "there is no footer", id="garbage behind"),
        pytest.param(OLD + A, "there is no footer", id="an old stream before"),
        pytest.param(OPEN + A, "there is no footer", id="an open stream before"),
        pytest.param(A + OPEN, "there is no footer", id="an open stream behind"),
        pytest.param(assembly.header(), "there is no footer", id="a header alone"),
        pytest.param(assembly.header()[:7], "there is no footer", id="less than a header"),
        pytest.param(b"", "there is no footer", id="empty"),
        pytest.param(with_trailer(entries=2), "there is no footer", id="two entries"),
        pytest.param(with_trailer(fourcc=b"RRF1"), "there is no footer", id="another fourcc"),
        pytest.param(with_trailer(foot=b"HEAD"), "there is no footer", id="another identifier"),
        pytest.param(with_trailer(checksum=5), "footer checksum is 0x2a973671", id="checksum"),
        pytest.param(with_trailer(start=AT + 1), "outside its stream", id="start too large"),
        pytest.param(with_trailer(start=2**64 - 1), "outside its stream", id="start 2^64-1"),
        pytest.param(with_trailer(start=AT - 1), "not an RRD recording", id="start too small"),
        pytest.param(with_trailer(start=27), "outside its stream", id="start in the header"),
        pytest.param(with_trailer(length=2**60), "outside its stream", id="length 2^60"),
        pytest.param(with_trailer(length=2**64 - 1), "outside its stream", id="length 2^64-1"),
        pytest.param(with_trailer(length=AT), "outside its stream", id="the whole file as footer"),
        pytest.param(with_trailer(length=9), "outside its stream", id="length too large"),
    ],
)
def test_unusable_footers_say_why(data: bytes, expected: str) -> None:
    assert expected in reason(data)


def test_a_trailer_must_point_to_an_end_message() -> None:
    payload = assembly.arrow_msg(b"x" * 8)
    data = assembly.header() + frame(ARROW_MSG, payload)
    assert "does not point to an End message" in reason(data + assembly.trailer(payload, 28))
    data = assembly.header() + frame(END, payload, len(payload) + 1)
    assert "does not point to an End message" in reason(data + assembly.trailer(payload, 28))


def test_the_base_of_a_stream_must_hold_a_header() -> None:
    data = A + b"?" + B
    assert "there is no footer" in reason(data)
    old = assembly.header(version=(0, 20, 0, 0)) + EMPTY[12:]
    assert "oldest that can be read is 0.23" in reason(A + old)


def test_damaged_manifests_make_a_footer_unusable() -> None:
    bad = assembly.stream(INFO, footer=assembly.footer(b""))
    assert "a manifest lacks its store" in reason(bad)
    assert "does not end" in reason(assembly.stream(INFO, footer=b"\xff"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"PK\x03\x04" + bytes(100), NotRrdError),
        (b"RRF1" + EMPTY[4:], UnsupportedError),
        (b"nothing" + A, NotRrdError),
        (assembly.header(version=(0, 5, 0, 0)) + EMPTY[12:], UnsupportedError),
    ],
)
def test_what_is_no_recording_says_so_first(data: bytes, error: type[RrdError]) -> None:
    with pytest.raises(error) as caught:
        find(data)
    assert caught.value.offset == 0


def test_a_pipe_has_no_end_to_start_from() -> None:
    with pytest.raises(FooterUnusableError, match="a pipe has no footer"):
        find_footers(open_source(as_binary(Pipe(A))))


def test_the_length_of_a_footer_has_a_limit() -> None:
    with pytest.raises(FooterUnusableError, match="length of a footer") as caught:
        find(A, Limits(message_bytes=len(FOOTER) - 1))
    assert isinstance(caught.value.__cause__, LimitError)
    assert len(find(A, Limits(message_bytes=len(FOOTER)))) == 1


def test_only_footers_are_read() -> None:
    large = assembly.stream(
        INFO, frame(ARROW_MSG, assembly.arrow_msg(bytes(1 << 20))), footer=FOOTER
    )
    file = SizedFile(large + large)
    assert len(find_footers(open_source(as_binary(file)))) == 2
    assert file.largest <= len(FOOTER) + 16


def test_errors_of_the_device_pass_through_wherever_they_happen() -> None:
    counting = SizedFile(A + B)
    find_footers(open_source(as_binary(counting)))
    for failing in range(counting.operations):
        with pytest.raises(DeviceError):
            find_footers(open_source(as_binary(FailingFile(A + B, failing))))


@pytest.mark.parametrize("stop", [0, 5, 12, 50, len(A) - 40, len(A) - 1])
def test_a_file_that_shrinks_has_no_usable_footer(stop: int) -> None:
    with pytest.raises(RrdError):
        find_footers(open_source(as_binary(StoppingFile(A, stop))))


@given(st.lists(st.sampled_from([A, B, EMPTY]), min_size=1, max_size=5), st.data())
def test_any_trailer_is_used_or_refused(parts: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(b"".join(parts))
    place = len(whole) - data.draw(st.integers(1, 200))
    value = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.integers(0, 2**64 - 1)))
    noise = value if isinstance(value, bytes) else struct.pack("<Q", value)
    place = max(place, 12)
    whole[place : place + len(noise)] = noise[: len(whole) - place]
    try:
        found = find(bytes(whole))
    except FooterUnusableError:
        return
    assert len(found) >= 1
