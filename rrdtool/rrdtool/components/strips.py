"""Points joined by lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

import numpy as np

from rrdtool.datatypes import vectors
from rrdtool.model.batches import BaseBatch, Flat, Lists
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.errors import report_error
from rrdtool.model.values import ListValue

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "GeoLineString",
    "GeoLineStringArrayLike",
    "GeoLineStringBatch",
    "GeoLineStringLike",
    "LineStrip2D",
    "LineStrip2DArrayLike",
    "LineStrip2DBatch",
    "LineStrip2DLike",
    "LineStrip3D",
    "LineStrip3DArrayLike",
    "LineStrip3DBatch",
    "LineStrip3DLike",
]

_Input_contra = TypeVar("_Input_contra", contravariant=True)


class _Strip(ListValue):
    """The points of one strip, as they were given."""


class _StripBatch(BaseBatch[_Input_contra]):
    """A batch of strips: one as its points, or any number of them, of equal length or not."""

    _POINT_DTYPE: ClassVar[np.dtype[Any]]
    _POINT_WIDTH: ClassVar[int]

    @classmethod
    def _convert(cls, data: Any) -> Lists:
        if isinstance(data, _Strip):
            return cls._of_strips([data])
        try:
            points = np.asarray(data, cls._POINT_DTYPE)
        except (ValueError, TypeError):
            if isinstance(data, str) or not isinstance(data, Sequence | np.ndarray):
                raise
            return cls._of_strips(data)  # not all of equal length, or not all plain numbers
        if points.ndim == 3 and points.shape[2] == cls._POINT_WIDTH:
            ends = np.arange(len(points) + 1, dtype=np.int32) * points.shape[1]
            return Lists(points.reshape(-1), ends)
        if points.ndim > 2 or (points.size == 0 and points.shape[-1] != cls._POINT_WIDTH):
            return cls._of_strips(points)
        if points.ndim != 2:
            raise ValueError("expected strips of points, not plain numbers")
        if points.size == 0:
            return cls._of_strips([])
        return cls._of_strips([points])

    @classmethod
    def _of_strips(cls, strips: Sequence[Any] | npt.NDArray[Any]) -> Lists:
        points = [cls._points(strip) for strip in strips]
        offsets = np.zeros(len(points) + 1, np.int32)
        np.cumsum([len(strip) // cls._POINT_WIDTH for strip in points], out=offsets[1:])
        return Lists(np.concatenate([np.empty(0, cls._POINT_DTYPE), *points]), offsets)

    @classmethod
    def _points(cls, strip: Any) -> Flat:
        """The numbers of one strip; one that is wrong is reported and becomes empty."""
        points = strip.field_values()[0] if isinstance(strip, _Strip) else strip
        try:
            return vectors.flat_vectors(points, cls._POINT_DTYPE, cls._POINT_WIDTH)
        except (ValueError, TypeError) as error:
            if np.shape(points)[:2] in ((0,), (1, 0)):
                return np.empty(0, cls._POINT_DTYPE)
            report_error(cls.__name__, error)
            return np.empty(0, cls._POINT_DTYPE)


class LineStrip2D(_Strip, ComponentMixin):
    """Points joined by lines.

    Args:
        points: The points, as `(n, 2)` numbers.
    """

    _FIELDS = ("points",)
    points: npt.ArrayLike | Sequence[vectors.Vec2DLike]

    def __init__(self, points: LineStrip2DLike) -> None:
        self.points = points.points if isinstance(points, LineStrip2D) else points


LineStrip2DLike: TypeAlias = "LineStrip2D | npt.ArrayLike | Sequence[vectors.Vec2DLike]"
LineStrip2DArrayLike: TypeAlias = "LineStrip2DLike | Sequence[LineStrip2DLike]"


class LineStrip2DBatch(_StripBatch[LineStrip2DArrayLike], ComponentBatchMixin, of=LineStrip2D):
    """A batch of `LineStrip2D`."""

    _POINT_DTYPE = np.dtype(np.float32)
    _POINT_WIDTH = 2


class LineStrip3D(_Strip, ComponentMixin):
    """Points joined by lines.

    Args:
        points: The points, as `(n, 3)` numbers.
    """

    _FIELDS = ("points",)
    points: npt.ArrayLike | Sequence[vectors.Vec3DLike]

    def __init__(self, points: LineStrip3DLike) -> None:
        self.points = points.points if isinstance(points, LineStrip3D) else points


LineStrip3DLike: TypeAlias = "LineStrip3D | npt.ArrayLike | Sequence[vectors.Vec3DLike]"
LineStrip3DArrayLike: TypeAlias = "LineStrip3DLike | Sequence[LineStrip3DLike]"


class LineStrip3DBatch(_StripBatch[LineStrip3DArrayLike], ComponentBatchMixin, of=LineStrip3D):
    """A batch of `LineStrip3D`."""

    _POINT_DTYPE = np.dtype(np.float32)
    _POINT_WIDTH = 3


class GeoLineString(_Strip, ComponentMixin):
    """Places on the globe, joined by lines (degrees, EPSG:4326).

    Args:
        lat_lon: The points, as `(n, 2)` numbers.
    """

    _FIELDS = ("lat_lon",)
    lat_lon: npt.ArrayLike | Sequence[vectors.DVec2DLike]

    def __init__(self, *, lat_lon: GeoLineStringLike) -> None:
        self.lat_lon = lat_lon.lat_lon if isinstance(lat_lon, GeoLineString) else lat_lon


GeoLineStringLike: TypeAlias = "GeoLineString | npt.ArrayLike | Sequence[vectors.DVec2DLike]"
GeoLineStringArrayLike: TypeAlias = "GeoLineStringLike | Sequence[GeoLineStringLike]"


class GeoLineStringBatch(
    _StripBatch[GeoLineStringArrayLike], ComponentBatchMixin, of=GeoLineString
):
    """A batch of `GeoLineString`."""

    _POINT_DTYPE = np.dtype(np.float64)
    _POINT_WIDTH = 2
