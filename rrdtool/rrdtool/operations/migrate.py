"""`rrd migrate`: a recording of an old release, as the newest one would have written it.

Chunks of old versions are decoded, brought to today's names and types, and written again under
their ids; chunks that are of today's version already are copied as the bytes they are. Before the
output may replace the old file, it is read again: it must be sound, and hold the same rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block
from rrdformats.copying import ChunkFrames, copy_chunks
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock
from rrdformats.errors import RrdError
from rrdformats.migrations import schema_version
from rrdformats.reader import Recording
from rrdformats.scan import whole_groups
from rrdformats.spans import read_window, windows
from rrdformats.writer import FORMAT_VERSION, RrdWriter
from rrdtool.operations.diff import DiffSettings, diff
from rrdtool.operations.edit_duplicates import drop_duplicates
from rrdtool.operations.edit_inputs import (
    EditInput,
    EditRefusedError,
    Refusal,
    blaming,
    open_inputs,
)
from rrdtool.operations.edit_plan import EditPlan, Share, gather
from rrdtool.operations.edit_writing import Progress, introduce
from rrdtool.operations.output import OutputFile
from rrdtool.operations.verification.rules import Level
from rrdtool.operations.verify import verify

__all__ = ["MigrateReport", "MigrationFailedError", "inspect", "migrate"]

_Ints = npt.NDArray[np.int64]

_OWN_RULES = ("stream-", "message-", "header-", "payload-", "chunk-", "footer-", "manifest-")
"""Rules of `rrd verify` that are about how a file is written, not about what was logged."""


class MigrationFailedError(Exception):
    """The migrated copy does not hold what the old file holds; that is still in its place."""


@dataclass(slots=True)
class MigrateReport:
    """How old a recording is, and what migrating it comes to.

    Attributes:
        file: What it is called.
        size: Its size (bytes).
        is_old: Whether there is anything to migrate.
        migrated: Whether that was done.
        versions: Releases that wrote its streams.
        target: The release that the output is written as.
        chunk_versions: How many chunks there are of each version of the chunk schema.
        chunks: How many chunks there are.
        rows: Their rows.
        old_chunks: Chunks that are converted; the others are copied.
        dropped_columns: Columns that have no place in today's chunks, counted per chunk.
        duplicate_chunks: Chunks that were there twice, and are kept once.
        bytes: Size of the migrated file; 0 before it is written.
    """

    file: str
    size: int
    is_old: bool = False
    migrated: bool = False
    versions: list[str] = field(default_factory=list)
    target: str = str(FORMAT_VERSION)
    chunk_versions: dict[str, int] = field(default_factory=dict)
    chunks: int = 0
    rows: int = 0
    old_chunks: int = 0
    dropped_columns: int = 0
    duplicate_chunks: int = 0
    bytes: int = 0


def inspect(recording: Recording) -> MigrateReport:
    """Looks how old a recording and each of its chunks are.

    Raises:
        EditRefusedError: If it is damaged, or newer than this library.
        InputError: If it cannot be read.
        OSError: If reading fails.
    """
    with open_inputs([recording]) as (found,):
        return _inspected(found)


def migrate(
    recording: Recording, file: OutputFile, *, progress: Progress | None = None
) -> MigrateReport:
    """Writes a recording as the newest release would have, and reads the result again.

    Args:
        recording: The old recording.
        file: Where to write; it must be a file, not a pipe. It is not committed here.
        progress: Told how many chunks are done, and how many there are.

    Raises:
        MigrationFailedError: If the result is not what it must be.
        EditRefusedError: If the recording cannot be migrated without loss.
        InputError: If it cannot be read.
        OSError: If something cannot be read or written.
    """
    with open_inputs([recording]) as (found,):
        report = _inspected(found)
        plan = gather([found])
        duplicates = drop_duplicates(plan)
        if duplicates.differing:
            what = "chunks of one id hold different data, of which only one could be kept"
            raise EditRefusedError(Refusal(what, found.name), is_usage=False)
        plan.check_timelines()
        report.duplicate_chunks = duplicates.chunks
        with blaming(found.name):
            report.bytes = _write(plan, file, report, progress)
        _check(found.recording, file, report)
        report.migrated = True
        return report


def _inspected(found: EditInput) -> MigrateReport:
    report = MigrateReport(found.name, found.source.size or 0)
    versions = [stream.header.version for stream in found.contents.streams]
    report.versions = list(dict.fromkeys(map(str, versions)))
    newer = [version for version in versions if version.release > FORMAT_VERSION.release]
    if newer:
        what = f"release {newer[0]} wrote it, which is newer than this program"
        raise EditRefusedError(Refusal(what, found.name, "update rrd"), is_usage=False)
    with blaming(found.name):
        for decoded in found.recording.decoded():
            for group in decoded.groups:
                _count(report, group)
            for _, error in decoded.errors:
                raise error
    is_older = any(version.release < FORMAT_VERSION.release for version in versions)
    report.is_old = is_older or report.old_chunks > 0
    return report


def _count(report: MigrateReport, group: ChunkGroup) -> None:
    raw = group.layout.raw_schema
    version = str(schema_version(raw) or "unknown")
    report.chunk_versions[version] = report.chunk_versions.get(version, 0) + len(group)
    report.chunks += len(group)
    report.rows += len(group) * group.rows
    if group.layout.outdated:
        report.old_chunks += len(group)
        report.dropped_columns += len(group) * (len(raw) - len(group.schema.arrow))


def _write(
    plan: EditPlan, file: OutputFile, report: MigrateReport, progress: Progress | None
) -> int:
    done = 0
    with RrdWriter(file) as writer:
        for store in plan.stores.values():
            introduce(store, writer)
            for share in store.shares:
                for count in _copy(share, writer, has_old=report.old_chunks > 0):
                    done += count
                    if progress is not None:
                        progress(done, report.chunks)
            for activation in store.activations:
                writer.write_activation(activation)
        for activation in plan.orphans:
            writer.write_activation(activation)
    return writer.position


def _copy(share: Share, writer: RrdWriter, *, has_old: bool) -> Iterator[int]:
    """Writes one share; yields how many chunks more are done."""
    source, item = share.origin.source, share.item
    limits = share.origin.recording.limits
    if not has_old:
        copy_chunks(source, item, share.rows, writer, limits=limits)
        yield len(share.rows)
        return
    decoder = ChunkDecoder(limits)
    frames = ChunkFrames.of(item, share.rows)
    for part in windows(frames.starts, frames.ends):
        run = frames[part]
        block = read_window(source, item.stream, run.starts, run.ends)
        old = _old_chunks(decoder.decode(block), block)
        for first, last in _runs(old):
            if old[first] is None:
                copy_chunks(source, item, run.rows[first:last], writer, limits=limits)
                continue
            for place in old[first:last]:
                if place is not None:
                    group, index = place
                    writer.write_chunk(item.manifest.store_id, group.chunk(index))
        yield len(run)


def _old_chunks(decoded: DecodedBlock, block: Block) -> list[tuple[ChunkGroup, int] | None]:
    """For each message of a block where its chunk is found; None if that can stay as it is."""
    found: list[tuple[ChunkGroup, int] | None] = [None] * len(block)
    for group in decoded.groups:
        if group.layout.outdated:
            for part in whole_groups(decoded, group):
                for index, message in enumerate(part.messages.tolist()):
                    found[message] = part, index
    for _, error in decoded.errors:
        raise error
    return found


def _runs(old: list[tuple[ChunkGroup, int] | None]) -> Iterator[tuple[int, int]]:
    """Runs of chunks that all stay, or all do not."""
    stays = np.array([place is None for place in old], np.bool_)
    breaks = (np.flatnonzero(stays[1:] != stays[:-1]) + 1).tolist()
    yield from zip([0, *breaks], [*breaks, len(old)], strict=True)


def _check(recording: Recording, file: OutputFile, report: MigrateReport) -> None:
    """Reads what was written, and holds it against the old recording.

    Raises:
        MigrationFailedError: If something is missing or different.
    """
    file.flush()
    with os.fdopen(os.dup(file.fileno()), "rb") as copy:
        migrated = Recording.open(copy, f"migrated copy of {report.file}")
        problems = [
            f"{finding.rule}: {finding.message}"
            for finding in verify(migrated).findings
            if finding.level == Level.ERROR.value and finding.rule.startswith(_OWN_RULES)
        ]
        chunks = sum(len(item.manifest) for item in migrated.contents.manifests)
        if chunks != report.chunks - report.duplicate_chunks:
            problems.append(f"it has {chunks} chunks instead of {report.chunks}")
        try:
            difference = diff(recording, migrated, DiffSettings(by="row-id"))
        except RrdError as error:
            problems.append(str(error))
        else:
            problems += [] if difference.same else ["its rows differ from those of the old file"]
    if problems:
        raise MigrationFailedError("; ".join(problems))
