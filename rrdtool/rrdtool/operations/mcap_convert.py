"""One MCAP file to a recording: `rrd mcap convert`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from rrdformats.stores import StoreId
from rrdimporters.mcap import McapImporter, McapSettings
from rrdimporters.protocol import ImporterError, ImportSettings, Progress
from rrdimporters.report import ImportReport
from rrdimporters.sink import RecordingSink

__all__ = ["mcap_convert"]


def mcap_convert(
    path: Path, file: BinaryIO, store_id: StoreId, settings: McapSettings, progress: Progress
) -> ImportReport:
    """Writes an MCAP file as a recording.

    Args:
        path: The MCAP file.
        file: Where the recording is written.
        store_id: The recording.
        settings: What to make of the file.
        progress: Is told how far the conversion is.

    Returns:
        What became of each channel; `error` is set if the file could not be read to its end.

    Raises:
        OSError: If reading or writing fails.
    """
    report = ImportReport(str(path))
    importer = McapImporter(settings)
    with RecordingSink(file) as sink:
        sink.introduce(store_id)
        try:
            for chunk in importer.chunks(path, ImportSettings(store_id), progress, report):
                sink.take(chunk, store_id, report)
        except ImporterError as error:
            report.error = str(error)
    return report
