"""Command line arguments that let whoever runs a script say where it records to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rrdtool.recording.opening import save, stdout
from rrdtool.recording.selection import get_global_data_recording
from rrdtool.recording.starting import init
from rrdtool.recording.viewer import connect_grpc, serve_grpc, spawn
from rrdtool.recording.web_viewer import serve_web_viewer

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from uuid import UUID

    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.recording.streams import RecordingStream

__all__ = ["script_add_args", "script_setup", "script_teardown"]

_NAP_SEC = 1.0


def script_add_args(parser: ArgumentParser) -> None:
    """Adds the arguments that `script_setup` understands."""
    parser.add_argument("--headless", action="store_true", help="start no viewer")
    parser.add_argument(
        "--connect", dest="connect", action="store_true", help="record to a viewer that runs"
    )
    parser.add_argument(
        "--serve",
        dest="serve",
        action="store_true",
        help="serve a viewer as a web page, and wait until interrupted",
    )
    parser.add_argument("--url", type=str, default=None, help="where to connect to")
    parser.add_argument("--save", type=str, default=None, help="record to a file")
    parser.add_argument(
        "--stdout",
        dest="stdout",
        action="store_true",
        help="record to standard output, for a pipe",
    )


def script_setup(
    args: Namespace,
    application_id: str,
    *,
    recording_id: str | UUID | None = None,
    default_blueprint: BlueprintLike | None = None,
) -> RecordingStream:
    """Starts the recording of a script, where its arguments want it.

    Args:
        args: What a parser with `script_add_args` has parsed.
        application_id: Name of the application.
        recording_id: Id of the recording; see `init`.
        default_blueprint: How viewers show the recording unless the user has decided otherwise.

    Raises:
        RuntimeError: If that is not possible.
    """
    init(application_id, recording_id=recording_id)
    stream = get_global_data_recording()
    if args.stdout:
        stdout(default_blueprint)
    elif args.serve:
        address = serve_grpc(default_blueprint=default_blueprint)
        serve_web_viewer(open_browser=True, connect_to=address)
    elif args.connect:
        connect_grpc(args.url, default_blueprint=default_blueprint)
    elif args.save is not None:
        save(args.save, default_blueprint)
    elif not args.headless:
        spawn(default_blueprint=default_blueprint)
    if stream is None:  # the variable RERUN says so
        from rrdtool.recording.streams import RecordingStream

        return RecordingStream(application_id, recording_id=recording_id, default_enabled=False)
    return stream


def script_teardown(args: Namespace) -> None:
    """Ends a script: one that serves waits until it is interrupted."""
    if not args.serve:
        return
    print("Serving until interrupted (Ctrl-C).")  # noqa: T201 - for the person who waits
    try:
        while True:
            time.sleep(_NAP_SEC)
    except KeyboardInterrupt:
        return
