"""`rrd filter`: a part of recordings, by entity, component, archetype, timeline and store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from rrdformats.chunk_edits import ChunkEdit
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.manifest import Manifest
from rrdformats.migrations import migrate_descriptor
from rrdformats.reader import Recording
from rrdtool.operations.edit_plan import EditPlan, Share
from rrdtool.operations.edit_selection import EditSelection, Inventory
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import EditSettings, opened

__all__ = ["choose_entities", "choose_stores", "filter_"]


def filter_(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    selection: EditSelection,
    *,
    drop_blueprints: bool = False,
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes what is selected of some recordings.

    Entities and stores are selected without decoding anything. Where a timeline or a component is
    left out, only the chunks that have it are opened, and none of their values is decoded.

    Args:
        recordings: What to read.
        file: Where to write; None only tells what would be written.
        selection: What to keep.
        drop_blueprints: Whether to leave out blueprints.
        settings: How it is done.

    Raises:
        EditRefusedError: If a pattern matches nothing; nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    settings = settings or EditSettings()
    with opened(recordings, settings) as edit:
        if not settings.allow_empty:
            selection.check(Inventory.of(edit.inputs))
        choose_stores(edit.plan, selection, drop_blueprints=drop_blueprints)
        for store in edit.plan.stores.values():
            for share in store.shares:
                choose_entities(share, selection, is_recording=store.is_recording)
                share.edit = _column_edit(share, selection, is_recording=store.is_recording)
        return edit.finish(file)


def choose_stores(
    plan: EditPlan, selection: EditSelection, *, drop_blueprints: bool = False
) -> None:
    """Leaves out the stores that are not selected, and what activates them."""
    for store_id, store in list(plan.stores.items()):
        kept = selection.stores.matches(store_id.recording_id)
        if not kept or (drop_blueprints and not store.is_recording):
            del plan.stores[store_id]
    plan.orphans = [
        activation
        for activation in plan.orphans
        if selection.stores.matches(activation.blueprint_id.recording_id) and not drop_blueprints
    ]


def choose_entities(share: Share, selection: EditSelection, *, is_recording: bool) -> None:
    """Leaves out the chunks of entities that are not selected."""
    if selection.entities.is_everything:
        return
    names, codes = share.item.manifest.entity_codes
    kept = [selection.keeps_entity(name, is_recording=is_recording) for name in names]
    share.rows = share.rows[np.array(kept, np.bool_)[np.frombuffer(codes, np.int32)[share.rows]]]


def _column_edit(share: Share, selection: EditSelection, *, is_recording: bool) -> ChunkEdit:
    """Leaves out the timelines and components that are not selected."""
    manifest = share.item.manifest
    timelines = {
        timeline.name: None
        for timeline in manifest.timelines
        if not selection.keeps_timeline(timeline.name, is_recording=is_recording)
    }
    dropped: dict[str, frozenset[ComponentDescriptor]] = {}
    if selection.chooses_components:
        dropped = _dropped_components(manifest, selection, is_recording=is_recording)
    return ChunkEdit(timelines=timelines, dropped=dropped)


def _dropped_components(
    manifest: Manifest, selection: EditSelection, *, is_recording: bool
) -> dict[str, frozenset[ComponentDescriptor]]:
    dropped: dict[str, set[ComponentDescriptor]] = {}
    for path, old, _ in manifest.entity_columns():
        descriptor = migrate_descriptor(old)
        if descriptor is not None and not selection.keeps_component(
            path, descriptor, is_recording=is_recording
        ):
            dropped.setdefault(path, set()).add(descriptor)
    return {path: frozenset(found) for path, found in dropped.items()}
