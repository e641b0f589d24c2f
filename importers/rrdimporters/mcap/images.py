"""Raw images: what their encodings are called, and how their rows are stored (fact sheet 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of
from rrdimporters.emit import component_arrow, one_per_row
from rrdimporters.mcap.columns import Runs
from rrdimporters.mcap.ragged import Ragged
from rrdimporters.mcap.tables import blob_column

__all__ = ["RawImages", "image_columns", "is_depth"]


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How a pixel is stored.

    Attributes:
        bytes_per_pixel: Bytes of one pixel within a row.
        is_depth: Whether it is a distance, or another single value.
        pixel_format: Number of the pixel format; None if the others say it.
        color_model: Number of the colour model.
        datatype: Number of the type of a channel.
        has_half_plane: Whether half as many rows again follow the image (NV12).
    """

    bytes_per_pixel: int
    is_depth: bool = False
    pixel_format: int | None = None
    color_model: int | None = None
    datatype: int | None = None
    has_half_plane: bool = False


def _colors(size: int, model: int, datatype: int) -> _Encoding:
    return _Encoding(size, color_model=model, datatype=datatype)


_U8, _I8, _U16, _I16, _I32, _F32, _F64 = 6, 7, 8, 9, 11, 34, 35
_L, _RGB, _RGBA, _BGR, _BGRA = 1, 2, 3, 4, 5

_ENCODINGS = {
    "rgb8": _colors(3, _RGB, _U8),
    "rgba8": _colors(4, _RGBA, _U8),
    "rgb16": _colors(6, _RGB, _U16),
    "rgba16": _colors(8, _RGBA, _U16),
    "bgr8": _colors(3, _BGR, _U8),
    "8UC3": _colors(3, _BGR, _U8),
    "bgra8": _colors(4, _BGRA, _U8),
    "bgr16": _colors(6, _BGR, _U16),
    "bgra16": _colors(8, _BGRA, _U16),
    "mono8": _Encoding(1, True, color_model=_L, datatype=_U8),
    "mono16": _Encoding(2, True, color_model=_L, datatype=_U16),
    "8UC1": _Encoding(1, True, datatype=_U8),
    "8SC1": _Encoding(1, True, datatype=_I8),
    "16UC1": _Encoding(2, True, datatype=_U16),
    "16SC1": _Encoding(2, True, datatype=_I16),
    "32SC1": _Encoding(4, True, datatype=_I32),
    "32FC1": _Encoding(4, True, datatype=_F32),
    "64FC1": _Encoding(8, True, datatype=_F64),
    "nv12": _Encoding(1, pixel_format=26, has_half_plane=True),
    "yuyv": _Encoding(2, pixel_format=27),
    "yuv422_yuy2": _Encoding(2, pixel_format=27),
    "bayer_rggb8": _Encoding(1, pixel_format=128),
    "bayer_bggr8": _Encoding(1, pixel_format=129),
    "bayer_gbrg8": _Encoding(1, pixel_format=130),
    "bayer_grbg8": _Encoding(1, pixel_format=131),
}
_FORMAT_FIELDS = ("pixel_format", "color_model", "datatype")


@dataclass(frozen=True)
class RawImages:
    """Images of several messages.

    Attributes:
        encodings: What each one's encoding is called.
        widths: Pixels in a row.
        heights: Rows.
        steps: Bytes from one row to the next; 0 if the rows share the data evenly.
        data: The bytes of each image.
    """

    encodings: Sequence[str]
    widths: npt.NDArray[Any]
    heights: npt.NDArray[Any]
    steps: npt.NDArray[Any]
    data: Runs


def is_depth(encodings: Sequence[str]) -> bool | None:
    """Whether all images are of single values, or all of colours; None if neither.

    Unknown encodings are neither.
    """
    kinds = {_ENCODINGS[name].is_depth if name in _ENCODINGS else None for name in encodings}
    return kinds.pop() if len(kinds) == 1 else None


def image_columns(images: RawImages) -> dict[str, pa.Array[Any]] | None:
    """The columns `buffer` and `format`; None if an encoding is unknown."""
    if not all(name in _ENCODINGS for name in images.encodings):
        return None
    encodings = [_ENCODINGS[name] for name in images.encodings]
    return {
        "buffer": _buffers(images, encodings),
        "format": image_formats(images.widths, images.heights, encodings),
    }


def image_formats(
    widths: npt.NDArray[Any], heights: npt.NDArray[Any], encodings: Sequence[_Encoding]
) -> pa.Array[Any]:
    """One image format per row."""
    kind: Any = component_arrow("ImageFormat")
    children = [array_of(np.ascontiguousarray(n, np.uint32)) for n in (widths, heights)]
    children += [
        pa.array([getattr(encoding, name) for encoding in encodings], pa.uint8())
        for name in _FORMAT_FIELDS
    ]
    return one_per_row(pa.StructArray.from_arrays(children, fields=list(kind)))


def _buffers(images: RawImages, encodings: Sequence[_Encoding]) -> pa.Array[Any]:
    """The rows of each image without padding between them."""
    runs = images.data.runs
    pixel = np.array([e.bytes_per_pixel for e in encodings], np.int64)
    half = np.array([e.has_half_plane for e in encodings], np.bool_)
    rows = images.heights.astype(np.int64)
    rows = np.where(half, rows + rows // 2, rows)
    wanted = images.widths.astype(np.int64) * pixel
    steps = images.steps.astype(np.int64)
    steps = np.where(steps == 0, runs.counts // np.maximum(rows, 1), steps)
    if (steps > wanted).any():
        return blob_column(_cut_rows(runs, rows, wanted, steps), "ImageBuffer")
    counts = np.minimum(runs.counts, rows * wanted)
    return blob_column(Runs(Ragged(runs.data, runs.starts, counts, runs.dtype)), "ImageBuffer")


def _cut_rows(
    runs: Ragged, rows: npt.NDArray[Any], wanted: npt.NDArray[Any], steps: npt.NDArray[Any]
) -> list[bytes]:
    found = []
    for i, data in enumerate(runs.pieces()):
        count, width, step = int(rows[i]), int(wanted[i]), int(steps[i])
        if step <= width or not width:
            found.append(data[: count * width].tobytes())
            continue
        whole = min(count, len(data) // step)
        out = data[: whole * step].reshape(whole, step)[:, :width].tobytes()
        if whole < count:  # short data: what there is of the next row
            out += data[whole * step : whole * step + width].tobytes()
        found.append(out)
    return found
