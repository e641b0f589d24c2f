"""Finds the footers of a seekable source from its end (fact sheet sections 1.4 and 1.5).

Trailer offsets count from the header of their own stream, so after `cat a b` only the last trailer
could be found, and its offsets are wrong by the length of `a`. Here each stream's base is computed
from where its trailer stands; at the base there must be a stream header, and before it ends the
stream before.
"""

from __future__ import annotations

from dataclasses import dataclass

from rrdformats.blocks import Stream
from rrdformats.errors import RrdError
from rrdformats.framing import (
    END,
    FRAME,
    FRAME_SIZE,
    HEADER_SIZE,
    TRAILER_SIZE,
    StreamHeader,
    Trailer,
)
from rrdformats.limits import DEFAULT_LIMITS, Limits, check_limit
from rrdformats.messages import EncodedManifest, parse_footer
from rrdformats.source import Source, read_exactly

__all__ = ["FooterUnusableError", "StreamFooter", "find_footers"]


class FooterUnusableError(RrdError):
    """The footers do not tell what the source holds; read it front to back instead."""


@dataclass(frozen=True, slots=True)
class StreamFooter:
    """One stream with its footer.

    Attributes:
        stream: The stream; `footer` and `trailer` are set.
        manifests: One per store with chunks, not yet decoded.
    """

    stream: Stream
    manifests: list[EncodedManifest]


def find_footers(source: Source, limits: Limits = DEFAULT_LIMITS) -> list[StreamFooter]:
    """The footers of all streams of `source`, first stream first.

    Raises:
        FooterUnusableError: If the source is a pipe, or not all of it is covered by streams with
            intact footers; the reason says which.
        RrdError: If the source is no RRD recording that can be read.
    """
    if source.size is None:
        raise FooterUnusableError("a pipe has no footer to start from")
    if source.size < HEADER_SIZE:
        raise FooterUnusableError("there is no footer")
    # Whatever stands at the end, a source that is no recording must say so first.
    StreamHeader.parse(read_exactly(source, 0, HEADER_SIZE, "stream header"))
    footers: list[StreamFooter] = []
    end = source.size
    while end > 0:
        try:
            footers.append(_footer_before(source, end, limits))
        except FooterUnusableError:
            raise
        except RrdError as error:
            raise FooterUnusableError(error.reason, offset=error.offset) from error
        end = footers[-1].stream.offset
    footers.reverse()
    for index, footer in enumerate(footers):
        footer.stream.index = index
    return footers


def _footer_before(source: Source, end: int, limits: Limits) -> StreamFooter:
    """The footer of the stream that ends at `end`."""
    if end < HEADER_SIZE + FRAME_SIZE + TRAILER_SIZE:
        raise FooterUnusableError("there is no footer", offset=end)
    place = end - TRAILER_SIZE
    trailer = Trailer.parse(read_exactly(source, place, TRAILER_SIZE, "trailer"))
    if trailer is None:
        raise FooterUnusableError("there is no footer", offset=end)
    base = place - trailer.length - trailer.start
    start = place - trailer.length
    if base < 0 or trailer.start < HEADER_SIZE + FRAME_SIZE:
        raise FooterUnusableError("the trailer points outside its stream", offset=place)
    header = StreamHeader.parse(
        read_exactly(source, base, HEADER_SIZE, "stream header"), offset=base
    )
    check_limit(trailer.length, limits.message_bytes, "length of a footer (bytes)")
    framed = read_exactly(source, start - FRAME_SIZE, FRAME_SIZE + trailer.length, "RrdFooter")
    if FRAME.unpack_from(framed) != (END, trailer.length):
        raise FooterUnusableError("the trailer does not point to an End message", offset=place)
    payload = memoryview(framed)[FRAME_SIZE:]
    trailer.verify(payload, offset=start)
    manifests = parse_footer(payload, 0, len(payload), limits)
    stream = Stream(0, base, header, (start, place), trailer)
    return StreamFooter(stream, manifests)
