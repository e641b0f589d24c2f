"""Files that become one cell: read in one piece, up to what a cell can hold."""

from __future__ import annotations

from pathlib import Path

from rrdimporters.protocol import DamagedInputError, Progress, UnsupportedInputError

__all__ = ["LARGEST_CELL", "read_whole"]

LARGEST_CELL = 2**31 - 1
"""Size up to which a file fits into one cell (bytes): Arrow's list offsets have 32 bits."""


def read_whole(path: Path, progress: Progress, *, empty: bool = False) -> bytes:
    """The bytes of a file.

    Args:
        path: The file.
        progress: Told when it is read.
        empty: Whether the file may be empty.

    Raises:
        DamagedInputError: If it is empty and must not be.
        UnsupportedInputError: If it does not fit into one cell.
        OSError: If it cannot be read.
    """
    size = path.stat().st_size
    if size > LARGEST_CELL:
        raise UnsupportedInputError(
            f"its {size} bytes are more than the {LARGEST_CELL} that one value can hold"
        )
    data = path.read_bytes()
    if not data and not empty:
        raise DamagedInputError("the file is empty")
    progress(size, size)
    return data
