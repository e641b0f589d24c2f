"""Upper bounds for every length and count that is read from a file.

A number read from a file never sizes an allocation, a loop or a recursion before it has passed
its limit here. The defaults are far above what any known producer writes; `Limits` can be given
to a reader to lower or raise them.
"""

from __future__ import annotations

from dataclasses import dataclass

from rrdformats.errors import LimitError

__all__ = ["DEFAULT_LIMITS", "Limits", "check_limit"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds in bytes or counts.

    Attributes:
        message_bytes: Length of one message frame's payload (bytes).
        uncompressed_bytes: Size of one decompressed Arrow payload (bytes).
        compression_ratio: Uncompressed size over compressed size; LZ4 cannot exceed 255.
        fields: Arrow fields in one schema, nested ones included.
        nesting: Depth of nested Arrow types.
        metadata_entries: Key-value pairs in one schema or field.
        text_bytes: Length of one identifier (store id, entity path, component name; bytes).
        manifests: Manifests in one footer.
    """

    message_bytes: int = 4096 * _MIB
    uncompressed_bytes: int = 4096 * _MIB
    compression_ratio: int = 255
    fields: int = 100_000
    nesting: int = 64
    metadata_entries: int = 10_000
    text_bytes: int = 1 * _MIB
    manifests: int = 10_000


DEFAULT_LIMITS = Limits()


def check_limit(value: int, limit: int, what: str) -> int:
    """`value` itself if it is within `limit`.

    Raises:
        LimitError: If `value` is above `limit`.
    """
    if value > limit:
        raise LimitError(f"{what} is {value}, above the limit of {limit}")
    return value
