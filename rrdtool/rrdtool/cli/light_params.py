"""Conversion of plain option values without pydantic.

Typer converts values with pydantic, whose import takes longer than all else that a short command
does. Text, numbers, paths, choices and lists of them need none of it. Where a parameter is of
another type, or Typer has changed, Typer's own way is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer

__all__ = ["lighten"]

_WORDS: dict[type, str] = {int: "a whole number", float: "a number"}


def lighten(param: Any) -> None:
    """Makes `param`, an option or argument of Typer's, convert its values here if it is plain."""
    descriptor = getattr(param, "type_descriptor", None)
    convert = _converter(getattr(descriptor, "annotation", None))
    if convert is not None:
        light = _LightParam(convert)
        param.get_runtime_param = lambda: light


class _LightParam:
    """What a parameter of Typer's asks for its value; has the one method that is called."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        self._convert = convert

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        try:
            converted = self._convert(value)
            for single in converted if many else [converted]:
                _check_range(single, param)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from error
        return converted


def _converter(annotation: Any) -> Callable[[Any], Any] | None:
    """What turns a word into a value of that type; None for types that are not plain."""
    if annotation in (str, bool, Path):
        return annotation  # type: ignore[no-any-return]  # one of the three
    if annotation in (int, float):
        return lambda word: _number(annotation, word)
    if get_origin(annotation) is Literal:
        return lambda word: _choice(get_args(annotation), word)
    if get_origin(annotation) is list:
        single = _converter(get_args(annotation)[0])
        return single and (lambda words: [single(word) for word in words])
    return None


def _number(kind: type[int] | type[float], word: str | float) -> int | float:
    try:
        return kind(word)
    except ValueError:
        raise ValueError(f"'{word}' is not {_WORDS[kind]}") from None


def _choice(choices: tuple[str, ...], word: str) -> str:
    if word not in choices:
        raise ValueError(f"'{word}' is not one of {', '.join(choices)}")
    return word


def _check_range(value: Any, param: Any) -> None:
    low, high = param.min, param.max
    if low is not None and value < low:
        raise ValueError(f"{value} is below {low}")
    if high is not None and value > high:
        raise ValueError(f"{value} is above {high}")
