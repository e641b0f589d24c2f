"""The first bytes of LZ4 blocks, held against the LZ4 library."""

from __future__ import annotations

import lz4.block
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError
from rrdformats.lz4_blocks import decompress_head
from rrdformats.messages import Compression

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
