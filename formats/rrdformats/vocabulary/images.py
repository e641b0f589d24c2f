"""Images: raw, encoded, depth and segmentation."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, recommended, required
from rrdformats.vocabulary.shared_rows import (
    COLORMAP,
    DRAW_ORDER,
    MAGNIFICATION_FILTER,
    OPACITY,
)

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("ImageBuffer", "Blob", "The pixels of an image, row by row."),
    core.component("ImageFormat", "ImageFormat", "Size and pixel layout of an image."),
    core.component(
        "Colormap",
        one_of(
            Grayscale=1,
            Inferno=2,
            Magma=3,
            Plasma=4,
            Turbo=5,
            Viridis=6,
            CyanToYellow=7,
            Spectral=8,
            Twilight=9,
            RvizMap=10,
            RvizCostmap=11,
            Costmap=12,
            default="Turbo",
        ),
        "A scale of colors that numbers are mapped to.",
    ),
    core.component(
        "MagnificationFilter",
        one_of(Nearest=1, Linear=2, Bicubic=3, default="Nearest"),
        "How pixels are enlarged.",
    ),
    core.component("GammaCorrection", "Float32", "An exponent for values between 0 and 1."),
    core.component("DepthMeter", "Float32", "How many units of a depth image make a meter."),
    core.component("FillRatio", "Float32", "How much of its space a primitive fills; 1 is all."),
)

_DEPTH_ROWS = (
    COLORMAP,
    optional.mono("depth_range", "ValueRange", "Depths that the color scale covers."),
    optional.mono("point_fill_ratio", "FillRatio", "Size of the points when seen in space."),
    DRAW_ORDER,
    MAGNIFICATION_FILTER,
)

ARCHETYPES = (
    core.archetype(
        "DepthImage",
        "An image of distances.",
        required.mono("buffer", "ImageBuffer", "The distances, row by row."),
        required.mono("format", "ImageFormat", "Size and number type."),
        optional.mono("meter", "DepthMeter", "Units per meter: 1000 if they are millimeters."),
        *_DEPTH_ROWS,
    ),
    core.archetype(
        "EncodedDepthImage",
        "An image of distances in a compressed file format.",
        required.mono("blob", "Blob", "The bytes of the file: PNG, TIFF or RVL."),
        recommended.mono("media_type", "MediaType", "Media type of the file."),
        recommended.mono("meter", "DepthMeter", "Units per meter: 1000 if they are millimeters."),
        *_DEPTH_ROWS,
    ),
    core.archetype(
        "EncodedImage",
        "An image in a compressed file format.",
        required.mono("blob", "Blob", "The bytes of the file: JPEG, PNG and the like."),
        recommended.mono("media_type", "MediaType", "Media type of the file."),
        OPACITY,
        DRAW_ORDER,
        MAGNIFICATION_FILTER,
    ),
    core.archetype(
        "Image",
        "A monochrome or color image.",
        required.mono("buffer", "ImageBuffer", "The pixels, row by row."),
        required.mono("format", "ImageFormat", "Size and pixel layout."),
        OPACITY,
        DRAW_ORDER,
        MAGNIFICATION_FILTER,
    ),
    core.archetype(
        "SegmentationImage",
        "An image of class numbers.",
        required.mono("buffer", "ImageBuffer", "The class numbers, row by row."),
        required.mono("format", "ImageFormat", "Size and number type."),
        OPACITY,
        DRAW_ORDER,
    ),
)
