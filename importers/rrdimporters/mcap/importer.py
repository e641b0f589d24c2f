"""An MCAP file as a stream of chunks: one per channel and MCAP chunk, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rrdformats.source import FileSource
from rrdimporters.mcap.records import MAGIC
from rrdimporters.mcap.settings import OPTIONS, McapSettings
from rrdimporters.protocol import ImportSettings, Progress, UnsupportedInputError

if TYPE_CHECKING:
    from rrdformats.chunk import Chunk
    from rrdimporters.report import ImportReport

__all__ = ["McapImporter"]


class McapImporter:
    """MCAP files: ROS 1 and 2, protobuf, Foxglove, JSON; anything else as bytes."""

    name = "mcap"
    summary = "MCAP recordings (.mcap): ROS 2, ROS 1, protobuf, Foxglove, JSON."
    suffixes = (".mcap",)
    options: Mapping[str, str] = OPTIONS

    def __init__(self, settings: McapSettings | None = None) -> None:
        """Keeps the settings; None takes them from the options of each import."""
        self._settings = settings

    def claims(self, path: Path, head: bytes) -> bool:
        """Whether it is an MCAP file; one that is damaged in its first bytes still is by name."""
        return head.startswith(MAGIC) or path.suffix.lower() == ".mcap"

    def chunks(
        self, path: Path, settings: ImportSettings, progress: Progress, report: ImportReport
    ) -> Iterator[Chunk]:
        """Yields the chunks of a file, in file order.

        Raises:
            NotMineError: If it is no MCAP file, and not called one.
            DamagedInputError: If nothing of it can be read.
            UnsupportedInputError: If an option is wrong.
            OSError: If it cannot be read.
        """
        from rrdimporters.emit import Emitter
        from rrdimporters.mcap.conversion import Conversion

        wanted = self._settings
        if wanted is None:
            try:
                wanted = McapSettings.from_options(settings.options)
            except ValueError as error:
                raise UnsupportedInputError(str(error)) from error
        with path.open("rb", buffering=0) as file:
            source = FileSource(file, str(path), owned=False)
            emitter = Emitter.for_file(path, settings)
            yield from Conversion(source, wanted, emitter, progress, report).run()
