"""Components of many archetypes: color, size, visibility, numbers, times, bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from rrdtool.datatypes import blobs, colors, numbers, times, vectors
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.enums import EnumBatch, NamedNumber

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "Blob",
    "BlobBatch",
    "Bool",
    "BoolBatch",
    "ClassId",
    "ClassIdBatch",
    "ClearIsRecursive",
    "ClearIsRecursiveBatch",
    "Color",
    "ColorBatch",
    "Count",
    "CountBatch",
    "DrawOrder",
    "DrawOrderBatch",
    "EntryKind",
    "EntryKindArrayLike",
    "EntryKindBatch",
    "EntryKindLike",
    "Flag",
    "FlagBatch",
    "Interactive",
    "InteractiveBatch",
    "KeypointId",
    "KeypointIdBatch",
    "Length",
    "LengthBatch",
    "LinearSpeed",
    "LinearSpeedBatch",
    "Opacity",
    "OpacityBatch",
    "Radius",
    "RadiusBatch",
    "Range1D",
    "Range1DBatch",
    "ShowLabels",
    "ShowLabelsBatch",
    "Thumbnail",
    "ThumbnailBatch",
    "Timestamp",
    "TimestampBatch",
    "ValueRange",
    "ValueRangeBatch",
    "Visible",
    "VisibleBatch",
]


class Color(colors.Rgba32, ComponentMixin):
    """A color with alpha, not premultiplied."""


class ColorBatch(colors.Rgba32Batch, ComponentBatchMixin, of=Color):
    """A batch of `Color`."""


class Opacity(numbers.Float32, ComponentMixin):
    """From 0, transparent, to 1, opaque."""


class OpacityBatch(numbers.Float32Batch, ComponentBatchMixin, of=Opacity):
    """A batch of `Opacity`."""


class Radius(numbers.Float32, ComponentMixin):
    """A radius: scene units, or UI points if negative."""

    @staticmethod
    def ui_points(radii: npt.ArrayLike) -> npt.NDArray[np.float32] | np.float32:
        """Radii that keep their size on the screen (UI points): negative, as they are stored."""
        points: npt.NDArray[np.float32] | np.float32 = -np.abs(np.asarray(radii, np.float32))
        return points


class RadiusBatch(numbers.Float32Batch, ComponentBatchMixin, of=Radius):
    """A batch of `Radius`."""


class Length(numbers.Float32, ComponentMixin):
    """An extent along one axis (scene units)."""


class LengthBatch(numbers.Float32Batch, ComponentBatchMixin, of=Length):
    """A batch of `Length`."""


class DrawOrder(numbers.Float32, ComponentMixin):
    """Layer in a 2D view; higher is drawn above lower."""


class DrawOrderBatch(numbers.Float32Batch, ComponentBatchMixin, of=DrawOrder):
    """A batch of `DrawOrder`."""


class ShowLabels(numbers.Bool, ComponentMixin):
    """Whether labels are drawn beside their instances."""


class ShowLabelsBatch(numbers.BoolBatch, ComponentBatchMixin, of=ShowLabels):
    """A batch of `ShowLabels`."""


class Visible(numbers.Bool, ComponentMixin):
    """Whether something is shown."""


class VisibleBatch(numbers.BoolBatch, ComponentBatchMixin, of=Visible):
    """A batch of `Visible`."""


class Interactive(numbers.Bool, ComponentMixin):
    """Whether something can be hovered and selected."""


class InteractiveBatch(numbers.BoolBatch, ComponentBatchMixin, of=Interactive):
    """A batch of `Interactive`."""


class Bool(numbers.Bool, ComponentMixin):
    """Any yes or no."""


class BoolBatch(numbers.BoolBatch, ComponentBatchMixin, of=Bool):
    """A batch of `Bool`."""


class Flag(numbers.Bool, ComponentMixin):
    """Whether a record is marked, for review say."""


class FlagBatch(numbers.BoolBatch, ComponentBatchMixin, of=Flag):
    """A batch of `Flag`."""


class Count(numbers.UInt64, ComponentMixin):
    """How many there are of something."""


class CountBatch(numbers.UInt64Batch, ComponentBatchMixin, of=Count):
    """A batch of `Count`."""


class Range1D(vectors.Range1D, ComponentMixin):
    """A lower and an upper bound on one axis."""


class Range1DBatch(vectors.Range1DBatch, ComponentBatchMixin, of=Range1D):
    """A batch of `Range1D`."""


class ValueRange(vectors.Range1D, ComponentMixin):
    """The bounds between which values are expected."""


class ValueRangeBatch(vectors.Range1DBatch, ComponentBatchMixin, of=ValueRange):
    """A batch of `ValueRange`."""


class LinearSpeed(numbers.Float64, ComponentMixin):
    """A speed along a line (scene units per second)."""


class LinearSpeedBatch(numbers.Float64Batch, ComponentBatchMixin, of=LinearSpeed):
    """A batch of `LinearSpeed`."""


class Timestamp(times.TimeInt, ComponentMixin):
    """A moment (nanoseconds since 1970, UTC)."""


class TimestampBatch(times.TimeIntBatch, ComponentBatchMixin, of=Timestamp):
    """A batch of `Timestamp`."""


class ClearIsRecursive(numbers.Bool, ComponentMixin):
    """Whether entities below are cleared as well."""

    def __init__(self, recursive: numbers.BoolLike = True) -> None:
        super().__init__(recursive)


class ClearIsRecursiveBatch(numbers.BoolBatch, ComponentBatchMixin, of=ClearIsRecursive):
    """A batch of `ClearIsRecursive`."""


class EntryKind(NamedNumber):
    """What an entry of a catalog is."""

    Dataset = 1
    DatasetView = 2
    Table = 3
    TableView = 4
    BlueprintDataset = 5
    AssetDataset = 6


EntryKindLike: TypeAlias = "EntryKind | str | int"
EntryKindArrayLike: TypeAlias = "EntryKindLike | Sequence[EntryKindLike]"


class EntryKindBatch(EnumBatch[EntryKind], ComponentBatchMixin, of=EntryKind):
    """A batch of `EntryKind`."""


class Blob(blobs.Blob, ComponentMixin):
    """The bytes of a file."""


class BlobBatch(blobs.BlobBatch, ComponentBatchMixin, of=Blob):
    """A batch of `Blob`."""


class Thumbnail(blobs.Blob, ComponentMixin):
    """A small encoded image; its bytes tell the format."""


class ThumbnailBatch(blobs.BlobBatch, ComponentBatchMixin, of=Thumbnail):
    """A batch of `Thumbnail`."""


class ClassId(numbers.ClassId, ComponentMixin):
    """The number of a class, described by the context."""


class ClassIdBatch(numbers.ClassIdBatch, ComponentBatchMixin, of=ClassId):
    """A batch of `ClassId`."""


class KeypointId(numbers.KeypointId, ComponentMixin):
    """The number of a keypoint within its class."""


class KeypointIdBatch(numbers.KeypointIdBatch, ComponentBatchMixin, of=KeypointId):
    """A batch of `KeypointId`."""
