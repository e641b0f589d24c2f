"""Hypothesis strategies: Arrow columns of any supported type, chunks, recordings.

Values shrink, lengths are small, and nulls, slices, empty lists and values hidden under nulls all
occur. Chunks of a recording come in runs of equal layout, as recordings have them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import strategies as st

from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.messages import StoreId, StoreKind
from rrdformats.timeline import MAX_TIME, MIN_TIME, TimeKind, Timeline
from rrdformats.tuid import Tuid

__all__ = [
    "Recorded",
    "arrays",
    "arrow_types",
    "chunks",
    "cut_types",
    "entity_paths",
    "list_columns",
    "recordings",
    "runs",
    "store_ids",
    "timelines",
]

_Type = pa.DataType
_Array: TypeAlias = "pa.Array[Any]"

_LEAVES: Mapping[_Type, st.SearchStrategy[Any]] = {
    **{
        kind: st.integers(-(2 ** (kind.bit_width - 1)), 2 ** (kind.bit_width - 1) - 1)
        for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64())
    },
    **{
        kind: st.integers(0, 2**kind.bit_width - 1)
        for kind in (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
    },
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.binary(3): st.binary(min_size=3, max_size=3),
    pa.utf8(): st.text(max_size=5),
    pa.binary(): st.binary(max_size=5),
}
_FIXED_LEAVES = [kind for kind in _LEAVES if kind not in (pa.utf8(), pa.binary())]


def _structs(children: st.SearchStrategy[_Type]) -> st.SearchStrategy[_Type]:
    def struct_of(kinds: list[_Type]) -> _Type:
        return pa.struct([pa.field(f"f{i}", kind) for i, kind in enumerate(kinds)])

    return st.lists(children, max_size=3).map(struct_of)


def _unions(children: st.SearchStrategy[_Type]) -> st.SearchStrategy[_Type]:
    def union_of(kinds: list[_Type]) -> _Type:
        return pa.dense_union([pa.field(f"u{i}", kind) for i, kind in enumerate(kinds)])

    return st.lists(children, min_size=1, max_size=3).map(union_of)


def _nested(children: st.SearchStrategy[_Type]) -> st.SearchStrategy[_Type]:
    return st.one_of(
        children.map(pa.list_),
        st.tuples(children, st.integers(0, 3)).map(lambda pair: pa.list_(*pair)),
        _structs(children),
    )


def arrow_types() -> st.SearchStrategy[_Type]:
    """Any type that a component may have, unions and nulls included."""
    leaves = st.sampled_from([*_LEAVES, pa.null()])
    return st.recursive(
        leaves,
        lambda children: st.one_of(_nested(children), _unions(children)),
        max_leaves=4,
    )


def cut_types() -> st.SearchStrategy[_Type]:
    """Types of fixed size: chunks of equal row count and null counts have equal layout."""
    return st.recursive(
        st.sampled_from(_FIXED_LEAVES),
        lambda children: st.one_of(
            st.tuples(children, st.integers(1, 3)).map(lambda pair: pa.list_(*pair)),
            _structs(children),
        ),
        max_leaves=3,
    )


@st.composite
def arrays(draw: st.DrawFn, kind: _Type, length: int, *, nulls: bool = True) -> _Array:
    """An array of `length` values of `kind`; a slice of a longer one now and then."""
    before = draw(st.sampled_from([0, 0, 1, 9])) if length else 0
    whole = draw(_arrays(kind, before + length, nulls=nulls))
    return whole.slice(before)


def _arrays(kind: _Type, length: int, *, nulls: bool) -> st.SearchStrategy[_Array]:
    if pa.types.is_null(kind):
        return st.just(pa.nulls(length))
    values = _LEAVES.get(kind)
    if values is not None:
        cells = st.one_of(values, st.none()) if nulls else values
        return st.lists(cells, min_size=length, max_size=length).map(
            lambda found: pa.array(found, kind)
        )
    return _nested_arrays(kind, length, nulls=nulls)


@st.composite
def _nested_arrays(draw: st.DrawFn, kind: _Type, length: int, *, nulls: bool) -> _Array:
    def child(index: int, size: int) -> _Array:
        return draw(arrays(kind.field(index).type, size, nulls=nulls))

    if pa.types.is_union(kind):
        codes = draw(
            st.lists(st.integers(0, kind.num_fields - 1), min_size=length, max_size=length)
        )
        offsets = [codes[:i].count(code) for i, code in enumerate(codes)]
        children = [child(i, codes.count(i)) for i in range(kind.num_fields)]
        names = [kind.field(i).name for i in range(kind.num_fields)]
        types, places = pa.array(codes, pa.int8()), pa.array(offsets, pa.int32())
        return pa.UnionArray.from_dense(types, places, children, names)
    missing = draw(st.lists(st.booleans(), min_size=length, max_size=length)) if nulls else []
    mask = pa.array(missing, pa.bool_()) if any(missing) else None
    if pa.types.is_struct(kind):
        if not kind.num_fields:
            cells: list[Any] = [None if gone else {} for gone in missing or [False] * length]
            return pa.array(cells, kind)
        children = [child(i, length) for i in range(kind.num_fields)]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=mask)
    if pa.types.is_fixed_size_list(kind):
        values = child(0, length * kind.list_size)
        if not kind.list_size:
            validity = None if mask is None else pc.invert(mask).buffers()[1]
            return pa.Array.from_buffers(kind, length, [validity], children=[values])
        of_lists: Any = pa.FixedSizeListArray.from_arrays
        return cast("_Array", of_lists(values, type=kind, mask=mask))
    sizes = draw(st.lists(st.integers(0, 3), min_size=length, max_size=length))
    ends = [sum(sizes[:i]) for i in range(length + 1)]
    values = child(0, ends[-1])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, type=kind, mask=mask)


def list_columns(
    kind: _Type, length: int, *, nulls: bool = True
) -> st.SearchStrategy[pa.ListArray[Any]]:
    """A component column: one list of `kind` per row."""
    columns: Any = arrays(pa.list_(kind), length, nulls=nulls)
    return cast("st.SearchStrategy[pa.ListArray[Any]]", columns)


def entity_paths() -> st.SearchStrategy[EntityPath]:
    """Paths of up to three parts, the root included."""
    parts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)
    return st.lists(parts, max_size=3).map(lambda found: EntityPath(tuple(found)))


def timelines() -> st.SearchStrategy[Timeline]:
    """Timelines whose kind follows from their name, as within a store it must."""
    kinds = list(TimeKind)
    return st.sampled_from(["frame", "a b", "time", "é", "zz"]).map(
        lambda name: Timeline(name, kinds[len(name) % 3])
    )


def store_ids() -> st.SearchStrategy[StoreId]:
    """Recordings and blueprints of a few applications."""
    return st.builds(
        StoreId,
        st.sampled_from(StoreKind),
        st.text(max_size=4),
        st.sampled_from(["app", "rerun_example_x"]),
    )


_TIME_TYPES = {
    TimeKind.SEQUENCE: pa.int64(),
    TimeKind.DURATION: pa.duration("ns"),
    TimeKind.TIMESTAMP: pa.timestamp("ns"),
}
_TIMES = st.one_of(st.integers(-5, 5), st.integers(MIN_TIME, MAX_TIME))
_TUIDS = st.builds(Tuid, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
_DESCRIPTORS = [
    ComponentDescriptor("plain"),
    ComponentDescriptor("Plain"),
    ComponentDescriptor("Thing:first", "rerun.archetypes.Thing", "rerun.components.First"),
    ComponentDescriptor("Thing:second", "rerun.archetypes.Thing"),
    ComponentDescriptor("user.Thing:x", "user.Thing", "user.X"),
]

_Columns = list[tuple[ComponentDescriptor, _Type]]


@st.composite
def _column_types(draw: st.DrawFn, kinds: st.SearchStrategy[_Type]) -> _Columns:
    chosen = draw(st.lists(st.sampled_from(_DESCRIPTORS), max_size=3, unique=True))
    return [(descriptor, draw(kinds)) for descriptor in chosen]


@st.composite
def _filled(
    draw: st.DrawFn,
    path: EntityPath,
    lines: list[Timeline],
    columns: _Columns,
    rows: int,
    *,
    nulls: bool,
) -> Chunk:
    start = draw(st.integers(0, 2**64 - 1 - rows))
    ids = [struct.pack(">QQ", draw(st.integers(0, 3)), start + i) for i in range(rows)]
    times = st.lists(_TIMES, min_size=rows, max_size=rows)
    return Chunk.build(
        path,
        row_ids=pa.array(ids, pa.binary(16)),
        timelines=[
            (line, pa.array(draw(times), pa.int64()).view(_TIME_TYPES[line.kind])) for line in lines
        ],
        components=[
            (descriptor, draw(list_columns(kind, rows, nulls=nulls)))
            for descriptor, kind in columns
        ],
        chunk_id=draw(_TUIDS),
    )


@st.composite
def runs(
    draw: st.DrawFn,
    *,
    kinds: Callable[[], st.SearchStrategy[_Type]] = arrow_types,
    max_chunks: int = 4,
) -> list[Chunk]:
    """Chunks of one entity with equal schema and equal row count; other ids and values."""
    path = draw(entity_paths())
    lines = draw(st.lists(timelines(), max_size=2, unique=True))
    columns = draw(_column_types(kinds()))
    rows, nulls = draw(st.integers(0, 4)), draw(st.booleans())
    one = _filled(path, lines, columns, rows, nulls=nulls)
    return draw(st.lists(one, min_size=1, max_size=max_chunks))


def chunks() -> st.SearchStrategy[Chunk]:
    """A chunk of any shape."""
    return runs(max_chunks=1).map(lambda found: found[0])


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording holds: its chunks in order, each with its store."""

    chunks: tuple[tuple[StoreId, Chunk], ...]

    @property
    def stores(self) -> list[StoreId]:
        """The distinct stores, in order of appearance."""
        return list(dict.fromkeys(store for store, _ in self.chunks))


@st.composite
def recordings(draw: st.DrawFn) -> Recorded:
    """Up to three runs of chunks in one or two stores."""
    stores = draw(st.lists(store_ids(), min_size=1, max_size=2, unique=True))
    kinds = draw(st.sampled_from([arrow_types, cut_types]))
    found = [
        (draw(st.sampled_from(stores)), chunk)
        for run in draw(st.lists(runs(kinds=kinds), max_size=3))
        for chunk in run
    ]
    return Recorded(tuple(found))
