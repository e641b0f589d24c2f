"""Blueprints on their way out without a recording: to a file, or to a viewer.

Blueprints that accompany a recording go with its stream: `rrdtool.recording.blueprints`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.recording.blueprints import LoggableBlueprint, blueprint_messages
from rrdtool.sinks.file import FileSink

if TYPE_CHECKING:
    import os

    from rrdtool.sinks.base import SinkSpec

__all__ = ["deliver", "save_blueprint"]

_LONGEST_WAIT_SEC = 10.0


def save_blueprint(
    blueprint: LoggableBlueprint,
    application_id: str,
    path: str | os.PathLike[str] | None = None,
) -> None:
    """Writes a blueprint to a file, which makes it active and the default when it is opened.

    Args:
        blueprint: The blueprint.
        application_id: The application whose recordings it is for.
        path: The file; `<application_id>.rbl` unless given.

    Raises:
        RuntimeError: If the file cannot be written; names it.
    """
    place = f"{application_id}.rbl" if path is None else path
    try:
        deliver(blueprint, application_id, FileSink(place), make_active=True, make_default=True)
    except OSError as error:
        raise RuntimeError(f"cannot write to the file {place}: {error.strerror}") from error


def deliver(
    blueprint: LoggableBlueprint,
    application_id: str,
    spec: SinkSpec,
    *,
    make_active: bool,
    make_default: bool,
) -> None:
    """Sends a blueprint, and nothing else, to a sink; only a whole one is sent at all.

    Args:
        blueprint: The blueprint.
        application_id: The application whose recordings it is for.
        spec: Where to.
        make_active: Whether viewers switch to it at once.
        make_default: Whether viewers go back to it when the user resets theirs.

    Raises:
        RuntimeError: If the sink cannot be opened; names it.
        OSError: If it does not take the blueprint.
    """
    messages = blueprint_messages(
        blueprint, application_id, make_active=make_active, make_default=make_default
    )
    sink = spec.open_sink()
    try:
        for message in messages:
            sink.send(message)
        sink.flush(_LONGEST_WAIT_SEC)
    finally:
        sink.close()
