"""`Blueprint`: the whole layout of a viewer, on its way to a file or a viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rrdtool.blueprint.archetypes.layout import ViewportBlueprint
from rrdtool.blueprint.containers import Container, Tabs
from rrdtool.blueprint.delivery import deliver, save_blueprint
from rrdtool.blueprint.panels import (
    BlueprintPanel,
    Panel,
    SelectionPanel,
    TimePanel,
    TopPanel,
)
from rrdtool.blueprint.views.base import View
from rrdtool.recording.environment import logger

if TYPE_CHECKING:
    import os

    from rrdtool.recording.streams import RecordingStream

__all__ = ["Blueprint", "BlueprintLike", "BlueprintPart", "ContainerLike"]

ContainerLike: TypeAlias = Container | View
"""What can stand in a container."""

BlueprintPart: TypeAlias = Container | View | TopPanel | BlueprintPanel | SelectionPanel | TimePanel
"""What a blueprint is made of."""

_PANELS = {
    TopPanel: "top_panel",
    BlueprintPanel: "blueprint_panel",
    SelectionPanel: "selection_panel",
    TimePanel: "time_panel",
}


class Blueprint:
    """The whole layout of a viewer.

    Args:
        parts: Containers and views, of which several become tabs; each panel at most once.
        auto_layout: Whether the viewer arranges the containers; by default, if there are none.
        auto_views: Whether the viewer adds views by itself; by default, if there are none.
        collapse_panels: Whether panels that are no parts are collapsed.

    Raises:
        ValueError: If a panel is given twice, or a part is none.
    """

    root_container: Container | None
    top_panel: TopPanel | None = None
    blueprint_panel: BlueprintPanel | None = None
    selection_panel: SelectionPanel | None = None
    time_panel: TimePanel | None = None

    def __init__(
        self,
        *parts: BlueprintPart,
        auto_layout: bool | None = None,
        auto_views: bool | None = None,
        collapse_panels: bool = False,
    ) -> None:
        contents = [part for part in parts if isinstance(part, Container | View)]
        for part in parts:
            if not isinstance(part, Container | View):
                self._take_panel(part)
        if not contents:
            auto_layout = True if auto_layout is None else auto_layout
            auto_views = True if auto_views is None else auto_views
        self.auto_layout = auto_layout
        self.auto_views = auto_views
        self.collapse_panels = collapse_panels
        if len(contents) > 1:
            self.root_container = Tabs(*contents)
        else:
            self.root_container = contents[0].to_container() if contents else None

    def _take_panel(self, part: object) -> None:
        for kind, attribute in _PANELS.items():
            if isinstance(part, kind):
                if getattr(self, attribute) is not None:
                    raise ValueError(f"a blueprint takes only one {kind.__name__}")
                setattr(self, attribute, part)
                return
        raise ValueError(f"{part!r} is no part of a blueprint")

    def to_blueprint(self) -> Blueprint:
        """The blueprint itself."""
        return self

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the blueprint and all its parts, at the current time of the stream.

        Raises:
            ValueError: If something in it contradicts itself: see `View` and `Container`.
        """
        root = self.root_container
        if root is not None:
            root.log_to_stream(stream)
        viewport = ViewportBlueprint(
            root_container=None if root is None else root.id,
            auto_layout=self.auto_layout,
            auto_views=self.auto_views,
        )
        stream.log("viewport", viewport)
        for panel in self._panels():
            panel.log_to_stream(stream)

    def _panels(self) -> list[Panel]:
        """The panels that there is something to say about."""
        panels: list[Panel | None] = [
            self.top_panel,
            self.blueprint_panel,
            self.selection_panel,
            self.time_panel,
        ]
        if self.collapse_panels:
            panels[1:] = [
                panel or kind(state="collapsed")
                for panel, kind in zip(
                    panels[1:], (BlueprintPanel, SelectionPanel, TimePanel), strict=True
                )
            ]
        return [panel for panel in panels if panel is not None]

    def save(self, application_id: str, path: str | os.PathLike[str] | None = None) -> None:
        """Writes the blueprint to a file.

        Args:
            application_id: The application whose recordings it is for.
            path: The file; `<application_id>.rbl` unless given.

        Raises:
            RuntimeError: If the file cannot be written; names it.
        """
        save_blueprint(self, application_id, path)

    def connect_grpc(
        self,
        application_id: str,
        *,
        url: str | None = None,
        make_active: bool = True,
        make_default: bool = True,
    ) -> None:
        """Sends the blueprint to a viewer or another server; warns if nobody takes it.

        Args:
            application_id: The application whose recordings it is for.
            url: Its address: `rerun+http://host:port/proxy`, this machine's port 9876 unless given.
            make_active: Whether viewers switch to it at once.
            make_default: Whether viewers go back to it when the user resets theirs.

        Raises:
            RuntimeError: If the address is none, or gRPC is not installed.
        """
        from rrdtool.sinks.grpc import GrpcSink

        sink = GrpcSink(url)
        try:
            deliver(self, application_id, sink, make_active=make_active, make_default=make_default)
        except OSError as error:
            logger.warning("the blueprint has not reached its viewer: %s", error)

    def spawn(
        self,
        application_id: str,
        *,
        port: int = 9876,
        memory_limit: str = "75%",
        hide_welcome_screen: bool = False,
        detach_process: bool = True,
    ) -> None:
        """Starts a viewer and sends the blueprint to it.

        Args:
            application_id: The application whose recordings it is for.
            port: Where the viewer listens; one that listens there already is used.
            memory_limit: What it may use, `16GB` or `50%`.
            hide_welcome_screen: Whether it shows nothing until there is a recording.
            detach_process: Whether it outlives this program.

        Raises:
            RuntimeError: If there is no such program; says where to get one.
        """
        from rrdtool.recording.streams import RecordingStream
        from rrdtool.recording.viewer import spawn

        spawn(
            port=port,
            connect=False,
            memory_limit=memory_limit,
            hide_welcome_screen=hide_welcome_screen,
            detach_process=detach_process,
            recording=RecordingStream(application_id, send_properties=False),
        )
        self.connect_grpc(application_id, url=f"rerun+http://127.0.0.1:{port}/proxy")


BlueprintLike: TypeAlias = Blueprint | View | Container
"""A blueprint, or what becomes one by its `to_blueprint`."""
