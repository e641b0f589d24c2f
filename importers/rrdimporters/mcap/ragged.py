"""Pieces of memory picked out by place: the ground under all column-wise decoding.

Messages of one chunk lie in one block of memory. A column starts as the places of its values in
that block; gathering them is one numpy call, whatever their number and alignment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import buffer_of

__all__ = ["Bytes", "Places", "Ragged", "gather", "joined", "offsets_of", "spread", "view_of"]

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_LONG = 64
"""Average length (bytes) from which copying piece by piece beats copying by index."""


def view_of(data: Bytes) -> memoryview:
    """The same memory for slices in Python, which are quicker than numpy's."""
    return memoryview(cast("Any", data))


def gather(data: Bytes, places: Places, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """Values of type `kind` that start at `places`, which need not be aligned; a copy.

    Places at which a value would not fit give whatever is at the start of `data`, or zeros: the
    caller knows them.
    """
    dtype = np.dtype(kind)
    room = len(data) - dtype.itemsize + 1
    if room <= 0 or not len(places):
        return np.zeros(len(places), dtype)
    windows: npt.NDArray[Any] = np.ndarray((room,), dtype, data, 0, (1,))
    inside = (places >= 0) & (places < room)
    if not inside.all():
        places = np.where(inside, places, 0)
    values: npt.NDArray[Any] = windows[places]
    return values


def offsets_of(counts: Places) -> Places:
    """Where each of several runs starts if they are put behind each other, and the end."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def spread(counts: Places) -> tuple[Places, Places]:
    """For `counts` items of each owner, flat: the owner, and the number among its owner's."""
    owners = np.repeat(np.arange(len(counts)), counts)
    numbers = np.arange(len(owners)) - np.repeat(offsets_of(counts)[:-1], counts)
    return owners, numbers


def joined(data: Bytes, starts: Places, sizes: Places) -> Bytes:
    """The pieces of `data` behind each other; a copy."""
    total = int(sizes.sum())
    if not total:
        return np.empty(0, np.uint8)
    if len(starts) == 1:
        return data[int(starts[0]) : int(starts[0]) + total]
    first = int(sizes[0])
    if first * len(sizes) == total and (sizes == first).all():
        gathered: Bytes = gather(data, starts, f"V{first}").view(np.uint8)
        return gathered
    if total > _LONG * len(sizes):
        view = view_of(data)
        ends = (starts + sizes).tolist()
        pieces = [view[a:b] for a, b in zip(starts.tolist(), ends, strict=True)]
        return np.frombuffer(b"".join(pieces), np.uint8)
    owners, numbers = spread(sizes)
    picked: Bytes = data[starts[owners] + numbers]
    return picked


@dataclass(frozen=True)
class Ragged:
    """One run of equal values per row.

    Attributes:
        data: The memory that the runs lie in.
        starts: Where each run starts (bytes).
        counts: How many values it has.
        dtype: What a value is.
    """

    data: Bytes
    starts: Places
    counts: Places
    dtype: np.dtype[Any]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> Places:
        """Length of each run (bytes)."""
        return self.counts * self.dtype.itemsize

    def values(self) -> npt.NDArray[Any]:
        """All values behind each other; a copy, except of a single run."""
        return joined(self.data, self.starts, self.sizes).view(self.dtype)

    def rows(self) -> Iterator[npt.NDArray[Any]]:
        """Each run as an array of its own; borrowed."""
        ends = (self.starts + self.sizes).tolist()
        for start, end in zip(self.starts.tolist(), ends, strict=True):
            yield self.data[start:end].view(self.dtype)

    def pieces(self) -> Iterator[Bytes]:
        """The bytes of each run; borrowed."""
        ends = (self.starts + self.sizes).tolist()
        for start, end in zip(self.starts.tolist(), ends, strict=True):
            yield self.data[start:end]

    def to_strings(self) -> pa.Array[Any]:
        """Runs of bytes as UTF-8 strings; what is no UTF-8 becomes replacement characters."""
        body = joined(self.data, self.starts, self.sizes)
        offsets = offsets_of(self.counts).astype(np.int32)
        buffers = [None, buffer_of(offsets), buffer_of(np.ascontiguousarray(body))]
        array = pa.Array.from_buffers(pa.string(), len(self), buffers)
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            return pa.array([bytes(piece).decode(errors="replace") for piece in self.pieces()])
        return array

    def to_texts(self) -> list[str]:
        """Runs of bytes as Python strings."""
        return cast("list[str]", self.to_strings().to_pylist())
