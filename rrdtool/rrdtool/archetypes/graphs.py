"""Graphs of nodes and edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _GraphEdgesOptions(TypedDict, total=False):
        graph_type: components.GraphTypeArrayLike | None

    class _GraphEdgesFields(_GraphEdgesOptions, total=False):
        edges: datatypes.Utf8PairArrayLike | None

    class _GraphNodesOptions(TypedDict, total=False):
        positions: datatypes.Vec2DArrayLike | None
        colors: datatypes.Rgba32ArrayLike | None
        labels: datatypes.Utf8ArrayLike | None
        show_labels: datatypes.BoolArrayLike | None
        radii: datatypes.Float32ArrayLike | None

    class _GraphNodesFields(_GraphNodesOptions, total=False):
        node_ids: datatypes.Utf8ArrayLike | None


__all__ = ["GraphEdges", "GraphNodes"]


class GraphEdges(VisualizableArchetype):
    """The edges of a graph."""

    edges: Row[components.GraphEdgeBatch]
    graph_type: Row[components.GraphTypeBatch]

    def __init__(
        self, edges: datatypes.Utf8PairArrayLike, **options: Unpack[_GraphEdgesOptions]
    ) -> None:
        self._store(edges=edges, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_GraphEdgesFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_GraphEdgesFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class GraphNodes(VisualizableArchetype):
    """The nodes of a graph."""

    node_ids: Row[components.GraphNodeBatch]
    positions: Row[components.Position2DBatch]
    colors: Row[components.ColorBatch]
    labels: Row[components.TextBatch]
    show_labels: Row[components.ShowLabelsBatch]
    radii: Row[components.RadiusBatch]

    def __init__(
        self, node_ids: datatypes.Utf8ArrayLike, **options: Unpack[_GraphNodesOptions]
    ) -> None:
        self._store(node_ids=node_ids, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_GraphNodesFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_GraphNodesFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
