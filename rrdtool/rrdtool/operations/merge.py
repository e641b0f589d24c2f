"""`rrd merge`: several recordings in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import BinaryIO

from rrdformats.entity_path import EntityPath
from rrdformats.properties import is_property_path
from rrdformats.reader import Recording
from rrdtool.operations.edit_inputs import EditInput, EditRefusedError, Refusal
from rrdtool.operations.edit_writing import EditReport
from rrdtool.operations.editing import Edit, EditSettings, opened
from rrdtool.operations.routing import Routing

__all__ = ["Prefix", "merge"]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Puts the entities of one input beneath a path.

    Attributes:
        name: The input: its name, its file name, or that without its ending.
        path: The path.
    """

    name: str
    path: EntityPath

    @classmethod
    def parse(cls, text: str) -> Prefix:
        """From `run1=/a`.

        Raises:
            ValueError: If it is not written so.
        """
        name, found, path = text.rpartition("=")
        if not found or not name or not path:
            raise ValueError(f"{text!r} is no prefix: write INPUT=/PATH")
        return cls(name, EntityPath.parse(path))

    def is_for(self, name: str) -> bool:
        """Whether an input of this name is meant."""
        path = PurePath(name)
        return self.name in (name, path.name, path.stem)


def merge(
    recordings: Iterable[Recording],
    file: BinaryIO | None,
    *,
    routing: Routing | None = None,
    prefixes: Sequence[Prefix] = (),
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes all stores of some recordings into one file.

    The same store in several inputs becomes one store; chunks with one id are kept once. Nothing is
    decoded but the chunks of inputs that get a prefix.

    Args:
        recordings: What to read.
        file: Where to write; None only tells what would be written.
        routing: New ids for stores, by which different recordings can be joined.
        prefixes: Inputs whose entities go beneath a path. Recording properties stay where they are.
        settings: How it is done.

    Raises:
        EditRefusedError: If that is not possible; nothing has been written.
        InputError: If an input cannot be read.
        OSError: If something cannot be read or written.
    """
    routing = routing or Routing()
    with opened(recordings, settings or EditSettings(), routing) as edit:
        edit.notes += routing.notes(edit.inputs)
        _prefix(edit, prefixes)
        return edit.finish(file)


def _prefix(edit: Edit, prefixes: Sequence[Prefix]) -> None:
    """Plans the prefixes.

    Raises:
        EditRefusedError: If one is for no input, or two are for one.
    """
    if not prefixes:
        return
    chosen: dict[int, Prefix] = {}
    reasons = []
    for prefix in prefixes:
        meant = [found for found in edit.inputs if prefix.is_for(found.name)]
        if not meant:
            there = ", ".join(found.name for found in edit.inputs)
            what = f"no input is called {prefix.name}"
            reasons.append(Refusal(what, "--prefix", f"there is {there}"))
        reasons += [
            Refusal("there are two prefixes for it", found.name)
            for found in meant
            if chosen.setdefault(id(found), prefix) != prefix
        ]
    if reasons:
        raise EditRefusedError(*reasons)
    for store in edit.plan.stores.values():
        for share in store.shares if store.is_recording else ():
            wanted = chosen.get(id(share.origin))
            if wanted is not None:
                names, _ = share.item.manifest.entity_codes
                share.edit = replace(share.edit, entities=_beneath(names, wanted.path))
    _note_blueprints(edit, [found for found in edit.inputs if id(found) in chosen])


def _beneath(names: list[str], prefix: EntityPath) -> dict[str, str]:
    """New names beneath a path; properties of the recording are no part of its scene."""
    return {
        name: str(EntityPath(prefix.parts + EntityPath.parse(name).parts))
        for name in names
        if prefix.parts and not is_property_path(name)
    }


def _note_blueprints(edit: Edit, inputs: list[EditInput]) -> None:
    if any(not store.is_recording for store in edit.plan.stores.values()) and inputs:
        edit.notes.append("blueprints still refer to entities by the names that they had")
