"""How the pixels of an image are laid out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rrdtool.model.enums import EnumBatch, NamedNumber
from rrdtool.model.values import StructBatch, Value

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "ChannelDatatype",
    "ChannelDatatypeArrayLike",
    "ChannelDatatypeBatch",
    "ChannelDatatypeLike",
    "ColorModel",
    "ColorModelArrayLike",
    "ColorModelBatch",
    "ColorModelLike",
    "ImageFormat",
    "ImageFormatArrayLike",
    "ImageFormatBatch",
    "ImageFormatLike",
    "PixelFormat",
    "PixelFormatArrayLike",
    "PixelFormatBatch",
    "PixelFormatLike",
]


class ChannelDatatype(NamedNumber):
    """The number type of one channel of a pixel."""

    U8 = 6
    I8 = 7
    U16 = 8
    I16 = 9
    U32 = 10
    I32 = 11
    U64 = 12
    I64 = 13
    F16 = 33
    F32 = 34
    F64 = 35

    @classmethod
    def from_np_dtype(cls, dtype: npt.DTypeLike) -> ChannelDatatype:
        """The member for a numpy type, whatever its byte order.

        Raises:
            KeyError: If there is none.
        """
        kind = np.dtype(dtype)
        name = f"{kind.kind.upper()}{kind.itemsize * 8}"
        if name not in cls.__members__:
            raise KeyError(f"no channel holds numbers of type {kind}")
        return cls[name]

    def to_np_dtype(self) -> type[np.number[Any]]:
        """The numpy type of one number."""
        kind: type[np.number[Any]] = np.dtype(
            f"{self.name[0].lower()}{int(self.name[1:]) // 8}"
        ).type
        return kind


ChannelDatatypeLike: TypeAlias = "ChannelDatatype | str | int"
ChannelDatatypeArrayLike: TypeAlias = "ChannelDatatypeLike | Sequence[ChannelDatatypeLike]"


class ChannelDatatypeBatch(EnumBatch[ChannelDatatype], of=ChannelDatatype):
    """A batch of `ChannelDatatype`."""


class ColorModel(NamedNumber):
    """Which channels a pixel has, in which order."""

    L = 1
    RGB = 2
    RGBA = 3
    BGR = 4
    BGRA = 5

    def num_channels(self) -> int:
        """How many channels a pixel has."""
        return len(self.name)


ColorModelLike: TypeAlias = "ColorModel | str | int"
ColorModelArrayLike: TypeAlias = "ColorModelLike | Sequence[ColorModelLike]"


class ColorModelBatch(EnumBatch[ColorModel], of=ColorModel):
    """A batch of `ColorModel`."""


class PixelFormat(NamedNumber):
    """A pixel layout with subsampled or mosaicked channels."""

    Y_U_V12_LimitedRange = 20
    NV12 = 26
    YUY2 = 27
    Y8_FullRange = 30
    Y_U_V24_LimitedRange = 39
    Y_U_V24_FullRange = 40
    Y8_LimitedRange = 41
    Y_U_V12_FullRange = 44
    Y_U_V16_LimitedRange = 49
    Y_U_V16_FullRange = 50
    BayerRGGB8 = 128
    BayerBGGR8 = 129
    BayerGBRG8 = 130
    BayerGRBG8 = 131


PixelFormatLike: TypeAlias = "PixelFormat | str | int"
PixelFormatArrayLike: TypeAlias = "PixelFormatLike | Sequence[PixelFormatLike]"


class PixelFormatBatch(EnumBatch[PixelFormat], of=PixelFormat):
    """A batch of `PixelFormat`."""


class ImageFormat(Value):
    """Size and pixel layout of an image: a pixel format, or a color model with a channel type.

    Args:
        width: In pixels.
        height: In pixels.
        pixel_format: For layouts with subsampled or mosaicked channels.
        color_model: For plain layouts; with `channel_datatype`.
        channel_datatype: The type of one number of a plain layout.
    """

    _FIELDS = ("width", "height", "pixel_format", "color_model", "channel_datatype")
    width: int
    height: int
    pixel_format: PixelFormat | None
    color_model: ColorModel | None
    channel_datatype: ChannelDatatype | None

    def __init__(
        self,
        width: int,
        height: int,
        *,
        pixel_format: PixelFormatLike | None = None,
        color_model: ColorModelLike | None = None,
        channel_datatype: ChannelDatatypeLike | None = None,
    ) -> None:
        self.width = int(width)
        self.height = int(height)
        self.pixel_format = None if pixel_format is None else PixelFormat.auto(pixel_format)
        self.color_model = None if color_model is None else ColorModel.auto(color_model)
        self.channel_datatype = (
            None if channel_datatype is None else ChannelDatatype.auto(channel_datatype)
        )


ImageFormatLike: TypeAlias = "ImageFormat"
ImageFormatArrayLike: TypeAlias = "ImageFormat | Sequence[ImageFormatLike]"


class ImageFormatBatch(StructBatch[ImageFormatArrayLike], of=ImageFormat):
    """A batch of `ImageFormat`."""
