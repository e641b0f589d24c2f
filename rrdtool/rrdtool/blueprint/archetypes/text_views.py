"""Views of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row
from rrdtool.blueprint.names import ARCHETYPES

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.blueprint import components as blueprint_components
    from rrdtool.blueprint import datatypes as blueprint_datatypes

    class _TextDocumentFormatFields(TypedDict, total=False):
        monospace: datatypes.BoolLike | None
        word_wrap: datatypes.BoolLike | None

    class _TextLogColumnsFields(TypedDict, total=False):
        timeline_columns: blueprint_datatypes.TimelineColumnArrayLike | None
        text_log_columns: blueprint_datatypes.TextLogColumnArrayLike | None

    class _TextLogFormatFields(TypedDict, total=False):
        monospace_body: datatypes.BoolLike | None

    class _TextLogRowsFields(TypedDict, total=False):
        filter_by_log_level: datatypes.Utf8ArrayLike | None


__all__ = [
    "TextDocumentFormat",
    "TextLogColumns",
    "TextLogFormat",
    "TextLogRows",
]


class TextDocumentFormat(Archetype, prefix=ARCHETYPES):
    """How a text document is set."""

    monospace: Row[blueprint_components.EnabledBatch]
    word_wrap: Row[blueprint_components.EnabledBatch]

    def __init__(self, **fields: Unpack[_TextDocumentFormatFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TextDocumentFormatFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TextLogColumns(Archetype, prefix=ARCHETYPES):
    """The columns of a text log."""

    timeline_columns: Row[blueprint_components.TimelineColumnBatch]
    text_log_columns: Row[blueprint_components.TextLogColumnBatch]

    def __init__(self, **fields: Unpack[_TextLogColumnsFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TextLogColumnsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TextLogFormat(Archetype, prefix=ARCHETYPES):
    """How the lines of a text log are set."""

    monospace_body: Row[blueprint_components.EnabledBatch]

    def __init__(self, **fields: Unpack[_TextLogFormatFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TextLogFormatFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TextLogRows(Archetype, prefix=ARCHETYPES):
    """The lines of a text log."""

    filter_by_log_level: Row[components.TextLogLevelBatch]

    def __init__(self, **fields: Unpack[_TextLogRowsFields]) -> None:
        self._store(**fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TextLogRowsFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
