"""`init`: the recording of a process; and what this library says of itself."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import uuid
from typing import TYPE_CHECKING

from rrdtool import __version__
from rrdtool.model.errors import default_strict_mode, set_strict_mode
from rrdtool.recording.environment import logger
from rrdtool.recording.pipeline import live_pipelines
from rrdtool.recording.streams import RecordingStream

if TYPE_CHECKING:
    from uuid import UUID

    from rrdtool.blueprint.blueprints import BlueprintLike

__all__ = ["init", "version"]


def init(
    application_id: str,
    *,
    recording_id: str | UUID | None = None,
    spawn: bool = False,
    init_logging: bool = True,
    default_enabled: bool = True,
    strict: bool | None = None,
    default_blueprint: BlueprintLike | None = None,
    send_properties: bool = True,
) -> None:
    """Starts a recording and makes it the current one of the process.

    Args:
        application_id: Name of the application; recordings of one application belong together.
        recording_id: Id of the recording; unless given, one that all processes of a
            `multiprocessing` program share.
        spawn: Whether to start a viewer and to record to it.
        init_logging: Whether this library reports what it does through Python's logging.
        default_enabled: Whether anything is recorded, unless the variable `RERUN` decides.
        strict: Whether wrong arguments of logging functions are errors; None goes back to what
            the variable `RERUN_STRICT` says.
        default_blueprint: How a spawned viewer shows the recording, unless the user decides.
        send_properties: Whether the start time is noted as a property.

    Raises:
        ValueError: If the application id is empty.
        TypeError: If it is no text.
    """
    logger.disabled = not init_logging
    set_strict_mode(default_strict_mode() if strict is None else strict)
    for pipeline in live_pipelines():
        with contextlib.suppress(RuntimeError):  # a sink has failed, which is logged already
            pipeline.flush()
    given = _shared_recording_id(application_id) if recording_id is None else recording_id
    stream = RecordingStream(
        application_id,
        recording_id=given,
        make_default=True,
        default_enabled=default_enabled,
        send_properties=send_properties,
    )
    if spawn:
        stream.spawn(default_blueprint=default_blueprint)


def _shared_recording_id(application_id: str) -> str:
    """The same for all processes that share the authentication key of `multiprocessing`."""
    from multiprocessing.process import current_process

    digest = hashlib.sha256(bytes(current_process().authkey) + str(application_id).encode())
    return uuid.UUID(bytes=digest.digest()[:16], version=4).hex


def version() -> str:
    """This library, the format that it writes, and what it runs on, in one line."""
    from rrdformats.writer import FORMAT_VERSION

    return (
        f"rrdtool {__version__} (RRD {FORMAT_VERSION}) [{platform.python_implementation()} "
        f"{platform.python_version()}] {platform.machine()}-{platform.system().lower()}"
    )
