"""Manifests: read as columns, built from chunks as section 7 says, refused where they cannot be."""

# pyright: reportPrivateUsage=false
# (the bytes of a table show nowhere else)

from __future__ import annotations

import hashlib
import io
import re
import struct
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.arrow_bridge import nulls
from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError, LimitError, RrdError, UnsupportedError
from rrdformats.ipc_read import read_stream
from rrdformats.limits import Limits
from rrdformats.manifest import CHUNK_COLUMNS, Manifest
from rrdformats.manifest_build import ManifestBuilder
from rrdformats.manifest_parts import ChunkPlaces, bounds_per_chunk
from rrdformats.manifest_table import column_name
from rrdformats.messages import Compression, EncodedManifest, StoreId, StoreKind, parse_footer
from rrdformats.payloads import decompress_payload
from rrdformats.scan import scan_contents
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import chunk_batch, manifest_table
from rrdformats.testing.strategies import recordings, runs
from rrdformats.timeline import TimeKind, Timeline
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
FRAME = Timeline("frame", TimeKind.SEQUENCE)
POSITIONS = ComponentDescriptor(
    "Points3D:positions", "rerun.archetypes.Points3D", "rerun.components.Position3D"
)
PLACES = [(100, 50), (300, 60), (500, 70)]


def opened(table: pa.RecordBatch | bytes, limits: Limits | None = None, **changed: Any) -> Manifest:
    data = assembly.footer(assembly.manifest_message(table, **changed))
    (encoded,) = parse_footer(memoryview(data), 0, len(data))
    return Manifest(encoded) if limits is None else Manifest(encoded, limits)


def with_columns(*columns: tuple[str, Any, dict[str, str]]) -> pa.RecordBatch:
    """A manifest of three chunks with more columns: name, array, metadata."""
    base = manifest_table(PLACES)
    fields = [
        *base.schema,
        *[pa.field(name, array.type, metadata=metadata) for name, array, metadata in columns],
    ]
    arrays = [*base.columns, *[array for _, array, _ in columns]]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def index_keys(index: str, descriptor: ComponentDescriptor | None = None) -> dict[str, str]:
    keys = {"rerun:index": index}
    if descriptor is not None:
        keys["rerun:component"] = descriptor.component
        keys |= {"rerun:archetype": descriptor.archetype} if descriptor.archetype else {}
        kind = descriptor.component_type
        keys |= {"rerun:component_type": kind} if kind else {}
    return keys


# --- reading -----------------------------------------------------------------------------------


def test_the_seven_columns_are_read() -> None:
    manifest = opened(manifest_table(PLACES, size=1234))
    assert len(manifest) == 3
    assert manifest.column_count == 7
    assert manifest.entity_path == ["/e"] * 3
    assert manifest.chunk_id == b"".join(assembly.chunk_id(i) for i in (1, 2, 3))
    assert manifest.is_static == [True] * 3
    assert manifest.num_rows.tolist() == [1] * 3
    assert manifest.byte_offset.tolist() == [100, 300, 500]
    assert manifest.byte_size.tolist() == [50, 60, 70]
    assert manifest.byte_size_uncompressed.tolist() == [1234] * 3
    assert (manifest.timelines, manifest.component_bounds, manifest.static_components) == (
        {},
        {},
        {},
    )


def test_a_manifest_may_list_no_chunk() -> None:
    manifest = opened(manifest_table([]))
    assert len(manifest) == 0
    assert manifest.entity_path == []
    assert bytes(manifest.chunk_id) == b""


def test_columns_are_found_by_name_in_any_order() -> None:
    table = manifest_table(PLACES)
    manifest = opened(table.select(list(reversed(range(7)))))
    assert manifest.byte_offset.tolist() == [100, 300, 500]


@pytest.mark.parametrize("name", CHUNK_COLUMNS)
def test_each_of_the_seven_must_be_there(name: str) -> None:
    table = manifest_table(PLACES)
    with pytest.raises(CorruptError, match=f"a manifest has no column {name}$"):
        opened(table.drop_columns([name]))


@pytest.mark.parametrize("name", CHUNK_COLUMNS)
@pytest.mark.parametrize("kind", [pa.int64(), pa.large_utf8(), pa.binary(), pa.binary(15)], ids=str)
def test_each_of_the_seven_has_one_type(name: str, kind: pa.DataType) -> None:
    table = manifest_table(PLACES, columns={name: nulls(3, kind)})
    with pytest.raises(CorruptError, match=f"column {name} of a manifest has another type"):
        opened(table)


@pytest.mark.parametrize("name", CHUNK_COLUMNS)
def test_none_of_the_seven_has_nulls(name: str) -> None:
    kind = manifest_table(PLACES).schema.field(name).type
    with pytest.raises(CorruptError, match=f"column {name} of a manifest has nulls"):
        opened(manifest_table(PLACES, columns={name: nulls(3, kind)}))


def test_ids_must_all_be_there() -> None:
    stream = assembly.ipc(manifest_table(PLACES))
    ((offset, size),) = [b for b in read_stream(stream)[1].buffers if b[1] == 48]
    place = struct.pack("<qq", offset, size)
    assert stream.count(place) == 1
    manifest = opened(stream.replace(place, struct.pack("<qq", offset, size - 1)))
    with pytest.raises(CorruptError, match="column chunk_id of a manifest is too short"):
        _ = manifest.chunk_id


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_buffers_compressed_on_their_own_are_refused(codec: str) -> None:
    data = assembly.ipc(manifest_table(PLACES * 50), compression=codec)
    with pytest.raises(CorruptError, match="buffers are compressed on their own"):
        opened(data)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"schema": b""}, CorruptError),
        ({"schema": b"not arrow"}, CorruptError),
        ({"table": b""}, CorruptError),
        ({"table": b"not arrow"}, CorruptError),
        ({"compression": 2, "size": 5000}, CorruptError),
    ],
)
def test_what_is_no_arrow_is_an_error(changed: dict[str, Any], error: type[RrdError]) -> None:
    table = changed.pop("table", manifest_table(PLACES))
    with pytest.raises(error):
        opened(table, **changed)


def test_limits_reach_the_table_and_the_schema() -> None:
    with pytest.raises(LimitError):
        opened(manifest_table(PLACES), Limits(fields=6))
    wide = pa.schema([pa.field(str(i), pa.int8()) for i in range(8)])
    with pytest.raises(LimitError):
        opened(manifest_table(PLACES), Limits(fields=7), schema=wide)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (pa.int64(), TimeKind.SEQUENCE),
        (pa.duration("ns"), TimeKind.DURATION),
        (pa.timestamp("ns"), TimeKind.TIMESTAMP),
        (pa.timestamp("ns", "UTC"), TimeKind.TIMESTAMP),
    ],
)
def test_timelines_have_bounds(kind: pa.DataType, expected: TimeKind) -> None:
    start, end = (pa.array(v, pa.int64()).cast(kind) for v in ([5, None, -3], [6, None, 9]))
    table = with_columns(("x:start", start, index_keys("t")), ("x:end", end, index_keys("t")))
    ((timeline, bounds),) = opened(table).timelines.items()
    assert timeline == Timeline("t", expected)
    assert bounds.exists == bytes([1, 0, 1])
    assert (bounds.start[0], bounds.end[2]) == (5, 9)
    assert bounds.num_rows is None
    assert bounds.overall() == (-3, 9)


@pytest.mark.parametrize(
    ("other", "expected"), [(pa.duration("ns"), {"t"}), (pa.int64(), set()), (pa.utf8(), set())]
)
def test_timelines_of_several_kinds_are_named(other: pa.DataType, expected: set[str]) -> None:
    columns: list[tuple[str, Any, dict[str, str]]] = [
        (f"{name}:{end}", nulls(3, kind), index_keys("t"))
        for name, kind in (("t", pa.int64()), ("u", other))
        for end in ("start", "end")
    ]
    flags = ("x:has_static_data", pa.array([True] * 3), index_keys("rerun:static", POSITIONS))
    per_component = ("c:start", nulls(3, pa.duration("ns")), index_keys("t", POSITIONS))
    manifest = opened(with_columns(*columns, flags, per_component))
    assert manifest.ambiguous_timelines == expected


def test_bounds_without_nulls_exist_everywhere() -> None:
    times = pa.array([5, 7, 6], pa.int64())
    table = with_columns(("t:start", times, index_keys("t")), ("t:end", times, index_keys("t")))
    (bounds,) = opened(table).timelines.values()
    assert bounds.exists is None
    assert bounds.overall() == (5, 7)


@pytest.mark.parametrize("length", [0, 3])
def test_a_timeline_that_no_chunk_has_is_without_bounds(length: int) -> None:
    base = manifest_table(PLACES[:length])
    times = pa.nulls(length, pa.int64())
    fields = [
        pa.field(f"t:{end}", pa.int64(), metadata=index_keys("t")) for end in ("start", "end")
    ]
    table = pa.RecordBatch.from_arrays(
        [*base.columns, times, times], schema=pa.schema([*base.schema, *fields])
    )
    (bounds,) = opened(table).timelines.values()
    assert bounds.overall() is None


def test_components_have_bounds_and_row_counts() -> None:
    times, counts = pa.array([1, None, 3], pa.int64()), pa.array([2, 0, 4], pa.uint64())
    keys = index_keys("t", POSITIONS)
    manifest = opened(
        with_columns(("a:start", times, keys), ("a:end", times, keys), ("a:num_rows", counts, keys))
    )
    ((key, bounds),) = manifest.component_bounds.items()
    assert key == ("t", POSITIONS)
    assert bounds.num_rows is not None
    assert list(bounds.num_rows) == [2, 0, 4]
    assert manifest.timelines == {}


def test_row_counts_may_be_missing() -> None:
    times, keys = pa.array([1, 2, 3], pa.int64()), index_keys("t", POSITIONS)
    (bounds,) = opened(
        with_columns(("a:start", times, keys), ("a:end", times, keys))
    ).component_bounds.values()
    assert bounds.num_rows is None


def test_static_components_are_flags() -> None:
    flags = pa.array([True, False, True])
    table = with_columns(("x:has_static_data", flags, index_keys("rerun:static", POSITIONS)))
    manifest = opened(table)
    assert manifest.static_components == {POSITIONS: [True, False, True]}
    assert manifest.timelines == {}


def test_unknown_columns_are_tolerated() -> None:
    words = pa.array(["a", "b", "c"])
    table = with_columns(
        ("rerun_segment_id", words, {}),
        ("t:strange", words, index_keys("t")),
        ("a:start", pa.array([1, 2, 3]), index_keys("t", POSITIONS)),
    )
    manifest = opened(table)
    assert manifest.column_count == 10
    assert (manifest.timelines, manifest.component_bounds) == ({}, {})


@pytest.mark.parametrize("suffix", ["start", "end"])
def test_half_the_bounds_of_a_timeline_are_an_error(suffix: str) -> None:
    table = with_columns((f"t:{suffix}", pa.array([1, 2, 3], pa.int64()), index_keys("t")))
    with pytest.raises(CorruptError, match="only half the bounds of timeline 't'"):
        _ = opened(table).timelines


@pytest.mark.parametrize("kind", [pa.int32(), pa.uint64(), pa.duration("ms"), pa.utf8()], ids=str)
def test_bounds_must_be_times(kind: pa.DataType) -> None:
    times = nulls(3, kind)
    table = with_columns(("t:start", times, index_keys("t")), ("t:end", times, index_keys("t")))
    with pytest.raises(CorruptError, match="bounds of timeline 't' are no times"):
        _ = opened(table).timelines


def test_bounds_of_components_must_be_numbers() -> None:
    words, keys = pa.array(["a", "b", "c"]), index_keys("t", POSITIONS)
    with pytest.raises(UnsupportedError, match="does not hold numbers"):
        _ = opened(with_columns(("a:start", words, keys), ("a:end", words, keys))).component_bounds


def test_the_schema_lists_entities_and_components() -> None:
    def field(name: str, **keys: str) -> pa.Field[Any]:
        metadata = {f"rerun:{key}": value for key, value in keys.items()}
        return pa.field(name, pa.list_(pa.int8()), metadata=metadata)

    schema = pa.schema(
        [
            field("row", kind="control"),
            field("t", kind="index", index_name="t"),
            field("a", kind="data", component="x", entity_path="/a", archetype="A"),
            field("b", component="y", entity_path="/b"),
            field("no entity", kind="data", component="x"),
            field("no component", kind="data", entity_path="/a"),
            field("empty component", kind="data", entity_path="/a", component=""),
        ]
    )
    manifest = opened(manifest_table(PLACES), schema=schema, digest=bytes(range(32)))
    assert [(path, d) for path, d, _ in manifest.entity_columns()] == [
        ("/a", ComponentDescriptor("x", "A")),
        ("/b", ComponentDescriptor("y")),
    ]
    assert manifest.schema_sha256 == bytes(range(32))


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timeline", "descriptor", "suffix", "expected"),
    [
        ("frame", None, "start", "frame:start"),
        (r"my timeline-1.2, x\y", None, "start", "my_timeline_1_2__x_y:start"),
        ("_t", None, "end", "t:end"),
        ("", POSITIONS, "has_static_data", "Points3D:positions:has_static_data"),
        ("t", POSITIONS, "num_rows", "t:Points3D:positions:num_rows"),
        ("t", ComponentDescriptor("x"), "end", "t:x:end"),
        ("t", ComponentDescriptor("user.A:x", "user.A"), "end", "t:user_A:x:end"),
        ("t", ComponentDescriptor("odd", "rerun.archetypes.A"), "end", "t:A:odd:end"),
        ("", ComponentDescriptor("B:x", "rerun.blueprint.archetypes.B"), "start", "B:x:start"),
        ("été", None, "start", "été:start"),
    ],
)
def test_column_names_follow_the_rule_of_7_2(
    timeline: str, descriptor: ComponentDescriptor | None, suffix: str, expected: str
) -> None:
    assert column_name(suffix, timeline=timeline, descriptor=descriptor) == expected


# --- building ----------------------------------------------------------------------------------


class Placed(NamedTuple):
    """A chunk with the place that its message has."""

    chunk: Chunk
    offset: int
    size: int = 77
    uncompressed: int = 999


def build(placed: list[Placed], *, together: bool = False) -> ManifestBuilder:
    """A builder that was given the chunks, one by one or all of equal schema at once."""
    builder = ManifestBuilder(STORE)
    parts = [placed] if together else [[item] for item in placed]
    for part in parts:
        batch = pa.Table.from_batches([p.chunk.batch for p in part]).combine_chunks().to_batches()
        ids = b"".join(item.chunk.id.to_bytes() for item in part)
        numbers = [np.array(column) for column in zip(*[p[1:] for p in part], strict=True)]
        schema = part[0].chunk.schema
        builder.add(
            schema,
            batch[0] if batch else part[0].chunk.batch,
            np.frombuffer(ids, np.uint8).reshape(-1, 16),
            ChunkPlaces(*numbers),
        )
    return builder


def manifest_of(builder: ManifestBuilder) -> Manifest:
    return Manifest(builder.build())


class Expected(NamedTuple):
    name: str
    kind: str
    nullable: bool
    metadata: dict[str, str]
    values: list[Any]


def short(archetype: str | None) -> str:
    return re.sub(
        r"^(rerun\.archetypes\.|rerun\.blueprint\.archetypes\.|rerun\.)", "", archetype or ""
    )


def name_of(timeline: str, descriptor: ComponentDescriptor | None, suffix: str) -> str:
    parts = [timeline]
    if descriptor is not None:
        prefix = short(descriptor.archetype)
        parts += [prefix, descriptor.component.removeprefix(f"{prefix}:")]
    name = ":".join(part for part in [*parts, suffix] if part)
    return re.sub(r"[, .\\-]", "_", name).lstrip("_")


def order(descriptor: ComponentDescriptor) -> tuple[Any, ...]:
    archetype, kind = descriptor.archetype, descriptor.component_type
    return (
        archetype is not None, (archetype or "").encode(), descriptor.component.encode(),
        kind is not None, (kind or "").encode(),
    )  # fmt: skip


def counted(chunk: Chunk, name: str, descriptor: ComponentDescriptor) -> list[int]:
    """Times on the timeline of the rows in which the component is not null."""
    if name not in {t.name for t in chunk.timelines} or descriptor not in chunk.components:
        return []
    cells = chunk.components[descriptor].is_valid().to_pylist()
    return [t for t, there in zip(chunk.times(name).tolist(), cells, strict=True) if there]


def expected_columns(placed: list[Placed]) -> list[Expected]:
    """Section 7.2 and 7.3, cell by cell."""
    rows = sorted(placed, key=lambda item: item.offset)
    chunks = [item.chunk for item in rows]
    made = [
        Expected("chunk_entity_path", "string", False, {}, [str(c.entity_path) for c in chunks]),
        Expected("chunk_id", "fixed_size_binary[16]", False, {}, [c.id.to_bytes() for c in chunks]),
        Expected("chunk_is_static", "bool", False, {}, [not c.timelines for c in chunks]),
        Expected("chunk_num_rows", "uint64", False, {}, [len(c) for c in chunks]),
        Expected("chunk_byte_offset", "uint64", False, {}, [p.offset for p in rows]),
        Expected("chunk_byte_size", "uint64", False, {}, [p.size for p in rows]),
        Expected(
            "chunk_byte_size_uncompressed", "uint64", False, {}, [p.uncompressed for p in rows]
        ),
    ]
    descriptors = sorted({d for c in chunks for d in c.components}, key=order)
    for descriptor in descriptors:
        values: list[Any] = [not c.timelines and descriptor in c.components for c in chunks]
        name, keys = (
            name_of("", descriptor, "has_static_data"),
            index_keys("rerun:static", descriptor),
        )
        made.append(Expected(name, "bool", False, keys, values))
    kinds = {
        TimeKind.SEQUENCE: "int64",
        TimeKind.DURATION: "duration[ns]",
        TimeKind.TIMESTAMP: "timestamp[ns]",
    }
    timelines = sorted({t for c in chunks for t in c.timelines}, key=lambda t: t.name.encode())
    for timeline in timelines:
        times = [c.timelines.get(timeline, np.empty(0)).tolist() for c in chunks]
        for suffix, pick in (("start", min), ("end", max)):
            name, keys = name_of(timeline.name, None, suffix), index_keys(timeline.name)
            values = [pick(found) if found else None for found in times]
            made.append(Expected(name, kinds[timeline.kind], True, keys, values))
    for timeline in timelines:
        for descriptor in descriptors:
            if not any(timeline in c.timelines and descriptor in c.components for c in chunks):
                continue
            found = [counted(c, timeline.name, descriptor) for c in chunks]
            keys = index_keys(timeline.name, descriptor)
            time = kinds[timeline.kind]
            for suffix, kind, values in (
                ("start", time, [min(times, default=None) for times in found]),
                ("end", time, [max(times, default=None) for times in found]),
                ("num_rows", "uint64", [len(times) for times in found]),
            ):
                name = name_of(timeline.name, descriptor, suffix)
                made.append(Expected(name, kind, True, keys, values))
    return made


def columns_of(table: pa.RecordBatch) -> list[Expected]:
    def plain(array: Any) -> Any:
        timed = pa.types.is_timestamp(array.type) or pa.types.is_duration(array.type)
        return (array.view(pa.int64()) if timed else array).to_pylist()

    return [
        Expected(
            field.name,
            str(field.type),
            field.nullable,
            {k.decode(): v.decode() for k, v in (field.metadata or {}).items()},
            plain(array),
        )
        for field, array in zip(table.schema, table.columns, strict=True)
    ]


@given(recordings(), st.randoms())
def test_the_table_is_what_section_7_says(recorded: Any, rng: Any) -> None:
    offsets = [100 + 1000 * i for i in range(len(recorded.chunks))]
    rng.shuffle(offsets)
    placed = [Placed(chunk, at) for (_, chunk), at in zip(recorded.chunks, offsets, strict=True)]
    if placed:
        assert columns_of(build(placed).table()) == expected_columns(placed)


@given(runs())
def test_chunks_added_together_are_the_chunks_added_one_by_one(run: list[Chunk]) -> None:
    schema = run[0].schema
    if any(not chunk.schema.arrow.equals(schema.arrow, check_metadata=True) for chunk in run):
        run = run[:1]
    placed = [Placed(chunk, 10 * i) for i, chunk in enumerate(run)]
    one, all_at_once = build(placed), build(placed, together=True)
    assert len(one) == len(all_at_once) == len(run)
    assert one.build() == all_at_once.build()


@given(recordings())
def test_a_scan_builds_what_the_writer_wrote(recorded: Any) -> None:
    file = io.BytesIO()
    with RrdWriter(file) as writer:
        for store, chunk in recorded.chunks:
            writer.write_chunk(store, chunk)
    data = memoryview(file.getvalue())
    footer = data[:-32]
    start = len(data) - 32 - int.from_bytes(data[-24:-16], "little")
    written = {item.store_id: item for item in parse_footer(footer, start, len(footer))}
    scanned = scan_contents(open_source(io.BytesIO(data)))
    assert {item.manifest.store_id for item in scanned.manifests} == written.keys()
    for item in scanned.manifests:
        encoded = written[item.manifest.store_id]
        expected = Manifest(encoded)
        table = decompress_payload(encoded.data, encoded.compression, encoded.uncompressed_size)
        assert bytes(table).endswith(bytes(item.manifest._body) + b"\xff\xff\xff\xff\0\0\0\0")
        assert item.manifest.schema_sha256 == expected.schema_sha256


@given(runs(), st.data())
def test_carried_rows_say_what_the_chunks_say(run: list[Chunk], data: st.DataObject) -> None:
    placed = [Placed(chunk, 10 * i) for i, chunk in enumerate(run)]
    chosen = data.draw(st.lists(st.sampled_from(range(len(run))), min_size=1, unique=True))
    carried = ManifestBuilder(STORE)
    numbers = np.array([placed[i][1:] for i in chosen], np.int64).T
    carried.carry(manifest_of(build(placed)), np.array(chosen), ChunkPlaces(*numbers))
    expected = build([placed[i] for i in chosen])

    def telling(table: pa.RecordBatch) -> list[Expected]:
        """Columns that say something: of chunks without values a manifest does not."""
        found = columns_of(table)
        return found[:7] + [
            c for c in found[7:] if any(value not in (None, 0) for value in c.values)
        ]

    assert telling(carried.table()) == telling(expected.table())


def test_carrying_nothing_adds_nothing() -> None:
    builder = ManifestBuilder(STORE)
    empty = np.empty(0, np.int64)
    builder.carry(opened(manifest_table(PLACES)), empty, ChunkPlaces(empty, empty, empty))
    assert len(builder) == 0


# --- the store's schema ------------------------------------------------------------------------


def start_time_chunk() -> Chunk:
    descriptor = ComponentDescriptor(
        "RecordingInfo:start_time", "rerun.archetypes.RecordingInfo", "rerun.components.Timestamp"
    )
    return Chunk.build(
        "/__properties",
        row_ids=pa.array([bytes(16)], pa.binary(16)),
        components=[(descriptor, pa.array([[5]], pa.list_(pa.int64())))],
    )


def test_the_digest_is_the_sheet_s() -> None:
    encoded = build([Placed(start_time_chunk(), 0)]).build()
    message = encoded.schema[:-8]
    assert len(message) == 896
    assert hashlib.sha256(message).digest() == encoded.schema_sha256
    assert encoded.schema_sha256.hex() == (
        "8e3285d02b99cb15588f6d7d27f776e305fedc4174907d8f5c9f9ddec1eb6a20"
    )


def flags_of(*chunks: Chunk) -> dict[str, dict[str, str]]:
    """Metadata of the schema's fields, by name, without what is always there."""
    manifest = manifest_of(build([Placed(chunk, 10 * i) for i, chunk in enumerate(chunks)]))
    return {field.name: field.metadata for field in manifest.schema.fields}


def chunk(entity: str = "/e", *, static: bool = False, **components: Any) -> Chunk:
    options: dict[str, Any] = {"components": components} if components else {}
    if static:
        options["times"] = {}
    return Chunk.from_record_batch(chunk_batch(entity, **options))


def test_the_schema_has_a_field_per_column_sorted_by_name() -> None:
    lists = pa.array([[1], [2]])
    chunks = [
        chunk("/b", x=lists),
        chunk("/a/c", y=lists),
        chunk("/__properties", static=True, n=lists),
        chunk("/__properties/p/q", static=True, n=lists),
    ]
    assert list(flags_of(*chunks)) == [
        "/a/c:y", "/b:x", "frame", "property:n", "property:p/q:n", "rerun.controls.RowId"
    ]  # fmt: skip


def test_fields_say_what_is_static_somewhere() -> None:
    lists = pa.array([[1], [2]])
    found = flags_of(chunk(x=lists), chunk(x=lists, static=True), chunk("/f", x=lists))
    assert found["/e:x"]["rerun:is_static"] == "true"
    assert "rerun:is_static" not in found["/f:x"]


def test_fields_say_what_is_empty_everywhere() -> None:
    empty = pa.array([[], None], pa.list_(pa.int64()))
    full = pa.array([[], [1]], pa.list_(pa.int64()))
    found = flags_of(chunk("/a", x=empty), chunk("/b", x=empty), chunk("/b", x=full))
    assert found["/a:x"]["rerun:is_semantically_empty"] == "true"
    assert "rerun:is_semantically_empty" not in found["/b:x"]


def test_values_that_hide_under_nulls_do_not_count() -> None:
    hidden = pa.ListArray.from_arrays(
        pa.array([0, 1, 1], pa.int32()), pa.array([7]), mask=pa.array([True, False])
    )
    assert "rerun:is_semantically_empty" in flags_of(chunk(x=hidden))["/e:x"]


def test_only_the_exact_descriptor_is_a_tombstone() -> None:
    clear = ComponentDescriptor(
        "Clear:is_recursive", "rerun.archetypes.Clear", "rerun.components.ClearIsRecursive"
    )
    for descriptor, expected in ((clear, True), (replace(clear, component_type=None), False)):
        made = Chunk.build(
            "/e",
            row_ids=pa.array([bytes(16)], pa.binary(16)),
            components=[(descriptor, pa.array([[True]]))],
        )
        found = flags_of(made)["/e:Clear:is_recursive"]
        assert ("rerun:is_tombstone" in found) is expected


def test_the_type_of_the_first_chunk_in_the_file_wins() -> None:
    ints, words = chunk(x=pa.array([[1], [2]])), chunk(x=pa.array([["a"], ["b"]]))
    for first, second in ((ints, words), (words, ints)):
        placed = [Placed(second, 500), Placed(first, 100)]
        schema = pa.ipc.read_schema(pa.py_buffer(build(placed).build().schema))
        assert schema.field("/e:x").type == first.batch.schema.field("x").type


def test_columns_whose_names_collide_are_both_written() -> None:
    times = {name: pa.array([1, 2], pa.int64()) for name in ("x-y", "x_y")}
    made = Chunk.from_record_batch(chunk_batch(times=times))
    manifest = manifest_of(build([Placed(made, 0)]))
    assert [str(t) for t in manifest.timelines] == ["x-y", "x_y"]


def test_a_timeline_of_two_kinds_is_a_conflict() -> None:
    other = Chunk.from_record_batch(
        chunk_batch(times={"frame": pa.array([1, 2], pa.timestamp("ns"))})
    )
    builder = build([Placed(chunk(), 0), Placed(other, 10)])
    assert builder.conflicting_timelines == ["frame"]


def test_dictionaries_get_a_schema_too() -> None:
    words = pa.ListArray.from_arrays(
        pa.array([0, 1, 2], pa.int32()), pa.array(["a", "b"]).dictionary_encode()
    )
    found = flags_of(chunk(x=words))
    assert found["/e:x"]["rerun:component"] == "x"


@pytest.mark.parametrize("compress", [True, False])
def test_tables_are_compressed_or_not(compress: bool) -> None:
    encoded = build([Placed(chunk(), 0)]).build(compress=compress)
    assert isinstance(encoded, EncodedManifest)
    assert encoded.compression == (Compression.LZ4 if compress else Compression.NONE)
    assert manifest_of(build([Placed(chunk(), 0)])).byte_size.tolist() == [77]


# --- bounds ------------------------------------------------------------------------------------


@given(st.integers(1, 4), st.integers(0, 4), st.data())
def test_bounds_are_minima_and_maxima_of_what_counts(
    count: int, width: int, data: st.DataObject
) -> None:
    size = count * width
    times = data.draw(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=size, max_size=size))
    mask = data.draw(st.one_of(st.none(), st.lists(st.booleans(), min_size=size, max_size=size)))
    found = bounds_per_chunk(
        np.array(times, np.int64), None if mask is None else np.array(mask, np.bool_), count
    )
    for i in range(count):
        part = range(i * width, (i + 1) * width)
        chosen = [times[k] for k in part if mask is None or mask[k]]
        assert found.rows[i] == len(chosen)
        assert bool(found.exists[i]) == bool(chosen)
        if chosen:
            assert (found.start[i], found.end[i]) == (min(chosen), max(chosen))


def test_ids_in_a_manifest_are_those_of_the_chunks() -> None:
    made = chunk().with_id(Tuid(2**63, 5))
    assert bytes(manifest_of(build([Placed(made, 0)])).chunk_id) == made.id.to_bytes()
