"""Patterns that match nothing, and what their author may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from rrdformats.selectors import Selection, Selector, near_miss
from rrdtool.operations.edit_inputs import EditRefusedError, Refusal

__all__ = ["check_matches", "missed", "nothing_matches"]

_SHOWN = 6
"""Names that are offered where none is close to what was written."""


def check_matches(what: str, selection: Selection | Selector, names: Iterable[str]) -> None:
    """Refuses patterns that match none of `names`.

    Raises:
        EditRefusedError: Naming every such pattern.
    """
    reasons = missed(what, selection, names)
    if reasons:
        raise EditRefusedError(*reasons)


def missed(what: str, selection: Selection | Selector, names: Iterable[str]) -> list[Refusal]:
    """A refusal for each pattern that matches none of `names`, which are called `what`."""
    ordered = sorted(names)
    return [nothing_matches(what, pattern, ordered) for pattern in selection.unmatched(ordered)]


def nothing_matches(what: str, pattern: str, names: list[str]) -> Refusal:
    """The refusal of a pattern that matches none of `names`, which are in order."""
    close = near_miss(pattern, names)
    more = ", …" if len(names) > _SHOWN else ""
    advice = f"there is {', '.join(names[:_SHOWN])}{more}" if names else "there is none"
    return Refusal(
        f"no {what} matches {pattern}",
        advice=advice if close is None else f"did you mean {close}?",
    )
