"""Files of 3D models, sound and video."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row, VisualizableArchetype
from rrdtool.archetypes.files import file_fields
from rrdtool.archetypes.video_times import frame_times

if TYPE_CHECKING:
    import os

    import numpy as np
    import numpy.typing as npt

    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _FileFields(TypedDict, total=False):
        blob: datatypes.BlobArrayLike | None
        media_type: datatypes.Utf8ArrayLike | None

    class _Asset3DFields(_FileFields, total=False):
        albedo_factor: datatypes.Rgba32ArrayLike | None


__all__ = ["Asset3D", "AssetAudio", "AssetVideo"]


class Asset3D(VisualizableArchetype, computed=("blob",)):
    """A file with a 3D model."""

    blob: Row[components.BlobBatch]
    media_type: Row[components.MediaTypeBatch]
    albedo_factor: Row[components.AlbedoFactorBatch]

    def __init__(
        self,
        *,
        path: str | os.PathLike[str] | None = None,
        contents: datatypes.BlobArrayLike | None = None,
        media_type: datatypes.Utf8Like | None = None,
        albedo_factor: datatypes.Rgba32Like | None = None,
    ) -> None:
        """Takes the file's path or its contents.

        Args:
            path: Where the file is; its suffix tells the media type.
            contents: What the file holds.
            media_type: `model/gltf-binary`, `model/obj` and the like.
            albedo_factor: A color that multiplies all colors of the model.
        """
        self._store_computed(
            lambda: file_fields(path, contents, media_type), albedo_factor=albedo_factor
        )

    @classmethod
    def columns(cls, **fields: Unpack[_Asset3DFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_Asset3DFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class AssetAudio(VisualizableArchetype, computed=("blob",)):
    """A file with sound."""

    blob: Row[components.BlobBatch]
    media_type: Row[components.MediaTypeBatch]

    def __init__(
        self,
        *,
        path: str | os.PathLike[str] | None = None,
        contents: datatypes.BlobArrayLike | None = None,
        media_type: datatypes.Utf8Like | None = None,
    ) -> None:
        """Takes the file's path or its contents.

        Args:
            path: Where the file is; its suffix tells the media type.
            contents: What the file holds.
            media_type: `audio/wav` and the like.
        """
        self._store_computed(lambda: file_fields(path, contents, media_type))

    @classmethod
    def columns(cls, **fields: Unpack[_FileFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_FileFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class AssetVideo(Archetype, computed=("blob",)):
    """A file with a video; `VideoFrameReference` shows its frames."""

    blob: Row[components.BlobBatch]
    media_type: Row[components.MediaTypeBatch]

    def __init__(
        self,
        *,
        path: str | os.PathLike[str] | None = None,
        contents: datatypes.BlobArrayLike | None = None,
        media_type: datatypes.Utf8Like | None = None,
    ) -> None:
        """Takes the file's path or its contents.

        Args:
            path: Where the file is; its suffix tells the media type.
            contents: What the file holds.
            media_type: `video/mp4`.
        """
        self._store_computed(lambda: file_fields(path, contents, media_type))

    @classmethod
    def columns(cls, **fields: Unpack[_FileFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_FileFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)

    def read_frame_timestamps_nanos(self) -> npt.NDArray[np.int64]:
        """When each frame is shown (nanoseconds from the start), in that order.

        Raises:
            RuntimeError: If the file is no MP4 video that can be read.
            ImportError: If the package `av` is not installed.
        """
        if self.blob is None or not len(self.blob):
            raise RuntimeError("there is no video to read")
        return frame_times(self.blob.as_arrow_array()[0].values.to_numpy().tobytes())
