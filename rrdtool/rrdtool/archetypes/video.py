"""Video streams, and references to the frames of a video."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack, cast

import numpy as np

from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.model.errors import report_misuse

if TYPE_CHECKING:
    import numpy.typing as npt

    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _VideoFrameReferenceOptions(TypedDict, total=False):
        video_reference: datatypes.EntityPathArrayLike | None
        opacity: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _VideoFrameReferenceFields(_VideoFrameReferenceOptions, total=False):
        timestamp: datatypes.VideoTimestampArrayLike | None

    class _VideoStreamOptions(TypedDict, total=False):
        sample: datatypes.BlobArrayLike | None
        is_keyframe: datatypes.BoolArrayLike | None
        opacity: datatypes.Float32ArrayLike | None
        draw_order: datatypes.Float32ArrayLike | None

    class _VideoStreamFields(_VideoStreamOptions, total=False):
        codec: components.VideoCodecArrayLike | None


__all__ = ["VideoFrameReference", "VideoStream"]

_NANOS = 1_000_000_000


class VideoFrameReference(VisualizableArchetype):
    """One frame of a video file."""

    timestamp: Row[components.VideoTimestampBatch]
    video_reference: Row[components.EntityPathBatch]
    opacity: Row[components.OpacityBatch]
    draw_order: Row[components.DrawOrderBatch]

    def __init__(
        self,
        timestamp: datatypes.VideoTimestampLike | None = None,
        *,
        seconds: float | None = None,
        nanoseconds: int | None = None,
        **options: Unpack[_VideoFrameReferenceOptions],
    ) -> None:
        """Takes the time of the frame in one of three forms.

        Args:
            timestamp: A time in the video; plain numbers are nanoseconds.
            seconds: The time in seconds.
            nanoseconds: The time in nanoseconds.
            options: The other fields.
        """

        def time() -> dict[str, object]:
            if sum(given is not None for given in (timestamp, seconds, nanoseconds)) != 1:
                raise ValueError(
                    "exactly one of `timestamp`, `seconds` and `nanoseconds` must be given"
                )
            if seconds is not None:
                return {"timestamp": int(seconds * _NANOS + 0.5)}
            if isinstance(cast("object", timestamp), float):
                report_misuse("a timestamp is a whole number of nanoseconds; see `seconds`")
            return {"timestamp": nanoseconds if timestamp is None else timestamp}

        self._store_computed(time, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_VideoFrameReferenceFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_VideoFrameReferenceFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)

    @classmethod
    def columns_secs(cls, seconds: npt.ArrayLike) -> ComponentColumnList:
        """A column of these times (whole seconds; fractions are cut off)."""
        return cls.columns(timestamp=np.asarray(seconds, np.int64) * _NANOS)

    @classmethod
    def columns_millis(cls, milliseconds: npt.ArrayLike) -> ComponentColumnList:
        """A column of these times (whole milliseconds; fractions are cut off)."""
        return cls.columns(timestamp=np.asarray(milliseconds, np.int64) * 1_000_000)

    @classmethod
    def columns_nanos(cls, nanoseconds: npt.ArrayLike) -> ComponentColumnList:
        """A column of these times (nanoseconds)."""
        return cls.columns(timestamp=np.asarray(nanoseconds, np.int64))


class VideoStream(VisualizableArchetype):
    """A video whose frames are logged one by one."""

    codec: Row[components.VideoCodecBatch]
    sample: Row[components.VideoSampleBatch]
    is_keyframe: Row[components.IsKeyframeBatch]
    opacity: Row[components.OpacityBatch]
    draw_order: Row[components.DrawOrderBatch]

    def __init__(
        self, codec: components.VideoCodecArrayLike, **options: Unpack[_VideoStreamOptions]
    ) -> None:
        self._store(codec=codec, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_VideoStreamFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_VideoStreamFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
