"""Strict mode and warnings, descriptors, columns, and what batches keep of their input."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdtool import components, datatypes
from rrdtool.model import errors
from rrdtool.model.custom import AnyBatchValue, AnyValues, DynamicArchetype
from rrdtool.model.described import (
    ComponentBatchMixin,
    ComponentColumn,
    ComponentColumnList,
    ComponentDescriptor,
    ComponentMixin,
    DescribedComponentBatch,
)
from rrdtool.model.protocols import AsComponents, ComponentBatchLike, TimeColumnLike

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = np.arange(6.0, dtype=np.float32).reshape(2, 3)


@pytest.fixture(autouse=True)
def _mode() -> Iterator[None]:
    before = errors.strict_mode()
    errors.set_strict_mode(False)
    yield
    errors.set_strict_mode(before)


def test_plain_numbers_need_no_arrow() -> None:
    program = (
        "import sys; from rrdtool import components, datatypes; import rrdtool.model.custom;"
        "assert 'rrdtool.components.basics' not in sys.modules;"
        "batch = components.ScalarBatch(1.5); assert batch.flat.tolist() == [1.5];"
        "assert 'pyarrow' not in sys.modules; assert 'rrdtool.components.basics' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


MODEL = {
    kind.__name__: kind
    for kind in (
        AnyBatchValue,
        AnyValues,
        AsComponents,
        ComponentBatchLike,
        ComponentBatchMixin,
        ComponentColumn,
        ComponentColumnList,
        ComponentDescriptor,
        ComponentMixin,
        DescribedComponentBatch,
        DynamicArchetype,
        TimeColumnLike,
    )
}


def _parameters(callable_: Any) -> list[tuple[str, object]]:
    """Names and defaults, without the object itself."""
    found = inspect.signature(callable_).parameters.values()
    return [(row.name, row.default) for row in found if row.name != "self"]


@pytest.mark.parametrize("name", MODEL)
def test_classes_have_the_signatures_of_the_reference(name: str) -> None:
    rr = pytest.importorskip("rerun")
    ours, theirs = MODEL[name], getattr(rr, name, None) or getattr(rr._baseclasses, name)
    for member in vars(theirs):
        if member[0] != "_" and callable(getattr(theirs, member)):
            wanted = _parameters(getattr(theirs, member))
            assert (member, _parameters(getattr(ours, member))) == (member, wanted)
    if "__init__" in vars(theirs) and not getattr(theirs, "_is_protocol", False):
        assert _parameters(ours) == _parameters(theirs)


# --- strict mode and warnings


@pytest.mark.parametrize(
    ("value", "mode"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("off", False)]
)
def test_the_environment_sets_the_default_mode(
    value: str, mode: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RERUN_STRICT", value)
    assert errors.default_strict_mode() is mode


def test_a_mode_that_is_neither_yes_nor_no_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RERUN_STRICT", "perhaps")
    with pytest.raises(ValueError, match="perhaps"):
        errors.default_strict_mode()


def test_lax_mode_warns_at_the_line_of_the_user_and_stores_nothing() -> None:
    with pytest.warns(errors.RerunWarning, match=r"^RadiusBatch: ValueError\(") as caught:
        batch = components.RadiusBatch("wide")
    assert caught[0].filename == __file__
    assert len(batch) == 0
    assert batch.pa_array.type == pa.float32()


def test_strict_mode_raises_what_went_wrong() -> None:
    errors.set_strict_mode(True)
    with pytest.raises(ValueError, match="wide"):
        components.RadiusBatch("wide")


def test_one_call_may_be_strict_on_its_own() -> None:
    with pytest.raises(ValueError, match="wide"):
        components.RadiusBatch("wide", strict=True)
    errors.set_strict_mode(True)
    with pytest.warns(errors.RerunWarning):
        components.RadiusBatch("wide", strict=False)


def test_an_override_holds_for_its_thread_and_block_alone() -> None:
    seen: list[bool] = []
    with errors.strictly(True):
        thread = threading.Thread(target=lambda: seen.append(errors.strict_mode()))
        thread.start()
        thread.join(timeout=10)
        with errors.strictly(None):
            seen.append(errors.strict_mode())
    seen.append(errors.strict_mode())
    assert seen == [False, True, False]


def test_listeners_are_told_the_message_and_the_stack() -> None:
    heard: list[str] = []
    forget = errors.on_warning(heard.append)
    try:
        with pytest.warns(errors.RerunWarning):
            components.RadiusBatch("wide")
    finally:
        forget()
    message, innermost, *_ = heard[0].splitlines()
    assert message.startswith("RadiusBatch: ValueError(")
    assert innermost.startswith(f'File "{__file__}", line ')
    assert innermost.endswith("in test_listeners_are_told_the_message_and_the_stack")


def test_a_guarded_function_returns_its_default() -> None:
    @errors.catch_and_log_exceptions(exception_return_value=-1)
    def divided(number: int, *, strict: bool | None = None) -> int:
        assert strict is None or errors.strict_mode() is strict
        return 1 // number

    assert divided(1) == 1
    assert divided.__name__ == "divided"
    with pytest.warns(errors.RerunWarning, match="divided: ZeroDivisionError"):
        assert divided(0) == -1
    with pytest.raises(ZeroDivisionError):
        divided(0, strict=True)
    assert not errors.strict_mode()


def test_interrupts_pass_a_guard() -> None:
    with pytest.raises(KeyboardInterrupt), errors.catch_and_log_exceptions("waiting"):
        raise KeyboardInterrupt


# --- descriptors


def test_descriptors_are_values() -> None:
    descriptor = ComponentDescriptor("a", "x.A", "T")
    assert descriptor == ComponentDescriptor("a", archetype="x.A", component_type="T")
    assert hash(descriptor) == hash(ComponentDescriptor("a", "x.A", "T"))
    assert descriptor != ComponentDescriptor("a")
    assert str(descriptor) == "a"
    with pytest.raises(AttributeError):
        descriptor.component = "b"  # type: ignore[misc]  # frozen is what is tested


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (ComponentDescriptor("a", "A").with_overrides("B"), ("a", "B", None)),
        (ComponentDescriptor("a", "A").with_overrides(component_type="T"), ("a", "A", "T")),
        (ComponentDescriptor("a", "A").or_with_overrides("B", "T"), ("a", "A", "T")),
        (ComponentDescriptor("a").with_builtin_archetype("r.Foo"), ("Foo:a", "r.Foo", None)),
        (ComponentDescriptor("B:a", "B", "T").with_builtin_archetype("C"), ("C:B:a", "C", "T")),
    ],
)
def test_descriptors_are_derived(
    made: ComponentDescriptor, expected: tuple[str, str | None, str | None]
) -> None:
    assert (made.component, made.archetype, made.component_type) == expected


@pytest.mark.parametrize("arguments", [(5,), ("a", 5), ("a", None, 5), (None,)])
def test_descriptors_take_text_only(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="not text"):
        ComponentDescriptor(*arguments)


def test_a_component_has_a_name() -> None:
    with pytest.raises(RuntimeError, match="must not be empty"):
        ComponentDescriptor("")


# --- columns


def _rows(column: ComponentColumn) -> list[Any]:
    return column.as_arrow_array().to_pylist()


def test_a_batch_becomes_a_column_of_one_value_per_row() -> None:
    column = components.RadiusBatch([1, 2, 3]).partition()
    assert column.component_descriptor().component == "rerun.components.Radius"
    assert column.as_arrow_array().type == pa.list_(pa.float32())
    assert _rows(column) == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [
        ([2, 1], [[1, 2], [3]]),
        ([0, 3], [[], [1, 2, 3]]),
        ([2], [[1, 2]]),
        ([], []),
        (np.array([1, 2], np.uint64), [[1], [2, 3]]),
        ([1.0, 2.0], [[1], [2, 3]]),
    ],
)
def test_columns_are_cut_into_rows(lengths: Any, rows: list[list[int]]) -> None:
    batch = components.RadiusBatch([1, 2, 3])
    assert _rows(batch.partition(lengths)) == rows
    assert _rows(batch.described(ComponentDescriptor("r")).partition(lengths)) == rows
    assert _rows(batch.partition().partition(lengths)) == rows


@pytest.mark.parametrize("lengths", [2, [[1, 2]]])
def test_lengths_have_one_dimension(lengths: Any) -> None:
    with pytest.raises(ValueError, match="one dimension"):
        components.RadiusBatch([1, 2, 3]).partition(lengths)


def test_rows_cannot_need_more_values_than_there_are() -> None:
    with pytest.raises(pa.ArrowInvalid):
        components.RadiusBatch([1, 2, 3]).partition([2, 2]).as_arrow_array()


def test_a_column_takes_lengths_or_offsets() -> None:
    batch = components.RadiusBatch([1, 2, 3])
    offsets = np.array([0, 1, 3], np.int32)
    assert _rows(ComponentColumn("r", batch, offsets=offsets)) == [[1], [2, 3]]
    with pytest.raises(ValueError, match="not both"):
        ComponentColumn("r", batch, lengths=[1], offsets=offsets)


def test_a_list_of_columns_is_cut_as_a_whole() -> None:
    columns = ComponentColumnList(
        [components.RadiusBatch([1, 2]).partition(), components.TextBatch(["a", "b"]).partition()]
    )
    assert len(columns) == 2
    assert [_rows(column) for column in columns.partition([2])] == [[[1, 2]], [["a", "b"]]]


# --- classes of the user


class Confidence(ComponentBatchMixin):
    """A batch as users write one."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def component_type(self) -> str:
        return "user.Confidence"

    def as_arrow_array(self) -> pa.Array[Any]:
        return pa.array(self.values, pa.float32())


class Labelled:
    """A bundle as users write one."""

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        return [Confidence([0.5]).described(ComponentDescriptor("confidence"))]


def test_users_write_batches_and_bundles_of_their_own() -> None:
    assert isinstance(Confidence([1.0]), ComponentBatchLike)
    assert isinstance(Labelled(), AsComponents)
    (batch,) = Labelled().as_component_batches()
    assert batch.as_arrow_array().to_pylist() == [0.5]
    assert Confidence([1.0, 2.0]).partition().component_descriptor().component == "user.Confidence"


def test_users_write_components_of_their_own() -> None:
    class Speed(datatypes.Float32, ComponentMixin):
        """A component as users write one."""

    class SpeedBatch(datatypes.Float32Batch, ComponentBatchMixin):
        """Its batch."""

        _COMPONENT_TYPE = "user.Speed"

    Speed._BATCH_TYPE = SpeedBatch  # pyright: ignore[reportPrivateUsage]  # as the SDK has it
    assert Speed.component_type() == "user.Speed"
    assert Speed(3).as_arrow_array() == pa.array([3], pa.float32())


# --- values and batches


def test_values_are_equal_and_hashed_by_content() -> None:
    assert components.Position3D([1, 2, 3]) == components.Position3D((1, 2, 3))
    assert hash(components.Position3D([1, 2, 3])) == hash(components.Position3D((1, 2, 3)))
    assert components.Radius(1) != components.Length(1)
    assert components.Radius(1) != 1.0
    assert components.RadiusBatch([1]) == components.LengthBatch([1])
    assert repr(components.Radius(1)) == "Radius(value=1.0)"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (float(components.Radius(1.5)), 1.5),
        (int(components.ClassId(3)), 3),
        (str(components.Text("a")), "a"),
        (bool(components.Visible(False)), False),
        (len(components.Blob(b"abc")), 3),
        (np.asarray(components.Position2D([1, 2])).tolist(), [1, 2]),
        (components.Radius.ui_points([1, -2]), [-1, -2]),
        (datatypes.ColorModel.BGRA.num_channels(), 4),
        (datatypes.ChannelDatatype.from_np_dtype(np.dtype(">u2")), datatypes.ChannelDatatype.U16),
        (datatypes.ChannelDatatype.F16.to_np_dtype(), np.float16),
    ],
)
def test_values_become_plain_ones(value: Any, plain: Any) -> None:
    assert np.all(value == plain)


@pytest.mark.parametrize("kind", [components.Position3DBatch, components.Vector3DBatch])
def test_a_batch_borrows_an_array_until_it_is_detached(kind: Any) -> None:
    points = POINTS.copy()
    borrowed, owned = kind(points), kind(points).detached()
    points[:] = -1
    assert borrowed.pa_array.to_pylist() == [[-1, -1, -1]] * 2
    assert owned.pa_array.to_pylist() == POINTS.tolist()


@pytest.mark.parametrize(
    "batch",
    [
        components.Position3DBatch(POINTS.astype(np.float64)),
        components.Position3DBatch(POINTS.tolist()),
        components.ScalarBatch(1.5),
        components.BlobBatch(b"abc"),
        components.TextBatch(["a"]),
        components.RadiusBatch(None),
    ],
)
def test_what_is_not_borrowed_is_not_copied(batch: Any) -> None:
    assert batch.detached() is batch


@pytest.mark.parametrize("kind", [pa.float32(), components.Position3D.arrow_type()])
def test_an_arrow_array_over_numpy_is_detached(kind: Any) -> None:
    numbers = np.arange(6, dtype=np.float32)
    array: Any = pa.array(numbers)
    if kind != array.type:
        array = pa.FixedSizeListArray.from_arrays(array, type=kind)
    batch: Any = components.RadiusBatch if kind == pa.float32() else components.Position3DBatch
    before = array.to_pylist()
    owned = batch(array).detached()
    numbers[:] = -1
    assert owned.pa_array.to_pylist() == before


def test_bytes_of_an_image_are_detached() -> None:
    pixels = np.zeros(4, np.uint8)
    batch = components.ImageBufferBatch(pixels).detached()
    pixels[:] = 7
    assert batch.pa_array.to_pylist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("batch", "flat"),
    [
        (components.ScalarBatch(1.5), [1.5]),
        (components.Position3DBatch(POINTS), POINTS.reshape(-1).tolist()),
        (components.ColormapBatch(["turbo", 1]), [5, 1]),
        (components.RadiusBatch(None), []),
        (components.TextBatch("a"), None),
        (components.RadiusBatch(pa.array([1, None], pa.float32())), None),
    ],
)
def test_numbers_are_at_hand_without_arrow(batch: Any, flat: list[float] | None) -> None:
    assert (None if batch.flat is None else batch.flat.tolist()) == flat


def test_a_batch_is_made_of_a_batch() -> None:
    batch: Any = components.RadiusBatch([1, 2])
    again = components.RadiusBatch(batch)
    assert again.pa_array.to_pylist() == [1, 2]


def test_ambiguous_colors_are_a_warning_in_strict_mode_too() -> None:
    errors.set_strict_mode(True)
    with pytest.warns(errors.RerunWarning, match="packed colors"):
        batch = components.ColorBatch([0xFF, 0x100, 0x200])
    assert batch.pa_array.to_pylist() == [0xFF, 0x100, 0x200]


def test_one_wrong_strip_leaves_the_others() -> None:
    with pytest.warns(errors.RerunWarning, match="LineStrip2DBatch"):
        batch = components.LineStrip2DBatch([[[0, 0], [1, 1]], [[0, 0, 1]], [[2, 2]]])
    assert batch.pa_array.to_pylist() == [[[0, 0], [1, 1]], [], [[2, 2]]]


@pytest.mark.parametrize(
    ("make", "stored"),
    [
        (datatypes.Mat3x3, np.identity(3).reshape(-1)),
        (lambda: datatypes.Mat3x3(np.ones(9), columns=np.zeros(9)), np.ones(9)),
    ],
)
def test_a_doubtful_matrix_is_a_warning(make: Any, stored: Any) -> None:
    with pytest.warns(errors.RerunWarning, match="matrix"):
        assert make().flat_columns.tolist() == stored.tolist()
    errors.set_strict_mode(True)
    with pytest.raises(ValueError, match="matrix"):
        make()


@pytest.mark.parametrize(
    ("arguments", "shape", "names"),
    [
        ({"array": [[1, 2]], "dim_names": ["a"]}, [1, 2], None),
        ({"array": [[1, 2]], "shape": [2]}, [1, 2], None),
    ],
)
def test_doubtful_names_of_dimensions_are_dropped(
    arguments: dict[str, Any], shape: list[int], names: None
) -> None:
    with pytest.warns(errors.RerunWarning):
        tensor = datatypes.TensorData(**arguments)
    assert tensor.shape.tolist() == shape
    assert tensor.names is names


@pytest.mark.parametrize(
    "arguments", [{}, {"shape": [2]}, {"array": [1], "buffer": [1]}, {"buffer": [1], "shape": [2]}]
)
def test_a_tensor_is_an_array_or_a_buffer_with_its_shape(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"tensor|buffer"):
        datatypes.TensorData(**arguments)


@pytest.mark.parametrize(
    "make",
    [
        datatypes.Angle,
        datatypes.TimeInt,
        lambda: datatypes.TimeInt(seq=1, nanos=1),
        datatypes.TimeRangeBoundary.absolute,
        lambda: datatypes.TimeRangeBoundary.cursor_relative(1, seq=2),
        lambda: datatypes.VisibleTimeRange("t"),
        lambda: datatypes.RotationAxisAngle([1, 0, 0]),
        lambda: datatypes.RotationAxisAngle([1, 0, 0], 1, degrees=1),
        components.VideoTimestamp,
        lambda: components.Color([1, 2]),
        lambda: components.ViewCoordinates([1, 2]),
    ],
)
def test_wrong_arguments_of_values_are_errors_in_lax_mode_too(make: Any) -> None:
    with pytest.raises(ValueError, match=r"need|take|expect"):
        make()


def test_view_coordinates_can_be_logged_themselves() -> None:
    (batch,) = components.ViewCoordinates.RDF.as_component_batches()
    assert batch.component_descriptor().component == "ViewCoordinates:xyz"
    assert batch.as_arrow_array().to_pylist() == [[3, 2, 5]]
    assert components.ViewCoordinates.RDF is components.ViewCoordinates.RDF


def test_class_descriptions_can_be_logged_themselves() -> None:
    (batch,) = datatypes.ClassDescription(info=(3, "cat")).as_component_batches()
    assert batch.component_descriptor().component == "AnnotationContext:context"
    (stored,) = batch.as_arrow_array()
    assert stored.as_py()[0]["class_id"] == 3


def test_message_counts_can_be_stored() -> None:
    batch = components.ChannelMessageCountsBatch({1: 2})
    assert batch.pa_array.to_pylist() == [[{"channel_id": 1, "message_count": 2}]]


def test_colors_of_texts_are_the_same_in_every_process() -> None:
    color = components.Color.from_string("car")
    assert color == components.Color.from_string("car")
    assert isinstance(color, components.Color)
    assert color.rgba == 0xCC8B1FFF


def test_no_warning_is_lost_under_a_strict_filter() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(errors.RerunWarning):
            components.RadiusBatch("wide")
