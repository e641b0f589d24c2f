"""Entities, components and their types: `rrd schema`.

Everything comes from the footers, without pyarrow, unless there are none or an older release wrote
them: names that changed since are brought to those of this version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from rrdformats.contents import Contents
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.ipc_read import IpcField, TypeId
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreId
from rrdformats.reader import Recording
from rrdformats.selectors import Selection
from rrdformats.timeline import Timeline
from rrdformats.vocabulary import ArrowField, ArrowType, component

__all__ = [
    "ComponentRow",
    "RecordingSchema",
    "StoreSchema",
    "TimelineRow",
    "schema",
    "short_type",
    "value_type",
]

_CURRENT = (0, 41, 0)
"""Since this release, what a footer names needs no migration."""

_KNOWN_NAMESPACE = "rerun."


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A timeline of a store.

    Attributes:
        name: Its name.
        kind: `sequence`, `duration` or `timestamp`.
        entities: How many of the selected entities have it.
    """

    name: str
    kind: str
    entities: int


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A component of an entity.

    Attributes:
        entity_path: The entity.
        component: Its identifier.
        archetype: Full name of the archetype, if it belongs to one.
        component_type: Full name of its type, if it has one.
        arrow_type: Arrow type of one value, canonical text.
        is_static: Whether it has static rows.
        is_temporal: Whether it has rows with times.
        timelines: Timelines of the entity, if it is temporal.
        note: What is unusual about its type; None if nothing is.
        type: The Arrow type as a value.
    """

    entity_path: str
    component: str
    archetype: str | None
    component_type: str | None
    arrow_type: str
    is_static: bool
    is_temporal: bool
    timelines: list[str]
    note: str | None
    type: ArrowType

    @property
    def key(self) -> tuple[str, str, str]:
        """Place among the components of its entity: by archetype, component, type."""
        return self.archetype or "", self.component, self.component_type or ""


@dataclass(frozen=True, slots=True)
class StoreSchema:
    """The schema of one store.

    Attributes:
        store_id: The store.
        timelines: By name.
        components: By entity and component.
    """

    store_id: StoreId
    timelines: list[TimelineRow]
    components: list[ComponentRow]


@dataclass(frozen=True, slots=True)
class RecordingSchema:
    """The schemas of all stores of a recording.

    Attributes:
        stores: In order of appearance; those without chunks have no rows.
        entities: All entities, selected or not.
        scan_reason: Why everything was read; None if the footers told everything.
        damage: What could not be read.
    """

    stores: list[StoreSchema]
    entities: set[str]
    scan_reason: str | None
    damage: list[str]


def schema(recording: Recording, selection: Selection | None = None) -> RecordingSchema:
    """What the selected entities of `recording` hold.

    Raises:
        RrdError: If it is no recording that can be read at all.
        OSError: If reading fails.
    """
    contents = recording.contents
    chosen = selection or Selection.entities()
    paths = {path for item in contents.manifests for path in set(item.manifest.entity_path)}
    return RecordingSchema(
        stores=[_store(contents, store_id, chosen) for store_id in contents.stores],
        entities=paths,
        scan_reason=contents.scan_reason,
        damage=[str(error) for error in contents.damage],
    )


def _store(contents: Contents, store_id: StoreId, chosen: Selection) -> StoreSchema:
    gathered = _Gathered(chosen)
    for item in contents.of_store(store_id):
        gathered.add(item.manifest, outdated=item.stream.header.version.release < _CURRENT)
    entities = gathered.timelines.values()
    timelines = [
        TimelineRow(line.name, line.kind.value, sum(line in lines for lines in entities))
        for line in sorted(gathered.lines, key=lambda line: (line.name, line.kind.value))
    ]
    rows = sorted(gathered.rows(), key=lambda row: row.key)
    rows.sort(key=lambda row: EntityPath.parse(row.entity_path).natural_sort_key)
    return StoreSchema(store_id, timelines, rows)


class _Gathered:
    """The columns of one store, from the manifests of its streams."""

    def __init__(self, chosen: Selection) -> None:
        self.chosen = chosen
        self.lines: set[Timeline] = set()
        self.timelines: dict[str, set[Timeline]] = {}
        self.types: dict[tuple[str, ComponentDescriptor], ArrowType] = {}
        self.static: set[tuple[str, ComponentDescriptor]] = set()
        self.temporal: set[tuple[str, ComponentDescriptor]] = set()

    def add(self, manifest: Manifest, *, outdated: bool) -> None:
        paths = manifest.entity_path
        for line, bounds in manifest.timelines.items():
            self.lines.add(line)
            here = paths if bounds.exists is None else compress(paths, bounds.exists)
            for path in set(here):
                self.timelines.setdefault(path, set()).add(line)
        modes = _Modes(manifest)
        renamed = _migrated if outdated else _unchanged
        for path, descriptor, field in manifest.entity_columns():
            if not self.chosen.matches(path):
                continue
            arrow = value_type(field)
            current = renamed(descriptor)
            if current is None:
                continue
            if current.component_type != descriptor.component_type:
                known = component(current.component_type or "")
                arrow = arrow if known is None else known.arrow  # the migration converts values
            self.types.setdefault((path, current), arrow)
            if modes.is_static(path, descriptor, field):
                self.static.add((path, current))
            if modes.is_temporal(path, descriptor, field):
                self.temporal.add((path, current))

    def rows(self) -> Iterator[ComponentRow]:
        for key, arrow in self.types.items():
            path, descriptor = key
            temporal = key in self.temporal
            lines = self.timelines.get(path, set()) if temporal else set()
            yield ComponentRow(
                entity_path=path,
                component=descriptor.component,
                archetype=descriptor.archetype,
                component_type=descriptor.component_type,
                arrow_type=str(arrow),
                is_static=key in self.static,
                is_temporal=temporal,
                timelines=sorted(line.name for line in lines),
                note=_note(descriptor, arrow),
                type=arrow,
            )


class _Modes:
    """Whether columns are static, temporal, or both."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        static, paths = manifest.is_static, manifest.entity_path
        self._static_paths = set(compress(paths, static))
        self._temporal_paths = set(compress(paths, (not one for one in static)))

    def is_static(self, _path: str, _descriptor: ComponentDescriptor, field: IpcField) -> bool:
        return field.metadata.get("rerun:is_static") == "true"

    def is_temporal(self, path: str, descriptor: ComponentDescriptor, field: IpcField) -> bool:
        if path not in self._temporal_paths:
            return False
        if path not in self._static_paths or not self.is_static(path, descriptor, field):
            return True
        # An entity with chunks of both kinds, the component in a static one: only its rows in
        # each chunk tell whether it is in the others, too.
        for (_, held), bounds in self._manifest.component_bounds.items():
            if held == descriptor and bounds.num_rows is not None:
                here = compress(self._manifest.entity_path, bounds.num_rows)
                if path in here:
                    return True
        return False


def _unchanged(descriptor: ComponentDescriptor) -> ComponentDescriptor | None:
    return descriptor


def _migrated(descriptor: ComponentDescriptor) -> ComponentDescriptor | None:
    from rrdformats.migrations import migrate_descriptor  # needs pyarrow

    return migrate_descriptor(descriptor)


def _note(descriptor: ComponentDescriptor, arrow: ArrowType) -> str | None:
    """What is unusual about the type of a component."""
    name = descriptor.component_type
    if name is None:
        return None
    known = component(name)
    if known is None:
        return "unknown component type" if name.startswith(_KNOWN_NAMESPACE) else None
    if arrow != known.arrow:
        return f"{known.short_name} is {short_type(known.arrow)}"
    return None


# --- types --------------------------------------------------------------------------------------

_INTEGERS = {
    (bits, signed): f"{'' if signed else 'u'}int{bits}"
    for bits in (8, 16, 32, 64)
    for signed in (0, 1)
}
_FLOATS = ("halffloat", "float", "double")
_UNITS = ("s", "ms", "us", "ns")
_SIMPLE = {
    TypeId.NULL: "null",
    TypeId.BOOL: "bool",
    TypeId.UTF8: "string",
    TypeId.BINARY: "binary",
    TypeId.LARGE_UTF8: "large_string",
    TypeId.LARGE_BINARY: "large_binary",
}
_LISTS = {TypeId.LIST: "list", TypeId.LARGE_LIST: "large_list"}
_DENSE = 1


def value_type(field: IpcField) -> ArrowType:
    """The type of one value: of the items of a column of lists."""
    if field.type_id == TypeId.LIST and field.children:
        field = field.children[0]
    return _arrow_type(field)


def _arrow_type(field: IpcField) -> ArrowType:
    children = tuple(
        ArrowField(child.name, _arrow_type(child), child.nullable) for child in field.children
    )
    match field.type_id:
        case TypeId.FIXED_SIZE_LIST if len(children) == 1:
            return ArrowType("fixed_size_list", children, field.params[0])
        case TypeId.LIST | TypeId.LARGE_LIST if len(children) == 1:
            return ArrowType(_LISTS[field.type_id], children)
        case TypeId.STRUCT:
            return ArrowType("struct", children)
        case TypeId.UNION if field.params[0] == _DENSE:
            codes = field.params[1:]  # those of the arms in order may be left out
            if len(codes) != len(children):
                codes = tuple(range(len(children)))
            return ArrowType("dense_union", children, 0, codes)
        case _:
            return ArrowType(_flat_name(field))


def _flat_name(field: IpcField) -> str:
    """The name of a type without children, as pyarrow spells it."""
    match field.type_id, field.params:
        case TypeId.INT, (bits, signed):
            return _INTEGERS.get((bits, int(bool(signed))), f"int{bits}")
        case TypeId.FLOAT, (precision,) if 0 <= precision < len(_FLOATS):
            return _FLOATS[precision]
        case TypeId.FIXED_SIZE_BINARY, (size,):
            return f"fixed_size_binary[{size}]"
        case (TypeId.TIMESTAMP | TypeId.DURATION as which, (unit, *_)) if 0 <= unit < len(_UNITS):
            name = "timestamp" if which == TypeId.TIMESTAMP else "duration"
            return f"{name}[{_UNITS[unit]}]"
        case which, _:
            return _SIMPLE.get(which, f"type {which}")


_SHORT = {"halffloat": "float16", "float": "float32", "double": "float64", "string": "utf8"}


def short_type(arrow: ArrowType) -> str:
    """A type in the shortest words: `float32[3]`, `uint8[]`, `{first: utf8, second: utf8}`.

    >>> from rrdformats.vocabulary import parse_arrow_type
    >>> short_type(parse_arrow_type("list<item: fixed_size_list<item: float not null>[2]>"))
    'float32[2][]'
    """
    if arrow.kind == "fixed_size_list":
        return f"{short_type(arrow.fields[0].type)}[{arrow.size}]"
    if arrow.kind in ("list", "large_list"):
        return f"{short_type(arrow.fields[0].type)}[]"
    if arrow.fields:
        told = [field for field in arrow.fields if field.type.kind != "null"]
        members = ", ".join(f"{field.name}: {short_type(field.type)}" for field in told)
        return f"{{{members}}}" if arrow.kind == "struct" else f"<{members}>"
    return _SHORT.get(arrow.kind, arrow.kind)
