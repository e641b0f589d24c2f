"""What batches make of their input, held against the reference in one process.

Every line of `data/sdk_conversions.txt` is given to both libraries in strict mode. They must store
the same Arrow type and values, or both refuse; where we differ on purpose, `DIFFERENT` says why.
"""

from __future__ import annotations

import io
import pathlib
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdtool import components, datatypes
from rrdtool.model import errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, ModuleType

rr = pytest.importorskip("rerun")

TYPES = [
    (package.__name__.rpartition(".")[2], name)
    for package in (datatypes, components)
    for names in package._FAMILIES.values()
    for name in names.split()
]

TABLE = pathlib.Path(__file__).parent / "data" / "sdk_conversions.txt"

FAMILIES = {
    "NumberBatch": "numbers",
    "TextBatch": "texts",
    "VectorBatch": "vectors",
    "UuidBatch": "vectors",
    "MatrixBatch": "matrices",
    "Rgba32Batch": "colors",
    "BlobBatch": "blobs",
    "EnumBatch": "enums",
    "_StripBatch": "strips",
    "AnnotationContextBatch": "annotations",
    "ClassDescriptionBatch": "annotations",
    "AnnotationInfoBatch": "annotations",
    "ClassDescriptionMapElemBatch": "annotations",
    "KeyValuePairsBatch": "maps",
    "TensorDataBatch": "tensors",
    "ViewCoordinatesBatch": "axes",
    "TimeRangeBoundaryBatch": "times",
    "TimeRangeBatch": "times",
    "VisibleTimeRangeBatch": "times",
    "StructBatch": "records",
}
"""The table of special inputs for each class of batches; the first that fits counts."""

REFUSED = ("TensorBuffer", "ChannelMessageCounts")
"""What the reference can never store from Python."""

LENIENT = ("annotations", "axes", "blobs", "enums", "records")
"""Families that also take what the reference refuses: numpy integers and arrays, mixed lists."""

ONE_BY_ONE = ("TimeRangeBoundary",)
"""Types that the general table does not suit: the reference reads arrays by their first column."""

STRIPS = ("LineStrip2D", "LineStrip3D", "GeoLineString")
"""Types of which a batch is refused value by value."""

_TEXT_IS_NOTHING = "the reference takes the empty text for an empty array"
_TEXT_IS_A_NUMBER = "the reference reads text as a number here; it is more likely a mistake"
_WRONG_SHAPE = "the reference stores numbers of another shape as if it fitted"
_LOSES_DATA = "the reference drops most of the array"
_EMPTY_SHAPE = "no rows either way"
_NOT_A_NUMBER = "neither complex numbers nor dates are colors"

DIFFERENT: dict[str, dict[str, str]] = {
    "texts": {"(x for x in [1.5, 2])": "the text holds an address"},
    "ChannelCountPair": dict.fromkeys(
        (
            "[[1, 2, 3]]",
            "[[1, 2, 3, 4]]",
            "[[1, 2, 3], [4, 5, 6]]",
            "np.zeros((2, 3))",
            "np.zeros((3, 4))",
            "np.zeros((2, 3, 1))",
            "np.asfortranarray(np.arange(6.0).reshape(2, 3))",
            "np.arange(24.0).reshape(4, 6)[::2, ::2]",
            "np.array([[1, 2, 3], [4, 5, 6]], np.uint8)",
        ),
        "the reference ignores all but the first two",
    ),
    "UVec4D": dict.fromkeys(
        (
            "[(1, 2), (3, 4)]",
            "np.zeros((0, 3))",
            "np.zeros((0, 2))",
            "[[]]",
            "np.zeros((2, 2, 3))",
            "np.zeros((2, 2, 2))",
            "[c.Position2D([1, 2]), (3, 4)]",
            "[e.Range1D([1, 2]), (3, 4)]",
            "np.ones((2, 16))",
        ),
        _WRONG_SHAPE,
    ),
    "SphericalHarmonics3Rgb": dict.fromkeys(
        ("np.zeros((0, 3))", "np.zeros((0, 2))", "np.zeros((0, 4))", "[[]]"), _EMPTY_SHAPE
    ),
    "matrices": {"''": _TEXT_IS_NOTHING},
    "Mat4x4": {"[e.Mat4x4(columns=np.arange(16))]": "the reference transposes it"},
    "colors": {
        "'3'": _TEXT_IS_A_NUMBER,
        "[(1, 2), (3, 4)]": _WRONG_SHAPE,
        "np.array([1j, 2])": _NOT_A_NUMBER,
        "np.array([5], 'datetime64[ns]')": _NOT_A_NUMBER,
        "pa.array([1.0, None], pa.float32())": "no color at all is as good as an error",
        "np.zeros((2, 2, 3))": _LOSES_DATA,
        "np.array([1, 0.5, 0], np.float16)": "fractions of all widths go from 0 to 1",
    },
    "blobs": {
        "''": _TEXT_IS_NOTHING,
        "'3'": _TEXT_IS_A_NUMBER,
        "bytearray(b'ab')": "one blob, as for bytes; the reference makes one per byte",
        "memoryview(b'ab')": "one blob, as for bytes; the reference makes one per byte",
        "np.zeros((2, 2, 3))": _LOSES_DATA,
    },
    "annotations": {"'3'": _TEXT_IS_A_NUMBER},
    "tensors": dict.fromkeys(
        ("2**63", "np.array([1, 2, 3], '>i4')", "np.array([1.0, 2.0, 3.0], '>f4')"),
        "the reference knows no other byte order, nor this number",
    ),
    "axes": {"''": _TEXT_IS_NOTHING},
    "maps": {
        "np.zeros((3, 2))": "an array is no map",
        "np.zeros((0, 3))": _EMPTY_SHAPE,
        "np.zeros((0,))": _EMPTY_SHAPE,
        "pa.array([[1, 2]], pa.list_(pa.float32(), 2))": "an array is no map",
    },
    "strips": {
        "''": _TEXT_IS_NOTHING,
        "np.zeros((2, 2, 3))": _WRONG_SHAPE,
        "np.zeros((2, 0, 2))": _WRONG_SHAPE,
        "[e.Vec2D([1, 2]), e.Vec2D([3, 4])]": "a list of points is one strip",
        "c.LineStrip2D([[1, 2], [3, 4]])": "any strip of points of that size will do",
        "[c.LineStrip2D([[1, 2]]), np.zeros((2, 2))]": "any strip of points of that size will do",
        "c.GeoLineString(lat_lon=[[1, 2], [3, 4]])": "any strip of points of that size will do",
    },
}
"""Where we differ on purpose, by family or type, and why."""


class Arrays:
    """An array of another library."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array([1.0, 2.0, 3.0], dtype)

    def __str__(self) -> str:
        return "Arrays()"


def _family(name: str, package: ModuleType) -> str:
    ancestors = getattr(package, f"{name}Batch").__mro__
    return next(FAMILIES[base.__name__] for base in ancestors if base.__name__ in FAMILIES)


def _programs() -> dict[str, dict[str, CodeType]]:
    """The expressions of each section of the table, compiled."""
    sections: dict[str, dict[str, CodeType]] = {}
    programs: dict[str, CodeType] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line[1:-1].isidentifier():
            programs = sections[line[1:-1]] = {}
        elif line and not line.startswith("#"):
            programs[line] = compile(line, "<input>", "eval")
    return sections


PROGRAMS = _programs()


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    rr.set_strict_mode(True)
    with errors.strictly(True), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's about NaN and overflow, ours about colors
        yield
    rr.set_strict_mode(False)


def _stored(program: CodeType, name: str, package: str, library: tuple[Any, Any]) -> object:
    """What a batch stores of an input: type and values, or that it was refused."""
    of_components, of_datatypes = library
    names = {"np": np, "pa": pa, "io": io, "pathlib": pathlib, "Arrays": Arrays}
    try:
        value = eval(program, {**names, "c": of_components, "e": of_datatypes})  # noqa: S307 - ours
        home = of_components if package == "components" else of_datatypes
        array = getattr(home, f"{name}Batch")(value).pa_array
    except Exception as error:  # noqa: BLE001 - which error is no matter
        return f"refused: {type(error).__name__}: {error}"
    return (array.type, repr(array.to_pylist()))


def _differences(name: str, package: str, module: ModuleType) -> dict[str, tuple[object, object]]:
    family = _family(name, module)
    programs = {} if name in ONE_BY_ONE else PROGRAMS["everywhere"]
    found = {}
    for text, program in {**programs, **PROGRAMS[family]}.items():
        theirs = _stored(program, name, package, (rr.components, rr.encodings))
        ours = _stored(program, name, package, (components, datatypes))
        is_refused = isinstance(theirs, str)
        if theirs != ours and not (is_refused and (isinstance(ours, str) or family in LENIENT)):
            found[text] = (theirs, ours)
    return found


@pytest.mark.parametrize(("package", "name"), [row for row in TYPES if row[1] not in REFUSED])
def test_batches_store_what_the_reference_stores(package: str, name: str) -> None:
    module = components if package == "components" else datatypes
    known = DIFFERENT.get(_family(name, module), {}) | DIFFERENT.get(name, {})
    found = _differences(name, package, module)
    assert not {text: stored for text, stored in found.items() if text not in known}


def test_every_known_difference_is_one() -> None:
    seen: dict[str, set[str]] = {}
    for package, name in TYPES:
        if name in REFUSED:
            continue
        module = components if package == "components" else datatypes
        found = set(_differences(name, package, module))
        for key in (_family(name, module), name):
            seen[key] = seen.get(key, set()) | found
    assert {key: set(texts) - seen[key] for key, texts in DIFFERENT.items()} == {
        key: set() for key in DIFFERENT
    }


@pytest.mark.parametrize(("package", "name"), TYPES)
def test_lax_mode_stores_nothing_where_strict_mode_raises(package: str, name: str) -> None:
    batch = getattr(components if package == "components" else datatypes, f"{name}Batch")
    for program in PROGRAMS["everywhere"].values():
        scope = {"np": np, "pa": pa, "Arrays": Arrays}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", errors.RerunWarning)
            stored = batch(eval(program, scope), strict=False).pa_array  # noqa: S307 - ours
        assert stored.type == batch.arrow_type()
        try:
            again = batch(eval(program, scope), strict=True).pa_array  # noqa: S307 - ours
        except Exception:  # noqa: BLE001 - whatever it is, lax mode has warned of it
            assert caught
            assert len(stored) == 0 or name in STRIPS
        else:
            assert (
                str(stored.to_pylist()).split(" at 0x")[0]
                == str(again.to_pylist()).split(" at 0x")[0]
            )
