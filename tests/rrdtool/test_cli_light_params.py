"""Option values are converted without pydantic, to what Typer would have made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.exceptions import TyperException
from typer.main import get_command

from rrdtool.cli.light_params import lighten


def every_type(
    files: Annotated[list[str] | None, typer.Argument()] = None,
    text: Annotated[str | None, typer.Option()] = None,
    path: Annotated[Path | None, typer.Option()] = None,
    number: Annotated[int, typer.Option(min=0, max=9)] = 5,
    ratio: Annotated[float, typer.Option()] = 0.5,
    flag: Annotated[bool, typer.Option()] = False,
    many: Annotated[list[int] | None, typer.Option()] = None,
    choice: Annotated[Literal["a", "b"], typer.Option()] = "a",
    loud: Annotated[int, typer.Option("-l", count=True)] = 0,
    pair: Annotated[tuple[int, str], typer.Option()] = (1, "x"),
) -> dict[str, Any]:
    return locals()


def parse(words: list[str], *, light: bool) -> dict[str, Any]:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(every_type)
    command = get_command(app)
    if light:
        for param in command.params:
            lighten(param)
    with command.make_context("test", [*words]) as context:
        found: dict[str, Any] = command.invoke(context)
    return found


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a", "-"],
        ["--text", "", "--path", "x/../y"],
        ["--number", "9", "--ratio", "1e3"],
        ["--flag", "--many", "1", "--many", "-2"],
        ["--no-flag", "--choice", "b", "-lll"],
        ["--pair", "3", "y"],
        ["--text=--flag", "--", "--flag"],
    ],
    ids=" ".join,
)
def test_values_are_what_typer_makes_of_them(words: list[str]) -> None:
    assert parse(words, light=True) == parse(words, light=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--number", "x"], "'x' is not a whole number"),
        (["--number", "10"], "10 is above 9"),
        (["--number", "-1"], "-1 is below 0"),
        (["--ratio", "x"], "'x' is not a number"),
        (["--many", "1", "--many", "x"], "'x' is not a whole number"),
        (["--choice", "c"], "'c' is not one of a, b"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_typer_refuses_is_refused_with_a_sentence(words: list[str], said: str) -> None:
    with pytest.raises(TyperException, match=said):
        parse(words, light=True)
    with pytest.raises(TyperException):
        parse(words, light=False)
