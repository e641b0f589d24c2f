"""Properties of a recording: static data beneath `/__properties`."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING

from rrdformats.entity_path import escape_part
from rrdformats.properties import PROPERTIES_PATH
from rrdtool.recording.arguments import checked
from rrdtool.recording.bundles import components_of
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.log import append_row, log
from rrdtool.recording.rows import row_size
from rrdtool.recording.time_values import sequence_number

if TYPE_CHECKING:
    from rrdtool.recording.bundles import Bundle
    from rrdtool.recording.pipeline import Pipeline
    from rrdtool.recording.streams import RecordingStream

__all__ = [
    "append_start_time",
    "send_property",
    "send_recording_name",
    "send_recording_start_time_nanos",
]


def send_property(name: str, values: Bundle, recording: RecordingStream | None = None) -> None:
    """Sends a property of the whole recording.

    Args:
        name: Name of the property; one name, in which nothing needs escaping.
        values: An archetype, or anything else that has components.
        recording: The recording stream; the current one unless given.

    Raises:
        Exception: As `log`.
    """
    part = escape_part(name)
    path = f"{PROPERTIES_PATH}/{part}" if part else PROPERTIES_PATH
    log(path, values, static=True, recording=recording)


def send_recording_name(name: str, recording: RecordingStream | None = None) -> None:
    """Names the recording, for people.

    Raises:
        TypeError: If the name is no text.
    """
    from rrdtool.archetypes import RecordingInfo

    name = checked(name, str, "the name of a recording")
    _send_info(RecordingInfo.from_fields(name=name), recording)


def send_recording_start_time_nanos(nanos: int, recording: RecordingStream | None = None) -> None:
    """Says when the recording began (nanoseconds since the epoch).

    Raises:
        TypeError: If the time is no integer.
        OverflowError: If it takes more than 64 bits.
    """
    from rrdtool.archetypes import RecordingInfo

    info = RecordingInfo.from_fields(start_time=sequence_number(nanos))
    _send_info(info, recording)


def _send_info(info: Bundle, recording: RecordingStream | None) -> None:
    pipeline = pipeline_of(recording)
    if pipeline is not None and pipeline.enabled:
        append_row(pipeline, PROPERTIES_PATH, (info,), is_static=True)


def append_start_time(pipeline: Pipeline) -> None:
    """Notes the start of the recording; this is no call of `log`, so no tick passes."""
    from rrdtool.archetypes import RecordingInfo

    if pipeline.enabled:
        now = time_ns()
        descriptors, cells = components_of((RecordingInfo.from_fields(start_time=now),))
        size = row_size(0, cells)
        pipeline.append((PROPERTIES_PATH, None, now, 0, 0, descriptors, cells, size))
