"""Protobuf primitives against the same primitives written a second time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError
from rrdformats.testing import assembly
from rrdformats.wire import (
    FIXED64,
    LENGTH,
    VARINT,
    Field,
    bytes_field,
    encode_varint,
    fixed64_field,
    iter_fields,
    length_prefix,
    varint_field,
)

FIXED32 = 5
NUMBERS = st.integers(0, 2**64 - 1)
TAGS = st.integers(1, 2**29 - 1)


def fields_of(data: bytes) -> list[Field]:
    return list(iter_fields(memoryview(data), 0, len(data)))


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (1, "01"),
        (127, "7f"),
        (128, "8001"),
        (300, "ac02"),
        (10496, "8052"),
        (2**63, "80808080808080808001"),
        (2**64 - 1, "ffffffffffffffffff01"),
    ],
)
def test_varints_have_seven_bits_a_byte(value: int, encoded: str) -> None:
    assert encode_varint(value).hex() == encoded
    assert fields_of(b"\x08" + bytes.fromhex(encoded)) == [
        (1, VARINT, value, 1 + len(encoded) // 2)
    ]


@given(TAGS, NUMBERS, st.binary(max_size=300))
def test_fields_are_written_as_an_independent_writer_writes_them(
    tag: int, value: int, content: bytes
) -> None:
    assert varint_field(tag, value) == assembly.number(tag, value)
    assert fixed64_field(tag, value) == assembly.fixed(tag, value)
    assert bytes_field(tag, content) == assembly.blob(tag, content)
    assert length_prefix(tag, len(content)) + content == assembly.blob(tag, content)


def test_negative_numbers_take_ten_bytes() -> None:
    assert varint_field(1, -1).hex() == "08ffffffffffffffffff01"


PIECES = st.lists(
    st.one_of(
        st.tuples(st.just(VARINT), TAGS, NUMBERS),
        st.tuples(st.just(FIXED64), TAGS, NUMBERS),
        st.tuples(st.just(LENGTH), TAGS, st.binary(max_size=20)),
    ),
    max_size=6,
)


@given(PIECES, st.binary(max_size=3), st.binary(max_size=3))
def test_what_was_written_is_read_wherever_it_stands(
    pieces: Sequence[tuple[int, int, int | bytes]], before: bytes, after: bytes
) -> None:
    message = b""
    for kind, tag, value in pieces:
        if isinstance(value, bytes):
            message += assembly.blob(tag, value)
        else:
            message += assembly.number(tag, value) if kind == VARINT else assembly.fixed(tag, value)
    data = before + message + after
    found = [
        (kind, tag, data[value:end] if kind == LENGTH else value)
        for tag, kind, value, end in iter_fields(
            memoryview(data), len(before), len(before) + len(message)
        )
    ]
    assert found == pieces


def test_a_field_of_32_bits_is_stepped_over() -> None:
    data = assembly.varint(9 << 3 | FIXED32) + b"\1\0\0\0" + assembly.number(1, 5)
    assert fields_of(data) == [(9, FIXED32, 1, 5), (1, VARINT, 5, 7)]


@pytest.mark.parametrize("wire_type", [3, 4, 6, 7])
def test_other_wire_types_are_errors(wire_type: int) -> None:
    with pytest.raises(CorruptError, match=f"field 2 has the unknown wire type {wire_type}"):
        fields_of(bytes([2 << 3 | wire_type, 0]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x80", "does not end"),
        (b"\x08\xff\xff", "does not end"),
        (b"\x08" + b"\xff" * 10, "does not end"),
        (b"\x12\x05abcd", "field 2 claims 5 bytes where 4 are left"),
        (b"\x12" + b"\xff" * 9 + b"\1", "claims 18446744073709551615 bytes"),
        (b"\x09\0\0\0", "field 1 claims 8 bytes where 3 are left"),
        (b"\x0d\0\0\0", "field 1 claims 4 bytes where 3 are left"),
    ],
)
def test_a_field_that_passes_the_end_is_an_error(data: bytes, reason: str) -> None:
    with pytest.raises(CorruptError, match=reason):
        fields_of(data)


@given(st.binary(max_size=40))
def test_any_bytes_give_fields_inside_them_or_an_error(data: bytes) -> None:
    try:
        found = fields_of(data)
    except CorruptError:
        return
    ends = [end for *_, end in found]
    assert ends == sorted(ends)
    assert ends[-1:] in ([], [len(data)])
    assert all(0 <= value <= end for _, kind, value, end in found if kind == LENGTH)
