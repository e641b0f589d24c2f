"""Each step between versions, row by row of section 9 of the fact sheet.

Names are written `A.` for `rerun.archetypes.`, `B.` for `rerun.blueprint.archetypes.`, `C.` for
`rerun.components.` and `-` for none.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.errors import CorruptError
from rrdformats.migration_steps import (
    OLDEST_VERSION,
    PLURAL_ARCHETYPES,
    RENAME_0_1_4,
    RENAMES_0_1_2,
    RENAMES_0_1_3,
    STEPS,
    Column,
    Draft,
    Version,
)
from rrdformats.migrations import migrate_descriptor

UINT8_LISTS = pa.list_(pa.uint8())
CELL_KIND = "rerun.blueprint.components.TableCellKind"

_PREFIXES = {
    "A.": "rerun.archetypes.",
    "B.": "rerun.blueprint.archetypes.",
    "C.": "rerun.components.",
}


def full(text: str) -> str | None:
    """A name as the tables of this file abbreviate it."""
    if text == "-":
        return None
    return _PREFIXES.get(text[:2], text[:2]) + text[2:]


def table(text: str) -> list[Any]:
    """One case per line: the cells before and after `=>`."""
    rows = [line.split("=>") for line in text.strip().splitlines()]
    cells = [[[full(cell.strip()) for cell in half.split("|")] for half in row] for row in rows]
    ids = [" ".join(line.split()) for line in text.strip().splitlines()]
    return [pytest.param(*row, id=name) for row, name in zip(cells, ids, strict=True)]


def data(name: str, prefix: str = "rerun:", /, **metadata: str | None) -> Column:
    """A data column; metadata keys are given without their prefix."""
    found = {"kind": "data", **metadata}
    keyed = {prefix + key: value for key, value in found.items() if value is not None}
    return Column(name, keyed, pa.array([[2]], UINT8_LISTS))


def stepped(*columns: Column, after: str = str(OLDEST_VERSION), **metadata: str) -> Draft:
    """The columns after all steps from the version `after` on."""
    version = Version.parse(after)
    assert version is not None
    draft = Draft({f"rerun:{key}": value for key, value in metadata.items()}, list(columns))
    for step in STEPS:
        if version < step.target:
            step.apply(draft)
    return draft


def names(column: Column) -> list[str | None]:
    """Component, archetype and component type."""
    keys = ("rerun:component", "rerun:archetype", "rerun:component_type")
    component, archetype, component_type = (column.metadata.get(key) for key in keys)
    return [component or column.name, archetype, component_type]


def test_steps_ascend() -> None:
    targets = [step.target for step in STEPS]
    assert targets == sorted(set(targets))


# --- up to 0.1.0: names of 0.23 ----------------------------------------------------------------

# field name | component | archetype | archetype field => component | archetype | component type
NAMES_OF_0_23 = table(
    """
    Color      | C.Color        | A.Points3D   | colors      => Points3D:colors      | A.Points3D    | C.Color
    Name       | C.Name         | B.View       | name        => View:name            | B.View        | C.Name
    x          | user.X         | user.Arch    | f           => user.Arch:f          | user.Arch     | user.X
    x          | C.X            | rerun.foo    | f           => rerun.foo:f          | rerun.foo     | C.X
    x          | C.FooIndicator | Arch         | f           => Arch:f               | Arch          | C.FooIndicator
    x          | C.Scalar       | A.Scalar     | scalar      => Scalars:scalars      | A.Scalars     | C.Scalar
    x          | C.Scalar       | A.Scalar     | other       => Scalars:other        | A.Scalars     | C.Scalar
    x          | C.Color        | A.SeriesLine | color       => SeriesLines:colors   | A.SeriesLines | C.Color
    x          | C.StrokeWidth  | A.SeriesLine | width       => SeriesLines:widths   | A.SeriesLines | C.StrokeWidth
    x          | C.Name         | A.SeriesLine | name        => SeriesLines:names    | A.SeriesLines | C.Name
    x          | C.Color        | A.SeriesPoint | color      => SeriesPoints:colors  | A.SeriesPoints | C.Color
    x          | C.MarkerShape  | A.SeriesPoint | marker     => SeriesPoints:markers | A.SeriesPoints | C.MarkerShape
    x          | C.Name         | A.SeriesPoint | name       => SeriesPoints:names   | A.SeriesPoints | C.Name
    x          | C.MarkerSize   | A.SeriesPoint | marker_size => SeriesPoints:marker_sizes | A.SeriesPoints | C.MarkerSize
    x          | C.Color        | A.SeriesLines | color      => SeriesLines:color    | A.SeriesLines | C.Color
    x          | C.X            | A.Arch       | -           => C.X                  | A.Arch        | C.X
    x          | C.Scalar       | A.Scalar     | -           => C.Scalar             | A.Scalars     | C.Scalar
    x          | user.FooIndicator | Arch      | -           => user.FooIndicator    | -             | -
    x          | C.X            | -            | f           => f                    | -             | C.X
    x          | user.FooIndicator | -         | f           => f                    | -             | user.FooIndicator
    confidence | confidence     | -            | -           => confidence           | -             | -
    x          | C.X            | -            | -           => C.X                  | -             | -
    x          | user.FooIndicator | -         | -           => user.FooIndicator    | -             | -
    x          | -              | Arch         | f           => x                    | -             | -
    x          | -              | -            | -           => x                    | -             | -
    FooIndicator | user.FooIndicator | -       | -           => user.FooIndicator    | -             | -
    FooIndicator | user.Foo     | Arch         | f           => user.Foo             | -             | -
    rerun.FooIndicator | -      | -            | -           => rerun.FooIndicator   | -             | -
    Timestamp  | C.Timestamp | A.RecordingProperties | start_time => RecordingInfo:start_time | A.RecordingInfo | C.Timestamp
    RecordingProperties:x | -   | -            | -           => RecordingInfo:x      | -             | -
    property:recording:RecordingProperties:x | - | - | -     => property:RecordingInfo:x | -         | -
    """  # noqa: E501 - a table reads by columns
)


def column_of_0_23(old: list[str | None]) -> Column:
    name, component, archetype, field = old
    return data(
        name or "", "rerun.", component=component, archetype=archetype, archetype_field=field
    )


@pytest.mark.parametrize(("old", "new"), NAMES_OF_0_23)
def test_names_of_0_23(old: list[str | None], new: list[str | None]) -> None:
    assert [names(column) for column in stepped(column_of_0_23(old)).columns] == [new]


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("FooIndicator", "rerun.components.FooIndicator"),
        ("x", "rerun.components.FooIndicator"),
        ("FooIndicator", None),
        ("rerun.components.FooIndicator", None),
    ],
)
def test_indicators_of_0_23_are_dropped(name: str, component: str | None) -> None:
    assert stepped(data(name, "rerun.", component=component)).columns == []


def test_every_plural_has_a_row() -> None:
    tested = {tuple(row.values[0][2:]) for row in NAMES_OF_0_23}
    assert tested >= {
        (old, field) for old, (_, fields) in PLURAL_ARCHETYPES.items() for field in fields
    }


def test_keys_get_a_colon() -> None:
    dotted = ["index_name", "entity_path", "kind", "is_static", "is_indicator", "is_tombstone"]
    dotted += ["is_semantically_empty", "is_sorted"]
    column = Column("t", {f"rerun.{key}": "index" for key in dotted}, pa.array([1]))
    draft = Draft({"rerun.id": "i", "rerun.version": "1", "user.key": "1"}, [column])
    for step in STEPS:
        step.apply(draft)
    assert set(column.metadata) == {f"rerun:{key}" for key in dotted}
    assert draft.metadata["rerun:id"] == "i"
    assert draft.metadata["user.key"] == "1"


def test_keys_with_a_colon_are_not_those_of_0_23() -> None:
    column = data("FooIndicator", archetype="rerun.archetypes.Scalar", archetype_field="scalar")
    assert names(stepped(column).columns[0]) == ["FooIndicator", "rerun.archetypes.Scalar", None]


def test_timeline_is_no_indicator_whatever_its_name() -> None:
    # The reference drops such a timeline, and rows become static by that.
    column = Column("FooIndicator", {"rerun.kind": "index"}, pa.array([1]))
    assert stepped(column).columns == [column]


@pytest.mark.parametrize(
    ("old", "after", "new"),
    [
        ("/__properties/recording", "0.0.1", "/__properties"),
        ("/__properties/recording", "0.0.2", "/__properties"),
        ("/__properties/recording", "0.1.0", "/__properties/recording"),
        ("/__properties/recording/x", "0.0.1", "/__properties/recording/x"),
        ("/__properties/other", "0.0.1", "/__properties/other"),
    ],
)
def test_path_of_recording_properties(old: str, after: str, new: str) -> None:
    draft = stepped(data("x"), after=after, entity_path=old)
    assert draft.metadata["rerun:entity_path"] == new


@pytest.mark.parametrize(
    ("after", "prefix", "order"),
    [
        ("0.0.1", "rerun.", ["r", "t", "s", "b", "a"]),
        ("0.0.2", "rerun.", ["b", "t", "r", "s", "a"]),
        ("0.0.1", "rerun:", ["b", "t", "r", "s", "a"]),
    ],
)
def test_columns_of_0_23_are_ordered_by_kind(after: str, prefix: str, order: list[str]) -> None:
    kinds = {"b": "data", "t": "time", "r": "row_id", "s": "index", "a": "component"}
    columns = [data(name, prefix, kind=kind) for name, kind in kinds.items()]
    assert [column.name for column in stepped(*columns, after=after).columns] == order


# --- 0.0.2: row ids ----------------------------------------------------------------------------


def struct_ids(children: tuple[str, ...], rows: list[Any]) -> Column:
    datatype = pa.struct([(name, pa.uint64()) for name in children])
    ids = [None if row is None else dict(zip(children, row, strict=True)) for row in rows]
    return Column("r", {"rerun.kind": "control"}, pa.array(ids, datatype))


@pytest.mark.parametrize("children", [("time_ns", "inc"), ("inc", "time_ns"), ("a", "b")])
def test_row_ids_were_structs_of_time_and_counter(children: tuple[str, str]) -> None:
    column = struct_ids(children, [(9, 9), (1, 258), (2**64 - 1, 0)])
    column.values = column.values.slice(1)
    result = stepped(column).columns[0].values
    assert result.type == pa.binary(16)
    first = bytes(7) + b"\x01" + bytes(6) + b"\x01\x02"
    assert result.to_pylist() == [first, b"\xff" * 8 + bytes(8)]


@pytest.mark.parametrize(
    ("children", "rows"),
    [
        (("a", "b"), [(1, None)]),
        (("a", "b"), [None]),
        (("a", "b", "c"), [(1, 1, 1)]),
        (("a",), [(1,)]),
    ],
)
def test_structs_that_are_no_row_ids(children: tuple[str, ...], rows: list[Any]) -> None:
    with pytest.raises(CorruptError, match="'r'"):
        stepped(struct_ids(children, rows))


# --- 0.1.1 -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "component", "is_kept"),
    [
        (None, "rerun.components.FooIndicator", False),
        (None, "user.FooIndicator", True),
        (None, "rerun.components.Foo", True),
        ("true", "x", False),
        ("TRUE", "x", True),
        ("false", "rerun.components.FooIndicator", True),
    ],
)
@pytest.mark.parametrize("after", ["0.1.0", "0.1.1"])
def test_indicators_end_with_0_1_1(
    stated: str | None, component: str, is_kept: bool, after: str
) -> None:
    columns = [data(component, component=component, is_indicator=stated), data("y")]
    kept = stepped(*columns, after=after).columns
    assert kept == columns if is_kept or after == "0.1.1" else kept == columns[1:]


# --- renames since 0.1.0, of columns and descriptors -------------------------------------------

# version | component | archetype | component type => component | archetype | component type
RENAMES = table(
    f"""
    0.1.2 | x | a | C.PoseTranslation3D     => x | a | C.Translation3D
    0.1.2 | x | a | C.PoseRotationAxisAngle => x | a | C.RotationAxisAngle
    0.1.2 | x | a | C.PoseRotationQuat      => x | a | C.RotationQuat
    0.1.2 | x | a | C.PoseScale3D           => x | a | C.Scale3D
    0.1.2 | x | a | C.PoseTransformMat3x3   => x | a | C.TransformMat3x3
    0.1.2 | Transform3D:axis_length | A.Transform3D | t => TransformAxes3D:axis_length | A.TransformAxes3D | t
    0.1.2 | Transform3D:axis_length | - | - => TransformAxes3D:axis_length | A.TransformAxes3D | -
    0.1.2 | CoordinateFrame:frame_id | A.CoordinateFrame | t => CoordinateFrame:frame | A.CoordinateFrame | t
    0.1.2 | CoordinateFrame:frame_id | - | - => CoordinateFrame:frame | - | -
    0.1.3 | x | a | C.SeriesVisible => x | a | C.Visible
    0.1.4 | TableColumn:cell_kind | a | {CELL_KIND} => TableColumn:column_type | a | rerun.blueprint.components.ColumnType
    0.1.4 | anything | - | {CELL_KIND} => TableColumn:column_type | - | rerun.blueprint.components.ColumnType
    """  # noqa: E501 - a table reads by columns
)

UNCHANGED = table(
    """
    Points3D:colors   | A.Points3D    | C.Color
    confidence        | -             | -
    x                 | -             | C.PoseOther
    Other:axis_length | A.Transform3D | -
    Other:frame_id    | A.CoordinateFrame | -
    C.SeriesVisible   | -             | -
    TableColumn:cell_kind | B.TableColumn | -
    user.FooIndicator | -             | -
    """
)


def test_every_rename_has_a_row() -> None:
    tested = {name for row in RENAMES for name in row.values[0]}
    assert tested >= {rule.old for rule in (*RENAMES_0_1_2, *RENAMES_0_1_3, RENAME_0_1_4)}


def named_data(named: list[str | None]) -> Column:
    component, archetype, component_type = named
    metadata = {"archetype": archetype, "component_type": component_type}
    return data("field", component=component, **metadata)


@pytest.mark.parametrize(("old", "new"), RENAMES)
def test_rename_comes_with_its_version(old: list[str | None], new: list[str | None]) -> None:
    version, *old_names = old
    versions = ["0.1.0", *(str(step.target) for step in STEPS[2:])]
    for after in versions:
        (column,) = stepped(named_data(old_names), after=after).columns
        assert names(column) == (new if after < str(version) else old_names)


@pytest.mark.parametrize(("old", "new"), RENAMES)
def test_rename_of_a_descriptor(old: list[str], new: list[str]) -> None:
    assert migrate_descriptor(ComponentDescriptor(*old[1:])) == ComponentDescriptor(*new)


@pytest.mark.parametrize("named", UNCHANGED)
def test_other_names_stay(named: list[str]) -> None:
    (column,) = stepped(named_data([*named])).columns
    assert names(column) == named
    assert migrate_descriptor(ComponentDescriptor(*named)) == ComponentDescriptor(*named)


def test_component_must_be_stated_to_be_renamed() -> None:
    name = "Transform3D:axis_length"
    assert names(stepped(data(name)).columns[0]) == [name, None, None]


def test_descriptor_of_recording_properties() -> None:
    old = ComponentDescriptor("RecordingProperties:name", "rerun.archetypes.RecordingProperties")
    new = ComponentDescriptor("RecordingInfo:name", "rerun.archetypes.RecordingInfo")
    assert migrate_descriptor(old) == new


def test_descriptor_of_an_indicator_is_dropped() -> None:
    assert migrate_descriptor(ComponentDescriptor("rerun.components.Points3DIndicator")) is None


# --- 0.1.4: values -----------------------------------------------------------------------------


def cell_kinds(values: Any, datatype: pa.DataType) -> Column:
    column = data("k", component="k", component_type=CELL_KIND)
    column.values = pa.array(values, datatype)
    return column


def shown(name: str | None) -> dict[str, str | None]:
    return {"component": None, "component_type_name": name}


def test_cell_kinds_become_structs() -> None:
    codes = [[9], [1, 2, 3, 4, 5, 6], None, [], [0, None, 255]]
    column = cell_kinds(codes, UINT8_LISTS)
    column.values = column.values.slice(1)
    result = stepped(column, after="0.1.3").columns[0].values
    result.validate(full=True)
    expected = ["C.Url", "C.Thumbnail", "C.Flag", "-", "C.EntryKind"]
    structs = [shown(None), *(shown(full(name)) for name in expected)]
    assert result.to_pylist() == [structs, None, [], [shown(None), None, shown(None)]]
    struct_type = pa.struct([("component", pa.string()), ("component_type_name", pa.string())])
    list_type = pa.list_(pa.field("item", struct_type))
    assert result.type.equals(list_type, check_metadata=True)


@pytest.mark.parametrize(
    "datatype", [pa.uint8(), pa.list_(pa.int8()), pa.large_list(pa.uint8()), pa.string()]
)
def test_cell_kinds_of_other_types_are_left_alone(datatype: pa.DataType) -> None:
    column = cell_kinds([None, None], datatype)
    (result,) = stepped(column, after="0.1.3").columns
    assert names(result) == ["k", None, CELL_KIND]
    assert result.values.type == datatype


def test_cell_kinds_may_have_another_child() -> None:
    datatype = pa.list_(pa.field("element", pa.uint8(), nullable=False))
    (result,) = stepped(cell_kinds([[2], None, []], datatype), after="0.1.3").columns
    assert result.values.to_pylist() == [[shown("rerun.components.Url")], None, []]
