"""Values of a recording as JSON, one object per line.

Byte strings become base64, floats that JSON does not know `"NaN"`, `"Infinity"` and `"-Infinity"`,
and what it does not have at all (decimals) its text.
Unlike reports (`rrdtool.cli.output.print_json`), rows are one line each on a terminal, too.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any

__all__ = ["json_text"]


def json_text(value: Any) -> str:
    """`value`, made of what JSON has and of the above, as JSON on one line."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_text)
    except ValueError:  # not a number, or infinite: rare enough to look only now
        return json.dumps(_finite(value), ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case list():
            return [_finite(item) for item in value]
        case dict():
            return {name: _finite(item) for name, item in value.items()}
        case _:
            return value
