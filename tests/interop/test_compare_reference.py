"""`rrd compare` finds recordings equal where the reference does, but for its mistakes."""

from __future__ import annotations

import io
import math
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rrdformats.reader import Recording
from rrdformats.testing import assembly
from rrdformats.testing.assembly import chunk_batch
from rrdformats.testing.simple_recordings import recording_of, store_of, with_row_ids
from rrdtool.operations.compare import CannotCompareError, compare
from rrdtool.operations.edit_inputs import InputError

pytest.importorskip("rerun", reason="rerun-sdk is not installed")

Batch = pa.RecordBatch

F64 = pa.list_(pa.float64())
F32 = pa.list_(pa.float32())
NAN = math.nan


def values(*cells: Any, kind: pa.DataType = F64, **columns: Any) -> Batch:
    """A chunk of /e with these cells."""
    return chunk_batch(rows=len(cells), components={"values": pa.array(cells, kind)}, **columns)


def columns(**components: pa.Array[Any]) -> Batch:
    return chunk_batch(rows=len(next(iter(components.values()))), components=components)


def times(**timelines: pa.Array[Any]) -> Batch:
    return chunk_batch(times=timelines)


def steps(*numbers: int) -> pa.Array[Any]:
    return pa.array(numbers, pa.int64())


def instants(*numbers: int) -> pa.Array[Any]:
    return pa.array(numbers, pa.timestamp("ns"))


def static(serial: int, rows: Sequence[int], **components: Sequence[Any]) -> Batch:
    """A static chunk whose rows have these ids."""
    named = {name: pa.array(cells, F64) for name, cells in components.items()}
    batch = chunk_batch(serial=serial, rows=len(rows), times={}, components=named)
    return with_row_ids(batch, rows)


def prop(component: str, cells: Sequence[Any], entity: str = "/__properties") -> Batch:
    named = {component: pa.array(cells, pa.list_(pa.int64()))}
    return chunk_batch(entity, rows=len(cells), times={}, components=named)


def described(batch: Batch, **metadata: str) -> Batch:
    """`batch` with more metadata for its last column."""
    place = batch.num_columns - 1
    field = batch.schema.field(place)
    told: dict[bytes | str, bytes | str] = dict((field.metadata or {}).items())
    told |= {f"rerun:{name}".encode(): text.encode() for name, text in metadata.items()}
    return batch.cast(batch.schema.set(place, field.with_metadata(told)))


def items(name: str = "item", **options: Any) -> pa.Array[Any]:
    return pa.array([[1.0], [2.0]], pa.list_(pa.field(name, pa.float64(), **options)))


def members(name: str = "x", **options: Any) -> pa.Array[Any]:
    kind = pa.list_(pa.struct([pa.field(name, pa.float64(), **options)]))
    return pa.array([[{name: 1.0}], [{name: 2.0}]], kind)


def listed(offsets: Sequence[int], numbers: Sequence[float], valid: int = 3) -> pa.Array[Any]:
    """Two lists from raw buffers."""
    bits = pa.py_buffer(bytes([valid]))
    buffers: list[pa.Buffer | None] = [bits, pa.py_buffer(np.array(offsets, np.int32).tobytes())]
    return pa.Array.from_buffers(F64, 2, buffers, children=[pa.array(numbers, pa.float64())])


@dataclass(frozen=True)
class Case:
    """Two recordings; `because` says why we disagree with the reference."""

    a: bytes
    b: bytes
    flags: tuple[str, ...] = ()
    because: str | None = None


def case(a: Batch | Sequence[Batch], b: Batch | Sequence[Batch], *flags: str) -> Case:
    first, second = (
        recording_of(side) if isinstance(side, Batch) else recording_of(*side) for side in (a, b)
    )
    return Case(first, second, flags)


PLAIN = values([1.0], [2.0])
OTHER = chunk_batch("/f", serial=2)
BYTES = pa.array([[b"ab"], [b"c"]], pa.list_(pa.binary()))
LISTED = pa.array([[[97, 98]], [[99]]], pa.list_(pa.list_(pa.uint8())))
UNSORTED = with_row_ids(values([2.0], [1.0], is_sorted=False), [2, 1])
BLUEPRINT = assembly.store_id("layout", kind=2)


def pair(first: Sequence[int], second: Sequence[int]) -> tuple[Batch, Batch]:
    """Chunks with the cells 1, 2 and 3, 4: for each its serial and its row ids."""
    one = values([1.0], [2.0], serial=first[0])
    two = values([3.0], [4.0], serial=second[0])
    return with_row_ids(one, first[1:]), with_row_ids(two, second[1:])


CASES: Mapping[str, Case] = {
    "same": case(PLAIN, PLAIN),
    "other value": case(PLAIN, values([1.0], [3.0])),
    "other row ids": case(PLAIN, with_row_ids(PLAIN, [7, 9])),
    "other chunk id": case(PLAIN, values([1.0], [2.0], serial=5)),
    "other entity": case(PLAIN, values([1.0], [2.0], entity="/f")),
    "chunks in another order": case([PLAIN, OTHER], [OTHER, PLAIN]),
    "order by chunk id": case(pair([1, 1, 2], [2, 3, 4]), pair([1, 3, 4], [2, 1, 2])),
    "order not by row id": case(pair([1, 1, 2], [2, 3, 4]), pair([2, 1, 2], [1, 3, 4])),
    "one chunk more": case([PLAIN, OTHER], PLAIN),
    "one chunk twice": case([PLAIN, PLAIN], PLAIN),
    "the same rows twice": case([PLAIN, values([1.0], [2.0], serial=2)], PLAIN),
    "an id twice, the first counts": case([PLAIN, values([3.0], [4.0])], PLAIN),
    "rows in another order": case(
        values([1.0], [2.0], times={"t": steps(0, 0)}),
        values([2.0], [1.0], times={"t": steps(0, 0)}),
    ),
    "rows out of order": case(
        with_row_ids(values([2.0], [1.0], times={"t": steps(1, 0)}, is_sorted=False), [2, 1]),
        with_row_ids(values([1.0], [2.0], times={"t": steps(0, 1)}), [1, 2]),
    ),
    "a flag that says less": case(values([1.0], [2.0], is_sorted=False), PLAIN),
    # numbers
    "negative zero": case(values([0.0]), values([-0.0])),
    "64 bits, close": case(values([1e6]), values([1e6 * (1 + 1e-9)])),
    "64 bits, not close": case(values([1e6]), values([1e6 * (1 + 1e-7)])),
    "64 bits, tiny": case(values([0.0]), values([1e-9])),
    "32 bits, close": case(values([1.0], kind=F32), values([1.0009], kind=F32)),
    "32 bits, not close": case(values([1.0], kind=F32), values([1.002], kind=F32)),
    "32 bits, tiny": case(values([0.0], kind=F32), values([1e-4], kind=F32)),
    "infinities": case(values([math.inf]), values([math.inf])),
    "opposite infinities": case(values([math.inf]), values([-math.inf])),
    "each close to one of the other": case(
        [values([1.0], serial=1), values([5.0], serial=2)],
        [values([5.0 + 1e-9], serial=3), values([1.0 + 1e-9], serial=4)],
    ),
    # timelines
    "log_time, other values": case(times(log_time=instants(0, 1)), times(log_time=instants(6, 5))),
    "log_time, not there": case(
        times(t=steps(0, 1), log_time=instants(0, 1)), times(t=steps(0, 1))
    ),
    "log_time, of another kind": case(times(log_time=instants(0, 1)), times(log_time=steps(0, 1))),
    "sim_time, other values": case(times(sim_time=instants(0, 1)), times(sim_time=instants(6, 5))),
    "log_tick, other values": case(times(log_tick=steps(0, 1)), times(log_tick=steps(5, 6))),
    "another timeline": case(times(t=steps(0, 1)), times(u=steps(0, 1))),
    "a timeline of another kind": case(times(t=steps(0, 1)), times(t=instants(0, 1))),
    "ignored, not there": case(
        times(t=steps(0, 1), u=steps(0, 1)), times(t=steps(0, 1)), "--ignore-timeline", "u"
    ),
    "ignored, another one": case(
        times(t=steps(0, 1)), times(u=steps(0, 1)), "--ignore-timeline", "t",
        "--ignore-timeline", "u",
    ),
    "ignored, but not all": case(
        times(t=steps(0, 1), u=steps(0, 1)), times(t=steps(1, 1)), "--ignore-timeline", "u"
    ),
    "ignored, and nowhere": case(PLAIN, PLAIN, "--ignore-timeline", "nowhere"),
    # components
    "a column of nulls": case(
        columns(a=items(), b=pa.array([None, None], F64)), columns(a=items())
    ),
    "columns in another order": case(columns(a=items(), b=items()), columns(b=items(), a=items())),
    "no components": case([chunk_batch(components={}), OTHER], OTHER),
    "no components, flag": case(
        [chunk_batch(components={}), OTHER], OTHER, "--ignore-chunks-without-components"
    ),
    "only nulls, flag": case(
        [columns(a=pa.array([None], F64)), OTHER], OTHER, "--ignore-chunks-without-components"
    ),
    "no rows": case([values(), OTHER], OTHER),
    "null and empty": case(values([1.0], None), values([1.0], [])),
    "null and null": case(values([1.0], None), values([1.0], None)),
    "inner null": case(values([1.0], [None]), values([1.0], [0.0])),
    "offsets not from 0": case(
        columns(a=listed([0, 1, 2], [1, 2])), columns(a=listed([1, 2, 3], [9, 1, 2]))
    ),
    "values behind the last": case(
        columns(a=listed([0, 1, 2], [1, 2])), columns(a=listed([0, 1, 2], [1, 2, 9]))
    ),
    "component type": case(described(PLAIN, component_type="x.Y"), PLAIN),
    "archetype": case(described(PLAIN, archetype="x.Y"), PLAIN),
    "component": case(described(PLAIN, component="other"), PLAIN),
    "metadata of another": case(described(PLAIN, whatever="x"), PLAIN),
    "32 and 64 bits": case(values([1.0]), values([1.0], kind=F32)),
    "name of the items": case(columns(a=items("x")), columns(a=items())),
    "items that are never null": case(columns(a=items(nullable=False)), columns(a=items())),
    "metadata of the items": case(columns(a=items(metadata={"k": "v"})), columns(a=items())),
    "name of a member": case(columns(a=members("y")), columns(a=members())),
    "members that are never null": case(columns(a=members(nullable=False)), columns(a=members())),
    "metadata of a member": case(columns(a=members(metadata={"k": "v"})), columns(a=members())),
    "bytes and lists of bytes": case(columns(a=BYTES), columns(a=LISTED)),
    "large and small bytes": case(
        columns(a=BYTES), columns(a=BYTES.cast(pa.list_(pa.large_binary())))
    ),
    "text and bytes": case(columns(a=BYTES), columns(a=BYTES.cast(pa.list_(pa.utf8())))),
    "large and small text": case(
        columns(a=BYTES.cast(pa.list_(pa.utf8()))), columns(a=BYTES.cast(pa.list_(pa.large_utf8())))
    ),
    # static data
    "static": case(static(1, [1], a=[[1.0]]), static(2, [5], a=[[1.0]])),
    "overwritten": case(
        [static(1, [1], a=[[1.0]]), static(2, [2], a=[[2.0]])], static(3, [2], a=[[2.0]])
    ),
    "overwritten by an earlier one": case(
        [static(2, [2], a=[[2.0]]), static(1, [1], a=[[1.0]])], static(3, [2], a=[[2.0]])
    ),
    "not overwritten by the same row id": case(
        [static(1, [2], a=[[1.0]]), static(2, [2], a=[[2.0]])], static(3, [2], a=[[2.0]])
    ),
    "overwritten in part": case(
        [static(1, [1], a=[[1.0]], b=[[1.0]]), static(2, [2], a=[[2.0]])],
        static(3, [2], a=[[2.0]]),
    ),
    "not overwritten by null": case(
        [static(1, [1], a=[[1.0]]), static(2, [2], a=[None])], static(1, [1], a=[[1.0]])
    ),
    "overwritten before a null": case(
        [static(1, [1], a=[[1.0]]), static(2, [2, 3], a=[[5.0], None])],
        static(2, [2, 3], a=[[5.0], None]),
    ),
    "not overwritten by what came before": case(
        [static(1, [2], a=[[1.0]]), static(2, [1, 3], a=[[5.0], None])],
        static(2, [1, 3], a=[[5.0], None]),
    ),
    "overwritten by two": case(
        [
            static(1, [3], a=[[1.0]]),
            static(2, [2], a=[[2.0]], b=[[2.0]]),
            static(4, [4], b=[[4.0]]),
        ],
        [static(1, [3], a=[[1.0]]), static(4, [4], b=[[4.0]])],
    ),
    # properties
    "start time": case(
        prop("RecordingInfo:start_time", [[1]]), prop("RecordingInfo:start_time", [[2]])
    ),
    "no start time": case(
        prop("RecordingInfo:start_time", [[1]]), prop("RecordingInfo:name", [[1]])
    ),
    "start time of something": case(
        prop("RecordingInfo:start_time", [[1]], "/__properties/x"),
        prop("RecordingInfo:start_time", [[2]], "/__properties/x"),
    ),
    "another property": case(prop("RecordingInfo:name", [[1]]), prop("RecordingInfo:name", [[2]])),
    "properties are exact": case(
        values([1.0], entity="/__properties", kind=F32),
        values([1.0005], entity="/__properties", kind=F32),
    ),
    # stores
    "another application": Case(
        recording_of(PLAIN, store=assembly.store_id(application="a")),
        recording_of(PLAIN, store=assembly.store_id(application="b")),
    ),
    "another recording": Case(
        recording_of(PLAIN, store=assembly.store_id("a")),
        recording_of(PLAIN, store=assembly.store_id("b")),
    ),
    "a blueprint more": Case(
        recording_of(PLAIN),
        assembly.stream(*store_of(PLAIN), *store_of(OTHER, store=BLUEPRINT)),
    ),
    "two recordings": Case(
        recording_of(PLAIN),
        assembly.stream(*store_of(PLAIN), *store_of(OTHER, store=assembly.store_id("two"))),
    ),
    "a recording without chunks": Case(recording_of(), recording_of()),
    "only a blueprint": Case(
        recording_of(OTHER, store=BLUEPRINT), recording_of(OTHER, store=BLUEPRINT)
    ),
    "nothing": Case(assembly.stream(), assembly.stream()),
    "streams glued together": Case(
        recording_of(PLAIN) + recording_of(OTHER), recording_of(PLAIN, OTHER)
    ),
    # where the reference is wrong
    "NaN": replace(
        case(values([NAN]), values([NAN])), because="a recording is equal to itself"
    ),
    "beneath a null": replace(
        case(columns(a=listed([0, 1, 1], [1], 1)), columns(a=listed([0, 1, 2], [1, 9], 1))),
        because="nobody can see what stands beneath a null",
    ),
    "overwritten in one, by order": replace(
        case(
            [static(2, [2], a=[[2.0]]), static(1, [1], a=[[1.0]])],
            [static(1, [1], a=[[1.0]]), static(2, [2], a=[[2.0]])],
        ),
        because="recordings that hold the same chunks are equal",
    ),
    "rows out of order, twice": replace(
        case([UNSORTED, UNSORTED], UNSORTED), because="a chunk that is sent twice is one chunk"
    ),
    "cut off": Case(
        recording_of(PLAIN, OTHER)[:-100],
        recording_of(PLAIN),
        because="a file that is cut off is damaged, not shorter",
    ),
}  # fmt: skip


def theirs(reference: Path, a: Path, b: Path, *flags: str) -> tuple[bool, str]:
    """Whether the reference finds the files equal, and what it says."""
    run = subprocess.run(
        [reference, "rrd", "compare", *flags, a, b],
        capture_output=True,
        check=False,
        env={**os.environ, "RUST_LOG": "off", "RUST_BACKTRACE": "0"},
    )
    return run.returncode == 0, (run.stdout + run.stderr).decode()


def ours(a: bytes, b: bytes, *flags: str) -> bool | None:
    """Whether we find them equal; None if they cannot be compared."""
    ignored = [word for flag, word in pairwise(flags) if "timeline" in flag]
    try:
        report = compare(
            Recording.open(io.BytesIO(a), "a"),
            Recording.open(io.BytesIO(b), "b"),
            unordered="--unordered" in flags,
            ignore_timelines=ignored,
        )
    except (CannotCompareError, InputError):
        return None
    assert report.same == (not report.differences and len(set(report.application_ids)) == 1)
    return report.same


@pytest.mark.parametrize("order", [(), ("--unordered",)], ids=["ordered", "unordered"])
@pytest.mark.parametrize("name", CASES)
def test_table(name: str, order: tuple[str, ...], reference: Path, tmp_path: Path) -> None:
    found = CASES[name]
    a, b = tmp_path / "a.rrd", tmp_path / "b.rrd"
    a.write_bytes(found.a)
    b.write_bytes(found.b)
    equal, said = theirs(reference, a, b, *order, *found.flags)
    assert (ours(found.a, found.b, *order, *found.flags) is True) == (
        equal is (found.because is None)
    ), said


def test_an_optimized_copy_is_cut_otherwise(reference: Path, tmp_path: Path) -> None:
    pieces = [values([float(i)], serial=i, times={"t": steps(i)}) for i in range(1, 9)]
    a, b = tmp_path / "a.rrd", tmp_path / "b.rrd"
    a.write_bytes(recording_of(*pieces))
    subprocess.run([reference, "rrd", "optimize", a, "-o", b], check=True, capture_output=True)
    assert not theirs(reference, a, b, "--unordered")[0]
    assert ours(a.read_bytes(), b.read_bytes(), "--unordered") is False


# --- mutated recordings --------------------------------------------------------------------------

KINDS = [
    pa.list_(pa.float64()),
    pa.list_(pa.float32()),
    pa.list_(pa.list_(pa.float32(), 2)),
    pa.list_(pa.struct([pa.field("x", pa.float64()), pa.field("name", pa.utf8())])),
    pa.list_(pa.int32()),
    pa.list_(pa.utf8()),
]
NUMBERS = st.sampled_from([0.0, 1.0, 1.0 + 1e-9, 1.0 + 1e-6, 1000.0, 1000.5, -3.0])


def cells(kind: Any) -> st.SearchStrategy[Any]:
    if pa.types.is_list(kind):
        return st.none() | st.lists(cells(kind.value_type), max_size=2)
    if pa.types.is_fixed_size_list(kind):
        size = kind.list_size
        return st.lists(cells(kind.value_type), min_size=size, max_size=size)
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({field.name: cells(field.type) for field in kind})
    if pa.types.is_floating(kind):
        return NUMBERS
    return st.integers(0, 2) if pa.types.is_integer(kind) else st.sampled_from(["", "a", "b"])


@st.composite
def batches(draw: st.DrawFn) -> list[Batch]:
    found = []
    for serial in range(1, draw(st.integers(1, 4)) + 1):
        rows = draw(st.integers(0, 3))
        names = draw(st.sampled_from([["t"], ["t", "log_time"], []]))
        kind = draw(st.sampled_from(KINDS))
        timelines = {
            name: steps(*draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows)))
            for name in names
        }
        column = draw(st.lists(cells(kind), min_size=rows, max_size=rows))
        batch = chunk_batch(
            draw(st.sampled_from(["/e", "/f"])),
            rows=rows,
            serial=serial,
            times=timelines,
            components={draw(st.sampled_from(["a", "b"])): pa.array(column, kind)},
            is_sorted=False,
        )
        ids = st.lists(st.integers(0, 9), min_size=rows, max_size=rows, unique=True)
        # Chunks whose rows are not in order get new ids when the reference reads them.
        found.append(with_row_ids(batch, sorted(draw(ids))))
    return found


@st.composite
def mutated(draw: st.DrawFn, original: list[Batch]) -> list[Batch]:
    """The same chunks in any order, or with one difference."""
    # The order of static chunks decides in the reference which of them are there.
    has_static = any(batch.num_columns == 2 for batch in original)
    made = [*original] if has_static else draw(st.permutations(original))
    place = draw(st.integers(0, len(made) - 1))
    batch = made[place]
    match draw(st.sampled_from(["", "", "drop", "twice", "cells", "times", "column", "ids"])):
        case "drop":
            del made[place]
        case "twice":
            made.append(batch)
        case "cells":
            last = batch.num_columns - 1
            field = batch.schema.field(last)
            rows = batch.num_rows
            column = draw(st.lists(cells(field.type), min_size=rows, max_size=rows))
            made[place] = batch.set_column(last, field, pa.array(column, field.type))
        case "times" if batch.num_columns > 2:
            times_made = draw(
                st.lists(st.integers(0, 2), min_size=batch.num_rows, max_size=batch.num_rows)
            )
            made[place] = batch.set_column(1, batch.schema.field(1), steps(*times_made))
        case "column" if batch.num_columns > 2:
            made[place] = batch.remove_column(1)
        case "ids":
            made[place] = with_row_ids(batch, range(10, 10 + batch.num_rows))
        case _:
            pass
    return made


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_mutations(data: st.DataObject, reference: Path, tmp_path: Path) -> None:
    original = data.draw(batches())
    copy = data.draw(mutated(original))
    order = data.draw(st.sampled_from([(), ("--unordered",)]))
    first, second = recording_of(*original), recording_of(*copy)
    a, b = tmp_path / "a.rrd", tmp_path / "b.rrd"
    a.write_bytes(first)
    b.write_bytes(second)
    equal, said = theirs(reference, a, b, *order)
    assume("Invisible differences" not in said)  # values beneath nulls
    assert ours(first, second, *order) is equal, said


# --- recordings of many releases ------------------------------------------------------------------

RELEASES = ("0.24.1", "0.29.2", "0.32.2", "0.36.3", "0.41.0")


@pytest.mark.parametrize(
    "flags", [("--unordered",), ("--unordered", "--ignore-timeline", "log_tick")]
)
@pytest.mark.parametrize(
    "name", ["columns.rrd", "out_of_order.rrd", "properties.rrd", "static_mix.rrd"]
)
@pytest.mark.parametrize("releases", [*pairwise(RELEASES), ("0.24.1", "0.24.1")], ids="-".join)
def test_the_same_program_in_two_releases(
    name: str, releases: tuple[str, str], flags: tuple[str, ...], reference: Path, corpus: Path
) -> None:
    a, b = (corpus / release / name for release in releases)
    equal, said = theirs(reference, a, b, *flags)
    assert ours(a.read_bytes(), b.read_bytes(), *flags) is equal, said
