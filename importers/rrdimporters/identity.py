"""Which recording an import makes: application id and recording id, from the inputs' names.

The recording id follows from what is imported and how, so that importing the same file again gives
the same recording, and viewers do not show it twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import xxhash

from rrdformats.messages import StoreId, StoreKind, normalized_application_id
from rrdformats.tuid import Tuid

__all__ = ["application_id_of", "recording_id_of", "store_of"]

_NAMELESS = "stdin"


def application_id_of(name: str) -> str:
    """The application id that a file's or folder's name gives: its stem, dots as `_`.

    >>> application_id_of("/data/my.run.png")
    'my_run'
    """
    path = Path(name)
    stem = path.stem if path.name not in ("", "..") else path.resolve().stem
    if name == "-":
        stem = _NAMELESS
    return normalized_application_id(stem.replace(".", "_") or _NAMELESS)


def recording_id_of(names: Iterable[str], how: str = "") -> str:
    """A recording id that follows from the inputs.

    Args:
        names: Files and folders; what is none (standard input, a URL) makes the id unique.
        how: Options on which the result depends.
    """
    digest = xxhash.xxh3_128(how.encode(errors="replace"))
    for name in names:
        try:
            found = Path(name).stat()
            told = f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0"
        except (OSError, ValueError):
            told = f"{name}\0{Tuid.new()}\0"
        digest.update(told.encode(errors="replace"))
    return f"rec_{digest.hexdigest()}"


def store_of(
    names: Iterable[str],
    *,
    application_id: str | None = None,
    recording_id: str | None = None,
    how: str = "",
) -> StoreId:
    """The recording that inputs go to.

    Args:
        names: The inputs; the first one names the application.
        application_id: Instead of the inputs' name.
        recording_id: Instead of an id that follows from the inputs.
        how: Options on which the result depends.
    """
    names = list(names)
    application = (
        application_id_of(names[0])
        if application_id is None
        else normalized_application_id(application_id)
    )
    return StoreId(StoreKind.RECORDING, recording_id or recording_id_of(names, how), application)
