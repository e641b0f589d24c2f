"""Arrow arrays that pyarrow has no short way to make: structs and unions of declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

__all__ = ["dense_union", "struct_of"]


def struct_of(kind: pa.DataType, children: Sequence[pa.Array[Any]]) -> pa.Array[Any]:
    """A struct array of exactly this type, from the arrays of its fields."""
    import pyarrow as pa

    struct = cast("Any", kind)
    fields = [struct.field(i) for i in range(struct.num_fields)]
    return pa.StructArray.from_arrays(list(children), fields=fields)


def dense_union(
    kind: pa.DataType, arms: Sequence[str], values: Mapping[str, pa.Array[Any]]
) -> pa.Array[Any]:
    """A dense union of exactly this type.

    Args:
        kind: The type, whose codes count its fields from 0.
        arms: The name of the field that each element is of.
        values: For each field that occurs, the values of its elements in order.
    """
    import pyarrow as pa

    union = cast("Any", kind)
    fields = [union.field(i) for i in range(union.num_fields)]
    codes = {field.name: code for field, code in zip(fields, union.type_codes, strict=True)}
    types = np.array([codes[arm] for arm in arms], np.int8)
    places = np.zeros(len(arms), np.int32)
    for code in set(types.tolist()):
        chosen = types == code
        places[chosen] = np.arange(np.count_nonzero(chosen), dtype=np.int32)
    children = [values.get(field.name, pa.array([], field.type)) for field in fields]
    buffers: Any = [None, pa.py_buffer(cast("Any", types)), pa.py_buffer(cast("Any", places))]
    return pa.Array.from_buffers(kind, len(arms), buffers, children=children)
