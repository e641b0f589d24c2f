"""Plots, tensors and sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.names import ARCHETYPES

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.blueprint import components as blueprint_components
    from rrdtool.blueprint import datatypes as blueprint_datatypes

    class _PlotBackgroundFields(TypedDict, total=False):
        color: datatypes.Rgba32Like | None
        show_grid: datatypes.BoolLike | None

    class _PlotInteractionFields(TypedDict, total=False):
        tooltip_mode: blueprint_components.TooltipModeLike | None
        points_display: blueprint_components.PointsDisplayLike | None

    class _PlotLegendFields(TypedDict, total=False):
        corner: blueprint_components.Corner2DLike | None
        visible: datatypes.BoolLike | None

    class _ScalarAxisFields(TypedDict, total=False):
        range: datatypes.Range1DLike | None
        zoom_lock: datatypes.BoolLike | None

    class _TimeAxisFields(TypedDict, total=False):
        link: blueprint_components.LinkAxisLike | None
        view_range: datatypes.TimeRangeLike | None
        zoom_lock: datatypes.BoolLike | None

    class _TensorScalarMappingFields(TypedDict, total=False):
        mag_filter: components.MagnificationFilterLike | None
        colormap: components.ColormapLike | None
        gamma: datatypes.Float32Like | None

    class _TensorSliceSelectionFields(TypedDict, total=False):
        width: datatypes.TensorDimensionSelectionLike | None
        height: datatypes.TensorDimensionSelectionLike | None
        indices: datatypes.TensorDimensionIndexSelectionArrayLike | None
        slider: blueprint_datatypes.TensorDimensionIndexSliderArrayLike | None

    class _TensorViewFitFields(TypedDict, total=False):
        scaling: blueprint_components.ViewFitLike | None

    class _AudioPlaybackFields(TypedDict, total=False):
        volume: datatypes.Float32Like | None


__all__ = [
    "AudioPlayback",
    "PlotBackground",
    "PlotInteraction",
    "PlotLegend",
    "ScalarAxis",
    "TensorScalarMapping",
    "TensorSliceSelection",
    "TensorViewFit",
    "TimeAxis",
]


class PlotBackground(Archetype, prefix=ARCHETYPES):
    """The background of a plot."""

    color: Row[components.ColorBatch]
    show_grid: Row[blueprint_components.EnabledBatch]

    def __init__(self, **fields: Unpack[_PlotBackgroundFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_PlotBackgroundFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class PlotInteraction(Archetype, prefix=ARCHETYPES):
    """How a plot answers the mouse."""

    tooltip_mode: Row[blueprint_components.TooltipModeBatch]
    points_display: Row[blueprint_components.PointsDisplayBatch]

    def __init__(self, **fields: Unpack[_PlotInteractionFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_PlotInteractionFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class PlotLegend(Archetype, prefix=ARCHETYPES):
    """The legend of a plot."""

    corner: Row[blueprint_components.Corner2DBatch]
    visible: Row[components.VisibleBatch]

    def __init__(
        self,
        corner: blueprint_components.Corner2DLike | None = None,
        *,
        visible: datatypes.BoolLike | None = None,
    ) -> None:
        self._store(corner=corner, visible=visible)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_PlotLegendFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class ScalarAxis(Archetype, prefix=ARCHETYPES):
    """The value axis of a plot."""

    range: Row[components.Range1DBatch]
    zoom_lock: Row[blueprint_components.LockRangeDuringZoomBatch]

    def __init__(self, **fields: Unpack[_ScalarAxisFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_ScalarAxisFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TimeAxis(Archetype, prefix=ARCHETYPES):
    """The time axis of a plot."""

    link: Row[blueprint_components.LinkAxisBatch]
    view_range: Row[blueprint_components.TimeRangeBatch]
    zoom_lock: Row[blueprint_components.LockRangeDuringZoomBatch]

    def __init__(self, **fields: Unpack[_TimeAxisFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_TimeAxisFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TensorScalarMapping(Archetype, prefix=ARCHETYPES):
    """How the numbers of a tensor become colors."""

    mag_filter: Row[components.MagnificationFilterBatch]
    colormap: Row[components.ColormapBatch]
    gamma: Row[components.GammaCorrectionBatch]

    def __init__(self, **fields: Unpack[_TensorScalarMappingFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TensorScalarMappingFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TensorSliceSelection(Archetype, prefix=ARCHETYPES):
    """The two-dimensional slice of a tensor that a view shows."""

    width: Row[components.TensorWidthDimensionBatch]
    height: Row[components.TensorHeightDimensionBatch]
    indices: Row[components.TensorDimensionIndexSelectionBatch]
    slider: Row[blueprint_components.TensorDimensionIndexSliderBatch]

    def __init__(self, **fields: Unpack[_TensorSliceSelectionFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TensorSliceSelectionFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TensorViewFit(Archetype, prefix=ARCHETYPES):
    """How a tensor is fitted into its view."""

    scaling: Row[blueprint_components.ViewFitBatch]

    def __init__(self, scaling: blueprint_components.ViewFitLike | None = None) -> None:
        self._store(scaling=scaling)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TensorViewFitFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class AudioPlayback(Archetype, prefix=ARCHETYPES):
    """The playback of a sound."""

    volume: Row[blueprint_components.VolumeBatch]

    def __init__(self, **fields: Unpack[_AudioPlaybackFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_AudioPlaybackFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
