"""Graphs, maps and grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rrdtool.datatypes import numbers, texts, vectors
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

__all__ = [
    "CellSize",
    "CellSizeBatch",
    "GraphEdge",
    "GraphEdgeBatch",
    "GraphNode",
    "GraphNodeBatch",
    "GraphType",
    "GraphTypeArrayLike",
    "GraphTypeBatch",
    "GraphTypeLike",
    "LatLon",
    "LatLonBatch",
    "VoxelIndex",
    "VoxelIndexBatch",
    "VoxelSize",
    "VoxelSizeBatch",
    "VoxelValue",
    "VoxelValueBatch",
]


class GraphNode(texts.Utf8, ComponentMixin):
    """The id of a node."""


class GraphNodeBatch(texts.Utf8Batch, ComponentBatchMixin, of=GraphNode):
    """A batch of `GraphNode`."""


class GraphEdge(texts.Utf8Pair, ComponentMixin):
    """The ids of the two nodes that an edge joins."""


class GraphEdgeBatch(texts.Utf8PairBatch, ComponentBatchMixin, of=GraphEdge):
    """A batch of `GraphEdge`."""


class GraphType(NamedNumber):
    """Whether edges have a direction."""

    Undirected = 1
    Directed = 2


GraphTypeLike: TypeAlias = "GraphType | str | int"
GraphTypeArrayLike: TypeAlias = "GraphTypeLike | Sequence[GraphTypeLike]"


class GraphTypeBatch(EnumBatch[GraphType], ComponentBatchMixin, of=GraphType):
    """A batch of `GraphType`."""


class LatLon(vectors.DVec2D, ComponentMixin):
    """Latitude and longitude (degrees, EPSG:4326)."""


class LatLonBatch(vectors.DVec2DBatch, ComponentBatchMixin, of=LatLon):
    """A batch of `LatLon`."""


class CellSize(numbers.Float32, ComponentMixin):
    """Edge length of a cell of a grid (scene units)."""


class CellSizeBatch(numbers.Float32Batch, ComponentBatchMixin, of=CellSize):
    """A batch of `CellSize`."""


class VoxelIndex(vectors.IVec3D, ComponentMixin):
    """Column, row and layer of a voxel."""


class VoxelIndexBatch(vectors.IVec3DBatch, ComponentBatchMixin, of=VoxelIndex):
    """A batch of `VoxelIndex`."""


class VoxelSize(vectors.Vec3D, ComponentMixin):
    """Edge lengths of a voxel (scene units)."""


class VoxelSizeBatch(vectors.Vec3DBatch, ComponentBatchMixin, of=VoxelSize):
    """A batch of `VoxelSize`."""


class VoxelValue(numbers.Float32, ComponentMixin):
    """What a voxel holds: occupancy, say."""


class VoxelValueBatch(numbers.Float32Batch, ComponentBatchMixin, of=VoxelValue):
    """A batch of `VoxelValue`."""
