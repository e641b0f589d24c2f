"""Arguments that cannot be what they should: errors of the program, strict mode or not."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["checked"]

_Type = TypeVar("_Type")


def checked(value: object, kind: type[_Type], what: str) -> _Type:
    """The value, which must be of that type.

    Raises:
        TypeError: If it is not; `what` begins the sentence.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{what} is {kind.__name__}, not {type(value).__name__!r}")
    return value
