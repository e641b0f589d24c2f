"""What an importer is, what it is given, what it gives, and which exception means what.

An importer is any object with the members of `Importer`; there is nothing to inherit from. Built-in
ones are listed in `rrdimporters.registry`; others register a factory in the entry-point group
`rrdtool.importers`:

```toml
[project.entry-points."rrdtool.importers"]
wobble = "my_package.wobble:WobbleImporter"
```

```python
class WobbleImporter:
    name = "wobble"
    summary = "Wobble logs (.wob)."
    suffixes = (".wob",)
    options = {}

    def claims(self, path, head):
        return path.suffix.lower() == ".wob" or head.startswith(b"WOB1")

    def chunks(self, path, settings, progress, report):
        emitter = Emitter.for_file(path, settings)
        for block in read_blocks(path):  # bounded memory: never the whole file
            yield emitter.row(settings.entity_of(path), "TextDocument", text=[block.text])
            report.mapped(block.channel, settings.entity_of(path), "TextDocument", rows=1)
            progress(block.end, path.stat().st_size)
```

| raised by `chunks` | means | exit code |
|---|---|---|
| `NotMineError` | another's file after all: the next importer is asked | 66 if nobody takes it |
| `MissingDependencyError` | a package is needed that is not installed | 1 |
| `UnsupportedInputError` | its own kind of file, in a variant that it cannot read | 1 |
| `DamagedInputError` | the rest cannot be read; what came before is kept | 3; 1 if nothing came |
| `OSError` | the file cannot be read | 1 |

Anything else is a defect of the importer: it is reported as such, and hurts no other input.

Dependencies (mcap, av, h5py) are imported inside `chunks`, so that listing importers is instant.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rrdformats.entity_path import EntityPath
from rrdformats.timeline import Timeline

if TYPE_CHECKING:
    from rrdformats.chunk import Chunk
    from rrdformats.messages import StoreId
    from rrdformats.reader import Recording
    from rrdimporters.report import ImportReport

__all__ = [
    "HEAD_SIZE",
    "Addressed",
    "DamagedInputError",
    "ImportSettings",
    "Importer",
    "ImporterError",
    "MissingDependencyError",
    "NotMineError",
    "Piece",
    "Progress",
    "TimePoint",
    "UnsupportedInputError",
    "WholeRecording",
    "entity_of_name",
]

HEAD_SIZE = 4096
"""How many of a file's first bytes `Importer.claims` is shown."""

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with how many bytes of the input are done, and how many there are (None: unknown)."""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A time that the caller gives to data that have none of their own.

    Attributes:
        timeline: On which timeline.
        value: Steps, or nanoseconds.
    """

    timeline: Timeline
    value: int


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What the caller wants of an import.

    Attributes:
        store_id: The recording that the chunks go to.
        entity_path_prefix: What `entity_of` puts before entity paths.
        static: Whether data without times of their own hold at all times, whatever `times` says.
        times: Times for data without times of their own; none makes them static.
        strict: Whether data that are not understood are an error; `ImportReport.skipped` raises it.
        options: What the user set of the importer's own `options`, by name.
        called: Name of the input where that is not its path: a URL, standard input.
    """

    store_id: StoreId
    entity_path_prefix: EntityPath = field(default_factory=EntityPath)
    static: bool = False
    times: tuple[TimePoint, ...] = ()
    strict: bool = False
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    called: str | None = None

    def entity_of(self, path: Path) -> EntityPath:
        """The entity of a file: its path as given, cleaned, beneath the prefix."""
        return self.prefixed(entity_of_name(self.called or os.fspath(path)))

    def prefixed(self, entity: EntityPath | str) -> EntityPath:
        """An entity beneath the prefix; text is parsed."""
        path = EntityPath.parse(entity) if isinstance(entity, str) else entity
        return EntityPath(self.entity_path_prefix.parts + path.parts)

    @property
    def points(self) -> tuple[TimePoint, ...]:
        """The times that data without times of their own get; none for static data."""
        return () if self.static else self.times


def entity_of_name(name: str) -> EntityPath:
    r"""The entity that a path names: cleaned without looking at the disk, each part one part.

    >>> print(entity_of_name("./a/../my image.png"))
    /my\ image.png
    """
    parts = posixpath.normpath(Path(name).as_posix()).split("/")
    text = (part.encode(errors="surrogateescape").decode(errors="replace") for part in parts)
    return EntityPath.from_parts(part for part in text if part not in {".", ".."})


@dataclass(frozen=True, slots=True)
class Addressed:
    """A chunk for another recording than the one in the settings (an episode of a dataset)."""

    store_id: StoreId
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class WholeRecording:
    """A recording that passes through as it is, with its own store ids.

    Attributes:
        recording: The open recording; whoever yields it closes it when it is asked to go on.
    """

    recording: Recording


Piece: TypeAlias = "Chunk | Addressed | WholeRecording"
"""What `Importer.chunks` yields. A plain chunk belongs to `ImportSettings.store_id`."""


class Importer(Protocol):
    """Turns one kind of source into chunks. It keeps no state between two imports."""

    @property
    def name(self) -> str:
        """Lower case, as in `--importer NAME` and `rrd-importer-NAME`."""
        ...

    @property
    def summary(self) -> str:
        """One sentence for `--list-importers`, with the suffixes."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of its files, lower case, with the dot; empty for folders."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """Names of its own options, each with one sentence; unknown ones are refused before."""
        ...

    def claims(self, path: Path, head: bytes) -> bool:
        """Whether the file is its own, from suffix and first bytes; quick, and never raises.

        It is asked first where the suffix is one of `suffixes`: then it says no only if `head`
        shows a file of another kind. If nobody's suffix fits it is asked again, and should say yes
        if `head` alone is proof.

        Args:
            path: The file or folder; standard input has the name `-`, so no suffix.
            head: The first `HEAD_SIZE` bytes, fewer if the file is shorter; empty for folders.
        """
        ...

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields the chunks in bounded memory, the same ones for the same file and settings.

        Args:
            path: A seekable file, or a folder. Nothing outside of it is read unless the user
                gave leave to (URDF meshes, search paths).
            settings: What the caller wants.
            progress: To be called now and then.
            report: What became of each channel or file is to be told here.

        Raises:
            ImporterError: See the table of this module.
            OSError: If the file cannot be read.
        """
        ...


class ImporterError(Exception):
    """Root of what an importer says about an input.

    Attributes:
        reason: One sentence without a trailing full stop, without the place.
        advice: What to do about it.
    """

    def __init__(self, reason: str, *, advice: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class NotMineError(ImporterError):
    """The file is of another kind; nothing has been yielded."""


class MissingDependencyError(ImporterError):
    """The import needs a package that is not installed."""

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}, which is not installed",
            advice=f"pip install {package}",
        )
        self.package = package


class UnsupportedInputError(ImporterError):
    """The file is of the importer's kind, but of a variant that it cannot read."""


class DamagedInputError(ImporterError):
    """The input cannot be read any further; what was yielded before is kept.

    Attributes:
        offset: Byte offset in the input at which the damage starts, if known.
        kept: What was kept, in words (`4 of 10 row groups`), if known.
    """

    def __init__(self, reason: str, *, offset: int | None = None, kept: str | None = None) -> None:
        super().__init__(reason)
        self.offset = offset
        self.kept = kept

    def __str__(self) -> str:
        place = "" if self.offset is None else f" (at byte {self.offset})"
        kept = "" if self.kept is None else f"; kept {self.kept}"
        return f"{self.reason}{place}{kept}"
