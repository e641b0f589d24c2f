"""Containers: how views, and other containers, share the viewport."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rrdtool.blueprint.archetypes.layout import ContainerBlueprint
from rrdtool.blueprint.components.layout import ContainerKind
from rrdtool.blueprint.views.base import View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rrdtool import datatypes
    from rrdtool.blueprint.blueprints import Blueprint
    from rrdtool.blueprint.components import ContainerKindLike
    from rrdtool.recording.streams import RecordingStream

__all__ = ["Container", "Grid", "Horizontal", "Tabs", "Vertical"]


class Container:
    """A container of any kind; each kind has a class of its own.

    Args:
        args: What it contains.
        contents: The same, if nothing is given by position.
        kind: How it arranges that.
        column_shares: Relative width of each column.
        row_shares: Relative height of each row.
        grid_columns: Number of columns, if it is a grid.
        active_tab: The open tab, if it has tabs: its index, or the name of its view.
        name: Its title.
        visible: Whether it is shown.

    Raises:
        ValueError: If contents are given in both ways.
    """

    def __init__(
        self,
        *args: Container | View,
        contents: Iterable[Container | View] | None = None,
        kind: ContainerKindLike,
        column_shares: datatypes.Float32ArrayLike | None = None,
        row_shares: datatypes.Float32ArrayLike | None = None,
        grid_columns: int | None = None,
        active_tab: int | str | None = None,
        name: datatypes.Utf8Like | None,
        visible: datatypes.BoolLike | None = None,
    ) -> None:
        if args and contents is not None:
            raise ValueError("a container takes its contents by position or as `contents`")
        self.id: uuid.UUID = uuid.uuid4()
        self.contents: tuple[Container | View, ...] = tuple(args if contents is None else contents)
        self.kind = kind
        self.column_shares = column_shares
        self.row_shares = row_shares
        self.grid_columns = grid_columns
        self.active_tab = active_tab
        self.name = name
        self.visible = visible

    def blueprint_path(self) -> str:
        """Where the container is stored in a blueprint."""
        return f"container/{self.id}"

    def to_container(self) -> Container:
        """The container itself."""
        return self

    def to_blueprint(self) -> Blueprint:
        """A blueprint with this container alone."""
        from rrdtool.blueprint.blueprints import Blueprint

        return Blueprint(self)

    def log_to_stream(self, stream: RecordingStream) -> None:
        """Logs the container and all that it contains.

        Raises:
            ValueError: If there is no such tab as the active one.
        """
        for part in self.contents:
            part.log_to_stream(stream)
        container = ContainerBlueprint(
            self.kind,
            display_name=self.name,
            contents=[part.blueprint_path() for part in self.contents],
            col_shares=self.column_shares,
            row_shares=self.row_shares,
            active_tab=self._active_path(),
            visible=self.visible,
            grid_columns=self.grid_columns,
        )
        stream.log(self.blueprint_path(), container)

    def _active_path(self) -> str | None:
        """Where the open tab is stored; without `active_tab`, the last view without a name.

        That the latter opens is how the reference has it: None, the name, is None, the tab.
        """
        active = [
            part.blueprint_path()
            for index, part in enumerate(self.contents)
            if index == self.active_tab or (isinstance(part, View) and part.name == self.active_tab)
        ]
        if active:
            return active[-1]
        if self.active_tab is not None:
            raise ValueError(f"the container has no tab {self.active_tab!r}")
        return None


class Horizontal(Container):
    """A container that puts its contents side by side.

    Args:
        args: What it contains.
        contents: The same, if nothing is given by position.
        column_shares: Relative width of each.
        name: Its title.
        visible: Whether it is shown.
    """

    def __init__(
        self,
        *args: Container | View,
        contents: Iterable[Container | View] | None = None,
        column_shares: datatypes.Float32ArrayLike | None = None,
        name: datatypes.Utf8Like | None = None,
        visible: datatypes.BoolLike | None = None,
    ) -> None:
        super().__init__(
            *args,
            contents=contents,
            kind=ContainerKind.Horizontal,
            column_shares=column_shares,
            name=name,
            visible=visible,
        )


class Vertical(Container):
    """A container that puts its contents one below the other.

    Args:
        args: What it contains.
        contents: The same, if nothing is given by position.
        row_shares: Relative height of each.
        name: Its title.
        visible: Whether it is shown.
    """

    def __init__(
        self,
        *args: Container | View,
        contents: Iterable[Container | View] | None = None,
        row_shares: datatypes.Float32ArrayLike | None = None,
        name: datatypes.Utf8Like | None = None,
        visible: datatypes.BoolLike | None = None,
    ) -> None:
        super().__init__(
            *args,
            contents=contents,
            kind=ContainerKind.Vertical,
            row_shares=row_shares,
            name=name,
            visible=visible,
        )


class Grid(Container):
    """A container that puts its contents in rows and columns.

    Args:
        args: What it contains.
        contents: The same, if nothing is given by position.
        column_shares: Relative width of each column.
        row_shares: Relative height of each row.
        grid_columns: Number of columns; the viewer chooses unless given.
        name: Its title.
        visible: Whether it is shown.
    """

    def __init__(
        self,
        *args: Container | View,
        contents: Iterable[Container | View] | None = None,
        column_shares: datatypes.Float32ArrayLike | None = None,
        row_shares: datatypes.Float32ArrayLike | None = None,
        grid_columns: int | None = None,
        name: datatypes.Utf8Like | None = None,
        visible: datatypes.BoolLike | None = None,
    ) -> None:
        super().__init__(
            *args,
            contents=contents,
            kind=ContainerKind.Grid,
            column_shares=column_shares,
            row_shares=row_shares,
            grid_columns=grid_columns,
            name=name,
            visible=visible,
        )


class Tabs(Container):
    """A container that shows one of its contents at a time.

    Args:
        args: What it contains.
        contents: The same, if nothing is given by position.
        active_tab: The open tab: its index, or the name of its view.
        name: Its title.
        visible: Whether it is shown.
    """

    def __init__(
        self,
        *args: Container | View,
        contents: Iterable[Container | View] | None = None,
        active_tab: int | str | None = None,
        name: datatypes.Utf8Like | None = None,
        visible: datatypes.BoolLike | None = None,
    ) -> None:
        super().__init__(
            *args,
            contents=contents,
            kind=ContainerKind.Tabs,
            active_tab=active_tab,
            name=name,
            visible=visible,
        )
