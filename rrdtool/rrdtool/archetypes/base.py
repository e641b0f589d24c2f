"""What all archetypes have in common.

An archetype is a class with one `Row` per field. Its constructor, `columns` and `from_fields` are
declared beside the rows so that editors and type checkers know every parameter; what they do is
here:

```
class TransformAxes3D(VisualizableArchetype):
    axis_length: Row[components.AxisLengthBatch]
    show_frame: Row[components.ShowLabelsBatch]

    def __init__(self, axis_length: Float32ArrayLike, **options: Unpack[_Options]) -> None:
        self._store(axis_length=axis_length, **options)
```

At run time the rows come from the vocabulary, which knows the components and their order.

A field that is not given, or given as None, is not stored; an empty list is stored as an empty
batch, which clears the component. `**options` stands for all rows that are no parameters yet, and
signatures show them in its place.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from pprint import pformat
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from rrdformats import vocabulary
from rrdtool.archetypes.visualizers import Visualizer
from rrdtool.model.described import (
    ComponentColumn,
    ComponentColumnList,
    ComponentDescriptor,
    DescribedComponentBatch,
)
from rrdtool.model.errors import catch_and_log_exceptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rrdtool.archetypes.visualizers import VisualizerComponentMappingLike

    class ArchetypeType(type):
        """Tells type checkers of `descriptor_<field>()`, which every field has."""

        def __getattr__(cls, name: str) -> Callable[[], ComponentDescriptor]: ...
else:
    ArchetypeType = type

__all__ = ["Archetype", "Row", "VisualizableArchetype"]

_Batch = TypeVar("_Batch")

_PREFIX = "rerun.archetypes."


class Row(Generic[_Batch]):
    """One field of an archetype: reads as a batch or None, converts what is assigned.

    Args:
        batch: The class of batches that holds the field's values.
        name: The name of the field; known without it, if the row is a class attribute.
    """

    __slots__ = ("batch", "name")

    batch: Callable[[Any], _Batch]
    name: str

    def __init__(self, batch: Callable[[Any], _Batch], name: str = "") -> None:
        self.batch = batch
        self.name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: Archetype, owner: type) -> _Batch | None: ...

    def __get__(self, instance: Archetype | None, owner: type) -> Self | _Batch | None:
        if instance is None:
            return self
        batch: _Batch | None = vars(instance).get(self.name)
        return batch

    def __set__(self, instance: Archetype, value: object) -> None:
        if value is None:
            vars(instance).pop(self.name, None)
        else:
            vars(instance)[self.name] = self.batch(value)


class Archetype(metaclass=ArchetypeType):  # noqa: PLW1641 - fields can be assigned to
    """A set of components that are logged together."""

    NAME: ClassVar[str]
    """Full name, `rerun.archetypes.Points3D`."""

    _rows: ClassVar[dict[str, Row[Any]]]
    _descriptors: ClassVar[dict[str, ComponentDescriptor]]
    _computed: ClassVar[frozenset[str]]

    def __init_subclass__(
        cls, *, prefix: str = _PREFIX, computed: Iterable[str] = (), **kwargs: Any
    ) -> None:
        """Gives a class that the vocabulary knows its rows; others are as their parents.

        Args:
            prefix: The namespace of the archetype's full name.
            computed: Fields that the constructor makes of parameters with other names.
            kwargs: What other base classes want to know.
        """
        super().__init_subclass__(**kwargs)
        declared = vocabulary.archetype(prefix + cls.__name__)
        if declared is None:
            return
        cls.NAME = declared.name  # pyright: ignore[reportConstantRedefinition]  # once per class
        cls._rows, cls._descriptors, cls._computed = {}, {}, frozenset(computed)
        for field in declared.fields:
            name, component_type = field.name, field.component_type
            row: Row[Any] = vars(cls).get(name) or Row(_batch_class(component_type), name)
            descriptor = ComponentDescriptor(f"{cls.__name__}:{name}", cls.NAME, component_type)
            cls._rows[name], cls._descriptors[name] = row, descriptor
            setattr(cls, name, row)
            setattr(cls, f"descriptor_{name}", staticmethod(_always(descriptor)))
        _spell_out(cls.__init__, [name for name in cls._rows if name not in cls._computed])
        for name in {"columns", "from_fields"} & vars(cls).keys():  # blueprints have no columns
            _spell_out(vars(cls)[name].__func__, cls._rows)

    @classmethod
    def archetype(cls) -> str:
        """The full name, `rerun.archetypes.Points3D`."""
        return cls.NAME

    @classmethod
    def archetype_short_name(cls) -> str:
        """The name without its namespace, `Points3D`."""
        return cls.NAME.rpartition(".")[2]

    @classmethod
    def cleared(cls) -> Self:
        """An archetype whose fields are all empty: logging it clears the entity's components."""
        return cls._from_fields({}, clear_unset=True)

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        """The fields that are stored, in the order of their declaration."""
        batches = vars(self)
        return [
            DescribedComponentBatch(batches[name], descriptor)
            for name, descriptor in self._descriptors.items()
            if name in batches
        ]

    def _store(self, **fields: object) -> None:
        """Converts the fields that are not None, and stores them.

        Raises:
            TypeError: If there is no such field.
        """
        vars(self).update(self._converted(fields))

    def _store_computed(self, compute: Callable[[], dict[str, object]], **fields: object) -> None:
        """Stores fields of which some take computing; nothing at all, if that fails in lax mode.

        Raises:
            TypeError: If there is no such field.
        """
        unknown = fields.keys() - self._rows.keys() | fields.keys() & self._computed
        if unknown:
            raise TypeError(f"{type(self).__name__}() has no parameters {sorted(unknown)}")
        with catch_and_log_exceptions(type(self).__name__):
            vars(self).update(self._converted(fields | compute()))

    @classmethod
    def _converted(cls, fields: Mapping[str, object]) -> dict[str, Any]:
        rows = cls._rows
        batches = {}
        for name, value in fields.items():
            row = rows.get(name)
            if row is None:
                raise TypeError(f"{cls.__name__} has no field {name!r}")
            if value is not None:
                batches[name] = row.batch(value)
        return batches

    @classmethod
    def _from_fields(cls, fields: Mapping[str, object], clear_unset: bool = False) -> Self:
        """An archetype of these fields, by-passing the constructor."""
        batches = cls._converted(fields)
        if clear_unset:
            for name, row in cls._rows.items():
                if name not in batches:
                    batches[name] = row.batch([])
        archetype = cls.__new__(cls)
        vars(archetype).update(batches)
        return archetype

    @classmethod
    def _columns(cls, fields: Mapping[str, object]) -> ComponentColumnList:
        """One column per field that is not None, cut into rows by the shape of what was given."""
        from rrdtool.archetypes.partitioning import row_offsets

        batches = cls._converted(fields)
        return ComponentColumnList(
            ComponentColumn(
                descriptor, batches[name], offsets=row_offsets(batches[name], fields[name])
            )
            for name, descriptor in cls._descriptors.items()
            if name in batches
        )

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return vars(self) == vars(other)

    def __repr__(self) -> str:
        lines = [
            f"  {name}={pformat(batch.as_arrow_array().to_pylist(), indent=4, compact=True)}"
            for name, batch in ((name, vars(self).get(name)) for name in self._rows)
            if batch is not None
        ]
        body = ",\n".join(lines)
        return f"rr.{type(self).__name__}(\n{body}\n)" if lines else f"rr.{type(self).__name__}()"


class VisualizableArchetype(Archetype):
    """An archetype that a blueprint can tell a viewer how to draw."""

    _visualizer: ClassVar[str]

    def __init_subclass__(cls, *, visualizer: str | None = None, **kwargs: Any) -> None:
        """Remembers the name of the visualizer, where it is not that of the archetype."""
        super().__init_subclass__(**kwargs)
        if "NAME" in vars(cls):
            cls._visualizer = visualizer or cls.__name__

    def visualizer(
        self, *, mappings: Sequence[VisualizerComponentMappingLike] | None = None
    ) -> Visualizer:
        """A visualizer for blueprints, with the stored fields as overrides.

        Args:
            mappings: Where the visualizer takes its other components from.
        """
        overrides = self.as_component_batches()
        return Visualizer(self._visualizer, overrides=overrides, mappings=mappings)


def _batch_class(component_type: str) -> Callable[[Any], Any]:
    """The class that holds values of a component: `rrdtool.components.RadiusBatch`."""
    namespace, _, name = component_type.removeprefix("rerun.").rpartition(".")
    found: Callable[[Any], Any] = getattr(import_module(f"rrdtool.{namespace}"), f"{name}Batch")
    return found


def _always(descriptor: ComponentDescriptor) -> Callable[[], ComponentDescriptor]:
    return lambda: descriptor


def _spell_out(method: Any, rows: Iterable[str]) -> None:
    """Has the signature of a method name the rows that its `**fields` stand for."""
    signature = inspect.signature(method)
    parameters = dict(signature.parameters)
    rest = next((p for p in parameters.values() if p.kind is p.VAR_KEYWORD), None)
    if rest is not None:
        del parameters[rest.name]
        for name in rows:
            row = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
            parameters.setdefault(name, row)
        method.__signature__ = signature.replace(parameters=list(parameters.values()))
