"""What an import made of its input: channel or file, entity, archetype, rows, or why not."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rrdformats.entity_path import EntityPath
from rrdformats.messages import StoreId
from rrdimporters.protocol import ImporterError, ImportSettings

__all__ = ["ImportReport", "Mapped", "Skipped", "StrictError"]


class StrictError(ImporterError):
    """Something was not understood, and the caller wants that to be an error."""


@dataclass(slots=True)
class Mapped:
    """What one channel or file became.

    Attributes:
        source: Channel, topic, column or file.
        entity: Where it went.
        archetype: As what, short name; None for data without archetype.
        rows: How many rows so far.
    """

    source: str
    entity: str
    archetype: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A channel or file that did not become anything.

    Attributes:
        source: Channel, topic, column or file.
        reason: Why not.
    """

    source: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """The report on one input; importers fill it, hosts show it.

    Attributes:
        source: What the input is called.
        strict: Whether `skipped` and `lost` raise.
        importer: Name of the importer that took it.
        mapped_rows: What became what, in order of first mention; use `mapped` to add.
        skipped_rows: What became nothing because it is not understood.
        losses: What was damaged and could not be kept.
        notes: What a person would want to know.
        rows: Rows written; the host counts.
        chunks: Chunks written; the host counts.
        stores: Recordings written to, as text; the host collects.
        error: Why the import ended early, if it did.
        advice: What to do about that.
        is_foreign: Whether no importer took it.
    """

    source: str
    strict: bool = False
    importer: str | None = None
    mapped_rows: list[Mapped] = field(default_factory=list[Mapped])
    skipped_rows: list[Skipped] = field(default_factory=list[Skipped])
    losses: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    rows: int = 0
    chunks: int = 0
    stores: list[str] = field(default_factory=list[str])
    error: str | None = None
    advice: str | None = None
    is_foreign: bool = False
    _places: dict[tuple[str, str, str | None], Mapped] = field(
        default_factory=dict[tuple[str, str, str | None], Mapped], repr=False, compare=False
    )

    @property
    def is_refused(self) -> bool:
        """Whether nothing at all was made of it."""
        return self.error is not None and not self.chunks

    @property
    def is_lossy(self) -> bool:
        """Whether a part of it is missing from the recording."""
        return bool(self.error or self.losses or self.skipped_rows)

    def source_of(self, path: Path, settings: ImportSettings) -> str:
        """What a file is called in the rows of this report."""
        return settings.called or os.fspath(path)

    def mapped(
        self, source: str, entity: EntityPath | str, archetype: str | None, *, rows: int
    ) -> None:
        """Adds `rows` to what `source` became; rows of one source and target add up."""
        key = source, str(entity), archetype
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = Mapped(*key, rows=0)
            self.mapped_rows.append(found)
        found.rows += rows

    def skipped(self, source: str, reason: str) -> None:
        """Notes what is not understood and became nothing; said once however often it is called.

        Raises:
            StrictError: If the caller wants strictness.
        """
        row = Skipped(source, reason)
        if row not in self.skipped_rows:
            self.skipped_rows.append(row)
        if self.strict:
            raise StrictError(f"{source}: {reason}")

    def lost(self, what: str) -> None:
        """Notes damage after which the import went on; the exit code becomes 3.

        Raises:
            StrictError: If the caller wants strictness.
        """
        self.losses.append(what)
        if self.strict:
            raise StrictError(what)

    def count(self, store_id: StoreId, *, rows: int, chunks: int) -> None:
        """Adds to what was written; the host calls it."""
        self.rows += rows
        self.chunks += chunks
        name = str(store_id)
        if name not in self.stores:
            self.stores.append(name)

    def absorb(self, part: ImportReport) -> None:
        """Adds the report on one file of a folder, its name before each thing in it."""
        for row in part.mapped_rows:
            self.mapped(part.inside(row.source), row.entity, row.archetype, rows=row.rows)
        self.skipped_rows += (
            Skipped(part.inside(row.source), row.reason) for row in part.skipped_rows
        )
        self.losses += (part.inside(loss) for loss in part.losses)
        self.notes += (note for note in part.notes if note not in self.notes)

    def inside(self, what: str) -> str:
        """What something in the input is called from outside of it."""
        return what if what.startswith(self.source) else f"{self.source}: {what}"

    def note(self, sentence: str) -> None:
        """Adds a sentence, unless it has been said."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for programs."""
        return {
            "source": self.source,
            "importer": self.importer,
            "recordings": self.stores,
            "chunks": self.chunks,
            "rows": self.rows,
            "mapped": [asdict(row) for row in self.mapped_rows],
            "skipped": [asdict(row) for row in self.skipped_rows],
            "losses": self.losses,
            "notes": self.notes,
            "error": self.error,
        }
