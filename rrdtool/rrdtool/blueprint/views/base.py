"""What all views have in common.

A view stores, below `view/<id>`:

| path | what |
|---|---|
| (itself) | its class, origin, title |
| `ViewContents` | which entities it shows |
| `<Archetype>` | a property: background, legend, axes |
| `defaults` | components for entities that lack them |
| `ViewContents/overrides/<entity>/visualizers` | how an entity is drawn and behaves |
| `ViewContents/overrides/<entity>/visualizers/<id>` | one visualizer |
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypedDict

from rrdtool.blueprint.archetypes.layout import (
    ActiveVisualizers,
    EntityBehavior,
    ViewBlueprint,
    ViewContents,
    VisualizerInstruction,
)
from rrdtool.blueprint.archetypes.times import VisibleTimeRanges
from rrdtool.blueprint.visualizers import VisualizableArchetype, Visualizer
from rrdtool.model.protocols import AsComponents

if TYPE_CHECKING:
    from rrdtool import datatypes
    from rrdtool.archetypes.base import Archetype
    from rrdtool.blueprint.blueprints import Blueprint
    from rrdtool.blueprint.containers import Container
    from rrdtool.model.described import DescribedComponentBatch
    from rrdtool.recording.bundles import Bundle
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "KnownView",
    "View",
    "ViewContentsLike",
    "ViewOptions",
    "VisualizerLike",
]

ViewContentsLike: TypeAlias = "datatypes.Utf8ArrayLike | ViewContents"
"""Rules that take entities into a view (`/world/**`, `$origin/**`), or out of it (`- /world/a`)."""

VisualizerLike: TypeAlias = EntityBehavior | VisibleTimeRanges | Visualizer | VisualizableArchetype
"""What can be said about an entity in a view."""

_Overrides: TypeAlias = (
    "Mapping[datatypes.EntityPathLike, VisualizerLike | Iterable[VisualizerLike]]"
)

_OverrideDict: TypeAlias = (
    "dict[datatypes.EntityPathLike, VisualizerLike | Iterable[VisualizerLike]]"
)


class View:
    """A view of any class; those that viewers know have a class of their own here.

    Args:
        class_identifier: Its class, such as `3D`.
        origin: The entity in whose space it is drawn.
        contents: The entities that it shows.
        name: Its title.
        visible: Whether it is shown.
        titlebar: Whether its title is shown.
        properties: What describes it further, by the name of the archetype.
        defaults: Components for entities that lack them.
        overrides: How entities are drawn and behave, whatever was logged; by full path.
    """

    def __init__(
        self,
        *,
        class_identifier: datatypes.Utf8Like,
        origin: datatypes.EntityPathLike,
        contents: ViewContentsLike,
        name: datatypes.Utf8Like | None,
        visible: datatypes.BoolLike | None = None,
        titlebar: datatypes.BoolLike | None = None,
        properties: Mapping[str, AsComponents] | None = None,
        defaults: Iterable[AsComponents | Iterable[DescribedComponentBatch]] | None = None,
        overrides: _Overrides | None = None,
    ) -> None:
        self.id: uuid.UUID = uuid.uuid4()
        self.class_identifier = class_identifier
        self.origin = origin
        self.contents = contents
        self.name = name
        self.visible = visible
        self.titlebar = titlebar
        self.properties: dict[str, AsComponents] = dict(properties or {})
        self.defaults: list[AsComponents | Iterable[DescribedComponentBatch]] = list(defaults or ())
        self.visualizer_overrides: _OverrideDict = dict(overrides or {})

    def blueprint_path(self) -> str:
        """Where the view is stored in a blueprint."""
        return f"view/{self.id}"

    def to_container(self) -> Container:
        """A container with this view alone."""
        from rrdtool.blueprint.containers import Tabs

        return Tabs(self)

    def to_blueprint(self) -> Blueprint:
        """A blueprint with this view alone."""
        from rrdtool.blueprint.blueprints import Blueprint

        return Blueprint(self)

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the view and all that belongs to it.

        Raises:
            ValueError: If a default has no components.
        """
        path, contents = self.blueprint_path(), self.contents
        if not isinstance(contents, ViewContents):
            contents = ViewContents(contents)
        stream.log(f"{path}/ViewContents", contents)
        view = ViewBlueprint(
            self.class_identifier,
            display_name=self.name,
            space_origin=self.origin,
            visible=self.visible,
            titlebar=self.titlebar,
        )
        stream.log(path, view)
        for name, archetype in self.properties.items():
            stream.log(f"{path}/{name}", archetype)
        for default in self.defaults:
            stream.log(f"{path}/defaults", _bundle_of(default))
        for entity, visualizers in self.visualizer_overrides.items():
            self._log_overrides(stream, str(entity).removeprefix("/"), visualizers)

    def _log_overrides(
        self,
        stream: RecordingStream,
        entity: str,
        visualizers: VisualizerLike | Iterable[VisualizerLike],
    ) -> None:
        path = f"{self.blueprint_path()}/ViewContents/overrides/{entity}/visualizers"
        active = []
        for item in visualizers if isinstance(visualizers, Iterable) else (visualizers,):
            visualizer = item.visualizer() if isinstance(item, VisualizableArchetype) else item
            if not isinstance(visualizer, Visualizer):
                stream.log(path, visualizer)
                continue
            active.append(visualizer.id)
            instruction = VisualizerInstruction(
                visualizer.visualizer_type, component_map=_mappings(visualizer)
            )
            stream.log(f"{path}/{visualizer.id}", instruction)
            if visualizer.overrides:
                stream.log(f"{path}/{visualizer.id}", visualizer.overrides)
        if active:
            stream.log(path, ActiveVisualizers(active))


def _mappings(visualizer: Visualizer) -> Any:
    """What the library of archetypes knows as objects, and its base class need not know at all."""
    return visualizer.mappings


def _bundle_of(default: Any) -> Bundle:
    if isinstance(default, AsComponents):
        return default
    if hasattr(default, "as_arrow_array"):
        return [default]
    if isinstance(default, Iterable) and not isinstance(default, str | bytes):
        return default
    raise ValueError(f"the default {default!r} is neither an archetype nor a component batch")


class ViewOptions(TypedDict, total=False):
    """What can be said about every view.

    Attributes:
        origin: The entity in whose space it is drawn; the root by default.
        contents: The entities that it shows; the origin and all below it by default.
        name: Its title.
        visible: Whether it is shown.
        titlebar: Whether its title is shown.
        defaults: Components for entities that lack them.
        overrides: How entities are drawn and behave, whatever was logged; by full path.
    """

    origin: datatypes.EntityPathLike
    contents: ViewContentsLike
    name: datatypes.Utf8Like | None
    visible: datatypes.BoolLike | None
    titlebar: datatypes.BoolLike | None
    defaults: Iterable[AsComponents | Iterable[DescribedComponentBatch]] | None
    overrides: _Overrides | None


_DEFAULTS: ViewOptions = {
    "origin": "/",
    "contents": "$origin/**",
    "name": None,
    "visible": None,
    "titlebar": None,
    "defaults": None,
    "overrides": None,
}


class KnownView(View):
    """A view of a class that viewers know; a subclass says which, and what properties it has."""

    _known_as: ClassVar[str]

    def __init_subclass__(cls, *, class_identifier: str | None = None, **others: Any) -> None:
        """Has the signature of the constructor name what its `**options` stand for."""
        super().__init_subclass__(**others)
        if class_identifier is None:
            return
        cls._known_as = class_identifier
        constructor: Any = cls.__init__
        signature = inspect.signature(constructor)
        receiver, *own = signature.parameters.values()
        common = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
            for name, default in _DEFAULTS.items()
        ]
        own = [parameter for parameter in own if parameter.kind is parameter.KEYWORD_ONLY]
        constructor.__signature__ = signature.replace(parameters=[receiver, *common, *own])

    def _set_up(self, options: ViewOptions, *properties: tuple[type[Archetype], object]) -> None:
        """Makes the view of what the constructor was given.

        Args:
            options: What can be said about every view.
            properties: The archetype of each property, and one or what it can be made of; None
                leaves it out.

        Raises:
            TypeError: If there is no such option, or a property cannot be made of its value.
        """
        common: dict[str, Any] = {**_DEFAULTS, **options}
        View.__init__(
            self,
            class_identifier=self._known_as,
            properties={
                archetype.__name__: _made(archetype, value)
                for archetype, value in properties
                if value is not None
            },
            **common,
        )


def _made(archetype: Any, value: Any) -> AsComponents:
    made: AsComponents = value if isinstance(value, archetype) else archetype(value)
    return made
