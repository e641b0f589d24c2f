"""Videos as assets and as streams; MP4 tables assembled box by box."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.protocol import DamagedInputError, ImporterError, UnsupportedInputError
from rrdimporters.video.mp4 import Track, read_track
from rrdimporters.video.samples import Packager, is_keyframe

if TYPE_CHECKING:
    from tests.importers.conftest import Differences, Import, ReferenceImport

    from rrdformats.chunk import Chunk

VIDEO = Timeline("video", TimeKind.DURATION)
SETS = (bytes.fromhex("6742c01eda79"), b"\x68picture")
"""A sequence parameter set of 16 x 16 pixels, which the reference parses; and a picture's."""

SAMPLES = [b"\0\0\0\3key", b"\0\0\0\5delta", b"\0\0\0\4last", b"\0\0\0\4key2"]


def has(chunk: Chunk, component: str) -> bool:
    return any(descriptor.component == component for descriptor in chunk.components)


def box(kind: str, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind.encode()) + data


def full(kind: str, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def table(kind: str, *rows: tuple[int, ...], version: int = 0) -> bytes:
    packed = b"".join(struct.pack(f">{len(row)}i", *row) for row in rows)
    return full(kind, struct.pack(">I", len(rows)), packed, version=version)


DATA_HERE = box("dinf", full("dref", struct.pack(">I", 1), full("url ", flags=1)))
"""Says that the samples stand in the same file; the reference insists on it."""


MOVIE_HEADER = full("mvhd", struct.pack(">IIII", 0, 0, 1000, 4000), bytes(80))


def avc_config(*sets: bytes) -> bytes:
    first, second = ([unit for unit in sets if unit[0] & 31 == kind] for kind in (7, 8))
    sized = [struct.pack(">H", len(unit)) + unit for unit in (*first, *second)]
    cut = len(first)
    head = bytes([1, 66, 0, 30, 0xFF, 0xE0 | len(first)])
    return b"".join([head, *sized[:cut], bytes([len(second)]), *sized[cut:]])


def movie(
    first: int,
    *,
    codec: str = "avc1",
    config: tuple[str, bytes] = ("avcC", avc_config(*SETS)),
    samples: list[bytes] | None = None,
    shifts: tuple[tuple[int, int], ...] = (),
    extra: bytes = b"",
    handler: bytes = b"vide",
    timescale: int = 30,
) -> bytes:
    """A `moov` whose samples stand together at `first`; every sample lasts a second."""
    samples = SAMPLES if samples is None else samples
    count = len(samples)
    entry = box(codec, bytes(78), box(config[0], config[1]))
    tables = [
        full("stsd", struct.pack(">I", 1), entry),
        table("stts", (count, timescale)),
        table("ctts", *shifts, version=1) if shifts else b"",
        table("stss", (1,), (4,)),
        table("stsc", (1, 3, 1), (2, 1, 1)),
        full("stsz", struct.pack(">II", 0, count), *(struct.pack(">I", len(s)) for s in samples)),
        table("stco", (first,), (first + sum(map(len, samples[:3])),)) if count else table("stco"),
    ]
    media = box(
        "mdia",
        full("mdhd", struct.pack(">IIII", 0, 0, timescale, 0)),
        full("hdlr", bytes(4), handler, bytes(12)),
        box("minf", full("vmhd", bytes(8), flags=1), DATA_HERE, box("stbl", *tables)),
    )
    track = box("trak", full("tkhd", struct.pack(">IIII", 0, 0, 7, 0)), media)
    return box("moov", MOVIE_HEADER, track, extra)


def mp4(**changes: Any) -> bytes:
    samples = changes.get("samples") or SAMPLES
    head = box("ftyp", b"isom", bytes(4))
    return head + box("mdat", *samples) + movie(len(head) + 8, **changes)


def track_of(data: bytes) -> Track:
    return read_track(io.BytesIO(data))


def test_samples_are_found_where_the_tables_say() -> None:
    data = mp4()
    track = track_of(data)
    found = [data[o : o + n] for o, n in zip(track.offsets, track.sizes, strict=True)]
    assert found == SAMPLES
    assert track.is_sync.tolist() == [True, False, False, True]
    assert track.nanoseconds().tolist() == [0, 10**9, 2 * 10**9, 3 * 10**9]


def test_composition_offsets_shift_what_is_shown() -> None:
    track = track_of(mp4(shifts=((1, 30), (1, 60), (2, 0))))
    assert track.has_b_frames
    assert (track.shown // 30).tolist() == [1, 3, 2, 3]
    assert track.nanoseconds().min() == 0


def fragments(samples: list[bytes], *, flags: int = 0x20000) -> bytes:
    """A file whose movie has no samples, and two fragments with two each."""
    extends = box("mvex", full("trex", struct.pack(">5I", 7, 1, 30, 0, 0x10000)))
    data = box("ftyp", b"isom", bytes(4)) + movie(0, samples=[], extra=extends)
    for start in (0, 2):
        mine = samples[start : start + 2]
        sizes = b"".join(struct.pack(">I", len(sample)) for sample in mine)
        length = len(box("moof", fragment(start, 0, sizes, flags)))
        data += box("moof", fragment(start, length + 8, sizes, flags)) + box("mdat", *mine)
    return data


def fragment(start: int, offset: int, sizes: bytes, flags: int) -> bytes:
    run = full("trun", struct.pack(">IiI", 2, offset, 0), sizes, flags=0x205)
    return box(
        "traf",
        full("tfhd", struct.pack(">I", 7), flags=flags),
        full("tfdt", struct.pack(">I", 30 * start)),
        run,
    )


def test_fragments_add_to_the_movie() -> None:
    data = fragments(SAMPLES)
    track = track_of(data)
    found = [data[o : o + n] for o, n in zip(track.offsets, track.sizes, strict=True)]
    assert found == SAMPLES
    assert track.is_sync.tolist() == [True, False, True, False]
    assert track.decode.tolist() == [0, 30, 60, 90]


def test_streams_have_start_codes_and_parameter_sets(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(mp4())
    ours = imported(path, options={"video": "stream"})
    code = b"\0\0\0\1"
    sets = b"".join(code + unit for unit in SETS)
    texts = [bytes(cell) for (cell,) in ours.column("VideoStream:sample")]
    assert texts == [
        sets + code + b"key",
        code + b"delta",
        code + b"last",
        sets + code + b"key2",
    ]
    (flags,) = (chunk for chunk in ours.chunks if has(chunk, "VideoStream:is_keyframe"))
    assert flags.timelines[VIDEO].tolist() == [0, 3 * 10**9]
    assert sorted(map(len, ours.chunks)) == [1, 1, 2, 3]


def test_assets_refer_to_each_frame(
    tmp_path: Path, imported: Import, reference_import: ReferenceImport, differences: Differences
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(mp4(shifts=((1, 1), (1, 3), (2, 0)), timescale=7))
    ours = imported(path)
    assert not ours.report.is_lossy
    assert not differences(ours.path, reference_import(path))


@pytest.mark.parametrize("name", ["*_h264*.mp4", "*h26[^4]*.mp4", "*[^4-5]*[a-z9g]*.mp4"])
def test_sample_assets_are_what_the_reference_makes_of_them(
    name: str,
    samples: Path,
    imported: Import,
    reference_import: ReferenceImport,
    differences: Differences,
) -> None:
    found = sorted((samples / "video").glob(name))
    assert found
    for path in found:
        assert not differences(imported(path).path, reference_import(path)), path


def test_sample_streams_are_what_the_reference_makes_of_them(
    samples: Path, tmp_path: Path, imported: Import, differences: Differences
) -> None:
    reader: Any = pytest.importorskip("rerun.experimental").Mp4Reader
    found = [
        path for path in sorted((samples / "video").glob("*.mp4")) if can_stream(path.read_bytes())
    ]
    assert len(found) >= 8
    for path in found:
        theirs = tmp_path / f"{path.stem}.rrd"
        reader(str(path)).stream().write_rrd(
            str(theirs), application_id=path.stem, recording_id="reference"
        )
        ours = imported(path, options={"video": "stream"})
        assert not differences(ours.path, theirs), path


def can_stream(data: bytes) -> bool:
    try:
        return not track_of(data).has_b_frames
    except UnsupportedInputError:
        return False


def test_b_frames_cannot_be_a_stream(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(mp4(shifts=((1, 30), (1, 60), (2, 0))))
    report = imported(path, options={"video": "stream"}).report
    assert report.error == "has B-frames, which a video stream cannot have"
    assert report.advice == "import it as an asset, or encode it without them"


def test_a_stream_that_ends_early_keeps_what_came_before(tmp_path: Path, imported: Import) -> None:
    samples = [*SAMPLES[:3], b"\0\0\0\x64" + bytes(100)]
    length = len(movie(0, samples=samples)) + 16
    whole = movie(length, samples=samples) + box("free") + box("mdat", *samples)
    path = tmp_path / "video.mp4"
    path.write_bytes(whole[:-40])
    ours = imported(path, options={"video": "stream"})
    assert "ends inside of sample 3 of 4" in str(ours.report.error)
    assert ours.report.is_lossy


@pytest.mark.parametrize("name", ["s_h264.mkv", "s_vp9.webm"])
def test_other_containers_are_repacked(name: str, samples: Path, imported: Import) -> None:
    av = pytest.importorskip("av")
    with av.open(str(samples / "video" / name)) as container:
        frames = sum(packet.size > 0 for packet in container.demux(video=0))
    ours = imported(samples / "video" / name)
    (found,) = (c for c in ours.chunks if has(c, "VideoFrameReference:timestamp"))
    assert len(found) == frames
    assert not ours.report.is_lossy


WRONG = {
    "nothing": (b"", DamagedInputError, "no box 'moov'"),
    "no movie": (box("ftyp", b"isom"), DamagedInputError, "no box 'moov'"),
    "cut off": (mp4()[:-9], DamagedInputError, "a box 'moov' that does not end"),
    "only sound": (mp4(handler=b"soun"), UnsupportedInputError, "no video track"),
    "another codec": (mp4(codec="mp4v"), UnsupportedInputError, "codec 'mp4v'"),
    "no ticks": (mp4(timescale=0), DamagedInputError, "0 ticks per second"),
    "a table too short": (
        mp4().replace(table("stss", (1,), (4,)), table("stss", (1,), (4,)).replace(b"\2", b"\3")),
        DamagedInputError,
        "shorter than it says",
    ),
    "a box of no size": (box("moov", struct.pack(">I", 4), b"trak"), DamagedInputError, "'trak'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_read_says_why(case: str) -> None:
    data, kind, reason = WRONG[case]
    with pytest.raises(kind, match=reason):
        track_of(data)


@given(st.data())
def test_any_damage_is_an_importer_error(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([mp4(), fragments(SAMPLES)])))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        track = track_of(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
        Packager(track.codec, track.setup)
    except ImporterError:
        pass


@pytest.mark.parametrize(
    ("codec", "first", "expected"),
    [
        ("VP8", 0x10, True),
        ("VP8", 0x11, False),
        ("VP9", 0x82, True),
        ("VP9", 0x86, False),  # frame type
        ("VP9", 0x8A, False),  # an earlier frame shown again
        ("VP9", 0xB0, True),  # profile 3 has a reserved bit
        ("VP9", 0xB2, False),
        ("VP9", 0x42, False),  # no marker
    ],
)
def test_keyframes_of_vp8_and_vp9_say_so_themselves(codec: str, first: int, expected: bool) -> None:
    assert is_keyframe(codec, bytes([first, 0]), is_sync=not expected) is expected
