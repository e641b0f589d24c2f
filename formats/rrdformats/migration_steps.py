"""How the chunk schema changed from version to version (fact sheet section 9).

| version | what it changed | written by SDKs |
|---|---|---|
| 0.0.1 | | 0.23, which states no version |
| 0.0.2 | row ids as bytes, columns in order, plural archetypes of plots | |
| 0.1.0 | `rerun:` keys, component identifiers, recording properties | |
| 0.1.1 | no indicator columns | 0.24 to 0.27 |
| 0.1.2 | poses share the component types of transforms, axes and frames renamed | 0.28, 0.29 |
| 0.1.3 | one component type for visibility | 0.30 to 0.40 |
| 0.1.4 | table columns name what they show | 0.41 |

A step edits a `Draft` in place. Names are rules in tables; code only says how a table is applied.
Steps look at values only where their types say so, so a column without rows can stand for a bare
descriptor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from rrdformats.chunk_schema import (
    ARCHETYPE_KEY,
    COMPONENT_KEY,
    COMPONENT_TYPE_KEY,
    ENTITY_PATH_KEY,
    KIND_KEY,
    ROW_ID_TYPE,
)
from rrdformats.errors import CorruptError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "OLDEST_VERSION",
    "STEPS",
    "Column",
    "Draft",
    "Rename",
    "Step",
    "Version",
    "with_list_values",
]


class Version(NamedTuple):
    """Version of a chunk schema; a pre-release comes before its release."""

    major: int
    minor: int
    patch: int
    is_release: bool = True

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """The version that `text` (semantic versioning, all three numbers) states, if it does."""
        match = _SEMANTIC_VERSION.fullmatch(text)
        if match is None:
            return None
        return cls(int(match[1]), int(match[2]), int(match[3]), match[4] is None)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}{'' if self.is_release else '-pre'}"


_NUMBER = r"(0|[1-9][0-9]{0,18})"
_SEMANTIC_VERSION = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
)

OLDEST_VERSION = Version(0, 0, 1)
"""The version before the first step; chunks that state none have it."""


@dataclass(slots=True)
class Column:
    """A column under migration.

    Attributes:
        name: Name of its field.
        metadata: Metadata of its field.
        values: Its rows.
    """

    name: str
    metadata: dict[str, str]
    values: pa.Array[Any]

    @property
    def rank(self) -> int:
        """Place of its kind in a chunk: row ids 0, times 1, everything else 2."""
        metadata = self.metadata
        kind = metadata.get(_DOTTED_KIND) or metadata.get(KIND_KEY)
        return _RANKS.get(kind or "", _DATA)


@dataclass(slots=True)
class Draft:
    """A chunk under migration.

    Attributes:
        metadata: Metadata of its schema.
        columns: Its columns.
    """

    metadata: dict[str, str]
    columns: list[Column]

    @property
    def data_columns(self) -> list[Column]:
        """The columns that are neither row ids nor times."""
        return [column for column in self.columns if column.rank == _DATA]


_ROW_IDS, _TIMES, _DATA = range(3)
_RANKS = {"control": _ROW_IDS, "row_id": _ROW_IDS, "index": _TIMES, "time": _TIMES}


class Rename(NamedTuple):
    """Wherever the metadata entry `key` is `old`, all entries of `new` are set."""

    key: str
    old: str
    new: Mapping[str, str]

    def matches(self, column: Column) -> bool:
        """Whether the rule is for this column."""
        return column.metadata.get(self.key) == self.old


class Step(NamedTuple):
    """What leads from the version before `target` to `target`."""

    target: Version
    apply: Callable[[Draft], None]


# Keys as they were before 0.1.0.
_DOT = "rerun."
_DOTTED_KIND = "rerun.kind"
_DOTTED_COMPONENT = "rerun.component"
_DOTTED_ARCHETYPE = "rerun.archetype"
_DOTTED_ARCHETYPE_FIELD = "rerun.archetype_field"


# --- 0.0.2 -------------------------------------------------------------------------------------

PLURAL_ARCHETYPES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "rerun.archetypes.Scalar": ("rerun.archetypes.Scalars", {"scalar": "scalars"}),
    "rerun.archetypes.SeriesLine": (
        "rerun.archetypes.SeriesLines",
        {"color": "colors", "width": "widths", "name": "names"},
    ),
    "rerun.archetypes.SeriesPoint": (
        "rerun.archetypes.SeriesPoints",
        {"color": "colors", "marker": "markers", "name": "names", "marker_size": "marker_sizes"},
    ),
}


def _to_0_0_2(draft: Draft) -> None:
    if any(_DOTTED_KIND in column.metadata for column in draft.columns):
        draft.columns.sort(key=lambda column: column.rank)
    for column in draft.columns:
        if column.rank == _ROW_IDS and isinstance(column.values, pa.StructArray):
            column.values = _row_ids_from_struct(column.name, column.values)
    for column in draft.data_columns:
        _pluralise(column.metadata)


def _pluralise(metadata: dict[str, str]) -> None:
    plural, fields = PLURAL_ARCHETYPES.get(metadata.get(_DOTTED_ARCHETYPE, ""), (None, {}))
    if plural is None:
        return
    metadata[_DOTTED_ARCHETYPE] = plural
    field = metadata.get(_DOTTED_ARCHETYPE_FIELD)
    if field is not None and field in fields:
        metadata[_DOTTED_ARCHETYPE_FIELD] = fields[field]


def _row_ids_from_struct(name: str, ids: pa.StructArray) -> pa.Array[Any]:
    """16 big-endian bytes for each pair of time and counter; the children's names do not count."""
    if [child.type for child in ids.type] != [pa.uint64(), pa.uint64()]:
        raise CorruptError(f"row id column {name!r} is of type {ids.type}")
    halves = ids.flatten()
    if any(half.null_count for half in halves):
        raise CorruptError(f"row id column {name!r} has nulls")
    pairs = np.empty((len(ids), 2), dtype=">u8")
    for place, half in enumerate(halves):
        pairs[:, place] = half.to_numpy()
    return pa.Array.from_buffers(ROW_ID_TYPE, len(ids), [None, pa.py_buffer(pairs.tobytes())])


# --- 0.1.0 -------------------------------------------------------------------------------------

COLON_KEYS = (
    "entity_path",
    "index_name",
    "is_indicator",
    "is_semantically_empty",
    "is_sorted",
    "is_static",
    "is_tombstone",
    "kind",
)
"""Field keys that went from `rerun.` to `rerun:`."""

RECORDING_NAMES = (
    ("RecordingProperties", "RecordingInfo"),
    ("property:recording:RecordingInfo:", "property:RecordingInfo:"),
)
RECORDING_PATHS = {"/__properties/recording": "/__properties"}

_INDICATOR = "Indicator"
_COMPONENTS = "rerun.components."
_ARCHETYPE_PREFIX = re.compile(r"\Arerun\.(?:blueprint\.)?archetypes\.")


def _to_0_1_0(draft: Draft) -> None:
    keyed = [draft.metadata, *(column.metadata for column in draft.columns)]
    if any(key.startswith(_DOT) for metadata in keyed for key in metadata):
        data = draft.data_columns
        draft.metadata = {_colon(key): value for key, value in draft.metadata.items()}
        for column in draft.columns:
            _colon_keys(column.metadata)
        for column in data:
            _identify(column)
    path = draft.metadata.get(ENTITY_PATH_KEY)
    if path in RECORDING_PATHS:
        draft.metadata[ENTITY_PATH_KEY] = RECORDING_PATHS[path]
    for column in draft.columns:
        _rename_recording(column)


def _colon(key: str) -> str:
    return f"rerun:{key.removeprefix(_DOT)}" if key.startswith(_DOT) else key


def _colon_keys(metadata: dict[str, str]) -> None:
    for key in COLON_KEYS:
        if (value := metadata.pop(_DOT + key, None)) is not None:
            metadata[f"rerun:{key}"] = value


def _identify(column: Column) -> None:
    """Gives a data column its component identifier; before, it had a component type only."""
    metadata = column.metadata
    old = metadata.pop(_DOTTED_COMPONENT, None)
    archetype = metadata.pop(_DOTTED_ARCHETYPE, None)
    field = metadata.pop(_DOTTED_ARCHETYPE_FIELD, None)
    if column.name.endswith(_INDICATOR):
        prefix = "" if column.name.startswith(_DOT) else _COMPONENTS
        names = {COMPONENT_KEY: prefix + column.name if old is None else old}
    elif old is None:
        return
    elif archetype is not None and field is not None:
        short = _ARCHETYPE_PREFIX.sub("", archetype)
        names = {
            ARCHETYPE_KEY: archetype,
            COMPONENT_KEY: f"{short}:{field}",
            COMPONENT_TYPE_KEY: old,
        }
    elif field is not None:
        names = {COMPONENT_KEY: field, COMPONENT_TYPE_KEY: old}
    elif archetype is not None and not old.endswith(_INDICATOR):
        names = {ARCHETYPE_KEY: archetype, COMPONENT_KEY: old, COMPONENT_TYPE_KEY: old}
    else:
        names = {COMPONENT_KEY: old}
    metadata.update(names)


def _rename_recording(column: Column) -> None:
    def renamed(text: str, *rules: tuple[str, str]) -> str:
        for old, new in rules:
            text = text.replace(old, new)
        return text

    column.name = renamed(column.name, *RECORDING_NAMES)
    for key, value in column.metadata.items():
        column.metadata[key] = renamed(value, RECORDING_NAMES[0])


# --- 0.1.1 -------------------------------------------------------------------------------------

_IS_INDICATOR_KEY = "rerun:is_indicator"


def _to_0_1_1(draft: Draft) -> None:
    draft.columns = [
        column for column in draft.columns if column.rank != _DATA or not _is_indicator(column)
    ]


def _is_indicator(column: Column) -> bool:
    stated = column.metadata.get(_IS_INDICATOR_KEY)
    if stated is not None:
        return stated == "true"
    component = column.metadata.get(COMPONENT_KEY, "")
    return component.startswith(_COMPONENTS) and component.endswith(_INDICATOR)


# --- 0.1.2, 0.1.3 ------------------------------------------------------------------------------

RENAMES_0_1_2 = (
    *(
        Rename(
            COMPONENT_TYPE_KEY,
            f"rerun.components.Pose{name}",
            {COMPONENT_TYPE_KEY: f"rerun.components.{name}"},
        )
        for name in (
            "RotationAxisAngle",
            "RotationQuat",
            "Scale3D",
            "TransformMat3x3",
            "Translation3D",
        )
    ),
    Rename(
        COMPONENT_KEY,
        "Transform3D:axis_length",
        {
            COMPONENT_KEY: "TransformAxes3D:axis_length",
            ARCHETYPE_KEY: "rerun.archetypes.TransformAxes3D",
        },
    ),
    Rename(COMPONENT_KEY, "CoordinateFrame:frame_id", {COMPONENT_KEY: "CoordinateFrame:frame"}),
)

RENAMES_0_1_3 = (
    Rename(
        COMPONENT_TYPE_KEY,
        "rerun.components.SeriesVisible",
        {COMPONENT_TYPE_KEY: "rerun.components.Visible"},
    ),
)


def _rename(draft: Draft, rules: tuple[Rename, ...]) -> None:
    for column in draft.data_columns:
        for rule in rules:
            if rule.matches(column):
                column.metadata.update(rule.new)


# --- 0.1.4 -------------------------------------------------------------------------------------

RENAME_0_1_4 = Rename(
    COMPONENT_TYPE_KEY,
    "rerun.blueprint.components.TableCellKind",
    {
        COMPONENT_KEY: "TableColumn:column_type",
        COMPONENT_TYPE_KEY: "rerun.blueprint.components.ColumnType",
    },
)
CELL_KINDS: Mapping[int, str] = {
    2: "rerun.components.Url",
    3: "rerun.components.Thumbnail",
    4: "rerun.components.Flag",
    6: "rerun.components.EntryKind",
}
"""What each code of a cell kind shows; all other codes leave the choice to the viewer."""


def _to_0_1_4(draft: Draft) -> None:
    for column in draft.data_columns:
        if not RENAME_0_1_4.matches(column):
            continue
        cells = column.values
        # Other values than codes are nothing that this step knows: they keep their names too.
        if isinstance(cells, pa.ListArray) and _are_codes(cells.type):
            column.values = _column_types(cells)
            column.metadata.update(RENAME_0_1_4.new)


def _are_codes(datatype: pa.DataType) -> bool:
    return isinstance(datatype, pa.ListType) and datatype.value_type == pa.uint8()


def _column_types(cells: pa.ListArray[Any]) -> pa.Array[Any]:
    """The same lists, with a struct of names for each code; null codes stay null."""
    codes = cells.values
    names = pa.array([CELL_KINDS.get(code) for code in range(256)], pa.string())
    children = [pa.nulls(len(codes), pa.string()), names.take(codes)]
    fields = [pa.field("component", pa.string()), pa.field("component_type_name", pa.string())]
    structs = pa.StructArray.from_arrays(children, fields=fields, mask=codes.is_null())
    return with_list_values(cells, structs)


def with_list_values(lists: pa.ListArray[Any], values: pa.Array[Any]) -> pa.Array[Any]:
    """The same lists over other values, of which there are as many; shares both."""
    return pa.Array.from_buffers(
        pa.list_(pa.field("item", values.type)),
        len(lists),
        lists.buffers()[:2],
        lists.null_count,
        lists.offset,
        [values],
    )


STEPS = (
    Step(Version(0, 0, 2), _to_0_0_2),
    Step(Version(0, 1, 0), _to_0_1_0),
    Step(Version(0, 1, 1), _to_0_1_1),
    Step(Version(0, 1, 2), lambda draft: _rename(draft, RENAMES_0_1_2)),
    Step(Version(0, 1, 3), lambda draft: _rename(draft, RENAMES_0_1_3)),
    Step(Version(0, 1, 4), _to_0_1_4),
)
"""All steps, oldest first."""
