"""What the axes of a space mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

import numpy as np

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.datatypes.views import NamedAxes

if TYPE_CHECKING:
    import numpy.typing as npt

    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _ViewCoordinatesFields(TypedDict, total=False):
        xyz: datatypes.ViewCoordinatesArrayLike | None


__all__ = ["ViewCoordinates"]


class ViewCoordinates(NamedAxes, Archetype):
    """Where the axes x, y and z of a space point to, as its viewer sees it.

    >>> ViewCoordinates.RIGHT_HAND_Z_UP == ViewCoordinates.RFU
    True
    """

    xyz: Row[components.ViewCoordinatesBatch]

    def __init__(self, xyz: datatypes.ViewCoordinatesArrayLike) -> None:
        self._store(xyz=xyz)

    @classmethod
    def columns(cls, **fields: Unpack[_ViewCoordinatesFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        xyz = fields.get("xyz")
        if isinstance(xyz, ViewCoordinates):
            fields["xyz"] = [xyz]
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_ViewCoordinatesFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        """The numbers of the directions, `(3,) uint8`: lists of constants become arrays."""
        directions = None if self.xyz is None else self.xyz.flat
        return np.array(() if directions is None else directions, dtype or np.uint8)
