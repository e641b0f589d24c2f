"""Views of text and of tables."""

from __future__ import annotations

from typing import Unpack

from rrdtool.blueprint.archetypes.tables import DataframeQuery
from rrdtool.blueprint.archetypes.text_views import (
    TextDocumentFormat,
    TextLogColumns,
    TextLogFormat,
    TextLogRows,
)
from rrdtool.blueprint.views.base import KnownView, ViewOptions

__all__ = ["DataframeView", "TextDocumentView", "TextLogView"]


class DataframeView(KnownView, class_identifier="Dataframe"):
    """A view of everything as a table.

    Args:
        query: What the table holds.
        options: See `ViewOptions`.
    """

    def __init__(
        self, *, query: DataframeQuery | None = None, **options: Unpack[ViewOptions]
    ) -> None:
        self._set_up(options, (DataframeQuery, query))


class TextDocumentView(KnownView, class_identifier="TextDocument"):
    """A view of a text document.

    Args:
        format_options: How it is set.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        format_options: TextDocumentFormat | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(options, (TextDocumentFormat, format_options))


class TextLogView(KnownView, class_identifier="TextLog"):
    """A view of log messages.

    Args:
        columns: The columns of the log.
        rows: The messages that are shown.
        format_options: How they are set.
        options: See `ViewOptions`.
    """

    def __init__(
        self,
        *,
        columns: TextLogColumns | None = None,
        rows: TextLogRows | None = None,
        format_options: TextLogFormat | None = None,
        **options: Unpack[ViewOptions],
    ) -> None:
        self._set_up(
            options,
            (TextLogColumns, columns),
            (TextLogRows, rows),
            (TextLogFormat, format_options),
        )
