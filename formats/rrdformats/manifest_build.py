"""Builds a store's manifest from its chunks, equal to the reference's (fact sheet section 7).

Chunks arrive in groups of equal layout, and everything a manifest says of them is computed for the
whole group at once: bounds per chunk are row-wise minima and maxima of a matrix of times.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import ChunkSchema
from rrdformats.chunk_schema import ENTITY_PATH_KEY, component_field, index_field, row_id_field
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import UnsupportedError
from rrdformats.ipc_write import END_OF_STREAM, encode_schema_message, encode_stream
from rrdformats.manifest import Manifest, descriptor_of
from rrdformats.manifest_parts import ChunkPlaces, ManifestPart, carried_part, part_of
from rrdformats.manifest_table import manifest_table
from rrdformats.messages import Compression, EncodedManifest, StoreId
from rrdformats.migrations import migrate_descriptor
from rrdformats.payloads import compress_payload
from rrdformats.timeline import Timeline

__all__ = ["DescribedSchema", "ManifestBuilder"]

_Ints = npt.NDArray[np.int64]

_TOMBSTONE = ComponentDescriptor(
    "Clear:is_recursive", "rerun.archetypes.Clear", "rerun.components.ClearIsRecursive"
)
_PROPERTIES = "/__properties"
_EMPTY_FLAG = "rerun:is_semantically_empty"


@dataclass(slots=True)
class _EntityColumn:
    """A field of the store's schema, as known so far."""

    first_offset: int
    list_type: pa.DataType
    is_static: bool = False
    is_empty: bool = True


@dataclass(frozen=True, slots=True)
class DescribedSchema:
    """The schema of some chunks, and what their values tell a manifest beside it.

    Attributes:
        schema: The schema.
        empty: Components that have null and empty lists only.
    """

    schema: ChunkSchema
    empty: frozenset[ComponentDescriptor]


@dataclass(slots=True)
class ManifestBuilder:
    """Collects the chunks of one store within one stream."""

    store_id: StoreId
    _parts: list[ManifestPart] = field(default_factory=list)
    _entity_columns: dict[tuple[str, ComponentDescriptor], _EntityColumn] = field(
        default_factory=dict
    )
    _timelines: dict[str, Timeline] = field(default_factory=dict)
    _conflicts: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self._parts)

    @property
    def conflicting_timelines(self) -> list[str]:
        """Timelines that occur with two kinds; the reference writes no footer for such stores."""
        return sorted(self._conflicts)

    def add(
        self,
        schema: ChunkSchema,
        batch: pa.RecordBatch,
        ids: npt.NDArray[np.uint8],
        places: ChunkPlaces,
    ) -> None:
        """Adds chunks of equal schema and equal row count.

        Args:
            schema: Their schema.
            batch: Their rows behind each other, the same number for each.
            ids: Their ids, `(n, 16) uint8`, big-endian.
            places: Where they stand.
        """
        self._add_entity_columns(schema, batch, int(places.offset.min()))
        self._append(part_of(schema, batch, ids, places))

    def add_part(self, schemas: Iterable[DescribedSchema], part: ManifestPart) -> None:
        """Adds chunks that are described already.

        Args:
            schemas: The schemas that occur among the chunks.
            part: The chunks.
        """
        offset = int(part.places.offset.min())
        for described in schemas:
            self._note(described, offset)
        self._append(part)

    def _append(self, part: ManifestPart) -> None:
        for timeline in part.timelines:
            if self._timelines.setdefault(timeline.name, timeline) != timeline:
                self._conflicts.add(timeline.name)
        self._parts.append(part)

    def carry(self, manifest: Manifest, rows: _Ints, places: ChunkPlaces) -> None:
        """Adds chunks that another manifest lists, without looking at them.

        Args:
            manifest: The manifest that lists them; names of old versions are migrated.
            rows: Which of its rows, at least one, each at most once.
            places: Where the chunks stand now, along `rows`.
        """
        if not len(rows):
            return
        part = carried_part(manifest, rows, places)
        self._carry_entity_columns(manifest, part)
        self._append(part)

    def _carry_entity_columns(self, manifest: Manifest, part: ManifestPart) -> None:
        """Takes over the schema's columns of the entities that have chunks in `part`.

        A column of which no chosen chunk has a value is left out, unless all the chunks of its
        entity were chosen.
        """
        names, codes = manifest.entity_codes
        totals = np.bincount(np.frombuffer(codes, np.int32), minlength=len(names)).tolist()
        before = dict(zip(names, totals, strict=True))
        kept = np.bincount(part.entity, minlength=len(part.entities)).tolist()
        complete = {
            path: before[path] == count for path, count in zip(part.entities, kept, strict=True)
        }
        held, static = part.entity_components()
        arrow = pa.ipc.read_schema(pa.py_buffer(manifest.schema_bytes))
        offset = int(part.places.offset.min())
        for index, found in enumerate(manifest.schema.fields):
            path, old = found.metadata.get(ENTITY_PATH_KEY), descriptor_of(found.metadata)
            descriptor = None if old is None else migrate_descriptor(old)
            if descriptor is None or path is None or path not in complete:
                continue
            column = path, descriptor
            if complete[path] or column in held:
                list_type = arrow.field(index).type
                known = self._entity_columns.setdefault(column, _EntityColumn(offset, list_type))
                known.is_static |= column in static
                known.is_empty &= _EMPTY_FLAG in found.metadata

    def _add_entity_columns(self, schema: ChunkSchema, batch: pa.RecordBatch, offset: int) -> None:
        empty = frozenset(
            descriptor
            for number, descriptor in enumerate(schema.descriptors, schema.first_component)
            if len(cast("Any", batch.column(number)).flatten()) == 0
        )
        self._note(DescribedSchema(schema, empty), offset)

    def _note(self, described: DescribedSchema, offset: int) -> None:
        """Notes the columns of chunks of one schema, the first of which stands at `offset`."""
        schema = described.schema
        path = str(schema.entity_path)
        for number, descriptor in enumerate(schema.descriptors, schema.first_component):
            list_type = schema.arrow.field(number).type
            known = self._entity_columns.get((path, descriptor))
            if known is None:
                known = self._entity_columns[path, descriptor] = _EntityColumn(offset, list_type)
            elif offset < known.first_offset:
                known.first_offset, known.list_type = offset, list_type
            known.is_static |= schema.is_static
            known.is_empty = known.is_empty and descriptor in described.empty

    def build(self, *, compress: bool = True) -> EncodedManifest:
        """The manifest as it goes into a footer."""
        stream = encode_stream(self.table())
        fields = self._schema_fields()
        message = _schema_message(pa.schema(fields))
        return EncodedManifest(
            store_id=self.store_id,
            schema=message + END_OF_STREAM,
            schema_sha256=hashlib.sha256(message).digest(),
            data=compress_payload(stream) if compress else stream,
            compression=Compression.LZ4 if compress else Compression.NONE,
            uncompressed_size=len(stream),
        )

    def _schema_fields(self) -> list[pa.Field[Any]]:
        """Fields of the store's schema, sorted by name as the digest wants them (7.4, 7.5)."""
        fields = [row_id_field(is_sorted=False)]
        fields += [index_field(line, is_sorted=False) for line in self._timelines.values()]
        for (path, descriptor), column in self._entity_columns.items():
            plain = component_field(descriptor, column.list_type)
            flags = {
                b"rerun:is_static": column.is_static,
                _EMPTY_FLAG.encode(): column.is_empty,
                b"rerun:is_tombstone": descriptor == _TOMBSTONE,
            }
            metadata = dict(plain.metadata or {})
            metadata[ENTITY_PATH_KEY.encode()] = path.encode()
            metadata.update((key, b"true") for key, true in flags.items() if true)
            named = plain.with_name(_entity_column_name(path, descriptor))
            fields.append(named.with_metadata(cast("Any", metadata)))
        return sorted(fields, key=lambda item: item.name.encode())

    def table(self) -> pa.RecordBatch:
        """The manifest table: one row per chunk, in file order (section 7.2)."""
        held = frozenset(descriptor for _, descriptor in self._entity_columns)
        return manifest_table([part.only(held) for part in self._parts])


def _schema_message(schema: pa.Schema) -> bytes:
    try:
        return encode_schema_message(schema)
    except UnsupportedError:  # dictionaries: no layout of the reference's to be equal to
        return schema.serialize().to_pybytes()


def _entity_column_name(path: str, descriptor: ComponentDescriptor) -> str:
    if path == _PROPERTIES:
        return f"property:{descriptor.component}"
    if path.startswith(_PROPERTIES + "/"):
        return f"property:{path.removeprefix(_PROPERTIES + '/')}:{descriptor.component}"
    return f"{path}:{descriptor.component}"
