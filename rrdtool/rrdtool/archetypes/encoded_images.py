"""Images in compressed file formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype
from rrdtool.archetypes.files import file_fields

if TYPE_CHECKING:
    import os

    from rrdtool import components, datatypes
    from rrdtool.archetypes.shared_fields import DepthFields, PictureFields
    from rrdtool.model.described import ComponentColumnList

    class _EncodedImageFields(PictureFields, total=False):
        blob: datatypes.BlobArrayLike | None
        media_type: datatypes.Utf8ArrayLike | None

    class _EncodedDepthImageOptions(DepthFields, total=False):
        media_type: datatypes.Utf8ArrayLike | None

    class _EncodedDepthImageFields(_EncodedDepthImageOptions, total=False):
        blob: datatypes.BlobArrayLike | None


__all__ = ["EncodedDepthImage", "EncodedImage"]


class EncodedDepthImage(VisualizableArchetype):
    """An image of distances in a compressed file format."""

    blob: Row[components.BlobBatch]
    media_type: Row[components.MediaTypeBatch]
    meter: Row[components.DepthMeterBatch]
    colormap: Row[components.ColormapBatch]
    depth_range: Row[components.ValueRangeBatch]
    point_fill_ratio: Row[components.FillRatioBatch]
    draw_order: Row[components.DrawOrderBatch]
    magnification_filter: Row[components.MagnificationFilterBatch]

    def __init__(
        self, blob: datatypes.BlobLike, **options: Unpack[_EncodedDepthImageOptions]
    ) -> None:
        self._store(blob=blob, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_EncodedDepthImageFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_EncodedDepthImageFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class EncodedImage(VisualizableArchetype, computed=("blob",)):
    """An image in a compressed file format."""

    blob: Row[components.BlobBatch]
    media_type: Row[components.MediaTypeBatch]
    opacity: Row[components.OpacityBatch]
    draw_order: Row[components.DrawOrderBatch]
    magnification_filter: Row[components.MagnificationFilterBatch]

    def __init__(
        self,
        *,
        path: str | os.PathLike[str] | None = None,
        contents: datatypes.BlobArrayLike | None = None,
        media_type: datatypes.Utf8Like | None = None,
        **options: Unpack[PictureFields],
    ) -> None:
        """Takes the file's path, or its contents and media type.

        Args:
            path: Where the file is; its suffix tells the media type.
            contents: What the file holds.
            media_type: `image/jpeg`, `image/png` and the like.
            options: The other fields.
        """

        def fields() -> dict[str, object]:
            found = file_fields(path, contents, media_type)
            if path is None and media_type is None:
                raise ValueError("`contents` takes `media_type` beside it")
            return found

        self._store_computed(fields, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_EncodedImageFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_EncodedImageFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
