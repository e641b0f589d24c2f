"""Data to standard output: text, and one JSON object per report.

JSON reports carry their schema's name and version, times in nanoseconds (keys that end in `_ns`) as
strings, because 64 bits do not survive every JSON reader, and floats that JSON does not know as
`"NaN"`, `"Infinity"` and `"-Infinity"`.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from enum import Enum

from rrdtool.cli.outcome import about
from rrdtool.cli.session import is_terminal

__all__ = ["print_json", "write"]


def write(text: str) -> None:
    """Writes `text` to standard output as it is.

    Raises:
        Problem: If it cannot be written (a full disk); a broken pipe passes as it is.
    """
    with about("standard output"):
        sys.stdout.write(text)


def print_json(report: object, *, schema: str) -> None:
    """Writes one report: on one line into a pipe, indented on a terminal.

    Args:
        report: A mapping or a dataclass of plain values.
        schema: Name and version, such as `rrd.info/1`; becomes the first member.

    Raises:
        TypeError: If `report` holds something that has no plain form.
    """
    import json

    members = _plain(report, "")
    if not isinstance(members, dict):
        raise TypeError(f"a report is a mapping or a dataclass, not {type(report).__name__}")
    indent = 2 if is_terminal(sys.stdout) else None
    tagged = {"schema": schema, **members}
    write(json.dumps(tagged, indent=indent, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: object, key: str) -> object:
    """`value`, which stands at `key`, made of what JSON has."""
    match value:
        case None | bool():
            return value
        case Enum():
            return _plain(value.value, key)
        case str():
            return str(value)
        case int():
            return str(value) if key.endswith("_ns") else int(value)
        case float():
            return _plain_float(float(value))
        case os.PathLike():
            return os.fsdecode(value)
        case Mapping():
            return {str(name): _plain(member, str(name)) for name, member in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [_plain(member, key) for member in value]
        case Set():
            return [_plain(member, key) for member in sorted(value)]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {f.name: _plain(getattr(value, f.name), f.name) for f in fields(value)}
        case _:
            raise TypeError(f"{key or 'the report'}: {type(value).__name__} has no JSON form")


def _plain_float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
