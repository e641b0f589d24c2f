"""LZ4 blocks for many texts of equal length that differ in a few bytes, made together.

An LZ4 block is a row of literals and of copies from what stands before. If the bytes that differ
stand in literals, and no copy reads them, then the block of one text is the block of every other
one with these literals exchanged: compressing becomes filling in a byte matrix. To get such a block
the differing bytes are replaced by noise, which no compressor can copy, before the text is
compressed; that they did end as literals is then checked sequence by sequence.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import lz4.block
import numpy as np
import numpy.typing as npt

from rrdformats.lz4_blocks import sequences

__all__ = ["Lz4Template", "lz4_template"]

_Bytes = npt.NDArray[np.uint8]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lz4Template:
    """A block in which some bytes of the text are left open.

    Attributes:
        block: The block, with noise in the open places.
        places: Where in the block each open byte of the text stands, in their order.
    """

    block: bytes
    places: _Ints

    def fill(self, values: _Bytes) -> _Bytes:
        """One block per row of `values`.

        Args:
            values: The open bytes of each text, `(n, open bytes) uint8`.

        Returns:
            The blocks, `(n, block bytes) uint8`.
        """
        blocks = np.empty((len(values), len(self.block)), np.uint8)
        blocks[:] = np.frombuffer(self.block, np.uint8)
        blocks[:, self.places] = values
        return blocks


def lz4_template(text: _Bytes, is_open: npt.NDArray[np.bool_]) -> Lz4Template | None:
    """The template for texts that equal `text` wherever they are not open.

    Returns:
        None if noise was taken for text; the same arguments always give the same result.
    """
    noisy = text.copy()
    count = int(is_open.sum())
    noisy[is_open] = np.frombuffer(hashlib.shake_128(b"noise").digest(count), np.uint8)
    block: bytes = lz4.block.compress(noisy.data, store_size=False)
    before = np.concatenate(([0], np.cumsum(is_open)))  # open bytes before each place
    place_of = np.full(len(text), -1, np.int64)
    done = 0
    for start, literals, distance, copied in sequences(block):
        place_of[done : done + literals] = np.arange(start, start + literals)
        done += literals
        source = done - distance
        if before[min(source + copied, done)] != before[source]:
            return None
        done += copied
    places = place_of[is_open]
    return None if (places < 0).any() else Lz4Template(block, places)
