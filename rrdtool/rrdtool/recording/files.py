"""`log_file_from_path`, `log_file_from_contents`: files by way of the importers."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rrdformats.messages import StoreKind
from rrdtool.model.errors import report_error
from rrdtool.recording.arguments import checked
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.environment import logger
from rrdtool.recording.times import current_point
from rrdtool.sinks.base import StoreChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rrdformats.messages import StoreId
    from rrdformats.reader import Recording
    from rrdimporters.host import Host
    from rrdimporters.protocol import ImportSettings, Piece, TimePoint
    from rrdtool.recording.encoding import ChunkEncoder
    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.recording.streams import RecordingStream
    from rrdtool.sinks.base import Message

__all__ = [
    "EXTERNAL_IMPORTER_INCOMPATIBLE_EXIT_CODE",
    "log_file_from_contents",
    "log_file_from_path",
]

EXTERNAL_IMPORTER_INCOMPATIBLE_EXIT_CODE: Final = 66
"""Exit code of an external importer for files that are not its own."""


def log_file_from_path(
    file_path: str | os.PathLike[str],
    *,
    entity_path_prefix: str | None = None,
    static: bool = False,
    recording: RecordingStream | None = None,
) -> None:
    """Logs a file, or every file of a folder, as the importers see fit.

    Args:
        file_path: The file.
        entity_path_prefix: What to put before the entity paths.
        static: Whether data of external importers hold at all times, instead of the current one.
        recording: The recording stream; the current one unless given.

    Raises:
        RuntimeError: In strict mode, if no importer takes the file, or it cannot be read.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return
    try:
        _log(pipeline, Path(file_path), None, entity_path_prefix, static)
    except Exception as error:  # noqa: BLE001 - whatever importers raise
        report_error("log_file_from_path", error)


def log_file_from_contents(
    file_path: str | os.PathLike[str],
    file_contents: bytes,
    *,
    entity_path_prefix: str | None = None,
    static: bool = False,
    recording: RecordingStream | None = None,
) -> None:
    """Logs the contents of a file, as the importers see fit.

    Args:
        file_path: Name of the file, which says what it is; nothing is read there.
        file_contents: Its contents.
        entity_path_prefix: What to put before the entity paths.
        static: Whether data of external importers hold at all times, instead of the current one.
        recording: The recording stream; the current one unless given.

    Raises:
        RuntimeError: In strict mode, if no importer takes the file.
        TypeError: In strict mode, if the contents are no bytes.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return
    try:
        checked(file_contents, bytes, "the type of contents")
        with tempfile.TemporaryDirectory(prefix="rrdtool-") as folder:
            path = Path(folder, Path(file_path).name)
            path.write_bytes(file_contents)
            _log(pipeline, path, os.fspath(file_path), entity_path_prefix, static)
    except Exception as error:  # noqa: BLE001 - whatever importers raise
        report_error("log_file_from_contents", error)


def _log(
    pipeline: Pipeline, path: Path, called: str | None, prefix: str | None, is_static: bool
) -> None:
    from rrdformats.entity_path import EntityPath
    from rrdimporters.host import Host
    from rrdimporters.protocol import ImporterError, ImportSettings
    from rrdimporters.report import ImportReport

    host = Host()
    settings = ImportSettings(
        pipeline.store_id,
        EntityPath.parse(prefix or ""),
        is_static,
        () if _is_built_in(host, path) else _times(pipeline),
        called=called,
    )
    report = ImportReport(called or os.fspath(path))
    try:
        for piece in host.pieces(path, settings, lambda _done, _all: None, report):
            _append(pipeline, piece, settings)
    except (ImporterError, OSError) as error:
        raise RuntimeError(f"{called or path} cannot be imported: {error}") from error
    for skipped in report.skipped_rows:
        logger.warning("%s: %s is left out: %s", report.source, skipped.source, skipped.reason)
    for loss in report.losses:
        logger.warning("%s: %s", report.source, loss)


def _is_built_in(host: Host, path: Path) -> bool:
    """Whether the file is one whose data hold at all times, unless they have times themselves."""
    return any(path.suffix.lower() in importer.suffixes for importer in host.importers)


def _times(pipeline: Pipeline) -> tuple[TimePoint, ...]:
    from rrdimporters.protocol import TimePoint

    return tuple(TimePoint(*pair) for pair in zip(*current_point(pipeline), strict=True))


def _append(pipeline: Pipeline, piece: Piece, settings: ImportSettings) -> None:
    from rrdimporters.protocol import Addressed, WholeRecording

    if isinstance(piece, WholeRecording):
        _replay(pipeline, piece.recording)
    elif isinstance(piece, Addressed) and piece.store_id != settings.store_id:
        from rrdformats.messages import StoreInfo
        from rrdtool.recording.encoding import ChunkEncoder

        encoded = ChunkEncoder().encode(piece.chunk)
        info = StoreInfo(piece.store_id)
        pipeline.append_messages([info, StoreChunk(piece.store_id, encoded)])
    else:
        pipeline.append_chunk(piece.chunk if isinstance(piece, Addressed) else piece)


_UNSENT_BYTES = 8 << 20
"""Bytes of a recording that may wait at most."""


def _replay(pipeline: Pipeline, recording: Recording) -> None:
    """Sends all messages of a recording; its stores keep their ids.

    A blueprint is one for the current application from now on.
    """
    from rrdtool.recording.encoding import ChunkEncoder

    waiting: list[Message] = []
    size = 0
    for message in _messages(recording, pipeline.store_id.application_id, ChunkEncoder()):
        waiting.append(message)
        size += len(message.encoded.payload) if isinstance(message, StoreChunk) else 0
        if size > _UNSENT_BYTES:
            pipeline.append_messages(waiting)
            pipeline.flush()
            waiting, size = [], 0
    pipeline.append_messages(waiting)


def _messages(
    recording: Recording, application_id: str | None, encoder: ChunkEncoder
) -> Iterator[Message]:
    def renamed(store_id: StoreId) -> StoreId:
        if store_id.kind is not StoreKind.BLUEPRINT:
            return store_id
        return replace(store_id, application_id=application_id)

    contents = recording.contents
    for store_id, info in contents.stores.items():
        if info is not None:
            yield replace(info, store_id=renamed(store_id))
    for item in recording.chunks():
        yield StoreChunk(renamed(item.store_id), encoder.encode(item.chunk))
    for activation in contents.activations:
        yield replace(activation, blueprint_id=renamed(activation.blueprint_id))
