"""The messages of a recording as JSON, one object per line: what `rrd print --json` writes.

Every object says which `kind` of message it is. Chunks of a set differ in little, so what they
share is encoded once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from rrdformats.chunk_schema import ComponentRole, IndexRole
from rrdformats.messages import BlueprintActivation, EncodedManifest, StoreId, StoreInfo
from rrdtool.cli.output import write
from rrdtool.cli.row_json import json_text
from rrdtool.operations.print_ import ChunkSet, Column, Page, manifest_columns, manifest_values

__all__ = ["JsonMessages"]

_SCHEMA = "rrd.print/1"


class JsonMessages:
    """Writes messages as JSON.

    Args:
        name: What the recording is called.
        level: From 2 on chunks have metadata, from 3 on rows.
    """

    def __init__(self, name: str, level: int) -> None:
        self._name = name
        self._level = level

    def page(self, page: Page, end: int | None) -> None:
        """Writes the messages of `page`, in order, those before place `end` only."""
        lines: list[tuple[int, str]] = [
            *((place, self._line("store_info", _info(info))) for place, info in page.infos),
            *(
                (place, self._line("blueprint_activation", _activation(what)))
                for place, what in page.activations
            ),
        ]
        for chunks in page.chunks:
            lines += zip(chunks.messages, self._chunks(chunks), strict=True)
        lines.sort(key=lambda line: line[0])
        write("".join([line for place, line in lines if end is None or place < end]))

    def footer(self, manifest: EncodedManifest, detail: int) -> None:
        """Writes a manifest, more of its columns the greater `detail` (0 to 2)."""
        columns = {
            name: manifest_values(column)
            for name, column in manifest_columns(manifest, detail).items()
        }
        facts = {
            "store": _store(manifest.store_id),
            "schema_sha256": manifest.schema_sha256.hex(),
            "columns": columns,
        }
        write(self._line("footer", facts))

    def _line(self, kind: str, facts: dict[str, Any]) -> str:
        return json_text({"schema": _SCHEMA, "kind": kind, "file": self._name, **facts}) + "\n"

    def _chunks(self, chunks: ChunkSet) -> Iterator[str]:
        """A line for each chunk of a set."""
        head = self._line("chunk", {})[:-2]
        shared: dict[str, Any] = {
            "entity_path": chunks.entity_path,
            "rows": chunks.rows,
            "is_static": not chunks.timelines,
            "timelines": [_timeline(role) for role in chunks.timelines],
            "components": [
                _component(column.role, str(column.field.type))
                for column in chunks.columns
                if isinstance(column.role, ComponentRole)
            ],
        }
        if self._level > 1:
            shared["metadata"] = chunks.metadata
        tail = json_text(shared)[1:-1]
        stores = {store: json_text(_store(store)) for store in set(chunks.stores)}
        columns = self._columns(chunks)
        for chunk_id, store, offset, stored, size in zip(
            chunks.ids, chunks.stores, chunks.offsets, chunks.stored, chunks.sizes, strict=True
        ):
            yield (
                f'{head}, "id": {json_text(chunk_id)}, "store": {stores[store]}, '
                f'"offset": {offset}, "bytes": {stored}, "bytes_uncompressed": {size}, '
                f"{tail}{next(columns)}}}\n"
            )

    def _columns(self, chunks: ChunkSet) -> Iterator[str]:
        """The member that holds the columns of each chunk, as much of it as is wanted.

        Columns are a list, not a mapping by name: two can have one name.
        """
        shown = [json_text(_column(column)) for column in chunks.columns]
        if self._level < 3:
            yield from repeat(f', "columns": [{", ".join(shown)}]' if self._level > 1 else "")
        pairs = zip(chunks.columns, chunks.batch().columns, strict=True)
        values = [column.values(cells) for column, cells in pairs]
        for index in range(len(chunks.ids)):
            mine = slice(index * chunks.rows, (index + 1) * chunks.rows)
            filled = [
                f'{column[:-1]}, "values": {json_text(cells[mine])}}}'
                for column, cells in zip(shown, values, strict=True)
            ]
            yield f', "columns": [{", ".join(filled)}]'


def _info(info: StoreInfo) -> dict[str, Any]:
    return {
        "store": _store(info.store_id),
        "source": info.source.describe(),
        "version": None if info.version is None else str(info.version),
    }


def _activation(activation: BlueprintActivation) -> dict[str, Any]:
    return {
        "store": _store(activation.blueprint_id),
        "make_active": activation.make_active,
        "make_default": activation.make_default,
    }


def _store(store_id: StoreId) -> dict[str, str | None]:
    return {
        "kind": store_id.kind.label,
        "application_id": store_id.application_id,
        "recording_id": store_id.recording_id,
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "field": column.field.name,
        "type": str(column.field.type),
        "nullable": column.field.nullable,
        "metadata": column.metadata,
    }


def _timeline(role: IndexRole) -> dict[str, Any]:
    line = role.timeline
    return {"name": line.name, "kind": line.kind.value, "is_sorted": role.is_sorted}


def _component(role: ComponentRole, arrow_type: str) -> dict[str, str | None]:
    what = role.descriptor
    return {
        "component": what.component,
        "archetype": what.archetype,
        "component_type": what.component_type,
        "type": arrow_type,
    }
