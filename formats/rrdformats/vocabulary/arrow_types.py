"""Arrow types as plain values, written in the text that pyarrow itself prints for them.

The tables of this package declare types as text. The grammar is that of `str(pyarrow.DataType)`,
plus names of types declared elsewhere:

```
type   = primitive | name
       | "list<" field ">" | "large_list<" field ">" | "fixed_size_list<" field ">[" size "]"
       | "struct<" field ("," field)* ">" | "dense_union<" field "=" code ("," field "=" code)* ">"
field  = name ":" type ["not null"]
```

`str()` of a type is canonical: two types are equal exactly when their texts are, inner field names
and nullability included. pyarrow is imported by `ArrowType.to_arrow` and nowhere else here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

__all__ = ["NESTED", "PRIMITIVES", "ArrowField", "ArrowType", "list_of", "parse_arrow_type"]

PRIMITIVES = (
    *("null", "bool", "string", "halffloat", "float", "double"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)
"""Kinds of types without children, as pyarrow spells them."""

NESTED = ("list", "large_list", "fixed_size_list", "struct", "dense_union")
"""Kinds of types that have children."""


class ArrowField(NamedTuple):
    """A named child of a nested type."""

    name: str
    type: ArrowType
    nullable: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.type}" + ("" if self.nullable else " not null")


class ArrowType(NamedTuple):
    """An Arrow type.

    Attributes:
        kind: One of `PRIMITIVES` or `NESTED`.
        fields: The children of a nested type; lists have one.
        size: Number of items of a fixed-size list, else 0.
        codes: The number that marks each of `fields` in a dense union, else empty.
    """

    kind: str
    fields: tuple[ArrowField, ...] = ()
    size: int = 0
    codes: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.fields:
            return self.kind
        arms = [str(field) for field in self.fields]
        if self.codes:
            arms = [f"{arm}={code}" for arm, code in zip(arms, self.codes, strict=True)]
        size = f"[{self.size}]" if self.kind == "fixed_size_list" else ""
        return f"{self.kind}<{', '.join(arms)}>{size}"

    def to_arrow(self) -> pa.DataType:
        """The same type as a pyarrow object, made once; imports pyarrow.

        Raises:
            ValueError: If `kind` is no known kind.
        """
        return _to_arrow(self)


def list_of(item: ArrowType) -> ArrowType:
    """A list of nullable values of that type."""
    return ArrowType("list", (ArrowField("item", item),))


def parse_arrow_type(text: str, names: Mapping[str, ArrowType] | None = None) -> ArrowType:
    """The type that a declaration spells; meant for tables in code, not for text from files.

    Args:
        text: A type in the grammar of the module docstring.
        names: What the names of other declared types stand for.

    Raises:
        ValueError: If `text` is no type, or names one that is not in `names`.
    """
    parser = _Parser(text, names or {})
    parsed = parser.type()
    parser.expect("")
    return parsed


class _Parser:
    """Recursive descent over the tokens of one text; an empty token is the end."""

    def __init__(self, text: str, names: Mapping[str, ArrowType]) -> None:
        self._text = text
        self._names = names
        self._tokens: list[str] = [*re.findall(r"[A-Za-z_][\w.]*|\d+|\S", text), ""]
        self._taken = 0

    @property
    def _token(self) -> str:
        return self._tokens[self._taken]

    def _advance(self) -> str:
        """The current token; the one after it becomes current."""
        token = self._token
        self._taken += token != ""
        return token

    def _error(self, found: str) -> ValueError:
        return ValueError(f"{found} as token {self._taken} of Arrow type {self._text!r}")

    def _accept(self, token: str) -> bool:
        if self._token != token:
            return False
        self._advance()
        return True

    def expect(self, token: str) -> None:
        if not self._accept(token):
            raise self._error(f"{self._token!r} instead of {token!r}")

    def _number(self) -> int:
        if not self._token.isdecimal():
            raise self._error(f"{self._token!r} instead of a number")
        return int(self._advance())

    def type(self) -> ArrowType:
        kind = self._advance()
        if kind in PRIMITIVES:
            return ArrowType(kind)
        if kind in self._names:
            return self._names[kind]
        if kind not in NESTED:
            raise self._error(f"unknown type {kind!r}")
        self.expect("<")
        fields, codes = self._fields(kind)
        self.expect(">")
        return ArrowType(kind, fields, self._size(kind), codes)

    def _fields(self, kind: str) -> tuple[tuple[ArrowField, ...], tuple[int, ...]]:
        """The children between the angle brackets, and their codes if there are any."""
        fields, codes = [], []
        while True:
            fields.append(self._field())
            if kind == "dense_union":
                self.expect("=")
                codes.append(self._number())
            if kind.endswith("list") or not self._accept(","):
                return tuple(fields), tuple(codes)

    def _field(self) -> ArrowField:
        name = self._advance()
        if not name.isidentifier():
            raise self._error(f"{name!r} instead of a field name")
        self.expect(":")
        field_type = self.type()
        is_required = self._accept("not")
        if is_required:
            self.expect("null")
        return ArrowField(name, field_type, nullable=not is_required)

    def _size(self, kind: str) -> int:
        if kind != "fixed_size_list":
            return 0
        self.expect("[")
        size = self._number()
        self.expect("]")
        return size


@cache
def _to_arrow(arrow: ArrowType) -> pa.DataType:
    import pyarrow as pa

    fields = [pa.field(field.name, _to_arrow(field.type), field.nullable) for field in arrow.fields]
    match arrow.kind:
        case "list":
            return pa.list_(fields[0])
        case "large_list":
            return pa.large_list(fields[0])
        case "fixed_size_list":
            return pa.list_(fields[0], arrow.size)
        case "struct":
            return pa.struct(fields)
        case "dense_union":
            return pa.dense_union(fields, list(arrow.codes))
        case primitive:
            # the stubs know the literal names only
            by_name = cast("Callable[[str], pa.DataType]", pa.type_for_alias)
            return by_name(primitive)
