"""Chunks of a share, decoded: group by group, in windows of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import Chunk
from rrdformats.copying import ChunkFrames
from rrdformats.decode import ChunkDecoder, ChunkGroup
from rrdformats.errors import RrdError
from rrdformats.scan import whole_groups
from rrdformats.spans import read_window, windows
from rrdtool.operations.edit_inputs import blaming
from rrdtool.operations.edit_plan import Share

__all__ = ["OnDamage", "read_chunks", "read_groups"]

OnDamage = Callable[[RrdError], None]


def read_groups(
    share: Share, rows: npt.NDArray[np.int64], on_damage: OnDamage | None = None
) -> Iterator[ChunkGroup]:
    """The chunks that some rows of a share's manifest list, in groups of one layout.

    Args:
        share: Whose manifest and input.
        rows: Which of its rows.
        on_damage: Told of chunks that cannot be read; without it they are raised.

    Raises:
        InputError: If a chunk cannot be read, without `on_damage`.
    """
    if not len(rows):
        return
    frames = ChunkFrames.of(share.item, rows)
    decoder = ChunkDecoder(share.origin.recording.limits)
    for part in windows(frames.starts, frames.ends):
        run = frames[part]
        with blaming(share.origin.name):
            block = read_window(share.origin.source, share.item.stream, run.starts, run.ends)
            decoded = decoder.decode(block)
            groups = [whole for group in decoded.groups for whole in whole_groups(decoded, group)]
        yield from groups
        for _, error in sorted(decoded.errors, key=lambda item: item[0]):
            if on_damage is not None:
                on_damage(error)
                continue
            with blaming(share.origin.name):
                raise error


def read_chunks(
    share: Share, rows: npt.NDArray[np.int64], on_damage: OnDamage | None = None
) -> Iterator[Chunk]:
    """The same chunks one by one."""
    for group in read_groups(share, rows, on_damage):
        for index in range(len(group)):
            yield group.chunk(index)
