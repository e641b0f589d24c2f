"""Foxglove messages, encoded as protobuf, that become archetypes (fact sheet 6.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdimporters.emit import one_per_row
from rrdimporters.mcap.columns import Runs
from rrdimporters.mcap.foxglove_clouds import point_cloud, voxel_grid
from rrdimporters.mcap.foxglove_parts import (
    frame,
    framed,
    items_column,
    pose_columns,
    poses_columns,
    stamp,
    struct_numbers,
)
from rrdimporters.mcap.images import RawImages, image_columns
from rrdimporters.mcap.protobuf_columns import ProtoRows
from rrdimporters.mcap.tables import Notes, Table, blob_column, one_number, text_column, vectors

__all__ = ["FOXGLOVE"]

_IMAGE_PLANE = "_image_plane"
_CODECS = {
    "h264": 1635148593,
    "h265": 1751479857,
    "av1": 1635135537,
    "vp9": 1987063865,
    "vp8": 1987063864,
}
_LEVELS = {1: "DEBUG", 2: "INFO", 3: "WARN", 4: "ERROR", 5: "CRITICAL"}


def _calibration(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = stamp(Table("Pinhole", []), rows, notes)
    numbers, counts = rows.repeated_numbers("K")
    if (counts == 9).all():
        columns = numbers.reshape(-1, 3, 3).transpose(0, 2, 1).reshape(-1, 9)
        table.add("Pinhole", image_from_camera=vectors(columns, "PinholeProjection"))
    else:
        notes.say("a camera matrix has not nine numbers")
    size = np.stack([rows.numbers("width"), rows.numbers("height")], axis=1)
    table.add(
        "Pinhole",
        resolution=vectors(size, "Resolution"),
        parent_frame=frame(rows, "frame_id"),
        child_frame=frame(rows, "frame_id", _IMAGE_PLANE),
    )
    return [table]


def _compressed_image(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = framed("EncodedImage", rows, notes, _IMAGE_PLANE)
    media = [f"image/{text}" for text in rows.runs("format").to_texts()]
    table.add(
        "EncodedImage",
        blob=blob_column(Runs(rows.runs("data"))),
        media_type=text_column(media),
    )
    return [table]


def _compressed_video(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = framed("VideoStream", rows, notes, _IMAGE_PLANE)
    formats = rows.runs("format").to_texts()
    if all(text in _CODECS for text in formats):
        numbers = np.array([_CODECS[text] for text in formats], np.uint32)
        table.add("VideoStream", codec=one_number(numbers, "u4"))
    else:
        notes.say(f"the video format {', '.join(sorted(set(formats)))} is not known")
    table.add("VideoStream", sample=blob_column(Runs(rows.runs("data")), "VideoSample"))
    return [table]


def _raw_image(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = framed("Image", rows, notes, _IMAGE_PLANE)
    encodings = rows.runs("encoding").to_texts()
    columns = image_columns(
        RawImages(
            encodings,
            rows.numbers("width"),
            rows.numbers("height"),
            rows.numbers("step"),
            Runs(rows.runs("data")),
        )
    )
    if columns is None:
        notes.say(f"images of the encodings {', '.join(sorted(set(encodings)))} cannot be shown")
    else:
        table.add("Image", **columns)
    return [table]


def _transform(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = stamp(Table("Transform3D", []), rows, notes)
    table.add(
        "Transform3D",
        translation=items_column(*struct_numbers(rows, "translation", "xyz"), "Translation3D"),
        quaternion=items_column(*struct_numbers(rows, "rotation", "xyzw"), "RotationQuat"),
        parent_frame=frame(rows, "parent_frame_id"),
        child_frame=frame(rows, "child_frame_id"),
    )
    return [table]


def _scattered(
    name: str, decode: Callable[[ProtoRows, Notes], list[Table]]
) -> Callable[[ProtoRows, Notes], list[Table]]:
    """Decoder of messages with several messages inside, each of which becomes a row."""

    def decode_all(rows: ProtoRows, notes: Notes) -> list[Table]:
        owners, inner = rows.messages(name)
        if not inner.rows:
            return []
        tables = decode(inner, notes)
        for table in tables:
            table.rows = owners
        return tables

    return decode_all


def _location(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = _bare_location(rows, notes)
    colors = _location_colors(rows)
    if colors is not None:
        table.add("GeoPoints", colors=colors)
    return [table]


def _inner_location(rows: ProtoRows, notes: Notes) -> list[Table]:
    """As `_location`, but without a column of colours that are all unset."""
    table = _bare_location(rows, notes)
    colors = _location_colors(rows)
    if colors is not None and colors.null_count < len(colors):
        table.add("GeoPoints", colors=colors)
    return [table]


def _bare_location(rows: ProtoRows, notes: Notes) -> Table:
    table = framed("GeoPoints", rows, notes)
    positions = np.stack([rows.numbers("latitude"), rows.numbers("longitude")], axis=1)
    table.add("GeoPoints", positions=vectors(positions, "LatLon"))
    return table


def _location_colors(rows: ProtoRows) -> pa.Array[Any] | None:
    try:
        parts, present = struct_numbers(rows, "color", "rgba")
    except KeyError:  # older definitions have no colour
        return None
    channels = np.clip(np.floor(np.nan_to_num(parts) * 255 + 0.5), 0, 255).astype(np.uint32)
    packed = (channels << np.array([24, 16, 8, 0], np.uint32)).sum(axis=1, dtype=np.uint32)
    values = array_of(np.where(present, packed, np.uint32(0)), null=~present)
    return _null_rows(one_per_row(values), present)


def _null_rows(lists: pa.Array[Any], present: npt.NDArray[np.bool_]) -> pa.Array[Any]:
    """Rows that are null although they span an item."""
    if present.all():
        return lists
    validity = buffer_of(np.packbits(present, bitorder="little"))
    children: Any = [lists.values]  # type: ignore[attr-defined]  # the stubs know ListArray only
    return pa.Array.from_buffers(
        lists.type, len(lists), [validity, lists.buffers()[1]], children=children
    )


def _log(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = stamp(Table("TextLog", []), rows, notes)
    levels = [_LEVELS.get(level) for level in rows.numbers("level").tolist()]
    table.add(
        "TextLog",
        text=text_column(rows.runs("message").to_texts()),
        level=one_per_row(pa.array(levels, pa.string())),
    )
    return [table]


def _pose(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = framed("InstancePoses3D", rows, notes)
    table.add("InstancePoses3D", **pose_columns(rows, is_null=False))
    return [table]


def _poses(rows: ProtoRows, notes: Notes) -> list[Table]:
    table = framed("InstancePoses3D", rows, notes)
    table.add("InstancePoses3D", **poses_columns(rows))
    return [table]


FOXGLOVE: Mapping[str, Callable[[ProtoRows, Notes], list[Table]]] = {
    "foxglove.CameraCalibration": _calibration,
    "foxglove.CompressedImage": _compressed_image,
    "foxglove.CompressedVideo": _compressed_video,
    "foxglove.FrameTransform": _transform,
    "foxglove.FrameTransforms": _scattered("transforms", _transform),
    "foxglove.LocationFix": _location,
    "foxglove.LocationFixes": _scattered("fixes", _inner_location),
    "foxglove.Log": _log,
    "foxglove.PointCloud": point_cloud,
    "foxglove.PoseInFrame": _pose,
    "foxglove.PosesInFrame": _poses,
    "foxglove.RawImage": _raw_image,
    "foxglove.VoxelGrid": voxel_grid,
}
"""Decoders by name of schema."""
