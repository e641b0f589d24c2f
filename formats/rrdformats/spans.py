"""Messages at known places, read in windows of whole messages.

A manifest says where each chunk stands. Neighbours are read together, with the little that may lie
between them, so that 200,000 tiny chunks cost a few hundred reads.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import WINDOW, Block, Stream
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.reader import READ_THROUGH
from rrdformats.source import Source, read_exactly

__all__ = ["read_window", "windows"]

_Ints = npt.NDArray[np.int64]


def windows(starts: _Ints, ends: _Ints, size: int = WINDOW) -> Iterator[slice]:
    """Cuts messages, which stand in order, into runs that are read together.

    Args:
        starts: First byte of each message.
        ends: Behind its last byte.
        size: Size of a window (bytes).

    Yields:
        Runs of indices; each holds at least one message, and more only up to the window's size.
    """
    breaks = np.flatnonzero(starts[1:] - ends[:-1] > READ_THROUGH) + 1
    for first, last in zip([0, *breaks.tolist()], [*breaks.tolist(), len(starts)], strict=True):
        begin = first
        while begin < last:
            fitting = int(np.searchsorted(ends[begin:last], starts[begin] + size, "right"))
            stop = begin + max(fitting, 1)
            yield slice(begin, stop)
            begin = stop


def read_window(source: Source, stream: Stream, starts: _Ints, ends: _Ints) -> Block:
    """Reads chunk messages that stand in order, and what lies between them, as one block.

    Args:
        source: Where to read from.
        stream: The stream that they belong to.
        starts: First byte of each message in the source, at least one.
        ends: Behind its last byte.

    Raises:
        TruncatedError: If the source ends before.
    """
    kind, base = MessageKind.ARROW_MSG, int(starts[0])
    data = read_exactly(source, base, int(ends[-1]) - base, KIND_NAMES[kind])
    return Block(
        stream,
        memoryview(data),
        base,
        [kind] * len(starts),
        (starts - base).tolist(),
        (ends - base).tolist(),
    )
