"""Escaping and measuring of text that came from a file, before it reaches a terminal."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

__all__ = ["display_width", "pad", "printable"]


def printable(text: str) -> str:
    r"""`text` on one line, with every unprintable character as its escape (`\n`, `\x1b`).

    A recording is someone else's data: an entity path must not be able to move the cursor, to
    colour the screen or to break a table's rows.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def display_width(text: str) -> int:
    """Number of terminal cells that `text` takes: wide characters are two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        2 if east_asian_width(char) in "WF" else 0 if combining(char) else 1 for char in text
    )


def pad(text: str, width: int, align: str) -> str:
    """`text` filled with spaces to `width` cells, at its right (`left` aligned) or its left."""
    space = " " * (width - display_width(text))
    return space + text if align == "right" else text + space
