"""A recording to read: what it holds, all of its chunks, or those that a query wants.

One face over files and pipes. With usable footers a query reads only the chunks that the manifests
point to; without, everything is read front to back and what does not match is left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from rrdformats.blocks import WINDOW, Block, OnDamage, read_blocks
from rrdformats.contents import Contents, footer_contents, read_contents
from rrdformats.footers import FooterUnusableError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.messages import StoreId
from rrdformats.source import Source, open_source, read_exactly

if TYPE_CHECKING:  # looking at a footer needs none of these, nor numpy and pyarrow behind them
    from rrdformats.chunk import Chunk
    from rrdformats.decode import DecodedBlock
    from rrdformats.query import ChunkQuery, ChunkSpan

__all__ = ["READ_THROUGH", "Recording", "StoreChunk"]

READ_THROUGH = 64 << 10
"""A gap between two wanted chunks up to this size (bytes) is read with them."""


@dataclass(frozen=True, slots=True)
class StoreChunk:
    """A chunk with its store and its place.

    Attributes:
        store_id: The store it belongs to.
        chunk: The chunk.
        offset: Where its message starts in the source.
    """

    store_id: StoreId
    chunk: Chunk
    offset: int


class Recording:
    """A recording or blueprint file, a stream of several, or a pipe."""

    def __init__(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> None:
        self.source = source
        self.limits = limits

    @classmethod
    def open(
        cls,
        origin: str | os.PathLike[str] | BinaryIO,
        name: str | None = None,
        *,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Self:
        """Opens a path, or reads a binary file object that stays the caller's to close.

        Raises:
            OSError: If the path cannot be opened.
        """
        return cls(open_source(origin, name), limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file, if `open` opened it."""
        self.source.close()

    @cached_property
    def contents(self) -> Contents:
        """What the recording holds: from the footers, or from reading all of it.

        Of a pipe this uses up the data.

        Raises:
            RrdError: If it is no RRD recording that can be read.
        """
        return self._footer_contents or read_contents(self.source, self.limits)

    @cached_property
    def _footer_contents(self) -> Contents | None:
        """What the footers tell; None if they do not."""
        try:
            return footer_contents(self.source, self.limits)
        except FooterUnusableError:
            return None

    def decoded(self, on_damage: OnDamage | None = None) -> Iterator[DecodedBlock]:
        """All chunks, front to back, decoded block by block.

        Chunks that cannot be read are listed in each block's `errors`; damage of the framing is
        raised, or given to `on_damage`.
        """
        from rrdformats.decode import ChunkDecoder

        decoder = ChunkDecoder(self.limits)
        for block in read_blocks(self.source, limits=self.limits, on_damage=on_damage):
            yield decoder.decode(block)

    def chunks(
        self, query: ChunkQuery | None = None, on_damage: OnDamage | None = None
    ) -> Iterator[StoreChunk]:
        """The chunks that meet `query`, in file order.

        A query is answered from the footers where they are usable.

        Args:
            query: What to read; None for everything.
            on_damage: Told of every piece of damage and every chunk that cannot be read, after
                which reading goes on. Without it they are raised.

        Raises:
            RrdError: If the recording cannot be read, or for damage without `on_damage`.
        """
        from rrdformats.chunk_stream import ChunkStream
        from rrdformats.query import ChunkQuery

        query = query or ChunkQuery()
        stream = ChunkStream(query, self.limits, on_damage)
        spans = None if query.is_everything else self._spans(query)
        if spans is None:
            blocks = read_blocks(self.source, limits=self.limits, on_damage=on_damage)
        else:
            for store_id in self.contents.stores:
                stream.names.learn(store_id)
            blocks = blocks_of_spans(self.source, spans)
        for block in blocks:
            yield from stream.take(block)

    def _spans(self, query: ChunkQuery) -> list[ChunkSpan] | None:
        """Where the wanted chunks stand; None if the footers do not tell."""
        from rrdformats.query import plan

        contents = self._footer_contents
        return None if contents is None else plan(contents, query)


def blocks_of_spans(source: Source, spans: Iterable[ChunkSpan]) -> Iterator[Block]:
    """Reads the given chunks, neighbours together; spans must be in order.

    Raises:
        TruncatedError: If the source ends before a span does.
    """
    run: list[ChunkSpan] = []
    for span in spans:
        if run and (
            span.stream is not run[-1].stream
            or span.start - run[-1].end > READ_THROUGH
            or span.end - run[0].start > WINDOW
        ):
            yield _read_run(source, run)
            run = []
        run.append(span)
    if run:
        yield _read_run(source, run)


def _read_run(source: Source, run: list[ChunkSpan]) -> Block:
    kind, base = MessageKind.ARROW_MSG, run[0].start
    data = read_exactly(source, base, run[-1].end - base, KIND_NAMES[kind])
    return Block(
        run[0].stream,
        memoryview(data),
        base,
        [kind] * len(run),
        [span.start - base for span in run],
        [span.end - base for span in run],
    )
