"""Chunks that look like chunks met before, recognised by their compressed bytes.

Recordings of many tiny chunks repeat the same few layouts. To recognise one costs a quarter of what
decompressing and comparing it does. Which compressed bytes decide a layout is found for the first
chunks that have it, and is exact: equal bytes decompress to equal bytes. The compressor's output
depends a little on the digits of the id, so a layout can have a few forms; what matches none of
those that were learned is decompressed as always.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rrdformats.decode import Layout
from rrdformats.tuid import CHUNK_PREFIX
from rrdtool.operations.lz4_heads import DIGITS, HeadShape, head_shape

__all__ = ["KnownHeads", "Match"]

_FORMS_LEARNED = 512
"""In all: learning one takes as long as decompressing a hundred chunks."""

_SHAPES_TRIED = 8


@dataclass(slots=True)
class Match:
    """The chunks of a block that have one known layout, by index."""

    layout: Layout
    chunks: list[int]


class KnownHeads:
    """The heads that were learned so far."""

    def __init__(self) -> None:
        self._forms: dict[HeadShape, dict[bytes, Layout]] = {}
        self._hits: Counter[HeadShape] = Counter()
        self._room = _FORMS_LEARNED

    @property
    def is_full(self) -> bool:
        """Whether nothing more will be learned."""
        return not self._room

    def learn(self, payload: memoryview, layout: Layout) -> bool:
        """Remembers how `payload`, a chunk of that layout, starts; whether that was possible."""
        start, end = layout.id_span
        if self.is_full or end - start != len(CHUNK_PREFIX) + DIGITS:
            return False
        shape = head_shape(payload, layout.ipc_batch.body, start + len(CHUNK_PREFIX))
        if shape is None:
            return False
        self._forms.setdefault(shape, {})[_deciding_bytes(payload, 0, shape)] = layout
        self._hits[shape] += 1
        self._room -= 1
        return True

    def match(
        self, data: memoryview, spans: Iterable[tuple[int, int]]
    ) -> tuple[list[Match], list[int]]:
        """Looks at the payloads in `data[start:end]`.

        Returns:
            The chunks that were recognised, and the indices of the others.
        """
        tried = [(shape, self._forms[shape]) for shape, _ in self._hits.most_common(_SHAPES_TRIED)]
        found: dict[int, Match] = {}
        missed = []
        for index, (start, end) in enumerate(spans):
            for shape, forms in tried:
                if start + shape.end > end:
                    continue
                layout = forms.get(_deciding_bytes(data, start, shape))
                if layout is not None:
                    match = found.get(id(layout))
                    if match is None:
                        match = found[id(layout)] = Match(layout, [])
                    match.chunks.append(index)
                    self._hits[shape] += 1
                    break
            else:
                missed.append(index)
        return list(found.values()), missed


def _deciding_bytes(data: memoryview, start: int, shape: HeadShape) -> bytes:
    hole = start + shape.digits
    return b"".join((data[start:hole], data[hole + DIGITS : start + shape.end]))
