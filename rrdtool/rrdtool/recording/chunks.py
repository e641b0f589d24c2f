"""`send_chunks`, `send_recording`: chunks that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rrdformats.chunk import Chunk
from rrdtool.recording.current import pipeline_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rrdtool.recording.streams import RecordingStream

__all__ = ["send_chunks", "send_recording"]


def send_chunks(chunks: Any, *, recording: RecordingStream | None = None) -> None:
    """Sends chunks as they are, row ids included, under the ids of the recording stream.

    Args:
        chunks: A chunk of `rrdformats`, anything with `to_chunks()` or `to_chunk()`, or an iterable
            of them.
        recording: The recording stream; the current one unless given.

    Raises:
        TypeError: If something is no chunk.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return
    for chunk in _chunks_in(chunks):
        pipeline.append_chunk(chunk)


def send_recording(rrd: Any, recording: RecordingStream | None = None) -> None:
    """Sends all chunks of a recording; `send_chunks` does the same.

    Args:
        rrd: A recording: anything that `send_chunks` takes, or that has `chunks()`.
        recording: The recording stream; the current one unless given.

    Raises:
        TypeError: If it is no recording.
    """
    send_chunks(rrd.chunks() if hasattr(rrd, "chunks") else rrd, recording=recording)


def _chunks_in(chunks: Any) -> Iterator[Chunk]:
    if isinstance(chunks, Chunk):
        yield chunks
    elif isinstance(getattr(chunks, "chunk", None), Chunk):  # a StoreChunk of a reader
        yield chunks.chunk
    elif hasattr(chunks, "to_chunk"):
        yield from _chunks_in(chunks.to_chunk())
    elif hasattr(chunks, "to_chunks"):
        yield from _chunks_in(chunks.to_chunks())
    elif isinstance(chunks, str | bytes) or not hasattr(chunks, "__iter__"):
        raise TypeError(f"{type(chunks).__name__!r} is no chunk")
    else:
        for chunk in cast("Iterable[Any]", chunks):
            yield from _chunks_in(chunk)
