"""Properties of a recording: static data beneath `/__properties` (fact sheet section 8.1).

The columns of `/__properties` itself are the recording's own name and start time; those of
`/__properties/<name>` are what `send_property(name, …)` wrote. Their chunks are small, so they are
decoded without pyarrow when the footers told where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from rrdformats.errors import CorruptError, UnsupportedError
from rrdformats.framing import KIND_NAMES, MessageKind
from rrdformats.ipc_read import TypeId, column_layouts, read_stream
from rrdformats.ipc_values import cells
from rrdformats.limits import Limits
from rrdformats.messages import ArrowMsg, StoreId
from rrdformats.payloads import decompress_payload
from rrdformats.source import Source, read_exactly
from rrdformats.timeline import TimeKind
from rrdformats.times import format_time

if TYPE_CHECKING:
    import pyarrow as pa

    from rrdformats.chunk import ChunkSchema

__all__ = [
    "PROPERTIES_PATH",
    "Properties",
    "is_property_path",
    "property_name",
    "shown_property",
]

PROPERTIES_PATH = "/__properties"

_LARGEST_SHOWN = 64 << 10
"""A property chunk above this size (bytes, uncompressed) is named, its values are not read."""

_PLAIN_VERSIONS = frozenset({"0.1.1", "0.1.2", "0.1.3", "0.1.4"})
"""Chunk versions since which no migration concerns the columns of properties (section 9)."""


def is_property_path(entity_path: str) -> bool:
    """Whether an entity holds properties."""
    return entity_path == PROPERTIES_PATH or entity_path.startswith(PROPERTIES_PATH + "/")


def property_name(entity_path: str, component: str) -> str:
    """What people call a property: `start_time`, or `episode.success`.

    >>> property_name("/__properties", "RecordingInfo:start_time")
    'start_time'
    >>> property_name("/__properties/episode", "success")
    'episode.success'
    """
    group = entity_path.removeprefix(PROPERTIES_PATH).lstrip("/")
    field = component.removeprefix("RecordingInfo:")
    return f"{group}.{field}" if group else field


@dataclass(slots=True)
class Properties:
    """The latest value of each property of each store.

    Attributes:
        values: By store and then by name: the list of values of the component, None where it was
            too large to read.
    """

    values: dict[StoreId, dict[str, list[Any] | None]] = field(default_factory=dict)
    _row_ids: dict[tuple[StoreId, str], bytes] = field(default_factory=dict)

    def offer(self, store_id: StoreId, name: str, row_id: bytes, value: list[Any] | None) -> None:
        """Takes a value, unless a later row has set the property already."""
        key = store_id, name
        if self._row_ids.get(key, b"") <= row_id:
            self._row_ids[key] = row_id
            self.values.setdefault(store_id, {})[name] = value

    def read_message(
        self, source: Source, start: int, end: int, store_id: StoreId, limits: Limits
    ) -> None:
        """Reads the property chunk whose message stands at `start` of `source`.

        Raises:
            UnsupportedError: If decoding it takes more than this module can.
            RrdError: If it cannot be read.
        """
        record = KIND_NAMES[MessageKind.ARROW_MSG]
        data = memoryview(read_exactly(source, start, end - start, record))
        message = ArrowMsg.parse(data, 0, len(data), limits)
        payload = data[slice(*message.payload)]
        if message.uncompressed_size > _LARGEST_SHOWN:
            raise UnsupportedError("the values are too large to be shown", offset=start)
        stream = decompress_payload(payload, message.compression, message.uncompressed_size)
        self._take_stream(memoryview(stream), store_id, limits)

    def _take_stream(self, stream: memoryview, store_id: StoreId, limits: Limits) -> None:
        schema, batch = read_stream(stream, limits)
        if schema.metadata.get("sorbet:version") not in _PLAIN_VERSIONS or not batch.plain:
            raise UnsupportedError("the chunk must be migrated first")
        entity_path = schema.metadata.get("rerun:entity_path", PROPERTIES_PATH)
        body = stream[batch.body : batch.end]
        columns = column_layouts(schema, batch)
        if not columns or columns[0].field.type_id != TypeId.FIXED_SIZE_BINARY:
            raise CorruptError("a property chunk has no row ids")
        first_id = columns[0].buffers[1][0]
        for column in columns:
            if column.field.metadata.get("rerun:kind") != "data":
                continue
            component = column.field.metadata.get("rerun:component") or column.field.name
            name = property_name(entity_path, component)
            for row, value in enumerate(cells(column, body)):
                place = first_id + 16 * row
                if value is not None:
                    self.offer(store_id, name, bytes(body[place : place + 16]), value)

    def take_batch(self, store_id: StoreId, schema: ChunkSchema, batch: pa.RecordBatch) -> None:
        """Takes the rows of a decoded property chunk."""
        from rrdformats.value_sizes import bytes_of

        row_ids = cast("list[bytes]", batch.column(0).to_pylist())
        for number, descriptor in enumerate(schema.descriptors, schema.first_component):
            name = property_name(str(schema.entity_path), descriptor.component)
            lists = batch.column(number)
            large = bytes_of(lists) > _LARGEST_SHOWN
            rows = [None] * len(lists) if large else lists.to_pylist()
            for row_id, value in zip(row_ids, rows, strict=True):
                if value is not None or large:
                    self.offer(store_id, name, row_id, value)

    def items(self, store_id: StoreId) -> Iterator[tuple[str, list[Any] | None]]:
        """Names and values of one store's properties, by name."""
        yield from sorted(self.values.get(store_id, {}).items())


def shown_property(name: str, values: list[Any] | None) -> Any:
    """A property as people write it: times in words, a list of one as its member."""
    if values is None:
        return None
    shown = values
    if name == "start_time":
        shown = [format_time(value, TimeKind.TIMESTAMP) for value in values]
    return shown[0] if len(shown) == 1 else shown
