"""Single values: their constructors, members and texts, held against the reference.

Every line of `data/sdk_values.txt` must give the same value in both libraries, or fail in both.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from rrdtool import components, datatypes
from rrdtool.model import errors
from rrdtool.model.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parent / "data" / "sdk_values.txt"
LINES = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[0] != "#"]


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    with errors.strictly(True), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, about overflow
        yield


def _text(line: str, of_components: Any, of_datatypes: Any) -> str:
    """What an expression is, as text; its failure, if it fails."""
    try:
        value = eval(line, {"c": of_components, "e": of_datatypes, "np": np})  # noqa: S307 - ours
    except Exception:  # noqa: BLE001 - which error is no matter
        return "refused"
    if isinstance(value, pa.Array):
        return f"{value.type} {value.to_pylist()}"
    return " ".join(repr(value).split())


def test_values_are_those_of_the_reference() -> None:
    rr = pytest.importorskip("rerun")
    rr.set_strict_mode(True)
    ours = {line: _text(line, components, datatypes) for line in LINES}
    theirs = {line: _text(line, rr.components, rr.encodings) for line in LINES}
    rr.set_strict_mode(False)
    assert ours == theirs


def test_the_table_tests_more_than_refusals() -> None:
    texts = [_text(line, components, datatypes) for line in LINES]
    assert texts.count("refused") < len(texts) / 3


@pytest.mark.parametrize("line", [line for line in LINES if line[-1] == ")"])
def test_values_are_equal_to_the_same_made_again(line: str) -> None:
    if _text(line, components, datatypes) == "refused":
        return
    scope = {"c": components, "e": datatypes, "np": np}
    first, second = (eval(line, scope) for _ in range(2))  # noqa: S307 - ours
    assert np.all(first == second)
    if isinstance(first, Value):
        assert hash(first) == hash(second)
