"""What a verification found, and how much of it is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rrdformats.selectors import Selection
from rrdtool.operations.verification.rules import RULES, Level

__all__ = ["Finding", "Findings", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is; what is not known or does not apply is None.

    Attributes:
        offset: Byte in the source, usually where the message starts.
        store: The store, as text.
        entity: Entity path.
        chunk: Chunk id, `chunk_` and 32 hex digits.
    """

    offset: int | None = None
    store: str | None = None
    entity: str | None = None
    chunk: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: Id of the rule.
        level: `error`, `warning` or `info`.
        message: What is wrong, in a sentence without a full stop.
        offset: Byte in the source where it is.
        store: The store it concerns.
        entity: Entity path.
        chunk: Chunk id.
        column: Timeline, component or column of a manifest.
    """

    rule: str
    level: str
    message: str
    offset: int | None = None
    store: str | None = None
    entity: str | None = None
    chunk: str | None = None
    column: str | None = None


@dataclass(slots=True)
class Findings:
    """Collects findings: all are counted, the first ones kept.

    Attributes:
        rules: Which rules count at all.
        most: How many findings are kept; None for all.
        kept: The findings, in the order in which they were met.
        counts: How many there were by rule.
    """

    rules: Selection = field(default_factory=Selection.names)
    most: int | None = None
    kept: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _said: set[tuple[str | None, ...]] = field(default_factory=set)

    def add(
        self, rule: str, message: str, place: Place | None = None, *, column: str | None = None
    ) -> None:
        """Notes something that is wrong.

        Args:
            rule: Id of the rule.
            message: What is wrong, in a sentence without a full stop.
            place: Where it is.
            column: The column it concerns.
        """
        if not self.rules.matches(rule):
            return
        self.counts[rule] += 1
        if self.most is None or len(self.kept) < self.most:
            at = place or Place()
            level = RULES[rule].level.value
            self.kept.append(
                Finding(rule, level, message, at.offset, at.store, at.entity, at.chunk, column)
            )

    def add_once(self, rule: str, message: str, place: Place, *, column: str | None = None) -> None:
        """Notes something that concerns all chunks of an entity alike, for the first of them."""
        key = (rule, place.store, place.entity, column)
        if key not in self._said:
            self._said.add(key)
            self.add(rule, message, place, column=column)

    def count(self, level: Level) -> int:
        """How many findings of that level there were, kept or not."""
        return sum(count for rule, count in self.counts.items() if RULES[rule].level is level)
