"""The columns of text log views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from rrdtool.blueprint.datatypes.shorthand import ShorthandBatch
from rrdtool.blueprint.names import NAMESPACE
from rrdtool.datatypes.numbers import Bool
from rrdtool.datatypes.texts import Utf8
from rrdtool.model.enums import EnumBatch, NamedNumber
from rrdtool.model.values import Value

if TYPE_CHECKING:
    from rrdtool.datatypes.numbers import BoolLike
    from rrdtool.datatypes.texts import Utf8Like

__all__ = [
    "TextLogColumn",
    "TextLogColumnArrayLike",
    "TextLogColumnBatch",
    "TextLogColumnKind",
    "TextLogColumnKindArrayLike",
    "TextLogColumnKindBatch",
    "TextLogColumnKindLike",
    "TextLogColumnLike",
    "TimelineColumn",
    "TimelineColumnArrayLike",
    "TimelineColumnBatch",
    "TimelineColumnLike",
]


class TextLogColumnKind(NamedNumber):
    """What a column of a text log view shows."""

    EntityPath = 1
    LogLevel = 2
    Body = 3


TextLogColumnKindLike: TypeAlias = "TextLogColumnKind | str | int"
TextLogColumnKindArrayLike: TypeAlias = "TextLogColumnKindLike | Sequence[TextLogColumnKindLike]"


class TextLogColumnKindBatch(
    EnumBatch[TextLogColumnKind], of=TextLogColumnKind, namespace=NAMESPACE
):
    """A batch of `TextLogColumnKind`."""


class TextLogColumn(Value):
    """A column of a text log view, shown or hidden."""

    _FIELDS = ("visible", "kind")
    visible: Bool
    kind: TextLogColumnKind

    def __init__(self, kind: TextLogColumnKindLike, *, visible: BoolLike = True) -> None:
        self.visible = Bool(visible)
        self.kind = TextLogColumnKind.auto(kind)


TextLogColumnLike: TypeAlias = "TextLogColumn | TextLogColumnKindLike"
TextLogColumnArrayLike: TypeAlias = "TextLogColumn | Sequence[TextLogColumnLike]"


class TextLogColumnBatch(
    ShorthandBatch[TextLogColumnArrayLike], of=TextLogColumn, namespace=NAMESPACE
):
    """A batch of `TextLogColumn`; a kind alone stands for a column that is shown."""


class TimelineColumn(Value):
    """A timeline column of a text log view, shown or hidden."""

    _FIELDS = ("visible", "timeline")
    visible: Bool
    timeline: Utf8

    def __init__(self, timeline: Utf8Like, *, visible: BoolLike = True) -> None:
        self.visible = Bool(visible)
        self.timeline = Utf8(timeline)


TimelineColumnLike: TypeAlias = "TimelineColumn | Utf8Like"
TimelineColumnArrayLike: TypeAlias = "TimelineColumn | Sequence[TimelineColumnLike]"


class TimelineColumnBatch(
    ShorthandBatch[TimelineColumnArrayLike], of=TimelineColumn, namespace=NAMESPACE
):
    """A batch of `TimelineColumn`; a name alone stands for a column that is shown."""
