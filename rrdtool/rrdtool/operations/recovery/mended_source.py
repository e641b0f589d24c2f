"""Ranges of a source, and bytes that it lacks, behind each other as one source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import TypeAlias

from rrdformats.source import Source

__all__ = ["MendedSource", "Piece"]

Piece: TypeAlias = "bytes | tuple[int, int]"
"""Bytes as they are, or where a range of a source starts and ends."""


class MendedSource:
    """Pieces of a seekable source, which stays the caller's to close.

    Attributes:
        name: As the source is called.
        size: Bytes of all pieces.
        descriptor: None, as the kernel knows of no such file.
    """

    descriptor: int | None = None

    def __init__(self, source: Source, pieces: Iterable[Piece]) -> None:
        self.name: str = source.name
        self._source = source
        self._pieces = list(pieces)
        self._ends = list(accumulate(map(_length, self._pieces)))
        self.size: int | None = self._ends[-1] if self._ends else 0

    def read_into(self, offset: int, view: memoryview) -> int:
        """Fills `view` from `offset`; returns how many bytes there were."""
        done = 0
        while done < len(view) and offset + done < (self.size or 0):
            piece, inside = self._at(offset + done)
            part = view[done : done + _length(piece) - inside]
            if isinstance(piece, bytes):
                part[:] = piece[inside : inside + len(part)]
                done += len(part)
                continue
            count = self._source.read_into(piece[0] + inside, part)
            done += count
            if count < len(part):  # the source has become shorter
                break
        return done

    def original(self, offset: int) -> int | None:
        """Where a byte stands in the source; None if it does not, or is none."""
        if not 0 <= offset < (self.size or 0):
            return None
        piece, inside = self._at(offset)
        return None if isinstance(piece, bytes) else piece[0] + inside

    def close(self) -> None:
        """Nothing is to be closed."""

    def _at(self, offset: int) -> tuple[Piece, int]:
        """The piece at an offset, and how far into it that is."""
        index = bisect_right(self._ends, offset)
        piece = self._pieces[index]
        return piece, offset - (self._ends[index] - _length(piece))


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
