"""Text: documents and log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Row, VisualizableArchetype

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _TextDocumentOptions(TypedDict, total=False):
        media_type: datatypes.Utf8ArrayLike | None

    class _TextDocumentFields(_TextDocumentOptions, total=False):
        text: datatypes.Utf8ArrayLike | None

    class _TextLogOptions(TypedDict, total=False):
        level: datatypes.Utf8ArrayLike | None
        color: datatypes.Rgba32ArrayLike | None

    class _TextLogFields(_TextLogOptions, total=False):
        text: datatypes.Utf8ArrayLike | None


__all__ = ["TextDocument", "TextLog"]


class TextDocument(VisualizableArchetype):
    """A text that is shown as a whole."""

    text: Row[components.TextBatch]
    media_type: Row[components.MediaTypeBatch]

    def __init__(
        self, text: datatypes.Utf8ArrayLike, **options: Unpack[_TextDocumentOptions]
    ) -> None:
        self._store(text=text, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_TextDocumentFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_TextDocumentFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class TextLog(VisualizableArchetype):
    """A line of a log."""

    text: Row[components.TextBatch]
    level: Row[components.TextLogLevelBatch]
    color: Row[components.ColorBatch]

    def __init__(self, text: datatypes.Utf8ArrayLike, **options: Unpack[_TextLogOptions]) -> None:
        self._store(text=text, **options)

    @classmethod
    def columns(cls, **fields: Unpack[_TextLogFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_TextLogFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
