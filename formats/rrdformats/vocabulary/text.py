"""Text: log lines and documents."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, optional, recommended, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("TextLogLevel", "Utf8", "How grave a log line is: `INFO`, `WARN` and so on."),
)

ARCHETYPES = (
    core.archetype(
        "TextDocument",
        "A text that is shown as a whole.",
        required.mono("text", "Text", "The text."),
        optional.mono("media_type", "MediaType", "Plain text, or Markdown."),
    ),
    core.archetype(
        "TextLog",
        "A line of a log.",
        required.mono("text", "Text", "The line."),
        recommended.mono("level", "TextLogLevel", "How grave it is."),
        optional.mono("color", "Color", "Color of the line."),
    ),
)
