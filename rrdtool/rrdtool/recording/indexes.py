"""Which columns of a table hold times."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["AUTO_INDEX", "AutoIndex", "Index"]


class AutoIndex:
    """Takes as index whatever columns say that they are."""

    def __repr__(self) -> str:
        return "AUTO_INDEX"


AUTO_INDEX = AutoIndex()
"""The columns whose metadata say so are the index."""

Index: TypeAlias = "str | list[str] | AutoIndex | None"
"""Names of the index columns; None for static rows."""
