"""What tensor views let the user slide through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from rrdtool.blueprint.names import NAMESPACE
from rrdtool.model.arrow import struct_of
from rrdtool.model.batches import BaseBatch
from rrdtool.model.values import IntValue

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = [
    "TensorDimensionIndexSlider",
    "TensorDimensionIndexSliderArrayLike",
    "TensorDimensionIndexSliderBatch",
    "TensorDimensionIndexSliderLike",
]


class TensorDimensionIndexSlider(IntValue):
    """A dimension of a tensor whose index has a slider."""

    _FIELDS = ("dimension",)
    dimension: int

    def __init__(self, dimension: TensorDimensionIndexSliderLike) -> None:
        self.dimension = int(dimension)


TensorDimensionIndexSliderLike: TypeAlias = "TensorDimensionIndexSlider | int"
TensorDimensionIndexSliderArrayLike: TypeAlias = (
    "TensorDimensionIndexSlider | Sequence[TensorDimensionIndexSliderLike] | npt.ArrayLike"
)


class TensorDimensionIndexSliderBatch(
    BaseBatch[TensorDimensionIndexSliderArrayLike],
    of=TensorDimensionIndexSlider,
    namespace=NAMESPACE,
):
    """A batch of `TensorDimensionIndexSlider`."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        numbers: Any = np.asarray(data, np.uint32).reshape(-1)
        return struct_of(cls.arrow_type(), [pa.array(numbers)])
