"""JSON reports."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from rrdtool.cli.output import print_json


class Kind(Enum):
    IMAGE = "image"


@dataclass(frozen=True)
class Span:
    start_ns: int
    count: int


@dataclass
class Report:
    path: Path
    span: Span | None
    kinds: set[str]
    values: tuple[object, ...]
    times_ns: list[int | None]


def report() -> Report:
    return Report(
        path=Path("run.rrd"),
        span=Span(start_ns=2**62, count=3),
        kinds={"b", "a"},
        values=(True, None, 1.5, float("nan"), float("-inf"), Kind.IMAGE, "点"),
        times_ns=[1, None],
    )


def test_reports_are_plain_and_tagged(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(report(), schema="rrd.test/1")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "点" in out
    found = json.loads(out)
    assert next(iter(found)) == "schema"
    assert found == {
        "schema": "rrd.test/1",
        "path": "run.rrd",
        "span": {"start_ns": str(2**62), "count": 3},
        "kinds": ["a", "b"],
        "values": [True, None, 1.5, "NaN", "-Infinity", "image", "点"],
        "times_ns": ["1", None],
    }


def test_a_terminal_gets_the_same_report_indented(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", terminal)
    print_json({"a": [1]}, schema="rrd.test/1")
    out = terminal.getvalue()
    assert json.loads(out) == {"schema": "rrd.test/1", "a": [1]}
    assert out.count("\n") > 1


@pytest.mark.parametrize("value", [[1], "text", {"a": b"bytes"}, {"a": object()}, {"a": Span}])
def test_what_has_no_plain_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        print_json(value, schema="rrd.test/1")
