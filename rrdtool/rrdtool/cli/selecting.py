"""What the user selected, held against what the inputs have.

A pattern is wrong only if no input of the run has what it names: of a hundred recordings one may
lack a camera.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rrdformats.selectors import Selection, near_miss
from rrdtool.cli.outcome import Outcome, Problem

__all__ = ["EntityChoice", "check_timeline", "name_selection"]


class EntityChoice:
    """The entities that `--entity` and `--exclude` select, and the names met so far.

    Attributes:
        selection: What they select.
    """

    def __init__(self, include: Sequence[str] | None, exclude: Sequence[str] | None) -> None:
        """Takes the patterns.

        Raises:
            Problem: If one of them is malformed.
        """
        try:
            self.selection: Selection = Selection.entities(include or (), exclude or ())
        except ValueError as error:
            raise Problem(str(error), outcome=Outcome.USAGE) from error
        self._met: dict[str, None] = {}

    def meet(self, names: Iterable[str]) -> None:
        """Remembers entities that an input has."""
        if not self.selection.is_everything:
            self._met.update(dict.fromkeys(names))

    def check(self, *, allow_empty: bool) -> Outcome:
        """Tells of every pattern that matched nothing in any input.

        Without any entity there was nothing to match: whatever was wrong has been told.
        """
        if allow_empty or not self._met:
            return Outcome.DONE
        missed = self.selection.unmatched(self._met)
        for pattern in missed:
            close = near_miss(pattern, self._met)
            Problem(
                f"no entity matches {pattern}",
                advice=f"did you mean {close}?" if close else "`rrd tree` lists the entities",
                outcome=Outcome.USAGE,
            ).tell()
        return Outcome.USAGE if missed else Outcome.DONE


def check_timeline(name: str | None, met: Iterable[str], *, allow_empty: bool) -> Outcome:
    """Tells if no input has the timeline `name`; `met` are those that there are."""
    known = list(met)
    if name is None or allow_empty or not known or name in known:
        return Outcome.DONE
    close = near_miss(name, known)
    there = ", ".join(sorted(known))
    Problem(
        f"there is no timeline {name}",
        advice=f"did you mean {close}?" if close else f"there are {there}",
        outcome=Outcome.USAGE,
    ).tell()
    return Outcome.USAGE


def name_selection(
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    *,
    entities: bool = False,
) -> Selection:
    """The selection that patterns for names, or for entity paths, make.

    Raises:
        Problem: If one of them is malformed.
    """
    make = Selection.entities if entities else Selection.names
    try:
        return make(include or (), exclude or ())
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error
