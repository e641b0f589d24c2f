"""What an import of an MCAP file can be asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rrdformats.timeline import TimeKind

__all__ = ["DECODERS", "OPTIONS", "McapSettings", "parse_decoders"]

DECODERS = (
    "attachments",
    "foxglove",
    "json",
    "metadata",
    "protobuf",
    "raw",
    "recording_info",
    "ros1",
    "ros2_reflection",
    "ros2msg",
    "schema",
    "stats",
    "urdf",
)
"""All decoders; `json` and `ros1` are additions to what the reference knows."""

OPTIONS: Mapping[str, str] = {
    "decoder": f"Only these, separated by commas: {', '.join(DECODERS)}.",
    "raw-fallback": "no: channels that no decoder understands are left out.",
    "include-topic": "Only topics in which this regular expression occurs.",
    "exclude-topic": "Not topics in which this regular expression occurs.",
    "start-time": "Nothing recorded before (nanoseconds).",
    "end-time": "Nothing recorded then or later (nanoseconds).",
    "timestamp-offset-ns": "Added to all times (nanoseconds).",
    "timeline-type": "timestamp, or duration.",
    "recover": "yes: do not use the summary at the end.",
    "strict-reference": "yes: nothing that the reference would not do.",
}


@dataclass(frozen=True, slots=True)
class McapSettings:
    """What to make of an MCAP file.

    Attributes:
        decoders: Only these of `DECODERS`; None for all.
        raw_fallback: Whether channels that no other decoder takes are kept as bytes.
        include_topics: Only topics in which one of these occurs; none includes all.
        exclude_topics: Not topics in which one of these occurs.
        start_time: Leaves out messages recorded before (nanoseconds).
        end_time: Leaves out messages recorded at this time or later (nanoseconds).
        timestamp_offset_ns: Added to the times of all timelines that are timestamps.
        timeline_type: What the times of messages count.
        recover: Whether the summary at the end is not to be used.
        strict_reference: Whether to do nothing that the reference would not do.
    """

    decoders: frozenset[str] | None = None
    raw_fallback: bool = True
    include_topics: tuple[re.Pattern[str], ...] = ()
    exclude_topics: tuple[re.Pattern[str], ...] = ()
    start_time: int | None = None
    end_time: int | None = None
    timestamp_offset_ns: int = 0
    timeline_type: Literal["timestamp", "duration"] = "timestamp"
    recover: bool = False
    strict_reference: bool = False

    def __post_init__(self) -> None:
        start, end = self.start_time, self.end_time
        if start is not None and end is not None and start >= end:
            raise ValueError("the start time is not before the end time")

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> McapSettings:
        """From texts as a user gives them; the names are those of `OPTIONS`.

        Raises:
            ValueError: If a text is not what its option takes; it names the option.
        """
        kind = options.get("timeline-type", "timestamp")
        if kind not in {"timestamp", "duration"}:
            raise ValueError(f"timeline-type: {kind!r} is neither timestamp nor duration")
        return cls(
            decoders=parse_decoders(options["decoder"].split(","))
            if "decoder" in options
            else None,
            raw_fallback=_flag(options, "raw-fallback", default=True),
            include_topics=_patterns(options, "include-topic"),
            exclude_topics=_patterns(options, "exclude-topic"),
            start_time=_number(options, "start-time"),
            end_time=_number(options, "end-time"),
            timestamp_offset_ns=_number(options, "timestamp-offset-ns") or 0,
            timeline_type="duration" if kind == "duration" else "timestamp",
            recover=_flag(options, "recover", default=False),
            strict_reference=_flag(options, "strict-reference", default=False),
        )

    def wants(self, decoder: str) -> bool:
        """Whether a decoder is to be used."""
        if decoder in {"json", "ros1"} and self.strict_reference:
            return False
        return self.decoders is None or decoder in self.decoders

    def takes_topic(self, topic: str) -> bool:
        """Whether channels of that topic are wanted."""
        if any(pattern.search(topic) for pattern in self.exclude_topics):
            return False
        included = self.include_topics
        return not included or any(pattern.search(topic) for pattern in included)

    @property
    def time_kind(self) -> TimeKind:
        """Kind of the timelines of messages."""
        return TimeKind(self.timeline_type)

    @property
    def offset(self) -> int:
        """What is added to times of messages (nanoseconds)."""
        return self.timestamp_offset_ns if self.timeline_type == "timestamp" else 0


def parse_decoders(names: list[str]) -> frozenset[str]:
    """The decoders of those names.

    Raises:
        ValueError: If there is no such decoder.
    """
    chosen = frozenset(name.strip() for name in names)
    for name in sorted(chosen - set(DECODERS)):
        raise ValueError(f"there is no decoder {name!r}; there are {', '.join(DECODERS)}")
    return chosen


def _flag(options: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = options.get(name)
    if text is None:
        return default
    if text.lower() not in {"yes", "no", "true", "false", "1", "0"}:
        raise ValueError(f"{name}: {text!r} is neither yes nor no")
    return text.lower() in {"yes", "true", "1"}


def _number(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    try:
        return None if text is None else int(text)
    except ValueError:
        raise ValueError(f"{name}: {text!r} is no whole number") from None


def _patterns(options: Mapping[str, str], name: str) -> tuple[re.Pattern[str], ...]:
    if name not in options:
        return ()
    try:
        return (re.compile(options[name]),)
    except re.error as error:
        raise ValueError(f"{name}: {error}") from None
