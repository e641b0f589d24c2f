"""The first bytes of LZ4 blocks, held against the LZ4 library."""

from __future__ import annotations

import lz4.block
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError
from rrdformats.messages import Compression
from rrdtool.operations.lz4_heads import DIGITS, decompress_head, head_shape

HEX = "0123456789ABCDEF"

pieces = st.lists(
    st.tuples(st.binary(min_size=1, max_size=12), st.integers(1, 60)), min_size=1, max_size=12
)


def joined(repeated: list[tuple[bytes, int]]) -> bytes:
    return b"".join(piece * count for piece, count in repeated)


def compressed(data: bytes) -> bytes:
    out: bytes = lz4.block.compress(data, store_size=False)
    return out


@given(pieces, st.integers(0, 5000))
def test_head_is_what_the_library_decompresses(
    repeated: list[tuple[bytes, int]], length: int
) -> None:
    data = joined(repeated)
    assert decompress_head(compressed(data), Compression.LZ4, length) == data[:length]
    assert decompress_head(data, Compression.NONE, length) == data[:length]


@given(pieces, st.integers(0, 200))
def test_head_of_a_cut_block_is_shorter(repeated: list[tuple[bytes, int]], cut: int) -> None:
    data = joined(repeated)
    head = decompress_head(compressed(data)[:cut], Compression.LZ4, len(data))
    assert data.startswith(head)


@given(st.binary(max_size=200), st.integers(0, 5000))
def test_any_bytes_give_a_head_or_the_error(data: bytes, length: int) -> None:
    try:
        head = decompress_head(data, Compression.LZ4, length)
    except CorruptError:
        return
    assert len(head) <= length


def test_a_copy_from_before_the_start_is_refused() -> None:
    with pytest.raises(CorruptError, match="does not decompress"):
        decompress_head(b"\x10a\x05\x00\x00", Compression.LZ4, 100)


@given(
    pieces,
    pieces,
    pieces,
    st.text(HEX, min_size=DIGITS, max_size=DIGITS),
    st.text(HEX, min_size=DIGITS, max_size=DIGITS),
)
def test_equal_deciding_bytes_mean_equal_heads(
    before: list[tuple[bytes, int]],
    after: list[tuple[bytes, int]],
    rest: list[tuple[bytes, int]],
    digits: str,
    others: str,
) -> None:
    """Other digits and other data may compress otherwise; where they do not, the heads agree."""
    start, middle = joined(before), joined(after)
    length = len(start) + DIGITS + len(middle)
    payload = compressed(start + digits.encode() + middle + joined(rest))
    shape = head_shape(payload, length, len(start))
    if shape is None:
        return
    assert payload[shape.digits : shape.digits + DIGITS] == digits.encode()
    # The deciding bytes with other digits, and then anything: the head but for the digits.
    hole = shape.digits + DIGITS
    changed = payload[: shape.digits] + others.encode() + payload[hole : shape.end]
    head = decompress_head(changed + bytes(20), Compression.LZ4, length)
    assert head == start + others.encode() + middle


def test_digits_that_are_copied_decide_more_than_themselves() -> None:
    digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUV"
    data = b"start:" + digits + b"---" + digits + b"and some more bytes behind it all"
    payload = compressed(data)
    assert head_shape(payload, 30, 6) is None  # does not reach behind the digits
    assert head_shape(payload, 6 + DIGITS + 2, 6) is not None
    assert head_shape(payload, len(data) - 20, 6) is None
    assert head_shape(payload, len(data) - 20, 6 + DIGITS + 3) is None  # they are a copy


def test_a_payload_that_ends_too_early_has_no_shape() -> None:
    data = bytes(range(100))
    assert head_shape(compressed(data), 101, 10) is None
    assert head_shape(b"", 10, 0) is None
