"""Pixels, videos, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from rrdtool.datatypes import blobs, images, numbers, times
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Colormap",
    "ColormapArrayLike",
    "ColormapBatch",
    "ColormapLike",
    "DepthMeter",
    "DepthMeterBatch",
    "FillRatio",
    "FillRatioBatch",
    "GammaCorrection",
    "GammaCorrectionBatch",
    "ImageBuffer",
    "ImageBufferBatch",
    "ImageFormat",
    "ImageFormatBatch",
    "IsKeyframe",
    "IsKeyframeBatch",
    "MagnificationFilter",
    "MagnificationFilterArrayLike",
    "MagnificationFilterBatch",
    "MagnificationFilterLike",
    "VideoCodec",
    "VideoCodecArrayLike",
    "VideoCodecBatch",
    "VideoCodecLike",
    "VideoSample",
    "VideoSampleBatch",
    "VideoTimestamp",
    "VideoTimestampBatch",
]


class ImageBuffer(blobs.Blob, ComponentMixin):
    """The pixels of an image, row by row."""


class ImageBufferBatch(blobs.BlobBatch, ComponentBatchMixin, of=ImageBuffer):
    """A batch of `ImageBuffer`."""


class ImageFormat(images.ImageFormat, ComponentMixin):
    """Size and pixel layout of an image."""


class ImageFormatBatch(images.ImageFormatBatch, ComponentBatchMixin, of=ImageFormat):
    """A batch of `ImageFormat`."""


class Colormap(NamedNumber):
    """A scale of colors that numbers are mapped to."""

    Grayscale = 1
    Inferno = 2
    Magma = 3
    Plasma = 4
    Turbo = 5
    Viridis = 6
    CyanToYellow = 7
    Spectral = 8
    Twilight = 9
    RvizMap = 10
    RvizCostmap = 11
    Costmap = 12


ColormapLike: TypeAlias = "Colormap | str | int"
ColormapArrayLike: TypeAlias = "ColormapLike | Sequence[ColormapLike]"


class ColormapBatch(EnumBatch[Colormap], ComponentBatchMixin, of=Colormap):
    """A batch of `Colormap`."""


class MagnificationFilter(NamedNumber):
    """How pixels are enlarged."""

    Nearest = 1
    Linear = 2
    Bicubic = 3


MagnificationFilterLike: TypeAlias = "MagnificationFilter | str | int"
MagnificationFilterArrayLike: TypeAlias = (
    "MagnificationFilterLike | Sequence[MagnificationFilterLike]"
)


class MagnificationFilterBatch(
    EnumBatch[MagnificationFilter], ComponentBatchMixin, of=MagnificationFilter
):
    """A batch of `MagnificationFilter`."""


class GammaCorrection(numbers.Float32, ComponentMixin):
    """An exponent for values between 0 and 1."""


class GammaCorrectionBatch(numbers.Float32Batch, ComponentBatchMixin, of=GammaCorrection):
    """A batch of `GammaCorrection`."""


class DepthMeter(numbers.Float32, ComponentMixin):
    """How many units of a depth image make a meter."""


class DepthMeterBatch(numbers.Float32Batch, ComponentBatchMixin, of=DepthMeter):
    """A batch of `DepthMeter`."""


class FillRatio(numbers.Float32, ComponentMixin):
    """How much of its space a primitive fills; 1 is all."""


class FillRatioBatch(numbers.Float32Batch, ComponentBatchMixin, of=FillRatio):
    """A batch of `FillRatio`."""


class VideoCodec(NamedNumber):
    """How the frames of a video are encoded."""

    AV1 = 1635135537
    H264 = 1635148593
    H265 = 1751479857
    VP8 = 1987063864
    VP9 = 1987063865


VideoCodecLike: TypeAlias = "VideoCodec | str | int"
VideoCodecArrayLike: TypeAlias = "VideoCodecLike | Sequence[VideoCodecLike]"


class VideoCodecBatch(EnumBatch[VideoCodec], ComponentBatchMixin, of=VideoCodec):
    """A batch of `VideoCodec`."""

    _DTYPE = np.dtype(np.uint32)


class VideoSample(blobs.Blob, ComponentMixin):
    """One encoded frame of a video stream."""


class VideoSampleBatch(blobs.BlobBatch, ComponentBatchMixin, of=VideoSample):
    """A batch of `VideoSample`."""


class VideoTimestamp(times.VideoTimestamp, ComponentMixin):
    """A time within a video (nanoseconds).

    Args:
        nanoseconds: From the start of the video.
        seconds: The same in seconds, rounded to whole nanoseconds.

    Raises:
        ValueError: If not exactly one is given.
    """

    def __init__(self, *, nanoseconds: int | None = None, seconds: float | None = None) -> None:
        if (nanoseconds is None) == (seconds is None):
            raise ValueError("a time within a video needs one of `nanoseconds` and `seconds`")
        exact = nanoseconds if seconds is None else int(seconds * 1e9 + 0.5)
        super().__init__(int(exact or 0))

    @staticmethod
    def seconds(seconds: npt.ArrayLike) -> VideoTimestampBatch:
        """Times given in seconds."""
        return VideoTimestamp._rounded(seconds, 1e9)

    @staticmethod
    def milliseconds(milliseconds: npt.ArrayLike) -> VideoTimestampBatch:
        """Times given in milliseconds."""
        return VideoTimestamp._rounded(milliseconds, 1e6)

    @staticmethod
    def nanoseconds(nanoseconds: npt.ArrayLike) -> VideoTimestampBatch:
        """Times given in nanoseconds."""
        return VideoTimestampBatch(np.asarray(nanoseconds, np.int64))

    @staticmethod
    def _rounded(times: npt.ArrayLike, scale: float) -> VideoTimestampBatch:
        exact = np.asarray(times, np.float64) * scale + 0.5
        return VideoTimestampBatch(exact.astype(np.int64))


class VideoTimestampBatch(times.VideoTimestampBatch, ComponentBatchMixin, of=VideoTimestamp):
    """A batch of `VideoTimestamp`."""


class IsKeyframe(numbers.Bool, ComponentMixin):
    """Whether a frame can be decoded without others."""


class IsKeyframeBatch(numbers.BoolBatch, ComponentBatchMixin, of=IsKeyframe):
    """A batch of `IsKeyframe`."""
