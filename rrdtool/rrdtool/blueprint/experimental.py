"""Archetypes of table blueprints, which may change with any release."""

from __future__ import annotations

from rrdtool.blueprint.archetypes.tables import (
    CardLayout,
    PreviewsConfig,
    TableBlueprint,
    TableColumn,
    TableColumnPreview,
    TableLayout,
)

__all__ = [
    "CardLayout",
    "PreviewsConfig",
    "TableBlueprint",
    "TableColumn",
    "TableColumnPreview",
    "TableLayout",
]
