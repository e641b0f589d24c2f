"""Arrays of any dimension, and bar charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from rrdtool import components, datatypes
from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rrdtool.model.described import ComponentColumnList

    class _BarChartOptions(TypedDict, total=False):
        color: datatypes.Rgba32ArrayLike | None
        abscissa: datatypes.TensorDataArrayLike | None
        widths: datatypes.Float32ArrayLike | None

    class _BarChartFields(_BarChartOptions, total=False):
        values: datatypes.TensorDataArrayLike | None

    class _TensorOptions(TypedDict, total=False):
        value_range: datatypes.Range1DArrayLike | None

    class _TensorFields(_TensorOptions, total=False):
        data: datatypes.TensorDataArrayLike | None


__all__ = ["BarChart", "Tensor"]


class _BarsBatch(components.TensorDataBatch):
    """The lengths of bars: a tensor of one dimension, not counting dimensions of size 1."""

    def __init__(self, data: datatypes.TensorDataArrayLike | None) -> None:
        super().__init__(data)
        if data is None:
            return
        tensors: Any = self.as_arrow_array()
        for shape in tensors.field("shape").to_pylist():
            if not shape or sum(size != 1 for size in shape) > 1:
                report_misuse(f"a bar chart has one dimension, not the shape {shape}")


class BarChart(VisualizableArchetype):
    """A chart of bars."""

    values: Row[components.TensorDataBatch] = Row(_BarsBatch)
    color: Row[components.ColorBatch]
    abscissa: Row[components.TensorDataBatch]
    widths: Row[components.LengthBatch]

    def __init__(
        self, values: datatypes.TensorDataArrayLike, **options: Unpack[_BarChartOptions]
    ) -> None:
        self._store(values=values, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_BarChartFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_BarChartFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class Tensor(VisualizableArchetype):
    """An n-dimensional array of numbers."""

    data: Row[components.TensorDataBatch]
    value_range: Row[components.ValueRangeBatch]

    def __init__(
        self,
        data: datatypes.TensorDataArrayLike | None = None,
        *,
        dim_names: Sequence[str] | None = None,
        **options: Unpack[_TensorOptions],
    ) -> None:
        """Takes an array, optionally with a name for each of its dimensions.

        Args:
            data: An array, or a `TensorData`, which brings its own names.
            dim_names: The names of the dimensions of an array.
            options: The other fields.
        """

        def named() -> dict[str, object]:
            if data is None:
                raise ValueError("a tensor takes an array")
            if isinstance(data, datatypes.TensorData):
                if dim_names is not None:
                    raise ValueError("a `TensorData` brings its own `dim_names`")
                return {"data": data}
            return {"data": datatypes.TensorData(array=data, dim_names=dim_names or None)}

        self._store_computed(named, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_TensorFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_TensorFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
