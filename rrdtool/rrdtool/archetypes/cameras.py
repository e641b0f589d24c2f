"""Pinhole cameras."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

import numpy as np

from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    import numpy.typing as npt

    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _PinholeLooks(TypedDict, total=False):
        child_frame: datatypes.Utf8ArrayLike | None
        parent_frame: datatypes.Utf8ArrayLike | None
        image_plane_distance: datatypes.Float32ArrayLike | None
        color: datatypes.Rgba32ArrayLike | None
        line_width: datatypes.Float32ArrayLike | None

    class _PinholeFields(_PinholeLooks, total=False):
        image_from_camera: datatypes.Mat3x3ArrayLike | None
        resolution: datatypes.Vec2DArrayLike | None
        camera_xyz: datatypes.ViewCoordinatesArrayLike | None


__all__ = ["Pinhole"]


class Pinhole(VisualizableArchetype, visualizer="Cameras"):
    """A perspective camera: how points in space land on its image."""

    image_from_camera: Row[components.PinholeProjectionBatch]
    resolution: Row[components.ResolutionBatch]
    camera_xyz: Row[components.ViewCoordinatesBatch]
    child_frame: Row[components.TransformFrameIdBatch]
    parent_frame: Row[components.TransformFrameIdBatch]
    image_plane_distance: Row[components.ImagePlaneDistanceBatch]
    color: Row[components.ColorBatch]
    line_width: Row[components.RadiusBatch]

    def __init__(
        self,
        *,
        image_from_camera: datatypes.Mat3x3Like | None = None,
        resolution: datatypes.Vec2DLike | None = None,
        camera_xyz: datatypes.ViewCoordinatesLike | None = None,
        width: float | None = None,
        height: float | None = None,
        focal_length: npt.ArrayLike | None = None,
        principal_point: npt.ArrayLike | None = None,
        fov_y: float | None = None,
        aspect_ratio: float | None = None,
        **options: Unpack[_PinholeLooks],
    ) -> None:
        """Takes the matrix of the camera, or the numbers that it is made of.

        Args:
            image_from_camera: The matrix, which maps directions to pixels.
            resolution: Width and height of the image (pixels).
            camera_xyz: Where the camera's axes point to.
            width: Width of the image (pixels); with `height` in place of `resolution`.
            height: Height of the image (pixels).
            focal_length: The focal length (pixels), or one for x and one for y.
            principal_point: Where the optical axis meets the image (pixels); its center by default.
            fov_y: The vertical field of view (radians), in place of a focal length.
            aspect_ratio: Width by height; needed with `fov_y`.
            options: The other fields.
        """

        def projection() -> dict[str, object]:
            size: object = resolution
            if width is not None or height is not None:
                if resolution is not None:
                    report_misuse("`resolution` excludes `width` and `height`")
                elif width is not None and height is not None:
                    size = (width, height)
            if image_from_camera is not None:
                _report_ignored(focal_length, principal_point, fov_y, aspect_ratio)
                return {"image_from_camera": image_from_camera, "resolution": size}
            if fov_y is not None and aspect_ratio is not None:
                focal = 0.5 / math.tan(max(fov_y * 0.5, float(np.finfo(np.float32).eps)))
                center = (aspect_ratio / 2, 0.5) if principal_point is None else principal_point
                return {
                    "image_from_camera": _matrix((focal, focal), center),
                    "resolution": (aspect_ratio, 1),
                }
            return {
                "image_from_camera": _matrix_of_pixels(focal_length, principal_point, size),
                "resolution": size,
            }

        self._store_computed(projection, camera_xyz=camera_xyz, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_PinholeFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_PinholeFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


def _report_ignored(
    focal_length: object, principal_point: object, fov_y: object, aspect_ratio: object
) -> None:
    """Reports what a given matrix makes superfluous."""
    if focal_length is not None:
        report_misuse("`image_from_camera` excludes `focal_length`")
    if principal_point is not None:
        report_misuse("`image_from_camera` excludes `principal_point`")
    if fov_y is not None or aspect_ratio is not None:
        report_misuse("`image_from_camera` excludes `fov_y` and `aspect_ratio`")


def _matrix_of_pixels(
    focal_length: npt.ArrayLike | None, principal_point: npt.ArrayLike | None, size: object
) -> npt.NDArray[np.float64]:
    """The matrix of a camera whose numbers are given in pixels.

    Raises:
        ValueError: If the focal length is missing, or whatever tells the principal point.
    """
    if focal_length is None:
        raise ValueError("a camera takes `image_from_camera` or `focal_length`, or a field of view")
    if principal_point is None:
        if size is None:
            raise ValueError(
                "`focal_length` takes `principal_point`, `resolution` or `width` and `height`"
            )
        principal_point = _pair(size, "resolution") / 2
    focal = np.asarray(focal_length, np.float64)
    pair = np.full(2, focal) if focal.ndim == 0 else _pair(focal_length, "focal_length")
    return _matrix(pair, principal_point)


def _matrix(focal_length: npt.ArrayLike, center: npt.ArrayLike) -> npt.NDArray[np.float64]:
    focal_x, focal_y = _pair(focal_length, "focal_length")
    x, y = _pair(center, "principal_point")
    return np.array([[focal_x, 0, x], [0, focal_y, y], [0, 0, 1]])


def _pair(numbers: Any, name: str) -> npt.NDArray[np.float64]:
    """The first two of some numbers.

    Raises:
        ValueError: If there are not so many.
    """
    pair = np.asarray(numbers, np.float64).reshape(-1)[:2]
    if len(pair) < 2:
        raise ValueError(f"`{name}` takes two numbers")
    return pair
