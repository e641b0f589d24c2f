"""Where axes point to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import numpy as np

from rrdtool.datatypes.vectors import flat_vectors
from rrdtool.model.batches import BaseBatch, Flat
from rrdtool.model.enums import EnumBatch, NamedNumber
from rrdtool.model.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from rrdtool.model.protocols import AsComponents

__all__ = [
    "ViewCoordinates",
    "ViewCoordinatesArrayLike",
    "ViewCoordinatesBatch",
    "ViewCoordinatesLike",
    "ViewDir",
    "ViewDirArrayLike",
    "ViewDirBatch",
    "ViewDirLike",
]


_Owner = TypeVar("_Owner")


class ViewDir(NamedNumber):
    """One of the six directions as a viewer sees them."""

    Up = 1
    Down = 2
    Right = 3
    Left = 4
    Forward = 5
    Back = 6


ViewDirLike: TypeAlias = "ViewDir | str | int"
ViewDirArrayLike: TypeAlias = "ViewDirLike | Sequence[ViewDirLike]"


class ViewDirBatch(EnumBatch[ViewDir], of=ViewDir):
    """A batch of `ViewDir`."""


class Axes:
    """A constant of a class: an instance made of the three directions that the letters name.

    Args:
        letters: The initials of the directions; those of the constant's own name by default.
    """

    def __init__(self, letters: str = "") -> None:
        self._letters = letters
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._letters = self._letters or name

    def __get__(self, instance: object, owner: type[_Owner]) -> _Owner:
        initials = {direction.name[0]: direction for direction in ViewDir}
        make = cast("Callable[[list[ViewDir]], _Owner]", owner)
        constant = make([initials[letter] for letter in self._letters])
        setattr(owner, self._name, constant)  # made once; from now on found instead of this
        return constant


class NamedAxes:
    """The conventions in use, each as a constant of the class itself.

    The letters say where x, y and z point to: `RDF` is x right, y down, z forward.
    """

    ULF = Axes()
    UFL = Axes()
    LUF = Axes()
    LFU = Axes()
    FUL = Axes()
    FLU = Axes()
    ULB = Axes()
    UBL = Axes()
    LUB = Axes()
    LBU = Axes()
    BUL = Axes()
    BLU = Axes()
    URF = Axes()
    UFR = Axes()
    RUF = Axes()
    RFU = Axes()
    FUR = Axes()
    FRU = Axes()
    URB = Axes()
    UBR = Axes()
    RUB = Axes()
    RBU = Axes()
    BUR = Axes()
    BRU = Axes()
    DLF = Axes()
    DFL = Axes()
    LDF = Axes()
    LFD = Axes()
    FDL = Axes()
    FLD = Axes()
    DLB = Axes()
    DBL = Axes()
    LDB = Axes()
    LBD = Axes()
    BDL = Axes()
    BLD = Axes()
    DRF = Axes()
    DFR = Axes()
    RDF = Axes()
    RFD = Axes()
    FDR = Axes()
    FRD = Axes()
    DRB = Axes()
    DBR = Axes()
    RDB = Axes()
    RBD = Axes()
    BDR = Axes()
    BRD = Axes()
    LEFT_HAND_X_DOWN = Axes("DRF")
    LEFT_HAND_X_UP = Axes("URB")
    LEFT_HAND_Y_DOWN = Axes("RDB")
    LEFT_HAND_Y_UP = Axes("RUF")
    LEFT_HAND_Z_DOWN = Axes("RFD")
    LEFT_HAND_Z_UP = Axes("RBU")
    RIGHT_HAND_X_DOWN = Axes("DRB")
    RIGHT_HAND_X_UP = Axes("URF")
    RIGHT_HAND_Y_DOWN = Axes("RDF")
    RIGHT_HAND_Y_UP = Axes("RUB")
    RIGHT_HAND_Z_DOWN = Axes("RBD")
    RIGHT_HAND_Z_UP = Axes("RFU")


class ViewCoordinates(Value):
    """The `ViewDir` that each of the axes x, y and z points to.

    Args:
        coordinates: Three directions, their numbers or their names.

    Raises:
        ValueError: If they are not three, or one is no direction.
    """

    _FIELDS = ("coordinates",)
    coordinates: list[ViewDir]

    def __init__(self, coordinates: ViewCoordinatesLike) -> None:
        numbers = _directions(coordinates).tolist()
        if len(numbers) != 3:
            raise ValueError(f"expected the directions of three axes, not of {len(numbers)}")
        self.coordinates = [ViewDir(number) for number in numbers]

    def __len__(self) -> int:
        return len(self.coordinates)


ViewCoordinatesLike: TypeAlias = (
    "ViewCoordinates | AsComponents | Sequence[ViewDir] | npt.ArrayLike"
)
ViewCoordinatesArrayLike: TypeAlias = (
    "ViewCoordinatesLike | Sequence[ViewCoordinatesLike] | npt.ArrayLike"
)


class ViewCoordinatesBatch(BaseBatch[ViewCoordinatesArrayLike], of=ViewCoordinates):
    """A batch of `ViewCoordinates`."""

    _DTYPE = np.dtype(np.uint8)
    _WIDTH = 3

    @classmethod
    def _convert(cls, data: Any) -> Flat:
        return _directions(data)


def _directions(data: Any) -> Flat:
    """The directions of all axes; also those of the archetype of the same name."""
    batch = getattr(data, "xyz", None)
    if isinstance(batch, BaseBatch) and batch.flat is not None:
        return batch.flat
    directions = flat_vectors(_numbers(data), np.dtype(np.uint8), 3)
    if len(directions) and not (directions.min() >= 1 and directions.max() <= len(ViewDir)):
        raise ValueError(f"directions are numbers from 1 to {len(ViewDir)}, see ViewDir")
    return directions


def _numbers(data: Any) -> Any:
    """Directions as numbers, in lists of the same nesting."""
    if isinstance(data, ViewCoordinates):
        return _numbers(data.coordinates)
    if isinstance(data, ViewDir | str):
        return ViewDir.auto(data).value
    if isinstance(data, list | tuple):
        return [_numbers(item) for item in data]
    return data
