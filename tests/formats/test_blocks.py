"""Linear reading: the table of section 1.5, damage at every byte, and invariance of the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats import blocks
from rrdformats.blocks import read_blocks
from rrdformats.errors import (
    CorruptError,
    LimitError,
    NotRrdError,
    RrdError,
    TruncatedError,
    UnsupportedError,
)
from rrdformats.limits import Limits
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ACTIVATION, ARROW_MSG, END, SET_STORE_INFO, frame
from rrdformats.testing.files import (
    DeviceError,
    FailingFile,
    Pipe,
    SizedFile,
    StoppingFile,
    as_binary,
)

INFO = frame(SET_STORE_INFO, assembly.set_store_info())
FOOTER = assembly.footer(assembly.manifest_message(b"table"))


def chunk(size: int = 40) -> bytes:
    return frame(ARROW_MSG, assembly.arrow_msg(bytes(size)))


A = assembly.stream(INFO, chunk(), frame(ACTIVATION, assembly.activation()), footer=FOOTER)
B = assembly.stream(chunk(10), footer=b"")
OLD = assembly.stream(INFO, footer=None) + frame(END, b"")
OPEN = assembly.stream(INFO, chunk(), footer=None)


@dataclass
class Found:
    """What reading gave: messages as (stream, kind, offset, bytes), streams, damage."""

    messages: list[tuple[int, int, int, bytes]] = field(default_factory=list)
    streams: list[tuple[int, tuple[int, int] | None, bool]] = field(default_factory=list)
    damage: list[tuple[type[RrdError], int | None]] = field(default_factory=list)

    @property
    def kinds(self) -> list[int]:
        return [kind for _, kind, _, _ in self.messages]


def read(file: SizedFile, **options: Any) -> Found:
    found = Found()

    def damaged(error: RrdError) -> None:
        found.damage.append((type(error), error.offset))

    streams = {}
    for block in read_blocks(open_source(as_binary(file)), on_damage=damaged, **options):
        assert len(block) == len(block.kinds) > 0
        streams[block.stream.index] = block.stream
        for i, kind in enumerate(block.kinds):
            data = block.data[block.starts[i] : block.ends[i]].tobytes()
            found.messages.append((block.stream.index, kind, block.source_offset(i), data))
    found.streams = [(s.offset, s.footer, s.trailer is not None) for s in streams.values()]
    return found


def read_bytes(data: bytes, **options: Any) -> Found:
    return read(SizedFile(data), **options)


def first_error(data: bytes, **options: Any) -> RrdError:
    with pytest.raises(RrdError) as caught:
        for _ in read_blocks(open_source(as_binary(SizedFile(data))), **options):
            pass
    return caught.value


# --- section 1.5 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kinds", "stream_count"),
    [
        pytest.param(A, [1, 2, 3, 0], 1, id="one stream"),
        pytest.param(B, [2, 0], 1, id="empty End with trailer"),
        pytest.param(OLD, [1, 0], 1, id="empty End without trailer, until 0.27"),
        pytest.param(OPEN, [1, 2], 1, id="no End"),
        pytest.param(assembly.header(), [], 0, id="header alone"),
        pytest.param(A + B, [1, 2, 3, 0, 2, 0], 2, id="cat a b"),
        pytest.param(A + A + B, [1, 2, 3, 0, 1, 2, 3, 0, 2, 0], 3, id="cat a a b"),
        pytest.param(OPEN + A, [1, 2, 1, 2, 3, 0], 2, id="no End, then a header"),
        pytest.param(OLD + A, [1, 0, 1, 2, 3, 0], 2, id="the stream that the reference loses"),
        pytest.param(OLD + OLD + OPEN, [1, 0, 1, 0, 1, 2], 3, id="three old streams"),
        pytest.param(assembly.header() + A, [1, 2, 3, 0], 1, id="a header, then a stream"),
    ],
)
def test_whole_streams_are_read_without_damage(
    data: bytes, kinds: list[int], stream_count: int
) -> None:
    found = read_bytes(data)
    assert found.kinds == kinds
    assert len(found.streams) == stream_count
    assert not found.damage


def test_streams_know_their_place_and_their_footer() -> None:
    found = read_bytes(A + OLD + B + OPEN)
    bases = [0, len(A), len(A + OLD), len(A + OLD + B)]
    assert [offset for offset, _, _ in found.streams] == bases
    end_a = len(A) - 32
    assert [footer for _, footer, _ in found.streams] == [
        (end_a - len(FOOTER), end_a),
        (bases[2], bases[2]),
        (bases[3] - 32, bases[3] - 32),
        None,
    ]
    assert [trailer for _, _, trailer in found.streams] == [True, False, True, False]


def test_an_index_is_counted_even_for_streams_without_messages() -> None:
    found = read_bytes(assembly.header() + A)
    assert {index for index, *_ in found.messages} == {1}


GARBAGE = b"garbage! " * 8


@pytest.mark.parametrize(
    ("data", "kinds", "error", "offset"),
    [
        pytest.param(A + GARBAGE, [1, 2, 3, 0], NotRrdError, len(A), id="garbage"),
        pytest.param(A + b"xyz", [1, 2, 3, 0], CorruptError, len(A), id="few bytes of garbage"),
        pytest.param(A + b"RRF2", [1, 2, 3, 0], CorruptError, len(A), id="start of a header"),
        pytest.param(A + b"RRF0" + GARBAGE, [1, 2, 3, 0], UnsupportedError, len(A), id="RRF0"),
        pytest.param(OLD + GARBAGE, [1, 0], CorruptError, len(OLD), id="garbage behind an old End"),
        pytest.param(
            OLD + b"xyz", [1, 0], CorruptError, len(OLD), id="few bytes behind an old End"
        ),
        pytest.param(A[:-1], [1, 2, 3, 0], TruncatedError, len(A) - 32, id="cut trailer"),
        pytest.param(
            A[:-31], [1, 2, 3, 0], TruncatedError, len(A) - 32, id="a trailer's first byte"
        ),
        pytest.param(OPEN + frame(7, b"?"), [1, 2], CorruptError, len(OPEN), id="unknown kind"),
        pytest.param(OPEN + GARBAGE, [1, 2], CorruptError, len(OPEN), id="garbage for a frame"),
        pytest.param(
            OPEN[:-1], [1], TruncatedError, len(assembly.header() + INFO), id="cut message"
        ),
        pytest.param(OPEN + b"\2\0\0", [1, 2], TruncatedError, len(OPEN), id="cut frame header"),
        pytest.param(
            OPEN + b"RRF2\0\x16\0\0" + GARBAGE, [1, 2], UnsupportedError, len(OPEN), id="bad header"
        ),
        pytest.param(
            OPEN + frame(ARROW_MSG, b"", 2**60), [1, 2], LimitError, len(OPEN), id="huge length"
        ),
    ],
)
def test_damage_is_reported_behind_all_that_stands_before_it(
    data: bytes, kinds: list[int], error: type[RrdError], offset: int
) -> None:
    for found in (read_bytes(data), read(Pipe(data, 5))):
        assert found.kinds == kinds
        assert found.damage == [(error, offset)]
    raised = first_error(data)
    assert type(raised) is error
    assert raised.offset == offset


@pytest.mark.parametrize(
    ("data", "error", "record", "reason"),
    [
        (OPEN[:-1], TruncatedError, "ArrowMsg", r"ends after \d+ of \d+ bytes of a message"),
        (OPEN + b"\2\0\0", TruncatedError, None, "ends after 3 bytes of a frame header"),
        (OPEN + frame(END, b"", 9), TruncatedError, "End", "ends after 0 of 9 bytes"),
        (OPEN + frame(0x77, b""), CorruptError, None, "0x77 is no message kind"),
        (OPEN + frame(1, b"", 2**63), LimitError, "SetStoreInfo", "claims 9223372036854775808"),
        (A[:-5], TruncatedError, "trailer", "only 27 bytes of the 32 of a trailer"),
        (A + b"??", CorruptError, None, "2 bytes of garbage after the end"),
        (OLD + GARBAGE, CorruptError, None, "garbage after the end of the stream"),
    ],
)
def test_damage_says_what_and_where(
    data: bytes, error: type[RrdError], record: str | None, reason: str
) -> None:
    with pytest.raises(error, match=reason) as caught:
        raise first_error(data)
    assert caught.value.record == record


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (b"", NotRrdError, "it is empty"),
        (b"R", TruncatedError, "only 1 bytes of the 12 of a stream header"),
        (b"RRF2\0\x29\0\0\1\2\0", TruncatedError, "only 11 bytes of the 12"),
        (b"hi", NotRrdError, "2 bytes, starting with b'hi'"),
        (b"RRF3\0\0", NotRrdError, "6 bytes, starting with b'RRF3'"),
    ],
)
def test_sources_shorter_than_a_header_are_named(
    data: bytes, error: type[RrdError], reason: str
) -> None:
    with pytest.raises(error, match=reason) as caught:
        raise first_error(data)
    assert caught.value.offset == 0


@pytest.mark.parametrize(
    "head", [b"", b"RRF2", b"hi", b"RRF1" + bytes(20), b"PK\x03\x04" + bytes(20), bytes(100)]
)
def test_a_source_that_is_no_recording_is_raised_even_where_damage_is_wanted(head: bytes) -> None:
    with pytest.raises((NotRrdError, TruncatedError, UnsupportedError)):
        read_bytes(head)


# --- cuts --------------------------------------------------------------------------------------


@cache
def boundaries(data: bytes) -> list[tuple[int, int]]:
    """Where each message ends, with its offset, in the whole of `data`."""
    return [(offset, offset + len(body)) for _, _, offset, body in read_bytes(data).messages]


@pytest.mark.parametrize("data", [A + B, OLD + OPEN, OPEN + A], ids=["A+B", "OLD+OPEN", "OPEN+A"])
def test_cut_at_every_offset(data: bytes) -> None:
    whole = read_bytes(data)
    assert not whole.damage
    clean = 0
    for cut in range(12, len(data)):
        found = read_bytes(data[:cut])
        expected = sum(end <= cut for _, end in boundaries(data))
        assert found.messages == whole.messages[:expected], cut
        assert found == read(Pipe(data[:cut], 11))
        assert len(found.damage) <= 1
        if found.damage:
            error, offset = found.damage[0]
            assert error in (TruncatedError, CorruptError)
            assert offset is not None
            assert offset < cut
        else:
            clean += 1
    # Only cuts between messages, between streams, and before or behind a trailer are no damage.
    assert clean < len(whole.messages) + 3 * len(whole.streams)


@pytest.mark.parametrize("stop", [20, 60, 120, len(A) - 40, len(A) - 1])
def test_a_file_that_shrinks_while_it_is_read_is_damaged(stop: int) -> None:
    found = read(StoppingFile(A, stop))
    assert found.damage
    assert found.messages == read_bytes(A).messages[: len(found.messages)]


def test_errors_of_the_device_pass_through_wherever_they_happen() -> None:
    counting = SizedFile(A + B)
    read(counting, payloads=False)
    assert counting.operations >= 3
    for failing in range(counting.operations):
        with pytest.raises(DeviceError):
            read(FailingFile(A + B, failing), payloads=False)


# --- windows and sources -----------------------------------------------------------------------

FRAMES = st.lists(
    st.one_of(
        st.just(INFO),
        st.integers(0, 300).map(chunk),
        st.just(frame(ACTIVATION, assembly.activation())),
    ),
    max_size=6,
)
STREAMS = st.builds(
    lambda frames, footer: assembly.stream(*frames, footer=footer),
    FRAMES,
    st.sampled_from([b"", FOOTER, None]),
)
SOURCES = st.builds(
    lambda parts, tail: b"".join(parts)[: -tail or None],
    st.lists(STREAMS, min_size=1, max_size=3),
    st.sampled_from([0, 0, 1, 20, 50]),
)


@pytest.fixture
def tiny_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "WINDOW", 1)


@given(SOURCES, st.integers(1, 400))
def test_messages_do_not_depend_on_the_window_or_on_the_source(data: bytes, window: int) -> None:
    data = data if len(data) >= 12 else assembly.header()
    expected = read_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "WINDOW", window)
        assert read_bytes(data) == expected
        assert read(Pipe(data, 3)) == expected
        assert read_bytes(data, payloads=False) == expected


@pytest.mark.usefixtures("tiny_window")
def test_a_window_of_one_byte_reads_everything_too() -> None:
    assert read_bytes(A + OLD + OPEN + B).kinds == [1, 2, 3, 0, 1, 0, 1, 2, 2, 0]


def test_reads_ask_for_a_window_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "WINDOW", 1000)
    data = assembly.stream(*[chunk(300)] * 50)
    for file in (SizedFile(data), Pipe(data)):
        read(file)
        assert file.largest <= 2000


@pytest.mark.parametrize("file_type", [SizedFile, Pipe])
def test_memory_follows_what_arrives_not_what_is_claimed(file_type: type[SizedFile]) -> None:
    data = assembly.stream(frame(ARROW_MSG, b"few", 3 << 30), footer=None)
    file = file_type(data)
    assert read(file).damage == [(TruncatedError, 12)]
    assert file.largest <= blocks.WINDOW


def test_a_message_larger_than_the_window_is_one_block() -> None:
    data = assembly.stream(INFO, chunk(3 * blocks.WINDOW), INFO)
    for file in (SizedFile(data), Pipe(data)):
        assert read(file).kinds == [1, 2, 1, 0]


def test_message_lengths_have_a_limit() -> None:
    for size in (200_000, 2 * blocks.WINDOW):
        data = assembly.stream(INFO, chunk(size), INFO)
        for file in (SizedFile(data), Pipe(data)):
            found = read(file, limits=Limits(message_bytes=100_000))
            assert found.kinds == [1]
            assert found.damage == [(LimitError, 12 + len(INFO))]


# --- without payloads --------------------------------------------------------------------------


def test_large_payloads_can_be_skipped() -> None:
    size = 2 * blocks.WINDOW
    data = assembly.stream(INFO, chunk(size), chunk(5), chunk(size), INFO)
    file = SizedFile(data)
    skipping = list(read_blocks(open_source(as_binary(file)), payloads=False))
    whole = list(read_blocks(open_source(as_binary(SizedFile(data)))))

    def places(found: list[blocks.Block]) -> list[tuple[int, int, int]]:
        return [
            (kind, block.offset + start, block.offset + end)
            for block in found
            for kind, start, end in zip(block.kinds, block.starts, block.ends, strict=True)
        ]

    assert places(skipping) == places(whole)
    large = [block for block in skipping if block.skipped]
    assert [len(block) for block in large] == [1, 1]
    for block in large:
        end = block.ends[0] - block.skipped
        assert block.data[end - 2 : end].tobytes() == bytes([7 << 3, 0])  # is_static: false
        assert len(block.data) + block.skipped == block.ends[0]


def test_a_pipe_cannot_skip() -> None:
    data = assembly.stream(chunk(2 * blocks.WINDOW))
    source = open_source(as_binary(Pipe(data)))
    assert not any(block.skipped for block in read_blocks(source, payloads=False))


def test_a_message_that_is_cut_off_is_not_skipped() -> None:
    data = assembly.stream(chunk(2 * blocks.WINDOW), footer=None)[:-1]
    assert read_bytes(data, payloads=False).damage == [(TruncatedError, 12)]
