"""`rrd merge`: several recordings in one file."""

from __future__ import annotations

from pathlib import Path

from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.outcome import Outcome, Problem

__all__ = ["merge"]


def merge(
    files: options.Files = None,
    recursive: options.Recursive = False,
    output: options.Output = None,
    force: options.Force = False,
    prefix: options.Prefixes = None,
    application_id: options.ApplicationId = None,
    recording_id: options.RecordingId = None,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Put several recordings into one file.

    What belongs to one recording in several files is one recording in the output, and chunks that
    occur twice are kept once. With --recording-id different recordings are joined, too; entities
    that several of them have are reported. Chunks are copied as they are.

    Examples:
        rrd merge a.rrd b.rrd -o both.rrd
        rrd merge -r recordings -o all.rrd
        rrd merge run1.rrd run2.rrd --recording-id runs --prefix run1=/a run2=/b -o runs.rrd
        rrd merge a.rrd b.rrd --dry-run
    """
    from rrdtool.operations.merge import Prefix
    from rrdtool.operations.merge import merge as join
    from rrdtool.operations.routing import Routing

    pairs, paths = _pairs(prefix, files)
    try:
        prefixes = [Prefix.parse(pair) for pair in pairs]
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error
    request = EditRequest(
        "merge",
        paths,
        "merged",
        output,
        recursive=recursive,
        force=force,
        dry_run=dry_run,
        json=json,
        lossy=lossy,
        history=history,
    )
    routing = Routing(application_id, recording_id)
    return request.carry_out(
        lambda recordings, file, settings: join(
            recordings, file, routing=routing, prefixes=prefixes, settings=settings
        )
    )


def _pairs(prefix: list[str] | None, files: list[str] | None) -> tuple[list[str], list[str] | None]:
    """Prefixes and files: words like `run2=/b` behind a prefix are prefixes, unless files exist."""
    if not prefix or not files:
        return prefix or [], files
    more = [word for word in files if "=" in word and not Path(word).exists()]
    return [*prefix, *more], [word for word in files if word not in more]
