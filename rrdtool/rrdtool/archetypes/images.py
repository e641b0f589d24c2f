"""Images of pixels, distances and class numbers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack, cast

import numpy as np

from rrdtool import components, datatypes
from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.archetypes.encoded_images import EncodedDepthImage, EncodedImage
from rrdtool.archetypes.image_arrays import (
    ImageLike,
    channel_datatype,
    color_model_of,
    format_batch,
    pillow_image,
    pixels_in,
    pixels_of,
)
from rrdtool.model.errors import catch_and_log_exceptions, report_misuse

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image as PillowImage

    from rrdtool.archetypes.shared_fields import DepthFields, PictureFields
    from rrdtool.model.described import ComponentColumnList

    class _PixelFields(TypedDict, total=False):
        buffer: datatypes.BlobArrayLike | None
        format: datatypes.ImageFormatArrayLike | None

    class _ImageFields(_PixelFields, PictureFields, total=False):
        pass

    class _DepthImageFields(_PixelFields, DepthFields, total=False):
        pass

    class _SegmentationOptions(TypedDict, total=False):
        opacity: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _SegmentationImageFields(_PixelFields, _SegmentationOptions, total=False):
        pass


__all__ = ["DepthImage", "Image", "ImageLike", "SegmentationImage"]


class DepthImage(VisualizableArchetype, computed=("buffer", "format")):
    """An image of distances."""

    buffer: Row[components.ImageBufferBatch]
    format: Row[components.ImageFormatBatch]
    meter: Row[components.DepthMeterBatch]
    colormap: Row[components.ColormapBatch]
    depth_range: Row[components.ValueRangeBatch]
    point_fill_ratio: Row[components.FillRatioBatch]
    draw_order: Row[components.DrawOrderBatch]
    magnification_filter: Row[components.MagnificationFilterBatch]

    def __init__(self, image: ImageLike, **options: Unpack[DepthFields]) -> None:
        """Takes the distances as an array of rows.

        Args:
            image: One number per pixel.
            options: The other fields.

        Raises:
            ValueError: If the array has not two dimensions, or holds no numbers.
        """
        self._store(**_single_channel(image, type(self).__name__), **options)

    @classmethod
    def columns(cls, **fields: Unpack[_DepthImageFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_DepthImageFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)

    def image_format(self) -> components.ImageFormat:
        """Size and number type.

        Raises:
            ValueError: If the field `format` is not set.
        """
        return _format_in(self.format)

    def as_pil_image(self) -> PillowImage:
        """The distances as a Pillow image of a single channel.

        Raises:
            ValueError: If there are no pixels.
            TypeError: If Pillow cannot hold the numbers.
            ImportError: If the package `pillow` is not installed.
        """
        return _pillow_image(self.buffer, self.image_format())

    def compress(self, compress_level: int = 6) -> EncodedDepthImage | DepthImage:
        """The same image as a PNG file; in lax mode itself, after a warning, if that fails.

        The other fields are kept, except for the magnification filter.

        Args:
            compress_level: From 0, no compression, to 9, the smallest file.

        Raises:
            ValueError: In strict mode, if the numbers are neither `uint8` nor `uint16`.
            ImportError: In strict mode, if the package `pillow` is not installed.
        """
        with catch_and_log_exceptions("DepthImage compression"):
            layout = self.image_format()
            if layout.channel_datatype not in _PNG_TYPES:
                raise ValueError(f"PNG files hold U8 or U16, not {layout.channel_datatype}")
            file = io.BytesIO()
            image = _pillow_image(self.buffer, layout)
            image.save(file, format="png", compress_level=compress_level)
            kept = (self.meter, self.colormap, self.depth_range, self.point_fill_ratio)
            meter, colormap, depth_range, point_fill_ratio = kept
            return EncodedDepthImage(
                file.getvalue(),
                media_type=components.MediaType.PNG,
                meter=cast("Any", meter),
                colormap=cast("Any", colormap),
                depth_range=cast("Any", depth_range),
                point_fill_ratio=cast("Any", point_fill_ratio),
                draw_order=cast("Any", self.draw_order),
            )
        return self


class Image(VisualizableArchetype, computed=("buffer", "format")):
    """A monochrome or color image."""

    buffer: Row[components.ImageBufferBatch]
    format: Row[components.ImageFormatBatch]
    opacity: Row[components.OpacityBatch]
    draw_order: Row[components.DrawOrderBatch]
    magnification_filter: Row[components.MagnificationFilterBatch]

    def __init__(
        self,
        image: ImageLike | None = None,
        color_model: datatypes.ColorModelLike | None = None,
        *,
        pixel_format: datatypes.PixelFormatLike | None = None,
        datatype: datatypes.ChannelDatatypeLike | npt.DTypeLike | None = None,
        bytes: bytes | npt.NDArray[Any] | None = None,  # noqa: A002 - the SDK's name
        width: int | None = None,
        height: int | None = None,
        **options: Unpack[PictureFields],
    ) -> None:
        """Takes an array of rows of pixels, or bytes with their layout.

        Args:
            image: One number per pixel, or 3 or 4 in a third dimension.
            color_model: What the channels are; needed where their number does not tell.
            pixel_format: The layout of `bytes` that are packed: subsampled colors and the like.
            datatype: What the numbers in `bytes` are, if they are not packed.
            bytes: The pixels, row by row, in place of `image`.
            width: Pixels per row of `bytes`.
            height: Rows in `bytes`.
            options: The other fields.

        Raises:
            ValueError: If the arguments do not describe an image. What can be stored is stored
                with a warning in lax mode: 2 channels, or others than the color model has.
        """
        if bytes is not None:
            layout = _layout_of_bytes(width, height, pixel_format, color_model, datatype)
            content = bytes.tobytes() if isinstance(bytes, np.ndarray) else bytes
            self._store(buffer=content, format=layout, **options)
            return
        if image is None:
            raise ValueError("one of `image` and `bytes` must be given")
        pixels = pixels_of(image)
        layout = _layout_of_pixels(pixels, color_model, width, height)
        self._store(buffer=pixels.tobytes(), format=layout, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_ImageFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_ImageFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)

    def image_format(self) -> components.ImageFormat:
        """Size and pixel layout.

        Raises:
            ValueError: If the field `format` is not set.
        """
        return _format_in(self.format)

    def as_pil_image(self) -> PillowImage:
        """The pixels as a Pillow image.

        Raises:
            ValueError: If there are no pixels, or if they are packed.
            TypeError: If Pillow cannot hold them.
            ImportError: If the package `pillow` is not installed.
        """
        return _pillow_image(self.buffer, self.image_format())

    def compress(self, jpeg_quality: int = 95) -> EncodedImage | Image:
        """The same image as a JPEG file; in lax mode itself, after a warning, if that fails.

        The other fields are not kept.

        Args:
            jpeg_quality: From 1, the smallest file, to 95.

        Raises:
            ValueError: In strict mode, if this is no L, RGB or BGR image of `uint8`.
            ImportError: In strict mode, if the package `pillow` is not installed.
        """
        with catch_and_log_exceptions("Image compression"):
            layout = self.image_format()
            if layout.color_model not in _JPEG_MODELS:
                raise ValueError(f"JPEG files hold L, RGB or BGR, not {layout.color_model}")
            if layout.channel_datatype is not datatypes.ChannelDatatype.U8:
                raise ValueError(f"JPEG files hold U8, not {layout.channel_datatype}")
            file = io.BytesIO()
            _pillow_image(self.buffer, layout).save(file, format="jpeg", quality=jpeg_quality)
            return EncodedImage(contents=file.getvalue(), media_type=components.MediaType.JPEG)
        return self


class SegmentationImage(VisualizableArchetype, computed=("buffer", "format")):
    """An image of class numbers."""

    buffer: Row[components.ImageBufferBatch]
    format: Row[components.ImageFormatBatch]
    opacity: Row[components.OpacityBatch]
    draw_order: Row[components.DrawOrderBatch]

    def __init__(self, image: ImageLike, **options: Unpack[_SegmentationOptions]) -> None:
        """Takes the class numbers as an array of rows.

        Args:
            image: One number per pixel.
            options: The other fields.

        Raises:
            ValueError: If the array has not two dimensions, or holds no numbers.
        """
        self._store(**_single_channel(image, type(self).__name__), **options)

    @classmethod
    def columns(cls, **fields: Unpack[_SegmentationImageFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_SegmentationImageFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


_PNG_TYPES = (datatypes.ChannelDatatype.U8, datatypes.ChannelDatatype.U16)
_JPEG_MODELS = (datatypes.ColorModel.L, datatypes.ColorModel.RGB, datatypes.ColorModel.BGR)


def _single_channel(image: ImageLike, archetype: str) -> dict[str, object]:
    """The fields `buffer` and `format` of an image with one number per pixel."""
    pixels = pixels_of(image)
    if pixels.ndim != 2:
        raise ValueError(f"{archetype} takes two dimensions, not an array of {pixels.shape}")
    height, width = pixels.shape
    numbers = channel_datatype(pixels.dtype, archetype)
    return {
        "buffer": pixels.tobytes(),
        "format": format_batch(width, height, channel_datatype=numbers),
    }


def _layout_of_pixels(
    pixels: npt.NDArray[Any],
    color_model: datatypes.ColorModelLike | None,
    width: int | None,
    height: int | None,
) -> components.ImageFormatBatch:
    if pixels.ndim not in (2, 3):
        raise ValueError(f"an image has two or three dimensions, not {pixels.shape}")
    rows, columns = pixels.shape[:2]
    if width not in (None, columns) or height not in (None, rows):
        raise ValueError(f"the image is {columns} x {rows}, not {width} x {height} pixels")
    model = color_model_of(pixels, color_model)
    numbers = None
    try:
        numbers = channel_datatype(pixels.dtype, "Image")
    except ValueError as error:
        report_misuse(str(error))
    return format_batch(columns, rows, color_model=model, channel_datatype=numbers)


def _layout_of_bytes(
    width: int | None,
    height: int | None,
    pixel_format: datatypes.PixelFormatLike | None,
    color_model: datatypes.ColorModelLike | None,
    datatype: datatypes.ChannelDatatypeLike | npt.DTypeLike | None,
) -> components.ImageFormatBatch:
    if width is None or height is None:
        raise ValueError("`bytes` takes `width` and `height` beside it")
    if pixel_format is not None:
        if color_model is not None or datatype is not None:
            raise ValueError("`pixel_format` excludes `color_model` and `datatype`")
        packed = datatypes.PixelFormat.auto(pixel_format)
        return format_batch(int(width), int(height), pixel_format=packed)
    if color_model is None or datatype is None:
        raise ValueError("`bytes` takes `pixel_format`, or `color_model` and `datatype`, beside it")
    return format_batch(
        int(width),
        int(height),
        color_model=datatypes.ColorModel.auto(color_model),
        channel_datatype=_named_datatype(datatype),
    )


def _named_datatype(
    datatype: datatypes.ChannelDatatypeLike | npt.DTypeLike,
) -> datatypes.ChannelDatatype:
    if isinstance(datatype, type | np.dtype):
        return channel_datatype(np.dtype(datatype), "Image")
    return datatypes.ChannelDatatype.auto(cast("datatypes.ChannelDatatypeLike", datatype))


def _format_in(batch: components.ImageFormatBatch | None) -> components.ImageFormat:
    if batch is None or not len(batch):
        raise ValueError("the image does not tell its format")
    return components.ImageFormat(**batch.as_arrow_array()[0].as_py())


def _pillow_image(
    buffer: components.ImageBufferBatch | None, layout: components.ImageFormat
) -> PillowImage:
    if buffer is None or not len(buffer):
        raise ValueError("the image has no pixels")
    return pillow_image(pixels_in(buffer, layout), layout.color_model)
