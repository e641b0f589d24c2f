"""Names for Arrow types: two types are the same where their names are.

`exact_type` is as strict as the reference's `rrd compare`: names, nullability and metadata of all
inner fields count, those of a column's outermost list do not. `value_type` is what `rrd diff` asks:
whether values of both types can be the same values.
"""

from __future__ import annotations

import pyarrow as pa

__all__ = ["exact_type", "holds_floats", "value_type"]


def exact_type(kind: pa.DataType) -> str:
    """A name that tells a component column's types apart as the reference does."""
    if isinstance(kind, pa.ListType):
        return f"list<{_exact(kind.value_type)}>"
    return _exact(kind)


def _exact(kind: pa.DataType) -> str:
    if isinstance(kind, pa.BaseExtensionType):
        return _exact(kind.storage_type)
    if isinstance(kind, pa.DictionaryType):
        return f"dictionary<{kind.index_type}, {_exact(kind.value_type)}>"
    if pa.types.is_binary(kind):
        return "large_binary"  # the reference widens these when it reads them
    if not kind.num_fields:
        return str(kind)
    size = f"[{kind.list_size}]" if isinstance(kind, pa.FixedSizeListType) else ""
    codes = f"{kind.mode}{kind.type_codes}" if isinstance(kind, pa.UnionType) else ""
    inner = (_exact_field(kind.field(i)) for i in range(kind.num_fields))
    return f"{kind.id}{size}{codes}<{', '.join(inner)}>"


def _exact_field(field: pa.Field[pa.DataType]) -> str:
    metadata = sorted((field.metadata or {}).items())
    return f"{field.name!r}: {_exact(field.type)} {field.nullable} {metadata}"


def value_type(kind: pa.DataType) -> str:
    """A name that tells types apart whose values cannot be the same.

    Nullability, metadata, names of list items, the width of offsets, and encodings do not count.
    """
    if isinstance(kind, pa.BaseExtensionType):
        return value_type(kind.storage_type)
    if isinstance(kind, pa.DictionaryType | pa.RunEndEncodedType):
        return value_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return "list<uint8>"
    if isinstance(kind, pa.FixedSizeListType):
        return f"list[{kind.list_size}]<{value_type(kind.value_type)}>"
    if isinstance(
        kind, pa.ListType | pa.LargeListType | pa.ListViewType | pa.LargeListViewType
    ) and not isinstance(kind, pa.MapType):
        return f"list<{value_type(kind.value_type)}>"
    if isinstance(kind, pa.StructType | pa.UnionType | pa.MapType):
        inner = (kind.field(i) for i in range(kind.num_fields))
        members = ", ".join(f"{field.name}: {value_type(field.type)}" for field in inner)
        word = "struct" if isinstance(kind, pa.StructType) else str(kind).partition("<")[0]
        return f"{word}<{members}>"
    return str(kind)


def holds_floats(kind: pa.DataType) -> bool:
    """Whether values of this type hold floating-point numbers."""
    if isinstance(kind, pa.BaseExtensionType):
        return holds_floats(kind.storage_type)
    if isinstance(kind, pa.DictionaryType | pa.RunEndEncodedType):
        return holds_floats(kind.value_type)
    if pa.types.is_floating(kind):
        return True
    return any(holds_floats(kind.field(i).type) for i in range(kind.num_fields))
