"""`rrd verify`: for every rule a small recording that breaks it and nothing else.

Recordings are put together from bytes by `rrdformats.testing.assembly`; only footers are computed
from the chunks, and then spoiled where a rule is about footers.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.ipc_write import END_OF_STREAM, encode_schema_message, encode_stream
from rrdformats.manifest_build import ManifestBuilder
from rrdformats.messages import Compression, EncodedManifest, StoreId
from rrdformats.reader import Recording
from rrdformats.scan import chunk_places, whole_groups
from rrdformats.selectors import Selection
from rrdformats.testing import assembly
from rrdformats.testing.assembly import (
    ARROW_MSG,
    SET_STORE_INFO,
    arrow_msg,
    chunk_batch,
    frame,
    ipc,
)
from rrdtool.operations.verification.manifest_schema import schema_is_digested
from rrdtool.operations.verify import RULES, Level, VerifyReport, verify

INFO = frame(SET_STORE_INFO, assembly.set_store_info())
FLOATS = pa.list_(pa.float64())
Metadata = dict[bytes | str, bytes | str]
Spoil = Callable[[EncodedManifest], EncodedManifest]


def check(data: bytes, **options: Any) -> VerifyReport:
    with Recording.open(io.BytesIO(data), "made.rrd") as recording:
        return verify(recording, **options)


# --- recordings ----------------------------------------------------------------------------------


def chunk(batch: pa.RecordBatch | None = None, *, serial: int = 1, **message: Any) -> bytes:
    """A chunk's frame; the message says of the chunk what is true unless told otherwise."""
    payload: bytes | None = message.pop("payload", None)
    if payload is None:
        payload = ipc(chunk_batch(rows=3, serial=serial) if batch is None else batch)
    message.setdefault("chunk", (1, serial))
    return frame(ARROW_MSG, arrow_msg(payload, **message))


def manifests(data: bytes) -> list[EncodedManifest]:
    """What the footer of a recording without one should hold."""
    builders: dict[StoreId, ManifestBuilder] = {}
    with Recording.open(io.BytesIO(data), "made.rrd") as recording:
        for decoded in recording.decoded(lambda _error: None):
            for group in decoded.groups:
                for single in (
                    one for whole in whole_groups(decoded, group) for one in whole.split()
                ):
                    store = decoded.store_id(int(single.headers[0]))
                    if store.application_id is None:
                        continue
                    builder = builders.setdefault(store, ManifestBuilder(store))
                    places = chunk_places(decoded, single)
                    builder.add(single.schema, single.batch, single.ids, places)
    return [builder.build(compress=False) for builder in builders.values()]


def recording(*frames: bytes, head: bytes | None = None, info: bytes = INFO) -> bytes:
    """A complete recording; its footer is right for the chunks that can be read."""
    body = (info, *frames)
    return with_manifests(body, manifests(assembly.stream(*body, footer=None, head=head)), head)


def with_manifests(
    body: tuple[bytes, ...], found: list[EncodedManifest], head: bytes | None = None
) -> bytes:
    footer = assembly.footer(*(manifest.to_bytes() for manifest in found))
    return assembly.stream(*body, footer=footer, head=head)


def ids_replaced(batch: pa.RecordBatch, ids: list[tuple[int, int] | None]) -> pa.RecordBatch:
    """The batch with other row ids."""
    packed = [None if one is None else struct.pack(">QQ", *one) for one in ids]
    columns = [pa.array(packed, pa.binary(16)), *batch.columns[1:]]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def timed(times: pa.Array[Any], **options: Any) -> pa.RecordBatch:
    return chunk_batch(rows=len(times), times={"frame": times}, **options)


def typed(
    component_type: str, values: pa.Array[Any], *, archetype: str | None = None, name: str = "c"
) -> pa.RecordBatch:
    """A static chunk with one component of that type."""
    batch = chunk_batch(rows=len(values), times={}, components={name: values})
    field = batch.schema.field(1)
    named: Metadata = {"rerun:component": name, "rerun:component_type": component_type}
    named["rerun:kind"] = "data"
    if archetype is not None:
        named["rerun:archetype"] = archetype
    schema = batch.schema.set(1, field.with_metadata(named))
    return pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def static(batch: pa.RecordBatch) -> bytes:
    return recording(chunk(batch, static=True))


# --- footers -------------------------------------------------------------------------------------


def spoiled(spoil: Spoil, *frames: bytes, head: bytes | None = None) -> bytes:
    """A recording whose first manifest went through `spoil`."""
    body = (INFO, *(frames or (chunk(),)))
    first, *rest = manifests(assembly.stream(*body, footer=None, head=head))
    return with_manifests(body, [spoil(first), *rest], head)


def table_of(manifest: EncodedManifest) -> pa.RecordBatch:
    with pa.ipc.open_stream(pa.py_buffer(manifest.data)) as reader:
        return reader.read_next_batch()


def with_table(manifest: EncodedManifest, table: pa.RecordBatch) -> EncodedManifest:
    data = encode_stream(table)
    return replace(manifest, data=data, compression=Compression.NONE, uncompressed_size=len(data))


def editing(name: str, value: object) -> Spoil:
    """Another value in the first row of a column."""

    def spoil(manifest: EncodedManifest) -> EncodedManifest:
        table = table_of(manifest)
        index = table.schema.get_field_index(name)
        values = [value, *table.column(index).to_pylist()[1:]]
        columns = [*table.columns]
        columns[index] = pa.array(values, table.schema.field(index).type)
        return with_table(manifest, pa.RecordBatch.from_arrays(columns, schema=table.schema))

    return spoil


def picking(rows: list[int], offsets: Mapping[int, int] | None = None) -> Spoil:
    """Other rows of the table; of some the offset is moved."""

    def spoil(manifest: EncodedManifest) -> EncodedManifest:
        table = table_of(manifest).take(pa.array(rows))
        column = table.schema.get_field_index("chunk_byte_offset")
        moved: list[Any] = table.column(column).to_pylist()
        for row, shift in (offsets or {}).items():
            moved[row] += shift
        field, values = table.schema.field(column), pa.array(moved, pa.uint64())
        return with_table(manifest, table.set_column(column, field, values))

    return spoil


def retabling(edit: Callable[[pa.RecordBatch], pa.RecordBatch]) -> Spoil:
    return lambda manifest: with_table(manifest, edit(table_of(manifest)))


def reschema(edit: Callable[[list[pa.Field[Any]]], list[pa.Field[Any]]]) -> Spoil:
    """Other fields in the schema, with the digest that belongs to them."""

    def spoil(manifest: EncodedManifest) -> EncodedManifest:
        fields = edit(list(pa.ipc.read_schema(pa.py_buffer(manifest.schema))))
        message = encode_schema_message(pa.schema(sorted(fields, key=lambda f: f.name)))
        return replace(
            manifest, schema=message + END_OF_STREAM, schema_sha256=sha256(message).digest()
        )

    return spoil


def static_flagged(fields: list[pa.Field[Any]]) -> list[pa.Field[Any]]:
    def flagged(field: pa.Field[Any]) -> pa.Field[Any]:
        metadata: Metadata = {k: v.decode() for k, v in (field.metadata or {}).items()}
        return field.with_metadata({**metadata, "rerun:is_static": "true"})

    return [flagged(field) if field.name == "/e:values" else field for field in fields]


def of_two_stores(head: bytes | None = None) -> bytes:
    """The first store's manifest also lists the chunk of the second."""
    other = assembly.store_id("other")
    body = (
        INFO,
        frame(SET_STORE_INFO, assembly.set_store_info(other)),
        chunk(),
        chunk(serial=2, store=other),
    )
    first, second = manifests(assembly.stream(*body, footer=None, head=head))
    batches = [table_of(first), table_of(second)]
    table = pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
    return with_manifests(body, [with_table(first, table), second], head)


def trailed(*, by: int = 0, checksum: int | None = None) -> bytes:
    """A recording whose trailer does not tell the truth, or points `by` bytes too far."""
    whole = recording(chunk())
    start, length = struct.unpack("<QQ", whole[-32:-16])
    footer = whole[start : start + length]
    return whole[:-32] + assembly.trailer(footer, start + by, checksum=checksum)


# --- the table -----------------------------------------------------------------------------------

BATCH = chunk_batch(rows=3)
COLORS = pa.array([[1, 2], [3]], pa.list_(pa.uint32()))
COLOR = "rerun.components.Color"
POINTS = "rerun.archetypes.Points3D"

MADE: dict[str, Callable[[], bytes]] = {
    "stream-truncated": lambda: recording(chunk())[:-10],
    "stream-garbage": lambda: recording(chunk()) + b"a dozen bytes that are nothing",
    "stream-unsupported": lambda: recording(chunk()) + assembly.header(serializer=1),
    "limit-exceeded": lambda: assembly.stream(
        INFO, chunk(), frame(ARROW_MSG, b"", 1 << 50), footer=None
    ),
    "version-newer": lambda: recording(chunk(), head=assembly.header(version=(0, 42, 0, 0))),
    "version-older": lambda: recording(chunk(), head=assembly.header(version=(0, 40, 0, 0))),
    "message-invalid": lambda: recording(chunk(), frame(SET_STORE_INFO, b"\xff")),
    "message-unsupported": lambda: recording(chunk(), chunk(serial=2, encoding=9)),
    "store-unnamed": lambda: recording(
        chunk(), chunk(serial=2, store=assembly.store_id("other", None))
    ),
    "store-info-missing": lambda: recording(chunk(), info=b""),
    "header-chunk-id": lambda: recording(chunk(chunk=(9, 9))),
    "header-static": lambda: recording(chunk(static=True)),
    "payload-compression": lambda: recording(
        chunk(payload=b"this is no LZ4 block at all", compression=2, size=1000)
    ),
    "payload-size": lambda: recording(chunk(compress=True, size=len(ipc(BATCH)) + 8)),
    "payload-arrow": lambda: recording(chunk(payload=ipc(BATCH)[:-300])),
    "payload-extra": lambda: recording(chunk(payload=ipc(BATCH, BATCH))),
    "chunk-schema": lambda: recording(chunk(BATCH.remove_column(0))),
    "chunk-version": lambda: recording(chunk(chunk_batch(rows=3, version="9.9.9"))),
    "column-duplicate": lambda: recording(
        chunk(BATCH.append_column(BATCH.schema.field(2), BATCH.column(2)))
    ),
    "chunk-id-duplicate": lambda: recording(
        chunk(), chunk(ids_replaced(BATCH, [(5, 1), (5, 2), (5, 3)]))
    ),
    "row-id-null": lambda: recording(chunk(ids_replaced(BATCH, [(5, 1), None, (5, 3)]))),
    "row-id-duplicate": lambda: recording(chunk(ids_replaced(BATCH, [(5, 1), (5, 1), (5, 3)]))),
    "row-id-shared": lambda: recording(
        chunk(),
        chunk(
            ids_replaced(chunk_batch(rows=3, serial=2), [(2, 1 << 32), (5, 0), (5, 1)]), serial=2
        ),
    ),
    "row-id-sorted-flag": lambda: recording(chunk(ids_replaced(BATCH, [(5, 3), (5, 2), (5, 1)]))),
    "time-null": lambda: recording(chunk(timed(pa.array([0, None, 2], pa.int64())))),
    "time-reserved": lambda: recording(chunk(timed(pa.array([-(2**63), 0, 1], pa.int64())))),
    "time-sorted-flag": lambda: recording(chunk(timed(pa.array([2, 1, 0], pa.int64())))),
    "timeline-kinds": lambda: recording(
        chunk(), chunk(timed(pa.array([0], pa.duration("ns")), serial=2), serial=2)
    ),
    "component-unknown": lambda: static(typed("rerun.components.Nothing", COLORS)),
    "component-field": lambda: static(
        typed(COLOR, COLORS, archetype=POINTS, name="Points3D:nothing")
    ),
    "component-type": lambda: static(typed(COLOR, pa.array([[1]], pa.list_(pa.int32())))),
    "component-type-varies": lambda: recording(
        chunk(),
        chunk(chunk_batch(rows=1, serial=2, components={"values": pa.array([["a"]])}), serial=2),
    ),
    "component-null": lambda: static(typed(COLOR, pa.array([[1, None]], COLORS.type))),
    "component-enum": lambda: static(
        typed("rerun.components.FillMode", pa.array([[77]], pa.list_(pa.uint8())))
    ),
    "footer-missing": lambda: assembly.stream(INFO, chunk(), footer=None),
    "footer-trailer": lambda: trailed(by=1),
    "footer-checksum": lambda: trailed(checksum=1),
    "footer-invalid": lambda: assembly.stream(INFO, footer=b"\x0a\xff"),
    "manifest-invalid": lambda: spoiled(retabling(lambda table: table.remove_column(1))),
    "manifest-repeated": lambda: with_manifests(
        (INFO, chunk()), manifests(assembly.stream(INFO, chunk(), footer=None)) * 2
    ),
    "manifest-columns": lambda: spoiled(
        retabling(lambda table: table.append_column("more", pa.array([1])))
    ),
    "manifest-chunk-missing": lambda: spoiled(picking([0]), chunk(), chunk(serial=2)),
    "manifest-chunk-repeated": lambda: spoiled(picking([0, 0])),
    "manifest-chunk-unknown": lambda: spoiled(picking([0, 0], {1: 3})),
    "manifest-store": of_two_stores,
    "manifest-store-old": lambda: of_two_stores(assembly.header(version=(0, 31, 4, 0))),
    "manifest-value": lambda: spoiled(editing("chunk_num_rows", 4)),
    "manifest-static": lambda: spoiled(editing("values:has_static_data", True)),
    "manifest-bounds": lambda: spoiled(editing("frame:values:num_rows", 2)),
    "manifest-schema": lambda: spoiled(
        reschema(lambda fields: [field for field in fields if field.name != "/e:values"])
    ),
    "manifest-schema-flags": lambda: spoiled(reschema(static_flagged)),
    "manifest-schema-hash": lambda: spoiled(lambda m: replace(m, schema_sha256=bytes(32))),
}


def test_every_rule_has_a_recording() -> None:
    assert list(MADE) == list(RULES)


def test_a_recording_without_fault_breaks_no_rule() -> None:
    report = check(recording(chunk(), chunk(serial=2)))
    assert report.rules == {}
    assert report.ok
    assert (report.streams, report.stores, report.chunks, report.rows) == (1, 1, 2, 6)


@pytest.mark.parametrize("rule", RULES)
def test_breaks_its_rule_alone(rule: str) -> None:
    report = check(MADE[rule]())
    assert set(report.rules) - {"version-older"} == {rule} - {"version-older"}
    assert rule in report.rules
    assert report.ok == (RULES[rule].level is not Level.ERROR)
    finding = next(finding for finding in report.findings if finding.rule == rule)
    assert finding.level == RULES[rule].level.value
    assert finding.offset is not None
    assert finding.message
    assert not finding.message.endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_reported_of_a_rule_that_is_ignored(rule: str) -> None:
    report = check(MADE[rule](), rules=Selection.names([], [rule, "version-older"]))
    assert report.rules == {}
    assert report.ok


FOOTER_RULES = [rule for rule in RULES if rule.startswith(("footer-", "manifest-"))]


@pytest.mark.parametrize("rule", FOOTER_RULES)
def test_footers_need_not_be_looked_at(rule: str) -> None:
    report = check(MADE[rule](), check_footers=False)
    assert set(report.rules) <= {"version-older"}


# --- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "column"),
    [
        ("time-null", "frame"),
        ("time-sorted-flag", "frame"),
        ("timeline-kinds", "frame"),
        ("component-enum", "c"),
        ("manifest-value", "chunk_num_rows"),
        ("manifest-bounds", "frame:values:num_rows"),
        ("manifest-columns", "more"),
        ("manifest-schema", "/e:values"),
    ],
)
def test_a_finding_names_its_column(rule: str, column: str) -> None:
    (finding,) = check(MADE[rule]()).findings
    assert finding.column == column
    assert finding.store == "recording app/rec"


def test_the_bad_chunk_of_a_group_is_named() -> None:
    good = [chunk(serial=serial) for serial in (1, 2, 4)]
    bad = chunk(timed(pa.array([2, 1, 0], pa.int64()), serial=3), serial=3)
    body = recording(*good[:2], bad, good[2])
    (finding,) = check(body).findings
    assert finding.rule == "time-sorted-flag"
    assert finding.offset == len(assembly.header() + INFO + good[0] + good[1]) + 16
    assert finding.chunk == "chunk_" + assembly.chunk_id(3).hex()
    assert finding.entity == "/e"


def test_values_are_looked_at_chunk_by_chunk_where_a_group_is_not_fine() -> None:
    fill = "rerun.components.FillMode"

    def filled(serial: int, value: int) -> bytes:
        batch = typed(fill, pa.array([[value]], pa.list_(pa.uint8())))
        named = {**(batch.schema.metadata or {}), b"rerun:id": _id_text(serial)}
        ids = ids_replaced(batch, [(7, serial)])
        return chunk(ids.replace_schema_metadata(named), serial=serial, static=True)

    report = check(recording(filled(1, 1), filled(2, 77), filled(3, 3), filled(4, 0)))
    assert report.rules == {"component-enum": 2}
    assert [finding.chunk for finding in report.findings] == [
        f"chunk_{assembly.chunk_id(serial).hex()}" for serial in (2, 4)
    ]


def _id_text(serial: int) -> bytes:
    return b"chunk_" + assembly.chunk_id(serial).hex().encode()


def test_findings_are_counted_beyond_those_that_are_kept() -> None:
    frames = [
        chunk(timed(pa.array([1, 0], pa.int64()), serial=serial), serial=serial)
        for serial in range(1, 8)
    ]
    report = check(recording(*frames), max_findings=3)
    assert report.rules == {"time-sorted-flag": 7}
    assert (report.errors, len(report.findings), report.findings_left_out) == (7, 3, 4)


# --- what is not a fault -------------------------------------------------------------------------


def test_columns_of_one_row_may_be_split_over_chunks() -> None:
    other = {"more": pa.array([[1.0], [2.0], [3.0]], FLOATS)}
    split = chunk_batch(rows=3, serial=2, components=other)
    same_rows = [(2, 1 << 32 | row) for row in range(3)]
    report = check(recording(chunk(), chunk(ids_replaced(split, [*same_rows]), serial=2)))
    assert report.rules == {}


def test_a_stream_without_chunks_needs_an_empty_footer_only() -> None:
    assert check(assembly.stream(INFO)).rules == {}
    assert check(assembly.stream()).rules == {}
    assert check(assembly.header()).rules == {"footer-missing": 1}


def test_streams_behind_each_other_have_a_footer_each() -> None:
    first = recording(chunk())
    second = recording(chunk(serial=2))
    report = check(first + second)
    assert report.rules == {}
    assert (report.streams, report.chunks) == (2, 2)
    cut = check(assembly.stream(INFO, chunk(), footer=None) + second)
    assert cut.rules == {"footer-missing": 1}


def test_a_recording_joined_with_itself_has_every_chunk_twice() -> None:
    assert check(recording(chunk()) * 2).rules == {"chunk-id-duplicate": 1}


def test_store_info_may_come_in_another_stream() -> None:
    assert check(recording(chunk()) + recording(chunk(serial=2), info=b"")).rules == {}


def test_messages_may_leave_out_what_they_repeat_of_the_chunk() -> None:
    assert check(recording(chunk(chunk=None, static=None))).rules == {}


def test_rows_of_a_manifest_may_come_in_any_order() -> None:
    frames = [chunk(serial=serial) for serial in (1, 2, 3)]
    assert check(spoiled(picking([2, 0, 1]), *frames)).rules == {}


def test_columns_of_a_manifest_may_lack_metadata() -> None:
    def without_metadata(table: pa.RecordBatch) -> pa.RecordBatch:
        fields = [field.remove_metadata() for field in table.schema]
        return pa.RecordBatch.from_arrays(table.columns, schema=pa.schema(fields))

    assert check(spoiled(retabling(without_metadata))).rules == {}


# --- manifests in particular ---------------------------------------------------------------------


def _dropped(name: str) -> Spoil:
    return retabling(lambda table: table.drop_columns([name]))


def _retyped(name: str, kind: pa.DataType) -> Spoil:
    def edit(table: pa.RecordBatch) -> pa.RecordBatch:
        index = table.schema.get_field_index(name)
        field = table.schema.field(index).with_type(kind)
        return table.set_column(index, field, table.column(index).cast(kind))

    return retabling(edit)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (_dropped("frame:start"), "manifest-columns"),
        (_dropped("frame:end"), "manifest-columns"),
        (_dropped("frame:values:start"), "manifest-columns"),
        (_dropped("frame:values:num_rows"), "manifest-columns"),
        (_retyped("frame:values:num_rows", pa.int64()), "manifest-columns"),
        (_retyped("frame:start", pa.timestamp("ns")), "manifest-columns"),
        (_retyped("chunk_num_rows", pa.int64()), "manifest-invalid"),
        (editing("chunk_entity_path", "/f"), "manifest-value"),
        (editing("chunk_id", bytes(16)), "manifest-value"),
        (editing("chunk_is_static", True), "manifest-value"),
        (editing("chunk_byte_size", 7), "manifest-value"),
        (editing("chunk_byte_size_uncompressed", 7), "manifest-value"),
        (editing("frame:start", 1), "manifest-bounds"),
        (editing("frame:start", None), "manifest-bounds"),
        (editing("frame:end", 3), "manifest-bounds"),
        (editing("frame:values:start", 1), "manifest-bounds"),
        (editing("frame:values:end", None), "manifest-bounds"),
    ],
)
def test_a_manifest_is_held_against_its_chunks(spoil: Spoil, rule: str) -> None:
    report = check(spoiled(spoil))
    assert rule in report.rules
    assert not report.ok


def test_static_chunks_need_a_column_for_each_component() -> None:
    frames = [chunk(typed(COLOR, COLORS), static=True)]
    report = check(spoiled(_dropped("c:has_static_data"), *frames))
    assert "manifest-columns" in report.rules


def test_nothing_is_expected_of_chunks_that_cannot_be_read() -> None:
    good, bad = chunk(), chunk(serial=2)
    data = bytearray(recording(good, bad))
    at = data.index(bad)
    size = len(bad)
    data[at + size - 150 : at + size - 40] = b"\xff" * 110
    report = check(bytes(data))
    assert {"manifest-chunk-unknown", "manifest-chunk-missing"}.isdisjoint(report.rules)
    assert not report.ok


def test_the_digest_is_that_of_sorted_fields() -> None:
    (manifest,) = manifests(assembly.stream(INFO, chunk(), footer=None))
    schema = pa.ipc.read_schema(pa.py_buffer(manifest.schema))
    shuffled = pa.schema(list(schema)[::-1])
    assert schema_is_digested(shuffled, manifest.schema_sha256)
    assert not schema_is_digested(pa.schema(list(schema)[:-1]), manifest.schema_sha256)


def test_renamed_components_of_old_manifests_are_understood() -> None:
    old = ComponentDescriptor(
        "CoordinateFrame:frame_id",
        "rerun.archetypes.CoordinateFrame",
        "rerun.components.TransformFrameId",
    )
    values = pa.array([["map"], ["map"], ["map"]])
    batch = chunk_batch(rows=3, components={old.component: values}, version="0.1.1")
    body = (INFO, chunk(batch))
    head = assembly.header(version=(0, 28, 0, 0))
    (manifest,) = manifests(assembly.stream(*body, footer=None, head=head))

    def renamed(metadata: Mapping[bytes, bytes]) -> Metadata:
        return {
            k: v.replace(b"CoordinateFrame:frame", b"CoordinateFrame:frame_id")
            for k, v in metadata.items()
        }

    table = table_of(manifest)
    fields = [
        field.with_metadata(renamed(field.metadata)) if field.metadata else field
        for field in table.schema
    ]
    spoil = with_table(
        manifest, pa.RecordBatch.from_arrays(table.columns, schema=pa.schema(fields))
    )
    schema = reschema(
        lambda fields: [field.with_metadata(renamed(field.metadata or {})) for field in fields]
    )
    report = check(with_manifests(body, [schema(spoil)], head))
    assert report.rules == {"version-older": 1}


def test_shared_row_ids_are_found_across_many_chunks() -> None:
    rng = np.random.default_rng(5)
    order = rng.permutation(np.arange(1, 41)).tolist()
    frames = [chunk(serial=serial) for serial in order]
    twin = ids_replaced(chunk_batch(rows=3, serial=99), [(2, 7 << 32), (2, 7 << 32 | 1), (9, 9)])
    report = check(recording(*frames, chunk(twin, serial=99)))
    assert report.rules == {"row-id-shared": 1}
    (finding,) = report.findings
    assert f"chunk_{assembly.chunk_id(7).hex()}" in finding.message
