"""Tensors: arrays of any number of dimensions, and slices of them."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("TensorData", "TensorData", "An n-dimensional array of numbers."),
    core.component(
        "TensorWidthDimension",
        "TensorDimensionSelection",
        "The dimension shown from left to right.",
    ),
    core.component(
        "TensorHeightDimension",
        "TensorDimensionSelection",
        "The dimension shown from top to bottom.",
    ),
    core.component(
        "TensorDimensionIndexSelection",
        "TensorDimensionIndexSelection",
        "The index at which a dimension is cut.",
    ),
)

ARCHETYPES = (
    core.archetype(
        "Tensor",
        "An n-dimensional array of numbers.",
        required.mono("data", "TensorData", "The array."),
        optional.mono("value_range", "ValueRange", "Bounds of the values to be expected."),
    ),
)
