"""Component values: what `rrd verify` refuses, beside what the reference refuses."""

from __future__ import annotations

import io
import struct
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pytest

from rrdformats import vocabulary
from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.framing import CrateVersion
from rrdformats.messages import StoreId, StoreInfo, StoreKind, StoreSource
from rrdformats.reader import Recording
from rrdformats.writer import RrdWriter
from rrdtool.operations.verification.values import ValueCheck, fits
from rrdtool.operations.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

STORE = StoreId(StoreKind.RECORDING, "rec", "app")
COLOR = "rerun.components.Color"
FLOATS = [1.0, 2.0, 3.0]


class Case(NamedTuple):
    """One component column.

    Attributes:
        values: The column, a list array.
        component_type: What it says it holds.
        rule: What `rrd verify` reports; None for nothing.
        archetype: The archetype it says it belongs to.
        component: Its identifier.
        reference_accepts: Whether the reference takes it in spite of `rule`.
    """

    values: pa.Array[Any]
    component_type: str | None
    rule: str | None
    archetype: str | None = None
    component: str = "c"
    reference_accepts: bool = False


def lists(values: list[Any], item: pa.DataType) -> pa.Array[Any]:
    return pa.array(values, pa.list_(item))


def vector(item: pa.DataType, size: int = 3, *, nullable: bool = False) -> pa.DataType:
    return pa.list_(pa.field("item", item, nullable=nullable), size)


IMAGE_FORMAT = "rerun.components.ImageFormat"
_FORMAT = pa.struct(
    [
        pa.field("width", pa.uint32(), nullable=False),
        pa.field("height", pa.uint32(), nullable=False),
        pa.field("pixel_format", pa.uint8()),
        pa.field("color_model", pa.uint8()),
        pa.field("channel_datatype", pa.uint8()),
    ]
)
_LOOSE_FORMAT = pa.struct([field.with_nullable(True) for field in _FORMAT])
_IMAGE = {
    "width": 1, "height": 2, "pixel_format": None, "color_model": 2, "channel_datatype": 6,
}  # fmt: skip


def image(kind: pa.DataType = _FORMAT, **changes: object) -> pa.Array[Any]:
    return lists([[{**_IMAGE, **changes}]], kind)


def tensor(
    shape: list[int | None] | None = None,
    names: list[str | None] | None = None,
    *,
    arm: int = 1,
    buffer: list[int] | None = None,
    no_shape: bool = False,
) -> pa.Array[Any]:
    """One tensor; `arm` is the number type of its buffer, 0 for none at all."""
    declared: Any = _declared("rerun.components.TensorData")
    union = declared.field(declared.get_field_index("buffer")).type
    arms = [
        pa.array([buffer] if i == arm and i else [None] if i == arm else [], union.field(i).type)
        for i in range(union.num_fields)
    ]
    buffers = [None, pa.py_buffer(bytes([arm])), pa.py_buffer(bytes(4))]
    held = pa.UnionArray.from_buffers(union, 1, buffers, children=arms)
    shapes = pa.array([None if no_shape else shape or [2]], pa.list_(pa.uint64()))
    columns: dict[str, pa.Array[Any]] = {
        "shape": shapes,
        "names": pa.array([names], pa.list_(pa.utf8())),
        "buffer": held,
    }
    values = pa.StructArray.from_arrays(
        list(columns.values()), fields=[pa.field(name, c.type) for name, c in columns.items()]
    )
    return pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), values)


def _declared(name: str) -> pa.DataType:
    component = vocabulary.component(name)
    assert component is not None
    return component.arrow.to_arrow()


def behind_a_null() -> pa.Array[Any]:
    """An impossible fill mode in a row that is null, which readers deserialise all the same."""
    validity, offsets = pa.py_buffer(bytes([2])), pa.py_buffer(struct.pack("<3i", 0, 1, 2))
    return pa.ListArray.from_buffers(
        pa.list_(pa.uint8()), 2, [validity, offsets], children=[pa.array([77, 1], pa.uint8())]
    )


def blueprint(name: str, **fields: object) -> pa.Array[Any]:
    return lists([[fields]], _declared(f"rerun.blueprint.components.{name}"))


COLORS = lists([[1, 2], [3]], pa.uint32())
POSITION = "rerun.components.Position3D"
POINTS = "rerun.archetypes.Points3D"
FILL = "rerun.components.FillMode"
TEXT = "rerun.components.Text"
BLOB = "rerun.components.Blob"
TENSOR = "rerun.components.TensorData"
LOG_COLUMN = "rerun.blueprint.components.TextLogColumn"
SORT_BY = "rerun.blueprint.components.SortBy"
MAPPING = "rerun.blueprint.components.VisualizerComponentMapping"
_TARGET = {"target": "a", "source_kind": 1, "source_component": None, "selector": None}
_BYTES = pa.list_(pa.field("item", pa.uint8(), nullable=False))

CASES: dict[str, Case] = {
    # types
    "colors": Case(COLORS, COLOR, None),
    "no row": Case(lists([], pa.uint32()), COLOR, None),
    "null rows": Case(lists([None, [3]], pa.uint32()), COLOR, None),
    "signed colors": Case(lists([[1]], pa.int32()), COLOR, "component-type"),
    "nothing of another type": Case(lists([[]], pa.int32()), COLOR, "component-type"),
    "nothing of type null": Case(lists([None], pa.null()), COLOR, "component-type"),
    "positions": Case(lists([[FLOATS]], vector(pa.float32())), POSITION, None),
    "nullable parts": Case(lists([[FLOATS]], vector(pa.float32(), nullable=True)), POSITION, None),
    "doubles": Case(lists([[FLOATS]], vector(pa.float64())), POSITION, "component-type"),
    "two parts": Case(lists([[FLOATS[:2]]], vector(pa.float32(), 2)), POSITION, "component-type"),
    "parts by the list": Case(
        lists([[FLOATS]], pa.list_(pa.float32())), POSITION, "component-type"
    ),
    "text": Case(lists([["a"]], pa.utf8()), TEXT, None),
    "large text": Case(lists([["a"]], pa.large_utf8()), TEXT, "component-type"),
    "binary text": Case(lists([[b"a"]], pa.binary()), TEXT, "component-type"),
    "bytes": Case(lists([[[1, 2]]], _BYTES), BLOB, None),
    "nullable bytes": Case(lists([[[1, 2]]], pa.list_(pa.uint8())), BLOB, None),
    "binary bytes": Case(lists([[b"a"]], pa.binary()), BLOB, "component-type"),
    "bits as bytes": Case(
        lists([[1]], pa.uint8()), "rerun.components.ShowLabels", "component-type"
    ),
    "struct": Case(image(), IMAGE_FORMAT, None),
    "struct of nullable fields": Case(image(_LOOSE_FORMAT), IMAGE_FORMAT, None),
    "struct in another order": Case(image(pa.struct(list(_FORMAT)[::-1])), IMAGE_FORMAT, None),
    "struct with a field more": Case(
        image(pa.struct([*_FORMAT, pa.field("more", pa.uint8())])), IMAGE_FORMAT, None
    ),
    "struct with a field less": Case(
        image(pa.struct(list(_FORMAT)[:4])), IMAGE_FORMAT, "component-type"
    ),
    "union": Case(tensor(buffer=[1, 2]), TENSOR, None),
    # nulls
    "null color": Case(lists([[1, None]], pa.uint32()), COLOR, "component-null"),
    "null position": Case(
        lists([[None, FLOATS]], vector(pa.float32())), POSITION, "component-null"
    ),
    "null in a position": Case(
        lists([[[1.0, None, 3.0]]], vector(pa.float32(), nullable=True)),
        POSITION, "component-null", reference_accepts=True,
    ),
    "null in bytes": Case(
        lists([[[1, None]]], pa.list_(pa.uint8())),
        BLOB, "component-null", reference_accepts=True,
    ),
    "null struct": Case(lists([[None]], _FORMAT), IMAGE_FORMAT, "component-null"),
    "null in a struct": Case(image(_LOOSE_FORMAT, width=None), IMAGE_FORMAT, "component-null"),
    "null in a tensor's shape": Case(
        tensor([None], buffer=[1]), TENSOR, "component-null", reference_accepts=True
    ),
    "null among a tensor's names": Case(
        tensor(names=[None], buffer=[1]), TENSOR, "component-null", reference_accepts=True
    ),
    "tensor without names": Case(tensor(names=None, buffer=[1]), TENSOR, None),
    "tensor without shape": Case(tensor(no_shape=True, buffer=[1]), TENSOR, "component-null"),
    "tensor of no type": Case(tensor(arm=0), TENSOR, "component-null"),
    "tensor without numbers": Case(tensor(buffer=None), TENSOR, "component-null"),
    # enums
    "fill mode": Case(lists([[1]], pa.uint8()), FILL, None),
    "no fill mode": Case(lists([[77]], pa.uint8()), FILL, "component-enum"),
    "null fill mode": Case(lists([[None]], pa.uint8()), FILL, "component-null"),
    "no fill mode in a null row": Case(behind_a_null(), FILL, "component-enum"),
    "no color model": Case(image(color_model=99), IMAGE_FORMAT, "component-enum"),
    "no pixel format": Case(image(pixel_format=1), IMAGE_FORMAT, "component-enum"),
    "no channel type": Case(image(channel_datatype=0), IMAGE_FORMAT, "component-enum"),
    "log column": Case(blueprint("TextLogColumn", visible=True, kind=2), LOG_COLUMN, None),
    "no kind of log column": Case(
        blueprint("TextLogColumn", visible=True, kind=200), LOG_COLUMN, "component-enum"
    ),
    "order": Case(blueprint("SortBy", column="a", direction=None), SORT_BY, None),
    "no direction": Case(
        blueprint("SortBy", column="a", direction=200), SORT_BY, "component-enum"
    ),
    "mapping": Case(blueprint("VisualizerComponentMapping", **_TARGET), MAPPING, None),
    "mapping from nowhere": Case(
        blueprint("VisualizerComponentMapping", **{**_TARGET, "source_kind": 200}),
        MAPPING, "component-enum",
    ),
    # names
    "no type": Case(COLORS, None, None),
    "type of one's own": Case(COLORS, "mine.Color", None),
    "short name": Case(COLORS, "Color", None),
    "unknown type": Case(COLORS, "rerun.components.Nothing", "component-unknown"),
    "type of another namespace": Case(COLORS, "rerun.encodings.Rgba32", "component-unknown"),
    "field": Case(COLORS, COLOR, None, POINTS, "Points3D:colors"),
    "field without archetype in its name": Case(COLORS, COLOR, None, POINTS, "colors"),
    "no field": Case(COLORS, COLOR, "component-field", POINTS, "Points3D:nothing"),
    "field of another archetype": Case(
        COLORS, COLOR, "component-field", POINTS, "Points2D:colors"
    ),
    "field of another type": Case(
        lists([[1.0]], pa.float32()), "rerun.components.Radius", "component-field",
        POINTS, "Points3D:colors",
    ),
    "untyped field": Case(COLORS, None, None, POINTS, "Points3D:nothing"),
    "unknown archetype": Case(
        COLORS, COLOR, "component-unknown", "rerun.archetypes.Nothing", "Nothing:colors"
    ),
    "archetype of one's own": Case(COLORS, COLOR, None, "mine.Points", "mine.Points:colors"),
}  # fmt: skip


def made(case: Case) -> bytes:
    ids = pa.array([bytes(15) + bytes([row]) for row in range(len(case.values))], pa.binary(16))
    descriptor = ComponentDescriptor(case.component, case.archetype, case.component_type)
    chunk = Chunk.build("/e", row_ids=ids, components=[(descriptor, case.values)])
    info = StoreInfo(STORE, StoreSource.python((3, 11, 0)), CrateVersion(0, 41, 0))
    file = io.BytesIO()
    with RrdWriter(file) as writer:
        writer.write_store_info(info)
        writer.write_chunk(STORE, chunk)
    return file.getvalue()


@pytest.mark.parametrize("name", CASES)
def test_values_break_their_rule_alone(name: str) -> None:
    case = CASES[name]
    with Recording.open(io.BytesIO(made(case)), "made.rrd") as recording:
        report = verify(recording)
    assert report.rules == ({} if case.rule is None else {case.rule: 1})


@pytest.mark.parametrize("name", CASES)
def test_the_reference_agrees(name: str, reference: Path, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / "made.rrd"
    path.write_bytes(made(case))
    run = subprocess.run([reference, "rrd", "verify", path], capture_output=True, check=False)
    assert (run.returncode == 0) == (case.rule is None or case.reference_accepts)


@pytest.mark.parametrize("component", vocabulary.components(), ids=lambda c: c.name)
def test_every_component_fits_itself(component: vocabulary.ComponentType) -> None:
    declared = component.arrow.to_arrow()
    assert fits(component.arrow, declared)
    assert not fits(component.arrow, pa.date32())
    assert ValueCheck(component).problem(pa.nulls(2, pa.list_(declared))) is None
