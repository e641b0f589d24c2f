"""Video files: the file itself with a reference to each frame, or its samples as a stream."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.protocol import (
    DamagedInputError,
    ImporterError,
    ImportSettings,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from rrdformats.chunk import Chunk
    from rrdformats.entity_path import EntityPath
    from rrdimporters.emit import Emitter
    from rrdimporters.video.mp4 import Track

__all__ = ["VideoImporter", "stream_chunks"]

_TIMELINE = Timeline("video", TimeKind.DURATION)
_REMUXED = (".mov", ".mkv", ".webm")
_MODES = ("asset", "stream")


class VideoImporter:
    """MP4 as it is, other containers repacked; or samples, a chunk for each group of pictures."""

    name = "video"
    summary = "Videos (.mp4; .mov .mkv .webm are repacked with the package av)."
    suffixes = (".mp4", *_REMUXED)
    options: Mapping[str, str] = {
        "video": "asset (the default): the file with a reference to each frame; stream: its samples"
    }

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix; MP4 also by its first box."""
        return path.suffix.lower() in self.suffixes or (head[4:8] == b"ftyp" and _is_mp4(head))

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields an asset and its frame references, or the chunks of a stream.

        Raises:
            DamagedInputError: If the file is empty, or a stream is wanted and its tables are wrong.
            MissingDependencyError: If it must be repacked and the package av is missing.
            UnsupportedInputError: If a stream is wanted of video that cannot be one.
        """
        from rrdimporters.emit import Emitter

        mode = settings.options.get("video", _MODES[0])
        if mode not in _MODES:
            raise UnsupportedInputError(
                f"cannot be imported as {mode!r}", advice=f"--video takes {' or '.join(_MODES)}"
            )
        emitter = Emitter.for_file(path, settings)
        entity = settings.entity_of(path)
        source = report.source_of(path, settings)
        repacked = _repacked(path) if path.suffix.lower() in _REMUXED else None
        if mode == "stream":
            with repacked or path.open("rb") as file:
                for chunk in _stream(file, entity, emitter, progress):
                    report.mapped(source, entity, "VideoStream", rows=len(chunk))
                    yield chunk
            return
        data = read_whole(path, progress) if repacked is None else repacked.getvalue()
        yield from _asset(data, entity, emitter, report, source)


def _is_mp4(head: bytes) -> bool:
    """Whether a file that starts with a brand is a video: images and audio have brands, too."""
    return head[8:12] in {b"isom", b"iso2", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash"}


def _repacked(path: Path) -> io.BytesIO:
    from rrdimporters.video.remux import remuxed

    return remuxed(path)


def _asset(
    data: bytes, entity: EntityPath, emitter: Emitter, report: ImportReport, source: str
) -> Iterator[Chunk]:
    import numpy as np

    from rrdimporters.emit import blobs
    from rrdimporters.video.mp4 import read_track

    start = np.zeros(1, np.int64)
    yield emitter.row(entity, "AssetVideo", times={_TIMELINE: start}, blob=blobs([data]))
    report.mapped(source, entity, "AssetVideo", rows=1)
    try:
        times = np.sort(read_track(io.BytesIO(data)).nanoseconds())
    except ImporterError as error:  # players may still know what to do with it
        report.note(f"{source}: {error}; no frame is referred to")
        return
    columns = {"timestamp": _one_per_row(times)}
    yield emitter.chunk(entity, "VideoFrameReference", columns, times={_TIMELINE: times})
    report.mapped(source, entity, "VideoFrameReference", rows=len(times))


def _one_per_row(times: npt.NDArray[np.int64]) -> pa.Array[Any]:
    from rrdformats.arrow_bridge import array_of
    from rrdimporters.emit import one_per_row

    return one_per_row(array_of(times))


def _stream(
    file: BinaryIO, entity: EntityPath, emitter: Emitter, progress: Progress
) -> Iterator[Chunk]:
    from rrdimporters.video.mp4 import read_track

    track = read_track(file)
    yield from stream_chunks(file, track, entity, emitter, progress)


def stream_chunks(
    file: BinaryIO, track: Track, entity: EntityPath, emitter: Emitter, progress: Progress
) -> Iterator[Chunk]:
    """The samples of a track: codec, a chunk for each group of pictures, and the keyframes.

    Raises:
        DamagedInputError: If a sample is cut off.
        UnsupportedInputError: If samples are not shown in the order in which they are decoded.
    """
    import numpy as np
    import pyarrow as pa

    from rrdimporters.emit import blobs, one_per_row

    if track.has_b_frames:
        raise UnsupportedInputError(
            "has B-frames, which a video stream cannot have",
            advice="import it as an asset, or encode it without them",
        )
    yield emitter.row(entity, "VideoStream", times={}, codec=[_codec_number(track.codec)])
    times = track.nanoseconds()
    keys: list[int] = []
    done = 0
    for group, begins_with_key in _groups(file, track, progress):
        if begins_with_key:
            keys.append(done)
        mine = {_TIMELINE: times[done : done + len(group)]}
        columns = {"sample": one_per_row(blobs(group))}
        yield emitter.chunk(entity, "VideoStream", columns, times=mine)
        done += len(group)
    if keys:
        columns = {"is_keyframe": one_per_row(pa.array(np.ones(len(keys), np.bool_)))}
        yield emitter.chunk(entity, "VideoStream", columns, times={_TIMELINE: times[keys]})


def _codec_number(name: str) -> int:
    from rrdformats import vocabulary

    enum = vocabulary.enum("rerun.components.VideoCodec")
    if enum is None:
        raise LookupError("the vocabulary has no video codecs")
    return dict(enum.members)[name]


def _groups(file: BinaryIO, track: Track, progress: Progress) -> Iterator[tuple[list[bytes], bool]]:
    """Samples between keyframes, and whether they begin with one; the first may not."""
    group: list[bytes] = []
    begins_with_key = False
    for sample, is_key in _samples(file, track, progress):
        if is_key and group:
            yield group, begins_with_key
            group = []
        begins_with_key = is_key if not group else begins_with_key
        group.append(sample)
    if group:
        yield group, begins_with_key


def _samples(file: BinaryIO, track: Track, progress: Progress) -> Iterator[tuple[bytes, bool]]:
    """Each sample as a stream wants it, and whether decoding can start with it."""
    from rrdimporters.video.samples import Packager, is_keyframe

    packager = Packager(track.codec, track.setup)
    places = zip(track.offsets.tolist(), track.sizes.tolist(), track.is_sync.tolist(), strict=True)
    for index, (offset, size, is_sync) in enumerate(places):
        file.seek(offset)
        sample = file.read(size)
        if len(sample) < size:
            told = f"ends inside of sample {index} of {len(track.sizes)}"
            raise DamagedInputError(told, offset=offset)
        is_key = is_keyframe(track.codec, sample, is_sync=is_sync)
        yield packager.package(sample, is_key=is_key), is_key
        progress(offset + size, None)
