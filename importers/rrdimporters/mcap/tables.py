"""What decoders give: rows of one entity, before they have row ids and all their times.

The functions here make component columns (one list per row) from decoded messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, buffer_of
from rrdformats.descriptors import ComponentDescriptor
from rrdimporters.emit import batches, component_arrow, descriptor_of, one_per_row
from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.columns import Runs, Texts, list_array
from rrdimporters.mcap.ragged import Places, offsets_of

__all__ = [
    "ChannelDecoder",
    "Notes",
    "Table",
    "blob_column",
    "column_of",
    "constants",
    "frame_column",
    "number_lists",
    "one_number",
    "text_column",
    "text_lists",
    "vector_array",
    "vectors",
    "without_null_items",
]

ComponentColumn: TypeAlias = "tuple[ComponentDescriptor, pa.Array[Any]]"


@dataclass
class Table:
    """Rows that become one chunk.

    Attributes:
        label: What the report calls them: an archetype, or the name of a component.
        columns: Component columns with their descriptors.
        rows: Number of the message that each row is from; None for one row per message, in order.
        times: Times of each row on timelines other than those that every message has.
        beneath: Parts to append to the entity of the channel.
        is_static: Whether the rows hold at all times.
    """

    label: str
    columns: list[ComponentColumn]
    rows: Places | None = None
    times: dict[str, npt.NDArray[np.int64]] = field(
        default_factory=dict[str, npt.NDArray[np.int64]]
    )
    beneath: tuple[str, ...] = ()
    is_static: bool = False

    def add(self, archetype: str, **columns: pa.Array[Any]) -> None:
        """Adds columns of an archetype, by short or full name.

        Raises:
            KeyError: If there is no such archetype or field.
        """
        self.columns += column_of(archetype, **columns)

    def add_own(self, archetype: str, name: str, values: pa.Array[Any]) -> None:
        """Adds one value per row under a name that is no archetype's of the vocabulary."""
        self.columns.append((ComponentDescriptor(name, archetype), one_per_row(values)))


@dataclass
class Notes:
    """What a decoder noticed about the messages of a channel.

    Attributes:
        dropped: Messages that could not be decoded.
        sentences: What is missing or odd, each once.
    """

    dropped: int = 0
    sentences: dict[str, None] = field(default_factory=dict[str, None])

    def say(self, sentence: str) -> None:
        """Notes a sentence."""
        self.sentences.setdefault(sentence)


class ChannelDecoder(Protocol):
    """Turns messages of one channel into rows."""

    def decode(self, batch: MessageBatch, notes: Notes) -> list[Table]:
        """The rows of some messages; those that cannot be decoded are counted in `notes`."""
        ...


def column_of(archetype: str, **columns: pa.Array[Any]) -> list[ComponentColumn]:
    """Columns with the descriptors of an archetype's fields; they must have the right type."""
    return [(descriptor_of(archetype, name), column) for name, column in columns.items()]


def text_column(texts: Texts | Sequence[str]) -> pa.Array[Any]:
    """One string per row."""
    return one_per_row(texts.array if isinstance(texts, Texts) else pa.array(texts, pa.string()))


def text_lists(counts: Places, texts: Texts) -> pa.Array[Any]:
    """Several strings per row."""
    return batches(texts.array, offsets_of(counts))


def frame_column(texts: Texts, suffix: str = "") -> pa.Array[Any]:
    """Frame ids, one per row; the suffix goes behind those that are not empty."""
    if not suffix:
        return text_column(texts)
    return text_column([text and text + suffix for text in texts.texts])


def one_number(values: npt.NDArray[Any], kind: str) -> pa.Array[Any]:
    """One number per row, converted to numpy's type `kind`."""
    return one_per_row(array_of(np.ascontiguousarray(values, kind)))


def number_lists(runs: Runs, kind: str = "f8") -> pa.Array[Any]:
    """Several numbers per row, converted to numpy's type `kind`."""
    return batches(array_of(np.ascontiguousarray(runs.values, kind)), offsets_of(runs.counts))


def vector_array(matrix: npt.NDArray[Any], component: str) -> pa.Array[Any]:
    """`(n, k)` numbers as values of a component that has `k` of them, in its own precision."""
    kind: Any = component_arrow(component)
    flat = np.ascontiguousarray(matrix, kind.value_type.to_pandas_dtype()).reshape(-1)
    return pa.Array.from_buffers(kind, len(matrix), [None], children=[array_of(flat)])


def vectors(matrix: npt.NDArray[Any], component: str) -> pa.Array[Any]:
    """`(rows, k)` numbers as one value of a component per row."""
    return one_per_row(vector_array(matrix, component))


def blob_column(
    pieces: Runs | Sequence[memoryview | bytes], component: str = "Blob"
) -> pa.Array[Any]:
    """One byte string per row."""
    if isinstance(pieces, Runs):
        counts, flat = pieces.counts, pieces.values
    else:
        counts = np.fromiter(map(len, pieces), np.int64, len(pieces))
        joined = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        flat = np.frombuffer(joined, np.uint8)
    items = pa.Array.from_buffers(
        pa.uint8(), len(flat), [None, buffer_of(np.ascontiguousarray(flat).view(np.uint8))]
    )
    return one_per_row(list_array(items, counts, component_arrow(component)))


def constants(value: object, rows: int, archetype: str, name: str) -> pa.Array[Any]:
    """The same value of an archetype's field in each row."""
    component = descriptor_of(archetype, name).component_type
    kind = component_arrow(component or "")
    return one_per_row(pa.array([value] * rows, kind))


def without_null_items(column: pa.Array[Any]) -> pa.Array[Any]:
    """A component column without items that are null: rows that had nothing else are null.

    Items are what components are made of, and those are never null; only rows may be.
    """
    lists: Any = column
    items = lists.values
    if not items.null_count:
        return column
    valid = np.asarray(items.is_valid())
    offsets = np.asarray(lists.offsets)
    row_valid = np.asarray(lists.is_valid())
    kept = np.concatenate(([0], np.cumsum(valid)))
    counts = np.where(row_valid, kept[offsets[1:]] - kept[offsets[:-1]], 0)
    owned = np.zeros(len(valid), np.bool_)
    for start, end in zip(offsets[:-1][row_valid], offsets[1:][row_valid], strict=True):
        owned[start:end] = True
    had_items = offsets[1:] > offsets[:-1]
    present = row_valid & ((counts > 0) | ~had_items)
    bits = buffer_of(np.packbits(present, bitorder="little"))
    bounds = buffer_of(offsets_of(counts).astype(np.int32))
    chosen = items.filter(pa.array(valid & owned))
    return pa.Array.from_buffers(lists.type, len(lists), [bits, bounds], children=[chosen])
