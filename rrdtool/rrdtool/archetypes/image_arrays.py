"""From whatever holds an image to its pixels and their format, and back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import numpy as np

from rrdtool import components, datatypes
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image as PillowImage

    Pixels: TypeAlias = npt.NDArray[Any]
    """Rows of pixels, `(height, width)` or `(height, width, channels)`."""

__all__ = [
    "ImageLike",
    "array_of",
    "channel_datatype",
    "color_model_of",
    "format_batch",
    "pillow_image",
    "pixels_in",
    "pixels_of",
]


class _Tensor(Protocol):
    """An array of a machine learning library, perhaps in the memory of another device."""

    def numpy(self, *, force: bool) -> npt.NDArray[Any]: ...


ImageLike: TypeAlias = "npt.ArrayLike | PillowImage | _Tensor"
"""What images are made of: arrays, Pillow images, tensors with a `numpy()` method."""


def array_of(image: ImageLike) -> Pixels:
    """The image as an array in native byte order."""
    array: Pixels
    if isinstance(image, np.ndarray):
        array = image
    elif hasattr(image, "numpy"):
        array = cast("_Tensor", image).numpy(force=True)
    else:
        array = np.asarray(image)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def pixels_of(image: ImageLike) -> Pixels:
    """The image as an array in native byte order, without dimensions of size 1 around it.

    Such dimensions are dropped from the front, then from the back, but two always stay.
    """
    array = array_of(image)
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    while array.ndim > 2 and array.shape[-1] == 1:
        array = array[..., 0]
    return array


def channel_datatype(dtype: np.dtype[Any], archetype: str) -> datatypes.ChannelDatatype:
    """What images call the numbers of that type.

    Raises:
        ValueError: If images cannot hold them; `archetype` is named.
    """
    try:
        return datatypes.ChannelDatatype.from_np_dtype(dtype)
    except KeyError:
        raise ValueError(f"{archetype} cannot hold {dtype}") from None


def color_model_of(
    pixels: Pixels, given: datatypes.ColorModelLike | None
) -> datatypes.ColorModel | None:
    """The color model that was asked for, or the one that the number of channels suggests.

    Raises:
        ValueError: If the color model is unknown, or in strict mode, if the number of channels
            does not fit. In lax mode the latter is a warning.
    """
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if given is None:
        model = _MODELS.get(channels)
        if model is None:
            report_misuse(f"an image has 1, 3 or 4 channels, not {channels}")
        return model
    model = datatypes.ColorModel.auto(given)
    if model.num_channels() != channels:
        report_misuse(f"{model} has {model.num_channels()} channels, and the image {channels}")
    return model


_MODELS = {
    1: datatypes.ColorModel.L,
    3: datatypes.ColorModel.RGB,
    4: datatypes.ColorModel.RGBA,
}


@lru_cache(maxsize=64)
def format_batch(
    width: int,
    height: int,
    pixel_format: datatypes.PixelFormat | None = None,
    color_model: datatypes.ColorModel | None = None,
    channel_datatype: datatypes.ChannelDatatype | None = None,
) -> components.ImageFormatBatch:
    """The format as a batch; the same one for all images of a video or camera."""
    return components.ImageFormatBatch(
        components.ImageFormat(
            width,
            height,
            pixel_format=pixel_format,
            color_model=color_model,
            channel_datatype=channel_datatype,
        )
    )


def pixels_in(buffer: components.ImageBufferBatch, layout: components.ImageFormat) -> Pixels:
    """The first buffer as an array of the shape and type that its format tells.

    Raises:
        ValueError: If the pixels have a packed format, or if the buffer has another size.
    """
    if layout.pixel_format is not None:
        raise ValueError(f"images with the pixel format {layout.pixel_format} cannot be unpacked")
    if layout.channel_datatype is None:
        raise ValueError("the image does not tell what its numbers are")
    contents = buffer.as_arrow_array()[0].values.to_numpy()
    pixels = contents.view(layout.channel_datatype.to_np_dtype())
    channels = 1 if layout.color_model is None else layout.color_model.num_channels()
    shape = (layout.height, layout.width, channels)
    shaped: Pixels = pixels.reshape(shape if channels > 1 else shape[:2])
    return shaped


def pillow_image(pixels: Pixels, color_model: datatypes.ColorModel | None) -> PillowImage:
    """A Pillow image of these pixels, in RGB order.

    Raises:
        TypeError: If Pillow has no mode for these pixels.
        ImportError: If the package `pillow` is not installed.
    """
    from PIL import Image

    if color_model is datatypes.ColorModel.BGR:
        pixels = pixels[..., ::-1]
    elif color_model is datatypes.ColorModel.BGRA:
        pixels = pixels[..., [2, 1, 0, 3]]
    return Image.fromarray(pixels)
