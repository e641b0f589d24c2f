"""`log`: one row of one entity, at the current time."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING

from rrdtool.model.errors import report_error, strictly
from rrdtool.recording.bundles import components_of, path_text
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.environment import logger
from rrdtool.recording.rows import row_size
from rrdtool.recording.times import current_point

if TYPE_CHECKING:
    from typing import Any

    from rrdtool.recording.bundles import Bundle
    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.recording.streams import RecordingStream

__all__ = ["append_row", "log"]


def log(
    entity_path: str | list[Any],
    entity: Bundle,
    *extra: Bundle,
    static: bool = False,
    recording: RecordingStream | None = None,
    strict: bool | None = None,
) -> None:
    """Logs data of one entity, at the current time of this thread.

    Without a recording stream nothing happens.

    Args:
        entity_path: The entity: text, in which special characters are escaped with a backslash,
            or a list of parts, which need no escaping.
        entity: An archetype, or anything else that has components.
        extra: More components for the same row.
        static: Whether the data hold at all times; then the current time does not count.
        recording: The recording stream; the current one unless given.
        strict: Overrides strict mode for this call.

    Raises:
        Exception: In strict mode, whatever is wrong with the arguments; otherwise it becomes a
            warning and nothing is logged.
    """
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled:
        return
    try:
        if strict is None:
            append_row(pipeline, path_text(entity_path), (entity, *extra), static)
        else:
            with strictly(strict):
                append_row(pipeline, path_text(entity_path), (entity, *extra), static)
    except Exception as error:  # noqa: BLE001 - whatever the objects of the user raise
        report_error("log", error, strict)


def append_row(pipeline: Pipeline, path: str, bundles: tuple[Bundle, ...], is_static: bool) -> None:
    """Takes the bundles apart and queues them as a row.

    Args:
        pipeline: Where to log.
        path: The entity, as canonical text.
        bundles: What to log.
        is_static: Whether the row holds at all times.

    Raises:
        TypeError: As `components_of`.
        AttributeError: Likewise.
        ValueError: Likewise.
    """
    descriptors, cells = components_of(bundles)
    if not descriptors:
        logger.warning("nothing is logged to %s: no component has a value", path)
        return
    tick = next(pipeline.ticks)
    if is_static:
        point, timelines = None, 0
    else:
        point = current_point(pipeline)
        timelines = len(point[0]) + pipeline.automatic.bit_count()
    size = row_size(timelines, cells)
    pipeline.append((path, point, time_ns(), tick, pipeline.automatic, descriptors, cells, size))
