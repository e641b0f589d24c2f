"""Other containers as MP4: the same samples, packed anew by PyAV."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rrdimporters.protocol import (
    DamagedInputError,
    MissingDependencyError,
    UnsupportedInputError,
)

if TYPE_CHECKING:
    from av import Packet

__all__ = ["remuxed"]


def remuxed(path: Path) -> io.BytesIO:
    """The first video track of a file as an MP4 file in memory; nothing is decoded.

    Raises:
        DamagedInputError: If the file cannot be read.
        MissingDependencyError: If PyAV is not installed.
        UnsupportedInputError: If there is no video, or MP4 cannot hold its codec.
    """
    try:
        import av
    except ImportError as error:
        raise MissingDependencyError("av", f"repacking {path.suffix} files") from error

    packed = io.BytesIO()
    try:
        with av.open(str(path)) as source, av.open(packed, "w", format="mp4") as target:
            if not source.streams.video:
                raise UnsupportedInputError("has no video track")
            track = source.streams.video[0]
            try:
                copy = target.add_stream_from_template(track)
            except (ValueError, av.FFmpegError) as error:
                raise UnsupportedInputError(
                    f"has video of the codec {track.codec_context.name!r}, which MP4 cannot hold"
                ) from error
            for packet in _timed(source.demux(track)):
                packet.stream = copy
                target.mux(packet)
    except av.FFmpegError as error:
        raise DamagedInputError(f"cannot be read as video: {error.strerror}") from error
    packed.seek(0)
    return packed


def _timed(packets: Iterable[Packet[Any]]) -> Iterator[Packet[Any]]:
    """All packets with data; those before the first known decoding time are given earlier ones."""
    early: list[Packet[Any]] = []
    for packet in packets:
        if not packet.size:  # only says that there are no more
            continue
        if packet.dts is None:
            early.append(packet)
            continue
        step = packet.duration or 1
        for place, before in enumerate(early):
            before.dts = packet.dts - step * (len(early) - place)
        yield from early
        early = []
        yield packet
    yield from early
