"""When the frames of an MP4 video are shown."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from rrdimporters.protocol import ImporterError
from rrdimporters.video.mp4 import read_track

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["frame_times"]


def frame_times(contents: bytes) -> npt.NDArray[np.int64]:
    """When each frame is shown (nanoseconds after the first one), ascending.

    Reads the tables of the file, decodes nothing.

    Raises:
        RuntimeError: If these are not the contents of an MP4 file with video frames.
    """
    try:
        times = read_track(io.BytesIO(contents)).nanoseconds()
    except ImporterError as error:
        raise RuntimeError(f"the contents are no MP4 video: the file {error.reason}") from error
    if not len(times):
        raise RuntimeError("the video has no frames")
    return np.sort(times)
