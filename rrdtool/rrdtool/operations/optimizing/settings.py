"""How large chunks may become, and what is kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rrdformats.quantities import parse_size

__all__ = ["PROFILES", "VARIABLES", "Settings", "settings_for"]

_LARGEST = 512 << 20
"""Chunks are not merged beyond this size (bytes): Arrow's offsets end at 2 GiB."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds up to which chunks are merged. What is larger already stays as it is.

    Attributes:
        max_bytes: Size of a chunk's data (bytes).
        max_rows: Rows of a chunk of which every timeline is in order.
        max_rows_if_unsorted: Rows of any other chunk.
        split_size_ratio: Archetypes whose sizes differ by more than this factor get chunks of
            their own; None keeps them together.
        rebatch_videos: Whether chunks of video streams begin at keyframes.
        fix_keyframe: Whether keyframe flags that were logged are replaced by those that the
            samples tell.
    """

    max_bytes: int
    max_rows: int
    max_rows_if_unsorted: int
    split_size_ratio: float | None = None
    rebatch_videos: bool = True
    fix_keyframe: bool = False


PROFILES: Mapping[str, Settings] = {
    "object-store": Settings(2 << 20, 65_536, 8_192, split_size_ratio=10.0),
    "live": Settings(384 << 10, 4_096, 1_024),
}
"""The reference's profiles: large chunks to store and stream, small ones to view while logging."""

VARIABLES: Mapping[str, str] = {
    "RERUN_CHUNK_MAX_BYTES": "max_bytes",
    "RERUN_CHUNK_MAX_ROWS": "max_rows",
    "RERUN_CHUNK_MAX_ROWS_IF_UNSORTED": "max_rows_if_unsorted",
}
"""Environment variables that stand between a profile and what is asked for explicitly."""


def settings_for(
    profile: str,
    environment: Mapping[str, str],
    *,
    max_bytes: int | None = None,
    max_rows: int | None = None,
    max_rows_if_unsorted: int | None = None,
    split_size_ratio: float | None = None,
    rebatch_videos: bool = True,
    fix_keyframe: bool = False,
) -> Settings:
    """The settings of a profile, changed by environment variables and then by what is given.

    Args:
        profile: A key of `PROFILES`.
        environment: Where the variables are looked up.
        max_bytes: As in `Settings`; None leaves what the profile or a variable says.
        max_rows: Likewise.
        max_rows_if_unsorted: Likewise.
        split_size_ratio: Likewise; 0 keeps all archetypes together.
        rebatch_videos: As in `Settings`.
        fix_keyframe: As in `Settings`.

    Raises:
        ValueError: If a variable or the ratio makes no sense.
    """
    chosen = PROFILES[profile]
    limits = {
        field: _variable(name, environment[name])
        for name, field in VARIABLES.items()
        if environment.get(name)
    }
    given = {
        "max_bytes": max_bytes,
        "max_rows": max_rows,
        "max_rows_if_unsorted": max_rows_if_unsorted,
    }
    limits.update((field, value) for field, value in given.items() if value is not None)
    ratio = chosen.split_size_ratio
    if split_size_ratio is not None:
        if split_size_ratio != 0 and not split_size_ratio >= 1:
            raise ValueError(f"a size ratio is at least 1, not {split_size_ratio:g}")
        ratio = split_size_ratio or None
    found = replace(
        chosen,
        **limits,
        split_size_ratio=ratio,
        rebatch_videos=rebatch_videos,
        fix_keyframe=fix_keyframe,
    )
    return replace(found, max_bytes=min(found.max_bytes, _LARGEST))


def _variable(name: str, text: str) -> int:
    try:
        return parse_size(text) if name.endswith("BYTES") else int(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
