"""`rrd route`: other ids for recordings."""

from __future__ import annotations

from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.outcome import Outcome

__all__ = ["route"]


def route(
    files: options.Files = None,
    recursive: options.Recursive = False,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    application_id: options.ApplicationId = None,
    recording_id: options.RecordingId = None,
    into_recording: options.IntoRecording = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Give recordings another application id or recording id.

    Chunks are copied as they are, but for the id in front of each. Blueprints get the application
    of their recordings, and keep ids of their own.

    Examples:
        rrd route --recording-id run-7 part1.rrd part2.rrd -o run-7.rrd
        rrd route --application-id fleet --in-place run.rrd
        rrd route --into-recording layout.rbl -o layout.rrd
    """
    from rrdtool.operations.route import route as give
    from rrdtool.operations.routing import Routing

    request = EditRequest(
        "route",
        files,
        "routed",
        output,
        recursive=recursive,
        force=force,
        in_place=in_place,
        backup=backup,
        dry_run=dry_run,
        json=json,
        lossy=lossy,
        history=history,
    )
    routing = Routing(application_id, recording_id, into_recording)
    return request.carry_out(
        lambda recordings, file, settings: give(recordings, file, routing, settings=settings)
    )
