"""The bytes of files that archetypes store as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rrdtool import components

if TYPE_CHECKING:
    import os

    from rrdtool import datatypes

__all__ = ["file_fields"]


def file_fields(
    path: str | os.PathLike[str] | None,
    contents: datatypes.BlobArrayLike | None,
    media_type: datatypes.Utf8Like | None,
) -> dict[str, object]:
    """The fields `blob` and `media_type` of a file that is given by its path or its contents.

    Args:
        path: Where the file is; without `media_type`, its suffix tells the media type.
        contents: What the file holds.
        media_type: Overrides the media type.

    Raises:
        ValueError: If not exactly one of `path` and `contents` is given.
        OSError: If the file cannot be read.
    """
    if (path is None) == (contents is None):
        raise ValueError("exactly one of `path` and `contents` must be given")
    if path is None:
        return {"blob": contents, "media_type": media_type}
    guessed = components.MediaType.guess_from_path(path) if media_type is None else media_type
    return {"blob": Path(path).read_bytes(), "media_type": guessed}
