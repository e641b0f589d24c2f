"""Plots over time: scalars, measurements, states, and the looks of their curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _MeasurementsOptions(TypedDict, total=False):
        variances: datatypes.Float64ArrayLike | None
        units: datatypes.Utf8ArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None
        widths: datatypes.Float32ArrayLike | None
        names: datatypes.Utf8ArrayLike | None
        visible_series: datatypes.BoolArrayLike | None
        aggregation_policy: components.AggregationPolicyArrayLike | None
        interpolation_mode: components.InterpolationModeArrayLike | None

    class _MeasurementsFields(_MeasurementsOptions, total=False):
        values: datatypes.Float64ArrayLike | None

    class _ScalarsFields(TypedDict, total=False):
        scalars: datatypes.Float64ArrayLike | None

    class _SeriesLinesFields(TypedDict, total=False):
        colors: datatypes.Rgba32ArrayLike | None
        widths: datatypes.Float32ArrayLike | None
        names: datatypes.Utf8ArrayLike | None
        visible_series: datatypes.BoolArrayLike | None
        aggregation_policy: components.AggregationPolicyArrayLike | None
        interpolation_mode: components.InterpolationModeArrayLike | None

    class _SeriesPointsFields(TypedDict, total=False):
        colors: datatypes.Rgba32ArrayLike | None
        markers: components.MarkerShapeArrayLike | None
        names: datatypes.Utf8ArrayLike | None
        visible_series: datatypes.BoolArrayLike | None
        marker_sizes: datatypes.Float32ArrayLike | None

    class _StateChangeFields(TypedDict, total=False):
        state: datatypes.Utf8ArrayLike | None

    class _StateConfigurationFields(TypedDict, total=False):
        values: datatypes.Utf8ArrayLike | None
        labels: datatypes.Utf8ArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None
        visible: datatypes.BoolArrayLike | None


__all__ = [
    "Measurements",
    "Scalars",
    "SeriesLines",
    "SeriesPoints",
    "StateChange",
    "StateConfiguration",
]


class Measurements(VisualizableArchetype, visualizer="MeasurementsSeries"):
    """Measured numbers with their uncertainty and unit, plotted over time."""

    values: Row[components.ScalarBatch]
    variances: Row[components.VarianceBatch]
    units: Row[components.UnitBatch]
    colors: Row[components.ColorBatch]
    widths: Row[components.StrokeWidthBatch]
    names: Row[components.NameBatch]
    visible_series: Row[components.VisibleBatch]
    aggregation_policy: Row[components.AggregationPolicyBatch]
    interpolation_mode: Row[components.InterpolationModeBatch]

    def __init__(
        self, values: datatypes.Float64ArrayLike, **options: Unpack[_MeasurementsOptions]
    ) -> None:
        self._store(values=values, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_MeasurementsFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_MeasurementsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Scalars(Archetype):
    """Numbers that are plotted over time, one per series."""

    scalars: Row[components.ScalarBatch]

    def __init__(self, scalars: datatypes.Float64ArrayLike) -> None:
        self._store(scalars=scalars)

    @classmethod
    def columns(cls, **fields: Unpack[_ScalarsFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_ScalarsFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class SeriesLines(VisualizableArchetype):
    """How scalars look when drawn as lines."""

    colors: Row[components.ColorBatch]
    widths: Row[components.StrokeWidthBatch]
    names: Row[components.NameBatch]
    visible_series: Row[components.VisibleBatch]
    aggregation_policy: Row[components.AggregationPolicyBatch]
    interpolation_mode: Row[components.InterpolationModeBatch]

    def __init__(self, **options: Unpack[_SeriesLinesFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_SeriesLinesFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_SeriesLinesFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class SeriesPoints(VisualizableArchetype):
    """How scalars look when drawn as points."""

    colors: Row[components.ColorBatch]
    markers: Row[components.MarkerShapeBatch]
    names: Row[components.NameBatch]
    visible_series: Row[components.VisibleBatch]
    marker_sizes: Row[components.MarkerSizeBatch]

    def __init__(self, **options: Unpack[_SeriesPointsFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_SeriesPointsFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_SeriesPointsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class StateChange(VisualizableArchetype, visualizer="StateVisualizer"):
    """The states that begin at this time, one per lane; empty text ends a state."""

    state: Row[components.TextBatch]

    def __init__(self, **options: Unpack[_StateChangeFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_StateChangeFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_StateChangeFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class StateConfiguration(VisualizableArchetype, visualizer="StateVisualizer"):
    """How states look; the rows of its four columns belong together."""

    values: Row[components.TextBatch]
    labels: Row[components.TextBatch]
    colors: Row[components.ColorBatch]
    visible: Row[components.VisibleBatch]

    def __init__(self, **options: Unpack[_StateConfigurationFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_StateConfigurationFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_StateConfigurationFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
