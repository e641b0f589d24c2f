"""Graphs: nodes and the edges between them."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, recommended, required
from rrdformats.vocabulary.shared_rows import LABELS, SHOW_LABELS

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("GraphNode", "Utf8", "The id of a node."),
    core.component("GraphEdge", "Utf8Pair", "The ids of the two nodes that an edge joins."),
    core.component(
        "GraphType",
        one_of(Undirected=1, Directed=2, default="Undirected"),
        "Whether edges have a direction.",
    ),
)

ARCHETYPES = (
    core.archetype(
        "GraphEdges",
        "The edges of a graph.",
        required.batch("edges", "GraphEdge", "The two nodes of each edge."),
        recommended.mono("graph_type", "GraphType", "Whether the edges are arrows."),
    ),
    core.archetype(
        "GraphNodes",
        "The nodes of a graph.",
        required.batch("node_ids", "GraphNode", "Id of each node."),
        optional.batch("positions", "Position2D", "Where each node is fixed."),
        optional.batch("colors", "Color", "Color of each node."),
        LABELS,
        SHOW_LABELS,
        optional.batch("radii", "Radius", "Radius of each node."),
    ),
)
