"""What the user selects by globs in an edit, held against what the inputs have.

A pattern that matches nothing in any input is refused before anything is written, with what its
author may have meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rrdformats.descriptors import ComponentDescriptor, short_archetype
from rrdformats.migrations import migrate_descriptor
from rrdformats.properties import is_property_path
from rrdformats.selectors import Selection
from rrdtool.operations.edit_inputs import EditInput, EditRefusedError
from rrdtool.operations.matching import missed

__all__ = ["EditSelection", "Inventory"]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Names that the inputs have.

    Attributes:
        entities: Entity paths.
        components: Component identifiers.
        archetypes: Short names of archetypes, and full ones.
        timelines: Timelines.
        stores: Ids of recordings and blueprints.
    """

    entities: set[str] = field(default_factory=set)
    components: set[str] = field(default_factory=set)
    archetypes: set[str] = field(default_factory=set)
    timelines: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, inputs: Iterable[EditInput]) -> Inventory:
        """The names that some inputs have."""
        found = cls()
        for each in inputs:
            found.stores.update(store_id.recording_id for store_id in each.contents.stores)
            for item in each.contents.manifests:
                manifest = item.manifest
                found.entities.update(manifest.entity_codes[0])
                found.timelines.update(timeline.name for timeline in manifest.timelines)
                for _, old, _ in manifest.entity_columns():
                    descriptor = migrate_descriptor(old)
                    if descriptor is not None:
                        found.components.add(descriptor.component)
                        found.archetypes.update(archetype_names(descriptor))
        return found


def archetype_names(descriptor: ComponentDescriptor) -> tuple[str, ...]:
    """The short and the full name of a component's archetype; none if it has none."""
    if descriptor.archetype is None:
        return ()
    return short_archetype(descriptor.archetype), descriptor.archetype


@dataclass(frozen=True, slots=True)
class EditSelection:
    """What an edit keeps.

    What is included concerns recordings only: a blueprint has other entities, components and
    timelines than its recording, and would be lost. So would a recording's own properties, which
    stay unless an exclusion names them.

    Attributes:
        entities: Entity paths.
        components: Component identifiers.
        archetypes: Archetypes, by their short or full names.
        timelines: Timelines.
        stores: Ids of recordings and blueprints.
    """

    entities: Selection = field(default_factory=Selection.entities)
    components: Selection = field(default_factory=Selection.names)
    archetypes: Selection = field(default_factory=Selection.names)
    timelines: Selection = field(default_factory=Selection.names)
    stores: Selection = field(default_factory=Selection.names)

    def keeps_entity(self, path: str, *, is_recording: bool) -> bool:
        """Whether an entity stays."""
        if not is_recording or is_property_path(path):
            return not self.entities.exclude.matches(path)
        return self.entities.matches(path)

    def keeps_timeline(self, name: str, *, is_recording: bool) -> bool:
        """Whether a timeline stays."""
        selection = self.timelines
        return selection.matches(name) if is_recording else not selection.exclude.matches(name)

    def keeps_component(
        self, path: str, descriptor: ComponentDescriptor, *, is_recording: bool
    ) -> bool:
        """Whether a component of an entity stays."""
        names = archetype_names(descriptor)
        if self.components.exclude.matches(descriptor.component):
            return False
        if any(map(self.archetypes.exclude.matches, names)):
            return False
        if not is_recording or is_property_path(path):
            return True
        included = self.archetypes.include
        return self.components.matches(descriptor.component) and (
            not included.patterns or any(map(included.matches, names))
        )

    @property
    def chooses_components(self) -> bool:
        """Whether components are left out of entities that stay."""
        return not (self.components.is_everything and self.archetypes.is_everything)

    def check(self, found: Inventory) -> None:
        """Refuses patterns that match nothing.

        Raises:
            EditRefusedError: Naming every such pattern.
        """
        reasons = [
            *missed("entity", self.entities, found.entities),
            *missed("component", self.components, found.components),
            *missed("archetype", self.archetypes, found.archetypes),
            *missed("timeline", self.timelines, found.timelines),
            *missed("recording or blueprint", self.stores, found.stores),
        ]
        if reasons:
            raise EditRefusedError(*reasons)
