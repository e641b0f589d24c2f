"""Edits of recordings of any shape, against what the chunks say that should come out."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
from hypothesis import assume, given
from hypothesis import strategies as st

from rrdformats.chunk import Chunk
from rrdformats.ipc_read import IpcField
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreId, StoreInfo, StoreKind
from rrdformats.properties import is_property_path
from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.testing.strategies import Recorded, recordings
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_selection import EditSelection, archetype_names
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import EditSettings
from rrdtool.operations.filter import filter_
from rrdtool.operations.merge import merge

ALL = EditSettings(allow_empty=True)

Found = list[tuple[StoreId, Chunk]]


def written(recorded: Recorded, *, footer: bool) -> io.BytesIO:
    ids = [(store, chunk.id) for store, chunk in recorded.chunks]
    assume(len(set(ids)) == len(ids))
    file = io.BytesIO()
    with RrdWriter(file, write_footer=footer) as writer:
        for store in recorded.stores:
            writer.write_store_info(StoreInfo(store))
        for store, chunk in recorded.chunks:
            writer.write_chunk(store, chunk)
    return file


def edited(file: io.BytesIO, work: Callable[[list[Recording], io.BytesIO], EditReport]) -> Found:
    """The chunks of the output, whose footer says what a scan finds."""
    out = io.BytesIO()
    file.seek(0)
    with Recording.open(file) as recording:
        work([recording], out)
    data = out.getvalue()
    with Recording.open(io.BytesIO(data)) as told:
        assert told.contents.scan_reason is None
        found = [(item.store_id, item.chunk) for item in told.chunks()]
        footer = int.from_bytes(data[-32:-24], "little") - 16
        with Recording.open(io.BytesIO(data[:footer])) as scanned:
            pairs = zip(told.contents.manifests, scanned.contents.manifests, strict=True)
            for mine, its in pairs:
                assert list(mine.manifest.byte_offset) == list(its.manifest.byte_offset)
                # What columns a chunk without rows has, no manifest says.
                if all(mine.manifest.num_rows):
                    assert columns(mine.manifest) == columns(its.manifest)
                    assert mine.manifest.timelines.keys() == its.manifest.timelines.keys()
    return found


def columns(manifest: Manifest) -> list[tuple[IpcField, dict[str, str]]]:
    """The columns of a store.

    That one holds nothing is not always known: values may hide behind nulls.
    """
    hidden = "rerun:is_semantically_empty"
    return [
        (
            replace(field, metadata={}),
            {key: value for key, value in field.metadata.items() if key != hidden},
        )
        for field in manifest.schema.fields
    ]


def encoded(found: Found) -> list[tuple[StoreId, bytes]]:
    """Chunks in the order of their stores, as bytes that leave no difference unseen."""
    stores = list(dict.fromkeys(store for store, _ in found))
    return [(store, chunk.encode()) for key in stores for store, chunk in found if store == key]


def said(chunk: Chunk) -> tuple[object, ...]:
    """All that a chunk says, as text, because a NaN is not equal to itself."""
    schema = chunk.schema
    parts = (schema.entity_path, schema.timelines, schema.descriptors)
    times = {timeline.name: times.tolist() for timeline, times in chunk.timelines.items()}
    columns = {str(name): column.to_pylist() for name, column in chunk.components.items()}
    ids = chunk.row_ids.to_pylist()
    return (*parts, chunk.batch.schema.types, repr((ids, times, columns)))


@given(recordings(), st.booleans())
def test_merging_keeps_every_chunk_as_it_is(recorded: Recorded, footer: bool) -> None:
    file = written(recorded, footer=footer)
    found = edited(file, lambda given, out: merge(given, out, settings=ALL))
    assert encoded(found) == encoded(list(recorded.chunks))


def without(chunk: Chunk, keeps: Callable[[str, str], bool], new_id: Chunk) -> Chunk | None:
    """A chunk with some of its columns, built anew; None if it loses all its components."""
    components = [
        (descriptor, column)
        for descriptor, column in chunk.components.items()
        if keeps("component", descriptor.component)
        and all(keeps("archetype", name) for name in archetype_names(descriptor))
    ]
    if chunk.components and not components:
        return None
    return Chunk.build(
        chunk.entity_path,
        row_ids=chunk.batch.column(0),
        timelines=[
            (line, pa.array(values, pa.int64()).view(column.type))
            for (line, values), column in zip(
                chunk.timelines.items(), chunk.batch.columns[1:], strict=False
            )
            if keeps("timeline", line.name)
        ],
        components=components,
        chunk_id=new_id.id,
    )


@given(
    recordings(),
    st.sets(st.sampled_from(["timeline frame", "timeline zz", "timeline a b"])),
    st.sets(st.sampled_from(["component plain", "component Thing:*", "archetype user.*"])),
)
def test_filtering_takes_columns_away_and_nothing_else(
    recorded: Recorded, lines: set[str], parts: set[str]
) -> None:
    def dropped(kind: str) -> Selection:
        chosen = [word.partition(" ") for word in sorted(lines | parts)]
        return Selection.names([], [pattern for what, _, pattern in chosen if what == kind])

    selection = EditSelection(
        components=dropped("component"),
        archetypes=dropped("archetype"),
        timelines=dropped("timeline"),
    )

    def keeps(kind: str, name: str) -> bool:
        return dropped(kind).matches(name)

    file = written(recorded, footer=True)
    found = edited(file, lambda given, out: filter_(given, out, selection, settings=ALL))
    kept = [
        (store, chunk)
        for key in recorded.stores
        for store, chunk in recorded.chunks
        if store == key and without(chunk, keeps, chunk) is not None
    ]
    assert len(found) == len(kept)
    for (store, chunk), (old_store, old) in zip(found, kept, strict=True):
        expected = without(old, keeps, chunk)
        assert expected is not None
        assert (store, said(chunk)) == (old_store, said(expected))
        unchanged = len(expected.batch.columns) == len(old.batch.columns)
        assert (chunk.id == old.id) == unchanged


@given(recordings(), st.sampled_from(["/a", "/**", "/*", "/"]))
def test_filtering_by_entity_copies_what_it_keeps(recorded: Recorded, pattern: str) -> None:
    chosen = Selection.entities([pattern], [])
    selection = EditSelection(entities=chosen)
    found = edited(
        written(recorded, footer=True),
        lambda given, out: filter_(given, out, selection, settings=ALL),
    )
    expected = [
        (store, chunk)
        for store, chunk in recorded.chunks
        if store.kind is StoreKind.BLUEPRINT
        or is_property_path(str(chunk.entity_path))
        or chosen.matches(str(chunk.entity_path))
    ]
    assert sorted(encoded(found), key=repr) == sorted(encoded(expected), key=repr)
