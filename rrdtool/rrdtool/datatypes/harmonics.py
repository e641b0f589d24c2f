"""Spherical harmonics: colors that change with the direction they are seen from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from rrdtool.datatypes.vectors import VectorBatch
from rrdtool.model.values import ArrayValue

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

    from rrdtool.model.batches import Flat

__all__ = [
    "SphericalHarmonics3Rgb",
    "SphericalHarmonics3RgbArrayLike",
    "SphericalHarmonics3RgbBatch",
    "SphericalHarmonics3RgbLike",
]


class SphericalHarmonics3Rgb(ArrayValue):
    """RGB coefficients of the spherical harmonics of degrees 1 to 3.

    Args:
        coefficients: 15 × 3 numbers, in any shape.
    """

    _FIELDS = ("coefficients",)
    coefficients: npt.NDArray[np.float16]

    def __init__(self, coefficients: SphericalHarmonics3RgbLike) -> None:
        self.coefficients = np.asarray(coefficients, np.float16)


SphericalHarmonics3RgbLike: TypeAlias = "SphericalHarmonics3Rgb | npt.ArrayLike"
SphericalHarmonics3RgbArrayLike: TypeAlias = (
    "SphericalHarmonics3Rgb | Sequence[SphericalHarmonics3RgbLike] | npt.ArrayLike"
)


class SphericalHarmonics3RgbBatch(
    VectorBatch[SphericalHarmonics3RgbArrayLike], of=SphericalHarmonics3Rgb
):
    """A batch of `SphericalHarmonics3Rgb`: arrays of a multiple of 45 numbers."""

    _DTYPE = np.dtype(np.float16)
    _WIDTH = 45

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        return super()._convert(np.asarray(data, cls._DTYPE).reshape(-1))
