"""Tensors, and what is shown of them."""

from __future__ import annotations

from rrdtool.datatypes import tensors
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin

__all__ = [
    "TensorData",
    "TensorDataBatch",
    "TensorDimensionIndexSelection",
    "TensorDimensionIndexSelectionBatch",
    "TensorHeightDimension",
    "TensorHeightDimensionBatch",
    "TensorWidthDimension",
    "TensorWidthDimensionBatch",
]


class TensorData(tensors.TensorData, ComponentMixin):
    """An n-dimensional array of numbers."""


class TensorDataBatch(tensors.TensorDataBatch, ComponentBatchMixin, of=TensorData):
    """A batch of `TensorData`."""


class TensorWidthDimension(tensors.TensorDimensionSelection, ComponentMixin):
    """The dimension shown from left to right."""


class TensorWidthDimensionBatch(
    tensors.TensorDimensionSelectionBatch, ComponentBatchMixin, of=TensorWidthDimension
):
    """A batch of `TensorWidthDimension`."""


class TensorHeightDimension(tensors.TensorDimensionSelection, ComponentMixin):
    """The dimension shown from top to bottom."""


class TensorHeightDimensionBatch(
    tensors.TensorDimensionSelectionBatch, ComponentBatchMixin, of=TensorHeightDimension
):
    """A batch of `TensorHeightDimension`."""


class TensorDimensionIndexSelection(tensors.TensorDimensionIndexSelection, ComponentMixin):
    """The index at which a dimension is cut."""


class TensorDimensionIndexSelectionBatch(
    tensors.TensorDimensionIndexSelectionBatch,
    ComponentBatchMixin,
    of=TensorDimensionIndexSelection,
):
    """A batch of `TensorDimensionIndexSelection`."""
