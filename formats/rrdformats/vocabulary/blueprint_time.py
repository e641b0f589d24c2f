"""Blueprints: timelines, playback, and which times are shown."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import blueprint, one_of, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    blueprint.component("TimelineName", "Utf8", "The name of a timeline."),
    blueprint.component("TimeInt", "TimeInt", "A time: a sequence number, or nanoseconds."),
    blueprint.component("TimelineFraction", "Float64", "A place on a timeline; 1 is its end."),
    blueprint.component("AbsoluteTimeRange", "AbsoluteTimeRange", "A fixed range of times."),
    blueprint.component("TimeRange", "TimeRange", "A range of times that the cursor may move."),
    blueprint.component("VisibleTimeRange", "VisibleTimeRange", "The shown part of a timeline."),
    blueprint.component("PlaybackSpeed", "Float64", "Speed of playback; 1 is real time."),
    blueprint.component("Fps", "Float64", "Frames per second of a sequence timeline."),
    blueprint.component(
        "PlayState",
        one_of(Paused=1, Playing=2, Following=3, default="Playing"),
        "Whether time stands, runs, or keeps up with incoming data.",
    ),
    blueprint.component(
        "LoopMode",
        one_of(Off=1, Selection=2, All=3, default="Off"),
        "Which part of the time is played again and again.",
    ),
)

ARCHETYPES = (
    blueprint.archetype(
        "TimePanelBlueprint",
        "The time panel and its playback.",
        optional.mono("state", "blueprint.PanelState", "How much of the panel is seen."),
        optional.mono("timeline", "blueprint.TimelineName", "The chosen timeline."),
        optional.mono("playback_speed", "blueprint.PlaybackSpeed", "How fast time runs."),
        optional.mono("fps", "blueprint.Fps", "Frames per second, on sequence timelines."),
        optional.mono("play_state", "blueprint.PlayState", "Whether time runs."),
        optional.mono("loop_mode", "blueprint.LoopMode", "What is played again and again."),
        optional.mono("time_selection", "blueprint.AbsoluteTimeRange", "The selected times."),
    ),
    blueprint.archetype(
        "VisibleTimeRanges",
        "Which times a view shows at once, for each timeline.",
        required.batch("ranges", "blueprint.VisibleTimeRange", "A range for each timeline."),
    ),
)
