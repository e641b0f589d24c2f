"""The panels around the viewport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.blueprint.archetypes.layout import PanelBlueprint
from rrdtool.blueprint.archetypes.times import TimePanelBlueprint
from rrdtool.blueprint.components.layout import PanelState

if TYPE_CHECKING:
    from rrdtool import datatypes
    from rrdtool.blueprint.components import LoopModeLike, PanelStateLike, PlayStateLike
    from rrdtool.recording.streams import RecordingStream

__all__ = ["BlueprintPanel", "Panel", "SelectionPanel", "TimePanel", "TopPanel"]


class Panel:
    """A panel; each has a class of its own.

    Args:
        blueprint_path: Where it is stored in a blueprint.
        expanded: Whether it is expanded or collapsed; older than `state`.
        state: How much of it is seen.

    Raises:
        ValueError: If both are given.
    """

    def __init__(
        self,
        *,
        blueprint_path: str,
        expanded: bool | None = None,
        state: PanelStateLike | None = None,
    ) -> None:
        if expanded is not None and state is not None:
            raise ValueError("a panel takes `expanded` or `state`, not both")
        if expanded is not None:
            state = PanelState.Expanded if expanded else PanelState.Collapsed
        self._path = blueprint_path
        self.state: PanelStateLike | None = state

    def blueprint_path(self) -> str:
        """Where the panel is stored in a blueprint."""
        return self._path

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the panel."""
        stream.log(self._path, PanelBlueprint(state=self.state))


class TopPanel(Panel):
    """The panel at the top."""

    def __init__(
        self, *, expanded: bool | None = None, state: PanelStateLike | None = None
    ) -> None:
        super().__init__(blueprint_path="top_panel", expanded=expanded, state=state)


class BlueprintPanel(Panel):
    """The panel with the tree of containers and views."""

    def __init__(
        self, *, expanded: bool | None = None, state: PanelStateLike | None = None
    ) -> None:
        super().__init__(blueprint_path="blueprint_panel", expanded=expanded, state=state)


class SelectionPanel(Panel):
    """The panel that describes what is selected."""

    def __init__(
        self, *, expanded: bool | None = None, state: PanelStateLike | None = None
    ) -> None:
        super().__init__(blueprint_path="selection_panel", expanded=expanded, state=state)


class TimePanel(Panel):
    """The panel with the timelines.

    Args:
        expanded: Whether it is expanded or collapsed; older than `state`.
        state: How much of it is seen.
        timeline: The timeline that it shows.
        playback_speed: How much faster than real time it plays.
        fps: Frames per second, for timelines that count frames.
        play_state: Whether it plays.
        loop_mode: What it plays again and again.
        time_selection: The range of times that is selected.
    """

    def __init__(
        self,
        *,
        expanded: bool | None = None,
        state: PanelStateLike | None = None,
        timeline: datatypes.Utf8Like | None = None,
        playback_speed: float | None = None,
        fps: float | None = None,
        play_state: PlayStateLike | None = None,
        loop_mode: LoopModeLike | None = None,
        time_selection: datatypes.AbsoluteTimeRange | None = None,
    ) -> None:
        super().__init__(blueprint_path="time_panel", expanded=expanded, state=state)
        self.timeline = timeline
        self.playback_speed = playback_speed
        self.fps = fps
        self.play_state = play_state
        self.loop_mode = loop_mode
        self.time_selection = time_selection

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the panel; whether it plays holds at all times."""
        panel = TimePanelBlueprint(
            state=self.state,
            timeline=self.timeline,
            playback_speed=self.playback_speed,
            fps=self.fps,
            loop_mode=self.loop_mode,
            time_selection=self.time_selection,
        )
        stream.log(self._path, panel)
        if self.play_state is not None:
            stream.log(self._path, TimePanelBlueprint(play_state=self.play_state), static=True)
