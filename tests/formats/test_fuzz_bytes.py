"""Any bytes at any level: what comes out is a result or an `RrdError`."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rrdformats.errors import LimitError, NotRrdError
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ACTIVATION, ARROW_MSG, END, SET_STORE_INFO, frame
from rrdformats.testing.exercise import Outcome, exercise

KINDS = st.one_of(st.integers(0, 4), st.integers(0, 2**64 - 1))
INFO = frame(SET_STORE_INFO, assembly.set_store_info())


@given(st.binary(max_size=200))
@example(b"")
@example(b"RRF2")
@example(assembly.header())
def test_any_bytes(data: bytes) -> None:
    outcome = exercise(data)
    assert outcome.chunks == 0
    assert outcome.errors or data.startswith(b"RRF2")


@given(st.binary(max_size=200))
def test_any_bytes_behind_a_header(data: bytes) -> None:
    exercise(assembly.header() + data)


FRAMES = st.builds(
    frame,
    KINDS,
    st.binary(max_size=60),
    st.one_of(st.none(), st.integers(0, 80), st.integers(0, 2**64 - 1)),
)


@given(st.lists(FRAMES, max_size=5), st.binary(max_size=40))
def test_any_frames(frames: list[bytes], tail: bytes) -> None:
    exercise(assembly.header() + INFO + b"".join(frames) + tail)


FIELDS = st.one_of(
    st.builds(assembly.number, st.integers(1, 8), st.integers(0, 2**64 - 1)),
    st.builds(assembly.blob, st.integers(1, 8), st.binary(max_size=30)),
    st.builds(assembly.fixed, st.integers(1, 8), st.integers(0, 2**64 - 1)),
    st.just(assembly.blob(1, assembly.store_id())),
    st.binary(max_size=4),
)
MESSAGES = st.lists(FIELDS, max_size=6).map(b"".join)


@given(st.lists(st.tuples(st.sampled_from([SET_STORE_INFO, ARROW_MSG, ACTIVATION]), MESSAGES)))
def test_any_messages(messages: list[tuple[int, bytes]]) -> None:
    exercise(assembly.stream(*[frame(kind, message) for kind, message in messages], footer=None))


@given(MESSAGES)
def test_any_footer(footer: bytes) -> None:
    exercise(assembly.stream(INFO, footer=footer))


@given(st.binary(max_size=120), st.booleans(), st.one_of(st.none(), st.integers(0, 2**40)))
def test_any_payload(payload: bytes, compress: bool, size: int | None) -> None:
    message = assembly.arrow_msg(payload, compress=compress, size=size)
    exercise(assembly.stream(INFO, frame(ARROW_MSG, message), frame(ARROW_MSG, message)))


@given(st.binary(max_size=120), st.binary(max_size=120), st.sampled_from([None, 1, 2]))
def test_any_manifest(table: bytes, schema: bytes, compression: int | None) -> None:
    manifest = assembly.manifest_message(table, schema=schema, compression=compression, size=500)
    exercise(assembly.stream(INFO, footer=assembly.footer(manifest)))


# --- limits ------------------------------------------------------------------------------------


def limit_errors(outcome: Outcome) -> list[LimitError]:
    return [error for error in outcome.errors if isinstance(error, LimitError)]


STREAM = assembly.ipc(assembly.chunk_batch())


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([frame(ARROW_MSG, b"", 2**60)], id="a frame of 2^60 bytes"),
        pytest.param([frame(ARROW_MSG, b"", 2**64 - 1)], id="a frame of 2^64-1 bytes"),
        pytest.param(
            [frame(ARROW_MSG, assembly.arrow_msg(STREAM, compress=True, size=10**12))],
            id="a payload of 1 TB",
        ),
        pytest.param(
            [frame(ARROW_MSG, assembly.arrow_msg(STREAM, compress=True, size=2**64 - 1))],
            id="a payload of 2^64-1 bytes",
        ),
        pytest.param(
            [frame(SET_STORE_INFO, assembly.set_store_info(assembly.store_id("x" * (2 << 20))))],
            id="an id of 2 MB",
        ),
    ],
)
def test_claims_are_refused_before_memory_is_taken(frames: list[bytes]) -> None:
    assert limit_errors(exercise(assembly.stream(INFO, *frames, footer=None)))


@pytest.mark.parametrize("place", [-32, -24])
@pytest.mark.parametrize("value", [0, 1, 2**31, 2**60, 2**63, 2**64 - 1])
def test_trailers_may_claim_anything(place: int, value: int) -> None:
    chunk = frame(ARROW_MSG, assembly.arrow_msg(STREAM))
    data = bytearray(assembly.stream(INFO, chunk))
    data[place : place + 8] = struct.pack("<Q", value)
    outcome = exercise(bytes(data))
    assert (outcome.chunks, outcome.manifests) == (1, 1)


@pytest.mark.parametrize("offset", [0, 12, 28, 2**31, 2**60, 2**64 - 1])
@pytest.mark.parametrize("size", [0, 1, 2**31, 2**60, 2**64 - 1])
def test_manifests_may_point_anywhere(offset: int, size: int) -> None:
    table = assembly.manifest_table([(offset, size), (offset, size)], size=2**64 - 1)
    footer = assembly.footer(assembly.manifest_message(table))
    chunk = frame(ARROW_MSG, assembly.arrow_msg(STREAM))
    outcome = exercise(assembly.stream(INFO, chunk, footer=footer))
    assert (outcome.chunks, outcome.manifests) == (1, 1)


def test_what_is_no_recording_is_told_by_every_way_in() -> None:
    outcome = exercise(b"PAR1" + bytes(100))
    assert [type(error) for error in outcome.errors] == [NotRrdError, NotRrdError]


def test_an_end_message_may_repeat() -> None:
    data = assembly.stream(INFO, footer=None) + frame(END, b"") * 3 + assembly.stream(INFO)
    assert exercise(data).chunks == 0
