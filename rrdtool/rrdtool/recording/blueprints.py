"""Blueprints on their way to a sink: a store of its own, and the command that activates it.

What a blueprint consists of is the business of `rrdtool.blueprint`. Here it only has to be
`LoggableBlueprint`: it logs itself to a recording stream, whose messages are then sent on.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rrdformats.messages import BlueprintActivation, StoreKind
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.pipeline import Pipeline
from rrdtool.sinks.memory import MemoryStorage

if TYPE_CHECKING:
    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.recording.streams import RecordingStream
    from rrdtool.sinks.base import Message

__all__ = [
    "LoggableBlueprint",
    "blueprint_messages",
    "default_blueprint_messages",
    "send_blueprint",
]

_TIMELINE = "blueprint"


@runtime_checkable
class LoggableBlueprint(Protocol):
    """What a blueprint has to offer."""

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the whole blueprint to a stream, whose current time is set already."""
        ...


def blueprint_messages(
    blueprint: BlueprintLike | LoggableBlueprint,
    application_id: str,
    *,
    make_active: bool,
    make_default: bool,
) -> list[Message]:
    """A blueprint as messages: store info, chunks, activation.

    Args:
        blueprint: The blueprint.
        application_id: The application that it is for.
        make_active: Whether viewers switch to it.
        make_default: Whether viewers go back to it when the user resets theirs.

    Raises:
        TypeError: If this is no blueprint.
    """
    from rrdtool.recording.streams import RecordingStream

    whole = blueprint.to_blueprint() if hasattr(blueprint, "to_blueprint") else blueprint
    if not isinstance(whole, LoggableBlueprint):
        raise TypeError(f"{type(blueprint).__name__!r} is no blueprint")
    pipeline = Pipeline(application_id, f"rec_{uuid.uuid4().hex}", kind=StoreKind.BLUEPRINT)
    storage = MemoryStorage("blueprint", pipeline)
    pipeline.attach([storage])
    stream = RecordingStream.of_pipeline(pipeline)
    stream.set_time(_TIMELINE, sequence=0)
    whole.log_to_stream(stream)
    stream.reset_time()
    pipeline.disconnect()
    activation = BlueprintActivation(pipeline.store_id, make_active, make_default)
    return [*storage.sink.take(), activation]


def default_blueprint_messages(
    pipeline: Pipeline, blueprint: BlueprintLike | None
) -> list[Message]:
    """What a new sink gets before anything else; nothing without a blueprint.

    Raises:
        TypeError: If it is no blueprint.
    """
    if blueprint is None:
        return []
    application_id = pipeline.store_id.application_id or ""
    return blueprint_messages(blueprint, application_id, make_active=False, make_default=True)


def send_blueprint(
    blueprint: BlueprintLike,
    *,
    make_active: bool = True,
    make_default: bool = True,
    recording: RecordingStream | None = None,
) -> None:
    """Sends a blueprint to the sinks of a recording stream.

    Args:
        blueprint: The blueprint, or a view or container that is all of it.
        make_active: Whether viewers switch to it at once.
        make_default: Whether viewers go back to it when the user resets theirs.
        recording: The recording stream; the current one unless given.

    Raises:
        ValueError: If there is no recording stream.
        TypeError: If this is no blueprint.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None:
        raise ValueError("send_blueprint needs a recording stream: call `init` first")
    if pipeline.enabled:
        pipeline.append_messages(
            blueprint_messages(
                blueprint,
                pipeline.store_id.application_id or "",
                make_active=make_active,
                make_default=make_default,
            )
        )
