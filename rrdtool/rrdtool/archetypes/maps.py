"""Points and polylines on the globe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _GeoLineStringsOptions(TypedDict, total=False):
        radii: datatypes.Float32ArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None

    class _GeoLineStringsFields(_GeoLineStringsOptions, total=False):
        line_strings: components.GeoLineStringArrayLike | None

    class _GeoPointsOptions(TypedDict, total=False):
        radii: datatypes.Float32ArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None
        class_ids: datatypes.ClassIdArrayLike | None

    class _GeoPointsFields(_GeoPointsOptions, total=False):
        positions: datatypes.DVec2DArrayLike | None


__all__ = ["GeoLineStrings", "GeoPoints"]


class GeoLineStrings(VisualizableArchetype, computed=("line_strings",)):
    """Lines on the globe."""

    line_strings: Row[components.GeoLineStringBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]

    def __init__(
        self,
        *,
        lat_lon: components.GeoLineStringArrayLike,
        **options: Unpack[_GeoLineStringsOptions],
    ) -> None:
        self._store(line_strings=lat_lon, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_GeoLineStringsFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_GeoLineStringsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class GeoPoints(VisualizableArchetype, computed=("positions",)):
    """Places on the globe."""

    positions: Row[components.LatLonBatch]
    radii: Row[components.RadiusBatch]
    colors: Row[components.ColorBatch]
    class_ids: Row[components.ClassIdBatch]

    def __init__(
        self, *, lat_lon: datatypes.DVec2DArrayLike, **options: Unpack[_GeoPointsOptions]
    ) -> None:
        self._store(positions=lat_lon, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_GeoPointsFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_GeoPointsFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
