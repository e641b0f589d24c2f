"""Where the types of blueprints live among all types."""

from __future__ import annotations

__all__ = ["ARCHETYPES", "NAMESPACE"]

NAMESPACE = "rerun.blueprint"
"""What the full names of components and datatypes begin with."""

ARCHETYPES = f"{NAMESPACE}.archetypes."
"""What the full names of archetypes begin with."""
