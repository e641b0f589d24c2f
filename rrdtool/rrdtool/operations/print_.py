"""The messages of a recording one by one, in file order: `rrd print`.

Chunks come in sets of equal layout, because a recording may hold hundreds of thousands of them;
each knows its place among the messages of its page. Cells are decoded only for who reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.blocks import Block, read_blocks
from rrdformats.chunk_schema import (
    CHUNK_ID_KEY,
    ENTITY_PATH_KEY,
    ColumnRole,
    ComponentRole,
    IndexRole,
    RowIdRole,
    column_role,
)
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock
from rrdformats.entity_path import EntityPath
from rrdformats.errors import CorruptError, RrdError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.manifest import CHUNK_COLUMNS
from rrdformats.messages import (
    BlueprintActivation,
    EncodedManifest,
    SetStoreInfo,
    StoreId,
    StoreInfo,
    parse_footer,
)
from rrdformats.payloads import decompress_payload
from rrdformats.reader import Recording
from rrdformats.scan import StoreNames, whole_groups
from rrdformats.selectors import Selection
from rrdformats.timeline import TimeKind
from rrdformats.tuid import CHUNK_PREFIX
from rrdtool.operations.cells import (
    column_texts,
    column_values,
    row_id_texts,
    time_texts,
    time_values,
    tuid_texts,
)

__all__ = [
    "END_OF_PAGE",
    "ChunkSet",
    "Column",
    "Page",
    "manifest_columns",
    "manifest_texts",
    "manifest_values",
    "print_",
]

_Ints = npt.NDArray[np.int64]

END_OF_PAGE = 1 << 62
"""Place of damage behind which nothing can be read, at least not of its stream."""

_SCHEMAS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chunk.

    Attributes:
        field: Its Arrow field.
        metadata: The field's metadata.
        role: What the column is; None if that cannot be told.
    """

    field: pa.Field[Any]
    metadata: Mapping[str, str]
    role: ColumnRole | None

    @property
    def name(self) -> str:
        """The timeline or component, where the column is one, else the field's name."""
        match self.role:
            case IndexRole(timeline=timeline):
                return timeline.name
            case ComponentRole(descriptor=descriptor):
                return descriptor.component
            case _:
                return str(self.field.name)

    def texts(self, cells: pa.Array[Any]) -> list[str]:
        """The column's cells for people, long ones cut."""
        match self.role:
            case RowIdRole():
                return row_id_texts(cells)
            case IndexRole(timeline=timeline):
                return time_texts(cells, timeline.kind)
            case ComponentRole(descriptor=descriptor):
                return column_texts(cells, descriptor.component_type)
            case None:
                return column_texts(cells)

    def values(self, cells: pa.Array[Any]) -> list[Any]:
        """The column's cells as JSON has them, complete."""
        match self.role:
            case RowIdRole():
                return row_id_texts(cells)
            case IndexRole(timeline=timeline):
                return time_values(cells, timeline.kind)
            case _:
                return column_values(cells)


@dataclass(frozen=True, slots=True)
class ChunkSet:
    """Chunks of one page that look alike; the sequences have one item per chunk.

    Attributes:
        entity_path: Their entity.
        metadata: Metadata of their schema, but for the chunk id.
        columns: Their columns.
        rows: Rows of each.
        messages: Place of each among the messages of the page.
        ids: Chunk ids, as text with prefix.
        stores: The store of each.
        offsets: Where each message starts in the source.
        stored: Size of each message (bytes).
        sizes: Size of each Arrow stream once decompressed (bytes).
        batch: Gives the rows of all, behind each other.
    """

    entity_path: str
    metadata: Mapping[str, str]
    columns: tuple[Column, ...]
    rows: int
    messages: list[int]
    ids: list[str]
    stores: list[StoreId]
    offsets: list[int]
    stored: list[int]
    sizes: list[int]
    batch: Callable[[], pa.RecordBatch] = field(repr=False)

    @property
    def timelines(self) -> list[IndexRole]:
        """The index columns."""
        return [column.role for column in self.columns if isinstance(column.role, IndexRole)]

    @property
    def components(self) -> list[ComponentRole]:
        """The data columns."""
        return [column.role for column in self.columns if isinstance(column.role, ComponentRole)]


@dataclass(slots=True)
class Page:
    """Some messages that stand behind each other; places count from the first of them.

    Attributes:
        infos: Store infos with their places.
        activations: Blueprint activations with their places.
        chunks: The chunks that were asked for.
        entities: All entity paths, asked for or not.
        footers: Manifests of a stream that ends here.
        damage: What could not be read, with its place.
    """

    infos: list[tuple[int, StoreInfo]] = field(default_factory=list)
    activations: list[tuple[int, BlueprintActivation]] = field(default_factory=list)
    chunks: list[ChunkSet] = field(default_factory=list)
    entities: set[str] = field(default_factory=set)
    footers: list[EncodedManifest] = field(default_factory=list)
    damage: list[tuple[int, RrdError]] = field(default_factory=list)


def print_(
    recording: Recording,
    selection: Selection | None = None,
    *,
    migrated: bool = True,
    values: bool = False,
) -> Iterator[Page]:
    """Everything in `recording`, front to back.

    Args:
        recording: What to read.
        selection: Entities whose chunks to give; None for all.
        migrated: Whether chunks are given as this version writes them, or as they are.
        values: Whether the batches will be read; chunks that do not decode are then damage.

    Raises:
        RrdError: If it is no recording that can be read at all.
        OSError: If reading fails.
    """
    reader = _PageReader(recording, selection or Selection.entities(), migrated, values)
    damage: list[RrdError] = []
    for block in read_blocks(recording.source, limits=recording.limits, on_damage=damage.append):
        yield from _damaged(damage)
        yield reader.page(block)
    yield from _damaged(damage)


def manifest_columns(encoded: EncodedManifest, detail: int) -> dict[str, pa.ChunkedArray[Any]]:
    """The columns of a footer's manifest, by name.

    Args:
        encoded: The manifest.
        detail: 0 for the columns about chunks, 1 with those about times, 2 for all.

    Raises:
        CorruptError: If it does not decode.
    """
    data = decompress_payload(encoded.data, encoded.compression, encoded.uncompressed_size)
    try:
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            table = reader.read_all()
            table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CorruptError(f"a manifest's table is invalid: {_first_line(error)}") from error
    # Two columns can have one name (fact sheet section 14); the later ones are numbered.
    columns: dict[str, pa.ChunkedArray[Any]] = {}
    for field_, column in zip(table.schema, table.columns, strict=True):
        if _detail(field_) <= detail:
            name = str(field_.name)
            columns[name if name not in columns else f"{name}#{len(columns)}"] = column
    return columns


def manifest_texts(column: pa.ChunkedArray[Any]) -> list[str]:
    """The cells of a manifest's column for people."""
    cells = column.combine_chunks()
    if pa.types.is_fixed_size_binary(cells.type):
        return [value or "" for value in _hex(cells)]
    kind = _time_kind(cells.type)
    return column_texts(cells) if kind is None else time_texts(cells, kind)


def manifest_values(column: pa.ChunkedArray[Any]) -> list[Any]:
    """The cells of a manifest's column as JSON has them."""
    cells = column.combine_chunks()
    if pa.types.is_fixed_size_binary(cells.type):
        return _hex(cells)
    kind = _time_kind(cells.type)
    return column_values(cells) if kind is None else time_values(cells, kind)


def _hex(cells: pa.Array[Any]) -> list[Any]:
    return [None if value is None else value.hex() for value in cells.to_pylist()]


def _time_kind(kind: pa.DataType) -> TimeKind | None:
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return TimeKind.TIMESTAMP
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return TimeKind.DURATION
    return None


def _detail(manifest_field: pa.Field[Any]) -> int:
    """From which detail on a manifest's column is shown."""
    metadata = _texts(manifest_field.metadata)
    if manifest_field.name in CHUNK_COLUMNS:
        return 0
    whole = "rerun:component" not in metadata and "rerun:index" in metadata
    return 1 if whole else 2


def _damaged(damage: list[RrdError]) -> Iterator[Page]:
    """Takes what has been reported between two blocks."""
    if damage:
        yield Page(damage=[(END_OF_PAGE, error) for error in damage])
        damage.clear()


class _PageReader:
    """Turns blocks into pages, one after the other."""

    def __init__(
        self, recording: Recording, selection: Selection, migrated: bool, values: bool
    ) -> None:
        self.limits = recording.limits
        self.selection = selection
        self.migrated = migrated
        self.values = values
        self.names = StoreNames()
        self.decoder = ChunkDecoder(self.limits)
        self.columns: dict[int, tuple[pa.Schema, tuple[Column, ...]]] = {}

    def page(self, block: Block) -> Page:
        page = Page()
        for index, kind in enumerate(block.kinds):
            if kind != MessageKind.ARROW_MSG:
                self.other_message(page, block, index, kind)
        if self.migrated:
            self.migrated_chunks(page, block)
        else:
            self.raw_chunks(page, block)
        return page

    def other_message(self, page: Page, block: Block, index: int, kind: int) -> None:
        span = block.data, block.starts[index], block.ends[index]
        try:
            if kind == MessageKind.SET_STORE_INFO:
                info = SetStoreInfo.parse(*span, self.limits).info
                self.names.learn(info.store_id)
                page.infos.append((index, info))
            elif kind == MessageKind.BLUEPRINT_ACTIVATION:
                activation = BlueprintActivation.parse(*span, self.limits)
                page.activations.append((index, activation))
            else:
                page.footers += parse_footer(*span, self.limits)
        except RrdError as error:
            page.damage.append((index, error.at(block.source_offset(index), KIND_NAMES[kind])))

    def migrated_chunks(self, page: Page, block: Block) -> None:
        decoded = self.decoder.decode(block)
        shared = self.shared(block, decoded.headers)
        for group in decoded.groups:
            path = str(group.schema.entity_path)
            page.entities.add(path)
            if self.selection.matches(path):
                parts = whole_groups(decoded, group) if self.values else [group]
                page.chunks += (self.from_group(decoded, shared, part) for part in parts)
        page.damage += decoded.errors

    def from_group(self, decoded: DecodedBlock, shared: _Shared, group: ChunkGroup) -> ChunkSet:
        schema = group.schema.arrow
        return ChunkSet(
            metadata=_shown_metadata(schema),
            entity_path=str(group.schema.entity_path),
            columns=self.columns_of(schema),
            rows=group.rows,
            ids=tuid_texts(group.ids.tobytes(), CHUNK_PREFIX),
            sizes=decoded.sizes[group.headers].tolist(),
            batch=lambda: group.batch,
            **shared.of(group.headers),
        )

    def shared(self, block: Block, headers: ArrowHeaders) -> _Shared:
        starts = np.asarray(block.starts, np.int64)[headers.messages]
        ends = np.asarray(block.ends, np.int64)[headers.messages]
        stores = [self.store(store_id) for store_id in headers.stores]
        return _Shared(headers, starts + block.offset, ends - starts, stores)

    def store(self, store_id: StoreId) -> StoreId:
        """`store_id` with its application, if that is known."""
        try:
            return self.names.complete(store_id)
        except RrdError:
            return store_id  # shown as it is: whoever prints a recording may look for just that

    def columns_of(self, schema: pa.Schema) -> tuple[Column, ...]:
        """The columns of a schema that the decoder shares between the groups of a layout."""
        # By identity: schemas that differ in metadata alone are equal to pyarrow. Keeping the
        # schema keeps its identity from being given to another.
        known = self.columns.get(id(schema))
        if known is None:
            if len(self.columns) >= _SCHEMAS_KEPT:
                self.columns.clear()
            known = self.columns[id(schema)] = schema, tuple(map(_column, schema))
        return known[1]

    def raw_chunks(self, page: Page, block: Block) -> None:
        """Chunks as they are in the file, each on its own."""
        headers = parse_headers(block, self.limits)
        page.damage += headers.errors
        shared = self.shared(block, headers)
        for i, message in enumerate(headers.messages.tolist()):
            try:
                found = self.raw_chunk(block, shared, i)
            except RrdError as error:
                place = error.at(block.source_offset(message), KIND_NAMES[MessageKind.ARROW_MSG])
                page.damage.append((message, place))
                continue
            page.entities.add(found.entity_path)
            if self.selection.matches(found.entity_path):
                page.chunks.append(found)

    def raw_chunk(self, block: Block, shared: _Shared, index: int) -> ChunkSet:
        headers = shared.headers
        payload = block.data[int(headers.payload_start[index]) : int(headers.payload_end[index])]
        stream = decompress_payload(
            payload, int(headers.compression[index]), int(headers.uncompressed_size[index])
        )
        batch = self.raw_batch(stream)
        metadata = _texts(batch.schema.metadata)
        chunk_id = metadata.get(CHUNK_ID_KEY) or metadata.get("rerun.id", "")
        path = metadata.get(ENTITY_PATH_KEY) or metadata.get("rerun.entity_path", "")
        return ChunkSet(
            metadata=_shown_metadata(batch.schema),
            entity_path=str(EntityPath.parse(path)),
            columns=_raw_columns(batch.schema),
            rows=batch.num_rows,
            ids=[chunk_id if chunk_id.startswith(CHUNK_PREFIX) else CHUNK_PREFIX + chunk_id],
            sizes=[len(stream)],
            batch=lambda: batch,
            **shared.of(np.array([index])),
        )

    def raw_batch(self, stream: bytes | memoryview) -> pa.RecordBatch:
        try:
            with pa.ipc.open_stream(pa.py_buffer(stream)) as reader:
                batch = reader.read_next_batch()
            if self.values:
                batch.validate(full=True)
        except (pa.ArrowException, OSError, ValueError, StopIteration) as error:
            raise CorruptError(f"a chunk's Arrow data is invalid: {_first_line(error)}") from error
        return batch


class _Places(TypedDict):
    messages: list[int]
    stores: list[StoreId]
    offsets: list[int]
    stored: list[int]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the message headers of a block tell, as columns along `headers`."""

    headers: ArrowHeaders
    offsets: _Ints
    stored: _Ints
    stores: list[StoreId]

    def of(self, chosen: _Ints) -> _Places:
        """The same of some chunks."""
        return {
            "messages": self.headers.messages[chosen].tolist(),
            "stores": [self.stores[i] for i in self.headers.store[chosen].tolist()],
            "offsets": self.offsets[chosen].tolist(),
            "stored": self.stored[chosen].tolist(),
        }


def _raw_columns(schema: pa.Schema) -> tuple[Column, ...]:
    try:
        return tuple(map(_column, schema))
    except UnicodeDecodeError as error:
        raise CorruptError("the name of a chunk's column is not UTF-8") from error


def _shown_metadata(schema: pa.Schema) -> dict[str, str]:
    metadata = _texts(schema.metadata)
    metadata.pop(CHUNK_ID_KEY, None)
    return metadata


def _column(field: pa.Field[Any]) -> Column:
    metadata = _texts(field.metadata)
    known = {key.replace("rerun.", "rerun:", 1): text for key, text in metadata.items()}
    try:
        role = column_role(field.name, field.type, known)  # 0.23 spelled the keys with a dot
    except CorruptError:
        role = None
    return Column(field, metadata, role)


def _texts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for key, value in (metadata or {}).items()
    }


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no reason given"])[0]
