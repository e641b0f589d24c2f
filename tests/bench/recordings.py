"""Writes the recordings that the benchmarks read, with the reference SDK.

Run as a program, it writes one of them: `python recordings.py KIND OUT`. The runner starts it in a
process of its own, so that its memory is not the runner's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rerun as rr

__all__ = ["KINDS"]


def tiny(path: str) -> None:
    """200,000 chunks of one row each, over 50 entities: what unbatched logging leaves behind."""
    batcher = rr.ChunkBatcherConfig(flush_num_rows=0)
    recording = rr.RecordingStream("bench", recording_id="tiny", batcher_config=batcher)
    recording.save(path)
    for frame in range(200_000):
        recording.set_time("frame", sequence=frame)
        recording.log(f"/robot/joint{frame % 50}", rr.Scalars(float(frame)))
    recording.disconnect()


def images(path: str) -> None:
    """1 GB of images that do not compress, and a scalar beside each."""
    random = np.random.default_rng(0)
    recording = rr.RecordingStream("bench", recording_id="images")
    recording.save(path)
    for frame in range(1_000):
        recording.set_time("frame", sequence=frame)
        pixels = random.integers(0, 256, (600, 580, 3), dtype=np.uint8)
        recording.log("/camera/image", rr.Image(pixels))
        recording.log("/camera/score", rr.Scalars(float(frame)))
    recording.disconnect()


def columns(path: str) -> None:
    """50 million scalar rows in large chunks, as `send_columns` writes them."""
    recording = rr.RecordingStream("bench", recording_id="columns")
    recording.save(path)
    rows = 100_000
    for part in range(500):
        frames = np.arange(part * rows, (part + 1) * rows)
        recording.send_columns(
            f"/signals/{part % 20}",
            indexes=[rr.TimeColumn("frame", sequence=frames)],
            columns=rr.Scalars.columns(scalars=np.sin(frames * 1e-3)),
        )
    recording.disconnect()


def robot(path: str) -> None:
    """500 MB of a robot's five minutes: camera, lidar, inertial unit, poses, words."""
    random = np.random.default_rng(0)
    recording = rr.RecordingStream("bench", recording_id="robot")
    recording.save(path)
    for tick in range(300 * 400):
        recording.set_time("frame", sequence=tick)
        recording.set_time("clock", timestamp=1_700_000_000 + tick / 400)
        for axis in "xyz":
            value = float(np.sin(tick * 1e-2))
            recording.log(f"/sensors/imu/acceleration/{axis}", rr.Scalars(value))
        if tick % 8 == 0:
            recording.log("/robot/base", rr.Transform3D(translation=[tick * 1e-3, 0, 0]))
        if tick % 20 == 0:
            picture = random.bytes(30_000)
            recording.log("/camera", rr.EncodedImage(contents=picture, media_type="image/jpeg"))
        if tick % 40 == 0:
            points = random.normal(size=(8_000, 3)).astype(np.float32)
            recording.log("/lidar", rr.Points3D(points))
        if tick % 400 == 0:
            recording.log("/log", rr.TextLog(f"second {tick // 400}", level="INFO"))
    recording.disconnect()


def small(path: str) -> None:
    """500 short recordings in a folder."""
    folder = Path(path)
    folder.mkdir()
    for number in range(500):
        recording = rr.RecordingStream("bench", recording_id=f"run {number}")
        recording.save(folder / f"run{number:03}.rrd")
        for frame in range(100):
            recording.set_time("frame", sequence=frame)
            recording.log("/position", rr.Points3D([[frame, number, 0]]))
            recording.log("/speed", rr.Scalars(frame / 10))
        recording.disconnect()


KINDS: dict[str, Callable[[str], None]] = {
    "tiny": tiny,
    "images": images,
    "columns": columns,
    "robot": robot,
    "small": small,
}
"""Generators by name."""

if __name__ == "__main__":
    kind, out = sys.argv[1:]
    KINDS[kind](out)
