"""Colors, packed as 0xRRGGBBAA.

What an array of numbers means depends on its type and shape: packed colors, channels from 0 to
255, or channels from 0.0 to 1.0. The order of the rules is that of `_of_array`.
"""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

import numpy as np

from rrdtool.model.batches import BaseBatch, Flat
from rrdtool.model.errors import report_misuse
from rrdtool.model.values import IntValue

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Rgba32",
    "Rgba32ArrayLike",
    "Rgba32Batch",
    "Rgba32Like",
]

_GOLDEN_RATIO = 0.618033988749895
"""Steps of this size around a circle never come close to each other again."""


class Rgba32(IntValue):
    """An sRGB color with linear alpha, packed as 0xRRGGBBAA.

    Args:
        rgba: A packed color, another color, or three or four channels: whole numbers from 0 to
            255, or fractions from 0.0 to 1.0.
    """

    _FIELDS = ("rgba",)
    rgba: int

    def __init__(self, rgba: Rgba32Like) -> None:
        self.rgba = _packed_one(rgba)

    @classmethod
    def from_string(cls, s: str) -> Self:
        """A vivid color that is always the same for the same text."""
        hue = (zlib.crc32(s.encode()) * _GOLDEN_RATIO) % 1.0
        return cls([round(255 * channel) for channel in colorsys.hsv_to_rgb(hue, 0.85, 0.8)])


Rgba32Like: TypeAlias = "Rgba32 | int | Sequence[int | float] | npt.ArrayLike"
Rgba32ArrayLike: TypeAlias = "Rgba32Like | Sequence[Rgba32Like]"


class Rgba32Batch(BaseBatch[Rgba32ArrayLike], of=Rgba32):
    """A batch of `Rgba32`: one color, a list of them that may mix all forms, or an array."""

    _DTYPE = np.dtype(np.uint32)

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        if isinstance(data, int | np.integer | Rgba32):
            return np.array((int(data),), np.uint32)
        items = data if hasattr(data, "__array__") else list(data)
        try:
            values = np.asarray(items)
            if values.size == 0:
                return np.empty(0, np.uint32)
            if values.dtype.kind in "biuf":
                return _of_array(values.squeeze())
        except (ValueError, TypeError):
            pass  # a list of several forms, or one of which none is a color
        return np.array([_packed_one(item) for item in items], np.uint32)


def _of_array(values: npt.NDArray[Any]) -> Flat:
    """The colors of an array without unit dimensions.

    Raises:
        ValueError: If its shape is not that of colors.
    """
    if values.dtype == np.uint32:
        return values.reshape(-1)
    if values.ndim > 1:
        return _of_channels(values)
    flat = values.reshape(-1)
    if flat.dtype.kind == "f" or flat.dtype == np.uint8:
        if len(flat) > 4 and len(flat) % 4 == 0:
            return _of_channels(flat.reshape(-1, 4))
        return _of_channels(flat.reshape(1, -1)) if len(flat) in (3, 4) else _of_packed(flat)
    if len(flat) not in (3, 4):
        return _of_packed(flat)
    if np.max(flat) < 256:
        return _of_channels(flat.reshape(1, -1))
    message = (
        f"{len(flat)} whole numbers, some of them above 255, are taken as packed colors;"
        " say so with an array of type numpy.uint32"
    )
    report_misuse(message, exception_type=None)
    return _of_packed(flat)


def _of_packed(flat: npt.NDArray[Any]) -> Flat:
    """Colors that are packed already; signed numbers stand for the same 32 bits."""
    if np.min(flat) < -0x8000_0000 or np.max(flat) > 0xFFFF_FFFF:
        raise OverflowError("a packed color is a number of 32 bits")
    return flat.astype(np.int64).astype(np.uint32)


def _of_channels(values: npt.NDArray[Any]) -> Flat:
    """Colors of channels in the last dimension: red, green, blue and perhaps alpha."""
    if values.shape[-1] not in (3, 4):
        raise ValueError(
            "expected colors of 3 or 4 channels: an array of shape (n, 3) or (n, 4);"
            f" got the shape {values.shape}"
        )
    channels = values.reshape(-1, values.shape[-1])
    if channels.dtype.kind == "f":
        # whole numbers first: what lies beyond 0 to 255 wraps around on every machine
        channels = np.round(channels * 255.0).astype(np.int64)
    rgba = np.full((len(channels), 4), 255, np.uint8)
    rgba[:, : channels.shape[1]] = channels.astype(np.uint8)
    return rgba.view(">u4").astype(np.uint32).reshape(-1)


def _packed_one(color: object) -> int:
    if isinstance(color, int | float | np.integer | np.floating | Rgba32):
        return int(color)
    values = np.asarray(color)
    if values.ndim == 0 and values.dtype.kind in "biuf":
        return int(values)
    if values.size not in (3, 4):
        raise ValueError(f"expected a color of 3 or 4 channels, not of {values.size}")
    return cast("int", _of_channels(values.reshape(1, -1))[0].item())
