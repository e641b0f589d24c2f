"""Any chunk that a writer might make: properties of its migration, and what the reference does."""

from __future__ import annotations

import struct
import warnings
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rrdformats.errors import CorruptError
from rrdformats.migration_steps import PLURAL_ARCHETYPES
from rrdformats.migrations import migrate, needs_migration

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 3
COMPONENTS = [
    "rerun.components.Color",
    "rerun.components.SeriesVisible",
    "rerun.components.PoseScale3D",
    "rerun.components.FooIndicator",
    "rerun.blueprint.components.TableCellKind",
    "Transform3D:axis_length",
    "CoordinateFrame:frame_id",
    "RecordingProperties",
    "user.BarIndicator",
    "x",
    "",
    None,
]
ARCHETYPES = [
    *PLURAL_ARCHETYPES,
    "rerun.archetypes.Points3D",
    "rerun.archetypes.RecordingProperties",
    "rerun.blueprint.archetypes.View",
    "rerun.other",
    "user.A",
    "",
    None,
]
ARCHETYPE_FIELDS = ["color", "scalar", "marker_size", "name", "", None]
FIELD_NAMES = ["Color", "FooIndicator", "rerun.Indicator", "property:recording:RecordingInfo:a"]
VERSIONS = ["0.0.1", "0.0.2", "0.1.0", "0.1.1", "0.1.2", "0.1.3", "0.1.4", "0.1.2-rc.1", "?", None]
TIMES: list[pa.Array[Any]] = [
    pa.array(range(ROWS), pa.int64()),
    pa.array(range(ROWS), pa.duration("ns")),
    pa.array(range(ROWS), pa.timestamp("ns")),
    pa.array(range(ROWS), pa.timestamp("ns", "UTC")),
    pa.array(range(ROWS), pa.int32()),
]
CELLS: list[tuple[pa.DataType, list[Any]]] = [
    (pa.list_(pa.uint8()), [[1, 2], None, []]),
    (pa.list_(pa.field("element", pa.uint8(), nullable=False)), [[6], [4, 3], []]),
    (pa.list_(pa.list_(pa.field("inner", pa.float32(), nullable=False), 2)), [[[1, 2]], None, []]),
    (pa.large_list(pa.int8()), [[1, 2], None, []]),
    (pa.uint8(), [1, None, 2]),
    (pa.struct([("a", pa.int8())]), [{"a": 1}, None, {"a": 3}]),
]
ROW_ID = "rerun.controls.RowId"
IDS: pa.Array[Any] = pa.array([bytes(15) + bytes([row]) for row in range(ROWS)], pa.binary(16))
STRUCT_IDS: pa.Array[Any] = pa.array(
    [{"time_ns": 1, "inc": row} for row in range(ROWS)],
    pa.struct([("time_ns", pa.uint64()), ("inc", pa.uint64())]),
)


@st.composite
def chunks(draw: st.DrawFn) -> pa.RecordBatch:
    dot = draw(st.sampled_from(["rerun.", "rerun:"]))
    columns: list[tuple[pa.Field[Any], pa.Array[Any]]] = []

    def add(name: str, values: pa.Array[Any], **metadata: str | None) -> None:
        keyed = {dot + key: value for key, value in metadata.items() if value is not None}
        columns.append((pa.field(name, values.type, metadata=keyed), values))

    # The reference finds structs by the usual name only, so another name comes with bytes.
    name, ids = draw(st.sampled_from([(ROW_ID, IDS), (ROW_ID, STRUCT_IDS), ("other", IDS)]))
    add(name, ids, kind=draw(st.sampled_from(["control", "row_id"])))
    for name in draw(st.lists(st.sampled_from(["a", "T", "t"]), max_size=2)):
        times = draw(st.sampled_from(TIMES))
        index_name = draw(st.sampled_from([name, None, "other"]))
        add(name, times, kind=draw(st.sampled_from(["index", "time"])), index_name=index_name)
    for _ in range(draw(st.integers(0, 3))):
        datatype, cells = draw(st.sampled_from(CELLS))
        add(
            draw(st.sampled_from(FIELD_NAMES)),
            pa.array(cells, datatype),
            kind=draw(st.sampled_from(["data", "data", "component", None])),
            component=draw(st.sampled_from(COMPONENTS)),
            archetype=draw(st.sampled_from(ARCHETYPES)),
            archetype_field=draw(st.sampled_from(ARCHETYPE_FIELDS)),
            component_type=draw(st.sampled_from(COMPONENTS)) if dot == "rerun:" else None,
            is_indicator=draw(st.sampled_from([None, None, "true", "false"])),
        )
    if draw(st.integers(0, 3)) == 0:
        columns = draw(st.permutations(columns))
    path = draw(st.sampled_from(["/e", "/__properties/recording"]))
    version = draw(st.just(None) if dot == "rerun." else st.sampled_from(VERSIONS))
    metadata = {dot + "entity_path": path, dot + "id": "chunk_" + "0" * 32}
    metadata |= {dot + "heap_size_bytes": "1"} if version is None else {"sorbet:version": version}
    schema = pa.schema([field for field, _ in columns]).with_metadata({**metadata})
    return pa.RecordBatch.from_arrays([values for _, values in columns], schema=schema)


@given(chunks(), st.integers(0, ROWS))
def test_any_chunk_becomes_canonical_or_is_refused(batch: pa.RecordBatch, cut: int) -> None:
    try:
        result = migrate(batch)
    except CorruptError:
        assert needs_migration(batch.schema)
        return
    result.validate(full=True)
    assert not needs_migration(result.schema)
    assert needs_migration(batch.schema) or result is batch
    assert result.num_rows == batch.num_rows
    parts = [migrate(batch.slice(0, cut)), migrate(batch.slice(cut))]
    assert pa.Table.from_batches(parts).equals(pa.Table.from_batches([result]), check_metadata=True)


# --- the reference -----------------------------------------------------------------------------


def _frame(kind: int, payload: bytes) -> bytes:
    return struct.pack("<QQ", kind, len(payload)) + payload


def _field(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field."""
    size, varint = len(payload), bytearray()
    while size > 0x7F:
        varint.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | 2, *varint, size]) + payload


def _as_stream(batch: pa.RecordBatch) -> bytes:
    """An RRD stream of one store with one uncompressed chunk (sections 1 and 2)."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    store = b"\x08\x01" + _field(2, b"r") + _field(3, _field(1, b"a"))
    row_id = b"\x09" + bytes(8) + b"\x11" + bytes(8)
    info = _field(1, row_id) + _field(2, _field(2, store) + _field(5, b""))
    uncompressed, arrow_ipc = b"\x10\x01", b"\x20\x01"
    payload = _field(5, sink.getvalue().to_pybytes())
    chunk = _field(1, store) + uncompressed + arrow_ipc + payload
    header = b"RRF2\x00\x29\x00\x00\x01\x02\x00\x00"
    return header + _frame(1, info) + _frame(2, chunk) + _frame(0, b"")


def by_the_reference(batch: pa.RecordBatch, folder: Path) -> pa.RecordBatch | None:
    """What the reference makes of a chunk; None if it refuses or drops it."""
    reference = pytest.importorskip("rerun.chunk")
    path = folder / "one.rrd"
    path.write_bytes(_as_stream(batch))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it recommends files with a footer
        try:
            found = list(reference.RrdReader(str(path)).stream())
        except RuntimeError:
            return None
    return found[0].to_record_batch() if found else None


def _facts(batch: pa.RecordBatch) -> list[Any]:
    """What must be equal; the reference adds `is_sorted` wherever it finds values sorted."""
    facts: list[Any] = [batch.schema.metadata]
    for field, values in zip(batch.schema, batch.columns, strict=True):
        kept = {key: text for key, text in (field.metadata or {}).items() if b"sorted" not in key}
        rows = values.cast(pa.int64()) if pa.types.is_temporal(values.type) else values
        facts.append((field.name, str(field.type), field.nullable, kept, rows.to_pylist()))
    return facts


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks())
def test_reference_agrees_on_any_chunk(tmp_path: Path, batch: pa.RecordBatch) -> None:
    expected = by_the_reference(batch, tmp_path)
    try:
        result = migrate(batch)
    except CorruptError:
        assert expected is None
        return
    has_data = any(pa.types.is_list(field.type) for field in result.schema)
    if expected is None and not has_data:
        return  # it drops chunks without data; they are for the caller to drop here
    assert expected is not None
    assert _facts(result) == _facts(expected)
