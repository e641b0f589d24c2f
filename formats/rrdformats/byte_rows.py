"""Rows of bytes told apart all at once: a weighted sum for each row, equal where its words are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["WORD", "word_sums"]

WORD = 8
"""Bytes that are looked at together: rows are a multiple of it long."""


def word_sums(words: npt.NDArray[np.uint64], start: int = 0) -> npt.NDArray[np.uint64]:
    """One number for each row of `words`, `(n, k) uint64`; equal rows have equal numbers.

    Numbers of different rows are equal by chance only, once in 2^64; whoever must be sure compares.

    Args:
        words: The rows.
        start: Which weight the first column gets: parts of a row are summed with different ones.
    """
    sums: npt.NDArray[np.uint64] = words @ _weights(start + words.shape[1])[start:]
    return sums


@lru_cache(maxsize=1024)
def _weights(count: int) -> npt.NDArray[np.uint64]:
    """Odd numbers without a pattern."""
    return np.random.default_rng(count).integers(1 << 63, size=count, dtype=np.uint64) * 2 + 1
