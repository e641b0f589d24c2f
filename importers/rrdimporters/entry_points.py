"""Python plugins: importers that other distributions register as entry points.

A plugin that cannot be imported, or is no importer, becomes a row with an error. It is never a
traceback, and it never stands in the way of other importers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rrdimporters.protocol import Importer

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "PluginRow", "plugin_rows"]

GROUP = "rrdtool.importers"
"""The entry-point group; an entry names an importer class, or a function that makes one."""

_MEMBERS = ("name", "summary", "suffixes", "options", "claims", "chunks")


@dataclass(frozen=True, slots=True)
class PluginRow:
    """A registered plugin.

    Attributes:
        name: Name of the entry point, by which it is called.
        origin: Name and version of the distribution that brings it.
        importer: The importer; None if it is broken.
        error: What is wrong with it.
    """

    name: str
    origin: str
    importer: Importer | None
    error: str | None = None


def plugin_rows() -> Iterator[PluginRow]:
    """All registered plugins, by name."""
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        yield _load(entry)


def _load(entry: EntryPoint) -> PluginRow:
    found = entry.dist
    origin = entry.value if found is None else f"{found.name} {found.version}"
    try:
        importer = entry.load()()
        missing = [member for member in _MEMBERS if not hasattr(importer, member)]
        if missing:
            raise TypeError(f"{entry.value} is no importer: it has no {', '.join(missing)}")
        if importer.name != entry.name:
            raise ValueError(f"{entry.value} calls itself {importer.name!r}")
        # Whatever asks them later must not stumble over what they are.
        tuple(map(str.lower, importer.suffixes))
        dict(importer.options)
    except Exception as error:  # noqa: BLE001 - foreign code, may raise anything
        return PluginRow(entry.name, origin, None, f"{type(error).__name__}: {error}")
    return PluginRow(entry.name, origin, cast("Importer", importer))
