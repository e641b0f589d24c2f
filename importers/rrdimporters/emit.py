"""Chunks from Arrow columns: types from the vocabulary, ids that are the same in every run.

```python
emitter = Emitter.for_file(path, settings)
yield emitter.row(entity, "EncodedImage", blob=blobs([data]), media_type=["image/png"])
yield emitter.chunk(
    entity,
    "Points3D",
    {"positions": batches(positions, offsets)},
    times={Timeline("log_time", TimeKind.TIMESTAMP): nanoseconds},
)
yield emitter.custom(entity, [(ComponentDescriptor("data"), one_per_row(structs))], times=times)
```

`row` takes the values of its only row; `chunk` and `custom` take columns: one list per row, made by
`one_per_row`, `batches` or `repeated`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from rrdformats import vocabulary
from rrdformats.arrow_bridge import array_of, buffer_of, joined_pieces
from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdimporters.protocol import ImportSettings, UnsupportedInputError

__all__ = [
    "Emitter",
    "Ids",
    "Times",
    "Values",
    "batches",
    "blobs",
    "component_arrow",
    "descriptor_of",
    "fixed_size",
    "one_per_row",
    "repeated",
    "texts",
    "time_column",
]

Times: TypeAlias = Mapping[Timeline, npt.NDArray[np.int64]]
"""Times per timeline: steps or nanoseconds, one for each row."""

Values: TypeAlias = "pa.Array[Any] | npt.NDArray[Any] | Sequence[Any]"
"""Values of a component: an Arrow array, a numpy array with a row for each, or Python values."""

_SAMPLE = 1 << 16
_LARGEST_OFFSET = 2**31 - 1
_TIME_TYPES = {
    TimeKind.SEQUENCE: pa.int64(),
    TimeKind.DURATION: pa.duration("ns"),
    TimeKind.TIMESTAMP: pa.timestamp("ns"),
}


class Ids:
    """Ids for chunks and rows, each greater than the one before.

    Those of a file follow from its name, size, time of change and its first and last bytes: the
    same file gives the same ids, so an import that is repeated gives the same recording.
    """

    def __init__(self, first: Tuid) -> None:
        self._time_ns = first.time_ns
        self._inc = first.inc

    @classmethod
    def fresh(cls) -> Self:
        """Ids that nobody else has."""
        return cls(Tuid.new())

    @classmethod
    def for_file(cls, path: Path, salt: str = "") -> Self:
        """The ids of a file or folder.

        Args:
            path: The file, as the caller named it.
            salt: What tells apart two imports of one file into one recording.

        Raises:
            OSError: If it cannot be read.
        """
        found = path.stat()
        digest = xxhash.xxh3_64(
            f"{os.fspath(path)}\0{salt}\0{found.st_size}".encode("utf-8", "replace")
        )
        if path.is_file():
            with path.open("rb") as file:
                digest.update(file.read(_SAMPLE))
                file.seek(max(0, found.st_size - _SAMPLE))
                digest.update(file.read(_SAMPLE))
        return cls(Tuid(max(1, found.st_mtime_ns), digest.intdigest() >> 1))

    def next(self) -> Tuid:
        """One id."""
        self._inc += 1
        return Tuid(self._time_ns, self._inc)

    def column(self, count: int) -> pa.Array[Any]:
        """`count` ids as `(count,) fixed_size_binary(16)`."""
        parts = np.empty((count, 2), ">u8")
        parts[:, 0] = self._time_ns
        parts[:, 1] = np.arange(self._inc + 1, self._inc + 1 + count, dtype=np.uint64)
        self._inc += count
        return pa.Array.from_buffers(pa.binary(16), count, [None, buffer_of(parts)])


class Emitter:
    """Makes the chunks of one import."""

    def __init__(self, settings: ImportSettings, ids: Ids) -> None:
        self.settings = settings
        self.ids = ids

    @classmethod
    def for_file(cls, path: Path, settings: ImportSettings) -> Self:
        """With the ids of a file; an input that is not called by its path gets fresh ones.

        Raises:
            OSError: If the file cannot be read.
        """
        ids = Ids.fresh() if settings.called is not None else Ids.for_file(path)
        return cls(settings, ids)

    def row(
        self,
        entity: EntityPath | str,
        archetype: str,
        *,
        times: Times | None = None,
        **values: Values,
    ) -> Chunk:
        """A chunk of one row.

        Args:
            entity: Where it goes.
            archetype: Short or full name.
            times: None gives it the caller's times, or makes it static; `{}` makes it static.
            values: All values of each field.

        Raises:
            KeyError: If there is no such archetype or field.
        """
        columns = {
            name: batches(_as_arrow(archetype, name, given), [0, len(given)])
            for name, given in values.items()
        }
        return self.chunk(entity, archetype, columns, times=times)

    def chunk(
        self,
        entity: EntityPath | str,
        archetype: str,
        columns: Mapping[str, pa.Array[Any]],
        *,
        times: Times | None = None,
        row_ids: pa.Array[Any] | None = None,
    ) -> Chunk:
        """A chunk of one archetype.

        Args:
            entity: Where it goes.
            archetype: Short or full name.
            columns: A list array per field: one list per row, null where nothing is logged. Values
                of another type than the component's are cast.
            times: None gives all rows the caller's times, or makes them static; `{}` makes them
                static.
            row_ids: The next ids unless given.

        Raises:
            KeyError: If there is no such archetype or field.
        """
        described = [
            (descriptor_of(archetype, name), _as_lists(archetype, name, column))
            for name, column in columns.items()
        ]
        return self.custom(entity, described, times=times, row_ids=row_ids)

    def custom(
        self,
        entity: EntityPath | str,
        columns: Iterable[tuple[ComponentDescriptor, pa.Array[Any]]],
        *,
        times: Times | None = None,
        row_ids: pa.Array[Any] | None = None,
    ) -> Chunk:
        """A chunk of any components; the arguments are those of `chunk`."""
        columns = list(columns)
        rows = len(columns[0][1])
        if times is None:
            times = {p.timeline: np.full(rows, p.value, np.int64) for p in self.settings.points}
        chunk_id = self.ids.next()
        return Chunk.build(
            entity,
            row_ids=self.ids.column(rows) if row_ids is None else row_ids,
            timelines=[(line, time_column(line, values)) for line, values in times.items()],
            components=columns,
            chunk_id=chunk_id,
        )


def time_column(timeline: Timeline, values: npt.NDArray[np.int64]) -> pa.Array[Any]:
    """Times as the index column of a timeline; borrowed where they are contiguous."""
    column = array_of(np.ascontiguousarray(values, np.int64))
    return column.view(_TIME_TYPES[timeline.kind])


def one_per_row(values: pa.Array[Any]) -> pa.Array[Any]:
    """A column with one value in each row; null values become null rows' only item."""
    return batches(values, np.arange(len(values) + 1, dtype=np.int32))


def batches(values: pa.Array[Any], offsets: Sequence[int] | npt.NDArray[Any]) -> pa.Array[Any]:
    """A column in which row `i` holds `values[offsets[i]:offsets[i + 1]]`.

    Raises:
        UnsupportedInputError: If there are more values than a column can hold.
    """
    bounds = np.asarray(offsets)
    _check_offset(int(bounds[-1]))
    kind = pa.list_(values.type)
    buffers: list[Any] = [None, buffer_of(np.ascontiguousarray(bounds, np.int32))]
    return pa.Array.from_buffers(kind, len(bounds) - 1, buffers, children=[values])


def fixed_size(values: npt.NDArray[Any]) -> pa.Array[Any]:
    """An `(n, k)` array as n lists of fixed size k; borrowed where it is contiguous."""
    flat = array_of(np.ascontiguousarray(values).reshape(-1))
    kind = pa.list_(pa.field("item", flat.type, nullable=False), values.shape[1])
    return pa.Array.from_buffers(kind, len(values), [None], children=[flat])


def repeated(value: Any, rows: int, kind: pa.DataType) -> pa.Array[Any]:
    """A column with the same one value in each row."""
    values = cast("Any", pa.repeat)(pa.scalar(value, kind), rows)
    return one_per_row(values)


def blobs(pieces: Sequence[bytes | memoryview]) -> pa.Array[Any]:
    """Byte strings as values of the component Blob; one piece is borrowed, several are copied.

    Raises:
        UnsupportedInputError: If they are more than 2 GiB together.
    """
    offsets, joined = _joined(pieces)
    item = pa.Array.from_buffers(pa.uint8(), len(joined), [None, pa.py_buffer(joined)])
    kind = component_arrow("Blob")
    return pa.Array.from_buffers(kind, len(pieces), [None, offsets], children=[item])


def texts(values: Sequence[str]) -> pa.Array[Any]:
    """Texts as an array of strings.

    Raises:
        UnsupportedInputError: If they are more than 2 GiB together.
    """
    # Built from buffers, because pyarrow.array imports pandas where that is installed.
    offsets, joined = _joined([value.encode() for value in values])
    buffers: list[Any] = [None, offsets, pa.py_buffer(joined)]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _joined(pieces: Sequence[bytes | memoryview]) -> tuple[pa.Buffer, bytes | memoryview]:
    """Where each piece begins and the last one ends (32 bit), and all of them behind each other."""
    bounds, joined = joined_pieces(pieces)
    _check_offset(int(bounds[-1]))
    return buffer_of(bounds.astype(np.int32)), joined


@cache
def component_arrow(component: str) -> pa.DataType:
    """The Arrow type of one value of a component, by short or full name.

    Raises:
        KeyError: If there is no such component.
    """
    found = vocabulary.component(component)
    if found is None:
        raise KeyError(component)
    return found.arrow.to_arrow()


@cache
def descriptor_of(archetype: str, field: str) -> ComponentDescriptor:
    """The descriptor of a field of an archetype, by short or full name.

    Raises:
        KeyError: If there is no such archetype or field.
    """
    found = vocabulary.archetype(archetype)
    if found is None:
        raise KeyError(archetype)
    return found.descriptor(field)


def _value_arrow(archetype: str, field: str) -> pa.DataType:
    component_type = descriptor_of(archetype, field).component_type
    return component_arrow(cast("str", component_type))


def _as_arrow(archetype: str, field: str, values: Values) -> pa.Array[Any]:
    kind = _value_arrow(archetype, field)
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, np.ndarray) and values.ndim > 1:
        return fixed_size(values)
    if kind == pa.string():
        return texts(cast("Sequence[str]", values))
    return cast("pa.Array[Any]", pa.array(cast("Any", values), kind))


def _as_lists(archetype: str, field: str, column: pa.Array[Any]) -> pa.Array[Any]:
    kind = pa.list_(_value_arrow(archetype, field))
    return column if column.type == kind else cast("pa.Array[Any]", column.cast(kind))


def _check_offset(offset: int) -> None:
    if offset > _LARGEST_OFFSET:
        raise UnsupportedInputError(f"{offset} values in one cell or chunk are more than 2^31")
