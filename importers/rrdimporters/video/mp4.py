"""The video track of an MP4 file: codec, times, places and sizes of its samples.

Plain files have one table of samples (`moov`), fragmented ones add to it piece by piece (`moof`).
Edit lists are ignored, as the reference does.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from rrdimporters.protocol import DamagedInputError, UnsupportedInputError
from rrdimporters.video.boxes import boxes, child, top_boxes

__all__ = ["CODECS", "Track", "read_track"]

CODECS = {
    b"avc1": "H264",
    b"avc3": "H264",
    b"hvc1": "H265",
    b"hev1": "H265",
    b"av01": "AV1",
    b"vp08": "VP8",
    b"vp09": "VP9",
}
"""Sample entries of codecs that a VideoStream can have."""

_SAMPLE_ENTRY = 78
"""Length of what a visual sample entry holds before its boxes (bytes)."""

_MOST_SAMPLES = 1 << 27
_NOT_SYNC = 0x10000
"""The flag of a sample that decoding cannot start with."""

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Track:
    """A video track.

    Attributes:
        codec: Its name, as in `CODECS`.
        setup: The decoder's configuration box (avcC, hvcC, …), empty if there is none.
        timescale: Ticks per second.
        decode: Decoding time of each sample (ticks), `(n,) int64`.
        shown: Presentation time of each sample (ticks), `(n,) int64`.
        offsets: Where each sample starts in the file, `(n,) int64`.
        sizes: How long it is (bytes), `(n,) int64`.
        is_sync: Whether decoding can start with it, as the container says, `(n,) bool`.
    """

    codec: str
    setup: bytes
    timescale: int
    decode: _Ints
    shown: _Ints
    offsets: _Ints
    sizes: _Ints
    is_sync: npt.NDArray[np.bool_]

    @property
    def has_b_frames(self) -> bool:
        """Whether samples are not shown in the order in which they are decoded."""
        return bool((np.diff(self.shown) < 0).any())

    def nanoseconds(self) -> _Ints:
        """Presentation times (ns), shifted so that the earliest is 0."""
        ticks = self.shown - self.shown.min(initial=self.shown[0] if len(self.shown) else 0)
        seconds = ticks.astype(np.float64) / self.timescale
        nanoseconds: _Ints = np.rint(seconds * 1e9).astype(np.int64)
        return nanoseconds


@dataclass(slots=True)
class _Samples:
    """Columns of samples, in decoding order."""

    decode: _Ints
    offset_to_shown: _Ints
    offsets: _Ints
    sizes: _Ints
    is_sync: npt.NDArray[np.bool_]


def read_track(file: BinaryIO) -> Track:
    """The first video track of an MP4 file.

    Raises:
        DamagedInputError: If the file is no MP4, or its tables do not fit together.
        UnsupportedInputError: If there is no video track, or its codec is not known.
        OSError: If the file cannot be read.
    """
    try:
        return _track(file)
    except (struct.error, IndexError) as error:
        raise DamagedInputError("has a table that is cut off") from error


def _track(file: BinaryIO) -> Track:
    found = list(top_boxes(file, frozenset({b"moov", b"moof"})))
    movie = next((box.data for box in found if box.kind == b"moov"), None)
    if movie is None:
        raise DamagedInputError("has no box 'moov': it is no MP4 file, or is cut off")
    trak = _video_trak(movie)
    media = child(trak, b"mdia")
    table = child(trak, b"mdia", b"minf", b"stbl")
    header = child(trak, b"mdia", b"mdhd")
    if media is None or table is None or header is None:
        raise DamagedInputError("has a video track without samples")
    timescale = int(struct.unpack_from(">I", header, 20 if header[0] else 12)[0])
    if not timescale:
        raise DamagedInputError("has a video track of 0 ticks per second")
    codec, setup = _codec(table)
    parts = [_table_samples(table)]
    track_id = _track_id(trak)
    defaults = _defaults(movie, track_id)
    for box in found:
        if box.kind == b"moof":
            end = int(parts[-1].decode[-1]) if len(parts[-1].decode) else 0
            parts += _fragment(box.data, box.start, track_id, defaults, end)
    decode, shift, offsets, sizes, is_sync = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("decode", "offset_to_shown", "offsets", "sizes", "is_sync")
    )
    return Track(codec, setup, timescale, decode, decode + shift, offsets, sizes, is_sync)


def _video_trak(movie: memoryview) -> memoryview:
    for box in boxes(movie):
        if box.kind == b"trak":
            handler = child(box.data, b"mdia", b"hdlr")
            if handler is not None and bytes(handler[8:12]) == b"vide":
                return box.data
    raise UnsupportedInputError("has no video track")


def _track_id(trak: memoryview) -> int:
    header = child(trak, b"tkhd")
    if header is None:
        raise DamagedInputError("has a track without a header")
    return int(struct.unpack_from(">I", header, 20 if header[0] else 12)[0])


def _codec(table: memoryview) -> tuple[str, bytes]:
    """The codec's name, and the decoder's configuration."""
    descriptions = child(table, b"stsd")
    entry = None if descriptions is None else next(boxes(descriptions[8:]), None)
    if entry is None:
        raise DamagedInputError("has a video track that does not say what its samples are")
    codec = CODECS.get(entry.kind)
    if codec is None:
        name = entry.kind.decode("latin-1")
        raise UnsupportedInputError(f"has video of the codec {name!r}, which is not known")
    wanted = {"H264": b"avcC", "H265": b"hvcC", "AV1": b"av1C"}.get(codec, b"vpcC")
    setup = child(entry.data[_SAMPLE_ENTRY:], wanted)
    return codec, bytes(setup or b"")


def _numbers(data: memoryview | None, kind: str, start: int, columns: int = 1) -> npt.NDArray[Any]:
    """The rows of a table that states how many it has in the four bytes before `start`."""
    if data is None:
        return np.empty((0, columns), np.int64)
    (count,) = struct.unpack_from(">I", data, start - 4)
    width = np.dtype(kind).itemsize * columns
    if start + count * width > len(data):
        raise DamagedInputError("has a table that is shorter than it says")
    return np.frombuffer(data, kind, count * columns, start).reshape(count, columns)


def _table_samples(table: memoryview) -> _Samples:
    sizes = _sizes(table)
    count = len(sizes)
    times = _numbers(child(table, b"stts"), ">u4", 8, 2).astype(np.int64)
    steps = _spread(times[:, 1], times[:, 0], count)
    decode = np.cumsum(steps) - steps
    composition = child(table, b"ctts")
    signed = ">i4" if composition is not None and composition[0] else ">u4"
    shifts = _numbers(composition, ">u4", 8, 2)
    values = np.ascontiguousarray(shifts[:, 1]).astype(">u4").view(signed).astype(np.int64)
    sync = child(table, b"stss")
    is_sync = np.full(count, sync is None)
    keys = _numbers(sync, ">u4", 8)[:, 0].astype(np.int64) - 1
    is_sync[keys[(keys >= 0) & (keys < count)]] = True
    return _Samples(
        decode,
        _spread(values, shifts[:, 0].astype(np.int64), count),
        _offsets(table, sizes),
        sizes,
        is_sync,
    )


def _spread(values: _Ints, counts: _Ints, length: int) -> _Ints:
    """Each value as often as it counts, up to `length` in all; zeros behind."""
    ends = np.minimum(np.cumsum(counts), length)
    runs = np.diff(ends, prepend=0)
    result = np.zeros(length, np.int64)
    spread = np.repeat(values, np.maximum(runs, 0))
    result[: len(spread)] = spread
    return result


def _sizes(table: memoryview) -> _Ints:
    sizes = child(table, b"stsz")
    if sizes is None:
        raise UnsupportedInputError("has a video track without a plain table of sizes")
    each, count = struct.unpack_from(">II", sizes, 4)
    if count > _MOST_SAMPLES:
        raise DamagedInputError(f"claims to have {count} samples")
    if each:
        return np.full(count, each, np.int64)
    return _numbers(sizes, ">u4", 12)[:, 0].astype(np.int64)


def _offsets(table: memoryview, sizes: _Ints) -> _Ints:
    """Where each sample starts: samples of one chunk stand one behind the other."""
    count = len(sizes)
    small, large = child(table, b"stco"), child(table, b"co64")
    starts = _numbers(small, ">u4", 8) if large is None else _numbers(large, ">u8", 8)
    chunks = starts[:, 0].astype(np.int64)
    runs = _numbers(child(table, b"stsc"), ">u4", 8, 3).astype(np.int64)
    if not count:
        return np.empty(0, np.int64)
    lengths = np.diff(np.append(runs[:, 0], len(chunks) + 1))
    if not len(runs) or runs[0, 0] != 1 or (lengths < 0).any():
        raise DamagedInputError("has a table of chunks that does not fit together")
    per_chunk = np.repeat(runs[:, 1], lengths)
    ends = np.minimum(np.cumsum(per_chunk), count)
    if ends[-1] < count:
        raise DamagedInputError(f"has places for {ends[-1]} of {count} samples")
    firsts = np.concatenate([[0], ends[:-1]])
    before = np.cumsum(sizes) - sizes
    home = np.repeat(np.arange(len(chunks)), np.diff(ends, prepend=0))
    offsets: _Ints = chunks[home] + before - before[np.minimum(firsts, count - 1)][home]
    return offsets


def _defaults(movie: memoryview, track_id: int) -> tuple[int, int, int]:
    """Duration, size and flags of samples in fragments that do not say."""
    extends = child(movie, b"mvex")
    for box in boxes(extends) if extends is not None else ():
        if box.kind == b"trex":
            identity, _, duration, size, flags = struct.unpack_from(">5I", box.data, 4)
            if identity == track_id:
                return duration, size, flags
    return 0, 0, 0


def _fragment(
    data: memoryview, start: int, track_id: int, defaults: tuple[int, int, int], end: int
) -> list[_Samples]:
    """The samples that one `moof` adds to a track."""
    found: list[_Samples] = []
    for traf in boxes(data):
        header = child(traf.data, b"tfhd") if traf.kind == b"traf" else None
        if header is None or struct.unpack_from(">I", header, 4)[0] != track_id:
            continue
        base, *own = _fragment_header(header, start, defaults)
        time = _fragment_time(traf.data, end)
        for box in boxes(traf.data):
            if box.kind == b"trun":
                part, base, time = _run(box.data, start, base, time, own)
                found.append(part)
    return found


def _fragment_header(
    header: memoryview, start: int, defaults: tuple[int, int, int]
) -> tuple[int, int, int, int]:
    """Where the data start, and the defaults for duration, size and flags."""
    flags = int.from_bytes(header[1:4], "big")
    position, base = 8, start
    if flags & 0x1:
        (base,) = struct.unpack_from(">Q", header, position)
        position += 8
    position += 4 if flags & 0x2 else 0
    told = list(defaults)
    for number, flag in enumerate((0x8, 0x10, 0x20)):
        if flags & flag:
            (told[number],) = struct.unpack_from(">I", header, position)
            position += 4
    return base, told[0], told[1], told[2]


def _fragment_time(traf: memoryview, end: int) -> int:
    """Decoding time of a fragment's first sample."""
    box = child(traf, b"tfdt")
    if box is None:
        return end
    return int(struct.unpack_from(">Q" if box[0] else ">I", box, 4)[0])


def _run(
    data: memoryview, start: int, base: int, time: int, defaults: list[int]
) -> tuple[_Samples, int, int]:
    """One run of samples, and where and when the next one starts."""
    flags = int.from_bytes(data[1:4], "big")
    (count,) = struct.unpack_from(">I", data, 4)
    position = 8
    if flags & 0x1:
        base = start + struct.unpack_from(">i", data, position)[0]
        position += 4
    first_flags = None
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", data, position)
        position += 4
    given = [flag for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag]
    if count > _MOST_SAMPLES or position + 4 * len(given) * count > len(data):
        raise DamagedInputError("has a run of samples that is shorter than it says")
    rows = np.frombuffer(data, ">u4", count * len(given), position).reshape(count, len(given))
    columns = [np.full(count, value, np.int64) for value in (*defaults, 0)]
    for place, flag in enumerate(given):
        signed = ">i4" if flag == 0x800 and data[0] else ">u4"
        values = np.ascontiguousarray(rows[:, place]).view(signed)
        columns[(0x100, 0x200, 0x400, 0x800).index(flag)] = values.astype(np.int64)
    durations, sizes, marks, shifts = columns
    if first_flags is not None and count:
        marks[0] = first_flags
    ends, times = np.cumsum(sizes), np.cumsum(durations)
    samples = _Samples(
        time + times - durations, shifts, base + ends - sizes, sizes, marks & _NOT_SYNC == 0
    )
    return samples, base + int(sizes.sum()), time + int(durations.sum())
