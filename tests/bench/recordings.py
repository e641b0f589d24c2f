"""Writes the recordings that the benchmarks read, with the reference SDK.

Run as a program, it writes one of them: `python recordings.py KIND OUT`. The runner starts it in a
process of its own, so that its memory is not the runner's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

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
    """20 million scalar rows in large chunks, as `send_columns` writes them."""
    recording = rr.RecordingStream("bench", recording_id="columns")
    recording.save(path)
    rows = 100_000
    for part in range(200):
        frames = np.arange(part * rows, (part + 1) * rows)
        recording.send_columns(
            f"/signals/{part % 20}",
            indexes=[rr.TimeColumn("frame", sequence=frames)],
            columns=rr.Scalars.columns(scalars=np.sin(frames * 1e-3)),
        )
    recording.disconnect()


KINDS: dict[str, Callable[[str], None]] = {"tiny": tiny, "images": images, "columns": columns}
"""Generators by name."""

if __name__ == "__main__":
    kind, out = sys.argv[1:]
    KINDS[kind](out)
