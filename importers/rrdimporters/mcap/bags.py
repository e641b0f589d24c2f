"""ROS bags that are no MCAP files: `.bag` of ROS 1, `.db3` of ROS 2; read by `rosbags`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rrdimporters.mcap.settings import OPTIONS, McapSettings
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    MissingDependencyError,
    Progress,
    UnsupportedInputError,
)

if TYPE_CHECKING:
    from rrdformats.chunk import Chunk
    from rrdimporters.mcap.chunks import MessageBatch
    from rrdimporters.mcap.lanes import Lane, Lanes
    from rrdimporters.report import ImportReport

__all__ = ["BagImporter"]

_ROS1_HEAD, _SQLITE_HEAD = b"#ROSBAG V2.0\n", b"SQLite format 3\0"
_WINDOW = 4 << 20
"""Bytes of messages that are decoded together."""


class BagImporter:
    """ROS bags: the messages of a few seconds become a chunk per topic, as in an MCAP file."""

    name = "rosbag"
    summary = "ROS bags (.bag of ROS 1, .db3 of ROS 2)."
    suffixes = (".bag", ".db3")
    options: Mapping[str, str] = {
        name: told for name, told in OPTIONS.items() if name not in {"recover", "strict-reference"}
    }

    def claims(self, path: Path, head: bytes) -> bool:
        """Whether it is a bag: `.db3` is the only hint at what a database holds."""
        if path.suffix.lower() == ".db3":
            return head.startswith(_SQLITE_HEAD)
        return head.startswith(_ROS1_HEAD)

    def chunks(
        self, path: Path, settings: ImportSettings, progress: Progress, report: ImportReport
    ) -> Iterator[Chunk]:
        """Yields the chunks of a bag, in order of time.

        Raises:
            MissingDependencyError: Without the package rosbags.
            DamagedInputError: If it cannot be read, or not to its end.
            UnsupportedInputError: If an option is wrong.
        """
        try:
            from rosbags.rosbag1 import Reader as Ros1Reader
            from rosbags.rosbag2 import Reader as Ros2Reader
        except ImportError as error:
            raise MissingDependencyError("rosbags", "reading ROS bags") from error
        try:
            wanted = McapSettings.from_options(settings.options)
        except ValueError as error:
            raise UnsupportedInputError(str(error)) from error
        is_ros1 = path.suffix.lower() != ".db3"
        kept = 0
        try:
            with Ros1Reader(path) if is_ros1 else Ros2Reader(path) as reader:
                for chunk in _Reading(reader, wanted, is_ros1).chunks(
                    path, settings, progress, report
                ):
                    kept += 1
                    yield chunk
        except OSError:
            raise
        except Exception as error:  # the package lets through whatever a damaged file causes
            raise DamagedInputError(f"it cannot be read: {error}", kept=f"{kept} chunks") from error


class _Reading:
    """One run over one bag."""

    def __init__(self, reader: Any, wanted: McapSettings, is_ros1: bool) -> None:
        self._reader = reader
        self._wanted = wanted
        self._is_ros1 = is_ros1
        self._lanes: dict[int, Lane | None] = {}

    def chunks(
        self, path: Path, settings: ImportSettings, progress: Progress, report: ImportReport
    ) -> Iterator[Chunk]:
        from rrdimporters.emit import Emitter
        from rrdimporters.mcap.lanes import Lanes

        lanes = Lanes(self._wanted, Emitter.for_file(path, settings), report)
        waiting: dict[int, list[tuple[int, bytes]]] = {}
        size = done = 0
        for connection, time, data in self._messages():
            if connection.id not in self._lanes:
                self._lanes[connection.id] = self._lane(connection, lanes)
            waiting.setdefault(connection.id, []).append((time, data))
            size += len(data)
            if size >= _WINDOW:
                yield from self._flushed(waiting, lanes)
                done, size = done + size, 0
                progress(done, None)
        yield from self._flushed(waiting, lanes)
        lanes.conclude()

    def _messages(self) -> Iterator[tuple[Any, int, bytes]]:
        wanted = [c for c in self._reader.connections if self._wanted.takes_topic(c.topic)]
        if wanted:
            start, end = self._wanted.start_time, self._wanted.end_time
            yield from self._reader.messages(wanted, start, end)

    def _lane(self, connection: Any, lanes: Lanes) -> Lane | None:
        from rrdimporters.mcap.records import Channel, Schema

        name = str(connection.msgtype)
        text = connection.msgdef.data or _known_definition(name)
        if self._is_ros1:
            schema = Schema(1, name.replace("/msg/", "/"), "ros1msg", text.encode())
            return lanes.open(Channel(connection.id, 1, connection.topic, "ros1", {}), schema)
        schema = Schema(1, name, "ros2msg", text.encode())
        return lanes.open(Channel(connection.id, 1, connection.topic, "cdr", {}), schema)

    def _flushed(
        self, waiting: dict[int, list[tuple[int, bytes]]], lanes: Lanes
    ) -> Iterator[Chunk]:
        for number, messages in waiting.items():
            lane = self._lanes[number]
            if lane is not None:
                yield from lanes.chunks(lane, _batch(messages))
        waiting.clear()


def _known_definition(name: str) -> str:
    """The definition of a common message; older bags of ROS 2 have none of their own."""
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.LATEST)
    if name not in store.types:
        return f"the_definition_of_{name} is_missing"
    text: str = store.generate_msgdef(name, ros_version=2)[0]
    return text


def _batch(messages: list[tuple[int, bytes]]) -> MessageBatch:
    import numpy as np

    from rrdimporters.mcap.chunks import MessageBatch

    sizes = np.array([len(data) for _, data in messages], np.int64)
    times = np.array([time for time, _ in messages], np.uint64)
    data = np.frombuffer(b"".join(data for _, data in messages), np.uint8)
    return MessageBatch(data, np.cumsum(sizes) - sizes, sizes, times, times)
