"""Component values against the vocabulary: Arrow types, required values, variants of enums.

Types are compared as the reference compares them: names of list items, nullability, further fields
of a struct and their order do not matter. Whether required values are there is asked of the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats import vocabulary
from rrdformats.arrow_bridge import list_offsets
from rrdformats.vocabulary import ArrowType, ComponentType, EnumType

__all__ = ["ValueCheck", "fits"]

_Mask = npt.NDArray[np.bool_]
_Array = Any  # pyarrow's array classes share no typed interface for children and offsets
_Problem = tuple[str, str]
"""A rule, and a sentence."""

# Tables of datatypes spell enums as fields by name, but only their numbers reach the Arrow type.
_ENUM_FIELDS: Mapping[str, Mapping[str, str]] = {
    "rerun.encodings.ImageFormat": {
        "pixel_format": "rerun.encodings.PixelFormat",
        "color_model": "rerun.encodings.ColorModel",
        "channel_datatype": "rerun.encodings.ChannelDatatype",
    },
    "rerun.blueprint.encodings.SortBy": {"direction": "rerun.blueprint.encodings.SortDirection"},
    "rerun.blueprint.encodings.TextLogColumn": {
        "kind": "rerun.blueprint.encodings.TextLogColumnKind"
    },
    "rerun.blueprint.encodings.VisualizerComponentMapping": {
        "source_kind": "rerun.blueprint.encodings.ComponentSourceKind"
    },
}
_NULL_ARM = "_null_markers"


@cache
def _enum_fields() -> dict[ArrowType, dict[str, EnumType]]:
    """Enums among the fields of a struct, by the struct's type."""
    found: dict[ArrowType, dict[str, EnumType]] = {}
    for name, fields in _ENUM_FIELDS.items():
        datatype = vocabulary.datatype(name)
        enums = {field: vocabulary.enum(enum) for field, enum in fields.items()}
        if datatype is not None:
            found[datatype.arrow] = {field: enum for field, enum in enums.items() if enum}
    return found


def fits(declared: ArrowType, found: pa.DataType) -> bool:
    """Whether values of type `found` can be read as `declared`."""
    if declared.kind == "struct":
        return pa.types.is_struct(found) and all(
            found.get_field_index(field.name) >= 0
            and fits(field.type, found.field(field.name).type)
            for field in declared.fields
        )
    if declared.kind == "dense_union":
        return (
            isinstance(found, pa.DenseUnionType)
            and tuple(found.type_codes) == declared.codes
            and all(
                fits(field.type, found.field(i).type) for i, field in enumerate(declared.fields)
            )
        )
    if declared.kind == "fixed_size_list":
        return (
            isinstance(found, pa.FixedSizeListType)
            and found.list_size == declared.size
            and fits(declared.fields[0].type, found.value_type)
        )
    if declared.kind == "list":
        return isinstance(found, pa.ListType) and fits(declared.fields[0].type, found.value_type)
    return found == declared.to_arrow()


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """Looks at the values of one component.

    Attributes:
        component: Its type.
    """

    component: ComponentType

    def problem(self, lists: _Array) -> _Problem | None:
        """The first thing that is wrong in a column of lists, whose type fits; None if all is well.

        Values that no row refers to are looked at, too: readers deserialise them.
        """
        declared, enum, values = self.component.arrow, self.component.enum, lists.values
        if not declared.fields and enum is None and not values.null_count:
            return None
        walk = _walk(_Values(declared, enum, values, None, required=True, path=""))
        return next(walk, None)


@dataclass(frozen=True, slots=True)
class _Values:
    """Values at one level of a nested type.

    Attributes:
        declared: Their type in the vocabulary.
        enum: Their variants, if they are of an enum.
        array: The values.
        alive: Which of them count, because what holds them is not null; None for all.
        required: Whether those that count must not be null.
        path: Names of the fields on the way here.
    """

    declared: ArrowType
    enum: EnumType | None
    array: _Array
    alive: _Mask | None
    required: bool
    path: str


def _walk(values: _Values) -> Iterator[_Problem]:
    if values.declared.kind == "null":
        return
    nulls = _nulls(values)
    alive = values.alive
    if nulls is not None:
        missing = int(np.count_nonzero(nulls if alive is None else nulls & alive))
        # The vocabulary calls unions nullable, as Arrow has it; readers want one of the other arms.
        if missing and (values.required or values.declared.kind == "dense_union"):
            yield "component-null", f"{_amount(missing, 'value')} missing{_at(values.path)}"
        alive = ~nulls if alive is None else alive & ~nulls
    if values.enum is not None:
        yield from _unknown_variants(values, alive)
    for child in _children(values, alive):
        yield from _walk(child)


def _amount(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def _at(path: str) -> str:
    return f" at {path}" if path else ""


def _nulls(values: _Values) -> _Mask | None:
    """Which values are null; None if none is."""
    array = values.array
    if values.declared.kind == "dense_union":  # unions have no nulls of their own, but an arm
        names = [field.name for field in values.declared.fields]
        if _NULL_ARM not in names:
            return None
        nulls = _codes(array) == values.declared.codes[names.index(_NULL_ARM)]
        return nulls if nulls.any() else None
    if not array.null_count:
        return None
    mask: _Mask = array.is_null().to_numpy(zero_copy_only=False)
    return mask


def _codes(array: _Array) -> npt.NDArray[np.int8]:
    codes: npt.NDArray[np.int8] = array.type_codes.to_numpy(zero_copy_only=False)
    return codes


def _unknown_variants(values: _Values, alive: _Mask | None) -> Iterator[_Problem]:
    enum = values.enum
    if enum is None:
        return
    import pyarrow.compute as pc

    numbers = pc.fill_null(values.array, enum.members[0][1]).to_numpy(zero_copy_only=False)
    unknown = ~np.isin(numbers, [number for _, number in enum.members])
    if alive is not None:
        unknown &= alive
    if unknown.any():
        number = int(numbers[unknown.argmax()])
        names = ", ".join(f"{name} = {value}" for name, value in enum.members)
        yield "component-enum", f"{number}{_at(values.path)} is none of {names}"


def _children(values: _Values, alive: _Mask | None) -> Iterable[_Values]:
    declared, array = values.declared, values.array
    match declared.kind:
        case "struct":
            enums = _enum_fields().get(declared, {})
            for field in declared.fields:
                child = array.field(array.type.get_field_index(field.name))
                path = f"{values.path}.{field.name}" if values.path else field.name
                enum = enums.get(field.name)
                yield _Values(field.type, enum, child, alive, not field.nullable, path)
        case "fixed_size_list":
            (item,) = declared.fields
            inner = None if alive is None else np.repeat(alive, declared.size)
            yield _Values(item.type, None, array.values, inner, not item.nullable, values.path)
        case "list":
            (item,) = declared.fields
            inner = _alive_items(array, alive)
            yield _Values(item.type, None, array.values, inner, not item.nullable, values.path)
        case "dense_union":
            yield from _arms(values, alive)
        case _:
            pass


def _alive_items(array: _Array, alive: _Mask | None) -> _Mask | None:
    offsets = list_offsets(array)
    count = len(array.values)
    if alive is None and offsets[0] == 0 and offsets[-1] == count:
        return None
    inner = np.zeros(count, np.bool_)
    lists = np.ones(len(array), np.bool_) if alive is None else alive
    inner[offsets[0] : offsets[-1]] = np.repeat(lists, np.diff(offsets))
    return inner


def _arms(values: _Values, alive: _Mask | None) -> Iterator[_Values]:
    array, codes = values.array, _codes(values.array)
    offsets = array.offsets.to_numpy()
    for index, (code, field) in enumerate(
        zip(values.declared.codes, values.declared.fields, strict=True)
    ):
        chosen = codes == code
        if alive is not None:
            chosen &= alive
        child = array.field(index)
        inner = np.zeros(len(child), np.bool_)
        inner[offsets[chosen]] = True
        path = f"{values.path}.{field.name}" if values.path else field.name
        yield _Values(field.type, None, child, inner, not field.nullable, path)
