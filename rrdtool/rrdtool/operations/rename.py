"""`rrd rename`: other names for entities and timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

import numpy as np

from rrdformats.chunk_edits import ChunkEdit
from rrdformats.entity_path import EntityPath
from rrdformats.manifest import Manifest
from rrdformats.reader import Recording
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal
from rrdtool.operations.edit_plan import EditPlan, PlannedStore
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import Edit, EditSettings, opened
from rrdtool.operations.matching import nothing_matches
from rrdtool.operations.renaming import RenameRule

__all__ = ["rename"]


def rename(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    *,
    rules: Sequence[RenameRule] = (),
    timelines: Mapping[str, str] | None = None,
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes recordings with other names for their entities and timelines.

    Blueprints stay as they are. No value is decoded.

    Args:
        recordings: What to read.
        file: Where to write; None only tells what would be written.
        rules: New names for entities; of several rules about one, the first counts. Reserved
            entities, such as recording properties, follow only rules that name them.
        timelines: New names for timelines, all given at once: two can be swapped.
        settings: How it is done.

    Raises:
        EditRefusedError: If a rule is about nothing, or a chunk would have a timeline twice;
            nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    settings = settings or EditSettings()
    lines = {old: new for old, new in (timelines or {}).items() if old != new}
    with opened(recordings, settings) as edit:
        if not settings.allow_empty:
            _check(edit.plan, rules, timelines or {})
        for store in _recordings(edit.plan):
            for share in store.shares:
                manifest = share.item.manifest
                share.edit = ChunkEdit(_new_names(manifest, rules), lines)
                _check_timelines(share.origin.name, manifest, lines)
        _note_joined(edit)
        return edit.finish(file)


def _recordings(plan: EditPlan) -> list[PlannedStore]:
    return [store for store in plan.stores.values() if store.is_recording]


def _new_names(manifest: Manifest, rules: Sequence[RenameRule]) -> dict[str, str]:
    """The entities of a manifest that get another name."""
    found = {}
    for name in manifest.entity_codes[0]:
        reserved = EntityPath.parse(name).is_reserved
        for rule in rules:
            new = None if reserved and not rule.names_reserved else rule.apply(name)
            if new is not None:
                if new != name:
                    found[name] = new
                break
    return found


def _check(plan: EditPlan, rules: Sequence[RenameRule], timelines: Mapping[str, str]) -> None:
    """Refuses rules that are about nothing.

    Raises:
        EditRefusedError: Naming all of them.
    """
    manifests = [s.item.manifest for store in _recordings(plan) for s in store.shares]
    entities = sorted({name for manifest in manifests for name in manifest.entity_codes[0]})
    lines = sorted({line.name for manifest in manifests for line in manifest.timelines})
    reasons = [
        nothing_matches("entity", rule.old, entities)
        for rule in rules
        if not any(rule.apply(name) is not None for name in entities)
    ]
    reasons += [nothing_matches("timeline", old, lines) for old in timelines if old not in lines]
    if reasons:
        raise EditRefusedError(*reasons)


def _check_timelines(name: str, manifest: Manifest, timelines: Mapping[str, str]) -> None:
    """Refuses new names that a chunk would have twice, and empty ones.

    Raises:
        EditRefusedError: If there are any.
    """
    taken: dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]] = {}
    for line, bounds in manifest.timelines.items():
        new = timelines.get(line.name, line.name)
        has = np.ones(len(manifest), np.bool_)
        if bounds.exists is not None:
            has = np.frombuffer(bounds.exists, np.bool_)
        if not new:
            raise EditRefusedError(Refusal(f"timeline {line.name} needs a name", "--timeline"))
        if new in taken and bool((taken[new] & has).any()):
            raise EditRefusedError(Refusal(f"there are rows with two times on {new}", name))
        taken[new] = taken.get(new, np.zeros(len(manifest), np.bool_)) | has


def _note_joined(edit: Edit) -> None:
    """Tells of entities that get the same name, and of blueprints that know the old names."""
    renamed = False
    for store in _recordings(edit.plan):
        origins: dict[str, set[str]] = {}
        for share in store.shares:
            renamed |= bool(share.edit.entities)
            for name in share.item.manifest.entity_codes[0]:
                new = share.edit.entities.get(name, name)
                origins.setdefault(new, set()).add(name)
        for new, old in sorted(origins.items()):
            if len(old) > 1:
                edit.notes.append(f"{', '.join(sorted(old))} become one entity, {new}")
    if renamed and len(_recordings(edit.plan)) < len(edit.plan.stores):
        edit.notes.append("blueprints still refer to entities by the names that they had")
