"""What an edit does to what a manifest says of chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import ChunkSchema
from rrdformats.chunk_edits import ChunkEdit
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.manifest_parts import ManifestPart, RowBounds
from rrdformats.timeline import Timeline

__all__ = ["edit_part"]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
_Key = TypeVar("_Key")
Schemas: TypeAlias = Sequence[tuple[ChunkSchema, _Ints]]


def edit_part(part: ManifestPart, edit: ChunkEdit, schemas: Schemas) -> None:
    """Changes what a part says as the edit has changed its chunks.

    Args:
        part: What the old manifest says of the chunks, with their new ids and places.
        edit: The edit.
        schemas: New schemas, and which chunks of the part have each; a schema may occur again.
    """
    for (_, descriptor), bounds in part.components.items():
        bounds.rows[_dropped(part, edit, descriptor)] = 0
    part.entities = [edit.entities.get(path, path) for path in part.entities]
    timelines: dict[Timeline, RowBounds] = {}
    for timeline, bounds in part.timelines.items():
        _join(timelines, _renamed(timeline, edit), bounds)
    components: dict[tuple[Timeline, ComponentDescriptor], RowBounds] = {}
    held = {descriptor for schema, _ in schemas for descriptor in schema.descriptors}
    for (timeline, descriptor), bounds in part.components.items():
        line = _renamed(timeline, edit) if descriptor in held else None
        _join(components, None if line is None else (line, descriptor), bounds)
    part.timelines, part.components = timelines, components
    part.static = _static(schemas, len(part.ids))
    for schema, chosen in schemas:
        part.is_static[chosen] = schema.is_static


def _dropped(part: ManifestPart, edit: ChunkEdit, descriptor: ComponentDescriptor) -> _Mask:
    """Which chunks lose a component."""
    nothing: frozenset[ComponentDescriptor] = frozenset()
    by_entity = [descriptor in edit.dropped.get(path, nothing) for path in part.entities]
    return np.array(by_entity, np.bool_)[part.entity]


def _renamed(timeline: Timeline, edit: ChunkEdit) -> Timeline | None:
    new = edit.timelines.get(timeline.name, timeline.name)
    return None if new is None else Timeline(new, timeline.kind)


def _join(found: dict[_Key, RowBounds], key: _Key | None, bounds: RowBounds) -> None:
    """Puts bounds under a key; where the key is taken, no chunk has bounds of both."""
    if key is None:
        return
    other = found.get(key)
    if other is not None:
        mine = bounds.exists
        bounds = RowBounds(
            np.where(mine, bounds.start, other.start),
            np.where(mine, bounds.end, other.end),
            bounds.rows + other.rows,
        )
    found[key] = bounds


def _static(schemas: Schemas, count: int) -> dict[ComponentDescriptor, _Mask]:
    """For each component, which chunks hold it as static data."""
    static: dict[ComponentDescriptor, _Mask] = {}
    for schema, chosen in schemas:
        for descriptor in schema.descriptors:
            mask = static.setdefault(descriptor, np.zeros(count, np.bool_))
            mask[chosen] |= schema.is_static
    return static
