"""`rrd meta`: a recording's own properties, read, set and removed."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.messages import StoreKind
from rrdformats.properties import (
    PROPERTIES_PATH,
    is_property_path,
    property_name,
    shown_property,
)
from rrdformats.reader import Recording
from rrdformats.selectors import Selection, Selector
from rrdformats.timeline import TimeKind
from rrdformats.times import parse_time
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal
from rrdtool.operations.matching import check_matches

if TYPE_CHECKING:
    import pyarrow as pa

    from rrdtool.operations.edit_plan import PlannedStore
    from rrdtool.operations.edit_writing import EditReport
    from rrdtool.operations.editing import Edit, EditSettings

__all__ = ["RecordingProperties", "get_properties", "set_properties", "unset_properties"]

_ARCHETYPE = "rerun.archetypes.RecordingInfo"
_OWN = {
    "name": ComponentDescriptor("RecordingInfo:name", _ARCHETYPE, "rerun.components.Name"),
    "start_time": ComponentDescriptor(
        "RecordingInfo:start_time", _ARCHETYPE, "rerun.components.Timestamp"
    ),
}
"""The properties that every recording may have."""


@dataclass(frozen=True, slots=True)
class RecordingProperties:
    """Properties of one recording.

    Attributes:
        application_id: Its application.
        recording_id: Its id.
        properties: Values by name; None where they are too large to read.
    """

    application_id: str | None
    recording_id: str
    properties: dict[str, Any]


def get_properties(
    recording: Recording,
    names: Sequence[str] = (),
    *,
    stores: Sequence[str] = (),
    allow_empty: bool = False,
) -> list[RecordingProperties]:
    """The properties of the recordings in a file.

    Args:
        recording: What to read; neither numpy nor pyarrow is needed if it has a footer.
        names: Which properties, by glob; none for all.
        stores: Which recordings, by glob over their ids; none for all.
        allow_empty: Whether patterns may match nothing.

    Raises:
        EditRefusedError: If a pattern matches nothing.
        RrdError: If it is no recording that can be read.
    """
    wanted, chosen = Selection.names(names), Selection.names(stores)
    contents = recording.contents
    recordings = [s for s in contents.stores if s.kind is StoreKind.RECORDING]
    there = [s for s in recordings if chosen.matches(s.recording_id)]
    found = {store_id: dict(contents.properties.items(store_id)) for store_id in there}
    if not allow_empty:
        known = {name for properties in found.values() for name in properties}
        check_matches("recording", chosen.include, {s.recording_id for s in recordings})
        check_matches("property", wanted.include, known)
    return [
        RecordingProperties(
            store_id.application_id,
            store_id.recording_id,
            {
                name: shown_property(name, value)
                for name, value in properties.items()
                if wanted.matches(name)
            },
        )
        for store_id, properties in found.items()
    ]


def set_properties(
    recording: Recording,
    file: BinaryIO | None,
    values: Mapping[str, str],
    *,
    stores: Sequence[str] = (),
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes a recording with other values for some of its properties.

    Args:
        recording: What to read.
        file: Where to write; None only tells what would be written.
        values: New values by name, as people write them: JSON (a number, a truth value, or a list
            of equal ones), or else text. A property that is there keeps its type if the value fits.
        stores: Which recordings, by glob over their ids; none if there is only one.
        settings: How it is done.

    Raises:
        EditRefusedError: If a value is not written as it must be, or it is not clear which
            recording is meant; nothing has been written.
        InputError: If the input cannot be read.
        OSError: If something cannot be read or written.
    """
    from rrdtool.operations.history import property_chunk

    with _opened(recording, stores, settings) as (edit, chosen):
        for store in chosen:
            known = {name: (path, old, kind) for name, path, old, kind in _columns(store)}
            _drop(store, set(values))
            by_path: dict[str, dict[ComponentDescriptor, Any]] = {}
            for name, text in values.items():
                path, descriptor = known[name][:2] if name in known else _place(name)
                kind = known[name][2] if name in known else None
                by_path.setdefault(path, {})[descriptor] = _value(name, text, kind)
            for path, columns in by_path.items():
                store.chunks.append(property_chunk(path, columns, store.first_time()))
        return edit.finish(file)


def unset_properties(
    recording: Recording,
    file: BinaryIO | None,
    names: Sequence[str],
    *,
    stores: Sequence[str] = (),
    settings: EditSettings | None = None,
) -> EditReport:
    """Writes a recording without some of its properties.

    Args:
        recording: What to read.
        file: Where to write; None only tells what would be written.
        names: Which properties, by glob.
        stores: Which recordings, by glob over their ids; none if there is only one.
        settings: How it is done.

    Raises:
        EditRefusedError: If a pattern matches nothing, or it is not clear which recording is meant;
            nothing has been written.
        InputError: If the input cannot be read.
        OSError: If something cannot be read or written.
    """
    wanted = Selector.names(*names)
    with _opened(recording, stores, settings) as (edit, chosen):
        known = {name for store in chosen for name, *_ in _columns(store)}
        if not edit.settings.allow_empty:
            check_matches("property", wanted, known)
        for store in chosen:
            _drop(store, {name for name in known if wanted.matches(name)})
        return edit.finish(file)


@contextmanager
def _opened(
    recording: Recording, stores: Sequence[str], settings: EditSettings | None
) -> Generator[tuple[Edit, list[PlannedStore]]]:
    """An edit of a recording, and the stores of the plan whose properties are meant.

    Raises:
        EditRefusedError: If there is none, or several and none is named.
    """
    from rrdtool.operations.editing import EditSettings, opened

    chosen = Selection.names(stores)
    with opened([recording], settings or EditSettings()) as edit:
        there = [store for store in edit.plan.stores.values() if store.is_recording]
        ids = [store.store_id.recording_id for store in there]
        check_matches("recording", chosen.include, ids)
        if not there:
            raise EditRefusedError(Refusal("there is no recording in it", recording.source.name))
        if len(there) > 1 and not stores:
            told = ", ".join(ids)
            raise EditRefusedError(
                Refusal(f"there are recordings {told}", recording.source.name, "add --store ID")
            )
        yield edit, [s for s in there if chosen.matches(s.store_id.recording_id)]


def _columns(
    store: PlannedStore,
) -> Iterator[tuple[str, str, ComponentDescriptor, pa.DataType]]:
    """Name, entity, component and Arrow type of each property of a store."""
    import pyarrow as pa

    from rrdformats.manifest import descriptor_of
    from rrdformats.migrations import migrate_descriptor

    for share in store.shares:
        manifest = share.item.manifest
        arrow = pa.ipc.read_schema(pa.py_buffer(manifest.schema_bytes))
        for index, field in enumerate(manifest.schema.fields):
            path = field.metadata.get("rerun:entity_path", "")
            old = descriptor_of(field.metadata)
            descriptor = None if old is None else migrate_descriptor(old)
            if descriptor is not None and is_property_path(path):
                name = property_name(path, descriptor.component)
                yield name, path, descriptor, arrow.field(index).type


def _drop(store: PlannedStore, names: set[str]) -> None:
    """Plans to leave out some properties of a store."""
    dropped: dict[str, set[ComponentDescriptor]] = {}
    for name, path, descriptor, _ in _columns(store):
        if name in names:
            dropped.setdefault(path, set()).add(descriptor)
    frozen = {path: frozenset(found) for path, found in dropped.items()}
    for share in store.shares:
        share.edit = replace(share.edit, dropped=frozen)


def _place(name: str) -> tuple[str, ComponentDescriptor]:
    """Entity and component of a property that is new.

    Raises:
        EditRefusedError: If the name is none.
    """
    if name in _OWN:
        return PROPERTIES_PATH, _OWN[name]
    group, _, field = name.rpartition(".")
    if not field or name.startswith("."):
        raise EditRefusedError(Refusal(f"{name!r} is no name of a property"))
    root = EntityPath.parse(PROPERTIES_PATH)
    path = EntityPath(root.parts + EntityPath.parse(group).parts)
    return str(path), ComponentDescriptor(field)


def _value(name: str, text: str, kind: pa.DataType | None) -> pa.Array[Any]:
    """A column of one row with the value that `text` says.

    Raises:
        EditRefusedError: If it says none.
    """
    import pyarrow as pa

    if name == "start_time":
        try:
            times = [parse_time(text, TimeKind.TIMESTAMP)]
        except ValueError as error:
            raise EditRefusedError(Refusal(str(error), name)) from error
        return pa.array([times], kind or pa.list_(pa.int64()))
    if name == "name":
        return pa.array([[text]], pa.list_(pa.utf8()))
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = text
    for value, wanted in ((parsed, kind), (text, kind), (parsed, None)):
        members = value if isinstance(value, list) else [value]
        try:
            array = pa.array([members], wanted)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            continue
        if wanted is not None or _is_plain(array.type):
            return array
    return pa.array([[text]], pa.list_(pa.utf8()))


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a type is a list of texts, numbers or truth values."""
    import pyarrow as pa

    if not pa.types.is_list(kind):
        return False
    element = kind.value_type
    return bool(
        pa.types.is_string(element)
        or pa.types.is_integer(element)
        or pa.types.is_floating(element)
        or pa.types.is_boolean(element)
    )
